// The one question of the moment: "are you still there?", or "leave now?" while something still runs.

import { by, put, show } from "./dom.js";
import { say } from "./words.js";

export class Dialog {
  // `onYes(kind)` and `onNo(kind)` with kind "warning" or "leave".
  constructor(onYes, onNo) {
    this.kind = null;
    this.yes = by("dialog-yes");
    this.no = by("dialog-no");
    this.yes.addEventListener("click", () => onYes(this.kind));
    this.no.addEventListener("click", () => onNo(this.kind));
  }

  // `kind` null closes; `left_s` is shown while it warns. Focus goes to the safe answer and comes back.
  draw(kind, left_s) {
    const opened = kind !== this.kind;
    if (opened && this.kind === null) this.before = document.activeElement;
    this.kind = kind;
    show(by("dialog"), kind !== null);
    if (kind !== null) this.fill(kind, left_s);
    if (opened && kind !== null) this.yes.focus();
    if (opened && kind === null) this.before?.focus?.();
  }

  fill(kind, left_s) {
    const warning = kind === "warning";
    put(by("dialog-title"), say(warning ? "warning.title" : "leave.ask"));
    put(by("dialog-text"), say(warning ? "warning.text" : "leave.ends"));
    show(by("dialog-count"), warning);
    put(by("dialog-count"), warning ? say("warning.seconds", { count: Math.ceil(left_s) }) : "");
    put(this.yes, say(warning ? "warning.more" : "leave.stay"));
    put(this.no, say("leave"));
  }
}
