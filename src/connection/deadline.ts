/** After so many turns of the event loop, what had arrived before them is read. */
const TURNS = 5;

/**
 * Lets what has arrived be read. In a program that was busy, a timer fires before the bytes are
 * looked at that came in time.
 */
export async function turnsForInput(): Promise<void> {
  for (let i = 0; i < TURNS; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await message();
  }
}

/** Timers that are due one after the other may fire in one turn; a message is input itself. */
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
 * Sees to it that somebody who owes an answer does not stay silent for ever. It has one timer,
 * which is set anew when it fires or would fire too late, not whenever something happens.
 */
export class Deadline {
  readonly #patience: () => number;
  readonly #expired: (seconds: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSign = performance.now();
  /** When the timer fires; `Infinity` without one. */
  #due = Infinity;
  /** What has arrived is still looked at; then it expires, or has a timer again. */
  #isExpiring = false;

  /**
   * `patience` tells how many seconds of silence are allowed at the moment (0: any number), and
   * `expired` is called when there were more.
   */
  constructor(patience: () => number, expired: (seconds: number) => void) {
    this.#patience = patience;
    this.#expired = expired;
  }

  /** There was a sign of life. */
  touch(): void {
    this.#lastSign = performance.now();
  }

  /** What is waited for has changed. With nothing to wait for there is no timer. */
  watch(): void {
    if (this.#isExpiring) return;
    const patience = this.#patience();
    const due = patience === 0 ? Infinity : this.#lastSign + patience * 1000;
    // One that fires too early looks at the clock, and goes on.
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
