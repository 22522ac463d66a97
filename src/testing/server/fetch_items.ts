import { datetimeToInternalDate, ZonedDate } from "../../model/dates.ts";
import { concat, encodeUtf8, LBRACKET, LT, RBRACKET } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { View } from "../folder.ts";
import type { Message } from "../message.ts";
import { type Entity, findPart } from "../mime.ts";
import { bodyText } from "../mime_text.ts";
import { astring, binaryOf, string } from "../output.ts";
import { bad } from "../refusal.ts";
import type { Session } from "./server_session.ts";
import { bodyStructure, envelope } from "../structure.ts";

/** A data item of FETCH. */
export interface FetchItem {
  /** Its name in the response. */
  readonly name: string;
  /** Whether fetching it sets `\Seen`. */
  readonly setsSeen: boolean;
  /** Its value for a message: binary text of the grammar, or bytes for a literal. */
  value(message: Message, view: View): string | Uint8Array;
}

/** A part of a message, as `BODY[...]` names it. */
interface Section {
  readonly part: readonly number[];
  /** `HEADER`, `HEADER.FIELDS`, `HEADER.FIELDS.NOT`, `TEXT`, `MIME`, or empty for the content. */
  readonly what: string;
  /** The fields of `HEADER.FIELDS`, as the client wrote them. */
  readonly fields: readonly string[];
}

const SIMPLE: Readonly<Record<string, FetchItem>> = {
  FLAGS: item("FLAGS", (message, view) => view.flags(message)),
  UID: item("UID", ({ uid }) => String(uid)),
  INTERNALDATE: item("INTERNALDATE", ({ date }) => `"${datetimeToInternalDate(date)}"`),
  "RFC822.SIZE": item("RFC822.SIZE", ({ bytes }) => String(bytes.length)),
  ENVELOPE: item("ENVELOPE", ({ entity }) => envelope(entity)),
  BODY: item("BODY", ({ entity }) => bodyStructure(entity, false)),
  BODYSTRUCTURE: item("BODYSTRUCTURE", ({ entity }) => bodyStructure(entity, true)),
  RFC822: item("RFC822", ({ bytes }) => bytes, true),
  "RFC822.HEADER": item("RFC822.HEADER", ({ entity }) => header(entity)),
  "RFC822.TEXT": item("RFC822.TEXT", ({ entity }) => body(entity), true),
};

/** The item that CONDSTORE adds (RFC 7162). */
export const MODSEQ: FetchItem = item("MODSEQ", ({ modseq }) => `(${modseq})`);

/** The items that Gmail's X-GM-EXT-1 adds. */
const GMAIL: Readonly<Record<string, FetchItem>> = {
  "X-GM-MSGID": item("X-GM-MSGID", ({ content }) => String(content.id)),
  "X-GM-THRID": item("X-GM-THRID", ({ content }) => String(content.conversation.id)),
  "X-GM-LABELS": item("X-GM-LABELS", ({ content }, { utf8 }) => content.labels.show(utf8)),
};

/** The items that OBJECTID adds (RFC 8474). Copies of a message have the same id. */
const OBJECT_IDS: Readonly<Record<string, FetchItem>> = {
  EMAILID: item("EMAILID", ({ content }) => `(${content.emailId})`),
  THREADID: item("THREADID", ({ content }) => `(${content.threadId})`),
};

/** The items of other extensions: when a message was put into the folder, and how it begins. */
const MORE: Readonly<Record<string, FetchItem>> = {
  SAVEDATE: item("SAVEDATE", ({ saved }) => `"${datetimeToInternalDate(inUtc(saved))}"`), // RFC 8514
  PREVIEW: item("PREVIEW", ({ entity }) => previewOf(entity)), // RFC 8970
};

/** The items of the macros, and UID, which UID FETCH always includes. */
export const MACROS: Readonly<Record<string, readonly FetchItem[]>> = {
  FAST: named("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
  ALL: named("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
  FULL: named("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
  UID: named("UID"),
};

/** Reads one item. */
export function readFetchItem(args: Arguments, session: Session): FetchItem {
  const name = args.match(/^[A-Z0-9.-]+/i, "an item to fetch")[0].toUpperCase();
  if (args.peek() === LBRACKET && /^BODY(?:\.PEEK)?$/.test(name)) {
    return readSectionItem(args, name === "BODY");
  }
  if (Object.hasOwn(SIMPLE, name)) return SIMPLE[name];
  if (Object.hasOwn(GMAIL, name) && session.has("X-GM-EXT-1")) return GMAIL[name];
  if (Object.hasOwn(OBJECT_IDS, name) && session.has("OBJECTID")) return OBJECT_IDS[name];
  if (Object.hasOwn(MORE, name) && session.has(name)) {
    // A preview costs nothing here, so it comes at once.
    if (name === "PREVIEW" && args.ahead(/^ \(LAZY\)/i)) args.match(/^ \(LAZY\)/i, "LAZY");
    return MORE[name];
  }
  if (name === "MODSEQ") {
    session.modseqs.compare();
    return MODSEQ;
  }
  throw bad(`there is no item ${name}`);
}

function inUtc(date: Date): ZonedDate {
  return new ZonedDate(date.getTime(), 0, date.toISOString());
}

/** At most 200 characters of the body's text, as a string of the grammar. */
function previewOf(entity: Entity): string {
  const text = bodyText(entity).replace(/\s+/g, " ").trim();
  return string(binaryOf([...text].slice(0, 200).join("")));
}

function item(name: string, value: FetchItem["value"], setsSeen = false): FetchItem {
  return { name, value, setsSeen };
}

function named(...names: string[]): FetchItem[] {
  return names.map((name) => SIMPLE[name]);
}

function readSectionItem(args: Arguments, setsSeen: boolean): FetchItem {
  const section = readSection(args);
  const partial = args.peek() === LT
    ? args.match(/^<(\d{1,10})\.([1-9]\d{0,9})>/, "a range of bytes")
    : null;
  const from = Number(partial?.[1] ?? 0);
  const to = partial === null ? Infinity : from + Number(partial[2]);
  const name = `BODY[${sectionText(section)}]${partial === null ? "" : `<${from}>`}`;
  return item(
    name,
    ({ entity }) => sectionBytes(entity, section)?.subarray(from, to) ?? "NIL",
    setsSeen,
  );
}

const SECTION =
  /^\[((?:[1-9]\d{0,8}\.)*[1-9]\d{0,8})?(\.?)(HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME)?/i;

function readSection(args: Arguments): Section {
  const [, numbers = "", dot, word = ""] = args.match(SECTION, "a section");
  const what = word.toUpperCase();
  const dotted = numbers !== "" && what !== "";
  if ((dot === ".") !== dotted || (what === "MIME" && numbers === "")) {
    throw bad("there is no such section");
  }
  const fields: string[] = [];
  if (what.startsWith("HEADER.FIELDS")) args.sp().list(() => fields.push(args.text()));
  args.expect(RBRACKET);
  return { part: numbers === "" ? [] : numbers.split(".").map(Number), what, fields };
}

function sectionText({ part, what, fields }: Section): string {
  const words = [...part.map(String), ...(what === "" ? [] : [what])].join(".");
  if (fields.length === 0) return words;
  return `${words} (${fields.map(astring).join(" ")})`;
}

/** The bytes of a section; `null` if the message has no such section. */
function sectionBytes(root: Entity, { part, what, fields }: Section): Uint8Array | null {
  const entity = part.length === 0 ? root : findPart(root, part);
  if (entity === null) return null;
  if (what === "MIME") return header(entity);
  if (what === "") return part.length === 0 ? root.bytes : body(entity);
  // A part has a header and a text of its own only if it is a message.
  const message = part.length === 0 ? root : entity.message;
  if (message === null) return null;
  if (what === "HEADER") return header(message);
  if (what === "TEXT") return body(message);
  return headerFields(message, fields, what === "HEADER.FIELDS");
}

function header({ bytes, start, bodyStart }: Entity): Uint8Array {
  return bytes.subarray(start, bodyStart);
}

function body({ bytes, bodyStart, end }: Entity): Uint8Array {
  return bytes.subarray(bodyStart, end);
}

/** The fields with these names, or all others, and always the empty line at the end. */
function headerFields(message: Entity, names: readonly string[], wanted: boolean): Uint8Array {
  const upper = names.map((name) => name.toUpperCase());
  const fields = message.fields.filter(({ name }) => upper.includes(name) === wanted);
  const lines = fields.map(({ start, end }) => message.bytes.subarray(start, end));
  return concat([...lines, encodeUtf8("\r\n")]);
}
