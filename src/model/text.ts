import { InvalidArgumentError } from "./errors.ts";
import type { TaggedResponse } from "./responses.ts";
import type { ImapValue } from "./values.ts";
import { decodeLoosely } from "../util/bytes.ts";

/** Text or bytes: what a folder name, a flag or another argument may be. */
export type Text = string | Uint8Array;

/** One text, or the texts of an iterable. */
export function toTexts(texts: Text | Iterable<Text>): string[] {
  if (typeof texts === "string" || texts instanceof Uint8Array) return [toText(texts)];
  if (typeof texts === "object" && texts !== null && Symbol.iterator in texts) {
    // A loop is several times as fast as Array.from.
    const all: string[] = [];
    for (const text of texts) all.push(toText(text));
    return all;
  }
  throw new InvalidArgumentError(`expected texts, not ${typeof texts}`);
}

/** Texts that can be read again and again. An iterator, such as of a map's keys, can't. */
export function lasting(texts: Text | Iterable<Text>): Text | Iterable<Text> {
  const isIterator = typeof texts === "object" && texts !== null && "next" in texts;
  return isIterator ? [...texts as Iterable<Text>] : texts;
}

/** Text, decoded if it was given as bytes. */
export function toText(text: Text): string {
  if (typeof text === "string") return text;
  if (text instanceof Uint8Array) return decodeLoosely(text, 0, text.length);
  throw new InvalidArgumentError(`expected text or bytes, not ${typeof text}`);
}

/**
 * A name of the protocol in upper case. Only ASCII letters are changed: `toUpperCase` would turn
 * `ſ` into `S`, and `ß` into `SS`.
 */
export function upperAscii(name: string): string {
  return name.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** A value that should be text, as text. */
export function textOf(value: ImapValue): string {
  return value instanceof Uint8Array ? toText(value) : String(value ?? "NIL");
}

/** Characters that are invisible, or that would affect a terminal. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A server's text made safe for messages and logs: control characters are shown as `\x1b`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (char) => {
    if (char === "\r") return "\\r";
    if (char === "\n") return "\\n";
    const code = char.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** The server's text with its response code: `[CAPABILITY ...] Logged in`. */
export function fullText({ code, text }: Pick<TaggedResponse, "code" | "text">): string {
  if (code === null) return text;
  const argument = code.argument === "" ? "" : ` ${code.argument}`;
  return `[${code.name}${argument}] ${text}`.trimEnd();
}
