import { ImapAbortError, type ImapError, ProtocolError } from "../model/errors.ts";
import type { Logger } from "../util/log.ts";
import type { ContinuationRequest } from "../model/responses.ts";
import type { Secrets } from "./secrets.ts";
import type { Session } from "./session.ts";
import { concat, decodeAscii, hasNul } from "../util/bytes.ts";
import { CommandBuffer, type CommandPart, type LiteralSource } from "../wire/command_buffer.ts";
import { CommandWriter, type WriterOptions } from "../wire/writer.ts";
import type { Call, CallRequest } from "./call.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Deadline } from "./deadline.ts";
import type { Streams } from "./streams.ts";

/** What a {@linkcode Sender} shares with its connection, and tells it. */
export interface SenderOwner {
  /** What is known of the session. */
  readonly session: Session;
  /** The calls that wait to be sent. */
  readonly calls: CallQueue;
  /** Learns what was sent to log in. */
  readonly secrets: Secrets;
  /** Is told of every sign of life. */
  readonly deadline: Deadline;
  /** Gets the commands, with secrets removed. */
  readonly logger: Logger | null;
  /** Where the bytes go; another place after STARTTLS. */
  readonly streams: () => Streams;
  /** Why the connection ends, if it does. */
  readonly over: () => ImapError | null;
  /** Whether nothing is to be sent till there are new streams. */
  readonly changing: () => boolean;
  /** A write failed: the server may have said why it hung up. */
  readonly broken: (error: unknown) => void;
  /** Sending can't go on, nor can the connection. */
  readonly failed: (error: unknown) => void;
}

/** About so many bytes of commands go out as one chunk: the server begins while more is written. */
const BATCH = 8 * 1024;
/** So many calls are sent before more are made: the server begins meanwhile. */
const CROWD = 200;
/** Nearly all commands are shorter. */
const SHORT = 256;
/** What is longer goes in pieces: each that is gone is a sign of life. */
const PIECE = 256 * 1024;

/** So many answers to `+` may be under way: more than one only as long as its end is not known. */
const ANSWERS = 10;
const CRLF = Uint8Array.of(13, 10);
/** Ends an AUTHENTICATE or another exchange that can't go on (RFC 9051 section 6.2.2). */
const CANCEL = Uint8Array.of(42);

/** Sends the calls of a connection, as many at once as may run side by side. */
export class Sender {
  readonly #owner: SenderOwner;
  #sending = false;
  #sendingSoon = false;
  /** Lets sending go on: `true` at a `+`, `false` when the command is over before that. */
  #asked: ((more: boolean) => void) | null = null;
  /** The last line of a conversation that was sent. */
  #lastLine: Uint8Array | null = null;
  #sent = 0;
  #left = 0;
  /** The stream of a literal that is being sent. */
  #source: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #written: WriterOptions | null = null;

  /** Nothing is sent yet. */
  constructor(owner: SenderOwner) {
    this.#owner = owner;
  }

  /** How many bytes went to the server. */
  get sent(): number {
    return this.#sent;
  }

  /** How many bytes of what is being sent are still to go. */
  get left(): number {
    return this.#left;
  }

  /** Whether the newest command waits for the server to ask for its literal. */
  get isAsking(): boolean {
    return this.#asked !== null;
  }

  /** Calls that are made at once go out in one chunk; of very many, the first do before the last. */
  sendSoon(): void {
    if (this.#sending) return;
    if (this.#owner.calls.waiting >= CROWD) return this.sendNow();
    this.sendLater();
  }

  /** Sends what waits when whoever is at work now is done. */
  sendLater(): void {
    if (this.#sendingSoon) return;
    this.#sendingSoon = true;
    void this.#sendInTurn();
  }

  async #sendInTurn(): Promise<void> {
    await null; // not queueMicrotask, of which Node makes much
    this.#sendingSoon = false;
    this.sendNow();
  }

  /** Sends what waits, as far as it may be sent. */
  sendNow(): void {
    if (!this.#sending && this.#owner.calls.waiting > 0) void this.#send();
  }

  /**
   * The server asks for more: for the literal that was announced, else for the next line of a
   * conversation, as AUTHENTICATE is one. Throws {@linkcode ProtocolError} where that has no end.
   */
  answer(request: ContinuationRequest): void {
    if (this.#asked !== null) return this.goOn(true);
    const call = this.#owner.calls.responder();
    // Exchange is known to ask for more when nothing is owed.
    if (call === undefined) return;
    // Some servers ask for more again in the middle of an IDLE: one DONE is all they get.
    if (call.isEndless && call.answering > 0) return;
    if (call.cancelled || call.answering >= ANSWERS) {
      throw new ProtocolError(`the server asked for more in ${call.command.name} again and again`);
    }
    void this.#respond(call, request);
  }

  /**
   * Whether a tag is the first word of what was sent last in a conversation: the server ended that
   * before the line came, and took the line for a command. So it is where DONE crosses the end of
   * an IDLE (`DONE BAD Unknown command`).
   */
  wasTakenForCommand(tag: string): boolean {
    if (this.#lastLine === null || decodeAscii(this.#lastLine).split(" ")[0] !== tag) return false;
    this.#lastLine = null;
    return true;
  }

  async #respond(call: Call, request: ContinuationRequest): Promise<void> {
    call.answering++;
    try {
      await this.#sendLine(call, request);
    } finally {
      call.answering--;
    }
  }

  async #sendLine(call: Call, request: ContinuationRequest): Promise<void> {
    const { secrets, logger, deadline } = this.#owner;
    const answer = await call.respond(request);
    if (call.done) return;
    for (const secret of call.secrets()) secrets.add(secret);
    const line = answer === null || (call.isSettled && !call.isEndless) ? CANCEL : answer;
    call.cancelled = line === CANCEL;
    // What ends an IDLE is known to all; any other answer may be a password.
    logger?.debug(`> ${call.isEndless ? decodeAscii(line) : "**REDACTED**"}`);
    this.#lastLine = line;
    // The server may owe an answer now that it did not owe before: to DONE. It may not take that,
    // so the time runs before the line is written, and anew behind it.
    deadline.touch();
    deadline.watch();
    await this.write(concat([line, CRLF]));
    deadline.watch();
  }

  /** Lets sending go on behind a literal's announcement, or tells it not to. */
  goOn(more: boolean): void {
    this.#asked?.(more);
    this.#asked = null;
  }

  /** The connection is over: nothing is waited for any more. */
  giveUp(cause: ImapError): void {
    this.goOn(false);
    // It may wait for somebody who never comes.
    this.#source?.cancel(cause).catch(() => {});
  }

  async #send(): Promise<void> {
    this.#sending = true;
    try {
      for (let call = this.#next(); call !== null; call = this.#next()) await this.#sendFrom(call);
    } catch (error) {
      this.#owner.failed(error);
    }
    this.#sending = false;
  }

  /** The next call, if there is one and it can be sent now. */
  #next(): Call | null {
    const isClosed = this.#owner.over() !== null || this.#owner.changing();
    return isClosed ? null : this.#owner.calls.next();
  }

  /** Sends a call and, in the same chunk, those behind it that may go along. */
  async #sendFrom(first: Call): Promise<void> {
    const { calls, deadline } = this.#owner;
    const page = new CommandBuffer(calls.waiting > 0 ? BATCH + SHORT : SHORT);
    let parts: readonly CommandPart[] | null = null;
    let call: Call | null = first;
    while (call !== null) {
      parts = this.#begin(call, page);
      if (parts !== null && parts.length > 0) break;
      call = page.used < BATCH ? this.#next() : null;
    }
    deadline.touch();
    deadline.watch();
    if (page.used > 0) await this.write(page.written);
    if (call !== null && parts !== null) await this.#sendParts(call, parts);
  }

  /** Writes a call's command out; `null` where that fails, and then nothing is sent. */
  #begin(call: Call, page: CommandBuffer): readonly CommandPart[] | null {
    const { session, calls, secrets, logger } = this.#owner;
    let parts: readonly CommandPart[];
    const { used } = page;
    try {
      session.check(call.command, call.request);
      parts = call.write(new CommandWriter(this.#writerOptions(call.request), page));
    } catch (error) {
      if (call.selects > 0) session.selections.drop(call.selects);
      call.reject(error);
      return null;
    }
    for (const secret of call.secrets()) secrets.add(secret);
    if (call.isSettled) {
      page.used = used;
      return null;
    }
    if (logger !== null) logger.debug(`> ${call.tag} ${call.shown}`);
    calls.begin(call);
    if (call.selects > 0) session.selections.begin(call.command.name);
    return parts;
  }

  /** How commands are written now. */
  #writerOptions({ folderEncode }: CallRequest): WriterOptions {
    const { nonSynchronising, utf8, rawNames } = this.#owner.session;
    const known = this.#written;
    const isSame = known?.nonSynchronising === nonSynchronising && known.utf8 === utf8 &&
      known.folderEncode === folderEncode;
    if (isSame) return known;
    const rawName = (name: string) => rawNames.of(name);
    return this.#written = { nonSynchronising, utf8, folderEncode, rawName };
  }

  async #sendParts(call: Call, parts: readonly CommandPart[]): Promise<void> {
    for (const { bytes, waits, source } of parts) {
      // Before the write: the answer may be here before the write is known to be over.
      const asked = waits ? new Promise<boolean>((resolve) => this.#asked = resolve) : null;
      if (source !== undefined) await this.#writeFrom(source);
      else await this.write(bytes);
      if ((asked !== null && !await asked) || call.done) return cancelSources(parts);
    }
  }

  /** Sends a literal that comes from a stream: all of what was announced, or the connection ends. */
  async #writeFrom({ stream, size }: LiteralSource): Promise<void> {
    const { over } = this.#owner;
    const reader = stream.getReader();
    this.#source = reader;
    try {
      let left = size;
      // A chunk is read and looked at while the one before it goes out.
      let writing: Promise<void> | null = null;
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        left -= lengthOf(next.value);
        if (left < 0) throw new ImapAbortError(`the stream has more than ${size} bytes`);
        await writing;
        if (over() !== null) break;
        writing = this.write(next.value);
      }
      await writing;
      // What else is wrong then has been said.
      if (over() !== null) return reader.cancel(over()).catch(() => {});
      if (left > 0) throw new ImapAbortError(`the stream ended ${left} bytes before its size`);
    } catch (error) {
      reader.cancel(error).catch(() => {});
      throw error instanceof ImapAbortError
        ? error
        : new ImapAbortError(`the stream of a literal failed: ${error}`, { cause: error });
    } finally {
      this.#source = null;
    }
  }

  /** Writes bytes out, behind those that were given before. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; at += PIECE) {
        this.#left = bytes.length - at;
        await this.#writePiece(bytes.length > PIECE ? bytes.subarray(at, at + PIECE) : bytes);
      }
    } catch (error) {
      this.#owner.broken(error);
    }
    this.#left = 0;
  }

  async #writePiece(bytes: Uint8Array): Promise<void> {
    await this.#owner.streams().write(bytes);
    this.#sent += bytes.length;
    this.#owner.deadline.touch();
  }
}

/** The length of a chunk of a literal; throws for what can't stand in one. */
function lengthOf(chunk: unknown): number {
  if (!(chunk instanceof Uint8Array)) throw new ImapAbortError("the stream gave no bytes");
  if (hasNul(chunk)) throw new ImapAbortError("a literal can't hold a NUL");
  return chunk.length;
}

/** Nobody will read what the server does not want. */
function cancelSources(parts: readonly CommandPart[]): void {
  for (const { source } of parts) {
    if (source !== undefined && !source.stream.locked) source.stream.cancel().catch(() => {});
  }
}
