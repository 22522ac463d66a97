import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import { decodeLoosely, DQUOTE, HYPHEN, LPAREN, RPAREN } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { isSpace, readAskedMailbox, readMailbox } from "../../wire/mailbox.ts";
import { type Text, visible } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** The usage and the limit of one resource. */
export interface Quota {
  /** The server's name for what the limit applies to; often empty, for all of a user's mail. */
  readonly quotaRoot: string;
  /**
   * What is limited (RFC 9208 section 5): `STORAGE` and `ANNOTATION-STORAGE`, in units of 1024
   * bytes, `MESSAGE`, `MAILBOX`, or another resource of the server's.
   */
  readonly resource: string;
  /** How much is used. */
  readonly usage: number;
  /** The limit; `Infinity` if the server says that there is none (`-1`). */
  readonly limit: number;
}

/** A new limit for a resource. */
export type QuotaLimit = Pick<Quota, "quotaRoot" | "resource" | "limit">;

/** The quota roots that a folder belongs to. */
export interface MailboxQuotaRoots {
  /** The folder; the server's bytes if `folderEncode` is off. */
  readonly mailbox: FolderName;
  /** Their names. */
  readonly quotaRoots: readonly string[];
}

/** GETQUOTA (RFC 9208 section 4.1.1): the limits of a quota root. */
export function getQuota(quotaRoot: Text): Command<readonly Quota[]> {
  const own = new OwnResponses();
  const quotas: Quota[] = [];
  return {
    name: "GETQUOTA",
    needs: "QUOTA",
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().astring(quotaRoot);
    },
    accept: (response) => own.read(response, "QUOTA", (cursor) => readQuotas(cursor, quotas)),
    result: () => own.checked(quotas),
  };
}

/** GETQUOTAROOT (RFC 9208 section 4.1.2): the quota roots of a folder, and their limits. */
export function getQuotaRoot(
  mailbox: Text,
  decode: (name: Uint8Array) => FolderName,
): Command<readonly [MailboxQuotaRoots, readonly Quota[]]> {
  const own = new OwnResponses();
  const quotas: Quota[] = [];
  let roots: MailboxQuotaRoots | null = null;
  return {
    name: "GETQUOTAROOT",
    needs: "QUOTA",
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().mailbox(mailbox);
    },
    accept(response: UntaggedResponse): boolean {
      return own.read(response, "QUOTA", (cursor) => readQuotas(cursor, quotas)) ||
        own.read(response, "QUOTAROOT", (cursor) => {
          roots = readQuotaRoots(cursor, mailbox, decode);
        });
    },
    result: () => own.checked([own.required("QUOTAROOT", roots), quotas]),
  };
}

/** SETQUOTA (RFC 9208 section 4.1.3): sets the limits of one quota root. */
export function setQuota(limits: readonly QuotaLimit[]): Command<readonly Quota[]> {
  if (limits.length === 0) throw new InvalidArgumentError("no limits named");
  const [{ quotaRoot }] = limits;
  if (limits.some((limit) => limit.quotaRoot !== quotaRoot)) {
    throw new InvalidArgumentError("the limits of one call must share one quota root");
  }
  const own = new OwnResponses();
  const quotas: Quota[] = [];
  return {
    name: "SETQUOTA",
    needs: "QUOTA",
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().string(quotaRoot).sp();
      out.list(limits, ({ resource, limit }) => out.atom(resource).sp().number(limit));
    },
    accept: (response) => own.read(response, "QUOTA", (cursor) => readQuotas(cursor, quotas)),
    result: () => own.checked(quotas),
  };
}

/** What follows QUOTAROOT: the folder's name, then the names of its quota roots. */
function readQuotaRoots(
  cursor: Cursor,
  mailbox: Text,
  decode: (name: Uint8Array) => FolderName,
): MailboxQuotaRoots {
  const name = decode(readAskedMailbox(cursor, mailbox));
  const quotaRoots: string[] = [];
  while (!cursor.space().done) quotaRoots.push(readRoot(cursor));
  return { mailbox: name, quotaRoots };
}

/** Adds what follows QUOTA: the name of a quota root, then its limits. */
function readQuotas(cursor: Cursor, into: Quota[]): void {
  const quotaRoot = readQuotaRoot(cursor);
  // Without limits, some servers send no list (Courier), or NIL.
  if (cursor.space().done || cursor.nil()) return;
  cursor.list(() => {
    const resource = cursor.keyword();
    const usage = Number(cursor.space().bigNumber());
    into.push({ quotaRoot, resource, usage, limit: readLimit(cursor.space()) });
  });
}

/** A limit; a negative number means that there is none. */
function readLimit(cursor: Cursor): number {
  const isNone = cursor.take(HYPHEN);
  const limit = Number(cursor.bigNumber());
  return isNone ? Infinity : limit;
}

/** The name of a quota root before its limits; without quotes, it may contain anything. */
function readQuotaRoot(cursor: Cursor): string {
  if (cursor.peek() === DQUOTE || cursor.literalNext()) return cursor.astring();
  if (cursor.peek() === LPAREN) throw cursor.error("expected the name of a quota root");
  const raw = readMailbox(cursor);
  const name = decodeLoosely(raw, 0, raw.length);
  if (!cursor.done) return name;
  // No list follows.
  const [, shorter] = /^(.+)[ \t]NIL$/i.exec(name) ?? [];
  if (/[ \t]\(/.test(name)) {
    throw new ProtocolError(`a list of limits that does not end: ${visible(name.slice(-60))}`);
  }
  return (shorter ?? name).trim();
}

/** The name of a quota root in a list; without quotes, it ends before a space. */
function readRoot(cursor: Cursor): string {
  const byte = cursor.peek();
  if (byte === DQUOTE || byte === LPAREN || byte === RPAREN || cursor.literalNext()) {
    return cursor.astring();
  }
  const { bytes, at, end } = cursor;
  let i = at;
  while (i < end && !isSpace(bytes[i])) i++;
  cursor.at = i;
  return decodeLoosely(bytes, at, i);
}
