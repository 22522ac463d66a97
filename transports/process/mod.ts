/**
 * The transport over the standard input and output of a command, on Node, Bun and Deno.
 *
 * @module
 */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { ConnectError } from "../../src/model/errors.ts";
import type { Transport } from "../../src/model/transport.ts";
import { Child } from "./child.ts";

export type {
  ChannelBindingType,
  Duplex,
  TlsOptions,
  Transport,
} from "../../src/model/transport.ts";

/**
 * Starts a command that speaks IMAP on its standard input and output, such as Dovecot's `imap`, or
 * `ssh` to a machine that has it.
 *
 * A string is a command line for the system's shell. It runs in a process group of its own, so that
 * all of it can be ended; it therefore has no terminal on which to ask for a passphrase. An array
 * is a program and its arguments, started without a shell and with the caller's terminal. The
 * command inherits the environment and the working directory. Deno needs `--allow-run` and
 * `--allow-env`.
 *
 * If the command fails, the streams fail with a `ConnectionClosedError` that has the exit status
 * and the last 4 KiB of standard error. Closing the duplex closes the command's input and output.
 * Half a second later the command is asked to terminate, and two seconds after that it is killed.
 * `close()` resolves when it has ended.
 *
 * The transport throws `ConnectError` if the program can't be started. With a command line, the
 * shell reports that later: then the streams fail with that error.
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
      // Never removed: without a listener, an error would end the process.
      child.on("error", reject);
    });
    return child;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Node's error lists the arguments, which may hold a password.
    if (error instanceof Error) delete (error as { spawnargs?: unknown }).spawnargs;
    throw new ConnectError(`The command "${name}" can't be started: ${reason}`, { cause: error });
  }
}
