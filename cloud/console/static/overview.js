// The first page: the fleet in numbers, every station, and what is happening now.

import { h, setText } from "./dom.js";
import { behind, cameLate, happened, unheardSince } from "./gaps.js";
import { whoIsIn } from "./login.js";
import { morph } from "./morph.js";
import { rolloutLines } from "./rollout_line.js";
import { get, send } from "./source.js";
import { SIGNS, ago, clock, factText, factTone, lang, w } from "./words.js";

const ORDER = { lost: 0, late: 1, unknown: 2, stopped: 3, online: 4 };
const COLUMNS = {
  standing: (one) => (one.faults.length ? -1 : 0) + ORDER[one.standing] * 2, name: (one) => one.name, district: (one) => one.district, door: (one) => one.door,
  inside: (one) => -one.inside, waiting: (one) => -one.waiting_facts - one.waiting_batches, faults: (one) => -one.faults.length, heard: (one) => one.heard_at,
};
const NUMBERS = new Set(["inside", "waiting"]);
const FEED = 200;

export function overview(store) {
  const rows = new Map(), items = new Map(), view = store.view;
  const body = h("tbody"), tiles = h("div", { class: "tiles" }), feed = h("ol", { class: "feed", tabindex: "0", "aria-label": w.live });
  const count = h("small"), note = h("div"), filter = h("input", { type: "search", placeholder: w.filter, "aria-label": w.filter, value: view.filter, oninput: () => { view.filter = filter.value; draw(); } });
  const hold = h("button", { type: "button", "aria-pressed": String(view.paused), onclick: pause });
  const heads = Object.keys(COLUMNS).map((name) => h("th", { scope: "col", class: NUMBERS.has(name) ? "number" : null }, h("button", { type: "button", onclick: () => sortBy(name) }, w.col[name])));
  const table = h("table", {}, h("thead", {}, h("tr", {}, heads)), body);
  const live = h("small"), alerts = h("div"), news = h("div", { tabindex: "-1" });
  const root = h("div", {}, tiles, alerts, news, h("div", { class: "columns" },
    h("section", { class: "sheet" }, h("header", {}, h("h2", {}, w.stations, count), filter), h("div", { class: "scroll" }, table), note),
    h("section", { class: "sheet" }, h("header", {}, h("h2", {}, w.live, live), hold), feed)));
  let drawn = null, named = store.loaded, bound = null, boundOf = -1;

  function sortBy(name) {
    view.backwards = view.sort === name && !view.backwards;
    view.sort = name;
    draw();
  }

  function pause() {
    view.paused = !view.paused;
    hold.setAttribute("aria-pressed", String(view.paused));
    drawn = null;
    drawFeed();
  }

  function draw() {
    Object.keys(COLUMNS).forEach((name, index) => (name === view.sort ? heads[index].setAttribute("aria-sort", view.backwards ? "descending" : "ascending") : heads[index].removeAttribute("aria-sort")));
    const wanted = view.filter.trim().toLowerCase().split(/\s+/).filter(Boolean), key = COLUMNS[view.sort], sign = view.backwards ? -1 : 1;
    const fits = (one) => (!view.only || (view.only === "faults" ? one.faults.length > 0 : one.standing === view.only)) && wanted.every((word) => searchable(one).includes(word));
    const shown = [...store.stations.values()].filter(fits);
    shown.sort((a, b) => sign * compare(key(a), key(b)) || compare(a.station, b.station, true));
    const wants = shown.map((one) => row(one));
    if (wants.length !== body.children.length || wants.some((element, index) => body.children[index] !== element)) body.replaceChildren(...wants);
    setText(count, w.shown(shown.length, store.stations.size));
    table.hidden = !shown.length;
    note.replaceChildren(...emptiness(shown.length));
    readBound();
    setText(live, store.deaf ? w.notLive(clock(iso(store.deaf), false)) : "");
    root.classList.toggle("old", Boolean(store.deaf));
    morph(news, [rolloutLines(store.rollouts)]);
    drawAlerts();
    drawTiles();
    drawFeed();
  }

  // How much more than a shared quota can be drawn while lines are cut; it grows with the number of stations.
  function readBound() {
    if (boundOf === store.stations.size) return;
    boundOf = store.stations.size;
    get("/api/v1/quota/bound").then((found) => { bound = found; draw(); }, () => {});
  }

  function emptiness(shown) {
    if (shown) return bound ? [h("p", { class: "empty" }, w.quotaBound(bound.items))] : [];
    if (!store.loaded) return [h("p", { class: "empty" }, store.failure ? w.failed(store.failure) : w.loading)];
    if (!store.stations.size) return [h("p", { class: "empty" }, h("strong", {}, w.nothingYet), w.nothingYetHint)];
    return [h("p", { class: "empty" }, h("strong", {}, w.noMatch), h("button", { type: "button", onclick: () => { view.filter = filter.value = ""; view.only = null; draw(); } }, w.clear))];
  }

  function row(one) {
    const known = rows.get(one.station), text = JSON.stringify(one) + ago(one.heard_at), old = unheardSince(one, store) !== null, then = old || one.standing !== "online" ? "old" : "";
    if (known?.text === text && known.old === old) return known.element;
    const element = known?.element ?? h("tr");
    element.replaceChildren(
      h("td", {}, standing(one, old), behind(one) && h("span", { class: "muted", "aria-hidden": "true" }, " ↥")), h("th", { scope: "row" }, h("a", { href: `#/station/${one.station}` }, one.name), h("span", { class: "id" }, one.station)), h("td", {}, one.district),
      h("td", { class: then }, w.doors[one.door] ?? one.door), h("td", { class: `number ${then}` }, one.inside), h("td", { class: `number ${then}` }, waiting(one)),
      h("td", { class: then }, one.faults.length ? faultMarks(one) : h("span", { class: "muted" }, "–")), h("td", { class: "muted" }, ago(one.heard_at)));
    rows.set(one.station, { element, text, old });
    return element;
  }

  function drawAlerts() {
    const text = JSON.stringify(store.alerts) + store.stations.size + whoIsIn()?.role;
    if (alerts.dataset.text === text) return;
    alerts.dataset.text = text;
    alerts.replaceChildren(...(store.alerts.length ? [h("section", { class: "sheet alerts" }, h("header", {}, h("h2", {}, w.alerts, h("small", {}, String(store.alerts.length)))), h("ul", {}, store.alerts.map((one) => alertOf(one, store))))] : []));
  }

  function drawTiles() {
    const health = store.health;
    if (!health) return;
    const fleet = health.fleet, lag = health.ingest.lag_ms, gone = (one) => !store.deaf && one.standing === "online" && unheardSince(one, store) !== null;
    const unheard = Math.min(fleet.online, [...store.stations.values()].filter(gone).length);
    const some = [["total", fleet.total, null, null], ["online", fleet.online - unheard, "online", "good"], ["late", fleet.late, "late", "warn"], ["lost", fleet.lost, "lost", "bad"], ["stopped", fleet.stopped, "stopped", "idle"], ["withFaults", fleet.with_faults, "faults", "bad"]];
    const made = some.map(([name, much, only, tone]) => h("button", { type: "button", class: `tile ${tone ?? ""} ${much ? "" : "zero"}`, "aria-pressed": String(only !== null && view.only === only), onclick: () => { view.only = view.only === only ? null : only; draw(); } },
      h("span", { class: "what" }, only && h("span", { class: "sign", "aria-hidden": "true" }, only === "faults" ? "!" : SIGNS[only][0]), w[name]), h("span", { class: "much" }, much.toLocaleString("en"), store.deaf && h("span", { class: "unit" }, w.asAt(clock(iso(store.deaf), false))))));
    const plain = (name, much, unit) => h("div", { class: "tile" }, h("span", { class: "what" }, w[name]), h("span", { class: "much" }, much, h("span", { class: "unit" }, unit)));
    const focused = [...tiles.children].indexOf(document.activeElement);
    tiles.replaceChildren(...made, plain("facesKept", (health.faces?.people ?? 0).toLocaleString("en"), health.warnings?.includes("faces_near_filing") ? `! ${w.facesOf(health.faces.warn_at.toLocaleString("en"))}` : ""), plain("factsToday", health.facts_today.toLocaleString("en"), ""), plain("lag", store.deaf ? "–" : Math.round(lag).toLocaleString("en"), store.deaf ? "" : health.ingest.waiting > 50 ? `ms · ${health.ingest.waiting} ${w.waiting}` : "ms"));
    if (focused >= 0) tiles.children[focused]?.focus();
  }

  function drawFeed() {
    const arrived = store.facts.reduce((most, one) => Math.max(most, one.id), 0);
    if (!view.paused) view.pausedAt = null;
    else view.pausedAt ??= arrived;
    const waiting = view.paused ? store.facts.filter((one) => one.id > view.pausedAt).length : 0;
    setText(hold, view.paused ? w.resume(waiting) : w.pause);
    if (named !== store.loaded) drawn = null; // names of stations came after the facts
    named = store.loaded;
    if (view.paused && drawn !== null) return;
    const shown = store.facts.filter((one) => !view.paused || one.id <= view.pausedAt).slice(0, FEED);
    if (drawn === null) items.clear();
    const wants = shown.map((one) => item(one));
    if (!shown.length) feed.replaceChildren(h("li", { class: "empty" }, h("strong", {}, w.noFacts), w.noFactsHint));
    else if (wants.length !== feed.children.length || wants.some((element, index) => feed.children[index] !== element)) feed.replaceChildren(...wants);
    for (const id of items.keys()) if (!shown.some((one) => one.id === id)) items.delete(id);
    drawn = arrived;
  }

  function item(one) {
    if (!items.has(one.id)) items.set(one.id, entry(one, store, drawn !== null && one.id > drawn));
    return items.get(one.id);
  }

  draw();
  return { root, draw };
}

function searchable(one) {
  return `${one.name} ${one.station} ${one.district} ${one.city} ${one.standing} ${w[one.standing]} ${one.faults.map((f) => w.fault[f.fault]).join(" ")}`.toLowerCase();
}

function compare(a, b, numeric = false) {
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: numeric || true });
}

function iso(ms) { return new Date(ms).toISOString(); }

// While nobody hears it, that a station is there is not known: it was.
export function standing(one, unheard) {
  const [sign, tone] = unheard && one.standing === "online" ? ["◌", "idle"] : SIGNS[one.standing];
  const words = unheard && one.standing === "online" ? w.was(w.online) : w[one.standing];
  return h("span", { class: `standing ${tone}` }, h("span", { class: "sign", "aria-hidden": "true" }, sign), words, one.flapping && h("span", { class: "mark warn", title: w.flappingWhy }, `⇅ ${w.flapping}`));
}

function waiting(one) {
  if (!behind(one)) return one.waiting_facts;
  const all = w.toCome(one.waiting_facts, one.waiting_batches, one.complete_until && clock(one.complete_until, false));
  return h("span", { class: "mark coming", title: all }, h("span", { "aria-hidden": "true" }, "↥ "), w.waits(one.waiting_facts.toLocaleString("en"), one.waiting_batches), h("span", { class: "hidden" }, ` ${all}`));
}

function alertOf(one, store) {
  const name = store.stations.get(one.station)?.name ?? one.station, zh = lang() === "zh", todo = (zh && one.todo_zh) || one.todo, me = whoIsIn();
  const see = (event) => send("POST", `/api/v1/alerts/${encodeURIComponent(one.fingerprint)}/acknowledge`).then((seen) => { store.alerts = store.alerts.map((old) => (old.fingerprint === one.fingerprint ? seen : old)); dispatchEvent(new Event("redraw")); }, (error) => event.target.replaceWith(w.failed(error.message)));
  const seen = one.seen_at ? h("span", { class: "muted" }, w.seenBy(one.seen_by, clock(one.seen_at, false))) : me?.human && me.role !== "viewer" && h("button", { type: "button", onclick: see }, w.see);
  return h("li", {}, h("strong", {}, h("span", { "aria-hidden": "true" }, "! "), (zh && one.summary_zh) || one.summary), h("span", { class: "muted" }, w.alertSince(clock(one.since, false)), one.station && " · ", one.station && h("a", { href: `#/station/${one.station}` }, name),
    one.link && " · ", one.link && h("a", { href: one.link, rel: "noreferrer" }, `${w.rule} ↗`)), todo && h("span", { class: "todo" }, `${w.todo}: ${todo}`), seen);
}

export function faultMarks(one) {
  return one.faults.map((f) => h("span", { class: "mark" }, `! ${w.fault[f.fault] ?? f.fault}${f.part ? ` · ${f.part}` : ""}`));
}

export function entry(fact, store, fresh = false) {
  const name = store?.stations.get(fact.station)?.name ?? fact.station;
  return h("li", { class: `${factTone(fact)} ${fresh ? "fresh" : ""}` }, h("time", { datetime: fact.at, title: fact.at }, clock(iso(happened(fact)))), h("span", { class: "text" }, factText(fact)),
    h("span", { class: "where" }, store && h("a", { href: `#/station/${fact.station}` }, name), [fact.clock === "unsure" && w.unsure, cameLate(fact) && w.cameLate(clock(fact.at), clock(fact.received_at))].filter(Boolean).map((words, index) => (store || index ? ` · ${words}` : words))));
}
