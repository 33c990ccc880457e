// The head-turn challenge, large: what to do now, how often, how long. Spoken too, where the browser has a voice.

import { by, put, setIcon, show } from "./dom.js";
import { tell } from "./voice.js";
import { say } from "./words.js";

export class ChallengeView {
  // `onCode()` when the visitor would rather type a code.
  constructor(onCode) {
    this.spoken = null;
    this.declined = false;
    by("challenge-code").addEventListener("click", () => {
      this.declined = true;
      onCode();
    });
  }

  // Whether it shall lie over the view: until it is over, unless the visitor went to the keypad.
  wanted(challenge) {
    if (challenge === null) this.declined = false;
    return challenge !== null && !this.declined;
  }

  // `left_s` counts down on the page's own clock.
  draw(challenge, left_s) {
    show(by("challenge"), challenge !== null);
    const words = challenge === null ? null : say(challenge.say);
    if (words !== null) this.fill(challenge, words, left_s);
    if (words !== this.spoken) this.speak(words);
    this.spoken = words;
  }

  fill(challenge, words, left_s) {
    setIcon(by("challenge"), `turn-${challenge.turn}`);
    put(by("challenge-title"), words);
    put(by("challenge-text"), say("challenge.progress", { step: Math.min(challenge.done + 1, challenge.of), of: challenge.of }));
    put(by("challenge-count"), say("challenge.seconds", { count: Math.ceil(left_s) }));
  }

  speak(words) {
    tell(words === null ? [] : [[document.documentElement.lang, words]]);
  }
}
