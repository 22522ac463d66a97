import type { CallQueue } from "./call_queue.ts";

/** Pauses reading while somebody holds it, unless another call waits for its answer. */
export class ReadHold {
  readonly #calls: CallQueue;
  #holds = 0;
  #wake: (() => void) | null = null;

  /** `calls` are those of the connection. */
  constructor(calls: CallQueue) {
    this.#calls = calls;
  }

  /**
   * Whether reading has to wait: not where another call's answer comes after what is held up, nor
   * where the streams may change with the next response, since nothing must be read ahead then.
   */
  get isInForce(): boolean {
    if (this.#holds === 0 || this.#calls.isShared) return false;
    return this.#calls.oldest?.request.changesStreams === undefined;
  }

  /** Pauses reading. */
  hold(): void {
    this.#holds++;
  }

  /** Takes back one `hold`. */
  release(): void {
    this.#holds--;
    this.wake();
  }

  /** Ends the present {@linkcode wait}, so that the reader looks again whether it has to wait. */
  wake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** Waits until something may have changed. */
  async wait(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
