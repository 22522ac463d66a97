import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { assert } from "@std/assert";
import { ConfigError, parseConfig } from "../../../src/config/mod.ts";
import type { AccountConfig } from "../../../src/config/mod.ts";

/** The account that a text describes, with nothing from the environment. */
export function accountOf(text: string): AccountConfig {
  return parseConfig(text, "test.ini", {}).default;
}

/** The error that a text throws. */
export function errorOf(text: string): ConfigError {
  try {
    parseConfig(text, "test.ini", {});
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`no error: ${text}`);
}

/** Runs with a new folder, and removes it afterwards. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-config-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs with a file of this content. */
export async function withFile(
  content: string | Uint8Array,
  body: (path: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, "account.ini");
    writeFileSync(path, content);
    await body(path);
  });
}

/** Everything that printing a value can show, on any runtime. */
export function printed(value: unknown): string {
  const { Deno, Bun } = globalThis as unknown as Record<
    string,
    { inspect(value: unknown): string } | undefined
  >;
  return [
    inspect(value, { depth: 9 }),
    inspect([value], { depth: 9, compact: false }),
    Deno?.inspect(value),
    Bun?.inspect(value),
  ].join("\n");
}

/** Checks that an error contains no secret, neither in its text nor in its properties. */
export function assertKeeps(error: unknown, secrets: readonly string[]): void {
  const text = `${error}\n${inspect(error, { depth: 9, showHidden: true })}`;
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret)]) {
      assert(!text.includes(form), `${form} in: ${text}`);
    }
  }
}
