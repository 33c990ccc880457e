// Orders to one station, by somebody who is logged in: each with a reason, and what became of it in words.

import { h, setText } from "./dom.js";
import { whoIsIn } from "./login.js";
import { get, send } from "./source.js";
import { w } from "./words.js";

const KINDS = ["identify", "unlock", "maintenance", "restart"], SHOWN = 5, LOOK_MS = 1500, OPEN = new Set(["asking", "sent"]);
const TONES = { done: "good", refused: "bad", not_delivered: "warn", no_answer: "warn" };
const MAY = { identify: ["operator", "ops", "admin"], unlock: ["operator", "ops", "admin"], maintenance: ["operator", "ops", "admin"], restart: ["ops", "admin"] };

export function ordersOf(station) {
  const reason = h("input", { maxlength: 200, "aria-label": w.order.reason, placeholder: w.order.reason }), said = h("p", { class: "empty said", role: "status" });
  const buttons = h("div", { class: "row" }), list = h("ol", { class: "feed given" });
  const root = h("section", { class: "sheet orders", hidden: true }, h("header", {}, h("h2", {}, w.order.title), reason, buttons), said, list);
  const path = `/api/v1/stations/${encodeURIComponent(station)}/orders`;
  let looking = null, drawn = "";

  function draw() {
    const me = whoIsIn(), mine = me ? KINDS.filter((kind) => MAY[kind].includes(me.role)) : [];
    root.hidden = !mine.length;
    if (drawn === mine.join()) return;
    drawn = mine.join();
    buttons.replaceChildren(...mine.map((kind) => h("button", { type: "button", onclick: () => give(kind) }, w.order.kind[kind])));
    if (mine.length) look();
  }

  async function give(kind) {
    if (reason.value.trim().length < 3) {
      setText(said, w.order.reasonNeeded);
      reason.focus();
      return;
    }
    setText(said, "");
    try {
      await send("POST", path, { order: kind, reason: reason.value.trim() });
      reason.value = "";
      await look();
    } catch (error) {
      setText(said, w.order.refusal[error.type] ?? w.failed(error.message));
    }
  }

  // Until what was given is decided.
  async function look() {
    clearTimeout(looking);
    const items = await get(`${path}?limit=${SHOWN}`).then((found) => found.items, () => []);
    list.replaceChildren(...items.map(line));
    if (items.some((one) => OPEN.has(one.state)) && root.isConnected) looking = setTimeout(look, LOOK_MS);
  }

  function line(one) {
    return h("li", { class: TONES[one.state] ?? "" }, h("time", { datetime: one.at }, new Date(one.at).toLocaleTimeString("en-GB")),
      h("span", { class: "text" }, `${w.order.kind[one.order] ?? one.order}: ${w.order.state[one.state]}`), h("span", { class: "where" }, `${one.operator}: ${one.reason}${TONES[one.state] === "good" ? "" : ` (${one.words})`}`));
  }

  return { root, draw };
}
