import type { FetchedBase } from "../../model/fetch_types.ts";

/** What a message takes besides its strings and bytes, as a guess. */
const OVERHEAD = 200;

/** A message of which the server may have more to say. */
export interface PartialMessage {
  /** The id that it was asked for by. */
  readonly id: number;
  /** What is known of it. */
  readonly message: FetchedBase;
}

/**
 * Messages of a FETCH that lack something. Of the one that is being described the rest may come
 * next; with another one it is over. News of flags come at any time, of any message, and say
 * nothing of that.
 */
export class PartialMessages {
  #current: PartialMessage | null = null;
  readonly #news = new Map<number, FetchedBase>();
  #bytes = 0;

  /** About how much memory they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is known of a message, which is taken out. */
  take(id: number): FetchedBase | undefined {
    const message = this.#current?.id === id ? this.#current.message : this.#news.get(id);
    if (message === undefined) return undefined;
    this.#bytes -= weightOf(message);
    if (this.#current?.id === id) this.#current = null;
    else this.#news.delete(id);
    return message;
  }

  /** Keeps a message that lacks something; there is no other that is being described. */
  keep(id: number, message: FetchedBase): void {
    this.#bytes += weightOf(message);
    if (isNews(message)) this.#news.set(id, message);
    else this.#current = { id, message };
  }

  /** Takes out the message that is being described: another one begins, or none is left. */
  takeCurrent(): PartialMessage | null {
    const current = this.#current;
    if (current !== null) this.#bytes -= weightOf(current.message);
    this.#current = null;
    return current;
  }

  /** Lets go of all. */
  clear(): void {
    this.#current = null;
    this.#news.clear();
    this.#bytes = 0;
  }
}

/** Whether it says only what servers tell of their own accord, too. */
export function isNews(message: FetchedBase): boolean {
  return Object.keys(message).every((key) => /^(?:SEQ|UID|FLAGS|MODSEQ)$/.test(key));
}

function weightOf(message: FetchedBase): number {
  let weight = OVERHEAD;
  for (const value of Object.values(message)) {
    if (typeof value === "string" || value instanceof Uint8Array) weight += value.length;
    else if (Array.isArray(value)) { for (const it of value) weight += 20 + String(it).length; }
  }
  return weight;
}
