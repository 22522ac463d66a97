// Quotas as RFC 9208 has them.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  type ServerResponse,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

const LIMIT = { quotaRoot: "#user/ann", resource: "MESSAGE", limit: 5 };

describe("quotas (RFC 9208)", () => {
  test("several roots and resources → a row for each [ext QUOTA]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 QUOTA=RES-STORAGE");
    const asking = client.getQuotaRoot("INBOX");
    await server.answer(
      'GETQUOTAROOT "INBOX"',
      '* QUOTAROOT INBOX "#user/ann" !partition',
      '* QUOTA "#user/ann" (MESSAGE 42 1000 mailbox 7 0 ANNOTATION-STORAGE 9223372036854775807 1)',
      "* QUOTA !partition (STORAGE 104 10923847 X-OWN 1 2)",
    );
    const [{ quotaRoots }, quotas] = await asking;
    assertEquals(quotaRoots, ["#user/ann", "!partition"]);
    assertEquals(quotas.map(({ resource, usage, limit }) => [resource, usage, limit]), [
      ["MESSAGE", 42, 1000],
      ["MAILBOX", 7, 0],
      ["ANNOTATION-STORAGE", 2 ** 63, 1],
      ["STORAGE", 104, 10923847],
      ["X-OWN", 1, 2],
    ]);
    client.shutdown();
  });

  test("SETQUOTA without QUOTASET → CapabilityError, unless the server is of RFC 2087", async () => {
    const offered = [["QUOTA QUOTA=RES-MESSAGE", false], ["QUOTA", true]] as const;
    for (const [capabilities, isSent] of offered) {
      const { client, server } = await selectFake({}, `IMAP4rev1 ${capabilities}`);
      const setting = outcome(client.setQuota([LIMIT]));
      if (isSent) {
        await server.answer(
          'SETQUOTA "#user/ann" (MESSAGE 5)',
          '* QUOTA "#user/ann" (MESSAGE 1 5)',
        );
        assertEquals(await setting, [{ ...LIMIT, usage: 1 }]);
      } else {
        assertInstanceOf(await setting, CapabilityError);
        assert(await server.isSilent());
      }
      client.shutdown();
    }
  });

  test("limits that can't be set → ImapError; the rounded ones are told", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 QUOTA QUOTASET QUOTA=RES-MESSAGE");
    const rounding = client.setQuota([LIMIT]);
    await server.answer('SETQUOTA "#user/ann" (MESSAGE 5)', '* QUOTA "#user/ann" (MESSAGE 1 8)');
    assertEquals((await rounding)[0].limit, 8);
    const refused = outcome(client.setQuota([LIMIT]));
    const tag = await server.expect('SETQUOTA "#user/ann" (MESSAGE 5)');
    await server.send('* QUOTA "#user/ann" (MESSAGE 1 8)', `${tag} NO Cannot change system limit`);
    assertInstanceOf(await refused, ImapError);
    await assertRejects(() => client.setQuota([{ ...LIMIT, limit: Infinity }]), ImapError);
    for (const limits of [null, 5, {}, "", [null], new Array(2)] as unknown as [][]) {
      await assertRejects(() => client.setQuota(limits), InvalidArgumentError, "a list");
    }
    assert(await server.isSilent());
    client.shutdown();
  });

  test("OVERQUOTA → the error's code, or told to listeners [ext QUOTA]", async () => {
    const { client, server } = await selectFake();
    const heard: ServerResponse[] = [];
    client.listen((response) => heard.push(response));
    const copying = outcome(client.copy("1:2", "x"));
    await server.send(`${await server.expect('UID COPY 1:2 "x"')} NO [OVERQUOTA] full`);
    assertEquals((await copying as ImapError).code, "OVERQUOTA");
    const softly = client.copy("1:2", "x");
    const tag = await server.expect('UID COPY 1:2 "x"');
    await server.send("* NO [OVERQUOTA] Soft quota", `${tag} OK [COPYUID 1 1:2 5:6] copied`);
    assertEquals((await softly).uids.size, 2);
    assertEquals(heard.map((it) => "code" in it ? it.code?.name : null), ["OVERQUOTA"]);
    client.shutdown();
  });

  test("what an EXPUNGE would free → STATUS tells [ext QUOTA]", async () => {
    const server = new MemoryServer();
    const ann = server.addUser("ann", "secret", { quota: 1024 * 1024 });
    const uid = ann.append("INBOX", "Subject: a\r\n\r\nb\r\n", { flags: ["\\Deleted"] });
    ann.append("INBOX", "Subject: a\r\n\r\nb\r\n");
    await using client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    assert(await client.hasCapability("QUOTA=RES-STORAGE"));
    const status = await client.folderStatus("INBOX", ["DELETED", "DELETED-STORAGE"]);
    assertEquals({ ...status }, { DELETED: 1, "DELETED-STORAGE": 17 });
    assertEquals(uid, 1);
    const [{ limit }] = await client.setQuota([{ quotaRoot: "", resource: "STORAGE", limit: 9 }]);
    assertEquals(limit, 9);
  });
});
