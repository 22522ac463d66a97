import type { NumberSet } from "../model/number_set.ts";
import type { MessageSet } from "./arguments.ts";
import type { View } from "./folder.ts";
import type { Message } from "./message.ts";
import { bad } from "./refusal.ts";

/** A message that a command names. */
export interface Picked {
  /** The message. */
  readonly message: Message;
  /** Its sequence number in the session. */
  readonly sequence: number;
}

/** The messages that a set names, in order. Missing UIDs are left out. */
export function pick(view: View, set: MessageSet, uid: boolean): Picked[] {
  const has = membership(view, set, uid);
  const picked: Picked[] = [];
  view.messages.forEach((message, index) => {
    if (has(message, index + 1)) picked.push({ message, sequence: index + 1 });
  });
  return picked;
}

/** A test whether a message is in a set. An invalid sequence number in the set is an error. */
export function membership(
  view: View,
  set: MessageSet,
  uid: boolean,
): (message: Message, sequence: number) => boolean {
  if (set === "$") return savedIn(view);
  const { messages } = view;
  const largest = uid ? messages.at(-1)?.uid ?? 0 : messages.length;
  const ranges = ascending(set, largest);
  if (!uid) {
    const last = ranges.at(-1)!;
    if (last[1] > largest || ranges[0][0] === 0) throw bad("there is no such message");
  }
  return (message, sequence) => includes(ranges, uid ? message.uid : sequence);
}

function savedIn({ saved }: View): (message: Message) => boolean {
  if (saved === null) throw bad("there is no SEARCHRES");
  return (message) => saved.has(message);
}

/** The ranges, sorted and merged where they touch; `*` is the largest number in use. */
function ascending(set: NumberSet, largest: number): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const bounds of set.ranges()) {
    const [a, b] = bounds.map((bound) => bound === Infinity ? largest : bound);
    ranges.push([Math.min(a, b), Math.max(a, b)]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const range of ranges) {
    const before = joined.at(-1);
    if (before !== undefined && range[0] <= before[1] + 1) {
      before[1] = Math.max(before[1], range[1]);
    } else joined.push(range);
  }
  return joined;
}

function includes(ranges: readonly [number, number][], id: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle][1] < id) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low][0] <= id;
}
