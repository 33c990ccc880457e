// One station: what it last said, and its last 24 hours.

import { bars, lanes, legend, lines } from "./charts.js";
import { h } from "./dom.js";
import { entry, faultMarks, standing } from "./overview.js";
import { get, pages } from "./source.js";
import { ago, clock, factText, factTone, round, w } from "./words.js";

const DAY = 24 * 3600e3, HOUR = 3600e3, STEP_S = 120, MOST = 5000, SHOWN = 100;

export function stationPage(store, id) {
  const root = h("div", {}, h("p", { class: "empty" }, w.loading));
  let facts = [], series = [], from = 0, to = 0, failure = null, loaded = false, shown = SHOWN;

  async function load() {
    to = Date.now();
    from = to - DAY;
    const since = new Date(from).toISOString(), name = encodeURIComponent(id);
    try {
      const [one, some, samples] = await Promise.all([get(`/api/v1/stations/${name}`), pages(`/api/v1/facts?station=${name}&since=${since}&limit=1000`, MOST), get(`/api/v1/samples?station=${name}&since=${since}&step_s=${STEP_S}`)]);
      store.stations.set(id, one);
      [facts, series, failure, loaded] = [some, samples.series, null, true];
    } catch (error) {
      failure = error;
    }
    draw();
  }

  function hear(fact) {
    if (fact.station !== id || !loaded || facts.some((one) => one.id === fact.id)) return;
    facts.unshift(fact);
    to = Date.now();
    draw();
  }

  function draw() {
    const one = store.stations.get(id);
    if (failure && !loaded) return root.replaceChildren(back(), h("p", { class: "empty" }, h("strong", {}, failure.status === 404 ? w.gone : w.failed(failure.message)), failure.status === 404 ? w.goneHint : ""));
    if (!loaded || !one) return undefined;
    return root.replaceChildren(back(), head(one), ...staleness(one, failure), about(one), h("div", { class: "charts" }, day(), water(), power()), list());
  }

  function head(one) {
    return h("div", { class: "head" }, h("h1", {}, one.name, h("span", { class: "id" }, one.station)), standing(one), h("span", { class: "muted" }, w.since(clock(one.since, false))), h("span", { class: "asof" }, w.asof(clock(new Date(to).toISOString()))));
  }

  function about(one) {
    const said = [[w.col.door, w.doors[one.door] ?? one.door], [w.col.inside, one.inside], [w.col.waiting, one.waiting_facts], [w.col.faults, one.faults.length ? faultMarks(one) : w.none], [w.col.heard, ago(one.heard_at)],
      [w.roster, one.roster.refused ? `${one.roster.reported} · ${w.rosterRefused}` : one.roster.reported || w.none], [w.version, one.version], [w.col.district, `${one.city} · ${one.district}`]];
    return h("dl", { class: "sheet facts-of" }, said.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }

  function day() {
    const label = `${w.day}: ${w.doorCount(facts.filter((one) => one.kind === "door_opened").length)}`;
    return sheet(w.day, w.doorCount(facts.filter((one) => one.kind === "door_opened").length), lanes(lanesOf(facts, to), from, to, label), "wide");
  }

  function water() {
    const hours = new Map();
    for (let at = Math.floor(from / HOUR) * HOUR; at <= to; at += HOUR) hours.set(at, 0);
    for (const one of facts.filter((fact) => fact.kind === "water_poured")) {
      const at = Math.floor(Date.parse(one.at) / HOUR) * HOUR;
      if (hours.has(at)) hours.set(at, hours.get(at) + (one.data.poured_ml ?? one.data.charged_ml));
    }
    const total = [...hours.values()].reduce((sum, ml) => sum + ml, 0);
    if (!total) return sheet(w.water, w.perHour, h("p", { class: "empty" }, w.noWater));
    const words = w.totalOf(`${round(total / 1000)} L`);
    return sheet(w.water, `${w.perHour} · ${words}`, bars([...hours], from, to, `${w.water}: ${words}`, (at, ml) => `${clock(new Date(at).toISOString(), false)}: ${ml} ml`));
  }

  function power() {
    const all = series.filter((one) => one.columns.socket_w).map((one) => ({ name: w.socket(one.tags.part ?? ""), points: one.at_ms.map((at, index) => [at, one.columns.socket_w[index]]) }));
    if (!all.length) return sheet(w.power, w.watts, h("p", { class: "empty" }, w.noSamples));
    const wh = facts.filter((one) => one.kind === "charge_ended").reduce((sum, one) => sum + (one.data.energy_wh ?? 0), 0);
    const chart = lines(all, from, to, STEP_S * 3000, `${w.power}, ${w.watts}: ${all.map((one) => one.name).join(", ")}`);
    return sheet(w.power, wh ? `${w.watts} · ${w.totalOf(`${round(wh)} Wh`)}` : w.watts, [chart, h("p", { class: "legend" }, all.map((one, index) => h("span", {}, legend(one.name, index))))]);
  }

  function list() {
    const some = facts.slice(0, shown);
    const inner = some.length ? h("ol", { class: "feed long", tabindex: "0", "aria-label": w.factList }, some.map((one) => entry(one, null))) : h("p", { class: "empty" }, h("strong", {}, w.noFacts));
    const more = facts.length > shown && h("p", { class: "empty" }, h("button", { type: "button", onclick: () => { shown += SHOWN * 4; draw(); } }, w.more));
    return h("section", { class: "sheet" }, h("header", {}, h("h2", {}, w.factList, h("small", {}, String(facts.length)))), inner, more);
  }

  load();
  return { root, draw, hear, load };
}

function back() {
  return h("p", {}, h("a", { href: "#/" }, `← ${w.back}`));
}

function staleness(one, failure) {
  if (failure) return [h("p", { class: "notice bad" }, h("span", { "aria-hidden": "true" }, "!"), w.failed(failure.message))];
  if (one.standing === "online") return [];
  return [h("p", { class: `notice ${one.standing === "lost" ? "bad" : ""}` }, h("span", { "aria-hidden": "true" }, "!"), w.stale(clock(one.heard_at), ago(one.heard_at)))];
}

function sheet(title, small, inner, extra = "") {
  return h("section", { class: `sheet ${extra}` }, h("header", {}, h("h2", {}, title, h("small", {}, small))), h("figure", {}, inner));
}

function lanesOf(facts, now) {
  const old = [...facts].reverse(), tick = (one) => ({ at: Date.parse(one.at), tone: factTone(one), text: `${clock(one.at)} ${factText(one)}` });
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
    const at = Date.parse(one.at);
    if (one.kind === begins) open.set(key(one.data), { from: at, to: now, tone, text: `${clock(one.at)} ${factText(one)}` });
    if (one.kind !== ends) continue;
    const begun = open.get(key(one.data));
    done.push({ from: begun?.from ?? 0, to: at, tone, text: `${begun ? begun.text + " – " : ""}${clock(one.at)} ${factText(one)}` });
    open.delete(key(one.data));
  }
  return [...done, ...open.values()];
}
