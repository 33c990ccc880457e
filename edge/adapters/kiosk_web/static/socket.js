// One charging socket: start, or what it gives now and stop. And the queue, when all are taken.

import { clock, leftOf, span } from "./amounts.js";
import { attribute, icon, make, put, setIcon, show } from "./dom.js";
import { partName, StateLine, stateWords } from "./part.js";
import { say } from "./words.js";

const FAULTS = ["relay_stuck", "over_temperature", "over_power", "smoke", "meter_lost"];

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

  draw(socket, screen) {
    this.mine = socket.state === "mine";
    const name = partName("socket", this.name);
    const ends_s = leftOf(screen, socket.ends_s);
    put(this.title, name);
    attribute(this.node, "data-state", socket.state);
    attribute(this.node, "data-held", socket.held);
    this.state.draw(socket.state, words(socket, screen, ends_s));
    show(this.reading, this.mine);
    show(this.state.node, !this.mine || ends_s !== null);
    put(this.reading, this.mine ? reading(socket) : "");
    show(this.button, this.mine || socket.state === "ready");
    this.button.className = this.mine ? "stop" : "main";
    setIcon(this.button, this.mine ? "hand" : "bolt");
    put(this.word, say(this.mine ? "socket.stop" : "socket.start"));
    attribute(this.button, "aria-label", say(this.mine ? "socket.stop_label" : "socket.start_label", { name }));
  }
}

function words(socket, screen, ends_s) {
  if (ends_s !== null && socket.state === "mine") return say("socket.ends", { time: span(ends_s) });
  if (ends_s !== null && socket.state === "taken") return say("socket.frees", { time: span(ends_s) });
  const held_s = leftOf(screen, socket.held_s);
  if (held_s === null) return stateWords(socket, screen.faults, FAULTS);
  return socket.held ? say("socket.held", { time: span(held_s) }) : say("socket.held_other");
}

// W (or a dash where nobody can read it), time, Wh.
function reading(socket) {
  const watts = socket.watts === null ? "–" : String(Math.round(socket.watts));
  const wh = socket.energy_wh < 10 ? socket.energy_wh.toFixed(1) : String(Math.round(socket.energy_wh));
  return `${watts} W · ${clock(socket.lasted_s)} · ${wh} Wh`;
}

// Who waits for a socket, and the way into and out of the queue.
export class QueueBar {
  constructor(node, send) {
    this.node = node;
    this.waits = false;
    this.words = make("p", "told");
    this.button = make("button", "");
    this.button.addEventListener("click", () => send({ kind: this.waits ? "queue_stop" : "queue" }));
    node.append(icon("queue"), this.words, this.button);
  }

  draw({ waiting, sockets }) {
    const has = (test) => sockets.some(test);
    this.waits = waiting !== null && waiting.place !== null;
    const held = has((socket) => socket.held);
    const offer = waiting !== null && !this.waits && !has((socket) => ["mine", "ready"].includes(socket.state)) && has((socket) => socket.state === "taken");
    show(this.node, (this.waits && !held) || offer);
    show(this.button, this.waits || offer);
    this.button.className = offer ? "main" : "quiet";
    put(this.button, say(offer ? "queue.join" : "queue.leave"));
    put(this.words, waiting === null ? "" : queueWords(waiting, this.waits));
    this.shape = `${this.waits}${offer}`;
  }
}

function queueWords(waiting, waits) {
  const wait = waiting.wait_s === null ? "" : say("queue.wait", { time: span(waiting.wait_s) });
  const who = waits ? say("queue.place", { place: waiting.place }) : say("queue.people", { count: waiting.people });
  return `${who} ${wait}`.trim();
}
