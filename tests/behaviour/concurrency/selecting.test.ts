// Which folder a call is for, and what happens if that is not the selected one.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { type Command, IllegalStateError, ImapClient, NumberSet } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { type FakeServer, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

const ALL = "IMAP4rev1 UIDPLUS MOVE UNSELECT IDLE SORT";

function own(name: "SELECT" | "EXAMINE", folder: string): Command<string> {
  return {
    name,
    state: "authenticated",
    write: (out) => void out.sp().mailbox(folder),
    result: (done) => done.text,
  };
}

interface Options {
  readonly signal?: AbortSignal;
}

/** Calls that change the folder, and what they send. */
const CHANGES: readonly [(client: ImapClient, options?: Options) => Promise<unknown>, string][] = [
  [(client, options) => client.selectFolder("B", options), 'SELECT "B"'],
  [(client, options) => client.selectFolder("B", { ...options, readonly: true }), 'EXAMINE "B"'],
  [(client, options) => client.run(own("SELECT", "B"), options), 'SELECT "B"'],
  [(client, options) => client.run(own("EXAMINE", "B"), options), 'EXAMINE "B"'],
  [(client, options) => client.unselectFolder(options), "UNSELECT"],
  [(client, options) => client.closeFolder(options), "CLOSE"],
];

/** Calls about messages of the selected folder. */
const CALLS: Readonly<Record<string, (client: ImapClient) => Promise<unknown>>> = {
  deleteMessages: (client) => client.deleteMessages([1, 2, 3]),
  expunge: (client) => client.expunge(),
  uidExpunge: (client) => client.uidExpunge([1, 2, 3]),
  search: (client) => client.search("ALL"),
  sort: (client) => client.sort("ARRIVAL"),
  fetch: (client) => client.fetch("1:*", "FLAGS"),
  fetchEach: (client) => client.fetchEach("1:*", "FLAGS").next(),
  getFlags: (client) => client.getFlags([1]),
  removeFlags: (client) => client.removeFlags([1], "\\Seen"),
  copy: (client) => client.copy([1], "C"),
  move: (client) => client.move([1], "C"),
  closeFolder: (client) => client.closeFolder(),
};

async function isRefused(
  client: ImapClient,
  server: FakeServer,
  what: string,
  calls = CALLS,
): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    assertInstanceOf(await outcome(call(client)), IllegalStateError, `${what}: ${name}`);
  }
  assertEquals(await server.isSilent(), true, what);
}

for (const [change, sent] of CHANGES) {
  const setUp = async () => {
    const { client, server } = await selectFake({}, ALL);
    const controller = new AbortController();
    const { signal } = controller;
    return { client, server, signal, abort: () => controller.abort(new Error("given up")) };
  };

  test(`${sent}: aborted when it was sent → no folder is selected [fault A2]`, async () => {
    for (const ending of ["OK [READ-WRITE] done", "NO there is none"]) {
      const { client, server, signal, abort } = await setUp();
      const changing = outcome(change(client, { signal }));
      const tag = await server.expect(sent);
      abort();
      await changing;
      const early = outcome(client.deleteMessages([1, 2, 3]));
      await server.send("* 3 EXISTS", `${tag} ${ending}`);
      assertInstanceOf(await early, IllegalStateError);
      // A CLOSE that was refused also leaves the state unknown.
      await isRefused(client, server, ending);
      assertEquals(client.state, "authenticated");
      const again = client.selectFolder("A");
      await server.answer('SELECT "A"', "* 4 EXISTS");
      await again;
      const deleting = client.deleteMessages([4]);
      await server.answer("UID STORE 4 +FLAGS (\\Deleted)");
      await deleting;
      client.shutdown();
    }
  });

  test(`${sent}: aborted before it was sent → it never was [fault A2]`, async () => {
    const { client, server, signal, abort } = await setUp();
    const noop = client.noop();
    const tag = await server.expect("NOOP");
    const changing = outcome(change(client, { signal }));
    const behind = outcome(client.deleteMessages([1, 2, 3]));
    await turns();
    abort();
    await changing;
    const after = client.deleteMessages([4]);
    await server.send(`${tag} OK done`);
    await noop;
    assertInstanceOf(await behind, IllegalStateError);
    await server.answer("UID STORE 4 +FLAGS (\\Deleted)");
    await after;
    assertEquals(await server.isSilent(), true);
    client.shutdown();
  });

  test(`${sent}: aborted in the same turn, or before → it never was [fault A2]`, async () => {
    for (const isBefore of [true, false]) {
      const { client, server, signal, abort } = await setUp();
      if (isBefore) abort();
      const changing = outcome(change(client, { signal }));
      abort();
      await changing;
      const deleting = client.deleteMessages([4]);
      await server.answer("UID STORE 4 +FLAGS (\\Deleted)");
      await deleting;
      client.shutdown();
    }
  });
}

for (const select of [CHANGES[0][0], CHANGES[2][0]]) {
  test("SELECT fails: calls made after it → refused [fault A2]", async () => {
    const { client, server } = await selectFake({}, ALL);
    const selecting = outcome(select(client));
    const calls = Object.values(CALLS).map((call) => outcome(call(client)));
    const tag = await server.expect('SELECT "B"');
    await server.send(`${tag} NO there is none`);
    await selecting;
    for (const call of calls) assertInstanceOf(await call, IllegalStateError);
    assertEquals(await server.isSilent(), true);
    client.shutdown();
  });
}

/** Calls by sequence number. */
const BY_NUMBER: Readonly<Record<string, (client: ImapClient) => Promise<unknown>>> = {
  deleteMessages: (client) => client.deleteMessages(3),
  addFlags: (client) => client.addFlags([3], "\\Seen"),
  removeFlags: (client) => client.removeFlags("3", "\\Seen"),
  getFlags: (client) => client.getFlags([3]),
  fetch: (client) => client.fetch([3], "FLAGS"),
  fetchEach: (client) => client.fetchEach([3], "FLAGS").next(),
  copy: (client) => client.copy([3], "C"),
  move: (client) => client.move([3], "C"),
};

for (const [name, call] of Object.entries(BY_NUMBER)) {
  test(`${name} by number: an EXPUNGE as IDLE ends → refused [fault A3]`, async () => {
    const { client, server } = await selectFake({ useUid: false }, ALL);
    const idling = client.idle();
    const tag = await server.expect("IDLE");
    await server.send("+ idling");
    await idling;
    const calling = outcome(call(client));
    assertEquals(await server.line(), "DONE");
    await server.send("* 1 EXPUNGE", `${tag} OK done`);
    assertInstanceOf(await calling, IllegalStateError);
    client.shutdown();
  });

  test(`${name} by number: an EXPUNGE in the answer before it → refused [fault A3]`, async () => {
    const { client, server } = await selectFake({ useUid: false }, ALL);
    const noop = client.noop();
    const tag = await server.expect("NOOP");
    const calling = outcome(call(client));
    await server.send("* 2 EXPUNGE", `${tag} OK done`);
    await noop;
    assertInstanceOf(await calling, IllegalStateError);
    assertEquals(await server.isSilent(), true);
    client.shutdown();
  });
}

test("COPY by number: an EXPUNGE in its answer → calls made after it are refused [fault A3]", async () => {
  const { client, server } = await selectFake({ useUid: false }, ALL);
  const fetching = client.getFlags([4]);
  const copying = client.copy([3], "C");
  const deleting = outcome(client.deleteMessages([3]));
  await server.answer("FETCH 4 (FLAGS)");
  await fetching;
  const tag = await server.expect('COPY 3 "C"');
  assertEquals(await server.isSilent(), true);
  await server.send("* 1 EXPUNGE", `${tag} OK done`);
  await copying;
  assertInstanceOf(await deleting, IllegalStateError);
  assertEquals(await server.isSilent(), true);
  client.shutdown();
});

test("by number: other responses than EXPUNGE → sent [fault A3]", async () => {
  const { client, server } = await selectFake({ useUid: false }, ALL);
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  const deleting = client.deleteMessages(3);
  await server.send("* 1001 EXISTS", "* 1 FETCH (FLAGS (\\Seen))", `${tag} OK done`);
  await noop;
  await server.answer("STORE 3 +FLAGS (\\Deleted)");
  await deleting;
  client.shutdown();
});

test("by UID: an EXPUNGE in the answer before it → sent [fault A3]", async () => {
  const { client, server } = await selectFake({}, ALL);
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  const deleting = client.deleteMessages(3);
  await server.send("* 2 EXPUNGE", `${tag} OK done`);
  await noop;
  await server.answer("UID STORE 3 +FLAGS (\\Deleted)");
  await deleting;
  client.shutdown();
});

test("numbers that were found: an EXPUNGE since → refused, until searched again [fault A3]", async () => {
  for (const kind of ["search", "sort"] as const) {
    const { client, server } = await selectFake({ useUid: false }, ALL);
    const find = async () => {
      const finding = kind === "search" ? client.search("ALL") : client.sort("ARRIVAL");
      const command = kind === "search" ? "SEARCH ALL" : "SORT (ARRIVAL) UTF-8 ALL";
      await server.answer(command, `* ${kind.toUpperCase()} 3 4`);
      return await finding;
    };
    const found = await find();
    const noop = client.noop();
    await server.answer("NOOP", "* 1 EXPUNGE");
    await noop;
    for (const ids of [found, NumberSet.from(found)]) {
      assertInstanceOf(await outcome(client.deleteMessages(ids)), IllegalStateError);
      assertInstanceOf(await outcome(client.copy(ids, "C")), IllegalStateError);
      assertInstanceOf(await outcome(client.move(ids, "C")), IllegalStateError);
      assertInstanceOf(await outcome(client.fetch(ids, "FLAGS")), IllegalStateError);
    }
    assertEquals(await server.isSilent(), true);
    const deleting = client.deleteMessages(await find());
    await server.answer("STORE 3:4 +FLAGS (\\Deleted)");
    await deleting;
    client.shutdown();
  }
});

test("numbers that were found: all messages are gone since → refused [fault A3]", async () => {
  const server = new MemoryServer({ greeting: "PREAUTH" });
  const ann = server.addUser("ann", "secret");
  ann.append("INBOX", "Subject: one\n\nx\n");
  ann.createFolder("C");
  const options = { transport: server.transport, id: false, useUid: false } as const;
  const client = await ImapClient.connect(options);
  await client.selectFolder("INBOX");
  const found = await client.search("ALL");
  await client.move(found, "C");
  assertInstanceOf(await outcome(client.move(found, "C")), IllegalStateError);
  assertInstanceOf(await outcome(client.deleteMessages(found)), IllegalStateError);
  client.shutdown();
});

test("ids that were found: another folder is selected → refused, and taken there again [fault A4]", async () => {
  const { client, server } = await selectFake({}, ALL);
  const select = async (folder: string, uidValidity: number) => {
    const selecting = client.selectFolder(folder);
    const validity = `* OK [UIDVALIDITY ${uidValidity}] valid`;
    await server.answer(`SELECT "${folder}"`, "* 3 EXISTS", validity);
    await selecting;
  };
  await select("A", 1);
  const searching = client.search("ALL");
  await server.answer("UID SEARCH ALL", "* SEARCH 1 2 3");
  const found = await searching;
  const with_ = (ids: number[] | NumberSet): typeof CALLS => ({
    deleteMessages: (client) => client.deleteMessages(ids),
    addFlags: (client) => client.addFlags(ids, "\\Seen"),
    fetch: (client) => client.fetch(ids, "FLAGS"),
    fetchEach: (client) => client.fetchEach(ids, "FLAGS").next(),
    getFlags: (client) => client.getFlags(ids),
    copy: (client) => client.copy(ids, "C"),
    move: (client) => client.move(ids, "C"),
    uidExpunge: (client) => client.uidExpunge(ids),
    expunge: (client) => client.expunge(ids),
  });
  // Another folder, another with the same UIDVALIDITY, and the same one with new UIDs.
  for (const [folder, uidValidity] of [["B", 2], ["B", 1], ["A", 3]] as const) {
    await select(folder, uidValidity);
    for (const ids of [found, NumberSet.from(found)]) {
      await isRefused(client, server, `${folder} ${uidValidity}`, with_(ids));
    }
  }
  client.useUid = false;
  await select("A", 1);
  await isRefused(client, server, "by number", { fetch: with_(found).fetch });
  client.useUid = true;
  const deleting = client.deleteMessages(found);
  await server.answer("UID STORE 1:3 +FLAGS (\\Deleted)");
  await deleting;
  client.shutdown();
});
