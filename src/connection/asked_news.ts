/** What a NOTIFY has asked the server to tell unasked. */
export interface NewsRequest {
  /** Whether it may tell of folders that are not selected. */
  readonly ofOthers: boolean;
  /** Whether it may tell of expunged messages at any time, and not only during some commands. */
  readonly movesNumbers: boolean;
  /** The keys of the FETCH items that it tells of new messages, besides UID. */
  readonly items: readonly string[];
}

const NOTHING: NewsRequest = { ofOthers: false, movesNumbers: false, items: [] };

/**
 * What NOTIFY (RFC 5465) has the server tell unasked, at any time: commands must not take it for
 * their answer. Whoever reads responses keeps this object, since it may change before they come.
 */
export class AskedNews implements NewsRequest {
  readonly #isUnasked: () => boolean;
  #request = NOTHING;

  /** `isUnasked`: whether the server tells of other folders without NOTIFY. */
  constructor(isUnasked: () => boolean) {
    this.#isUnasked = isUnasked;
  }

  /** See {@linkcode NewsRequest}. */
  get ofOthers(): boolean {
    return this.#request.ofOthers || this.#isUnasked();
  }

  /** See {@linkcode NewsRequest}. */
  get movesNumbers(): boolean {
    return this.#request.movesNumbers;
  }

  /** See {@linkcode NewsRequest}. */
  get items(): readonly string[] {
    return this.#request.items;
  }

  /** Whether anything was asked for. */
  get isOn(): boolean {
    return this.#request !== NOTHING;
  }

  /** A NOTIFY has succeeded. */
  begin(request: NewsRequest): void {
    this.#request = request;
  }

  /** NOTIFY NONE, or what has the same effect. */
  end(): void {
    this.#request = NOTHING;
  }
}
