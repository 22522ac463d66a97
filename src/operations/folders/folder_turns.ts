import type { SelectedFolder } from "../../connection/selected_folder.ts";
import { TimeoutError } from "../../model/errors.ts";

/** The selection that holders of a folder share. */
export interface Selected {
  /** Its number: see `Selections`. */
  readonly selection: number;
  /** The folder, as the session keeps it up to date. */
  readonly folder: SelectedFolder;
}

/** Who asks for a turn. */
export interface TurnRequest {
  /** The folder's name, for messages. */
  readonly name: string;
  /** What requests have in common that can share a turn; `null`: it is shared with nobody. */
  readonly key: string | null;
  /** Gives the wait up. */
  readonly signal?: AbortSignal;
  /** Seconds to wait at the most; `Infinity`: any time. */
  readonly timeout: number;
}

/** A folder that is selected, or being selected, for those who hold it. */
export class Turn {
  /** What they asked for. */
  readonly request: TurnRequest;
  /** When the first of them got it. */
  readonly since: Date = new Date();
  /** Where in the program the first of them asked. */
  readonly place: string;
  /** How many hold it. */
  holders = 0;
  /** The selection that they share, as soon as one of them has asked for it. */
  selecting: Promise<Selected> | null = null;
  /** The same once the server has agreed. */
  selected: Selected | null = null;
  readonly #given = new AbortController();

  constructor(request: TurnRequest, place: string) {
    this.request = request;
    this.place = place;
  }

  /** Gives up its SELECT, if that is still under way, once nobody holds the turn any more. */
  get signal(): AbortSignal {
    return this.#given.signal;
  }

  /** One holder less. */
  leave(): void {
    if (--this.holders === 0) this.#given.abort(new Error("nobody waits for the folder any more"));
  }
}

/** Somebody who waits. */
interface Waiter {
  readonly request: TurnRequest;
  readonly place: string;
  begin(turn: Turn): void;
  fail(reason: unknown): void;
}

/**
 * Lets those who need a folder of their own have the connection in turn: first come, first served.
 * Whoever wants the folder that is held, in the same mode, shares it, unless somebody waits already.
 */
export class FolderTurns {
  #current: Turn | null = null;
  readonly #waiting = new Set<Waiter>();
  #over: { readonly reason: unknown } | null = null;

  /** Whether a folder is held, or waited for. */
  get isBusy(): boolean {
    return this.#current !== null;
  }

  /**
   * Waits for a turn, which has to be given back by {@linkcode FolderTurns.release}. Throws the
   * signal's reason, or `TimeoutError`, which names the folder that is held.
   */
  take(request: TurnRequest): Promise<Turn> {
    if (request.signal?.aborted) return Promise.reject(request.signal.reason);
    if (this.#over !== null) return Promise.reject(this.#over.reason);
    const place = callerPlace();
    const current = this.#current;
    if (current === null) return Promise.resolve(this.#begin(request, place));
    const isShared = request.key !== null && request.key === current.request.key;
    if (isShared && this.#waiting.size === 0) return Promise.resolve(this.#join(current));
    return this.#wait(request, place);
  }

  /** A holder needs its turn no longer. With the last one, it is the next one's. */
  release(turn: Turn): void {
    turn.leave();
    if (turn.holders > 0) return;
    this.#current = null;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const next = this.#begin(first.request, first.place);
    first.begin(next);
    for (const waiter of this.#waiting) {
      if (waiter.request.key === null || waiter.request.key !== next.request.key) return;
      waiter.begin(this.#join(next));
    }
  }

  /** The connection is over: whoever waits is told why. */
  end(reason: unknown): void {
    this.#over = { reason };
    for (const waiter of this.#waiting) waiter.fail(reason);
  }

  #begin(request: TurnRequest, place: string): Turn {
    const turn = new Turn(request, place);
    this.#current = turn;
    return this.#join(turn);
  }

  #join(turn: Turn): Turn {
    turn.holders++;
    return turn;
  }

  #wait(request: TurnRequest, place: string): Promise<Turn> {
    const { signal, timeout } = request;
    return new Promise<Turn>((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        request,
        place,
        begin(turn: Turn): void {
          leave();
          resolve(turn);
        },
        fail(reason: unknown): void {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => waiter.fail(signal!.reason);
      const timer = timeout === Infinity
        ? undefined
        : setTimeout(() => waiter.fail(this.#tooLate(request)), timeout * 1000);
      this.#waiting.add(waiter);
      signal?.addEventListener("abort", onAbort);
    });
  }

  #tooLate({ name, timeout }: TurnRequest): TimeoutError {
    const { request, since, place } = this.#current!;
    const seconds = Math.round((Date.now() - since.getTime()) / 1000);
    return new TimeoutError(
      `${name} was not selected within ${timeout} seconds: ${request.name} is held since ` +
        `${since.toISOString()} (${seconds} seconds), opened ${place}. Close it first, or use ` +
        "another client",
    );
  }
}

/** Frames of the stack that are this library's own, by the names of its functions. */
const OWN =
  /^at (?:async )?(?:\w+\.)?(?:callerPlace|FolderTurns|take|runLater|inTurn|holdFolder|selectFolder|openFolder|withFolder)\b/;

/** Where in the program a call was made, as far as the stack tells. */
function callerPlace(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  const frame = frames.map((line) => line.trim()).find((line) => line !== "" && !OWN.test(line));
  return frame ?? "at an unknown place";
}
