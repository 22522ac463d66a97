import { homedir } from "node:os";
import type { AccountConfig } from "./account.ts";
import { oneLine } from "./config_error.ts";
import { isEnableable, type Modes } from "../commands/session/enable.ts";
import { nearest } from "../model/options.ts";
import { tokenUrlProblem } from "./token_url.ts";

/** Says what is wrong with a value; throws. */
export type Fail = (problem: string) => never;

/** How each value is read; for empty values, only the password's reader is called. */
export const READERS: {
  readonly [Name in keyof AccountConfig]-?: (text: string, fail: Fail) => AccountConfig[Name];
} = {
  host: (text) => text,
  username: (text) => text,
  password: (text) => text,
  port: readPort,
  ssl: readBoolean,
  starttls: readBoolean,
  sslCheckHostname: readBoolean,
  sslVerifyCert: readBoolean,
  sslCaFile: expandHome,
  timeout: readTimeout,
  enable: readModes,
  stream: readBoolean,
  oauth2: readBoolean,
  oauth2ClientId: (text) => text,
  oauth2ClientSecret: (text) => text,
  oauth2RefreshToken: (text) => text,
  oauth2TokenUrl: readTokenUrl,
  expectFailure: readPattern,
};

/** The name of an option in the program. */
export type OptionName = keyof AccountConfig;

/** All options, by their keys in files. */
export const KEYS: ReadonlyMap<string, OptionName> = new Map(
  (Object.keys(READERS) as OptionName[]).map((name) => [keyFor(name), name]),
);

/** An option's key in files: `ssl_ca_file` for `sslCaFile`. */
export function keyFor(name: OptionName): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The valid key that is most like a wrong one. */
export function nearestKey(wrong: string): string {
  return nearest(wrong, [...KEYS.keys()]);
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "yes", "true", "on"].map((text) => [text, true] as const),
  ...["0", "no", "false", "off"].map((text) => [text, false] as const),
]);

function readBoolean(text: string, fail: Fail): boolean {
  return BOOLEANS.get(text.toLowerCase()) ??
    fail(`must be 1, yes, true or on, or else 0, no, false or off, not "${oneLine(text)}"`);
}

function readPort(text: string, fail: Fail): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port < 65536) return port;
  return fail(`must be a whole number from 1 to 65535, not "${oneLine(text)}"`);
}

function readTimeout(text: string, fail: Fail): number {
  const seconds = Number(text);
  // No timer can wait longer.
  if (/^(?:\d+\.?\d*|\.\d+)$/.test(text) && seconds > 0 && seconds <= 2_000_000) return seconds;
  return fail(`must be a number of seconds above 0, not "${oneLine(text)}"`);
}

function readModes(text: string, fail: Fail): Modes {
  if (/^best$/i.test(text)) return "best";
  if (/^none$/i.test(text)) return [];
  const names = text.split(/[\s,]+/).filter((name) => name !== "");
  if (names.length > 0 && names.every(isEnableable)) return names;
  return fail(`must be best, none, or names such as "IMAP4rev2, UIDONLY", not "${oneLine(text)}"`);
}

function expandHome(path: string): string {
  return path.replace(/^~(?=$|[\\/])/, () => homedir());
}

function readTokenUrl(text: string, fail: Fail): string {
  const problem = tokenUrlProblem(text);
  return problem === null ? text : fail(problem);
}

function readPattern(text: string, fail: Fail): string {
  try {
    new RegExp(text);
    return text;
  } catch (error) {
    return fail(`must be a regular expression: ${oneLine((error as Error).message)}`);
  }
}
