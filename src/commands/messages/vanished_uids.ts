import { ProtocolError } from "../../model/errors.ts";
import { union } from "../../model/id_ranges.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { UntaggedResponse } from "../../model/responses.ts";

/** The UIDs of removed messages that come in the answer to a command (RFC 7162 section 3.2.10). */
export class VanishedUids {
  readonly #most: number;
  readonly #all: NumberSet[] = [];
  readonly #now: NumberSet[] = [];
  #ranges = 0;
  #error: ProtocolError | null = null;

  /** At most so many ranges of UIDs. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Notes a response, and returns whether it is the command's alone. Messages that are removed
   * while the command runs are news for others too.
   */
  take(response: UntaggedResponse): boolean {
    if (response.type === "UNKNOWN" && response.name === "VANISHED") {
      this.#error ??= response.error;
      return true;
    }
    if (response.type !== "VANISHED") return false;
    for (const _ of response.uids.ranges()) this.#ranges++;
    if (this.#ranges > this.#most) {
      throw new ProtocolError(`more than ${this.#most} ranges of removed messages`);
    }
    this.#all.push(response.uids);
    if (!response.earlier) this.#now.push(response.uids);
    return response.earlier;
  }

  /** All UIDs that were named. */
  get all(): NumberSet {
    return union(this.#all);
  }

  /** The error of the first response that could not be read. */
  get error(): ProtocolError | null {
    return this.#error;
  }

  /** Takes out what was said about messages before they were removed. */
  removeFrom(messages: Map<number, unknown>): void {
    const removed = union(this.#now);
    for (const uid of [...messages.keys()]) if (removed.has(uid)) messages.delete(uid);
  }
}
