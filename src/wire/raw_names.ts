import { decodeAscii } from "../util/bytes.ts";
import { decodeFolderName, encodeUtf7 } from "../mime/utf7.ts";

/** So many names are kept at the most. */
const MAX_NAMES = 10_000;

/**
 * Folder names as servers wrote them, by the text that they were read as: some are not in modified
 * UTF-7, or not in its one right form, and only what the server wrote itself names the folder then.
 */
export class RawNames {
  readonly #names = new Map<string, Uint8Array>();

  /** Reads a name out of modified UTF-7, and keeps it where writing it may give other bytes. */
  read(raw: Uint8Array): string {
    const text = decodeFolderName(raw);
    if (raw.every(isPlain)) return text;
    const known = this.#names.has(text);
    // Two names may read alike: then the text is that of the proper one.
    const counts = !known || encodeUtf7(text) === decodeAscii(raw);
    if (counts && (known || this.#names.size < MAX_NAMES)) this.#names.set(text, raw.slice());
    return text;
  }

  /** What the server called it; `undefined` where that is what the rules say. */
  of(text: string): Uint8Array | undefined {
    return this.#names.get(text);
  }
}

/** Whether it means itself in modified UTF-7. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x26;
}
