/**
 * A child process as a duplex.
 *
 * @module
 */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { ConnectError, ConnectionClosedError } from "../../src/model/errors.ts";
import { bytesOf, nodeSocket } from "../node/socket.ts";
import { SocketDuplex } from "../shared/socket_duplex.ts";

/** How many of the last characters of standard error are kept. */
const TAIL = 4096;

/** How long after the end of one stream, or of the process, the others may end, in ms. */
const STRAGGLERS = 500;

/** How many ms after its input and output are closed a child is asked to terminate ... */
const UNTIL_TERM = 500;

/** ... and how many ms later it is killed. */
const UNTIL_KILL = 2000;

/** Sends a signal to a child, or to its whole group. */
export type Kill = (signal: "SIGTERM" | "SIGKILL") => void;

/** A child process that was started, and the duplex over its standard input and output. */
export class Child {
  /** The streams; they fail if the child does. */
  readonly duplex: SocketDuplex;

  readonly #process: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #shell: boolean;
  readonly #kill: Kill;
  readonly #exited: Promise<void>;
  #stderr = "";
  #answered = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** Takes over a process. Nothing else may listen to its events. */
  constructor(process: ChildProcessWithoutNullStreams, name: string, shell: boolean, kill: Kill) {
    this.#process = process;
    this.#name = name;
    this.#shell = shell;
    this.#kill = kill;
    this.#exited = new Promise((resolve) => process.once("exit", () => resolve()));
    const { stdin, stdout, stderr } = process;
    this.duplex = new SocketDuplex(
      { ...nodeSocket(stdout, stdin), destroy: () => this.#stop() },
      true,
    );
    stdout.on("data", (chunk: Uint8Array) => {
      this.#answered = true;
      this.duplex.push(bytesOf(chunk));
    });
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TAIL);
    });
    // A broken pipe: the exit status explains it better.
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => this.#await());
    stdout.once("end", () => this.#await());
    process.once("exit", () => this.#await());
    process.once("close", () => this.#settle());
  }

  /** Waits for the other streams to end, but not for a grandchild that holds one open. */
  #await(): void {
    this.#patience ??= setTimeout(() => this.#settle(), STRAGGLERS);
  }

  #settle(): void {
    clearTimeout(this.#patience);
    const failure = this.#failure();
    if (!failure) this.duplex.end();
    this.duplex.fail(failure ?? new ConnectionClosedError(`The command "${this.#name}" has ended`));
  }

  #failure(): Error | null {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === 0 || (exitCode === null && signalCode === null)) return null;
    const how = signalCode ? `was ended by ${signalCode}` : `ended with exit status ${exitCode}`;
    const said = this.#stderr.trim();
    const message = `The command "${this.#name}" ${how}${said && `: ${said}`}`;
    // By these, a shell says that it did not find the command, or may not run it.
    const unstarted = this.#shell && !this.#answered && (exitCode === 126 || exitCode === 127);
    return unstarted ? new ConnectError(message) : new ConnectionClosedError(message);
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#patience);
    const { stdin, stdout, stderr, exitCode, signalCode } = this.#process;
    stdin.destroy();
    stdout.destroy();
    const term = setTimeout(() => this.#signal("SIGTERM"), UNTIL_TERM);
    const kill = setTimeout(() => this.#signal("SIGKILL"), UNTIL_TERM + UNTIL_KILL);
    if (exitCode === null && signalCode === null) await this.#exited;
    clearTimeout(term);
    clearTimeout(kill);
    // More than the shell may be left of a command line.
    if (this.#shell) this.#signal("SIGTERM");
    stderr.destroy();
  }

  #signal(name: "SIGTERM" | "SIGKILL"): void {
    try {
      this.#kill(name);
    } catch {
      // It has ended already.
    }
  }
}
