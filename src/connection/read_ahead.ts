/** So many bytes are read while nobody wants them. */
const LIMIT = 256 * 1024;

/**
 * What is read from a connection while reading is paused: a little, so that the end of the
 * connection shows although nobody takes what came before it.
 */
export class ReadAhead {
  readonly #read: () => Promise<Uint8Array | null>;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #reading: Promise<void> | null = null;
  #end: { readonly failed: boolean; readonly reason?: unknown } | null = null;

  /** `read` gives the next chunk of the connection, `null` at its end. */
  constructor(read: () => Promise<Uint8Array | null>) {
    this.#read = read;
  }

  /** Whether the connection has ended. */
  get isOver(): boolean {
    return this.#end !== null;
  }

  /** Whether something was read, or is being read: it comes before what is read from now on. */
  get isAhead(): boolean {
    return this.#chunks.length > 0 || this.#reading !== null || this.#end !== null;
  }

  /** Reads one more chunk, if there is room; `arrived` is called when it, or the end, is here. */
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

  /** The next chunk of what was read; `null` at the end. Throws what broke the connection. */
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
