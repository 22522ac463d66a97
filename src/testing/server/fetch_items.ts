import { datetimeToInternalDate, ZonedDate } from "../../model/dates.ts";
import { LBRACKET } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import type { View } from "../folder.ts";
import type { Message } from "../message.ts";
import type { Entity } from "../mime.ts";
import { bodyText } from "../mime_text.ts";
import { binaryOf, string } from "../output.ts";
import { bad } from "../refusal.ts";
import { BINARY, hasBinary, readBinaryItem } from "./binary.ts";
import {
  body,
  header,
  readRangeOfBytes,
  readSection,
  sectionBytes,
  sectionText,
} from "./sections.ts";
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
  /** Refuses the command if there is no value for a message. */
  check?(message: Message): void;
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
  if (args.peek() === LBRACKET && BINARY.test(name) && hasBinary(session)) {
    return readBinaryItem(args, name);
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
  const { from, to, text } = readRangeOfBytes(args);
  const name = `BODY[${sectionText(section)}]${text}`;
  return item(
    name,
    ({ entity }) => sectionBytes(entity, section)?.subarray(from, to) ?? "NIL",
    setsSeen,
  );
}
