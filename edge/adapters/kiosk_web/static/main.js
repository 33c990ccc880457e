// Joins the parts: one snapshot of the station in, one drawing out, one press at a time back. Decides nothing.

import { attribute, by, put, setIcon, show } from "./dom.js";
import { Announcer } from "./announce.js";
import { ChallengeView } from "./challenge.js";
import { Dialog } from "./dialog.js";
import { DoorView, doorWords, keypad } from "./door.js";
import { Guard } from "./guard.js";
import { drawHero, drawStrip, isHero, message } from "./notices.js";
import { loadNotice } from "./notice.js";
import { OwnPage } from "./own.js";
import { press } from "./press.js";
import { RoomView } from "./room.js";
import { setScale } from "./scale.js";
import { StewardPage } from "./steward.js";
import { Stream } from "./stream.js";
import { inLanguage, loadWords, otherLanguage, say, speak } from "./words.js";

const TICK_MS = 200;
const LOCAL_MS = 6000; // how long an error of the page itself is shown
const OLD_MS = 12 * 3600 * 1000; // a browser that runs for months leaks: reload while nobody looks

const now = () => performance.now();
const state = { screen: null, noticeUntil: 0, forgetsAt: null, chosen: null, local: null, localUntil: 0, leaving: false, heard: -1, shape: "", turnUntil: 0, askUntil: 0 };
let announcer, challenge, door, room, guard, dialog, steward, stream, own;
let outdated = false;

function onScreen(screen) {
  const before = state.screen;
  state.screen = screen;
  screen.at = now();
  state.noticeUntil = screen.notice_s === null ? Infinity : now() + screen.notice_s * 1000;
  state.forgetsAt = screen.forgets_s === null ? null : now() + screen.forgets_s * 1000;
  state.turnUntil = now() + (screen.challenge?.left_s ?? 0) * 1000;
  state.askUntil = now() + (screen.ask?.left_s ?? 0) * 1000;
  if (before && worthWaking(before, screen)) guard.wake();
  if (before && before.visit !== screen.visit) {
    state.leaving = false;
    room.reset();
    own.close();
    steward.close();
  }
  draw();
}

function worthWaking(before, screen) {
  const noticed = screen.notice_no !== before.notice_no && screen.notice !== "welcome";
  const someone = screen.hint !== before.hint && !["none", "too_dark"].includes(screen.hint);
  const asked = (screen.challenge && !before.challenge) || (screen.ask && !before.ask);
  const told = screen.announce !== null && screen.announce !== before.announce;
  return noticed || someone || asked || told || before.visit !== screen.visit || (screen.forgets_s !== null && before.forgets_s === null);
}

async function send(intent) {
  state.local = null;
  const error = await press(intent);
  if (!error) return;
  state.local = error;
  state.localUntil = now() + LOCAL_MS;
  draw();
}

function draw() {
  const screen = state.screen;
  if (!screen) {
    show(by("stale"), stream?.stale ?? false);
    return;
  }
  speak(state.chosen ?? screen.language);
  drawLanguage();
  const view = viewOf(screen);
  const live = now() < state.noticeUntil && state.heard !== screen.notice_no;
  const cover = coverOf(screen, live);
  attribute(document.body, "data-view", view);
  attribute(document.body, "data-notice", screen.notice_no);
  show(by("door"), view === "door");
  show(by("room"), view === "room");
  show(by("steward"), view === "steward");
  show(by("leave"), view === "room");
  show(by("own-open"), view === "room" && screen.own !== null);
  show(by("steward-end"), view === "steward" && screen.steward.left_s !== null);
  show(by("maintenance"), view === "room" && screen.steward !== null);
  if (screen.own) put(by("own-open"), say(screen.own.ask ? "own.ask" : "own.title"));
  if (view === "door") door.draw(screen, cover !== "sleep" && cover !== "stale", left(state.askUntil));
  else door.leave();
  if (view === "room") room.draw(screen);
  if (view === "steward") steward.draw(screen);
  drawBar(screen, view);
  drawStrip(message(screen, live, now() < state.localUntil ? state.local : null));
  drawCovers(screen, cover);
  const shapes = { door: () => "", room: () => room.shape(screen) + own.shape(), steward: () => steward.shape() };
  guardShape(`${view}/${cover}/${keypad(screen)}/${shapes[view]()}`);
}

function viewOf(screen) {
  if (screen.visit === null) return "door";
  return steward.wanted(screen) ? "steward" : "room";
}

// What lies over the view, the most urgent only. An answer of the visitor closes "leaving", the station all else.
function coverOf(screen, live) {
  if (screen.announce === "fire") return "fire"; // even if it may be old: to leave is never wrong
  if (stream.stale) return "stale";
  if (guard.asleep) return "sleep";
  if (screen.announce === "welfare") return "welfare";
  if (challenge.wanted(screen.challenge)) return "challenge";
  if (state.forgetsAt !== null && screen.visit !== null) return "warning";
  if (state.leaving) return "leave";
  if (own.wanted && screen.own !== null) return "own";
  return isHero(screen, live) ? "hero" : "none";
}

function drawCovers(screen, cover) {
  for (const id of ["fire", "welfare"]) show(by(id), cover === id);
  announcer.draw(cover === "stale" ? null : screen.announce);
  show(by("stale"), cover === "stale");
  show(by("sleep"), cover === "sleep");
  show(by("sleep-face"), screen.face);
  show(by("hero"), cover === "hero");
  if (cover === "hero") drawHero(screen);
  show(by("own"), cover === "own");
  own.hint = screen.hint === "none" ? null : say(`hint.${screen.hint}`);
  if (cover === "own") own.draw(screen.own);
  challenge.draw(cover === "challenge" ? screen.challenge : null, left(state.turnUntil));
  dialog.draw(cover === "warning" || cover === "leave" ? cover : null, left(state.forgetsAt));
  for (const id of ["door", "room", "steward", "foot"]) by(id).inert = cover !== "none";
  by("bar").inert = cover === "sleep" || cover === "fire";
}

const left = (until) => (until === null ? 0 : Math.max(0, (until - now()) / 1000));

function drawBar(screen, view) {
  const greeting = screen.visitor ? say("greeting.named", { visitor: screen.visitor }) : say("greeting.plain");
  put(by("title"), view === "door" ? screen.name : greeting);
  put(by("door-state"), doorWords(screen.door));
  attribute(by("door-state"), "data-door", screen.door);
  const note = screen.connected ? (screen.clock_trusted ? "" : say("clock.short")) : say("link.short");
  put(by("link-state").querySelector("span"), note);
  setIcon(by("link-state"), screen.connected ? "wait" : "unplugged");
  show(by("link-state"), note !== "");
}

function drawLanguage() {
  const other = otherLanguage();
  put(by("language").querySelector("span"), inLanguage(other, "language.name"));
  attribute(by("language"), "aria-label", inLanguage(other, "language.switch"));
  attribute(by("language"), "lang", other);
}

// 400 ms in which nothing can be pressed, counted from each change of what lies under the finger.
function guardShape(shape) {
  if (shape !== state.shape) guard.changed();
  state.shape = shape;
}

function running(screen) {
  return [...screen.taps, ...screen.sockets].some((part) => part.state === "mine") || screen.fridge?.state === "mine";
}

function onLeave() {
  if (running(state.screen)) state.leaving = true;
  else send({ kind: "leave" });
  draw();
}

function onAnswer(kind, stay) {
  state.leaving = false;
  if (!stay) send({ kind: "leave" });
  else if (kind === "warning") send({ kind: "more_time" });
  draw();
}

function onSleep() {
  state.leaving = false;
  door.code.clear();
  if (state.screen?.visit === null) state.chosen = null;
  if (outdated || now() > OLD_MS) location.reload();
  draw();
}

function onOtherPage() {
  outdated = true;
  if (state.screen?.visit === null) location.reload();
}

function onKey(event) {
  if (state.shape.startsWith("door/none/true") && !event.target.closest("button") && door.code.keyboard(event.key)) event.preventDefault();
}

function tick() {
  guard.tick();
  door.code.tick();
  draw();
}

function maySleep() {
  const screen = state.screen;
  if (screen && ["fire", "welfare"].includes(screen.announce)) return false;
  return !(screen && screen.visit !== null && (state.forgetsAt !== null || screen.taps.some((tap) => tap.state === "mine")));
}

async function begin() {
  setScale();
  window.addEventListener("resize", setScale);
  await loadWords();
  await loadNotice();
  speak("zh");
  put(by("title"), `${inLanguage("zh", "page.starting")} ${inLanguage("en", "page.starting")}`);
  guard = new Guard({ onWake: draw, maySleep, onSleep });
  door = new DoorView(send);
  announcer = new Announcer(send);
  room = new RoomView(send, draw);
  steward = new StewardPage(send, draw);
  by("maintenance").addEventListener("click", () => steward.open(state.screen.steward));
  own = new OwnPage(send);
  by("own-open").addEventListener("click", () => { own.open(state.screen.own); draw(); });
  challenge = new ChallengeView(draw);
  dialog = new Dialog((kind) => onAnswer(kind, true), (kind) => onAnswer(kind, false));
  stream = new Stream(onScreen, draw, onOtherPage);
  by("language").addEventListener("click", () => { state.chosen = otherLanguage(); draw(); });
  by("leave").addEventListener("click", onLeave);
  by("hero-ok").addEventListener("click", () => { state.heard = state.screen.notice_no; draw(); });
  window.addEventListener("keydown", onKey);
  setInterval(tick, TICK_MS);
}

// Without its words the page can show nothing: the station may still be starting.
begin().catch(() => setTimeout(() => location.reload(), 3000));
