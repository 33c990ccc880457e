// Nobody is known: the ways in, side by side and of one size. The camera sees faces and codes on phones.

import { by, put, show } from "./dom.js";
import { hasWords, say } from "./words.js";
import { Camera } from "./camera.js";
import { CodeEntry } from "./code.js";

const FACE_FAULTS = ["guard_lost", "store_full", "camera_lost", "faces_lost"];

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

  // `awake` is false while nobody looks: then no picture is fetched.
  draw(screen, awake) {
    put(by("face-words"), screen.ticket ? say("face.title_ticket") : say("face.title"));
    show(by("face-on"), screen.face);
    show(by("face-off"), !screen.face);
    put(by("hint"), screen.face_pause_s === null ? say(`hint.${screen.hint}`) : say("face.pause", { count: Math.ceil(screen.face_pause_s) }));
    this.code.ask(screen.ask?.what ?? null);
    put(by("face-off-why"), say(`face.off.${faceFault(screen)}`));
    show(by("face-off-next"), screen.code);
    show(by("code-on"), screen.code);
    show(by("code-off"), !screen.code);
    this.camera.want(awake && screen.face);
    this.code.draw();
  }

  leave() {
    this.camera.want(false);
    this.code.clear();
  }
}

export const doorWords = (door) => (hasWords(`door.${door}`) ? say(`door.${door}`) : say("door.locked"));

function faceFault(screen) {
  const standing = screen.faults.map((view) => view.fault);
  return FACE_FAULTS.find((fault) => standing.includes(fault)) ?? "none";
}
