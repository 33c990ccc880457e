// Counting a shelf without a keyboard: pieces and last day by steps, the lot by keys on the screen.

import { day } from "./amounts.js";
import { attribute, icon, make, put, show } from "./dom.js";
import { say } from "./words.js";

const MOST = 1000;
const LOT_MOST = 20;
const DAY_MS = 86400000;
const SYMBOLS = [..."-./"];
const KEYS = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

export class CountForm {
  // `onSave(intent)` when the steward is sure.
  constructor(onSave, redraw) {
    Object.assign(this, { redraw, shelf: "", typing: false, fresh: false });
    this.count = new Stepper([-10, -1, 1, 10], (step) => { this.value = Math.min(MOST, Math.max(0, this.value + step)); redraw(); });
    this.days = new Stepper([-30, -1, 1, 30], (step) => { this.expires = moved(this.expires, step); redraw(); });
    this.lotLabel = make("span", "label");
    this.lotValue = make("b", "value");
    this.lot = make("button", "field", this.lotLabel, this.lotValue);
    this.lot.addEventListener("click", () => { this.typing = true; redraw(); });
    this.save = make("button", "main", (this.saveWord = make("span")));
    this.save.addEventListener("click", () => onSave({ kind: "restock", shelf: this.shelf, count: this.value, lot: this.code, expires: this.expires }));
    this.form = make("div", "form", this.count.node, this.days.node, make("div", "row", this.lot, this.save));
    this.node = make("div", "counting", this.form, this.makePad());
  }

  makePad() {
    this.typed = make("b", "value");
    this.delete = make("button", "key quiet wide", icon("delete"));
    this.delete.addEventListener("click", () => { this.code = this.code.slice(0, -1); this.redraw(); });
    this.done = make("button", "main");
    this.done.addEventListener("click", () => { this.typing = false; this.redraw(); });
    const [symbols, keys] = [SYMBOLS, KEYS].map((list) => list.map((key) => this.makeKey(key)));
    this.pad = make("div", "pad", make("div", "typed", this.typed, ...symbols, this.delete, this.done), make("div", "letters", ...keys));
    return this.pad;
  }

  makeKey(key) {
    const button = make("button", "key", key);
    button.dataset.lotKey = key;
    button.addEventListener("click", () => { this.code = (this.code + key).slice(0, LOT_MOST); this.redraw(); });
    return button;
  }

  begin(shelf) {
    Object.assign(this, { shelf, typing: false, fresh: true });
  }

  // What the station believes is where counting starts.
  start({ count, lot, expires }) {
    Object.assign(this, { value: count, code: lot, expires: expires || moved(today(), 30), fresh: false });
  }

  draw(screen) {
    const shelf = screen.fridge?.shelves.find(({ name }) => name === this.shelf);
    if (!shelf) return;
    if (this.fresh) this.start(shelf);
    show(this.form, !this.typing);
    show(this.pad, this.typing);
    this.count.draw(say("steward.count", { before: shelf.count }), String(this.value));
    this.days.draw(say("steward.expires"), day(this.expires));
    put(this.lotLabel, say("steward.lot"));
    put(this.lotValue, this.code || "–");
    put(this.saveWord, say("steward.save"));
    show(this.save, this.code !== "");
    put(this.typed, this.code || "–");
    put(this.done, say("steward.confirm"));
    attribute(this.delete, "aria-label", say("code.delete"));
  }
}

// A number or a day between buttons that change it.
class Stepper {
  constructor(steps, onStep) {
    this.label = make("span", "label");
    this.value = make("b", "value");
    const buttons = steps.map((step) => {
      const button = make("button", "step", step > 0 ? `+${step}` : `−${-step}`);
      button.dataset.step = step;
      button.addEventListener("click", () => onStep(step));
      return button;
    });
    const half = buttons.length / 2;
    this.node = make("div", "row", ...buttons.slice(0, half), make("p", "told", this.label, this.value), ...buttons.slice(half));
  }

  draw(label, value) {
    put(this.label, label);
    put(this.value, value);
  }
}

const today = () => new Date().toISOString().slice(0, 10);
const moved = (iso, days) => new Date(Date.parse(`${iso}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
