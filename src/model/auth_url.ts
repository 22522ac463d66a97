import { InvalidArgumentError, named } from "./errors.ts";
import type { MessageLocation } from "./message_url.ts";
import { checkKeys } from "./options.ts";
import { LARGEST_ID } from "./ranges.ts";

/**
 * Who may use a URL (RFC 4467, RFC 5593): the submission server on behalf of a user
 * (`submit+ann`), that user (`user+ann`), a streaming server (`stream`), everybody who can log in
 * to the server (`authuser`), or **everybody** (`anonymous`).
 */
export type UrlAccess =
  | `submit+${string}`
  | `user+${string}`
  | "stream"
  | "authuser"
  | "anonymous";

/** What a URL is to give access to, for whom, and for how long. */
export interface UrlRequest extends MessageLocation {
  /** The user who is logged in, as the server names it. */
  readonly user: string;
  /**
   * The server's own name, by which it knows its URLs. Default: the host that the client has
   * connected to.
   */
  readonly host?: string;
  /** The port, if it is not 143. Default: none is named. */
  readonly port?: number;
  /** When the URL expires. Default: never, unless `resetUrlKey` revokes it. */
  readonly expires?: Date;
  /** Who may use it. With `authuser` and `anonymous`, the message is as good as public. */
  readonly access: UrlAccess;
}

/**
 * The URL without the server's token (RFC 5092 section 11, `authimapurlrump` of RFC 4467). Throws
 * `InvalidArgumentError` for what can't be part of one.
 */
export function urlRump(request: UrlRequest, ownHost: string): string {
  // A misspelt `expires` would make a URL that works for ever.
  checkKeys(request, FIELDS);
  const { user, host = ownHost, port, folder, uidValidity, uid, section, partial } = request;
  const at = port === undefined ? "" : `:${checked(port, "port", 65535)}`;
  const words = [`imap://${encoded(user, "user", USER)}@${checkedHost(host)}${at}/`];
  words.push(encodedFolder(folder));
  if (uidValidity !== undefined && uidValidity !== null) {
    words.push(`;UIDVALIDITY=${checked(uidValidity, "uidValidity")}`);
  }
  words.push(`/;UID=${checked(uid, "uid")}`);
  if (section !== undefined) words.push(`/;SECTION=${encoded(section, "section", PATH)}`);
  if (partial !== undefined) words.push(`/;PARTIAL=${partOf(partial)}`);
  if (request.expires !== undefined) words.push(`;EXPIRE=${timeOf(request.expires)}`);
  return `${words.join("")};URLAUTH=${accessOf(request.access)}`;
}

const FIELDS = Object.keys(
  {
    user: true,
    host: true,
    port: true,
    folder: true,
    uidValidity: true,
    uid: true,
    section: true,
    partial: true,
    expires: true,
    access: true,
  } satisfies Record<keyof UrlRequest, true>,
);

/** What stands for itself in a user's name (`achar`), and in paths (`bchar`). */
const USER = /[^A-Za-z0-9\-._~!$'()*+,&=]/gu;
const PATH = /[^A-Za-z0-9\-._~!$'()*+,&=:@/]/gu;

function encoded(text: unknown, name: string, reserved: RegExp): string {
  if (typeof text !== "string" || text === "" || !text.isWellFormed() || /\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError(
      `'${name}' can't be part of a URL: ${JSON.stringify(named(text))}`,
    );
  }
  return text.replace(reserved, encodeAlways);
}

/** Percent-encoded UTF-8, also of what `encodeURIComponent` leaves as it is. */
function encodeAlways(char: string): string {
  return encodeURIComponent(char).replace(/^[^%]$/, (it) => {
    return `%${it.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** Slashes and dots that would change the path are encoded (RFC 5092 section 6). */
function encodedFolder(folder: unknown): string {
  return encoded(folder, "folder", PATH)
    .replace(/^\/|(?<=\/)\//g, "%2F")
    .replace(/(?<=^|\/)\.{1,2}(?=\/|$)/g, (dots) => dots.replaceAll(".", "%2E"));
}

function checkedHost(host: unknown): string {
  const isAddress = typeof host === "string" && /^[\da-f:.]+$/i.test(host) && host.includes(":");
  if (isAddress) return `[${host}]`;
  if (typeof host === "string" && /^[A-Za-z0-9](?:[A-Za-z0-9.-]*)$/.test(host)) return host;
  const isMissing = host === "" || host === undefined || host === null;
  const what = isMissing ? "none is given" : JSON.stringify(named(host));
  throw new InvalidArgumentError(`'host' must be the server's name: ${what}`);
}

function checked(number: unknown, name: string, most: number = LARGEST_ID, least = 1): number {
  if (Number.isInteger(number) && number as number >= least && number as number <= most) {
    return number as number;
  }
  throw new InvalidArgumentError(
    `'${name}' must be a number from ${least} to ${most}: ${named(number)}`,
  );
}

function partOf(partial: unknown): string {
  if (typeof partial !== "object" || partial === null || Array.isArray(partial)) {
    throw new InvalidArgumentError(`'partial' must be { offset, length }: ${named(partial)}`);
  }
  checkKeys(partial, ["offset", "length"], "partial");
  const { offset, length } = partial as Record<string, unknown>;
  const from = checked(offset, "partial.offset", LARGEST_ID, 0);
  return length === undefined ? `${from}` : `${from}.${checked(length, "partial.length")}`;
}

function timeOf(expires: unknown): string {
  if (expires instanceof Date && !isNaN(expires.getTime())) {
    const text = expires.toISOString().replace(/\.\d+Z$/, "Z");
    if (/^\d{4}-/.test(text)) return text;
  }
  throw new InvalidArgumentError(`'expires' must be a date: ${named(expires)}`);
}

function accessOf(access: unknown): string {
  const [, application, user] = /^([a-z][a-z0-9.-]*)(?:\+(.+))?$/is.exec(String(access)) ?? [];
  const needsUser = application === "submit" || application === "user";
  if (typeof access !== "string" || application === undefined || needsUser && user === undefined) {
    throw new InvalidArgumentError(
      `'access' must be as in "submit+ann", "user+ann", "authuser" or "anonymous": ` +
        JSON.stringify(named(access)),
    );
  }
  return user === undefined ? application : `${application}+${encoded(user, "access", USER)}`;
}
