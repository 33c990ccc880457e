// Which fields a rollout changes: what is desired at a station against what is confirmed there, put together where it is the same for many.

import { h } from "./dom.js";
import { rw } from "./rollout_words.js";
import { get } from "./source.js";
import { w } from "./words.js";

const LOOKED = 40, AT_ONCE = 6, LINES = 50, LONGEST = 60, UNDECIDED = ["sent", "waiting", "trial", "failed"];

// Remembers what it has seen, since it is not told any more once a station has confirmed it.
export function changesIn(id) {
  const seen = new Map(), asked = new Set();
  let hidden = false, looked = false;

  async function look(counts) {
    if (seen.size >= LOOKED) return;
    const pages = await Promise.all(UNDECIDED.filter((state) => counts[state]).map((state) => get(`/api/v1/rollouts/${id}/stations?limit=${LOOKED}&state=${state}`)));
    const open = pages.flatMap((page) => page.items).filter((seat) => !asked.has(seat.station + seat.state)).slice(0, LOOKED - seen.size);
    for (let at = 0; at < open.length; at += AT_ONCE) await Promise.all(open.slice(at, at + AT_ONCE).map((seat) => ask(seat).catch(() => {})));
    looked = true;
  }

  async function ask(seat) {
    const config = await get(`/api/v1/config/${encodeURIComponent(seat.station)}`);
    asked.add(seat.station + seat.state);
    hidden = !config.whole;
    if (hidden) return;
    if (config.whole !== false && config.desired_version === seat.version && config.confirmed_version !== seat.version) seen.set(seat.station, config.undo ? differences(config.undo, config.content ?? {}) : null);
  }

  function draw({ stations, state, counts }, nameOf) {
    if (!seen.size) return instead(state, counts);
    const groups = grouped(seen), lines = [...groups].slice(0, LINES);
    const items = lines.map(([line, names]) => h("li", { "data-key": line }, h("span", { class: "many", title: names.map(nameOf).join(rw().comma) }, rw().many(names.length)), h("code", {}, line)));
    const more = groups.size > LINES ? h("li", { class: "muted", "data-key": "more" }, rw().moreLines(groups.size - LINES)) : null;
    const of = seen.size < stations ? h("small", {}, rw().looked(seen.size, stations)) : null;
    return sheet(of, items.length ? h("ul", { tabindex: "0", "aria-label": rw().changes }, items, more) : h("p", { class: "empty slim" }, rw().alike));
  }

  function instead(state, counts) {
    const coming = !looked && UNDECIDED.some((each) => counts[each]);
    const words = hidden ? rw().notShown : state === "draft" ? rw().later : coming && w.loading;
    return words ? sheet(null, h("p", { class: "empty slim" }, words)) : null;
  }

  return { look, draw };
}

function sheet(of, inner) {
  return h("section", { class: "sheet changes", "data-key": "changes" }, h("header", {}, h("h2", {}, rw().changes, of)), inner);
}

// Line to the stations where it is so, the most frequent first.
function grouped(seen) {
  const groups = new Map();
  for (const [station, lines] of seen) for (const line of lines ?? [rw().fresh]) groups.set(line, [...(groups.get(line) ?? []), station]);
  return new Map([...groups].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0])));
}

export function differences(before, after, path = "") {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (branches(before) !== branches(after) && (before === undefined || after === undefined)) return differences(before ?? {}, after ?? {}, path);
  if (!branches(before) || !branches(after)) return [`${path}: ${short(before)} → ${short(after)}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => differences(before[name], after[name], path ? `${path}.${name}` : name));
}

function branches(value) { return typeof value === "object" && value !== null && (!Array.isArray(value) || value.some((one) => typeof one === "object")); }

function short(value) {
  const text = value === undefined ? rw().absent : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
