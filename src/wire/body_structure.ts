import type { BodyMultipart, BodyStructure, Disposition } from "../model/body_structure.ts";
import type { ImapValue } from "../model/values.ts";
import type { Envelope } from "../model/envelope.ts";
import { decodeHeader } from "../model/header_text.ts";
import { LPAREN, RPAREN } from "./bytes.ts";
import type { Cursor } from "./cursor.ts";
import { joinParameters } from "./parameters.ts";
import { Recall } from "./recall.ts";
import { readEnvelope } from "./envelope.ts";

/**
 * `body` (RFC 9051 section 7.5.2). Fields may be missing or `NIL` anywhere: servers send what
 * they make of broken messages. `part` is the section number of what is read.
 */
export function readBodyStructure(cursor: Cursor, part = ""): BodyStructure {
  cursor.space().expect(LPAREN).enter();
  const structure = cursor.next() === LPAREN
    ? readMultipart(cursor, part)
    : readPart(cursor, part === "" ? "1" : part);
  cursor.space().expect(RPAREN).leave();
  return structure;
}

/** A single part in the place of `part`; within one, numbers go on from its own. */
function readMultipart(cursor: Cursor, part: string): BodyMultipart {
  const parts: BodyStructure[] = [];
  const prefix = part === "" ? "" : `${part}.`;
  while (cursor.next() === LPAREN) {
    parts.push(readBodyStructure(cursor, `${prefix}${parts.length + 1}`));
  }
  const subtype = (text(cursor) ?? "mixed").toLowerCase();
  const params = readParams(cursor);
  return {
    isMultipart: true,
    type: "multipart",
    subtype,
    part,
    parts: parts.slice(), // V8 gives a list that is pushed to room for 17
    params,
    disposition: readDisposition(cursor),
    language: readLanguage(cursor),
    location: readLocation(cursor),
    extensions: readExtensions(cursor),
  };
}

function readPart(cursor: Cursor, part: string): BodyStructure {
  const givenType = text(cursor)?.toLowerCase() ?? null;
  const noSubtype = givenType !== null && (atEnd(cursor) || cursor.peek() === LPAREN);
  const givenSubtype = noSubtype ? null : text(cursor)?.toLowerCase() ?? null;
  if (givenType === null && givenSubtype !== null) {
    return childless(cursor, part, givenSubtype, readParams(cursor));
  }
  if (givenType !== null && givenSubtype === null && !MEDIA_TYPES.includes(givenType)) {
    return childless(cursor, part, givenType, noSubtype ? readParams(cursor) : {});
  }
  const type = givenType ?? "application";
  const subtype = givenSubtype ?? "octet-stream";
  const params = readParams(cursor);
  const id = text(cursor);
  const description = decodeHeader(text(cursor));
  const encoding = (text(cursor) ?? "7bit").toLowerCase();
  const size = readCount(cursor) ?? 0;
  const inner = readInner(cursor, type, subtype, part);
  const lines = inner.hasLines ? readCount(cursor) : null;
  const md5 = text(cursor);
  return {
    isMultipart: false,
    type,
    subtype,
    part,
    id,
    description,
    encoding,
    size,
    lines,
    envelope: inner.envelope,
    body: inner.body,
    md5,
    params,
    disposition: readDisposition(cursor),
    language: readLanguage(cursor),
    location: readLocation(cursor),
    extensions: readExtensions(cursor),
  };
}

const MEDIA_TYPES = ["application", "audio", "font", "image", "message", "model", "text", "video"];

/**
 * A multipart with no parts, which servers send as its subtype: `("ALTERNATIVE" ("BOUNDARY" "x"))`
 * and `("RELATED" NIL ...)` from Gmail (MailKit #205, #371, #1841), `(NIL "alternative" ...)` from
 * others (MailKit #1393).
 */
function childless(
  cursor: Cursor,
  part: string,
  subtype: string,
  params: Params,
): BodyMultipart {
  return {
    isMultipart: true,
    type: "multipart",
    subtype,
    part,
    parts: [],
    params,
    disposition: readDisposition(cursor),
    language: readLanguage(cursor),
    location: readLocation(cursor),
    extensions: readExtensions(cursor),
  };
}

/** What stands between the size and the lines: for a message, its envelope and structure. */
function readInner(
  cursor: Cursor,
  type: string,
  subtype: string,
  part: string,
): { hasLines: boolean; envelope: Envelope | null; body: BodyStructure | null } {
  const none = { hasLines: type === "text", envelope: null, body: null };
  const isMessage = type === "message" && (subtype === "rfc822" || subtype === "global");
  // Some servers describe such a part as any other, with no message in it.
  if (!isMessage || cursor.next() !== LPAREN) return none;
  const envelope = readEnvelope(cursor);
  const body = cursor.space().nil() ? null : readInnerBody(cursor, part);
  return { hasLines: true, envelope, body };
}

/** The parts of a message within a part are numbered below it (RFC 9051 section 6.4.5.1). */
function readInnerBody(cursor: Cursor, part: string): BodyStructure {
  cursor.expect(LPAREN).enter();
  const structure = cursor.next() === LPAREN
    ? readMultipart(cursor, part)
    : readPart(cursor, `${part}.1`);
  cursor.space().expect(RPAREN).leave();
  return structure;
}

const NOTHING: readonly ImapValue[] = Object.freeze([]);

/** What may come behind the fields that RFC 9051 names. */
function readExtensions(cursor: Cursor): readonly ImapValue[] {
  if (atEnd(cursor)) return NOTHING;
  const extensions: ImapValue[] = [];
  while (!atEnd(cursor)) extensions.push(cursor.value());
  return extensions;
}

function atEnd(cursor: Cursor): boolean {
  const byte = cursor.next();
  return byte === RPAREN || byte === -1;
}

/** A string or `NIL`; `null` at the end of the part too. */
function text(cursor: Cursor): string | null {
  return atEnd(cursor) ? null : cursor.nstring();
}

/**
 * A size or a number of lines; `null` where it is `NIL`, missing, or no number (`-1`). Mail.ru
 * sends large ones as `9.3736e+06` (MailKit #1838).
 */
function readCount(cursor: Cursor): number | null {
  if (atEnd(cursor) || cursor.peek() === LPAREN) return null;
  const count = cursor.numberAlone() ?? Number(cursor.nstring() ?? NaN);
  return count >= 0 && Number.isSafeInteger(count) ? count : null;
}

type Params = Readonly<Record<string, string>>;

const NO_PARAMS: Params = Object.freeze(Object.create(null));
const known = new Recall<Params>();

function readParams(cursor: Cursor): Params {
  if (atEnd(cursor)) return NO_PARAMS;
  if (cursor.peek() !== LPAREN) {
    cursor.value(); // NIL, or a stray string
    return NO_PARAMS;
  }
  const start = cursor.at;
  const text = cursor.through(")");
  const recalled = known.get(text);
  if (recalled !== undefined) {
    cursor.at = start + text.length;
    return recalled;
  }
  const params = readNewParams(cursor);
  // Names and boundaries seldom recur. A value may have the parenthesis in it.
  const recurs = "charset" in params && cursor.at === start + text.length;
  if (recurs) known.set(text, Object.freeze(params));
  return params;
}

function readNewParams(cursor: Cursor): Params {
  const params: Record<string, string> = Object.create(null);
  let hasPieces = false;
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    const name = cursor.nstring() ?? "";
    const value = atEnd(cursor) ? null : cursor.nstring();
    params[name.toLowerCase()] = value ?? "";
    hasPieces ||= name.includes("*");
  }
  return hasPieces ? joinParameters(params) : params;
}

/** `("attachment" ("filename" "a.txt"))`; Exchange has sent a bare string too. */
function readDisposition(cursor: Cursor): Disposition | null {
  if (atEnd(cursor)) return null;
  if (cursor.peek() !== LPAREN) {
    const type = cursor.nstring();
    return type === null ? null : { type: type.toLowerCase(), params: NO_PARAMS };
  }
  cursor.expect(LPAREN);
  const type = text(cursor);
  const params = readParams(cursor);
  while (!atEnd(cursor)) cursor.value();
  cursor.expect(RPAREN);
  return type === null ? null : { type: type.toLowerCase(), params };
}

function readLanguage(cursor: Cursor): readonly string[] | null {
  if (atEnd(cursor)) return null;
  if (cursor.peek() !== LPAREN) {
    const language = cursor.nstring();
    return language === null ? null : [language];
  }
  const languages: string[] = [];
  cursor.list(() => languages.push(cursor.nstring() ?? ""));
  return languages;
}

/** A string; some servers send an empty list instead of `NIL`. */
function readLocation(cursor: Cursor): string | null {
  if (atEnd(cursor)) return null;
  const location = cursor.peek() === LPAREN ? cursor.value() : cursor.nstring();
  return typeof location === "string" ? location : null;
}
