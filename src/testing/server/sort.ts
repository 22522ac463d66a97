import type { ServerCommand } from "./command.ts";
import type { Picked } from "../picked.ts";
import { bad } from "../refusal.ts";
import { type MessageOrder, orderBy, sortMessages } from "../../model/sort_messages.ts";
import { isThreadAlgorithm, threadMessages, threadText } from "../../model/thread_messages.ts";
import type { Arguments } from "../arguments.ts";
import { Sortable } from "../sortable.ts";
import {
  checkRelevancy,
  keepUpToDate,
  numberOf,
  readCharset,
  searchMessages,
  tellFound,
  tellReturned,
} from "./search.ts";
import { readReturn } from "./search_return.ts";

/** SORT (RFC 5256), with RETURN (RFC 5267). */
export const sort: ServerCommand = {
  name: "SORT",
  state: "selected",
  capability: "SORT",
  uid: "SORT",
  keepsNumbers: true,
  run(session, args, uid): string | undefined {
    const orders: MessageOrder[] = [];
    args.sp();
    const returns = readReturn(args, session, "ESORT");
    // All have the same relevancy, so it changes no order.
    let byRelevancy = false;
    args.list(() => {
      const { name, isReverse } = readKey(args);
      if (name === "RELEVANCY" && session.has("SEARCH=FUZZY")) byRelevancy = true;
      else orders.push(orderOf(name, isReverse));
    });
    const charset = readCharset(args);
    const plain = searchMessages(session, args.sp(), charset);
    checkRelevancy(byRelevancy, plain.isFuzzy);
    const inOrder = (found: readonly Picked[]) =>
      sortMessages(sortable(found), orders).map(({ picked }) => picked);
    const search = { ...plain, found: inOrder(plain.found) };
    if (returns === null) tellFound(session, "SORT", search, uid);
    else {
      tellReturned(session, search, returns, { uid, sorted: true });
      if (returns.names.has("UPDATE")) keepUpToDate(session, search, uid, inOrder);
    }
    return search.limit ?? undefined;
  },
};

/** THREAD (RFC 5256). */
export const thread: ServerCommand = {
  name: "THREAD",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): string | undefined {
    const name = args.sp().keyword();
    if (!isThreadAlgorithm(name) || !session.has(`THREAD=${name}`)) {
      throw bad(`there is no threading by ${name}`);
    }
    const charset = readCharset(args);
    const { found, limit } = searchMessages(session, args.sp(), charset);
    const threads = threadMessages(name, sortable(found));
    const text = threads.map((node) => threadText(node, ({ picked }) => numberOf(picked, uid)));
    session.untagged(text.length === 0 ? "THREAD" : `THREAD ${text.join("")}`);
    return limit ?? undefined;
  },
};

function readKey(args: Arguments): { readonly name: string; readonly isReverse: boolean } {
  const name = args.keyword();
  return name === "REVERSE"
    ? { name: args.sp().keyword(), isReverse: true }
    : { name, isReverse: false };
}

function orderOf(name: string, isReverse: boolean): MessageOrder {
  // There is no SORT=DISPLAY (RFC 5957).
  const order = name.startsWith("DISPLAY") ? null : orderBy(name, isReverse);
  if (order === null) throw bad(`nothing can be sorted by ${name}`);
  return order;
}

function sortable(found: readonly Picked[]): Sortable[] {
  return found.map((picked) => new Sortable(picked));
}
