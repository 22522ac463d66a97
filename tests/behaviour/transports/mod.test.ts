import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectError } from "../../../src/model/errors.ts";
import { processTransport, tcpTransport } from "../../../transports/mod.ts";
import { receive, send } from "./bytes.ts";
import { echo, listen, withPeer } from "../../support/peer.ts";

const never = new AbortController().signal;

describe("tcpTransport", () => {
  it("connects on this runtime", async () => {
    await withPeer(echo, undefined, async (peer) => {
      const duplex = await tcpTransport({ host: "127.0.0.1", port: peer.port })(never);
      await send(duplex, "hello");
      assertEquals(await receive(duplex, 5), "hello");
      await duplex.close();
    });
  });

  it("fails as its adapters do", async () => {
    const peer = await listen(echo);
    await peer.close();
    const dial = tcpTransport({ host: "127.0.0.1", port: peer.port });
    await assertRejects(() => dial(never), ConnectError, "refused");
    const reason = new Error("too late");
    assertStrictEquals(await assertRejects(() => dial(AbortSignal.abort(reason))), reason);
  });
});

describe("processTransport", () => {
  it("starts a command", async () => {
    const duplex = await processTransport(["cat"])(never);
    await send(duplex, "hello");
    assertEquals(await receive(duplex, 5), "hello");
    await duplex.close();
  });
});
