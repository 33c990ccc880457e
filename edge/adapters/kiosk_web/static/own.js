// The visitor's own face: notice, consent, age, images, "what do you store", "forget me". Which page lies open is decided here;
// what is true, the station says. A yes and a no are always of one size.

import { Camera } from "./camera.js";
import { attribute, by, make, put, show } from "./dom.js";
import { noticeText } from "./notice.js";
import { language, say } from "./words.js";

const LEAST_WAIT_MS = 1500; // the station answers within a fifth of that; a lost answer must not hold the visitor

export class OwnPage {
  constructor(send) {
    this.send = send;
    this.page = null;
    this.sentAt = 0;
    this.title = make("p", "title");
    this.text = make("div", "reading");
    this.canvas = make("canvas", "live");
    this.live = false;
    this.camera = new Camera(this.canvas, (on) => { this.live = on; });
    this.count = make("p", "count");
    this.more = make("button", "quiet more");
    this.yes = make("button", "main");
    this.no = make("button", "main");
    this.more.addEventListener("click", () => this.text.scrollBy({ top: this.text.clientHeight * 0.8 }));
    this.yes.addEventListener("click", () => this.answer(true));
    this.no.addEventListener("click", () => this.answer(false));
    by("own").append(this.title, this.text, this.canvas, this.count, make("div", "choices", this.yes, this.no), this.more);
  }

  get wanted() {
    return this.page !== null;
  }

  open(own) {
    this.turn(own.ask ? "notice" : "data");
  }

  close() {
    this.page = null;
    this.camera.want(false);
  }

  // What lies under the finger, for the guard.
  shape() {
    return this.page === null ? "" : `own-${this.shown ?? this.page}`;
  }

  answer(yes) {
    const steps = {
      notice: () => (yes ? this.turn("age") : this.consent(false, true)),
      age: () => this.consent(true, yes),
      data: () => (yes ? this.turn(this.own.kept ? "forget" : "notice") : this.close()),
      forget: () => (yes ? this.forget() : this.turn("data")),
      capture: () => this.send({ kind: "face_stop" }),
      failed: () => this.turn(yes ? "notice" : "data"),
    };
    const step = steps[this.shown] ?? (() => this.turn("data"));
    step();
    this.draw(this.own);
  }

  turn(page) {
    this.page = page;
    this.text.scrollTop = 0;
  }

  consent(agreed, ofAge) {
    this.send({ kind: "face_consent", agreed, of_age: ofAge, notice: this.own.notice, language: language() });
    this.sentAt = performance.now();
    if (agreed) this.turn("wait");
    else this.close();
  }

  forget() {
    this.send({ kind: "face_forget" });
    this.sentAt = performance.now();
    this.turn("wait");
  }

  draw(own) {
    this.own = own;
    if (own === null) this.close();
    if (this.page === null) return;
    this.shown = this.current(own);
    this.camera.want(this.shown === "capture");
    DRAW[this.shown].call(this, own);
    show(this.canvas, this.shown === "capture");
    show(this.count, this.shown === "capture");
    show(this.text, this.shown !== "capture");
    show(this.more, this.text.scrollHeight > this.text.clientHeight + 8 && this.shown !== "capture");
    put(this.more, say("own.more"));
    attribute(by("own"), "data-page", this.shown);
  }

  // After an answer was sent, the station's own step is what counts.
  current(own) {
    if (own.step === "capture") return this.turnTo("capture");
    if (this.page === "capture") return this.turnTo(own.step === "idle" ? "data" : own.step);
    if (this.page !== "wait") return this.page;
    if (own.step !== "idle") return own.step;
    return performance.now() - this.sentAt > LEAST_WAIT_MS ? this.turnTo("data") : "forgetting";
  }

  turnTo(page) {
    this.page = page;
    return page;
  }

  fill(title, parts, yes, no) {
    put(this.title, title);
    const words = parts.filter(Boolean);
    if (JSON.stringify(words) !== this.written) {
      this.written = JSON.stringify(words);
      this.text.replaceChildren(...words.map(([tag, line]) => make(tag, "", line)));
    }
    for (const [button, key] of [[this.yes, yes], [this.no, no]]) {
      show(button, key !== null);
      put(button, key ?? "");
    }
  }

  drawNotice(own) {
    const lines = noticeText(language(), own.handler || say("own.handler"), own.keep_days);
    const [[, title], ...rest] = lines.length ? lines : [["h1", say("own.ask")]];
    this.fill(title, rest, say("own.agree"), say("own.no_thanks"));
  }

  drawAge() {
    this.fill(say("own.age"), [["p", say("own.age_why")]], say("own.age_yes"), say("own.age_no"));
  }

  drawCapture(own) {
    put(this.count, own.wanted ? say("own.count", { good: own.good, wanted: own.wanted }) : say("own.look"));
    this.fill(this.hint ?? say("own.look"), [], null, say("own.stop"));
  }

  drawDone(own) {
    this.fill(say("own.done"), [["p", say("own.done_text")], own.flagged && ["p", say("own.flagged")]], null, say("ok"));
  }

  drawFailed(own) {
    const again = own.may_enrol && !["under_age", "blocked", "no_right"].includes(own.problem);
    this.fill(say("own.failed"), [["p", say(`own.problem.${own.problem}`)]], again ? say("own.again") : null, say("own.close"));
  }

  drawForget(own) {
    const parts = [["p", say("own.forget_text")], own.shared.length && ["p", say("own.shared_stay")]];
    this.fill(say("own.forget_ask"), parts, say("own.forget"), say("own.keep"));
  }

  drawForgetting() {
    this.fill(say("own.wait"), [["p", say("own.wait_text")]], null, say("own.close"));
  }

  drawForgotten(own) {
    this.fill(say("own.forgotten"), [["p", say("own.forgotten_text")], own.receipt && ["p", own.receipt]], null, say("ok"));
  }

  drawData(own) {
    const lines = own.kept ? this.keptLines(own) : [["p", say("own.none")]];
    if (own.standing) lines.push(["p", say(`own.standing.${own.standing}`, { day: own.said_on || "?", notice: own.agreed_notice })]);
    for (const [station, day] of own.shared) lines.push(["p", say("own.shared", { station, day })]);
    if (!own.kept && own.receipt) lines.push(["p", say("own.receipt", { receipt: own.receipt })]);
    const act = own.kept ? say("own.forget") : own.may_enrol ? say("own.enrol") : null;
    this.fill(say("own.title"), lines, act, say("own.close"));
  }

  keptLines(own) {
    return [
      ["p", say("own.kept", { day: own.made_on || "?", used: own.used })],
      own.came[0] ? ["p", say("own.came", { station: own.came[0], day: own.came[1] || "?" })] : null,
      ["p", say("own.seen", { day: own.seen_on || "?", days: own.keep_days })],
      own.flagged ? ["p", say("own.flagged")] : null,
    ].filter(Boolean);
  }
}

const P = OwnPage.prototype;
const DRAW = {
  notice: P.drawNotice, age: P.drawAge, capture: P.drawCapture, done: P.drawDone, failed: P.drawFailed,
  forget: P.drawForget, forgetting: P.drawForgetting, forgotten: P.drawForgotten, data: P.drawData,
};
