import { ProtocolError } from "../model/errors.ts";
import type { LiteralSink } from "../model/values.ts";
import { CR, LF, PLUS, RBRACE, STAR } from "../util/bytes.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { beginsNothing, beginsResponse, literalSize, mayBeOpen, OpenEnd } from "./line.ts";
import { LiteralCollector } from "./literal_collector.ts";
import { TextWindow } from "./text_window.ts";

/** A literal that is not in its frame's bytes, since it came in pieces or was streamed. */
export interface DetachedLiteral {
  /** Its place in the frame's bytes: the index after the line end that announces it. */
  readonly offset: number;
  /** Its bytes, or the sink that took them. */
  readonly value: Uint8Array | LiteralSink;
}

/** One whole response: its lines with their line ends, and its literals. */
export interface Frame {
  /** The memory that contains it. */
  readonly bytes: Uint8Array;
  /** The index of its first byte. */
  readonly start: number;
  /** The index after its last byte, without the final line end. */
  readonly end: number;
  /** The literals that are kept elsewhere, in order. */
  readonly detached: readonly DetachedLiteral[];
  /** Decoded text of the memory, shared by all responses in it. */
  readonly texts?: TextWindow;
}

/** Gets what the reader finds. */
export interface FrameHandler {
  /** A whole response. */
  frame(frame: Frame): void;
  /**
   * A long literal begins after `head`, the response so far. Return a sink to take it as a stream,
   * or `null` to hold it in memory, up to the limit.
   */
  literal?(head: Frame, size: number): LiteralSink | null;
}

/** Literals up to this size are kept within the frame's text. */
const INLINE = 4096;
const NONE: DetachedLiteral[] = [];

/** A response whose lines leave something open, so that the next line may continue it. */
interface OpenResponse {
  /** Memory of its own, of which it uses `length` bytes. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly detached: DetachedLiteral[];
  readonly literalBytes: number;
  readonly detachedBytes: number;
  readonly openEnd: OpenEnd;
}

/**
 * Cuts a stream of chunks into responses: lines, and the literals that they announce (RFC 9051
 * section 2.2.2). It does not look at what a response means, so a malformed one affects only
 * itself. Whole responses within a chunk are read in place, without a copy. Each byte is looked at
 * once, however the chunks are cut.
 *
 * A line that can't begin a response continues the line before it, if that left a quote or a
 * parenthesis open; otherwise it is a response by itself. A response is examined for open quotes
 * and parentheses only if such a line may follow, and is kept back until the next line settles it.
 */
export class Reader {
  readonly #handler: FrameHandler;
  readonly #limits: Limits;
  readonly #slice: number;
  /** The unfinished response from earlier chunks. */
  #held: Uint8Array = new Uint8Array(0);
  #heldLength = 0;
  /** The start of its current line: its own start, or the end of its last literal. */
  #heldLine = 0;
  #detached: DetachedLiteral[] = [];
  /** The response before the one that is held, kept back. */
  #open: OpenResponse | null = null;
  /** What the lines of the response leave open, if it continues one that was kept back. */
  #openEnd: OpenEnd | null = null;
  /** Bytes of literals within the unfinished response, which do not count for the line limit. */
  #literalBytes = 0;
  /** Bytes of its literals that are kept elsewhere. */
  #detachedBytes = 0;
  readonly #texts = new TextWindow();
  #literal: LiteralCollector | LiteralSink | null = null;
  #literalOffset = 0;
  #literalLeft = 0;
  #stopped = false;
  #paused = false;
  #rest: Uint8Array | null = null;

  /** Pauses after the response that ends at or after `slice` bytes of a larger chunk. */
  constructor(handler: FrameHandler, limits: Limits = DEFAULT_LIMITS, slice: number = Infinity) {
    this.#handler = handler;
    this.#limits = limits;
    this.#slice = slice;
  }

  /** Whether a response has begun and is not finished. */
  get midway(): boolean {
    return this.#heldLength > 0 || this.#literalLeft > 0 || this.#open !== null;
  }

  /** How many bytes of the current literal are still missing. */
  get literalLeft(): number {
    return this.#literalLeft;
  }

  /** Memory for the next bytes, if they belong to a large literal. */
  room(): Uint8Array | undefined {
    return this.#literal instanceof LiteralCollector ? this.#literal.room() : undefined;
  }

  /** For the handler: the bytes after this response are not for this reader. */
  stop(): void {
    this.#stopped = true;
    this.#paused = true;
  }

  /** Takes the bytes after the last response, after `stop`; the reader can then be used again. */
  takeRest(): Uint8Array {
    const rest = this.#rest ?? new Uint8Array(0);
    this.#rest = null;
    this.#stopped = false;
    this.#paused = false;
    return rest;
  }

  /** For the handler: the rest of the chunk waits for {@linkcode goOn}. */
  pause(): void {
    this.#paused = true;
  }

  /** Whether the rest of a chunk waits, because of the handler or its length. */
  get isPaused(): boolean {
    return this.#paused && !this.#stopped;
  }

  /** Continues after `pause`. */
  goOn(): void {
    this.push(this.takeRest());
  }

  /**
   * The stream has ended: a response that was kept back is whole, unless another line has begun.
   */
  finish(): void {
    if (this.#open !== null && this.#heldLength === 0) this.#deliverOpen(this.#open);
  }

  /** The stream has ended: takes the last line without its line end, unless it is in a literal. */
  takeUnfinished(): Frame | null {
    if (this.#heldLength === 0 || this.#literalLeft > 0) return null;
    const isCr = this.#held[this.#heldLength - 1] === CR;
    const end = isCr ? this.#heldLength - 1 : this.#heldLength;
    this.#heldLength = 0;
    return { bytes: this.#held, start: 0, end, detached: this.#detached };
  }

  /** Reads the next chunk, which must never change later. Throws {@linkcode ProtocolError}. */
  push(chunk: Uint8Array): void {
    this.#cut(chunk);
    this.#texts.forget();
  }

  #cut(chunk: Uint8Array): void {
    const pauseAt = this.#slice < chunk.length ? this.#slice : Infinity;
    let start = 0; // of the part of the response in this chunk
    let line = 0; // of the current line, if nothing is held
    let at = 0;
    if (this.#open !== null && this.#heldLength === 0 && isNews(chunk[0])) {
      this.#deliverOpen(this.#open);
    }
    while (at < chunk.length) {
      if (this.#literalLeft > 0) {
        at += this.#fillLiteral(chunk, at);
        start = at;
        continue;
      }
      let lineEnd = chunk.indexOf(LF, at);
      if (at === start && this.#heldLength === 0 && this.#open === null) {
        // The usual case, with the fewest steps: a line with another response after it.
        while (
          lineEnd >= 0 && lineEnd + 1 < chunk.length && chunk[lineEnd - 1] !== RBRACE &&
          chunk[lineEnd - 2] !== RBRACE &&
          (chunk[lineEnd + 1] === STAR || beginsResponse(chunk, lineEnd + 1, chunk.length))
        ) {
          this.#checkLine(lineEnd + 1 - start);
          this.#deliver(chunk, start, lineEnd + 1, NONE);
          start = line = at = lineEnd + 1;
          if (this.#paused || at >= pauseAt) return this.#keepRest(chunk, at);
          lineEnd = chunk.indexOf(LF, at);
        }
      }
      if (lineEnd < 0) break;
      at = lineEnd + 1;
      if (this.#heldLength > 0 || this.#open !== null) {
        this.#hold(chunk, start, at);
        start = at;
        if (this.#open !== null) this.#settleOpen(this.#open);
        const size = literalSize(this.#held, 0, this.#heldLine, this.#heldLength);
        if (size < 0 && this.#goesOn(chunk, at)) this.#heldLine = this.#heldLength;
        else if (size < 0) this.#endHeld(chunk, at);
        else this.#beginLiteral(size);
      } else {
        const size = literalSize(chunk, start, line, at);
        if (size < 0) {
          this.#end(chunk, start, at, NONE, chunk, at);
          start = at;
        } else if (size <= chunk.length - at && this.#fits(size)) {
          at += size; // all of it is here: continue after it
          this.#literalBytes += size;
          line = at;
          continue;
        } else {
          this.#hold(chunk, start, at);
          start = at;
          this.#beginLiteral(size);
        }
      }
      if (this.#paused || at >= pauseAt) return this.#keepRest(chunk, start);
      line = at;
    }
    if (start === chunk.length) return;
    if (this.#heldLength === 0) this.#heldLine = line - start;
    this.#hold(chunk, start, chunk.length);
    // Otherwise it would depend on the cut of the chunks when this is delivered.
    if (this.#open !== null && beginsResponse(this.#held, 0, this.#heldLength)) {
      this.#deliverOpen(this.#open);
    }
  }

  #keepRest(chunk: Uint8Array, start: number): void {
    this.#paused = true;
    this.#rest = chunk.subarray(start);
  }

  /** A response seems to end here; `next` has the bytes that follow, from `at`. */
  #end(
    bytes: Uint8Array,
    start: number,
    end: number,
    detached: DetachedLiteral[],
    next: Uint8Array,
    at: number,
  ): void {
    this.#checkLine(end - start);
    const openEnd = at < next.length && beginsResponse(next, at, next.length)
      ? null
      : this.#openEndOf(bytes, start, end, detached);
    if (openEnd !== null) {
      const own = bytes === next ? bytes.slice(start, end) : new Uint8Array(bytes.buffer);
      const [literalBytes, detachedBytes] = [this.#literalBytes, this.#detachedBytes];
      const length = end - start;
      this.#open = { bytes: own, length, detached, literalBytes, detachedBytes, openEnd };
    }
    this.#literalBytes = 0;
    this.#detachedBytes = 0;
    this.#openEnd = null;
    if (openEnd === null) this.#deliver(bytes, start, end, detached);
  }

  #deliver(bytes: Uint8Array, start: number, end: number, detached: DetachedLiteral[]): void {
    let last = end - 1;
    if (last > start && bytes[last - 1] === CR) last--;
    this.#handler.frame({ bytes, start, end: last, detached, texts: this.#texts });
  }

  /** What a response leaves open; `null`: nothing. */
  #openEndOf(
    bytes: Uint8Array,
    start: number,
    end: number,
    detached: DetachedLiteral[],
  ): OpenEnd | null {
    if (this.#openEnd === null && !mayBeOpen(bytes, start, end)) return null;
    const openEnd = this.#openEnd ?? new OpenEnd();
    openEnd.read(start === 0 ? bytes : bytes.subarray(start), end - start, detached);
    return openEnd.isOpen ? openEnd : null;
  }

  /** Whether a response of several lines visibly continues with the next line. */
  #goesOn(next: Uint8Array, at: number): boolean {
    if (this.#openEnd === null || !beginsNothing(next[at])) return false;
    this.#openEnd.read(this.#held, this.#heldLength, this.#detached);
    return this.#openEnd.isOpen;
  }

  /** Joins the held line to the response that was kept back, or delivers that response. */
  #settleOpen(open: OpenResponse): void {
    const line = this.#held;
    const length = this.#heldLength;
    if (!open.openEnd.takes(line, length)) return this.#deliverOpen(open);
    this.#open = null;
    this.#openEnd = open.openEnd;
    this.#literalBytes = open.literalBytes;
    this.#detachedBytes = open.detachedBytes;
    this.#detached = open.detached === NONE ? [] : open.detached;
    this.#held = open.bytes;
    this.#heldLength = open.length;
    this.#heldLine = open.length;
    this.#hold(line, 0, length);
  }

  #deliverOpen({ bytes, length, detached }: OpenResponse): void {
    this.#open = null;
    this.#deliver(bytes.subarray(0, length), 0, length, detached);
  }

  /** The held response seems to end; `next` has the bytes that follow, from `at`. */
  #endHeld(next: Uint8Array, at: number): void {
    const end = this.#heldLength;
    const bytes = this.#held.subarray(0, end);
    const detached = this.#detached.length === 0 ? NONE : this.#detached;
    // Not used again: values that are read from the frame may point into it.
    this.#held = new Uint8Array(0);
    this.#heldLength = 0;
    this.#heldLine = 0;
    if (detached !== NONE) this.#detached = [];
    this.#end(bytes, 0, end, detached, next, at);
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

  /** Whether a literal fits into memory together with the response's earlier ones. */
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

/** Whether a byte begins an untagged response or a continuation request. */
function isNews(byte: number): boolean {
  return byte === STAR || byte === PLUS;
}
