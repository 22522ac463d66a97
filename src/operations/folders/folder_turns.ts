import type { SelectedFolder } from "../../connection/selected_folder.ts";
import type { SelectResult } from "../../commands/folders/select.ts";
import { TimeoutError } from "../../model/errors.ts";

/** The selection that the holders of a folder share. */
export interface Selected {
  /** Its number: see `Selections`. */
  readonly selection: number;
  /** The folder, as the session keeps it up to date. */
  readonly folder: SelectedFolder;
  /** What the server said of it, once all of that is there. */
  readonly result?: SelectResult;
}

/** A request for a turn. */
export interface TurnRequest {
  /** The folder's name, for messages. */
  readonly name: string;
  /** Requests with the same key share a turn; `null` shares it with none. */
  readonly key: string | null;
  /**
   * What its SELECT asks for besides. A turn is shared with requests that ask for no more than its
   * own; `"resync"` always needs a SELECT of its own.
   */
  readonly asks?: "condstore" | "resync";
  /** Gives up the wait. */
  readonly signal?: AbortSignal;
  /** The most seconds to wait; `Infinity` is no limit. */
  readonly timeout: number;
}

/** The time in which a folder is selected for its holders. */
export class Turn {
  /** What the first holder asked for. */
  readonly request: TurnRequest;
  /** When it began. */
  readonly since: Date = new Date();
  /** Where in the program the first holder asked for it. */
  readonly place: string;
  /** How many holders it has. */
  holders = 0;
  /** The selection that the holders share, once one of them has asked for it. */
  selecting: Promise<Selected> | null = null;
  /** The same, once the server has confirmed it. */
  selected: Selected | null = null;
  readonly #abandoned = new AbortController();

  constructor(request: TurnRequest, place: string) {
    this.request = request;
    this.place = place;
  }

  /** Aborts the SELECT, if it is still under way, once the last holder has left. */
  get signal(): AbortSignal {
    return this.#abandoned.signal;
  }

  /** A holder leaves. */
  leave(): void {
    if (--this.holders > 0) return;
    this.#abandoned.abort(new Error("nobody waits for the folder any more"));
  }
}

/** A request that waits. */
interface Waiter {
  readonly request: TurnRequest;
  readonly place: string;
  begin(turn: Turn): void;
  fail(reason: unknown): void;
}

/**
 * Gives the connection to one folder at a time: first come, first served. A request for the folder
 * that is held, in the same mode, shares it, unless another request waits already.
 */
export class FolderTurns {
  #current: Turn | null = null;
  readonly #waiting = new Set<Waiter>();
  #over: { readonly reason: unknown } | null = null;

  /** Whether a folder is held. */
  get isBusy(): boolean {
    return this.#current !== null;
  }

  /**
   * Waits for a turn, which {@linkcode FolderTurns.release} must end. Throws the signal's reason,
   * or `TimeoutError`, which names the folder that is held.
   */
  take(request: TurnRequest): Promise<Turn> {
    if (request.signal?.aborted) return Promise.reject(request.signal.reason);
    if (this.#over !== null) return Promise.reject(this.#over.reason);
    const place = callerPlace();
    const current = this.#current;
    if (current === null) return Promise.resolve(this.#begin(request, place));
    if (shares(current.request, request) && this.#waiting.size === 0) {
      return Promise.resolve(this.#join(current));
    }
    return this.#wait(request, place);
  }

  /** A holder has finished. When the last one has, the next request gets its turn. */
  release(turn: Turn): void {
    turn.leave();
    if (turn.holders > 0) return;
    this.#current = null;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const next = this.#begin(first.request, first.place);
    first.begin(next);
    for (const waiter of this.#waiting) {
      if (!shares(next.request, waiter.request)) return;
      waiter.begin(this.#join(next));
    }
  }

  /** The connection is over: fails all requests that wait. */
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

/** Whether a request can share the turn of another. */
function shares(turn: TurnRequest, { key, asks }: TurnRequest): boolean {
  if (key === null || key !== turn.key || asks === "resync") return false;
  return asks === undefined || turn.asks !== undefined;
}

/** Matches the library's own stack frames, by the names of its functions. */
const OWN =
  /^at (?:async )?(?:\w+\.)?(?:callerPlace|FolderTurns|take|runLater|inTurn|holdFolder|selectFolder|openFolder|withFolder)\b/;

/** Where in the program the present call was made, as far as the stack shows. */
function callerPlace(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  const frame = frames.map((line) => line.trim()).find((line) => line !== "" && !OWN.test(line));
  return frame ?? "at an unknown place";
}
