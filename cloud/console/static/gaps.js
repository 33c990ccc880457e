// What is not here, and why: holes in measurements and in the count of facts. Nothing is drawn where nothing is known.

const LATE_MS = 60e3, FEW = 8, DAY = 24 * 3600e3, STEPS = 2.5, TAIL_MS = 600e3;

// When a fact happened, ms. A time that cannot be is replaced by that of its arrival.
export function happened(fact) {
  const at = Date.parse(fact.at), arrived = Date.parse(fact.received_at);
  return fact.clock === "unsure" && Math.abs(arrived - at) > DAY ? arrived : at;
}

export function cameLate(fact) {
  return fact.clock !== "unsure" && Date.parse(fact.received_at) - Date.parse(fact.at) > LATE_MS;
}

// More waits at the station than on any day.
export function behind(one) {
  return one.waiting_facts >= FEW || one.waiting_batches >= FEW;
}

// Newest first as they happened at one station: by its own count, whatever came when. A new outbox begins after the old one.
export function asCounted(facts) {
  const newest = new Map();
  for (const one of facts) newest.set(one.epoch, Math.max(newest.get(one.epoch) ?? 0, one.id));
  return [...facts].sort((a, b) => (a.epoch === b.epoch ? b.seq - a.seq : newest.get(b.epoch) - newest.get(a.epoch)));
}

// Since when what a station last said may not be so any more, though nobody lost it, ms or null: the cloud hears nobody, or does again
// and this one has not come back yet.
export function unheardSince(one, store) {
  const heard = Date.parse(one.heard_at);
  if (store.deaf) return Math.min(store.deaf, heard);
  return store.connected !== null && heard < store.connected ? heard : null;
}

// Since when nothing comes from a station, ms; null while it is heard.
export function silentSince(one, store) {
  return unheardSince(one, store) ?? (one.standing === "online" ? null : Date.parse(one.heard_at));
}

// Spans in which facts happened that are still to come: seqs are counted, so that a missing one is known. `facts` newest first by count.
export function factGaps(facts, one, silent, to) {
  const found = silent ? [{ from: silent, to, why: "no_connection" }] : [];
  if (!silent && one.waiting_facts < 1) return found;
  for (let index = 1; index < facts.length; index += 1) {
    const [later, earlier] = [facts[index - 1], facts[index]];
    if (later.epoch === earlier.epoch && later.seq - earlier.seq > 1) found.push({ from: happened(earlier), to: happened(later), why: "to_come", count: later.seq - earlier.seq - 1 });
  }
  return found;
}

// Spans without a measurement: longer than two and a half steps of sampling. `times`: ms in order; `facts` tell what the station gave up.
export function sampleGaps(times, least, to, facts, one, silent) {
  if (!times.length) return { gap: STEPS * least, gaps: [] };
  const gap = STEPS * Math.max(least, median(times.slice(1).map((at, index) => at - times[index])));
  const given = facts.filter((fact) => fact.kind === "gap_recorded").map(({ data }) => ({ from: Date.parse(data.since), to: Date.parse(data.until), why: data.loss }));
  const gaps = [], coming = silent !== null || one.waiting_batches > 0;
  [...times.slice(1), to].forEach((at, index) => {
    const from = times[index];
    const last = index === times.length - 1; // measurements come in batches: the newest one is still being filled
    if (at - from > (last && silent === null ? Math.max(gap, TAIL_MS) : gap)) gaps.push({ from, to: at, why: reason(from, at, given, coming) });
  });
  return { gap, gaps: [...gaps, ...given.filter((span) => span.why === "thinned")] };
}

function reason(from, to, given, coming) {
  const told = given.find((span) => span.from < to && span.to > from && span.why !== "thinned");
  if (told) return told.why;
  return coming ? "no_connection" : "unknown";
}

function median(values) {
  return values.length ? [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] : 0;
}
