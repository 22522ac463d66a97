import { parseDate } from "../model/dates.ts";
import { decodeAscii, encodeUtf8 } from "../util/bytes.ts";
import { parseAddresses } from "./address_list.ts";
import { type BaseSubject, baseSubject } from "./base_subject.ts";
import type { Message } from "./message.ts";
import { fieldValue } from "./mime.ts";
import { headerText } from "./mime_text.ts";

/** What messages are sorted by: a number, or text in a form that can be compared. */
type SortKey = (message: Message) => number | string;

/** The keys of SORT by name (RFC 5256 section 3). */
export const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  ARRIVAL: ({ date }) => date.getTime(),
  CC: (message) => firstMailbox(message, "CC"),
  DATE: sentTime,
  FROM: (message) => firstMailbox(message, "FROM"),
  SIZE: ({ bytes }) => bytes.length,
  SUBJECT: (message) => collated(subjectOf(message).text),
  TO: (message) => firstMailbox(message, "TO"),
};

/** When the message was sent or, if it does not say, when it arrived (RFC 5256 section 2.2). */
export function sentTime({ entity, date }: Message): number {
  return (parseDate(fieldValue(entity, "DATE") ?? "") ?? date).getTime();
}

/** The base subject of a message; empty if it has no subject. */
export function subjectOf({ entity }: Message): BaseSubject {
  const field = entity.fields.find(({ name }) => name === "SUBJECT");
  return baseSubject(field === undefined ? "" : headerText(field));
}

/**
 * A form of the text that sorts as the collation i;unicode-casemap (RFC 5051) requires: without
 * letter case, decomposed, by the bytes of its UTF-8.
 */
export function collated(text: string): string {
  return decodeAscii(encodeUtf8(text.toUpperCase().normalize("NFKD")));
}

/** The part before the `@` in the first address of a field. */
function firstMailbox({ entity }: Message, field: string): string {
  return collated(parseAddresses(fieldValue(entity, field) ?? "")[0]?.mailbox ?? "");
}
