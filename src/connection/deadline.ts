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
    const patience = this.#patience();
    const due = patience === 0 ? Infinity : this.#lastSign + patience * 1000;
    // One that fires too early looks at the clock, and goes on.
    if (due >= this.#due && due < Infinity) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = due;
    if (due === Infinity) return;
    this.#timer = setTimeout(() => this.#check(), Math.max(due - performance.now(), 1));
  }

  #check(): void {
    this.#due = Infinity;
    const patience = this.#patience();
    const silent = (performance.now() - this.#lastSign) / 1000;
    if (patience === 0 || silent < patience) this.watch();
    else this.#expired(patience);
  }
}
