// On the first page: rollouts that run or stand still, and those of the last day that were taken back or failed somewhere.

import { h } from "./dom.js";
import { rw } from "./rollout_words.js";
import { bar, mark } from "./rollouts.js";
import { get } from "./source.js";

const DAY_MS = 24 * 3600e3, LOOKED = 20, LIVE = ["running", "paused"], BACK = ["taken_back", "undone"];
const ended = new Map();

// Those worth a line. When one was taken back is only in its history, which does not change any more.
export async function newsOfRollouts() {
  const items = (await get("/api/v1/rollouts")).items.slice(0, LOOKED);
  await Promise.all(items.filter((one) => BACK.includes(one.state) && !ended.has(one.id)).map(async (one) => {
    const history = (await get(`/api/v1/rollouts/${one.id}`)).history.filter((each) => each.what === "undo" || each.what.endsWith("taken back"));
    ended.set(one.id, Date.parse(history.at(-1)?.at ?? one.made_at));
  }));
  const fresh = (one) => Date.now() - (ended.get(one.id) ?? Date.parse(one.made_at)) < DAY_MS;
  return items.filter((one) => LIVE.includes(one.state) || (fresh(one) && (BACK.includes(one.state) || one.counts.failed > 0)));
}

export function rolloutLines(items) {
  if (!items.length) return null;
  const line = (one) => h("li", { "data-key": one.id }, mark(one.state), h("a", { href: `#/rollout/${one.id}` }, one.name), one.counts.failed > 0 && h("span", { class: "mark" }, `✕ ${rw().line.failed(one.counts.failed)}`), bar(one.counts));
  return h("section", { class: "sheet news", "data-key": "news", "aria-label": rw().whole }, h("ul", {}, items.map(line)));
}
