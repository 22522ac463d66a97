import type { Address } from "./address.ts";
import { parseDate, type ZonedDate } from "./dates.ts";
import { decodeHeader } from "./header_text.ts";
import { showAs } from "./inspect.ts";

/** The parts of an {@linkcode Envelope} as they stand in the message's header. */
export interface EnvelopeFields {
  /** The `Date` field. */
  readonly date: string | null;
  /** The `Subject` field, encoded words and all. */
  readonly subject: string | null;
  /** Who wrote the message. */
  readonly from: readonly Address[] | null;
  /** Who sent it, where that is somebody else. */
  readonly sender: readonly Address[] | null;
  /** Where answers go. */
  readonly replyTo: readonly Address[] | null;
  /** Whom it is for. */
  readonly to: readonly Address[] | null;
  /** Who gets a copy. */
  readonly cc: readonly Address[] | null;
  /** Who gets one unseen. */
  readonly bcc: readonly Address[] | null;
  /** The `In-Reply-To` field. */
  readonly inReplyTo: string | null;
  /** The `Message-ID` field. */
  readonly messageId: string | null;
}

/**
 * A message's header, parsed by the server (RFC 9051 section 7.5.2). Text is decoded when it is
 * read. A part that the message does not have is `null`.
 *
 * ```ts
 * import type { Envelope } from "@imapclient/imapclient";
 *
 * function line(envelope: Envelope): string {
 *   return `${envelope.date?.toISOString()} ${envelope.from?.join(", ")}: ${envelope.subject}`;
 * }
 * ```
 */
export class Envelope {
  readonly #fields: EnvelopeFields;
  #subject: string | null | undefined;
  #date: ZonedDate | null | undefined;

  readonly #ownZone: boolean;

  /** An envelope of these parts; with `ownZone`, its date prints in the zone it came with. */
  constructor(fields: EnvelopeFields, ownZone = false) {
    this.#fields = fields;
    this.#ownZone = ownZone;
  }

  /** The same envelope, its date printed in the sender's zone. */
  inOwnZone(): Envelope {
    return new Envelope(this.#fields, true);
  }

  /** When the message was written, with the sender's zone; `null` if that can't be read. */
  get date(): ZonedDate | null {
    return this.#date ??= this.#readDate();
  }

  #readDate(): ZonedDate | null {
    const date = this.#fields.date === null ? null : parseDate(this.#fields.date);
    return this.#ownZone && date !== null ? date.inOwnZone() : date;
  }

  /** The subject, its encoded words decoded (RFC 2047). */
  get subject(): string | null {
    return this.#subject ??= decodeHeader(this.#fields.subject);
  }

  /** Who wrote the message. */
  get from(): readonly Address[] | null {
    return this.#fields.from;
  }

  /** Who sent it; as `from` where the header does not say. */
  get sender(): readonly Address[] | null {
    return this.#fields.sender;
  }

  /** Where answers go; as `from` where the header does not say. */
  get replyTo(): readonly Address[] | null {
    return this.#fields.replyTo;
  }

  /** Whom the message is for. */
  get to(): readonly Address[] | null {
    return this.#fields.to;
  }

  /** Who gets a copy. */
  get cc(): readonly Address[] | null {
    return this.#fields.cc;
  }

  /** Who gets one unseen. */
  get bcc(): readonly Address[] | null {
    return this.#fields.bcc;
  }

  /** The id of the message that this one answers, such as `<1234@foo.com>`. */
  get inReplyTo(): string | null {
    return this.#fields.inReplyTo;
  }

  /** The message's own id, such as `<1234@foo.com>`. */
  get messageId(): string | null {
    return this.#fields.messageId;
  }

  /** The header's text as the server sent it, nothing decoded. */
  get raw(): EnvelopeFields {
    return this.#fields;
  }

  /** The fields as a plain object. */
  toJSON(): Record<string, unknown> {
    const { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId } = this;
    return { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId };
  }
}

showAs(Envelope, (envelope) => envelope.toJSON());
