import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";

const SCRIPT = fileURLToPath(new URL("../tools/extensions.mjs", import.meta.url));

/** Runs the script with these reports, each given by its test cases. */
function run(...reports: readonly string[]): { status: number | null; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "imapclient-extensions-"));
  try {
    reports.forEach((cases, i) => {
      writeFileSync(join(folder, `${i}.xml`), `<testsuites>${cases}</testsuites>`);
    });
    const { status, stdout } = spawnSync("node", [SCRIPT, folder], { encoding: "utf8" });
    return { status, lines: stdout.split("\n").filter((line) => line !== "") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const test = (name: string, inside = "") => `<testcase name="${name}">${inside}</testcase>`;

describe("tests/tools/extensions.mjs", () => {
  it("a test that passed everywhere → its extensions are not printed", () => {
    const report = test("search &gt; keeps its result [ext ESEARCH, SEARCHRES]");
    const { status, lines } = run(report, report);
    assertEquals(status, 1);
    assert(lines.includes("no test for PARTIAL"));
    for (const name of ["ESEARCH", "SEARCHRES"]) assert(!lines.includes(`no test for ${name}`));
  });

  it("one that failed or was skipped somewhere, or names them elsewhere → printed", () => {
    const [fetch, quota, acl, sort] = [
      "pages [ext PARTIAL]",
      "set [ext QUOTA]",
      "rights [ext ACL]",
      "[ext ESORT] sorts",
    ];
    const { lines } = run(
      test(fetch) + test(quota) + test(acl) + test(sort),
      test(fetch, "<failure/>") + test(quota, "<skipped/>") + test(sort),
    );
    for (const name of ["PARTIAL", "QUOTA", "ACL", "ESORT"]) {
      assert(lines.includes(`no test for ${name}`), name);
    }
  });

  it("a name that is not in the list → printed", () => {
    assert(run(test("x [ext NO-SUCH]")).lines.includes("NO-SUCH is not in the list of extensions"));
  });

  it("no reports → every extension is printed", () => {
    assert(run().lines.length > 30);
  });
});
