// The server as the page sees it: JSON, and the event stream by fetch (EventSource cannot send a token).

import { admitted, credentials } from "./login.js";

export function get(path) { return ask("GET", path, undefined, false); }

// What somebody does: who is not logged in is asked, and for the password again where it is needed.
export function send(method, path, body) { return ask(method, path, body, true); }

async function ask(method, path, body, deliberate) {
  const headers = { ...credentials(), ...(body !== undefined && { "content-type": "application/json" }) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(15000) });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const said = await answer.json().catch(() => ({ error: answer.statusText }));
  if (answer.status === 401 && await admitted(said, deliberate)) return ask(method, path, body, deliberate);
  throw Object.assign(new Error(said.error), { status: answer.status, type: said.type, hint: said.hint ?? "" });
}

export async function pages(path, most) {
  const items = [];
  let cursor = null;
  do {
    const page = await get(path + (path.includes("?") ? "&" : "?") + (cursor === null ? "" : `cursor=${encodeURIComponent(cursor)}`));
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null && items.length < most);
  return items;
}

// Calls on.fact, on.station, on.resync for ever; goes on after the last event that was seen.
export async function follow(on) {
  let last = null, pause = 1000;
  for (;;) {
    try {
      const headers = { ...credentials(), ...(last !== null && { "last-event-id": last }) };
      const answer = await fetch("/api/v1/stream", { headers });
      if (!answer.ok) throw new Error(answer.statusText);
      pause = 1000;
      for await (const event of events(answer.body)) {
        if (event.id !== undefined) last = event.id;
        if (event.event === "fact" || event.event === "station") on[event.event](JSON.parse(event.data));
        else if (event.event === "resync") on.resync();
      }
    } catch {
      pause = Math.min(pause * 2, 15000);
    }
    await new Promise((done) => { setTimeout(done, pause); addEventListener("login", done, { once: true }); });
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split("\n")) {
        const at = line.indexOf(": ");
        if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
      }
      yield event;
    }
  }
}
