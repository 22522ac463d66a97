import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import { decodeUtf8 } from "../../util/bytes.ts";
import type { SearchContext } from "../contexts.ts";
import type { Match } from "../matches.ts";
import type { View } from "../folder.ts";
import type { Picked } from "../picked.ts";
import { no } from "../refusal.ts";
import { SearchKeys } from "./search_keys.ts";
import { readReturn, type SearchReturn, tellResult } from "./search_return.ts";
import type { Session } from "./server_session.ts";

const CHARSETS = ["US-ASCII", "UTF-8"];

/** SEARCH (RFC 3501 section 6.4.4), with MODSEQ (RFC 7162) and RETURN (RFC 4731). */
export const search: ServerCommand = {
  name: "SEARCH",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): void {
    let charset = "US-ASCII";
    args.sp();
    const returns = readReturn(args, session, "ESEARCH");
    if (args.ahead(/^CHARSET /i)) {
      args.keyword();
      charset = readCharset(args);
      args.sp();
    }
    const search = searchMessages(session, args, charset);
    if (returns === null) tellFound(session, "SEARCH", search, uid);
    else {
      tellReturned(session, search, returns, { uid, sorted: false });
      if (returns.names.has("UPDATE")) keepUpToDate(session, search, uid, null);
    }
  },
};

/** The result of a search. */
export interface Found {
  /** The messages, in the order of the folder. */
  readonly found: Picked[];
  /** Whether the search used MODSEQ. */
  readonly modseq: boolean;
  /** Whether a message matches. */
  readonly matches: Match;
}

/** So many searches are kept up to date in one session. */
const MAX_CONTEXTS = 10;

/** From now on, changes of the result are reported (RFC 5267 section 4.3). */
export function keepUpToDate(
  session: Session,
  { found, matches }: Found,
  uid: boolean,
  sort: SearchContext["sort"],
): void {
  const { tag, view: { contexts } } = session;
  if (contexts.length >= MAX_CONTEXTS) {
    session.untagged(`NO [NOUPDATE "${tag}"] too many searches are kept up to date`);
  } else contexts.push({ tag, uid, matches, sort, known: found.map(({ message }) => message) });
}

/** CANCELUPDATE (RFC 5267 section 4.3.5). */
export const cancelUpdate: ServerCommand = {
  name: "CANCELUPDATE",
  state: "selected",
  capability: "CONTEXT=SEARCH",
  keepsNumbers: true,
  run({ view }, args): void {
    const tags: string[] = [];
    do tags.push(decodeUtf8(args.sp().string())); while (args.peek() >= 0);
    view.contexts = view.contexts.filter(({ tag }) => !tags.includes(tag));
  },
};

/** Reads search keys up to the end, and finds the messages that match them. */
export function searchMessages(session: Session, args: Arguments, charset: string): Found {
  return searchIn(session, session.view, args, charset);
}

/** The same in a folder that need not be the selected one. */
export function searchIn(
  session: Session,
  view: View,
  args: Arguments,
  charset: string,
): Found {
  const keys = new SearchKeys(args, session, view, charset);
  const matches = keys.all();
  args.end();
  const found: Picked[] = [];
  view.messages.forEach((message, index) => {
    const sequence = index + 1;
    if (matches(message, sequence)) found.push({ message, sequence });
  });
  return { found, modseq: keys.usesModseq, matches };
}

/**
 * Sends the numbers of what was found and, after a search with MODSEQ, the highest mod-sequence.
 */
export function tellFound(
  session: Session,
  kind: string,
  { found, modseq }: Found,
  uid: boolean,
): void {
  const numbers = found.map((picked) => numberOf(picked, uid));
  session.untagged([
    ...[kind, ...numbers],
    ...(modseq && found.length > 0 ? [`(MODSEQ ${highestModseq(found)})`] : []),
  ].join(" "));
}

/** Sends what RETURN asks for. */
export function tellReturned(
  session: Session,
  { found, modseq }: Found,
  returns: SearchReturn,
  { uid, sorted }: { readonly uid: boolean; readonly sorted: boolean },
): void {
  const highest = modseq ? highestModseq(found) : null;
  const number = (picked: Picked) => numberOf(picked, uid);
  tellResult(session, found, returns, number, { uid, sorted, modseq: highest });
}

function highestModseq(found: readonly Picked[]): number {
  return found.reduce((high, { message }) => Math.max(high, message.modseq), 0);
}

/** Reads the charset of the texts in the keys. */
export function readCharset(args: Arguments): string {
  const charset = args.sp().text().toUpperCase();
  if (CHARSETS.includes(charset)) return charset;
  throw no("texts can't be in this charset", `BADCHARSET (${CHARSETS.join(" ")})`);
}

/** The message's UID or sequence number. */
export function numberOf({ message, sequence }: Picked, uid: boolean): number {
  return uid ? message.uid : sequence;
}
