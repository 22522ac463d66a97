import { ConnectionClosedError, ProtocolError } from "../model/errors.ts";
import type { Channel } from "./channel.ts";
import { brokenError, refuseTls } from "./connection_errors.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { Pacer } from "./pacer.ts";
import { ReadAhead } from "./read_ahead.ts";
import type { ReadHold } from "./read_hold.ts";
import { type Receiver, SLICE } from "./receiver.ts";

/** Looks at a chunk; `isMidway`: it begins in the middle of a response. */
export type ChunkCheck = (chunk: Uint8Array, isMidway: boolean) => void;

/** Reads from the channel, chunk by chunk, until the connection ends or its streams change. */
export class ReadingLoop {
  /** Resolves when the loop has stopped. */
  stopped: Promise<void> = Promise.resolve();
  /** Looks at each chunk before it is read, and may throw. */
  check: ChunkCheck | null = (chunk) => {
    this.check = null;
    refuseTls(chunk);
  };
  readonly #channel: Channel;
  readonly #receiver: Receiver;
  readonly #life: Lifecycle;
  readonly #hold: ReadHold;
  readonly #ahead: ReadAhead;
  readonly #pacer = new Pacer();

  /** `receiver` gets the bytes; `hold` may pause the loop. */
  constructor(channel: Channel, receiver: Receiver, life: Lifecycle, hold: ReadHold) {
    this.#channel = channel;
    this.#receiver = receiver;
    this.#life = life;
    this.#hold = hold;
    this.#ahead = new ReadAhead(() => channel.read());
  }

  /** Starts the loop, or starts it again with new streams. */
  start(): void {
    this.stopped = this.#read();
  }

  /**
   * Takes the bytes after the response at which the loop has stopped. They may be for other streams
   * than the bytes before them.
   */
  takeRest(): Uint8Array {
    if (this.#ahead.isAhead) {
      throw new ProtocolError("the server answered a command before it was sent");
    }
    const rest = this.#receiver.reader.takeRest();
    this.#channel.received -= rest.length;
    return rest;
  }

  /** Has bytes that were read already read again, before all others. */
  putBack(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#ahead.putBack(bytes);
  }

  async #read(): Promise<void> {
    const { reader } = this.#receiver;
    try {
      while (!this.#life.isOver) {
        const chunk = this.#ahead.isAhead
          ? await this.#ahead.next()
          : await this.#channel.read(reader.room());
        if (chunk === null) throw this.#endError();
        this.#life.noteLife();
        this.#channel.received += chunk.length;
        if (chunk.length > 0) {
          if (this.check !== null) this.check(chunk, reader.midway);
          reader.push(chunk);
        }
        if (reader.isPaused) await this.#readRest();
        else if (this.#pacer.isDue(chunk.length)) await this.#pacer.turn();
        this.#receiver.endChunk();
        if (this.#life.phase === "changing streams") return;
        if (this.#hold.isInForce) await this.#waitForRelease();
      }
    } catch (error) {
      this.#break(error);
    }
  }

  /** Reads the rest of a chunk, and gives other tasks their turn in between. */
  async #readRest(): Promise<void> {
    const { reader } = this.#receiver;
    while (reader.isPaused) {
      for (const piece of this.#receiver.takePieces()) {
        this.#receiver.dispatch(piece);
        if (this.#pacer.isDue(SLICE)) await this.#pacer.turn();
        if (this.#life.isOver) return;
      }
      if (this.#pacer.isDue(SLICE)) await this.#pacer.turn();
      if (this.#life.isOver) return;
      this.#life.noteLife();
      reader.goOn();
    }
  }

  async #waitForRelease(): Promise<void> {
    while (this.#hold.isInForce && !this.#life.isOver && !this.#ahead.isOver) {
      this.#ahead.begin(() => this.#hold.wake());
      await this.#hold.wait();
    }
    this.#life.deadline.touch();
  }

  /** The server has closed the connection: takes in what was kept back, and says where it ended. */
  #endError(): ConnectionClosedError {
    const { reader } = this.#receiver;
    reader.finish();
    const midway = reader.midway ? " in the middle of a response" : "";
    const where = this.#life.phase === "greeting" ? " before its greeting" : midway;
    return new ConnectionClosedError(`the server closed the connection${where}`);
  }

  /** Ends the connection because reading failed. */
  #break(error: unknown): void {
    if (this.#life.isOver) return;
    const cause = this.#unfinishedError(error);
    this.#life.fail(this.#life.cause ?? brokenError(cause));
  }

  /** The error that ends the connection: a refusal without a line end says more than `error`. */
  #unfinishedError(error: unknown): unknown {
    if (error instanceof ProtocolError) return error;
    const isGreeting = this.#life.phase === "greeting";
    try {
      this.#receiver.takeUnfinished();
      return error;
    } catch (unfinished) {
      return isGreeting ? unfinished : error;
    }
  }
}
