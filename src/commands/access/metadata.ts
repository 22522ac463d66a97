import type { Command } from "../../connection/command.ts";
import {
  ImapError,
  type ImapErrorDetails,
  InvalidArgumentError,
  named,
} from "../../model/errors.ts";
import type { ResponseCode, TaggedResponse } from "../../model/responses.ts";
import { checkOptions, exactly, type Kinds, NUMBER, SIGNAL } from "../../model/options.ts";
import { fullText, type Text, toText } from "../../model/text.ts";
import { encodeUtf8, hasNul, LPAREN } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { readAskedMailbox } from "../../wire/mailbox.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** How far below the named entries GETMETADATA goes. */
export type MetadataDepth = 0 | 1 | "infinity";

/** Which entries GETMETADATA returns besides those named, and how large their values may be. */
export interface MetadataRequest {
  /**
   * Also return the entries one level below (`1`) or all levels below (`"infinity"`). Default 0.
   */
  readonly depth?: MetadataDepth;
  /** Leave out values of more bytes than this. Default: no limit. */
  readonly maxSize?: number;
}

/** The annotations of a folder or of the server. */
export interface Metadata {
  /**
   * The values by entry name, as bytes. An entry without a value is not in it. An entry that was
   * asked for has the name it was asked by, whatever case the server writes it in.
   */
  readonly values: ReadonlyMap<string, Uint8Array>;
  /**
   * The size in bytes of the largest value that `maxSize` left out; `null` if there is none, or if
   * the server does not say (Cyrus says so only if it returns nothing else).
   */
  readonly longEntries: number | null;
}

/** New values by entry name; `null` removes an entry. A `string` is sent in UTF-8. */
export type MetadataValues =
  | Readonly<Record<string, Text | null>>
  | ReadonlyMap<string, Text | null>;

/** GETMETADATA (RFC 5464 section 4.2). The empty name stands for the server. */
export function getMetadata(
  folder: Text,
  entries: string | Iterable<string>,
  options: MetadataRequest = {},
): Command<Metadata> {
  const asked = checkedEntries(typeof entries === "string" ? [entries] : entries);
  checkOptions(options, OPTIONS);
  const { depth = 0, maxSize } = options;
  const own = new OwnResponses();
  const values = new Map<string, Uint8Array>();
  return {
    name: "GETMETADATA",
    needs: needs(folder),
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      // The options come first, as the grammar has it; the examples of RFC 5464 have them last.
      if (depth !== 0 || maxSize !== undefined) writeOptions(out, depth, maxSize);
      out.sp().mailbox(folder).sp().list(asked.values(), (entry) => out.astring(entry));
    },
    accept: (response) =>
      own.read(response, "METADATA", (cursor) => {
        readAskedMailbox(cursor, folder);
        // Names without values report a change, which is not an answer.
        if (cursor.next() !== LPAREN) return false;
        return readMetadataValues(cursor, asked, values);
      }),
    partial: () => values.size > 0 ? { values, longEntries: null } : null,
    result: ({ code }) => own.checked({ values, longEntries: longEntries(code) }),
  };
}

const OPTIONS: Kinds<MetadataRequest & { readonly signal?: AbortSignal }> = {
  depth: exactly(0, 1, "infinity"),
  maxSize: NUMBER,
  signal: SIGNAL,
};

function writeOptions(out: CommandWriter, depth: MetadataDepth, maxSize?: number): void {
  const options: (() => void)[] = [];
  if (depth !== 0) options.push(() => out.atom("DEPTH").sp().atom(String(depth)));
  if (maxSize !== undefined) options.push(() => out.atom("MAXSIZE").sp().number(maxSize));
  out.sp().list(options, (write) => write());
}

/** A list of entries and their values. */
export function readMetadataValues(
  cursor: Cursor,
  asked: ReadonlyMap<string, string>,
  into: Map<string, Uint8Array>,
): void {
  cursor.list(() => {
    const entry = cursor.astring();
    const value = cursor.space().nstringBytes();
    const name = asked.get(entry.toLowerCase()) ?? entry;
    if (value === null) into.delete(name);
    else into.set(name, value);
  });
}

/** The size that `[METADATA LONGENTRIES 2199]` names (RFC 5464 section 4.2.1). */
function longEntries(code: ResponseCode | null): number | null {
  return metadataCode(code) === "LONGENTRIES" ? code?.number ?? null : null;
}

/** SETMETADATA (RFC 5464 section 4.3): sets all of the values, or none. */
export function setMetadata(folder: Text, values: MetadataValues): Command<string> {
  const pairs = pairsOf(values).map(([entry, value]) => [entry, bytesOf(entry, value)] as const);
  checkedEntries(pairs.map(([entry]) => entry));
  return {
    name: "SETMETADATA",
    needs: needs(folder),
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().mailbox(folder).sp().list(pairs, ([entry, value]) => {
        out.astring(entry).sp();
        // RFC 5464 section 5 takes a literal8 here, whether the server has BINARY or not.
        if (value !== null && hasNul(value)) out.literal(value, true);
        else out.nstring(value);
      });
    },
    result: fullText,
    refused,
  };
}

/** The error of a refused SETMETADATA; it says in words what the server's code means. */
function refused(done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
  const reason = REASONS[metadataCode(done.code)]?.(done.code?.number);
  return new ImapError(reason === undefined ? message : `${message} (${reason})`, details);
}

const REASONS: Readonly<Record<string, (number?: number) => string>> = Object.assign(
  Object.create(null),
  {
    MAXSIZE: (size?: number) =>
      `a value may have ${size === undefined ? "fewer" : `at most ${size}`} bytes`,
    TOOMANY: () => "the server keeps no more entries here",
    NOPRIVATE: () => "the server keeps no private entries here",
  },
);

/** The word after METADATA in a response code, such as `TOOMANY`; `""` for other codes. */
function metadataCode(code: ResponseCode | null): string {
  return code?.name === "METADATA" ? code.argument.split(/\s/, 1)[0].toUpperCase() : "";
}

/** METADATA-SERVER knows the server's own annotations alone (RFC 5464 section 1). */
function needs(folder: Text): string | readonly string[] {
  return toText(folder) === "" ? ["METADATA", "METADATA-SERVER"] : "METADATA";
}

function pairsOf(values: MetadataValues): (readonly [string, Text | null])[] {
  if (values instanceof Map) return [...values];
  if (Object.prototype.toString.call(values) === "[object Object]") return Object.entries(values);
  throw new InvalidArgumentError(
    `SETMETADATA takes an object or a Map of entries and values, not ${named(values)}`,
  );
}

function bytesOf(entry: string, value: Text | null): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === "string" && value.isWellFormed()) return encodeUtf8(value);
  const what = typeof value === "string" ? "Unicode text" : "text, bytes or null";
  throw new InvalidArgumentError(`the value of ${JSON.stringify(entry)} must be ${what}`);
}

/** The names by their lower-case form, each checked; case makes no difference between them. */
export function checkedEntries(entries: Iterable<string>): ReadonlyMap<string, string> {
  if (!(Symbol.iterator in Object(entries))) {
    throw new InvalidArgumentError(`expected names of metadata entries, not ${named(entries)}`);
  }
  const names = new Map<string, string>();
  for (const entry of entries) {
    checkEntry(entry);
    const key = entry.toLowerCase();
    if (names.has(key)) {
      throw new InvalidArgumentError(`the entry ${JSON.stringify(entry)} is named twice`);
    }
    names.set(key, entry);
  }
  if (names.size === 0) throw new InvalidArgumentError("no metadata entries named");
  return names;
}

/** Refuses what can't be the name of an entry (RFC 5464 section 3.2). */
function checkEntry(entry: string): void {
  const fault = faultOf(entry);
  if (fault === null) return;
  const shown = typeof entry === "string" ? JSON.stringify(entry) : typeof entry;
  throw new InvalidArgumentError(`a metadata entry ${fault}: ${shown}`);
}

function faultOf(entry: string): string | null {
  if (typeof entry !== "string") return "must be text";
  if (!entry.startsWith("/")) return "begins with /, as in /private/comment";
  if (entry.endsWith("/")) return "does not end with /";
  if (entry.includes("//")) return "has no two / in a row";
  if (/[*%]/.test(entry)) return "has neither * nor %";
  return /^[ -~]*$/.test(entry) ? null : "is ASCII without control characters";
}
