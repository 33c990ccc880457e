// One charging socket: start, or what it gives now and stop.

import { attribute, icon, make, put, setIcon, show } from "./dom.js";
import { partName, StateLine, stateWords } from "./part.js";
import { say } from "./words.js";

export const SOCKET_FAULTS = ["over_power", "meter_lost"];

export class SocketCard {
  constructor(name, send) {
    this.name = name;
    this.title = make("h3");
    this.state = new StateLine();
    this.reading = make("p", "reading");
    this.word = make("span");
    this.button = make("button", "main", icon("bolt"), this.word);
    this.button.addEventListener("click", () => send({ kind: this.mine ? "charge_stop" : "charge", socket: name }));
    const told = make("div", "told", this.title, this.state.node, this.reading);
    this.node = make("article", "panel socket", told, this.button);
    this.node.dataset.socket = name;
  }

  draw(socket, faults) {
    this.mine = socket.state === "mine";
    const name = partName("socket", this.name);
    put(this.title, name);
    attribute(this.node, "data-state", socket.state);
    this.state.draw(socket.state, stateWords(socket, faults, SOCKET_FAULTS));
    show(this.reading, this.mine);
    show(this.state.node, !this.mine);
    put(this.reading, this.mine ? reading(socket) : "");
    show(this.button, this.mine || socket.state === "ready");
    this.button.className = this.mine ? "stop" : "main";
    setIcon(this.button, this.mine ? "hand" : "bolt");
    put(this.word, say(this.mine ? "socket.stop" : "socket.start"));
    attribute(this.button, "aria-label", say(this.mine ? "socket.stop_label" : "socket.start_label", { name }));
  }
}

// W (or a dash where nobody can read it), time, Wh.
function reading(socket) {
  const watts = socket.watts === null ? "–" : String(Math.round(socket.watts));
  const wh = socket.energy_wh < 10 ? socket.energy_wh.toFixed(1) : String(Math.round(socket.energy_wh));
  return `${watts} W · ${clock(socket.lasted_s)} · ${wh} Wh`;
}

function clock(total_s) {
  const whole = Math.floor(total_s);
  const two = (count) => String(count).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
