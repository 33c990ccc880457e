// Orders to one station, by somebody who is logged in: each with a reason, and what became of it in words.

import { h, setText } from "./dom.js";
import { whoIsIn } from "./login.js";
import { morph } from "./morph.js";
import { said as inWords } from "./said.js";
import { get, send } from "./source.js";
import { clock, w } from "./words.js";

const KINDS = ["identify", "unlock", "maintenance", "restart"], SHOWN = 5, LOOK_MS = 1500, OPEN = new Set(["asking", "sent"]);
const TONES = { done: ["good", "✓"], refused: ["bad", "✕"], not_delivered: ["warn", "!"], no_answer: ["warn", "?"] }, GOING = ["", "…"];
const MAY = { identify: ["operator", "ops", "admin"], unlock: ["operator", "ops", "admin"], maintenance: ["operator", "ops", "admin"], restart: ["ops", "admin"] };

export function ordersOf(station) {
  const reason = h("input", { maxlength: 200, "aria-label": w.order.reason, placeholder: w.order.reason }), said = h("p", { class: "empty said", role: "status" });
  const buttons = h("div", { class: "row", role: "group", "aria-label": w.order.title }), list = h("ol", { class: "feed long given" }), read = h("p", { class: "hidden", role: "status" }), mine = new Set();
  const root = h("section", { class: "sheet orders", hidden: true }, h("header", {}, h("h2", {}, w.order.title), reason, buttons), said, list, read);
  const path = `/api/v1/stations/${encodeURIComponent(station)}/orders`;
  let looking = null, drawn = "", giving = false;

  function draw(district) {
    const me = whoIsIn(), here = !me?.districts.length || me.districts.includes(district), may = me ? KINDS.filter((kind) => MAY[kind].includes(me.role)) : [];
    root.hidden = !may.length;
    if (drawn === `${may} ${here}`) return;
    drawn = `${may} ${here}`;
    reason.hidden = buttons.hidden = !here;
    setText(said, here ? "" : w.order.refusal.not_your_district);
    buttons.replaceChildren(...(here ? may : []).map((kind) => h("button", { type: "button", onclick: () => give(kind) }, w.order.kind[kind])));
    if (may.length) look();
  }

  async function give(kind) {
    if (reason.value.trim().length < 3) {
      setText(said, w.order.reasonNeeded);
      reason.focus();
      return;
    }
    if (giving) return;
    setText(said, "");
    giving = true;
    try {
      mine.add((await send("POST", path, { order: kind, reason: reason.value.trim() })).id);
      reason.value = "";
      await look();
    } catch (error) {
      setText(said, w.order.refusal[error.type] ?? w.order.notGiven(error.message, error.hint));
    }
    giving = false;
  }

  // Until what was given is decided.
  async function look() {
    clearTimeout(looking);
    const items = await get(`${path}?limit=${SHOWN}`).then((found) => found.items, () => []);
    morph(list, items.map(line));
    if (mine.has(items[0]?.id)) setText(read, outcome(items[0]));
    if (items.some((one) => OPEN.has(one.state)) && root.isConnected) looking = setTimeout(look, LOOK_MS);
  }

  return { root, draw };
}

function line(one) {
  const [tone, sign] = TONES[one.state] ?? GOING;
  return h("li", { class: tone, "data-key": one.id }, h("time", { datetime: one.at }, clock(one.at)), h("span", { class: "text" }, h("span", { class: "sign", "aria-hidden": "true" }, sign), ` ${outcome(one)}`), h("span", { class: "where" }, `${one.operator}: ${one.reason}`));
}

// "Unlock once: not delivered, offline since 12:03 (3 h)"
function outcome(one) {
  const name = one.minutes ? w.order.minutes(one.minutes) : w.order.kind[one.order], why = ["refused", "not_delivered", "no_answer"].includes(one.state) && inWords(one.words);
  return w.order.outcome(name, w.order.state[one.state], [why, why && one.flaw && `(${w.flaw[one.flaw]})`].filter(Boolean).join(" "));
}
