import { ProtocolError } from "../model/errors.ts";
import type { BadItem, FetchResponse, FetchValue } from "../model/responses.ts";
import {
  decodeAscii,
  encodeUtf8,
  GT,
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
  /** The name with the space that nearly always follows it. */
  readonly bytes: Uint8Array;
  /** The item that followed it in the last response, and most likely follows it again. */
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

/** Stands for the place before the first item. */
const START = itemOf("", (cursor) => cursor.value());

/** How many items of one response may be unreadable. */
const MAX_BAD = 100;

/**
 * Reads the items of `* n FETCH (...)`, with the cursor after `FETCH`. An item that can't be read
 * is named in `bad`; the others are read nevertheless.
 */
export function readFetch(cursor: Cursor, number: number): FetchResponse {
  // Starts empty, so that V8 reserves room for four properties.
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
    // Domino puts single items in parentheses of their own (MailKit #943).
    if (next === LPAREN || next === RPAREN) {
      open += next === LPAREN ? 1 : -1;
      cursor.at++;
      continue;
    }
    if (next < 0) break; // cut short: keep what was read
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
        // Each keeps its error and its bytes, so a hostile server could fill the memory.
        if (bad.length > MAX_BAD) {
          throw new ProtocolError(`a FETCH with more than ${MAX_BAD} bad items`);
        }
      }
    } catch (error) {
      (bad ??= []).push(lost(cursor, start, error));
      break;
    }
  }
  return { kind: "untagged", type: "FETCH", number, uid, items, bad };
}

/** Skips an item that can't be read, and keeps the flags in it that can. */
function spoiled(
  cursor: Cursor,
  from: number,
  name: string,
  items: Record<string, FetchValue>,
  error: unknown,
): BadItem {
  if (!(error instanceof ProtocolError)) throw error;
  delete items[name];
  // No flag is a quoted string, so a quote among flags need not be closed.
  cursor.skipFrom(from, name !== "FLAGS");
  const raw = cursor.bytes.slice(from, cursor.at);
  const flags = name === "FLAGS" ? readableFlags(raw) : null;
  if (flags?.length) items[name] = flags;
  return { name, raw, error };
}

/** An item whose end can't be found, so that what follows it is lost too. */
function lost(cursor: Cursor, start: number, error: unknown): BadItem {
  if (!(error instanceof ProtocolError)) throw error;
  const raw = cursor.bytes.slice(start, cursor.end);
  return { name: nameOf(raw), raw, error };
}

/** Reads the items of `* n UIDFETCH (...)` (RFC 9586 section 3.3), where the number is the UID. */
export function readUidFetch(cursor: Cursor, uid: number): FetchResponse {
  const { items: { SEQ: _, ...items }, ...response } = readFetch(cursor, uid);
  return { ...response, number: 0, uid, items };
}

/** Checks that a gap follows a value that is not a list; else the value was not read whole. */
function expectItemEnd(cursor: Cursor): void {
  const next = cursor.bytes[cursor.at];
  if (next === SP || next === RPAREN) return;
  const isList = cursor.bytes[cursor.at - 1] === RPAREN;
  if (!isList && !cursor.atGap()) throw cursor.error("expected a space");
}

/** Takes the name of the next item and returns the item. */
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
 * The name of an item in upper case, with its section and origin, header fields without quotes:
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

/** Bytes that end the name of an item: white space, parentheses, and the start of a section. */
const NAME_END = new Uint8Array(256).fill(1, 0, SP + 1);
for (const byte of [LBRACKET, LPAREN, RPAREN]) NAME_END[byte] = 1;

/** The index after the section that begins at `at`, and after its origin. */
function sectionEnd(cursor: Cursor, at: number): number {
  const { bytes, end } = cursor;
  let i = at;
  while (i < end && bytes[i] !== RBRACKET) i++;
  if (i === end) throw cursor.error("No closing ']'");
  i++;
  if (bytes[i] !== LT) return i;
  // GreenMail has no space after it: `BODY[TEXT]<0>{20}`.
  while (i < end && bytes[i] > SP && bytes[i] !== RPAREN) if (bytes[i++] === GT) break;
  return i;
}

function nameOf(raw: Uint8Array): string {
  return /^[^ (]*/.exec(decodeAscii(raw, 0, Math.min(raw.length, 60)))![0].toUpperCase();
}
