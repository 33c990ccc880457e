// The first page: the fleet in numbers, every station, and what is happening now.

import { h, setText } from "./dom.js";
import { get } from "./source.js";
import { SIGNS, ago, clock, factText, factTone, w } from "./words.js";

const ORDER = { lost: 0, late: 1, unknown: 2, stopped: 3, online: 4 };
const COLUMNS = {
  standing: (one) => (one.faults.length ? -1 : 0) + ORDER[one.standing] * 2, name: (one) => one.name, district: (one) => one.district, door: (one) => one.door,
  inside: (one) => -one.inside, waiting: (one) => -one.waiting_facts, faults: (one) => -one.faults.length, heard: (one) => one.heard_at,
};
const NUMBERS = new Set(["inside", "waiting"]);
const FEED = 200;

export function overview(store) {
  const rows = new Map(), view = store.view;
  const body = h("tbody"), tiles = h("div", { class: "tiles" }), feed = h("ol", { class: "feed", tabindex: "0", "aria-label": w.live });
  const count = h("small"), note = h("div"), filter = h("input", { type: "search", placeholder: w.filter, "aria-label": w.filter, value: view.filter, oninput: () => { view.filter = filter.value; draw(); } });
  const hold = h("button", { type: "button", "aria-pressed": String(view.paused), onclick: pause });
  const heads = Object.keys(COLUMNS).map((name) => h("th", { scope: "col", class: NUMBERS.has(name) ? "number" : null }, h("button", { type: "button", onclick: () => sortBy(name) }, w.col[name])));
  const table = h("table", {}, h("thead", {}, h("tr", {}, heads)), body);
  const root = h("div", {}, tiles, h("div", { class: "columns" },
    h("section", { class: "sheet" }, h("header", {}, h("h2", {}, w.stations, count), filter), h("div", { class: "scroll" }, table), note),
    h("section", { class: "sheet" }, h("header", {}, h("h2", {}, w.live), hold), feed)));
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
    const known = rows.get(one.station), text = JSON.stringify(one) + ago(one.heard_at);
    if (known?.text === text) return known.element;
    const element = known?.element ?? h("tr");
    element.replaceChildren(
      h("td", {}, standing(one)), h("th", { scope: "row" }, h("a", { href: `#/station/${one.station}` }, one.name), h("span", { class: "id" }, one.station)), h("td", {}, one.district),
      h("td", { class: one.standing === "online" ? null : "muted" }, w.doors[one.door] ?? one.door), h("td", { class: "number" }, one.inside), h("td", { class: "number" }, one.waiting_facts),
      h("td", {}, one.faults.length ? faultMarks(one) : h("span", { class: "muted" }, "–")), h("td", { class: "muted" }, ago(one.heard_at)));
    rows.set(one.station, { element, text });
    return element;
  }

  function drawTiles() {
    const health = store.health;
    if (!health) return;
    const fleet = health.fleet, lag = health.ingest.lag_ms;
    const some = [["total", fleet.total, null, null], ["online", fleet.online, "online", "good"], ["late", fleet.late, "late", "warn"], ["lost", fleet.lost, "lost", "bad"], ["stopped", fleet.stopped, "stopped", "idle"], ["withFaults", fleet.with_faults, "faults", "bad"]];
    const made = some.map(([name, much, only, tone]) => h("button", { type: "button", class: `tile ${tone ?? ""} ${much ? "" : "zero"}`, "aria-pressed": String(only !== null && view.only === only), onclick: () => { view.only = view.only === only ? null : only; draw(); } },
      h("span", { class: "what" }, only && h("span", { class: "sign", "aria-hidden": "true" }, only === "faults" ? "!" : SIGNS[only][0]), w[name]), h("span", { class: "much" }, much.toLocaleString("en"))));
    const plain = (name, much, unit) => h("div", { class: "tile" }, h("span", { class: "what" }, w[name]), h("span", { class: "much" }, much, h("span", { class: "unit" }, unit)));
    const focused = [...tiles.children].indexOf(document.activeElement);
    tiles.replaceChildren(...made, plain("facesKept", (health.faces?.people ?? 0).toLocaleString("en"), health.warnings?.length ? `! ${w.facesOf(health.faces.warn_at.toLocaleString("en"))}` : ""), plain("factsToday", health.facts_today.toLocaleString("en"), ""), plain("lag", Math.round(lag).toLocaleString("en"), health.ingest.waiting > 50 ? `ms · ${health.ingest.waiting} ${w.waiting}` : "ms"));
    if (focused >= 0) tiles.children[focused]?.focus();
  }

  function drawFeed() {
    const newest = store.facts.slice(0, FEED), top = newest[0]?.id ?? null;
    const waiting = view.paused ? store.facts.filter((one) => one.id > (view.pausedAt ?? top)).length : 0;
    if (view.paused) view.pausedAt ??= top;
    else view.pausedAt = null;
    setText(hold, view.paused ? w.resume(waiting) : w.pause);
    if (named !== store.loaded) drawn = null; // names of stations came after the facts
    named = store.loaded;
    if (view.paused && drawn !== null) return;
    const shown = view.paused ? store.facts.filter((one) => one.id <= view.pausedAt).slice(0, FEED) : newest;
    const fresh = drawn === null ? [] : shown.filter((one) => one.id > drawn);
    if (drawn === null) feed.replaceChildren(...shown.map((one) => entry(one, store)));
    else feed.prepend(...fresh.map((one) => entry(one, store, true)));
    while (feed.children.length > FEED) feed.lastChild.remove();
    if (!shown.length) feed.replaceChildren(h("li", { class: "empty" }, h("strong", {}, w.noFacts), w.noFactsHint));
    drawn = top;
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

export function standing(one) {
  const [sign, tone] = SIGNS[one.standing];
  return h("span", { class: `standing ${tone}` }, h("span", { class: "sign", "aria-hidden": "true" }, sign), w[one.standing]);
}

export function faultMarks(one) {
  return one.faults.map((f) => h("span", { class: "mark" }, `! ${w.fault[f.fault] ?? f.fault}${f.part ? ` · ${f.part}` : ""}`));
}

export function entry(fact, store, fresh = false) {
  const name = store?.stations.get(fact.station)?.name ?? fact.station;
  return h("li", { class: `${factTone(fact)} ${fresh ? "fresh" : ""}` }, h("time", { datetime: fact.at, title: fact.at }, clock(fact.at)), h("span", { class: "text" }, factText(fact)),
    h("span", { class: "where" }, store && h("a", { href: `#/station/${fact.station}` }, name), fact.clock === "unsure" && ` · ${w.unsure}`));
}
