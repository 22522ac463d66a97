import type { Annotations } from "../model/annotations.ts";
import type { BodyStructure } from "../model/body_structure.ts";
import type { ZonedDate } from "../model/dates.ts";
import type { Envelope } from "../model/envelope.ts";
import type { FetchValue } from "../model/responses.ts";
import { decodeUtf7 } from "../mime/utf7.ts";
import { decodeUtf8, HYPHEN, LPAREN, RPAREN } from "../util/bytes.ts";
import { readBodyStructure } from "./body_structure.ts";
import type { Cursor } from "./cursor.ts";
import { dateSince } from "./date.ts";
import { readEnvelope } from "./envelope.ts";
import { readFlags } from "./flags.ts";
import { readModseq } from "./modseq.ts";

/** How the value of an item is read, and the type that it has for users. */
export type Reads<Value> = (cursor: Cursor) => Value;

/**
 * Every item of FETCH that the library knows (RFC 9051 section 7.5.2, and extensions): its name in
 * requests and answers, how its value is read, and the value's type. A name that ends in `[` stands
 * for all items with that name and a section, such as `BODY[TEXT]`.
 *
 * To add an item, add a line: the types of `fetch` and `fetchEach` follow from this table. An item
 * that is not here is read as whatever value comes.
 *
 * @internal
 */
export const FETCH_ITEMS = {
  "UID": ((cursor) => cursor.number()) as Reads<number>,
  "FLAGS": readFlags as Reads<readonly string[]>,
  "INTERNALDATE": readDate as Reads<ZonedDate | null>,
  "SAVEDATE": readDate as Reads<ZonedDate | null>, // RFC 8514
  "RFC822.SIZE": readSize as Reads<number>,
  "ENVELOPE": readEnvelope as Reads<Envelope>,
  "BODY": ((cursor) => readBodyStructure(cursor)) as Reads<BodyStructure>,
  "BODYSTRUCTURE": ((cursor) => readBodyStructure(cursor)) as Reads<BodyStructure>,
  "BODY[": readSection as Reads<Uint8Array | null>,
  "BINARY[": readSection as Reads<Uint8Array | null>, // RFC 3516
  "BINARY.SIZE[": readValue as Reads<number>,
  "RFC822": readSection as Reads<Uint8Array | null>,
  "RFC822.HEADER": readSection as Reads<Uint8Array | null>,
  "RFC822.TEXT": readSection as Reads<Uint8Array | null>,
  "MODSEQ": readNotedModseq as Reads<bigint | null>, // RFC 7162
  "EMAILID": readEmailId as Reads<string>, // RFC 8474
  "THREADID": readObjectId as Reads<string | null>,
  "PREVIEW": readPreview as Reads<string | null>, // RFC 8970
  "ANNOTATION": readAnnotations as Reads<Annotations>, // RFC 5257
  "X-GM-MSGID": ((cursor) => cursor.bigNumber()) as Reads<bigint>, // Gmail's X-GM-EXT-1
  "X-GM-THRID": ((cursor) => cursor.bigNumber()) as Reads<bigint>,
  "X-GM-LABELS": readLabels as Reads<readonly string[]>,
};

/** How the value under an answer's name is read, which may have a section. */
export function readerOf(name: string): Reads<FetchValue> {
  const entry = name.slice(0, name.indexOf("[") + 1) || name;
  if (Object.hasOwn(FETCH_ITEMS, entry)) return FETCH_ITEMS[entry as keyof typeof FETCH_ITEMS];
  return ODD_SECTION.test(name) ? readSection : readValue;
}

/** Whether the value under a key is text of the message, which can be read as a stream. */
export function isSection(key: string): boolean {
  return readerOf(key) === readSection;
}

/** Sections as some servers name them in their answers. */
const ODD_SECTION =
  /^(?:BODY|BINARY|RFC822)(?:\.PEEK)?\[|^RFC822(?:\.HEADER|\.TEXT)?(?:\.PEEK|\[|<)/;

function readValue(cursor: Cursor): FetchValue {
  return cursor.value();
}

/** The bytes of a section, the sink that took them if they were streamed, or `null` for `NIL`. */
function readSection(cursor: Cursor): FetchValue {
  if (cursor.literalNext()) return cursor.literalOrSink();
  return cursor.nstringBytes();
}

/** A date; `null` for `NIL` and for a date that makes no sense. */
function readDate(cursor: Cursor): FetchValue {
  const start = cursor.at;
  return dateSince(cursor, start, cursor.nstring());
}

/** A size; some servers send a negative one for a message that they can't read. */
function readSize(cursor: Cursor): number {
  if (cursor.peek() !== HYPHEN) return cursor.number();
  const atom = cursor.atom();
  const size = Number(atom);
  if (!/^-?\d+$/.test(atom) || !Number.isSafeInteger(size)) {
    throw cursor.error(`not a size: ${atom}`);
  }
  return Math.max(size, 0);
}

/** A mod-sequence. The cursor notes it, so that responses without any cost nothing. */
function readNotedModseq(cursor: Cursor): bigint | null {
  const modseq = readModseq(cursor);
  if (modseq !== null) cursor.noteModseq(modseq);
  return modseq;
}

/** An id of OBJECTID (RFC 8474): `(text)`, the same without parentheses, or `NIL`. */
function readObjectId(cursor: Cursor): string | null {
  const listed = cursor.take(LPAREN);
  const id = cursor.space().nstring();
  if (listed) cursor.space().expect(RPAREN);
  return id;
}

function readEmailId(cursor: Cursor): string {
  const id = readObjectId(cursor);
  if (id === null) throw cursor.error("expected an id");
  return id;
}

/** A preview; with the name of its algorithm, as in `(FUZZY "text")`, in a draft of RFC 8970. */
function readPreview(cursor: Cursor): string | null {
  if (cursor.take(LPAREN)) {
    cursor.astring();
    const text = cursor.space().nstringBytes();
    cursor.space().expect(RPAREN);
    return text === null ? null : decodeUtf8(text);
  }
  const bytes = cursor.nstringBytes();
  return bytes === null ? null : decodeUtf8(bytes);
}

/** Gmail's labels: folder names in modified UTF-7, or flags such as `\Inbox`. */
function readLabels(cursor: Cursor): readonly string[] {
  const labels: string[] = [];
  cursor.list(() => labels.push(decodeUtf7(cursor.astringBytes())));
  return labels;
}

/**
 * Annotations: entries, each with a list of attributes and their values (RFC 5257 section 4.4).
 * News of a change name the entries alone. Cyrus names an entry several times.
 */
function readAnnotations(cursor: Cursor): Annotations {
  const annotations: Record<string, Record<string, Uint8Array | null>> = Object.create(null);
  cursor.list(() => {
    const entry = cursor.astring();
    const attributes = annotations[entry] ??= Object.create(null);
    if (cursor.next() !== LPAREN) return;
    cursor.list(() => {
      const name = cursor.astring();
      attributes[name] = cursor.space().nstringBytes();
    });
  });
  return annotations;
}
