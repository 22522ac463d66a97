import type { FolderListing } from "../../commands/folders/list.ts";
import type { FolderStatus } from "../../commands/folders/status.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import {
  BOOLEAN,
  checkOptions,
  FUNCTION,
  type Kinds,
  oneOf,
  SIGNAL,
  STRING,
} from "../../model/options.ts";
import type { CallOptions } from "../scope.ts";

/** Which folders to list, of those that match the pattern (RFC 9051 section 6.3.9.1, RFC 6154). */
export type ListSelection = "SUBSCRIBED" | "REMOTE" | "RECURSIVEMATCH" | "SPECIAL-USE";

/** Which folders to list, and what to return for each. */
export interface ListFoldersOptions extends CallOptions {
  /**
   * Lists only folders to which all of these apply: `SUBSCRIBED` (even if they don't exist),
   * `SPECIAL-USE`. `REMOTE` adds folders on other servers. `RECURSIVEMATCH` adds folders with
   * others below them to which the rest applies; `childInfo` then says what that is.
   */
  readonly select?: ListSelection | Iterable<ListSelection>;
  /** Marks the folders that the user is subscribed to with `\Subscribed`. Default `false`. */
  readonly subscribed?: boolean;
  /** Marks each folder with `\HasChildren` or `\HasNoChildren`. Default `false`. */
  readonly children?: boolean;
  /** Adds `specialUse`. Default `false`. */
  readonly specialUse?: boolean;
  /** Adds `status`: these items of STATUS, such as `UNSEEN`. */
  readonly status?: string | Iterable<string>;
  /** Adds `myRights`. Default `false`. */
  readonly myRights?: boolean;
  /** Adds `metadata`: these annotations, such as `/shared/comment`. */
  readonly metadata?: string | Iterable<string>;
}

/** The items of STATUS that an option names. */
export type ItemOf<Asked> = Asked extends string ? Asked
  : Asked extends Iterable<infer Item extends string> ? Item
  : never;

/** What `status` adds. */
export interface WithStatus<Item extends string> {
  /** The items; `null` if the folder can't be selected, or the server did not tell them. */
  readonly status: FolderStatus<Item> | null;
}

/** What `specialUse` adds. */
export interface WithSpecialUse {
  /** Its special uses, such as `\Sent` (RFC 6154); most folders have none. */
  readonly specialUse: readonly string[];
}

/** What `myRights` adds. */
export interface WithRights {
  /** The user's rights, one letter each (RFC 4314); `null` if the server did not tell them. */
  readonly myRights: string | null;
}

/** What `metadata` adds. */
export interface WithMetadata {
  /**
   * The annotations that have a value, by name; `null` if the server did not tell them (RFC 5464).
   */
  readonly metadata: ReadonlyMap<string, Uint8Array> | null;
}

/** One folder of a list, with what the options ask for. */
export type ListedFolder<Options extends ListFoldersOptions = CallOptions> =
  & FolderListing
  & (Options extends { readonly status: infer Asked } ? WithStatus<ItemOf<Asked>> : unknown)
  & (Options extends { readonly specialUse: true } ? WithSpecialUse : unknown)
  & (Options extends { readonly myRights: true } ? WithRights : unknown)
  & (Options extends { readonly metadata: string | Iterable<string> } ? WithMetadata : unknown);

const NAMES = { name: "a name or a list of names", is: isNames };

const KINDS: Kinds<ListFoldersOptions> = {
  select: NAMES,
  subscribed: BOOLEAN,
  children: BOOLEAN,
  specialUse: BOOLEAN,
  status: NAMES,
  myRights: BOOLEAN,
  metadata: oneOf(STRING, NAMES),
  signal: SIGNAL,
  onProgress: FUNCTION,
};

function isNames(value: unknown): boolean {
  return typeof value === "string" ||
    typeof value === "object" && value !== null && Symbol.iterator in value;
}

const SELECTIONS: readonly string[] = ["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"];

/** Throws `InvalidArgumentError` for options that make no sense; gives what is to be selected. */
export function checkedSelection(options: ListFoldersOptions): ReadonlySet<string> {
  checkOptions(options, KINDS);
  const { select = [] } = options;
  const selected = new Set<string>(typeof select === "string" ? [select] : select);
  for (const name of selected) {
    if (SELECTIONS.includes(name)) continue;
    throw new InvalidArgumentError(`LIST selects ${SELECTIONS.join(", ")}, not ${named(name)}`);
  }
  // RFC 9051 section 6.3.9.1: servers answer BAD.
  const others = selected.size - (selected.has("REMOTE") ? 1 : 0);
  if (selected.has("RECURSIVEMATCH") && others < 2) {
    throw new InvalidArgumentError("RECURSIVEMATCH needs SUBSCRIBED or SPECIAL-USE beside it");
  }
  return selected;
}
