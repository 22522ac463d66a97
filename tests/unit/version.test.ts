import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { formatVersion, version, versionInfo } from "../../mod.ts";

describe("the version", () => {
  const WRITTEN: readonly (readonly [parts: readonly [number, number, number, string], string])[] =
    [
      [[2, 1, 0, "alpha"], "2.1.0-alpha"],
      [[2, 1, 0, "final"], "2.1.0"],
      [[1, 0, 0, "final"], "1.0.0"],
      [[1, 0, 1, "beta.2"], "1.0.1-beta.2"],
      [[0, 0, 0, "final"], "0.0.0"],
      [[10, 20, 30, "rc.1"], "10.20.30-rc.1"],
    ];
  for (const [[major, minor, micro, releaseLevel], expected] of WRITTEN) {
    it(`R10 ${expected}`, () => {
      assertEquals(formatVersion({ major, minor, micro, releaseLevel }), expected);
    });
  }

  it("R10 of this library agrees with its parts and its manifest", () => {
    assertEquals(version, formatVersion(versionInfo));
    assert(/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(version));
    const manifest = readFileSync(new URL("../../deno.json", import.meta.url), "utf8");
    assertEquals(version, JSON.parse(manifest).version);
  });
});
