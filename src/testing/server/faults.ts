import { InvalidArgumentError } from "../../model/errors.ts";
import { COMMANDS } from "./commands.ts";
import { binaryOf } from "../output.ts";
import { Refusal } from "../refusal.ts";

/** How often a fault happens. */
export interface FaultOptions {
  /** How many times. Default: 1. `Infinity`: until {@linkcode Faults.clear}. */
  readonly times?: number;
}

/** Which command a fault affects. */
export interface CommandFaultOptions extends FaultOptions {
  /**
   * The command's name in any letter case. `FETCH` includes `UID FETCH`; `UID FETCH` is only that.
   * Default: the next command, whatever it is.
   */
  readonly command?: string;
}

/** How a command is refused. */
export interface RefusalOptions extends FaultOptions {
  /** `NO`, or `BAD` for a command that the server does not understand. Default: `NO`. */
  readonly status?: "NO" | "BAD";
  /** The response code, with its arguments if any, such as `OVERQUOTA`. Default: none. */
  readonly code?: string;
  /** The text of the response. */
  readonly text?: string;
}

/**
 * What goes wrong on a `MemoryServer`, as a test demands. A fault waits for its occasion, on
 * whichever connection that comes. It happens once, or `times` times. Several faults of one kind
 * that wait for the same command happen in the order in which they were requested.
 *
 * ```ts
 * import { MemoryServer } from "@imapclient/imapclient/testing";
 *
 * const { faults } = new MemoryServer();
 * faults.refuse("APPEND", { code: "OVERQUOTA" });
 * faults.delay(500, { command: "SEARCH" });
 * faults.dropAfter(1000);
 * ```
 */
export interface Faults {
  /** Answers NO or BAD to the next command with this name and does not carry it out. */
  refuse(command: string, options?: RefusalOptions): void;
  /** Carries out and answers the next command after this many milliseconds. */
  delay(milliseconds: number, options?: CommandFaultOptions): void;
  /**
   * Sends nothing more to the client that sends the next command, and keeps the connection open.
   */
  silence(options?: CommandFaultOptions): void;
  /**
   * Sends a line before the answer to the next command. The line may be anything: `* SEARCH x`
   * can't be parsed, and `X99 OK done` has the tag of no command.
   */
  garbage(line: string, options?: CommandFaultOptions): void;
  /**
   * Cuts a connection once this many bytes were sent over it, counted from now and including the
   * greeting of a new connection; 0 cuts it instead of sending the next byte. Affects the first
   * connection that gets this far, or the first `times` connections.
   */
  dropAfter(bytes: number, options?: FaultOptions): void;
  /** Sends BYE over all connections that are open now, and closes them. */
  bye(text?: string): void;
  /**
   * Ends every NOTIFY that is in force now, with `NOTIFICATIONOVERFLOW` (RFC 5465 section 5.8).
   */
  overflow(): void;
  /** Removes all faults that have not happened. */
  clear(): void;
}

/** What happens to one command. */
export interface Trouble {
  /** Nothing more is sent. */
  readonly silence: boolean;
  /** Milliseconds to wait before the command is carried out. */
  readonly delay: number;
  /** A line to send first. */
  readonly garbage: string | null;
  /** Its answer if it is not carried out. */
  readonly refusal: Refusal | null;
}

/** A fault that waits for a command. */
interface Waiting {
  readonly command: string | null;
  readonly trouble: Partial<Trouble>;
  left: number;
}

/** A connection that is to be cut. */
interface Cut {
  readonly bytes: number;
  /** The bytes sent since then, by connection. */
  readonly sent: WeakMap<object, number>;
  left: number;
}

/** The faults of a server, as its sessions see them. */
export class FaultPlan implements Faults {
  readonly #sayBye: (text: string) => void;
  readonly #overflow: () => void;
  #waiting: Waiting[] = [];
  #cuts: Cut[] = [];

  /** `sayBye` sends BYE on all connections, `overflow` ends NOTIFY on them. */
  constructor(sayBye: (text: string) => void, overflow: () => void) {
    this.#sayBye = sayBye;
    this.#overflow = overflow;
  }

  refuse(command: string, options: RefusalOptions = {}): void {
    const { status = "NO", code = null, text = "refused, as the test wants it", times } = options;
    if (code !== null) checkText(code, /^[^\r\n\]]+$/);
    checkText(text, /^[^\r\n]+$/);
    const refusal = new Refusal(status, binaryOf(text), code);
    this.#wait({ refusal }, { command, times });
  }

  delay(milliseconds: number, options: CommandFaultOptions = {}): void {
    checkNumber(milliseconds, 0, "milliseconds");
    this.#wait({ delay: milliseconds }, options);
  }

  silence(options: CommandFaultOptions = {}): void {
    this.#wait({ silence: true }, options);
  }

  garbage(line: string, options: CommandFaultOptions = {}): void {
    this.#wait({ garbage: binaryOf(line) }, options);
  }

  dropAfter(bytes: number, { times }: FaultOptions = {}): void {
    checkNumber(bytes, 0, "bytes");
    this.#cuts.push({ bytes, sent: new WeakMap(), left: timesOf(times) });
  }

  bye(text = "the test wants it so"): void {
    checkText(text, /^[^\r\n]+$/);
    this.#sayBye(binaryOf(text));
  }

  overflow(): void {
    this.#overflow();
  }

  clear(): void {
    this.#waiting = [];
    this.#cuts = [];
  }

  /** The faults that affect this command. Each counts as having happened. */
  meet(command: string): Trouble {
    const trouble = {
      ...{ silence: false, delay: 0, garbage: null, refusal: null },
      ...this.#take(command, "silence"),
      ...this.#take(command, "delay"),
      ...this.#take(command, "garbage"),
      ...this.#take(command, "refusal"),
    };
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return trouble;
  }

  /** How many of these bytes are sent before a connection is cut; `null` if it is not. */
  cutAfter(connection: object, length: number): number | null {
    const reached: number[] = [];
    for (const cut of this.#cuts) {
      const sent = cut.sent.get(connection) ?? 0;
      cut.sent.set(connection, sent + length);
      if (sent + length < cut.bytes) continue;
      reached.push(cut.bytes - sent);
      cut.left--;
    }
    this.#cuts = this.#cuts.filter(({ left }) => left > 0);
    return reached.length === 0 ? null : Math.min(...reached);
  }

  #wait(trouble: Partial<Trouble>, { command, times }: CommandFaultOptions): void {
    const left = timesOf(times);
    this.#waiting.push({ command: command === undefined ? null : known(command), trouble, left });
  }

  #take(command: string, kind: keyof Trouble): Partial<Trouble> {
    const found = this.#waiting.find((it) => kind in it.trouble && isFor(it.command, command));
    if (found === undefined) return {};
    found.left--;
    return found.trouble;
  }
}

function isFor(wanted: string | null, command: string): boolean {
  return wanted === null || command === wanted || command === `UID ${wanted}`;
}

/** A command's name in upper case. Throws if there is none: its fault would wait for ever. */
function known(command: string): string {
  const name = command.toUpperCase();
  if (COMMANDS.has(name.replace(/^UID /, ""))) return name;
  throw new InvalidArgumentError(`there is no command ${command}`);
}

function timesOf(times = 1): number {
  checkNumber(times, 1, "times");
  return times;
}

function checkNumber(value: number, least: number, what: string): void {
  if (value >= least) return;
  throw new InvalidArgumentError(`${what} can't be ${value}`);
}

function checkText(text: string, expected: RegExp): void {
  if (expected.test(text)) return;
  throw new InvalidArgumentError(`can't be sent on one line: ${JSON.stringify(text)}`);
}
