// Which fields a rollout changes: what is desired at a station against what is confirmed there, put together where it is the same for many.

import { h } from "./dom.js";
import { rw } from "./rollout_words.js";
import { get } from "./source.js";

const LOOKED = 40, AT_ONCE = 6, LINES = 50, LONGEST = 60, UNDECIDED = ["sent", "waiting", "trial", "failed"];

// Remembers what it has seen, since it is not told any more once a station has confirmed it.
export function changesIn(id) {
  const seen = new Map(), asked = new Set();

  async function look(counts) {
    if (seen.size >= LOOKED) return;
    const pages = await Promise.all(UNDECIDED.filter((state) => counts[state]).map((state) => get(`/api/v1/rollouts/${id}/stations?limit=${LOOKED}&state=${state}`)));
    const open = pages.flatMap((page) => page.items).filter((seat) => !asked.has(seat.station + seat.state)).slice(0, LOOKED - seen.size);
    for (let at = 0; at < open.length; at += AT_ONCE) await Promise.all(open.slice(at, at + AT_ONCE).map(ask));
  }

  async function ask(seat) {
    const config = await get(`/api/v1/config/${encodeURIComponent(seat.station)}`);
    asked.add(seat.station + seat.state);
    if (config.desired_version === seat.version && config.confirmed_version !== seat.version) seen.set(seat.station, config.undo ? differences(config.undo, config.content ?? {}) : null);
  }

  function draw(stations, nameOf) {
    if (!seen.size) return null;
    const groups = grouped(seen), lines = [...groups].slice(0, LINES);
    const items = lines.map(([line, names]) => h("li", { "data-key": line }, h("span", { class: "many", title: names.map(nameOf).join(rw().comma) }, rw().many(names.length)), h("code", {}, line)));
    const more = groups.size > LINES ? h("li", { class: "muted", "data-key": "more" }, rw().moreLines(groups.size - LINES)) : null;
    const of = seen.size < stations ? h("small", {}, rw().looked(seen.size, stations)) : null;
    return h("section", { class: "sheet changes", "data-key": "changes" }, h("header", {}, h("h2", {}, rw().changes, of)), items.length ? h("ul", { tabindex: "0", "aria-label": rw().changes }, items, more) : h("p", { class: "empty" }, rw().alike));
  }

  return { look, draw };
}

// Line to the stations where it is so, the most frequent first.
function grouped(seen) {
  const groups = new Map();
  for (const [station, lines] of seen) for (const line of lines ?? [rw().first]) groups.set(line, [...(groups.get(line) ?? []), station]);
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
