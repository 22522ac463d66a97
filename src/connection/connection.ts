import { ConnectionClosedError, type ImapError } from "../model/errors.ts";
import type { StatusResponse, UntaggedResponse } from "../model/responses.ts";
import type {
  ChannelBindingType,
  CompressedDuplex,
  Duplex,
  OpenedStreams,
  Saved,
} from "../model/transport.ts";
import type { Logger } from "../util/log.ts";
import type { Decoding } from "../wire/decoding.ts";
import { DEFAULT_LIMITS, type Limits } from "../wire/limits.ts";
import { Alerts } from "./alerts.ts";
import { Call, type CallRequest } from "./call.ts";
import { CallQueue } from "./call_queue.ts";
import { CallSignals } from "./call_signals.ts";
import { Channel } from "./channel.ts";
import type { Command } from "./command.ts";
import { brokenError } from "./connection_errors.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { Quirks } from "./quirks.ts";
import { ReadHold } from "./read_hold.ts";
import { type ChunkCheck, ReadingLoop } from "./reading_loop.ts";
import { Receiver } from "./receiver.ts";
import { ResponseRouter } from "./response_router.ts";
import { changesFolder } from "./selections.ts";
import { Sender } from "./sender.ts";
import { needsFolder, Session } from "./session.ts";
import { TrafficLog } from "./traffic_log.ts";

/** How a connection behaves. */
export interface ConnectionOptions {
  /** How much is accepted from the server. */
  readonly limits?: Limits;
  /** How the text in responses is decoded. */
  readonly decoding?: Decoding;
  /** Seconds that the server may be silent while it owes an answer; 0 is no limit. */
  readonly patience: number;
  /** What the caller knows about the server's quirks; `false`: it has none. */
  readonly quirks?: Partial<Quirks> | false;
  /** Gets the responses that no command claims. */
  readonly onResponse: (response: UntaggedResponse) => void;
  /** Gets everything sent and received, with secrets removed. */
  readonly logger: Logger | null;
}

/** How much has passed over a connection so far, in bytes. */
export interface Traffic {
  /** Received from the server, after it was decompressed if the connection is compressed. */
  readonly received: number;
  /** Sent to the server, before it was compressed if the connection is compressed. */
  readonly sent: number;
  /** What passed over the wire for `received`: fewer bytes, if the connection is compressed. */
  readonly receivedOnWire: number;
  /** What passed over the wire for `sent`. TLS, where it is used, is not counted. */
  readonly sentOnWire: number;
  /** Announced by the server and still to come: the rest of a message, say. */
  readonly toReceive: number;
  /** Being sent and not gone yet. */
  readonly toSend: number;
}

/** How a command changes the streams that the connection uses. */
export interface StreamChange {
  /** Makes new streams out of the old ones; `rest` was read from these after the command's OK. */
  readonly change: (duplex: Duplex, rest: Uint8Array) => Promise<OpenedStreams>;
  /** Whether the OK changes them at all. Asked when it has come; default: it does. */
  readonly isNeeded?: () => boolean;
}

/**
 * Sends commands over a duplex and routes every response: to the command in flight that claims it,
 * else to the session's state and the listener. It settles each command exactly once.
 */
export class Connection {
  /** What is known about the session. */
  readonly session: Session = new Session();
  /** Seconds that the server may be silent while it owes an answer; 0 is no limit. */
  readonly patience: number;
  /** What the server wants its user to read. */
  readonly alerts: Alerts;
  /** What compresses the bytes; `null`: nothing does. */
  compression: CompressedDuplex | null = null;
  readonly #channel: Channel;
  readonly #calls: CallQueue;
  readonly #hold: ReadHold;
  readonly #life: Lifecycle;
  readonly #sender: Sender;
  readonly #router: ResponseRouter;
  readonly #receiver: Receiver;
  readonly #reading: ReadingLoop;
  readonly #signals = new CallSignals((call) => this.#giveUp(call));

  /** Nothing is read or sent before {@linkcode greeting} is called. */
  constructor(duplex: Duplex, options: ConnectionOptions) {
    const { limits = DEFAULT_LIMITS, decoding, patience, onResponse } = options;
    const { session } = this;
    this.patience = patience;
    session.ownQuirks = options.quirks ?? {};
    const log = new TrafficLog(options.logger);
    const channel = this.#channel = new Channel(duplex);
    this.alerts = new Alerts(() => channel.duplex.secure, options.logger);
    const calls = this.#calls = new CallQueue(limits.items);
    const hold = this.#hold = new ReadHold(calls);
    const life = this.#life = new Lifecycle(calls, channel, hold, patience);
    const sender = this.#sender = new Sender(session, calls, channel, life, log);
    const router = this.#router = new ResponseRouter(
      session,
      calls,
      sender,
      life,
      log.secrets,
      this.alerts,
      onResponse,
    );
    this.#receiver = new Receiver(calls, router, life, log, limits, decoding);
    this.#reading = new ReadingLoop(channel, this.#receiver, life, hold);
    life.onEnd((cause) => this.#clear(cause));
  }

  /** Whether the bytes are encrypted on their way. */
  get secure(): boolean {
    return this.#channel.duplex.secure;
  }

  /** Whether {@linkcode upgrade} can start TLS. */
  get canStartTls(): boolean {
    return this.#channel.duplex.startTls !== undefined;
  }

  /** What ties a login to the connection; `null` if it yields none of this type. */
  async channelBinding(type: ChannelBindingType): Promise<Uint8Array | null> {
    const { duplex } = this.#channel;
    if (duplex.channelBinding === undefined) return null;
    return await this.#life.unlessOver(duplex.channelBinding(type));
  }

  /** Why the connection can't be used any more; `null` while it can. */
  get failure(): ImapError | null {
    return this.#life.failure;
  }

  /** Resolves when the connection is over, with the reason. */
  get over(): Promise<ImapError> {
    return this.#life.over;
  }

  /** The text of the server's BYE; `null` if there was none. */
  get farewell(): string | null {
    return this.#router.farewell;
  }

  /** How much has passed over it so far. */
  get traffic(): Traffic {
    const { received, sent, saved } = this.#channel;
    return {
      received,
      sent,
      receivedOnWire: received - saved.received,
      sentOnWire: sent - saved.sent,
      toReceive: this.#receiver.reader.literalLeft,
      toSend: this.#channel.unsent,
    };
  }

  /** What compression has saved of that. */
  get saved(): Saved {
    return this.#channel.saved;
  }

  /** Starts reading and returns the greeting, which must come within `patience` seconds. */
  greeting(patience: number): Promise<StatusResponse> {
    this.#life.awaitGreeting(patience);
    this.#reading.start();
    return this.#life.unlessOver(this.#router.greeting);
  }

  // Calls

  /**
   * Sends a command as soon as the calls before it allow, and returns its result. If it is aborted
   * before it is sent, it leaves the queue; after that, its answer is still read, and ignored.
   */
  run<Result>(command: Command<Result>, request: CallRequest): Promise<Result> {
    const result = this.#enqueue(command, request);
    this.#sender.sendSoon();
    return result;
  }

  /**
   * Runs a call that takes several commands as a whole: calls that are made later wait until it is
   * over, whether they select another folder or change messages.
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
   * Runs a command that is not urgent: it is sent before the next one, in the same chunk, or by
   * itself if none is called at once.
   */
  runSoon<Result>(command: Command<Result>, request: CallRequest): Promise<Result> {
    setTimeout(() => this.#sender.sendNow(), 0);
    return this.#enqueue(command, request);
  }

  /** Not `async`, which would cost each call two more promises. */
  #enqueue<Result>(command: Command<Result>, request: CallRequest): Promise<Result> {
    const { selections } = this.session;
    try {
      request.signal?.throwIfAborted();
      if (this.#life.cause !== null) throw this.#life.cause;
      if (needsFolder(command) || request.isBound) {
        selections.checkClear(command.name, request.selection);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    const call = new Call(command, ++this.#calls.made, request, this.#signals);
    if (changesFolder(command)) call.selects = selections.queue();
    this.#calls.add(call);
    this.#hold.wake();
    return call.settled as Promise<Result>;
  }

  #giveUp(call: Call): void {
    if (!this.#calls.remove(call)) return call.interrupt();
    if (call.selects !== null) this.session.selections.drop(call.selects);
    // Not now: the same signal may be about to give up the next calls too.
    this.#sender.sendLater();
  }

  // Other streams

  /**
   * Runs a command whose OK hands over the streams, as STARTTLS does: reading stops after the OK,
   * `change` makes new streams out of the old ones, and reading goes on with these. An abort after
   * the command is sent closes the connection: nobody could tell which streams are in use.
   */
  async upgrade<Result>(
    command: Command<Result>,
    { change, isNeeded = () => true }: StreamChange,
    request: CallRequest,
  ): Promise<Result> {
    const { signal } = request;
    const result = await this.run(command, { ...request, changesStreams: isNeeded });
    if (this.#life.phase !== "changing streams") return result;
    await this.#reading.stopped;
    const onAbort = () => this.close();
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      await this.#changeStreams(change);
    } catch (error) {
      this.#life.close(brokenError(error));
      throw signal?.aborted ? signal.reason : this.failure;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    return result;
  }

  async #changeStreams(change: StreamChange["change"]): Promise<void> {
    const before = this.#reading.takeRest();
    if (this.failure !== null) throw this.failure;
    const changed = change(this.#channel.release(), before);
    try {
      this.#life.deadline.touch();
      this.#life.deadline.watch();
      const { duplex, rest } = await this.#life.unlessOver(changed);
      if (this.failure !== null) throw this.failure;
      if (duplex.secure && !this.secure) this.alerts.forget();
      this.#channel.replace(duplex);
      this.#reading.putBack(rest);
    } catch (error) {
      changed.then(({ duplex }) => duplex.close()).catch(() => {});
      throw error;
    }
    this.#life.open();
    this.#reading.start();
    this.#sender.sendNow();
  }

  // The end

  /** Closes the connection; whatever waits on it is rejected with `cause`. */
  close(cause: ImapError = new ConnectionClosedError("the client closed the connection")): void {
    this.#life.close(cause);
  }

  /**
   * Calls a listener when the connection is over, or at once if it already is. The function that
   * is returned removes the listener.
   */
  onEnd(listener: (cause: ImapError) => void): () => void {
    return this.#life.onEnd(listener);
  }

  #clear(cause: ImapError): void {
    this.session.end();
    this.#sender.goOn(false);
    this.#hold.wake();
    for (const call of this.#calls.takeAll()) call.end(cause);
    void this.#channel.close();
  }

  /** Looks at each chunk that comes before it is read, and may throw; `null`: nobody looks. */
  set check(check: ChunkCheck | null) {
    this.#reading.check = check;
  }

  // Pauses

  /** Pauses reading until `release`, unless another call waits for its answer. */
  hold(): void {
    this.#hold.hold();
  }

  /** Takes back one `hold`. */
  release(): void {
    this.#hold.release();
  }
}
