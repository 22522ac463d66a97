import type { UntaggedResponse } from "../model/responses.ts";
import type { Logger } from "../util/log.ts";

/** Hears what the server tells of its own accord, such as new messages. */
export type ResponseListener = (response: UntaggedResponse) => void;

/** Who listens to a client's news. */
export class Listeners {
  readonly #listeners = new Set<ResponseListener>();
  readonly #logger: Logger | null;

  /** What a listener throws goes to the logger. */
  constructor(logger: Logger | null) {
    this.#logger = logger;
  }

  /** Adds a listener; gives how to remove it. */
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
