// Rights (RFC 4314) with the in-memory server, and with one that a test plays.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { CapabilityError, ImapClient, ImapError } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

describe("rights", () => {
  test("given, told and taken [ext ACL]", async () => {
    const server = new MemoryServer({ capabilities: { add: ["ACL"] } });
    server.addUser("ann", "secret");
    await using client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    assert((await client.myRights("INBOX")).startsWith("lrswipkxtea"));
    await client.setacl("INBOX", "-bob", "w");
    await client.setacl("INBOX", "bob", "lr");
    const entries = async () => (await client.getacl("INBOX")).map(({ who }) => who);
    assertEquals(await entries(), ["ann", "-bob", "bob"]);
    await client.deleteAcl("INBOX", "-bob");
    assertEquals(await entries(), ["ann", "bob"]);
    const { required, optional } = await client.listRights("INBOX", "bob");
    assertEquals([required, optional.includes("w")], ["", true]);
    await assertRejects(() => client.myRights("none"), ImapError, "MYRIGHTS failed");
  });

  test("no ACL → CapabilityError, nothing sent", async () => {
    const { client, server } = await selectFake();
    const calls = [
      () => client.myRights("x"),
      () => client.listRights("x", "ann"),
      () => client.deleteAcl("x", "ann"),
    ];
    for (const call of calls) await assertRejects(call, CapabilityError, "ACL");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("NO, BAD, an answer in between, an abort → each call has its own end", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ACL");
    for (const status of ["NO", "BAD"]) {
      const refused = outcome(client.listRights("x", "ann"));
      await server.send(`${await server.expect('LISTRIGHTS "x" ann')} ${status} no`);
      assertInstanceOf(await refused, ImapError);
    }
    const abort = new AbortController();
    const given = outcome(client.myRights("x", { signal: abort.signal }));
    const asked = client.listRights("x", "ann");
    const tags = [await server.expect('MYRIGHTS "x"'), await server.expect('LISTRIGHTS "x" ann')];
    abort.abort(new Error("enough"));
    await server.send("* LISTRIGHTS x ann l r", "* MYRIGHTS x lr");
    await server.send(...tags.map((tag) => `${tag} OK`));
    assertEquals([(await given as Error).message, await asked], [
      "enough",
      { required: "l", optional: ["r"] },
    ]);
    client.shutdown();
  });
});
