import { IllegalStateError, ImapError } from "./errors.ts";
import type { LiteralSink } from "./model/values.ts";

/** How much of a literal waits for its reader before reading from the server pauses. */
const WAITING = 256 * 1024;
/** What may wait at the most, where another command's answer is behind it. */
const HELD = 64 * 1024 * 1024;

/** A literal as a stream: what the reader of the stream does not take holds up the connection. */
export class LiteralStream implements LiteralSink {
  /** The literal's bytes. */
  readonly readable: ReadableStream<Uint8Array>;
  readonly #hold: (full: boolean) => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #full = false;
  #over = false;
  #isWhole = false;

  /** `hold` is told when the stream is full, and when it is so no more. */
  constructor(hold: (full: boolean) => void) {
    this.#hold = hold;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#setFull(false),
      cancel: () => this.#finish(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: WAITING }));
  }

  write(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#controller.enqueue(bytes);
    const room = this.#controller.desiredSize!;
    if (room < WAITING - HELD) {
      this.fail(new ImapError("too much of a stream waits in front of another command's answer"));
    } else if (room <= 0) this.#setFull(true);
  }

  /** All of it is here; it is not known yet whether what it stands in is whole. */
  end(): void {
    this.#isWhole = true;
  }

  /** Ends the stream, if all of it is here. */
  close(): void {
    if (!this.#isWhole) return;
    if (!this.#over) this.#controller.close();
    this.#finish();
  }

  /** The rest won't come: whoever reads is told why. */
  fail(reason: unknown): void {
    if (!this.#over) this.#controller.error(reason);
    this.#finish();
  }

  /** Nobody wants the rest, which is thrown away as it comes. */
  discard(): void {
    this.fail(new IllegalStateError("the stream was not read before the next message"));
  }

  #finish(): void {
    this.#over = true;
    this.#setFull(false);
  }

  #setFull(full: boolean): void {
    if (full === this.#full) return;
    this.#full = full;
    this.#hold(full);
  }
}
