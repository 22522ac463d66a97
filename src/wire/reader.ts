import { ProtocolError } from "../errors.ts";
import type { LiteralSink } from "../model/values.ts";
import { CR, LBRACE, LF, NINE, PLUS, RBRACE, SP, STAR, ZERO } from "./bytes.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { Stretch } from "./stretch.ts";

/** A literal that does not stand in its frame's bytes: it came in pieces, or it was streamed. */
export interface DetachedLiteral {
  /** Where in the frame's bytes it would stand: just behind the line end that announces it. */
  readonly offset: number;
  /** Its bytes, or the sink that got them. */
  readonly value: Uint8Array | LiteralSink;
}

/** One whole response: its lines with their line ends, and its literals in place. */
export interface Frame {
  /** The memory that it stands in. */
  readonly bytes: Uint8Array;
  /** Its first byte. */
  readonly start: number;
  /** Behind the last byte; the final line end is not part of it. */
  readonly end: number;
  /** The literals that stand elsewhere, in their order. */
  readonly detached: readonly DetachedLiteral[];
  /** Text that was made of the memory, for all responses in it. */
  readonly texts?: Stretch;
}

/** Who gets what the reader finds. */
export interface FrameHandler {
  /** A whole response. */
  frame(frame: Frame): void;
  /**
   * A long literal begins behind `head`, the response so far. A sink takes it as a stream; `null`
   * holds it in memory, up to the limit.
   */
  literal?(head: Frame, size: number): LiteralSink | null;
}

/** Literals up to this size are kept within the frame's text. */
const INLINE = 4096;
/** The first allocation for a long literal; from there on memory follows what really arrives. */
const FIRST_BLOCK = 1024 * 1024;
/** From this size on a literal is read by itself, to where it is kept. */
const WORTH_A_READ = 64 * 1024;
const NONE: readonly DetachedLiteral[] = [];

/**
 * Cuts a stream of chunks into responses: lines, and the literals that they announce (RFC 9051
 * section 2.2.2). It never looks at what a response means, so that one that makes no sense spoils
 * itself only. A chunk that holds whole responses is read in place, with no copy; each byte is
 * looked at once, however the chunks are cut.
 */
export class Reader {
  readonly #handler: FrameHandler;
  readonly #limits: Limits;
  /** The unfinished response out of earlier chunks. */
  #held: Uint8Array = new Uint8Array(0);
  #heldLength = 0;
  /** Where in it the line begins that is being read: at its start, or behind its last literal. */
  #heldLine = 0;
  #detached: DetachedLiteral[] = [];
  /** Bytes of literals within the unfinished response, which the line limit leaves out. */
  #literalBytes = 0;
  /** Bytes of its literals that are held elsewhere. */
  #detachedBytes = 0;
  readonly #texts = new Stretch();
  #literal: LiteralCollector | LiteralSink | null = null;
  #literalOffset = 0;
  #literalLeft = 0;
  #stopped = false;
  #rest: Uint8Array | null = null;

  constructor(handler: FrameHandler, limits: Limits = DEFAULT_LIMITS) {
    this.#handler = handler;
    this.#limits = limits;
  }

  /** Whether a response is begun and not finished. */
  get midway(): boolean {
    return this.#heldLength > 0 || this.#literalLeft > 0;
  }

  /** How much of the literal under way is still to come. */
  get literalLeft(): number {
    return this.#literalLeft;
  }

  /** Where the bytes that come next belong, if that is known: in the memory of a large literal. */
  room(): Uint8Array | undefined {
    return this.#literal instanceof LiteralCollector ? this.#literal.room() : undefined;
  }

  /** To be called by the handler: the bytes behind this response are not ours to read. */
  stop(): void {
    this.#stopped = true;
  }

  /** After `stop`: the bytes that arrived behind the last response; reading can go on after it. */
  takeRest(): Uint8Array {
    const rest = this.#rest ?? new Uint8Array(0);
    this.#rest = null;
    this.#stopped = false;
    return rest;
  }

  /** Takes the next chunk, which must never change afterwards. Throws {@linkcode ProtocolError}. */
  push(chunk: Uint8Array): void {
    this.#cut(chunk);
    this.#texts.forget();
  }

  #cut(chunk: Uint8Array): void {
    let start = 0; // of the part of the response that stands in this chunk
    let line = 0; // of the line that is being read, where nothing is held
    let at = 0;
    while (at < chunk.length) {
      if (this.#literalLeft > 0) {
        at += this.#fillLiteral(chunk, at);
        start = at;
        continue;
      }
      const lineEnd = chunk.indexOf(LF, at);
      if (lineEnd < 0) break;
      at = lineEnd + 1;
      if (this.#heldLength > 0) {
        this.#hold(chunk, start, at);
        start = at;
        const size = literalSize(this.#held, 0, this.#heldLine, this.#heldLength);
        if (size < 0) this.#deliverHeld();
        else this.#beginLiteral(size);
      } else {
        const size = literalSize(chunk, start, line, at);
        if (size < 0) {
          this.#deliver(chunk, start, at, NONE);
          start = at;
        } else if (size <= chunk.length - at && this.#fits(size)) {
          at += size; // it is all here: read on behind it
          this.#literalBytes += size;
          line = at;
          continue;
        } else {
          this.#hold(chunk, start, at);
          start = at;
          this.#beginLiteral(size);
        }
      }
      if (this.#stopped) {
        this.#rest = chunk.subarray(start);
        return;
      }
      line = at;
    }
    if (start === chunk.length) return;
    if (this.#heldLength === 0) this.#heldLine = line - start;
    this.#hold(chunk, start, chunk.length);
  }

  #deliver(
    bytes: Uint8Array,
    start: number,
    end: number,
    detached: readonly DetachedLiteral[],
  ): void {
    this.#checkLine(end - start);
    this.#literalBytes = 0;
    this.#detachedBytes = 0;
    let last = end - 1;
    if (last > start && bytes[last - 1] === CR) last--;
    this.#handler.frame({ bytes, start, end: last, detached, texts: this.#texts });
  }

  #deliverHeld(): void {
    const end = this.#heldLength;
    const bytes = this.#held.subarray(0, end);
    const detached = this.#detached.length === 0 ? NONE : this.#detached;
    // Given away: what is read out of the frame may point into it.
    this.#held = new Uint8Array(0);
    this.#heldLength = 0;
    this.#heldLine = 0;
    if (detached !== NONE) this.#detached = [];
    this.#deliver(bytes, 0, end, detached);
  }

  #checkLine(length: number): void {
    if (length - this.#literalBytes > this.#limits.line) {
      throw new ProtocolError(`the server sent a line longer than ${this.#limits.line} bytes`);
    }
  }

  #hold(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#heldLength + end - start;
    this.#checkLine(needed);
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#held.length, 256));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(chunk.subarray(start, end), this.#heldLength);
    this.#heldLength = needed;
  }

  #beginLiteral(size: number): void {
    this.#heldLine = this.#heldLength;
    if (size === 0) return;
    this.#literalLeft = size;
    this.#literalOffset = this.#heldLength;
    if (size <= INLINE && this.#fits(size)) {
      this.#literalBytes += size;
      this.#literal = null;
      return;
    }
    const head = { bytes: this.#held, start: 0, end: this.#heldLength, detached: this.#detached };
    this.#literal = this.#handler.literal?.(head, size) ?? this.#collector(size);
  }

  /** Whether a literal can be held in memory besides those that the response has already. */
  #fits(size: number): boolean {
    return this.#literalBytes + this.#detachedBytes + size <= this.#limits.literal;
  }

  #collector(size: number): LiteralCollector {
    if (!this.#fits(size)) {
      const { literal } = this.#limits;
      throw new ProtocolError(
        `the server announced a literal of ${size} bytes; the limit in memory is ${literal} a response`,
      );
    }
    this.#detachedBytes += size;
    return new LiteralCollector(size);
  }

  #fillLiteral(chunk: Uint8Array, at: number): number {
    const taken = Math.min(this.#literalLeft, chunk.length - at);
    if (this.#literal === null) this.#hold(chunk, at, at + taken);
    else this.#literal.write(chunk.subarray(at, at + taken));
    this.#literalLeft -= taken;
    if (this.#literalLeft > 0) return taken;
    this.#heldLine = this.#heldLength;
    if (this.#literal !== null) {
      const literal = this.#literal;
      this.#literal = null;
      literal.end();
      const value = literal instanceof LiteralCollector ? literal.bytes : literal;
      this.#detached.push({ offset: this.#literalOffset, value });
    }
    return taken;
  }
}

/** Holds a long literal; memory grows with what arrives, not with what was announced. */
class LiteralCollector implements LiteralSink {
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

  /** The free part of the memory; none for a literal that a read for it alone is not worth. */
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

  /** Whether bytes were read to where they belong. */
  #isInPlace({ buffer, byteOffset }: Uint8Array): boolean {
    return buffer === this.bytes.buffer && byteOffset === this.bytes.byteOffset + this.#length;
  }

  end(): void {}
}

/**
 * The size of the literal that the line from `line` to `end` announces (`{12}`, `~{12}`, `{12+}`),
 * or -1. A literal's own bytes, which may stand between `start` and `line`, announce none. A status
 * response has free text at its end, often the caller's own words ("no such folder x {5}"), and by
 * its grammar no literal: there, braces mean nothing.
 */
function literalSize(bytes: Uint8Array, start: number, line: number, end: number): number {
  let i = end - 2;
  if (i >= line && bytes[i] === CR) i--;
  if (i < line + 2 || bytes[i] !== RBRACE) return -1;
  if (bytes[--i] === PLUS) i--;
  let size = 0;
  let unit = 1;
  let digits = 0;
  for (; i >= line && bytes[i] >= ZERO && bytes[i] <= NINE; i--, digits++) {
    size += (bytes[i] - ZERO) * unit;
    unit *= 10;
  }
  if (digits === 0 || i < line || bytes[i] !== LBRACE) return -1;
  if (line === start && isFreeText(bytes, start, end)) return -1;
  if (digits > 15) throw new ProtocolError(`the server announced a literal with ${digits} digits`);
  return size;
}

const FREE_TEXT = ["OK ", "NO ", "BAD ", "BYE ", "PREAUTH "];

/** Whether a response is a status response or a continuation request. */
function isFreeText(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === PLUS) return true;
  let i = start;
  if (bytes[i] === STAR) i++;
  else while (i < end && bytes[i] > SP) i++;
  while (i < end && bytes[i] === SP) i++;
  return FREE_TEXT.some((word) => startsWith(bytes, i, end, word));
}

function startsWith(bytes: Uint8Array, at: number, end: number, word: string): boolean {
  if (at + word.length > end) return false;
  for (let i = 0; i < word.length; i++) {
    // Letters compare without case; the space at the end has the bit set anyway.
    if ((bytes[at + i] | 32) !== (word.charCodeAt(i) | 32)) return false;
  }
  return true;
}
