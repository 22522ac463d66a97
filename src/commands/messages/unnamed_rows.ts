import { ProtocolError } from "../../model/errors.ts";
import type { FetchResponse } from "../../model/responses.ts";

/** What servers tell of their own accord too, and some of them without the UID. */
const NEWS: readonly string[] = ["FLAGS", "MODSEQ", "X-GM-LABELS"];

/**
 * The rows of an answer to UID FETCH or UID STORE that lack the UID, as no row may (RFC 9051 section
 * 6.4.9): nobody can tell which messages they are of. News of flags looks the same, and is harmless
 * where the server is seen to tell UIDs.
 */
export class UnnamedRows {
  readonly #keys: readonly string[];
  readonly #numbers = new Set<number>();
  #named = false;

  /** `keys` are the items that a row of the answer has. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Takes in a row that is not for the command, as far as its UID tells. */
  note({ items, number, uid }: FetchResponse): void {
    const keys = this.#keys;
    if (uid !== null) this.#named = true;
    else if (keys.length > 0 && keys.every((key) => key in items)) this.#numbers.add(number);
  }

  /** Rows with UIDs have come, of other messages. */
  noteNamed(): void {
    this.#named = true;
  }

  /** The message with this number came with its UID after all. */
  forget(number: number): void {
    this.#numbers.delete(number);
  }

  /** The error to throw, if any; `came`: whether messages came that have their UIDs. */
  error(command: string, came: boolean, partial: unknown = null): ProtocolError | null {
    const count = this.#numbers.size;
    const mayBeNews = this.#keys.every((key) => NEWS.includes(key));
    if (count === 0 || (mayBeNews && (came || this.#named))) return null;
    const rows = count === 1 ? "a message" : `${count} messages`;
    const text = `the answer to ${command} has ${rows} without the UID: no telling which it is of`;
    return new ProtocolError(text, { partial });
  }
}
