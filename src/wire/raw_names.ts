import { decodeAscii } from "../util/bytes.ts";
import { decodeFolderName, encodeUtf7 } from "../mime/utf7.ts";

/** How many names are kept at most. */
const MAX_NAMES = 10_000;

/**
 * Folder names as the server wrote them, by their decoded text. Some are not in modified UTF-7, or
 * not in its canonical form; only the bytes that the server wrote name such a folder.
 */
export class RawNames {
  readonly #names = new Map<string, Uint8Array>();

  /** Decodes a name, and keeps its bytes if encoding the text might give others. */
  read(raw: Uint8Array): string {
    const text = decodeFolderName(raw);
    if (raw.every(isPlain)) return text;
    const known = this.#names.has(text);
    // Two names may have the same text: it then stands for the canonical one.
    const counts = !known || encodeUtf7(text) === decodeAscii(raw);
    if (counts && (known || this.#names.size < MAX_NAMES)) this.#names.set(text, raw.slice());
    return text;
  }

  /** Forgets all names. */
  clear(): void {
    this.#names.clear();
  }

  /** The server's bytes for a name; `undefined` if they are the canonical ones. */
  of(text: string): Uint8Array | undefined {
    return this.#names.get(text);
  }
}

/** Whether a byte stands for itself in modified UTF-7. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x26;
}
