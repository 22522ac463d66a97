import { ProtocolError } from "../model/errors.ts";
import type { BadItem, FetchResponse, FetchValue } from "../model/responses.ts";
import {
  decodeAscii,
  encodeUtf8,
  LBRACKET,
  LPAREN,
  LT,
  RBRACKET,
  RPAREN,
  SP,
} from "../util/bytes.ts";
import type { Cursor } from "./cursor.ts";
import { FETCH_ITEMS, readerOf, type Reads } from "./fetch_items.ts";
import { readableFlags } from "./flags.ts";

/** An item of a FETCH response: its name in upper case, and how its value is read. */
interface Item {
  readonly name: string;
  readonly read: Reads<FetchValue>;
  /** The name with a space behind it, as it nearly always stands there. */
  readonly bytes: Uint8Array;
  /** What stood behind it in the last response: nearly always it does so again. */
  next: Item | null;
}

function itemOf(name: string, read: Reads<FetchValue>): Item {
  return { name, read, bytes: encodeUtf8(`${name} `), next: null };
}

/** The items without sections, by their names with a space at the end. */
const ITEMS: ReadonlyMap<string, Item> = new Map(
  Object.entries(FETCH_ITEMS)
    .filter(([name]) => !name.endsWith("["))
    .map(([name, read]) => [`${name} `, itemOf(name, read)]),
);

/** What stands in front of the first item. */
const START = itemOf("", (cursor) => cursor.value());

/** So many items of one response may be unreadable. */
const MAX_BAD = 100;

/**
 * The items of `* n FETCH (...)`, the cursor standing behind `FETCH`. An item that can't be read
 * is named in `bad`, and the others are read all the same.
 */
export function readFetch(cursor: Cursor, number: number): FetchResponse {
  // Begun empty: V8 gives that room for four.
  const items: Record<string, FetchValue> = {};
  items.SEQ = number;
  let uid: number | null = null;
  let bad: BadItem[] | null = null;
  let item = START;
  if (cursor.next() !== LPAREN) throw cursor.error('expected "("');
  cursor.at++;
  let open = 1;
  while (open > 0) {
    const next = cursor.next();
    // Domino puts single items into parentheses of their own (MailKit #943).
    if (next === LPAREN || next === RPAREN) {
      open += next === LPAREN ? 1 : -1;
      cursor.at++;
      continue;
    }
    if (next < 0) break; // cut short: what was read before stands
    const start = cursor.at;
    try {
      item = readItem(cursor, item);
      const { name } = item;
      if (cursor.bytes[cursor.at] <= SP) cursor.next();
      const from = cursor.at;
      try {
        const value = item.read(cursor);
        expectItemEnd(cursor);
        if (name !== "UID") items[name] = value;
        else if (typeof value === "number") uid = value;
      } catch (error) {
        if (name === "UID") uid = null;
        (bad ??= []).push(spoiled(cursor, from, name, items, error));
        // Each keeps its error and its bytes: too many of them are no accident.
        if (bad.length > MAX_BAD) throw new ProtocolError("a FETCH with nothing but bad items");
      }
    } catch (error) {
      (bad ??= []).push(lost(cursor, start, error));
      break;
    }
  }
  return { kind: "untagged", type: "FETCH", number, uid, items, bad };
}

/** An item that can't be read, and is passed over: what can be read of it is given all the same. */
function spoiled(
  cursor: Cursor,
  from: number,
  name: string,
  items: Record<string, FetchValue>,
  error: unknown,
): BadItem {
  if (!(error instanceof ProtocolError)) throw error;
  delete items[name];
  // No flag is a quoted string, so a quote among them has no other that closes it.
  cursor.skipFrom(from, name !== "FLAGS");
  const raw = cursor.bytes.slice(from, cursor.at);
  const flags = name === "FLAGS" ? readableFlags(raw) : null;
  if (flags?.length) items[name] = flags;
  return { name, raw, error };
}

/** An item of which nobody can tell where it ends, so what follows it is lost too. */
function lost(cursor: Cursor, start: number, error: unknown): BadItem {
  if (!(error instanceof ProtocolError)) throw error;
  const raw = cursor.bytes.slice(start, cursor.end);
  return { name: nameOf(raw), raw, error };
}

/** The items of `* n UIDFETCH (...)` (RFC 9586 section 3.3): the number is the UID. */
export function readUidFetch(cursor: Cursor, uid: number): FetchResponse {
  const { items: { SEQ: _, ...items }, ...response } = readFetch(cursor, uid);
  return { ...response, number: 0, uid, items };
}

/** Behind a value, unless it is a list, stands white space or the end; else it was not whole. */
function expectItemEnd(cursor: Cursor): void {
  const next = cursor.bytes[cursor.at];
  if (next === SP || next === RPAREN) return;
  const isList = cursor.bytes[cursor.at - 1] === RPAREN;
  if (!isList && !cursor.atGap()) throw cursor.error("expected a space");
}

/** The item that comes next; its name is taken. */
function readItem(cursor: Cursor, previous: Item): Item {
  const likely = previous.next;
  if (likely !== null && cursor.takeAll(likely.bytes)) return likely;
  const usual = ITEMS.get(cursor.through(" "));
  if (usual !== undefined) {
    cursor.at += usual.bytes.length;
    previous.next = usual;
    return usual;
  }
  const name = itemName(cursor);
  return ITEMS.get(`${name} `) ?? itemOf(name, readerOf(name));
}

/**
 * The name of an item in upper case, its section and origin included, header fields unquoted:
 * `BODY[HEADER.FIELDS (FROM SUBJECT)]`, `BODY[]<0>`.
 */
function itemName(cursor: Cursor): string {
  const { bytes, end, at } = cursor;
  let i = at;
  while (i < end && NAME_END[bytes[i]] === 0) i++;
  if (i < end && bytes[i] === LBRACKET) i = sectionEnd(cursor, i);
  if (i === at) throw cursor.error("expected the name of an item");
  cursor.at = i;
  const name = decodeAscii(bytes, at, i).toUpperCase();
  return name.includes('"') ? name.replaceAll('"', "") : name;
}

/** Bytes that end the name of an item: white space, parentheses, and what begins a section. */
const NAME_END = new Uint8Array(256).fill(1, 0, SP + 1);
for (const byte of [LBRACKET, LPAREN, RPAREN]) NAME_END[byte] = 1;

/** Where a section ends that begins at `at`, its origin included. */
function sectionEnd(cursor: Cursor, at: number): number {
  const { bytes, end } = cursor;
  let i = at;
  while (i < end && bytes[i] !== RBRACKET) i++;
  if (i === end) throw cursor.error("No closing ']'");
  i++;
  if (bytes[i] === LT) { while (i < end && bytes[i] > SP && bytes[i] !== RPAREN) i++; }
  return i;
}

function nameOf(raw: Uint8Array): string {
  return /^[^ (]*/.exec(decodeAscii(raw, 0, Math.min(raw.length, 60)))![0].toUpperCase();
}
