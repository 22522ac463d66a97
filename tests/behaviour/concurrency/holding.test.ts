// Calls that take several commands keep their folder until they are over.
import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Command,
  IllegalStateError,
  ImapClient,
  ImapError,
  PartialMoveError,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import {
  bounded,
  type FakeServer,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

const UIDPLUS = "IMAP4rev1 UIDPLUS UNSELECT";

/** A SELECT or EXAMINE with `client.run`. */
function own(name: "SELECT" | "EXAMINE", folder: string): Command<string> {
  return {
    name,
    state: "authenticated",
    write: (out) => void out.sp().mailbox(folder),
    result: (done) => done.text,
  };
}

/** Calls that change the folder, and what they send. */
const CHANGES: readonly [string, (client: ImapClient) => Promise<unknown>, string][] = [
  ["selectFolder", (client) => client.selectFolder("Contracts"), 'SELECT "Contracts"'],
  [
    "selectFolder for reading",
    (client) => client.selectFolder("Contracts", { readonly: true }),
    'EXAMINE "Contracts"',
  ],
  ["unselectFolder", (client) => client.unselectFolder(), "UNSELECT"],
  ["closeFolder", (client) => client.closeFolder(), "CLOSE"],
  ["logout", (client) => client.logout(), "LOGOUT"],
  ["run SELECT", (client) => client.run(own("SELECT", "Contracts")), 'SELECT "Contracts"'],
  ["run EXAMINE", (client) => client.run(own("EXAMINE", "Contracts")), 'EXAMINE "Contracts"'],
];

/** Calls that take several commands: with up to 4 ids in each, what is sent and answered. */
const CALLS: readonly {
  readonly name: string;
  readonly call: (client: ImapClient) => Promise<unknown>;
  /** Each command is sent when the one before is answered, with these lines. */
  readonly steps: readonly (readonly [command: string, ...lines: string[]])[];
  readonly capabilities?: string;
}[] = [
  {
    name: "move in steps",
    call: (client) => client.move([1, 2, 3], "Archive"),
    steps: [
      ["UID SEARCH UID 1:3", "* SEARCH 1 2 3"],
      ['UID COPY 1:3 "Archive"'],
      ["UID STORE 1:3 +FLAGS.SILENT (\\Deleted)"],
      ["UID EXPUNGE 1:3", "* 1 EXPUNGE", "* 1 EXPUNGE", "* 1 EXPUNGE"],
    ],
  },
  {
    name: "a copy of many",
    call: (client) => client.copy([1, 3, 5, 7], "Archive"),
    steps: [['UID COPY 5,7 "Archive"'], ['UID COPY 1,3 "Archive"']],
  },
  {
    name: "a move of many",
    call: (client) => client.move([1, 3, 5, 7], "Archive"),
    steps: [['UID MOVE 5,7 "Archive"'], ['UID MOVE 1,3 "Archive"']],
    capabilities: `${UIDPLUS} MOVE`,
  },
  {
    name: "an expunge of many",
    call: (client) => client.uidExpunge([1, 3, 5, 7]),
    steps: [["UID EXPUNGE 1,3"], ["UID EXPUNGE 5,7"]],
  },
];

/** Expects this command, and answers it. */
async function answer(server: FakeServer, [command, ...lines]: readonly string[]): Promise<void> {
  await server.answer(command, ...lines);
}

for (const { name, call, steps, capabilities = UIDPLUS } of CALLS) {
  for (const [change, run, sent] of CHANGES) {
    test(`${name}: ${change} during each of its steps → waits [fault A1]`, async () => {
      for (const at of steps.keys()) {
        const { client, server } = await selectFake({ limits: { ids: 4 } }, capabilities);
        const calling = call(client);
        for (const step of steps.slice(0, at)) await answer(server, step);
        const tag = await server.expect(steps[at][0]);
        const changing = outcome(run(client));
        await turns();
        await server.send(...steps[at].slice(1), `${tag} OK done`);
        for (const step of steps.slice(at + 1)) await answer(server, step);
        await calling;
        await server.answer(sent);
        assertEquals(await changing instanceof Error, false);
        client.shutdown();
      }
    });
  }

  test(`${name}: two tasks select, and another call waits → its steps first [fault A1]`, async () => {
    const { client, server } = await selectFake({ limits: { ids: 4 } }, capabilities);
    const calling = call(client);
    const tag = await server.expect(steps[0][0]);
    const first = client.selectFolder("One");
    const others = [outcome(client.search("ALL")), outcome(client.selectFolder("Two"))];
    await server.send(...steps[0].slice(1), `${tag} OK done`);
    for (const step of steps.slice(1)) await answer(server, step);
    await calling;
    await server.answer('SELECT "One"', "* 1 EXISTS");
    await bounded(first, "the first SELECT");
    client.shutdown();
    await Promise.all(others);
  });

  test(`${name}: a step fails → the folder is free again [fault A1]`, async () => {
    for (const at of steps.keys()) {
      const { client, server } = await selectFake({ limits: { ids: 4 } }, capabilities);
      const calling = outcome(call(client));
      for (const step of steps.slice(0, at)) await answer(server, step);
      const tag = await server.expect(steps[at][0]);
      const selecting = client.selectFolder("Contracts");
      await server.send(`${tag} NO not now`);
      assertInstanceOf(await calling, ImapError);
      await server.answer('SELECT "Contracts"', "* 3 EXISTS");
      assertEquals((await selecting).EXISTS, 3);
      client.shutdown();
    }
  });

  test(`${name}: aborted during a step → no other step, and the folder is free [fault A1]`, async () => {
    for (const at of steps.keys()) {
      const { client, server } = await selectFake({ limits: { ids: 4 } }, capabilities);
      const controller = new AbortController();
      const calling = outcome(call(withSignal(client, controller.signal)));
      for (const step of steps.slice(0, at)) await answer(server, step);
      const tag = await server.expect(steps[at][0]);
      const selecting = client.selectFolder("Contracts");
      controller.abort(new Error("given up"));
      assertInstanceOf(await calling, Error);
      await server.send(...steps[at].slice(1), `${tag} OK done`);
      await server.answer('SELECT "Contracts"', "* 3 EXISTS");
      assertEquals((await selecting).EXISTS, 3);
      client.shutdown();
    }
  });
}

/** The same client, with the signal added to its calls. */
function withSignal(client: ImapClient, signal: AbortSignal): ImapClient {
  return {
    copy: (ids, folder) => client.copy(ids, folder, { signal }),
    move: (ids, folder) => client.move(ids, folder, { signal }),
    uidExpunge: (ids) => client.uidExpunge(ids, { signal }),
  } as Partial<ImapClient> as ImapClient;
}

test("flags of many: a SELECT meanwhile → after all of them [fault A1]", async () => {
  const calls: [string, (client: ImapClient) => Promise<unknown>][] = [
    ["UID FETCH %s (FLAGS)", (client) => client.getFlags([1, 3, 5, 7])],
    ["UID FETCH %s (FLAGS)", (client) => client.fetch([1, 3, 5, 7], "FLAGS")],
    ["UID STORE %s +FLAGS (\\Seen)", (client) => client.addFlags([1, 3, 5, 7], "\\Seen")],
    ["UID STORE %s -FLAGS (\\Seen)", (client) => client.removeFlags([1, 3, 5, 7], "\\Seen")],
    ["UID STORE %s +FLAGS (\\Deleted)", (client) => client.deleteMessages([1, 3, 5, 7])],
  ];
  for (const [command, call] of calls) {
    const { client, server } = await selectFake({ limits: { ids: 4 } }, UIDPLUS);
    const calling = call(client);
    const selecting = client.selectFolder("Contracts");
    await server.answer(command.replace("%s", "1,3"));
    await server.answer(command.replace("%s", "5,7"));
    await calling;
    await server.answer('SELECT "Contracts"');
    await selecting;
    client.shutdown();
  }
});

test("search: refused for its charset, a SELECT waits → asked again before it [fault A1]", async () => {
  for (const [change, run, sent] of CHANGES) {
    const { client, server } = await selectFake({}, UIDPLUS);
    const searching = client.search(["SUBJECT", "Grüße"]);
    const command = await server.line();
    assertEquals(command.includes("CHARSET UTF-8 SUBJECT"), true, change);
    const [tag] = command.split(" ");
    // The literal is announced, and refused at once.
    const changing = outcome(run(client));
    await server.send(`${tag} NO [BADCHARSET (ISO-8859-1)] try another`);
    const again = await server.line();
    assertEquals(again.includes("CHARSET ISO-8859-1 SUBJECT"), true, `${change}: ${again}`);
    await server.send("+ go ahead");
    assertEquals((await server.line()).length, 5);
    await server.send("* SEARCH 4", `${again.split(" ")[0]} OK done`);
    assertEquals([...await searching], [4]);
    await server.answer(sent);
    assertEquals(await changing instanceof Error, false, change);
    client.shutdown();
  }
});

test("fetchEach: the folder changes between its sets → refused, and nothing sent [fault A1]", async () => {
  for (const [change, run, sent] of CHANGES) {
    if (change === "logout") continue;
    const { client, server } = await selectFake({ limits: { ids: 4 } }, UIDPLUS);
    const messages = client.fetchEach([1, 3, 5, 7], "FLAGS");
    const first = messages.next();
    const tag = await server.expect("UID FETCH 1,3 (FLAGS)");
    await server.send("* 1 FETCH (UID 1 FLAGS ())", "* 3 FETCH (UID 3 FLAGS ())", `${tag} OK done`);
    assertEquals((await first).value!.UID, 1);
    const changing = run(client);
    await server.answer(sent, "* 9 EXISTS");
    await changing;
    assertEquals((await messages.next()).value!.UID, 3);
    assertInstanceOf(await outcome(messages.next()), IllegalStateError, change);
    assertEquals(await server.isSilent(), true, change);
    client.shutdown();
  }
});

test("fetchEach: made, and begun when another folder is selected → refused [fault A1]", async () => {
  const { client, server } = await selectFake({}, UIDPLUS);
  const messages = client.fetchEach([1, 3], "FLAGS");
  const selecting = client.selectFolder("Contracts");
  await server.answer('SELECT "Contracts"', "* 9 EXISTS");
  await selecting;
  assertInstanceOf(await outcome(messages.next()), IllegalStateError);
  assertEquals(await server.isSilent(), true);
  client.shutdown();
});

test("move in steps: another task selects at any moment → nothing there is lost [fault A1]", async () => {
  for (let turns = 0; turns < 400; turns += 3) {
    const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { omit: ["MOVE"] } });
    const ann = server.addUser("ann", "secret");
    for (const folder of ["Archive", "Contracts"]) ann.createFolder(folder);
    for (const folder of ["INBOX", "Contracts"]) {
      for (const i of [1, 2, 3]) ann.append(folder, `Subject: ${folder} ${i}\n\nx\n`);
    }
    const client = await ImapClient.connect({ transport: server.transport, id: false });
    await client.selectFolder("INBOX");
    const moving = client.move([1, 2, 3], "Archive");
    for (let i = 0; i < turns; i++) await null;
    await client.selectFolder("Contracts");
    assertEquals((await moving).uids.size, 3);
    const flags = ann.messages("Contracts").map(({ flags }) => flags.length);
    assertEquals(flags, [0, 0, 0], `after ${turns} turns`);
    assertEquals(ann.messages("INBOX").length, 0);
    assertEquals(ann.messages("Archive").length, 3);
    client.shutdown();
  }
});

test("move in steps: aborted after the copy → the error says what was copied [fault A1]", async () => {
  const { client, server } = await selectFake({}, UIDPLUS);
  const controller = new AbortController();
  const moving = outcome(client.move([1], "Archive", { signal: controller.signal }));
  await server.answer("UID SEARCH UID 1", "* SEARCH 1");
  const selecting = client.selectFolder("Contracts");
  const copy = await server.expect('UID COPY 1 "Archive"');
  await server.send(`${copy} OK [COPYUID 7 1 11] copied`);
  const tag = await server.expect("UID STORE 1 +FLAGS.SILENT (\\Deleted)");
  controller.abort(new Error("given up"));
  const error = await moving;
  assertInstanceOf(error, PartialMoveError);
  assertEquals([...error.uids], [[1, 11]]);
  await server.send(`${tag} OK done`);
  await server.answer('SELECT "Contracts"');
  await selecting;
  client.shutdown();
});
