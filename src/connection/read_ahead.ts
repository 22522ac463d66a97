/** How many bytes are read ahead. */
const LIMIT = 256 * 1024;

/**
 * Reads a little from the connection while reading is paused, so that its end is noticed although
 * nobody takes the bytes before it.
 */
export class ReadAhead {
  readonly #read: () => Promise<Uint8Array | null>;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #reading: Promise<void> | null = null;
  #end: { readonly failed: boolean; readonly reason?: unknown } | null = null;

  /** `read` returns the next chunk of the connection; `null` at its end. */
  constructor(read: () => Promise<Uint8Array | null>) {
    this.#read = read;
  }

  /** Whether the connection has ended. */
  get isOver(): boolean {
    return this.#end !== null;
  }

  /** Whether chunks were read ahead or are being read: they come before all others. */
  get isAhead(): boolean {
    return this.#chunks.length > 0 || this.#reading !== null || this.#end !== null;
  }

  /** Puts back a chunk that was read already: it comes before all others. */
  putBack(chunk: Uint8Array): void {
    this.#chunks.unshift(chunk);
    this.#bytes += chunk.length;
  }

  /** Reads one more chunk if there is room, and calls `arrived` when it, or the end, has come. */
  begin(arrived: () => void): void {
    if (this.#reading !== null || this.#end !== null || this.#bytes >= LIMIT) return;
    this.#reading = this.#take().finally(() => {
      this.#reading = null;
      arrived();
    });
  }

  async #take(): Promise<void> {
    try {
      const chunk = await this.#read();
      if (chunk === null) this.#end = { failed: false };
      else {
        this.#chunks.push(chunk);
        this.#bytes += chunk.length;
      }
    } catch (reason) {
      this.#end = { failed: true, reason };
    }
  }

  /**
   * Takes the next chunk that was read ahead; `null` at the end. Throws if the connection broke.
   */
  async next(): Promise<Uint8Array | null> {
    if (this.#chunks.length === 0) await this.#reading;
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.length;
      return chunk;
    }
    if (this.#end?.failed) throw this.#end.reason;
    return null;
  }
}
