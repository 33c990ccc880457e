// Signs in, then shows a ticket and fetches the next one when its time is over. A ticket that is over is never shown.
import { WORDS } from "./words.js";

const API = "/api/v1/phone/";
const RETRY_MS = 5_000;
const TICK_MS = 250;
const by = (id) => document.getElementById(id);
const station = new URLSearchParams(location.search).get("station");

let language = navigator.language.startsWith("zh") ? "zh" : "en";
let over = 0; // the time on the page's clocks at which the shown ticket is over
let life = 30_000;
let retry = 0;
let asking = false;
let said = null; // what the frame says in place of a code: [key, values]
let complaint = null;
let awake = null;

const say = (key, values = {}) => WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Neither clock alone: one may stand still while the phone sleeps, the other may be set.
const began = { steady: performance.now(), wall: Date.now() };
const now = () => Math.max(performance.now() - began.steady, Date.now() - began.wall);

function words() {
  document.documentElement.lang = WORDS[language].lang;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-t]")) place.textContent = say(place.dataset.t);
  by("language").textContent = WORDS[language].other;
  by("language").lang = language === "zh" ? "en" : "zh-CN";
  by("code").alt = say("ticket.alt");
  by("said").textContent = complaint ? say(...complaint) : "";
  draw();
}

function draw() {
  const left = Math.max(0, over - now());
  const good = left > 0;
  by("code").hidden = !good;
  by("none").hidden = good;
  by("none").textContent = good ? "" : say(...(said ?? ["ticket.wait"]));
  by("bar").style.width = `${(100 * left) / life}%`;
  by("count").textContent = good ? say("ticket.count", { seconds: Math.ceil(left / 1000) }) : "";
}

function view(name) {
  for (const each of ["signin", "ticket"]) by(each).hidden = each !== name;
}

function signedOut() {
  over = 0;
  by("code").removeAttribute("src");
  view("signin");
  words();
}

function stillSignedIn() {
  over = 0;
  said = ["down"];
  retry = now() + RETRY_MS;
  draw();
}

async function fetchTicket() {
  if (asking) return;
  asking = true;
  const asked = now();
  try {
    const answer = await fetch(`${API}ticket${station ? `?station=${encodeURIComponent(station)}` : ""}`, { signal: AbortSignal.timeout(8_000) });
    if (answer.status === 401) return signedOut();
    if (!answer.ok) throw new Error(answer.status === 429 ? "ticket.often" : "down");
    show(await answer.json(), asked);
  } catch (error) {
    said = [error.message === "ticket.often" ? "ticket.often" : "down"];
    retry = now() + RETRY_MS;
    if (by("signin").hidden) view("ticket");
  } finally {
    asking = false;
    draw();
  }
}

function show(ticket, asked) {
  said = null;
  life = ticket.seconds_left * 1000;
  over = asked + life;
  by("code").src = `data:image/svg+xml,${encodeURIComponent(ticket.svg)}`;
  view("ticket");
  stayAwake();
}

function stayAwake() {
  if (awake || !("wakeLock" in navigator)) return;
  navigator.wakeLock.request("screen").then((lock) => {
    awake = lock;
    lock.addEventListener("release", () => (awake = null));
  }, () => {}); // a wish: the page works without it
}

async function signIn(event) {
  event.preventDefault();
  complaint = null;
  by("enter").disabled = true;
  try {
    complaint = await answerTo(by("number").value.trim(), by("pin").value.trim());
  } catch {
    complaint = ["down"];
  } finally {
    by("enter").disabled = false;
  }
  by("pin").value = "";
  if (complaint === null) await fetchTicket();
  words();
}

async function answerTo(number, pin) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${API}session`, { method: "POST", headers, body: JSON.stringify({ number, pin }), signal: AbortSignal.timeout(8_000) });
  if (answer.ok) return null;
  if (answer.status === 429) return ["later", { minutes: Math.ceil(Number(answer.headers.get("retry-after") ?? 60) / 60) }];
  return [{ 401: "wrong", 422: "form" }[answer.status] ?? "down"];
}

function tick() {
  if (by("ticket").hidden || document.hidden) return;
  draw();
  if (over <= now() && retry <= now()) fetchTicket();
}

by("form").addEventListener("submit", signIn);
by("again").addEventListener("click", fetchTicket);
by("leave").addEventListener("click", () => fetch(`${API}session`, { method: "DELETE" }).then(signedOut, stillSignedIn));
by("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  words();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    retry = 0;
    tick();
    if (!by("ticket").hidden) stayAwake();
  }
});
addEventListener("online", () => (retry = 0));
setInterval(tick, TICK_MS);
words();
fetchTicket();
