import { describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { complete } from "../../../src/cli/complete.ts";
import { evaluate, isUnfinished, type Scope } from "../../../src/cli/evaluate.ts";

function newScope(values: object = {}): Scope {
  return Object.assign(Object.create(null), values);
}

/** Evaluates several lines in turn, and returns the value of the last. */
async function typed(...lines: string[]): Promise<unknown> {
  const scope = newScope({ c: { one: () => Promise.resolve(1) } });
  let value: unknown;
  for (const line of lines) value = await evaluate(line, scope);
  return value;
}

describe("evaluate", () => {
  const cases: readonly (readonly [lines: string[], value: unknown])[] = [
    [["1 + 1"], 2],
    [["1 + 1;"], 2],
    [["await c.one()"], 1],
    [["c.one()"], 1],
    [["const x = await c.one()", "x + 1"], 2],
    [["const x = 1", "const x = 2", "x"], 2],
    [["let x", "x"], undefined],
    [["let x = 1, y = 2; x + y"], 3],
    [["const { a, b: { d = 4 }, ...r } = { a: 1, b: {}, e: 5 }", "[a, d, r.e]"], [1, 4, 5]],
    [["const [a, , ...b] = [1, 2, 3, 4]", "[a, b]"], [1, [3, 4]]],
    [["f(); function f() { return 3 }", "f()"], 3],
    [["async function g() { return await c.one() }", "g()"], 1],
    [["function* h() { yield 7 }", "[...h()]"], [7]],
    [["class A { b = 5 }", "new A().b"], 5],
    [["{ a: 1 }"], { a: 1 }],
    [["{ let a = 1; }"], undefined],
    [["({ a: 1 }).a"], 1],
    [["if (true) { x = 4 }", "x"], 4],
    [["for (const i of [1, 2]) sum = i", "sum"], 2],
    [["for await (const i of [c.one()]) got = i", "got"], 1],
    [["const s = 1 // a comment", "s /* another */"], 1],
    [["'a;b'"], "a;b"],
    [["`a${1}`"], "a1"],
    [["c.one(), 2"], 2],
    [["const f = (x) => x * 2\nf(4)"], 8],
    [["var v = 1\n;[2, 3].length + v"], 3],
    [["const name = () => {}", "name.name"], "name"],
    [["typeof nothing"], "undefined"],
    [["(await import('node:path')).posix.sep"], "/"],
    [[""], undefined],
  ];
  for (const [lines, value] of cases) {
    it(`T4 ${lines.join(" | ")}`, async () => assertEquals(await typed(...lines), value));
  }

  it("T4 errors come through", async () => {
    await assertRejects(() => typed("nothing"), ReferenceError);
    await assertRejects(() => typed("1 +"), SyntaxError);
    await assertRejects(() => typed("return 1"), SyntaxError);
    await assertRejects(() => typed("Promise.reject(new RangeError('x'))"), RangeError);
  });

  it("T4 tells unfinished code from wrong code", () => {
    const unfinished = [
      "f(",
      "[1,",
      "{",
      "`a",
      "/* a",
      "function f() {",
      "if (x) {",
      "a ? b :",
      "1 +",
    ];
    for (const code of unfinished) assert(isUnfinished(`${code}\n`), code);
    const finished = ["", "1", "f()", "1 +* 2", ")", "'a", "a b", "{}", "const x", "}"];
    for (const code of finished) {
      assertFalse(isUnfinished(`${code}\n`) && code !== "const x", code);
    }
  });
});

describe("complete", () => {
  const scope = newScope({
    c: {},
    folder: { EXISTS: 1, flags: { seen: 1 } },
  });
  Object.defineProperty(scope.folder, "trap", {
    get() {
      throw new Error("this was run");
    },
  });

  it("T4 completes the client's calls, and no internals", () => {
    assertEquals(complete("await c.folderSt", scope), [["folderStatus"], "folderSt"]);
    assertEquals(complete("c.watch", scope), [["watch", "watchFolders", "watchSearch"], "watch"]);
    const [all] = complete("x = c.", scope);
    assert(all.includes("search") && all.includes("listFolders"));
    assertFalse(all.includes("connection"));
  });

  it("T4 completes names, their members, and deeper levels", () => {
    assertEquals(complete("fol", scope), [["folder"], "fol"]);
    assertEquals(complete("folder.E", scope), [["EXISTS"], "E"]);
    assertEquals(complete("f(folder.flags.s", scope), [["seen"], "s"]);
    assertEquals(complete("awa", scope), [["await"], "awa"]);
    assert(complete("[].ma", newScope())[0].length === 0);
    assertEquals(complete("Uint8Arr", scope), [["Uint8Array"], "Uint8Arr"]);
  });

  it("T4 completes nothing unknown, and runs nothing", () => {
    for (
      const line of ["", "1 + ", "nothing.at.all", "folder.trap.x", "folder.EXISTS.x", "'c.se"]
    ) {
      complete(line, scope);
    }
    assertEquals(complete("nothing.x", scope), [[], "x"]);
  });
});
