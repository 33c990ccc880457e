// Number and PIN on the keypad, or what is asked for after a face. Nothing is kept: sent, left or idle, it is gone.

import { attribute, by, icon, make, put, setIcon, show } from "./dom.js";
import { say } from "./words.js";

const MOST = { number: 6, pin: 8 };
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "delete", "0", "clear"];
const WORDS = { delete: "code.delete", clear: "code.clear" };
const FORGET_MS = 30000;
const PHONE_DIGITS = 4;
const WARNING_S = 20;

export class CodeEntry {
  // `onCode({ number, pin })` when the visitor asks to open, `onAnswer(digits)` when something was asked for after a face.
  constructor(onCode, onAnswer) {
    Object.assign(this, { onCode, onAnswer });
    this.asked = this.declined = null;
    this.typed = { number: "", pin: "" };
    this.field = "number";
    this.shown = false;
    this.touchedAt = this.left_s = 0;
    this.keys = KEYS.map((key) => this.makeKey(key));
    by("keys").append(...this.keys.map(({ button }) => button));
    for (const field of ["number", "pin"]) by(field).addEventListener("click", () => this.choose(field));
    by("reveal").addEventListener("click", () => this.reveal());
    by("enter").addEventListener("click", () => this.enter());
    by("ask-other").addEventListener("click", () => this.ask(null, true));
  }

  makeKey(key) {
    const digit = /\d/.test(key);
    const button = make("button", digit ? "key" : "key quiet", digit ? key : icon(key));
    const word = digit ? null : make("span", "small");
    if (word) button.append(word);
    button.dataset.key = key;
    button.addEventListener("click", () => this.key(key));
    return { key, button, word };
  }

  // A key of the keypad, or of a real keyboard.
  key(key) {
    const now = this.typed[this.field];
    if (key === "clear") this.clear();
    else if (key === "delete") this.typed[this.field] = now.slice(0, -1);
    else if (now.length < this.most()) this.typed[this.field] = now + key;
    this.touched();
  }

  most() {
    return this.asked === "phone" ? PHONE_DIGITS : MOST[this.field];
  }

  // `what` "phone" or "pin" while the station asks for it, else null; somebody may prefer number and PIN until it is over.
  ask(what, declines = false) {
    if (declines) this.declined = this.asked;
    else if (what === null) this.declined = null;
    const asked = this.declined ? null : what;
    if (asked === this.asked) return;
    this.asked = asked;
    this.clear();
    this.touched();
  }

  keyboard(key) {
    if (/^\d$/.test(key)) this.key(key);
    else if (key === "Backspace") this.key("delete");
    else if (key === "Enter") this.enter();
    else return false;
    return true;
  }

  choose(field) {
    this.field = field;
    this.touched();
  }

  reveal() {
    this.shown = !this.shown;
    this.touched();
  }

  enter() {
    const { number, pin } = this.typed;
    if (this.asked && pin) {
      this.clear();
      this.onAnswer(pin);
    } else if (number && pin) {
      this.clear();
      this.onCode({ number, pin });
    } else {
      this.field = number || this.asked ? "pin" : "number";
    }
    this.touched();
  }

  clear() {
    this.typed = { number: "", pin: "" };
    this.field = this.asked ? "pin" : "number";
    this.shown = false;
  }

  touched() {
    this.touchedAt = performance.now();
    this.draw();
  }

  // Half a code must not wait for the next person.
  tick() {
    const typed = this.typed.number || this.typed.pin;
    if (typed && performance.now() - this.touchedAt > FORGET_MS) {
      this.clear();
      this.draw();
    }
  }

  draw() {
    const label = this.asked ? `ask.${this.asked}` : "code.pin";
    show(by("number"), !this.asked);
    show(by("ask-other"), this.asked !== null);
    put(by("code-words"), this.title());
    put(by("pin").querySelector(".label"), say(label));
    this.drawField("number", this.typed.number);
    this.drawField("pin", this.shown ? this.typed.pin : "•".repeat(this.typed.pin.length));
    const reveal = by("reveal");
    put(reveal.querySelector("span"), say(this.shown ? "code.hide" : "code.show"));
    attribute(reveal, "aria-label", say(this.shown ? "code.hide_pin" : "code.show_pin"));
    attribute(reveal, "aria-pressed", this.shown);
    setIcon(reveal, this.shown ? "eye-off" : "eye");
    put(by("enter"), say((this.typed.number || this.asked) && this.typed.pin ? "code.open" : "code.next"));
    for (const { key, button, word } of this.keys) {
      if (word) put(word, say(WORDS[key]));
      attribute(button, "aria-label", word ? say(WORDS[key]) : say("code.digit", { digit: key }));
    }
  }

  // What was asked for is not asked for ever: the last 20 s count down.
  title() {
    if (!this.asked) return say("code.title");
    return this.left_s > WARNING_S ? say(`ask.${this.asked}.title`) : say(`ask.${this.asked}.ends`, { count: Math.ceil(this.left_s) });
  }

  drawField(field, value) {
    const button = by(field);
    put(button.querySelector(".value"), value);
    button.classList.toggle("chosen", this.field === field);
    attribute(button, "aria-pressed", this.field === field);
    attribute(button, "aria-label", `${say(`code.${field}`)}: ${say("code.typed", { count: this.typed[field].length })}`);
  }
}
