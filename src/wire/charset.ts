import { InvalidArgumentError } from "../model/errors.ts";
import { repairWindows1252 } from "../util/windows_1252.ts";
import { encodeUtf8 } from "../util/bytes.ts";

/**
 * Encodes text in a charset. Runtimes decode many charsets but encode only UTF-8. So, for a charset
 * with one or two bytes per character, all its characters are decoded once, and looked up here.
 */
export function encodeText(text: string, charset: string): Uint8Array {
  const name = charset.toLowerCase();
  if (!text.isWellFormed()) throw new InvalidArgumentError("text that is not Unicode");
  if (name === "utf-8" || name === "utf8") return encodeUtf8(text);
  if (name === "utf-7") return encodeUtf8(encodeUtf7(text));
  const table = name === "us-ascii" || name === "ascii" ? ASCII : tableOf(name);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const encoded = code < 128 ? code : table.get(char);
    if (encoded === undefined) {
      throw new InvalidArgumentError(`${JSON.stringify(char)} can't be encoded in ${charset}`);
    }
    if (encoded > 255) bytes.push(encoded >> 8);
    bytes.push(encoded & 255);
  }
  return Uint8Array.from(bytes);
}

/** Whether text has the same bytes in this charset as in ASCII. */
export function isPlainIn(charset: string, text: string): boolean {
  if (/[\u0080-\uffff]/.test(text)) return false;
  if (/^utf-?7$/i.test(charset)) return !text.includes("+");
  return !WIDE.test(charset);
}

/** Charsets with escape sequences or wider characters. */
const WIDE = /^(?:utf-?16|utf-?32|ucs-|iso-2022|hz-)/i;

const ASCII: ReadonlyMap<string, number> = new Map();
const tables = new Map<string, ReadonlyMap<string, number>>();

/** The characters of a charset beyond ASCII, with their one or two bytes. */
function tableOf(charset: string): ReadonlyMap<string, number> {
  let table = tables.get(charset);
  if (table === undefined) tables.set(charset, table = makeTable(charset));
  return table;
}

function makeTable(charset: string): ReadonlyMap<string, number> {
  const decoder = decoderOf(charset);
  const table = new Map<string, number>();
  const add = (bytes: number[], code: number) => {
    const decoded = decoder.decode(Uint8Array.from(bytes));
    const char = decoder.encoding === "windows-1252" ? repairWindows1252(decoded) : decoded;
    if ([...char].length === 1 && char !== "\ufffd" && !table.has(char)) table.set(char, code);
  };
  // Runtimes decode most of ISO 8859 as the Windows code pages, which have more characters.
  const first = /^(?:iso-?8859|latin)/.test(charset) ? 160 : 128;
  for (let byte = first; byte < 256; byte++) add([byte], byte);
  for (let lead = 129; lead < 255; lead++) {
    for (let trail = 64; trail < 255; trail++) add([lead, trail], lead * 256 + trail);
  }
  return table;
}

function decoderOf(charset: string): TextDecoder {
  try {
    // Other charsets can't be inverted this way.
    if (!WIDE.test(charset)) return new TextDecoder(charset);
  } catch {
    // The runtime does not know the charset: see the error below.
  }
  throw new InvalidArgumentError(`text can't be encoded in ${charset} here; give bytes instead`);
}

/** UTF-7 (RFC 2152): base64 of UTF-16, between `+` and `-`. */
function encodeUtf7(text: string): string {
  return text.replace(/\+|[^\x20-\x7e]+/g, (run) => {
    if (run === "+") return "+-";
    let binary = "";
    for (let i = 0; i < run.length; i++) {
      binary += String.fromCharCode(run.charCodeAt(i) >> 8, run.charCodeAt(i) & 255);
    }
    return `+${btoa(binary).replace(/=+$/, "")}-`;
  });
}
