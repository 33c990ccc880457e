// The two languages. Both are loaded at the start, so that the switch works when the station is away.

import { attribute, put } from "./dom.js";

export const LANGUAGES = { zh: "zh-CN", en: "en" };
const dictionaries = {};
let spoken = "zh";

export async function loadWords() {
  for (const name of Object.keys(LANGUAGES)) {
    dictionaries[name] = await (await fetch(`/static/words/${name}.json`)).json();
  }
}

export const language = () => spoken;
export const otherLanguage = () => (spoken === "zh" ? "en" : "zh");
export const inLanguage = (name, key) => dictionaries[name][key];
export const hasWords = (key) => key in dictionaries[spoken];

// The words for a key with {places} filled in. An unknown key shows as itself: ugly, but seen in the first test.
export function say(key, values = {}) {
  const words = dictionaries[spoken][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

export function speak(name) {
  const wanted = name in LANGUAGES ? name : "zh";
  if (wanted === spoken && document.body.dataset.spoken) return;
  spoken = wanted;
  document.body.dataset.spoken = wanted;
  document.documentElement.lang = LANGUAGES[wanted];
  document.title = say("page.title");
  for (const node of document.querySelectorAll("[data-t]")) put(node, say(node.dataset.t));
  for (const node of document.querySelectorAll("[data-label]")) attribute(node, "aria-label", say(node.dataset.label));
}
