import type { ContinuationRequest } from "../model/responses.ts";
import { CommandBuffer, type CommandPart } from "../wire/command_buffer.ts";
import { CommandWriter, type WriterOptions } from "../wire/writer.ts";
import type { Call, CallRequest } from "./call.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Channel } from "./channel.ts";
import { brokenError } from "./connection_errors.ts";
import { Continuations } from "./continuations.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { cancelSources, sendLiteral } from "./literal_stream.ts";
import type { Session } from "./session.ts";
import type { TrafficLog } from "./traffic_log.ts";

/** A chunk goes out once it has this many bytes of commands; the server begins on it meanwhile. */
const BATCH = 8 * 1024;
/** Flush once this many calls wait. */
const CROWD = 200;
/** Nearly all commands are shorter than this. */
const SHORT = 256;
const NO_PARTS: readonly CommandPart[] = [];

/** Sends the calls of a connection, as many at once as may run side by side. */
export class Sender {
  readonly #session: Session;
  readonly #calls: CallQueue;
  readonly #channel: Channel;
  readonly #life: Lifecycle;
  readonly #log: TrafficLog;
  readonly #continuations: Continuations;
  readonly #touch: () => void;
  #isSending = false;
  #isScheduled = false;
  /** Lets sending go on: `true` after `+`, `false` if the command ended before that. */
  #asked: ((more: boolean) => void) | null = null;
  #written: WriterOptions | null = null;

  /** Sends `calls` over the channel while the connection is open. */
  constructor(
    session: Session,
    calls: CallQueue,
    channel: Channel,
    life: Lifecycle,
    log: TrafficLog,
  ) {
    this.#session = session;
    this.#calls = calls;
    this.#channel = channel;
    this.#life = life;
    this.#log = log;
    this.#touch = () => life.deadline.touch();
    const write = (bytes: Uint8Array) => this.#write(bytes);
    this.#continuations = new Continuations(calls, life.deadline, log, write);
  }

  /** Whether the newest command waits for the server to ask for its literal. */
  get isAsking(): boolean {
    return this.#asked !== null;
  }

  /**
   * Sends what waits, in one chunk with what is called in the same turn, unless that is very much.
   */
  sendSoon(): void {
    if (this.#isSending) return;
    if (this.#calls.waiting >= CROWD) return this.sendNow();
    this.sendLater();
  }

  /** Sends what waits once the code that runs now has returned. */
  sendLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.#sendInTurn();
  }

  async #sendInTurn(): Promise<void> {
    await null; // cheaper than queueMicrotask in Node
    this.#isScheduled = false;
    this.sendNow();
  }

  /** Sends what waits, as far as it may be sent. */
  sendNow(): void {
    if (!this.#isSending && this.#calls.waiting > 0) void this.#send();
  }

  /**
   * The server asks for more (`+`): for the literal that was announced, else for the next line of
   * an exchange. Throws {@linkcode ProtocolError} if it asks without end.
   */
  answer(request: ContinuationRequest): void {
    if (this.#asked !== null) this.goOn(true);
    else this.#continuations.answer(request);
  }

  /** Whether a tag shows that the server took a line of an exchange for a command. */
  wasTakenForCommand(tag: string): boolean {
    return this.#continuations.wasTakenForCommand(tag);
  }

  /** Sends the literal that was announced, or tells the sender not to. */
  goOn(more: boolean): void {
    this.#asked?.(more);
    this.#asked = null;
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      for (let call = this.#next(); call !== null; call = this.#next()) await this.#sendFrom(call);
    } catch (error) {
      this.#life.close(brokenError(error));
    }
    this.#isSending = false;
  }

  /** The next call, if it can be sent now. */
  #next(): Call | null {
    return this.#life.phase === "open" ? this.#calls.next() : null;
  }

  /** Sends a call and, in the same chunk, those after it that may go along. */
  async #sendFrom(first: Call): Promise<void> {
    const { deadline } = this.#life;
    const buffer = new CommandBuffer(this.#calls.waiting > 0 ? BATCH + SHORT : SHORT);
    let call = first;
    let parts = this.#begin(call, buffer);
    while (parts.length === 0 && buffer.used < BATCH) {
      const next = this.#next();
      if (next === null) break;
      call = next;
      parts = this.#begin(call, buffer);
    }
    deadline.touch();
    deadline.watch();
    if (buffer.used > 0) await this.#write(buffer.written);
    if (parts.length > 0) await this.#sendParts(call, parts);
  }

  /**
   * Writes a call's command into the buffer, or gives it in parts where it does not fit or has to
   * be sent in steps. Where it can't be sent, the call fails and nothing is written.
   */
  #begin(call: Call, buffer: CommandBuffer): readonly CommandPart[] {
    const { selections } = this.#session;
    let parts: readonly CommandPart[];
    const { used } = buffer;
    try {
      this.#session.check(call.command, call.request);
      parts = call.write(new CommandWriter(this.#writerOptions(call.request), buffer));
    } catch (error) {
      if (call.selects !== null) selections.drop(call.selects);
      call.reject(error);
      return NO_PARTS;
    }
    for (const secret of call.secrets()) this.#log.secrets.add(secret);
    if (call.isSettled) {
      buffer.used = used;
      return NO_PARTS;
    }
    if (this.#log.isOn) this.#log.command(call);
    this.#calls.begin(call);
    if (call.selects !== null) selections.begin(call.command.name);
    return parts;
  }

  /** How commands are written now. */
  #writerOptions({ folderEncode }: CallRequest): WriterOptions {
    const { nonSynchronising, utf8, rawNames } = this.#session;
    const known = this.#written;
    const isSame = known?.nonSynchronising === nonSynchronising && known.utf8 === utf8 &&
      known.folderEncode === folderEncode;
    if (isSame) return known;
    const rawName = (name: string) => rawNames.of(name);
    return this.#written = { nonSynchronising, utf8, folderEncode, rawName };
  }

  async #sendParts(call: Call, parts: readonly CommandPart[]): Promise<void> {
    const write = (bytes: Uint8Array) => this.#write(bytes);
    for (const { bytes, waits, source } of parts) {
      // Made before the write: the answer may come before the write is known to be over.
      const asked = waits ? new Promise<boolean>((resolve) => this.#asked = resolve) : null;
      if (source !== undefined) await sendLiteral(source, write, this.#life);
      else await write(bytes);
      if ((asked !== null && !await asked) || call.done) return cancelSources(parts);
    }
  }

  /** Writes bytes after those of earlier calls; never rejects. */
  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#channel.write(bytes, this.#touch);
    } catch (error) {
      // Not over yet: the server may have said why it hung up.
      this.#life.end(brokenError(error));
    }
  }
}
