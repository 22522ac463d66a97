import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type AclEntry,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  type Quota,
  ReadOnlyError,
} from "@imapclient/imapclient";
import { KeptLog } from "../support/fake_server.ts";
import { cyrusMissing } from "../support/servers/cyrus.ts";
import { dovecotMissing, startDovecot } from "../support/servers/dovecot.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const TIMEOUT = 20;
const ALL_RIGHTS = "lrswipkxtea";

/** Identifiers that every server accepts. */
const IDENTIFIERS = ["bob smith", "o'brien", "bob@example.org", "123", "{3}", "a(b", "-bob", "a+b"];
/** Cyrus does not accept these. It refuses some of them, but the folder is lost anyway. */
const ODD_IDENTIFIERS = ["a\\b", 'say "hi"', "bö b", "日本語", "a*b%", "NIL", ")", "[x]"];

/** A message whose size, rounded down, is this many kilobytes. */
function mail(kilobytes: number): string {
  const line = `${"x".repeat(62)}\r\n`;
  return `Subject: ${kilobytes} KB\r\n\r\n${line.repeat(kilobytes * 16)}`;
}

/** Rights in a fixed order, without the old ones that stand for several and without Cyrus' own. */
function rights(entries: readonly AclEntry[], who: string): string | undefined {
  const acl = entries.find((entry) => entry.who === who)?.acl;
  return acl === undefined ? undefined : [...ALL_RIGHTS].filter((it) => acl.includes(it)).join("");
}

/** The same for a user who may have been removed from the list. */
const left = (entries: readonly AclEntry[], who: string) => rights(entries, who) ?? "";

for (const { name: server, missing, start } of SERVERS) {
  const isReal = server !== "the in-memory server";

  describe(`rights on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let own = "";
    let box = "";
    /** The folder's name for bob. */
    const theirs = `${server === "Cyrus" ? "user" : "shared"}/ann/box & Söhne`;

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      own = (await client.namespace()).personal![0].prefix as string;
      box = `${own}box & Söhne`;
      // Makes bob known to the server, with folders.
      await (await running.open("bob")).logout();
    });
    after(() => running?.stop());

    beforeEach(async () => {
      if (await client.folderExists(box)) await client.deleteFolder(box);
      await client.createFolder(box);
    });

    /** Dovecot caches rights in each session for half a minute. */
    async function asBob<T>(act: (bob: ImapClient) => Promise<T>): Promise<T> {
      const bob = await running.open("bob", { timeout: TIMEOUT });
      try {
        return await act(bob);
      } finally {
        await bob.logout();
      }
    }

    it("N1 a folder's owner may do everything", async () => {
      for (const folder of ["INBOX", box, new TextEncoder().encode("INBOX")]) {
        const entries = await client.getacl(folder);
        assertEquals(entries.map(({ who }) => who), ["ann"]);
        assertEquals(rights(entries, "ann"), ALL_RIGHTS);
      }
    });

    it("N1 A10 the folder's name may be given as bytes", async () => {
      client.folderEncode = false;
      try {
        const entries = await client.getacl(new TextEncoder().encode(`${own}box &- S&APY-hne`));
        assertEquals(rights(entries, "ann"), ALL_RIGHTS);
      } finally {
        client.folderEncode = true;
      }
    });

    it("N2 rights are given, added to, taken from, replaced and taken", async () => {
      for (
        const [what, expected] of [
          ["lr", "lr"],
          ["+swi", "lrswi"],
          ["+s", "lrswi"],
          ["-wx", "lrsi"],
          ["lrp", "lrp"],
          [ALL_RIGHTS, ALL_RIGHTS],
          ["-a", "lrswipkxte"],
          ["", ""],
          ["+l", "l"],
          ["-l", ""],
        ] as const
      ) {
        const text = await client.setacl(box, "bob", what);
        assert(text.length > 0);
        const entries = await client.getacl(box);
        // Dovecot keeps him on the list, without rights.
        assertEquals(left(entries, "bob"), expected, what);
        if (server !== "Dovecot") assertEquals(rights(entries, "bob") ?? "", expected);
        assertEquals(rights(entries, "ann"), ALL_RIGHTS);
      }
      if (server !== "Dovecot") {
        assertEquals((await client.getacl(box)).map(({ who }) => who), ["ann"]);
      }
    });

    it("one's own rights, those that may be given, and an entry that goes [ext ACL]", async () => {
      for (const right of "lrswi") assert((await client.myRights(box)).includes(right), right);
      const { required, optional } = await client.listRights(box, "bob");
      for (const right of "lrswi") {
        assert(required.includes(right) || optional.some((it) => it.includes(right)), right);
      }
      await client.setacl(box, "bob", "lr");
      assert((await client.getacl(box)).some(({ who }) => who === "bob"));
      assert((await client.deleteAcl(box, "bob")).length > 0);
      assertEquals((await client.getacl(box)).filter(({ who }) => who === "bob"), []);
    });

    it("negative rights [ext ACL]", async () => {
      await client.setacl(box, "-bob", "lr");
      assertEquals(rights(await client.getacl(box), "-bob"), "lr");
      await client.deleteAcl(box, "-bob");
      assertEquals((await client.getacl(box)).filter(({ who }) => who === "-bob"), []);
    });

    it("N2 the owner's own rights can be lessened, and given back", async () => {
      // Cyrus would not let her have fewer.
      await client.setacl(box, "ann", "lrkxa");
      assertEquals(rights(await client.getacl(box), "ann"), "lrkxa");
      await client.setacl(box, "ann", ALL_RIGHTS);
      assertEquals(rights(await client.getacl(box), "ann"), ALL_RIGHTS);
    });

    it("N1 N2 P3 identifiers of every kind come back as they were given", async () => {
      const given = server === "Cyrus" ? IDENTIFIERS : [...IDENTIFIERS, ...ODD_IDENTIFIERS];
      for (const [i, who] of given.entries()) {
        await client.setacl(box, who, i % 2 === 0 ? "lr" : "l");
      }
      const entries = await client.getacl(box);
      assertEquals(entries.map(({ who }) => who).sort(), [...given, "ann"].sort());
      for (const [i, who] of given.entries()) {
        assertEquals(rights(entries, who), i % 2 === 0 ? "lr" : "l", who);
      }
      for (const who of given) await client.setacl(box, who, "");
      const rest = await client.getacl(box);
      assertEquals(rest.filter(({ acl }) => acl !== "").map(({ who }) => who), ["ann"]);
    });

    it("N2 Z1 text that looks like another command is only an odd identifier", async () => {
      const before = await client.getacl("INBOX");
      for (const who of ["a\r\nx LOGOUT", "a lr\r\nx DELETE INBOX", "\r\n", "a\nb"]) {
        // The in-memory server accepts it.
        try {
          await client.setacl(box, who, "l");
          assertEquals(rights(await client.getacl(box), who), "l");
        } catch (error) {
          assert(error instanceof ImapError && error.text !== null, String(error));
        }
      }
      await assertRejects(() => client.setacl(box, "a\0b", "l"), InvalidArgumentError);
      await assertRejects(() => client.setacl(box, "\ud800", "l"), InvalidArgumentError);
      await assertRejects(() => client.setacl(box, "bob", "l\r\nx LOGOUT"), InvalidArgumentError);
      assertEquals(await client.getacl("INBOX"), before);
      assertEquals(left(await client.getacl(box), "bob"), "");
    });

    it("N1 N2 Q1 Q10 an impossible call throws, and nothing is changed", async () => {
      for (const what of ["l r", "LR", "*", "++l", "l+", "l\0"]) {
        await assertRejects(() => client.setacl(box, "bob", what), InvalidArgumentError);
      }
      for (const [who, what] of [["bob", "z"], ["bob", "lz"], ["bob", "+z"], ["", "l"]]) {
        const error = await assertRejects(() => client.setacl(box, who, what), ImapError);
        assertEquals([error.name, error.code], ["ImapError", null]);
        assert(error.message.startsWith("SETACL failed: ") && error.text !== null, error.message);
      }
      assertEquals(left(await client.getacl(box), "bob"), "");
      const nowhere = `${own}no such folder`;
      for (const call of [() => client.getacl(nowhere), () => client.setacl(nowhere, "bob", "l")]) {
        const error = await assertRejects(call, ImapError);
        // Cyrus returns no code.
        assertEquals(error.code, server === "Cyrus" ? null : "NONEXISTENT");
        assertMatch(error.message, /^[GS]ETACL failed: .*(exist|no folder)/);
        assert(error.command!.includes("no such folder"), error.command!);
      }
      await client.noop();
    });

    if (isReal) {
      it("N2 rights apply: bob can do what he may, and no more", async () => {
        await client.append(box, mail(1));
        const noPermission = server === "Cyrus" ? null : "NOPERM";
        const refuses = async (call: () => Promise<unknown>) => {
          const error = await assertRejects(call, ImapError);
          assertEquals(error.code, noPermission, error.message);
        };
        const listed = (bob: ImapClient) => bob.folderExists(theirs);

        assertEquals(await asBob(listed), false);
        await client.setacl(box, "bob", "l");
        await asBob(async (bob) => {
          assert(await listed(bob));
          await refuses(() => bob.selectFolder(theirs));
          await refuses(() => bob.getacl(theirs));
          await refuses(() => bob.setacl(theirs, "bob", ALL_RIGHTS));
        });
        await client.setacl(box, "bob", "+r");
        await asBob(async (bob) => {
          await assertRejects(() => bob.selectFolder(theirs), ReadOnlyError);
          assertEquals((await bob.selectFolder(theirs, { readonly: true })).EXISTS, 1);
          await refuses(() => bob.append(theirs, mail(1)));
        });
        await client.setacl(box, "bob", "+swi");
        await asBob(async (bob) => {
          await bob.append(theirs, mail(1));
          assertEquals((await bob.selectFolder(theirs)).EXISTS, 2);
          assert([...(await bob.addFlags(1, "\\Flagged")).values()][0].includes("\\Flagged"));
        });
        await client.setacl(box, "bob", "+a");
        await asBob(async (bob) => {
          assertEquals(rights(await bob.getacl(theirs), "bob"), "lrswia");
          await bob.setacl(theirs, "carol", "l");
        });
        assertEquals(rights(await client.getacl(box), "carol"), "l");
        await client.setacl(box, "bob", "");
        await asBob(async (bob) => {
          assertEquals(await listed(bob), false);
          await assertRejects(() => bob.selectFolder(theirs, { readonly: true }), ImapError);
        });
      });
    }
  });

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

const [DOVECOT, CYRUS, MEMORY] = SERVERS;

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

describe("the administrator of Cyrus", { skip: cyrusMissing }, () => {
  let running: RunningServer;
  let ann: ImapClient;
  let admin: ImapClient;
  const quotaRoot = "user/ann";

  before(async () => {
    running = await CYRUS.start({ quota: 5 });
    ann = await running.open("ann", { timeout: TIMEOUT });
    admin = await running.open("cyrus", { timeout: TIMEOUT });
  });
  after(() => running?.stop());

  const limits = (quotas: readonly Quota[]) => quotas.map((it) => [it.resource, it.limit]);

  it("N1 N2 grants himself rights to ann's folder", async () => {
    await ann.createFolder("INBOX/with admin");
    const folder = `${quotaRoot}/with admin`;
    assertEquals((await admin.getacl(folder)).map(({ who }) => who), ["ann"]);
    await admin.setacl(folder, "cyrus", "lr");
    assertEquals(rights(await ann.getacl("INBOX/with admin"), "cyrus"), "lr");
    await admin.setacl(folder, "cyrus", "");
    assertEquals(rights(await ann.getacl("INBOX/with admin"), "cyrus"), undefined);
  });

  it("N5 N6 N7 N8 sets ann's limits, and those not named are gone", async () => {
    assertEquals(limits(await admin.getQuotaByRoot(quotaRoot)), [["STORAGE", 5]]);
    for (
      const expected of [
        [["STORAGE", 2000], ["MESSAGE", 30]],
        [["X-NUM-FOLDERS", 50]],
        [["STORAGE", 2_000_000_000]],
        [["MESSAGE", 2]],
      ] as const
    ) {
      // Cyrus does not answer with the new limits.
      await admin.setQuota(expected.map(([resource, limit]) => ({ quotaRoot, resource, limit })));
      const byRoot = await admin.getQuotaByRoot(quotaRoot);
      assertEquals(limits(byRoot), expected.map((it) => [...it]));
      assert(byRoot.every((it) => it.quotaRoot === quotaRoot));
      const [{ mailbox, quotaRoots }, quotas] = await admin.getQuotaRoot(`${quotaRoot}/Sent`);
      assertEquals([mailbox, quotaRoots], [`${quotaRoot}/Sent`, [quotaRoot]]);
      assertEquals(quotas, byRoot);
      // For ann herself it has another name.
      assertEquals(limits(await ann.getQuota()), limits(byRoot));
      assertEquals((await ann.getQuotaRoot("INBOX/Sent"))[0].quotaRoots, ["INBOX"]);
    }
    // She may have two messages, but not a third.
    await ann.multiappend("INBOX", [mail(1), mail(1)]);
    await assertRejects(() => ann.append("INBOX", mail(1)), ImapError, "Over quota");
    assertEquals((await admin.getQuotaByRoot(quotaRoot))[0].usage, 2);
  });

  it("N6 Z6 a folder may have its own limit, whatever its name", async () => {
    const name = `${quotaRoot}/box & Söhne`;
    await ann.createFolder("INBOX/box & Söhne");
    assertEquals((await admin.getQuotaRoot(name))[0].quotaRoots, [quotaRoot]);
    // To the protocol, a root's name is any text; here it is a folder's name in its encoded form.
    const encoded = `${quotaRoot}/box &- S&APY-hne`;
    await admin.setQuota([{ quotaRoot: encoded, resource: "STORAGE", limit: 77 }]);
    const [{ mailbox, quotaRoots }, quotas] = await admin.getQuotaRoot(name);
    assertEquals([mailbox, quotaRoots], [name, [encoded]]);
    assertEquals(limits(quotas), [["STORAGE", 77]]);
    assertEquals(await admin.getQuotaByRoot(encoded), quotas);
    assertEquals(await admin.getQuota(name), quotas);
  });

  it("N6 N8 a folder may have no limit at all", async () => {
    await admin.createFolder("common");
    const found = await admin.getQuotaRoot("common");
    assertEquals(found, [{ mailbox: "common", quotaRoots: [] }, []]);
    assertEquals(await admin.getQuota("common"), []);
  });

  it("N7 Q10 an unknown resource throws, and the old limits stay", async () => {
    await admin.setQuota([{ quotaRoot, resource: "STORAGE", limit: 10 }]);
    const before = await admin.getQuotaByRoot(quotaRoot);
    for (
      const wrong of [
        { resource: "NONSENSE" },
        { quotaRoot: "user/nobody" },
        { quotaRoot: 'a"b\\c' },
        { quotaRoot: "user/ann (STORAGE 1)\r\nx LOGOUT" },
      ]
    ) {
      const limit = { quotaRoot, resource: "STORAGE", limit: 20, ...wrong };
      const error = await assertRejects(() => admin.setQuota([limit]), ImapError);
      assert(error.message.startsWith("SETQUOTA failed: "), error.message);
    }
    assertEquals(await admin.getQuotaByRoot(quotaRoot), before);
  });
});
