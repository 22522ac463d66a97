import type { NoopResult } from "../commands/session/session.ts";
import {
  CapabilityError,
  IllegalStateError,
  InvalidArgumentError,
  named,
} from "../model/errors.ts";
import { Idling } from "../operations/watch/idling.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import { untilAborted } from "../util/until_aborted.ts";
import type { CallOptions } from "./base.ts";
import { TransferCalls } from "./transfer_calls.ts";

/** How long to wait for news. */
export interface IdleCheckOptions extends CallOptions {
  /** Seconds, fractions too. Default: as long as it takes. */
  readonly timeout?: number | null;
}

/** How the server is watched. */
export interface WatchOptions extends CallOptions {
  /** Seconds after which IDLE is begun anew, lest the server log out. Default 540: 9 minutes. */
  readonly renewEvery?: number;
  /** Seconds between two questions to a server without IDLE. Default 60. */
  readonly pollEvery?: number;
}

const RENEW_EVERY = 9 * 60;
const POLL_EVERY = 60;
/** A day, in seconds: the longest that a timer of every runtime can do. */
const LONGEST = 86_400;

/** The calls that have the server tell news as they happen. */
export class IdleCalls extends TransferCalls {
  #idling: Idling | null = null;
  /** Whether `idle` began it, and not `watch`. */
  #byHand = false;

  /**
   * Has the server tell news of the selected folder as they happen (IDLE, RFC 2177), from now until
   * `idleDone`; `idleCheck` gives them. IDLE is begun anew every 9 minutes. A call made meanwhile
   * ends it, runs, and resumes it.
   *
   * Throws `CapabilityError` where the server has no IDLE, `IllegalStateError` where it is under
   * way already. `watch` is this in one call.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function waitForMail(client: ImapClient) {
   *   await client.idle();
   *   const news = await client.idleCheck({ timeout: 30 });
   *   await client.idleDone();
   *   return news.some(({ type }) => type === "EXISTS");
   * }
   * ```
   */
  async idle({ signal }: CallOptions = {}): Promise<void> {
    this.#checkCanIdle();
    await this.#begin(this.#idlingAt({}), { signal }, false);
    this.#byHand = true;
  }

  /**
   * What the server told since the last time, such as `{ type: "EXISTS", number: 4 }`: at once if
   * there is something, else as soon as there is, or nothing when `timeout` seconds are over.
   *
   * Throws what ended the connection, `IllegalStateError` without {@linkcode IdleCalls.idle}.
   */
  async idleCheck(
    { timeout, signal }: IdleCheckOptions = {},
  ): Promise<readonly UntaggedResponse[]> {
    this.#checkCanIdle();
    if (timeout !== undefined && timeout !== null && !(isSeconds(timeout) || timeout === 0)) {
      throw new InvalidArgumentError(
        `a timeout must be from 0 to ${LONGEST} seconds: ${named(timeout)}`,
      );
    }
    return await this.#underWay("idleCheck").take(timeout ?? Infinity, signal);
  }

  /**
   * Ends what {@linkcode IdleCalls.idle} began, and gives the server's text and what it told since
   * the last `idleCheck`; one that waits throws `IllegalStateError`.
   */
  async idleDone({ signal }: CallOptions = {}): Promise<NoopResult> {
    this.#checkCanIdle();
    const idling = this.#underWay("idleDone");
    signal?.throwIfAborted();
    this.#idling = null;
    this.#byHand = false;
    const text = await untilAborted(signal, idling.stop());
    return { text, responses: idling.takeAll() };
  }

  /**
   * Hands out news of the selected folder as they happen, for as long as the loop runs: by IDLE (RFC
   * 2177), which is begun anew every 9 minutes, or by NOOP where the server has no IDLE or refuses
   * it. Calls made in the loop, or beside it, end IDLE, run, and resume it. Leaving the loop ends
   * it. While the loop takes nothing, the server is made to wait.
   *
   * News count from the call of `watch` on, not from the loop's first turn: call it, fetch what is
   * there, and then loop, and nothing falls between the two.
   *
   * An abort throws the signal's reason, at once; the end of the connection throws what ended it,
   * be it one's own `logout`. It throws `IllegalStateError` where news are waited for already, and
   * {@linkcode ImapError} where more than 8 MiB of news wait while other calls run.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function follow(client: ImapClient, signal: AbortSignal) {
   *   await client.selectFolder("INBOX");
   *   for await (const event of client.watch({ signal })) {
   *     if (event.type === "EXISTS") console.log(`${event.number} messages now`);
   *     if (event.type === "EXPUNGE") console.log(`message ${event.number} is gone`);
   *   }
   * }
   * ```
   */
  watch(options: WatchOptions = {}): AsyncGenerator<UntaggedResponse, void, void> {
    const idling = this.#idlingAt(options);
    const loop = this.#watch(idling, options);
    // A loop that is left before its first turn runs none of its code.
    return Object.assign(loop, {
      return(): Promise<IteratorResult<UntaggedResponse, void>> {
        idling.stopListening();
        return Object.getPrototypeOf(loop).return.call(loop);
      },
    });
  }

  async *#watch(
    idling: Idling,
    options: WatchOptions,
  ): AsyncGenerator<UntaggedResponse, void, void> {
    const { signal } = options;
    try {
      await this.#begin(idling, options, true);
      for (;;) yield* await idling.take(Infinity, signal);
    } finally {
      if (this.#idling === idling) this.#idling = null;
      if (signal?.aborted) idling.abandon();
      // What broke the loop is thrown already, and what is broken now the next call will tell.
      await idling.stop().catch(() => {});
    }
  }

  /** Keeps news from now on. */
  #idlingAt({ renewEvery = RENEW_EVERY, pollEvery = POLL_EVERY }: WatchOptions): Idling {
    const listen = (listener: (response: UntaggedResponse) => void) => this.listen(listener);
    const scope = { ...this.scope(), isBound: true };
    return new Idling(this.connection, { renewEvery, pollEvery }, listen, scope);
  }

  /** With `poll`, a server that refuses IDLE is asked by NOOP. */
  async #begin(
    idling: Idling,
    { renewEvery = RENEW_EVERY, pollEvery = POLL_EVERY, signal }: WatchOptions,
    poll: boolean,
  ): Promise<void> {
    try {
      for (const seconds of [renewEvery, pollEvery]) {
        if (isSeconds(seconds)) continue;
        throw new InvalidArgumentError(
          `must be seconds above 0, ${LONGEST} at most: ${named(seconds)}`,
        );
      }
      signal?.throwIfAborted();
      if (this.connection.failure !== null) throw this.connection.failure;
      if (this.#idling !== null) {
        throw new IllegalStateError("news are waited for already: by idle or by watch");
      }
      this.#idling = idling;
      await idling.begin(poll, signal);
    } catch (error) {
      if (this.#idling === idling) this.#idling = null;
      idling.abandon();
      throw error;
    }
  }

  #checkCanIdle(): void {
    if (this.connection.session.has("IDLE")) return;
    throw new CapabilityError("Server does not support IDLE capability");
  }

  #underWay(call: string): Idling {
    if (this.#idling !== null && this.#byHand) return this.#idling;
    throw new IllegalStateError(`${call} needs idle() first`);
  }
}

/** Whether a timer can be set to it. */
function isSeconds(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= LONGEST;
}
