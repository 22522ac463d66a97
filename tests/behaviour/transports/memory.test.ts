import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionClosedError } from "../../../src/model/errors.ts";
import { memoryPair, memoryTransport } from "../../../transports/memory/mod.ts";
import { checksum, chunks, drain, MIB, pause, receive, send, within } from "./bytes.ts";

describe("memoryPair", () => {
  it("carries bytes both ways", async () => {
    const [one, two] = memoryPair();
    await send(one, "ping");
    assertEquals(await receive(two, 4), "ping");
    await send(two, "pong");
    assertEquals(await receive(one, 4), "pong");
    assert(one.secure && two.secure);
    assertEquals(one.startTls, undefined);
  });

  it("hands the chunks over as they are", async () => {
    const [one, two] = memoryPair();
    const bytes = new Uint8Array([1, 2, 3]);
    await send(one, [bytes]);
    const { value } = await two.readable.getReader().read();
    assertStrictEquals(value, bytes);
  });

  it("carries 100 MiB at the reader's pace", async () => {
    const [one, two] = memoryPair();
    let taken = 0;
    const counted = function* (): Generator<Uint8Array> {
      for (const chunk of chunks(100 * MIB)) {
        yield chunk;
        taken += chunk.length;
      }
    };
    const sending = send(one, counted());
    await pause(50);
    assert(taken <= MIB, `${taken} bytes were taken`);
    assertEquals(await drain(two, 100 * MIB), checksum(100 * MIB));
    await sending;
  });

  it("ends the other side's readable when one closes, after what was sent", async () => {
    const [one, two] = memoryPair();
    await send(one, "last words");
    await one.close();
    assertEquals(await receive(two, 100), "last words");
    await assertRejects(() => send(two, "too late"), ConnectionClosedError, "other side");
    await assertRejects(() => send(one, "too late"), ConnectionClosedError, "this side");
    await assertRejects(() => receive(one, 1), ConnectionClosedError, "this side");
    await two.close();
    await one.close();
  });

  it("rejects reads and writes in progress when one side closes", async () => {
    for (const closes of [0, 1]) {
      const pair = memoryPair();
      const [writer] = pair;
      const writing = assertRejects(() => send(writer, chunks(MIB)), ConnectionClosedError);
      await pause(10);
      await pair[closes]?.close();
      await within(1000, writing);
    }
    const [one] = memoryPair();
    const reading = assertRejects(() => receive(one, 1), ConnectionClosedError);
    await one.close();
    await within(1000, reading);
  });

  it("half-closes when the writable is closed", async () => {
    const [one, two] = memoryPair();
    await one.writable.close();
    assertEquals(await receive(two, 1), "");
    await send(two, "still there");
    assertEquals(await receive(one, 11), "still there");
  });
});

describe("memoryTransport", () => {
  it("serves each connection", async () => {
    let connections = 0;
    const transport = memoryTransport((server) => {
      connections++;
      server.readable.pipeTo(server.writable).catch(() => {});
    });
    for (const text of ["one", "two"]) {
      const duplex = await transport(new AbortController().signal);
      await send(duplex, text);
      assertEquals(await receive(duplex, 3), text);
      await duplex.close();
    }
    assertEquals(connections, 2);
  });

  it("does not start when the signal has aborted", async () => {
    const reason = new Error("too late");
    const transport = memoryTransport(() => {
      throw new Error("must not be called");
    });
    assertStrictEquals(await assertRejects(() => transport(AbortSignal.abort(reason))), reason);
  });
});
