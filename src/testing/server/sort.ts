import type { ServerCommand } from "./command.ts";
import type { Picked } from "../picked.ts";
import { bad } from "../refusal.ts";
import { SORT_KEYS } from "../sort_keys.ts";
import { orderedSubject, references, type ThreadNode, threadText } from "../threads.ts";
import { numberOf, readCharset, searchMessages, tellFound, tellReturned } from "./search.ts";
import { readReturn } from "./search_return.ts";

/** Compares two messages: positive if the first comes after the second. */
type Order = (a: Picked, b: Picked) => number;

/** SORT (RFC 5256), with RETURN (RFC 5267). */
export const sort: ServerCommand = {
  name: "SORT",
  state: "selected",
  capability: "SORT",
  uid: "SORT",
  keepsNumbers: true,
  run(session, args, uid): void {
    const orders: Order[] = [];
    args.sp();
    const returns = readReturn(args, session, "ESORT");
    args.list(() => {
      const first = args.keyword();
      const reverse = first === "REVERSE";
      orders.push(orderBy(reverse ? args.sp().keyword() : first, reverse ? -1 : 1));
    });
    const charset = readCharset(args);
    const search = searchMessages(session, args.sp(), charset);
    // Equal messages stay in the order of their numbers.
    search.found.sort((a, b) => orders.reduce((sum, order) => sum || order(a, b), 0));
    if (returns === null) tellFound(session, "SORT", search, uid);
    else tellReturned(session, search, returns, { uid, sorted: true });
  },
};

const ALGORITHMS: Readonly<Record<string, (found: readonly Picked[]) => ThreadNode[]>> = {
  ORDEREDSUBJECT: orderedSubject,
  REFERENCES: references,
};

/** THREAD (RFC 5256). */
export const thread: ServerCommand = {
  name: "THREAD",
  state: "selected",
  uid: "IMAP4rev1",
  keepsNumbers: true,
  run(session, args, uid): void {
    const name = args.sp().keyword();
    if (!Object.hasOwn(ALGORITHMS, name) || !session.has(`THREAD=${name}`)) {
      throw bad(`there is no threading by ${name}`);
    }
    const charset = readCharset(args);
    const threads = ALGORITHMS[name](searchMessages(session, args.sp(), charset).found);
    const text = threads.map((node) => threadText(node, (picked) => numberOf(picked, uid)));
    session.untagged(text.length === 0 ? "THREAD" : `THREAD ${text.join("")}`);
  },
};

function orderBy(name: string, sign: number): Order {
  if (!Object.hasOwn(SORT_KEYS, name)) throw bad(`nothing can be sorted by ${name}`);
  const values = new Map<Picked, number | string>();
  const valueOf = (picked: Picked) => {
    const value = values.get(picked) ?? SORT_KEYS[name](picked.message);
    values.set(picked, value);
    return value;
  };
  return (a, b) => {
    const [one, two] = [valueOf(a), valueOf(b)];
    return one === two ? 0 : one < two ? -sign : sign;
  };
}
