// One tap: portions to choose from, or a ring that fills and a large STOP. Hot water is unlocked first, by a button that is held.

import { leftOf } from "./amounts.js";
import { attribute, icon, make, put, shape, show } from "./dom.js";
import { HoldButton } from "./hold.js";
import { partName, StateLine, stateWords } from "./part.js";
import { say } from "./words.js";

const FAULTS = ["leak", "overrun", "leak_floor", "water_test_overdue", "filter_overdue", "drip_tray_full", "no_flow"];

export class TapCard {
  constructor(name, send) {
    this.name = name;
    this.send = send;
    this.title = make("h3");
    this.state = new StateLine();
    this.portions = make("div", "portions");
    this.buttons = new Map();
    this.pour = this.makePour();
    this.hold = new HoldButton(() => send({ kind: "hot_unlock", tap: name }));
    this.stopShort = make("button", "stop wide", icon("hand"), (this.stopShortWord = make("span")));
    this.stopShort.addEventListener("click", () => send({ kind: "drink_stop", tap: name }));
    const head = make("div", "head", this.title, this.state.node);
    this.node = make("article", "panel tap", head, this.hold.node, this.portions, this.stopShort, this.pour);
    this.node.dataset.tap = name;
  }

  makePour() {
    this.fill = shape("circle", { class: "fill", cx: 50, cy: 50, r: 43, pathLength: 100 });
    const ring = shape("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, shape("circle", { class: "track", cx: 50, cy: 50, r: 43 }), this.fill);
    this.poured = make("span", "poured");
    this.target = make("span", "target");
    this.ring = make("div", "ring", ring, make("p", "amount", this.poured, this.target));
    attribute(this.ring, "role", "progressbar");
    this.stop = make("button", "stop", icon("hand"), (this.stopWord = make("span")));
    this.stop.addEventListener("click", () => this.send({ kind: "drink_stop", tap: this.name }));
    return make("div", "pour", this.ring, this.stop);
  }

  draw(tap, screen) {
    const mine = tap.state === "mine";
    const open_s = leftOf(screen, tap.unlocked_s) ?? 0;
    const locked = tap.hot && tap.state === "ready" && open_s <= 0;
    this.step = locked ? "locked" : "";
    const name = partName("tap", this.name);
    const dense = tap.portions_ml.length > 3;
    put(this.title, dense && tap.state === "ready" ? `${name} (${say("unit.ml")})` : name);
    this.portions.classList.toggle("dense", dense);
    attribute(this.node, "data-state", tap.state);
    if (tap.hot && tap.state === "ready") this.state.draw(locked ? "locked" : "hot", hotWords(locked, open_s), locked ? "lock" : "alert");
    else this.state.draw(tap.state, stateWords(tap, screen.faults, FAULTS));
    show(this.hold.node, locked);
    this.hold.draw(say("tap.hold"), say("tap.holding"));
    attribute(this.hold.node, "aria-label", say("tap.hold_label", { name }));
    show(this.portions, tap.state === "ready" && !locked);
    show(this.stopShort, tap.state === "taken");
    show(this.pour, mine);
    for (const [button, word] of [[this.stop, this.stopWord], [this.stopShort, this.stopShortWord]]) {
      put(word, say("stop"));
      attribute(button, "aria-label", say("tap.stop", { name }));
    }
    this.drawPortions(tap.portions_ml, name);
    if (mine) this.drawPour(tap);
  }

  drawPortions(portions, name) {
    for (const [ml, { button, unit }] of this.buttons) {
      show(button, portions.includes(ml));
      put(unit, say("unit.ml"));
      attribute(button, "aria-label", say("tap.pour", { count: ml, name }));
    }
    const missing = portions.filter((ml) => !this.buttons.has(ml));
    for (const ml of missing) this.addPortion(ml);
    if (missing.length) this.drawPortions(portions, name);
  }

  addPortion(ml) {
    const unit = make("small");
    const button = make("button", "main portion", make("b", "", String(ml)), unit);
    button.style.setProperty("order", ml);
    button.addEventListener("click", () => this.send({ kind: "drink", tap: this.name, volume_ml: ml }));
    this.buttons.set(ml, { button, unit });
    this.portions.append(button);
  }

  drawPour(tap) {
    const ratio = tap.target_ml > 0 ? Math.min(1, tap.poured_ml / tap.target_ml) : 0;
    this.fill.style.setProperty("stroke-dashoffset", String(100 - 100 * ratio));
    put(this.poured, String(tap.poured_ml));
    put(this.target, say("tap.of", { count: tap.target_ml }));
    attribute(this.ring, "aria-valuemax", tap.target_ml);
    attribute(this.ring, "aria-valuenow", tap.poured_ml);
    attribute(this.ring, "aria-valuetext", say("tap.progress", { poured: tap.poured_ml, target: tap.target_ml }));
  }
}

const hotWords = (locked, open_s) => (locked ? say("tap.locked") : say("tap.unlocked", { count: Math.ceil(open_s) }));
