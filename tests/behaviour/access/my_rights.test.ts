import { describe } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { CapabilityError } from "@imapclient/imapclient";
import { selectFake, test } from "../../support/fake_server.ts";

describe("myRights", () => {
  test("ACL → the rights", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ACL");
    const rights = client.myRights("INBOX");
    await server.answer('MYRIGHTS "INBOX"', "* MYRIGHTS INBOX lrswi");
    assertEquals(await rights, "lrswi");
    client.shutdown();
  });

  test("no ACL → CapabilityError", async () => {
    const { client } = await selectFake();
    await assertRejects(() => client.myRights("INBOX"), CapabilityError);
    client.shutdown();
  });
});
