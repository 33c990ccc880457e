// The PIN of a steward, on keys of the screen. Nothing is kept: sent, left or idle, it is gone.

import { attribute, icon, make, put } from "./dom.js";
import { say } from "./words.js";

const MOST = 8;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "delete", "0", "clear"];

export class PinPad {
  constructor(onPin, onCancel) {
    this.typed = "";
    this.words = KEYS.map(() => make("span", "small"));
    this.keys = KEYS.map((key, at) => this.makeKey(key, this.words[at]));
    this.title = make("h2");
    this.value = make("p", "value");
    this.left = make("p", "left");
    this.enter = make("button", "main");
    this.enter.addEventListener("click", () => { const digits = this.typed; this.clear(); if (digits) onPin(digits); });
    this.cancel = make("button", "quiet");
    this.cancel.addEventListener("click", onCancel);
    const side = make("div", "fields", this.title, this.value, this.left, this.enter, this.cancel);
    this.node = make("div", "panel pin-pad", make("div", "keys", ...this.keys), side);
  }

  makeKey(key, word) {
    const digit = /\d/.test(key);
    const button = make("button", digit ? "key" : "key quiet", digit ? key : icon(key));
    if (!digit) button.append(word);
    button.dataset.pinKey = key;
    button.addEventListener("click", () => this.key(key));
    return button;
  }

  key(key) {
    if (key === "clear") this.typed = "";
    else if (key === "delete") this.typed = this.typed.slice(0, -1);
    else if (this.typed.length < MOST) this.typed += key;
    this.draw(this.left_s);
  }

  clear() {
    this.typed = "";
  }

  draw(left_s) {
    this.left_s = left_s;
    put(this.title, say("steward.pin"));
    put(this.value, "•".repeat(this.typed.length));
    attribute(this.value, "aria-label", say("code.typed", { count: this.typed.length }));
    put(this.left, left_s === null ? "" : say("unit.seconds", { count: Math.ceil(left_s) }));
    put(this.enter, say("steward.confirm"));
    put(this.cancel, say("back"));
    KEYS.forEach((key, at) => {
      const digit = /\d/.test(key);
      if (!digit) put(this.words[at], say(key === "delete" ? "code.delete" : "code.clear"));
      attribute(this.keys[at], "aria-label", digit ? say("code.digit", { digit: key }) : this.words[at].textContent);
    });
  }
}
