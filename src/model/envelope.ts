import { MAIL_TEXT, type MailText } from "../mime/mail_text.ts";
import type { Address } from "./address.ts";
import { parseDate, type ZonedDate } from "./dates.ts";
import { decodeHeader, inOneLine } from "../mime/header_text.ts";

/** The fields of an {@linkcode Envelope} as they are in the message's header. */
export interface EnvelopeFields {
  /** The `Date` field. */
  readonly date: string | null;
  /** The `Subject` field, with its encoded words. */
  readonly subject: string | null;
  /** Who wrote the message. */
  readonly from: readonly Address[] | null;
  /** Who sent it, if not the author. */
  readonly sender: readonly Address[] | null;
  /** Where replies go. */
  readonly replyTo: readonly Address[] | null;
  /** Who it is for. */
  readonly to: readonly Address[] | null;
  /** Who gets a copy. */
  readonly cc: readonly Address[] | null;
  /** Who gets a blind copy. */
  readonly bcc: readonly Address[] | null;
  /** The `In-Reply-To` field. */
  readonly inReplyTo: string | null;
  /** The `Message-ID` field. */
  readonly messageId: string | null;
}

/**
 * A message's header as the server parsed it (RFC 9051 section 7.5.2), with its text decoded and
 * each field on one line. A field that the message does not have is `null`. A copy of an envelope,
 * `structuredClone` and JSON have all of its fields.
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
  /** When the message was written, with the sender's zone; `null` if that can't be read. */
  readonly date: ZonedDate | null;
  /** The subject, with its encoded words decoded (RFC 2047). */
  readonly subject: string | null;
  /** Who wrote the message. */
  readonly from: readonly Address[] | null;
  /** Who sent it; the same as `from` if the header does not say. */
  readonly sender: readonly Address[] | null;
  /** Where replies go; the same as `from` if the header does not say. */
  readonly replyTo: readonly Address[] | null;
  /** Who the message is for. */
  readonly to: readonly Address[] | null;
  /** Who gets a copy. */
  readonly cc: readonly Address[] | null;
  /** Who gets a blind copy. */
  readonly bcc: readonly Address[] | null;
  /** The id of the message that this one replies to, such as `<1234@foo.com>`. */
  readonly inReplyTo: string | null;
  /** The message's own id, such as `<1234@foo.com>`. */
  readonly messageId: string | null;
  /** The fields as the server sent them, if they differ. */
  readonly #raw: EnvelopeFields | null;

  /**
   * An envelope with these fields. With `ownZone`, its date prints in the sender's zone. Leave out
   * `mail` if no text needs decoding. Pass `date` if it is already parsed.
   */
  constructor(
    fields: EnvelopeFields,
    ownZone = false,
    mail: MailText | null = MAIL_TEXT,
    moment: ZonedDate | null = fields.date === null ? null : parseDate(fields.date),
  ) {
    const { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId } = fields;
    this.date = ownZone && moment !== null ? moment.inOwnZone() : moment;
    this.subject = mail === null ? subject : decodeHeader(subject, mail);
    this.from = from;
    this.sender = sender;
    this.replyTo = replyTo;
    this.to = to;
    this.cc = cc;
    this.bcc = bcc;
    this.inReplyTo = mail === null ? inReplyTo : inOneLine(inReplyTo);
    this.messageId = mail === null ? messageId : inOneLine(messageId);
    const isRaw = mail === null && (moment !== null || date === null);
    this.#raw = isRaw ? null : fields;
  }

  /** The header's text as the server sent it, without any decoding. */
  get raw(): EnvelopeFields {
    return this.#raw ?? { ...this, date: this.date?.raw ?? null };
  }

  /** The same envelope, whose date prints in the sender's zone. */
  inOwnZone(): Envelope {
    return Object.assign(new Envelope(this.raw, true), { subject: this.subject });
  }

  /** The fields as a plain object. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }
}
