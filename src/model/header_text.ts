import { decodeWords } from "postal-mime";
import { Memo } from "./memo.ts";
import { repairWindows1252 } from "./windows_1252.ts";

/** Names recur, message after message: what was decoded last is kept. */
const known = new Memo<string>();

/** The text of a header field with its encoded words decoded (RFC 2047); most have none. */
export function decodeHeader(text: string): string;
export function decodeHeader(text: string | null): string | null;
export function decodeHeader(text: string | null): string | null {
  if (text === null || !text.includes("=?")) return text;
  return known.get(text) ?? decode(text);
}

function decode(text: string): string {
  const decoded = repairWindows1252(decodeWords(text));
  known.set(text, decoded);
  return decoded;
}
