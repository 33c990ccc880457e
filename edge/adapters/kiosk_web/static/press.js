// Sends one press to the station. What it means, the station decides; here only "did it arrive".

const ANSWER_MS = 3000;

// Null when the press was taken, otherwise the key of the words that say what to do.
export async function press(intent) {
  try {
    const answer = await fetch("/api/intent", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(intent),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.ok) return null;
    return answer.status === 429 ? "error.too_fast" : "error.no_answer";
  } catch {
    return "error.no_answer";
  }
}
