// A group of equal parts as cards, made once for each part and changed in place, with pages where they do not fit.

import { attribute, put, show } from "./dom.js";
import { say } from "./words.js";

const HALF = 2; // in half a landscape screen; more would be too small for a glove on a 7-inch screen
const portrait = window.matchMedia("(orientation: portrait)");

export class Column {
  constructor(node, makeCard) {
    this.left = node.querySelector(".left");
    this.holder = node.querySelector(".cards");
    this.pager = node.querySelector(".pager");
    this.makeCard = makeCard;
    this.cards = new Map();
    this.page = 0;
    this.shape = "";
    this.pager.addEventListener("click", () => this.turn());
  }

  turn() {
    this.page += 1;
    this.draw(this.parts, this.screen, this.whole);
  }

  // `whole`: the group has the whole screen. Pouring takes the whole group: nothing matters more than the word stop.
  draw(parts, screen, whole) {
    Object.assign(this, { parts, screen, whole });
    const on_a_page = whole ? (portrait.matches ? 3 : 4) : HALF;
    const busy = parts.filter((part) => "target_ml" in part && part.state === "mine");
    const listed = busy.length ? busy : parts;
    const pages = Math.max(1, Math.ceil(listed.length / on_a_page));
    this.page %= pages;
    const shown = listed.slice(this.page * on_a_page, (this.page + 1) * on_a_page);
    for (const part of parts) this.card(part.name).draw(part, screen);
    for (const [name, card] of this.cards) show(card.node, shown.some((part) => part.name === name));
    show(this.pager, pages > 1);
    put(this.pager.querySelector("span"), say("room.page", { page: this.page + 1, pages }));
    attribute(this.holder, "data-count", shown.length);
    this.shape = shown.map((part) => `${part.name}:${part.state}:${this.card(part.name).step ?? ""}`).join(",");
  }

  card(name) {
    if (!this.cards.has(name)) {
      const card = this.makeCard(name);
      this.cards.set(name, card);
      this.holder.append(card.node);
    }
    return this.cards.get(name);
  }
}
