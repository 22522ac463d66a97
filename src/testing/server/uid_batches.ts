import { bad, no, Refusal } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";

/** The most messages that may be asked for with a range. */
const MOST = 100_000;

/** UIDBATCHES (RFC 10022), for batches of any size. */
export const uidBatches: ServerCommand = {
  name: "UIDBATCHES",
  state: "selected",
  capability: "UIDBATCHES",
  run(session, args): void {
    const size = args.sp().number();
    let [first, last] = [1, Infinity];
    if (args.peek() >= 0) {
      const [, low, high] = args.sp().match(/^([1-9]\d{0,9}):([1-9]\d{0,9})$/, "a range");
      [first, last] = [Number(low), Number(high)];
    }
    args.end();
    if (size === 0) throw bad("a batch has at least one message");
    if (first > last) throw new Refusal("BAD", "the lower number comes first", "CLIENTBUG");
    if (last < Infinity && size * (last - first + 1) > MOST) throw no("too many", "TOOMANY");
    const uids = session.view.messages.map(({ uid }) => uid).reverse();
    const ranges: string[] = [];
    for (let at = (first - 1) * size; at < uids.length && at < last * size; at += size) {
      // The ranges leave no gaps, and the last one goes down to 1.
      const next = at + size < uids.length ? uids[at + size] : 0;
      ranges.push(`${uids[at]}:${next + 1}`);
    }
    const told = ranges.length === 0 ? "" : ` ${ranges.join()}`;
    session.untagged(`UIDBATCHES (TAG "${session.tag}")${told}`);
  },
};
