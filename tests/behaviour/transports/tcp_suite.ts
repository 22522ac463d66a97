import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectError, ConnectionClosedError } from "../../../src/model/errors.ts";
import type { Duplex } from "../../../src/model/transport.ts";
import { bulkPeer } from "./bulk_peer.ts";
import { chunks, MIB, pause, receive, send, until, within } from "./bytes.ts";
import { deafListener } from "./deaf.ts";
import { echo, listen, withPeer } from "../../support/peer.ts";
import { type Adapter, certificates, dial, kinds, never, withDuplex } from "./tcp_adapter.ts";

/** How every TCP transport must connect and close. */
export function tcpSuite(adapter: Adapter): void {
  const { name, skip, prompt } = adapter;

  describe(`${name}: connecting`, { skip }, () => {
    it("sends and receives", async () => {
      await withPeer(
        echo,
        undefined,
        (peer) =>
          withDuplex(dial(adapter, peer.port, undefined, never, "localhost"), async (duplex) => {
            assertEquals(duplex.secure, false);
            await send(duplex, "hello");
            assertEquals(await receive(duplex, 5), "hello");
          }),
      );
    });

    it("hands out chunks whose slice() copies", async () => {
      await withPeer(
        (socket) => void socket.write("hello"),
        undefined,
        (peer) =>
          withDuplex(dial(adapter, peer.port), async (duplex) => {
            const { value } = await duplex.readable.getReader().read();
            assert(value && value.slice(0, 1).buffer !== value.buffer);
          }),
      );
    });

    it("says that nothing listens there", async () => {
      const peer = await listen(echo);
      await peer.close();
      const error = await assertRejects(() => dial(adapter, peer.port), ConnectError);
      assertMatch(error.message, new RegExp(`127\\.0\\.0\\.1:${peer.port} .*refused`));
      assert(error.cause);
    });

    it("says that there is no such host", async () => {
      const error = await assertRejects(
        () => dial(adapter, 143, undefined, never, "no-such-host.invalid"),
        ConnectError,
      );
      assertMatch(error.message, /"no-such-host\.invalid" can't be resolved/);
    });

    it("does not start when the signal has aborted", async () => {
      let connections = 0;
      await withPeer(() => connections++, undefined, async (peer) => {
        const reason = new Error("too late");
        const error = await assertRejects(() =>
          dial(adapter, peer.port, undefined, AbortSignal.abort(reason))
        );
        assertStrictEquals(error, reason);
        await pause(50);
        assertEquals(connections, 0);
      });
    });

    it("stops waiting for a host that does not answer when the signal aborts", async () => {
      const deaf = await deafListener();
      try {
        const signal = AbortSignal.timeout(200);
        const error = await assertRejects(() => dial(adapter, deaf.port, undefined, signal));
        assertStrictEquals(error, signal.reason);
      } finally {
        await deaf.close();
      }
    });

    it("stops in the middle of a TLS handshake when the signal aborts", async () => {
      await withPeer((socket) => void socket.resume(), undefined, async (peer) => {
        const signal = AbortSignal.timeout(200);
        const error = await assertRejects(() => dial(adapter, peer.port, {}, signal));
        assertStrictEquals(error, signal.reason);
        if (prompt) await until(() => peer.open() === 0);
      });
    });

    it("ignores a signal that aborts later", async () => {
      const { good, ca } = certificates();
      for (const [server, client] of [[undefined, undefined], [good, { ca }]] as const) {
        const controller = new AbortController();
        await withPeer(
          echo,
          server,
          (peer) =>
            withDuplex(dial(adapter, peer.port, client, controller.signal), async (duplex) => {
              controller.abort();
              await pause(20);
              await send(duplex, "still here");
              assertEquals(await receive(duplex, 10), "still here");
            }),
        );
      }
    });
  });

  describe(`${name}: closing`, { skip }, () => {
    const idle = (socket: Socket): void => void socket.resume();

    it("rejects the read in progress, at once", async () => {
      for (const [, server, client] of kinds()) {
        await withPeer(idle, server, async (peer) => {
          const duplex = await dial(adapter, peer.port, client);
          const reading = assertRejects(() => receive(duplex, 1), ConnectionClosedError);
          await pause(20);
          await within(1000, Promise.resolve(duplex.close()));
          await within(1000, reading);
          await until(() => peer.open() === 0);
        });
      }
    });

    it("rejects the write that a stuck peer holds up, at once", async () => {
      for (const [, tls, client] of kinds()) {
        const peer = await bulkPeer({ size: MIB, floods: false, tls });
        const duplex = await dial(adapter, peer.port, client);
        const writing = assertRejects(() => send(duplex, chunks(100 * MIB)), ConnectionClosedError);
        await pause(300);
        await within(1000, Promise.resolve(duplex.close()));
        await within(1000, writing);
        await peer.close();
      }
    });

    it("may be called repeatedly, and closes it for good", async () => {
      for (const [, server, client] of kinds()) {
        await withPeer(echo, server, async (peer) => {
          const duplex = await dial(adapter, peer.port, client);
          await Promise.all([duplex.close(), duplex.close()]);
          await duplex.close();
          await assertRejects(() => send(duplex, "x"), ConnectionClosedError);
          await assertRejects(() => receive(duplex, 1), ConnectionClosedError);
          await until(() => peer.open() === 0);
        });
      }
    });

    it("closes when the readable is cancelled, and when the writable is aborted", async () => {
      const ways = [
        (duplex: Duplex) => duplex.readable.cancel(),
        (duplex: Duplex) => duplex.writable.abort(),
      ];
      for (const way of ways) {
        await withPeer(idle, undefined, async (peer) => {
          const duplex = await dial(adapter, peer.port);
          await way(duplex);
          await until(() => peer.open() === 0);
          await duplex.close();
        });
      }
    });
  });
}
