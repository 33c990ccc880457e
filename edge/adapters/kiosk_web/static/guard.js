// Keeps a touch from doing what nobody meant: the first one on a sleeping screen, and any within 400 ms of a change.

export const GUARD_MS = 400;
export const SLEEP_MS = 60000;

export class Guard {
  // `onWake()` after a touch on the sleeping screen; `maySleep()` is asked before it sleeps; `onSleep()` when it does.
  constructor({ onWake, maySleep, onSleep }) {
    Object.assign(this, { onWake, maySleep, onSleep });
    this.asleep = false;
    this.touchedAt = this.changedAt = performance.now();
    this.swallowing = false;
    window.addEventListener("pointerdown", (event) => this.down(event), true);
    window.addEventListener("click", (event) => this.click(event), true);
    window.addEventListener("keydown", (event) => this.key(event), true);
    window.addEventListener("contextmenu", (event) => event.preventDefault(), true);
  }

  // To be called when what lies under the finger changed.
  changed() {
    this.changedAt = performance.now();
  }

  // Something worth seeing happened: the screen lights up, and what it shows can be pressed after the guard time.
  wake() {
    this.touchedAt = performance.now();
    if (!this.asleep) return;
    this.asleep = false;
    this.changed();
    this.onWake();
  }

  tick() {
    if (this.asleep) return;
    if (!this.maySleep()) this.touchedAt = Math.max(this.touchedAt, performance.now() - SLEEP_MS / 2);
    if (performance.now() - this.touchedAt < SLEEP_MS) return;
    this.asleep = true;
    this.changed();
    this.onSleep();
  }

  tooEarly() {
    return performance.now() - this.changedAt < GUARD_MS;
  }

  down(event) {
    this.swallowing = this.asleep || this.tooEarly();
    this.touched();
    if (this.swallowing) stop(event);
  }

  // A click made by a keyboard or a reading aid has no pointer before it.
  click(event) {
    const early = event.detail === 0 ? this.asleep || this.tooEarly() : this.swallowing || this.tooEarly();
    this.touched();
    if (early) stop(event);
  }

  key(event) {
    const early = this.asleep || this.tooEarly();
    this.touched();
    if (early) stop(event);
  }

  touched() {
    this.wake();
  }
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
