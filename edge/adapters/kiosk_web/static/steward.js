// Maintenance, for a steward at the screen: the PIN, then a page for each act. What is possible the station says; here only which page
// lies open. Each answer is shown in the strip below, as for everybody.

import { leftOf, span } from "./amounts.js";
import { by, icon, make, put, show } from "./dom.js";
import { HoldButton } from "./hold.js";
import { partName } from "./part.js";
import { PinPad } from "./pin_pad.js";
import { page } from "./steward_acts.js";
import { ActGrid } from "./steward_grid.js";
import { CountForm } from "./steward_count.js";
import { say } from "./words.js";

const LEAST_WAIT_MS = 1500; // until then a question that the station does not ask may still come

export class StewardPage {
  constructor(send, redraw) {
    Object.assign(this, { send, redraw, shown: false, path: [], wasOn: false, askedAt: 0 });
    this.back = make("button", "quiet back", icon("back"), (this.backWord = make("span")));
    this.title = make("h2");
    this.left = make("p", "left");
    this.text = make("p", "lead-in");
    this.grid = new ActGrid();
    this.count = new CountForm((intent) => this.act(intent, 2), redraw);
    this.pin = new PinPad((digits) => send({ kind: "maintenance_pin", digits }), () => this.stop());
    this.hold = new HoldButton(() => send({ kind: "hot_unlock", tap: this.top.tap }));
    this.back.addEventListener("click", () => this.goBack());
    by("steward-end").addEventListener("click", () => this.stop());
    this.head = make("div", "top", this.back, this.title, this.left);
    by("steward").append(this.head, this.text, this.grid.node, this.count.node, this.hold.node, this.pin.node);
  }

  get top() {
    return this.path.at(-1) ?? { act: "menu" };
  }

  open(steward) {
    this.shown = true;
    this.path = [];
    this.askedAt = performance.now();
    if (steward.left_s === null) this.send({ kind: "maintenance" });
    this.redraw();
  }

  close() {
    this.shown = this.wasOn = false;
    this.path = [];
    this.pin.clear();
  }

  stop() {
    this.send({ kind: "maintenance_stop" });
    this.close();
    this.redraw();
  }

  go(step) {
    this.path.push(step);
    if (step.act === "count") this.count.begin(step.shelf);
    this.grid.turn(0);
    this.redraw();
  }

  goBack() {
    if (this.count.typing) this.count.typing = false;
    else if (this.path.length) this.path.pop();
    else this.shown = false;
    this.grid.turn(0);
    this.redraw();
  }

  // Send, and go back so many pages.
  act(intent, back = 0) {
    this.send(intent);
    this.path.splice(this.path.length - back, back);
    this.redraw();
  }

  // Whether there is anything to show: not for a visitor, not when maintenance is over or its PIN was not asked for.
  wanted(screen) {
    const on = screen.steward !== null && screen.steward.left_s !== null;
    const asked = screen.steward !== null && screen.steward.asks_s !== null;
    const waits = !this.wasOn && performance.now() - this.askedAt < LEAST_WAIT_MS;
    if (this.shown && !on && (this.wasOn || !(asked || waits) || screen.steward === null)) this.close();
    this.wasOn = this.shown && on;
    return this.shown;
  }

  draw(screen) {
    const on = screen.steward.left_s !== null;
    const top = on ? this.top : { act: "pin" };
    if (top.act === "unlock" && screen.taps.some((tap) => tap.name === top.tap && tap.unlocked_s > 0)) this.path.pop();
    const { title, text, list, wide } = page(this.top, screen, this);
    show(this.head, on);
    put(this.backWord, say("back"));
    put(this.title, title);
    put(this.left, on ? say("steward.left", { time: span(leftOf(screen, screen.steward.left_s)) }) : "");
    put(this.text, text);
    show(this.text, on && text !== "");
    show(this.grid.node, on && !["count", "unlock"].includes(top.act));
    this.grid.draw(list, wide);
    show(this.count.node, on && top.act === "count");
    if (top.act === "count") this.count.draw(screen);
    show(this.hold.node, on && top.act === "unlock");
    this.hold.draw(say("tap.hold"), say("tap.holding"));
    show(this.pin.node, !on);
    if (!on) this.pin.draw(leftOf(screen, screen.steward.asks_s));
    put(by("steward-end").querySelector("span"), say("steward.end"));
  }

  shape() {
    return `${this.shown}${this.wasOn}${JSON.stringify(this.path)}${this.grid.shape}${this.count.typing}`;
  }

  unlockTitle(tap) {
    return say("tap.hold_label", { name: partName("tap", tap) });
  }
}
