// What is said aloud, where the browser has a voice. The newest words cut off the older ones.

// `parts`: [language tag, words] pairs, spoken one after the other; none makes it silent.
export function tell(parts) {
  const voice = window.speechSynthesis;
  if (!voice) return;
  voice.cancel();
  for (const [language, words] of parts) {
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = language;
    voice.speak(utterance);
  }
}
