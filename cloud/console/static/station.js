// One station: what it last said, and its last hours.

import { bars, lanes, legend, lines } from "./charts.js";
import { configOf } from "./config_of.js";
import { h } from "./dom.js";
import { asCounted, behind, cameLate, factGaps, happened, sampleGaps, silentSince, unheardSince } from "./gaps.js";
import { ordersOf } from "./orders.js";
import { entry, faultMarks, standing } from "./overview.js";
import { get, pages } from "./source.js";
import { ago, clock, factText, factTone, lang, round, w } from "./words.js";

const HOUR = 3600e3, STEP_S = { 24: 120, 1: 5 }, BIN = { 24: HOUR, 1: HOUR / 12 }, MOST = 5000, SHOWN = 100, SOON_MS = 3000, SEEN = 600; // a gap of less than a 600th of the picture is not seen

export function stationPage(store, id) {
  const root = h("div", {}, h("p", { class: "empty" }, w.loading)), rest = h("div"), orders = ordersOf(id), config = configOf(id), whole = h("div", {}, root, config.root, orders.root, rest);
  let facts = [], series = [], from = 0, to = 0, failure = null, loaded = false, shown = SHOWN, hours = store.view.hours, again = null;

  async function load() {
    const since = new Date(Date.now() - hours * HOUR).toISOString(), name = encodeURIComponent(id), asked = hours;
    config.load();
    try {
      const [one, some, samples] = await Promise.all([get(`/api/v1/stations/${name}`), pages(`/api/v1/facts?station=${name}&since=${since}&limit=1000`, MOST), get(`/api/v1/samples?station=${name}&since=${since}&step_s=${STEP_S[hours]}`)]);
      if (asked !== hours) return;
      store.stations.set(id, one);
      [facts, series, failure, loaded] = [asCounted(some), samples.series, null, true];
    } catch (error) {
      failure = error;
    }
    draw();
  }

  // What comes late belongs into the middle of the picture: the measurements that came with it are loaded again, once for many.
  function loadSoon() {
    again ??= setTimeout(() => { again = null; if (root.isConnected) load(); }, SOON_MS);
  }

  function hear(fact) {
    if (fact.station !== id || !loaded || facts.some((one) => one.id === fact.id)) return;
    facts = asCounted([fact, ...facts]);
    if (fact.kind.startsWith("config_")) config.load();
    if (cameLate(fact)) loadSoon();
    draw();
  }

  function hearStation(one) {
    if (one.station === id && loaded) loadSoon();
  }

  function reach(chosen) {
    store.view.hours = hours = chosen;
    load();
  }

  function draw() {
    const one = store.stations.get(id);
    if (failure && !loaded) return root.replaceChildren(back(), h("p", { class: "empty" }, h("strong", {}, failure.status === 404 ? w.gone : w.failed(failure.message)), failure.status === 404 ? w.goneHint : ""));
    if (!loaded || !one) return undefined;
    orders.draw(one.district);
    [from, to] = [Date.now() - hours * HOUR, Date.now()];
    const silent = silentSince(one, store), gaps = factGaps(facts, one, silent, to).filter((gap) => gap.to - gap.from > (to - from) / SEEN).map(inWords), held = document.activeElement?.dataset?.hours;
    root.replaceChildren(back(), head(one, silent), ...notices(one, failure, silent), about(one, silent));
    rest.replaceChildren(h("div", { class: "charts" }, day(gaps), water(gaps), power(one, silent)), list(silent !== null || one.waiting_facts > 0));
    if (held) root.querySelector(`[data-hours="${held}"]`)?.focus();
    return undefined;
  }

  function head(one, silent) {
    const spans = [1, 24].map((each) => h("button", { type: "button", "data-hours": each, "aria-pressed": String(each === hours), onclick: () => reach(each) }, w.span[each]));
    const out = store.grafana && h("a", { class: "out", href: `${store.grafana}/d/${lang()}-station?var-station=${encodeURIComponent(id)}`, rel: "noreferrer" }, `${w.dashboard} ↗`);
    return h("div", { class: "head" }, h("h1", {}, one.name, h("span", { class: "id" }, one.station)), standing(one, unheardSince(one, store) !== null), h("span", { class: "muted" }, w.since(clock(one.since, false))), out,
      h("span", { class: "asof" }, w.asof(clock(new Date(silent ?? to).toISOString()))), h("span", { class: "spans", role: "group", "aria-label": w.spanOf }, spans));
  }

  function about(one, silent) {
    const said = [[w.col.door, w.doors[one.door] ?? one.door], [w.col.inside, one.inside], [w.col.waiting, one.waiting_facts], [w.col.faults, one.faults.length ? faultMarks(one) : w.none], [w.col.heard, ago(one.heard_at)],
      [w.roster, one.roster.refused ? `${one.roster.reported} · ${w.rosterRefused}` : one.roster.reported || w.none], [w.version, one.version], [w.col.district, `${one.city} · ${one.district}`]];
    const age = silent ? h("small", {}, w.asAt(clock(one.heard_at))) : null;
    return h("dl", { class: `sheet facts-of ${silent ? "old" : ""}` }, said.map(([name, value], index) => h("div", {}, h("dt", {}, name), h("dd", {}, value, index < 4 && age?.cloneNode(true)))));
  }

  function day(gaps) {
    const label = `${w.day}: ${w.doorCount(facts.filter((one) => one.kind === "door_opened").length)}`;
    return sheet(w.day, w.doorCount(facts.filter((one) => one.kind === "door_opened").length), [lanes(lanesOf(facts, to), from, to, gaps, [label, ...gaps.map((gap) => gap.text)].join("; ")), named(gaps)], "wide");
  }

  function water(gaps) {
    const poured = new Map(), bin = BIN[hours], per = w.per[hours];
    for (let at = Math.floor(from / bin) * bin; at <= to; at += bin) poured.set(at, 0);
    for (const one of facts.filter((fact) => fact.kind === "water_poured")) {
      const at = Math.floor(happened(one) / bin) * bin;
      if (poured.has(at)) poured.set(at, poured.get(at) + (one.data.poured_ml ?? one.data.charged_ml));
    }
    const total = [...poured.values()].reduce((sum, ml) => sum + ml, 0);
    if (!total && !gaps.length) return sheet(w.water, per, h("p", { class: "empty" }, w.noWater));
    const words = w.totalOf(`${round(total / 1000)} L`);
    return sheet(w.water, `${per} · ${words}`, bars([...poured], bin, from, to, gaps, `${w.water}: ${words}`, (at, ml) => `${clock(new Date(at).toISOString(), false)}: ${ml} ml`));
  }

  function power(one, silent) {
    const all = series.filter((one) => one.columns.socket_w).map((one) => ({ name: w.socket(one.tags.part ?? ""), points: one.at_ms.map((at, index) => [at, one.columns.socket_w[index]]) }));
    if (!all.length) return sheet(w.power, w.watts, h("p", { class: "empty" }, w.noSamples));
    const wh = facts.filter((one) => one.kind === "charge_ended").reduce((sum, one) => sum + (one.data.energy_wh ?? 0), 0);
    const times = [...new Set(series.flatMap((each) => each.at_ms))].sort((a, b) => a - b), { gap, gaps } = sampleGaps(times, STEP_S[hours] * 1000, to, facts, one, silent), told = gaps.map(inWords);
    const chart = lines(all, from, to, gap, told, [`${w.power}, ${w.watts}: ${all.map((each) => each.name).join(", ")}`, ...told.map((each) => each.text)].join("; "));
    return sheet(w.power, wh ? `${w.watts} · ${w.totalOf(`${round(wh)} Wh`)}` : w.watts, [chart, h("p", { class: "legend" }, all.map((each, index) => h("span", {}, legend(each.name, index)))), named(told)]);
  }

  function list(coming) {
    const some = facts.slice(0, shown);
    const inner = some.length ? h("ol", { class: "feed long", tabindex: "0", "aria-label": w.factList }, some.flatMap((one, index) => [coming && hole(some[index - 1], one), entry(one, null)])) : h("p", { class: "empty" }, h("strong", {}, w.noFacts));
    const more = facts.length > shown && h("p", { class: "empty" }, h("button", { type: "button", onclick: () => { shown += SHOWN * 4; draw(); } }, w.more));
    return h("section", { class: "sheet" }, h("header", {}, h("h2", {}, w.factList, h("small", {}, String(facts.length)))), inner, more);
  }

  load();
  return { root: whole, draw, hear, hearStation, load };
}

function back() {
  return h("p", {}, h("a", { href: "#/" }, `← ${w.back}`));
}

function notices(one, failure, silent) {
  const say = (tone, words) => h("p", { class: `notice ${tone}` }, h("span", { "aria-hidden": "true" }, tone === "coming" ? "↥" : "!"), words);
  const coming = silent === null && behind(one) ? [say("coming", w.toCome(one.waiting_facts, one.waiting_batches, one.complete_until && clock(one.complete_until, false)))] : [];
  const flapping = one.flapping ? [say("", `${w.flapping}: ${w.flappingWhy}`)] : [];
  if (failure) return [say("bad", w.failed(failure.message))];
  return silent === null ? [...flapping, ...coming] : [...flapping, say(one.standing === "lost" ? "bad" : "", w.stale(clock(one.heard_at), ago(one.heard_at)))];
}

// Between two facts that are here, those that are not.
function hole(later, earlier) {
  const count = later?.epoch === earlier.epoch ? later.seq - earlier.seq - 1 : 0;
  return count > 0 && h("li", { class: "hole" }, h("span", {}, "↥"), h("span", { class: "text" }, w.hole(count)));
}

function inWords(gap) {
  const span = `${clock(new Date(gap.from).toISOString())} – ${clock(new Date(gap.to).toISOString())}`;
  return { ...gap, short: w.gapShort[gap.why], text: `${span}: ${gap.count ? `${gap.count} ` : ""}${w.gap[gap.why]}` };
}

// The newest gaps in words, for who cannot see or hover the shade.
function named(gaps) {
  const newest = [...gaps].sort((a, b) => b.from - a.from).slice(0, 3);
  return newest.length ? h("ul", { class: "gaps" }, newest.map((gap) => h("li", {}, h("span", { class: `key ${gap.why}`, "aria-hidden": "true" }), gap.text))) : null;
}

function sheet(title, small, inner, extra = "") {
  return h("section", { class: `sheet ${extra}` }, h("header", {}, h("h2", {}, title, h("small", {}, small))), h("figure", {}, inner));
}

function lanesOf(facts, now) {
  const old = [...facts].reverse(), tick = (one) => ({ at: happened(one), tone: factTone(one), text: `${clock(one.at)} ${factText(one)}` });
  const some = (...kinds) => old.filter((one) => kinds.includes(one.kind)).map(tick);
  return [
    { name: w.lanes.people, ticks: some("entry_granted", "entry_refused"), spans: [] }, { name: w.lanes.door, ticks: some("door_opened", "door_held_open"), spans: [] },
    { name: w.lanes.water, ticks: some("water_poured", "water_refused"), spans: [] },
    { name: w.lanes.charge, ticks: some("charge_refused"), spans: spans(old, "charge_started", "charge_ended", (d) => d.charge, "", now) },
    { name: w.lanes.faults, ticks: [], spans: spans(old, "fault_raised", "fault_cleared", (d) => `${d.fault} ${d.part}`, "bad", now) },
  ];
}

function spans(facts, begins, ends, key, tone, now) {
  const open = new Map(), done = [];
  for (const one of facts) {
    const at = happened(one);
    if (one.kind === begins) open.set(key(one.data), { from: at, to: now, tone, text: `${clock(one.at)} ${factText(one)}` });
    if (one.kind !== ends) continue;
    const begun = open.get(key(one.data));
    done.push({ from: begun?.from ?? 0, to: at, tone, text: `${begun ? begun.text + " – " : ""}${clock(one.at)} ${factText(one)}` });
    open.delete(key(one.data));
  }
  return [...done, ...open.values()];
}
