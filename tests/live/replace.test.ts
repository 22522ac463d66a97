import { after, before, beforeEach, describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  DELETED,
  DRAFT,
  flagColor,
  type ImapClient,
  ImapError,
  KEYWORDS,
  ReadOnlyError,
} from "@imapclient/imapclient";
import { outcome } from "../support/fake_server.ts";
import {
  NEWER_CYRUS,
  NEWER_DOVECOT,
  type RunningServer,
  SERVERS,
} from "../support/servers/servers.ts";

const TIMEOUT = 20;
const mail = (subject: string) => `Subject: ${subject}\r\n\r\nText of ${subject}\r\n`;

for (const { name: server, missing, start } of [...SERVERS, NEWER_CYRUS, NEWER_DOVECOT]) {
  describe(`replace on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let box = "";

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      box = `${(await client.namespace()).personal![0].prefix}replaced`;
    });
    after(() => running?.stop());

    beforeEach(async () => {
      client.useUid = true;
      await client.selectFolder("INBOX");
      if (await client.folderExists(box)) await client.deleteFolder(box);
      await client.createFolder(box);
      for (const subject of ["one", "two", "three"]) await client.append(box, mail(subject));
      await client.selectFolder(box);
    });

    /** The subjects of the messages that are there. */
    async function subjects(): Promise<readonly string[]> {
      const found = [...(await client.fetch("1:*", ["ENVELOPE"])).values()];
      return found.map(({ ENVELOPE }) => ENVELOPE.subject ?? "");
    }

    it("a draft → the new one, and other deleted messages stay [ext REPLACE]", async () => {
      const [one, two] = await client.search();
      await client.addFlags(one, DELETED);
      const replaced = await client.replace(two, box, mail("new"), { flags: [DRAFT] });
      const atOnce = await client.hasCapability("REPLACE");
      assertEquals(replaced.old, atOnce ? "replaced" : "expunged");
      assertEquals(await subjects(), ["one", "three", "new"]);
      const flags = (await client.getFlags(replaced.uid!)).get(replaced.uid!)!;
      assert(flags.includes(DRAFT), flags.join(" "));
    });

    it("by number, into another folder [ext REPLACE]", async () => {
      client.useUid = false;
      await client.replace(2, "INBOX", mail("moved on"));
      // Dovecot tells of the EXPUNGE in another folder with the next command.
      await client.noop();
      assertEquals(await subjects(), ["one", "three"]);
      await client.selectFolder("INBOX");
      assert((await subjects()).includes("moved on"));
    });

    it("each colour → comes back [ext FLAG-COLORS]", async () => {
      const [id] = await client.search();
      const colors = ["green", "blue", "red", "gray", "orange", "purple", "yellow", null] as const;
      for (const color of colors) {
        const told = (await client.setFlagColor(id, color)).get(id)!;
        assertEquals(flagColor(told), color, told.join(" "));
        assertEquals(flagColor((await client.getFlags(id)).get(id)!), color);
      }
      assertEquals(await client.count({ keyword: KEYWORDS.MAIL_FLAG_BIT_1 }), 0);
    });

    it("no such message, no such folder → nothing changes [ext REPLACE]", async () => {
      const [one, , three] = await client.search();
      assertInstanceOf(await outcome(client.replace(three + 5, box, mail("new"))), ImapError);
      const error = await outcome(client.replace(one, `${box} of nobody`, mail("new")));
      assertEquals((error as ImapError).code, server === "Cyrus 3.12" ? null : "TRYCREATE");
      assertEquals(await subjects(), ["one", "two", "three"]);
      assertEquals(await client.count("DELETED"), 0);
      await client.selectFolder(box, { readonly: true });
      await assertRejects(() => client.replace(one, box, mail("new")), ReadOnlyError);
      assertEquals(await subjects(), ["one", "two", "three"]);
    });
  });
}
