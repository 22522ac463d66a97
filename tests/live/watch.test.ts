import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ConnectionClosedError,
  IllegalStateError,
  type ImapClient,
  type UntaggedResponse,
} from "@imapclient/imapclient";
import { bounded } from "../support/fake_server.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const MAIL = "Subject: news\r\n\r\nnews\r\n";

for (const { name: server, missing, start } of SERVERS) {
  describe(`news on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    /** One client waits for changes, and the other makes them. */
    let client: ImapClient;
    let other: ImapClient;
    let folder = "";

    before(async () => {
      running = await start();
      client = await running.open();
      other = await running.open();
      folder = `${(await client.namespace()).personal![0].prefix}news`;
      await client.createFolder(folder);
      await client.selectFolder(folder);
      await other.selectFolder(folder);
    });
    after(() => running?.stop());

    /** The events up to the first of this type. */
    async function until(type: string): Promise<UntaggedResponse[]> {
      const events: UntaggedResponse[] = [];
      while (!events.some((event) => event.type === type)) {
        const more = await client.idleCheck({ timeout: 20 });
        assert(more.length > 0, `no ${type} within 20 seconds`);
        events.push(...more);
      }
      return events;
    }

    async function waitFor(condition: () => boolean): Promise<void> {
      for (let i = 0; i < 400 && !condition(); i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert(condition(), "nothing within 20 seconds");
    }

    const count = async () => (await other.folderStatus(folder)).MESSAGES;

    it("M1 M2 M3 M4 a new message, a flag and an expunge are reported as they happen", async () => {
      const before = await count();
      await client.idle();
      const { uid } = await other.append(folder, MAIL);
      const exists = (await until("EXISTS")).find(({ type }) => type === "EXISTS")!;
      assertEquals("number" in exists && exists.number, before + 1);
      await other.addFlags(uid!, "\\Flagged");
      const fetched = (await until("FETCH")).find(({ type }) => type === "FETCH")!;
      assert(fetched.type === "FETCH" && `${fetched.items.FLAGS}`.includes("\\Flagged"));
      await other.deleteMessages(uid!);
      await other.expunge();
      await until("EXPUNGE");
      assertEquals(await client.idleCheck({ timeout: 0.01 }), []);
      const { text } = await client.idleDone();
      assert(text.length > 0);
      await assertRejects(() => client.idleCheck(), IllegalStateError);
    });

    it("M6 calls during IDLE work, and updates continue", async () => {
      await client.idle();
      const { uid } = await other.append(folder, MAIL);
      await until("EXISTS");
      const [found, status] = await Promise.all([client.search(), client.folderStatus("INBOX")]);
      assertEquals([...found], [uid!]);
      assertEquals(status.MESSAGES, 0);
      assertEquals((await client.fetch(uid!, ["ENVELOPE"])).get(uid!)!.ENVELOPE.subject, "news");
      await other.deleteMessages(uid!);
      await other.expunge();
      await until("EXPUNGE");
      await client.idleDone();
    });

    it("M7 watch renews IDLE, and yields the updates", async () => {
      const seen: string[] = [];
      const watching = (async () => {
        for await (const event of client.watch({ renewEvery: 0.2 })) {
          seen.push(event.type);
          if (event.type === "EXPUNGE") return;
          if (event.type === "EXISTS") await client.fetch("*", ["FLAGS"]);
        }
      })();
      for (let round = 1; round <= 3; round++) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        const { uid } = await other.append(folder, MAIL);
        await waitFor(() => seen.filter((type) => type === "EXISTS").length >= round);
        if (round < 3) continue;
        await other.deleteMessages(uid!);
        await other.uidExpunge(uid!);
      }
      await bounded(watching, "the expunge");
      assertEquals((await client.search()).length, await count());
      await other.deleteMessages("1:*");
      await other.expunge();
      await client.noop();
    });

    it("M7 an abort ends watch, and the client can be used on", async () => {
      const controller = new AbortController();
      const watching = (async () => {
        for await (const event of client.watch({ signal: controller.signal })) {
          if (event.type === "EXISTS") controller.abort(new Error("seen it"));
        }
      })().catch((error: Error) => error.message);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await other.append(folder, MAIL);
      assertEquals(await bounded(watching, "the abort"), "seen it");
      assert((await client.search()).length > 0);
    });

    it("Z4 M7 the end of the connection ends watch with an error", async () => {
      const third = await running.open();
      await third.selectFolder(folder);
      const watching = (async () => {
        for await (const _ of third.watch());
      })().catch((error: Error) => error);
      await new Promise((resolve) => setTimeout(resolve, 100));
      third.shutdown();
      assertInstanceOf(await bounded(watching, "the error"), ConnectionClosedError);
    });

    it("M7 NOOP replaces IDLE", async () => {
      const third = await running.open();
      const all = await third.capabilities();
      (all as string[]).splice(0, all.length, ...all.filter((name) => name !== "IDLE"));
      await third.selectFolder(folder);
      const watching = third.watch({ pollEvery: 0.05 });
      const first = watching.next();
      await other.append(folder, MAIL);
      const { value } = await bounded(first, "news by NOOP");
      assertInstanceOf(value, Object);
      await watching.return();
      await third.logout();
    });
  });
}
