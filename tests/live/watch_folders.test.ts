// watchFolders and notify with real servers: by NOTIFY where the server has it (Dovecot), and
// without it everywhere.
import { after, before, describe } from "node:test";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type FolderNews,
  type ImapClient,
  ImapError,
  type UntaggedResponse,
} from "@imapclient/imapclient";
import { outcome, test } from "../support/fake_server.ts";
import {
  NEWER_CYRUS,
  NEWER_DOVECOT,
  type RunningServer,
  SERVERS,
} from "../support/servers/servers.ts";

const MAIL = "Subject: news\r\n\r\nnews\r\n";
const ALL = [
  "status",
  "new",
  "expunged",
  "flags",
  "created",
  "renamed",
  "deleted",
  "subscribed",
] as const;

for (const { name: server, missing, start } of [...SERVERS, NEWER_CYRUS, NEWER_DOVECOT]) {
  for (const way of ["what it has", "no NOTIFY"]) {
    const quirks = way === "no NOTIFY" ? { broken: ["NOTIFY"] } : {};
    describe(`watchFolders on ${server}, with ${way}`, { skip: missing }, () => {
      let running: RunningServer;
      let client: ImapClient;
      let other: ImapClient;
      let prefix = "";

      before(async () => {
        running = await start();
        client = await running.open("ann", { quirks });
        other = await running.open();
        prefix = `${(await client.namespace()).personal![0].prefix}`;
        for (const name of ["one", "two"]) await client.createFolder(`${prefix}${name}`);
        await other.append(`${prefix}one`, MAIL);
        await client.selectFolder("INBOX");
      });
      after(() => running?.stop());

      test("everything that happens to messages and folders is told [ext NOTIFY]", async () => {
        const [one, two, three, four] = ["one", "two", "three", "four"].map((it) => prefix + it);
        const controller = new AbortController();
        const { signal } = controller;
        const told: FolderNews[] = [];
        const isNotified = await client.hasCapability("NOTIFY") && way !== "no NOTIFY";
        const watching = client.watchFolders({
          events: ALL,
          pollEvery: 0.2,
          // LIST could find a renamed folder before NOTIFY tells of it.
          listEvery: isNotified ? 600 : 0.2,
          signal,
        });
        const loop = outcome((async () => {
          for await (const news of watching) told.push(news);
        })());
        /** Waits for news of this kind about this folder. */
        const heard = async (type: FolderNews["type"], folder: string) => {
          for (let i = 0; i < 800; i++) {
            const found = told.find((it) =>
              it.type === type && it.type !== "overflow" && it.folder === folder
            );
            if (found !== undefined) return found;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          throw new Error(`no ${type} of ${folder}: ${JSON.stringify(told)}`);
        };
        await heard("status", two);
        const { uid } = await other.append(two, MAIL);
        const found = await heard("new", two);
        assert(found.type === "new");
        assertEquals([found.count, found.firstUid], [1, uid]);
        assertEquals(found.status.MESSAGES, 1);

        await other.selectFolder(one);
        await other.addFlags(1, "\\Seen");
        await heard("flags", one);
        await other.deleteMessages(1);
        await other.expunge();
        await heard("expunged", one);
        await other.unselectFolder();

        await other.createFolder(three);
        await heard("created", three);
        await other.renameFolder(three, four);
        // Without NOTIFY, only OBJECTID tells, and that of Cyrus is not to be relied on.
        if (isNotified) {
          const renamed = await heard("renamed", four);
          assert(renamed.type === "renamed" && renamed.oldName === three);
        } else await heard("deleted", three);
        await other.subscribeFolder(four);
        const subscribed = await heard("subscribed", four);
        assert(subscribed.type === "subscribed" && subscribed.subscribed);
        await other.unsubscribeFolder(four);
        await other.deleteFolder(four);
        await heard("deleted", four);

        // Calls made meanwhile work, and the selected folder is told of.
        assertEquals((await client.folderStatus(two)).MESSAGES, 1);
        await other.append("INBOX", MAIL);
        await heard("new", "INBOX");
        controller.abort(new Error("enough"));
        assertEquals(`${await loop}`, "Error: enough");
        // It is told of as before: during a command, or between two.
        const types = new Set<string>();
        client.listen(({ type }) => void types.add(type));
        await other.append("INBOX", MAIL);
        for (let i = 0; i < 400 && !types.has("EXISTS"); i++) {
          for (const { type } of (await client.noop()).responses) types.add(type);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert(types.has("EXISTS"));
      });
    });
  }
}

const [dovecot] = SERVERS;
describe("notify on Dovecot", { skip: dovecot.missing }, () => {
  let running: RunningServer;
  before(async () => {
    running = await dovecot.start();
  });
  after(() => running?.stop());

  test("sets, news between commands, BADEVENT, and no more numbers [ext NOTIFY]", async () => {
    const [client, other] = [await running.open(), await running.open()];
    await client.createFolder("lists");
    await client.selectFolder("INBOX");
    const heard: UntaggedResponse[] = [];
    client.listen((response) => heard.push(response));
    const { status } = await client.notify([
      {
        mailboxes: "selected",
        events: ["MessageNew", "MessageExpunge"],
        fetch: ["FLAGS", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"],
      },
      { mailboxes: { subtree: "lists" }, events: ["MessageNew", "MessageExpunge", "MailboxName"] },
    ], { status: true });
    assertEquals(status.map(({ folder }) => folder), ["lists"]);
    assertEquals(status[0].status.MESSAGES, 0);
    const { uid } = await other.append("INBOX", MAIL);
    await other.append("lists", MAIL);
    await other.createFolder("lists/a");
    const types = () => new Set(heard.map(({ type }) => type));
    // Dovecot tells of the selected folder during commands, and of the others at any time.
    while (!["FETCH", "STATUS", "LIST"].every((type) => types().has(type as "FETCH"))) {
      heard.push(...(await client.noop()).responses);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const row = heard.find((response) => response.type === "FETCH");
    assert(row?.type === "FETCH" && row.uid === uid);
    assertEquals(Object.keys(row.items), ["SEQ", "FLAGS", "BODY[HEADER.FIELDS (SUBJECT)]"]);
    client.useUid = false;
    assert(`${await outcome(client.fetch(1, ["FLAGS"]))}`.includes("sequence numbers"));
    client.useUid = true;
    assertEquals([...(await client.fetch([uid!], ["RFC822.SIZE"])).keys()], [uid]);
    const refused = await outcome(
      client.notify([{ mailboxes: "personal", events: ["ServerMetadataChange"] }]),
    );
    assertInstanceOf(refused, ImapError);
    // Dovecot names the event that it does not have.
    assertEquals(refused.responseCode?.events, ["ServerMetadataChange"]);
    await client.notify(null);
  });
});
