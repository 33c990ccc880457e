// Nobody is known: the ways in, side by side and of one size. The camera sees faces and codes on phones.

import { by, put, show } from "./dom.js";
import { hasWords, say } from "./words.js";
import { Camera } from "./camera.js";
import { CodeEntry } from "./code.js";

const FACE_FAULTS = ["fire", "fire_reset_due", "guard_lost", "store_full", "camera_lost", "faces_lost", "liveness_lost"];

export class DoorView {
  // `send(intent)` passes a press on.
  constructor(send) {
    this.code = new CodeEntry(({ number, pin }) => send({ kind: "code", number, pin }), (digits) => send({ kind: "answer", digits }));
    this.picture = false;
    this.camera = new Camera(by("preview"), (live) => this.setPicture(live));
  }

  setPicture(live) {
    this.picture = live;
    show(by("preview"), live);
    show(by("no-picture"), !live);
  }

  // `awake` is false while nobody looks: then no picture is fetched. `ask_s`: s that are left to type what was asked for.
  draw(screen, awake, ask_s) {
    put(by("face-words"), screen.ticket ? say("face.title_ticket") : say("face.title"));
    show(by("face-on"), screen.face);
    show(by("face-off"), !screen.face);
    put(by("hint"), hint(screen));
    this.code.ask(screen.ask?.what ?? null);
    this.code.left_s = ask_s;
    put(by("face-off-why"), say(`face.off.${faceFault(screen)}`));
    show(by("face-off-next"), screen.code);
    show(by("code-on"), keypad(screen));
    show(by("code-off"), !keypad(screen));
    this.camera.want(awake && screen.face);
    this.code.draw();
  }

  leave() {
    this.camera.want(false);
    this.code.clear();
  }
}

// After a fire alarm nobody is let in but a steward, who has to look at the room: for them the keypad stays.
export const keypad = (screen) => screen.code || screen.announce === "fire_over";

export const doorWords = (door) => (hasWords(`door.${door}`) ? say(`door.${door}`) : say("door.locked"));

// Among too many people a face alone is not enough: said before anybody waits in vain.
function hint(screen) {
  if (screen.face_pause_s !== null) return say("face.pause", { count: Math.ceil(screen.face_pause_s) });
  const many = screen.faults.some((view) => view.fault === "gallery_too_large");
  return say(many && screen.hint === "none" ? "fault.gallery_too_large" : `hint.${screen.hint}`);
}

function faceFault(screen) {
  const standing = screen.faults.map((view) => view.fault);
  return FACE_FAULTS.find((fault) => standing.includes(fault)) ?? "none";
}
