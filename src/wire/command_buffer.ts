import { InvalidArgumentError, named } from "../model/errors.ts";

/** Consecutive bytes of a command, sent as one piece. */
export interface CommandPart {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** Whether the server must ask for more (`+`) before the next part is sent. */
  readonly waits: boolean;
  /** A literal that is sent in place of bytes. */
  readonly source?: LiteralSource;
}

/** A literal that is read from a stream as it is sent, and never held as a whole. */
export interface LiteralSource {
  /** Its bytes. */
  readonly stream: ReadableStream<Uint8Array>;
  /** The exact number of bytes. */
  readonly size: number;
  /**
   * Whether it may hold NULs: then it is sent as a `literal8`, which a server with BINARY takes (RFC
   * 3516 section 4.4). Default `false`.
   */
  readonly binary?: boolean;
}

/** Throws {@linkcode InvalidArgumentError} for what can't be sent as a literal. */
export function checkSource({ stream, size }: LiteralSource): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new InvalidArgumentError(`a stream must have a size in bytes, not ${named(size)}`);
  }
  if (typeof stream?.getReader !== "function") {
    throw new InvalidArgumentError(`expected a ReadableStream, not ${named(stream)}`);
  }
  if (stream.locked) {
    throw new InvalidArgumentError("the stream is locked: something else reads it");
  }
}

/** Memory into which commands are written one after another, so that they are sent together. */
export class CommandBuffer {
  /** The memory. What is written is never overwritten. */
  readonly bytes: Uint8Array;
  /** How many bytes of it are written. */
  used = 0;

  /** A buffer of `size` bytes. */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  /** All that is written. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }
}
