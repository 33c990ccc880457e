// Routes, the top line, and keeping what is shown up to date. The server is asked again even while the stream runs: trust, then check.

import { h, setText } from "./dom.js";
import { behind, happened, unheardSince } from "./gaps.js";
import { begin, drawMe } from "./login.js";
import { overview } from "./overview.js";
import { newsOfRollouts } from "./rollout_line.js";
import { rw } from "./rollout_words.js";
import { rolloutPage, rolloutsPage } from "./rollouts.js";
import { follow, get, pages } from "./source.js";
import { stationPage } from "./station.js";
import { ago, clock, lang, switchLanguage, w } from "./words.js";

const KEPT = 600, HEALTH_MS = 5000, STATIONS_MS = 20000, STATION_MS = 60000, OLD_MS = 20000, ROLLOUT_MS = 3000;
const store = { stations: new Map(), facts: [], health: null, loaded: false, failure: null, answered: null, deaf: null, connected: null, alerts: [], rollouts: [], grafana: "", view: { hours: 24, filter: "", only: null, sort: "standing", backwards: false, paused: false, pausedAt: null } };
const main = document.getElementById("main");
let page = null, pending = false;

function route() {
  const found = location.hash.match(/^#\/(station|rollout)\/([a-z0-9-]{1,64})$/);
  if (found) page = found[1] === "station" ? stationPage(store, found[2]) : rolloutPage(store, found[2]);
  else page = location.hash === "#/rollouts" ? rolloutsPage() : overview(store);
  main.replaceChildren(page.root);
  scrollTo(0, 0);
  askRollouts();
}

function speak() {
  document.documentElement.lang = lang();
  const texts = { brand: w.brand, language: w.language, skip: w.skip };
  for (const [id, text] of Object.entries(texts)) document.getElementById(id).textContent = text;
  document.getElementById("rollouts").textContent = rw().title;
  document.title = w.brand;
  drawMe();
  topLine();
}

// One drawing a frame, however many events came.
function soon() {
  if (pending) return;
  pending = true;
  setTimeout(() => { pending = false; listen(); page.draw(); topLine(); }, 150);
}

// Since when nothing that is shown can be live: the cloud hears no broker, or this page no cloud.
function listen() {
  const broker = store.health?.broker, mute = store.answered && Date.now() - store.answered > OLD_MS ? store.answered : null;
  store.deaf = broker && !broker.connected ? Date.parse(broker.since ?? store.health.now) : mute;
  store.connected = broker?.connected && broker.since ? Date.parse(broker.since) : null;
  const banner = document.getElementById("deaf"), words = store.deaf && !mute ? w.deaf(clock(new Date(store.deaf).toISOString()), ago(new Date(store.deaf).toISOString())) : "";
  if (banner.textContent !== words) banner.replaceChildren(...(words ? [h("p", { class: "notice bad" }, words)] : []));
}

function topLine() {
  const [tone, sign, text] = verdict(), line = document.getElementById("verdict");
  line.className = `verdict ${tone}`;
  setText(line, `${sign} ${text}`);
  setText(document.getElementById("asof"), store.answered ? w.asof(clock(new Date(store.answered).toISOString())) : "");
}

function verdict() {
  const health = store.health;
  if (store.answered && Date.now() - store.answered > OLD_MS) return ["bad", "✕", w.silent(clock(new Date(store.answered).toISOString()))];
  if (!health) return store.failure ? ["bad", "✕", w.failed(store.failure)] : ["", "…", w.loading];
  if (health.problems.length) return ["bad", "✕", health.problems.map((one) => w.problem[one] ?? one).join(" · ")];
  if (health.warnings?.length) return ["warn", "!", health.warnings.map((one) => w.warning[one] ?? one).join(" · ")];
  const fleet = health.fleet, parts = [[fleet.lost, w.lostN], [fleet.with_faults, w.faultsN], [fleet.late, w.lateN], [fleet.flapping, w.flappingN]].filter(([n]) => n).map(([n, words]) => words(n));
  const unheard = store.deaf ? [] : [...store.stations.values()].filter((one) => one.standing === "online" && unheardSince(one, store) !== null);
  if (unheard.length) parts.push(w.unheardN(unheard.length));
  const coming = [...store.stations.values()].filter(behind);
  if (coming.length) parts.push(w.toComeN(coming.length, coming.reduce((sum, one) => sum + one.waiting_facts, 0)));
  if (!parts.length) return ["good", "✓", fleet.total ? w.well : w.nothingYet];
  return [fleet.lost || fleet.with_faults ? "bad" : "warn", "!", parts.join(" · ")];
}

async function askHealth() {
  try {
    store.health = await get("/api/v1/health");
    [store.answered, store.failure] = [Date.now(), null];
  } catch (error) {
    store.failure = error.message;
  }
  soon();
}

async function askStations() {
  try {
    const items = await pages("/api/v1/stations?limit=2000", 100000);
    store.stations = new Map(items.map((one) => [one.station, one]));
    store.loaded = true;
    store.alerts = (await get("/api/v1/alerts?standing=true")).items;
  } catch (error) {
    store.failure = error.message;
  }
  soon();
}

async function askRollouts() {
  store.rollouts = await newsOfRollouts().catch(() => store.rollouts);
  soon();
}

async function askFacts() {
  try {
    hearAll((await get("/api/v1/facts?limit=200")).items);
  } catch (error) {
    store.failure = error.message;
  }
}

function hearAll(facts) {
  const known = new Set(store.facts.map((one) => one.id));
  store.facts = [...store.facts, ...facts.filter((one) => !known.has(one.id))].sort((a, b) => happened(b) - happened(a) || b.id - a.id).slice(0, KEPT);
  soon();
}

const heard = {
  fact(fact) {
    const station = store.stations.get(fact.station);
    if (station && fact.received_at > station.heard_at) store.stations.set(fact.station, { ...station, heard_at: fact.received_at });
    if (store.health) store.health.facts_today += 1;
    hearAll([fact]);
    page.hear?.(fact);
  },
  station(one) {
    const known = store.stations.get(one.station);
    store.stations.set(one.station, { ...one, complete_until: one.complete_until ?? (behind(one) ? known?.complete_until ?? null : null) });
    page.hearStation?.(one);
    soon();
  },
  resync() { store.facts = []; askStations(); askFacts(); page.load?.(); },
};

document.getElementById("language").addEventListener("click", () => { switchLanguage(); speak(); route(); });
addEventListener("hashchange", () => { route(); main.focus({ preventScroll: true }); });
addEventListener("redraw", soon);
addEventListener("login", () => { route(); askHealth(); askStations(); askFacts(); });
speak();
begin();
route();
get("/api/v1/console").then((told) => { store.grafana = told.grafana_url; soon(); }, () => {});
await Promise.all([askHealth(), askStations(), askFacts()]);
setInterval(askHealth, HEALTH_MS);
setInterval(askStations, STATIONS_MS);
setInterval(askRollouts, STATIONS_MS);
setInterval(() => { if (!page.every) page.load?.(); }, STATION_MS);
setInterval(() => { if (page.every) page.load(); }, ROLLOUT_MS);
follow(heard);
