// A clock that a test turns: a day is over in a second.
import { setImmediate as turn } from "node:timers/promises";

type Callback = (...args: unknown[]) => void;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
  readonly every: number | null;
}

/** Stands in for the timers and the clock of the runtime, till it is given back. */
export class Clock {
  #now = 0;
  #lastId = 0;
  readonly #timers = new Map<number, Timer>();
  readonly #real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    now: performance.now,
  };

  constructor() {
    const set = (every: boolean) => (call: Callback, ms = 0, ...args: unknown[]) => {
      return this.#add(() => call(...args), ms, every ? ms : null);
    };
    const clear = (id: unknown) => void this.#timers.delete(id as number);
    Object.assign(globalThis, {
      setTimeout: set(false),
      setInterval: set(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    performance.now = () => this.#now;
  }

  /** Milliseconds since it began. */
  get now(): number {
    return this.#now;
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Resolves when it shows so many milliseconds more. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#add(resolve, ms, null));
  }

  /** Turns it on by so much; everything that is due happens at its moment, and in its order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      const [id, timer] = next;
      this.#now = Math.max(this.#now, timer.at);
      this.#timers.delete(id);
      if (timer.every !== null) {
        this.#timers.set(id, { ...timer, at: this.#now + timer.every });
      }
      timer.call();
      await settle();
    }
    this.#now = end;
  }

  /** Gives the runtime its own back. */
  restore(): void {
    const { now, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    performance.now = now;
  }

  #add(call: () => void, ms: number, every: number | null): number {
    const id = ++this.#lastId;
    this.#timers.set(id, { at: this.#now + Math.max(ms, 1), order: id, call, every });
    return id;
  }

  #next(end: number): [number, Timer] | null {
    let next: [number, Timer] | null = null;
    for (const entry of this.#timers) {
      const [, { at, order }] = entry;
      if (at > end) continue;
      if (next === null || at < next[1].at || (at === next[1].at && order < next[1].order)) {
        next = entry;
      }
    }
    return next;
  }
}

/** Lets all that is under way in memory come to rest. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await turn();
}
