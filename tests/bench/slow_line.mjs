// A slow line in front of a server: it takes in bytes, and hands them on late and one by one.
import { connect, createServer } from "node:net";

/** How many bytes pass in a second, each way (10 Mbit/s), and how long each takes to arrive. */
const RATE = 10_000_000 / 8;
const DELAY_MS = 25;
/** How many bytes are handed on at once: those of some milliseconds. */
const PIECE = 4 * 1024;
/** How many bytes are on their way before the sender has to wait. */
const HELD = 256 * 1024;

/** One direction. A byte arrives when those before it have, and never sooner than the delay. */
class Direction {
  #from;
  #to;
  #queue = [];
  #held = 0;
  /** When the line is free for the next byte. */
  #free = 0;
  #timer = null;

  constructor(from, to) {
    this.#from = from;
    this.#to = to;
    from.on("data", (chunk) => this.#take(chunk));
    from.on("end", () => this.#end());
    from.on("close", () => to.destroy());
    from.on("error", () => to.destroy());
  }

  #take(chunk) {
    this.#free = Math.max(this.#free, performance.now());
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE);
      this.#free += piece.length / RATE * 1000;
      this.#queue.push({ at: this.#free + DELAY_MS, piece });
    }
    this.#held += chunk.length;
    if (this.#held > HELD) this.#from.pause();
    this.#wait();
  }

  #end() {
    this.#queue.push({ at: Math.max(this.#free, performance.now()) + DELAY_MS, piece: null });
    this.#wait();
  }

  #wait() {
    if (this.#timer !== null || this.#queue.length === 0) return;
    const ms = Math.max(0, this.#queue[0].at - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#handOn();
      this.#wait();
    }, ms);
  }

  #handOn() {
    const now = performance.now();
    while (this.#queue.length > 0 && this.#queue[0].at <= now) {
      const { piece } = this.#queue.shift();
      if (piece === null) return this.#to.end();
      this.#to.write(piece);
      this.#held -= piece.length;
    }
    if (this.#held <= HELD) this.#from.resume();
  }
}

/** Listens in front of the server at this port; returns its own port and how to end it. */
export function startSlowLine(port) {
  const server = createServer((client) => {
    const upstream = connect({ host: "127.0.0.1", port, noDelay: true });
    client.setNoDelay(true);
    new Direction(client, upstream);
    new Direction(upstream, client);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: server.address().port, stop: () => server.close() });
    });
  });
}
