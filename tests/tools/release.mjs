// Checks that the checked-out commit can be released, runs every check of .ci/run, and tags it:
//
//   npm run release
//
// The version is the one in deno.json. Nothing is pushed or published; the last lines of the output
// say how to do that.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
const tag = `v${version}`;

function run(command, args, options) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
  if (result.error) throw result.error;
  return result;
}

function git(...args) {
  const { status, stdout, stderr } = run("git", args);
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.trim()}`);
  return stdout.trim();
}

/** The sections of the change log: heading and text. */
function changes() {
  const file = join(root, "CHANGELOG.md");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.split(/^## /m).slice(1).map((section) => {
    const end = section.indexOf("\n");
    return { heading: section.slice(0, end), text: section.slice(end).trim() };
  });
}

const log = changes();
const unreleased = log.find(({ heading }) => heading.startsWith("[Unreleased]"));
const released = log.find(({ heading }) => heading.startsWith(`[${version}] `));

/** Problems that can be found at once, before the long run of the checks. */
function problems() {
  const found = [];
  const branch = git("rev-parse", "--abbrev-ref", "HEAD");
  if (branch !== "main") found.push(`releases are made on main, not on ${branch}`);
  if (git("status", "--porcelain") !== "") found.push("there are changes that are not committed");
  if (git("tag", "--list", tag) !== "") found.push(`there is a tag ${tag}: raise the version`);
  const manifests = run(process.execPath, [join("tests", "tools", "manifests.mjs"), "--check"]);
  if (manifests.status !== 0) found.push((manifests.stdout + manifests.stderr).trim());
  if (released === undefined) {
    found.push(`CHANGELOG.md has no section ## [${version}] - YYYY-MM-DD`);
  } else {
    if (!/\] - \d{4}-\d{2}-\d{2}$/.test(released.heading)) {
      found.push(`CHANGELOG.md: the section [${version}] has no date`);
    }
    if (released.text === "") found.push(`CHANGELOG.md: the section [${version}] is empty`);
  }
  if (unreleased !== undefined && unreleased.text !== "") {
    found.push(`CHANGELOG.md: move what is under [Unreleased] to [${version}]`);
  }
  return found;
}

function fail(reasons) {
  for (const reason of reasons) console.error(`release: ${reason}`);
  process.exit(1);
}

const found = problems();
if (found.length > 0) fail(found);

const commit = git("rev-parse", "HEAD");
const checks = run(join(".ci", "run"), [], { stdio: ["ignore", "inherit", "inherit"] });
if (checks.status !== 0) fail([".ci/run failed"]);
if (git("rev-parse", "HEAD") !== commit || git("status", "--porcelain") !== "") {
  fail(["the checkout was changed while .ci/run ran"]);
}

// Without this, git takes the headings of the change log, which begin with #, for comments.
git("tag", "--annotate", "--cleanup=whitespace", `--message=${tag}\n\n${released.text}`, tag);
console.log(`tagged ${commit} as ${tag}; to publish it:`);
console.log(`  git push origin main ${tag}`);
console.log("  deno publish");
