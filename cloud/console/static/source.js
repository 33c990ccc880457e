// The server as the page sees it: JSON, and the event stream by fetch (EventSource cannot send a token).

let token = sessionStorage.getItem("token") || "";
let asking = null;

export async function get(path) {
  const answer = await fetch(path, { headers: token ? { authorization: `Bearer ${token}` } : {}, signal: AbortSignal.timeout(15000) });
  if (answer.status === 401) {
    await askToken();
    return get(path);
  }
  if (!answer.ok) {
    const body = await answer.json().catch(() => ({ error: answer.statusText }));
    throw Object.assign(new Error(body.error), { status: answer.status });
  }
  return answer.json();
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

function askToken() {
  const dialog = document.getElementById("ask");
  asking ??= new Promise((done) => {
    dialog.showModal();
    dialog.addEventListener("close", () => {
      token = document.getElementById("ask-token").value.trim();
      sessionStorage.setItem("token", token);
      asking = null;
      done();
    }, { once: true });
  });
  return asking;
}

// Calls on.fact, on.station, on.resync for ever; goes on after the last event that was seen.
export async function follow(on) {
  let last = null, pause = 1000;
  for (;;) {
    try {
      const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(last !== null && { "last-event-id": last }) };
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
    await new Promise((done) => setTimeout(done, pause));
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
