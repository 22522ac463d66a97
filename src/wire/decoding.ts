import { MAIL_TEXT, type MailText } from "../mime/mail_text.ts";
import type { Address } from "../model/address.ts";
import type { BodyFields } from "../model/body_structure.ts";
import { RPAREN } from "../util/bytes.ts";
import type { Head } from "./body_structure.ts";
import { InternCache } from "./intern_cache.ts";

/**
 * How the text in responses is decoded, and what was decoded before: values go from one connection
 * to another only where both decode alike. They are frozen.
 */
export class Decoding {
  /** What makes text of bytes. */
  readonly mail: MailText;
  /** Addresses. */
  readonly addresses: InternCache<Address> = new InternCache(RPAREN);
  /** How parts of messages begin. */
  readonly heads: InternCache<Head> = new InternCache(RPAREN);
  /** Parameters of parts. */
  readonly params: InternCache<BodyFields["params"]> = new InternCache(RPAREN);

  /** Nothing decoded yet. */
  constructor(mail: MailText) {
    this.mail = mail;
  }
}

/** That of all connections whose callers say nothing else. */
export const DEFAULT_DECODING: Decoding = new Decoding(MAIL_TEXT);
