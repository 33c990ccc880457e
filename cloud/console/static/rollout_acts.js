// What somebody may do to a rollout: which buttons there are, and the dialog that first shows what would happen and asks why.

import { h, setText } from "./dom.js";
import { whoIsIn } from "./login.js";
import { AGAIN, FROM, MAY, rw } from "./rollout_words.js";
import { send } from "./source.js";
import { w } from "./words.js";

const HAVE = ["sent", "waiting", "trial", "confirmed", "failed"];

// Buttons for the state that it is in, for whom they are; those that can not be pressed now say why beneath.
export function actsOf(one) {
  const acts = Object.keys(FROM).filter((act) => FROM[act].includes(one.state)), shut = notForMe();
  if (!acts.length) return null;
  if (shut) return h("p", { class: "acts muted", "data-key": "acts" }, shut);
  const hindered = new Map(acts.map((act) => [act, hindrance(act) || idle(act, one.counts)])), reasons = new Set([...hindered.values()].filter(Boolean));
  const buttons = acts.map((act) => h("button", { type: "button", "data-key": act, "data-act": act, disabled: Boolean(hindered.get(act)), "aria-describedby": hindered.get(act) ? "acts-why" : null }, rw().act[act]));
  return h("div", { class: "acts", "data-key": "acts" }, h("div", { class: "row", role: "group", "aria-label": rw().acts }, buttons), h("p", { class: "muted", id: "acts-why" }, [...reasons].join(" ")));
}

// Whether one station can still be left out, or gone back with.
export function leaveOut(seat, name) {
  const gone = ["cancelled", "back"].includes(seat.state);
  return !gone && !hindrance("cancel") && h("button", { type: "button", "data-act": "cancel", "data-station": seat.station, "aria-label": `${rw().act.cancel}: ${name}` }, rw().act.cancel);
}

function hindrance(act) {
  return notForMe() || (AGAIN.includes(act) && !whoIsIn().human ? rw().person : "");
}

// Nobody to do it to.
function idle(act, counts) {
  if (act === "retry" && !counts.failed) return rw().nothingFailed;
  return act === "undo" && !HAVE.some((state) => counts[state]) ? rw().nobodyHas : "";
}

function notForMe() {
  const me = whoIsIn();
  if (!me) return rw().noLogin;
  return MAY.includes(me.role) ? "" : rw().mayNot(MAY.map((role) => w.me.role[role]).join(rw().comma));
}

// Asks, shows, does. `done` is called after something was done.
export function askFor(id, act, station, name, done) {
  const words = rw(), path = `/api/v1/rollouts/${id}${station ? `/stations/${encodeURIComponent(station)}` : ""}/${act}`;
  const would = h("p", { class: "would", role: "status" }), wrong = h("p", { class: "wrong", role: "alert" });
  const reason = h("input", { maxlength: 300, autocomplete: "off" }), go = h("button", { class: "main", type: "submit", disabled: true }, words.go);
  const title = station ? words.ask.cancel(name) : words.ask[act];
  const form = h("form", { method: "dialog" }, h("h2", { id: "act-title" }, title), would, h("p", { class: "muted" }, words.note[act]), h("label", {}, h("span", {}, words.why), reason), wrong,
    h("div", { class: "row" }, go, h("button", { type: "button", onclick: () => box.close() }, words.leave)));
  const box = h("dialog", { id: "act", "aria-labelledby": "act-title" }, form);
  let told = false;

  async function look() {
    [would.textContent, wrong.textContent, go.disabled] = [words.looking, "", true];
    const trouble = await send("POST", path, { reason: "", dry_run: true }).then((found) => { setText(would, effect(found)); return ""; }, inWords);
    [told, go.disabled] = [!trouble, false];
    if (trouble) setText(would, "");
    setText(wrong, trouble);
    setText(go, told ? words.go : words.again);
    (told ? reason : go).focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!told) return void look();
    const why = reason.value.trim();
    if (why.length < 3) {
      setText(wrong, words.whyNeeded);
      return void reason.focus();
    }
    go.disabled = true;
    const trouble = await send("POST", path, { reason: why, dry_run: false }).then(() => "", inWords);
    go.disabled = false;
    setText(wrong, trouble);
    if (!trouble) {
      box.close();
      done();
    }
  });
  box.addEventListener("close", () => box.remove(), { once: true });
  document.body.append(box);
  box.showModal();
  reason.focus();
  look();
}

// "3 stations go back, 21 stay untouched"
export function effect(told) {
  const words = rw().would, all = Object.values(told.counts).reduce((sum, many) => sum + many, 0), count = (fits) => told.changes.filter(fits).length;
  const fresh = count((one) => one.sends === "new"), later = count((one) => one.sends === "new" && one.after === "waiting"), back = count((one) => one.sends === "undo");
  const out = count((one) => one.after === "cancelled" && !one.sends), rest = all - fresh - back - out;
  const parts = [fresh && words.new(fresh) + (later ? ` ${words.waiting(later)}` : ""), back && words.undo(back), out && words.out(out), rest && words.rest(rest)].filter(Boolean);
  return parts.join(rw().comma);
}

function inWords(error) { return rw().refusal[error.type] ?? [error.message, error.hint].filter(Boolean).join(rw().colon); }
