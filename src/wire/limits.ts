/** How much the client accepts from a server before it breaks off, and how much it sends. */
export interface Limits {
  /** Bytes of one response without its literals. Default 16 MiB (`SEARCH` over 2 million). */
  readonly line: number;
  /** Bytes of the literals of one response, apart from those streamed. Default 64 MiB. */
  readonly literal: number;
  /** How deep parentheses may nest. Default 64. */
  readonly nesting: number;
  /** How many items a list may hold. Default 5,000,000. */
  readonly items: number;
  /**
   * Characters of message ids in one command; a longer set is sent in several. Default 8,000, which
   * all servers should accept (RFC 7162 section 4). Some accept no more than 1,000.
   */
  readonly ids: number;
}

/** The limits that apply unless the caller sets others. */
export const DEFAULT_LIMITS: Limits = {
  line: 16 * 1024 * 1024,
  literal: 64 * 1024 * 1024,
  nesting: 64,
  items: 5_000_000,
  ids: 8000,
};
