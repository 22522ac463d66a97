import { folderKey } from "../../connection/selected_folder.ts";
import { encodeUtf7 } from "../../mime/utf7.ts";
import type { ListResponse } from "../../model/responses.ts";
import { type Text, textOf, toText } from "../../model/text.ts";
import type { ImapValue } from "../../model/values.ts";
import { encodeUtf8 } from "../../util/bytes.ts";

/** What is asked for: a folder that can't be part of it is news. */
export interface ListedNames {
  /** The folder above those that are listed. */
  readonly directory: Text;
  /** The patterns of their names. */
  readonly patterns: readonly Text[];
  /** Which folders are listed (RFC 5258), such as `SUBSCRIBED`. */
  readonly select: readonly string[];
}

/**
 * The folders of a LIST during which the server may also tell of folders that were created, renamed
 * or deleted (NOTIFY, RFC 5465 section 5.4). Both look the same: news changes the list where it is
 * about a folder in it, and is left to others where it can be told apart.
 */
export class RowsAmongNews<Row> {
  readonly #select: readonly string[];
  readonly #patterns: readonly string[];
  readonly #rows = new Map<string, Row>();

  constructor({ directory, patterns, select }: ListedNames) {
    this.#select = select;
    this.#patterns = patterns.map((it) => encodeUtf7(toText(directory)) + encodeUtf7(toText(it)));
  }

  /** The rows that are in the list. */
  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** Takes a response in; `false` if it is known to be news. */
  take(response: ListResponse, row: () => Row): boolean {
    const key = folderKey(response.name)!;
    const oldName = oldNameOf(response);
    if (oldName !== null) this.#remove(folderKey(oldName)!, response.delimiter);
    if (!this.#isListed(response)) {
      this.#rows.delete(key);
      return false;
    }
    const isNew = !this.#rows.has(key);
    this.#rows.set(key, row());
    return isNew && oldName === null;
  }

  #isListed({ name, flags, extended, delimiter }: ListResponse): boolean {
    const has = (flag: RegExp) => flags.some((it) => flag.test(it));
    if (has(/^\\NoAccess$/i)) return false;
    const select = this.#select;
    const isSubscribed = has(/^\\Subscribed$/i) || "CHILDINFO" in extended;
    if (select.includes("SUBSCRIBED")) { if (!isSubscribed) return false; }
    // A folder that only others are below is a part of lists.
    else if (has(/^\\NonExistent$/i) && !has(/^\\HasChildren$/i) && select.length === 0) {
      return false;
    }
    const key = folderKey(name)!;
    return key.length > LONGEST_NAME || this.#patterns.some((it) => isMatch(it, key, delimiter));
  }

  /** A folder was renamed, with those below it. */
  #remove(key: string, delimiter: string | null): void {
    this.#rows.delete(key);
    if (delimiter === null) return;
    for (const other of this.#rows.keys()) {
      if (other.startsWith(key + delimiter)) this.#rows.delete(other);
    }
  }
}

/** Whether a name, as a key, matches a pattern of LIST (RFC 9051 section 6.3.9). */
function isMatch(pattern: string, key: string, delimiter: string | null): boolean {
  const name = /^inbox/i.test(pattern) ? key.replace(/^inbox/i, pattern.slice(0, 5)) : key;
  const reach = (ends: Set<number>, at: number): void => {
    ends.add(at);
    for (let next = at; "*%".includes(pattern[next] ?? " "); next++) ends.add(next + 1);
  };
  let ends = new Set<number>();
  reach(ends, 0);
  for (const character of name) {
    const longer = new Set<number>();
    for (const at of ends) {
      const expected = pattern[at];
      if (expected === "*" || expected === "%" && character !== delimiter) reach(longer, at);
      else if (expected === character) reach(longer, at + 1);
    }
    ends = longer;
  }
  return ends.has(pattern.length);
}

/** A longer name counts as one that matches. */
const LONGEST_NAME = 2000;

/** The name that a folder had before (OLDNAME, RFC 5465 section 5.4); `null` if it has none. */
export function oldNameOf({ extended: { OLDNAME } }: ListResponse): Uint8Array | null {
  const [name] = Array.isArray(OLDNAME) ? OLDNAME as readonly ImapValue[] : [OLDNAME];
  if (name === undefined || name === null || Array.isArray(name)) return null;
  return name instanceof Uint8Array ? name : encodeUtf8(textOf(name));
}
