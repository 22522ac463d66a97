import { describe, it } from "node:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { ImapAbortError, ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { memoryPair } from "../../../transports/memory/mod.ts";
import type { Duplex } from "../../../src/model/transport.ts";
import { Random } from "../../support/random.ts";
import { Clock } from "./clock.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Servers may log out a client that is silent for this long (RFC 9051 section 5.4). */
const AUTOLOGOUT = 30 * MINUTE;

/** A network between the client and a server; it fails and recovers. */
class Network {
  readonly server = new MemoryServer({ greeting: "PREAUTH" });
  connections = 0;
  #isUp = true;
  #current: Duplex[] = [];

  connect(): Promise<Duplex> {
    if (!this.#isUp) return Promise.reject(new Error("network is unreachable"));
    const [client, clientEnd] = memoryPair();
    const [serverEnd, server] = memoryPair();
    // While the network is down, what is sent is lost.
    const pass = () =>
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (bytes, controller) => {
          if (this.#isUp) controller.enqueue(bytes);
        },
      });
    clientEnd.readable.pipeThrough(pass()).pipeTo(serverEnd.writable).catch(() => {});
    serverEnd.readable.pipeThrough(pass()).pipeTo(clientEnd.writable).catch(() => {});
    this.server.serve(server).catch(() => {});
    this.#current.push(client, clientEnd, serverEnd, server);
    this.connections++;
    return Promise.resolve(client);
  }

  /** Nothing passes any more, and neither side is told. */
  async vanish(clock: Clock, ms: number): Promise<void> {
    this.#isUp = false;
    await clock.sleep(ms);
    this.#isUp = true;
  }

  /** The server says BYE, closes the connection, and is back a moment later. */
  restart(): void {
    this.server.faults.bye("restarting");
    for (const duplex of this.#current.splice(0)) void duplex.close();
  }
}

/** A program that processes new mail all day long. */
async function follow(network: Network, clock: Clock, seen: Map<number, number>): Promise<void> {
  for (let next = 1; clock.now < DAY;) {
    try {
      const client = await ImapClient.connect({ transport: () => network.connect() });
      await client.selectFolder("INBOX");
      const look = async () => {
        for (const uid of await client.search(["UID", `${next}:*`])) {
          if (uid < next) continue;
          seen.set(uid, (seen.get(uid) ?? 0) + 1);
          next = uid + 1;
        }
      };
      await look();
      for await (const { type } of client.watch()) if (type === "EXISTS") await look();
    } catch (error) {
      assert(error instanceof ImapAbortError, `${error}`);
      await clock.sleep(5000);
    }
  }
}

describe("a day of IDLE", () => {
  it("M7 Z4 every message is seen, once and soon, through drops and restarts", async () => {
    const clock = new Clock();
    try {
      const random = new Random(1);
      const network = new Network();
      const arrived = new Map<number, number>();
      const noticed = new Map<number, number>();
      const ann = network.server.addUser("ann", "secret");
      const seen = new Map<number, number>();
      const noteSeen = seen.set.bind(seen);
      seen.set = (uid, times) => {
        noticed.set(uid, clock.now);
        return noteSeen(uid, times);
      };
      const program = follow(network, clock, seen);

      const drops = new Set([3, 9, 14, 20]);
      const restarts = new Set([5, 11, 17, 23]);
      for (let hour = 0; hour < 24; hour++) {
        for (let minute = 0; minute < 60; minute += 5) {
          if (drops.has(hour) && minute === 30) void network.vanish(clock, 20 * MINUTE);
          if (restarts.has(hour) && minute === 20) network.restart();
          if (random.below(4) === 0) {
            const uid = ann.append("INBOX", `Subject: ${hour}:${minute}\n\nx\n`);
            arrived.set(uid, clock.now);
          }
          await clock.advance(5 * MINUTE);
        }
      }
      await clock.advance(30 * MINUTE);
      network.restart();
      await clock.advance(MINUTE);
      await program;

      assertEquals([...seen.keys()].sort((a, b) => a - b), [...arrived.keys()]);
      assert([...seen.values()].every((times) => times === 1));
      // While the network is down for 20 minutes nobody can know of new mail; otherwise it takes no
      // time.
      const delays = [...arrived].map(([uid, at]) => noticed.get(uid)! - at);
      assertLess(Math.max(...delays), 35 * MINUTE);
      const prompt = delays.filter((delay) => delay < MINUTE).length;
      assertLess(delays.length * 0.8, prompt);
      // Each drop and each restart costs one connection, and failed attempts while it is down.
      assertLess(network.connections, 2 + 2 * (drops.size + restarts.size));
      assertEquals(clock.timers, 0);
    } finally {
      clock.restore();
    }
  });

  it("M7 a server that logs out clients after half an hour of silence never does so", async () => {
    const clock = new Clock();
    try {
      let last = 0;
      let longest = 0;
      const server = new MemoryServer({
        greeting: "PREAUTH",
        log: (side) => {
          if (side !== "client") return;
          longest = Math.max(longest, clock.now - last);
          last = clock.now;
        },
      });
      server.addUser("ann", "secret");
      const client = await ImapClient.connect({ transport: server.transport });
      await client.selectFolder("INBOX");
      const watching = (async () => {
        for await (const _ of client.watch());
      })().catch(() => {});
      await clock.advance(DAY);
      assertLess(longest, AUTOLOGOUT - MINUTE);
      assertEquals(client.closed, false);
      client.shutdown();
      await watching;
      await clock.advance(MINUTE);
      assertEquals(clock.timers, 0);
    } finally {
      clock.restore();
    }
  });
});
