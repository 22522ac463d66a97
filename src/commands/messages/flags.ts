import { InvalidArgumentError } from "../../model/errors.ts";
import { type Text, toTexts, upperAscii } from "../../model/text.ts";

/** The names of the system flags (RFC 9051 section 2.3.2), without their backslash. */
const SYSTEM_FLAGS: ReadonlySet<string> = new Set(
  ["SEEN", "ANSWERED", "FLAGGED", "DELETED", "DRAFT", "RECENT"],
);

/** The names of special uses (RFC 6154, RFC 8457, XLIST), without their backslash. */
const USES: ReadonlySet<string> = new Set(
  ("ALL ALLMAIL ARCHIVE DRAFTS FLAGGED IMPORTANT JUNK SENT SPAM STARRED TRASH").split(" "),
);

/** Flags that a client may store; only the server sets `\\Recent` (RFC 3501 section 2.3.2). */
export function storableFlags(flags: Text | Iterable<Text>): readonly string[] {
  const list = toTexts(flags);
  for (const flag of list) checkBackslash(flag);
  if (list.some((flag) => upperAscii(flag) === "\\RECENT")) {
    throw new InvalidArgumentError("\\Recent can't be stored: only the server sets it");
  }
  return list;
}

/**
 * Refuses the name of a system flag without its backslash, or with two. In JavaScript, `"\Seen"` is
 * `Seen`, which is a keyword like any other: the server would set it and leave the message unread.
 */
export function checkBackslash(flag: string): void {
  const name = upperAscii(flag.replace(/^\\+/, ""));
  if (SYSTEM_FLAGS.has(name)) checkOneBackslash("flag", flag, name);
}

/** Refuses the name of a special use without its backslash, or with two. */
export function checkUse(use: string): void {
  const name = upperAscii(use.replace(/^\\+/, ""));
  if (USES.has(name)) checkOneBackslash("attribute", use, "a constant such as SENT");
}

function checkOneBackslash(what: string, given: string, constant: string): void {
  const name = given.replace(/^\\+/, "");
  if (given.length === name.length + 1) return;
  throw new InvalidArgumentError(
    `the ${what} \\${name} begins with one backslash: write "\\\\${name}" or ${constant}, ` +
      `not ${JSON.stringify(given)}`,
  );
}
