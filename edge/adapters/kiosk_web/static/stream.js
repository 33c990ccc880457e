// The line to the station: snapshots as they change, and whether they can still be believed.

const SILENT_MS = 11000; // two heartbeats of 5 s and a little
const BROKEN_MS = 1500; // a line that comes back within this was never worth a word

export class Stream {
  // `onScreen(document)`, `onStale(boolean)`, `onOtherPage()` when the station serves a newer page.
  constructor(onScreen, onStale, onOtherPage) {
    this.onScreen = onScreen;
    this.onStale = onStale;
    this.onOtherPage = onOtherPage;
    this.stale = false;
    this.page = null;
    this.heardAt = performance.now();
    this.brokenAt = null;
    this.connect();
    setInterval(() => this.check(), 250);
  }

  connect() {
    this.source?.close();
    this.source = new EventSource("/api/screen/stream");
    this.source.addEventListener("hello", (event) => this.hello(event.data));
    this.source.addEventListener("beat", () => this.heard());
    this.source.addEventListener("screen", (event) => {
      this.heard();
      this.onScreen(JSON.parse(event.data));
    });
    this.source.addEventListener("error", () => {
      this.brokenAt ??= performance.now();
    });
  }

  hello(page) {
    if (this.page !== null && this.page !== page) this.onOtherPage();
    this.page = page;
    this.heard();
  }

  heard() {
    this.heardAt = performance.now();
    this.brokenAt = null;
    this.setStale(false);
  }

  // A browser gives up on a stream that was answered with an error: then a new one is opened.
  check() {
    const now = performance.now();
    const silent = now - this.heardAt > SILENT_MS;
    if (silent || (this.brokenAt !== null && now - this.brokenAt > BROKEN_MS)) this.setStale(true);
    const closed = this.source.readyState === EventSource.CLOSED && now - (this.triedAt ?? 0) > 2000;
    const stuck = silent && now - (this.triedAt ?? 0) > SILENT_MS;
    if (closed || stuck) {
      this.triedAt = now;
      this.connect();
    }
  }

  setStale(stale) {
    if (this.stale === stale) return;
    this.stale = stale;
    this.onStale(stale);
  }
}
