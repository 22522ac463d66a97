import { Memo } from "../util/memo.ts";
import { decodeWindows1252, tryUtf8 } from "../util/bytes.ts";
import { type Charset, charsetOf, decodeKnown, isCharsetName, joinParts } from "./charsets.ts";

/**
 * Decodes charsets that the runtime can't: gets the charset's name in lower case and the bytes, and
 * returns the text. `null`, `undefined` or an exception mean that it does not know the charset
 * either.
 */
export type CharsetDecoder = (charset: string, bytes: Uint8Array) => string | null | undefined;

/** How text in messages is decoded. */
export interface MailTextOptions {
  /** Decodes charsets that the runtime does not know. */
  readonly decodeCharset?: CharsetDecoder;
  /** The charset of text that names none and is not UTF-8. Default `windows-1252`. */
  readonly defaultCharset?: string;
}

/** Decodes the text of messages, whatever charset they claim it is in. */
export class MailText {
  readonly #decodeCharset: CharsetDecoder | undefined;
  readonly #defaultCharset: string;
  /**
   * The headers that were decoded last; names recur in message after message.
   *
   * @internal
   */
  readonly headers: Memo<string> = new Memo();

  /** A decoder with these options. */
  constructor({ decodeCharset, defaultCharset }: MailTextOptions = {}) {
    this.#decodeCharset = decodeCharset;
    this.#defaultCharset = defaultCharset ?? "";
  }

  /**
   * The text of consecutive pieces in one charset; `null` if the charset is unknown. With a label
   * that names no charset, {@linkcode guess} decides.
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
   * The text of bytes without a known charset: UTF-8 if they are that, else `charset`, which is
   * named nearby, else the default charset.
   */
  guess(bytes: Uint8Array, charset = ""): string {
    return tryUtf8(bytes) ?? this.#clean(charset, bytes) ??
      this.#clean(this.#defaultCharset, bytes) ?? decodeWindows1252(bytes);
  }

  /** The text of bytes if they are valid in a charset; `null` for UTF-8, which they are not. */
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
      return null; // the decoder does not know the charset
    }
  }
}

/** A decoder with the runtime's charsets alone. */
export const MAIL_TEXT: MailText = new MailText();
