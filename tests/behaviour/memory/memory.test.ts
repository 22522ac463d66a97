import { after, before, describe, it } from "node:test";
import { assertEquals, assertLess } from "@std/assert";
import { runProgram } from "../../support/patience.ts";
import { sameRuntime, sameRuntimeWithGc } from "../../support/same_runtime.ts";
import { type BigServer, startBigServer } from "./big_server.ts";

const GIB = 2 ** 30;
const CHILD = new URL("memory_child.ts", import.meta.url);

describe("memory", () => {
  let server: BigServer;
  before(async () => {
    server = await startBigServer();
  });
  after(() => server.stop());

  /** By how many MiB a process grows while it does this. */
  async function growth(what: string, amount: number): Promise<number> {
    const [command, ...args] = [...sameRuntime(CHILD), String(server.port), what, String(amount)];
    const { stdout } = await runProgram(command, args, 120_000);
    console.log(`memory: ${what} ${amount}: ${stdout.trim()} MiB`);
    return Number(stdout);
  }

  it("a message of 1 GiB that is streamed takes less than 48 MiB", async () => {
    // How much garbage there is when it is collected depends on the runtime and on what else it
    // does.
    let least = Infinity;
    for (let i = 0; i < 5 && least >= 48; i++) least = Math.min(least, await growth("stream", GIB));
    assertLess(least, 48);
  });

  it("a client can be collected, however it came to its end", async () => {
    const script = new URL("collect_child.ts", import.meta.url);
    const [command, ...args] = [...sameRuntimeWithGc(script), String(server.port)];
    const { stdout } = await runProgram(command, args, 60_000);
    assertEquals(JSON.parse(stdout), []);
  });

  it("400,000 messages of fetchEach take no more than 100,000", async () => {
    const few = await growth("rows", 100_000);
    assertLess(few, 64);
    assertLess(await growth("rows", 400_000), Math.max(few, 32) + 32);
  });
});
