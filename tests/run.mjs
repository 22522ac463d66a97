// Runs tests on Deno, Bun and Node, one after the other, and ends with a line of counts for each:
//
//   node tests/run.mjs [deno|bun|node]… [--all] [--verbose] [--reports=folder] [file or folder]…
//
// It runs the given files and folders. If there are none, it runs all tests except those that
// support/thorough.mjs lists; --all includes these. The output of a runtime is shown only if it
// fails, or with --verbose. With --reports, the JUnit report of each runtime is kept in that
// folder, for tools/checklist.mjs.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readTests } from "./support/junit.mjs";
import { isThorough } from "./support/thorough.mjs";

const tests = dirname(fileURLToPath(import.meta.url));
const root = dirname(tests);
const bin = join(tests, "tools", "node_modules", ".bin");

/** A run that reports nothing for this long hangs, even on a slow machine. */
const SILENCE_MS = 15 * 60_000;

/** How many files run at once: they spend much of their time waiting. */
const AT_ONCE = 3;

/** How many files share a process on Node, where starting a process takes most of a second. */
const SHARING = 8;

/**
 * How each runtime is called. Each writes a JUnit report, the only form of result that all three
 * have. The stand-ins for `@std/*` come from the import map or from tsconfig.json's paths.
 */
const RUNTIMES = {
  deno: (report, files) => [
    join(bin, "deno"),
    ["test", "--allow-all", "--no-check", "--parallel", "--import-map=tests/import_map.json"],
    [`--junit-path=${report}`, ...files],
  ],
  bun: (report, files) => [
    join(bin, "bun"),
    // Bun's own limit of five seconds per test is too short for a slow machine. The tests have
    // their own.
    ["test", "--timeout", "600000", `--parallel=${AT_ONCE}`],
    // Without a leading "./", Bun takes a name for a pattern.
    ["--reporter=junit", `--reporter-outfile=${report}`, ...files.map((file) => `./${file}`)],
  ],
  node: (report, files) => [
    join(bin, "tsx"),
    ["--test", `--test-concurrency=${AT_ONCE}`],
    [
      ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
      ...["--test-reporter=junit", `--test-reporter-destination=${report}`],
      ...sharing(files),
    ],
  ],
};

const environment = {
  ...process.env,
  NO_COLOR: "1",
  DENO_JOBS: `${AT_ONCE}`,
  // Deno downloads npm packages itself, so it must trust the same authorities as npm on this
  // system.
  DENO_TLS_CA_STORE: process.env.DENO_TLS_CA_STORE ?? "system,mozilla",
};
delete environment.FORCE_COLOR;

/**
 * The files that Node runs: the thorough ones, which may measure their process, and for the other
 * files of each folder, files that import some of them.
 */
function sharing(files) {
  const quick = files.filter((file) => !isThorough(inTests(file)));
  const groups = [...new Set(quick.map(dirname))].flatMap((folder) => {
    const all = quick.filter((file) => dirname(file) === folder);
    const count = Math.ceil(all.length / SHARING);
    return Array.from({ length: count }, (_, i) => all.filter((_, at) => at % count === i));
  });
  const entries = groups.map((group, i) => {
    const entry = join(temporary, `${i}.test.mjs`);
    const urls = group.map((file) => pathToFileURL(resolve(root, file)));
    writeFileSync(entry, urls.map((url) => `import "${url}";\n`).join(""));
    return entry;
  });
  return [...files.filter((file) => !quick.includes(file)), ...entries];
}

const args = process.argv.slice(2);
const verbose = args.includes("--verbose");
const kept = args.find((arg) => arg.startsWith("--reports="))?.slice("--reports=".length);
const chosen = Object.keys(RUNTIMES).filter((name) => args.includes(name));
const everything = args.includes("--all");
const places = args.filter((arg) => !arg.startsWith("-") && !(arg in RUNTIMES));

function testFiles() {
  const all = readdirSync(tests, { recursive: true })
    .filter((name) => name.endsWith(".test.ts") && !/(^|[\\/])(node_modules|bench)[\\/]/.test(name))
    .map((name) => join(tests, name))
    .sort();
  const wanted = places.map((place) => resolve(place));
  const isWanted = (file) => wanted.some((it) => file === it || file.startsWith(it + sep));
  const files = all.map((file) => relative(root, file));
  if (wanted.length > 0) return files.filter((_, i) => isWanted(all[i]));
  return everything ? files : files.filter((file) => !isThorough(inTests(file)));
}

/** The path of a file within tests/, on any system. */
function inTests(file) {
  return relative(tests, resolve(root, file)).replaceAll(sep, "/");
}

/** Runs a command to its end and collects its output in order. */
function execute(command, args) {
  return new Promise((done) => {
    // In its own process group, so that the processes it starts can be killed with it.
    const child = spawn(command, args, {
      cwd: root,
      env: environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const timer = setTimeout(() => {
      output += `\nnothing reported for ${SILENCE_MS / 60_000} minutes: ended\n`;
      end();
    }, SILENCE_MS);
    const add = (chunk) => {
      timer.refresh();
      output += chunk;
      if (verbose) process.stdout.write(chunk);
    };
    const end = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
    const interrupt = () => {
      end();
      process.exit(130);
    };
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    const settle = (code) => {
      clearTimeout(timer);
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      done({ code, output });
    };
    child.stdout.setEncoding("utf8").on("data", add);
    child.stderr.setEncoding("utf8").on("data", add);
    child.on("error", (error) => {
      add(`${error}\n`);
      settle(1);
    });
    child.on("close", (code) => settle(code ?? 1));
  });
}

/** Counts the tests of a JUnit report. */
function count(report) {
  const tests = existsSync(report) ? readTests(readFileSync(report, "utf8")) : [];
  const number = (outcome) => tests.filter((test) => test.outcome === outcome).length;
  return { passed: number("passed"), failed: number("failed"), skipped: number("skipped") };
}

async function run(runtime, files, folder) {
  const report = join(folder, `${runtime}.xml`);
  const [command, ...args] = RUNTIMES[runtime](report, files);
  const start = performance.now();
  const { code, output } = await execute(command, args.flat());
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const counts = count(report);
  // A hook or a whole file can fail although none of its tests does.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed === 0) {
    console.log(`${runtime}: no test ran`);
    counts.failed = 1;
  }
  if (counts.failed > 0 && !verbose) process.stdout.write(output);
  for (const line of new Set(output.match(/^live tests skipped: .*$/gm))) {
    console.log(`${runtime}: ${line}`);
  }
  console.log(`${runtime}: ${sentence(counts)} (${seconds} s)`);
  return counts;
}

function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const files = testFiles();
if (files.length === 0) {
  console.error(`no test file in ${places.join(", ") || "tests"}`);
  process.exit(1);
}
const temporary = mkdtempSync(join(tmpdir(), "imapclient-tests-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
const folder = kept ?? temporary;
mkdirSync(folder, { recursive: true });
const total = { passed: 0, failed: 0, skipped: 0 };
for (const runtime of chosen.length > 0 ? chosen : Object.keys(RUNTIMES)) {
  const counts = await run(runtime, files, folder);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(sentence(total));
process.exitCode = total.failed > 0 ? 1 : 0;
