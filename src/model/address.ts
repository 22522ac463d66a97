import { decodeHeader } from "./header_text.ts";
import { showAs } from "./inspect.ts";

/** One address of an {@linkcode Envelope} (RFC 9051 section 7.5.2). */
export interface AddressFields {
  /** The personal name as it stands in the header, encoded words and all. */
  readonly name: string | null;
  /** The SMTP source route; rarely used. */
  readonly route: string | null;
  /** What stands before the `@`. */
  readonly mailbox: string | null;
  /** What stands behind the `@`. */
  readonly host: string | null;
}

/**
 * One address of an {@linkcode Envelope}, or a mark of RFC 5322 group syntax: a group starts with
 * an address whose `host` is `null` and whose `mailbox` is the group's name, and ends with one
 * whose `mailbox` and `host` are both `null` (RFC 9051 section 7.5.2).
 *
 * ```ts
 * import { Address } from "@imapclient/imapclient";
 *
 * const address = new Address({ name: "Mary Smith", route: null, mailbox: "mary", host: "foo.com" });
 * console.log(`${address}`); // Mary Smith <mary@foo.com>
 * ```
 */
export class Address {
  readonly #name: string | null;
  #decoded: string | null | undefined;
  /** The SMTP source route; rarely used. */
  readonly route: string | null;
  /** What stands before the `@`; a group's name where `host` is `null`. */
  readonly mailbox: string | null;
  /** What stands behind the `@`. */
  readonly host: string | null;

  /** An address of these parts. */
  constructor(fields: AddressFields) {
    this.#name = fields.name;
    this.route = fields.route;
    this.mailbox = fields.mailbox;
    this.host = fields.host;
  }

  /** The personal name, its encoded words decoded (RFC 2047); `null` where there is none. */
  get name(): string | null {
    return this.#decoded ??= decodeHeader(this.#name);
  }

  /** `mary@foo.com`; the part that there is where one is missing, and empty for a group's end. */
  get email(): string {
    if (this.mailbox !== null && this.host !== null) return `${this.mailbox}@${this.host}`;
    return this.mailbox ?? this.host ?? "";
  }

  /** The form of RFC 5322: `Mary Smith <mary@foo.com>`. */
  toString(): string {
    const { name, email } = this;
    if (name === null || name === "") return email;
    return `${NEEDS_QUOTES.test(name) ? quote(name) : name} <${email}>`;
  }

  /** The fields as a plain object. */
  toJSON(): AddressFields {
    return { name: this.name, route: this.route, mailbox: this.mailbox, host: this.host };
  }
}

showAs(Address, (address) => `Address <${address}>`);

/** The specials of RFC 5322 section 3.2.3, and line ends, which must never reach a header. */
const NEEDS_QUOTES = /[()<>[\]:;@\\,."\r\n]/;

function quote(name: string): string {
  return `"${name.replace(/[\r\n]+/g, " ").replace(/["\\]/g, "\\$&")}"`;
}
