import { LARGEST_ID } from "../model/ranges.ts";
import { type ImapUrl, parseImapUrl } from "../model/imap_url.ts";
import { NumberSet } from "../model/number_set.ts";
import type { ProgressNotice, ResponseCode } from "../model/responses.ts";
import {
  BACKSLASH,
  decodeLoosely,
  DQUOTE,
  LBRACKET,
  LPAREN,
  RBRACKET,
  RPAREN,
} from "../util/bytes.ts";
import { Cursor } from "./cursor.ts";
import { readOddFlags } from "./flags.ts";
import { readModseq } from "./modseq.ts";

/** `resp-text` (RFC 9051 section 7.1): the code in brackets, if any, and the text for people. */
export function readResponseText(cursor: Cursor): { code: ResponseCode | null; text: string } {
  let code: ResponseCode | null = null;
  if (cursor.next() === LBRACKET) {
    const end = codeEnd(cursor);
    const found = end < 0 ? null : readCode(decodeLoosely(cursor.bytes, cursor.at + 1, end));
    // Empty brackets are text.
    if (found !== null && found.name !== "") {
      code = found;
      cursor.at = end + 1;
      cursor.space();
    }
  }
  return { code, text: cursor.toEnd() };
}

/** The index of the code's closing bracket, or -1. A quote that is not closed is ordinary. */
function codeEnd(cursor: Cursor): number {
  const found = closingBracket(cursor, DQUOTE);
  return found < 0 ? closingBracket(cursor, -1) : found;
}

/**
 * Brackets in parentheses are part of a flag, and brackets between two of `quote` are part of a
 * text. If the parentheses do not match, it is the first bracket.
 */
function closingBracket({ bytes, at, end }: Cursor, quote: number): number {
  let depth = 0;
  let first = -1;
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === LPAREN) depth++;
    else if (byte === RPAREN) depth--;
    else if (byte === quote) {
      do i += bytes[i] === BACKSLASH ? 2 : 1; while (i < end && bytes[i] !== quote);
    } else if (byte === RBRACKET) {
      if (depth <= 0) return i;
      if (first < 0) first = i;
    }
  }
  return first;
}

/** Reads the code between the brackets; malformed arguments are kept as text only. */
function readCode(text: string): ResponseCode {
  // A space ends the name as a rule; some servers leave it out before a list.
  const nameEnd = text.search(/[ \t(]/);
  const name = (nameEnd < 0 ? text : text.slice(0, nameEnd)).toUpperCase();
  const argument = nameEnd < 0 ? "" : text.slice(nameEnd).trim();
  const code = { name, argument };
  try {
    return { ...code, ...readArgument(name, argument) };
  } catch (error) {
    // NumberSet's InvalidArgumentError too: this is the server's mistake, not the caller's.
    if (error instanceof Error) return code;
    throw error;
  }
}

function readArgument(name: string, argument: string): Partial<ResponseCode> {
  if (name === "CAPABILITY") {
    return { capabilities: argument.toUpperCase().split(/\s+/).filter((word) => word !== "") };
  }
  if (name === "INPROGRESS") return { progress: readProgress(argument) };
  if (argument === "") return {};
  // In quotes or without: the grammar leaves it open.
  if (name === "BADURL") return { url: argument.replace(/^"(.*)"$/, "$1") };
  const cursor = Cursor.over(argument);
  switch (name) {
    case "PERMANENTFLAGS":
      return readOddFlags(cursor, name);
    case "BADCHARSET":
      return { charsets: readWords(cursor) };
    case "BADEVENT":
      return { events: readWords(cursor) };
    case "HIGHESTMODSEQ": {
      const modseq = readModseq(cursor);
      return modseq === null ? {} : { modseq };
    }
    case "MESSAGELIMIT": {
      const number = cursor.number();
      return cursor.space().done ? { number } : { number, uid: cursor.number() };
    }
    case "APPENDUID": {
      const uidValidity = cursor.number();
      return { uidValidity, uids: NumberSet.from(cursor.space().atom()) };
    }
    case "COPYUID": {
      const uidValidity = cursor.number();
      const sourceUids = NumberSet.from(cursor.space().atom());
      return { uidValidity, sourceUids, uids: NumberSet.from(cursor.space().atom()) };
    }
    case "MODIFIED":
      return { ids: NumberSet.from(cursor.atom()) };
    case "REFERRAL":
      return { referrals: readReferrals(argument) };
    case "METADATA":
      return readMetadata(argument);
    case "MAILBOXID":
      return { mailboxId: readMailboxId(cursor) };
    default:
      return readNumber(argument);
  }
}

/** A number, also in quotes. */
function readNumber(argument: string): Partial<ResponseCode> {
  const digits = /^("?)(\d+)\1$/.exec(argument)?.[2];
  return digits === undefined ? {} : { number: Cursor.over(digits).number() };
}

/** More than any server names. */
const MAX_REFERRALS = 100;

function readReferrals(argument: string): readonly ImapUrl[] {
  const urls = argument.split(/\s+/, MAX_REFERRALS).map(parseImapUrl);
  return urls.filter((url) => url !== null);
}

/** `("A1" 5 100)`, each of which may be NIL; nothing at all says only that the server is alive. */
function readProgress(argument: string): ProgressNotice {
  if (argument === "") return { tag: null, done: null, total: null };
  const cursor = Cursor.over(argument).expect(LPAREN).space();
  const tag = cursor.nstring();
  const done = cursor.space().nil() ? null : cursor.number();
  const total = cursor.space().nil() ? null : cursor.number();
  cursor.space().expect(RPAREN);
  const isWrong = total !== null && (total === 0 || total > LARGEST_ID || (done ?? 0) > total);
  if (isWrong || (done ?? 0) > LARGEST_ID) throw cursor.error("no progress");
  return { tag, done, total: done === null ? null : total };
}

/** Words, with or without parentheses. */
function readWords(cursor: Cursor): readonly string[] {
  const words: string[] = [];
  cursor.take(LPAREN);
  for (let next = cursor.next(); next >= 0 && next !== RPAREN; next = cursor.next()) {
    words.push(cursor.astring());
  }
  return words;
}

/**
 * `LONGENTRIES 2199`, `MAXSIZE 1024`, or a word without a number (RFC 5464 sections 4.2.1, 4.3).
 */
function readMetadata(argument: string): Partial<ResponseCode> {
  const number = /^(?:LONGENTRIES|MAXSIZE)\s+(\d{1,15})$/i.exec(argument)?.[1];
  return number === undefined ? {} : { number: Number(number) };
}

/** `(F123)` (RFC 8474 section 4.2), with or without parentheses, or `NIL`. */
function readMailboxId(cursor: Cursor): string | null {
  cursor.take(LPAREN);
  return cursor.space().nstring();
}
