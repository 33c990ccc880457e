// The pages of maintenance that are lists to choose from: title, text, and what can be pressed.

import { day } from "./amounts.js";
import { label as amenityLabel } from "./amenity.js";
import { partName } from "./part.js";
import { hasWords, say } from "./words.js";

const SIGNS = {
  restock: "bottle", cleaned: "broom", open_fridge: "lock-open", open_slot: "bank", test_valve: "drop", filter_changed: "filter",
  water_tested: "flask", drip_emptied: "tray", release_fault: "alert", fire_reset: "flame",
};
const REASONS = ["checked", "repaired", "replaced", "cleaned", "false_alarm"];

// `top`: the page, { act, … }. `steward` goes on to another with go(step), or sends with act(intent, pages to go back).
export function page(top, screen, steward) {
  const drawn = PAGES[top.act] ?? PAGES.menu;
  return { title: say(`steward.act.${top.act}`), text: "", wide: false, ...drawn(screen, steward, top) };
}

const PAGES = {
  menu: (screen, steward) => ({
    title: say("steward.title"),
    list: screen.steward.acts.map((act) => ({ sign: SIGNS[act], label: say(`steward.act.${act}`), note: menuNote(act, screen.steward), press: () => steward.go({ act }) })),
  }),
  restock: (screen, steward) => ({
    list: shelves(screen).map(({ name, item, count }) => ({
      sign: "bottle", label: `${partName("item", item)} (${name})`, note: say("fridge.pieces", { count }), press: () => steward.go({ act: "count", shelf: name }),
    })),
  }),
  count: (_screen, _steward, { shelf }) => ({ title: say("steward.shelf", { shelf }), list: [] }),
  cleaned: (screen, steward) => ({
    wide: true,
    text: say("steward.cleaned.text"),
    list: screen.steward.cleanable.map((part) => ({ sign: "broom", label: partLabel(part, screen), press: () => steward.act({ kind: "cleaned", part }) })),
  }),
  open_fridge: (_screen, steward) => confirm("open_fridge", "lock-open", steward),
  open_slot: (screen, steward) => ({
    list: screen.steward.slots.map((slot) => ({ sign: "bank", label: say("bank.slot", { slot }), press: () => steward.act({ kind: "open_slot", slot }) })),
  }),
  test_valve: (screen, steward) => ({
    text: say("steward.test_valve.text"),
    list: screen.taps.filter((tap) => screen.steward.taps.includes(tap.name)).map((tap) => valve(tap, screen, steward)),
  }),
  unlock: (_screen, steward, { tap }) => ({ title: steward.unlockTitle(tap), text: say("refusal.hot_locked.next"), list: [] }),
  filter_changed: (_screen, steward) => confirm("filter_changed", "filter", steward),
  water_tested: (screen, steward) => ({
    text: screen.water?.tested_on ? say("water.tested", { day: day(screen.water.tested_on) }) : "",
    list: [["passed", "check", true], ["failed", "alert", false]].map(([key, sign, passed]) => ({
      sign, label: say(`steward.water.${key}`), press: () => steward.act({ kind: "water_tested", passed }, 1),
    })),
  }),
  drip_emptied: (_screen, steward) => confirm("drip_emptied", "tray", steward),
  release_fault: (screen, steward) => ({
    wide: true,
    text: screen.steward.releasable.length ? "" : say("steward.no_faults"),
    list: screen.steward.releasable.map(([fault, part]) => ({
      sign: "alert", label: faultLabel(fault, part, screen), press: () => steward.go({ act: "reasons", fault, part }),
    })),
  }),
  reasons: (screen, steward, { fault, part }) => ({
    title: say("steward.why"),
    text: faultLabel(fault, part, screen),
    list: REASONS.map((key) => say(`steward.reason.${key}`)).map((reason) => ({
      sign: "check", label: reason, press: () => steward.act({ kind: "release_fault", fault, part, reason }, 1),
    })),
  }),
  fire_reset: (_screen, steward) => confirm("fire_reset", "flame", steward),
};

// One act that needs nothing but a second, deliberate touch.
function confirm(act, sign, steward) {
  return { text: say(`steward.${act}.text`), list: [{ sign, label: say(`steward.${act}.do`), press: () => steward.act({ kind: act }, 1) }] };
}

function menuNote(act, { releasable, testing }) {
  if (act === "release_fault") return releasable.length ? say("steward.faults", { count: releasable.length }) : "";
  return act === "test_valve" && testing ? say("amenity.on") : "";
}

function valve(tap, screen, steward) {
  const locked = tap.hot && !(tap.unlocked_s > 0);
  const running = screen.steward.testing === tap.name;
  const press = () => (locked ? steward.go({ act: "unlock", tap: tap.name }) : steward.act({ kind: "test_valve", tap: tap.name }));
  const note = running ? say("amenity.on") : locked ? say("tap.locked") : "";
  return { sign: running ? "wait" : locked ? "lock" : "drop", label: partName("tap", tap.name), note, press };
}

const shelves = (screen) => screen.fridge?.shelves.filter(({ name }) => screen.steward.shelves.includes(name)) ?? [];

function partLabel(part, screen) {
  const named = (parts) => parts.find(({ name }) => name === part);
  if (hasWords(`steward.part.${part}`)) return say(`steward.part.${part}`);
  if (named(screen.taps)) return partName("tap", part);
  if (named(screen.amenities)) return amenityLabel(named(screen.amenities));
  return named(screen.sockets) ? partName("socket", part) : part;
}

function faultLabel(fault, part, screen) {
  const words = hasWords(`steward.fault.${fault}`) ? say(`steward.fault.${fault}`) : say(`fault.${fault}`);
  if (part === "") return words;
  return `${fault === "slot_stuck" ? say("bank.slot", { slot: part }) : partLabel(part, screen)}: ${words}`;
}
