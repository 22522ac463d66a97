import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";

/** What these tests read in the manifests; each file has only a part of it. */
interface Manifest {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

function manifest(path: string): Manifest {
  return JSON.parse(read(path));
}

const deno = manifest("deno.json");

describe("jsr.json", () => {
  it("is what deno.json says, and no more", () => {
    const { name, version, license, exports, imports } = deno;
    assertEquals<unknown>(manifest("jsr.json"), { name, version, license, exports, imports });
  });
});

describe("package.json", () => {
  const { name, version, license, exports, dependencies, devDependencies } = manifest(
    "package.json",
  );

  it("has the name and the exports of deno.json", () => {
    assertEquals([name, version, license], [deno.name, deno.version, deno.license]);
    assertEquals(exports, deno.exports);
  });

  it("pins the lowest version that deno.json allows", () => {
    const ranges = Object.entries({ ...dependencies, ...devDependencies }).map((
      [it, pin],
    ) => [it, `npm:${it}@^${pin}`]);
    assertEquals(Object.keys(dependencies), ["acorn"]);
    const { acorn, "postal-mime": postalMime } = deno.imports;
    assertEquals(Object.fromEntries(ranges), { acorn, "postal-mime": postalMime });
  });
});

describe("the tests' import map", () => {
  it("is deno.json's, with stand-ins for JSR packages", () => {
    const expected = Object.entries(deno.imports).map(([name, target]) => {
      return [
        name,
        target.startsWith("jsr:") ? name.replace("@std/", "./support/std/") + ".ts" : target,
      ];
    });
    assertEquals(manifest("tests/import_map.json").imports, Object.fromEntries(expected));
  });

  it("agrees with tsconfig.json and the tools", () => {
    const { paths } = JSON.parse(read("tsconfig.json")).compilerOptions;
    const tools = manifest("tests/tools/package.json").dependencies;
    assertEquals(paths["@std/assert"], ["./tests/support/std/assert.ts"]);
    assertEquals(paths["@std/ini"], ["./tests/support/std/ini.ts"]);
    assertEquals(deno.imports["fast-check"], `npm:fast-check@^${tools["fast-check"]}`);
  });
});

describe("the set-up", () => {
  it("writes to standard error alone, and reads nothing [fault F1]", () => {
    const folder = mkdtempSync(join(tmpdir(), "imapclient-setup-"));
    const tools = join(folder, "tests", "tools");
    const bin = join(folder, "bin");
    mkdirSync(join(tools, "node_modules", "bun"), { recursive: true });
    mkdirSync(bin);
    const files = {
      [join(folder, "package.json")]: '{"dependencies": {"a": "1.0.0"}}',
      [join(tools, "package.json")]: '{"dependencies": {"b": "1.0.0"}}',
      [join(tools, "setup.mjs")]: read("tests/tools/setup.mjs"),
      [join(tools, "node_modules", "bun", "install.js")]: 'console.log("added bun");',
      [join(bin, "npm")]: '#!/bin/sh\necho "added 2 packages $(cat)"\necho "npm warn old" >&2\n',
    };
    for (const [path, text] of Object.entries(files)) writeFileSync(path, text, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync("node", [join(tools, "setup.mjs")], {
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      input: "for the program itself",
      encoding: "utf8",
    });
    assertEquals([status, stdout], [0, ""], stderr);
    const added = "added 2 packages \nnpm warn old\n";
    assertEquals(stderr, `${added}${added}added bun\n`);
    rmSync(folder, { recursive: true });
  });
});

describe("the tools", () => {
  it("are pinned to one version each", () => {
    const { dependencies } = manifest("tests/tools/package.json");
    for (const [name, version] of Object.entries(dependencies)) {
      assert(/^\d+\.\d+\.\d+$/.test(version), `${name} ${version}`);
    }
  });
});
