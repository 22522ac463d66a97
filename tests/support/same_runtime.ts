import { execArgv, execPath, versions } from "node:process";
import { fileURLToPath } from "node:url";

/** The command line that runs a script, given by its URL, on the runtime of the tests. */
export function sameRuntime(script: URL): [command: string, ...args: string[]] {
  return [execPath, ...options(), fileURLToPath(script)];
}

/** The same, for a script that calls the garbage collector. */
export function sameRuntimeWithGc(script: URL): [command: string, ...args: string[]] {
  return sameRuntimeWith("--expose-gc", script);
}

/**
 * The same, for a script that measures its memory: V8 lets less garbage wait than by default, where
 * Deno can have 48 MiB of it. Bun has another engine.
 */
export function sameRuntimeWithLittleGarbage(script: URL): [command: string, ...args: string[]] {
  return sameRuntimeWith("--max-semi-space-size=8", script);
}

/** With a flag of V8. */
function sameRuntimeWith(flag: string, script: URL): [command: string, ...args: string[]] {
  const [first, ...others] = options();
  const args = "deno" in versions
    ? [first, `--v8-flags=${flag}`, ...others]
    : "bun" in versions
    ? options()
    : [flag, ...options()];
  return [execPath, ...args, fileURLToPath(script)];
}

function options(): string[] {
  const map = fileURLToPath(new URL("../import_map.json", import.meta.url));
  return "deno" in versions
    ? ["run", "--quiet", "--no-check", "--allow-all", `--import-map=${map}`]
    : execArgv.filter((arg) => !arg.startsWith("--test"));
}
