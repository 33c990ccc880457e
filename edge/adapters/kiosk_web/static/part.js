// What the parts of a room have in common: a name, a state in words with a sign, and what is wrong.

import { attribute, icon, make, put, setIcon } from "./dom.js";
import { hasWords, say } from "./words.js";

const SIGNS = { ready: "check", mine: "check", taken: "person", resting: "wait", out_of_order: "alert", quota_spent: "wait" };

export const partName = (kind, name) => (hasWords(`${kind}.${name}`) ? say(`${kind}.${name}`) : say(`${kind}.other`, { name }));

export class StateLine {
  constructor() {
    this.words = make("span");
    this.node = make("p", "state", icon("check"), this.words);
  }

  draw(state, words, sign = SIGNS[state]) {
    attribute(this.node, "data-state", state);
    setIcon(this.node, sign);
    put(this.words, words);
  }
}

// Why a part is in this state. `faultCodes` are those that this kind of part can have, the one to be told first comes first.
export function stateWords(part, faults, faultCodes) {
  if (part.state !== "out_of_order") return say(`part.${part.state}`);
  const own = faults.filter((view) => view.part === part.name || view.part === "").map((view) => view.fault);
  const fault = faultCodes.find((code) => own.includes(code));
  return say(fault ? `fault.${fault}` : "part.out_of_order");
}

// One state for several parts: what a visitor can hope for at best.
export function bestState(parts) {
  const states = parts.map((part) => part.state);
  return ["mine", "ready", "quota_spent", "resting", "taken", "out_of_order"].find((state) => states.includes(state)) ?? "out_of_order";
}
