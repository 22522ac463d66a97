import { decodeWords } from "./encoded_words.ts";
import { MAIL_TEXT, type MailText } from "./mail_text.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { repairWindows1252 } from "../util/windows_1252.ts";

/** Encoded words and control characters, which most texts do not have. */
const SPECIAL = /=\?|\p{Cc}/u;
/** The escapes of ISO-2022-JP, which old mail has in its header without encoding. */
const JAPANESE = ["\x1b$B", "\x1b$@"];

/** Whether a text needs decoding. */
export function isEncoded(text: string): boolean {
  return SPECIAL.test(text);
}

/**
 * The text of a header field with its encoded words decoded (RFC 2047), on one line (RFC 5322
 * section 2.2.3), and without control characters, so that it is safe to put into another header.
 */
export function decodeHeader(text: string, mail?: MailText): string;
export function decodeHeader(text: string | null, mail?: MailText): string | null;
export function decodeHeader(text: string | null, mail: MailText = MAIL_TEXT): string | null {
  if (text === null || !SPECIAL.test(text)) return text;
  return mail.headers.get(text) ?? decode(text, mail);
}

function decode(text: string, mail: MailText): string {
  const plain = JAPANESE.some((escape) => text.includes(escape)) ? fromJapanese(text, mail) : text;
  const decoded = inOneLine(decodeWords(plain, mail));
  mail.headers.set(text, decoded);
  return decoded;
}

function fromJapanese(text: string, mail: MailText): string {
  return /[\u0080-\uffff]/.test(text)
    ? text
    : mail.decode("iso-2022-jp", [encodeUtf8(text)]) ?? text;
}

/** A text of the header without encoded words, such as an id, on one line. */
export function inOneLine(text: string): string;
export function inOneLine(text: string | null): string | null;
export function inOneLine(text: string | null): string | null {
  if (text === null || !SPECIAL.test(text)) return text;
  const line = text.replace(/[\r\n]+/g, (run, at: number) => {
    const next = text[at + run.length];
    return at === 0 || next === undefined || next === " " || next === "\t" ? "" : " ";
  });
  return repairWindows1252(line.replaceAll("\t", " ")).replace(/\p{Cc}/gu, "");
}
