import { describe, it } from "node:test";
import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { nameOf } from "./behaviours.ts";
import { runProgram } from "../../support/patience.ts";
import { sameRuntimeWithLittleGarbage } from "../../support/same_runtime.ts";
import type { Report } from "./flood_child.ts";
import { FLOODS } from "./floods.ts";
import { HONEST } from "./honest.ts";
import { type Behaviour, WITHIN } from "./play.ts";

const SCRIPT = new URL("flood_child.ts", import.meta.url);

/** Runs a flood in its own process, on this runtime. */
async function run({ name, within = WITHIN }: Behaviour): Promise<Report> {
  const [command, ...args] = sameRuntimeWithLittleGarbage(SCRIPT);
  const { stdout } = await runProgram(command, [...args, name], (within + 20) * 1000);
  return JSON.parse(stdout);
}

describe("a flood", () => {
  for (const flood of FLOODS) {
    it(`${nameOf(flood)} and ${flood.memory} MiB`, async () => {
      const { value, error, seconds, leftOver, growth, honest } = await run(flood);
      assertEquals(error?.[0], flood.fails?.name, `${error}, ${growth} MiB`);
      if (flood.says !== undefined) assertMatch(error![1], flood.says);
      if (flood.fails === undefined) assertEquals(value, flood.gives);
      assertLess(growth, flood.memory!, "MiB");
      assertLess(seconds, flood.within ?? WITHIN);
      assertEquals(leftOver, []);
      assertEquals(honest, HONEST);
    });
  }
});
