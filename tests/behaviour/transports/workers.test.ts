import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectError, TlsError } from "../../../src/model/errors.ts";
import type { TlsOptions } from "../../../src/model/transport.ts";
import { memoryPair } from "../../../transports/memory/mod.ts";
import { type WorkersSocket, workersTransport } from "../../../transports/workers/mod.ts";
import { receive, send } from "./bytes.ts";

/** The calls to the runtime, in order. */
type Log = string[];

/**
 * A socket that sends everything back and is unusable after its first `startTls`, as on Workers.
 */
function fakeSocket(log: Log, opened: Promise<unknown>): WorkersSocket {
  const [client, server] = memoryPair();
  server.readable.pipeTo(server.writable).catch(() => {});
  return {
    readable: client.readable,
    writable: client.writable,
    opened,
    close: async () => {
      log.push("close");
      await client.close();
    },
    startTls: (options) => {
      if (client.readable.locked || client.writable.locked) throw new TypeError("locked");
      log.push(`startTls ${options?.expectedServerHostname}`);
      return fakeSocket(log, Promise.resolve());
    },
  };
}

const never = new AbortController().signal;

function dial(log: Log, tls?: TlsOptions, opened: Promise<unknown> = Promise.resolve()) {
  return workersTransport((address, options) => {
    log.push(`${options.secureTransport} ${address.hostname}:${address.port}`);
    return fakeSocket(log, opened);
  }, { host: "mail.example", port: 993, tls });
}

describe("workersTransport", () => {
  it("connects with TLS", async () => {
    const log: Log = [];
    const duplex = await dial(log, {})(never);
    assertEquals([duplex.secure, duplex.startTls], [true, undefined]);
    await send(duplex, "hello");
    assertEquals(await receive(duplex, 5), "hello");
    await duplex.close();
    assertEquals(log, ["on mail.example:993", "close"]);
  });

  it("starts TLS later", async () => {
    const log: Log = [];
    const plain = await dial(log)(never);
    assertEquals(plain.secure, false);
    await send(plain, "STARTTLS");
    assertEquals(await receive(plain, 8), "STARTTLS");
    const duplex = await plain.startTls!({});
    assertEquals([duplex.secure, duplex.startTls], [true, undefined]);
    await send(duplex, "hello");
    assertEquals(await receive(duplex, 5), "hello");
    assertEquals(log, ["starttls mail.example:993", "startTls mail.example"]);
  });

  it("refuses to start TLS while the streams are held", async () => {
    const plain = await dial([])(never);
    plain.readable.getReader();
    await assertRejects(() => plain.startTls!({}), TlsError, "locked");
  });

  it("expects another name on request", async () => {
    const log: Log = [];
    const duplex = await dial(log, { serverName: "imap.example" })(never);
    assertEquals(duplex.secure, true);
    assertEquals(log, ["starttls mail.example:993", "startTls imap.example"]);
  });

  it("refuses what Workers can't do", async () => {
    const wishes: TlsOptions[] = [
      { ca: "" },
      { cert: "", key: "" },
      { checkHostname: false },
      { dangerouslyDisableVerification: true },
      { minVersion: "TLSv1.3" },
    ];
    for (const wish of wishes) {
      const log: Log = [];
      await assertRejects(() => dial(log, wish)(never), TlsError, "serverName");
      assertEquals(log, []);
      const plain = await dial([])(never);
      await assertRejects(() => plain.startTls!(wish), TlsError, "serverName");
    }
  });

  it("says that no connection could be made", async () => {
    const opened = Promise.reject(new Error("proxy request failed"));
    await assertRejects(() => dial([], {}, opened)(never), ConnectError, "proxy request failed");
  });

  it("closes what is not open yet when the signal aborts", async () => {
    const log: Log = [];
    const controller = new AbortController();
    const dialled = dial(log, {}, new Promise(() => {}))(controller.signal);
    const reason = new Error("too late");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => dialled), reason);
    assertEquals(log, ["on mail.example:993", "close"]);
  });
});
