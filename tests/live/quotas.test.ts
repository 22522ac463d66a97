// Quotas (RFC 9208).
import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ImapClient, ImapError, InvalidArgumentError, type Quota } from "@imapclient/imapclient";
import { KeptLog } from "../support/fake_server.ts";
import { dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const TIMEOUT = 20;

/** A message whose size, rounded down, is this many kilobytes. */
function mail(kilobytes: number): string {
  const line = `${"x".repeat(62)}\r\n`;
  return `Subject: ${kilobytes} KB\r\n\r\n${line.repeat(kilobytes * 16)}`;
}

const [DOVECOT, , MEMORY] = SERVERS;

for (const { name: server, missing, start } of SERVERS) {
  const isReal = server !== "the in-memory server";

  describe(`quotas on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let own = "";
    let box = "";
    let other = "";
    const quotaRoot = { "Dovecot": "User quota", "Cyrus": "INBOX", "the in-memory server": "" };
    const root = quotaRoot[server];

    before(async () => {
      running = await start({ quota: 5 });
      client = await running.open("ann", { timeout: TIMEOUT });
      own = (await client.namespace()).personal![0].prefix as string;
      box = `${own}box & Söhne`;
      other = `${own}other`;
    });
    after(() => running?.stop());

    /**
     * Two fresh folders; the first is selected and has a message of two kilobytes and one of one.
     */
    beforeEach(async () => {
      if (client.state === "selected") await client.closeFolder();
      for (const folder of [box, other]) {
        if (await client.folderExists(folder)) await client.deleteFolder(folder);
        await client.createFolder(folder);
      }
      await client.append(box, mail(2));
      await client.append(box, mail(1));
      await client.selectFolder(box);
    });

    /** Servers round differently, and some count more than the text. */
    function assertUsage(quotas: readonly Quota[], least: number): void {
      assertEquals(quotas.map(({ usage: _, ...it }) => it), [
        { quotaRoot: root, resource: "STORAGE", limit: 5 },
      ]);
      assert(quotas[0].usage >= least && quotas[0].usage <= least + 1, `${quotas[0].usage}`);
    }

    const count = async (folder: string) =>
      (await client.folderStatus(folder, "MESSAGES")).MESSAGES;

    it("N3 N4 getQuota returns how much is used and allowed", async () => {
      assertUsage(await client.getQuota(), 3);
      assertUsage(await client.getQuota(box), 3);
      await client.append(other, mail(1));
      assertUsage(await client.getQuota(), 4);
    });

    it("N3 N6 Z6 getQuotaRoot takes names that need encoding, and returns them decoded", async () => {
      const names = ["INBOX", box, `${own}a(b`, `${own}日本語`, `${own}one two`];
      for (const name of names) {
        if (!await client.folderExists(name)) await client.createFolder(name);
        const [{ mailbox, quotaRoots }, quotas] = await client.getQuotaRoot(name);
        assertEquals([mailbox, quotaRoots], [name, [root]]);
        assertUsage(quotas, 3);
      }
      client.folderEncode = false;
      try {
        const raw = new TextEncoder().encode(`${own}box &- S&APY-hne`);
        const [{ mailbox }] = await client.getQuotaRoot(raw);
        assertEquals(mailbox, raw);
      } finally {
        client.folderEncode = true;
      }
    });

    it("N4 N5 N6 Q10 a missing folder or root throws", async () => {
      await assertRejects(() => client.getQuotaByRoot("no such root"), ImapError, "GETQUOTA");
      await assertRejects(() => client.getQuotaByRoot("a\r\nx LOGOUT"), ImapError, "GETQUOTA");
      await assertRejects(() => client.getQuotaByRoot("a\0b"), InvalidArgumentError);
      const hostile = () => client.getQuota("a\r\nx LOGOUT");
      if (server === "Dovecot") {
        // Any name is accepted.
        assertUsage(await hostile(), 3);
      } else {
        await assertRejects(hostile, ImapError);
        const error = await assertRejects(() => client.getQuotaRoot(`${own}nowhere`), ImapError);
        assertEquals(error.code, server === "Cyrus" ? null : "NONEXISTENT");
      }
      await client.noop();
    });

    it("folderStatus returns what an EXPUNGE would free [ext QUOTA]", async (test) => {
      const has = await client.hasCapability("QUOTA=RES-STORAGE");
      if (!has) return test.skip("its QUOTA is that of RFC 2087");
      const status = await client.folderStatus("INBOX", ["DELETED-STORAGE"]);
      assertEquals(status["DELETED-STORAGE"], 0);
    });

    it("N5 getQuotaByRoot asks by the root's name", async () => {
      if (server === "Cyrus") {
        // Only administrators may do that.
        const error = await assertRejects(() => client.getQuotaByRoot(root), ImapError);
        assertEquals(error.text, "Permission denied");
      } else {
        assertUsage(await client.getQuotaByRoot(root), 3);
      }
      if (server === "Dovecot") await assertRejects(() => client.getQuotaByRoot(), ImapError);
      if (!isReal) assertUsage(await client.getQuotaByRoot(), 3);
    });

    it("N7 setQuota refuses invalid limits, and sends nothing without limits", async () => {
      const log = new KeptLog();
      const ann = await running.open("ann", { timeout: TIMEOUT, logger: log, id: false });
      const before = log.lines.length;
      const limit = { quotaRoot: root, resource: "STORAGE", limit: 10 };
      const elsewhere = { ...limit, quotaRoot: "elsewhere" };
      assertEquals(await ann.setQuota([]), []);
      await assertRejects(() => ann.setQuota([limit, elsewhere]), InvalidArgumentError);
      for (const bad of [{ resource: "A B" }, { resource: "" }, { limit: -1 }, { limit: 1.5 }]) {
        await assertRejects(() => ann.setQuota([{ ...limit, ...bad }]), InvalidArgumentError);
      }
      assertEquals(log.lines.slice(before), []);
      await ann.logout();
    });

    if (isReal) {
      it("N7 setQuota is not for ann", async () => {
        const limit = { quotaRoot: root, resource: "STORAGE", limit: 1000 };
        const error = await assertRejects(() => client.setQuota([limit]), ImapError);
        assert(error.message.startsWith("SETQUOTA failed: "), error.message);
        assertUsage(await client.getQuota(), 3);
      });
    } else {
      it("N7 N8 setQuota sets limits, and takes them away", async () => {
        const [{ usage }] = await client.getQuota();
        const limit = { quotaRoot: "", resource: "STORAGE", limit: 7 };
        assertEquals(await client.setQuota([limit]), [{ ...limit, usage }]);
        assertEquals(await client.getQuota(), [{ ...limit, usage }]);
        const other = { ...limit, resource: "MESSAGE" };
        await assertRejects(() => client.setQuota([limit, other]), ImapError);
        assertEquals(await client.setQuota([{ ...limit, limit: 5 }]), [{
          ...limit,
          usage,
          limit: 5,
        }]);
      });
    }

    /** A call that needs more room than there is throws, and the client can still be used. */
    async function assertFull(call: () => Promise<unknown>): Promise<void> {
      const before = [await count(box), await count(other)];
      const error = await assertRejects(call, ImapError);
      assertEquals(error.name, "ImapError");
      // Cyrus says so only in the text.
      assertEquals(error.code, server === "Cyrus" ? null : "OVERQUOTA");
      assertMatch(error.text!, /quota/i);
      assertEquals([await count(box), await count(other)], before);
      assertEquals(client.state, "selected");
      assertUsage(await client.getQuota(), 3);
    }

    it("L1 Q10 an append over quota throws, and stores nothing", async () => {
      await assertFull(() => client.append(other, mail(3)));
      await assertFull(() => client.append(other, mail(300)));
      await assertFull(() => client.append("INBOX", mail(3)));
      const { uid } = await client.append(other, mail(1));
      assertEquals(uid, 1);
      assertEquals(await count(other), 1);
    });

    it("L3 Q10 a copy over quota copies nothing", async () => {
      await assertFull(() => client.copy("1:*", other));
      assertEquals((await client.copy(2, other)).uids, new Map([[2, 1]]));
      assertEquals([await count(box), await count(other)], [2, 1]);
    });

    it("L4 a move needs no room", async () => {
      assertEquals((await client.move("1:*", other)).uids, new Map([[1, 1], [2, 2]]));
      assertEquals([await count(box), await count(other)], [0, 2]);
    });

    it("L8 Q10 a multiappend over quota stores nothing", async () => {
      await assertFull(() => client.multiappend(other, [mail(1), mail(1), mail(1)]));
      await assertFull(() => client.multiappend(other, [mail(1), { msg: mail(3) }]));
      assertEquals((await client.multiappend(other, [mail(1), mail(0)])).uids.length, 2);
    });

    it("L1 L3 a refused message fits when there is room again", async () => {
      await client.deleteMessages(1);
      await client.expunge();
      await client.append(other, mail(3));
      assertEquals(await count(other), 1);
    });
  });
}

describe("several limits", () => {
  it("N4 N6 N8 Dovecot's resources, and its roots", { skip: dovecotMissing }, async () => {
    const config =
      'plugin {\n  quota2 = count:The "second" \\ root\n  quota2_rule = *:messages=3\n}';
    const server = await startDovecot({ quota: "storage=7k:messages=100", config });
    try {
      const { host, port } = server;
      const client = await ImapClient.connect({ host, port, ssl: false, timeout: TIMEOUT });
      await client.login("ann", "secret");
      const [first, second] = ["User quota", 'The "second" \\ root'];
      const expected = [
        { quotaRoot: first, resource: "STORAGE", usage: 0, limit: 7 },
        { quotaRoot: first, resource: "MESSAGE", usage: 0, limit: 100 },
        { quotaRoot: second, resource: "MESSAGE", usage: 0, limit: 3 },
      ];
      const [{ mailbox, quotaRoots }, quotas] = await client.getQuotaRoot("INBOX");
      assertEquals([mailbox, quotaRoots, quotas], ["INBOX", [first, second], expected]);
      assertEquals(await client.getQuota(), expected);
      assertEquals(await client.getQuotaByRoot(first), expected.slice(0, 2));
      assertEquals(await client.getQuotaByRoot(second), expected.slice(2));
      await client.logout();
    } finally {
      await server.stop();
    }
  });

  it("N4 N8 no limit at all", { skip: MEMORY.missing }, async () => {
    const running = await MEMORY.start();
    const client = await running.open();
    assertEquals(await client.getQuota(), []);
    assertEquals(await client.getQuotaRoot("INBOX"), [{ mailbox: "INBOX", quotaRoots: [""] }, []]);
    await running.stop();
  });

  it("N4 as Dovecot has them by default", { skip: DOVECOT.missing }, async () => {
    const running = await DOVECOT.start();
    const client = await running.open();
    assertEquals((await client.getQuota()).map(({ resource, limit }) => [resource, limit]), [
      ["STORAGE", 1024 * 1024],
      ["MESSAGE", 100_000],
    ]);
    await running.stop();
  });
});
