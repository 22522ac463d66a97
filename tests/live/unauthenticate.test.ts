import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IllegalStateError, ImapClient } from "@imapclient/imapclient";
import { type Goimap, goimapMissing, startGoimap } from "../support/servers/goimap.ts";
import { USERS } from "../support/servers/launch.ts";

describe("unauthenticate on go-imap [ext UNAUTHENTICATE]", { skip: goimapMissing }, () => {
  let server: Goimap;

  before(async () => {
    server = await startGoimap();
  });
  after(() => server?.stop());

  it("ann, then bob on the same connection → each sees their own mail", async () => {
    const { host, port } = server;
    const client = await ImapClient.connect({ host, port, ssl: false });
    await client.login("ann", USERS.ann);
    const before = client.enabled;
    assert(before.includes("IMAP4REV2"), before.join());
    await client.append("INBOX", "Subject: for ann\n\nx\n");
    await client.selectFolder("INBOX");
    const ids = await client.search();
    assertEquals(ids.length, 1);

    await client.unauthenticate();
    assertEquals([client.state, client.enabled], ["not authenticated", []]);
    assert(!await client.hasCapability("UNAUTHENTICATE"), "it is offered after the login");
    await assertRejects(() => client.selectFolder("INBOX"), IllegalStateError);
    await assertRejects(() => client.login("bob", "wrong"));

    await client.login("bob", USERS.bob);
    assertEquals(client.enabled, before, "enabled again");
    assertEquals((await client.selectFolder("INBOX")).EXISTS, 0);
    await assertRejects(() => client.fetch(ids, ["FLAGS"]), IllegalStateError);
    await client.logout();
  });
});
