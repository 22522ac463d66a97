// Installs what the tests need: the runtimes beside this file, the package's own dependencies at
// the root. Quick, and without the network, when the pinned versions are there already.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const tools = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(tools));

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

function isInstalled(folder) {
  const { dependencies, devDependencies } = readJson(join(folder, "package.json"));
  return Object.entries({ ...dependencies, ...devDependencies }).every(([name, version]) =>
    readJson(join(folder, "node_modules", name, "package.json")).version ===
      version
  );
}

function run(command, args, folder) {
  const { status, error } = spawnSync(command, args, {
    cwd: folder,
    // Standard output belongs to what is run afterwards, whose output may go into a file, and
    // standard input as well.
    stdio: ["ignore", 2, 2],
  });
  if (error || status !== 0) {
    console.error(
      `setup: ${command} ${args.join(" ")} failed in ${folder}`,
      error ?? "",
    );
    process.exit(1);
  }
}

for (const folder of [root, tools]) {
  if (isInstalled(folder)) continue;
  // No lock file: it would hold the address of the registry that happens to be in use.
  run(
    "npm",
    [
      "install",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ],
    folder,
  );
}

// Where npm blocks install scripts, Bun is the one package that does not work without its own. The
// script moves the binary, so it must not run a second time.
const bun = join(tools, "node_modules", ".bin", "bun");
if (spawnSync(bun, ["--version"], { stdio: "ignore" }).status !== 0) {
  run(process.execPath, [join("node_modules", "bun", "install.js")], tools);
}

// Node and Bun look for what a test imports (fast-check) in the folders above it.
const link = join(dirname(tools), "node_modules");
if (!existsSync(link)) symlinkSync(join("tools", "node_modules"), link, "dir");
