import { ProtocolError } from "../../model/errors.ts";
import type { FetchResponse } from "../../model/responses.ts";

/** Items that servers also send as updates, some of them without the UID. */
const NEWS: readonly string[] = ["FLAGS", "MODSEQ", "X-GM-LABELS"];

/**
 * FETCH responses to UID FETCH or UID STORE without the UID, which RFC 9051 section 6.4.9 requires:
 * nobody can tell which messages they are about. An update of flags looks the same, and is harmless
 * if the server is known to send UIDs.
 */
export class UnnamedRows {
  readonly #keys: readonly string[];
  readonly #numbers = new Set<number>();
  #named = false;

  /** `keys` are the items of an answer. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Notes a response that does not belong to the command by its UID. */
  note({ items, number, uid }: FetchResponse): void {
    const keys = this.#keys;
    if (uid !== null) this.#named = true;
    else if (keys.length > 0 && keys.every((key) => key in items)) this.#numbers.add(number);
  }

  /** Responses with UIDs have come, about other messages. */
  noteNamed(): void {
    this.#named = true;
  }

  /** The message with this number has come with its UID after all. */
  forget(number: number | undefined): void {
    if (number !== undefined) this.#numbers.delete(number);
  }

  /** The error to throw, if any. `came`: whether messages with their UIDs have come. */
  error(command: string, came: boolean, partial: unknown = null): ProtocolError | null {
    const count = this.#numbers.size;
    const mayBeNews = this.#keys.every((key) => NEWS.includes(key));
    if (count === 0 || (mayBeNews && (came || this.#named))) return null;
    const rows = count === 1 ? "a message" : `${count} messages`;
    const text = `the answer to ${command} has ${rows} without the UID, which could be any`;
    return new ProtocolError(text, { partial });
  }
}
