import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { bounded } from "./fake_server.ts";
import { comesTrue, runProgram, slowness, whenLate, within } from "./patience.ts";

describe("how long tests wait", () => {
  it("a slow machine → longer limits; a fast one → the limits as given [fault F7]", async () => {
    assert(slowness() >= 1);
    const started = performance.now();
    await new Promise<void>((resolve) => void whenLate(50, resolve));
    assert(performance.now() - started >= 49);
  });

  it("a result in time → returned, no timer left; no result → an error [fault F7]", async () => {
    assertEquals(await within(60_000, Promise.resolve("here")), "here");
    const never = new Promise<never>(() => {});
    await assertRejects(
      () => within(20, never, "the end: nothing"),
      Error,
      "the end: nothing within 20 ms",
    );
    await assertRejects(() => bounded(never, "x", 20), Error, "x: nothing within 20 ms");
    await assertRejects(
      () => within(60_000, Promise.reject(new Error("its own"))),
      Error,
      "its own",
    );
    assertEquals(await comesTrue(() => false, 30), false);
    let asked = 0;
    assertEquals(await comesTrue(() => ++asked === 3, 60_000), true);
  });

  it("a program that hangs → ended; one that fails → its output in the error [fault F7]", async () => {
    await assertRejects(() => runProgram("sleep", ["600"], 50), Error, "sleep failed");
    await assertRejects(
      () => runProgram("sh", ["-c", "echo because >&2; exit 1"], 60_000),
      Error,
      "because",
    );
    assertEquals(await runProgram("echo", ["hello"], 60_000), { stdout: "hello\n", stderr: "" });
  });
});
