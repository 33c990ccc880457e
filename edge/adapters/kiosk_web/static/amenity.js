// One amenity: what it is called is configured, so is its picture; start, stop, how long it still runs or cools down.

import { leftOf, span } from "./amounts.js";
import { attribute, icon, make, put, setIcon, show } from "./dom.js";
import { StateLine, stateWords } from "./part.js";
import { language, say } from "./words.js";

const FAULTS = ["amenity_stuck", "smoke"];

export class AmenityCard {
  constructor(name, send) {
    this.name = make("span");
    this.title = make("h3", "", icon("other"), this.name);
    this.state = new StateLine();
    this.word = make("span");
    this.button = make("button", "main", this.word);
    this.button.addEventListener("click", () => send({ kind: this.running ? "amenity_stop" : "amenity", amenity: name }));
    this.node = make("article", "panel amenity", make("div", "told", this.title, this.state.node), this.button);
    this.node.dataset.amenity = name;
  }

  draw(amenity, screen) {
    this.running = amenity.running;
    this.step = String(amenity.running);
    const name = label(amenity);
    put(this.name, name);
    setIcon(this.title, amenity.icon);
    attribute(this.node, "data-state", amenity.state);
    this.state.draw(amenity.state, words(amenity, screen), amenity.running ? "check" : undefined);
    show(this.button, amenity.running || amenity.state === "ready");
    this.button.className = amenity.running ? "stop" : "main";
    put(this.word, say(amenity.running ? "socket.stop" : "socket.start"));
    attribute(this.button, "aria-label", say(amenity.running ? "socket.stop_label" : "socket.start_label", { name }));
  }
}

export const label = (amenity) => (language() === "zh" ? amenity.label_zh : amenity.label_en);

function words(amenity, screen) {
  if (amenity.state === "out_of_order") return stateWords(amenity, screen.faults, FAULTS);
  const left_s = leftOf(screen, amenity.left_s);
  if (amenity.running && amenity.by_itself) return say("amenity.by_itself");
  if (amenity.running && left_s !== null) return say("amenity.left", { time: span(left_s) });
  const rests_s = leftOf(screen, amenity.rests_s);
  if (rests_s !== null) return say("amenity.rests", { time: span(rests_s) });
  return say(amenity.running ? "amenity.on" : `part.${amenity.state}`);
}
