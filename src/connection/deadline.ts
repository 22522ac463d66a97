/** After this many turns of the event loop, everything that had arrived before them is read. */
const TURNS = 5;

/**
 * Waits until what has arrived is read. After a program was busy, a timer may fire before the bytes
 * that came in time are looked at.
 */
export async function turnsForInput(): Promise<void> {
  for (let i = 0; i < TURNS; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await message();
  }
}

/** Waits for a message, which comes as input does: several timers may fire in one turn. */
async function message(): Promise<void> {
  if (typeof MessageChannel === "undefined") return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  port1.close();
}

/**
 * Tells when the server has been silent for too long. It has one timer, which is set again when it
 * fires or would fire too late, and not each time something happens.
 */
export class Deadline {
  readonly #patience: () => number;
  readonly #expired: (seconds: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSign = performance.now();
  /** When the timer fires; `Infinity` if there is none. */
  #due = Infinity;
  /** Whether the time is over, and only input that has arrived is still read. */
  #isExpiring = false;

  /**
   * `patience` returns how many seconds of silence are allowed at the moment (0 is no limit), and
   * `expired` is called after a longer silence.
   */
  constructor(patience: () => number, expired: (seconds: number) => void) {
    this.#patience = patience;
    this.#expired = expired;
  }

  /** The server gave a sign of life. */
  touch(): void {
    this.#lastSign = performance.now();
  }

  /** What the server owes has changed. If it owes nothing, there is no timer. */
  watch(): void {
    if (this.#isExpiring) return;
    const patience = this.#patience();
    const due = patience === 0 ? Infinity : this.#lastSign + patience * 1000;
    // If the timer fires too early, it looks at the clock and is set again.
    if (due >= this.#due && due < Infinity) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = due;
    if (due === Infinity) return;
    this.#timer = setTimeout(() => void this.#check(), Math.max(due - performance.now(), 1));
  }

  async #check(): Promise<void> {
    this.#due = Infinity;
    if (this.#isLate()) {
      this.#isExpiring = true;
      await turnsForInput();
      this.#isExpiring = false;
    }
    if (this.#isLate()) this.#expired(this.#patience());
    else this.watch();
  }

  #isLate(): boolean {
    const patience = this.#patience();
    return patience > 0 && performance.now() - this.#lastSign >= patience * 1000;
  }
}
