import type { LiteralSink } from "../model/values.ts";

/** The first allocation for a long literal; after that, memory grows with what arrives. */
const FIRST_BLOCK = 1024 * 1024;
/** Literals of this size and more are read directly into their memory. */
const WORTH_A_READ = 64 * 1024;

/** Collects a long literal. Memory grows with what arrives, not with the size announced. */
export class LiteralCollector implements LiteralSink {
  bytes: Uint8Array;
  readonly #size: number;
  #length = 0;

  constructor(size: number) {
    this.#size = size;
    this.bytes = new Uint8Array(Math.min(size, FIRST_BLOCK));
  }

  write(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    this.#reserve(needed);
    if (!this.#isInPlace(bytes)) this.bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  /** The free part of the memory; `undefined` for a literal too small for a read of its own. */
  room(): Uint8Array | undefined {
    if (this.#size < WORTH_A_READ) return undefined;
    this.#reserve(this.#length + 1);
    return this.bytes.subarray(this.#length);
  }

  #reserve(needed: number): void {
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#size, Math.max(needed, 2 * this.bytes.length)));
    larger.set(this.bytes.subarray(0, this.#length));
    this.bytes = larger;
  }

  /** Whether bytes were read directly to where they belong. */
  #isInPlace({ buffer, byteOffset }: Uint8Array): boolean {
    return buffer === this.bytes.buffer && byteOffset === this.bytes.byteOffset + this.#length;
  }

  end(): void {}
}
