// Calls about the same messages at once, and calls aborted by a shared signal.
import { assertEquals } from "@std/assert";
import { type ImapClient, NumberSet } from "@imapclient/imapclient";
import { type FakeServer, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

/** Reads these commands in order, and returns their tags. */
async function tags(server: FakeServer, ...commands: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const command of commands) found.push(await server.expect(command));
  return found;
}

test("two fetches of a message, both answered before the first OK → each has its own", async () => {
  // Dovecot does this if an id does not exist.
  const { client, server } = await selectFake();
  const full = client.fetch([3, 4], ["FLAGS", "RFC822.SIZE"]);
  const flags = client.getFlags([3, 5]);
  const each = client.fetch([3], ["RFC822.SIZE"]);
  const [a, b, c] = await tags(
    server,
    "UID FETCH 3:4 (FLAGS RFC822.SIZE)",
    "UID FETCH 3,5 (FLAGS)",
    "UID FETCH 3 (RFC822.SIZE)",
  );
  await server.send(
    "* 3 FETCH (UID 3 FLAGS (a) RFC822.SIZE 7)",
    "* 3 FETCH (UID 3 FLAGS (a))",
    "* 3 FETCH (UID 3 RFC822.SIZE 7)",
    "* 3 FETCH (UID 3 FLAGS (news))",
    `${a} OK done`,
    `${b} OK done`,
    `${c} OK done`,
  );
  assertEquals((await full).get(3)?.["RFC822.SIZE"], 7);
  assertEquals((await full).get(3)?.FLAGS, ["news"]);
  assertEquals([...await flags], [[3, ["a"]]]);
  assertEquals([...(await each).keys()], [3]);
  client.shutdown();
});

test("a message sent in pieces → they are joined", async () => {
  const { client, server } = await selectFake();
  const full = client.fetch([3], ["FLAGS", "RFC822.SIZE"]);
  const [tag] = await tags(server, "UID FETCH 3 (FLAGS RFC822.SIZE)");
  await server.send(
    "* 3 FETCH (UID 3 RFC822.SIZE 7)",
    "* 3 FETCH (UID 3 FLAGS (a))",
    "* 3 FETCH (FLAGS (b))",
    `${tag} OK done`,
  );
  const message = (await full).get(3);
  assertEquals([message?.["RFC822.SIZE"], message?.FLAGS], [7, ["b"]]);
  client.shutdown();
});

/** Pairs of calls; the second waits for the answer to the first. */
const APART: readonly {
  readonly calls: readonly ((client: ImapClient) => Promise<unknown>)[];
  readonly sent: readonly string[];
}[] = [
  {
    calls: [(it) => it.addFlags([1, 3], "\\Seen"), (it) => it.removeFlags([3, 4], "\\Seen")],
    sent: ["UID STORE 1,3 +FLAGS (\\Seen)", "UID STORE 3:4 -FLAGS (\\Seen)"],
  },
  {
    calls: [(it) => it.getFlags("1:5"), (it) => it.deleteMessages(5)],
    sent: ["UID FETCH 1:5 (FLAGS)", "UID STORE 5 +FLAGS (\\Deleted)"],
  },
  {
    calls: [(it) => it.addFlags("5:2", "x"), (it) => it.fetch(3, "RFC822.SIZE")],
    sent: ["UID STORE 5:2 +FLAGS (x)", "UID FETCH 3 (RFC822.SIZE)"],
  },
  {
    calls: [(it) => it.fetchEach("1:*", "FLAGS").next(), (it) => it.addFlags(3, "x")],
    sent: ["UID FETCH 1:* (FLAGS)", "UID STORE 3 +FLAGS (x)"],
  },
  {
    calls: [(it) => it.getFlags(3), (it) => it.fetchEach([3], "FLAGS").next()],
    sent: ["UID FETCH 3 (FLAGS)", "UID FETCH 3 (FLAGS)"],
  },
  {
    // Dovecot answers the STORE with a FETCH without UID.
    calls: [(it) => it.addFlags(3, "x"), (it) => it.search("ALL")],
    sent: ["UID STORE 3 +FLAGS (x)", "UID SEARCH ALL"],
  },
  {
    calls: [(it) => it.copy(3, "C"), (it) => it.addFlags(4, "x")],
    sent: ['UID COPY 3 "C"', "UID STORE 4 +FLAGS (x)"],
  },
];

for (const { calls, sent } of APART) {
  test(`${sent.join(" and ")} → one after the other`, async () => {
    const { client, server } = await selectFake();
    const both = calls.map((call) => call(client));
    const [first] = await tags(server, sent[0]);
    assertEquals(await server.isSilent(), true);
    await server.send(`${first} OK done`);
    await server.answer(sent[1]);
    await Promise.all(both);
    client.shutdown();
  });
}

test("changes and fetches of different messages → together", async () => {
  const { client, server } = await selectFake();
  const calls = [
    client.addFlags([1, 3], "x"),
    client.addFlags([2, 4], "x"),
    client.getFlags("5:9"),
    client.fetchEach([10, 11], "FLAGS").next(),
  ];
  const all = await tags(
    server,
    "UID STORE 1,3 +FLAGS (x)",
    "UID STORE 2,4 +FLAGS (x)",
    "UID FETCH 5:9 (FLAGS)",
    "UID FETCH 10:11 (FLAGS)",
  );
  await server.send(...all.map((tag) => `${tag} OK done`));
  await Promise.all(calls);
  client.shutdown();
});

test("sets overlap if an id may be in both", () => {
  const cases: readonly [string, string, boolean][] = [
    ["1", "1", true],
    ["1", "2", false],
    ["1:5", "5:9", true],
    ["5:1", "3", true],
    ["1:5", "6:9", false],
    ["1,9", "2:8", false],
    ["1,9", "9,12", true],
    ["7:*", "1", true],
    ["*", "3", true],
  ];
  for (const [one, other, expected] of cases) {
    const [a, b] = [NumberSet.from(one), NumberSet.from(other)];
    assertEquals([a.overlaps(b), b.overlaps(a)], [expected, expected], `${one} and ${other}`);
  }
  return Promise.resolve();
});

test("one signal for several calls: aborted while they wait → none of them is sent", async () => {
  const { client, server } = await selectFake({ limits: { ids: 4 } });
  const controller = new AbortController();
  const { signal } = controller;
  const searching = client.search("ALL");
  const [tag] = await tags(server, "UID SEARCH ALL");
  const calls = [
    outcome(client.search("UNSEEN", { signal })),
    outcome(client.deleteMessages([1, 3, 5, 7], { signal })),
    outcome(client.copy([1], "C", { signal })),
  ];
  await turns();
  controller.abort(new Error("given up"));
  assertEquals((await Promise.all(calls)).map(String), Array(3).fill("Error: given up"));
  assertEquals(await server.isSilent(), true);
  await server.send("* SEARCH 4", `${tag} OK done`);
  await searching;
  assertEquals(await server.isSilent(), true);
  client.shutdown();
});

test("fetchEach: aborted when all is here and nothing is taken → it throws the reason", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const { signal } = controller;
  const messages = client.fetchEach([1, 2], "FLAGS", { signal });
  const first = messages.next();
  const [tag] = await tags(server, "UID FETCH 1:2 (FLAGS)");
  await server.send("* 1 FETCH (UID 1 FLAGS ())", "* 2 FETCH (UID 2 FLAGS ())", `${tag} OK done`);
  assertEquals((await first).value?.UID, 1);
  await turns();
  controller.abort(new Error("given up"));
  assertEquals(String(await outcome(messages.next())), "Error: given up");
  client.shutdown();
});
