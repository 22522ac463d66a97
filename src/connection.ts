import type { Command } from "./command.ts";
import {
  CapabilityError,
  ConnectionClosedError,
  IllegalStateError,
  ImapAbortError,
  ImapError,
  ProtocolError,
  ReadOnlyError,
  TimeoutError,
} from "./errors.ts";
import type { Logger } from "./log.ts";
import type {
  ContinuationRequest,
  ServerResponse,
  StatusResponse,
  TaggedResponse,
  UntaggedResponse,
} from "./model/responses.ts";
import { Session } from "./session.ts";
import type { Duplex } from "./transport.ts";
import { concat, decodeAscii } from "./wire/bytes.ts";
import { DEFAULT_LIMITS, type Limits } from "./wire/limits.ts";
import { type Frame, type FrameHandler, Reader } from "./wire/reader.ts";
import { readResponse } from "./wire/response.ts";
import { CommandWriter } from "./wire/writer.ts";
import type { LiteralSink } from "./model/values.ts";

/** How a connection behaves. */
export interface ConnectionOptions {
  /** What is taken from the server at the most. */
  readonly limits?: Limits;
  /** Seconds that the server may be silent while it owes an answer; 0: for ever. */
  readonly patience: number;
  /** Whether folder names are encoded; asked at each call. */
  readonly folderEncode: () => boolean;
  /** Gets what no command claims. */
  readonly onResponse: (response: UntaggedResponse) => void;
  /** Gets everything sent and received, with secrets removed. */
  readonly logger: Logger | null;
}

/** A command on its way. */
interface Entry {
  readonly command: Command<unknown>;
  readonly tag: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  /** Whether folder names were to be encoded when the call was made. */
  readonly folderEncode: boolean;
  /** What was written, for errors and logs. */
  shown: string;
  /** The caller has its result or error; what still comes for it is taken off the wire. */
  settled: boolean;
  /** The tagged response has come. */
  done: boolean;
  /** With its OK, reading stops and this is called: the streams change hands. */
  readonly handOver: (() => void) | null;
}

/** Commands up to this many bytes together go out as one chunk. */
const BATCH = 64 * 1024;
/** How long a server may take to hang up after BYE, in seconds. */
const FAREWELL = 2;
/** How many lines a server's text may run over. */
const STRAY_LINES = 16;
/** What a detached literal holds while its taker is looked for. */
const UNCLAIMED: LiteralSink = { write(): void {}, end(): void {} };

/**
 * Sends commands over a duplex and routes every response: to the command in flight that claims
 * it, else to the session's state and the listener. It settles each command exactly once.
 */
export class Connection {
  /** What is known of the session. */
  readonly session: Session = new Session();
  #duplex: Duplex;
  #input: ReadableStreamDefaultReader<Uint8Array>;
  #output: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: Reader;
  readonly #options: ConnectionOptions;
  readonly #limits: Limits;

  #queue: Entry[] = [];
  #inFlight: Entry[] = [];
  #lastTag = 0;
  #sending = false;
  /** Lets the sender go on: `true` at a `+`, `false` when the command is over before that. */
  #asked: ((more: boolean) => void) | null = null;

  /** How many lines may still follow that belong to the text of the last response. */
  #strayLines = 0;

  #greet: { resolve(r: StatusResponse): void; reject(e: unknown): void } | null = null;
  #bye: StatusResponse | null = null;
  #failure: ImapError | null = null;
  /** Set while reading is to stop, for the streams to change hands. */
  #handOver: (() => void) | null = null;
  /** From the OK that hands the streams over till there are new ones: nothing is sent meanwhile. */
  #changing = false;
  /** Ends the wait for the new streams. */
  #giveUpChange: ((cause: ImapError) => void) | null = null;

  #holds = 0;
  #wake: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastActivity = performance.now();
  #patience: number;

  constructor(duplex: Duplex, options: ConnectionOptions) {
    this.#duplex = duplex;
    this.#input = duplex.readable.getReader();
    this.#output = duplex.writable.getWriter();
    // Its failure is that of the write under way, or the read that follows.
    this.#output.closed.catch(() => {});
    this.#options = options;
    this.#patience = options.patience;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#reader = new Reader(this.#handler(), this.#limits);
  }

  /** Whether the bytes travel encrypted. */
  get secure(): boolean {
    return this.#duplex.secure;
  }

  /** Seconds that the server may be silent while it owes an answer; 0: for ever. */
  get patience(): number {
    return this.#options.patience;
  }

  /** Whether TLS can be started on it. */
  get canStartTls(): boolean {
    return this.#duplex.startTls !== undefined;
  }

  /** Why the connection can't be used any more; `null` while it can. */
  get failure(): ImapError | null {
    return this.#failure;
  }

  /** Starts reading and gives the server's greeting, which must come within `patience` seconds. */
  greeting(patience: number): Promise<StatusResponse> {
    return new Promise((resolve, reject) => {
      this.#greet = { resolve, reject };
      this.#patience = patience;
      this.#lastActivity = performance.now();
      this.#watch();
      void this.#read();
    });
  }

  /**
   * Sends a command as soon as those before it allow and gives its result. An abort takes it out
   * of the queue; once it is sent, its answer is still read, and thrown away.
   */
  run<Result>(command: Command<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#enqueue(command, signal, null);
  }

  /**
   * Runs a command that hands the streams over to somebody else, as STARTTLS does: reading stops
   * with its OK, `change` gives the new streams for the old, and reading goes on. An abort once it
   * is sent closes the connection: nobody could tell which streams are in use.
   */
  async upgrade<Result>(
    command: Command<Result>,
    change: (duplex: Duplex) => Promise<Duplex>,
    signal?: AbortSignal,
  ): Promise<Result> {
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => stop = resolve);
    const result = await this.#enqueue(command, signal, stop);
    await stopped;
    const onAbort = () => this.close();
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      await this.#change(change);
    } catch (error) {
      this.#fail(abortError(error));
      throw signal?.aborted ? signal.reason : this.#failure;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    return result;
  }

  #enqueue<Result>(
    command: Command<Result>,
    signal: AbortSignal | undefined,
    handOver: (() => void) | null,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const failure = this.#failure ?? (this.#bye && this.#byeError(this.#bye));
      if (failure !== null) return reject(failure);
      const entry: Entry = {
        command: command as Command<unknown>,
        tag: `A${++this.#lastTag}`,
        resolve: resolve as (value: unknown) => void,
        reject,
        signal,
        onAbort: () => this.#abort(entry),
        folderEncode: this.#options.folderEncode(),
        shown: command.name,
        settled: false,
        done: false,
        handOver,
      };
      signal?.addEventListener("abort", entry.onAbort);
      this.#queue.push(entry);
      this.#wake?.();
      void this.#send();
    });
  }

  async #change(change: (duplex: Duplex) => Promise<Duplex>): Promise<void> {
    // What stands behind the OK was put there by somebody who is not (yet) encrypted.
    if (this.#reader.takeRest().length > 0) {
      throw new ProtocolError("the server sent more behind its OK to STARTTLS: response injection");
    }
    if (this.#failure !== null) throw this.#failure;
    this.#input.releaseLock();
    this.#output.releaseLock();
    const changed = change(this.#duplex);
    try {
      const givenUp = new Promise<never>((_, reject) => this.#giveUpChange = reject);
      this.#lastActivity = performance.now();
      this.#watch();
      const duplex = await Promise.race([changed, givenUp]);
      if (this.#failure !== null) throw this.#failure;
      this.#duplex = duplex;
    } catch (error) {
      changed.then((duplex) => duplex.close()).catch(() => {});
      throw error;
    } finally {
      this.#giveUpChange = null;
    }
    this.#input = this.#duplex.readable.getReader();
    this.#output = this.#duplex.writable.getWriter();
    this.#output.closed.catch(() => {});
    this.#changing = false;
    this.#watch();
    void this.#read();
    void this.#send();
  }

  /** Ends the connection; whatever waits on it is rejected. */
  close(cause: ImapError = new ConnectionClosedError("the client closed the connection")): void {
    this.#fail(cause);
  }

  /** Stops reading till `release`, unless somebody else waits for an answer. */
  hold(): void {
    this.#holds++;
  }

  /** Takes back one `hold`. */
  release(): void {
    this.#holds--;
    this.#wake?.();
  }

  // Reading

  async #read(): Promise<void> {
    try {
      while (this.#failure === null) {
        const { value, done } = await this.#input.read();
        if (done) throw this.#ended();
        this.#lastActivity = performance.now();
        if (value.length > 0) this.#reader.push(value);
        if (this.#handOver !== null) return this.#stopReading();
        while (this.#holds > 0 && !this.#othersWait()) await this.#waitForRelease();
      }
    } catch (error) {
      this.#fail(abortError(error, this.#bye && this.#byeError(this.#bye)));
    }
  }

  #stopReading(): void {
    const stopped = this.#handOver;
    this.#handOver = null;
    stopped?.();
  }

  #othersWait(): boolean {
    return this.#queue.length > 0 || this.#inFlight.length > 1 || this.#failure !== null;
  }

  async #waitForRelease(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = null;
    this.#lastActivity = performance.now();
  }

  #ended(): ImapError {
    if (this.#bye !== null) return this.#byeError(this.#bye);
    const where = this.#greet !== null
      ? " before its greeting"
      : this.#reader.midway
      ? " in the middle of a response"
      : "";
    return new ConnectionClosedError(`the server closed the connection${where}`);
  }

  #byeError(bye: StatusResponse): ConnectionClosedError {
    const details = { text: bye.text, responseCode: bye.code };
    return new ConnectionClosedError(`the server closed the connection: ${bye.text}`, details);
  }

  #handler(): FrameHandler {
    return {
      frame: (frame) => {
        if (this.#options.logger !== null) this.#logReceived(frame);
        const response = readResponse(frame, this.#limits);
        if (response === null) this.#strayLine(frame);
        else this.#route(response);
      },
      literal: (head, size) => this.#literal(head, size),
    };
  }

  /**
   * Dovecot repeats a folder's name in its text, line ends and all: such lines are the rest of
   * the status response in front of them. Anywhere else they are no IMAP.
   */
  #strayLine({ bytes, start, end }: Frame): void {
    if (--this.#strayLines >= 0) return;
    const line = decodeAscii(bytes, start, Math.min(end, start + 60));
    throw new ProtocolError(`not an IMAP response: ${JSON.stringify(line)}`);
  }

  #route(response: ServerResponse): void {
    const isText = response.kind === "tagged" ||
      (response.kind === "untagged" && "text" in response);
    this.#strayLines = isText && this.#greet === null ? STRAY_LINES : 0;
    if (response.kind === "tagged") this.#complete(response);
    else if (response.kind === "continuation") this.#continue(response);
    else this.#untagged(response);
  }

  #untagged(response: UntaggedResponse): void {
    if (this.#greet !== null) return this.#greeted(response);
    if (response.type === "BYE") {
      this.#bye = response;
      this.#watch();
    }
    for (const entry of this.#inFlight) if (this.#offer(entry, response)) return;
    this.session.observe(response);
    this.#options.onResponse(response);
  }

  /** A command's own mistake is its own failure; the connection goes on. */
  #offer(entry: Entry, response: UntaggedResponse): boolean {
    try {
      return entry.command.accept?.(response) ?? false;
    } catch (error) {
      this.#settle(entry, () => entry.reject(error));
      return true;
    }
  }

  #greeted(response: UntaggedResponse): void {
    const greet = this.#greet!;
    this.#greet = null;
    this.#patience = this.#options.patience;
    this.#watch();
    if (response.type === "OK" || response.type === "PREAUTH") {
      this.session.observe(response);
      this.session.authenticated = response.type === "PREAUTH";
      greet.resolve(response);
    } else if (response.type === "BYE") {
      const details = { text: response.text, responseCode: response.code };
      const error = new ConnectionClosedError(`the server refused: ${response.text}`, details);
      greet.reject(error);
      this.#fail(error);
    } else {
      const error = new ProtocolError(`not an IMAP greeting: ${response.type}`);
      greet.reject(error);
      this.#fail(error);
    }
  }

  #literal(head: Frame, size: number): LiteralSink | null {
    const takers = this.#inFlight.filter((entry) => entry.command.literal !== undefined);
    if (takers.length === 0) return null;
    const detached = [...head.detached, { offset: head.end, value: UNCLAIMED }];
    const response = readResponse({ ...head, detached }, this.#limits);
    if (response?.kind !== "untagged" || response.type !== "FETCH" || size === 0) return null;
    const item = Object.keys(response.items).find((name) => response.items[name] === UNCLAIMED);
    if (item === undefined) return null;
    delete response.items[item];
    for (const { command } of takers) {
      const sink = command.literal?.(response, item) ?? null;
      if (sink !== null) return sink;
    }
    return null;
  }

  #continue(request: ContinuationRequest): void {
    if (this.#greet !== null) throw new ProtocolError(`not an IMAP greeting: +${request.text}`);
    if (this.#asked !== null) {
      this.#asked(true);
      this.#asked = null;
      return;
    }
    const entry = this.#inFlight.find((entry) => entry.command.respond !== undefined);
    // Exchange is known to ask for more when nothing is owed.
    if (entry === undefined || entry.done) return;
    void this.#respond(entry, request);
  }

  async #respond(entry: Entry, request: ContinuationRequest): Promise<void> {
    let line: Uint8Array;
    try {
      line = entry.settled ? CANCEL : await entry.command.respond!(request);
    } catch (error) {
      this.#settle(entry, () => entry.reject(error));
      line = CANCEL;
    }
    if (entry.done) return;
    this.#options.logger?.debug("> **REDACTED**");
    await this.#write(concat([line, CRLF]));
  }

  // Tagged responses

  #complete(done: TaggedResponse): void {
    const at = this.#inFlight.findIndex((entry) => entry.tag === done.tag);
    if (at < 0) {
      throw new ProtocolError(`the server answered a command that was not sent: ${done.tag}`);
    }
    const entry = this.#inFlight[at];
    const unsent = this.#asked !== null && at === this.#inFlight.length - 1;
    if (unsent && done.status === "OK") {
      throw new ProtocolError(
        `the server answered ${entry.command.name} before all of it was sent`,
      );
    }
    this.#inFlight.splice(at, 1);
    entry.done = true;
    this.session.observeCode(done.code);
    if (unsent) {
      this.#asked!(false);
      this.#asked = null;
    }
    const givenUp = entry.settled;
    this.#finish(entry, done);
    if (entry.handOver !== null && done.status === "OK") {
      if (givenUp) throw new ConnectionClosedError(`${entry.command.name} was given up half-way`);
      this.#handOver = entry.handOver;
      this.#changing = true;
      this.#reader.stop();
    }
    this.#watch();
    void this.#send();
  }

  /** Ends a command, an aborted one too: what it did to the session is done. */
  #finish(entry: Entry, done: TaggedResponse): void {
    try {
      if (done.status !== "OK") throw this.#refusal(entry, done);
      const result = entry.command.result(done);
      this.#settle(entry, () => entry.resolve(result));
    } catch (error) {
      this.#settle(entry, () => entry.reject(error));
    }
  }

  #refusal(entry: Entry, done: TaggedResponse): ImapError {
    const { command, shown } = entry;
    const message = `${command.name} failed: ${done.text || done.code?.name || done.status}`;
    const details = { command: shown, responseCode: done.code, text: done.text };
    if (command.modifies && this.session.folder?.readOnly) {
      return new ReadOnlyError(message, details);
    }
    return command.refused?.(done, message, details) ?? new ImapError(message, details);
  }

  #settle(entry: Entry, how: () => void): void {
    if (entry.settled) return;
    entry.settled = true;
    entry.signal?.removeEventListener("abort", entry.onAbort);
    how();
  }

  #abort(entry: Entry): void {
    this.#settle(entry, () => entry.reject(entry.signal!.reason));
    const at = this.#queue.indexOf(entry);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    void this.#send();
  }

  // Sending

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#failure === null && this.#mayBegin()) await this.#sendNext();
    } catch (error) {
      this.#fail(abortError(error));
    }
    this.#sending = false;
  }

  /** Whether the first in the queue may run beside those in flight (RFC 9051 section 5.5). */
  #mayBegin(): boolean {
    if (this.#queue.length === 0 || this.#bye !== null || this.#changing) return false;
    const next = this.#queue[0].command;
    return this.#inFlight.every(({ command }) =>
      (next.pipelining ?? "alone") !== "alone" && next.pipelining === command.pipelining &&
      !(next.unmarked && next.name === command.name)
    );
  }

  /** Sends the next command and, in the same chunk, those behind it that may go along. */
  async #sendNext(): Promise<void> {
    const batch: Uint8Array[] = [];
    let size = 0;
    while (size < BATCH && this.#mayBegin()) {
      const entry = this.#queue.shift()!;
      const parts = this.#begin(entry);
      if (parts === null) continue;
      if (parts.length === 1) {
        batch.push(parts[0].bytes);
        size += parts[0].bytes.length;
        continue;
      }
      if (size > 0) await this.#write(concat(batch));
      return await this.#sendParts(entry, parts);
    }
    if (size > 0) await this.#write(batch.length === 1 ? batch[0] : concat(batch));
  }

  /** Writes a command out; `null` where that fails, and then nothing is sent. */
  #begin(entry: Entry): ReturnType<CommandWriter["finish"]> | null {
    const { command, tag } = entry;
    const { nonSynchronising, utf8 } = this.session;
    const out = new CommandWriter({ nonSynchronising, utf8, folderEncode: entry.folderEncode });
    try {
      this.#checkState(command);
      out.atom(tag).sp();
      command.name.split(" ").forEach((word, i) => (i > 0 ? out.sp() : out).atom(word));
      command.write?.(out);
    } catch (error) {
      this.#settle(entry, () => entry.reject(error));
      return null;
    }
    const parts = out.finish();
    entry.shown = out.describe().slice(tag.length + 1);
    this.#options.logger?.debug(`> ${tag} ${entry.shown}`);
    this.#inFlight.push(entry);
    this.#lastActivity = performance.now();
    this.#watch();
    return parts;
  }

  #checkState(command: Command<unknown>): void {
    const { session } = this;
    if (command.needs !== undefined && !session.has(command.needs)) {
      throw new CapabilityError(`Server does not support ${command.needs} capability`);
    }
    if (command.state !== undefined && !session.authenticated) {
      throw new IllegalStateError(`${command.name} needs a login first`);
    }
    if (command.state === "selected" && session.folder === null) {
      throw new IllegalStateError(`${command.name} needs a selected folder: call selectFolder`);
    }
    if (command.modifies && session.folder?.readOnly) {
      throw new ReadOnlyError(`${command.name} would change a read-only folder`);
    }
  }

  async #sendParts(entry: Entry, parts: ReturnType<CommandWriter["finish"]>): Promise<void> {
    for (const { bytes, waits } of parts) {
      // Before the write: the answer may be here before the write is known to be over.
      const asked = waits ? new Promise<boolean>((resolve) => this.#asked = resolve) : null;
      await this.#write(bytes);
      if (asked !== null && !await asked) return;
      if (entry.done) return;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#output.write(bytes);
      this.#lastActivity = performance.now();
    } catch (error) {
      this.#fail(abortError(error, this.#bye && this.#byeError(this.#bye)));
    }
  }

  // Deadlines and the end

  /** Starts, or lets go of, the one timer that sees to it that the server answers. */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const patience = this.#failure === null ? this.#currentPatience() : 0;
    if (patience === 0) return;
    const left = patience * 1000 - (performance.now() - this.#lastActivity);
    this.#timer = setTimeout(() => this.#checkDeadline(), Math.max(left, 1));
  }

  /** Seconds that the server may be silent now; 0: for ever. */
  #currentPatience(): number {
    if (this.#bye !== null) return FAREWELL;
    if (this.#greet !== null || this.#giveUpChange !== null) return this.#patience;
    if (this.#inFlight.length === 0) return 0;
    return this.#inFlight[0].command.patience ?? this.#patience;
  }

  #checkDeadline(): void {
    const patience = this.#currentPatience();
    // A server that nobody listens to is not silent.
    if (this.#holds > 0 && !this.#othersWait()) this.#lastActivity = performance.now();
    const silent = (performance.now() - this.#lastActivity) / 1000;
    if (patience === 0 || silent < patience) return this.#watch();
    if (this.#bye !== null) return this.#fail(this.#byeError(this.#bye));
    const [entry] = this.#inFlight;
    const owed = this.#greet !== null
      ? "greeting"
      : this.#giveUpChange !== null
      ? "end of the TLS handshake"
      : `answer to ${entry.command.name}`;
    const details = { command: entry?.shown };
    this.#fail(new TimeoutError(`no ${owed} within ${patience} seconds`, details));
  }

  #fail(cause: ImapError): void {
    if (this.#failure !== null) return;
    this.#failure = cause;
    this.#watch();
    this.session.authenticated = false;
    this.session.folder = null;
    this.session.loggedOut = true;
    this.#greet?.reject(cause);
    this.#greet = null;
    this.#giveUpChange?.(cause);
    this.#asked?.(false);
    this.#asked = null;
    this.#wake?.();
    const waiting = [...this.#inFlight, ...this.#queue];
    this.#inFlight = [];
    this.#queue = [];
    for (const entry of waiting) {
      entry.done = true;
      this.#settle(entry, () => entry.reject(cause));
    }
    void this.#closeStreams();
  }

  /** The streams' own complaints about being closed add nothing to the cause. */
  async #closeStreams(): Promise<void> {
    this.#input.cancel().catch(() => {});
    this.#output.abort().catch(() => {});
    try {
      await this.#duplex.close();
    } catch {
      // It is closed, one way or another.
    }
  }

  #logReceived({ bytes, start, end, detached }: Frame): void {
    const shown = Math.min(end, start + 256);
    const text = decodeAscii(bytes, start, shown).replaceAll("\r\n", "\\r\\n");
    const more = shown < end || detached.length > 0 ? "..." : "";
    this.#options.logger?.debug(`< ${text}${more}`);
  }
}

const CRLF = Uint8Array.of(13, 10);
/** Ends an AUTHENTICATE or another exchange that can't go on (RFC 9051 section 6.2.2). */
const CANCEL = Uint8Array.of(42);

/** What a broken stream throws, as one of this library's errors. */
function abortError(error: unknown, rather: ImapError | null = null): ImapError {
  if (rather !== null) return rather;
  if (error instanceof ImapAbortError || error instanceof ProtocolError) return error;
  const what = error instanceof Error ? error.message : String(error);
  return new ConnectionClosedError(`the connection broke: ${what}`, { cause: error });
}
