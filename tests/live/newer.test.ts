// What only newer servers have: Cyrus 3.12 and Dovecot 2.4.
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  IllegalStateError,
  type ImapClient,
  ImapError,
  type UntaggedResponse,
} from "@imapclient/imapclient";
import { comesTrue } from "../support/patience.ts";
import { CYRUS_USERS } from "../support/servers/cyrus.ts";
import { NEWER_CYRUS, NEWER_DOVECOT, type RunningServer } from "../support/servers/servers.ts";

const TIMEOUT = 20;
const mail = (subject: string) => `Subject: ${subject}\r\n\r\nText of ${subject}\r\n`;

describe("Cyrus 3.12", { skip: NEWER_CYRUS.missing }, () => {
  let running: RunningServer;
  let client: ImapClient;
  let uids: readonly number[];

  before(async () => {
    running = await NEWER_CYRUS.start();
    client = await running.open("ann", { timeout: TIMEOUT });
    const added = [];
    for (const subject of ["one", "two", "three", "four"]) {
      added.push((await client.append("INBOX", mail(subject))).uid!);
    }
    uids = added;
    await client.append("INBOX/Sent", mail("two, sent"));
    await client.selectFolder("INBOX");
  });
  after(() => running?.stop());

  it("nothing is enabled by itself [ext QUIRKS]", () => {
    assertEquals([...client.enabled], []);
    assert(client.server.version?.startsWith("3."), `${client.server.version}`);
  });

  it("UTF8=ACCEPT: names, headers and flags in UTF-8 [ext UTF8=ACCEPT]", async () => {
    const other = await running.open("ann", { enable: ["UTF8=ACCEPT"], timeout: TIMEOUT });
    assertEquals([...other.enabled], ["UTF8=ACCEPT"]);
    const folder = "INBOX/Entwürfe ☢";
    await other.createFolder(folder);
    assert(await client.folderExists(folder), "it is the same in modified UTF-7");
    const [row] = await other.listFolders("", "INBOX/Entw*", { status: ["MESSAGES"] });
    assertEquals([row.name, row.status?.MESSAGES], [folder, 0]);
    const { uid } = await other.append(folder, mail("Grüße ☢"));
    await other.selectFolder(folder);
    const { ENVELOPE } = (await other.fetch(uid!, ["ENVELOPE"])).get(uid!)!;
    assertEquals(ENVELOPE.subject, "Grüße ☢");
    await other.append(folder, mail("=?utf-8?q?Gr=C3=BC=C3=9Fe?="));
    const found = await other.search(["SUBJECT", "Grüße"]);
    // That is why it is not enabled by itself.
    const isMended = !/^3\.12\./.test(client.server.version!);
    assertEquals([...found], isMended ? [uid!, uid! + 1] : [uid!]);
    await other.selectFolder("INBOX");
    await other.deleteFolder(folder);
    await other.logout();
  });

  it("IMAP4rev2: what it includes, without RECENT [ext IMAP4rev2]", async () => {
    const other = await running.open("ann", { enable: ["IMAP4rev2"], timeout: TIMEOUT });
    assertEquals([...other.enabled], ["IMAP4REV2"]);
    const folder = "INBOX/Überweisungen";
    await other.createFolder(folder);
    const { uid } = await other.append(folder, mail("=?utf-8?q?Gr=C3=BC=C3=9Fe?="));
    await other.append(folder, mail("other"));
    const selected = await other.selectFolder(folder);
    assertEquals([selected.EXISTS, selected.UIDNEXT], [2, uid! + 2]);
    assertEquals([...await other.search()], [uid!, uid! + 1]);
    assertEquals([...await other.search(["SUBJECT", "Grüße"])], [uid!]);
    assertEquals((await other.folderStatus("INBOX", ["MESSAGES", "SIZE"])).MESSAGES, uids.length);
    await other.subscribeFolder(folder);
    assert((await other.listSubFolders()).some(({ name }) => name === folder));
    // Otherwise its next LIST (SUBSCRIBED) would crash.
    await other.unsubscribeFolder(folder);
    await other.selectFolder("INBOX");
    await other.deleteFolder(folder);
    await other.logout();
  });

  it("IMAP4rev2: what it lists unasked is in no other list [ext IMAP4rev2]", async () => {
    const other = await running.open("ann", { enable: ["IMAP4rev2"], timeout: TIMEOUT });
    const names = (rows: readonly { readonly name: unknown }[]) => rows.map(({ name }) => name);
    await other.createFolder("INBOX/a");
    assertEquals(names(await other.listFolders("", "INBOX/S*")), ["INBOX/Sent"]);
    await other.subscribeFolder("INBOX/a");
    assertEquals(names(await other.listFolders("", "INBOX/a")), ["INBOX/a"]);
    await other.unsubscribeFolder("INBOX/a");
    assert(!names(await other.listSubFolders()).includes("INBOX/a"));
    await other.createFolder("INBOX/b");
    await other.renameFolder("INBOX/a", "INBOX/c");
    const below = await other.listFolders("", "INBOX/%", { status: ["MESSAGES"] });
    assertEquals(names(below).filter((it) => String(it).length === 7).sort(), [
      "INBOX/b",
      "INBOX/c",
    ]);
    for (const folder of ["INBOX/b", "INBOX/c"]) await other.deleteFolder(folder);
    await other.logout();
  });

  it("UIDONLY: no sequence numbers [ext UIDONLY]", async () => {
    const other = await running.open("ann", { enable: ["UIDONLY"], timeout: TIMEOUT });
    assert(other.enabled.includes("UIDONLY"), other.enabled.join());
    await other.selectFolder("INBOX");
    const rows = await other.fetch("1:*", ["FLAGS", "ENVELOPE"]);
    assertEquals([...rows.keys()], uids);
    assert([...rows.values()].every((row) => row.SEQ === undefined));
    assertEquals([...(await other.addFlags(uids[0], "\\Flagged")).keys()], [uids[0]]);
    const { uid } = await other.append("INBOX", mail("to be removed"));
    await other.deleteMessages(uid!);
    const { responses } = await other.uidExpunge(uid!);
    const gone = responses.flatMap((it) => it.type === "VANISHED" ? [...it.uids] : []);
    assertEquals(gone, [uid]);
    other.useUid = false;
    await assertRejects(() => other.search(), IllegalStateError);
    await other.logout();
  });

  it("UNAUTHENTICATE, for administrators only [ext UNAUTHENTICATE]", async () => {
    const other = await running.open("cyrus", { timeout: TIMEOUT });
    await other.unauthenticate();
    assertEquals(other.state, "not authenticated");
    // It takes LOGIN, but says LOGINDISABLED from then on.
    await other.plainLogin("ann", CYRUS_USERS.ann);
    assertEquals((await other.selectFolder("INBOX")).EXISTS, uids.length);
    // Then she is not asked: the client knows that it is not offered.
    await assertRejects(() => other.unauthenticate(), ImapError);
    await other.logout();
  });

  it("MULTISEARCH: each kind of source [ext MULTISEARCH]", async () => {
    const [, two] = uids;
    const query = ["SUBJECT", "two"];
    const all = [["INBOX", [two]], ["INBOX/Sent", [1]]];
    const sources = [
      { folders: ["INBOX", "INBOX/Sent", "INBOX/none"] },
      { personal: true },
      { subtree: "INBOX" },
    ];
    for (const source of sources) {
      const rows = await client.searchFolders(source, query);
      assertEquals(rows.map(({ folder, uids }) => [folder, [...uids]]), all);
    }
    const [selected] = await client.searchFolders({ selected: true }, query);
    assertEquals([...selected.uids], [two]);
    await client.addFlags(selected.uids, "\\Answered");
  });

  it("MULTISEARCH with what to return, and a range [ext MULTISEARCH, PARTIAL]", async () => {
    const options = { return: ["COUNT", "MAX"], partial: [-1, -2] } as const;
    const [row] = await client.searchFolders({ folders: ["INBOX"] }, "ALL", options);
    assertEquals([row.count, row.max, [...row.ids]], [4, uids[3], uids.slice(2)]);
  });

  it("a range from the end of a search, with a count and without [ext PARTIAL]", async () => {
    const { ids } = await client.search("ALL", { partial: [-1, -2] });
    assertEquals([...ids], uids.slice(2));
    const found = await client.search("ALL", { partial: [-1, -2], return: ["COUNT", "MIN"] });
    assertEquals([found.count, found.min, [...found.ids]], [4, uids[0], uids.slice(2)]);
  });

  it("JMAPACCESS: the address of its JMAP [ext JMAPACCESS]", async () => {
    const url = await client.jmapAccess();
    assertEquals(url.href, "https://mail.example.org/.well-known/jmap");
  });
});

for (const { name, missing, start } of [NEWER_CYRUS, NEWER_DOVECOT]) {
  describe(`NOTIFY on ${name}`, { skip: missing }, () => {
    let running: RunningServer;
    let client: ImapClient;
    let other: ImapClient;
    let box = "";
    const heard: UntaggedResponse[] = [];

    before(async () => {
      running = await start();
      client = await running.open("ann", { timeout: TIMEOUT });
      other = await running.open("ann", { timeout: TIMEOUT });
      box = `${(await client.namespace()).personal![0].prefix}Lists`;
      await client.createFolder(box);
      await client.selectFolder("INBOX");
      client.listen((response) => heard.push(response));
    });
    after(() => running?.stop());

    /** Whether the server tells it unasked, and `client` is none the worse for it. */
    async function isTold(what: (response: UntaggedResponse) => boolean): Promise<boolean> {
      return await comesTrue(() => heard.some(what), TIMEOUT * 1000);
    }

    it("new messages in the folder that is selected, and in others [ext NOTIFY]", async () => {
      await client.notify([
        { mailboxes: "selected", events: ["MessageNew", "MessageExpunge"], fetch: ["ENVELOPE"] },
        { mailboxes: "personal", events: ["MessageNew", "MessageExpunge", "MailboxName"] },
      ]);
      await other.append("INBOX", mail("to INBOX"));
      assert(await isTold(({ type }) => type === "EXISTS"), "EXISTS");
      await other.append(box, mail("to another"));
      assert(
        await isTold((it) => it.type === "STATUS" && Number(it.items.MESSAGES) === 1),
        "STATUS",
      );
      assertEquals((await client.search(["SUBJECT", "INBOX"])).length, 1);
      assertEquals((await client.folderStatus(box, ["MESSAGES"])).MESSAGES, 1);
    });

    it("folders that come and are renamed → not in lists of others [ext NOTIFY]", async () => {
      heard.length = 0;
      await other.createFolder(`${box}/new`);
      assert(await isTold(({ type }) => type === "LIST"), "LIST");
      await other.renameFolder(`${box}/new`, `${box}/old`);
      const rows = await client.listFolders("", "INBOX");
      assertEquals(rows.map((row) => row.name), ["INBOX"]);
      const below = await client.listFolders("", `${box}/*`);
      assertEquals(below.map((row) => row.name), [`${box}/old`]);
    });

    it("what it does not know → refused, with what it knows [ext NOTIFY]", async () => {
      const error = await client.notify([
        { mailboxes: "personal", events: ["MessageNew", "MessageExpunge", "ServerMetadataChange"] },
      ]).then(() => null, (it: unknown) => it);
      if (error === null) return;
      assertInstanceOf(error, ImapError);
      assertEquals(error.code, "BADEVENT");
    });

    it("nothing more after NOTIFY NONE [ext NOTIFY]", async () => {
      await client.notify(null);
      heard.length = 0;
      await other.append(box, mail("unheard"));
      await client.noop();
      assertEquals(heard.filter(({ type }) => type === "STATUS"), []);
    });
  });
}
