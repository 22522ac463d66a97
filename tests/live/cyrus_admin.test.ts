// What the administrator of a Cyrus may do with the rights and quotas of others.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ImapClient, ImapError, type Quota } from "@imapclient/imapclient";
import { cyrusMissing } from "../support/servers/cyrus.ts";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";
import { rights } from "./acl_rights.ts";

const TIMEOUT = 20;

/** A message whose size, rounded down, is this many kilobytes. */
function mail(kilobytes: number): string {
  const line = `${"x".repeat(62)}\r\n`;
  return `Subject: ${kilobytes} KB\r\n\r\n${line.repeat(kilobytes * 16)}`;
}

const [, CYRUS] = SERVERS;

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
