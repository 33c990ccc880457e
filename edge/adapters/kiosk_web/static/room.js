// The visitor is known: all that the room has. Little stands side by side; much has a first page with a tile for each group.

import { day, litres, minutes } from "./amounts.js";
import { AmenityCard } from "./amenity.js";
import { Column } from "./column.js";
import { attribute, by, put, show } from "./dom.js";
import { FridgePage } from "./fridge.js";
import { GROUPS, Home } from "./home.js";
import { LendingPage } from "./lending.js";
import { QueueBar, SocketCard } from "./socket.js";
import { TapCard } from "./tap.js";
import { say } from "./words.js";

const SIDE_BY_SIDE = ["water", "power"];
const SHARES = { water: "water_ml", fridge: "bottles", power: "socket_min" };

export class RoomView {
  // `redraw()` when another page was chosen.
  constructor(send, redraw) {
    this.chosen = null;
    this.home = new Home((name) => this.choose(name, redraw));
    this.columns = {
      water: new Column(by("water"), (name) => new TapCard(name, send)),
      power: new Column(by("power"), (name) => new SocketCard(name, send)),
      amenities: new Column(by("amenities"), (name) => new AmenityCard(name, send)),
    };
    this.fridge = new FridgePage(send);
    this.lending = new LendingPage(send);
    this.queue = new QueueBar(by("queue"), send);
    for (const back of by("room").querySelectorAll(".back")) back.addEventListener("click", () => this.choose(null, redraw));
  }

  choose(name, redraw) {
    this.chosen = name;
    redraw();
  }

  draw(screen) {
    const fitted = Object.keys(GROUPS).filter((name) => GROUPS[name].fitted(screen));
    const tiled = fitted.length > 1 && !fitted.every((name) => SIDE_BY_SIDE.includes(name));
    this.urgent = tiled ? urgent(screen) : null;
    this.chosen = this.urgent ?? this.chosen;
    const shown = tiled ? [this.chosen].filter((name) => fitted.includes(name)) : fitted.length ? fitted : ["water"];
    this.mode = tiled ? (shown.length ? `group-${shown[0]}` : "home") : "columns";
    attribute(by("room"), "data-columns", Math.max(1, shown.length));
    show(by("home"), this.mode === "home");
    for (const name of Object.keys(GROUPS)) show(by(name), shown.includes(name));
    for (const back of by("room").querySelectorAll(".back")) show(back, tiled && !this.urgent);
    if (this.mode === "home") this.home.draw(screen, fitted);
    for (const name of shown) this.drawGroup(name, screen, shown.length === 1 && fitted.length > 0);
    if (!fitted.length) put(this.columns.water.left, say("room.none"));
  }

  drawGroup(name, screen, whole) {
    by(name).classList.toggle("whole", whole);
    if (name === "water") this.columns.water.draw(screen.taps, screen, whole);
    if (name === "power") this.columns.power.draw(screen.sockets, screen, whole);
    if (name === "amenities") this.columns.amenities.draw(screen.amenities, screen, whole);
    if (name === "fridge") this.fridge.draw(screen);
    if (name === "lending") this.lending.draw(screen);
    if (name === "power") this.queue.draw(screen);
    put(this.columns.water.left, say("room.water_left", { amount: litres(screen.water_left_ml) }));
    put(this.columns.power.left, say("room.power_left", { amount: minutes(screen.socket_left_min) }));
    const aside = by(name).querySelector(".aside");
    put(aside, [name === "water" ? care(screen.water) : "", share(name, screen)].filter(Boolean).join(" · "));
    show(aside, aside.textContent !== "");
  }

  // Changes whenever another button may lie under the finger.
  shape(screen) {
    const columns = Object.values(this.columns).map((column) => column.shape).join("|");
    return `${this.mode}|${columns}|${this.fridge.shape(screen)}|${this.lending.shape(screen)}|${this.queue.shape}`;
  }

  reset() {
    this.chosen = null;
    for (const column of Object.values(this.columns)) column.page = 0;
  }
}

// What must be seen now takes the screen: STOP while water runs, the open fridge.
function urgent(screen) {
  if (screen.taps.some((tap) => tap.state === "mine")) return "water";
  return screen.fridge?.state === "mine" ? "fridge" : null;
}

// Filter and test of the water, as far as they are watched.
function care(water) {
  if (water === null) return "";
  const { tested_on, test_passed, filter_days_left } = water;
  const test = tested_on ? say(test_passed ? "water.tested" : "water.failed", { day: day(tested_on) }) : "";
  const filter = filter_days_left > 0 ? say("water.filter", { count: filter_days_left }) : "";
  return [test, filter].filter(Boolean).join(" · ");
}

// While the line is away: how much of the quota can be had here at most.
function share(name, screen) {
  const view = screen.connected ? undefined : screen.shares.find(({ what }) => what === SHARES[name]);
  return view ? say(`share.offline.${view.what}`, { n: view.offline_left }) : "";
}
