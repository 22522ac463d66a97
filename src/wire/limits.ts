/** How much the client takes from a server before it calls it hostile, and how much it sends. */
export interface Limits {
  /** Bytes of one response, its literals not counted. Default 16 MiB (`SEARCH` over 2 million). */
  readonly line: number;
  /** Bytes of the literals of one response in memory. Default 64 MiB; streamed ones are free. */
  readonly literal: number;
  /** How deep parentheses may nest. Default 64. */
  readonly nesting: number;
  /** How many items a list may hold. Default 5,000,000. */
  readonly items: number;
  /**
   * Characters of message ids in one command; a longer set goes in several. Default 8,000, which
   * all servers should take (RFC 7162 section 4). Some take 1,000.
   */
  readonly ids: number;
}

/** The limits that hold where the caller says nothing else. */
export const DEFAULT_LIMITS: Limits = {
  line: 16 * 1024 * 1024,
  literal: 64 * 1024 * 1024,
  nesting: 64,
  items: 5_000_000,
  ids: 8000,
};
