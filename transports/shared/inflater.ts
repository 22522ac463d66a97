/**
 * Reads compressed bytes (DEFLATE, RFC 1951), no faster than they are asked for.
 *
 * @module
 */

import type { InflateRaw } from "node:zlib";
import { ConnectionClosedError, ProtocolError } from "../../src/model/errors.ts";
import type { Saved } from "../../src/model/transport.ts";

/** The size of the chunks that come out: with larger ones, short responses pin more memory. */
const CHUNK = 64 * 1024;
/** How many inflated bytes are held before inflating pauses. One more chunk may come. */
const HELD = 128 * 1024;
/** How many compressed bytes may come without anything in them. */
const EMPTY = 64 * 1024;
/** What ends a flush: an empty stored block. */
const MARKER: readonly number[] = [0x00, 0x00, 0xff, 0xff];
const NONE = new Uint8Array(0);
const [STAR, PLUS, SPACE] = [0x2a, 0x2b, 0x20];

/** Inflates what a source gives. */
export class Inflater {
  readonly #stream: InflateRaw;
  readonly #source: () => Promise<Uint8Array | null>;
  readonly #saved: Saved;
  /** Compressed bytes that were read and not yet inflated. */
  #rest: Uint8Array;
  /** Inflated chunks that nobody has read. */
  readonly #ready: Uint8Array[] = [];
  #readyBytes = 0;
  /** What is being inflated. */
  #raw: Uint8Array | null = null;
  #isFirst = true;
  /** Compressed bytes since the last that held something. */
  #empty = 0;
  /** Whether the last block of the stream was read. */
  #isOver = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  /** Whether input is cut after each flush, since the stream ends after one of them. */
  #cuts = false;
  /** While input is cut: how much of the marker the bytes so far end with. */
  #matched = 0;

  /** `first` was read from the source already. */
  constructor(
    stream: InflateRaw,
    source: () => Promise<Uint8Array | null>,
    first: Uint8Array,
    saved: Saved,
  ) {
    this.#stream = stream;
    this.#source = source;
    this.#saved = saved;
    this.#rest = first;
    saved.received -= first.length;
    stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    stream.on("error", (error: Error) => this.#fail(this.#damage(error)));
    stream.on("close", () => this.#changed());
  }

  /** The options of the stream. */
  static readonly OPTIONS: { readonly chunkSize: number } = { chunkSize: CHUNK };

  /** Reads the next inflated bytes; `null` at the end of the source. */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#next();
      if (chunk !== null) return chunk;
      if (this.#failure !== null) throw this.#failure;
      if (this.#isBusy) await this.#change();
      else if (!await this.#feed()) return null;
    }
  }

  /** From now on, the stream may end after any flush: {@linkcode Inflater.end} will tell. */
  endSoon(isEnding: boolean): void {
    this.#cuts = isEnding;
    this.#matched = 0;
  }

  /** Whether the last block was read or, if input is cut, the end of a flush. */
  get hasEnded(): boolean {
    return this.#isOver || this.#matched === MARKER.length;
  }

  /**
   * The stream ends with the flush that holds the bytes that were read last. Returns what has come
   * after these: inflated bytes, of which there should be none, and those that are not compressed.
   */
  async end(): Promise<Uint8Array> {
    const inflated: Uint8Array[] = [];
    while (this.#isBusy || this.#ready.length > 0) {
      const chunk = this.#next();
      if (chunk !== null) inflated.push(chunk);
      else await this.#change();
    }
    if (this.#failure !== null) throw this.#failure;
    return joined([...inflated, this.hasEnded ? this.#takeRest() : NONE]);
  }

  /**
   * Reads on until the stream {@linkcode Inflater.hasEnded}, which shows only when more bytes come.
   * Returns the bytes after that; `null` at the end of the source.
   */
  async readRest(): Promise<Uint8Array | null> {
    while (!this.hasEnded) {
      if (!await this.#feed()) return null;
      const inflated = await this.end();
      if (inflated.length > 0) return inflated;
    }
    return this.#takeRest();
  }

  #takeRest(): Uint8Array {
    const rest = this.#rest;
    this.#rest = NONE;
    this.#saved.received += rest.length;
    return rest;
  }

  /** Gives the memory back. Reads in progress are rejected. */
  close(): void {
    this.#failure ??= new ConnectionClosedError("The connection was closed by this side");
    this.#stream.destroy();
    this.#changed();
  }

  /** Whether more chunks come out of what was fed: after a pause, even after all is inflated. */
  get #isBusy(): boolean {
    if (this.#failure !== null) return false;
    return this.#raw !== null || this.#stream.readableLength > 0;
  }

  #take(chunk: Uint8Array): void {
    this.#ready.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#readyBytes += chunk.length;
    this.#empty = 0;
    if (this.#readyBytes >= HELD) this.#stream.pause();
    this.#changed();
  }

  #next(): Uint8Array | null {
    const chunk = this.#ready.shift();
    if (chunk === undefined) return null;
    this.#readyBytes -= chunk.length;
    this.#saved.received += chunk.length;
    if (this.#readyBytes < HELD && this.#stream.isPaused()) this.#stream.resume();
    return chunk;
  }

  /** Starts to inflate more; `false` at the end of the source. */
  async #feed(): Promise<boolean> {
    if (this.#rest.length === 0) {
      const raw = await this.#source();
      if (raw === null) return false;
      this.#saved.received -= raw.length;
      this.#rest = raw;
      if (raw.length === 0) return true;
    }
    if (this.#isOver) throw new ProtocolError("bytes follow the end of the compressed data");
    if (this.#isFirst) refusePlain(this.#rest);
    if (this.#empty > EMPTY) {
      throw new ProtocolError(`${this.#empty} bytes of compressed data hold nothing`);
    }
    const end = this.#cuts ? this.#matchMarker(this.#rest) : this.#rest.length;
    const raw = this.#rest.subarray(0, end);
    this.#rest = this.#rest.subarray(end);
    this.#empty += raw.length;
    this.#inflate(raw);
    return true;
  }

  #inflate(raw: Uint8Array): void {
    const stream = this.#stream;
    const before = stream.bytesWritten;
    this.#raw = raw;
    stream.write(raw, () => {
      // Deno calls this before it tells the error.
      if (stream.errored !== null || this.#failure !== null) return;
      const taken = stream.bytesWritten - before;
      if (taken < raw.length) {
        this.#isOver = true;
        this.#rest = joined([raw.subarray(taken), this.#rest]);
      }
      this.#isFirst = false;
      this.#raw = null;
      this.#changed();
    });
  }

  /** The index after the first marker in some bytes; their length if there is none. */
  #matchMarker(bytes: Uint8Array): number {
    if (this.#matched === MARKER.length) this.#matched = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === MARKER[this.#matched]) this.#matched++;
      else if (byte === 0x00) this.#matched = this.#matched === 2 ? 2 : 1;
      else this.#matched = 0;
      if (this.#matched === MARKER.length) return at + 1;
    }
    return bytes.length;
  }

  #damage(error: Error): ProtocolError {
    const isPlain = this.#isFirst && this.#raw !== null && isText(this.#raw);
    const what = isPlain ? NOT_COMPRESSED : `the compressed data is damaged: ${error.message}`;
    return new ProtocolError(what, { cause: error });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#raw = null;
    this.#changed();
  }

  #changed(): void {
    this.#wake?.();
    this.#wake = null;
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}

const NOT_COMPRESSED = "the server said that it would compress what it sends, and does not";

/** No compressed response begins like a response. */
function refusePlain(raw: Uint8Array): void {
  const [first, second] = raw;
  if ((first === STAR || first === PLUS) && second === SPACE) {
    throw new ProtocolError(NOT_COMPRESSED);
  }
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f || byte === 0x0d || byte === 0x0a);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const filled = chunks.filter((chunk) => chunk.length > 0);
  if (filled.length < 2) return filled[0] ?? NONE;
  const all = new Uint8Array(filled.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of filled) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
