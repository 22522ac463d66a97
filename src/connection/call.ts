import type { Command } from "./command.ts";
import {
  ImapError,
  InvalidArgumentError,
  LoginError,
  MessageLimitError,
  ReadOnlyError,
  withPartial,
} from "../model/errors.ts";
import type { FoundIn } from "../model/found_in.ts";
import type { ResponseCode, StatusResponse, TaggedResponse } from "../model/responses.ts";
import type { Session } from "./session.ts";
import { visible } from "../model/text.ts";
import type { CommandPart } from "../wire/command_buffer.ts";
import type { CommandWriter } from "../wire/writer.ts";
import { Fifo, type FifoItem } from "./fifo.ts";
import { isOfCredentials, type Words } from "./words.ts";

const IN_PAGE: readonly CommandPart[] = [];
const NO_SECRETS: readonly string[] = [];
const LOGINS = ["LOGIN", "AUTHENTICATE"];

/** The place in the queue of a call that takes several commands. */
export class Place implements FifoItem {
  /** Its commands that wait to be sent. */
  readonly calls: Fifo<Call> = new Fifo();
  /** Whether the call has no more of them. */
  isLeft = false;
  isOut = true;
}

/** Looks after the signals by which calls are given up. */
export interface SignalWatcher {
  /** A call with a signal has begun. */
  add(call: Call, signal: AbortSignal): void;
  /** A call has its result, or an error. */
  delete(call: Call, signal: AbortSignal): void;
}

/** What a call asks besides its command: all of it as it was when the call was made. */
export interface CallRequest {
  /** Gives the call up. */
  readonly signal?: AbortSignal;
  /** Whether folder names are encoded. */
  readonly folderEncode: boolean;
  /** The selection that it is for: see `Selections`. */
  readonly selection: number;
  /** Whether it is for that selection alone though its command needs no folder, as IDLE does not. */
  readonly isBound?: boolean;
  /** Where its commands stand in the queue, if it takes several. */
  readonly place?: Place;
  /** How many messages had gone from the folder. */
  readonly expunges?: number;
  /**
   * Whether it names messages by their sequence numbers, which must not have moved since; where
   * nothing is said, the command's name tells.
   */
  readonly byNumber?: boolean;
  /** Where its message ids were found, if a search found them. */
  readonly foundIn?: FoundIn;
  /** Whether reading stops after the command's OK, for the streams to be replaced. */
  readonly changesStreams?: boolean;
}

/** A command on its way: from the call that made it to its tagged response. */
export class Call implements FifoItem {
  readonly command: Command<unknown>;
  /** The tag that its answer will carry. */
  readonly tag: string;
  readonly request: CallRequest;
  /** Its result, or what went wrong; settles once. */
  readonly settled: Promise<unknown>;
  /** It stands before those with a higher number. */
  readonly order: number;
  isOut = true;
  /** Where it waits, if its call takes several commands. */
  place: Place | null = null;
  /** Its command is on its way, or was. */
  isSent = false;
  /** The tagged response has come, or never will. */
  done = false;
  /** The number of the selection that it makes; 0 where it does not change the folder. */
  selects = 0;
  /** The server was told that its conversation will not go on. */
  cancelled = false;
  /** Answers to `+` that are under way. */
  answering = 0;
  /** What an untagged NO said of the limit, if one did. */
  limit: ResponseCode | null = null;
  /** How many responses came while it was the oldest in flight. */
  heard = 0;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;
  #isSettled = false;
  /** What the server said in NO or BAD without a tag, while this was the call to answer. */
  #refusal: Words | null = null;
  #out: CommandWriter | null = null;
  readonly #signals: SignalWatcher;

  /** The call number `order`; `signals` look after its signal. */
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

  /** The caller has its result or error; what still comes for the command is only taken in. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** What is sent, with secrets removed: for logs and errors. */
  get shown(): string {
    return this.#out?.describe().slice(this.tag.length + 1) ?? this.command.name;
  }

  /** Writes the command out; gives its parts, or none where all of it stands in the page. */
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
    return out.finishInPage() ? IN_PAGE : out.finish();
  }

  /** Whether it lasts until it is told to end, as IDLE does. */
  get isEndless(): boolean {
    return this.command.interrupt !== undefined;
  }

  /** Seconds that the server may be silent, where the command says so in a way that makes sense. */
  get patience(): number | undefined {
    try {
      const { patience } = this.command;
      return typeof patience === "number" && patience >= 0 ? patience : undefined;
    } catch (error) {
      this.reject(error);
      return undefined;
    }
  }

  /** What neither a log nor an error may show; what is wrong with it is the command's failure. */
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

  /** Tells a command that lasts until it is ended that it should; its own mistake is its failure. */
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
      if (done.status !== "OK") throw this.#refused(done, session.folder?.readOnly ?? false);
      const result = this.command.result(done);
      const limit = this.limit ?? done.code;
      if (limit?.name === "MESSAGELIMIT") throw this.#stopped(done, limit, result);
      this.resolve(result);
    } catch (error) {
      this.reject(error);
    }
  }

  #refused(done: TaggedResponse, readOnly: boolean, cause?: ImapError): Error {
    const { command } = this;
    // Where the answer itself says nothing, what came before it may.
    const words = done.text === "" ? this.#refusal : null;
    const text = words?.text ?? done.text;
    const responseCode = done.code ?? words?.code ?? null;
    const reason = visible(text || responseCode?.name || done.status);
    const message = `${command.name} failed: ${reason}`;
    const partial = command.partial?.() ?? null;
    const details = { command: this.shown, responseCode, text, partial, cause };
    if (command.modifies && readOnly) return new ReadOnlyError(message, details);
    const error: unknown = command.refused?.(done, message, details);
    return error instanceof Error ? error : new ImapError(message, details);
  }

  /** The server said OK to a part: nobody may take it for the whole (RFC 9738 section 3.1). */
  #stopped({ text }: TaggedResponse, code: ResponseCode, partial: unknown): MessageLimitError {
    const below = code.uid === undefined ? "some messages" : `messages below UID ${code.uid}`;
    const limit = code.number ?? "so many";
    const message = `${this.command.name} left out ${below}: the server looks at ${limit} at once`;
    return new MessageLimitError(message, {
      command: this.shown,
      responseCode: code,
      text,
      partial: partial ?? null,
    });
  }

  /** The server says without a tag that something failed. */
  heardRefusal(words: Words, type: StatusResponse["type"]): void {
    if (type !== "BYE" || isOfCredentials(words.code)) this.#refusal = words;
  }

  /** The connection is over; what came of the answer until then is not lost. */
  end(cause: ImapError): void {
    this.done = true;
    try {
      const partial = this.command.partial?.() ?? null;
      const error = this.#refusedLogin(cause) ?? cause;
      this.reject(partial === null ? error : withPartial(error, partial));
    } catch (error) {
      this.reject(error);
    }
  }

  /** A login that the server refused in words, and gave no answer before the end, was refused. */
  #refusedLogin(cause: ImapError): LoginError | null {
    // The client itself closes the connection without a text.
    const isServers = cause.text !== null && LOGINS.includes(this.command.name);
    if (this.#refusal === null || !isServers) return null;
    const answer = { kind: "tagged", tag: this.tag, status: "NO", code: null, text: "" } as const;
    const error = this.#refused(answer, false, cause);
    return error instanceof LoginError ? error : null;
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
