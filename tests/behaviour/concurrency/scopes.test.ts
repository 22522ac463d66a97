// A call acts in the folder that it was made for, or not at all.
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  type Command,
  IllegalStateError,
  type ImapClient,
  NumberSet,
  PartialMoveError,
} from "@imapclient/imapclient";
import { connectFake, type FakeServer, outcome, test } from "../../support/fake_server.ts";

const GREETING = "* PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS IDLE UNSELECT] x";

/** A client that has selected INBOX with three messages. */
async function open(
  options: Parameters<typeof connectFake>[0] = {},
  greeting: string = GREETING,
): Promise<{ client: ImapClient; server: FakeServer }> {
  const { client, server } = await connectFake(options, greeting);
  const selecting = client.selectFolder("INBOX");
  await answerSelect(server, "INBOX");
  await selecting;
  return { client, server };
}

async function answerSelect(server: FakeServer, name: string, validity = 1): Promise<void> {
  await server.answer(
    `SELECT "${name}"`,
    "* 3 EXISTS",
    `* OK [UIDVALIDITY ${validity}] of ${name}`,
    "* OK [READ-WRITE] x",
  );
}

async function refused(call: Promise<unknown>, what: string): Promise<void> {
  const error = await outcome(call);
  assertInstanceOf(error, IllegalStateError);
  assertStringIncludes(error.message, what);
}

test("a move in steps: SELECT queued meanwhile → waits for the last step [fault A1]", async () => {
  const { client, server } = await open();
  const moving = client.move([1, 2, 3], "Archive");
  await server.answer("UID SEARCH UID 1:3", "* SEARCH 1 2 3");
  const tag = await server.expect('UID COPY 1:3 "Archive"');
  const selecting = client.selectFolder("Contracts");
  const listing = client.listFolders();
  await server.send(`${tag} OK [COPYUID 9 1:3 4:6] done`);
  await server.answer("UID STORE 1:3 +FLAGS.SILENT (\\Deleted)");
  await server.answer("UID EXPUNGE 1:3", "* 1 EXPUNGE", "* 1 EXPUNGE", "* 1 EXPUNGE");
  await answerSelect(server, "Contracts");
  await server.answer('LIST "" "*"');
  assertEquals((await moving).uids.size, 3);
  await Promise.all([selecting, listing]);
  client.shutdown();
});

test("UIDs found before UIDVALIDITY changed in the same selection → refused [fault A1]", async () => {
  const { client, server } = await open();
  const searching = client.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
  const found = await searching;
  const noop = client.noop();
  await server.answer("NOOP", "* OK [UIDVALIDITY 2] assigned again");
  await noop;
  await refused(client.deleteMessages(found), "before UIDs were assigned again");
  assert(await server.isSilent());
  client.shutdown();
});

test("a move in steps: its second step fails → SELECT is sent, nothing else [fault A1]", async () => {
  const { client, server } = await open();
  const moving = outcome(client.move([1, 2, 3], "Archive"));
  await server.answer("UID SEARCH UID 1:3", "* SEARCH 1 2 3");
  const tag = await server.expect('UID COPY 1:3 "Archive"');
  const selecting = client.selectFolder("Contracts");
  await server.send(`${tag} OK [COPYUID 9 1:3 4:6] done`);
  const store = await server.expect("UID STORE 1:3 +FLAGS.SILENT (\\Deleted)");
  await server.send(`${store} NO not now`);
  await answerSelect(server, "Contracts");
  assertInstanceOf(await moving, PartialMoveError);
  await selecting;
  client.shutdown();
});

test("copies, expunges in several sets: SELECT waits for the last [fault A1]", async () => {
  const { client, server } = await open({ limits: { ids: 3 } });
  const copying = client.copy([1, 3, 5, 7], "Archive");
  const expunging = client.uidExpunge([1, 3, 5, 7]);
  const selecting = client.selectFolder("Contracts");
  await server.answer('UID COPY 5,7 "Archive"');
  await server.answer('UID COPY 1,3 "Archive"');
  await server.answer("UID EXPUNGE 1,3");
  await server.answer("UID EXPUNGE 5,7");
  await answerSelect(server, "Contracts");
  await Promise.all([copying, expunging, selecting]);
  client.shutdown();
});

test("a search repeated in another charset: in the same folder [fault A1]", async () => {
  const { client, server } = await open();
  const searching = client.search(["SUBJECT", "ü"]);
  const tag = await server.expect("UID SEARCH CHARSET UTF-8 SUBJECT {2}");
  const selecting = client.selectFolder("Contracts");
  await server.send(`${tag} NO [BADCHARSET (ISO-8859-1)] no`);
  const again = await server.expect("UID SEARCH CHARSET ISO-8859-1 SUBJECT {1}");
  await server.send("+ go on");
  await server.line();
  await server.send("* SEARCH 7", `${again} OK`);
  await answerSelect(server, "Contracts");
  assertEquals([...await searching], [7]);
  await selecting;
  client.shutdown();
});

test("fetchEach over several sets: another folder → its next command is refused [fault A1]", async () => {
  const { client, server } = await open({ limits: { ids: 3 } });
  const messages = client.fetchEach([1, 3, 5, 7], ["FLAGS"]);
  const first = messages.next();
  await server.answer("UID FETCH 1,3 (FLAGS)", "* 1 FETCH (UID 1 FLAGS ())");
  await first;
  const selecting = client.selectFolder("Contracts");
  await answerSelect(server, "Contracts");
  await selecting;
  await refused(messages.next(), '"Contracts" was selected meanwhile');
  assert(await server.isSilent());
  client.shutdown();
});

test("SELECT aborted after it was sent: no folder is selected [fault A2]", async () => {
  const { client, server } = await open();
  const controller = new AbortController();
  const selecting = outcome(client.selectFolder("B", { signal: controller.signal }));
  const tag = await server.expect('SELECT "B"');
  const queued = outcome(client.deleteMessages([1]));
  controller.abort();
  await selecting;
  const after = outcome(client.deleteMessages([1, 2, 3]));
  await server.send("* 3 EXISTS", `${tag} OK [READ-WRITE] there`);
  for (const call of [queued, after]) {
    await refused(call.then((it) => Promise.reject(it)), "given up");
  }
  await refused(client.expunge(), "call selectFolder again");
  assertEquals(client.state, "authenticated");
  assert(await server.isSilent());
  client.shutdown();
});

test("SELECT aborted before it was sent: it never happened [fault A2]", async () => {
  const { client, server } = await open();
  const controller = new AbortController();
  const noop = client.noop();
  const selecting = outcome(client.selectFolder("B", { signal: controller.signal }));
  const queued = outcome(client.expunge());
  controller.abort();
  await selecting;
  const after = client.expunge();
  await server.answer("NOOP");
  await server.answer("EXPUNGE");
  await Promise.all([noop, after]);
  await refused(queued.then((it) => Promise.reject(it)), "given up");
  client.shutdown();
});

test("SELECT that can't be sent or fails: calls queued for it are refused [fault A2]", async () => {
  const { client, server } = await open();
  const unsent = outcome(client.selectFolder("\ud800"));
  await refused(client.expunge(), "could not be sent");
  await unsent;
  const failing = outcome(client.selectFolder("B"));
  const queued = outcome(client.expunge());
  const tag = await server.expect('SELECT "B"');
  await server.send(`${tag} NO none`);
  await failing;
  await refused(queued.then((it) => Promise.reject(it)), "the SELECT before it failed");
  assert(await server.isSilent());
  client.shutdown();
});

test("a number while an EXPUNGE arrives: the call is refused [fault A3]", async () => {
  const { client, server } = await open({ useUid: false });
  const controller = new AbortController();
  const watching = (async () => {
    for await (const _event of client.watch({ signal: controller.signal }));
  })().catch(() => {});
  const tag = await server.expect("IDLE");
  await server.send("+ idling");
  const deleting = outcome(client.deleteMessages(3));
  const everything = client.getFlags("1:*");
  await server.expect("DONE");
  await server.send("* 1 EXPUNGE", `${tag} OK done`);
  await refused(deleting.then((it) => Promise.reject(it)), "expunged meanwhile");
  await server.answer("FETCH 1:* (FLAGS)", "* 1 FETCH (FLAGS ())");
  assertEquals((await everything).size, 1);
  controller.abort();
  await watching;
  client.shutdown();
});

test("numbers found before an EXPUNGE: refused afterwards [fault A3]", async () => {
  const { client, server } = await open({ useUid: false });
  const searching = client.search("ALL");
  await server.answer("SEARCH ALL", "* SEARCH 1 2 3");
  const found = await searching;
  const noop = client.noop();
  await server.answer("NOOP", "* 1 EXPUNGE");
  await noop;
  for (const ids of [found, NumberSet.from(found)]) {
    await refused(client.addFlags(ids, "$x"), "expunged meanwhile");
  }
  const criteria = outcome(client.search(["2:3", "UNSEEN"]));
  await server.answer("SEARCH 2:3 UNSEEN", "* SEARCH 2");
  await criteria;
  client.shutdown();
});

test("a custom command by number while an EXPUNGE arrives: refused [fault A3]", async () => {
  const { client, server } = await open();
  const noop = client.noop();
  const storing = outcome(client.run({
    name: "STORE",
    state: "selected",
    write: (out) => void out.sp().number(3).sp().raw("+FLAGS (\\Deleted)"),
    result: () => {},
  }));
  await server.answer("NOOP", "* 1 EXPUNGE");
  await refused(storing.then((it) => Promise.reject(it)), "expunged meanwhile");
  await noop;
  client.shutdown();
});

test("ids found in one folder: refused in another, taken in the same again [fault A4]", async () => {
  const { client, server } = await open();
  const searching = client.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1 2 3");
  const found = await searching;
  const other = client.selectFolder("Victim");
  await answerSelect(server, "Victim");
  await other;
  await refused(client.deleteMessages(found), "found in another folder");
  await refused(client.move(NumberSet.from(found), "x"), "found in another folder");
  await refused(client.fetchEach(found, ["FLAGS"]).next(), "found in another folder");
  const back = client.selectFolder("inbox");
  await answerSelect(server, "inbox");
  await back;
  const storing = client.deleteMessages(found, { silent: true });
  await server.answer("UID STORE 1:3 +FLAGS.SILENT (\\Deleted)");
  await storing;
  const anew = client.selectFolder("INBOX");
  await answerSelect(server, "INBOX", 2);
  await anew;
  await refused(client.uidExpunge(found), "before UIDs were assigned again");
  client.useUid = false;
  await refused(client.addFlags(found, "$x"), "are UIDs");
  assert(await server.isSilent());
  client.shutdown();
});

test("ids found over another connection: valid if UIDVALIDITY is the same [fault A4]", async () => {
  const first = await open();
  const searching = first.client.search("ALL");
  await first.server.answer("UID SEARCH ALL", "* SEARCH 1 2 3");
  const found = await searching;
  const { client, server } = await open();
  const storing = client.addFlags(found, "$x", { silent: true });
  await server.answer("UID STORE 1:3 +FLAGS.SILENT ($x)");
  await storing;
  const other = client.selectFolder("Victim");
  await answerSelect(server, "Victim");
  await other;
  await refused(client.deleteMessages(found), "found in another folder");
  const anew = client.selectFolder("INBOX");
  await answerSelect(server, "INBOX", 2);
  await anew;
  await refused(client.deleteMessages(found), "found in another folder");
  client.shutdown();
  first.client.shutdown();
});

test("a SELECT given up, and another queued at once: calls for the second are sent [fault A2]", async () => {
  const { client, server } = await open();
  const controller = new AbortController();
  const selecting = outcome(client.selectFolder("B", { signal: controller.signal }));
  const tag = await server.expect('SELECT "B"');
  controller.abort();
  await selecting;
  const again = client.selectFolder("C");
  await server.send("* 9 EXISTS", `${tag} OK [READ-WRITE] there`);
  const select = await server.expect('SELECT "C"');
  const searching = client.search("ALL");
  await server.send("* 3 EXISTS", `${select} OK [READ-WRITE] x`);
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  assertEquals([...await searching], [1]);
  await again;
  client.shutdown();
});

test("two tasks that select at once: a call in between is refused [fault A4]", async () => {
  const { client, server } = await open();
  const purge = async (folder: string, query: string) => {
    await client.selectFolder(folder);
    const ids = await client.search(query);
    await client.deleteMessages(ids);
    await client.expunge();
  };
  const trash = outcome(purge("Trash", "ALL"));
  const victim = purge("Victim", "SUBJECT nothing");
  await answerSelect(server, "Trash");
  const tag = await server.expect('SELECT "Victim"');
  await refused(trash.then((it) => Promise.reject(it)), "two tasks were selecting folders");
  await server.send("* 3 EXISTS", `${tag} OK [READ-WRITE] x`);
  await server.answer("UID SEARCH SUBJECT nothing", "* SEARCH");
  await server.answer("EXPUNGE");
  await victim;
  client.shutdown();
});

test("SELECT by a custom command: the session follows [fault A2]", async () => {
  const { client, server } = await open();
  const select: Command<string> = {
    name: "select",
    state: "authenticated",
    write: (out) => void out.sp().mailbox("B"),
    accept: ({ type }) => type === "EXISTS",
    result: ({ text }) => text,
  };
  const searching = client.search("ALL");
  const selecting = client.run(select);
  const copying = client.copy("1:*", "Archive");
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  await server.answer('select "B"', "* 2 EXISTS", "* OK [READ-ONLY] x");
  await server.answer('UID COPY 1:* "Archive"');
  await Promise.all([selecting, copying]);
  await refused(client.addFlags(await searching, "$x"), "found in another folder");
  const closing = client.run({ name: "CLOSE", result: () => {} });
  await server.answer("CLOSE");
  await closing;
  await refused(client.expunge(), "needs a selected folder");
  client.shutdown();
});

test("a call's settings: those at the moment when it was made", async () => {
  const { client, server } = await open();
  const noop = client.noop();
  const fetching = client.fetch([2], ["FLAGS"]);
  const listing = client.listFolders();
  client.useUid = false;
  client.folderEncode = false;
  await server.answer("NOOP");
  await server.answer("UID FETCH 2 (FLAGS)", "* 1 FETCH (UID 2 FLAGS ())");
  await server.answer('LIST "" "*"', '* LIST () "/" "&ANw-"');
  assertEquals([...(await fetching).keys()], [2]);
  assertEquals((await listing)[0].name, "Ü");
  await noop;
  client.shutdown();
});

test("watch: another folder → it ends with an error that says so [fault A1]", async () => {
  const { client, server } = await open();
  const events = client.watch();
  const first = outcome(events.next());
  const tag = await server.expect("IDLE");
  await server.send("+ idling");
  const selecting = client.selectFolder("Contracts");
  await server.expect("DONE");
  await server.send(`${tag} OK`);
  await answerSelect(server, "Contracts");
  await selecting;
  await refused(first.then((it) => Promise.reject(it)), '"Contracts" was selected meanwhile');
  client.shutdown();
});
