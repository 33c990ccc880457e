// A grid of large buttons with pages; buttons stay where they are as long as the list has the same length.

import { attribute, icon, make, put, setIcon, show } from "./dom.js";
import { say } from "./words.js";

const portrait = window.matchMedia("(orientation: portrait)");

export class ActGrid {
  constructor() {
    this.at = 0;
    this.list = [];
    this.shape = "";
    this.buttons = [];
    this.holder = make("div", "acts");
    this.pager = make("button", "quiet pager", (this.word = make("span")), icon("next"));
    this.pager.addEventListener("click", () => { this.at += 1; this.draw(this.list, this.wide); });
    this.node = make("div", "grid", this.holder, this.pager);
  }

  turn(at) {
    this.at = at;
  }

  // `list`: { sign, label, note, press } each. `wide`: long words, two in a row.
  draw(list, wide) {
    Object.assign(this, { list, wide });
    const on_a_page = wide ? 6 : portrait.matches ? 10 : 12;
    const pages = Math.max(1, Math.ceil(list.length / on_a_page));
    this.at %= pages;
    const shown = list.slice(this.at * on_a_page, (this.at + 1) * on_a_page);
    while (this.buttons.length < shown.length) this.add();
    this.buttons.forEach((button, index) => this.fill(button, shown[index]));
    attribute(this.holder, "data-wide", wide);
    attribute(this.holder, "data-count", shown.length);
    show(this.pager, pages > 1);
    put(this.word, say("room.page", { page: this.at + 1, pages }));
    attribute(this.pager, "aria-label", say("room.next_page"));
    this.shape = shown.map(({ label }) => label).join("|");
  }

  add() {
    const button = { label: make("span", "label"), note: make("span", "note"), press: null };
    button.node = make("button", "act", icon("check"), make("span", "words", button.label, button.note));
    button.node.addEventListener("click", () => button.press?.());
    this.buttons.push(button);
    this.holder.append(button.node);
  }

  fill(button, entry) {
    show(button.node, entry !== undefined);
    button.press = entry?.press ?? null;
    if (entry === undefined) return;
    setIcon(button.node, entry.sign);
    put(button.label, entry.label);
    put(button.note, entry.note ?? "");
    show(button.note, Boolean(entry.note));
  }
}
