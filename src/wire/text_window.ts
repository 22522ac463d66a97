import { decodeAscii, decodeUtf8 } from "../util/bytes.ts";

/** So many bytes are made text at once; whoever keeps a part of the text keeps all of it. */
const LENGTH = 4096;
const NONE = new Uint8Array(0);

/**
 * Makes bytes text a stretch at a time, of which the strings in it are parts: most of what is read
 * of responses is text, and to make many short ones costs many times as much. The engine's own
 * search in it finds where a string ends.
 */
export class TextWindow {
  #bytes: Uint8Array = NONE;
  #start = 0;
  #end = 0;
  /** Empty where not all of it is ASCII: then places in it would not be those of the bytes. */
  #text = "";
  /** Where in the text the next backslash is, counted from `#sought`. */
  #backslash = -1;
  #sought = 0;

  /** The text of bytes that are known to be ASCII. */
  ascii(bytes: Uint8Array, start: number, end: number): string {
    if (!this.#holds(bytes, start, end)) {
      if (end - start > LENGTH) return decodeUtf8(bytes.subarray(start, end));
      this.#begin(bytes, start);
    }
    if (this.#text === "") return decodeAscii(bytes, start, end);
    return this.#text.substring(start - this.#start, end - this.#start);
  }

  /** Where the quote is behind the last {@linkcode quoted}. */
  quote: number = -1;

  /**
   * The string that begins at `start`, up to its quote; `null` where that can't be told here, as it
   * has escapes, or is no ASCII, or too long.
   */
  quoted(bytes: Uint8Array, start: number): string | null {
    if (!this.#holds(bytes, start, start)) this.#begin(bytes, start);
    let from = start - this.#start;
    let end = this.#text.indexOf('"', from);
    if (end < 0 && from > 0) {
      this.#begin(bytes, start);
      from = 0;
      end = this.#text.indexOf('"');
    }
    // Responses may be read later than those behind them, too.
    if (from < this.#sought || from > this.#backslash) {
      this.#sought = from;
      this.#backslash = this.#text.indexOf("\\", from);
      if (this.#backslash < 0) this.#backslash = LENGTH;
    }
    if (end < 0 || end > this.#backslash) return null;
    this.quote = this.#start + end;
    return this.#text.substring(from, end);
  }

  /** Where a text comes next; -1 where it is not near. */
  find(what: string, bytes: Uint8Array, start: number): number {
    if (!this.#holds(bytes, start, start)) this.#begin(bytes, start);
    let place = this.#text.indexOf(what, start - this.#start);
    if (place < 0 && this.#start !== start) {
      this.#begin(bytes, start);
      place = this.#text.indexOf(what);
    }
    return place < 0 ? -1 : this.#start + place;
  }

  #holds(bytes: Uint8Array, start: number, end: number): boolean {
    return bytes === this.#bytes && start >= this.#start && end <= this.#end;
  }

  #begin(bytes: Uint8Array, start: number): void {
    const end = Math.min(start + LENGTH, bytes.length);
    const text = decodeUtf8(bytes.subarray(start, end));
    // One character of several bytes, or U+FFFD for a byte that is none, and it is not ASCII.
    const isAscii = text.length === end - start && !text.includes("\ufffd");
    this.#text = isAscii ? text : "";
    this.#backslash = -1;
    this.#sought = 0;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** Lets go of the bytes. */
  forget(): void {
    this.#bytes = NONE;
    this.#text = "";
  }
}
