import { Console } from "node:console";
import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { complete } from "./complete.ts";
import { isUnfinished } from "./evaluate.ts";
import { ProgressLine } from "./progress.ts";
import { SecretLines } from "./history.ts";
import type { Session } from "./session.ts";
import { show, TERMINAL_LIMITS } from "./show.ts";
import { safeText } from "./terminal_text.ts";

const PROMPT = "> ";
const MORE = "... ";
const LEAVE = /^\s*\.?(?:exit|quit)\s*(?:\(\s*\))?\s*;?\s*$/;
const CLEAR = "\r\x1b[J";

const HELP = `c is the connected client: c.<Tab> lists its calls, and the guide tells of each.
A line may use await anywhere; a promise at its end is waited for. _ is the last value, _error the
last error. What the library exports is there: SEEN, NumberSet, Envelope ... reconnect() makes a new
connection. Ctrl-C interrupts what runs, Ctrl-D logs out.`;

/** How an error is shown. */
export type TellError = (error: unknown) => string;

/** A session at a terminal: reads lines, runs them, and shows the results. */
export class Shell {
  readonly #session: Session;
  readonly #tellError: TellError;
  readonly #lines: Interface;
  readonly #waiting: string[] = [];
  readonly #secrets = new SecretLines();
  #typed = "";
  #working = false;
  #toldEnd = false;
  #progress: ProgressLine | null = null;
  #left = false;
  readonly #over: Promise<void>;
  #leave!: () => void;

  /** `history` has the lines of earlier sessions, the latest first. */
  constructor(session: Session, tellError: TellError, history: readonly string[]) {
    this.#session = session;
    this.#tellError = tellError;
    this.#over = new Promise((resolve) => this.#leave = resolve);
    session.scope.console = this.#console();
    this.#lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      prompt: PROMPT,
      history: [...history],
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string) => complete(line, session.scope),
    });
  }

  /** Runs until the user leaves; returns what was typed, the latest first. */
  async run(): Promise<readonly string[]> {
    let history: readonly string[] = [];
    const lines = this.#lines;
    lines.on("history", (all: string[]) => history = all);
    lines.on("line", (line) => this.#add(line));
    lines.on("SIGINT", () => this.#interrupt());
    lines.on("close", () => {
      // After Ctrl-D the cursor is at the prompt, where nothing else must be printed.
      if (!this.#working) this.#print("");
      this.#judgeUnfinished();
      this.#left = true;
      this.#leave();
    });
    // From code that nothing waits for, such as a call without await, or a timer.
    const onRejection = (error: unknown) => this.notice(this.#tellError(error));
    process.on("unhandledRejection", onRejection);
    process.on("uncaughtException", onRejection);
    lines.prompt();
    await this.#over;
    this.#session.interrupt();
    this.#progress?.end();
    lines.close();
    process.off("unhandledRejection", onRejection);
    process.off("uncaughtException", onRejection);
    return history.filter((line) => !this.#secrets.has(line));
  }

  /** Prints a text above the line that is being typed. */
  notice(text: string): void {
    this.#progress?.clear();
    if (!this.#working) process.stdout.write(CLEAR);
    process.stdout.write(`${safeText(text)}\n`);
    if (!this.#working) this.#lines.prompt(true);
  }

  #add(line: string): void {
    this.#waiting.push(line);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#waiting.length > 0 && !this.#left) await this.#take(this.#waiting.shift()!);
    this.#working = false;
    if (this.#left) return;
    this.#tellEnd();
    this.#lines.setPrompt(this.#typed === "" ? PROMPT : MORE);
    this.#lines.prompt();
  }

  async #take(line: string): Promise<void> {
    this.#typed += `${line}\n`;
    const code = this.#typed;
    if (code.trim() !== "" && isUnfinished(code)) return;
    this.#typed = "";
    this.#secrets.judge(code);
    if (code.trim() === "") return;
    if (LEAVE.test(code)) return this.#lines.close();
    if (/^\s*\.?help\s*(?:\(\s*\))?\s*$/.test(code)) return this.#print(HELP);
    await this.#evaluate(code);
  }

  async #evaluate(code: string): Promise<void> {
    const session = this.#session;
    this.#progress = new ProgressLine(process.stdout, () => session.client.traffic);
    let text: string;
    try {
      const value = await session.run(code);
      const width = process.stdout.columns || TERMINAL_LIMITS.width;
      text = value === undefined ? "" : show(value, { ...TERMINAL_LIMITS, width });
    } catch (error) {
      text = this.#tellError(error);
    } finally {
      this.#progress.end();
      this.#progress = null;
    }
    if (text !== "") this.#print(text);
  }

  #print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Checks lines that are not run, which may hold a secret too. */
  #judgeUnfinished(): void {
    this.#secrets.judge(this.#typed + this.#waiting.join("\n"));
  }

  #interrupt(): void {
    this.#judgeUnfinished();
    this.#waiting.length = 0;
    if (this.#session.busy) return this.#session.interrupt();
    const wasEmpty = this.#typed === "" && this.#lines.line === "";
    this.#typed = "";
    // The unfinished input stays on the screen, but is dropped.
    process.stdout.write(wasEmpty ? "\nCtrl-D leaves\n" : "\n");
    Object.assign(this.#lines, { line: "", cursor: 0 });
    this.#lines.setPrompt(PROMPT);
    this.#lines.prompt();
  }

  #tellEnd(): void {
    const { closed } = this.#session.client;
    if (closed && !this.#toldEnd) {
      this.#print("The connection is over; reconnect() makes a new one.");
    }
    this.#toldEnd = closed;
  }

  /** Replaces the runtime's own, which does not know about the line at the bottom. */
  #console(): Console {
    const stream = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        this.#progress?.clear();
        process.stdout.write(safeText(text));
        done();
      },
    });
    return new Console({ stdout: stream, stderr: stream, colorMode: false });
  }
}
