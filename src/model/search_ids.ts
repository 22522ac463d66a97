/** Message ids that a search found, in the server's order. */
export type SearchIds = number[] & {
  /** The highest mod-sequence of the messages found, if `MODSEQ` was searched for (RFC 7162). */
  readonly modseq: bigint | null;
};

/** Ids as a search result. */
export function searchIds(ids: number[], modseq: bigint | null = null): SearchIds {
  // Not enumerable, so that the array compares and prints like any other.
  return Object.defineProperty(ids, "modseq", { value: modseq }) as SearchIds;
}
