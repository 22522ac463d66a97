import type { NumberSet } from "../model/number_set.ts";
import type { Call } from "./call.ts";
import type { Command } from "./command.ts";

/** A command whose FETCH responses are found by their UIDs where very many calls are in flight. */
export interface UidCommand<Result> extends Command<Result> {
  /** The only UIDs whose FETCH responses it accepts, of the responses that have a UID. */
  readonly uids?: NumberSet;
  /** Responses with UIDs that are not its own have come and were not offered to it. */
  passedOver?(): void;
}

/** A larger set counts as one that names any message. */
const MAX_IDS = 32;

/** Finds, among very many calls in flight, those that a response or another call may be about. */
export class CallIndex {
  readonly #byTag = new Map<string, Call>();
  /** The calls that name few messages, by their ids. */
  readonly #byMessage = new Map<number, Set<Call>>();
  /** The calls that may be about any message. */
  readonly #wide = new Set<Call>();
  /** The calls that may accept any FETCH response. */
  readonly #takers = new Set<Call>();
  /** How many responses were offered by their UIDs: in all, and before each call began. */
  #offered = 0;
  readonly #offeredBefore = new Map<Call, number>();

  /** An index of the calls in flight, in their order. */
  constructor(calls: Iterable<Call>) {
    for (const call of calls) this.add(call);
  }

  /** A call begins, after all others. */
  add(call: Call): void {
    this.#byTag.set(call.tag, call);
    this.#offeredBefore.set(call, this.#offered);
    const { messages, uids } = call.command as UidCommand<unknown>;
    if (!isSmall(uids)) this.#takers.add(call);
    if (!isSmall(messages)) return void this.#wide.add(call);
    for (const id of messages) {
      const calls = this.#byMessage.get(id);
      if (calls === undefined) this.#byMessage.set(id, new Set([call]));
      else calls.add(call);
    }
  }

  /** A call is over. */
  remove(call: Call): void {
    const { messages } = call.command;
    this.#byTag.delete(call.tag);
    this.#wide.delete(call);
    for (const id of isSmall(messages) ? messages : []) {
      const calls = this.#byMessage.get(id);
      calls?.delete(call);
      if (calls?.size === 0) this.#byMessage.delete(id);
    }
    if (!this.#takers.delete(call) && this.#offeredBefore.get(call) !== this.#offered) {
      (call.command as UidCommand<unknown>).passedOver?.();
    }
    this.#offeredBefore.delete(call);
  }

  /** The call with this tag. */
  find(tag: string): Call | undefined {
    return this.#byTag.get(tag);
  }

  /** The calls that may accept a FETCH response with this UID, the oldest first. */
  forUid(uid: number): readonly Call[] {
    this.#offered++;
    const named = this.#byMessage.get(uid) ?? [];
    return [...new Set([...this.#takers, ...named])].sort((one, other) => one.order - other.order);
  }

  /** The calls that may be about some of these messages; `null` if any may. */
  near(messages: NumberSet): readonly Call[] | null {
    if (!isSmall(messages)) return null;
    const near = new Set(this.#wide);
    for (const id of messages) for (const call of this.#byMessage.get(id) ?? []) near.add(call);
    return [...near];
  }
}

function isSmall(ids: NumberSet | undefined): ids is NumberSet {
  return ids !== undefined && ids.size <= MAX_IDS;
}
