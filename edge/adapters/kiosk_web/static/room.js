// The visitor is known: water and sockets. Cards are made once for each tap and socket and changed in place.

import { attribute, by, put, show } from "./dom.js";
import { say } from "./words.js";
import { SocketCard } from "./socket.js";
import { TapCard } from "./tap.js";

const ON_A_PAGE = 2; // more would be too small for a glove on a 7-inch screen

export class RoomView {
  constructor(send) {
    this.water = new Column(by("water"), (name) => new TapCard(name, send));
    this.power = new Column(by("power"), (name) => new SocketCard(name, send));
  }

  draw(screen) {
    const nothing = !screen.taps.length && !screen.sockets.length;
    show(by("water"), screen.taps.length > 0 || nothing);
    show(by("power"), screen.sockets.length > 0);
    put(this.water.left, nothing ? say("room.none") : say("room.water_left", { amount: litres(screen.water_left_ml) }));
    put(this.power.left, say("room.power_left", { amount: minutes(screen.socket_left_min) }));
    this.water.draw(screen.taps, screen.faults);
    this.power.draw(screen.sockets, screen.faults);
  }

  // Changes whenever another button may lie under the finger.
  shape() {
    return `${this.water.shape}|${this.power.shape}`;
  }

  reset() {
    this.water.page = this.power.page = 0;
  }
}

class Column {
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
    this.draw(this.parts, this.faults);
  }

  // Pouring takes the whole column: nothing matters more than the word stop.
  draw(parts, faults) {
    Object.assign(this, { parts, faults });
    const busy = parts.filter((part) => "target_ml" in part && part.state === "mine");
    const listed = busy.length ? busy : parts;
    const pages = Math.max(1, Math.ceil(listed.length / ON_A_PAGE));
    this.page %= pages;
    const shown = listed.slice(this.page * ON_A_PAGE, (this.page + 1) * ON_A_PAGE);
    for (const part of parts) this.card(part.name).draw(part, faults, shown.length);
    for (const [name, card] of this.cards) show(card.node, shown.some((part) => part.name === name));
    show(this.pager, pages > 1);
    put(this.pager.querySelector("span"), say("room.page", { page: this.page + 1, pages }));
    attribute(this.holder, "data-count", shown.length);
    this.shape = shown.map((part) => `${part.name}:${part.state}`).join(",");
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

function litres(ml) {
  const count = (Math.floor(ml / 100) / 10).toString();
  return ml < 1000 ? `${ml} ${say("unit.ml")}` : say("unit.l", { count });
}

function minutes(total) {
  const hours = Math.floor(total / 60);
  return hours ? say("unit.hours", { hours, minutes: total % 60 }) : say("unit.minutes", { minutes: total });
}
