import { ProtocolError } from "../model/errors.ts";
import type { LiteralSink } from "../model/values.ts";
import { CR, LF, PLUS, RBRACE, STAR } from "../util/bytes.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { beginsNothing, beginsResponse, literalSize, mayBeOpen, OpenEnd } from "./line.ts";
import { LiteralCollector } from "./literal_collector.ts";
import { TextWindow } from "./text_window.ts";

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
  readonly texts?: TextWindow;
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
const NONE: DetachedLiteral[] = [];

/** A response whose lines leave something open: the next line may be the rest of it. */
interface OpenResponse {
  /** Memory of its own, of which it takes so many bytes. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly detached: DetachedLiteral[];
  readonly literalBytes: number;
  readonly detachedBytes: number;
  readonly openEnd: OpenEnd;
}

/**
 * Cuts a stream of chunks into responses: lines, and the literals that they announce (RFC 9051
 * section 2.2.2). It never looks at what a response means, so that one that makes no sense spoils
 * itself only. A chunk that holds whole responses is read in place, with no copy; each byte is
 * looked at once, however the chunks are cut.
 *
 * A line that can't begin a response goes on with the one in front of it, if that left a quote or a
 * parenthesis open; else it is handed over like any other. Only where such a line may come, a
 * response is looked through for that, and kept back until the next line has told.
 */
export class Reader {
  readonly #handler: FrameHandler;
  readonly #limits: Limits;
  readonly #slice: number;
  /** The unfinished response out of earlier chunks. */
  #held: Uint8Array = new Uint8Array(0);
  #heldLength = 0;
  /** Where in it the line begins that is being read: at its start, or behind its last literal. */
  #heldLine = 0;
  #detached: DetachedLiteral[] = [];
  /** The response in front of what is held, kept back. */
  #open: OpenResponse | null = null;
  /** What the lines of the response leave open, if it goes on with one that was kept back. */
  #openEnd: OpenEnd | null = null;
  /** Bytes of literals within the unfinished response, which the line limit leaves out. */
  #literalBytes = 0;
  /** Bytes of its literals that are held elsewhere. */
  #detachedBytes = 0;
  readonly #texts = new TextWindow();
  #literal: LiteralCollector | LiteralSink | null = null;
  #literalOffset = 0;
  #literalLeft = 0;
  #stopped = false;
  #paused = false;
  #rest: Uint8Array | null = null;

  /** Pauses behind the response that ends after `slice` bytes of a larger chunk. */
  constructor(handler: FrameHandler, limits: Limits = DEFAULT_LIMITS, slice: number = Infinity) {
    this.#handler = handler;
    this.#limits = limits;
    this.#slice = slice;
  }

  /** Whether a response is begun and not finished. */
  get midway(): boolean {
    return this.#heldLength > 0 || this.#literalLeft > 0 || this.#open !== null;
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
    this.#paused = true;
  }

  /** After `stop`: the bytes that arrived behind the last response; reading can go on after it. */
  takeRest(): Uint8Array {
    const rest = this.#rest ?? new Uint8Array(0);
    this.#rest = null;
    this.#stopped = false;
    this.#paused = false;
    return rest;
  }

  /** To be called by the handler: the rest of the chunk waits for {@linkcode goOn}. */
  pause(): void {
    this.#paused = true;
  }

  /** Whether the rest of a chunk waits, for the handler or since it is long. */
  get isPaused(): boolean {
    return this.#paused && !this.#stopped;
  }

  /** Reads on after `pause`. */
  goOn(): void {
    this.push(this.takeRest());
  }

  /** No more comes: what was kept back is whole, unless another line was begun. */
  finish(): void {
    if (this.#open !== null && this.#heldLength === 0) this.#deliverOpen(this.#open);
  }

  /** No more comes: the line that was begun and has no line end, if it is not within a literal. */
  takeUnfinished(): Frame | null {
    if (this.#heldLength === 0 || this.#literalLeft > 0) return null;
    const isCr = this.#held[this.#heldLength - 1] === CR;
    const end = isCr ? this.#heldLength - 1 : this.#heldLength;
    this.#heldLength = 0;
    return { bytes: this.#held, start: 0, end, detached: this.#detached };
  }

  /** Takes the next chunk, which must never change afterwards. Throws {@linkcode ProtocolError}. */
  push(chunk: Uint8Array): void {
    this.#cut(chunk);
    this.#texts.forget();
  }

  #cut(chunk: Uint8Array): void {
    const pauseAt = this.#slice < chunk.length ? this.#slice : Infinity;
    let start = 0; // of the part of the response that stands in this chunk
    let line = 0; // of the line that is being read, where nothing is held
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
        // As nearly all that comes, and so with no further look: one line in front of another.
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
      if (this.#paused || at >= pauseAt) return this.#keepRest(chunk, start);
      line = at;
    }
    if (start === chunk.length) return;
    if (this.#heldLength === 0) this.#heldLine = line - start;
    this.#hold(chunk, start, chunk.length);
    // Else what is kept back would be, depending on how the chunks are cut.
    if (this.#open !== null && beginsResponse(this.#held, 0, this.#heldLength)) {
      this.#deliverOpen(this.#open);
    }
  }

  #keepRest(chunk: Uint8Array, start: number): void {
    this.#paused = true;
    this.#rest = chunk.subarray(start);
  }

  /** A response ends in front of `next`, as it seems, which goes on at `at`. */
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

  /** What a response leaves open; `null` for nothing. */
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

  /** Whether what goes on with an earlier line goes on with the next one too, as can be seen. */
  #goesOn(next: Uint8Array, at: number): boolean {
    if (this.#openEnd === null || !beginsNothing(next[at])) return false;
    this.#openEnd.read(this.#held, this.#heldLength, this.#detached);
    return this.#openEnd.isOpen;
  }

  /** The line that is held is the rest of the response in front of it, or that one is over. */
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

  /** The response that is held ends in front of `next`, as it seems. */
  #endHeld(next: Uint8Array, at: number): void {
    const end = this.#heldLength;
    const bytes = this.#held.subarray(0, end);
    const detached = this.#detached.length === 0 ? NONE : this.#detached;
    // Given away: what is read out of the frame may point into it.
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

/** Whether a byte begins an untagged response or a continuation request, as most do. */
function isNews(byte: number): boolean {
  return byte === STAR || byte === PLUS;
}
