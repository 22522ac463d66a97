// Lists with options, and trees of folders.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ARCHIVE,
  type ImapClient,
  ImapError,
  joinFolderName,
  splitFolderName,
} from "@imapclient/imapclient";
import {
  GOIMAP,
  NEWER_CYRUS,
  NEWER_DOVECOT,
  type RunningServer,
  SERVERS,
} from "../support/servers/servers.ts";

const TIMEOUT = 20;

for (const { name: server, missing, start } of [...SERVERS, NEWER_CYRUS, NEWER_DOVECOT, GOIMAP]) {
  // go-imap decodes UTF-7 even where names are UTF-8, and fails at this one.
  const ONE = server === "go-imap" ? "list one" : "list & one";

  describe(`lists on ${server}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let own = "";

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      own = (await client.namespace()).personal![0].prefix as string;
      for (const name of [ONE, `${ONE}/two`, `${ONE}/two/three`]) {
        await client.createFolder(own + name);
      }
      await client.subscribeFolder(`${own}${ONE}/two/three`);
      await client.append(`${own}${ONE}`, "Subject: a\r\n\r\nb\r\n");
    });
    after(() => running?.stop());

    /** The names of a list, without the prefix. */
    const names = (rows: readonly { readonly name: string | Uint8Array }[]) =>
      rows.map(({ name }) => String(name).slice(own.length)).sort();

    it("status of each folder [ext LIST-EXTENDED, LIST-STATUS]", async () => {
      const rows = await client.listFolders("", `${own}list*`, { status: ["MESSAGES", "UNSEEN"] });
      assertEquals(names(rows), [ONE, `${ONE}/two`, `${ONE}/two/three`]);
      const counts = rows.map(({ name, status }) => [name, status?.MESSAGES, status?.UNSEEN]);
      assertEquals(counts.filter(([, messages]) => messages !== 0), [[`${own}${ONE}`, 1, 1]]);
      for (const { name, status } of rows) {
        assertEquals({ ...status }, { ...await client.folderStatus(name, ["MESSAGES", "UNSEEN"]) });
      }
    });

    it("several patterns, children and subscriptions [ext LIST-EXTENDED]", async () => {
      const patterns = [`${own}${ONE}`, `${own}${ONE}/two/*`];
      const rows = await client.listFolders("", patterns, { children: true, subscribed: true });
      const shown = rows.map(({ name, flags }) => [
        String(name).slice(own.length),
        ...["\\HasChildren", "\\HasNoChildren", "\\Subscribed"].filter((it) => flags.includes(it)),
      ]);
      // go-imap's server does not compute the attributes of CHILDREN.
      const [parent, leaf] = server === "go-imap"
        ? [[], []]
        : [["\\HasChildren"], ["\\HasNoChildren"]];
      assertEquals(shown.sort(), [
        [ONE, ...parent],
        [`${ONE}/two/three`, ...leaf, "\\Subscribed"],
      ]);
    });

    it("subscribed folders, and those above them [ext LIST-EXTENDED]", async () => {
      const pattern = `${own}list*`;
      const all = await client.listFolders("", pattern, { select: "SUBSCRIBED" });
      assertEquals(names(all), [`${ONE}/two/three`]);
      assert(all[0].flags.includes("\\Subscribed"));
      if (server === "go-imap") return; // it ignores RECURSIVEMATCH
      const above = await client.listFolders("", `${own}%`, {
        select: ["SUBSCRIBED", "RECURSIVEMATCH"],
      });
      const one = above.find(({ name }) => name === `${own}${ONE}`);
      assertEquals(one?.childInfo, ["SUBSCRIBED"]);
    });

    it("a tree, and names that are split and joined [ext FOLDER-TREE]", async () => {
      const [space] = (await client.namespace()).personal!;
      const tree = await client.folderTree({ status: ["MESSAGES"] });
      assertEquals([tree[0].name, tree[0].selectable], ["INBOX", true]);
      const siblings = own === "" ? tree : tree[0].children;
      const one = siblings.find(({ label }) => label === ONE);
      assertEquals([one?.name, one?.listing?.status?.MESSAGES], [`${own}${ONE}`, 1]);
      const three = one!.children[0].children[0];
      assertEquals(splitFolderName(three.name, space), [ONE, "two", "three"]);
      assertEquals(joinFolderName([ONE, "two", "three"], space), three.name);
      const [part] = await client.folderTree({ pattern: `${own}${ONE}/two/*` });
      assertEquals(part.listing, null);
    });

    it("rights and annotations [ext LIST-MYRIGHTS, LIST-METADATA]", async (test) => {
      const has = async (name: string) => await client.hasCapability(name);
      if (!await has("ACL") || !await has("METADATA")) return test.skip("no ACL, or no METADATA");
      const folder = `${own}${ONE}`;
      await client.setMetadata(folder, { "/private/comment": "hi" });
      const rows = await client.listFolders("", `${own}list*`, {
        myRights: true,
        metadata: ["/private/comment", "/shared/comment"],
      });
      for (const { name, myRights, metadata } of rows) {
        assert(myRights?.includes("r") && myRights.includes("i"), `${name}: ${myRights}`);
        const entries = [...metadata ?? []].map(([entry]) => entry);
        assertEquals(entries, name === folder ? ["/private/comment"] : [], String(name));
      }
    });

    it("folders for special uses [ext CREATE-SPECIAL-USE]", async (test) => {
      if (!await client.hasCapability("CREATE-SPECIAL-USE")) return test.skip("it has none");
      await client.createFolder(`${own}old`, { specialUse: ARCHIVE });
      const [row] = await client.listFolders("", `${own}old`, { specialUse: true });
      assertEquals(row.specialUse, [ARCHIVE]);
      assertEquals(await client.findSpecialFolder(ARCHIVE), `${own}old`);
      // Every server refuses a use that it does not know.
      const create = () => client.createFolder(`${own}odd`, { specialUse: "\\Odd" });
      const error = await assertRejects(create, ImapError);
      assertEquals(error.code, "USEATTR", error.message);
      assertEquals(await client.folderExists(`${own}odd`), false);
    });

    it("the id of a new folder [ext OBJECTID]", async (test) => {
      if (!await client.hasCapability("OBJECTID")) return test.skip("it has no OBJECTID");
      const { text, mailboxId } = await client.createFolder(`${own}with id`, { mailboxId: true });
      assertEquals(text.includes(mailboxId!), true, text);
      const { MAILBOXID } = await client.folderStatus(`${own}with id`, ["MAILBOXID"]);
      assertEquals(mailboxId, MAILBOXID);
    });

    it("special uses [ext SPECIAL-USE]", async () => {
      const rows = await client.listFolders("", "*", { select: "SPECIAL-USE", specialUse: true });
      // The tests' Dovecots have no such folders, and go-imap marks none.
      assertEquals(rows.length > 0, !/^(?:Dovecot|go-imap)/.test(server));
      for (const { specialUse } of rows) assert(specialUse.length > 0);
      const all = await client.listFolders("", "*", { specialUse: true });
      assert(all.some(({ specialUse }) => specialUse.length === 0));
    });
  });
}
