// A button that must be pressed and held: the deliberate step before hot water. Letting go or sliding off it takes it back.

import { icon, make, put } from "./dom.js";

export const HOLD_MS = 1500;
const SLACK_PX = 24; // a gloved finger rolls a little

export class HoldButton {
  // `onHeld()` once, while the finger is still down.
  constructor(onHeld) {
    this.onHeld = onHeld;
    this.words = make("span");
    this.timer = null;
    this.node = make("button", "main hold", make("span", "fill"), icon("lock"), this.words);
    this.node.addEventListener("pointerdown", (event) => event.isPrimary && this.begin());
    this.node.addEventListener("pointermove", (event) => !this.isOver(event) && this.end());
    for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) this.node.addEventListener(kind, () => this.end());
    this.node.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && !event.repeat && this.begin());
    this.node.addEventListener("keyup", () => this.end());
  }

  draw(idle, holding) {
    put(this.words, this.timer === null ? idle : holding);
  }

  begin() {
    this.end();
    this.timer = setTimeout(() => { this.end(); this.onHeld(); }, HOLD_MS);
    this.node.classList.add("holding");
  }

  end() {
    clearTimeout(this.timer);
    this.timer = null;
    this.node.classList.remove("holding");
  }

  isOver({ clientX, clientY }) {
    const box = this.node.getBoundingClientRect();
    return clientX > box.left - SLACK_PX && clientX < box.right + SLACK_PX && clientY > box.top - SLACK_PX && clientY < box.bottom + SLACK_PX;
  }
}
