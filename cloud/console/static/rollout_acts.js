// What somebody may do to a rollout: which buttons there are, and the dialog that first shows what would happen and asks why.

import { h, setText } from "./dom.js";
import { whoIsIn } from "./login.js";
import { AGAIN, FROM, MAY, rw } from "./rollout_words.js";
import { send } from "./source.js";
import { w } from "./words.js";

// Buttons for the state that it is in; those that may not be pressed say why beneath.
export function actsOf(one) {
  const acts = Object.keys(FROM).filter((act) => FROM[act].includes(one.state)), nothing = !one.counts.failed;
  if (!acts.length) return null;
  const reasons = new Set(acts.map((act) => hindrance(act) || (act === "retry" && nothing && rw().nothingFailed)).filter(Boolean));
  const buttons = acts.map((act) => h("button", { type: "button", "data-key": act, "data-act": act, disabled: Boolean(hindrance(act)) || (act === "retry" && nothing), "aria-describedby": reasons.size ? "acts-why" : null }, rw().act[act]));
  return h("div", { class: "acts", "data-key": "acts" }, h("div", { class: "row", role: "group", "aria-label": rw().acts }, buttons), h("p", { class: "muted", id: "acts-why" }, [...reasons].join(" ")));
}

// Whether one station can still be left out, or gone back with.
export function leaveOut(seat, name) {
  const gone = ["cancelled", "back"].includes(seat.state);
  return !gone && !hindrance("cancel") && h("button", { type: "button", "data-act": "cancel", "data-station": seat.station, "aria-label": rw().ask.cancel(name) }, rw().act.cancel);
}

function hindrance(act) {
  const me = whoIsIn(), words = rw();
  if (!me) return words.noLogin;
  if (!MAY.includes(me.role)) return words.mayNot(MAY.map((role) => w.me.role[role]).join(rw().comma));
  return AGAIN.includes(act) && !me.human ? words.person : "";
}

// Asks, shows, does. `done` is called after something was done.
export function askFor(id, act, station, name, done) {
  const words = rw(), path = `/api/v1/rollouts/${id}${station ? `/stations/${encodeURIComponent(station)}` : ""}/${act}`;
  const would = h("p", { class: "would", role: "status" }, words.looking), wrong = h("p", { class: "wrong", role: "alert" });
  const reason = h("input", { maxlength: 300, autocomplete: "off" }), go = h("button", { class: "main", type: "submit", disabled: true }, words.go);
  const title = station ? words.ask.cancel(name) : words.ask[act];
  const form = h("form", { method: "dialog" }, h("h2", { id: "act-title" }, title), would, h("p", { class: "muted" }, words.note[act]), h("label", {}, h("span", {}, words.why), reason), wrong,
    h("div", { class: "row" }, go, h("button", { type: "button", onclick: () => box.close() }, words.leave)));
  const box = h("dialog", { id: "act", "aria-labelledby": "act-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const why = reason.value.trim();
    if (why.length < 3) {
      setText(wrong, words.whyNeeded);
      reason.focus();
      return;
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
  send("POST", path, { reason: "", dry_run: true }).then((told) => { setText(would, effect(told)); go.disabled = false; }, (error) => { setText(would, ""); setText(wrong, inWords(error)); });
}

// "3 stations go back, 21 stay untouched"
export function effect(told) {
  const words = rw().would, all = Object.values(told.counts).reduce((sum, many) => sum + many, 0), count = (fits) => told.changes.filter(fits).length;
  const fresh = count((one) => one.sends === "new"), later = count((one) => one.sends === "new" && one.after === "waiting"), back = count((one) => one.sends === "undo");
  const out = count((one) => one.after === "cancelled" && !one.sends), rest = all - fresh - back - out;
  const parts = [fresh && words.new(fresh) + (later ? ` ${words.waiting(later)}` : ""), back && words.undo(back), out && words.out(out), rest && words.rest(rest)].filter(Boolean);
  return parts.join(rw().comma);
}

function inWords(error) { return rw().refusal[error.type] ?? error.message; }
