import { idle, type IdleCommand } from "./commands/idle.ts";
import { noop } from "./commands/session.ts";
import type { Connection } from "./connection.ts";
import type { CallRequest } from "./connection/call.ts";
import { IllegalStateError } from "./errors.ts";
import type { UntaggedResponse } from "./model/responses.ts";

/** How often something is done, in seconds. */
export interface IdlePace {
  /** After how long IDLE is ended and begun anew. */
  readonly renewEvery: number;
  /** How often a server without IDLE is asked. */
  readonly pollEvery: number;
}

/** How long the connection stays free for more commands before IDLE goes on, in seconds. */
const RESUME_AFTER = 0.05;
/** So much news may wait to be taken; then reading pauses. */
const WAITING = 1000;

/**
 * Has the server tell news, from `begin` to `stop`, and keeps it until it is taken. IDLE is renewed
 * before the server's patience ends, and goes on after other commands; where the server has no
 * IDLE it is asked by NOOP again and again.
 */
export class Idling {
  readonly #connection: Connection;
  readonly #pace: IdlePace;
  /** The folder of its commands: another one has other news. */
  readonly #scope: CallRequest;
  readonly #stopListening: () => void;
  #events: UntaggedResponse[] = [];
  readonly #takers = new Set<() => void>();
  #failure: { readonly reason: unknown } | null = null;
  #current: IdleCommand | null = null;
  #stopping = false;
  #endPause: () => void = () => {};
  #listening = false;
  #holding = false;
  #text = "";
  #course: Promise<void> = Promise.resolve();

  /** `listen` has a listener hear all news, and gives how to stop that. */
  constructor(
    connection: Connection,
    pace: IdlePace,
    listen: (listener: (response: UntaggedResponse) => void) => () => void,
    scope: CallRequest,
  ) {
    this.#connection = connection;
    this.#scope = scope;
    this.#pace = pace;
    this.#stopListening = listen((response) => this.#add(response));
    void connection.over.then((reason) => this.#fail(reason));
  }

  /** Begins; resolves when the server tells news. */
  async begin(signal?: AbortSignal): Promise<void> {
    let onAbort = () => {};
    const begun = new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal!.reason);
      signal?.addEventListener("abort", onAbort);
      const canIdle = this.#connection.session.has("IDLE");
      this.#course = (canIdle ? this.#idle(resolve) : this.#poll(resolve)).catch((reason) => {
        this.#fail(reason);
        reject(reason);
      });
    });
    await begun.finally(() => signal?.removeEventListener("abort", onAbort));
  }

  /** What came since the last time, as soon as there is something; empty after `timeout` seconds. */
  async take(timeout: number, signal?: AbortSignal): Promise<UntaggedResponse[]> {
    const end = performance.now() + timeout * 1000;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#events.length > 0) return this.takeAll();
      if (this.#failure !== null) throw this.#failure.reason;
      if (this.#stopping) throw new IllegalStateError("nobody waits for news any more");
      const left = end - performance.now();
      if (left <= 0) return [];
      await this.#more(left, signal);
    }
  }

  /** What came since the last time, at once. */
  takeAll(): UntaggedResponse[] {
    const events = this.#events;
    this.#events = [];
    this.#release();
    return events;
  }

  /** Ends it, and gives the server's text. */
  async stop(): Promise<string> {
    this.#stopping = true;
    this.#wake();
    this.#current?.interrupt();
    this.#endPause();
    await this.#course;
    this.#stopListening();
    if (this.#failure !== null) throw this.#failure.reason;
    return this.#text;
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
        this.#text = await this.#connection.run(command, this.#scope);
      } finally {
        clearTimeout(timer);
        this.#current = null;
      }
      begun(); // if another command came in between, before the server agreed
      await this.#pause(RESUME_AFTER);
    }
  }

  async #poll(begun: () => void): Promise<void> {
    while (!this.#stopping) {
      this.#text = (await this.#connection.run(noop(), this.#scope)).text;
      begun();
      await this.#pause(this.#pace.pollEvery);
    }
  }

  #pause(seconds: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
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
    this.#events.push(response);
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

  /** Nobody takes the news: the server has to wait, but not where it owes somebody an answer. */
  #holdIfFull(): void {
    if (this.#holding || !this.#listening || this.#events.length < WAITING) return;
    this.#holding = true;
    this.#connection.hold();
  }

  #release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#connection.release();
  }
}
