import { MAIL_TEXT, type MailText } from "../mime/mail_text.ts";
import type { Address } from "../model/address.ts";
import type { BodyFields } from "../model/body_structure.ts";
import { RPAREN } from "../util/bytes.ts";
import type { Head } from "./body_structure.ts";
import { InternCache } from "./intern_cache.ts";

/**
 * How the text of responses is decoded, and caches of what was decoded. Connections share a cache
 * only if they decode text in the same way; the cached values are frozen.
 */
export class Decoding {
  /** Decodes bytes to text. */
  readonly mail: MailText;
  /** Addresses. */
  readonly addresses: InternCache<Address> = new InternCache(RPAREN);
  /** The first fields of parts of messages. */
  readonly heads: InternCache<Head> = new InternCache(RPAREN);
  /** Parameters of parts. */
  readonly params: InternCache<BodyFields["params"]> = new InternCache(RPAREN);

  /** Empty caches. */
  constructor(mail: MailText) {
    this.mail = mail;
  }
}

/** Shared by all connections with the default options. */
export const DEFAULT_DECODING: Decoding = new Decoding(MAIL_TEXT);
