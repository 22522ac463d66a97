import { decodeWords } from "postal-mime";
import { repairWindows1252 } from "./windows_1252.ts";

/** The text of a header field with its encoded words decoded (RFC 2047); most have none. */
export function decodeHeader(text: string): string;
export function decodeHeader(text: string | null): string | null;
export function decodeHeader(text: string | null): string | null {
  return text !== null && text.includes("=?") ? repairWindows1252(decodeWords(text)) : text;
}
