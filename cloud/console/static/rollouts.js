// Pushed configurations: which rollouts there are, how far each wave is, who has failed and why, what was judged, who did what.

import { h } from "./dom.js";
import { whoIsIn } from "./login.js";
import { morph } from "./morph.js";
import { actsOf, askFor, leaveOut } from "./rollout_acts.js";
import { changesIn } from "./rollout_changes.js";
import { rw, STATES } from "./rollout_words.js";
import { said } from "./said.js";
import { get } from "./source.js";
import { ago, clock, w } from "./words.js";

const ROWS = 50, SHOWN = 100, FIRST = ["failed", "back", "waiting", "trial"];

// All rollouts, newest first.
export function rolloutsPage() {
  const root = h("div", { tabindex: "-1" }, h("p", { class: "empty" }, w.loading));
  let items = null, failure = null, shown = SHOWN;

  async function load() {
    try {
      [items, failure] = [(await get("/api/v1/rollouts")).items, null];
    } catch (error) {
      failure = error;
    }
    draw();
  }

  function draw() {
    if (items || failure) morph(root, [head(), failure && stale(failure, items), items && list()]);
  }

  function list() {
    const heads = ["name", "state", "stations", "who", "reason", "when"].map((name) => h("th", { scope: "col" }, rw().col[name]));
    const table = h("table", { class: "plain cards" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, items.slice(0, shown).map(row)));
    const more = items.length > shown && h("p", { class: "empty" }, h("button", { type: "button", "data-more": true }, rw().more));
    const none = h("p", { class: "empty" }, h("strong", {}, rw().none), rw().noneHint);
    return h("section", { class: "sheet", "data-key": "list" }, items.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": rw().whole }, table) : none, more);
  }

  root.addEventListener("click", (event) => {
    if (!event.target.closest("[data-more]")) return;
    shown += SHOWN * 2;
    draw();
  });
  load();
  return { root, draw, load, every: true };
}

function head() {
  return h("div", { class: "head", "data-key": "head" }, h("h1", {}, rw().whole), h("a", { href: "#/" }, w.back));
}

function row(one) {
  return h("tr", { "data-key": one.id }, h("th", { scope: "row" }, h("a", { href: `#/rollout/${one.id}` }, one.name), h("span", { class: "id" }, one.id)),
    h("td", {}, mark(one.state), one.state === "running" && one.wave > 0 && h("span", { class: "muted" }, ` · ${rw().ofWave(one.wave)}`)), h("td", {}, bar(one.counts)), h("td", {}, one.who), h("td", { class: "wrap" }, one.reason), h("td", { class: "muted" }, ago(one.made_at)));
}

// One rollout: its waves, its stations, what was judged, and its history.
export function rolloutPage(store, id) {
  const root = h("div", { tabindex: "-1" }, h("p", { class: "empty" }, w.loading)), changes = changesIn(id);
  let one = null, seats = null, failure = null, chosen = null, first = null, shown = ROWS, asked = 0, busy = false, drawnFor;

  async function load() {
    const mine = ++asked;
    busy = true;
    try {
      const found = await get(`/api/v1/rollouts/${id}`), state = looksAt(found.counts);
      const page = await get(`/api/v1/rollouts/${id}/stations?limit=${shown}${state && `&state=${state}`}`);
      if (mine !== asked) return;
      [one, seats, failure] = [found, { ...page, state }, null];
      show();
      await changes.look(one.counts);
    } catch (error) {
      if (mine === asked) failure = error;
    }
    if (mine !== asked) return;
    busy = false;
    show();
  }

  // What nobody has chosen follows what is worst, but not under somebody's hand.
  function looksAt(counts) {
    const worst = FIRST.find((each) => counts[each]) ?? "", held = root.querySelector("[data-key=stations]")?.matches(":hover, :focus-within");
    if (!counts[first] || (!held && worst === "failed")) first = worst;
    return chosen ?? first;
  }

  function show() {
    drawnFor = whoIsIn();
    if (!one) return failure && root.replaceChildren(h("p", { class: "empty" }, h("strong", {}, failure.status === 404 || failure.status === 422 ? rw().gone : w.failed(failure.message)), h("a", { href: "#/rollouts" }, rw().all)));
    return morph(root, [title(one), failure && stale(failure, one), actsOf(one), why(one), waves(one), changes.draw(one, nameOf), h("div", { class: "columns", "data-key": "columns" }, stations(), past(one))]);
  }

  function stations() {
    const chips = ["", ...Object.keys(one.counts).filter((state) => one.counts[state] || state === seats.state)].map((state) => h("button", { type: "button", "data-key": `chip-${state}`, "data-state": state, "aria-pressed": String(state === seats.state) },
      state ? rw().state[state] : rw().every, " ", h("span", { class: "count" }, (state ? one.counts[state] : one.stations).toLocaleString("en"))));
    const rows = seats.items.length ? h("ol", { class: "seats" }, seats.items.map(seat)) : h("p", { class: "empty" }, rw().nobody);
    const more = seats.next && h("p", { class: "empty" }, h("button", { type: "button", "data-more": true }, rw().more));
    return h("section", { class: "sheet", "data-key": "stations" }, h("header", {}, h("h2", {}, rw().stations), h("div", { class: "row", role: "group", "aria-label": rw().stations }, chips)), rows, more);
  }

  function seat(each) {
    return h("li", { "data-key": `seat-${each.station}` }, h("span", {}, h("a", { href: `#/station/${each.station}` }, nameOf(each.station)), h("span", { class: "id" }, each.station)), mark(each.state),
      h("span", { class: "text" }, said(each.reason), h("small", { class: "muted" }, [rw().ofWave(each.wave), each.grade, each.district, each.since && rw().since(clock(each.since))].filter(Boolean).join(" · "))), leaveOut(each, nameOf(each.station)));
  }

  function nameOf(station) { return store.stations.get(station)?.name ?? station; }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { act, station, state } = button.dataset;
    if (act) askFor(id, act, station, station && nameOf(station), load);
    else if (state !== undefined) [chosen, shown] = [state, ROWS];
    else shown = Math.min(2000, shown * 4);
    if (!act) load();
  });
  load();
  return { root, draw() { if (whoIsIn() !== drawnFor) show(); }, load() { if (!busy) load(); }, every: true };
}

function title(one) {
  return h("div", { class: "head", "data-key": "head" }, h("h1", {}, one.name, h("span", { class: "id" }, one.id)), h("span", { role: "status" }, mark(one.state), progress(one)), h("span", { class: "muted" }, [one.who, one.reason, rw().release(one.release), ago(one.made_at)].join(" · ")), h("a", { href: "#/rollouts" }, rw().all));
}

// Only what is worth being read out; the counts move every few seconds.
function progress(one) {
  const failed = one.counts.failed > 0 && rw().line.failed(one.counts.failed);
  return [one.wave > 0 && rw().waveOf(one.wave, one.waves.length), failed].filter(Boolean).map((words) => h("span", { class: "muted" }, ` · ${words}`));
}

// Why it stands: the last word of the history, where it does not go on by itself.
function why(one) {
  const last = [...one.history].reverse().find((each) => /^(pause|paused|abort|undo|wave \d+ taken back)$/.test(each.what));
  if (!last || !["paused", "taken_back", "aborted", "undone"].includes(one.state)) return null;
  return h("p", { class: `notice ${one.state === "taken_back" ? "bad" : ""}`, "data-key": "why" }, h("span", { "aria-hidden": "true" }, STATES[one.state][1]), `${said(last.what)}${rw().colon}${last.who === "cloud" ? said(last.why) : `${last.why} (${last.who})`}`);
}

function waves(one) {
  const planned = one.options.waves.map((label, index) => ({ number: index + 1, label, state: "pending", counts: {} })), all = one.waves.length ? one.waves : planned;
  return h("section", { class: "sheet waves", "data-key": "waves" }, h("header", {}, h("h2", {}, rw().waves)), h("ol", {}, all.map((wave) => h("li", { "data-key": `wave-${wave.number}` },
    h("span", {}, h("strong", {}, rw().wave(wave.number)), h("small", { class: "muted", title: wave.label }, reach(wave.label))), mark(standsAt(one, wave)), bar(wave.counts), judged(one, wave)))));
}

// What its plan says of a wave: so many, such a share of all, a district, or names.
function reach(label) {
  if (/^\d+$/.test(label)) return rw().first(label);
  if (label.endsWith("%")) return rw().share(label.replace("%", " %"));
  return label.startsWith("district=") ? rw().inDistrict(label.slice(9)) : rw().byName(label.split("+").length);
}

// Longer where nobody came.
function watched(one, wave) {
  const begun = one.history.findLast((each) => each.what === `wave ${wave.number} has it`);
  if (wave.state !== "soaking" || one.state !== "running" || !begun) return null;
  return rw().until(clock(new Date(Date.parse(begun.at) + one.options.soak_s * 1000).toISOString()));
}

// A wave under way stands still when the whole does.
function standsAt(one, wave) { return ["running", "soaking"].includes(wave.state) && one.state !== "running" ? one.state : wave.state; }

// What service says of a wave, and until when it is watched.
function judged(one, wave) {
  const told = wave.verdict ? [mark(wave.verdict.verdict, rw().verdict[wave.verdict.verdict]), h("span", { class: "muted" }, said(wave.verdict.words))] : [], until = watched(one, wave);
  return (wave.verdict || until) && h("p", { class: "judged" }, told, until && h("span", { class: "muted" }, until));
}

function past(one) {
  const entry = (each) => {
    const why = /^wave \d+ begun$/.test(each.what) ? reach(each.why) : each.who === "cloud" ? said(each.why) : each.why;
    const text = [said(each.what), why && `${rw().colon}${why}`, each.result && ` → ${said(each.result)}`].filter(Boolean).join("");
    return h("li", { class: /failed|taken back|does not/.test(each.what) ? "bad" : "" }, h("time", { datetime: each.at }, clock(each.at)), h("span", { class: "text" }, text), h("span", { class: "where" }, each.who));
  };
  return h("section", { class: "sheet", "data-key": "history" }, h("header", {}, h("h2", {}, rw().history)), h("ol", { class: "feed long", tabindex: "0", "aria-label": rw().history }, [...one.history].reverse().map(entry)));
}

function stale(error, known) {
  return h("p", { class: "notice bad", role: "alert", "data-key": "stale" }, known ? rw().old(error.message) : w.failed(error.message));
}

export function mark(state, words = rw().state[state]) {
  const [tone, sign] = STATES[state] ?? ["idle", "·"];
  return h("span", { class: `standing ${tone}` }, h("span", { class: "sign", "aria-hidden": "true" }, sign), words ?? state);
}

// Counts of stations by state, as one bar with its numbers in words beside it: colour is never alone.
export function bar(counts) {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const shares = parts.map(([state, count]) => {
    const share = h("i", { class: (STATES[state] ?? ["idle"])[0], "data-key": state });
    share.style.flexGrow = String(count);
    return share;
  });
  const text = parts.map(([state, count]) => `${count.toLocaleString("en")} ${rw().state[state] ?? state}`).join(" · ");
  return h("span", { class: "share" }, h("span", { class: "share-bar", "aria-hidden": "true" }, shares), h("span", { class: "share-text" }, text));
}
