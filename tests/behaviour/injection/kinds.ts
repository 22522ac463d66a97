// The kinds of text in the protocol: how the server sees a value in a place of each kind. `null`:
// it can't be sent and must be refused.
import { canonicalSet, latin1, type Word } from "./scanner.ts";
import type { Setting } from "./watched_client.ts";

/** How the server must see a value. */
export type Kind = (value: string, setting: Setting) => Word;

const ATOM = /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/;

/** A text in UTF-8, one character for each byte. */
export function utf8(text: string): string {
  return latin1(new TextEncoder().encode(text));
}

/** Any Unicode text without a NUL. */
export function text(value: string): string | null {
  return value.isWellFormed() && !value.includes("\0") ? utf8(value) : null;
}

/** Any Unicode text. */
export function octets(value: string): string | null {
  return value.isWellFormed() ? utf8(value) : null;
}

/** The name of a metadata entry (RFC 5464 section 3.2). */
export function entry(value: string): string | null {
  return /^(?:\/(?:[ -$&-)+-.0-~])+)+$/.test(value) ? value : null;
}

/** A folder's name: modified UTF-7 can hold anything, UTF-8 everything except NUL. */
export function mailbox(value: string, { utf8: unicode, folderEncode }: Setting): string | null {
  if (!value.isWellFormed()) return null;
  if (unicode) return value.includes("\0") ? null : value;
  // deno-lint-ignore no-control-regex
  return folderEncode || /^[\x01-\x7f]*$/.test(value) ? value : null;
}

/** An atom as it is. */
export function atom(value: string): string | null {
  return ATOM.test(value) ? value : null;
}

/** A language range (RFC 4647 section 2.1). */
export function languageRange(value: string): string | null {
  return /^(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/.test(value) ? value : null;
}

/** An atom in upper case. */
export function name(value: string): string | null {
  return ATOM.test(value) ? value.toUpperCase() : null;
}

/** A flag that may be stored. */
export function flag(value: string): string | null {
  if (/^\\recent$/i.test(value)) return null;
  return ATOM.test(value.replace(/^\\/, "")) ? value : null;
}

/** A set of message ids. */
export function ids(value: string): string | null {
  return canonicalSet(value);
}

/** One message id. */
export function id(value: string): string | null {
  const seen = canonicalSet(value);
  return seen !== null && /^(\d+):\1$/.test(seen) ? seen : null;
}

/** A whole number in its shortest form. */
export function number(value: string): string | null {
  return /^\d{1,19}$/.test(value) && BigInt(value) < 2n ** 63n ? String(BigInt(value)) : null;
}

/** A date; no nasty text is one. */
export function none(): null {
  return null;
}

/** The rights of an ACL. */
export function rights(value: string): string | null {
  return /^[+-]?[a-z0-9]*$/.test(value) ? value : null;
}

/**
 * A charset as RFC 3501 has it, which may be any text; with UTF-8 there is none (RFC 6855 section
 * 3).
 */
export function charset(value: string, setting: Setting): string | null {
  return setting.utf8 ? "" : text(value);
}

/** A charset as RFC 5256 has it: an atom or quoted. */
export function quotedCharset(value: string, setting: Setting): string | null {
  // deno-lint-ignore no-control-regex
  const isQuotable = setting.utf8 ? /^[^\0\r\n]*$/ : /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/;
  return isQuotable.test(value) ? text(value) : null;
}

/** A message: its line ends become CRLF. */
export function message(value: string): string | null {
  return text(value.replace(/\r\n|\r|\n/g, "\r\n"));
}

/** A field of a mechanism whose fields end at control characters. */
export function field(value: string): string | null {
  return value.isWellFormed() && !/\p{Cc}/u.test(value) ? utf8(value) : null;
}

/** The same, but it can't be empty. */
export function token(value: string): string | null {
  return value === "" ? null : field(value);
}

/** A FETCH item; spaces around it do not count. */
export function item(value: string): string | null {
  const wanted = value.trim();
  return /^[A-Za-z][A-Za-z0-9.-]*$/.test(wanted) ? wanted.toUpperCase() : null;
}

/** One sort criterion or more; spaces around them do not count. */
export function sortKey(value: string): readonly string[] | null {
  const wanted = value.trim();
  if (!/^[A-Za-z][A-Za-z0-9=-]*(?: [A-Za-z][A-Za-z0-9=-]*)*$/.test(wanted)) return null;
  return wanted.toUpperCase().split(" ");
}

/** A modifier of FETCH, of one word or more. */
export function modifier(value: string): readonly string[] | null {
  const words = value.split(" ");
  if (!words.every((word) => /^[A-Za-z0-9.\-/:*,]+$/.test(word))) return null;
  return value.toUpperCase().split(" ");
}

const BARE_KEYS =
  /^(?:ALL|(?:UN)?(?:ANSWERED|DELETED|DRAFT|FLAGGED|SEEN)|NEW|OLD|RECENT|SAVEDATESUPPORTED)$/i;

/** A single search key: a known one, a set of ids, or an extension's. */
export function searchKey(value: string): string | null {
  if (/^[\d*]/.test(value)) return canonicalSet(value);
  return BARE_KEYS.test(value) ? value.toUpperCase() : atom(value);
}

/** A text in a URL (RFC 5092 section 11), where these characters stand for themselves. */
function urlText(value: string, plain: RegExp): string | null {
  if (value === "" || !value.isWellFormed() || /\p{Cc}/u.test(value)) return null;
  return [...new TextEncoder().encode(value)].map((byte) => {
    const char = String.fromCharCode(byte);
    return plain.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** A user's name in a URL. */
export function urlUser(value: string): string | null {
  return urlText(value, /[A-Za-z0-9\-._~!$'()*+,&=]/);
}

/** The name of a server in a URL, or its address. */
export function urlHost(value: string): string | null {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(value)) return value;
  return value.includes(":") && /^[0-9A-Fa-f:.]+$/.test(value) ? `[${value}]` : null;
}

/** A section in a URL. */
export function urlPath(value: string): string | null {
  return urlText(value, /[A-Za-z0-9\-._~!$'()*+,&=:@/]/);
}

/** A folder's name in a URL, whose slashes and dots are not to change the path. */
export function urlFolder(value: string): string | null {
  const parts = urlPath(value)?.split("/");
  const isDots = (part: string) => part === "." || part === "..";
  return parts?.map((part, at) => {
    const before = at === 0
      ? ""
      : at === 1 && parts[0] === "" || parts[at - 1] === ""
      ? "%2F"
      : "/";
    return before + (isDots(part) ? part.replaceAll(".", "%2E") : part);
  }).join("") ?? null;
}

/** An IMAP URL. */
export function url(value: string): string | null {
  return /^imap:\/\/[!-~]+$/i.test(value) ? value : null;
}
