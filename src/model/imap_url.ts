import { LARGEST_ID } from "./ranges.ts";

/** An IMAP URL (RFC 5092), such as `imap://ann;AUTH=*@mail.example.org/INBOX`. */
export interface ImapUrl {
  /** The whole URL, as it was written. */
  readonly url: string;
  /** The user to log in as; `null` if it names none. */
  readonly user: string | null;
  /** The SASL mechanism to log in by; `*` is any; `null` if it names none. */
  readonly mechanism: string | null;
  /** The host: a name, or an address without brackets. */
  readonly host: string;
  /** The TCP port; 143 if it names none, and 993 for `imaps:`. */
  readonly port: number;
  /** The folder; `null` if it names none. */
  readonly folder: string | null;
  /** The UIDVALIDITY of the folder; `null` if it names none. */
  readonly uidValidity: number | null;
  /** The UID of a message; `null` if it names none. */
  readonly uid: number | null;
}

const URL =
  /^imap(s?):\/\/(?:([^@/?#]*)@)?(\[[\da-f:.%]+\]|[^[\]:/?#@\s]+)(?::(\d{1,5})|:)?(?:\/([^\s]*))?$/i;
const USER = /^([^;]*)(?:;AUTH=([^;]+))?$/i;
const PATH = /^([^;?]*)(?:;UIDVALIDITY=(\d{1,10}))?(?:\/;UID=(\d{1,10})(?:[/;].*)?)?(?:\?.*)?$/i;

/**
 * Reads an absolute IMAP URL; `null` if it is none. Nothing is looked up and nothing is connected
 * to.
 *
 * ```ts
 * import { parseImapUrl } from "@imapclient/imapclient";
 *
 * console.log(parseImapUrl("imap://ann@mail.example.org/Lists/a%20b")?.folder); // "Lists/a b"
 * ```
 */
export function parseImapUrl(url: string): ImapUrl | null {
  const [, secure, userinfo, hostname, digits, path] = URL.exec(url) ?? [];
  const [, name, auth] = USER.exec(userinfo ?? "") ?? [];
  const [, mailbox, uidValidity, uid] = PATH.exec(path ?? "") ?? [];
  if (hostname === undefined || name === undefined || mailbox === undefined) return null;
  const port = digits === undefined ? secure ? 993 : 143 : Number(digits);
  const texts = [name, auth ?? "", hostname.replace(/^\[|\]$/g, ""), mailbox].map(decoded);
  if (port < 1 || port > 65535 || texts.includes(null)) return null;
  const [user, mechanism, host, folder] = texts as string[];
  return {
    url,
    user: user || null,
    mechanism: mechanism || null,
    host,
    port,
    folder: folder.replace(/\/$/, "") || null,
    uidValidity: idOf(uidValidity),
    uid: idOf(uid),
  };
}

/** Percent-encoded UTF-8; `null` if it is not that, or holds control characters. */
function decoded(text: string): string | null {
  try {
    const plain = decodeURIComponent(text);
    return /\p{Cc}/u.test(plain) ? null : plain;
  } catch {
    return null;
  }
}

/** A number from 1 to 2^32 - 1. */
function idOf(digits: string | undefined): number | null {
  const number = Number(digits ?? 0);
  return number > 0 && number <= LARGEST_ID ? number : null;
}
