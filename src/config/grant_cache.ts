/** What is known about one grant. */
export interface GrantEntry {
  /** The refresh token to use next: a provider may give a new one with each access token. */
  refreshToken: string;
  /** Whether it is another than the caller's, which may be good no more. */
  replaced: boolean;
  /** The access token to give out, if there is one. */
  accessToken: string | null;
  /** Until when the access token is given out, in milliseconds of `Date.now()`. */
  until: number;
  /** The request under way, for all who wait for it. */
  pending: Promise<string> | null;
}

/** So many grants are remembered. */
const MAX_ENTRIES = 1000;

/** The grants for which tokens were asked, for as long as what is known of them is of use. */
export class GrantCache {
  /** The one used last stands last. */
  readonly #entries = new Map<string, GrantEntry>();

  /** How many are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** What is known of a grant, to be used now. What is of no use any more is forgotten. */
  take(name: string, refreshToken: string, now: number): GrantEntry {
    const entry = this.#entries.get(name) ??
      { refreshToken, replaced: false, accessToken: null, until: 0, pending: null };
    this.#entries.delete(name);
    this.#forgetExpired(now);
    this.#entries.set(name, entry);
    return entry;
  }

  #forgetExpired(now: number): void {
    for (const [name, entry] of this.#entries) {
      if (entry.pending !== null) continue;
      if (now >= entry.until) entry.accessToken = null;
      const isOfUse = entry.accessToken !== null || entry.replaced;
      if (!isOfUse || this.#entries.size >= MAX_ENTRIES) this.#entries.delete(name);
    }
  }
}
