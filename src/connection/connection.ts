import type { Command } from "./command.ts";
import { Call, type CallRequest } from "./call.ts";
import { CallQueue } from "./call_queue.ts";
import { CallSignals } from "./call_signals.ts";
import { Deadline } from "./deadline.ts";
import { ReadHold } from "./read_hold.ts";
import { changesFolder } from "./selections.ts";
import { ReadAhead } from "./read_ahead.ts";
import { Pacer } from "./pacer.ts";
import { Sender } from "./sender.ts";
import { type Streams, streamsOf } from "./streams.ts";
import {
  ConnectionClosedError,
  ImapAbortError,
  type ImapError,
  ProtocolError,
  TimeoutError,
  TlsError,
} from "../model/errors.ts";
import type { Logger } from "../util/log.ts";
import type {
  ContinuationRequest,
  ResponseCode,
  ServerResponse,
  StatusResponse,
  TaggedResponse,
  UntaggedResponse,
} from "../model/responses.ts";
import type { LiteralSink } from "../model/values.ts";
import { Secrets } from "./secrets.ts";
import { needsFolder, Session } from "./session.ts";
import { isAlert, isRefusal, withWords, type Words, wordsOf } from "./words.ts";
import type { Duplex } from "../model/transport.ts";
import { decodeAscii, decodeLoosely, NINE } from "../util/bytes.ts";
import { Cursor } from "../wire/cursor.ts";
import type { Decoding } from "../wire/decoding.ts";
import { DEFAULT_LIMITS, type Limits } from "../wire/limits.ts";
import { beginsNothing } from "../wire/line.ts";
import { piecesOf } from "../wire/pieces.ts";
import { type Frame, type FrameHandler, Reader } from "../wire/reader.ts";
import { readResponse } from "../wire/response.ts";
import { visible } from "../model/text.ts";

/** How a connection behaves. */
export interface ConnectionOptions {
  /** What is taken from the server at the most. */
  readonly limits?: Limits;
  /** How the text in responses is decoded. */
  readonly decoding?: Decoding;
  /** Seconds that the server may be silent while it owes an answer; 0: for ever. */
  readonly patience: number;
  /** Gets what no command claims. */
  readonly onResponse: (response: UntaggedResponse) => void;
  /** Gets everything sent and received, with secrets removed. */
  readonly logger: Logger | null;
}

/** What has passed over a connection so far, in bytes. */
export interface Traffic {
  /** Came from the server. */
  readonly received: number;
  /** Went to the server. */
  readonly sent: number;
  /** Announced by the server, and still to come: the rest of a message, say. */
  readonly toReceive: number;
  /** Being sent, and still to go. */
  readonly toSend: number;
}

/** How long a server may take to hang up after BYE, in seconds. */
const FAREWELL = 2;
/** How many lines a server's text may run over. */
const STRAY_LINES = 16;
/** So many literals of one response may be streams; those behind them are held in memory. */
const STREAMED_LITERALS = 100;
const NO_PIECES: readonly Frame[] = [];
/** So many bytes are read, or a piece of a response, which may be few bytes for very many ids. */
const SLICE = 64 * 1024;
/** What a detached literal holds while its taker is looked for. */
const UNCLAIMED: LiteralSink = { write(): void {}, end(): void {} };

/**
 * Sends commands over a duplex and routes every response: to the command in flight that claims
 * it, else to the session's state and the listener. It settles each command exactly once.
 */
export class Connection {
  /** What is known of the session. */
  readonly session: Session = new Session();
  #streams: Streams;
  readonly #reader: Reader;
  readonly #cursor: Cursor;
  readonly #options: ConnectionOptions;
  readonly #limits: Limits;

  readonly #calls: CallQueue;
  #lastTag = 0;
  #received = 0;
  /** How many lines may still follow that belong to the text of the last response. */
  #strayLines = 0;

  #greet: { resolve(r: StatusResponse): void; reject(e: unknown): void } | null = null;
  #greetingPatience = 0;
  /** Why the connection is about to end, though the server's last words may still come. */
  #ending: ImapError | null = null;
  #failure: ImapError | null = null;
  #farewell: string | null = null;
  /** The last that the server said of itself, besides its answers: NO, BAD, BYE, or an alert. */
  #lastWords: Words | null = null;
  #tellOver!: (cause: ImapError) => void;
  readonly #endListeners = new Set<(cause: ImapError) => void>();
  /** Resolves when the connection ends, with the reason. */
  readonly over: Promise<ImapError> = new Promise((resolve) => this.#tellOver = resolve);
  /** Set while reading is to stop, for the streams to change hands. */
  #handOver: (() => void) | null = null;
  /** From the OK that hands the streams over till there are new ones: nothing is sent meanwhile. */
  #changing = false;
  /** Ends the wait for the new streams. */
  #giveUpChange: ((cause: ImapError) => void) | null = null;

  readonly #signals = new CallSignals((call) => this.#givenUp(call));
  readonly #secrets = new Secrets();
  readonly #gate = new ReadHold();
  readonly #ahead = new ReadAhead(() => this.#streams.read());
  readonly #pacer = new Pacer();
  /** The rest of a response that is read a piece at a time. */
  #pieces: Iterable<Frame> = NO_PIECES;
  readonly #deadline = new Deadline(() => this.#patience(), (seconds) => this.#expired(seconds));
  readonly #sender: Sender;

  constructor(duplex: Duplex, options: ConnectionOptions) {
    this.#streams = streamsOf(duplex);
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#calls = new CallQueue(this.#limits.items);
    this.#cursor = new Cursor(this.#limits, options.decoding);
    this.#reader = new Reader(this.#handler(), this.#limits, SLICE);
    this.#sender = new Sender({
      session: this.session,
      calls: this.#calls,
      secrets: this.#secrets,
      deadline: this.#deadline,
      logger: options.logger,
      streams: () => this.#streams,
      over: () => this.#failure ?? this.#ending,
      changing: () => this.#changing,
      // Not the end yet: the server may have said why it hung up.
      broken: (error) => this.#end(abortError(error)),
      failed: (error) => this.#fail(abortError(error)),
    });
  }

  /** Whether the bytes travel encrypted. */
  get secure(): boolean {
    return this.#streams.duplex.secure;
  }

  /** Seconds that the server may be silent while it owes an answer; 0: for ever. */
  get patience(): number {
    return this.#options.patience;
  }

  /** Whether TLS can be started on it. */
  get canStartTls(): boolean {
    return this.#streams.duplex.startTls !== undefined;
  }

  /** Why the connection can't be used any more; `null` while it can. */
  get failure(): ImapError | null {
    return this.#failure;
  }

  /** The text of the server's BYE; `null` where it said none. */
  get farewell(): string | null {
    return this.#farewell;
  }

  /** What has passed over it so far. */
  get traffic(): Traffic {
    return {
      received: this.#received,
      sent: this.#sender.sent,
      toReceive: this.#reader.literalLeft,
      toSend: this.#sender.left,
    };
  }

  /** Starts reading and gives the server's greeting, which must come within `patience` seconds. */
  greeting(patience: number): Promise<StatusResponse> {
    return new Promise((resolve, reject) => {
      this.#greet = { resolve, reject };
      this.#greetingPatience = patience;
      this.#deadline.touch();
      this.#deadline.watch();
      void this.#read();
    });
  }

  /**
   * Sends a command as soon as those before it allow and gives its result. An abort takes it out
   * of the queue; once it is sent, its answer is still read, and thrown away.
   */
  run<Result>(command: Command<Result>, request: CallRequest): Promise<Result> {
    return this.#enqueue(command, request);
  }

  /**
   * Runs a call that takes several commands as a whole: what is queued after it waits until it is
   * over, be it another folder's SELECT or a command that changes messages.
   */
  async runWhole<Request extends CallRequest, Result>(
    request: Request,
    body: (request: Request) => Promise<Result>,
  ): Promise<Result> {
    const place = this.#calls.keepPlace();
    try {
      return await body({ ...request, place });
    } finally {
      this.#calls.leavePlace(place);
      this.#sender.sendNow();
    }
  }

  /**
   * Runs a command that has time: it is sent in front of the next one, in one chunk, or by itself
   * if none comes at once.
   */
  runSoon<Result>(command: Command<Result>, request: CallRequest): Promise<Result> {
    setTimeout(() => this.#sender.sendNow(), 0);
    return this.#enqueue(command, request, false);
  }

  /**
   * Runs a command that hands the streams over to somebody else, as STARTTLS does: reading stops
   * with its OK, `change` gives the new streams for the old, and reading goes on. An abort once it
   * is sent closes the connection: nobody could tell which streams are in use.
   */
  async upgrade<Result>(
    command: Command<Result>,
    change: (duplex: Duplex) => Promise<Duplex>,
    request: CallRequest,
  ): Promise<Result> {
    const { signal } = request;
    let handOver = () => {};
    const stopped = new Promise<void>((resolve) => handOver = resolve);
    const result = await this.#enqueue(command, { ...request, handOver });
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

  /** Not `async`, which would be two promises more for each call. */
  #enqueue<Result>(
    command: Command<Result>,
    request: CallRequest,
    atOnce = true,
  ): Promise<Result> {
    if (request.signal?.aborted) return Promise.reject(request.signal.reason);
    const over = this.#failure ?? this.#ending;
    if (over !== null) return Promise.reject(over);
    const { selections } = this.session;
    try {
      if (needsFolder(command) || request.isBound) {
        selections.checkClear(command.name, request.selection);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    const call = new Call(command, ++this.#lastTag, request, this.#signals);
    if (changesFolder(command)) call.selects = selections.queue();
    this.#calls.add(call);
    this.#gate.wake();
    if (atOnce) this.#sender.sendSoon();
    return call.settled as Promise<Result>;
  }

  #givenUp(call: Call): void {
    if (!this.#calls.remove(call)) return call.interrupt();
    if (call.selects > 0) this.session.selections.drop(call.selects);
    // Not now: the same signal may give up the next ones too.
    this.#sender.sendLater();
  }

  async #change(change: (duplex: Duplex) => Promise<Duplex>): Promise<void> {
    // What stands behind the OK was put there by somebody who is not (yet) encrypted.
    if (this.#reader.takeRest().length > 0) {
      throw new ProtocolError("the server sent more behind its OK to STARTTLS: response injection");
    }
    if (this.#failure !== null) throw this.#failure;
    this.#streams.release();
    const changed = change(this.#streams.duplex);
    try {
      const givenUp = new Promise<never>((_, reject) => this.#giveUpChange = reject);
      this.#deadline.touch();
      this.#deadline.watch();
      const duplex = await Promise.race([changed, givenUp]);
      if (this.#failure !== null) throw this.#failure;
      this.#streams = streamsOf(duplex);
    } catch (error) {
      changed.then((duplex) => duplex.close()).catch(() => {});
      throw error;
    } finally {
      this.#giveUpChange = null;
    }
    this.#changing = false;
    this.#deadline.watch();
    void this.#read();
    this.#sender.sendNow();
  }

  /** Ends the connection; whatever waits on it is rejected. */
  close(cause: ImapError = new ConnectionClosedError("the client closed the connection")): void {
    this.#fail(cause);
  }

  /** Calls a listener when the connection ends, or at once where it is over; gives how not to. */
  onEnd(listener: (cause: ImapError) => void): () => void {
    if (this.#failure !== null) listener(this.#failure);
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Stops reading till `release`, unless somebody else waits for an answer. */
  hold(): void {
    this.#gate.hold();
  }

  /** Takes back one `hold`. */
  release(): void {
    this.#gate.release();
  }

  // Reading

  async #read(): Promise<void> {
    try {
      while (this.#failure === null) {
        const chunk = this.#ahead.isAhead
          ? await this.#ahead.next()
          : await this.#streams.read(this.#reader.room());
        if (chunk === null) throw this.#ended();
        this.#noteLife();
        if (this.#received === 0) refuseTls(chunk);
        this.#received += chunk.length;
        if (chunk.length > 0) this.#reader.push(chunk);
        if (this.#reader.isPaused) await this.#readOn();
        if (this.#pacer.isDue(chunk.length)) await this.#pacer.turn();
        this.#cursor.forget();
        if (this.#handOver !== null) return this.#stopReading();
        if (this.#isHeld()) await this.#waitForRelease();
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) this.#readUnfinished();
      this.#die(this.#ending ?? abortError(error));
    }
  }

  /** What the server sent is looked at: it is not silent. */
  #noteLife(): void {
    // The greeting and the farewell have a time in which they must be over.
    if (this.#greet === null && this.#ending === null) this.#deadline.touch();
  }

  /** Reads the rest of a chunk, and gives others their turn in between. */
  async #readOn(): Promise<void> {
    while (this.#reader.isPaused) {
      for (const piece of this.#pieces) {
        this.#dispatch(piece);
        if (this.#pacer.isDue(SLICE)) await this.#pacer.turn();
        if (this.#failure !== null) return;
      }
      this.#pieces = NO_PIECES;
      if (this.#pacer.isDue(SLICE)) await this.#pacer.turn();
      if (this.#failure !== null) return;
      this.#noteLife();
      this.#reader.goOn();
    }
  }

  /** What the server says last may lack its line end: a refusal counts all the same. */
  #readUnfinished(): void {
    try {
      const frame = this.#reader.takeUnfinished();
      const unfinished = frame === null ? null : readResponse(frame, this.#limits, this.#cursor);
      if (unfinished === null || !("code" in unfinished)) return;
      const response = this.#secrets.blotResponse(unfinished, true);
      const { kind } = response;
      if (kind === "tagged" && response.status !== "OK") this.#complete(response);
      else if (kind === "untagged" && isRefusal(response)) this.#untagged(response);
      this.#noteWords(response);
      // Nobody knows whether it is whole.
      if (kind === "untagged" && response.type === "BYE") this.#farewell = null;
    } catch (error) {
      if (this.#greet !== null) this.#ending ??= abortError(error);
    }
  }

  #noteWords(response: ServerResponse): void {
    if (response.kind !== "untagged" || this.#greet !== null) return;
    if (!isRefusal(response) && !isAlert(response)) return;
    if (response.text === "" && response.code === null) return;
    const words = wordsOf(response);
    this.#lastWords = words;
    const { oldest } = this.#calls;
    if (oldest !== undefined && isRefusal(response)) oldest.heardRefusal(words, response.type);
  }

  #stopReading(): void {
    const stopped = this.#handOver;
    this.#handOver = null;
    stopped?.();
  }

  /** Whether reading has to wait: not where another call's answer comes behind what is held up. */
  #isHeld(): boolean {
    return this.#gate.held && !this.#calls.isShared && this.#failure === null;
  }

  async #waitForRelease(): Promise<void> {
    while (this.#isHeld() && !this.#ahead.isOver) {
      this.#ahead.begin(() => this.#gate.wake());
      await this.#gate.wait();
    }
    this.#deadline.touch();
  }

  #ended(): ImapError {
    this.#reader.finish();
    const where = this.#greet !== null
      ? " before its greeting"
      : this.#reader.midway
      ? " in the middle of a response"
      : "";
    return new ConnectionClosedError(`the server closed the connection${where}`);
  }

  #handler(): FrameHandler {
    return {
      frame: (frame) => {
        if (this.#options.logger !== null) this.#logReceived(frame);
        // Nearly all that comes begins with a number.
        const { bytes, start } = frame;
        if (bytes[start + 2] <= NINE || !this.#readInPieces(frame)) this.#dispatch(frame);
      },
      literal: (head, size) => this.#literal(head, size),
    };
  }

  /** A response that is read a piece at a time, once the reader has paused. */
  #readInPieces(frame: Frame): boolean {
    const pieces = piecesOf(frame, this.#limits.items);
    if (pieces === null) return false;
    this.#pieces = pieces;
    this.#reader.pause();
    return true;
  }

  #dispatch(frame: Frame): void {
    const response = readResponse(frame, this.#limits, this.#cursor);
    if (response === null) this.#strayLine(frame);
    // Nearly all that comes, and it has no text.
    else if (response.kind === "untagged" && response.type === "FETCH" && this.#greet === null) {
      this.#strayLines = 0;
      if (!this.#calls.offer(response)) this.#options.onResponse(response);
    } else {
      const blotted = this.#secrets.blotResponse(response);
      this.#noteWords(blotted);
      this.#route(blotted);
    }
  }

  /**
   * Dovecot repeats a folder's name in its text, line ends and all: such lines are the rest of
   * the status response in front of them. Anywhere else they are no IMAP, unless a line is empty
   * or begins with what begins no response (Xeams, and servers that end a literal with a line end
   * of their own): then it is dropped.
   */
  #strayLine({ bytes, start, end }: Frame): void {
    if (start === end || beginsNothing(bytes[start])) return this.#calls.count();
    if (--this.#strayLines >= 0) return;
    const line = this.#secrets.blot(decodeAscii(bytes, start, end)).slice(0, 60);
    throw new ProtocolError(`not an IMAP response: ${JSON.stringify(line)}`);
  }

  #route(response: ServerResponse): void {
    const isText = response.kind === "tagged" ||
      (response.kind === "untagged" && "text" in response);
    this.#strayLines = isText && this.#greet === null ? STRAY_LINES : 0;
    if (response.kind === "untagged" && response.type === "NO") this.#noteLimit(response.code);
    if (response.kind === "tagged") this.#complete(response);
    else if (response.kind === "continuation") this.#continue(response);
    else this.#untagged(response);
  }

  /** The place of the tagged OK may be taken by another code (RFC 9738 section 3.1). */
  #noteLimit(code: ResponseCode | null): void {
    const { oldest } = this.#calls;
    if (code?.name === "MESSAGELIMIT" && oldest !== undefined) oldest.limit = code;
  }

  #untagged(response: UntaggedResponse): void {
    if (this.#greet !== null) return this.#greeted(response);
    if (response.type === "BYE") return this.#takeLeave(response);
    this.session.observe(response);
    // Courier tells an alert first. Later it might be somebody else's, who wants no login or TLS.
    if (response.type === "PREAUTH" && this.#isFresh) this.session.authenticated = true;
    if (this.#calls.offer(response)) return;
    this.#options.onResponse(response);
  }

  /** Whether nothing was asked yet, but for what the server can do. */
  get #isFresh(): boolean {
    const isFirst = this.#calls.oldest?.command.name === "CAPABILITY";
    return this.#lastTag === 0 || (this.#lastTag === 1 && isFirst);
  }

  #takeLeave(bye: StatusResponse): void {
    this.#farewell = bye.text;
    this.#end(byeError("the server closed the connection", bye));
    if (!this.#calls.offer(bye)) this.#options.onResponse(bye);
    const { tag = "", code, text } = bye;
    const isExpected = this.#calls.find(tag)?.command.name === "LOGOUT";
    if (isExpected) this.#complete({ kind: "tagged", tag, status: "OK", code, text });
  }

  #greeted(response: UntaggedResponse): void {
    if (isRefusal(response)) throw byeError("the server refused", response);
    if (response.type !== "OK" && response.type !== "PREAUTH") {
      throw new ProtocolError(`not an IMAP greeting: ${visible(response.type)}`);
    }
    const greet = this.#greet!;
    this.#greet = null;
    this.#deadline.watch();
    this.session.observe(response);
    this.session.authenticated = response.type === "PREAUTH";
    greet.resolve(response);
  }

  #literal(head: Frame, size: number): LiteralSink | null {
    if (size === 0 || !this.#calls.takesLiterals) return null;
    // What came of the response so far is read anew for each.
    if (head.detached.length >= STREAMED_LITERALS) return null;
    const detached = [...head.detached, { offset: head.end, value: UNCLAIMED }];
    const cursor = new Cursor(this.#limits, this.#options.decoding);
    const response = readResponse({ ...head, detached }, this.#limits, cursor);
    if (response?.kind !== "untagged" || response.type !== "FETCH") return null;
    const item = Object.keys(response.items).find((name) => response.items[name] === UNCLAIMED);
    if (item === undefined) return null;
    delete response.items[item];
    return this.#calls.offerLiteral(response, item);
  }

  #continue(request: ContinuationRequest): void {
    if (this.#greet !== null) {
      throw new ProtocolError(`not an IMAP greeting: +${visible(request.text)}`);
    }
    this.#sender.answer(request);
  }

  // Tagged responses

  #complete(done: TaggedResponse): void {
    const call = this.#calls.find(done.tag);
    if (call === undefined) {
      if (this.#sender.wasTakenForCommand(done.tag)) return;
      const tag = visible(this.#secrets.blot(done.tag).slice(0, 60));
      throw new ProtocolError(`the server answered a command that was not sent: ${tag}`);
    }
    const unsent = this.#sender.isAsking && this.#calls.isNewest(call);
    if (unsent && done.status === "OK") {
      throw new ProtocolError(`the server answered ${call.command.name} before all of it was sent`);
    }
    this.#calls.end(call);
    const givenUp = call.isSettled;
    const { selections } = this.session;
    if (call.selects > 0) selections.settle(call.selects, call.command.name, done, givenUp);
    this.session.observeCode(done.code);
    if (unsent) this.#sender.goOn(false);
    call.complete(done, this.session);
    if (call.command.secrets !== undefined) this.#secrets.endLogin();
    if (call.request.handOver !== undefined && done.status === "OK") {
      if (givenUp) throw new ConnectionClosedError(`${call.command.name} was given up half-way`);
      this.#handOver = call.request.handOver;
      this.#changing = true;
      this.#reader.stop();
    }
    this.#deadline.watch();
    this.#sender.sendNow();
  }

  // Deadlines and the end

  /** The connection is about to end: only what the server still has to say is waited for. */
  #end(cause: ImapError): void {
    if (this.#ending === null || cause.text !== null) this.#ending = cause;
    this.#deadline.touch();
    this.#deadline.watch();
  }

  /** Ends the connection for what the server did; what it said last belongs to that. */
  #die(cause: ImapError): void {
    const words = this.#lastWords;
    const isSilent = !cause.text && cause instanceof ImapAbortError;
    this.#fail(isSilent && words !== null ? withWords(cause, words) : cause);
  }

  /** Seconds that the server may be silent now; 0: for ever. */
  #patience(): number {
    if (this.#failure !== null) return 0;
    if (this.#ending !== null) return FAREWELL;
    if (this.#greet !== null) return this.#greetingPatience;
    if (this.#giveUpChange !== null) return this.#options.patience;
    const call = this.#calls.oldest;
    // What the server does not take holds up all that comes behind it.
    if (call === undefined) return this.#sender.left > 0 ? this.#options.patience : 0;
    return call.patience ?? this.#options.patience;
  }

  #expired(seconds: number): void {
    // A server that nobody listens to is not silent.
    if (this.#isHeld()) {
      this.#deadline.touch();
      return this.#deadline.watch();
    }
    if (this.#ending !== null) return this.#die(this.#ending);
    const call = this.#calls.oldest;
    const owed = this.#greet !== null
      ? "greeting"
      : this.#giveUpChange !== null
      ? "end of the TLS handshake"
      : call === undefined
      ? "sign that the server takes what is sent to it"
      : `answer to ${call.command.name}`;
    const details = { command: call?.shown };
    this.#die(new TimeoutError(`no ${owed} within ${seconds} seconds`, details));
  }

  #fail(cause: ImapError): void {
    if (this.#failure !== null) return;
    this.#failure = cause;
    this.#deadline.watch();
    this.session.authenticated = false;
    this.session.selections.folder = null;
    this.session.loggedOut = true;
    this.#tellOver(cause);
    for (const listener of this.#endListeners) listener(cause);
    this.#greet?.reject(cause);
    this.#greet = null;
    this.#giveUpChange?.(cause);
    this.#sender.giveUp(cause);
    this.#gate.wake();
    for (const call of this.#calls.takeAll()) call.end(cause);
    void this.#streams.close();
  }

  #logReceived({ bytes, start, end, detached }: Frame): void {
    const { longest } = this.#secrets;
    // A secret must not be cut in two, as it would not be known then.
    const text = this.#secrets.blot(
      decodeLoosely(bytes, start, Math.min(end, start + 256 + longest)),
    );
    const more = end > start + 256 || detached.length > 0 ? "..." : "";
    this.#options.logger?.debug(`< ${visible(text.slice(0, 256))}${more}`);
  }
}

/** A greeting never begins as a record of TLS does, with the number of an alert or a handshake. */
function refuseTls(chunk: Uint8Array): void {
  if (chunk[0] !== 0x15 && chunk[0] !== 0x16) return;
  throw new TlsError(
    "the server speaks TLS from the first byte (as on port 993): connect without 'ssl: false' and " +
      "'starttls'",
  );
}

/** What a broken stream throws, as one of this library's errors. */
function abortError(error: unknown): ImapError {
  if (error instanceof ImapAbortError || error instanceof ProtocolError) return error;
  const what = error instanceof Error ? error.message : String(error);
  return new ConnectionClosedError(`the connection broke: ${what}`, { cause: error });
}

function byeError(what: string, { text, code }: StatusResponse): ConnectionClosedError {
  return new ConnectionClosedError(`${what}: ${visible(text)}`, { text, responseCode: code });
}
