import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { env } from "node:process";
import { skipLive } from "../../support/skip.ts";
import { whenLate } from "../../support/patience.ts";
import { sameRuntime } from "../../support/same_runtime.ts";

const INTERACT = new URL("../../../src/cli/interact.ts", import.meta.url);
/** What takes longer counts as hanging. */
const LIMIT_MS = 30_000;
const COLUMNS = 100;
/** A line that is erased. */
// deno-lint-ignore no-control-regex
const TAKEN = /[^\n]*\r\x1b\[K/g;
/** Cursor movements and similar sequences. */
// deno-lint-ignore no-control-regex
const CONTROLS = /\x1b\[[0-9;?]*[A-Za-z]|\r/g;

/** Keys that a user presses. */
export const KEYS = { ctrlC: "\x03", ctrlD: "\x04", up: "\x1b[A", tab: "\t", enter: "\r" } as const;

/** Why there is no terminal; `false` if there is one. */
export const terminalMissing: string | false = skipLive(
  spawnSync("script", ["--version"]).error ? "there is no program called script" : false,
);

/** What a process has printed, and how it ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Variables to add to the environment of the tests, without its variables about an account. */
export type Environment = Readonly<Record<string, string>>;

function environment(more: Environment): Environment {
  const own = Object.entries(env).filter(([name]) => !name.startsWith("imapclient_"));
  return {
    ...Object.fromEntries(own) as Environment,
    IMAPCLIENT_HISTORY: "",
    NO_COLOR: "1",
    ...more,
  };
}

/** Runs the shell without a terminal, to its end. */
export async function runShell(
  args: readonly string[],
  input = "",
  more: Environment = {},
): Promise<Outcome> {
  const [command, ...runtime] = sameRuntime(INTERACT);
  const child = spawn(command, [...runtime, ...args], {
    env: environment(more),
  });
  const settle = whenLate(LIMIT_MS, () => child.kill("SIGKILL"));
  const stdout: Uint8Array[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk) => stdout.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (text) => stderr += text);
  child.stdin.on("error", () => {}).end(input);
  const [status] = await once(child, "close");
  settle();
  return {
    status,
    stdout: new Uint8Array(await new Blob(stdout as BlobPart[]).arrayBuffer()),
    stderr,
  };
}

/** The visible text of some output. */
function shown(printed: string): string {
  return printed.replace(TAKEN, "").replace(CONTROLS, "");
}

/** The shell in a terminal, with a user who types and reads. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";
  #read = 0;
  #wake = () => {};

  /** Starts the shell with these arguments. */
  constructor(args: readonly string[], more: Environment = {}) {
    const quoted = [...sameRuntime(INTERACT), ...args].map((it) =>
      `'${it.replaceAll("'", "'\\''")}'`
    );
    const command = `stty cols ${COLUMNS} rows 40; exec ${quoted.join(" ")}`;
    this.#child = spawn("script", ["-qefc", command, "/dev/null"], {
      env: environment({ TERM: "xterm", ...more }),
    });
    const settle = whenLate(4 * LIMIT_MS, () => this.kill());
    this.#closed = once(this.#child, "close").finally(settle);
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
      this.#wake();
    });
  }

  /** The output so far, without cursor movements. */
  get output(): string {
    return shown(this.#output);
  }

  /** Presses keys. */
  press(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** Types a line. */
  type(line: string): void {
    this.press(line + KEYS.enter);
  }

  /** Waits until this is printed after what was last waited for; returns everything up to it. */
  async expect(what: string | RegExp): Promise<string> {
    let isLate = false;
    const settle = whenLate(LIMIT_MS, () => isLate = true);
    try {
      for (;;) {
        const fresh = shown(this.#output.slice(this.#read));
        const at = typeof what === "string" ? fresh.indexOf(what) : fresh.search(what);
        if (at >= 0) {
          this.#read = this.#output.length;
          return fresh;
        }
        if (isLate || this.#child.exitCode !== null) {
          throw new Error(`no ${what} in:\n${this.output}`);
        }
        await this.#more();
      }
    } finally {
      settle();
    }
  }

  /** Types a line and returns the output up to the next prompt. */
  async run(line: string): Promise<string> {
    this.type(line);
    const said = await this.expect(/\n> $/);
    return said.slice(said.indexOf("\n") + 1, -"\n> ".length);
  }

  /** Waits for the end of the shell; returns its exit status. */
  async end(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Kills the shell, in case the test has failed before its end. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 100);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
