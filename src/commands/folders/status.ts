import type { AskedNews } from "../../connection/asked_news.ts";
import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { noteProblems } from "../../model/problems.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import type { ImapValue } from "../../model/values.ts";
import { decodeUtf8 } from "../../util/bytes.ts";
import { type Text, textOf, toText, toTexts, upperAscii, visible } from "../../model/text.ts";
import { decodeUtf7 } from "../../mime/utf7.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** The items that are asked for by default. */
export type DefaultStatusItem = "MESSAGES" | "RECENT" | "UIDNEXT" | "UIDVALIDITY" | "UNSEEN";

/**
 * What STATUS says about a folder, by the items' upper-case names. The values are numbers, except
 * for `HIGHESTMODSEQ` (a `bigint`; 0 if the folder has none) and `MAILBOXID` (text). `null` stands
 * for the server's `NIL`, which for `APPENDLIMIT` means no limit (RFC 7889). Reading an item that
 * the server did not send, or that is not a number in the range of a `number`, throws a
 * `ProtocolError`.
 */
export type FolderStatus<Item extends string = DefaultStatusItem> = {
  readonly [Key in Uppercase<Item>]: Key extends "HIGHESTMODSEQ" ? bigint
    : Key extends "MAILBOXID" ? string | null
    : Key extends "APPENDLIMIT" ? number | null
    : number;
};

/** The default items. */
export const STATUS_ITEMS: readonly DefaultStatusItem[] = [
  "MESSAGES",
  "RECENT",
  "UIDNEXT",
  "UIDVALIDITY",
  "UNSEEN",
];

/** The extensions that items of STATUS belong to; any one of several is enough. */
const NEEDS: Readonly<Record<string, string | readonly string[]>> = {
  APPENDLIMIT: "APPENDLIMIT",
  // Only the first requires it (RFC 9208 section 4.1.4); servers that count bytes may have it too.
  DELETED: ["QUOTA=RES-MESSAGE", "QUOTA=RES-STORAGE", "IMAP4REV2"],
  "DELETED-STORAGE": "QUOTA=RES-STORAGE",
  HIGHESTMODSEQ: "CONDSTORE",
  MAILBOXID: "OBJECTID",
  SIZE: "STATUS=SIZE",
};

/** The capabilities without which a server does not know these items. */
export function statusNeeds(what: Text | Iterable<Text>): readonly (string | readonly string[])[] {
  return toTexts(what).map(upperAscii).filter((it) => Object.hasOwn(NEEDS, it)).map((it) =>
    NEEDS[it]
  );
}

/**
 * STATUS (RFC 9051 section 6.3.11): counts and other values of a folder, without selecting it.
 * `news` is what the server may tell unasked.
 */
export function status<Item extends string>(
  folder: Text,
  what: Text | Iterable<Text>,
  news?: AskedNews,
): Command<FolderStatus<Item>> {
  const items = toTexts(what).map(upperAscii);
  if (items.length === 0) throw new InvalidArgumentError("no status items named");
  let found: Readonly<Record<string, ImapValue>> | null = null;
  let named = false;
  const own = new OwnResponses();
  return {
    name: "STATUS",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      out.sp().mailbox(folder).sp().list(items, (item) => out.atom(item));
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "STATUS") return own.read(response, "STATUS");
      // Some servers (Exchange) spell the folder's name differently, so any STATUS will do, unless
      // it may be news of another folder.
      const isRight = isSameName(response.name, folder);
      if (!isRight && news?.ofOthers) return false;
      // News of this folder may have come between, with other items.
      if (isRight && named) found = { ...found, ...response.items };
      else if (isRight || !named) found = response.items;
      named ||= isRight;
      return !news?.ofOthers || items.every((name) => name in response.items);
    },
    result: () => statusOf(own.required("STATUS", found), items) as FolderStatus<Item>,
  };
}

function isSameName(raw: Uint8Array, folder: Text): boolean {
  const wanted = toText(folder);
  return [decodeUtf8(raw), decodeUtf7(raw)].some((name) => {
    return name === wanted || (/^inbox$/i.test(name) && /^inbox$/i.test(wanted));
  });
}

/** The items that were asked for, of those found. Reading one that is missing throws. */
export function statusOf(
  found: Readonly<Record<string, ImapValue>>,
  items: readonly string[],
): object {
  const status: Record<string, ImapValue> = {};
  for (const [name, value] of Object.entries(found)) {
    const read = statusValue(name, value);
    if (read !== undefined || !items.includes(name)) {
      status[name] = read === undefined ? value : read;
    }
  }
  for (const name of items) {
    if (Object.hasOwn(status, name)) continue;
    const error = new ProtocolError(
      name in found
        ? `not a value of ${name}: ${visible(textOf(found[name]).slice(0, 60))}`
        : `the server sent no ${name}`,
    );
    noteProblems(status, [{ name, raw: new Uint8Array(0), error }]);
  }
  return status;
}

/** A value in the type of its item; `undefined` if it makes no sense. */
export function statusValue(name: string, value: ImapValue): ImapValue | undefined {
  switch (name) {
    case "MAILBOXID":
      return mailboxId(value);
    case "APPENDLIMIT":
      return value === null ? null : exactNumber(value);
    case "HIGHESTMODSEQ":
      // Zero means none (RFC 7162 section 3.1.7); some servers say so in other ways.
      return value === null || /^NOMODSEQ$/i.test(String(value)) ? 0n : wholeNumber(value);
    case "SIZE":
    case "DELETED-STORAGE":
      // Negative after an overflow, or for a message that the server can't read.
      return typeof value === "string" && /^-\d+$/.test(value) ? 0 : exactNumber(value);
    default:
      return exactNumber(value);
  }
}

/**
 * `(F123)` (RFC 8474 section 4.3), with or without parentheses. An id may be all digits. Anything
 * that is not text, such as the bytes of its memory that Cyrus 3.6 sends, is none.
 */
function mailboxId(value: ImapValue): string | null | undefined {
  const [id, ...more] = Array.isArray(value) ? value as readonly ImapValue[] : [value];
  if (more.length > 0) return undefined;
  if (id === null) return null;
  return isWord(id) && /^[!-~]{1,255}$/.test(String(id)) ? String(id) : undefined;
}

function isWord(value: ImapValue): value is string | number | bigint {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint";
}

/** A number that a `number` holds exactly. Quotes and leading zeros are accepted. */
function exactNumber(value: ImapValue): number | undefined {
  const number = Number(wholeNumber(value));
  return Number.isSafeInteger(number) ? number : undefined;
}

function wholeNumber(value: ImapValue): bigint | undefined {
  return isWord(value) && /^\d{1,40}$/.test(String(value)) ? BigInt(value) : undefined;
}
