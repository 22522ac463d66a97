import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** The most lines to keep. */
const LINES = 1000;
/** Lines that may hold a secret are not kept. */
const SECRET = /login|sasl|pass|pwd|\bpw\b|credential|token|secret|scram|bearer|auth/i;

/**
 * The file of typed lines: `.imapclient_history` in the home folder, or the one that the variable
 * `IMAPCLIENT_HISTORY` names; `null` if that is empty.
 */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string | null {
  const path = env.IMAPCLIENT_HISTORY;
  if (path === undefined) return join(homedir(), ".imapclient_history");
  return path === "" ? null : path;
}

/** The lines of earlier sessions, the latest first; none if there is no such file. */
export async function readHistory(path: string | null): Promise<string[]> {
  const text = path === null ? "" : await readFile(path, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "").reverse().slice(0, LINES);
}

/** Saves the lines, the latest first, readable by the user only. Failures are ignored. */
export async function keepHistory(path: string | null, lines: readonly string[]): Promise<void> {
  if (path === null) return;
  const kept = lines.filter((line) => !SECRET.test(line)).slice(0, LINES).reverse();
  await replaceFile(path, kept.map((line) => `${line}\n`).join("")).catch(() => {});
}

/**
 * Replaces a file that others may be able to read with a new one. A reader at the same time, or an
 * interruption, finds the old file complete.
 */
async function replaceFile(path: string, text: string): Promise<void> {
  // A link stays a link, for example into a folder of settings.
  const target = await realpath(path).catch(() => path);
  const old = await stat(target).catch(() => null);
  // But not /dev/null, which root could replace.
  if (old !== null && !old.isFile()) return;
  const fresh = `${target}.${crypto.randomUUID()}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: "wx" });
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** The lines of statements that may hold a secret. */
export class SecretLines {
  readonly #lines = new Set<string>();

  /** Judges a statement as a whole: the password may stand on the line after `login`. */
  judge(statement: string): void {
    if (!SECRET.test(statement)) return;
    for (const line of statement.split("\n")) this.#lines.add(line);
  }

  /** Whether a line was part of such a statement. */
  has(line: string): boolean {
    return this.#lines.has(line);
  }
}
