import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { runBusy } from "./busy_session.ts";
import { describeSweeps } from "./sweep_tests.ts";

describe("calls made at once", () => {
  it("all calls end on a connection that does not break", async () => {
    const { ended } = await runBusy();
    const failed = Object.keys(ended).filter((name) => "error" in (ended[name] as object));
    assertEquals(failed, ["waiting"]);
  });
});

describeSweeps("calls made at once, whose connection breaks at every byte", "calls at once");
