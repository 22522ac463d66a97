// FETCH: keys, missing and malformed items, and updates that arrive meanwhile.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { type ConnectOptions, fetchProblems, ImapError, ProtocolError } from "../../../mod.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

/** Fetches these items of messages 1 to 3; the server answers with these lines. */
async function fetched<const Item extends string>(
  items: readonly Item[],
  lines: readonly string[],
  options: ConnectOptions = {},
) {
  const { client, server } = await selectFake(options, "IMAP4rev1 CONDSTORE");
  const fetching = client.fetch("1:3", items);
  await server.answer(`${client.useUid ? "UID " : ""}FETCH 1:3 (${items.join(" ")})`, ...lines);
  const messages = await fetching;
  assertFalse(client.closed);
  client.shutdown();
  return messages;
}

test("J1 J3 with UIDs the UID is the key, and the message has SEQ", async () => {
  const messages = await fetched(["FLAGS", "RFC822.SIZE"], [
    "* 11 FETCH (FLAGS (\\Seen) UID 1 RFC822.SIZE 44)",
    "* 12 FETCH (UID 3 RFC822.SIZE 45 FLAGS ())",
  ]);
  assertEquals<unknown>(
    messages,
    new Map([
      [1, { SEQ: 11, FLAGS: ["\\Seen"], "RFC822.SIZE": 44 }],
      [3, { SEQ: 12, FLAGS: [], "RFC822.SIZE": 45 }],
    ]),
  );
});

test("J3 without UIDs the sequence number is the key, and UID an entry", async () => {
  const messages = await fetched(["UID", "FLAGS"], ["* 2 FETCH (UID 77 FLAGS (a))"], {
    useUid: false,
  });
  assertEquals<unknown>(messages, new Map([[2, { SEQ: 2, UID: 77, FLAGS: ["a"] }]]));
});

test("J1 one item may be given by itself, in any case", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch([1, 2, "4:6"], "body.peek[text]<0.5>");
  await server.answer(
    "UID FETCH 1:2,4:6 (BODY.PEEK[TEXT]<0.5>)",
    '* 1 FETCH (UID 1 BODY[TEXT]<0> "Hello")',
  );
  const message = (await fetching).get(1)!;
  assertEquals(new TextDecoder().decode(message["BODY[TEXT]<0>"]!), "Hello");
  client.shutdown();
});

test("J1 B3 no ids send nothing", async () => {
  const { client, server } = await selectFake();
  assertEquals((await client.fetch([], ["FLAGS"])).size, 0);
  assert(await server.isSilent());
  client.shutdown();
});

test("J2 modifiers come after the items", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(1, ["FLAGS"], { modifiers: ["changedsince 123"] });
  await server.answer("UID FETCH 1 (FLAGS) (CHANGEDSINCE 123)");
  assertEquals((await fetching).size, 0);
  client.shutdown();
});

test("J6 several responses for one message become one, in any order", async () => {
  const messages = await fetched(["FLAGS", "MODSEQ"], [
    "* 12 FETCH (UID 2 FLAGS (\\Seen))",
    "* 11 FETCH (FLAGS () UID 1 MODSEQ (3))",
    "* 12 FETCH (MODSEQ (4) UID 2)",
    "* 12 FETCH (FLAGS (\\Seen \\Deleted))", // an update without a UID
  ]);
  assertEquals<unknown>(
    messages,
    new Map([
      [2, { SEQ: 12, FLAGS: ["\\Seen", "\\Deleted"], MODSEQ: 4n }],
      [1, { SEQ: 11, FLAGS: [], MODSEQ: 3n }],
    ]),
  );
});

test("J6 updates about other messages go to the listeners", async () => {
  const { client, server } = await selectFake();
  const heard: number[] = [];
  client.listen((it) => it.type === "FETCH" && heard.push(it.number));
  const fetching = client.fetch(5, ["FLAGS"]);
  const lines = [
    "* 8 FETCH (FLAGS (a))",
    "* 9 FETCH (UID 6 FLAGS (b))",
    "* 7 FETCH (UID 5 FLAGS ())",
  ];
  await server.answer("UID FETCH 5 (FLAGS)", ...lines);
  assertEquals([...(await fetching).keys()], [5]);
  assertEquals(heard, [8, 9]);
  client.shutdown();
});

test("J9 a response without items is a message; no response is no message", async () => {
  const bare = await fetched(["FLAGS"], ["* 4 FETCH (UID 2)"]);
  assertEquals([...bare.keys()], [2]);
  assertEquals(bare.get(2)!.SEQ, 4);
  const { client, server } = await selectFake({ useUid: false });
  const fetching = client.fetch(4, ["X-NONE"]);
  await server.answer("FETCH 4 (X-NONE)", "* 4 FETCH ()");
  assertEquals([...(await fetching)].map(([id, { SEQ }]) => [id, SEQ]), [[4, 4]]);
  client.shutdown();
  assertEquals((await fetched(["FLAGS"], [])).size, 0);
});

test("Z11 a bad item throws when it is looked at, and its neighbours are fine", async () => {
  const messages = await fetched(["ENVELOPE", "RFC822.SIZE", "FLAGS"], [
    "* 1 FETCH (UID 1 ENVELOPE (oops RFC822.SIZE 10 FLAGS (a))",
    "* 2 FETCH (UID 2 RFC822.SIZE many FLAGS (b) ENVELOPE (" + "NIL ".repeat(10).trim() + "))",
    "* 3 FETCH (UID 3 RFC822.SIZE 30 FLAGS (c) ENVELOPE (" + "NIL ".repeat(10).trim() + "))",
  ]);
  assertThrows(() => messages.get(1)!.ENVELOPE, ProtocolError);
  assertThrows(() => messages.get(2)!["RFC822.SIZE"], ProtocolError);
  assertEquals(messages.get(2)!.FLAGS, ["b"]);
  assertEquals(messages.get(2)!.ENVELOPE.subject, null);
  const [problem, ...others] = fetchProblems(messages.get(2)!);
  assertEquals(others, []);
  assertEquals([problem.name, new TextDecoder().decode(problem.raw)], ["RFC822.SIZE", "many"]);
  assertInstanceOf(problem.error, ProtocolError);
  assert(fetchProblems(messages.get(1)!).some(({ name }) => name === "ENVELOPE"));
  assertEquals(fetchProblems(messages.get(3)!), []);
  assertEquals(messages.get(3)!["RFC822.SIZE"], 30);
});

test("Z11 a missing item throws when it is looked at, and is listed", async () => {
  const messages = await fetched(["FLAGS", "RFC822.SIZE"], [
    "* 1 FETCH (UID 1 FLAGS (a))",
    "* 2 FETCH (UID 2 FLAGS (b) RFC822.SIZE 20)",
  ]);
  const message = messages.get(1)!;
  assertEquals(message.FLAGS, ["a"]);
  assertThrows(
    () => message["RFC822.SIZE"],
    ProtocolError,
    "the server sent no RFC822.SIZE for message 1",
  );
  assertEquals(fetchProblems(message).map(({ name }) => name), ["RFC822.SIZE"]);
  assertEquals(messages.get(2)!["RFC822.SIZE"], 20);
  // Missing items do not prevent reading those that are there.
  assertEquals({ ...message }, { SEQ: 1, FLAGS: ["a"] } as unknown as typeof message);
});

test("Z11 an item that was bad at first may be sent again", async () => {
  const messages = await fetched(["RFC822.SIZE"], [
    "* 1 FETCH (UID 1 RFC822.SIZE many)",
    "* 1 FETCH (UID 1 RFC822.SIZE 10)",
    "* 2 FETCH (UID 2 RFC822.SIZE 20)",
  ]);
  assertEquals(messages.get(1)!["RFC822.SIZE"], 10);
  assertEquals(messages.get(2)!["RFC822.SIZE"], 20);
});

test("Q10 NO to FETCH throws, even after responses", async () => {
  const { client, server } = await selectFake();
  const fetching = outcome(client.fetch("1:2", ["FLAGS"]));
  const tag = await server.expect("UID FETCH 1:2 (FLAGS)");
  await server.send("* 1 FETCH (UID 1 FLAGS ())", `${tag} NO [EXPUNGEISSUED] some are gone`);
  const error = await fetching;
  assertInstanceOf(error, ImapError);
  assertEquals(error.message, "UID FETCH failed: some are gone");
  assertEquals(error.code, "EXPUNGEISSUED");
  client.shutdown();
});

test("Z1 no argument can begin a second command", async () => {
  const { client, server } = await selectFake();
  const evil = "a\r\nA9 LOGOUT";
  const calls: (() => Promise<unknown>)[] = [
    () => client.fetch(1, [evil]),
    () => client.fetch(evil, ["FLAGS"]),
    () => client.fetch(1, ["FLAGS"], { modifiers: evil }),
    () => client.search(`TEXT ${evil}`),
    () => client.search("TEXT {5+}"),
    () => client.search(["KEYWORD", evil]),
    () => client.run({ name: evil, result: () => null }),
  ];
  for (const call of calls) await assertRejects(call, ImapError);
  assert(await server.isSilent());
  // A text of any content is sent as a literal; a folder's name is encoded.
  const search = outcome(client.search(["SUBJECT", evil]));
  const literal = await server.expect(`UID SEARCH SUBJECT {${evil.length}}`);
  assert(await server.isSilent());
  await server.send(`${literal} NO no`);
  await search;
  const select = outcome(client.selectFolder(evil));
  const tag = await server.expect('SELECT "a&AA0ACg-A9 LOGOUT"');
  await server.send(`${tag} NO no`);
  await select;
  client.shutdown();
});
