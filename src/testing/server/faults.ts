import { InvalidArgumentError } from "../../model/errors.ts";
import { COMMANDS } from "./commands.ts";
import { binaryOf } from "../output.ts";
import { Refusal } from "../refusal.ts";

/** How often a fault happens. */
export interface FaultOptions {
  /** How many times. Default 1; `Infinity`: until {@linkcode Faults.clear}. */
  readonly times?: number;
}

/** To which command a fault happens. */
export interface CommandFaultOptions extends FaultOptions {
  /**
   * A command's name in any letter case: `FETCH` is `UID FETCH` as well, `UID FETCH` nothing
   * else. Default: whichever command comes next.
   */
  readonly command?: string;
}

/** How a command is refused. */
export interface RefusalOptions extends FaultOptions {
  /** Default `NO`; `BAD` says that the command is not understood. */
  readonly status?: "NO" | "BAD";
  /** The response code, with its arguments if any: `OVERQUOTA`. Default: none. */
  readonly code?: string;
  /** What the server says. */
  readonly text?: string;
}

/**
 * What goes wrong on a `MemoryServer`, when a test says so. A fault waits for its occasion, on
 * whichever connection that comes, happens once unless `times` says otherwise, and is gone. Where
 * several of a kind wait for the same command, they happen in the order in which they were asked
 * for.
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
  /** Answers NO or BAD to the next command of a name, which is not carried out. */
  refuse(command: string, options?: RefusalOptions): void;
  /** Answers the next command so many milliseconds later; nothing is done before. */
  delay(milliseconds: number, options?: CommandFaultOptions): void;
  /** Says nothing more from the next command on, to the client that sends it, nor hangs up. */
  silence(options?: CommandFaultOptions): void;
  /**
   * Sends a line in front of the answer to the next command, whatever is in it: `* SEARCH x`
   * can't be read, `X99 OK done` answers what nobody asked.
   */
  garbage(line: string, options?: CommandFaultOptions): void;
  /**
   * Cuts a connection as soon as so many bytes were sent over it, counted from now on, the
   * greeting of a new one included; with 0, instead of the next byte. It happens to the first
   * connection that comes so far; with `times`, to as many.
   */
  dropAfter(bytes: number, options?: FaultOptions): void;
  /** Says BYE over all connections that are open now, and hangs up. */
  bye(text?: string): void;
  /** Takes back whatever has not happened. */
  clear(): void;
}

/** What happens to one command. */
export interface Trouble {
  /** Nothing more is said. */
  readonly silence: boolean;
  /** Milliseconds to wait before. */
  readonly delay: number;
  /** A line to send first. */
  readonly garbage: string | null;
  /** Its answer, if it is not carried out. */
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
  /** What was sent since, by connection. */
  readonly sent: WeakMap<object, number>;
  left: number;
}

/** The faults of a server, as its sessions see them. */
export class FaultPlan implements Faults {
  readonly #sayBye: (text: string) => void;
  #waiting: Waiting[] = [];
  #cuts: Cut[] = [];

  /** `sayBye` does so on all connections. */
  constructor(sayBye: (text: string) => void) {
    this.#sayBye = sayBye;
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

  clear(): void {
    this.#waiting = [];
    this.#cuts = [];
  }

  /** What happens to a command; that is done with then. */
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

  /** Behind how many of these bytes a connection is cut; `null` where it is not. */
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

/** A command's name in upper case. A misspelt one would wait for ever. */
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
