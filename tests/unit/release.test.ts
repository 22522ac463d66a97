import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of what the scripts read and write, in its own repository. */
const copy = mkdtempSync(join(tmpdir(), "imapclient-release-"));
after(() => rmSync(copy, { recursive: true }));
for (
  const path of [
    "deno.json",
    "jsr.json",
    "package.json",
    "src/util/version.ts",
    "tests/tools/manifests.mjs",
    "tests/tools/release.mjs",
  ]
) {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  copyFileSync(join(root, path), join(copy, path));
}

function read(path: string): string {
  return readFileSync(join(copy, path), "utf8");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}

function run(command: string, ...args: string[]): { ok: boolean; output: string } {
  // Git looks at the environment before it looks at the folder.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  const env = { ...Object.fromEntries(inherited), GIT_CONFIG_GLOBAL: "", GIT_CONFIG_NOSYSTEM: "1" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: "utf8", env });
  return { ok: status === 0, output: stdout + stderr };
}

function script(name: string, ...args: string[]): { ok: boolean; output: string } {
  return run("node", join("tests", "tools", name), ...args);
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=A", "-c", "user.email=a@imap.test"];
  const { ok, output } = run("git", ...identity, ...args);
  assert(ok, output);
  return output.trim();
}

function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message=change");
}

function setVersion(version: string): void {
  write("deno.json", read("deno.json").replace(/"version": "[^"]*"/, `"version": "${version}"`));
}

describe("the manifests", () => {
  it("as committed → agree with deno.json", () => {
    const { ok, output } = script("manifests.mjs", "--check");
    assert(ok, output);
  });

  it("another version in deno.json → the check names the files, the script writes them", () => {
    setVersion("2.10.0-beta.2");
    const { ok, output } = script("manifests.mjs", "--check");
    assert(!ok);
    for (const path of ["jsr.json", "package.json", "src/util/version.ts"]) {
      assert(output.includes(`${path} differs`), output);
    }
    assert(script("manifests.mjs").ok);
    assert(script("manifests.mjs", "--check").ok);
    assertEquals(JSON.parse(read("jsr.json")).version, "2.10.0-beta.2");
    assertEquals(JSON.parse(read("package.json")).version, "2.10.0-beta.2");
    const parts = '{ major: 2, minor: 10, micro: 0, releaseLevel: "beta.2" }';
    assert(read("src/util/version.ts").includes(parts));
  });

  it("an invalid version → nothing is written", () => {
    setVersion("2.10");
    const { ok, output } = script("manifests.mjs");
    assert(!ok && output.includes('"2.10" is no version'), output);
    assertEquals(JSON.parse(read("jsr.json")).version, "2.10.0-beta.2");
  });
});

describe("a release", () => {
  const CHANGES =
    "# Changelog\n\n## [Unreleased]\n\n## [2.11.0] - 2026-12-01\n\n### Added\n\n- x\n";

  function tags(): string {
    return git("tag", "--list");
  }

  function refused(...reasons: string[]): void {
    const { ok, output } = script("release.mjs");
    assert(!ok);
    for (const reason of reasons) assert(output.includes(reason), output);
    assertEquals(tags(), "");
  }

  it("a problem → reported, nothing tagged", () => {
    git("init", "--quiet", "--initial-branch=other");
    commit();
    setVersion("2.11.0");
    refused(
      "made on main, not on other",
      "changes that are not committed",
      "jsr.json differs from deno.json",
      "no section ## [2.11.0]",
    );
    assert(script("manifests.mjs").ok);
    git("branch", "--move", "main");
    const left = CHANGES.replace("[Unreleased]\n", "[Unreleased]\n\n- left behind\n");
    write("CHANGELOG.md", left.replace("2026-12-01\n\n### Added\n\n- x", "unreleased"));
    commit();
    refused("has no date", "is empty", "move what is under [Unreleased]");
    write("CHANGELOG.md", CHANGES);
  });

  it("the checks fail, or change the checkout → tags nothing", () => {
    write(".ci/run", "#!/bin/sh\nexit 1\n");
    chmodSync(join(copy, ".ci", "run"), 0o755);
    commit();
    refused(".ci/run failed");
    write(".ci/run", "#!/bin/sh\ntouch left-behind\n");
    commit();
    refused("the checkout was changed");
    rmSync(join(copy, "left-behind"));
  });

  it("all is well → tagged with its changes, once", () => {
    git("config", "user.name", "A");
    git("config", "user.email", "a@imap.test");
    write(".ci/run", "#!/bin/sh\n");
    commit();
    const { ok, output } = script("release.mjs");
    assert(ok && output.includes("git push origin main v2.11.0"), output);
    assertEquals(tags(), "v2.11.0");
    assertEquals(git("tag", "--list", "--format=%(contents)"), "v2.11.0\n\n### Added\n\n- x");
    const again = script("release.mjs");
    assert(!again.ok && again.output.includes("there is a tag v2.11.0"), again.output);
  });
});
