// Folders that are opened, closed and aborted at the wrong moment.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type Command,
  ConnectionClosedError,
  type Folder,
  IllegalStateError,
  ImapClient,
  ImapError,
  type OpenFolderOptions,
  TimeoutError,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import {
  connectFake,
  isPending,
  loggedInFake,
  outcome,
  test,
  turns,
} from "../../support/fake_server.ts";
import { answerSelect, openFake } from "./opening.ts";

const PREAUTH = "* PREAUTH [CAPABILITY IMAP4rev1] hello";

/** A SELECT with `client.run`. */
function byHand(folder: string): Command<string> {
  return {
    name: "SELECT",
    write: (out) => void out.sp().mailbox(folder),
    result: (done) => done.text,
  };
}

/** A client of a server in memory with these folders, and the server. */
async function inMemory(...folders: string[]) {
  const server = new MemoryServer({ greeting: "PREAUTH" });
  const account = server.addUser("ann", "secret");
  for (const name of folders) {
    account.createFolder(name);
    account.append(name, `Subject: ${name}\r\n\r\nx\r\n`);
  }
  const client = await ImapClient.connect({ transport: server.transport, id: false });
  return { server, client, account };
}

// Another folder takes its place by hand

test("a folder that was lost is opened again by another → selected again, for that one", async () => {
  const { client, server } = await loggedInFake();
  const lost = await openFake(client, server, "A");
  const selecting = client.run(byHand("B"));
  await answerSelect(server, "B");
  await selecting;
  const again = await openFake(client, server, "A");
  const third = await client.openFolder("A"); // shares the second one's
  await assertRejects(() => lost.expunge(), IllegalStateError, "was not sent");
  await lost.close();
  await again.close();
  const searching = third.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  assertEquals([...await searching], [1]);
  client.shutdown();
});

test("a lost folder can't be selected again → the next one tries once more", async () => {
  const { client, server } = await loggedInFake();
  await openFake(client, server, "A");
  const selecting = client.run(byHand("B"));
  await answerSelect(server, "B");
  await selecting;
  const refused = outcome(client.openFolder("A"));
  const tag = await server.expect('SELECT "A"');
  await server.send(`${tag} NO [INUSE] not now`);
  assertInstanceOf(await refused, ImapError);
  assertEquals((await openFake(client, server, "A")).exists, 3);
  client.shutdown();
});

// selectFolder that waits

test("selectFolder waits, and a call is meant for its folder → refused, not sent to another", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const selecting = client.selectFolder("B");
  const deleting = outcome(client.deleteMessages("1:*"));
  assertInstanceOf(await deleting, IllegalStateError);
  assert(await server.isSilent());
  const flags = held.addFlags(1, "\\Seen", { silent: true });
  await server.answer("UID STORE 1 +FLAGS.SILENT (\\Seen)");
  await flags;
  await held.close();
  await answerSelect(server, "B");
  await selecting;
  const inB = client.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
  assertEquals([...await inB], [1, 2]);
  client.shutdown();
});

test("selectFolder stops waiting → the client has no folder, the holder keeps its own", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const controller = new AbortController();
  const selecting = outcome(client.selectFolder("B", { signal: controller.signal }));
  controller.abort(new Error("enough"));
  assertEquals((await selecting as Error).message, "enough");
  await assertRejects(() => client.search("ALL"), IllegalStateError, "openFolder");
  const searching = held.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  assertEquals([...await searching], [1]);
  client.shutdown();
});

test("by number, while selectFolder waits → refused only if numbers have moved", async () => {
  const { client, server } = await connectFake({ useUid: false }, PREAUTH);
  const held = await openFake(client, server, "A");
  await server.send("* 3 EXPUNGE");
  await turns();
  const selecting = outcome(client.selectFolder("B"));
  const getting = held.getFlags(1);
  await server.answer("FETCH 1 (FLAGS)", "* 1 FETCH (FLAGS (a))");
  assertEquals((await getting).get(1), ["a"]);
  client.shutdown();
  await selecting;
});

// Given up

test("given up before it is sent → nothing is sent", async () => {
  const { client, server } = await loggedInFake();
  const controller = new AbortController();
  const opening = outcome(client.openFolder("A", { signal: controller.signal }));
  controller.abort(new Error("enough"));
  assertEquals((await opening as Error).message, "enough");
  assert(await server.isSilent());
  client.shutdown();
});

test("all openers stop waiting before their SELECT's turn → never sent", async () => {
  const { client, server } = await loggedInFake();
  const working = client.noop();
  const tag = await server.expect("NOOP");
  const controller = new AbortController();
  const { signal } = controller;
  const both = ["A", "A"].map((name) => outcome(client.openFolder(name, { signal })));
  await turns();
  controller.abort(new Error("enough"));
  for (const opening of both) assertEquals((await opening as Error).message, "enough");
  await server.send(`${tag} OK done`);
  await working;
  assert(await server.isSilent());
  await openFake(client, server, "B");
  client.shutdown();
});

test("aborted after its SELECT was sent → the client has no folder that it did not ask for", async () => {
  const { client, server } = await loggedInFake();
  const controller = new AbortController();
  const opening = outcome(client.openFolder("A", { signal: controller.signal }));
  const tag = await server.expect('SELECT "A"');
  controller.abort(new Error("enough"));
  await opening;
  await server.send("* 3 EXISTS", `${tag} OK [READ-WRITE] selected`);
  await turns();
  await assertRejects(() => client.deleteMessages("1:*"), IllegalStateError);
  assert(await server.isSilent());
  client.shutdown();
});

test("aborted at any moment → nobody is held up, and no call acts in another folder", async () => {
  for (let after = 0; after < 60; after++) {
    const { client, server } = await inMemory("A", "B");
    const controller = new AbortController();
    const { signal } = controller;
    const first = outcome(client.openFolder("A", { signal }));
    const second = client.withFolder("A", {}, (folder) => folder.search("ALL"));
    const third = client.withFolder("B", {}, (folder) => folder.fetch("1:*", ["ENVELOPE"]));
    for (let i = 0; i < after; i++) await null;
    controller.abort(new Error("enough"));
    const held = await first;
    if (!(held instanceof Error)) await held.close();
    else assertEquals(held.message, "enough");
    assertEquals([...await second], [1], `${after}`);
    assertEquals((await third).get(1)?.ENVELOPE.subject, "B", `${after}`);
    await server.close();
  }
});

// Closed at the wrong moment

test("closed during a move in steps → all steps, then the next folder", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 UIDPLUS");
  const folder = await openFake(client, server, "A");
  const moving = folder.move([1, 2], "Archive");
  await server.answer("UID SEARCH UID 1:2", "* SEARCH 1 2");
  const next = client.openFolder("B");
  await folder.close();
  await server.answer('UID COPY 1:2 "Archive"');
  await server.answer("UID STORE 1:2 +FLAGS.SILENT (\\Deleted)");
  await server.answer("UID EXPUNGE 1:2");
  await moving;
  await answerSelect(server, "B");
  assertEquals((await next).name, "B");
  client.shutdown();
});

test("closed during fetchEach → it ends after what was sent, then the next folder", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1", { limits: { ids: 4 } });
  const folder = await openFake(client, server, "A");
  const messages = folder.fetchEach([1, 3, 5], ["FLAGS"]);
  const first = messages.next();
  const tag = await server.expect("UID FETCH 1,3 (FLAGS)");
  await server.send("* 1 FETCH (UID 1 FLAGS ())");
  assertEquals((await first).value?.UID, 1);
  await folder.close();
  const next = client.openFolder("B");
  await server.send("* 3 FETCH (UID 3 FLAGS ())", `${tag} OK done`);
  await answerSelect(server, "B");
  const other = await next;
  assertEquals((await messages.next()).value?.UID, 3);
  await assertRejects(() => messages.next(), IllegalStateError, "was not sent");
  const searching = other.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH");
  await searching;
  client.shutdown();
});

// The connection ends

test("opened during or after logout, or after shutdown → rejected with the reason", async () => {
  for (const held of [true, false]) {
    const { client, server } = await loggedInFake();
    if (held) await openFake(client, server, "A");
    const leaving = client.logout();
    const tag = await server.expect("LOGOUT");
    const during = outcome(client.openFolder("B"));
    await server.send("* BYE see you", `${tag} OK done`);
    server.close();
    await leaving;
    assertInstanceOf(await during, ConnectionClosedError);
    assertInstanceOf(await outcome(client.openFolder("A")), ConnectionClosedError);
  }
  const { client, server } = await loggedInFake();
  await openFake(client, server, "A");
  const waiting = outcome(client.openFolder("B"));
  client.shutdown();
  assertInstanceOf(await waiting, ConnectionClosedError);
  assertInstanceOf(await outcome(client.openFolder("A")), ConnectionClosedError);
});

test("BYE while a folder is held, selected or waited for → its words reach everybody", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const all = [outcome(held.search("ALL")), outcome(client.openFolder("B"))];
  await server.expect("UID SEARCH ALL");
  await server.send("* BYE [UNAVAILABLE] going down");
  all.push(outcome(held.search("ALL")), outcome(client.openFolder("A")));
  server.close();
  for (const error of await Promise.all(all)) {
    assertInstanceOf(error, ConnectionClosedError);
    assert(error.message.includes("going down"), error.message);
  }
});

// What the server answers

test("SELECT is answered with NO, BAD or not at all → an error, and the next one's turn", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server } = await loggedInFake();
    const [opening, next] = [outcome(client.openFolder("A")), client.openFolder("B")];
    const tag = await server.expect('SELECT "A"');
    await server.send("* 9 EXISTS", `${tag} ${status} no`);
    assertInstanceOf(await opening, ImapError);
    await answerSelect(server, "B");
    assertEquals((await next).exists, 3);
    client.shutdown();
  }
  const { client, server } = await loggedInFake("IMAP4rev1", { timeout: 0.05 });
  const all = ["A", "A", "B"].map((name) => outcome(client.openFolder(name)));
  await server.expect('SELECT "A"');
  for (const error of await Promise.all(all)) assertInstanceOf(error, TimeoutError);
});

test("CLOSED between updates of two folders → each folder gets its own", async () => {
  const { client, server } = await loggedInFake();
  const one = await openFake(client, server, "A");
  await one.close();
  const opening = client.openFolder("B");
  const tag = await server.expect('SELECT "B"');
  await server.send("* 2 EXISTS", "* OK [CLOSED] A is closed", "* 8 EXISTS", `${tag} OK selected`);
  const other = await opening;
  await server.send("* OK [CLOSED] what for?", "* 9 EXISTS");
  await turns();
  assertEquals([one.exists, other.exists], [3, 9]);
  client.shutdown();
});

// One in another

test("withFolder in withFolder: the same folder → shared; another → the wait ends in time", async () => {
  const { client, server } = await inMemory("A", "B");
  const options: OpenFolderOptions = { timeout: 0.02 };
  const found = await client.withFolder("A", {}, async (outer) => {
    const inner = await client.withFolder("A", options, (folder) => folder.search("ALL"));
    const other = await outcome(client.withFolder("B", options, () => {}));
    assertInstanceOf(other, TimeoutError);
    // While others wait, nobody overtakes them: that would wait for itself too.
    const waiting = client.withFolder("B", {}, () => {});
    const behind = await outcome(client.withFolder("A", options, () => {}));
    assertInstanceOf(behind, TimeoutError);
    return { inner, outer: await outer.search("ALL"), waiting };
  });
  assertEquals([[...found.inner], [...found.outer]], [[1], [1]]);
  await found.waiting;
  await server.close();
});

test("opened in a listener → it waits like any other", async () => {
  const { client, server } = await loggedInFake();
  let opening: Promise<Folder> | undefined;
  const stop = client.listen(() => {
    opening ??= client.openFolder("B");
  });
  const held = await openFake(client, server, "A");
  await server.send("* 4 EXISTS");
  await turns();
  assert(opening !== undefined && await isPending(opening));
  await held.close();
  await answerSelect(server, "B");
  assertEquals((await opening).name, "B");
  stop();
  client.shutdown();
});

// News

test("two holders watch the same folder → the second is refused", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 IDLE");
  const one = await openFake(client, server, "A");
  const two = await client.openFolder("A");
  const news = one.watch();
  const first = news.next();
  const tag = await server.expect("IDLE");
  await server.send("+ idling");
  await assertRejects(() => two.watch().next(), IllegalStateError, "already");
  await server.send("* 4 EXISTS");
  assertEquals((await first).value?.type, "EXISTS");
  const leaving = news.return();
  await server.line();
  await server.send(`${tag} OK done`);
  await leaving;
  client.shutdown();
});

test("closed during idle or watch → the next folder can be watched", async () => {
  const idle = (folder: Folder) => folder.idle();
  const watch = (folder: Folder) => void folder.watch().next().catch(() => {});
  for (const begin of [idle, watch]) {
    const { client, server } = await loggedInFake("IMAP4rev1 IDLE");
    const one = await openFake(client, server, "A");
    await assertRejects(() => client.idle(), IllegalStateError, "openFolder");
    await assertRejects(() => client.watch().next(), IllegalStateError, "openFolder");
    const begun = begin(one);
    const tag = await server.expect("IDLE");
    await server.send("+ idling");
    await begun;
    await one.close();
    const opening = client.openFolder("B");
    assertEquals(await server.line(), "DONE");
    await server.send(`${tag} OK done`);
    await answerSelect(server, "B");
    const news = (await opening).watch();
    const first = news.next();
    await server.expect("IDLE");
    await server.send("+ idling", "* 4 EXISTS");
    assertEquals((await first).value?.type, "EXISTS");
    if (begin === idle) await assertRejects(() => client.idleCheck(), IllegalStateError);
    client.shutdown();
  }
});

test("the client's calls in a folder that was opened → refused, even after it is closed", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 UIDPLUS UNSELECT");
  const selecting = client.selectFolder("Mine");
  await answerSelect(server, "Mine");
  await selecting;
  const held = await openFake(client, server, "Theirs");
  const calls: ((client: ImapClient) => Promise<unknown>)[] = [
    (client) => client.search("ALL"),
    (client) => client.fetch(1, "FLAGS"),
    (client) => client.addFlags(1, "\\Seen"),
    (client) => client.deleteMessages(1),
    (client) => client.expunge(),
    (client) => client.uidExpunge(1),
    (client) => client.move(1, "Mine"),
    (client) => client.run({ name: "EXPUNGE", state: "selected", modifies: true, result: () => 1 }),
  ];
  const refused = (call: (client: ImapClient) => Promise<unknown>) =>
    assertRejects(
      () => call(client),
      IllegalStateError,
      '"Theirs" was selected by openFolder, withFolder or searchFolders',
    );
  for (const call of calls) await refused(call);
  const noticed = client.noop();
  await server.answer("NOOP", "* 9 EXISTS");
  await noticed;
  assertEquals(held.exists, 9);
  const expunging = held.run({ name: "EXPUNGE", state: "selected", result: () => "done" });
  await server.answer("EXPUNGE");
  assertEquals(await expunging, "done");
  await held.close();
  for (const call of [...calls, (client: ImapClient) => client.closeFolder()]) await refused(call);
  const again = client.selectFolder("Mine");
  await answerSelect(server, "Mine");
  await again;
  const searching = client.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  assertEquals([...await searching], [1]);
  client.shutdown();
});

test("unselectFolder after a folder was closed → it is left", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 UNSELECT");
  await (await openFake(client, server, "A")).close();
  const leaving = client.unselectFolder();
  await server.answer("UNSELECT");
  await leaving;
  await assertRejects(() => client.search("ALL"), IllegalStateError, "call selectFolder");
  client.shutdown();
});
