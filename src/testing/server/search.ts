import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import { decodeUtf8 } from "../../util/bytes.ts";
import type { SearchContext } from "../contexts.ts";
import type { Match } from "../matches.ts";
import type { View } from "../folder.ts";
import type { Picked } from "../picked.ts";
import { bad, no } from "../refusal.ts";
import { tellProgress } from "./in_progress.ts";
import { newest } from "./message_limit.ts";
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
  run(session, args, uid): string | undefined {
    let charset = session.modes.utf8 ? "UTF-8" : "US-ASCII";
    args.sp();
    const returns = readReturn(args, session, "ESEARCH") ?? (session.modes.rev2 ? ALL_IDS : null);
    if (args.ahead(/^CHARSET /i)) {
      // RFC 9755 section 3.
      if (session.modes.utf8 && !session.modes.rev2) throw bad("all text is UTF-8");
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
    return search.limit ?? undefined;
  },
};

/** What IMAP4rev2 returns if nothing else is said (RFC 9051 section 6.4.4). */
const ALL_IDS: SearchReturn = { names: new Set(["ALL"]), partial: null };

/** The result of a search. */
export interface Found {
  /** The messages, in the order of the folder. */
  readonly found: Picked[];
  /** Whether the search used MODSEQ. */
  readonly modseq: boolean;
  /** Whether the search used FUZZY. */
  readonly isFuzzy: boolean;
  /** Whether a message matches. */
  readonly matches: Match;
  /** The response code if only the newest messages were searched (RFC 9738); else `null`. */
  readonly limit: string | null;
}

/** The most searches that one session keeps up to date. */
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
  const { among } = keys;
  const named: Picked[] = [];
  view.messages.forEach((message, index) => {
    const sequence = index + 1;
    if (among(message, sequence)) named.push({ message, sequence });
  });
  const { picked, code } = newest(session, named);
  const found = picked.filter(({ message, sequence }, index) => {
    tellProgress(session, index, picked.length);
    return matches(message, sequence);
  });
  const { usesModseq: modseq, isFuzzy } = keys;
  return { found, modseq, isFuzzy, matches, limit: code };
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
  { found, modseq, isFuzzy }: Found,
  returns: SearchReturn,
  { uid, sorted }: { readonly uid: boolean; readonly sorted: boolean },
): void {
  checkRelevancy(returns.names.has("RELEVANCY"), isFuzzy);
  const highest = modseq ? highestModseq(found) : null;
  const number = (picked: Picked) => numberOf(picked, uid);
  tellResult(session, found, returns, number, { uid, sorted, modseq: highest });
}

/** Without FUZZY there are no scores to return or to sort by (RFC 6203 sections 4 and 6). */
export function checkRelevancy(isWanted: boolean, isFuzzy: boolean): void {
  if (isWanted && !isFuzzy) throw bad("RELEVANCY needs FUZZY");
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
