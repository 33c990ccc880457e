// The notice that people agree to, loaded once in both languages, so that it can be read while the station is busy.

import { LANGUAGES } from "./words.js";

const texts = {};
const TAGS = [["## ", "h3"], ["# ", "h1"], ["- ", "li"]];

export async function loadNotice() {
  for (const name of Object.keys(LANGUAGES)) texts[name] = await (await fetch(`/static/notice.${name}.md`)).text();
}

// [tag, words] of each line, with what the station says of itself filled in.
export function noticeText(language, handler, keepDays) {
  const filled = (texts[language] ?? "").replaceAll("{handler}", handler).replaceAll("{keep_days}", String(keepDays));
  return filled.split("\n").filter((line) => line.trim()).map(tagged);
}

function tagged(line) {
  const found = TAGS.find(([mark]) => line.startsWith(mark));
  return found ? [found[1], line.slice(found[0].length)] : ["p", line];
}
