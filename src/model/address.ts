import { MAIL_TEXT, type MailText } from "../mime/mail_text.ts";
import { decodeHeader, inOneLine } from "../mime/header_text.ts";
import { showAs } from "../util/inspect.ts";

/** The parts of an {@linkcode Address} as the server sent them (RFC 9051 section 7.5.2). */
export interface AddressFields {
  /** The personal name as it is in the header, with its encoded words. */
  readonly name: string | null;
  /** The SMTP source route; rarely used. */
  readonly route: string | null;
  /** The part before the `@`. */
  readonly mailbox: string | null;
  /** The part after the `@`. */
  readonly host: string | null;
}

/**
 * One address of an {@linkcode Envelope}, or the start or end of a group in RFC 5322 syntax: a
 * group starts with an address whose `host` is `null` and whose `mailbox` is the group's name, and
 * ends with one whose `mailbox` and `host` are both `null` (RFC 9051 section 7.5.2).
 *
 * ```ts
 * import { Address } from "@imapclient/imapclient";
 *
 * const address = new Address({ name: "Mary Smith", route: null, mailbox: "mary", host: "foo.com"
 * }); console.log(`${address}`); // Mary Smith <mary@foo.com>
 * ```
 */
export class Address {
  /** The personal name, with its encoded words decoded (RFC 2047); `null` if there is none. */
  readonly name: string | null;
  /** The SMTP source route; rarely used. */
  readonly route: string | null;
  /** The part before the `@`, or the name of a group if `host` is `null`. */
  readonly mailbox: string | null;
  /** The part after the `@`. */
  readonly host: string | null;
  /** The parts as the server sent them, if they differ. */
  readonly #raw: AddressFields | null;

  /** An address with these parts. Leave out `mail` if nothing in them needs decoding. */
  constructor(fields: AddressFields, mail: MailText | null = MAIL_TEXT) {
    const { name, route, mailbox, host } = mail === null ? fields : decoded(fields, mail);
    this.name = name;
    this.route = route;
    this.mailbox = mailbox;
    this.host = host;
    this.#raw = mail === null ? null : fields;
    // Frozen, since many messages share one object for an address.
    Object.freeze(this);
  }

  /** The parts as the server sent them, without any decoding. */
  get raw(): AddressFields {
    return this.#raw ?? this.toJSON();
  }

  /** `mary@foo.com`. If one part is missing, just the other; empty for the end of a group. */
  get email(): string {
    if (this.mailbox !== null && this.host !== null) return `${this.mailbox}@${this.host}`;
    return this.mailbox ?? this.host ?? "";
  }

  /** The address in the form of RFC 5322: `Mary Smith <mary@foo.com>`. */
  toString(): string {
    const { name, email } = this;
    if (name === null || name === "") return email;
    return `${NEEDS_QUOTES.test(name) ? quote(name) : name} <${email}>`;
  }

  /** The fields as a plain object. */
  toJSON(): AddressFields {
    return { ...this };
  }
}

showAs(Address, (address) => `Address <${address}>`);

function decoded({ name, route, mailbox, host }: AddressFields, mail: MailText): AddressFields {
  return {
    name: decodeHeader(name, mail),
    route: inOneLine(route),
    mailbox: host === null ? decodeHeader(mailbox, mail) : inOneLine(mailbox),
    host: inOneLine(host),
  };
}

/** The specials of RFC 5322 section 3.2.3. */
const NEEDS_QUOTES = /[()<>[\]:;@\\,."]/;

function quote(name: string): string {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}
