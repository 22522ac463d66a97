import { parseDate } from "../model/dates.ts";
import { type AddressField, messageIdsIn, type SortableMessage } from "../model/sort_messages.ts";
import { parseAddresses } from "./address_list.ts";
import { fieldValue } from "./mime.ts";
import { headerText } from "./mime_text.ts";
import type { Picked } from "./picked.ts";

/** A message of the server, as SORT and THREAD look at it. */
export class Sortable implements SortableMessage {
  /** The message. */
  readonly picked: Picked;

  constructor(picked: Picked) {
    this.picked = picked;
  }

  get number(): number {
    return this.picked.sequence;
  }

  get arrival(): number {
    return this.picked.message.date.getTime();
  }

  get sent(): number {
    return (parseDate(this.#field("DATE")) ?? this.picked.message.date).getTime();
  }

  get size(): number {
    return this.picked.message.bytes.length;
  }

  get subject(): string {
    const { fields } = this.picked.message.entity;
    const field = fields.find(({ name }) => name === "SUBJECT");
    return field === undefined ? "" : headerText(field);
  }

  get messageIds(): readonly string[] {
    return messageIdsIn(this.#field("MESSAGE-ID"));
  }

  get answeredIds(): readonly string[] {
    const ids = messageIdsIn(this.#field("REFERENCES"));
    return ids.length > 0 ? ids : messageIdsIn(this.#field("IN-REPLY-TO")).slice(0, 1);
  }

  /** The part before the `@` of the first address in a field. */
  mailbox(field: AddressField): string {
    return parseAddresses(this.#field(field))[0]?.mailbox ?? "";
  }

  /** The server has no SORT=DISPLAY. */
  display(field: AddressField): string {
    return this.mailbox(field);
  }

  #field(name: string): string {
    return fieldValue(this.picked.message.entity, name) ?? "";
  }
}
