import type { Call, SignalWatcher } from "./call.ts";

/** The calls that one signal aborts. */
interface Watched {
  readonly calls: Set<Call>;
  readonly onAbort: () => void;
}

/**
 * Gives up calls when their signals abort. A signal gets one listener, however many calls it is
 * for: runtimes search all of a signal's listeners when one is added or removed.
 */
export class CallSignals implements SignalWatcher {
  readonly #watched = new Map<AbortSignal, Watched>();
  readonly #givenUp: (call: Call) => void;

  /** `givenUp` is called with each call that is given up, after it was rejected. */
  constructor(givenUp: (call: Call) => void) {
    this.#givenUp = givenUp;
  }

  add(call: Call, signal: AbortSignal): void {
    const watched = this.#watched.get(signal);
    if (watched !== undefined) return void watched.calls.add(call);
    const calls = new Set([call]);
    const onAbort = () => {
      for (const given of calls) {
        given.reject(signal.reason);
        this.#givenUp(given);
      }
    };
    this.#watched.set(signal, { calls, onAbort });
    signal.addEventListener("abort", onAbort);
  }

  delete(call: Call, signal: AbortSignal): void {
    const watched = this.#watched.get(signal);
    if (!watched?.calls.delete(call) || watched.calls.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener("abort", watched.onAbort);
  }
}
