import { idle, type IdleCommand } from "../../commands/watch/idle.ts";
import { noop } from "../../commands/session/session.ts";
import type { Connection } from "../../connection/connection.ts";
import type { CallRequest } from "../../connection/call.ts";
import { turnsForInput } from "../../connection/deadline.ts";
import { IllegalStateError, ImapAbortError, ImapError } from "../../model/errors.ts";
import { KeptResponses } from "../../connection/kept_responses.ts";
import type { UntaggedResponse } from "../../model/responses.ts";

/** How often something is done, in seconds. */
export interface IdlePace {
  /** After how long IDLE is renewed. */
  readonly renewEvery: number;
  /** How often a server without IDLE is asked. */
  readonly pollEvery: number;
}

/** How long the connection stays free for further commands before IDLE resumes, in seconds. */
const RESUME_AFTER = 0.05;
/** Reading pauses when this many updates wait to be taken. */
const WAITING = 1000;

/**
 * Collects updates from the server, from `begin` to `stop`, until they are taken. IDLE is renewed
 * before the server loses patience, and resumed after other commands; a server without IDLE is
 * polled by NOOP. Updates that come before `begin` are kept too.
 */
export class Idling {
  readonly #connection: Connection;
  readonly #pace: IdlePace;
  /** The scope of its commands: another folder has other updates. */
  readonly #request: CallRequest;
  /** Stops collecting updates. */
  readonly stopListening: () => void;
  readonly #events = new KeptResponses();
  readonly #takers = new Set<() => void>();
  /** Gives up the command under way. */
  readonly #abandoned = new AbortController();
  #failure: { readonly reason: unknown } | null = null;
  #current: IdleCommand | null = null;
  #stopping = false;
  #endPause: () => void = () => {};
  /** Whether only updates can come now, so that reading may pause. */
  #listening = false;
  #holding = false;
  /** Whether the next NOOP waits until the updates are taken. */
  #waitsToBeTaken = false;
  #text = "";
  #course: Promise<void> = Promise.resolve();

  /** `listen` adds a listener for all updates, and returns how to remove it. */
  constructor(
    connection: Connection,
    pace: IdlePace,
    listen: (listener: (response: UntaggedResponse) => void) => () => void,
    scope: CallRequest,
  ) {
    this.#connection = connection;
    this.#request = { ...scope, signal: this.#abandoned.signal };
    this.#pace = pace;
    const stopHearing = listen((response) => this.#add(response));
    const stopWaiting = connection.onEnd((reason) => this.#fail(reason));
    this.stopListening = () => {
      stopHearing();
      stopWaiting();
    };
  }

  /** Whether no more updates can come: it ended, or its folder is no longer selected. */
  get isOver(): boolean {
    const { selection, isBound } = this.#request;
    const { current } = this.#connection.session.selections;
    return this.#stopping || (isBound === true && selection !== "ambiguous" && selection < current);
  }

  /**
   * Begins; resolves once the server sends updates. If the server refuses IDLE although it offers
   * it, `poll` says whether to use NOOP instead.
   */
  async begin(poll: boolean, signal?: AbortSignal): Promise<void> {
    let onAbort = () => {};
    const begun = new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal!.reason);
      signal?.addEventListener("abort", onAbort);
      // Updates may have come even if it failed before it began.
      this.#course = this.#run(poll, resolve).then(resolve, (reason) => {
        this.#fail(reason);
        reject(reason);
      });
    });
    await begun.finally(() => signal?.removeEventListener("abort", onAbort));
  }

  /** The updates since the last time, once there are any; none after `timeout` seconds. */
  async take(timeout: number, signal?: AbortSignal): Promise<UntaggedResponse[]> {
    const end = performance.now() + timeout * 1000;
    let isLate = false;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#events.count > 0) return this.takeAll();
      if (this.#failure !== null) throw this.#failure.reason;
      if (this.#stopping) throw new IllegalStateError("idle is over");
      const left = end - performance.now();
      if (left > 0) await this.#more(left, signal);
      else if (isLate) return [];
      else {
        isLate = true;
        await turnsForInput();
      }
    }
  }

  /** The updates since the last time, without waiting. */
  takeAll(): UntaggedResponse[] {
    const events = this.#events.takeAll();
    this.#release();
    if (this.#waitsToBeTaken) this.#endPause();
    return events;
  }

  /** Ends it and returns the server's text. */
  async stop(): Promise<string> {
    this.#stopping = true;
    this.#wake();
    this.#current?.interrupt();
    this.#endPause();
    await this.#course;
    this.stopListening();
    if (this.#failure !== null) throw this.#failure.reason;
    return this.#text;
  }

  /** Ends it without waiting for the server, which is told as soon as possible. */
  abandon(): void {
    this.#stopping = true;
    this.#wake();
    this.stopListening();
    this.#release();
    this.#abandoned.abort();
    this.#endPause();
  }

  async #run(poll: boolean, begun: () => void): Promise<void> {
    if (this.#connection.session.has("IDLE")) {
      try {
        return await this.#idle(begun);
      } catch (error) {
        if (!poll || this.#stopping || !isRefusal(error)) throw error;
      }
    }
    await this.#poll(begun);
  }

  async #idle(begun: () => void): Promise<void> {
    const listener = {
      begun: () => {
        this.#listening = true;
        begun();
        this.#holdIfFull();
      },
      ending: () => {
        this.#listening = false;
        this.#release();
      },
    };
    while (!this.#stopping) {
      const command = idle(listener);
      const timer = setTimeout(() => command.interrupt(), this.#pace.renewEvery * 1000);
      this.#current = command;
      try {
        this.#text = await this.#connection.run(command, this.#request);
      } finally {
        clearTimeout(timer);
        this.#current = null;
        // The server may end IDLE by itself, and then owes an answer to another command.
        listener.ending();
      }
      begun(); // if another command came in between, before the server agreed
      await this.#pause(RESUME_AFTER);
    }
  }

  async #poll(begun: () => void): Promise<void> {
    // Not after the first answer: more updates may come before it than may wait.
    begun();
    while (!this.#stopping) {
      this.#listening = true;
      this.#holdIfFull();
      try {
        this.#text = (await this.#connection.run(noop(), this.#request)).text;
      } finally {
        this.#listening = false;
        this.#release();
      }
      await this.#pause(this.#pace.pollEvery);
      // Nobody takes the updates: further ones would only fill the memory.
      this.#waitsToBeTaken = this.#isFull;
      if (this.#waitsToBeTaken) await this.#pause(Infinity);
      this.#waitsToBeTaken = false;
    }
  }

  /** Waits, at most this many seconds, until `endPause`. */
  #pause(seconds: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = seconds < Infinity ? setTimeout(resolve, seconds * 1000) : undefined;
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #more(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds < Infinity ? setTimeout(settle, milliseconds) : undefined;
      this.#takers.add(settle);
      signal?.addEventListener("abort", settle);
      const takers = this.#takers;
      function settle(): void {
        clearTimeout(timer);
        takers.delete(settle);
        signal?.removeEventListener("abort", settle);
        resolve();
      }
    });
  }

  #add(response: UntaggedResponse): void {
    if (this.#failure !== null) return;
    if (!this.#events.add(response)) {
      this.#fail(new ImapError("too much news waits to be taken, while other calls run"));
      this.#current?.interrupt();
      return;
    }
    this.#holdIfFull();
    this.#wake();
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#stopping = true;
    this.#endPause();
    this.#wake();
  }

  #wake(): void {
    for (const settle of [...this.#takers]) settle();
  }

  get #isFull(): boolean {
    return this.#events.count >= WAITING;
  }

  /** Pauses the server if nobody takes the updates, unless it owes an answer to somebody. */
  #holdIfFull(): void {
    if (this.#holding || !this.#listening || !this.#isFull) return;
    this.#holding = true;
    this.#connection.hold();
  }

  #release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#connection.release();
  }
}

/** Whether the server refused a command, and the connection is still usable. */
function isRefusal(error: unknown): boolean {
  return error instanceof ImapError && !(error instanceof ImapAbortError) &&
    !(error instanceof IllegalStateError);
}
