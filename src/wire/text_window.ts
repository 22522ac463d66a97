import { decodeAscii, decodeUtf8 } from "../util/bytes.ts";

/** How many bytes are decoded at once. A string that is part of the text keeps all of it alive. */
const LENGTH = 4096;
const NONE = new Uint8Array(0);

/**
 * Decodes bytes a window at a time, and returns strings as parts of the window's text. Most of a
 * response is text, and decoding many short strings one by one costs many times as much. The
 * engine's own search in the text finds the end of a string.
 */
export class TextWindow {
  #bytes: Uint8Array = NONE;
  #start = 0;
  #end = 0;
  /** Empty if not all of it is ASCII, since its indexes would not match those of the bytes. */
  #text = "";
  /** The index in the text of the first backslash after `#sought`. */
  #backslash = -1;
  #sought = 0;

  /** The text of bytes, which must be ASCII. */
  ascii(bytes: Uint8Array, start: number, end: number): string {
    if (!this.#holds(bytes, start, end)) {
      if (end - start > LENGTH) return decodeUtf8(bytes.subarray(start, end));
      this.#begin(bytes, start);
    }
    if (this.#text === "") return decodeAscii(bytes, start, end);
    return this.#text.substring(start - this.#start, end - this.#start);
  }

  /** The index of the closing quote after the last {@linkcode quoted}. */
  quote: number = -1;

  /**
   * The string that begins at `start`, up to its closing quote; `null` if it must be read in
   * another way, since it has escapes, is not ASCII, or is too long.
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
    // Responses are not always read in order.
    if (from < this.#sought || from > this.#backslash) {
      this.#sought = from;
      this.#backslash = this.#text.indexOf("\\", from);
      if (this.#backslash < 0) this.#backslash = LENGTH;
    }
    if (end < 0 || end > this.#backslash) return null;
    this.quote = this.#start + end;
    return this.#text.substring(from, end);
  }

  /** The next index of a text, or -1 if it is not near. */
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
    // It is ASCII unless a character has several bytes, or a byte was invalid (U+FFFD).
    const isAscii = text.length === end - start && !text.includes("\ufffd");
    this.#text = isAscii ? text : "";
    this.#backslash = -1;
    this.#sought = 0;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** Releases the bytes. */
  forget(): void {
    this.#bytes = NONE;
    this.#text = "";
  }
}
