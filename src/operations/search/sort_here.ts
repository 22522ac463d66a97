import type { Thread } from "../../commands/search/thread.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import type { Envelope } from "../../model/envelope.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import { foundIn, rememberFoundIn } from "../../model/found_in.ts";
import {
  type AddressField,
  messageIdsIn,
  type MessageOrder,
  orderBy,
  type SortableMessage,
  sortMessages,
} from "../../model/sort_messages.ts";
import {
  type ThreadAlgorithm,
  threadMessages,
  type ThreadNode,
} from "../../model/thread_messages.ts";
import { decodeAscii } from "../../util/bytes.ts";
import { DEFAULT_LIMITS } from "../../wire/limits.ts";
import { fetchMessages } from "../messages/fetch_messages.ts";
import type { Scope } from "../scope.ts";
import { type Query, searchMessages } from "./search_messages.ts";

const REFERENCES = "BODY.PEEK[HEADER.FIELDS (REFERENCES)]";

/** A longer subject, or more references, is more than any honest message has. */
const MAX_SUBJECT = 1000;
const MAX_REFERENCES = 1000;

/** Searches and sorts here what was found, as SORT would (RFC 5256). */
export async function sortHere(
  scope: Scope,
  keys: readonly string[],
  query: Query,
  charset: string | null,
): Promise<number[]> {
  const words = keys.flatMap((key) => key.split(" "));
  const orders = ordersOf(words);
  const ids = await searchMessages(scope, query, charset);
  const sorted = sortMessages(await fetchSortable(scope, ids, itemsFor(words)), orders);
  return rememberFoundIn(sorted.map(({ number }) => number), foundIn(ids));
}

/** Searches and threads here what was found, as THREAD would (RFC 5256). */
export async function threadHere(
  scope: Scope,
  algorithm: ThreadAlgorithm,
  query: Query,
  charset: string | null,
): Promise<readonly Thread[]> {
  const ids = await searchMessages(scope, query, charset);
  const items = ["ENVELOPE", "INTERNALDATE"];
  if (algorithm === "REFERENCES") items.push(REFERENCES);
  const messages = await fetchSortable(scope, ids, items);
  return threadMessages(algorithm, messages).map((node) => threadOf(node, 1));
}

function ordersOf(words: readonly string[]): MessageOrder[] {
  const orders: MessageOrder[] = [];
  for (let at = 0; at < words.length; at++) {
    const isReverse = words[at] === "REVERSE";
    if (isReverse) at++;
    const order = at < words.length ? orderBy(words[at], isReverse) : null;
    if (order === null) {
      throw new InvalidArgumentError(`messages can't be sorted here by ${words[at] ?? "REVERSE"}`);
    }
    orders.push(order);
  }
  return orders;
}

function itemsFor(words: readonly string[]): string[] {
  const items = new Set<string>();
  for (const word of words) {
    if (word === "SIZE") items.add("RFC822.SIZE");
    else if (word === "ARRIVAL") items.add("INTERNALDATE");
    else if (word !== "REVERSE") items.add("ENVELOPE");
    // A message without a date counts as sent when it arrived.
    if (word === "DATE") items.add("INTERNALDATE");
  }
  return [...items];
}

async function fetchSortable(
  scope: Scope,
  ids: number[],
  items: string[],
): Promise<FetchedMessage[]> {
  const found = await fetchMessages(scope, ids, items, {});
  return Array.from(found, ([id, message]) => new FetchedMessage(id, message));
}

/** A message as it was fetched. An item that the server left out or garbled counts as empty. */
class FetchedMessage implements SortableMessage {
  readonly number: number;
  readonly #items: Readonly<Record<string, unknown>>;

  constructor(id: number, message: FetchedBase) {
    this.number = id;
    this.#items = message as unknown as Record<string, unknown>;
  }

  get arrival(): number {
    return this.#item<Date>("INTERNALDATE")?.getTime() ?? 0;
  }

  get sent(): number {
    return this.#envelope?.date?.getTime() ?? this.arrival;
  }

  get size(): number {
    return this.#item<number>("RFC822.SIZE") ?? 0;
  }

  get subject(): string {
    return this.#envelope?.subject?.slice(0, MAX_SUBJECT) ?? "";
  }

  get messageIds(): readonly string[] {
    return messageIdsIn(this.#envelope?.messageId ?? "");
  }

  get answeredIds(): readonly string[] {
    const header = this.#item<Uint8Array>("BODY[HEADER.FIELDS (REFERENCES)]");
    const ids = header === null ? [] : messageIdsIn(decodeAscii(header)).slice(-MAX_REFERENCES);
    return ids.length > 0 ? ids : messageIdsIn(this.#envelope?.inReplyTo ?? "").slice(0, 1);
  }

  mailbox(field: AddressField): string {
    return this.#addresses(field)[0]?.mailbox ?? "";
  }

  display(field: AddressField): string {
    const [first] = this.#addresses(field);
    return first === undefined ? "" : first.name || first.email;
  }

  #addresses(field: AddressField): NonNullable<Envelope["from"]> {
    const envelope = this.#envelope;
    const addresses = { CC: envelope?.cc, FROM: envelope?.from, TO: envelope?.to }[field];
    return addresses ?? [];
  }

  get #envelope(): Envelope | null {
    return this.#item<Envelope>("ENVELOPE");
  }

  #item<Value>(name: string): Value | null {
    try {
      return (this.#items[name] ?? null) as Value | null;
    } catch {
      return null;
    }
  }
}

/** A thread as THREAD gives it. Replies below the deepest level are put on that level. */
function threadOf(node: ThreadNode, depth: number): Thread {
  const thread: (number | Thread)[] = [];
  let last = node;
  for (;;) {
    if (last.message !== null) thread.push(last.message.number);
    if (last.children.length !== 1) break;
    last = last.children[0];
  }
  if (depth < DEFAULT_LIMITS.nesting) {
    for (const child of last.children) thread.push(threadOf(child, depth + 1));
    return thread;
  }
  const below = [...last.children];
  // The array grows during this loop.
  for (const { message, children } of below) {
    if (message !== null) thread.push(message.number);
    for (const child of children) below.push(child);
  }
  return thread;
}
