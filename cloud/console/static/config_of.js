// Which configuration a station has, how far the newest one is there, and by whom and why it was pushed.

import { h } from "./dom.js";
import { morph } from "./morph.js";
import { rw } from "./rollout_words.js";
import { mark } from "./rollouts.js";
import { said } from "./said.js";
import { get } from "./source.js";
import { clock, w } from "./words.js";

const SHOWN = 5, FIRST_VERSION = 1;

export function configOf(station) {
  const root = h("section", { class: "sheet config", hidden: true, tabindex: "-1" }), rollouts = new Map();
  let one = null;

  async function load() {
    one = await get(`/api/v1/config/${encodeURIComponent(station)}`).catch(() => one);
    if (!one) return;
    const asked = [...new Set(one.history.slice(0, SHOWN).map((past) => past.rollout))].filter((id) => id && !rollouts.has(id));
    await Promise.all(asked.map((id) => get(`/api/v1/rollouts/${id}`).then((found) => rollouts.set(id, found), () => {})));
    draw();
  }

  function draw() {
    root.hidden = !one || (!one.reported_at && !one.history.length);
    if (root.hidden) return;
    const words = rw().config;
    morph(root, [h("header", {}, h("h2", {}, words.title, one.reported_at && h("small", {}, words.reported(clock(one.reported_at, false)))), one.phase && mark(one.phase, words.phases[one.phase])), about(words), trouble(words), one.history.length && past(words)]);
  }

  function about(words) {
    const pushed = one.history[0], rollout = rollouts.get(pushed?.rollout);
    const told = [[words.inForce, versionOf(words, one.in_force_version)], one.desired_version && [words.wanted, versionOf(words, one.desired_version)], pushed && [words.by, [link(pushed.rollout, rollout?.name ?? pushed.rollout), h("span", { class: "muted" }, whose(pushed))]]];
    return h("dl", { class: "facts-of" }, told.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }

  function trouble(words) {
    const text = [one.reason && said(one.reason), one.flaw && `(${w.flaw[one.flaw] ?? one.flaw})`, one.root === 0 && words.noRoot].filter(Boolean).join(" ");
    return text && h("p", { class: `notice ${["refused", "rolled_back"].includes(one.phase) ? "bad" : ""}`, "data-key": "trouble" }, h("span", { "aria-hidden": "true" }, "!"), [one.phase && one.reason && `${words.version(one.reported_version)} ${words.phases[one.phase]}${rw().colon}`, text].filter(Boolean).join(""));
  }

  function versionOf(words, version) {
    if (version === null) return "–";
    const release = one.history.find((each) => each.version === version)?.release;
    return release || version > FIRST_VERSION ? `${words.version(version)}${release ? ` (${release})` : ""}` : words.provisioned;
  }

  // Who made the rollout; of an undo, who took it back.
  function whose(each) {
    const rollout = rollouts.get(each.rollout), back = each.undo && rollout?.history.findLast((entry) => entry.what === "undo" || entry.what.endsWith("taken back") || entry.what === `cancel ${station}`);
    if (!rollout) return "";
    return ` · ${back ? `${back.who}${rw().colon}${back.who === "cloud" ? said(back.why) : back.why}` : `${rollout.who}${rw().colon}${rollout.reason}`}`;
  }

  function past(words) {
    const items = one.history.slice(0, SHOWN).map((each) => h("li", { class: each.phase === "failed" ? "bad" : "", "data-key": String(each.version) }, h("time", { datetime: each.at }, each.at && clock(each.at)),
      h("span", { class: "text" }, `${words.version(each.version)} (${each.release})${each.undo ? ` · ${words.undo}` : ""}${rw().colon}`, rw().state[each.phase] ?? each.phase, each.reason && ` · ${said(each.reason)}`),
      h("span", { class: "where" }, link(each.rollout, rollouts.get(each.rollout)?.name ?? each.rollout), whose(each))));
    return h("details", { "data-key": "past" }, h("summary", {}, words.past), h("ol", { class: "feed long given" }, items));
  }

  return { root, load };
}

function link(id, name) { return h("a", { href: `#/rollout/${id}` }, name); }
