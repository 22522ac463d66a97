import type { FolderName } from "./folder_name.ts";
import type { NumberSet } from "./number_set.ts";
import type { SearchIds } from "./search_ids.ts";
import type { Text } from "./text.ts";

/** What a search can return instead of all ids (ESEARCH, RFC 4731; FUZZY, RFC 6203). */
export type SearchReturn = "MIN" | "MAX" | "COUNT" | "ALL" | "RELEVANCY";

/**
 * Which of the results make up a page: from the first one with `[1, 500]`, or from the last one
 * with `[-1, -500]` (PARTIAL, RFC 9394).
 */
export type PartialRange = readonly [from: number, to: number];

/** A page of what a search found. */
export interface SearchPage {
  /** The range that was asked for. */
  readonly range: PartialRange;
  /** The ids in it, in the order of the results; fewer, or none, if there are not so many. */
  readonly ids: SearchIds;
}

/** Everything that a search can be asked to return. */
export interface SearchResults {
  /** The lowest id, or the first one in the order of a sort; `null` if nothing matches. */
  readonly min: number | null;
  /** The highest id, or the last one in the order of a sort; `null` if nothing matches. */
  readonly max: number | null;
  /** How many messages match. */
  readonly count: number;
  /** The ids of all messages that match, as ranges, which after a sort are in its order. */
  readonly all: NumberSet;
  /**
   * How well each message of `all` or of the page matches, from 1 to 100, in the same order; `null`
   * if the server does not say (RFC 6203).
   */
  readonly relevancy: readonly number[] | null;
}

/** What a search returns: what it was asked for. */
export type SearchResult<Returned extends SearchReturn> =
  & Pick<SearchResults, Lowercase<Returned>>
  & {
    /** The highest mod-sequence of the messages found, if `MODSEQ` was searched for (RFC 7162). */
    readonly modseq: bigint | null;
  };

/** A change of the result of a search that is watched (RFC 5267 section 4.3). */
export interface SearchChange {
  /** Whether messages came into the result, or left it. */
  readonly type: "added" | "removed";
  /**
   * Where in the result: the first of them has this position, counted from 1, after it was added or
   * before it was removed. 0: where the order of the folder puts them.
   */
  readonly position: number;
  /** Their ids, in the order of the result. */
  readonly ids: NumberSet;
}

/** Which folders to search (MULTISEARCH, RFC 7377 section 2.2): those of all sources together. */
export interface FolderSources {
  /** These folders. */
  readonly folders?: Text | Iterable<Text>;
  /** These folders and everything below them. */
  readonly subtree?: Text | Iterable<Text>;
  /** These folders and those one level below them. */
  readonly subtreeOne?: Text | Iterable<Text>;
  /** All folders of the user's own. */
  readonly personal?: boolean;
  /** The folders that the user is subscribed to. */
  readonly subscribed?: boolean;
  /** INBOX, and other folders in which mail arrives. */
  readonly inboxes?: boolean;
  /** The selected folder. */
  readonly selected?: boolean;
}

/** What was found in one of several folders. Ids are UIDs. */
export type FolderResult<
  Returned extends SearchReturn = never,
  Page extends PartialRange | undefined = undefined,
> =
  & {
    /** The folder's name. */
    readonly folder: FolderName | Text;
    /** Its UIDVALIDITY; `null` if the server does not say. */
    readonly uidValidity: number | null;
  }
  & ([Returned] extends [never]
    ? Page extends PartialRange ? SearchPage : { readonly uids: SearchIds }
    : SearchResult<Returned> & (Page extends PartialRange ? SearchPage : unknown));
