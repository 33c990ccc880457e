// What the station announces, large and aloud: fire alone on the screen, in both languages; a question to who may be unwell;
// everything else as a banner in place of the bar's title.

import { by, put, setIcon, show } from "./dom.js";
import { tell } from "./voice.js";
import { inLanguage, LANGUAGES, language, say } from "./words.js";

const AGAIN_MS = 15000;
const REPEATED = ["fire", "smoke", "welfare", "close_door"]; // what follows an alarm may stand for hours, and is said once
const SIGNS = { fire_over: "flame", smoke: "flame", close_door: "door" };

export class Announcer {
  constructor(send) {
    this.said = null;
    this.saidAt = 0;
    by("welfare-yes").addEventListener("click", () => send({ kind: "more_time" }));
    by("fire").append(...Object.entries(LANGUAGES).map(([name, tag]) => line(name, tag)));
  }

  draw(what) {
    show(by("announce"), what in SIGNS);
    if (what in SIGNS) setIcon(by("announce"), SIGNS[what]);
    put(by("announce").querySelector("span"), what in SIGNS ? say(`announce.${what}`) : "");
    this.speak(what);
  }

  // Once for each change, also of the language, and again after a while.
  speak(what) {
    const key = what === null ? null : `${what} ${language()}`;
    const due = REPEATED.includes(what) && performance.now() - this.saidAt >= AGAIN_MS;
    if (key === this.said && !due) return;
    const parts = what === "fire" ? Object.keys(LANGUAGES) : what === null ? [] : [language()];
    tell(parts.map((name) => [LANGUAGES[name], inLanguage(name, `announce.${what}`)]));
    this.said = key;
    this.saidAt = performance.now();
  }
}

function line(name, tag) {
  const words = document.createElement("p");
  words.className = "title";
  words.lang = tag;
  words.textContent = inLanguage(name, "announce.fire");
  return words;
}
