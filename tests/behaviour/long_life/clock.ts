// A clock that the test controls: a day passes in a second.
import { setImmediate as turn } from "node:timers/promises";

type Callback = (...args: unknown[]) => void;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
  readonly every: number | null;
}

/** Replaces the timers and the clock of the runtime until `restore`. */
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

  /** Milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  /** How many timers are running. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Resolves after this many milliseconds on this clock. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#add(resolve, ms, null));
  }

  /** Advances the clock; everything due happens at its time, in order. */
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

  /** Restores the runtime's own timers and clock. */
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

/** Lets everything in progress in memory settle. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await turn();
}
