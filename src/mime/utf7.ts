import { decodeLoosely, decodeUtf8 } from "../util/bytes.ts";

/** Modified UTF-7, the encoding of folder names in IMAP4rev1 (RFC 3501 section 5.1.3). */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
const VALUES = new Map(Array.from(ALPHABET, (char, value) => [char, value]));

/** Encodes a folder name in modified UTF-7, which is ASCII. */
export function encodeUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => run === "&" ? "&-" : `&${encodeRun(run)}-`);
}

/** The UTF-16 code units of a run in base64, without padding and with `,` for `/`. */
function encodeRun(run: string): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (let i = 0; i < run.length; i++) {
    bits = (bits << 16) | run.charCodeAt(i);
    count += 16;
    while (count >= 6) {
      count -= 6;
      text += ALPHABET[(bits >> count) & 63];
    }
    bits &= (1 << count) - 1;
  }
  return count > 0 ? text + ALPHABET[(bits << (6 - count)) & 63] : text;
}

/**
 * Decodes a folder name from modified UTF-7. What is not modified UTF-7, such as a bare `&` or
 * 8-bit characters, stays as it is. A run at the end of the name may lack its final `-`.
 */
export function decodeUtf7(name: string | Uint8Array): string {
  const text = typeof name === "string" ? name : decodeLoosely(name, 0, name.length);
  if (!text.includes("&")) return text;
  return text.replace(/&([A-Za-z0-9+,]*)(-|$)/g, (all, run: string, end: string) => {
    if (run === "") return end === "-" ? "&" : all;
    return decodeRun(run) ?? all;
  });
}

/** Decodes a server's folder name from modified UTF-7, or from UTF-8. */
export function decodeFolderName(raw: Uint8Array, utf8 = false): string {
  return utf8 ? decodeUtf8(raw) : decodeUtf7(raw);
}

/** Decodes a run, the part between `&` and `-`; `null` if it is not valid. */
export function decodeRun(run: string): string | null {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const char of run) {
    bits = (bits << 6) | VALUES.get(char)!;
    count += 6;
    if (count >= 16) {
      count -= 16;
      text += String.fromCharCode((bits >> count) & 0xffff);
    }
    bits &= (1 << count) - 1;
  }
  // Fewer bits than a unit may be left over, and must be zero.
  return count < 6 && bits === 0 && text !== "" ? text : null;
}
