import type { Command } from "../command.ts";
import { Call, Place } from "./call.ts";
import { ProtocolError } from "../errors.ts";
import type { FetchResponse, UntaggedResponse } from "../model/responses.ts";
import type { LiteralSink } from "../model/values.ts";

/** The calls that wait to be sent, and those that wait for their answers. */
export class CallQueue {
  #waiting: (Call | Place)[] = [];
  #inFlight: Call[] = [];
  /** How many of those in flight last until they are interrupted. */
  #endless = 0;
  /** How many of those in flight are exclusive. */
  #exclusive = 0;
  readonly #most: number;

  /** So many responses may come for one call. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The first of those whose answers are owed. */
  get oldest(): Call | undefined {
    return this.#inFlight[0];
  }

  /** Whether more than one call needs the connection; IDLE can wait. */
  get isShared(): boolean {
    return this.#inFlight.length > 1 || this.#waiting.some(isUrgent);
  }

  /**
   * Puts a call at the end of the queue or, where it is one of several commands of a call, in the
   * place of that. What would hold it up for ever is told to end.
   */
  add(call: Call): void {
    const { place } = call.request;
    if (place === undefined) this.#waiting.push(call);
    else this.#waiting.splice(this.#waiting.indexOf(place), 0, call);
    if (this.#endless > 0) { for (const other of this.#inFlight) other.interrupt(); }
  }

  /** Keeps a place for a call that takes several commands: what is queued later waits for all. */
  keepPlace(): Place {
    const place = new Place();
    this.#waiting.push(place);
    return place;
  }

  /** That call is over. */
  leavePlace(place: Place): void {
    const at = this.#waiting.indexOf(place);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** How many calls wait to be sent. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a call out that was not sent yet. */
  remove(call: Call): boolean {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** The next call, if it may run beside those in flight (RFC 9051 section 5.5). */
  next(): Call | null {
    const call = this.#waiting[0];
    if (call === undefined || call instanceof Place || !this.#mayRun(call.command)) return null;
    this.#waiting.shift();
    return call;
  }

  /** Those in flight are all of one kind, or it is one alone: the first speaks for all. */
  #mayRun(command: Command<unknown>): boolean {
    const { oldest } = this;
    if (oldest === undefined) return true;
    if (oldest.command.aside && this.#inFlight.length === 1) return isOrdinary(command);
    const { pipelining = "alone", unmarked, name } = command;
    if (pipelining === "alone" || pipelining !== oldest.command.pipelining) return false;
    if (command.exclusive !== undefined || this.#exclusive > 0) {
      if (this.#inFlight.some((call) => disturbs(call.command, command))) return false;
    }
    return !unmarked || !this.#inFlight.some(({ command }) => command.name === name);
  }

  /** A call is about to be sent. */
  begin(call: Call): void {
    this.#inFlight.push(call);
    if (call.command.interrupt !== undefined) this.#endless++;
    if (call.command.exclusive !== undefined) this.#exclusive++;
    if (this.#waiting.length > 0) call.interrupt();
  }

  /** The call that a tagged response is for. */
  find(tag: string): Call | undefined {
    const { oldest } = this;
    if (oldest?.tag === tag) return oldest;
    return this.#inFlight.find((call) => call.tag === tag);
  }

  /** Whether a call is the one that was begun last. */
  isNewest(call: Call): boolean {
    return this.#inFlight.at(-1) === call;
  }

  /** A call has its answer. */
  end(call: Call): void {
    if (call.command.interrupt !== undefined) this.#endless--;
    if (call.command.exclusive !== undefined) this.#exclusive--;
    if (call === this.oldest) this.#inFlight.shift();
    else this.#inFlight.splice(this.#inFlight.indexOf(call), 1);
  }

  /** Empties the queue. */
  takeAll(): Call[] {
    const waiting = this.#waiting.filter((call) => call instanceof Call);
    const all = [...this.#inFlight, ...waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#endless = 0;
    this.#exclusive = 0;
    return all;
  }

  /** Counts what came while a call waits for its answer; throws where that is too much. */
  count(): void {
    const { oldest } = this;
    if (oldest === undefined || ++oldest.heard <= this.#most) return;
    const { name } = oldest.command;
    throw new ProtocolError(`the server sent more than ${this.#most} responses during ${name}`);
  }

  /** Offers a response to the calls in flight, the oldest first; `true` if one claims it. */
  offer(response: UntaggedResponse): boolean {
    this.count();
    const calls = this.#inFlight;
    // It may name the command that it answers: then it is nobody else's (RFC 9051 section 7.3.4).
    if (response.type === "ESEARCH" && response.tag !== null) {
      const call = this.find(response.tag);
      return call !== undefined && accepts(call, response);
    }
    if (calls.length > 1 && response.type === "FETCH") return offerFetch(calls, response);
    for (let i = 0; i < calls.length; i++) if (accepts(calls[i], response)) return true;
    return false;
  }

  /** Whether a call might want to have literals as streams. */
  get takesLiterals(): boolean {
    return this.#inFlight.some(({ command }) => command.literal !== undefined);
  }

  /** Offers a long literal to the calls in flight. */
  offerLiteral(head: FetchResponse, item: string): LiteralSink | null {
    for (const call of this.#inFlight) {
      const sink = sinkOf(call, head, item);
      if (sink !== null) return sink;
    }
    return null;
  }

  /** The call that takes part in a conversation, as AUTHENTICATE does. */
  responder(): Call | undefined {
    return this.#inFlight.find(({ command }) => command.respond !== undefined);
  }
}

function isUrgent(call: Call | Place): boolean {
  return call instanceof Place || call.command.interrupt === undefined;
}

/**
 * Whether two commands may spoil each other's answers. To STORE 1 +FLAGS (a) and STORE 1 -FLAGS (b)
 * sent together Dovecot answers by one FETCH, with what came of both; to a UID STORE together with
 * a UID SEARCH by a FETCH without UID.
 */
function disturbs(one: Command<unknown>, other: Command<unknown>): boolean {
  if (one.exclusive === undefined && other.exclusive === undefined) return false;
  if (one.messages === undefined || other.messages === undefined) {
    return one.exclusive === "any" || other.exclusive === "any";
  }
  return one.messages.overlaps(other.messages);
}

/** Whether a command neither changes the connection nor goes on till it is interrupted. */
function isOrdinary({ state, respond, interrupt }: Command<unknown>): boolean {
  return state !== undefined && respond === undefined && interrupt === undefined;
}

function sinkOf(call: Call, head: FetchResponse, item: string): LiteralSink | null {
  try {
    return call.command.literal?.(head, item) ?? null;
  } catch (error) {
    call.reject(error);
    return null;
  }
}

/**
 * Dovecot may answer two commands about a message before it says OK to either: the second answer is
 * for a command that has none yet, or it is news of the message.
 */
function offerFetch(calls: readonly Call[], response: FetchResponse): boolean {
  for (const call of calls) if (!knows(call, response) && accepts(call, response)) return true;
  for (const call of calls) if (knows(call, response) && accepts(call, response)) return true;
  return false;
}

function knows({ command }: Call, response: FetchResponse): boolean {
  return command.knows?.(response) ?? false;
}

function accepts(call: Call, response: UntaggedResponse): boolean {
  try {
    return call.command.accept?.(response) ?? false;
  } catch (error) {
    // A command's own mistake is its own failure; the connection goes on.
    call.reject(error);
    return true;
  }
}
