import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";

/** What the tests here read of the files; each file has its own part of it. */
interface Manifest {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  dependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
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
  const { name, version, license, exports, dependencies } = manifest("package.json");

  it("has the name and the exports of deno.json", () => {
    assertEquals([name, version, license], [deno.name, deno.version, deno.license]);
    assertEquals(exports, deno.exports);
  });

  it("pins the lowest version that deno.json allows", () => {
    const ranges = Object.entries(dependencies).map(([it, pin]) => [it, `npm:${it}@^${pin}`]);
    const { acorn, "postal-mime": postalMime } = deno.imports;
    assertEquals(Object.fromEntries(ranges), { acorn, "postal-mime": postalMime });
  });
});

describe("the tests' import map", () => {
  it("is deno.json's, with stand-ins for what is on JSR", () => {
    const expected = Object.entries(deno.imports).map(([name, target]) => {
      return [name, target.startsWith("jsr:") ? name.replace("@std/", "./std/") + ".ts" : target];
    });
    assertEquals(manifest("tests/import_map.json").imports, Object.fromEntries(expected));
  });

  it("agrees with tsconfig.json and the tools", () => {
    const { paths } = JSON.parse(read("tsconfig.json")).compilerOptions;
    const tools = manifest("tests/tools/package.json").dependencies;
    assertEquals(paths["@std/assert"], ["./tests/std/assert.ts"]);
    assertEquals(paths["@std/ini"], ["./tests/std/ini.ts"]);
    assertEquals(deno.imports["fast-check"], `npm:fast-check@^${tools["fast-check"]}`);
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
