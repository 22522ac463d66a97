import { open } from "node:fs/promises";
import { ConfigError, oneLine } from "./config_error.ts";
import { type ConfigFile, parseConfig } from "./parse.ts";

/** A larger file is no configuration; a device may never end. */
const LARGEST = 1 << 20;

/**
 * Reads a configuration file: INI in UTF-8, with a section `DEFAULT` and perhaps others, which
 * inherit from it. What `DEFAULT` does not set is taken from the environment, as by
 * {@linkcode getConfigDefaults}.
 *
 * Throws {@linkcode ConfigError}: the file can't be read, or something in it is wrong.
 *
 * ```ts
 * import { parseConfigFile } from "@imapclient/imapclient/config";
 *
 * const { default: account, sections } = await parseConfigFile("account.ini");
 * console.log(account.host, [...sections.keys()]);
 * ```
 */
export async function parseConfigFile(path: string): Promise<ConfigFile> {
  const bytes = await readBounded(path);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError("it is not text in UTF-8", { file: path });
  }
  return parseConfig(text, path);
}

async function readBounded(path: string): Promise<Uint8Array> {
  const buffer = new Uint8Array(LARGEST + 1);
  let length = 0;
  try {
    const file = await open(path, "r");
    try {
      for (let count = 1; count > 0 && length < buffer.length; length += count) {
        count = (await file.read(buffer, length, buffer.length - length, null)).bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ConfigError(readProblem(cause), { file: path }, cause);
  }
  if (length > LARGEST) {
    throw new ConfigError("it is larger than 1 MiB: no configuration", { file: path });
  }
  return buffer.subarray(0, length);
}

const PROBLEMS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "it can't be read: permission denied"],
  ["EISDIR", "it can't be read: it is a folder"],
]);

/** Why a file can't be read, in words. */
export function readProblem(error: unknown): string {
  const known = PROBLEMS.get((error as { code?: unknown }).code);
  return known ??
    `it can't be read: ${oneLine(error instanceof Error ? error.message : `${error}`)}`;
}
