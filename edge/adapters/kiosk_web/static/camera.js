// The live preview, read frame by frame from a multipart stream. An <img> would keep the last frame when the stream ends,
// and a frozen picture is a lie; here the end is seen.

const RETRY_MS = 2000;
const FROZEN_MS = 3000;
const MOST_BYTES = 4 * 1024 * 1024;

export class Camera {
  // `onPicture(boolean)`: whether there is a live picture on the canvas.
  constructor(canvas, onPicture) {
    this.canvas = canvas;
    this.onPicture = onPicture;
    this.wanted = false;
    this.seenAt = 0;
    setInterval(() => this.check(), 500);
  }

  want(on) {
    if (on === this.wanted) return;
    this.wanted = on;
    if (on) this.run();
    else this.abort?.abort();
  }

  check() {
    if (performance.now() - this.seenAt > FROZEN_MS) this.onPicture(false);
  }

  async run() {
    while (this.wanted) {
      this.abort = new AbortController();
      try {
        const answer = await fetch("/camera.mjpeg", { signal: this.abort.signal });
        if (answer.ok) await this.read(answer.body.getReader());
      } catch {
        // The line broke or is no longer wanted; the loop says which.
      }
      this.onPicture(false);
      this.seenAt = 0;
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }

  async read(reader) {
    let held = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done || held.length > MOST_BYTES) break;
      held = joined(held, value);
      for (let part = first(held); part; part = first(held)) {
        held = held.subarray(part.end);
        await this.draw(part.jpeg);
      }
    }
    await reader.cancel();
  }

  async draw(jpeg) {
    const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    if (this.canvas.width !== picture.width) this.canvas.width = picture.width;
    if (this.canvas.height !== picture.height) this.canvas.height = picture.height;
    this.canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    this.seenAt = performance.now();
    this.onPicture(true);
  }
}

function joined(first, second) {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

// The first whole part: { jpeg, end }, or null.
function first(bytes) {
  const head = headEnd(bytes);
  if (head < 0) return null;
  const length = /content-length:\s*(\d+)/i.exec(new TextDecoder("latin1").decode(bytes.subarray(0, head)));
  const end = head + Number(length?.[1] ?? NaN);
  return end <= bytes.length ? { jpeg: bytes.subarray(head, end), end } : null;
}

function headEnd(bytes) {
  for (let at = 0; at + 4 <= Math.min(bytes.length, 1024); at += 1) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  }
  return -1;
}
