// The one message of the moment: in the strip below, or large across the screen when there is nothing else to do.

import { attribute, by, put, setIcon, show } from "./dom.js";
import { say } from "./words.js";
import { SOCKET_FAULTS } from "./socket.js";
import { TAP_FAULTS } from "./tap.js";

const SIGNS = {
  checking: ["wait", "plain"], come_in: ["check", "good"], refused: ["alert", "bad"], goodbye: ["wave", "good"],
  pour_done: ["check", "good"], pour_stopped: ["hand", "bad"], charge_done: ["bolt", "good"], not_now: ["alert", "bad"],
};
const HEROES = ["come_in", "goodbye"];
const FAULTS_BY_WEIGHT = ["door_held", "guard_lost", "store_full", "store_low", "door_forced"];

// What the strip shall show: { icon, tone, why, next }. `local` is the key of an error that the page itself met.
export function message(screen, live, local) {
  if (local) return { icon: "alert", tone: "bad", why: say(`${local}.why`), next: say(`${local}.next`) };
  if (!live || screen.notice === "welcome") return standing(screen);
  const [icon, tone] = SIGNS[screen.notice];
  return { icon, tone, ...words(screen) };
}

function words(screen) {
  const title = say(`notice.${screen.notice}.title`);
  if (screen.refusal) return { why: say(`refusal.${screen.refusal}.why`), next: say(`refusal.${screen.refusal}.next`) };
  if (screen.stop && screen.stop !== "reached") return { why: title, next: say(`stop.${screen.stop}`) };
  return { why: title, next: say(`notice.${screen.notice}.text`) };
}

// Without a message: what is wrong in the room, else how to get out.
function standing(screen) {
  const fault = FAULTS_BY_WEIGHT.find((code) => screen.faults.some((view) => view.fault === code && !onCard(screen, view)));
  if (fault) return { icon: "alert", tone: "bad", why: "", next: say(`fault.${fault}`) };
  return { icon: "exit", tone: "exit", why: aside(screen), next: say("exit.always") };
}

function aside(screen) {
  if (!screen.connected) return say("link.offline", { count: screen.waiting_facts });
  return screen.clock_trusted ? "" : say("clock.unsure");
}

function onCard(screen, view) {
  const on = (parts, codes) => codes.includes(view.fault) && parts.some((part) => part.name === view.part);
  return screen.visit !== null && (on(screen.taps, TAP_FAULTS) || on(screen.sockets, SOCKET_FAULTS));
}

export function drawStrip({ icon, tone, why, next }) {
  const strip = by("notice");
  attribute(strip, "data-tone", tone);
  attribute(strip, "aria-live", tone === "bad" ? "assertive" : "polite");
  setIcon(strip, icon);
  put(strip.querySelector(".why"), why);
  put(strip.querySelector(".next"), next);
  show(strip.querySelector(".why"), why !== "");
}

// Large only where no button of the moment is hidden by it: nobody is at the keypad, nothing runs.
export const isHero = (screen, live) => live && screen.visit === null && HEROES.includes(screen.notice);

export function drawHero(screen) {
  const { why, next } = words(screen);
  put(by("hero-title"), why);
  put(by("hero-text"), next);
  setIcon(by("hero"), SIGNS[screen.notice][0]);
}
