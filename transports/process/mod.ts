/**
 * The transport over the standard input and output of a command, on Node, Bun and Deno.
 *
 * @module
 */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { ConnectError } from "../../src/model/errors.ts";
import type { Transport } from "../../src/model/transport.ts";
import { Child } from "./child.ts";

export type { Duplex, TlsOptions, Transport } from "../../src/model/transport.ts";

/**
 * Starts a command that speaks IMAP on its standard input and output, such as `ssh` to a machine
 * with the mail, or Dovecot's `imap`.
 *
 * A string is a command line for the system's shell; what it starts gets a process group of its
 * own, so that all of it can be ended, and so has no terminal to ask for a passphrase on. An array
 * is a program and its arguments, started with no shell and with the caller's terminal. The
 * command inherits the environment and the working directory. In Deno it needs `--allow-run` and
 * `--allow-env`.
 *
 * What the command writes to its standard error is kept apart, and its last 4 KiB are shown if the
 * command fails: then the streams fail with a `ConnectionClosedError` that names the exit status.
 * Closing the duplex closes the command's input and output; half a second later the command is
 * asked to terminate, two seconds after that it is killed. `close()` resolves when it is gone.
 *
 * The transport throws `ConnectError` if the program can't be started. Of a command line the shell
 * says so only later, and it is the streams that fail with that error.
 *
 * @example
 * ```ts
 * import { processTransport } from "@imapclient/imapclient/process";
 *
 * const start = processTransport(["ssh", "mail.example.org", "/usr/lib/dovecot/imap"]);
 * const duplex = await start(AbortSignal.timeout(10_000));
 * await duplex.close();
 * ```
 */
export function processTransport(command: string | readonly string[]): Transport {
  return async (signal) => {
    signal.throwIfAborted();
    const shell = typeof command === "string";
    const name = (shell ? command.trim().split(/\s/, 1)[0] : command[0]) ?? "";
    if (!name) throw new ConnectError("There is no command to start");
    const { kill, platform } = await import("node:process");
    // Windows has no process groups.
    const group = shell && platform !== "win32";
    const process = await started(command, name, group);
    const { duplex } = new Child(process, name, shell, (name) => {
      if (group) kill(-process.pid!, name);
      else process.kill(name);
    });
    if (signal.aborted) await duplex.close();
    signal.throwIfAborted();
    return duplex;
  };
}

async function started(
  command: string | readonly string[],
  name: string,
  detached: boolean,
): Promise<ChildProcessWithoutNullStreams> {
  const { spawn } = await import("node:child_process");
  try {
    const child = typeof command === "string"
      ? spawn(command, { shell: true, detached })
      : spawn(name, command.slice(1));
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      // Stays: an error that nobody listens to would end the process.
      child.on("error", reject);
    });
    return child;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Node lists the arguments in its error; a password may be among them.
    if (error instanceof Error) delete (error as { spawnargs?: unknown }).spawnargs;
    throw new ConnectError(`The command "${name}" can't be started: ${reason}`, { cause: error });
  }
}
