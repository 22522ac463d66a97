/**
 * Sees to it that somebody who owes an answer does not stay silent for ever. It has one timer,
 * which is set anew when it fires, not whenever something happens.
 */
export class Deadline {
  readonly #patience: () => number;
  readonly #expired: (seconds: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSign = performance.now();

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
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const patience = this.#patience();
    if (patience === 0) return;
    const left = patience * 1000 - (performance.now() - this.#lastSign);
    this.#timer = setTimeout(() => this.#check(), Math.max(left, 1));
  }

  #check(): void {
    const patience = this.#patience();
    const silent = (performance.now() - this.#lastSign) / 1000;
    if (patience === 0 || silent < patience) this.watch();
    else this.#expired(patience);
  }
}
