import type { CheckedSet } from "../../commands/watch/notify.ts";
import { fetchKey, normaliseItems } from "../../commands/messages/requested_items.ts";
import type { NewsRequest } from "../../connection/asked_news.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import { checkKeys } from "../../model/options.ts";
import { type Text, toTexts } from "../../model/text.ts";

/** What can happen to a message (RFC 5465 sections 5.1 to 5.3). */
export type MessageEvent = "MessageNew" | "MessageExpunge" | "FlagChange" | "AnnotationChange";

/** What can happen to a folder, or to the server (RFC 5465 sections 5.4 to 5.7). */
export type FolderEvent =
  | "MailboxName"
  | "SubscriptionChange"
  | "MailboxMetadataChange"
  | "ServerMetadataChange";

/** An event that `notify` can ask for. */
export type NotifyEvent = MessageEvent | FolderEvent;

/**
 * Which folders are meant (RFC 5465 section 6):
 *
 * - `"selected"`: the selected one. Expunged messages are told at any time, so that sequence numbers
 *   mean nothing any more: calls that name messages by them are refused.
 * - `"selected-delayed"`: the selected one. Expunged messages are told only during commands that
 *   allow it, as without NOTIFY.
 * - `"inboxes"`: those of the user's own that mail is delivered to.
 * - `"personal"`: all of the user's own.
 * - `"subscribed"`: those that the user is subscribed to.
 * - `subtree`: these folders and those below them.
 * - `mailboxes`: these folders.
 */
export type NotifyMailboxes =
  | "selected"
  | "selected-delayed"
  | "inboxes"
  | "personal"
  | "subscribed"
  | { readonly subtree: Text | Iterable<Text> }
  | { readonly mailboxes: Text | Iterable<Text> };

/** Which events of which folders the server is to tell. */
export interface NotifySet {
  /** The folders. */
  readonly mailboxes: NotifyMailboxes;
  /** The events; `"none"` for no events of these folders. */
  readonly events: readonly NotifyEvent[] | "none";
  /**
   * What to fetch of new messages in the selected folder, besides the UID: items that do not mark
   * them as seen.
   */
  readonly fetch?: string | Iterable<string>;
}

const OF_MESSAGES = ["MessageNew", "MessageExpunge", "FlagChange", "AnnotationChange"];
const OF_FOLDERS = [
  "MailboxName",
  "SubscriptionChange",
  "MailboxMetadataChange",
  "ServerMetadataChange",
];
const SELECTED = ["selected", "selected-delayed"];
const WORDS = [...SELECTED, "inboxes", "personal", "subscribed"];

/** Checks the sets (RFC 5465 sections 5 and 6). Throws {@linkcode InvalidArgumentError}. */
export function checkedSets(sets: Iterable<NotifySet>): readonly CheckedSet[] {
  if (typeof sets !== "object" || sets === null || !(Symbol.iterator in sets)) {
    throw new InvalidArgumentError(`expected sets of events, or null for none: ${named(sets)}`);
  }
  const all = [...sets].map(checkedSet);
  if (all.length === 0) throw new InvalidArgumentError("no sets of events; null is for none");
  if (all.filter(isSelected).length > 1) {
    throw new InvalidArgumentError("only one set can be about the selected folder");
  }
  return all;
}

/** What the server may tell unasked after a NOTIFY with these sets. */
export function newsOf(sets: readonly CheckedSet[]): NewsRequest {
  const selected = sets.find(isSelected);
  return {
    ofOthers: sets.some((set) => !isSelected(set) && set.events.length > 0),
    movesNumbers: selected?.filter === "SELECTED" && selected.events.includes("MessageExpunge"),
    items: (selected?.items ?? []).map(fetchKey).filter((key) => key !== "UID"),
  };
}

function isSelected({ filter }: CheckedSet): boolean {
  return SELECTED.includes(filter.toLowerCase());
}

function checkedSet(set: NotifySet): CheckedSet {
  if (typeof set !== "object" || set === null) {
    throw new InvalidArgumentError(`not a set of events: ${named(set)}`);
  }
  checkKeys(set, ["mailboxes", "events", "fetch"]);
  const folders = checkedFolders(set.mailboxes);
  const events = checkedEvents(set.events);
  if (SELECTED.includes(folders.filter.toLowerCase())) {
    const other = events.find((event) => !OF_MESSAGES.includes(event));
    if (other !== undefined) {
      throw new InvalidArgumentError(`${other} can't be told of the selected folder alone`);
    }
    return { ...folders, events, items: checkedItems(set.fetch, events) };
  }
  if (set.fetch !== undefined) {
    throw new InvalidArgumentError("'fetch' is for the new messages of the selected folder");
  }
  return { ...folders, events, items: [] };
}

function checkedFolders(mailboxes: NotifyMailboxes): Pick<CheckedSet, "filter" | "names"> {
  if (typeof mailboxes === "string" && WORDS.includes(mailboxes)) {
    return { filter: mailboxes.toUpperCase(), names: [] };
  }
  if (typeof mailboxes !== "object" || mailboxes === null) {
    throw new InvalidArgumentError(
      `'mailboxes' must be one of ${WORDS.join(", ")}, { subtree } or { mailboxes }: ` +
        named(mailboxes),
    );
  }
  checkKeys(mailboxes, ["subtree", "mailboxes"], "mailboxes");
  const entries = Object.entries(mailboxes) as [string, Text | Iterable<Text>][];
  if (entries.length !== 1) {
    throw new InvalidArgumentError("'mailboxes' must have either 'subtree' or 'mailboxes'");
  }
  const [[filter, given]] = entries;
  return { filter: filter.toUpperCase(), names: checkedNames(given) };
}

/** The names of folders, of which there must be some. */
export function checkedNames(given: Text | Iterable<Text>): readonly Text[] {
  if (typeof given === "string" || given instanceof Uint8Array) return [given];
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) {
    throw new InvalidArgumentError(`expected a folder's name or several: ${named(given)}`);
  }
  const names = [...given];
  if (names.length === 0) throw new InvalidArgumentError("no folders named");
  for (const name of names) {
    if (typeof name === "string" || name instanceof Uint8Array) continue;
    throw new InvalidArgumentError(`not a folder's name: ${named(name)}`);
  }
  return names;
}

function checkedEvents(events: NotifySet["events"]): readonly string[] {
  if (events === "none") return [];
  if (!Array.isArray(events) || events.length === 0) {
    throw new InvalidArgumentError(
      `'events' must be a list of events, or "none": ${named(events)}`,
    );
  }
  const known = [...OF_MESSAGES, ...OF_FOLDERS];
  for (const event of events) {
    if (known.includes(event)) continue;
    throw new InvalidArgumentError(`there is no event ${named(event)}: use ${known.join(", ")}`);
  }
  const has = (name: string): boolean => events.includes(name);
  if (has("MessageNew") !== has("MessageExpunge")) {
    throw new InvalidArgumentError(
      "MessageNew and MessageExpunge go together (RFC 5465 section 5)",
    );
  }
  for (const name of ["FlagChange", "AnnotationChange"]) {
    if (!has(name) || has("MessageNew")) continue;
    throw new InvalidArgumentError(
      `${name} needs MessageNew and MessageExpunge (RFC 5465 section 5)`,
    );
  }
  return [...new Set<string>(events)];
}

function checkedItems(
  fetch: string | Iterable<string> | undefined,
  events: readonly string[],
): readonly string[] {
  if (fetch === undefined) return [];
  if (!events.includes("MessageNew")) throw new InvalidArgumentError("'fetch' needs MessageNew");
  const items = normaliseItems(toTexts(fetch));
  const bad = items.find((item) => MARKS_SEEN.test(item));
  if (bad !== undefined) {
    throw new InvalidArgumentError(`${bad} would mark each new message as seen: use BODY.PEEK[]`);
  }
  return ["UID", ...items.filter((item) => item !== "UID")];
}

const MARKS_SEEN = /^(?:BODY\[|BINARY\[|RFC822$|RFC822\.TEXT$)/;
