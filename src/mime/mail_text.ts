import { Memo } from "../util/memo.ts";
import { decodeWindows1252, tryUtf8 } from "../util/bytes.ts";
import { type Charset, charsetOf, decodeKnown, isCharsetName, joinParts } from "./charsets.ts";

/**
 * Decodes what the runtime can't: gets the charset's name in lower case and the bytes, and gives
 * the text. `null`, `undefined` or an exception say that it does not know the charset either.
 */
export type CharsetDecoder = (charset: string, bytes: Uint8Array) => string | null | undefined;

/** How text in messages is decoded. */
export interface MailTextOptions {
  /** Decodes charsets that the runtime does not know. */
  readonly decodeCharset?: CharsetDecoder;
  /** The charset of text that names none and is not UTF-8. Default: `windows-1252`. */
  readonly defaultCharset?: string;
}

/** Makes text of what messages hold, whatever charset it is said to be in. */
export class MailText {
  readonly #decodeCharset: CharsetDecoder | undefined;
  readonly #defaultCharset: string;
  /**
   * Names recur, message after message: what headers were decoded last is kept.
   *
   * @internal
   */
  readonly headers: Memo<string> = new Memo();

  /** Text as these options have it. */
  constructor({ decodeCharset, defaultCharset }: MailTextOptions = {}) {
    this.#decodeCharset = decodeCharset;
    this.#defaultCharset = defaultCharset ?? "";
  }

  /**
   * The text of pieces in one charset that belong together; `null` where nobody has the charset. A
   * label that names none leaves it to {@linkcode guess}.
   */
  decode(label: string, parts: readonly Uint8Array[]): string | null {
    const charset = charsetOf(label);
    let text = "";
    for (const bytes of joinParts(charset, parts)) {
      const decoded = this.#known(charset, bytes);
      if (decoded === null && isCharsetName(charset.name)) return null;
      text += decoded ?? this.guess(bytes);
    }
    return text;
  }

  /**
   * The text of bytes of which nobody said, or nobody knows, what they are: as UTF-8 where it is,
   * else as `charset` has it, which stands near them, else in the default charset.
   */
  guess(bytes: Uint8Array, charset = ""): string {
    return tryUtf8(bytes) ?? this.#clean(charset, bytes) ??
      this.#clean(this.#defaultCharset, bytes) ?? decodeWindows1252(bytes);
  }

  /** The text of bytes that are all right in a charset; of UTF-8, these are not. */
  #clean(label: string, bytes: Uint8Array): string | null {
    const charset = charsetOf(label);
    if (charset.name === "" || charset.name === "utf-8") return null;
    const text = this.#known(charset, bytes);
    return text === null || text.includes("\ufffd") ? null : text;
  }

  #known(charset: Charset, bytes: Uint8Array): string | null {
    return charset.name === "" ? null : decodeKnown(charset, bytes) ?? this.#ask(charset, bytes);
  }

  #ask({ name }: Charset, bytes: Uint8Array): string | null {
    try {
      const text = this.#decodeCharset?.(name, bytes.slice());
      return typeof text === "string" ? text : null;
    } catch {
      return null; // it says so this way
    }
  }
}

/** Text with what the runtime knows. */
export const MAIL_TEXT: MailText = new MailText();
