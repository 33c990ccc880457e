// The one message of the moment: in the strip below, or large across the screen when there is nothing else to do.

import { day, leftOf, span } from "./amounts.js";
import { attribute, by, put, setIcon, show } from "./dom.js";
import { partName } from "./part.js";
import { say } from "./words.js";

const SIGNS = {
  checking: ["wait", "plain"], come_in: ["check", "good"], refused: ["alert", "bad"], goodbye: ["wave", "good"],
  pour_done: ["check", "good"], pour_stopped: ["hand", "bad"], charge_done: ["bolt", "good"], not_now: ["alert", "bad"],
  charge_soon: ["wait", "bad"], queued: ["queue", "good"], socket_held: ["bolt", "good"], queue_missed: ["wait", "bad"],
  fridge_open: ["lock-open", "good"], fridge_close: ["alert", "bad"], fridge_done: ["check", "good"], fridge_over: ["alert", "bad"],
  fridge_left: ["lock", "plain"], bank_take: ["lock-open", "good"], bank_lent: ["bank", "good"], bank_put: ["return", "good"],
  bank_back: ["check", "good"], bank_left: ["lock", "plain"], maintenance_on: ["wrench", "good"], maintenance_soon: ["wait", "bad"],
  maintenance_over: ["wrench", "plain"], steward_done: ["check", "good"], unlocked: ["lock-open", "good"],
};
const HEROES = ["come_in", "goodbye"];
const FAULTS_BY_WEIGHT = [
  "leak_floor", "door_held", "fridge_ajar", "guard_lost", "store_full", "expander_lost", "store_low", "door_forced", "exit_stuck", "clock_wrong",
];

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
  const fault = FAULTS_BY_WEIGHT.find((code) => screen.faults.some((view) => view.fault === code));
  if (fault) return { icon: "alert", tone: "bad", why: "", next: say(`fault.${fault}`) };
  return { icon: "exit", tone: "exit", why: aside(screen), next: say("exit.always") };
}

// Whose socket is free comes first: they wait somewhere in the room for it.
function aside(screen) {
  const call = screen.waiting?.calls[0];
  if (call) return say("queue.call", { label: call.label, socket: partName("socket", call.socket), time: span(leftOf(screen, call.left_s) ?? 0) });
  if (screen.opens !== null && screen.visit === null) return say("opens.at", { when: day(screen.opens) });
  if (!screen.connected) return say("link.offline", { count: screen.waiting_facts });
  return screen.clock_trusted ? "" : say("clock.unsure");
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
