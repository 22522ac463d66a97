/** What is known about one grant. */
export interface GrantEntry {
  /** The refresh token to use next: a provider may give a new one with each access token. */
  refreshToken: string;
  /** Whether it replaced the caller's, which may no longer be valid. */
  replaced: boolean;
  /** The access token to return, if there is one. */
  accessToken: string | null;
  /** Until when the access token is returned, in milliseconds of `Date.now()`. */
  until: number;
  /** The request under way, which all callers share. */
  pending: Promise<string> | null;
}

/** The most grants to remember. */
const MAX_ENTRIES = 1000;

/** What is known about grants, for as long as it is of use. */
export class GrantCache {
  /** The one used last comes last. */
  readonly #entries = new Map<string, GrantEntry>();

  /** How many are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** What is known about a grant, for use now. Forgets what is no longer of use. */
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
