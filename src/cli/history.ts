import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** So many lines are kept. */
const LINES = 1000;
/** Lines that may hold a secret are not kept. */
const SECRET = /login|sasl|passw|token|secret|scram|bearer|auth/i;

/**
 * The file that keeps what was typed: `.imapclient_history` in the home folder, or what the variable
 * `IMAPCLIENT_HISTORY` names; `null` where that is empty.
 */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string | null {
  const path = env.IMAPCLIENT_HISTORY;
  if (path === undefined) return join(homedir(), ".imapclient_history");
  return path === "" ? null : path;
}

/** The lines of earlier sessions, the latest first; none where there is no such file. */
export async function readHistory(path: string | null): Promise<string[]> {
  const text = path === null ? "" : await readFile(path, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "").reverse().slice(0, LINES);
}

/** Keeps the lines, the latest first, for nobody else to read; whether that can be done is no matter. */
export async function keepHistory(path: string | null, lines: readonly string[]): Promise<void> {
  if (path === null) return;
  const kept = lines.filter((line) => !SECRET.test(line)).slice(0, LINES).reverse();
  await writeFile(path, kept.map((line) => `${line}\n`).join(""), { mode: 0o600 }).catch(() => {});
}
