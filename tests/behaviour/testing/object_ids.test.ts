// OBJECTID of the in-memory server (RFC 8474), by the client.
import { describe, it } from "node:test";
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
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
    await assertRejects(() => plain.fetch(1, ["EMAILID"]), CapabilityError);
    await assertRejects(() => plain.folderStatus("INBOX", ["MAILBOXID"]), CapabilityError);
    await assertRejects(() => plain.search({ emailId: "M1" }), CapabilityError);
    await plain.logout();
  });
});

describe("other items of the in-memory server", () => {
  it("SAVEDATE → when the message came into the folder; found by search [ext SAVEDATE]", async () => {
    const client = await connected(["SAVEDATE"]);
    await client.selectFolder("INBOX");
    const { SAVEDATE } = (await client.fetch(1, ["SAVEDATE"])).get(1)!;
    assert(Math.abs(SAVEDATE!.getTime() - Date.now()) < 3_600_000, String(SAVEDATE));
    const { year, month, day } = utcDay(new Date());
    const yesterday = utcDay(new Date(Date.now() - 86_400_000));
    assertEquals([...await client.search({ savedSince: yesterday })], [1, 2]);
    assertEquals([...await client.search({ savedBefore: yesterday })], []);
    assertEquals([...await client.search(["SAVEDATESUPPORTED"])], [1, 2]);
    assertEquals(await client.count({ savedOn: { year: year + 1, month, day } }), 0);
    await client.logout();
  });

  it("PREVIEW → how the text begins [ext PREVIEW]", async () => {
    const client = await connected(["PREVIEW"]);
    await client.createFolder("x");
    const text = `Grüße,\n\n "${"very ".repeat(100)}`;
    await client.append("x", `Content-Type: text/plain; charset=utf-8\n\n${text}\n`);
    await client.append("x", "Subject: empty\n\n");
    await client.selectFolder("x");
    const [long, empty] = [...(await client.fetch("1:2", ["PREVIEW"])).values()];
    assertEquals([...long.PREVIEW!].length, 200);
    assert(long.PREVIEW!.startsWith('Grüße, "very very'), long.PREVIEW!);
    assertEquals(empty.PREVIEW, "");
    assertEquals((await client.fetch(1, ["PREVIEW (LAZY)"])).get(1)!.PREVIEW, long.PREVIEW);
    await client.logout();
  });

  it("neither is added → refused", async () => {
    const client = await connected([]);
    await client.selectFolder("INBOX");
    for (const item of ["SAVEDATE", "PREVIEW"]) {
      await assertRejects(() => client.fetch(1, [item]), CapabilityError);
      const result = () => null;
      const raw = { name: `FETCH 1 ${item}`, result };
      await assertRejects(() => client.run(raw), ImapError);
    }
    await client.logout();
  });
});

function utcDay(date: Date) {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
  };
}
