import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { ConnectionClosedError } from "../../../src/model/errors.ts";
import type { Duplex } from "../../../src/model/transport.ts";
import { type BulkPeer, bulkPeer } from "./bulk_peer.ts";
import { checksum, chunks, drain, MIB, pause, receive, send, settled, within } from "./bytes.ts";
import { echo, withPeer } from "../../support/peer.ts";
import { type Adapter, dial, kinds, withDuplex } from "./tcp_adapter.ts";

const SIZE = 100 * MIB;

/** How every TCP transport must carry bytes and report their end. */
export function bytesSuite(adapter: Adapter): void {
  const { name, skip, bounded } = adapter;

  describe(`${name}: bytes`, { skip }, () => {
    const eachKind = async (
      serve: (socket: Socket) => void,
      use: (duplex: Duplex, kind: string) => Promise<void>,
    ): Promise<void> => {
      for (const [kind, server, client] of kinds()) {
        await withPeer(
          serve,
          server,
          (peer) => withDuplex(dial(adapter, peer.port, client), (duplex) => use(duplex, kind)),
        );
      }
    };

    /** The same, with a server that can be told to wait. */
    const eachBulk = async (
      floods: boolean,
      use: (duplex: Duplex, peer: BulkPeer, kind: string) => Promise<void>,
    ): Promise<void> => {
      for (const [kind, tls, client] of kinds()) {
        if (floods && tls && !bounded) continue;
        const peer = await bulkPeer({ size: SIZE, floods, tls });
        try {
          await withDuplex(dial(adapter, peer.port, client), (duplex) => use(duplex, peer, kind));
        } finally {
          await peer.close();
        }
      }
    };

    it("receives 100 MiB at the reader's pace, and then the end", async () => {
      const expected = checksum(SIZE);
      await eachBulk(true, async (duplex, peer, kind) => {
        const reader = duplex.readable.getReader();
        const { value } = await reader.read();
        assert(value);
        const sent = await settled(peer.sent);
        assert(sent < 32 * MIB, `${kind}: ${sent} bytes were taken from the sender`);
        const hash = createHash("sha256").update(value);
        const rest = async (): Promise<void> => {
          for (;;) {
            const { value, done } = await reader.read();
            if (done) return;
            hash.update(value);
          }
        };
        await within(40_000, rest());
        assertEquals(hash.digest("hex"), expected, kind);
      });
    });

    it("sends 100 MiB at the other side's pace", async () => {
      const expected = checksum(SIZE);
      await eachBulk(false, async (duplex, peer, kind) => {
        let taken = 0;
        const counted = function* (): Generator<Uint8Array> {
          for (const chunk of chunks(SIZE)) {
            yield chunk;
            taken += chunk.length;
          }
        };
        const sending = send(duplex, counted());
        await settled(() => Promise.resolve(taken));
        assert(taken < 32 * MIB, `${kind}: ${taken} bytes were taken from the writer`);
        await peer.read();
        await within(40_000, sending);
        assertEquals(await within(5000, receive(duplex, 64)), expected, kind);
      });
    });

    it("sends one big chunk, and takes it back at the same time", async () => {
      const whole = new Uint8Array(16 * MIB);
      let at = 0;
      for (const chunk of chunks(whole.length)) {
        whole.set(chunk, at);
        at += chunk.length;
      }
      await eachKind(echo, async (duplex, kind) => {
        const sending = send(duplex, [whole]);
        const sum = await within(20_000, drain(duplex, whole.length));
        await sending;
        assertEquals(sum, checksum(whole.length), kind);
      });
    });

    it("sends single bytes, each in a write of its own", async () => {
      const text = "0123456789".repeat(100);
      await eachKind(echo, async (duplex) => {
        await send(duplex, [...text].map((letter) => new TextEncoder().encode(letter)));
        assertEquals(await within(5000, receive(duplex, text.length)), text);
      });
    });

    it("ends the readable when the other side ends", async () => {
      await eachKind((socket) => void socket.end("bye"), async (duplex) => {
        assertEquals(await within(5000, receive(duplex, 100)), "bye");
        // Still at its end, whatever has happened to the connection since.
        await pause(50);
        assertEquals(await within(5000, receive(duplex, 100)), "");
      });
    });

    it("soon fails to write when the other side has gone", async () => {
      await withPeer(
        (socket) => void socket.destroy(),
        undefined,
        (peer) =>
          withDuplex(dial(adapter, peer.port), async (duplex) => {
            assertEquals(await receive(duplex, 1), "");
            const writing = async (): Promise<void> => {
              for (;;) {
                await send(duplex, "anybody?");
                await pause(5);
              }
            };
            await assertRejects(() => within(5000, writing()), ConnectionClosedError);
          }),
      );
    });

    it("reads and writes without its streams, up to the end", async () => {
      await eachKind(
        (socket) => void socket.on("data", (heard) => socket.end(heard)),
        async (duplex, kind) => {
          assert(duplex.read && duplex.write, kind);
          await duplex.write(new TextEncoder().encode("hello"));
          let heard = "";
          for (;;) {
            const chunk = await within(5000, duplex.read());
            if (chunk === null) break;
            heard += new TextDecoder().decode(chunk);
          }
          assertEquals(heard, "hello", kind);
          await pause(50);
          assertEquals(await within(5000, duplex.read()), null, kind);
        },
      );
    });

    it("reads into the given buffer, or returns its own", async () => {
      await eachKind((socket) => void socket.end("hello"), async (duplex, kind) => {
        let heard = "";
        for (;;) {
          const into = new Uint8Array(3);
          const chunk = await within(5000, duplex.read!(into));
          if (chunk === null) break;
          const inPlace = chunk.buffer === into.buffer;
          assert(chunk.length > 0 && (!inPlace || chunk.byteOffset === 0), kind);
          // Deno reads into the given buffer, except with a client certificate, which needs
          // node:tls.
          if (name === "denoTransport" && kind !== "TLS, client certificate") assert(inPlace, kind);
          heard += new TextDecoder().decode(chunk);
        }
        assertEquals(heard, "hello", kind);
      });
    });

    it("rejects reads and writes without streams when it is closed", async () => {
      await eachKind((socket) => void socket.pause(), async (duplex) => {
        const reading = assertRejects(() => duplex.read!(), ConnectionClosedError);
        // Far more than the system accepts.
        const writing = assertRejects(
          () => duplex.write!(new Uint8Array(64 * MIB)),
          ConnectionClosedError,
        );
        await pause(50);
        await duplex.close();
        await within(5000, reading);
        await within(5000, writing);
        await assertRejects(() => duplex.read!(), ConnectionClosedError);
        await assertRejects(() => duplex.write!(Uint8Array.of(1)), ConnectionClosedError);
      });
    });

    it("half-closes when the writable is closed", async () => {
      let heard = "";
      const answer = (socket: Socket): void => {
        socket.setEncoding("latin1").on("data", (text: string) => heard += text);
      };
      await withPeer(
        (socket) => {
          answer(socket);
          socket.on("end", () => socket.end(`heard ${heard}`));
        },
        undefined,
        (peer) =>
          withDuplex(dial(adapter, peer.port), async (duplex) => {
            const writer = duplex.writable.getWriter();
            await writer.write(new TextEncoder().encode("all"));
            await writer.close();
            assertEquals(await within(5000, receive(duplex, 100)), "heard all");
          }),
      );
    });

    it("fails the readable when the connection is reset", async () => {
      await withPeer(
        (socket) => void socket.once("data", () => socket.resetAndDestroy()),
        undefined,
        (peer) =>
          withDuplex(dial(adapter, peer.port), async (duplex) => {
            await send(duplex, "x");
            const error = await assertRejects(
              () => within(5000, receive(duplex, 1)),
              ConnectionClosedError,
            );
            assertInstanceOf(error.cause, Error);
            assertMatch(error.message, /127\.0\.0\.1:\d+ broke/);
          }),
      );
    });
  });
}
