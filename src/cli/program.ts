import process from "node:process";
import { createInterface } from "node:readline";
import type { ImapClient } from "../client/imap_client.ts";
import type { AccountConfig } from "../config/account.ts";
import { ConfigError } from "../config/config_error.ts";
import { createClientFromConfig } from "../config/create_client.ts";
import { getConfigDefaults } from "../config/defaults.ts";
import { parseConfigFile } from "../config/parse_file.ts";
import type { Logger } from "../util/log.ts";
import { ask, askHidden, Cancelled } from "./ask.ts";
import { type CommandLine, HELP, parseCommandLine, UsageError } from "./command_line.ts";
import { isUnfinished } from "./evaluate.ts";
import { inShellWords } from "./hints.ts";
import { historyPath, keepHistory, readHistory } from "./history.ts";
import { Session } from "./session.ts";
import { Shell } from "./shell.ts";
import { NO_LIMITS, show, TERMINAL_LIMITS } from "./show.ts";
import { safeLine, safeText } from "./terminal_text.ts";

/** The exit status. */
const FINE = 0;
const FAILED = 1;
const MISUSED = 2;
const INTERRUPTED = 130;

/** Runs the shell with these arguments, and returns the exit status. */
export async function interact(args: readonly string[]): Promise<number> {
  let debug = args.includes("--debug");
  try {
    const line = parseCommandLine(args);
    debug = line.debug;
    if (line.help) {
      console.log(HELP);
      return FINE;
    }
    return await start(line);
  } catch (error) {
    if (error instanceof Cancelled) return INTERRUPTED;
    tell(`interact: ${errorText(error, debug, false)}`);
    if (error instanceof UsageError) tell("interact: --help lists the options");
    return error instanceof UsageError || error instanceof ConfigError ? MISUSED : FAILED;
  }
}

async function start(line: CommandLine): Promise<number> {
  const account = await accountOf(line);
  const { expression, debug } = line;
  const isTerminal = expression === undefined && Boolean(process.stdin.isTTY);
  let notice = tell;
  const connect = connector(account, line);
  const session = new Session(connect, (text) => notice(text));
  if (isTerminal) console.log("Connecting...");
  await session.open();
  try {
    if (expression !== undefined) await runExpression(session, expression);
    else if (!isTerminal) await runLines(session);
    else {
      console.log(`Connected.\n\nImapClient instance is "c"`);
      const path = historyPath(process.env);
      const shell = new Shell(session, (it) => errorText(it, debug, true), await readHistory(path));
      notice = (text) => shell.notice(text);
      await keepHistory(path, await shell.run());
    }
    return FINE;
  } finally {
    await session.close();
  }
}

/** Makes connections to an account; asks once for what is missing. */
function connector(
  account: AccountConfig,
  { debug, file }: CommandLine,
): () => Promise<ImapClient> {
  let typed: Promise<string> | undefined;
  const password = () => typed ??= passwordOf(account);
  const logger = debug ? STDERR : undefined;
  return async () => {
    try {
      return await createClientFromConfig(account, { password, logger });
    } catch (error) {
      typed = undefined;
      throw named(error, account, file !== undefined);
    }
  };
}

const STDERR: Logger = { debug: tell, info: tell, warn: tell };

function tell(text: string): void {
  process.stderr.write(`${safeText(text)}\n`);
}

/** An error whose message names the server, and the options of the shell. */
function named(error: unknown, { host = "" }: AccountConfig, inFile: boolean): unknown {
  if (!(error instanceof Error) || error instanceof ConfigError || error instanceof Cancelled) {
    return error;
  }
  const message = inShellWords(error.message, inFile);
  error.message = message.includes(host) ? message : `${host}: ${message}`;
  return error;
}

async function accountOf(line: CommandLine): Promise<AccountConfig> {
  if (line.file !== undefined) return await accountIn(line.file, line.section);
  const defaults = getConfigDefaults();
  const { security, port } = line;
  const host = line.host ?? await asked("host", "-H");
  const username = line.username ?? defaults.username ?? await asked("username", "-u");
  const password = line.password ?? defaults.password;
  const ssl = security === "none" ? { ssl: false } : {};
  const starttls = security === "starttls" ? { starttls: true } : {};
  const sslCaFile = line.caFile === undefined ? {} : { sslCaFile: line.caFile };
  return { host, username, password, port, ...ssl, ...starttls, ...sslCaFile };
}

async function accountIn(file: string, section = "DEFAULT"): Promise<AccountConfig> {
  const { default: main, sections } = await parseConfigFile(file);
  const account = section === "DEFAULT" ? main : sections.get(section);
  if (account !== undefined) return account;
  const names = ["DEFAULT", ...sections.keys()].join(", ");
  throw new UsageError(`there is no section ${section} in ${file}; there are ${names}`);
}

async function asked(what: string, option: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError(`the ${what} is missing: give ${option}`);
  const answer = (await ask(`${what}: `)).trim();
  if (answer === "") throw new UsageError(`the ${what} is missing`);
  return answer;
}

async function passwordOf({ username, host }: AccountConfig): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError("the password is missing: give -f, or imapclient_password");
  }
  return await askHidden(`password of ${safeLine(username ?? "")} at ${safeLine(host ?? "")}: `);
}

/** Writes bytes unchanged if the output is not a terminal, so that a message can go into a file. */
async function runExpression(session: Session, code: string): Promise<void> {
  const onInterrupt = () => session.interrupt();
  process.once("SIGINT", onInterrupt);
  try {
    await print(await session.run(code));
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

/** Runs the code that comes through a pipe; the first error ends it. */
async function runLines(session: Session): Promise<void> {
  let code = "";
  for await (const line of createInterface({ input: process.stdin })) {
    code += `${line}\n`;
    if (code.trim() === "" || isUnfinished(code)) continue;
    await print(await session.run(code));
    code = "";
  }
  if (code.trim() !== "") await print(await session.run(code));
}

async function print(value: unknown): Promise<void> {
  if (value === undefined) return;
  const { isTTY, columns } = process.stdout;
  const limits = isTTY ? { ...TERMINAL_LIMITS, width: columns || 80 } : NO_LIMITS;
  if (!isTTY && value instanceof Uint8Array) await write(value);
  else if (!isTTY && typeof value === "string") await write(`${value}\n`);
  else await write(`${show(value, limits)}\n`);
}

/** Writes everything before the process may end. */
async function write(data: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(data, (error) => error ? reject(error) : resolve());
  });
}

/** An error on one line, or with its stack. */
function errorText(error: unknown, debug: boolean, withName: boolean): string {
  if (!(error instanceof Error)) return safeText(`thrown: ${String(error)}`);
  if (debug && error.stack !== undefined) return safeText(error.stack);
  const isNamed = withName && error.name !== "Interrupted";
  return safeLine(isNamed ? `${error.name}: ${error.message}` : error.message);
}
