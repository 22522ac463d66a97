// Folders that are opened and held: who gets one, who waits, and how a lost folder behaves.
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ConnectionClosedError,
  type Folder,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  type OpenFolderOptions,
  ReadOnlyError,
  TimeoutError,
} from "../../../mod.ts";
import { isPending, loggedInFake, outcome, test, turns } from "../../support/fake_server.ts";
import { answerSelect, openFake } from "./opening.ts";

test("openFolder → the folder is selected, and its calls act in it", async () => {
  const { client, server } = await loggedInFake();
  const folder = await openFake(client, server, "Work");
  const { name, uidValidity, exists, readOnly } = folder;
  assertEquals([name, uidValidity, exists, readOnly], ["Work", 7, 3, false]);
  const searching = folder.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 4 5", "* 4 EXISTS");
  assertEquals([...await searching], [4, 5]);
  assertEquals(folder.exists, 4);
  await folder.close();
  client.shutdown();
});

test("openFolder, readonly → EXAMINE, and changes are refused", async () => {
  const { client, server } = await loggedInFake();
  const folder = await openFake(client, server, "Work", { readonly: true });
  assertEquals(folder.readOnly, true);
  await assertRejects(() => folder.addFlags(1, "\\Seen"), ReadOnlyError);
  assert(await server.isSilent());
  client.shutdown();
});

test("the same folder in the same mode → one SELECT, shared until the last close", async () => {
  const { client, server } = await loggedInFake();
  const [one, two] = [client.openFolder("INBOX"), client.openFolder("inbox")];
  await answerSelect(server, "INBOX");
  const [first, second] = [await one, await two];
  const third = await client.openFolder("INBOX");
  await first.close();
  await third.close();
  const other = client.openFolder("Work");
  assert(await server.isSilent());
  const searching = second.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  assertEquals([...await searching], [1]);
  await second.close();
  await answerSelect(server, "Work");
  assertEquals((await other).name, "Work");
  client.shutdown();
});

test("another folder, or another mode → waits its turn, first come, first served", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const order: string[] = [];
  const opening = (name: string, options: OpenFolderOptions = {}) =>
    client.withFolder(name, options, (folder) => {
      order.push(`${folder.name} ${folder.readOnly}`);
    });
  // The last one could share what is held, but must not overtake the others.
  const all = [opening("B"), opening("A", { readonly: true }), opening("C"), opening("A")];
  assert(await server.isSilent());
  await held.close();
  await answerSelect(server, "B");
  await answerSelect(server, "A", { command: "EXAMINE" });
  await answerSelect(server, "C");
  await answerSelect(server, "A");
  await Promise.all(all);
  assertEquals(order, ["B false", "A true", "C false", "A false"]);
  client.shutdown();
});

test("selectFolder, closeFolder and unselectFolder → wait while a folder is held", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 UNSELECT");
  const held = await openFake(client, server, "A");
  const unselecting = client.unselectFolder();
  const selecting = client.selectFolder("B");
  const searching = held.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 9");
  assertEquals([...await searching], [9]);
  assert(await isPending(selecting));
  await held.close();
  await server.answer("UNSELECT");
  await unselecting;
  const opening = client.openFolder("C");
  await answerSelect(server, "B", { exists: 8 });
  assertEquals((await selecting).EXISTS, 8);
  const inB = client.search("ALL"); // meant for B, though others wait
  await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
  assertEquals([...await inB], [1, 2]);
  await answerSelect(server, "C");
  await opening;
  client.shutdown();
});

test("an aborted wait → its reason, at once; the next one is not held up", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const [controller, reason] = [new AbortController(), new Error("no time")];
  const given = outcome(client.openFolder("B", { signal: controller.signal }));
  const next = client.openFolder("C");
  controller.abort(reason);
  assertEquals(await given, reason);
  const aborted = outcome(client.openFolder("D", { signal: AbortSignal.abort(reason) }));
  assertEquals(await aborted, reason);
  await held.close();
  await answerSelect(server, "C");
  await (await next).close();
  client.shutdown();
});

test("a wait that lasts too long → TimeoutError names the folder, the place and the time", async () => {
  const { client, server } = await loggedInFake();
  const opening = client.openFolder("Work"); // opened here, in this file
  await answerSelect(server, "Work");
  const held = await opening;
  for (const wait of [client.openFolder("B", { timeout: 0.02 }), openAgain(client)]) {
    const error = await outcome(wait);
    assertInstanceOf(error, TimeoutError);
    assert(/"Work" is held since \d{4}-\d\d-\d\dT[\d:.]+Z \(\d+ seconds\)/.test(error.message));
    assert(error.message.includes("held.test"), error.message);
  }
  await held.close();
  const after = await openFake(client, server, "B");
  assertEquals(after.name, "B");
  client.shutdown();
});

/** In a task that holds the folder in one mode, a wait for the other mode can't end. */
async function openAgain(client: ImapClient): Promise<Folder> {
  return await client.openFolder("Work", { readonly: true, timeout: 0.02 });
}

test("a closed folder → every call is refused, and a second close does nothing", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 IDLE");
  const folder = await openFake(client, server, "Work");
  await folder.close();
  await folder.close();
  const calls = [
    ...[() => folder.search("ALL"), () => folder.fetch(1, ["FLAGS"]), () => folder.getFlags(1)],
    ...[() => folder.addFlags(1, "a"), () => folder.copy(1, "B"), () => folder.move(1, "B")],
    ...[
      () => folder.expunge(),
      () => folder.idle(),
      () => folder.thread(),
      () => folder.sort("DATE"),
    ],
  ];
  for (const call of calls) {
    await assertRejects(call, IllegalStateError, 'the folder "Work" was closed: open it again');
  }
  assertThrows(() => folder.fetchEach(1, ["FLAGS"]), IllegalStateError, "was closed");
  assertThrows(() => folder.watch(), IllegalStateError, "was closed");
  assert(await server.isSilent());
  client.shutdown();
});

test("closed by one of two holders → the other one's is not closed", async () => {
  const { client, server } = await loggedInFake();
  const one = await openFake(client, server, "A");
  const two = await client.openFolder("A");
  await one.close();
  await one.close();
  const waiting = client.openFolder("B");
  assert(await isPending(waiting));
  await two.close();
  await answerSelect(server, "B");
  await waiting;
  client.shutdown();
});

test("withFolder and await using → the folder is closed, whatever happens", async () => {
  const { client, server } = await loggedInFake();
  const failing = outcome(client.withFolder("A", {}, () => {
    throw new Error("mine");
  }));
  await answerSelect(server, "A");
  assertEquals((await failing as Error).message, "mine");
  const using = (async () => {
    await using folder = await client.openFolder("B");
    return folder;
  })();
  await answerSelect(server, "B");
  const folder = await using;
  await assertRejects(() => folder.search("ALL"), IllegalStateError, "was closed");
  const value = client.withFolder("C", { readonly: true }, ({ exists }) => exists);
  await answerSelect(server, "C", { command: "EXAMINE", exists: 12 });
  assertEquals(await value, 12);
  client.shutdown();
});

test("a SELECT that is refused → ImapError, and the next one has its turn", async () => {
  const { client, server } = await loggedInFake();
  const [one, two] = [outcome(client.openFolder("gone")), outcome(client.openFolder("gone"))];
  const next = client.openFolder("B");
  const tag = await server.expect('SELECT "gone"');
  await server.send(`${tag} NO [NONEXISTENT] no such folder`);
  for (const error of [await one, await two]) {
    assertInstanceOf(error, ImapError);
    assertEquals(error.code, "NONEXISTENT");
  }
  await answerSelect(server, "B");
  await next;
  client.shutdown();
});

test("a folder that turns out to be read-only → ReadOnlyError, and the next one's turn", async () => {
  const { client, server } = await loggedInFake();
  const opening = outcome(client.openFolder("shared"));
  await answerSelect(server, "shared", { mode: "READ-ONLY" });
  assertInstanceOf(await opening, ReadOnlyError);
  await openFake(client, server, "shared", { readonly: true });
  client.shutdown();
});

test("the first of two aborts during the SELECT → the other gets the folder", async () => {
  const { client, server } = await loggedInFake();
  const controller = new AbortController();
  const first = outcome(client.openFolder("A", { signal: controller.signal }));
  const second = client.openFolder("A");
  const tag = await server.expect('SELECT "A"');
  controller.abort(new Error("enough"));
  assertEquals((await first as Error).message, "enough");
  await server.send("* 5 EXISTS", `${tag} OK selected`);
  assertEquals((await second).exists, 5);
  client.shutdown();
});

test("all abort during the SELECT → its answer is read, and the next one selects", async () => {
  const { client, server } = await loggedInFake();
  const controller = new AbortController();
  const first = outcome(client.openFolder("A", { signal: controller.signal }));
  const tag = await server.expect('SELECT "A"');
  controller.abort(new Error("enough"));
  await first;
  const next = client.openFolder("A");
  await server.send("* 5 EXISTS", `${tag} OK selected`);
  await answerSelect(server, "A", { exists: 6 });
  assertEquals((await next).exists, 6);
  client.shutdown();
});

test("the connection ends → calls of holders and pending openings are rejected with the reason", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const waiting = [outcome(client.openFolder("B")), outcome(client.selectFolder("C"))];
  await turns();
  server.close();
  for (const wait of waiting) assertInstanceOf(await wait, ConnectionClosedError);
  await assertRejects(() => held.search("ALL"), ConnectionClosedError);
  await assertRejects(() => client.openFolder("D"), ConnectionClosedError);
  await held.close();
  await assertRejects(() => client.openFolder("D"), ConnectionClosedError);
});

test("another folder is selected by hand → the folder's calls are refused, not misled", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const byHand = client.run({
    name: "SELECT",
    write: (out) => void out.sp().mailbox("B"),
    result: (done) => done.text,
  });
  await answerSelect(server, "B");
  await byHand;
  await assertRejects(() => held.deleteMessages("1:*"), IllegalStateError, "was not sent");
  assert(await server.isSilent());
  await held.close();
  await openFake(client, server, "A");
  client.shutdown();
});

test("an invalid folder or option → refused before anything is sent, and nobody is held up", async () => {
  const { client, server } = await loggedInFake();
  for (const timeout of [-1, NaN, Infinity, "1", {}]) {
    const options = { timeout } as OpenFolderOptions;
    await assertRejects(() => client.openFolder("A", options), InvalidArgumentError, "timeout");
  }
  for (const name of [5, null, {}, ["A"]] as unknown[]) {
    await assertRejects(() => client.openFolder(name as string), InvalidArgumentError);
  }
  assert(await server.isSilent());
  const folder = await openFake(client, server, "A", { timeout: null });
  assertEquals(folder.name, "A");
  client.shutdown();
});

test("1,000 tasks wait, half of them abort → the others get their turns in order", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "first");
  const order: number[] = [];
  const controllers: AbortController[] = [];
  const tasks = Array.from({ length: 1000 }, (_, i) => {
    const controller = new AbortController();
    if (i % 2 === 1) controllers.push(controller);
    const { signal } = controller;
    return outcome(client.withFolder(`f${i}`, { signal }, () => void order.push(i)));
  });
  for (const controller of controllers) controller.abort(new Error("enough"));
  await held.close();
  for (let i = 0; i < 1000; i += 2) await answerSelect(server, `f${i}`);
  const outcomes = await Promise.all(tasks);
  assertEquals(outcomes.filter((it) => it instanceof Error).length, 500);
  assertEquals(order, Array.from({ length: 500 }, (_, i) => 2 * i));
  client.shutdown();
});

test("calls made before close → they still run in the folder, before the next one is selected", async () => {
  const { client, server } = await loggedInFake();
  const folder = await openFake(client, server, "A");
  const flags = folder.addFlags(1, "\\Seen", { silent: true });
  await folder.close();
  const next = client.openFolder("B");
  await server.answer("UID STORE 1 +FLAGS.SILENT (\\Seen)");
  await flags;
  await answerSelect(server, "B");
  await next;
  client.shutdown();
});

test("closeFolder that waits while another folder takes the place → refused, nothing expunged", async () => {
  const { client, server } = await loggedInFake();
  const held = await openFake(client, server, "A");
  const other = client.openFolder("B");
  const closing = outcome(client.closeFolder());
  await held.close();
  await answerSelect(server, "B");
  await (await other).close();
  assertInstanceOf(await closing, IllegalStateError);
  assert(await server.isSilent());
  client.shutdown();
});

test("useUid and folderEncode are the client's, at the moment of each call", async () => {
  const { client, server } = await loggedInFake();
  const folder = await openFake(client, server, "A");
  client.useUid = false;
  const searching = folder.search("ALL");
  await server.answer("SEARCH ALL", "* SEARCH 2");
  assertEquals([...await searching], [2]);
  await server.send("* 1 EXPUNGE");
  await turns();
  await assertRejects(
    async () => await folder.fetch(await searching, ["FLAGS"]),
    IllegalStateError,
  );
  client.folderEncode = false;
  const copying = folder.copy(2, "Entw&APw-rfe"); // else its & would be encoded
  await server.answer('COPY 2 "Entw&APw-rfe"');
  await copying;
  client.shutdown();
});
