import { decodeAscii, encodeUtf8 } from "../util/bytes.ts";
import { baseSubject } from "./base_subject.ts";

/** A field with addresses that messages are sorted by. */
export type AddressField = "CC" | "FROM" | "TO";

/** A message as SORT and THREAD look at it (RFC 5256). */
export interface SortableMessage {
  /** Its sequence number, or another number in the same order. */
  readonly number: number;
  /** When it arrived, in milliseconds since 1970. */
  readonly arrival: number;
  /** When it was sent or, if it does not say, when it arrived (RFC 5256 section 2.2). */
  readonly sent: number;
  /** How many bytes it has. */
  readonly size: number;
  /** Its decoded subject; empty if it has none. */
  readonly subject: string;
  /** The ids of its own `Message-ID` field; the first counts. */
  readonly messageIds: readonly string[];
  /** The ids of the messages that it answers, the oldest first. */
  readonly answeredIds: readonly string[];
  /** The part before the `@` of the first address in a field; empty without one. */
  mailbox(field: AddressField): string;
  /** The name of the first address in a field or, without one, the address (RFC 5957). */
  display(field: AddressField): string;
}

/** Compares two messages: positive if the first comes after the second. */
export type MessageOrder = (a: SortableMessage, b: SortableMessage) => number;

/** The keys of SORT by name (RFC 5256 section 3, RFC 5957 section 3). */
const SORT_KEYS: Readonly<Record<string, (message: SortableMessage) => number | string>> = {
  ARRIVAL: ({ arrival }) => arrival,
  CC: (message) => collated(message.mailbox("CC")),
  DATE: ({ sent }) => sent,
  DISPLAYFROM: (message) => collated(message.display("FROM")),
  DISPLAYTO: (message) => collated(message.display("TO")),
  FROM: (message) => collated(message.mailbox("FROM")),
  SIZE: ({ size }) => size,
  SUBJECT: ({ subject }) => collated(baseSubject(subject).text),
  TO: (message) => collated(message.mailbox("TO")),
};

/** The order by one key; `null` if there is no such key. */
export function orderBy(key: string, isReverse: boolean): MessageOrder | null {
  if (!Object.hasOwn(SORT_KEYS, key)) return null;
  const sign = isReverse ? -1 : 1;
  const values = new Map<SortableMessage, number | string>();
  const valueOf = (message: SortableMessage) => {
    const value = values.get(message) ?? SORT_KEYS[key](message);
    values.set(message, value);
    return value;
  };
  return (a, b) => {
    const [one, two] = [valueOf(a), valueOf(b)];
    return one === two ? 0 : one < two ? -sign : sign;
  };
}

/** Sorts messages; the first order counts most, and equal messages stay in the order of numbers. */
export function sortMessages<Message extends SortableMessage>(
  messages: Iterable<Message>,
  orders: readonly MessageOrder[],
): Message[] {
  const compare: MessageOrder = (a, b) => {
    return orders.reduce((sum, order) => sum || order(a, b), 0) || a.number - b.number;
  };
  return [...messages].sort(compare);
}

/**
 * A form of the text that sorts as the collation i;unicode-casemap (RFC 5051) requires: without
 * letter case, decomposed, by the bytes of its UTF-8.
 */
export function collated(text: string): string {
  return decodeAscii(encodeUtf8(text.toUpperCase().normalize("NFKD")));
}

/**
 * The message ids in a field, without brackets. They are unquoted, so that two spellings of one id
 * compare equal (RFC 5256 section 3).
 */
export function messageIdsIn(field: string): string[] {
  const unquoted = /^"((?:[^"\\]|\\.)*)"(?=@|$)/;
  return Array.from(
    field.matchAll(/<([^<>\s]+)>/g),
    ([, id]) => id.replace(unquoted, (_, local: string) => local.replace(/\\(.)/g, "$1")),
  );
}
