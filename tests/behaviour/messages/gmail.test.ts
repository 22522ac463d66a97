import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { MemoryServer } from "@imapclient/imapclient/testing";

describe("Gmail's extensions, on the in-memory server", () => {
  let client: ImapClient;

  before(async () => {
    const server = new MemoryServer({ capabilities: { add: ["X-GM-EXT-1"] } });
    const ann = server.addUser("ann", "secret");
    const from = (name: string, subject: string) => `From: ${name}\nSubject: ${subject}\n\nhello\n`;
    ann.append("INBOX", from("bob@example.org", "Plans"), { labels: ["\\Inbox", "Łabel"] });
    ann.append("INBOX", from("carol@example.org", "Grüße ☢"), { flags: ["\\Seen"] });
    client = await ImapClient.connect({
      transport: memoryTransport((duplex) => void server.serve(duplex)),
    });
    await client.login("ann", "secret");
    await client.selectFolder("INBOX");
  });
  after(() => client?.logout());

  it("K4 K5 labels are read, added, removed and set, as text", async () => {
    assertEquals(
      (await client.getGmailLabels(1)).get(1)!.toSorted(),
      ["Łabel", "\\Inbox"].toSorted(),
    );
    const odd = ['f"o"o', "a b", "back\\slash", "☢", "\\Important", "x&y"];
    const added = await client.addGmailLabels([1, 2], odd);
    for (const label of odd) assert(added.get(2)!.includes(label), label);
    assert(added.get(1)!.includes("Łabel"));
    const removed = await client.removeGmailLabels(1, ["Łabel", "☢"]);
    assert(!removed.get(1)!.includes("☢") && !removed.get(1)!.includes("Łabel"));
    assertEquals((await client.setGmailLabels(2, "only")).get(2), ["only"]);
    assertEquals(await client.setGmailLabels(2, [], { silent: true }), null);
    assertEquals((await client.getGmailLabels([1, 2])).get(2), []);
  });

  it("H13 gmailSearch takes Gmail's own query language, with accents", async () => {
    for (
      const [query, expected] of [
        ["from:bob", [1]],
        ["is:unread", [1]],
        ["subject:Grüße", [2]],
        ["☢", [2]],
        ["-from:bob", [2]],
        ['"no such" thing', []],
        ['subject:"no \\ such"', []],
      ] as const
    ) assertEquals([...await client.gmailSearch(query)], [...expected], query);
    assertEquals([...await client.search(["X-GM-RAW", "from:carol"])], [2]);
  });

  it("J4 Gmail's ids are exact, however large", async () => {
    const messages = await client.fetch([1, 2], ["X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS"]);
    const [one, two] = [messages.get(1)!, messages.get(2)!];
    assert(one["X-GM-MSGID"] > 2n ** 53n && one["X-GM-MSGID"] !== two["X-GM-MSGID"]);
    assertEquals(one["X-GM-THRID"], one["X-GM-MSGID"]);
    assertEquals([...await client.search(["X-GM-MSGID", two["X-GM-MSGID"]])], [2]);
  });
});
