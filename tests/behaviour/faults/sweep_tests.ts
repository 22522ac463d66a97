import { fail } from "node:assert/strict";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { runProgram } from "../../support/patience.ts";
import { sameRuntime } from "../../support/same_runtime.ts";
import { SWEEPS } from "./sweeps.ts";

/** A process that takes longer hangs, in milliseconds: many times what it normally takes. */
const BOUND_MS = 240_000;

/** Runs a script of this folder to its end, on the runtime of the tests. */
export async function runScript(script: string, ...args: string[]): Promise<string> {
  const [command, ...runtime] = sameRuntime(new URL(script, import.meta.url));
  const all = [...runtime, ...args];
  // It must end by itself, leave no rejection unhandled, and print nothing else.
  const { stdout, stderr } = await runProgram(command, all, BOUND_MS);
  assertEquals(stderr, "");
  return stdout;
}

/** A test for each sweep whose name begins this way; all run in one process. */
export function describeSweeps(title: string, ...beginnings: string[]): void {
  const names = [...SWEEPS.keys()].filter((name) => beginnings.some((it) => name.startsWith(it)));
  let started: Promise<ReadonlyMap<string, string>> | undefined;
  const run = async () => {
    const lines = (await runScript("run_sweeps.ts", ...names)).trimEnd().split("\n");
    const results = lines.map((line): { name: string; verdict: string } => JSON.parse(line));
    return new Map(results.map(({ name, verdict }) => [name, verdict]));
  };
  describe(title, () => {
    for (const name of names) {
      it(name, { timeout: 10 * BOUND_MS }, async () => {
        const verdict = (await (started ??= run())).get(name);
        if (verdict !== "") fail(verdict ?? "it did not run");
      });
    }
  });
}
