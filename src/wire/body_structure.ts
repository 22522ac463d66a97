import type {
  BodyMultipart,
  BodyPart,
  BodyStructure,
  Disposition,
} from "../model/body_structure.ts";
import type { ImapValue } from "../model/values.ts";
import type { Envelope } from "../model/envelope.ts";
import { decodeHeader, inOneLine } from "../mime/header_text.ts";
import { decodeAscii, DQUOTE, encodeUtf8, LPAREN, NINE, RPAREN, SP, ZERO } from "../util/bytes.ts";
import type { Cursor } from "./cursor.ts";
import { joinParameters } from "./parameters.ts";
import { InternCache } from "./intern_cache.ts";
import { readEnvelope } from "./envelope.ts";

/**
 * Reads `body` (RFC 9051 section 7.5.2). Any field may be missing or `NIL`, since servers describe
 * broken messages too. `part` is the section number of the structure that is read.
 */
export function readBodyStructure(cursor: Cursor, part = ""): BodyStructure {
  cursor.space().expect(LPAREN).enter();
  const structure = cursor.next() === LPAREN
    ? readMultipart(cursor, part)
    : readPart(cursor, part === "" ? "1" : part);
  cursor.space().expect(RPAREN).leave();
  return structure;
}

/** Reads a multipart with the section number `part`; its parts are numbered below that. */
function readMultipart(cursor: Cursor, part: string): BodyMultipart {
  const parts: BodyStructure[] = [];
  const prefix = part === "" ? "" : `${part}.`;
  while (cursor.next() === LPAREN) {
    parts.push(readBodyStructure(cursor, `${prefix}${parts.length + 1}`));
  }
  const subtype = word(cursor) ?? "mixed";
  const params = readParams(cursor);
  return {
    isMultipart: true,
    type: "multipart",
    subtype,
    part,
    parts: parts.slice(), // V8 reserves room for 17 items in an array that is pushed to
    params,
    disposition: readDisposition(cursor),
    language: readLanguage(cursor),
    location: readLocation(cursor),
    extensions: readExtensions(cursor),
  };
}

/** The first fields of a part, up to its encoding. */
export interface Head {
  readonly type: string;
  readonly subtype: string;
  readonly params: Params;
  readonly id: string | null;
  readonly description: string | null;
  /** Whether its bytes alone determine it, so that it can be cached. */
  readonly isSure: boolean;
}

function readPart(cursor: Cursor, part: string): BodyStructure {
  const { heads } = cursor.decoding;
  const start = cursor.at;
  let head = heads.take(cursor);
  if (head === undefined) {
    const read = readHead(cursor, part);
    if ("isMultipart" in read) return read;
    head = read;
    // Ids and descriptions seldom recur. The space is included to mark the end of the last `NIL`.
    if (head.isSure && head.id === null && head.description === null && cursor.take(SP)) {
      Object.freeze(head.params);
      heads.keep(cursor, start, head);
    }
  }
  return readRest(cursor, part, head);
}

function readHead(cursor: Cursor, part: string): Head | BodyMultipart {
  const givenType = word(cursor);
  const isSure = givenType !== null && cursor.next() === DQUOTE;
  const noSubtype = givenType !== null && !isSure && lacksSubtype(cursor);
  const hasSize = !isSure && cursor.kinds(7).includes("n");
  const givenSubtype = noSubtype ? null : word(cursor);
  if (givenType === null && givenSubtype !== null && !hasSize) {
    return childless(cursor, part, givenSubtype, readParams(cursor));
  }
  if (givenType !== null && givenSubtype === null && !hasSize) {
    if (!MEDIA_TYPES.includes(givenType)) {
      return childless(cursor, part, givenType, noSubtype ? readParams(cursor) : {});
    }
  }
  const params = readParams(cursor);
  return {
    type: givenType ?? "application",
    subtype: givenSubtype ?? "octet-stream",
    params,
    id: inOneLine(text(cursor)),
    description: readDescription(cursor, params.charset),
    isSure,
  };
}

/** Whether the subtype is missing and the parameters come next; then the size is a field early. */
function lacksSubtype(cursor: Cursor): boolean {
  return atEnd(cursor) || cursor.peek() === LPAREN || cursor.kinds(5).indexOf("n") === 4;
}

function readDescription(cursor: Cursor, charset: string | undefined): string | null {
  const { mail } = cursor.decoding;
  cursor.octets = null;
  const given = text(cursor);
  return decodeHeader(cursor.octets === null ? given : mail.guess(cursor.octets, charset), mail);
}

function readRest(cursor: Cursor, part: string, head: Head): BodyPart {
  const { type, subtype, params, id } = head;
  let { description } = head;
  let encoding = "7bit";
  if (!isNumberNext(cursor)) encoding = word(cursor) ?? encoding;
  else if (description !== null) {
    // The id or the description is missing, so this field is in fact the encoding.
    encoding = description.toLowerCase();
    description = null;
  }
  const size = readCount(cursor) ?? 0;
  const inner = type === "message" ? readInner(cursor, part) : null;
  const hasLines = inner !== null || type === "text" || isNumberNext(cursor);
  const lines = hasLines ? readCount(cursor) : null;
  const isBare = cursor.takeAll(BARE_END);
  if (isBare) cursor.at--; // the caller takes the parenthesis
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
    envelope: inner === null ? null : inner.envelope,
    body: inner === null ? null : inner.body,
    // A list here is the disposition.
    md5: isBare || cursor.next() === LPAREN ? null : text(cursor),
    params,
    disposition: isBare ? null : readDispositions(cursor, params.charset),
    language: isBare ? null : readLanguage(cursor),
    location: isBare ? null : readLocation(cursor),
    extensions: readExtensions(cursor),
  };
}

function isNumberNext(cursor: Cursor): boolean {
  const byte = cursor.next();
  return byte >= ZERO && byte <= NINE;
}

/** How most parts end: without a checksum, a disposition, a language and a location. */
const BARE_END = encodeUtf8(" NIL NIL NIL NIL)");

const MEDIA_TYPES = ["application", "audio", "font", "image", "message", "model", "text", "video"];

/**
 * Reads a multipart that has no parts. Servers begin it with the subtype:
 * `("ALTERNATIVE" ("BOUNDARY" "x"))` and `("RELATED" NIL ...)` from Gmail (MailKit #205, #371,
 * #1841), `(NIL "alternative" ...)` from others (MailKit #1393).
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

/** The message within a part. */
interface Inner {
  envelope: Envelope | null;
  body: BodyStructure | null;
}

/**
 * Reads the fields between the size and the line count of a message: its envelope and its
 * structure. Each may be `NIL`, missing or there twice. Some servers describe such a part like any
 * other, without a message in it; the result is `null` then.
 */
function readInner(cursor: Cursor, part: string): Inner | null {
  const inner: Inner = { envelope: null, body: null };
  const { at } = cursor;
  while (!atEnd(cursor) && cursor.nil());
  if (isNumberNext(cursor)) return inner;
  // The next list is the disposition, after a `NIL` for each field that was left out.
  if (cursor.peek() === LPAREN && partOfMessage(cursor, inner) === null) return null;
  if (cursor.peek() !== LPAREN) {
    cursor.at = at;
    return null;
  }
  while (cursor.next() === LPAREN) {
    const found = partOfMessage(cursor, inner);
    if (found === "envelope") inner.envelope = readEnvelope(cursor);
    else if (found === "body") inner.body = readInnerBody(cursor, part);
    else if (found === "again") cursor.value();
    else break;
  }
  if (inner.body === null) cursor.nil();
  return inner;
}

/** Tells by its shape what the next list is; `null`: neither an envelope nor a structure. */
function partOfMessage(
  cursor: Cursor,
  { envelope, body }: Inner,
): "envelope" | "body" | "again" | null {
  const kinds = kindsWithin(cursor);
  if (/^s[l0]?$/.test(kinds) && isDispositionNext(cursor)) return null;
  const isBody = /^l|^.l.|^.{5}s|n/.test(kinds) || /^sl$/.test(kinds);
  const isEnvelope = !isBody && /^[s0]{2}[l0]{2}|^$/.test(kinds);
  if (isEnvelope && envelope === null) return "envelope";
  if (body === null && (isBody || envelope !== null && !LISTS.test(kinds))) return "body";
  return isBody || isEnvelope ? "again" : null;
}

/** The kinds of the first items of the next list. */
function kindsWithin(cursor: Cursor): string {
  cursor.at++;
  const kinds = cursor.kinds(8);
  cursor.at--;
  return kinds;
}

/** Whether the next list begins with a common disposition. */
function isDispositionNext({ bytes, at, end }: Cursor): boolean {
  const beginning = decodeAscii(bytes, at, Math.min(at + 16, end));
  return /^\(\s*"?(?:attachment|inline|form-data)\b/i.test(beginning);
}

/** The shape of an envelope: no part has that many fields that are lists. */
const LISTS = /^[s0]{2}[l0](?=[l0]*l)[l0]{4}/;

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

/** Fields after those that RFC 9051 names. */
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

/** A string or `NIL`. Returns `null` at the end of the part and for a list, which it skips. */
function text(cursor: Cursor): string | null {
  if (atEnd(cursor)) return null;
  if (cursor.peek() !== LPAREN) return cursor.nstring();
  cursor.value();
  return null;
}

const words = new InternCache<string>(SP);

/** A string in lower case, one of a few that recur. */
function word(cursor: Cursor): string | null {
  if (atEnd(cursor)) return null;
  const recalled = words.take(cursor);
  if (recalled !== undefined) return recalled;
  const start = cursor.at;
  const lower = cursor.nstring()?.toLowerCase() ?? null;
  // Only a quoted string has a recognisable end.
  if (lower !== null && cursor.bytes[start] === DQUOTE) words.keep(cursor, start, lower);
  return lower;
}

/**
 * A size or a number of lines; `null` if it is `NIL`, missing, or not a count (`-1`). Mail.ru sends
 * large numbers as `9.3736e+06` (MailKit #1838).
 */
function readCount(cursor: Cursor): number | null {
  if (atEnd(cursor) || cursor.peek() === LPAREN) return null;
  const count = cursor.numberAlone() ?? Number(cursor.nstring() ?? NaN);
  return count >= 0 && Number.isSafeInteger(count) ? count : null;
}

type Params = Readonly<Record<string, string>>;

const NO_PARAMS: Params = Object.freeze(Object.create(null));

/** Parameters. For those of a disposition, `charset` is the charset of the part. */
function readParams(cursor: Cursor, charset?: string): Params {
  if (atEnd(cursor)) return NO_PARAMS;
  if (cursor.peek() !== LPAREN) {
    cursor.value(); // NIL, or a stray string
    return NO_PARAMS;
  }
  const { params: known } = cursor.decoding;
  const recalled = known.take(cursor);
  if (recalled !== undefined) return recalled;
  const start = cursor.at;
  const params = readNewParams(cursor, charset);
  // Names and boundaries seldom recur.
  if ("charset" in params) known.keep(cursor, start, Object.freeze(params));
  return params;
}

function readNewParams(cursor: Cursor, charset: string | undefined): Params {
  // Not `Object.create(null)`: V8 makes that a hash table, which is larger and slower to fill.
  const params: Record<string, string> = Object.setPrototypeOf({}, null);
  let octets: Map<string, Uint8Array> | undefined;
  let hasPieces = false;
  const start = cursor.at;
  cursor.open();
  for (let count = 0; cursor.more(count); count++) {
    const name = (cursor.nstring() ?? "").toLowerCase();
    cursor.octets = null;
    params[name] = (atEnd(cursor) ? null : cursor.nstring()) ?? "";
    if (cursor.octets !== null) (octets ??= new Map()).set(name, cursor.octets);
    hasPieces ||= name.includes("*");
  }
  // The common case: nothing to decode or join.
  if (!hasPieces && cursor.isPlainSince(start)) return params;
  return joinParameters(params, cursor.decoding.mail, octets, charset);
}

/** The disposition, which some servers send twice or one field too late. */
function readDispositions(cursor: Cursor, charset?: string): Disposition | null {
  let disposition = readDisposition(cursor, charset);
  while (cursor.next() === LPAREN && /^sl/.test(kindsWithin(cursor))) {
    const again = readDisposition(cursor, charset);
    disposition ??= again;
  }
  return disposition;
}

/** `("attachment" ("filename" "a.txt"))`; some Exchange servers send the bare string. */
function readDisposition(cursor: Cursor, charset?: string): Disposition | null {
  if (atEnd(cursor)) return null;
  if (cursor.peek() !== LPAREN) {
    const type = word(cursor);
    return type === null ? null : { type, params: NO_PARAMS };
  }
  cursor.expect(LPAREN);
  const type = word(cursor);
  const params = readParams(cursor, charset);
  while (!atEnd(cursor)) cursor.value();
  cursor.expect(RPAREN);
  return type === null ? null : { type, params };
}

function readLanguage(cursor: Cursor): readonly string[] | null {
  if (atEnd(cursor)) return null;
  if (cursor.peek() !== LPAREN) {
    const language = cursor.nstring();
    return language === null ? null : [language];
  }
  const languages: string[] = [];
  cursor.list(() => languages.push(text(cursor) ?? ""));
  return languages;
}

/** A string; some servers send an empty list instead of `NIL`. */
function readLocation(cursor: Cursor): string | null {
  if (atEnd(cursor)) return null;
  const location = cursor.peek() === LPAREN ? cursor.value() : cursor.nstring();
  return typeof location === "string" ? inOneLine(location) : null;
}
