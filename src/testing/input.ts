import { concat, decodeAscii, LF } from "../util/bytes.ts";
import { Goodbye } from "./refusal.ts";

/** The most bytes of one line. Sets of ids can be long, but a longer line is a client's mistake. */
const LINE_LIMIT = 1024 * 1024;

/** A literal that is announced at the end of a line. */
export interface AnnouncedLiteral {
  /** Its length in bytes. */
  readonly size: number;
  /** The client waits for `+` before it sends the literal. */
  readonly synchronising: boolean;
}

/** The literal that a line announces at its end (RFC 9051 section 4.3), or `null`. */
export function announcedLiteral(line: Uint8Array): AnnouncedLiteral | null {
  const tail = decodeAscii(line, Math.max(0, line.length - 24));
  const match = /\{(\d{1,15})(\+?)\}\r\n$/.exec(tail);
  return match && { size: Number(match[1]), synchronising: match[2] === "" };
}

/**
 * What the client sends, one line or literal at a time. Unlike the client's `Reader`, which is fed
 * with chunks, it reads on demand: a server finishes one command before it looks at the next, and
 * may refuse a literal before it is sent.
 */
export class Input {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #received: (bytes: Uint8Array) => void;
  #chunk: Uint8Array;

  /** `received` is called with each line and each literal; `first` comes before the stream. */
  constructor(
    readable: ReadableStream<Uint8Array>,
    received: (bytes: Uint8Array) => void,
    first: Uint8Array = new Uint8Array(0),
  ) {
    this.#chunk = first;
    this.#reader = readable.getReader();
    this.#received = received;
  }

  /** Whether there are bytes that have not been read yet. */
  get pending(): boolean {
    return this.#chunk.length > 0;
  }

  /** Reads the next line with its line end; `null` at the end of the stream. */
  async line(): Promise<Uint8Array | null> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (this.pending || await this.#more()) {
      const lineEnd = this.#chunk.indexOf(LF);
      const piece = this.#take(lineEnd < 0 ? this.#chunk.length : lineEnd + 1);
      length += piece.length;
      if (length > LINE_LIMIT) throw new Goodbye("the line is too long");
      pieces.push(piece);
      if (lineEnd >= 0) return this.#joined(pieces);
    }
    return null;
  }

  /** Reads exactly `size` bytes; `null` if the stream ends before. */
  async bytes(size: number): Promise<Uint8Array | null> {
    const pieces: Uint8Array[] = [];
    let missing = size;
    while (missing > 0) {
      if (!this.pending && !await this.#more()) return null;
      const piece = this.#take(Math.min(missing, this.#chunk.length));
      missing -= piece.length;
      pieces.push(piece);
    }
    return this.#joined(pieces);
  }

  /** Resolves when the stream has ended or failed and everything was read. */
  get ended(): Promise<void> {
    return this.#reader.closed.then(() => {}, () => {});
  }

  /** Reads everything up to the end and drops it. */
  async drain(): Promise<void> {
    while (await this.#more());
    this.#chunk = this.#chunk.subarray(this.#chunk.length);
  }

  /** Releases the stream. */
  release(): void {
    this.#reader.releaseLock();
  }

  #joined(pieces: Uint8Array[]): Uint8Array {
    const bytes = pieces.length === 1 ? pieces[0] : concat(pieces);
    this.#received(bytes);
    return bytes;
  }

  #take(length: number): Uint8Array {
    const piece = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return piece;
  }

  /** Reads the next chunk; `false` at the end of the stream or if it fails. */
  async #more(): Promise<boolean> {
    try {
      const { value, done } = await this.#reader.read();
      if (done) return false;
      this.#chunk = value;
      return value.length > 0 || await this.#more();
    } catch {
      return false;
    }
  }
}
