import { IllegalStateError, ImapError } from "../../model/errors.ts";
import type { LiteralSink } from "../../model/values.ts";

/** How much of a literal waits for its reader before reading from the server pauses. */
const WAITING = 256 * 1024;
/** The most that may wait while somebody needs what comes after it. */
const HELD = 64 * 1024 * 1024;

/** The streams that users read in place of those that have their bytes. */
const outlets = new WeakMap<ReadableStream, ReadableStream>();

/** Notes that a literal's stream is read by way of another one. */
export function readThrough(source: ReadableStream, outlet: ReadableStream): void {
  outlets.set(source, outlet);
}

/**
 * The literals of one message as streams. A stream that nobody reads pauses the connection, unless
 * somebody waits for a literal that comes later: then it is kept in memory, up to a limit.
 */
export class LiteralStreams {
  readonly #hold: (full: boolean) => void;
  readonly #streams: LiteralStream[] = [];
  #holding = false;

  /** `hold` is called when the connection must pause, and when it may go on. */
  constructor(hold: (full: boolean) => void) {
    this.#hold = hold;
  }

  /** Adds a stream. */
  add(): LiteralStream {
    const stream = new LiteralStream(() => this.#look());
    this.#streams.push(stream);
    return stream;
  }

  #look(): void {
    const isFull = this.#streams.some((stream) => stream.isFull) &&
      !this.#streams.some((stream) => stream.isAwaited);
    if (isFull === this.#holding) return;
    this.#holding = isFull;
    this.#hold(isFull);
  }
}

/** A literal as a stream. */
export class LiteralStream implements LiteralSink {
  /** The literal's bytes. */
  readonly readable: ReadableStream<Uint8Array>;
  readonly #changed: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isFull = false;
  #isAwaited = false;
  #over = false;
  #isWhole = false;

  /** `changed` is called when the stream becomes full or awaited, and when it no longer is. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#note(false, this.readable.locked && this.#room === WAITING),
      cancel: () => this.#finish(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: WAITING }));
  }

  /** Whether more waits for the reader than should. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether a reader waits, with nothing to read. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  get #room(): number {
    return this.#controller.desiredSize ?? 0;
  }

  write(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#controller.enqueue(bytes);
    const room = this.#room;
    if (room < WAITING - HELD) {
      this.fail(
        new ImapError(
          "too much of a stream waits in front of another command's answer, or of another section " +
            "that is read before it",
        ),
      );
    } else this.#note(room <= 0, this.#isAwaited && room === WAITING);
  }

  /** The literal is complete; the response that holds it may not be. */
  end(): void {
    this.#isWhole = true;
  }

  /** Ends the stream, if all of it is here. */
  close(): void {
    if (!this.#isWhole) return;
    if (!this.#over) this.#controller.close();
    this.#finish();
  }

  /** The rest will not come: fails the stream with the reason. */
  fail(reason: unknown): void {
    if (!this.#over) this.#controller.error(reason);
    this.#finish();
  }

  /** Nobody wants the rest: drops it as it comes. */
  discard(): void {
    this.fail(new IllegalStateError("the stream was not read before the next message"));
  }

  /** Whether somebody reads it, or what it is decoded to. */
  get isInUse(): boolean {
    return (outlets.get(this.readable) ?? this.readable).locked;
  }

  #finish(): void {
    this.#over = true;
    this.#note(false, false);
  }

  #note(isFull: boolean, isAwaited: boolean): void {
    if (isFull === this.#isFull && isAwaited === this.#isAwaited) return;
    this.#isFull = isFull;
    this.#isAwaited = isAwaited && !this.#over;
    this.#changed();
  }
}
