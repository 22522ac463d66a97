import type { UntaggedResponse } from "../model/responses.ts";
import type { Logger } from "../util/log.ts";

/** Called with what the server reports unasked, such as new messages. */
export type ResponseListener = (response: UntaggedResponse) => void;

/** The listeners to a client's updates. */
export class Listeners {
  readonly #listeners = new Set<ResponseListener>();
  readonly #logger: Logger | null;

  /** What a listener throws goes to the logger. */
  constructor(logger: Logger | null) {
    this.#logger = logger;
  }

  /** Adds a listener; returns a function that removes it. */
  add(listener: ResponseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells all of them. */
  tell(response: UntaggedResponse): void {
    for (const listener of this.#listeners) {
      try {
        listener(response);
      } catch (error) {
        this.#logger?.warn(`a listener failed: ${error}`);
      }
    }
  }
}
