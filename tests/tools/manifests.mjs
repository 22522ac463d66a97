// Copies from deno.json into the other manifests, so that a version, an export or a dependency is
// changed in one place only:
//
//   node tests/tools/manifests.mjs            writes jsr.json, package.json and src/util/version.ts
//   node tests/tools/manifests.mjs --check    names those that differ, writes nothing, and fails
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function read(path) {
  return readFileSync(join(root, path), "utf8");
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const deno = JSON.parse(read("deno.json"));
const { name, version, license, exports, imports } = deno;

/** The manifest for JSR. */
function jsrManifest() {
  return json({ name, version, license, exports, imports });
}

/** The lowest version that a range such as `npm:acorn@^8.19.0` allows. */
function lowestVersion(dependency) {
  const pinned = /^npm:(?:@[^@]+|[^@]+)@\^(\d+\.\d+\.\d+)$/.exec(imports[dependency] ?? "")?.[1];
  if (pinned === undefined) throw new Error(`deno.json imports no npm:${dependency}@^version`);
  return pinned;
}

/**
 * The manifest for npm, Node and Bun. The scripts and the names of the dependencies stay the same.
 */
function packageManifest() {
  const manifest = { ...JSON.parse(read("package.json")), name, version, license, exports };
  for (const kind of ["dependencies", "devDependencies"]) {
    const names = Object.keys(manifest[kind] ?? {});
    manifest[kind] = Object.fromEntries(names.map((it) => [it, lowestVersion(it)]));
  }
  return json(manifest);
}

/** The version as source code, since the library can't read files at run time. */
function versionSource() {
  const parts = /^(\d+)\.(\d+)\.(\d+)(?:-([a-z0-9.]+))?$/.exec(version);
  if (parts === null) throw new Error(`deno.json: "${version}" is no version such as 1.0.0-beta.2`);
  const [, major, minor, micro, releaseLevel = "final"] = parts;
  const line = /^(export const versionInfo: VersionInfo = )\{.*\};$/m;
  const source = read("src/util/version.ts");
  if (!line.test(source)) {
    throw new Error("src/util/version.ts: the line of versionInfo is missing");
  }
  const values = `major: ${major}, minor: ${minor}, micro: ${micro}`;
  return source.replace(line, `$1{ ${values}, releaseLevel: "${releaseLevel}" };`);
}

const written = {
  "jsr.json": jsrManifest(),
  "package.json": packageManifest(),
  "src/util/version.ts": versionSource(),
};
const different = Object.keys(written).filter((path) => read(path) !== written[path]);
if (process.argv.includes("--check")) {
  for (const path of different) {
    console.log(`${path} differs from deno.json: run node tests/tools/manifests.mjs`);
  }
  process.exitCode = different.length > 0 ? 1 : 0;
} else {
  for (const path of different) {
    writeFileSync(join(root, path), written[path]);
    console.log(`${path} written`);
  }
}
