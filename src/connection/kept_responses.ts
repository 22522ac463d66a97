import { foundIn, rememberFoundIn } from "../model/found_in.ts";
import { Envelope } from "../model/envelope.ts";
import { NumberSet } from "../model/number_set.ts";
import type { FetchResponse, UntaggedResponse } from "../model/responses.ts";
import { detached } from "../wire/unknown_response.ts";

/** About how many bytes the responses kept for one caller may take. */
const BUDGET = 8 * 1024 * 1024;
/** What a response with a number takes, and what any other takes in addition to its values. */
const NUMBER_COST = 64;
const COST = 256;
/** A larger section of a message is not kept: nobody asked for it. */
const LARGEST_SECTION = 4096;

/**
 * Keeps untagged responses that nobody asked for until somebody takes them. The server decides how
 * many come, so they have a budget. Bytes are copied, since a few of them would keep a whole chunk
 * of the connection in memory, and message bodies are left out.
 */
export class KeptResponses {
  #responses: UntaggedResponse[] = [];
  #bytes = 0;
  #omitted = 0;

  /** How many are kept. */
  get count(): number {
    return this.#responses.length;
  }

  /** Keeps a response; `false` if the budget is used up, and then no more are kept. */
  add(response: UntaggedResponse): boolean {
    if (this.#tryAdd(response)) return true;
    this.#omitted++;
    return false;
  }

  #tryAdd(response: UntaggedResponse): boolean {
    if (this.#bytes >= BUDGET) return false;
    if ("number" in response && response.type !== "FETCH" && response.type !== "UNKNOWN") {
      this.#bytes += NUMBER_COST;
      this.#responses.push(response);
      return true;
    }
    const copier = new Copier();
    const copy = copier.copyResponse(response);
    this.#bytes += COST + copier.bytes;
    if (this.#bytes >= BUDGET) return false;
    this.#responses.push(rememberFoundIn(copy, foundIn(response)));
    return true;
  }

  /** Takes all that are kept, for a call's result, with the number of those that were not. */
  result(): { responses: UntaggedResponse[]; omitted?: number } {
    const responses = this.takeAll();
    return this.#omitted === 0 ? { responses } : { responses, omitted: this.#omitted };
  }

  /** Takes all that are kept. */
  takeAll(): UntaggedResponse[] {
    const responses = this.#responses;
    this.#responses = [];
    this.#bytes = 0;
    return responses;
  }
}

/** About how many bytes a value of a response takes in memory. */
export function sizeOf(value: unknown): number {
  const copier = new Copier();
  copier.copy(value);
  return copier.bytes;
}

/** Copies values out of the connection's memory, and counts how many bytes they take. */
class Copier {
  bytes = 0;

  copyResponse(response: UntaggedResponse): UntaggedResponse {
    if (response.type === "FETCH") return this.copy(withoutBodies(response)) as FetchResponse;
    if (response.type !== "UNKNOWN") return this.copy(response) as UntaggedResponse;
    const copy = detached(response);
    this.bytes += copy.raw.length;
    return copy;
  }

  copy(value: unknown): unknown {
    if (typeof value === "string") this.bytes += value.length;
    else this.bytes += 8;
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) {
      this.bytes += value.length;
      return value.slice();
    }
    if (Array.isArray(value)) return value.map((item) => this.copy(item));
    if (value instanceof Envelope) this.copy(value.raw);
    else if (value instanceof NumberSet) this.bytes += value.toString().length;
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    const copy: Record<string, unknown> = Object.create(prototype);
    for (const [name, item] of Object.entries(value)) copy[name] = this.copy(item);
    return copy;
  }
}

/** The items of a FETCH that are updates, such as flags, but no message text. */
function withoutBodies(response: FetchResponse): FetchResponse {
  const isSmall = (value: unknown) =>
    !(value instanceof Uint8Array) || value.length <= LARGEST_SECTION;
  const bad = response.bad?.filter(({ raw }) => isSmall(raw)) ?? [];
  const items = Object.entries(response.items).filter(([, value]) => isSmall(value));
  return { ...response, items: Object.fromEntries(items), bad: bad.length > 0 ? bad : null };
}
