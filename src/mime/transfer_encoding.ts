import { CR, decodeAscii, LF, SP, TAB } from "../util/bytes.ts";

/**
 * Undoes a transfer encoding (RFC 2045 section 6) piece by piece, so that content of any size takes
 * little memory. Malformed content is decoded as far as it makes sense and never throws.
 */
export interface TransferDecoder {
  /** Takes the next encoded bytes, and returns what they decode to so far. */
  push(bytes: Uint8Array): Uint8Array;
  /** There are no more bytes: returns what was kept back. */
  end(): Uint8Array;
}

/** The decoder of an encoding, named in lower case; `null` if the encoding is unknown. */
export function transferDecoder(encoding: string): TransferDecoder | null {
  switch (encoding) {
    case "base64":
      return new Base64Decoder();
    case "quoted-printable":
      return new QuotedPrintableDecoder();
    default:
      return isIdentity(encoding) ? IDENTITY : null;
  }
}

/** Whether content in this encoding is as it was before (RFC 2045 section 6.2). */
export function isIdentity(encoding: string): boolean {
  return encoding === "7bit" || encoding === "8bit" || encoding === "binary";
}

/** Content as a whole, decoded. */
export function decodeWhole(decoder: TransferDecoder, bytes: Uint8Array): Uint8Array {
  const decoded = decoder.push(bytes);
  const rest = decoder.end();
  if (rest.length === 0) return decoded;
  const all = new Uint8Array(decoded.length + rest.length);
  all.set(decoded);
  all.set(rest, decoded.length);
  return all;
}

/**
 * The transfer encoding that a header names, in lower case. `7bit` if it names none, and for a
 * multipart, which can't be encoded as a whole (RFC 2045 section 6.4).
 */
export function transferEncodingOf(header: Uint8Array): string {
  const text = decodeAscii(header).replace(/\r?\n(?=[ \t])/g, "");
  if (/^multipart\//i.test(fieldOf(text, "content-type"))) return "7bit";
  const value = fieldOf(text, "content-transfer-encoding");
  const name = value.split(";", 1)[0].replaceAll('"', " ").trim().toLowerCase();
  return ALIASES.get(name) ?? name;
}

/** What careless programs write. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["", "7bit"],
  ["7-bit", "7bit"],
  ["8-bit", "8bit"],
  ["quoted_printable", "quoted-printable"],
  ["base-64", "base64"],
]);

/** The value of the first field of this name, without comments. */
function fieldOf(header: string, name: string): string {
  const value = new RegExp(`^${name}[ \\t]*:(.*)$`, "im").exec(header)?.[1] ?? "";
  return value.replace(/\([^()]*\)/g, "").trim();
}

const NOTHING = new Uint8Array(0);

const IDENTITY: TransferDecoder = { push: (bytes) => bytes, end: () => NOTHING };

/** What a byte stands for in base64; other bytes are skipped. */
const OTHER = 64;
const PADDING = 128;
const BASE64 = new Uint8Array(256).fill(OTHER);
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
for (let i = 0; i < DIGITS.length; i++) BASE64[DIGITS.charCodeAt(i)] = i;
BASE64["=".charCodeAt(0)] = PADDING;

/**
 * Base64 (RFC 2045 section 6.8). What is not a digit is skipped. Padding ends a group; digits after
 * it begin another, as where encoded texts were put one after the other.
 */
class Base64Decoder implements TransferDecoder {
  /** The bits of an incomplete group, and how many digits it has. */
  #bits = 0;
  #digits = 0;

  push(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(Math.ceil((bytes.length + this.#digits) / 4) * 3);
    let used = 0;
    let bits = this.#bits;
    let digits = this.#digits;
    for (let i = 0; i < bytes.length;) {
      while (digits === 0 && i + 4 <= bytes.length) {
        const [a, b] = [BASE64[bytes[i]], BASE64[bytes[i + 1]]];
        const [c, d] = [BASE64[bytes[i + 2]], BASE64[bytes[i + 3]]];
        if ((a | b | c | d) >= OTHER) break;
        out[used] = a << 2 | b >> 4;
        out[used + 1] = b << 4 | c >> 2;
        out[used + 2] = c << 6 | d;
        used += 3;
        i += 4;
      }
      if (i === bytes.length) break;
      const value = BASE64[bytes[i++]];
      if (value < OTHER) {
        bits = bits << 6 | value;
        if (++digits < 4) continue;
        out[used++] = bits >> 16;
        out[used++] = bits >> 8;
        out[used++] = bits;
        bits = digits = 0;
      } else if (value === PADDING) {
        used = putRest(out, used, bits, digits);
        bits = digits = 0;
      }
    }
    this.#bits = bits;
    this.#digits = digits;
    return out.subarray(0, used);
  }

  end(): Uint8Array {
    const out = new Uint8Array(3);
    const used = putRest(out, 0, this.#bits, this.#digits);
    this.#bits = this.#digits = 0;
    return out.subarray(0, used);
  }
}

/** Writes the whole bytes of a group that is not complete; a single digit makes none. */
function putRest(out: Uint8Array, used: number, bits: number, digits: number): number {
  if (digits === 2) out[used++] = bits >> 4;
  else if (digits === 3) {
    out[used++] = bits >> 10;
    out[used++] = bits >> 2;
  }
  return used;
}

const EQUALS = 61;
/** More white space than this at the end of a chunk is content, not the end of a line. */
const MOST_HELD = 256;
const NO_ESCAPE = -1;

/** The value of a hexadecimal digit in either case; 16 if it is none. */
const HEX = new Uint8Array(256).fill(16);
for (let i = 0; i < 16; i++) {
  HEX[i.toString(16).charCodeAt(0)] = HEX[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}

/**
 * Quoted-printable (RFC 2045 section 6.7). White space at the end of a line is dropped, as it was
 * added on the way. A `=` that begins no escape stands for itself.
 */
class QuotedPrintableDecoder implements TransferDecoder {
  /** What can't be decoded without the bytes that follow. */
  #held: Uint8Array = NOTHING;

  push(bytes: Uint8Array): Uint8Array {
    return this.#decode(this.#withHeld(bytes), false);
  }

  end(): Uint8Array {
    return this.#decode(this.#withHeld(NOTHING), true);
  }

  #withHeld(bytes: Uint8Array): Uint8Array {
    if (this.#held.length === 0) return bytes;
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    this.#held = NOTHING;
    return all;
  }

  #decode(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const out = new Uint8Array(bytes.length);
    let used = 0;
    for (let i = 0; i < bytes.length;) {
      const byte = bytes[i];
      if (byte === EQUALS) {
        const next = escapeEnd(bytes, i, isLast);
        if (next === null) {
          this.#held = bytes.slice(i);
          break;
        }
        if (next === NO_ESCAPE) out[used++] = EQUALS;
        else if (HEX[bytes[i + 1]] < 16) out[used++] = HEX[bytes[i + 1]] << 4 | HEX[bytes[i + 2]];
        i = next === NO_ESCAPE ? i + 1 : next;
      } else if (byte === SP || byte === TAB) {
        const end = spaceEnd(bytes, i);
        const isCut = end === bytes.length;
        if (isCut && !isLast && end - i <= MOST_HELD) {
          this.#held = bytes.slice(i);
          break;
        }
        const isDropped = isCut ? isLast : isLineEnd(bytes[end]);
        for (; i < end; i++) if (!isDropped) out[used++] = bytes[i];
      } else {
        out[used++] = byte;
        i++;
      }
    }
    return out.subarray(0, used);
  }
}

/**
 * Where an escape that begins at `at` ends: after `=0D`, or after `=` and a line end, before which
 * there may be white space. {@linkcode NO_ESCAPE} if it is none; `null` if that is not clear yet.
 */
function escapeEnd(bytes: Uint8Array, at: number, isLast: boolean): number | null {
  const { length } = bytes;
  if (at + 2 < length && HEX[bytes[at + 1]] < 16) {
    return HEX[bytes[at + 2]] < 16 ? at + 3 : NO_ESCAPE;
  }
  const end = spaceEnd(bytes, at + 1);
  if (end - at > MOST_HELD) return NO_ESCAPE;
  if (end === length) return isLast ? length : null;
  if (bytes[end] === LF) return end + 1;
  if (bytes[end] === CR) {
    if (end + 1 === length) return isLast ? length : null;
    return bytes[end + 1] === LF ? end + 2 : end + 1;
  }
  // One digit, and nothing after it yet.
  return at + 2 === length && HEX[bytes[at + 1]] < 16 && !isLast ? null : NO_ESCAPE;
}

function spaceEnd(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && (bytes[at] === SP || bytes[at] === TAB)) at++;
  return at;
}

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}
