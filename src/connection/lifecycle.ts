import { ImapAbortError, type ImapError, TimeoutError } from "../model/errors.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Channel } from "./channel.ts";
import { Deadline } from "./deadline.ts";
import type { ReadHold } from "./read_hold.ts";
import { withWords, type Words } from "./words.ts";

/**
 * The phases of a connection:
 *
 * - `"greeting"`: the server has not greeted yet, and nothing is sent.
 * - `"open"`: commands are sent and responses are read.
 * - `"changing streams"`: the OK to STARTTLS or COMPRESS has come. Until there are new streams, nothing is sent
 *   or read.
 * - `"ending"`: nothing more is sent; the server may still say why it hangs up.
 * - `"over"`: the connection is closed.
 */
export type Phase = "greeting" | "open" | "changing streams" | "ending" | "over";

/** How long a server may take to hang up after BYE, in seconds. */
const FAREWELL_SECONDS = 2;

/** The phase of a connection, why it ends, and how long the server may be silent meanwhile. */
export class Lifecycle {
  /** Watches for the server's silence. */
  readonly deadline: Deadline = new Deadline(
    () => this.#allowedSilence(),
    (seconds) => this.#expire(seconds),
  );
  #tellOver!: (cause: ImapError) => void;
  /** Resolves when the connection is over, with the reason. */
  readonly over: Promise<ImapError> = new Promise((resolve) => this.#tellOver = resolve);
  /** What the server last said about itself apart from its answers: NO, BAD, BYE or an alert. */
  lastWords: Words | null = null;
  #phase: Phase = "greeting";
  #cause: ImapError | null = null;
  #greetingPatience = 0;
  readonly #endListeners = new Set<(cause: ImapError) => void>();
  readonly #calls: CallQueue;
  readonly #channel: Channel;
  readonly #hold: ReadHold;
  readonly #patience: number;

  /** `patience`: seconds that the server may be silent while it owes an answer; 0 is no limit. */
  constructor(calls: CallQueue, channel: Channel, hold: ReadHold, patience: number) {
    this.#calls = calls;
    this.#channel = channel;
    this.#hold = hold;
    this.#patience = patience;
  }

  /** The present phase. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Whether the connection is over. */
  get isOver(): boolean {
    return this.#phase === "over";
  }

  /** Why the connection is ending or over; `null` before that. */
  get cause(): ImapError | null {
    return this.#cause;
  }

  /** Why the connection is over; `null` until it is. */
  get failure(): ImapError | null {
    return this.isOver ? this.#cause : null;
  }

  /** The greeting must come within `patience` seconds; 0 is no limit. */
  awaitGreeting(patience: number): void {
    this.#greetingPatience = patience;
    this.deadline.touch();
    this.deadline.watch();
  }

  /** The greeting has come, or the new streams are there. */
  open(): void {
    if (this.#phase === "greeting" || this.#phase === "changing streams") this.#phase = "open";
    this.deadline.watch();
  }

  /** The streams are about to be replaced. */
  changeStreams(): void {
    if (this.#phase === "open") this.#phase = "changing streams";
  }

  /** Ends the connection soon: only what the server still has to say is waited for. */
  end(cause: ImapError): void {
    if (this.isOver) return;
    if (this.#cause === null || cause.text !== null) this.#cause = cause;
    this.#phase = "ending";
    this.deadline.touch();
    this.deadline.watch();
  }

  /** Closes the connection because of something the server did, and quotes its last words. */
  fail(cause: ImapError): void {
    const isSilent = !cause.text && cause instanceof ImapAbortError;
    this.close(isSilent && this.lastWords !== null ? withWords(cause, this.lastWords) : cause);
  }

  /** Closes the connection. */
  close(cause: ImapError): void {
    if (this.isOver) return;
    this.#cause = cause;
    this.#phase = "over";
    this.deadline.watch();
    this.#tellOver(cause);
    for (const listener of this.#endListeners) listener(cause);
  }

  /**
   * Calls a listener when the connection is over, or at once if it already is. The function that
   * is returned removes the listener.
   */
  onEnd(listener: (cause: ImapError) => void): () => void {
    if (this.failure !== null) listener(this.failure);
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Waits for a promise, but not longer than the connection lasts. */
  unlessOver<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(resolve, reject);
      void this.over.then(reject);
    });
  }

  /** The server said or took something. A greeting and a farewell must be complete in time. */
  noteLife(): void {
    if (this.#phase !== "greeting" && this.#phase !== "ending") this.deadline.touch();
  }

  /** Seconds that the server may be silent now; 0 is no limit. */
  #allowedSilence(): number {
    switch (this.#phase) {
      case "greeting":
        return this.#greetingPatience;
      case "open":
        return this.#allowedWhileOpen();
      case "changing streams":
        return this.#patience;
      case "ending":
        return FAREWELL_SECONDS;
      case "over":
        return 0;
    }
  }

  #allowedWhileOpen(): number {
    const call = this.#calls.oldest;
    if (call !== undefined) return call.patience ?? this.#patience;
    // Bytes that the server does not take hold up everything after them.
    return this.#channel.unsent > 0 ? this.#patience : 0;
  }

  #expire(seconds: number): void {
    // While reading is paused, silence proves nothing.
    if (this.#hold.isInForce) {
      this.deadline.touch();
      return this.deadline.watch();
    }
    if (this.#phase === "ending" && this.#cause !== null) return this.fail(this.#cause);
    const details = { command: this.#calls.oldest?.shown };
    this.fail(new TimeoutError(`no ${this.#owed} within ${seconds} seconds`, details));
  }

  /** What the server owes. */
  get #owed(): string {
    if (this.#phase === "greeting") return "greeting";
    if (this.#phase === "changing streams") return "end of the TLS handshake";
    const call = this.#calls.oldest;
    if (call === undefined) return "sign that the server takes what is sent to it";
    return `answer to ${call.command.name}`;
  }
}
