// Runs the live test with an account of yours, which an INI file describes (docs/config.md):
//
//   npm run livetest -- account.ini [deno|bun|node] [--only=text]
//
// Everything happens in folders whose names begin with __imapclient-, which it creates and removes;
// real mail is not touched. --only selects the tests whose names contain the text.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const live = dirname(fileURLToPath(import.meta.url));
const tests = dirname(live);
const bin = (name) => join(tests, "tools", "node_modules", ".bin", name);
const suite = join(live, "livetest", "main.ts");

const RUNTIMES = {
  deno: [bin("deno"), "test", "--allow-all", "--no-check", "--import-map=tests/import_map.json"],
  bun: [bin("bun"), "test", "--timeout", "300000"],
  node: [bin("tsx"), "--test", "--test-reporter=spec"],
};

const args = process.argv.slice(2);
const runtime = args.find((arg) => arg in RUNTIMES) ?? "node";
const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length) ?? "";
const files = args.filter((arg) => !(arg in RUNTIMES) && !arg.startsWith("--"));
const unknown = args.find((arg) => arg.startsWith("--") && !arg.startsWith("--only="));
if (files.length !== 1 || unknown !== undefined || !existsSync(files[0])) {
  const [file] = files;
  if (unknown !== undefined) console.error(`livetest: no such option: ${unknown}`);
  else if (file !== undefined && !existsSync(file)) {
    console.error(`livetest: no such file: ${file}`);
  }
  console.error("usage: npm run livetest -- account.ini [deno|bun|node] [--only=text]");
  process.exit(2);
}

const [command, ...rest] = RUNTIMES[runtime];
const { status } = spawnSync(command, [...rest, suite], {
  cwd: dirname(tests),
  stdio: "inherit",
  env: { ...process.env, IMAPCLIENT_LIVETEST: resolve(files[0]), IMAPCLIENT_LIVETEST_ONLY: only },
});
process.exitCode = status ?? 1;
