import { setImmediate } from "node:timers";
import type { Duplex } from "../../../src/model/transport.ts";

/** The direction in which bytes travel. */
export type Direction = "to the server" | "to the client";

/** Both directions. */
export const DIRECTIONS: readonly Direction[] = ["to the server", "to the client"];

/**
 * What happens at one byte:
 *
 * - `cut`: the receiver sees the end of the stream, a moment later; bytes sent afterwards are lost;
 * - `reset`: all four streams break at once;
 * - `stall`: nothing more passes, though it can still be sent;
 * - `clog`: nothing more passes or can be sent: the pending write never ends;
 * - `split`: a chunk ends there, and the next one arrives a moment later.
 */
export type FaultKind = "cut" | "reset" | "stall" | "clog" | "split";

/** A fault and the place where it happens. */
export interface Fault {
  readonly kind: FaultKind;
  readonly direction: Direction;
  /** How many bytes pass before it, counted from the beginning or from `arm`. */
  readonly offset: number;
  /** A split repeats every this many bytes. */
  readonly stride?: number;
}

/** How bytes travel through a pipe. */
export interface PipeOptions {
  /** What goes wrong. */
  readonly fault?: Fault;
  /** The longest chunk; chunks arrive a moment apart. Default: chunks as they are written. */
  readonly chunk?: number;
  /** Called with what both sides send, in order. */
  readonly record?: (direction: Direction, bytes: Uint8Array) => void;
}

/** What waits for the receiver, in order. */
type Item = Uint8Array | "pause" | "end" | Error;

/** One direction. The receiver gets its items in order, including an error. */
class Lane {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #push: (bytes: Uint8Array) => void;
  #items: Item[] = [];
  #wanted: (() => void) | null = null;
  #writer!: WritableStreamDefaultController;
  #isOver = false;
  #clogged: ((error: Error) => void) | null = null;
  #isClogged = false;

  /** `push` is called with what the sender writes, and passes on what is to arrive. */
  constructor(push: (bytes: Uint8Array) => void, close: () => void) {
    this.#push = push;
    this.readable = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => close(),
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller): void => void (this.#writer = controller),
      write: (bytes) => this.#write(bytes),
      close: () => this.end(),
      abort: () => close(),
    });
  }

  /** Hands bytes to the receiver. */
  pass(bytes: Uint8Array): void {
    this.#add(bytes);
  }

  /** The next item arrives a moment later, so that the receiver can first handle what it has. */
  pause(): void {
    this.#add("pause");
  }

  /** The receiver gets what is on its way, and then the end. */
  end(): void {
    this.#add("end");
    this.#isOver = true;
  }

  /** The receiver gets what is on its way, and then an error. */
  fail(error: Error): void {
    this.#add(error);
    this.#isOver = true;
    this.breakWriting(error);
  }

  /** Nothing more passes, not even the end; with `clogs`, nothing can be sent either. */
  stop(clogs: boolean): void {
    this.#isOver = true;
    this.#isClogged = clogs;
  }

  /** From now on nothing can be sent. */
  breakWriting(error: Error): void {
    this.#writer.error(error);
    this.#clogged?.(error);
  }

  #add(item: Item): void {
    if (this.#isOver) return;
    this.#items.push(item);
    this.#wanted?.();
    this.#wanted = null;
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let item = await this.#next();
    while (item === "pause") {
      await new Promise<void>((resolve) => setImmediate(resolve));
      item = await this.#next();
    }
    if (item === "end") controller.close();
    else if (item instanceof Error) controller.error(item);
    else controller.enqueue(item);
  }

  async #next(): Promise<Item> {
    if (this.#items.length === 0) {
      await new Promise<void>((resolve) => this.#wanted = resolve);
    }
    return this.#items.shift()!;
  }

  #write(bytes: Uint8Array): Promise<void> | void {
    this.#push(bytes);
    if (this.#isClogged) return new Promise((_, reject) => this.#clogged = reject);
  }
}

/** A connection in memory on which one thing goes wrong, at one byte. */
export class FaultyPipe {
  /** The client's end. */
  readonly client: Duplex;
  /** The server's end. */
  readonly server: Duplex;
  /** Whether the fault has happened. */
  happened = false;
  /** Whether the client has closed its end. */
  closedByClient = false;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  readonly #passed: Record<Direction, number> = { "to the server": 0, "to the client": 0 };
  readonly #options: PipeOptions;
  #fault: Fault | null = null;

  /** If the options have a fault, its offset counts from the first byte. */
  constructor(options: PipeOptions = {}) {
    this.#options = options;
    this.#lanes = {
      "to the server": this.#lane("to the server", () => this.#close("to the client")),
      "to the client": this.#lane("to the client", () => this.#close("to the server")),
    };
    this.client = this.#end("to the client", "to the server");
    this.server = this.#end("to the server", "to the client");
    if (options.fault !== undefined) this.arm(options.fault);
  }

  /** Makes a fault happen; its offset counts from this moment. */
  arm(fault: Fault): void {
    this.#passed[fault.direction] = 0;
    this.#fault = fault;
    if (fault.offset === 0 && fault.kind !== "split") this.#happen(fault);
  }

  #lane(direction: Direction, cancelled: () => void): Lane {
    return new Lane((bytes) => this.#push(direction, bytes), cancelled);
  }

  #end(incoming: Direction, outgoing: Direction): Duplex {
    return {
      readable: this.#lanes[incoming].readable,
      writable: this.#lanes[outgoing].writable,
      secure: true,
      close: () => this.#close(outgoing),
    };
  }

  /** One side closes: the other sees the end, and can send no more. */
  #close(outgoing: Direction): void {
    if (outgoing === "to the server") this.closedByClient = true;
    this.#lanes[outgoing].end();
    this.#lanes[outgoing].breakWriting(new Error("EPIPE: this side is closed"));
    this.#lanes[opposite(outgoing)].breakWriting(new Error("EPIPE: the other side is closed"));
  }

  #push(direction: Direction, bytes: Uint8Array): void {
    this.#options.record?.(direction, bytes);
    const fault = this.#fault;
    if (fault?.direction !== direction) return this.#pass(direction, bytes);
    if (fault.kind === "split") return this.#split(fault, bytes);
    // What is sent after the fault is lost.
    if (this.happened) return;
    const before = fault.offset - this.#passed[direction];
    this.#passed[direction] += bytes.length;
    this.#pass(direction, bytes.subarray(0, before));
    if (before <= bytes.length) this.#happen(fault);
  }

  #split({ direction, offset, stride = Infinity }: Fault, bytes: Uint8Array): void {
    const lane = this.#lanes[direction];
    const start = this.#passed[direction];
    const end = this.#passed[direction] += bytes.length;
    let at = start;
    for (let next = offset; next <= end; next += stride) {
      if (next <= start) continue;
      this.#pass(direction, bytes.subarray(at - start, next - start));
      lane.pause();
      at = next;
    }
    this.#pass(direction, bytes.subarray(at - start));
  }

  #pass(direction: Direction, bytes: Uint8Array): void {
    const size = this.#options.chunk ?? Infinity;
    for (let at = 0; at < bytes.length; at += size) {
      // A copy, as from a socket: nobody may rely on the bytes around it.
      this.#lanes[direction].pass(bytes.slice(at, Math.min(at + size, bytes.length)));
      if (size < Infinity) this.#lanes[direction].pause();
    }
  }

  #happen({ kind, direction, offset }: Fault): void {
    this.happened = true;
    const lane = this.#lanes[direction];
    if (kind === "cut") {
      lane.pause();
      lane.end();
    }
    if (kind === "stall" || kind === "clog") lane.stop(kind === "clog");
    if (kind !== "reset") return;
    const error = new Error(`ECONNRESET at byte ${offset} ${direction}`);
    for (const each of Object.values(this.#lanes)) each.fail(error);
  }
}

function opposite(direction: Direction): Direction {
  return direction === "to the server" ? "to the client" : "to the server";
}
