// IMAP4rev2 on a server that was not written here: go-imap's, with IMAP4rev1 beside it and without.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { ImapClient, ImapError } from "@imapclient/imapclient";
import { type Goimap, goimapMissing, startGoimap } from "../support/servers/goimap.ts";
import { LIVE_MAILS } from "../support/servers/mails.ts";

const VARIANTS: readonly (readonly [string, readonly string[]])[] = [
  ["IMAP4rev2 beside IMAP4rev1", []],
  ["IMAP4rev2 alone", ["IMAP4rev1"]],
];

for (const [variant, without] of VARIANTS) {
  const isAlone = without.length > 0;

  describe(`go-imap with ${variant}`, { skip: goimapMissing }, () => {
    let server: Goimap;
    let client: ImapClient;

    before(async () => {
      server = await startGoimap({ without });
      client = await open();
      for (const { text, flags, date } of LIVE_MAILS) {
        await client.append("INBOX", text, { flags, date });
      }
    });
    after(async () => {
      await client?.logout();
      await server?.stop();
    });

    async function open(): Promise<ImapClient> {
      const { host, port } = server;
      const opened = await ImapClient.connect({ host, port, ssl: false, timeout: 20 });
      await opened.login("ann", "secret");
      return opened;
    }

    it("login → enabled where IMAP4rev1 is the default [ext IMAP4rev2, UTF8=ACCEPT]", () => {
      const enabled = isAlone ? [] : ["IMAP4REV2", "UTF8=ACCEPT"];
      assertEquals([...client.enabled].sort(), enabled);
    });

    it("what it includes is there, listed or not [ext IMAP4rev2]", async () => {
      for (
        const name of ["ENABLE", "IDLE", "MOVE", "NAMESPACE", "UIDPLUS", "UNSELECT", "ESEARCH"]
      ) {
        assert(await client.hasCapability(name), name);
      }
      assert((await client.namespace()).personal !== null);
      assertEquals((await client.capabilities()).includes("IMAP4REV1"), !isAlone);
    });

    it("a folder: no RECENT, and the one before is closed [ext IMAP4rev2]", async () => {
      const inbox = await client.selectFolder("INBOX");
      assertEquals([inbox.EXISTS, inbox.UIDNEXT, inbox["READ-WRITE"]], [4, 5, true]);
      assertEquals((await client.selectFolder("Sent")).EXISTS, 0);
      await client.unselectFolder();
    });

    it("subscribed folders by LIST, since LSUB is gone [ext IMAP4rev2]", async () => {
      await client.subscribeFolder("Sent");
      assertEquals((await client.listSubFolders()).map(({ name }) => name), ["INBOX", "Sent"]);
      await client.unsubscribeFolder("Sent");
      assertEquals((await client.listSubFolders()).map(({ name }) => name), ["INBOX"]);
    });

    it("lists of several patterns, with status [ext LIST-EXTENDED, LIST-STATUS]", async () => {
      const rows = await client.listFolders("", ["INBOX", "Tra*"], {
        status: ["MESSAGES", "UNSEEN", "SIZE"],
      });
      assertEquals(rows.map(({ name }) => name), ["INBOX", "Trash"]);
      assertEquals(rows.map(({ status }) => status?.MESSAGES), [4, 0]);
      assert((rows[0].status?.SIZE ?? 0) > 300_000);
    });

    it("searches: ids, counts and ends [ext ESEARCH, COUNT]", async () => {
      await client.selectFolder("INBOX");
      assertEquals([...await client.search()], [1, 2, 3, 4]);
      assertEquals([...await client.search(["SUBJECT", "nothing"])], []);
      assertEquals([...await client.search(["FROM", "carol@example.org"])], [3]);
      const found = await client.search("SEEN", { return: ["COUNT", "MIN", "MAX", "ALL"] });
      assertEquals([found.count, found.min, found.max, [...found.all]], [2, 1, 3, [1, 3]]);
      assertEquals(await client.count("UNSEEN"), 2);
      assertEquals(await client.count(["SUBJECT", "nothing"]), 0);
    });

    it("text that is not ASCII, with no charset named [ext IMAP4rev2]", async () => {
      await client.selectFolder("INBOX");
      assertEquals([...await client.search(["SUBJECT", "Grüße"])], [1]);
      assertEquals([...await client.search(["BODY", "schöne"])], [1]);
    });

    it("messages: fetched, flagged, moved and expunged [ext IMAP4rev2]", async () => {
      await client.selectFolder("INBOX");
      const { uid, uidValidity } = await client.append("INBOX", "Subject: five\r\n\r\nText\r\n");
      assertEquals([uid, uidValidity], [5, 1]);
      const items = ["ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[TEXT]"] as const;
      const message = (await client.fetch(5, items)).get(5)!;
      assertEquals(message.ENVELOPE!.subject, "five");
      assertEquals(new TextDecoder().decode(message["BODY[TEXT]"]!), "Text\r\n");
      await client.addFlags(5, ["\\Flagged"]);
      assertEquals([...await client.search("FLAGGED")], [3, 5]);
      await client.move(5, "Trash");
      assertEquals([...await client.search()], [1, 2, 3, 4]);
      await client.selectFolder("Trash");
      await client.deleteMessages("1:*");
      await client.uidExpunge("1:*");
      assertEquals([...await client.search()], []);
      await client.unselectFolder();
    });

    it("a part decoded by the server [ext IMAP4rev2]", { skip: isAlone }, async () => {
      await client.selectFolder("INBOX");
      const message = (await client.fetch(2, ["BINARY.PEEK[2]"])).get(2)!;
      assertEquals([...message["BINARY[2]"]!], [0, 1, 2, 3, 4, 5, 6, 7]);
    });

    it("news of another session by IDLE [ext IMAP4rev2]", async () => {
      await client.selectFolder("Junk");
      const other = await open();
      await client.idle();
      await other.append("Junk", "Subject: spam\r\n\r\n");
      const seen: string[] = [];
      for (let i = 0; i < 6 && !seen.includes("EXISTS"); i++) {
        for (const { type } of await client.idleCheck({ timeout: 10 })) seen.push(type);
      }
      await client.idleDone();
      await other.logout();
      assert(seen.includes("EXISTS"), seen.join(" "));
    });

    it("UTF-8 in names and header fields [ext UTF8=ACCEPT]", { skip: isAlone }, async () => {
      await client.createFolder("Entwürfe ☢");
      await client.append("Entwürfe ☢", "Subject: Grüße\r\n\r\nText\r\n");
      await client.selectFolder("Entwürfe ☢");
      const { ENVELOPE } = (await client.fetch(1, ["ENVELOPE"])).get(1)!;
      assertEquals(ENVELOPE!.subject, "Grüße");
      await client.unselectFolder();
      await client.deleteFolder("Entwürfe ☢");
    });

    it("a name that is not there → ImapError, and the session goes on [ext IMAP4rev2]", async () => {
      const error = await client.selectFolder("nothing").catch((it: unknown) => it);
      assert(error instanceof ImapError && error.code === "NONEXISTENT", `${error}`);
      assertEquals(client.state, "authenticated");
      await client.noop();
    });
  });
}
