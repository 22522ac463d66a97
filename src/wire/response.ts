import { ProtocolError } from "../model/errors.ts";
import { NumberSet } from "../model/number_set.ts";
import type {
  CapabilityResponse,
  EsearchResponse,
  ListResponse,
  MailboxStatusResponse,
  NamespaceEntry,
  NamespaceResponse,
  SearchResponse,
  ServerResponse,
  StatusResponse,
  TaggedResponse,
  UntaggedResponse,
  VanishedResponse,
} from "../model/responses.ts";
import { DQUOTE, encodeUtf8, LPAREN, NINE, PLUS, RPAREN, SP, STAR, ZERO } from "../util/bytes.ts";
import { Cursor } from "./cursor.ts";
import { readFetch, readUidFetch } from "./fetch_response.ts";
import { readFlags, readOddFlags } from "./flags.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { readBrokenMailbox, readDelimiter, readMailbox } from "./mailbox.ts";
import type { Frame } from "./reader.ts";
import { readResponseText } from "./response_code.ts";
import { readModseq } from "./modseq.ts";
import { Unknown } from "./unknown_response.ts";
import { textOf } from "../model/text.ts";
import type { ImapValue } from "../model/values.ts";

/**
 * Reads one response (RFC 9051 section 7). An unknown or malformed untagged response is kept raw; a
 * line that is not a response is `null`. One cursor can be used for any number of responses.
 */
export function readResponse(
  frame: Frame,
  limits: Limits = DEFAULT_LIMITS,
  cursor: Cursor = new Cursor(limits),
): ServerResponse | null {
  const { bytes, at } = cursor.begin(frame);
  // Nearly all responses begin like this.
  if (bytes[at] === STAR && bytes[at + 1] === SP) {
    cursor.at = at + 2;
    return readUntagged(cursor, frame, limits);
  }
  // Some servers send NULs first.
  while (cursor.take(0));
  const start = cursor.at;
  const isRequest = cursor.take(PLUS);
  if (!isRequest && cursor.next() === STAR && isSpace(cursor.bytes[cursor.at + 1])) {
    cursor.at++;
    return readUntagged(cursor, frame, limits);
  }
  // No tag begins with white space: such a line is not a response.
  if (!isRequest) return cursor.at > start ? null : readTagged(cursor);
  cursor.take(SP);
  const { code, text } = readResponseText(cursor);
  return { kind: "continuation", code, text };
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === 9;
}

/** A tagged response. A BYE with a tag, which some servers send for LOGOUT, counts as untagged. */
function readTagged(cursor: Cursor): TaggedResponse | StatusResponse | null {
  const tag = wordOf(cursor);
  const status = wordOf(cursor).toUpperCase();
  if (status !== "OK" && status !== "NO" && status !== "BAD" && status !== "BYE") return null;
  const { code, text } = readResponseText(cursor);
  return status === "BYE"
    ? { kind: "untagged", type: status, tag, code, text }
    : { kind: "tagged", tag, status, code, text };
}

/** The next word, or `""` if there is none. */
function wordOf(cursor: Cursor): string {
  const next = cursor.next();
  return next === -1 || next === DQUOTE || next === LPAREN || next === RPAREN ? "" : cursor.word();
}

const FETCH = encodeUtf8("FETCH ");

function readUntagged(cursor: Cursor, frame: Frame, limits: Limits): UntaggedResponse {
  let number: number | null = null;
  let name = "";
  let at = cursor.at;
  try {
    if (isDigit(cursor.next())) number = cursor.number();
    cursor.next();
    // Most responses are FETCH, so look for it first.
    if (number !== null && cursor.takeAll(FETCH)) {
      name = "FETCH";
      at = cursor.space().at;
      return readFetch(cursor, number);
    }
    name = wordOf(cursor).toUpperCase();
    at = cursor.space().at;
    const known = number === null ? readNamed(cursor, name) : readNumbered(cursor, name, number);
    if (known !== null) return known;
    return new Unknown(name, number, frame, at, limits, null);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return new Unknown(name, number, frame, at, limits, error);
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function readNumbered(cursor: Cursor, name: string, number: number): UntaggedResponse | null {
  switch (name) {
    case "FETCH":
      return readFetch(cursor, number);
    case "UIDFETCH":
      return readUidFetch(cursor, number);
    case "EXISTS":
    case "RECENT":
    case "EXPUNGE":
      return { kind: "untagged", type: name, number };
    default:
      return null;
  }
}

function readNamed(cursor: Cursor, name: string): UntaggedResponse | null {
  switch (name) {
    case "OK":
    case "NO":
    case "BAD":
    case "BYE":
    case "PREAUTH":
      return readStatus(cursor, name);
    case "CAPABILITY":
    case "ENABLED":
      return readCapabilities(cursor, name);
    case "LIST":
    case "LSUB":
    case "XLIST":
      return readList(cursor, name);
    case "STATUS":
      return readMailboxStatus(cursor);
    case "SEARCH":
    case "SORT":
      return readSearch(cursor, name);
    case "ESEARCH":
      return readEsearch(cursor);
    case "VANISHED":
      return readVanished(cursor);
    case "FLAGS":
      return { kind: "untagged", type: name, ...readOddFlags(cursor, name) };
    case "NAMESPACE":
      return readNamespaces(cursor);
    default:
      return null;
  }
}

function readStatus(cursor: Cursor, type: StatusResponse["type"]): StatusResponse {
  const { code, text } = readResponseText(cursor);
  return { kind: "untagged", type, code, text };
}

function readCapabilities(cursor: Cursor, type: CapabilityResponse["type"]): CapabilityResponse {
  return { kind: "untagged", type, capabilities: readWords(cursor) };
}

/** The remaining words, in upper case. */
function readWords(cursor: Cursor): readonly string[] {
  const words: string[] = [];
  while (!cursor.space().done) words.push(cursor.word().toUpperCase());
  return words;
}

function readList(cursor: Cursor, type: ListResponse["type"]): ListResponse {
  const flags = readFlags(cursor.space());
  const delimiter = readDelimiter(cursor.space());
  const { at } = cursor.space();
  const isQuoted = cursor.peek() === DQUOTE;
  try {
    return { kind: "untagged", type, flags, delimiter, ...readListed(cursor, readMailbox) };
  } catch (error) {
    // The name itself may have a quote and parentheses: `"a" (b)"`.
    if (!isQuoted || !(error instanceof ProtocolError)) throw error;
    cursor.at = at;
    return { kind: "untagged", type, flags, delimiter, ...readListed(cursor, readBrokenMailbox) };
  }
}

/** A folder name and the extended items after it. */
function readListed(
  cursor: Cursor,
  readName: (cursor: Cursor) => Uint8Array,
): Pick<ListResponse, "name" | "extended"> {
  const name = readName(cursor);
  const extended: Record<string, ImapValue> = Object.create(null);
  if (cursor.next() === LPAREN) readPairs(cursor, extended);
  if (!cursor.space().done) throw cursor.error("unexpected text");
  return { name, extended };
}

/** A list of names and values in turn. */
function readPairs(cursor: Cursor, into: Record<string, ImapValue>): void {
  cursor.list(() => {
    const name = cursor.astring().toUpperCase();
    into[name] = cursor.value();
  });
}

function readMailboxStatus(cursor: Cursor): MailboxStatusResponse {
  let name = readMailbox(cursor.space());
  let items: Record<string, ImapValue> = Object.create(null);
  if (!cursor.space().done) readPairs(cursor, items);
  while (!cursor.space().done) {
    const next = readMailbox(cursor);
    if (cursor.space().done) break;
    // If one response has several folders, the last one counts.
    [name, items] = [next, Object.create(null)];
    readPairs(cursor, items);
  }
  return { kind: "untagged", type: "STATUS", name, items };
}

/** `(EARLIER)`, if it is there, and the UIDs (RFC 7162 section 3.2.10). */
function readVanished(cursor: Cursor): VanishedResponse {
  const earlier = cursor.next() === LPAREN;
  if (earlier) {
    cursor.expect(LPAREN).space();
    if (cursor.keyword() !== "EARLIER") throw cursor.error("expected EARLIER");
    cursor.space().expect(RPAREN).space();
  }
  const uids = readSet(cursor.atom());
  if (uids.isOpen || !cursor.space().done) throw cursor.error("expected a set of UIDs");
  return { kind: "untagged", type: "VANISHED", earlier, uids };
}

/** The numbers of `* SEARCH`, which may include a mod-sequence (RFC 7162 section 3.1.5). */
function readSearch(cursor: Cursor, type: SearchResponse["type"]): SearchResponse {
  const ids: number[] = [];
  let modseq: bigint | null = null;
  for (let next = cursor.next(); next >= 0; next = cursor.next()) {
    if (isDigit(next)) cursor.numbers(ids);
    else if (next === LPAREN) modseq = readSearchModseq(cursor);
    else if (!cursor.nil()) throw cursor.error("expected a number");
  }
  return { kind: "untagged", type, ids, modseq };
}

/** `(MODSEQ 5)`. */
function readSearchModseq(cursor: Cursor): bigint | null {
  cursor.expect(LPAREN).space();
  if (cursor.keyword() !== "MODSEQ") throw cursor.error("expected MODSEQ");
  const modseq = readModseq(cursor.space());
  cursor.space().expect(RPAREN);
  return modseq;
}

function readEsearch(cursor: Cursor): EsearchResponse {
  const { tag, ...folder } = cursor.peek() === LPAREN ? readCorrelator(cursor) : { tag: null };
  let uid = false;
  let changes: { name: "ADDTO" | "REMOVEFROM"; pairs: ImapValue }[] | undefined;
  const data: Record<string, ImapValue> = Object.create(null);
  while (!cursor.space().done) {
    // Some servers write the mod-sequence as in `* SEARCH`.
    if (cursor.peek() === LPAREN) {
      data.MODSEQ = readSearchModseq(cursor);
      continue;
    }
    const name = cursor.keyword();
    if (name === "UID") uid = true;
    else if (name === "ADDTO" || name === "REMOVEFROM") {
      (changes ??= []).push({ name, pairs: cursor.value() });
    } else data[name] = name === "MODSEQ" ? readModseq(cursor.space()) : esearchValue(cursor);
  }
  return {
    kind: "untagged",
    type: "ESEARCH",
    tag,
    ...folder,
    uid,
    ...(changes && { changes }),
    data,
  };
}

/** What a search result belongs to: a command and, after MULTISEARCH, a folder (RFC 7377). */
function readCorrelator(
  cursor: Cursor,
): Pick<EsearchResponse, "tag"> & Partial<Pick<EsearchResponse, "mailbox" | "uidValidity">> {
  const correlator: Record<string, ImapValue> = Object.create(null);
  let mailbox: Uint8Array | undefined;
  cursor.list(() => {
    const name = cursor.astring().toUpperCase();
    if (name === "MAILBOX") mailbox = cursor.space().astringBytes();
    else correlator[name] = cursor.value();
  });
  const tag = tagOf(correlator.TAG);
  const uidValidity = Number(correlator.UIDVALIDITY);
  if (mailbox === undefined) return { tag };
  return Number.isSafeInteger(uidValidity) ? { tag, mailbox, uidValidity } : { tag, mailbox };
}

/** The tag of a correlator: a string of any kind, or an atom. */
function tagOf(value: ImapValue | undefined): string | null {
  if (value === undefined || value === null || Array.isArray(value)) return null;
  return textOf(value as Exclude<ImapValue, readonly ImapValue[]>) || null;
}

function esearchValue(cursor: Cursor): ImapValue {
  return cursor.next() === LPAREN ? cursor.value() : cursor.nstring();
}

/** The three namespaces. Servers omit those at the end that they do not have. */
function readNamespaces(cursor: Cursor): NamespaceResponse {
  if (cursor.space().done) throw cursor.error("expected a namespace");
  const personal = readNamespace(cursor);
  const other = readNamespace(cursor);
  const shared = readNamespace(cursor);
  return { kind: "untagged", type: "NAMESPACE", personal, other, shared };
}

function readNamespace(cursor: Cursor): readonly NamespaceEntry[] | null {
  if (cursor.space().done || cursor.nil()) return null;
  const entries: NamespaceEntry[] = [];
  cursor.list(() => {
    cursor.expect(LPAREN).space();
    const prefix = cursor.astringBytes();
    const delimiter = readDelimiter(cursor.space());
    while (!cursor.space().take(RPAREN)) cursor.value(); // extensions of RFC 2342 section 5
    entries.push({ prefix, delimiter });
  });
  return entries;
}

/** The sequence numbers or UIDs of an ESEARCH result. Throws if there are more than `most`. */
export function esearchIds(value: ImapValue | undefined, most: number): number[] {
  if (value === undefined || value === null) return [];
  const set = readSet(String(value));
  if (set.size > most) throw new ProtocolError(`a search result of ${set.size} messages`);
  const ids = new Array<number>(set.size);
  let at = 0;
  for (const [first, last] of set.ranges()) {
    const step = first <= last ? 1 : -1;
    const count = Math.abs(last - first) + 1;
    for (let i = 0; i < count; i += RUN) {
      fill(ids, at + i, first + i * step, step, Math.min(RUN, count - i));
    }
    at += count;
  }
  return ids;
}

/** A short text may stand for very many ids. The engine compiles a loop that is called often. */
const RUN = 4096;

function fill(ids: number[], at: number, first: number, step: number, count: number): void {
  for (let i = 0; i < count; i++) ids[at + i] = first + i * step;
}

function readSet(text: string): NumberSet {
  try {
    return NumberSet.from(text);
  } catch {
    throw new ProtocolError(`not a set of message ids: ${JSON.stringify(text.slice(0, 60))}`);
  }
}
