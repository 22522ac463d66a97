import { ProtocolError } from "../model/errors.ts";
import type { FetchResponse, UntaggedResponse } from "../model/responses.ts";
import type { LiteralSink } from "../model/values.ts";
import type { Call } from "./call.ts";
import { CallIndex } from "./call_index.ts";
import type { Command } from "./command.ts";
import { Fifo } from "./fifo.ts";
import { Place } from "./place.ts";

/** From this many calls in flight on, an index finds the one that an answer is for. */
const MANY = 16;

/** The calls that wait to be sent, and those in flight, which wait for their answers. */
export class CallQueue {
  /** How many calls were made on the connection so far. */
  made = 0;
  #waiting = new Fifo<Call | Place>();
  #inFlight = new Fifo<Call>();
  /** Whether a call took changes of messages that its caller will not hear of. */
  hasLostChanges = false;
  /** Of the calls in flight; made when it is first needed. */
  #index: CallIndex | null = null;
  /** How many of the calls in flight last until they are interrupted. */
  #endless = 0;
  /** How many of the calls in flight are exclusive. */
  #exclusive = 0;
  /** How many of the calls in flight may want literals as streams. */
  #streaming = 0;
  readonly #maxResponses: number;

  /** `maxResponses` may come while one call waits for its answer. */
  constructor(maxResponses: number) {
    this.#maxResponses = maxResponses;
  }

  // The calls that wait

  /** How many calls wait to be sent; a place counts as one, however many commands are in it. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether more than one call needs the connection. A call such as IDLE does not count. */
  get isShared(): boolean {
    return this.#inFlight.size > 1 || this.#waiting.find(isUrgent) !== undefined;
  }

  /**
   * Puts a call at the end of the queue or, if it is one of several commands of a call, into that
   * call's place. Endless calls in flight, which would hold it up, are told to end.
   */
  add(call: Call): void {
    const { place } = call.request;
    // A command that comes after its call was over is like any other.
    if (place !== undefined && !place.isOut) call.place = place;
    (call.place?.calls ?? this.#waiting).add(call);
    if (this.#endless > 0) { for (const other of this.#inFlight) other.interrupt(); }
  }

  /** Reserves a place for a call that takes several commands. Later calls wait for all of them. */
  keepPlace(): Place {
    const place = new Place();
    this.#waiting.add(place);
    return place;
  }

  /** Gives the place back: no more commands will come. */
  leavePlace(place: Place): void {
    place.isLeft = true;
    if (place.calls.size === 0 && !place.isOut) this.#waiting.remove(place);
  }

  /** Removes a call that has not been sent; `false` if it has. */
  remove(call: Call): boolean {
    if (call.isSent || call.isOut) return false;
    this.#takeOut(call);
    return true;
  }

  #takeOut(call: Call): void {
    const { place } = call;
    if (place === null) return this.#waiting.remove(call);
    place.calls.remove(call);
    if (place.isLeft) this.leavePlace(place);
  }

  /** Takes the next call, if it may run beside those in flight (RFC 9051 section 5.5). */
  next(): Call | null {
    const { first } = this.#waiting;
    const call = first instanceof Place ? first.calls.first : first;
    if (call === undefined || !this.#mayRun(call.command)) return null;
    this.#takeOut(call);
    return call;
  }

  /**
   * Whether a command may run now. The calls in flight are of one kind: the oldest speaks for all.
   */
  #mayRun(command: Command<unknown>): boolean {
    const { oldest } = this;
    if (oldest === undefined) return true;
    if (oldest.command.independent && this.#inFlight.size === 1) return isOrdinary(command);
    const { pipelining = "alone", uncorrelated, name } = command;
    if (pipelining === "alone" || pipelining !== oldest.command.pipelining) return false;
    if (command.exclusive !== undefined || this.#exclusive > 0) {
      if (this.#near(command).find((call) => disturbs(call.command, command))) return false;
    }
    return !uncorrelated || this.#inFlight.find(({ command: other }) => {
          return other.name === name && (uncorrelated === true || other.uncorrelated !== "named");
        }) === undefined;
  }

  /** The calls in flight that may name the same messages. */
  #near({ messages }: Command<unknown>): Fifo<Call> | readonly Call[] {
    if (this.#inFlight.size < MANY || messages === undefined) return this.#inFlight;
    return this.#indexed().near(messages) ?? this.#inFlight;
  }

  // The calls in flight

  /** The oldest of the calls in flight. */
  get oldest(): Call | undefined {
    return this.#inFlight.first;
  }

  /** A call is about to be sent. */
  begin(call: Call): void {
    call.isSent = true;
    this.#inFlight.add(call);
    this.#index?.add(call);
    if (call.command.interrupt !== undefined) this.#endless++;
    if (call.command.exclusive !== undefined) this.#exclusive++;
    if (call.command.literal !== undefined) this.#streaming++;
    if (this.#waiting.size > 0) call.interrupt();
  }

  /** A call has its answer. */
  end(call: Call): void {
    if (call.command.interrupt !== undefined) this.#endless--;
    if (call.command.exclusive !== undefined) this.#exclusive--;
    if (call.command.literal !== undefined) this.#streaming--;
    this.#inFlight.remove(call);
    this.#index?.remove(call);
    if (this.#inFlight.size === 0) this.#index = null;
  }

  /** Finds the call that a tagged response is for. */
  find(tag: string): Call | undefined {
    const { oldest } = this;
    if (oldest?.tag === tag) return oldest;
    if (this.#inFlight.size < MANY) return this.#inFlight.find((call) => call.tag === tag);
    return this.#indexed().find(tag);
  }

  /** Finds the call that takes part in an exchange, as AUTHENTICATE does. */
  responder(): Call | undefined {
    return this.#inFlight.find(({ command }) => command.respond !== undefined);
  }

  /** Whether a call is the newest of those in flight. */
  isNewest(call: Call): boolean {
    return this.#inFlight.last === call;
  }

  #indexed(): CallIndex {
    return this.#index ??= new CallIndex(this.#inFlight);
  }

  /** Empties the queue, and returns all calls that were in it. */
  takeAll(): Call[] {
    const all = [...this.#inFlight];
    for (const it of this.#waiting) {
      if (it instanceof Place) all.push(...it.calls);
      else all.push(it);
      it.isOut = true;
    }
    this.#waiting = new Fifo();
    this.#inFlight = new Fifo();
    this.#index = null;
    this.#endless = this.#exclusive = this.#streaming = 0;
    for (const call of all) call.isOut = true;
    return all;
  }

  // Responses

  /** Counts what comes while a call waits for its answer. Throws if that is too much. */
  count(): void {
    const { oldest } = this;
    if (oldest !== undefined && ++oldest.heard > this.#maxResponses) throw this.#tooMany(oldest);
  }

  #tooMany({ command }: Call): ProtocolError {
    const what = `more than ${this.#maxResponses} responses during ${command.name}`;
    return new ProtocolError(`the server sent ${what}`);
  }

  /** Offers a response to the calls in flight, the oldest first; `true` if one claims it. */
  offer(response: UntaggedResponse): boolean {
    const { first, size } = this.#inFlight;
    if (first === undefined) return false;
    if (++first.heard > this.#maxResponses) throw this.#tooMany(first);
    if (response.type === "FETCH") {
      return size === 1 ? this.#accepts(first, response) : this.#offerFetch(first, response);
    }
    // If it names the command that it answers, it belongs to no other (RFC 9051 section 7.3.4).
    if (response.type === "ESEARCH" && response.tag !== null) {
      const call = this.find(response.tag);
      return call !== undefined && this.#accepts(call, response);
    }
    return this.#inFlight.find((call) => this.#accepts(call, response)) !== undefined;
  }

  /**
   * Offers a FETCH to several calls. Dovecot may answer two commands about a message before it
   * sends OK to either, so the second answer is for a command that has none yet, or it is an update
   * of the message.
   */
  #offerFetch(first: Call, response: FetchResponse): boolean {
    // Most often it is for the first call.
    const isFirsts = this.#index === null && !knows(first, response);
    if (isFirsts && this.#accepts(first, response)) return true;
    const offered = isFirsts ? first : null;
    const calls = this.#mayTake(first, response);
    const takes = (isKnown: boolean) => (call: Call) =>
      call !== offered && knows(call, response) === isKnown && this.#accepts(call, response);
    return (calls.find(takes(false)) ?? calls.find(takes(true))) !== undefined;
  }

  #accepts(call: Call, response: UntaggedResponse): boolean {
    const isTaken = accepts(call, response);
    if (isTaken && call.isSettled && tellsChange(response)) this.hasLostChanges = true;
    return isTaken;
  }

  #mayTake({ command }: Call, { uid }: FetchResponse): Fifo<Call> | readonly Call[] {
    const isIndexed = this.#inFlight.size >= MANY && command.pipelining === "uids";
    return isIndexed && uid !== null ? this.#indexed().forUid(uid) : this.#inFlight;
  }

  /** Whether a call in flight may want literals as streams. */
  get takesLiterals(): boolean {
    return this.#streaming > 0;
  }

  /** Offers a long literal to the calls in flight; `null` if none takes it. */
  offerLiteral(head: FetchResponse, item: string): LiteralSink | null {
    for (const call of this.#inFlight) {
      const sink = sinkOf(call, head, item);
      if (sink !== null) return sink;
    }
    return null;
  }
}

function isUrgent(call: Call | Place): boolean {
  return call instanceof Place || call.command.interrupt === undefined;
}

/**
 * Whether two commands may spoil each other's answers. Dovecot answers STORE 1 +FLAGS (a) and STORE
 * 1 -FLAGS (b), sent together, by one FETCH with the result of both; and UID STORE together with
 * UID SEARCH by a FETCH without UID.
 */
function disturbs(one: Command<unknown>, other: Command<unknown>): boolean {
  if (one.exclusive === undefined && other.exclusive === undefined) return false;
  if (one.messages === undefined || other.messages === undefined) {
    return one.exclusive === "any" || other.exclusive === "any";
  }
  return one.messages.overlaps(other.messages);
}

/** Whether a command neither changes the connection nor lasts until it is interrupted. */
function isOrdinary({ state, respond, interrupt }: Command<unknown>): boolean {
  return state !== undefined && respond === undefined && interrupt === undefined;
}

// A command that throws fails by itself; the connection goes on.

function sinkOf(call: Call, head: FetchResponse, item: string): LiteralSink | null {
  try {
    return call.command.literal?.(head, item) ?? null;
  } catch (error) {
    call.reject(error);
    return null;
  }
}

function knows(call: Call, response: FetchResponse): boolean {
  try {
    return call.command.knows?.(response) ?? false;
  } catch (error) {
    call.reject(error);
    return false;
  }
}

function accepts(call: Call, response: UntaggedResponse): boolean {
  try {
    return call.command.accept?.(response) ?? false;
  } catch (error) {
    call.reject(error);
    return true;
  }
}

/** Whether it may tell what has changed since a mod-sequence (RFC 7162). */
function tellsChange(response: UntaggedResponse): boolean {
  return response.type === "VANISHED" || response.type === "FETCH" && "MODSEQ" in response.items;
}
