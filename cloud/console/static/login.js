// Who one is: by name and password, or with the token of a program; the password again where an answer asks for it. The token lives in this tab only.

import { h, setText } from "./dom.js";
import { clock, w } from "./words.js";

const RENEW_MS = 10 * 60e3, AWAY_MS = 15 * 60e3, LOOK_MS = 30e3;
let token = sessionStorage.getItem("token") || "", me = null, open = null, declined = false, renewed = 0, touched = Date.now();

export function credentials() { return token ? { authorization: `Bearer ${token}` } : {}; }

export function whoIsIn() { return me; }

// Whether to ask the server again after it refused. `deliberate`: somebody pressed something, and did not just look.
export async function admitted(refusal, deliberate) {
  if (refusal.type === "step_up_needed") return deliberate && askAgain();
  if (open) return open;
  forget();
  return (deliberate || !declined) && askLogin();
}

export function begin() {
  document.getElementById("me").addEventListener("click", () => (me ? askOwn() : askLogin()));
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  setInterval(renew, LOOK_MS);
  return lookUp();
}

export function drawMe() {
  const button = document.getElementById("me");
  setText(button, me ? `${me.name} · ${w.me.role[me.role]}` : w.me.logIn);
  button.title = me ? w.me.own : "";
}

async function call(method, path, body) {
  const headers = { ...credentials(), ...(body && { "content-type": "application/json" }) };
  const answer = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(20000) });
  const said = answer.status === 204 ? {} : await answer.json().catch(() => ({ error: answer.statusText }));
  return { ok: answer.ok, status: answer.status, said, wait: answer.headers.get("retry-after") };
}

function take(fresh) {
  token = fresh;
  sessionStorage.setItem("token", token);
  [declined, renewed] = [false, Date.now()];
}

function forget() {
  [token, me] = ["", null];
  sessionStorage.removeItem("token");
  drawMe();
  dispatchEvent(new Event("redraw"));
}

async function lookUp() {
  if (token) {
    const { ok, said } = await call("GET", "me").catch(() => ({ ok: false, said: {} }));
    if (ok && said.name !== "anonymous") me = said;
    else if (ok) forget();
  }
  drawMe();
  dispatchEvent(new Event("redraw"));
}

// As long as somebody is there; who went away is out half an hour later.
async function renew() {
  if (!me?.human || Date.now() - renewed < RENEW_MS || Date.now() - touched > AWAY_MS) return;
  const { ok, said } = await call("POST", "renew").catch(() => ({ ok: false }));
  if (!ok) return;
  take(said.token);
  me = { ...me, expires_at: said.expires_at };
}

function askLogin() {
  const name = field(w.me.name, { autocomplete: "username", autocapitalize: "none", spellcheck: "false", maxlength: 64 });
  const password = field(w.me.password, { type: "password", autocomplete: "current-password" });
  const program = field(w.me.token, { type: "password", autocomplete: "off", spellcheck: "false" });
  const fields = [name.root, password.root, h("details", {}, h("summary", {}, w.me.program), program.root)];
  return show(w.me.logIn, w.me.why, fields, w.me.logIn, async () => {
    if (program.value()) take(program.value());
    else {
      const answer = await call("POST", "login", { user: name.value(), password: password.value(true) });
      if (!answer.ok) return trouble(answer);
      take(answer.said.token);
    }
    await lookUp();
    if (!me) return w.me.unknown;
    dispatchEvent(new Event("login"));
    return "";
  }).then((done) => { declined = !done; return done; });
}

function askAgain() {
  if (!me?.human) return Promise.resolve(false);
  const password = field(w.me.password, { type: "password", autocomplete: "current-password" });
  return show(w.me.again, w.me.againWhy(me.name), [password.root], w.me.go, async () => {
    const answer = await call("POST", "step-up", { password: password.value(true) });
    return answer.ok ? "" : trouble(answer, w.me.notYours);
  });
}

// Whoever is in: until when, another password, out.
function askOwn() {
  const old = field(w.me.password, { type: "password", autocomplete: "current-password" });
  const fresh = field(w.me.newPassword, { type: "password", autocomplete: "new-password", minlength: 12 });
  const change = me.human ? [h("details", {}, h("summary", {}, w.me.change), old.root, fresh.root)] : [];
  const out = h("button", { type: "button", onclick: leave }, w.me.out);
  const until = me.expires_at ? w.me.until(clock(me.expires_at, false)) : w.me.ofProgram;
  return show(`${me.name} · ${w.me.role[me.role]}`, `${me.districts.join(", ") || w.me.everywhere}. ${until}`, [...change, out], w.me.close, async () => {
    if (!fresh.value(true)) return "";
    const answer = await call("PUT", "me/password", { password: old.value(true), new_password: fresh.value(true) });
    return answer.ok ? "" : trouble(answer);
  });
}

async function leave() {
  if (me.human) await call("POST", "logout").catch(() => {});
  forget();
  document.getElementById("ask")?.close();
  dispatchEvent(new Event("login"));
}

function trouble({ status, said, wait }, wrong = w.me.wrong) {
  if (status === 429) return w.me.wait(wait);
  return status === 401 || status === 403 ? wrong : said.error;
}

function field(label, attributes) {
  const input = h("input", attributes);
  return { root: h("label", {}, h("span", {}, label), input), value: (whole) => (whole ? input.value : input.value.trim()) };
}

// One question at a time. True when `act` had nothing to complain of, false when it was closed.
function show(title, why, fields, ok, act) {
  open ??= new Promise((done) => {
    const wrong = h("p", { class: "wrong", role: "alert" }), button = h("button", { class: "main", type: "submit" }, ok);
    const form = h("form", { method: "dialog" }, h("h2", { id: "ask-title" }, title), h("p", {}, why), fields, wrong, h("div", { class: "row" }, button, h("button", { type: "button", onclick: () => box.close() }, w.me.cancel)));
    const box = h("dialog", { id: "ask", "aria-labelledby": "ask-title" }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      const said = await act().catch((error) => w.failed(error.message));
      button.disabled = false;
      setText(wrong, said);
      if (!said) box.close("done");
    });
    box.addEventListener("close", () => { box.remove(); open = null; done(box.returnValue === "done"); }, { once: true });
    document.body.append(box);
    box.showModal();
  });
  return open;
}
