import { parseArgs } from "node:util";
import { nearest } from "../model/options.ts";

/** What the command line asks for. */
export interface CommandLine {
  readonly host?: string;
  readonly username?: string;
  readonly password?: string;
  readonly port?: number;
  /** How the connection is secured. */
  readonly security: "tls" | "starttls" | "none";
  /** A file of certificates to trust in addition to the system's own. */
  readonly caFile?: string;
  /** A configuration file instead of all of these. */
  readonly file?: string;
  /** Its section. Default `DEFAULT`. */
  readonly section?: string;
  /** Code to run instead of a session. */
  readonly expression?: string;
  readonly debug: boolean;
  readonly help: boolean;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What `--help` prints. */
export const HELP = `A shell with an IMAP client that is connected and logged in, as "c".

usage: interact [options]

  -H, --host HOST        the server
  -u, --username NAME    who logs in
  -p, --password TEXT    with what; better to be asked for it: others can see command lines
  -P, --port PORT        default 993; 143 with --starttls and --insecure
  -s, --ssl              TLS from the first byte: the default
      --starttls         TLS by STARTTLS
      --insecure         no TLS: everything, the password too, can be read on the way
      --ca-file FILE     trust the certificates in this file, too
  -f, --file FILE        a configuration file in place of all these
  -S, --section NAME     the section of that file; without it DEFAULT
  -e, --eval CODE        run this, print its value, and exit with status 0, or 1 if it failed
      --debug            show what is sent and received, and where errors come from
      --help             show this

What is missing is asked for on a terminal; the name and the password may also stand in the
environment, as imapclient_username and imapclient_password. With a file or a pipe as input its
lines are run till one fails.`;

const OPTIONS = {
  host: { type: "string", short: "H" },
  username: { type: "string", short: "u" },
  password: { type: "string", short: "p" },
  port: { type: "string", short: "P" },
  ssl: { type: "boolean", short: "s" },
  starttls: { type: "boolean" },
  insecure: { type: "boolean" },
  "ca-file": { type: "string" },
  file: { type: "string", short: "f" },
  section: { type: "string", short: "S" },
  eval: { type: "string", short: "e" },
  debug: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Options that are allowed with a file. */
const BESIDE_FILE = ["file", "section", "eval", "debug", "help"];

/** Reads the command line. Throws {@linkcode UsageError}. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, tokens } = parsed(args);
  const names = tokens.map(({ name }) => name);
  for (const name of names) {
    const isTwice = names.filter((it) => it === name).length > 1;
    if (isTwice) throw new UsageError(`--${name} is given twice`);
  }
  const { host, username, password, file, section, debug = false, help = false } = values;
  if (file !== undefined && names.some((name) => !BESIDE_FILE.includes(name))) {
    throw new UsageError("If -f/--file is given no other options can be used");
  }
  if (section !== undefined && file === undefined) {
    throw new UsageError("--section is that of a configuration file: give -f, too");
  }
  const security = securityOf(values);
  const port = values.port === undefined ? undefined : readPort(values.port);
  const { eval: expression, "ca-file": caFile } = values;
  const account = { host, username, password, port, security, caFile };
  return { ...account, file, section, expression, debug, help };
}

function parsed(args: readonly string[]) {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options: OPTIONS, tokens: true });
    return { values, tokens: tokens.filter((token) => token.kind === "option") };
  } catch (error) {
    throw new UsageError(problemOf(error as Error & { code?: string }));
  }
}

/**
 * What is wrong, on one line. Text that is no option is not shown: it may be a misplaced password.
 */
function problemOf({ code, message }: Error & { code?: string }): string {
  const [, option = ""] = /'(-[^'\s,]*)/.exec(message) ?? [];
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") {
    return "something stands there without an option: write -H HOST for the server, -u NAME for " +
      "the user";
  }
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    const hint = option.startsWith("--") ? `: did you mean ${nearest(option, names)}?` : "";
    return `there is no option ${option}${hint}`;
  }
  return `${option} ${/does not take/.test(message) ? "takes no value" : "needs a value"}`;
}

function securityOf(
  { ssl, starttls, insecure }: { ssl?: boolean; starttls?: boolean; insecure?: boolean },
): CommandLine["security"] {
  const given = Object.entries({ ssl, starttls, insecure }).filter(([, isGiven]) => isGiven);
  if (given.length > 1) {
    const [one, other] = given.map(([name]) => `--${name}`);
    throw new UsageError(`${one} and ${other} exclude each other`);
  }
  return starttls ? "starttls" : insecure ? "none" : "tls";
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port < 65536) return port;
  throw new UsageError(`--port must be a whole number from 1 to 65535, not ${text}`);
}
