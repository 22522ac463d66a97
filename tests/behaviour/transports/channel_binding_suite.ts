import { createHash, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { ChannelBindingType, Duplex, TlsOptions } from "../../../src/model/transport.ts";
import { receive, send, until, within } from "./bytes.ts";
import { startTlsTo, withPeer } from "../../support/peer.ts";
import { type Adapter, certificates, dial, withDuplex } from "./tcp_adapter.ts";

const TYPES: readonly ChannelBindingType[] = [
  "tls-exporter",
  "tls-unique",
  "tls-server-end-point",
];

/** The bindings of one side, in hexadecimal. */
type Bindings = Readonly<Record<ChannelBindingType, string | null>>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function bindingsOf(duplex: Duplex): Promise<Bindings> {
  const found = TYPES.map(async (type) => {
    const bytes = await duplex.channelBinding?.(type) ?? null;
    return [type, bytes === null ? null : hex(bytes)] as const;
  });
  return Object.fromEntries(await Promise.all(found)) as Record<ChannelBindingType, string | null>;
}

/** How a server of another make computes its own side's. */
function bindingsOfServer(socket: TLSSocket, cert: string, yields: readonly string[]): Bindings {
  const isNew = socket.getProtocol() === "TLSv1.3";
  const label = "EXPORTER-Channel-Binding";
  const exporter = (): string => hex(socket.exportKeyingMaterial(32, label, Buffer.alloc(0)));
  const hash = createHash("sha256").update(new X509Certificate(cert).raw).digest();
  return {
    "tls-exporter": yields.includes("tls-exporter") && isNew ? exporter() : null,
    "tls-unique": yields.includes("tls-unique") && !isNew ? hex(socket.getPeerFinished()!) : null,
    "tls-server-end-point": yields.includes("tls-server-end-point") ? hex(hash) : null,
  };
}

/** What ties a login to the connection: the other side must compute the same bytes. */
export function channelBindingSuite(adapter: Adapter): void {
  const { name, skip, bindings } = adapter;

  describe(`${name}: channel binding`, { skip }, () => {
    /** Calls `use` with a connection of each kind, and with the server's side of it. */
    const each = async (
      version: "TLSv1.2" | "TLSv1.3",
      tls: TlsOptions,
      use: (duplex: Duplex, server: TLSSocket) => Promise<void>,
    ): Promise<void> => {
      const { good } = certificates();
      const sockets: TLSSocket[] = [];
      const serve = (socket: Socket): void => {
        sockets.push(socket as TLSSocket);
        socket.pipe(socket);
      };
      const talk = async (duplex: Duplex): Promise<void> => {
        await send(duplex, "hello");
        assertEquals(await receive(duplex, 5), "hello");
        await use(duplex, sockets.at(-1)!);
      };
      const options = { ...good, minVersion: version, maxVersion: version };
      await withPeer(serve, options, async (peer) => {
        await withDuplex(dial(adapter, peer.port, tls), talk);
        await withPeer(startTlsTo(peer.port), undefined, async (plain) => {
          const duplex = await dial(adapter, plain.port);
          assertEquals(duplex.channelBinding, undefined);
          await send(duplex, "STARTTLS\r\n");
          assertEquals(await receive(duplex, 4), "OK\r\n");
          await withDuplex(within(5000, duplex.startTls!(tls)), talk);
        });
      });
    };

    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      it(`${version}: both sides compute the same [ext CHANNEL-BINDING]`, async () => {
        const { ca, good } = certificates();
        const seen = new Set<string>();
        await each(version, { ca, channelBinding: true }, async (duplex, server) => {
          const found = await bindingsOf(duplex);
          assertEquals(found, bindingsOfServer(server, good.cert, bindings));
          assertEquals(await bindingsOf(duplex), found);
          const { "tls-exporter": exporter, "tls-unique": unique } = found;
          for (const secret of [exporter, unique]) {
            if (secret === null) continue;
            assert(!seen.has(secret), "another connection has the same");
            seen.add(secret);
          }
        });
      });

      it(`${version}, not asked for → what the runtime yields anyway`, async () => {
        const { ca, good } = certificates();
        await each(version, { ca }, async (duplex, server) => {
          const yields = adapter.bindsUnasked ? bindings : [];
          assertEquals(await bindingsOf(duplex), bindingsOfServer(server, good.cert, yields));
        });
      });
    }

    it("what is returned belongs to the caller", async () => {
      const { ca } = certificates();
      await each("TLSv1.3", { ca, channelBinding: true }, async (duplex) => {
        const first = (await duplex.channelBinding!("tls-server-end-point"))!;
        first.fill(0);
        assertNotEquals(await duplex.channelBinding!("tls-server-end-point"), first);
      });
    });

    it("a connection that is closed → null, and no error", async () => {
      const { ca } = certificates();
      await each("TLSv1.3", { ca, channelBinding: true }, async (duplex, server) => {
        await duplex.close();
        for (const type of TYPES) {
          const bytes = await duplex.channelBinding!(type);
          assert(bytes === null || type === "tls-server-end-point");
        }
        await until(() => server.destroyed);
        for (const type of TYPES) await duplex.channelBinding!(type);
      });
    });

    it("an unknown type → null", async () => {
      const { ca } = certificates();
      await each("TLSv1.3", { ca, channelBinding: true }, async (duplex) => {
        assertEquals(await duplex.channelBinding!("tls-other" as ChannelBindingType), null);
      });
    });
  });
}
