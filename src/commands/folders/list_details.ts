import type { Command } from "../../connection/command.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { ListResponse, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { ImapValue } from "../../model/values.ts";
import { DQUOTE } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { isSpace, readMailbox } from "../../wire/mailbox.ts";
import { readMetadataValues } from "../access/metadata.ts";
import { OwnResponses } from "../own_responses.ts";
import { wrapped } from "../wrapped.ts";
import { type FolderListing, listingOf, type ListRequest, listRows } from "./list.ts";
import { statusOf } from "./status.ts";

/** What LIST is to return besides the folders. */
export interface AskedDetails {
  /** Items of STATUS (RFC 5819), in upper case. */
  readonly status?: readonly string[];
  /** The user's own rights (RFC 8440). */
  readonly myRights?: boolean;
  /** Names of annotations (RFC 9590), by their lower-case form. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** What the server said about one folder; `null` stands for what it did not say. */
export interface FolderDetails {
  /** Items of STATUS by name, each in its type. */
  status: object | null;
  /** The user's rights, one letter each. */
  myRights: string | null;
  /** Annotations by name. */
  metadata: Map<string, Uint8Array> | null;
}

/** A folder, its name as the server wrote it, and its details. */
export interface DetailedRow {
  /** The folder. */
  readonly listing: FolderListing;
  /** Its name as the server wrote it. */
  readonly raw: Uint8Array;
  /** What the server said about it. */
  readonly details: FolderDetails;
}

/** How much is kept about folders that are not listed (yet): details, and bytes of their names. */
const MAX_UNLISTED = { items: 100_000, bytes: 8 * 1024 * 1024 };

/**
 * LIST with details of each folder: LIST-STATUS (RFC 5819), LIST-MYRIGHTS (RFC 8440) and
 * LIST-METADATA (RFC 9590). Details may come before or after the folder and in several responses;
 * those of folders that are not listed are dropped. A malformed one is no more than missing.
 */
export function listDetails(
  request: ListRequest,
  asked: AskedDetails,
  decode: (name: Uint8Array) => FolderName,
): Command<readonly DetailedRow[]> {
  const all = new DetailsByName();
  const own = new OwnResponses();
  const { status, myRights, metadata } = asked;
  const returns = [...request.returns ?? []];
  if (status !== undefined) {
    returns.push((out) => out.atom("STATUS").sp().list(status, (item) => out.atom(item)));
  }
  if (myRights) returns.push("MYRIGHTS");
  if (metadata !== undefined) {
    const entries = [...metadata.values()];
    returns.push((out) => out.atom("METADATA").sp().list(entries, (it) => out.astring(it)));
  }
  const inner = listRows("LIST", { ...request, returns }, (response: ListResponse) => ({
    listing: listingOf(response, decode),
    raw: response.name,
    details: all.list(response.name),
  }));
  const accept = (response: UntaggedResponse): boolean => {
    if (response.type === "STATUS" && status !== undefined) {
      const details = all.of(response.name);
      if (details !== null) addItems(details, status, response.items);
      // With other items, it is news.
      return !request.news?.ofOthers || status.every((item) => item in response.items);
    }
    return myRights === true && own.read(response, "MYRIGHTS", (it) => readRights(it, all)) ||
      metadata !== undefined &&
        own.read(response, "METADATA", (it) => readMetadata(it, all, metadata)) ||
      status !== undefined && own.read(response, "STATUS");
  };
  const isSimple = status === undefined && !myRights && metadata === undefined;
  const detailed = wrapped(inner, {
    // Another command's answer can't be told from a detail.
    pipelining: isSimple ? "uids" : "alone",
    accept: (response) => inner.accept!(response) || accept(response),
    result(done: TaggedResponse): readonly DetailedRow[] {
      const rows = inner.result(done);
      for (const { details } of rows) if (details.status !== null) typeItems(details, status!);
      return rows;
    },
  });
  return detailed;
}

function addItems(
  details: FolderDetails,
  asked: readonly string[],
  items: Readonly<Record<string, ImapValue>>,
): void {
  const status = (details.status ?? {}) as Record<string, ImapValue>;
  for (const name of asked) if (name in items) status[name] = items[name];
  details.status = status;
}

function typeItems(details: FolderDetails, asked: readonly string[]): void {
  details.status = statusOf(details.status as Record<string, ImapValue>, asked);
}

function readRights(cursor: Cursor, all: DetailsByName): void {
  const details = all.of(readNameBeforeWord(cursor));
  const rights = cursor.space().astring();
  if (details !== null) details.myRights = rights;
}

/** The name of a folder before the last word. Without quotes, it may contain spaces. */
function readNameBeforeWord(cursor: Cursor): Uint8Array {
  if (cursor.peek() === DQUOTE || cursor.literalNext()) return cursor.astringBytes();
  const { bytes, at, end } = cursor;
  let last = end;
  while (last > at && isSpace(bytes[last - 1])) last--;
  while (last > at && !isSpace(bytes[last - 1])) last--;
  cursor.at = last;
  while (last > at && isSpace(bytes[last - 1])) last--;
  if (last === at) throw cursor.error("expected a folder name");
  return bytes.slice(at, last);
}

function readMetadata(
  cursor: Cursor,
  all: DetailsByName,
  asked: ReadonlyMap<string, string>,
): boolean | void {
  const name = readMailbox(cursor);
  // Names without values are news of a change.
  if (cursor.space().done) return false;
  const values = new Map<string, Uint8Array>();
  readMetadataValues(cursor, asked, values);
  const details = all.of(name);
  if (details === null) return;
  details.metadata ??= new Map();
  for (const [entry, value] of values) {
    if (asked.has(entry.toLowerCase())) details.metadata.set(entry, value);
  }
}

/** The details of folders by their names. */
class DetailsByName {
  readonly #listed = new Map<string, FolderDetails>();
  readonly #unlisted = new Map<string, FolderDetails>();
  #bytes = 0;

  /** The details of a folder that is listed. */
  list(name: Uint8Array): FolderDetails {
    const key = folderKey(name)!;
    const details = this.#listed.get(key) ?? this.#unlisted.get(key) ?? noDetails();
    this.#unlisted.delete(key);
    this.#listed.set(key, details);
    return details;
  }

  /** The details of a folder that may be listed later; `null` if there are too many such. */
  of(name: Uint8Array): FolderDetails | null {
    const key = folderKey(name)!;
    const known = this.#listed.get(key) ?? this.#unlisted.get(key);
    if (known !== undefined) return known;
    this.#bytes += name.length;
    const { items, bytes } = MAX_UNLISTED;
    if (this.#unlisted.size >= items || this.#bytes > bytes) return null;
    const details = noDetails();
    this.#unlisted.set(key, details);
    return details;
  }
}

/** Nothing is known about a folder. */
export function noDetails(): FolderDetails {
  return { status: null, myRights: null, metadata: null };
}
