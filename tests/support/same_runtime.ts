import { execArgv, execPath, versions } from "node:process";
import { fileURLToPath } from "node:url";

/** The command line that runs a script, given by its URL, on the runtime of the tests. */
export function sameRuntime(script: URL): [command: string, ...args: string[]] {
  return [execPath, ...options(), fileURLToPath(script)];
}

/** The same, for a script that calls the garbage collector. */
export function sameRuntimeWithGc(script: URL): [command: string, ...args: string[]] {
  const [first, ...others] = options();
  const args = "deno" in versions
    ? [first, "--v8-flags=--expose-gc", ...others]
    : "bun" in versions
    ? options()
    : ["--expose-gc", ...options()];
  return [execPath, ...args, fileURLToPath(script)];
}

function options(): string[] {
  const map = fileURLToPath(new URL("../import_map.json", import.meta.url));
  return "deno" in versions
    ? ["run", "--quiet", "--no-check", "--allow-all", `--import-map=${map}`]
    : execArgv.filter((arg) => !arg.startsWith("--test"));
}
