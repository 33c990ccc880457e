// Power banks: borrow, give back, how long one may be kept, which slot of the locker is open.

import { leftOf, span } from "./amounts.js";
import { attribute, by, icon, make, put, show } from "./dom.js";
import { StateLine } from "./part.js";
import { say } from "./words.js";

export class LendingPage {
  constructor(send) {
    const node = by("lending");
    this.left = node.querySelector(".left");
    this.borrow = new Side("bank", "main", () => send({ kind: "bank" }));
    this.back = new Side("return", "main", () => send({ kind: "bank_return" }));
    this.slot = make("b", "slot");
    this.opened = make("p", "told");
    this.open = make("article", "panel opened", icon("lock-open"), this.slot, this.opened);
    node.querySelector(".cards").append(this.borrow.node, this.back.node, this.open);
  }

  draw(screen) {
    const lending = screen.lending;
    const open_s = leftOf(screen, lending.open_s);
    put(this.left, lending.mine ? dueWords(lending.mine) : say("bank.there", { count: lending.there }));
    show(this.open, lending.open_slot !== null);
    for (const side of [this.borrow, this.back]) show(side.node, lending.open_slot === null);
    put(this.slot, say("bank.slot", { slot: lending.open_slot ?? "" }));
    put(this.opened, say("bank.slot_open", { time: span(open_s ?? 0) }));
    this.borrow.draw(say("bank.borrow"), ...borrowState(lending));
    this.back.draw(say("bank.return"), ...returnState(lending));
    attribute(this.back.node, "data-overdue", Boolean(lending.mine?.overdue));
  }

  shape({ lending }) {
    return lending ? `${lending.open_slot}${lending.mine !== null}${lending.there > 0}${lending.free > 0}` : "";
  }
}

class Side {
  constructor(picture, className, onPress) {
    this.state = new StateLine();
    this.word = make("span");
    this.button = make("button", className, icon(picture), this.word);
    this.button.addEventListener("click", onPress);
    this.node = make("article", "panel side", this.state.node, this.button);
  }

  // The button is there only while the station would say yes.
  draw(word, state, words) {
    put(this.word, word);
    this.state.draw(state, words);
    show(this.button, state === "ready" || state === "mine");
  }
}

function borrowState({ there, mine }) {
  if (mine) return ["taken", say(mine.overdue ? "refusal.bank_overdue.next" : "refusal.has_one.why")];
  return there ? ["ready", say("bank.how")] : ["out_of_order", say("refusal.no_bank.why")];
}

function returnState({ free, mine }) {
  if (!mine) return ["resting", say("refusal.no_loan.why")];
  if (!free) return ["out_of_order", say("refusal.no_slot.next")];
  return ["mine", dueWords(mine)];
}

const dueWords = (loan) => say(loan.overdue ? "bank.overdue" : "bank.due", { time: span(Math.abs(loan.left_s)) });
