import { isNewsOf } from "../../commands/messages/fetch.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import type { AskedNews } from "../../connection/asked_news.ts";

/** A guess at the memory that a message takes besides its strings and bytes. */
const OVERHEAD = 200;

/** A message that the server may describe further. */
export interface PartialMessage {
  /** The id by which it was requested. */
  readonly id: number;
  /** What is known of it. */
  readonly message: FetchedBase;
}

/**
 * Messages of a FETCH that are incomplete. The rest of the one being described may come next; once
 * another one begins, it will not. Updates of flags come at any time, for any message, and mean
 * nothing here.
 */
export class PartialMessages {
  #current: PartialMessage | null = null;
  readonly #news = new Map<number, FetchedBase>();
  readonly #asked: AskedNews | undefined;
  #bytes = 0;

  /** `asked` is what the server may tell unasked. */
  constructor(asked?: AskedNews) {
    this.#asked = asked;
  }

  /** About how much memory they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Removes a message and returns what is known of it. */
  take(id: number): FetchedBase | undefined {
    const message = this.#current?.id === id ? this.#current.message : this.#news.get(id);
    if (message === undefined) return undefined;
    this.#bytes -= weightOf(message);
    if (this.#current?.id === id) this.#current = null;
    else this.#news.delete(id);
    return message;
  }

  /** Keeps an incomplete message as the one being described; there must be no other. */
  keep(id: number, message: FetchedBase): void {
    this.#bytes += weightOf(message);
    if (this.isNews(message)) this.#news.set(id, message);
    else this.#current = { id, message };
  }

  /** Whether a message holds only what servers also send unasked. */
  isNews(message: FetchedBase): boolean {
    return isNewsOf(message, this.#asked) ||
      Object.keys(message).every((key) => /^(?:SEQ|UID|FLAGS|MODSEQ)$/.test(key));
  }

  /** Removes the message being described: another one begins, or the answer is over. */
  takeCurrent(): PartialMessage | null {
    const current = this.#current;
    if (current !== null) this.#bytes -= weightOf(current.message);
    this.#current = null;
    return current;
  }

  /** Drops all messages. */
  clear(): void {
    this.#current = null;
    this.#news.clear();
    this.#bytes = 0;
  }
}

function weightOf(message: FetchedBase): number {
  let weight = OVERHEAD;
  for (const value of Object.values(message)) {
    if (typeof value === "string" || value instanceof Uint8Array) weight += value.length;
    else if (Array.isArray(value)) { for (const it of value) weight += 20 + String(it).length; }
  }
  return weight;
}
