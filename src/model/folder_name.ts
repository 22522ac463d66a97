import { decodeFolderName } from "../mime/utf7.ts";
import { InvalidArgumentError, named } from "./errors.ts";

/** A folder's name: text, or bytes if `folderEncode` is off. */
export type FolderName = string | Uint8Array;

/**
 * How names are composed: the delimiter between their levels (`null` if names have no levels), or a
 * namespace, or a listed folder.
 */
export type NameLevels = string | null | {
  /** The delimiter between the levels; `null` if names have no levels. */
  readonly delimiter: string | null;
  /** What all names begin with, such as `INBOX.`. Default: nothing. */
  readonly prefix?: FolderName;
};

/**
 * Joins the levels of a folder's name, after the prefix of a namespace if one is given. Throws
 * `InvalidArgumentError` for a level that is empty or contains the delimiter, and for several
 * levels where names have none. INBOX by itself gets no prefix.
 *
 * ```ts
 * import { type ImapClient, joinFolderName } from "@imapclient/imapclient";
 *
 * async function makeFolder(client: ImapClient, ...levels: string[]) {
 *   const { personal } = await client.namespace();
 *   const name = joinFolderName(levels, personal![0]); // such as "INBOX.Work.2024"
 *   await client.createFolder(name);
 *   return name;
 * }
 * ```
 */
export function joinFolderName(levels: Iterable<string>, by: NameLevels): string {
  const { delimiter, prefix } = partsOf(by);
  const all = typeof levels === "string" ? [levels] : [...levels];
  if (all.length === 0) throw new InvalidArgumentError("a folder's name has at least one level");
  for (const level of all) {
    if (typeof level === "string" && level !== "" && !(delimiter && level.includes(delimiter))) {
      continue;
    }
    const shown = typeof level === "string" ? JSON.stringify(level) : named(level);
    throw new InvalidArgumentError(
      `a level of a folder's name is text without ${JSON.stringify(delimiter ?? "")}: ${shown}`,
    );
  }
  if (all.length > 1 && !delimiter) throw new InvalidArgumentError("names have no levels here");
  const isInbox = all.length === 1 && /^inbox$/i.test(all[0]) && /^(?:inbox\W?)?$/i.test(prefix);
  return isInbox ? "INBOX" : prefix + all.join(delimiter ?? "");
}

/**
 * Splits a folder's name into its levels, without the prefix of a namespace if one is given. A
 * delimiter at the end is ignored.
 *
 * ```ts
 * import { splitFolderName } from "@imapclient/imapclient";
 *
 * splitFolderName("Work/2024", "/"); // ["Work", "2024"]
 * splitFolderName("INBOX.Work.2024", { prefix: "INBOX.", delimiter: "." }); // ["Work", "2024"]
 * ```
 */
export function splitFolderName(name: FolderName, by: NameLevels): string[] {
  const { delimiter, prefix } = partsOf(by);
  const text = textOf(name);
  const start = text.slice(0, prefix.length);
  const isBelow = text.length > prefix.length &&
    (start === prefix || /^inbox/i.test(prefix) && start.toUpperCase() === prefix.toUpperCase());
  const rest = isBelow ? text.slice(prefix.length) : text;
  if (!delimiter) return [rest];
  const levels = rest.split(delimiter);
  if (levels.length > 1 && levels.at(-1) === "") levels.pop();
  return levels;
}

function partsOf(by: NameLevels): { readonly delimiter: string | null; readonly prefix: string } {
  if (typeof by === "string" || by === null) return { delimiter: by, prefix: "" };
  if (typeof by !== "object") {
    throw new InvalidArgumentError(`expected a delimiter or a namespace, not ${named(by)}`);
  }
  return { delimiter: by.delimiter ?? null, prefix: textOf(by.prefix ?? "") };
}

function textOf(name: FolderName): string {
  if (typeof name === "string") return name;
  if (name instanceof Uint8Array) return decodeFolderName(name);
  throw new InvalidArgumentError(`expected a folder's name, not ${named(name)}`);
}
