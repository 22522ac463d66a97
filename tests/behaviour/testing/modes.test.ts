// The modes of the in-memory server, and the limits that it can have.
import { describe } from "node:test";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type ConnectOptions,
  IllegalStateError,
  ImapClient,
  ImapError,
  MessageLimitError,
  type Progress,
  SEEN,
} from "@imapclient/imapclient";
import { type MemoryAccount, MemoryServer } from "@imapclient/imapclient/testing";
import { outcome, test } from "../../support/fake_server.ts";
import { connect } from "./raw_client.ts";

/** A server with these capabilities, its user `ann`, and what is sent. */
function serverWith(add: readonly string[], omit: readonly string[] = []) {
  const log: string[] = [];
  const server = new MemoryServer({
    capabilities: { add, omit },
    log: (side, text) => log.push(`${side === "client" ? "C" : "S"}: ${text}`),
  });
  const ann = server.addUser("ann", "secret");
  return { server, ann, sent: () => log.join("") };
}

function fill(ann: MemoryAccount, count: number): void {
  for (let i = 1; i <= count; i++) ann.append("INBOX", `Subject: m${i}\n\ntext ${i}\n`);
}

async function open(server: MemoryServer, options: ConnectOptions = {}): Promise<ImapClient> {
  const client = await ImapClient.connect({ transport: server.transport, ...options });
  await client.login("ann", "secret");
  await client.selectFolder("INBOX");
  return client;
}

/** A client that speaks the raw protocol; each command's answer is lines, the last is the status. */
async function connectRaw(server: MemoryServer) {
  const raw = connect(server);
  await raw.until(/^\* OK/m);
  return {
    command: async (text: string) => (await raw.command(text)).trimEnd().split("\r\n"),
    close: async () => void await raw.command("LOGOUT"),
  };
}

describe("UIDONLY of the in-memory server", () => {
  test("enabled → messages by UID alone [ext UIDONLY]", async () => {
    const { server, ann, sent } = serverWith(["UIDONLY"]);
    fill(ann, 5);
    const client = await open(server, { enable: ["UIDONLY"] });
    assertEquals(client.enabled, ["UIDONLY"]);
    const found = await client.fetch("2:3", ["FLAGS", "RFC822.SIZE"]);
    assertEquals([...found.keys()], [2, 3]);
    assertFalse("SEQ" in found.get(2)!);
    assertEquals(await client.addFlags(4, SEEN), new Map([[4, ["\\Seen", "\\Recent"]]]));
    await client.fetch(5, "BODY[]");
    await client.deleteMessages([2, 4]);
    const { responses } = await client.uidExpunge("1:9");
    assertEquals(responses.map((it) => it.type === "VANISHED" ? `${it.uids}` : it.type), ["2,4"]);
    assertEquals([...await client.search(["UID", "1:*"])], [1, 3, 5]);
    await client.createFolder("x");
    await client.move(3, "x");
    assertEquals([...await client.search("ALL")], [1, 5]);
    client.useUid = false;
    await assertRejects(() => client.search("ALL"), IllegalStateError);
    assert(!/\d FETCH|EXPUNGE$|UNSEEN \d/m.test(sent().replace(/^C: .*$/gm, "")), sent());
    await client.logout();
    await server.close();
  });

  test("a change by another → UIDFETCH and VANISHED [ext UIDONLY]", async () => {
    const { server, ann } = serverWith(["UIDONLY"]);
    fill(ann, 3);
    const client = await open(server, { enable: ["UIDONLY"] });
    const other = await open(server);
    await other.addFlags(2, SEEN);
    await other.deleteMessages(3);
    await other.expunge();
    const { responses } = await client.noop();
    const told = responses.map((it) =>
      it.type === "FETCH" ? `${it.uid} ${it.number}` : it.type === "VANISHED" ? `${it.uids}` : ""
    );
    assertEquals(told.filter((it) => it !== ""), ["3", "2 0"]);
    await Promise.all([client.logout(), other.logout()]);
    await server.close();
  });

  test("sequence numbers → BAD [UIDREQUIRED] [ext UIDONLY]", async () => {
    const { server, ann } = serverWith(["UIDONLY", "QRESYNC"]);
    fill(ann, 2);
    const client = await connectRaw(server);
    await client.command("LOGIN ann secret");
    await client.command("ENABLE UIDONLY QRESYNC");
    await client.command("SELECT INBOX");
    const refused = [
      ...["FETCH 1 FLAGS", "STORE 1 FLAGS (x)", "SEARCH ALL", "COPY 1 INBOX", "MOVE * INBOX"],
      ...["SORT (DATE) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL", "UID SEARCH 1:2"],
      ...["UID SEARCH NOT *", "UID SORT (DATE) UTF-8 1", "SELECT INBOX (QRESYNC (1 1 1:2 (1 1)))"],
    ];
    for (const command of refused) {
      const lines = await client.command(command);
      assert(/^\S+ BAD \[UIDREQUIRED\]/.test(lines.at(-1)!), `${command}: ${lines}`);
    }
    const lines = await client.command("UID FETCH 1:* (UID)");
    assertEquals(lines.slice(0, -1), ["* 1 UIDFETCH (UID 1)", "* 2 UIDFETCH (UID 2)"]);
    await client.close();
    await server.close();
  });

  test("not among the capabilities → not enabled [ext UIDONLY]", async () => {
    const { server, ann } = serverWith([]);
    fill(ann, 1);
    const client = await open(server);
    assertEquals(client.enabled, []);
    assertEquals((await client.fetch(1, "FLAGS")).get(1)?.SEQ, 1);
    await client.logout();
    await server.close();
  });
});

describe("MESSAGELIMIT of the in-memory server", () => {
  test("every call that continues → all messages [ext MESSAGELIMIT]", async () => {
    const { server, ann, sent } = serverWith(["MESSAGELIMIT=4"]);
    fill(ann, 10);
    await ann.createFolder("x");
    const client = await open(server);
    const range = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);
    assertEquals([...await client.search()], range(1, 10));
    assertEquals([...await client.search("SEEN")], []);
    assertEquals(
      [...(await client.fetch("1:*", "FLAGS")).keys()].sort((a, b) => a - b),
      range(1, 10),
    );
    const each: number[] = [];
    for await (const { UID } of client.fetchEach("1:4000", "FLAGS")) each.push(UID);
    assertEquals(each.sort((a, b) => a - b), range(1, 10));
    assertEquals((await client.addFlags("1:*", SEEN))?.size, 10);
    assertEquals((await client.copy("1:500", "x")).uids.size, 10);
    assertEquals(ann.messages("x").length, 10);
    assertEquals((await client.move("1:5", "x")).uids.size, 5);
    await client.deleteMessages("6:9", { silent: true });
    await client.uidExpunge("1:*");
    assertEquals(ann.messages("INBOX").map(({ uid }) => uid), [10]);
    assert(sent().includes("OK [MESSAGELIMIT 4 "), sent());
    assert(sent().includes("NO [MESSAGELIMIT 4 "), sent());
    await client.logout();
    await server.close();
  });

  test("sort and thread → the error has the newest [ext MESSAGELIMIT]", async () => {
    const { server, ann } = serverWith(["MESSAGELIMIT=4"]);
    fill(ann, 10);
    const client = await open(server);
    for (const call of [client.sort("ARRIVAL"), client.thread()]) {
      const error = await outcome<unknown>(call);
      assertInstanceOf(error, MessageLimitError);
      assertEquals([error.limit, error.lowest], [4, 7]);
      assertEquals((error.partial as unknown[]).length, 4);
    }
    await client.logout();
    await server.close();
  });

  test("sequence numbers → split where their number is known [ext MESSAGELIMIT]", async () => {
    const { server, ann } = serverWith(["MESSAGELIMIT=4"]);
    fill(ann, 10);
    const client = await open(server, { useUid: false });
    assertEquals((await client.fetch("1:10", "FLAGS")).size, 10);
    assertInstanceOf(await outcome(client.fetch("1:*", "FLAGS")), MessageLimitError);
    await client.logout();
    await server.close();
  });
});

describe("SAVELIMIT of the in-memory server", () => {
  test("copy and multiappend → split, nothing else is limited [ext SAVELIMIT]", async () => {
    const { server, ann, sent } = serverWith(["SAVELIMIT=3"]);
    fill(ann, 7);
    ann.createFolder("x");
    const client = await open(server);
    assertEquals((await client.fetch("1:*", "FLAGS")).size, 7);
    assertEquals((await client.copy("1:7", "x")).uids.size, 7);
    assertFalse(sent().includes("MESSAGELIMIT"));
    const { uids } = await client.multiappend("x", ["a", "b", "c", "d", "e"]);
    assertEquals(uids, [8, 9, 10, 11, 12]);
    await client.logout();
    await server.close();
  });

  test("too many at once → NO, nothing is done [ext SAVELIMIT]", async () => {
    const { server, ann } = serverWith(["SAVELIMIT=3"]);
    fill(ann, 7);
    ann.createFolder("x");
    const client = await connectRaw(server);
    await client.command("LOGIN ann secret");
    await client.command("SELECT INBOX");
    const copied = await client.command("UID COPY 1:* x");
    assert(copied.at(-1)!.includes("NO [MESSAGELIMIT 3 5]"), `${copied}`);
    const one = "{1+}\r\na";
    const appended = await client.command(`APPEND x ${one} ${one} ${one} ${one}`);
    assert(appended.at(-1)!.includes("NO [MESSAGELIMIT 3]"), `${appended}`);
    assertEquals(ann.messages("x").length, 0);
    await client.close();
    await server.close();
  });
});

describe("INPROGRESS of the in-memory server", () => {
  test("a long search and a long copy → onProgress [ext INPROGRESS]", async () => {
    for (const offered of [true, false]) {
      const { server, ann } = serverWith(offered ? ["INPROGRESS"] : []);
      fill(ann, 250);
      ann.createFolder("x");
      const client = await open(server);
      const told: Progress[] = [];
      const options = { onProgress: (progress: Progress) => told.push(progress) };
      await client.search({ text: "words" }, options);
      await client.copy("1:*", "x", options);
      const numbers = told.map(({ done, total }) => [done, total]);
      const steps = [[100, 250], [200, 250]];
      assertEquals(numbers, offered ? [...steps, ...steps] : []);
      await client.logout();
      await server.close();
    }
  });
});

describe("IMAP4rev2 and UTF8=ACCEPT of the in-memory server", () => {
  const OFFERS: readonly (readonly [add: string[], omit: string[], enabled: string[]])[] = [
    [["IMAP4rev2"], [], ["IMAP4REV2"]],
    [["IMAP4rev2"], ["IMAP4rev1"], []],
    [["UTF8=ACCEPT"], [], ["UTF8=ACCEPT"]],
    [["IMAP4rev2", "UTF8=ACCEPT"], [], ["IMAP4REV2", "UTF8=ACCEPT"]],
  ];
  for (const [add, omit, enabled] of OFFERS) {
    const name = `+${add} -${omit}`;
    test(`${name}: folder names → UTF-8 on the wire [ext IMAP4rev2, UTF8=ACCEPT]`, async () => {
      const { server, ann, sent } = serverWith([...add, "ACL", "METADATA"], omit);
      fill(ann, 2);
      const client = await open(server);
      assertEquals(client.enabled, enabled);
      const folder = 'Entwürfe "&" 受信';
      await client.createFolder(folder);
      await client.append(folder, "Subject: x\n\ny\n");
      assertEquals((await client.listFolders()).map((it) => it.name), ["INBOX", folder]);
      assertEquals((await client.folderStatus(folder, ["MESSAGES"])).MESSAGES, 1);
      await client.subscribeFolder(folder);
      assert((await client.listSubFolders()).some((it) => it.name === folder));
      assert((await client.myRights(folder)).includes("r"));
      assertEquals((await client.getQuotaRoot(folder))[0].mailbox, folder);
      await client.setMetadata(folder, { "/private/comment": "ü" });
      await client.renameFolder(folder, "Ä&-");
      assertEquals(ann.messages("Ä&-").length, 1);
      assertEquals([...await client.search(["SUBJECT", "ü"])], []);
      assertFalse(sent().includes("&APw-"), sent());
      await client.logout();
      await server.close();
    });
  }

  test("IMAP4rev2 → ESEARCH, no RECENT, what it includes [ext IMAP4rev2]", async () => {
    const { server, ann, sent } = serverWith(["IMAP4rev2"], ["UNSELECT"]);
    fill(ann, 3);
    const client = await open(server);
    assertEquals([...await client.search()], [1, 2, 3]);
    assertEquals(await client.count("UNSEEN"), 3);
    await client.search("ALL", { save: true });
    ann.append("INBOX", "Subject: new\n\nx\n");
    await client.noop();
    await client.selectFolder("INBOX");
    await client.unselectFolder();
    const told = sent();
    assert(told.includes("UID ALL 1:3") && told.includes("[CLOSED]"), told);
    assertFalse(/RECENT|\* SEARCH|\[UNSEEN/i.test(told), told);
    await client.logout();
    await server.close();
  });

  test("UTF8=ACCEPT and CHARSET, or bad UTF-8 → BAD [ext UTF8=ACCEPT]", async () => {
    const { server, ann } = serverWith(["UTF8=ACCEPT"]);
    fill(ann, 1);
    const client = await connectRaw(server);
    await client.command("LOGIN ann secret");
    assertEquals((await client.command('CREATE "Entw&APw-rfe"')).at(-1)!.split(" ")[1], "OK");
    await client.command("ENABLE UTF8=ACCEPT");
    await client.command("SELECT INBOX");
    assert((await client.command("SEARCH CHARSET UTF-8 ALL")).at(-1)!.includes(" BAD "));
    assert((await client.command('SELECT "Entw&APw-rfe"')).at(-1)!.includes(" NO "));
    assert((await client.command('CREATE "\xff\xfe"')).at(-1)!.includes(" BAD "));
    await client.close();
    await server.close();
  });

  test("nothing enabled → modified UTF-7, and RECENT [ext IMAP4rev2, UTF8=ACCEPT]", async () => {
    const { server, ann, sent } = serverWith(["IMAP4rev2", "UTF8=ACCEPT"]);
    fill(ann, 1);
    const client = await open(server, { enable: [] });
    await client.createFolder("Entwürfe");
    await client.listFolders();
    await client.search();
    assert(sent().includes("* SEARCH 1") && sent().includes(" RECENT"));
    assert(sent().includes('"/" "Entw&APw-rfe"'), sent());
    const error = await outcome(client.selectFolder("nowhere"));
    assertInstanceOf(error, ImapError);
    await client.logout();
    await server.close();
  });
});
