import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DRAFTS,
  IllegalStateError,
  type ImapClient,
  ImapError,
  ReadOnlyError,
  SENT,
  TRASH,
} from "@imapclient/imapclient";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const NAMES = ["one two", "stuff & things", "LÿR", "☢", "日本語", "a(b", "&ANw-", "𝒳 x"];
/** Cyrus accepts none of these names; Dovecot and the in-memory server accept no wildcards. */
const ODD_NAMES = ['test"folder"', "foo\\bar", '"', "{3}", "a]b"];

for (const { name: server, missing, start } of SERVERS) {
  describe(`folders on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    /** The prefix of the user's own folders. */
    let own = "";
    const names = server === "Cyrus" ? NAMES : [...NAMES, ...ODD_NAMES];

    before(async () => {
      running = await start();
      client = await running.open();
      own = (await client.namespace()).personal![0].prefix as string;
    });
    after(() => running?.stop());

    it("E6 O8 returns the prefix of the user's own folders [ext NAMESPACE]", async () => {
      const { personal, other, shared } = await client.namespace();
      assertEquals(personal!.map(({ delimiter }) => delimiter), ["/"]);
      for (const entries of [other, shared]) assert(entries === null || entries.length > 0);
      assertEquals(own, server === "Cyrus" ? "INBOX/" : "");
    });

    it("G1 G2 F1 F2 F12 B7 B8 every name can be made, found, subscribed and deleted [ext UTF-7]", async () => {
      for (const plain of names) {
        const name = own + plain;
        assertEquals(await client.folderExists(name), false, name);
        assertEquals(typeof await client.createFolder(name), "string");
        assert(await client.folderExists(name), name);
        assertEquals((await client.listFolders("", name)).map((it) => it.name), [name]);
        await client.subscribeFolder(name);
        assert((await client.listSubFolders()).some((it) => it.name === name), name);
        await client.unsubscribeFolder(name);
        assert(!(await client.listSubFolders()).some((it) => it.name === name), name);
        assertEquals((await client.selectFolder(name)).EXISTS, 0);
        await client.closeFolder();
        await client.deleteFolder(name);
        assertEquals(await client.folderExists(name), false, name);
      }
    });

    it("F6 all-digit names stay text", async () => {
      for (const digits of ["123", "0042", "1".repeat(30)]) {
        await client.createFolder(own + digits);
        const listed = await client.listFolders("", own + digits);
        assertEquals(listed.map(({ name }) => name), [own + digits]);
        assertEquals((await client.folderStatus(own + digits)).MESSAGES, 0);
        await client.deleteFolder(own + digits);
      }
    });

    it("G1 a folder is renamed, with what is in it", async () => {
      await client.createFolder(`${own}old`);
      await client.append(`${own}old`, "Subject: x\n\ny\n");
      for (const plain of names) {
        const name = own + plain;
        assertEquals(typeof await client.renameFolder(`${own}old`, name), "string");
        assertEquals((await client.folderStatus(name, "MESSAGES")).MESSAGES, 1);
        await client.renameFolder(name, `${own}old`);
      }
      await client.deleteFolder(`${own}old`);
    });

    it("A10 with folderEncode off names are bytes, both ways", async () => {
      const raw = new TextEncoder().encode(`${own}raw &AOQ- name`);
      client.folderEncode = false;
      try {
        await client.createFolder(raw);
        assert(await client.folderExists(raw));
        const listed = await client.listFolders("", raw);
        assertEquals(listed.map(({ name }) => name), [raw]);
      } finally {
        client.folderEncode = true;
      }
      assert(await client.folderExists(`${own}raw ä name`));
      await client.deleteFolder(`${own}raw ä name`);
    });

    it("F10 F11 special folders are found", async () => {
      // Dovecot marks them, but does not create them.
      for (const name of ["Sent", "Trash", "Drafts", "Junk"]) {
        if (!await client.folderExists(own + name)) await client.createFolder(own + name);
      }
      for (const use of [SENT, TRASH, DRAFTS, "\\junk"]) {
        const name = await client.findSpecialFolder(use);
        assert(
          typeof name === "string" && name.toLowerCase() === (own + use.slice(1)).toLowerCase(),
        );
      }
      assertEquals(await client.findSpecialFolder("\\Archive"), null);
      await client.createFolder(`${own}Archive`);
      assertEquals(await client.findSpecialFolder("\\Archive"), `${own}Archive`);
      await client.deleteFolder(`${own}Archive`);
    });

    if (server !== "Dovecot") {
      it("F3 XLIST returns Gmail's old attributes", async () => {
        const inbox = (await client.xlistFolders()).find(({ name }) => name === "INBOX")!;
        assert(inbox.flags.some((flag) => flag.toLowerCase() === "\\inbox"), `${inbox.flags}`);
      });
    }

    it("G1 G2 Q1 Q10 an impossible call throws, and the client continues", async () => {
      const taken = await assertRejects(() => client.createFolder("INBOX"), ImapError);
      assert(taken.message.startsWith("CREATE failed: "), taken.message);
      for (
        const call of [
          () => client.deleteFolder(`${own}no such folder`),
          () => client.renameFolder(`${own}no such folder`, `${own}x`),
          () => client.selectFolder(`${own}no such folder`),
          () => client.folderStatus(`${own}no such folder`),
        ]
      ) {
        const error = await assertRejects(call, ImapError);
        assert(error.text !== null && error.command!.includes("no such folder"), error.message);
      }
      assertEquals(client.state, "authenticated");
      await client.noop();
    });

    it("G3 G7 G8 a folder is selected, left, and left without an expunge [ext SELECT, CLOSE, UNSELECT]", async () => {
      const folder = `${own}leaving`;
      await client.createFolder(folder);
      for (const keeps of [true, false]) {
        await client.append(folder, "Subject: x\n\ny\n", { flags: "\\Deleted" });
        const selected = await client.selectFolder(folder);
        assertEquals([selected.EXISTS, selected["READ-WRITE"]], [1, true]);
        if (keeps) await client.unselectFolder();
        else await client.closeFolder();
        assertEquals(client.state, "authenticated");
        await assertRejects(() => client.search(), IllegalStateError);
        assertEquals((await client.folderStatus(folder)).MESSAGES, keeps ? 1 : 0);
        await client.selectFolder(folder);
        await client.expunge();
        await client.closeFolder();
      }
      await assertRejects(() => client.unselectFolder(), IllegalStateError);
      await client.deleteFolder(folder);
    });

    it("G3 Q3 a folder selected for reading only is not changed", async () => {
      const folder = `${own}reading`;
      await client.createFolder(folder);
      await client.append(folder, "Subject: x\n\ny\n");
      const selected = await client.selectFolder(folder, { readonly: true });
      assertEquals([selected.EXISTS, selected["READ-ONLY"]], [1, true]);
      await assertRejects(() => client.addFlags("1:*", "\\Seen"), ReadOnlyError);
      await client.fetch("1:*", ["BODY[]"]);
      assert(![...(await client.getFlags("1:*")).values()][0].includes("\\Seen"));
      await client.closeFolder();
      await client.deleteFolder(folder);
    });

    it("G9 status counts, and HIGHESTMODSEQ and SIZE if the server has them [ext STATUS, STATUS=SIZE]", async () => {
      const folder = `${own}counted`;
      await client.createFolder(folder);
      const empty = await client.folderStatus(folder);
      assertEquals([empty.MESSAGES, empty.UNSEEN], [0, 0]);
      const text = "Subject: x\r\n\r\ny\r\n";
      await client.append(folder, text);
      await client.append(folder, text, { flags: ["\\Seen"] });
      const status = await client.folderStatus(folder);
      assertEquals(
        [status.MESSAGES, status.UNSEEN, status.UIDVALIDITY],
        [2, 1, empty.UIDVALIDITY],
      );
      assert(status.UIDNEXT > empty.UIDNEXT);
      if (await client.hasCapability("CONDSTORE")) {
        const { HIGHESTMODSEQ } = await client.folderStatus(folder, ["HIGHESTMODSEQ"]);
        assert(HIGHESTMODSEQ > 0n);
      }
      if (await client.hasCapability("STATUS=SIZE")) {
        assertEquals((await client.folderStatus(folder, "SIZE")).SIZE, 2 * text.length);
      }
      await client.deleteFolder(folder);
    });

    it("E4 E5 ENABLE and ID [ext ENABLE, ID]", async () => {
      assertEquals(await client.enable("X-NO-SUCH-THING"), []);
      if (await client.hasCapability("CONDSTORE")) {
        assertEquals(await client.enable(["CONDSTORE"]), ["CONDSTORE"]);
      }
      const { name } = await client.id({ name: "a test", version: null });
      assert(typeof name === "string" && name.length > 0);
      assertEquals(typeof await client.id(), "object");
    });
  });
}
