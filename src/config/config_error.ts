import { readable } from "../auth/reason.ts";
import { ImapError } from "../model/errors.ts";

/** Where in a configuration something is wrong, as far as known. */
export interface ConfigPlace {
  /** The file's name, as it was given. */
  readonly file?: string;
  /** The number of the line, from 1. */
  readonly line?: number;
  /** The section's name, such as `DEFAULT`. */
  readonly section?: string;
  /** The key, as written in files: `ssl_ca_file`. */
  readonly key?: string;
}

/**
 * A configuration can't be read or used. The message is one line that says where and what is wrong:
 * `account.ini:3: [DEFAULT] port: must be a whole number from 1 to 65535, not "x"`. It
 * never holds a secret.
 *
 * ```ts
 * import { ConfigError, parseConfigFile } from "@imapclient/imapclient/config";
 *
 * async function read(path: string) {
 *   try {
 *     return await parseConfigFile(path);
 *   } catch (error) {
 *     if (!(error instanceof ConfigError)) throw error;
 *     console.error(error.message); // with error.file, error.section and error.key apart
 *     return null;
 *   }
 * }
 * ```
 */
export class ConfigError extends ImapError {
  /** The class's name. */
  override readonly name: string = "ConfigError";
  /** The file's name, as it was given; `null` if the account is not from a file. */
  readonly file: string | null;
  /** The section's name; `null` if it is not about one. */
  readonly section: string | null;
  /** The key, as written in files; `null` if it is not about one. */
  readonly key: string | null;

  /** An error that says what is wrong, and where. */
  constructor(problem: string, place: ConfigPlace = {}, cause?: unknown) {
    super(placeText(place) + problem, { cause });
    this.file = place.file ?? null;
    this.section = place.section ?? null;
    this.key = place.key ?? null;
  }
}

function placeText({ file, line, section, key }: ConfigPlace): string {
  const at = line === undefined ? "" : `:${line}`;
  return [
    file === undefined ? "" : `${oneLine(file)}${at}: `,
    section === undefined ? "" : `[${oneLine(section)}] `,
    key === undefined ? "" : `${oneLine(key)}: `,
  ].join("");
}

/** A name or a value for an error: on one line, and cut if it is long. */
export function oneLine(text: string): string {
  const line = readable(text) ?? "";
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
