// OBJECTID of the in-memory server (RFC 8474), by the client.
import { describe, it } from "node:test";
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { CapabilityError, ImapClient, ImapError } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";

async function connected(add: readonly string[]): Promise<ImapClient> {
  const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { add } });
  const ann = server.addUser("ann", "secret");
  ann.append("INBOX", "Message-ID: <1@x>\nSubject: One\n\nHello\n");
  ann.append("INBOX", "Message-ID: <2@x>\nIn-Reply-To: <1@x>\nSubject: Re: One\n\nHello too\n");
  return await ImapClient.connect({ transport: server.transport });
}

describe("OBJECTID of the in-memory server", () => {
  it("ids of messages → the same for copies, and found by search [ext OBJECTID]", async () => {
    const client = await connected(["OBJECTID"]);
    await client.createFolder("Copies");
    await client.selectFolder("INBOX");
    const rows = await client.fetch("1:2", ["EMAILID", "THREADID"]);
    const [one, two] = [rows.get(1)!, rows.get(2)!];
    assertNotEquals(one.EMAILID, two.EMAILID);
    assertEquals(one.THREADID, two.THREADID);
    await client.copy(2, "Copies");
    assertEquals([...await client.search({ emailId: one.EMAILID! })], [1]);
    assertEquals([...await client.search({ threadId: one.THREADID! })], [1, 2]);
    assertEquals([...await client.search({ emailId: "M0" })], []);
    await client.selectFolder("Copies");
    assertEquals((await client.fetch(1, ["EMAILID"])).get(1)!.EMAILID, two.EMAILID);
    await client.logout();
  });

  it("the id of a folder → by CREATE, SELECT and STATUS, and kept by RENAME", async () => {
    const client = await connected(["OBJECTID"]);
    const { mailboxId } = await client.createFolder("Work", { mailboxId: true });
    await client.renameFolder("Work", "Old work");
    assertEquals((await client.selectFolder("Old work")).MAILBOXID, mailboxId);
    assertEquals((await client.folderStatus("Old work", ["MAILBOXID"])).MAILBOXID, mailboxId);
    assertNotEquals((await client.folderStatus("INBOX", ["MAILBOXID"])).MAILBOXID, mailboxId);
    await client.logout();
  });

  it("JMAPACCESS → has the ids too; neither → they are unknown", async () => {
    const jmap = await connected(["JMAPACCESS"]);
    await jmap.selectFolder("INBOX");
    assertEquals(typeof (await jmap.fetch(1, ["EMAILID"])).get(1)!.EMAILID, "string");
    await jmap.logout();
    const plain = await connected([]);
    await plain.selectFolder("INBOX");
    await assertRejects(() => plain.fetch(1, ["EMAILID"]), ImapError);
    await assertRejects(() => plain.folderStatus("INBOX", ["MAILBOXID"]), ImapError);
    await assertRejects(() => plain.search({ emailId: "M1" }), CapabilityError);
    await plain.logout();
  });
});
