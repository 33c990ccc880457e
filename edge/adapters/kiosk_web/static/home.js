// The first page of a room with much in it: one large tile for each group, with its state in words and a picture.

import { litres, minutes } from "./amounts.js";
import { attribute, by, icon, make, put, show } from "./dom.js";
import { bestState, StateLine } from "./part.js";
import { say } from "./words.js";

export const GROUPS = {
  water: { picture: "drop", fitted: (screen) => screen.taps.length > 0, state: (screen) => bestState(screen.taps) },
  fridge: { picture: "bottle", fitted: (screen) => screen.fridge !== null, state: (screen) => screen.fridge.state },
  power: { picture: "bolt", fitted: (screen) => screen.sockets.length > 0, state: (screen) => bestState(screen.sockets) },
  lending: { picture: "bank", fitted: (screen) => screen.lending !== null, state: lendingState },
  amenities: { picture: "devices", fitted: (screen) => screen.amenities.length > 0, state: (screen) => bestState(screen.amenities) },
};

export class Home {
  // `onGroup(name)` when a tile was pressed.
  constructor(onGroup) {
    this.tiles = Object.fromEntries(Object.entries(GROUPS).map(([name, { picture }]) => [name, new Tile(name, picture, () => onGroup(name))]));
    by("home").append(...Object.values(this.tiles).map(({ node }) => node));
  }

  draw(screen, fitted) {
    for (const [name, tile] of Object.entries(this.tiles)) {
      show(tile.node, fitted.includes(name));
      if (fitted.includes(name)) tile.draw(say(`room.${name}`), GROUPS[name].state(screen), line(name, screen));
    }
    attribute(by("home"), "data-count", fitted.length);
  }
}

class Tile {
  constructor(name, picture, onPress) {
    this.name = make("span", "name");
    this.state = new StateLine();
    this.node = make("button", "tile", icon(picture), this.name, this.state.node);
    this.node.dataset.group = name;
    this.node.addEventListener("click", onPress);
  }

  draw(name, state, words) {
    put(this.name, name);
    attribute(this.node, "data-state", state);
    this.state.draw(state, words);
  }
}

// What helps to choose: what is left while it can be had, else why not.
function line(name, screen) {
  const state = GROUPS[name].state(screen);
  if (name === "lending") return lendingLine(screen.lending);
  if (name === "power" && screen.sockets.some((socket) => socket.held)) return say("home.held");
  if (name === "power" && screen.waiting?.place) return say("queue.place", { place: screen.waiting.place });
  if (name === "fridge" && screen.fridge.open && state !== "mine") return say("notice.fridge_close.title");
  if (state !== "ready") return say(state === "out_of_order" ? "home.out_of_order" : state === "quota_spent" ? "home.quota_spent" : `part.${state}`);
  if (name === "water") return say("room.water_left", { amount: litres(screen.water_left_ml) });
  if (name === "power") return say("room.power_left", { amount: minutes(screen.socket_left_min) });
  return name === "fridge" ? say("fridge.left", { count: screen.fridge.left }) : say("part.ready");
}

function lendingState({ lending }) {
  if (lending.mine) return lending.mine.overdue ? "out_of_order" : "mine";
  return lending.there ? "ready" : "resting";
}

function lendingLine(lending) {
  if (lending.mine) return say(lending.mine.overdue ? "home.overdue" : "home.borrowed");
  return lending.there ? say("bank.there", { count: lending.there }) : say("home.no_bank");
}
