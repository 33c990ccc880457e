// The fridge: what lies on which shelf, how much of it the visitor may take today, how cold it is, and the button that opens it.

import { day } from "./amounts.js";
import { attribute, by, icon, make, put, show } from "./dom.js";
import { partName, StateLine } from "./part.js";
import { say } from "./words.js";

export class FridgePage {
  constructor(send) {
    const node = by("fridge");
    this.left = node.querySelector(".left");
    this.shelves = make("div", "shelves");
    this.cards = new Map();
    this.cold = make("span");
    this.state = new StateLine();
    this.told = make("p", "told");
    this.word = make("span");
    this.button = make("button", "main", icon("lock-open"), this.word);
    this.button.addEventListener("click", () => send({ kind: "fridge" }));
    const cold = make("p", "cold", icon("cold"), this.cold);
    this.act = make("article", "panel fridge-act", cold, this.state.node, this.told, this.button);
    node.querySelector(".cards").append(this.shelves, this.act);
  }

  draw(screen) {
    const fridge = screen.fridge;
    put(this.left, fridge.state === "mine" ? "" : say("fridge.left", { count: fridge.left }));
    attribute(this.act, "data-state", fridge.state);
    put(this.cold, fridge.celsius === null ? say("fridge.cold_unknown") : say("fridge.cold", { count: Math.round(fridge.celsius) }));
    this.state.draw(fridge.state, stateOf(fridge));
    put(this.told, told(fridge));
    show(this.told, this.told.textContent !== "");
    show(this.button, fridge.state === "ready");
    put(this.word, say("fridge.open"));
    attribute(this.shelves, "data-count", fridge.shelves.length);
    for (const shelf of fridge.shelves) this.card(shelf.name).draw(shelf);
    for (const [name, card] of this.cards) show(card.node, fridge.shelves.some((shelf) => shelf.name === name));
  }

  shape(screen) {
    return screen.fridge ? `${screen.fridge.state}${screen.fridge.open}` : "";
  }

  card(name) {
    if (!this.cards.has(name)) {
      const card = new ShelfCard();
      this.cards.set(name, card);
      this.shelves.append(card.node);
    }
    return this.cards.get(name);
  }
}

class ShelfCard {
  constructor() {
    this.title = make("h3");
    this.count = make("b", "count");
    this.note = make("p", "note");
    this.node = make("article", "panel shelf", make("div", "line", this.title, this.count), this.note);
  }

  draw(shelf) {
    put(this.title, partName("item", shelf.item));
    put(this.count, say("fridge.pieces", { count: shelf.count }));
    attribute(this.node, "data-offered", shelf.offered);
    put(this.note, noteOf(shelf));
    show(this.note, this.note.textContent !== "");
  }
}

function noteOf(shelf) {
  if (shelf.expired) return say("fridge.expired");
  if (shelf.count === 0) return say("fridge.sold_out");
  return shelf.expires ? say("fridge.until", { day: day(shelf.expires) }) : "";
}

const nothing = (fridge) => fridge.state === "out_of_order" && !fridge.blocked && !fridge.open;

function stateOf(fridge) {
  if (fridge.blocked) return say(`fault.${fridge.blocked}`);
  if (fridge.state === "mine") return say(fridge.open ? "fridge.take" : "fridge.pull");
  if (fridge.open) return say("notice.fridge_close.title");
  if (nothing(fridge) && !fridge.shelves.some((shelf) => shelf.offered)) return say("refusal.sold_out.why");
  return say(`part.${fridge.state}`);
}

function told(fridge) {
  if (fridge.state === "mine") return fridge.open ? say("fridge.then_close") : say("fridge.take");
  if (fridge.state === "ready") return say("fridge.how");
  return nothing(fridge) && !fridge.shelves.some((shelf) => shelf.offered) ? say("refusal.sold_out.next") : "";
}
