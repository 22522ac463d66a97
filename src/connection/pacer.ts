/** After this many milliseconds of reading, other tasks get a turn of the event loop. */
const LONGEST = 15;
/** The clock is read again after this many bytes. */
const BYTES = 128 * 1024;

/**
 * Tells when reading has gone on for long without a turn of the event loop. It sets a timer that is
 * due at once: until it fires, there was no turn, and waiting for it takes no longer than the other
 * tasks need.
 */
export class Pacer {
  #bytes = 0;
  #began = 0;
  #turn: Promise<void> | null = null;

  /** Counts bytes that were read; `true` if it is time to wait for a turn. */
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

  /** Waits until other tasks have had their turn. */
  async turn(): Promise<void> {
    await this.#turn;
  }
}
