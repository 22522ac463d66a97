import { type ImapError, InvalidArgumentError, withPartial } from "../model/errors.ts";
import type { FoundIn } from "../model/found_in.ts";
import type { Progress, ResponseCode, StatusResponse, TaggedResponse } from "../model/responses.ts";
import type { CommandPart } from "../wire/command_buffer.ts";
import type { CommandWriter } from "../wire/writer.ts";
import { limitError, refusedError, refusedLogin } from "./call_errors.ts";
import type { Command } from "./command.ts";
import type { FifoItem } from "./fifo.ts";
import type { Place } from "./place.ts";
import { withoutUrlTokens } from "./secrets.ts";
import type { SelectionId } from "./selections.ts";
import type { Session } from "./session.ts";
import { isOfCredentials, type Words } from "./words.ts";

const NO_PARTS: readonly CommandPart[] = [];
const NO_SECRETS: readonly string[] = [];

/** Watches the signals that abort calls. */
export interface SignalWatcher {
  /** A call with a signal has begun. */
  add(call: Call, signal: AbortSignal): void;
  /** A call has its result, or an error. */
  delete(call: Call, signal: AbortSignal): void;
}

/** What a call depends on besides its command, as it was when the call was made. */
export interface CallRequest {
  /** Aborts the call. */
  readonly signal?: AbortSignal;
  /** Whether folder names are encoded. */
  readonly folderEncode: boolean;
  /** The login that the call was made under: see `Selections`. */
  readonly login?: object;
  /** The selection that the call is for: see `Selections`. */
  readonly selection: SelectionId;
  /** Whether it is for that selection alone although its command needs no folder, as IDLE. */
  readonly isBound?: boolean;
  /** Who holds the folder, if it is a call of a held folder. */
  readonly holder?: object;
  /** Where its commands stand in the queue, if it takes several. */
  readonly place?: Place;
  /** How many messages had been expunged from the folder. */
  readonly expunges?: number;
  /**
   * Whether it names messages by their sequence numbers, which must not have moved since. By
   * default the command's name tells.
   */
  readonly byNumber?: boolean;
  /** Where its message ids were found, if a search found them. */
  readonly foundIn?: FoundIn;
  /** Told how far the server is. If it throws, the call fails. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Whether reading stops after the command's OK, for the streams to be replaced. Asked when the OK
   * has come.
   */
  readonly changesStreams?: () => boolean;
}

/** A command on its way: from the call that made it to its tagged response. */
export class Call implements FifoItem {
  readonly command: Command<unknown>;
  /** The tag that its answer will carry. */
  readonly tag: string;
  readonly request: CallRequest;
  /** Settles once, with the result or an error. */
  readonly settled: Promise<unknown>;
  /** Its number: it was made before the calls with a higher one. */
  readonly order: number;
  isOut = true;
  /** Where it waits, if it is one of several commands of a call. */
  place: Place | null = null;
  /** Whether its command is being sent or has been sent. */
  isSent = false;
  /** Whether its tagged response has come, or never will. */
  done = false;
  /** The number of the selection that it makes; `null` if it does not change the folder. */
  selects: number | null = null;
  /** Whether the server was told that the exchange will not go on. */
  cancelled = false;
  /** How many answers to `+` are in preparation. */
  answering = 0;
  /** What an untagged NO said about the limit, if one came. */
  limit: ResponseCode | null = null;
  /** How many responses came while it was the oldest in flight. */
  heard = 0;
  /** What the server said in NO or BAD without a tag while it owed the answer to this call. */
  refusal: Words | null = null;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;
  #isSettled = false;
  #out: CommandWriter | null = null;
  readonly #signals: SignalWatcher;

  /** The call with the number `order`; `signals` watch its signal. */
  constructor(
    command: Command<unknown>,
    order: number,
    request: CallRequest,
    signals: SignalWatcher,
  ) {
    this.command = command;
    this.order = order;
    this.tag = `A${order}`;
    this.request = request;
    this.#signals = signals;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (request.signal !== undefined) signals.add(this, request.signal);
  }

  /** Whether the caller has the result or an error. What still comes for the command is ignored. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** What is sent, with secrets removed: for logs and errors. */
  get shown(): string {
    if (this.#out === null) return this.command.name;
    return withoutUrlTokens(this.#out.describe().slice(this.tag.length + 1));
  }

  /** Writes the command; returns its parts, or none if all of it is in the writer's buffer. */
  write(out: CommandWriter): readonly CommandPart[] {
    out.atom(this.tag).sp().commandName(this.command.name);
    const written: unknown = this.command.write?.(out);
    if (written instanceof Promise) {
      written.catch(() => {});
      throw new InvalidArgumentError(
        `${this.command.name} must be written at once, not by a promise`,
      );
    }
    this.#out = out;
    return out.finishInPage() ? NO_PARTS : out.finish();
  }

  /** Whether it lasts until it is told to end, as IDLE does. */
  get isEndless(): boolean {
    return this.command.interrupt !== undefined;
  }

  /** Seconds that the server may be silent, if the command sets a valid number. */
  get patience(): number | undefined {
    try {
      const { patience } = this.command;
      return typeof patience === "number" && patience >= 0 ? patience : undefined;
    } catch (error) {
      this.reject(error);
      return undefined;
    }
  }

  /** What neither a log nor an error may show. If the command gives nonsense, the call fails. */
  secrets(): readonly string[] {
    if (this.command.secrets === undefined) return NO_SECRETS;
    try {
      const secrets = [...this.command.secrets()];
      if (secrets.every((secret) => typeof secret === "string")) return secrets;
      throw new InvalidArgumentError(`the secrets of ${this.command.name} must be texts`);
    } catch (error) {
      this.reject(error);
      return NO_SECRETS;
    }
  }

  /** Tells a command that lasts until it is ended to end. If that throws, the call fails. */
  interrupt(): void {
    try {
      this.command.interrupt?.();
    } catch (error) {
      this.reject(error);
    }
  }

  /** Takes the tagged response, after an abort too: what the command did is done. */
  complete(done: TaggedResponse, session: Session): void {
    this.done = true;
    try {
      this.command.effect?.(session, done);
      if (done.status !== "OK") {
        throw refusedError(this, done, session.folder?.readOnly ?? false);
      }
      const result = this.command.result(done);
      const limit = this.limit ?? done.code;
      if (limit?.name === "MESSAGELIMIT") throw limitError(this, done, limit, result);
      this.resolve(result);
    } catch (error) {
      this.reject(error);
    }
  }

  /** The server says how far it is. */
  tellProgress(progress: Progress): void {
    if (this.#isSettled) return;
    try {
      this.request.onProgress?.(progress);
    } catch (error) {
      this.reject(error);
    }
  }

  /** The server says without a tag that something failed. */
  heardRefusal(words: Words, type: StatusResponse["type"]): void {
    if (type !== "BYE" || isOfCredentials(words.code)) this.refusal = words;
  }

  /** The connection is over. What has come of the answer goes into the error. */
  end(cause: ImapError): void {
    this.done = true;
    try {
      const partial = this.command.partial?.() ?? null;
      const error = refusedLogin(this, cause) ?? cause;
      this.reject(partial === null ? error : withPartial(error, partial));
    } catch (error) {
      this.reject(error);
    }
  }

  /** Gives the caller the result, unless it has one. */
  resolve(value: unknown): void {
    if (this.#settle()) this.#resolve(value);
  }

  /** Gives the caller an error, unless it has a result. */
  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    const { signal } = this.request;
    if (signal !== undefined) this.#signals.delete(this, signal);
    return true;
  }
}
