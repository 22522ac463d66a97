// Installs what the tests need: the runtimes next to this file, the package's own dependencies at
// the root. Fast, and without the network, if the pinned versions are already there.
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
    // Standard output and input belong to the command that runs afterwards; its output may go to a
    // file.
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
  // Without a lock file: it would contain the address of the registry in use.
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

// If npm blocks install scripts, only Bun fails to work without its own. The script moves the
// binary, so it must not run a second time.
const bun = join(tools, "node_modules", ".bin", "bun");
if (spawnSync(bun, ["--version"], { stdio: "ignore" }).status !== 0) {
  run(process.execPath, [join("node_modules", "bun", "install.js")], tools);
}

// Node and Bun look for what a test imports (fast-check) in the folders above it.
const link = join(dirname(tools), "node_modules");
if (!existsSync(link)) symlinkSync(join("tools", "node_modules"), link, "dir");
