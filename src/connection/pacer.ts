/** Reading goes on for so many milliseconds; then others have their turn of the event loop. */
const LONGEST = 15;
/** The clock is looked at after so many bytes. */
const BYTES = 128 * 1024;

/**
 * Tells when reading has gone on for long with no turn of the event loop in between. What tells
 * that is a timer that is due at once, and has not fired; to wait for it then takes no longer than
 * the others need.
 */
export class Pacer {
  #bytes = 0;
  #began = 0;
  #turn: Promise<void> | null = null;

  /** So many bytes were taken in: whether it is time to wait for a turn. */
  isDue(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes < BYTES) return false;
    this.#bytes = 0;
    const now = performance.now();
    if (this.#turn !== null) return now - this.#began > LONGEST;
    this.#began = now;
    this.#turn = new Promise((resolve) => {
      setTimeout(() => {
        this.#turn = null;
        resolve();
      }, 0);
    });
    return false;
  }

  /** Waits till others have had their turn. */
  async turn(): Promise<void> {
    await this.#turn;
  }
}
