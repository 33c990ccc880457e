// What taps and sockets have in common: a name, a state in words with a sign, and what is wrong.

import { attribute, icon, make, put, setIcon } from "./dom.js";
import { hasWords, say } from "./words.js";

const SIGNS = { ready: "check", mine: "check", taken: "person", out_of_order: "alert", quota_spent: "wait" };

export const partName = (kind, name) => (hasWords(`${kind}.${name}`) ? say(`${kind}.${name}`) : say(`${kind}.other`, { name }));

export class StateLine {
  constructor() {
    this.words = make("span");
    this.node = make("p", "state", icon("check"), this.words);
  }

  draw(state, words) {
    attribute(this.node, "data-state", state);
    setIcon(this.node, SIGNS[state]);
    put(this.words, words);
  }
}

// Why a part is in this state. `faultCodes` are those that this kind of part can have.
export function stateWords(part, faults, faultCodes) {
  if (part.state !== "out_of_order") return say(`part.${part.state}`);
  const own = faults.find((view) => view.part === part.name && faultCodes.includes(view.fault));
  return say(own ? `fault.${own.fault}` : "part.out_of_order");
}
