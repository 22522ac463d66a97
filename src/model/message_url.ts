import { InvalidArgumentError, named } from "./errors.ts";
import { LARGEST_ID } from "./ranges.ts";

/** Where a message is, or a part of one, on the same server. */
export interface MessageLocation {
  /** The folder, by its name. */
  readonly folder: string;
  /** The folder's UIDVALIDITY, so that no other message is taken. Default: any. */
  readonly uidValidity?: number | null;
  /** The message's UID. */
  readonly uid: number;
  /**
   * The section, as between the brackets of `BODY[...]`: `1.2`, `HEADER`, `2.MIME`. Default: the
   * whole message.
   */
  readonly section?: string;
  /**
   * The bytes from an offset on, which counts from 0: so many, or up to the end. Needs URL-PARTIAL
   * (RFC 5550). Default: all of them.
   */
  readonly partial?: { readonly offset: number; readonly length?: number };
}

/**
 * The URL of a message, or a part of one, relative to its server (RFC 5092 section 7), as `append`
 * takes it. Throws `InvalidArgumentError` for what makes none.
 *
 * ```ts
 * import { messageUrl } from "@imapclient/imapclient";
 *
 * const url = messageUrl({ folder: "Entwürfe", uidValidity: 3, uid: 20, section: "1.2" });
 * console.log(url); // "/Entw%C3%BCrfe;UIDVALIDITY=3/;UID=20/;SECTION=1.2"
 * ```
 */
export function messageUrl(location: MessageLocation): string {
  const { folder, uidValidity, uid, section = "", partial } = location;
  let url = `/${folderPath(folder)}`;
  if (uidValidity !== undefined && uidValidity !== null) {
    url += `;UIDVALIDITY=${checkedNumber(uidValidity, 1, "UIDVALIDITY")}`;
  }
  url += `/;UID=${checkedNumber(uid, 1, "UID")}`;
  if (typeof section !== "string" || section !== "" && !SECTION.test(section)) {
    throw new InvalidArgumentError(`not a section of a message: ${shown(section)}`);
  }
  if (section !== "") url += `/;SECTION=${encodeURIComponent(section)}`;
  if (partial === undefined) return url;
  url += `/;PARTIAL=${checkedNumber(partial.offset, 0, "offset")}`;
  if (partial.length === undefined) return url;
  return `${url}.${checkedNumber(partial.length, 1, "length")}`;
}

/**
 * Where a URL points that is relative to its server; `null` if it is none of a message or a part of
 * one.
 */
export function messageLocation(url: string): MessageLocation | null {
  const [, path, uidValidity, uid, escaped, offset, length] = MESSAGE_URL.exec(url) ?? [];
  // `//` begins another host, and dots lead elsewhere (RFC 3986 section 5.2).
  if (path === undefined || isPath(path)) return null;
  try {
    const folder = decodeURIComponent(path);
    const section = escaped === undefined ? undefined : decodeURIComponent(escaped);
    const partial = offset === undefined ? undefined : {
      offset: Number(offset),
      length: length === undefined ? undefined : Number(length),
    };
    const location = {
      folder,
      uidValidity: uidValidity === undefined ? undefined : Number(uidValidity),
      uid: Number(uid),
      section,
      partial,
    };
    messageUrl(location); // throws for what is out of range
    return location;
  } catch {
    return null;
  }
}

/** `bchar` of RFC 5092 section 11, with all escapes. */
const CHARS = "(?:[A-Za-z0-9\\-._~!$'()*+,&=:@/]|%[0-9A-Fa-f]{2})+?";
const MESSAGE_URL = new RegExp(
  `^/(${CHARS})(?:;UIDVALIDITY=(\\d{1,10}))?/;UID=(\\d{1,10})(?:/;SECTION=(${CHARS}))?` +
    "(?:/;PARTIAL=(\\d{1,10})(?:\\.(\\d{1,10}))?)?$",
  "i",
);

/** `section-spec` of RFC 9051 section 9. */
const PART = "[1-9]\\d*(?:\\.[1-9]\\d*)*";
const FIELDS = 'HEADER\\.FIELDS(?:\\.NOT)? \\([^()\\s"]+(?: [^()\\s"]+)*\\)';
const SECTION = new RegExp(
  `^(?:${PART}(?:\\.(?:MIME|HEADER|TEXT|${FIELDS}))?|HEADER|TEXT|${FIELDS})$`,
  "i",
);

/** A folder's name in UTF-8, escaped; where it would pass for a path, its slashes too. */
function folderPath(folder: string): string {
  if (typeof folder !== "string" || folder === "") {
    throw new InvalidArgumentError(`a folder must be named, not ${shown(folder)}`);
  }
  if (!folder.isWellFormed() || folder.includes("\0")) {
    throw new InvalidArgumentError(`can't be a folder's name: ${JSON.stringify(folder)}`);
  }
  const escaped = encodeURIComponent(folder);
  return isPath(folder) ? escaped.replaceAll(".", "%2E") : escaped.replaceAll("%2F", "/");
}

function isPath(name: string): boolean {
  return name.split("/").some((part) => part === "" || part === "." || part === "..");
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : named(value);
}

function checkedNumber(value: number, least: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= LARGEST_ID) return value;
  throw new InvalidArgumentError(`not the ${what} of a URL: ${named(value)}`);
}
