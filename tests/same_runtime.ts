import { execArgv, execPath, versions } from "node:process";
import { fileURLToPath } from "node:url";

/** The command line that runs a script, given by its URL, on the runtime that runs the tests. */
export function sameRuntime(script: URL): [command: string, ...args: string[]] {
  const map = fileURLToPath(new URL("import_map.json", import.meta.url));
  const options = "deno" in versions
    ? ["run", "--quiet", "--no-check", "--allow-all", `--import-map=${map}`]
    : execArgv.filter((arg) => !arg.startsWith("--test"));
  return [execPath, ...options, fileURLToPath(script)];
}
