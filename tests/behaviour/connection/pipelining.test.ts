// Commands that run side by side, and those that wait (RFC 9051 section 5.5).
import { assert, assertEquals } from "@std/assert";
import type { Command, ImapClient } from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

/** Keeps the connection busy with a NOOP while `calls` queue up, and then answers it. */
async function together<T>(client: ImapClient, server: FakeServer, calls: () => T): Promise<T> {
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  const under = calls();
  await turns();
  await server.send(`${tag} OK done`);
  await noop;
  return under;
}

test("A15 UID commands go out together, in one chunk, and end in any order [ext PIPELINING]", async () => {
  const { client, server } = await selectFake();
  const [flags, size, found] = await together(client, server, () => [
    client.fetch(1, "FLAGS"),
    client.fetch(2, "RFC822.SIZE"),
    client.search("UNSEEN"),
  ]);
  assertEquals(
    await server.chunk(),
    "A3 UID FETCH 1 (FLAGS)\r\nA4 UID FETCH 2 (RFC822.SIZE)\r\nA5 UID SEARCH UNSEEN\r\n",
  );
  await server.send(
    "* SEARCH 1 2",
    "A5 OK",
    "* 2 FETCH (UID 2 RFC822.SIZE 22)",
    "A4 OK",
    "* 1 FETCH (UID 1 FLAGS (\\Seen))",
    "A3 OK",
  );
  const message = (await flags as Awaited<ReturnType<typeof client.fetch<"FLAGS">>>).get(1);
  assertEquals(message, { SEQ: 1, FLAGS: ["\\Seen"] });
  const other = (await size as Awaited<ReturnType<typeof client.fetch<"RFC822.SIZE">>>).get(2);
  assertEquals(other, { SEQ: 2, "RFC822.SIZE": 22 });
  assertEquals([...(await found as number[])], [1, 2]);
  client.shutdown();
});

test("A15 calls made at once go out in one chunk, on an idle connection too", async () => {
  const { client, server } = await selectFake();
  const calls = [1, 2, 3].map((id) => client.fetch(id, "FLAGS"));
  const fetches = [1, 2, 3].map((id) => `A${id + 1} UID FETCH ${id} (FLAGS)\r\n`);
  assertEquals(await server.chunk(), fetches.join(""));
  await server.send("A2 OK", "A3 OK", "A4 OK");
  await Promise.all(calls);
  client.shutdown();
});

test("A15 of very many calls the first go out before the last are made", async () => {
  const { client, server } = await selectFake();
  const before = client.traffic.toSend;
  const calls = Array.from({ length: 1000 }, (_, at) => client.fetch(at + 1, "FLAGS"));
  const underWay = client.traffic.toSend;
  assert(before === 0 && underWay > 1000, `${underWay} bytes were on their way`);
  let heard = "";
  while (!heard.includes("FETCH 1000 ")) heard += await server.chunk();
  const ids = [...heard.matchAll(/^A(\d+) UID FETCH (\d+) \(FLAGS\)\r$/gm)];
  assert(ids.length === 1000 && ids.every(([, tag, id], at) => +tag === +id + 1 && +id === at + 1));
  await server.send(...ids.map(([, tag]) => `A${tag} OK`));
  await Promise.all(calls);
  client.shutdown();
});

test("A15 commands by sequence number do not run beside others", async () => {
  const { client, server } = await selectFake();
  client.useUid = false;
  const first = client.fetch(1, "FLAGS");
  const beside = client.fetch(2, "FLAGS");
  client.useUid = true;
  const behind = client.fetch(3, "FLAGS");
  client.useUid = false;
  const last = client.fetch(4, "FLAGS");

  const tags = [await server.expect("FETCH 1 (FLAGS)"), await server.expect("FETCH 2 (FLAGS)")];
  assert(await server.isSilent());
  await server.send(`${tags[0]} OK`);
  assert(await server.isSilent());
  await server.send(`${tags[1]} OK`);
  const tag = await server.expect("UID FETCH 3 (FLAGS)");
  assert(await server.isSilent());
  await server.send(`${tag} OK`);
  await server.answer("FETCH 4 (FLAGS)");
  await Promise.all([first, beside, behind, last]);
  client.shutdown();
});

test("A15 SELECT and LOGIN run alone", async () => {
  const { client, server } = await connectFake();
  const login = client.login("ann", "x");
  const select = client.selectFolder("a");
  const search = client.search("ALL");
  let tag = await server.expect('LOGIN "ann" "x"');
  assert(await server.isSilent());
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1] in`);
  tag = await server.expect('SELECT "a"');
  assert(await server.isSilent());
  await server.send(`${tag} OK`);
  tag = await server.expect("UID SEARCH ALL");
  const other = client.selectFolder("b");
  assert(await server.isSilent());
  await server.send(`${tag} OK`);
  await server.answer('SELECT "b"');
  await Promise.all([login, select, search, other]);
  client.shutdown();
});

test("A15 two searches never run at once", async () => {
  const { client, server } = await selectFake();
  const [one, two] = await together(client, server, () => [
    client.search("SEEN"),
    client.search("UNSEEN"),
  ]);
  const tag = await server.expect("UID SEARCH SEEN");
  assert(await server.isSilent());
  await server.send("* SEARCH 1", `${tag} OK`);
  await server.answer("UID SEARCH UNSEEN", "* SEARCH 2");
  assertEquals([[...await one], [...await two]], [[1], [2]]);
  client.shutdown();
});

test("A15 a response goes to the oldest command whose set contains the id", async () => {
  const { client, server } = await selectFake();
  const [one, two] = await together(client, server, () => [
    client.fetch("1:2", "FLAGS"),
    client.fetch("2:3", "FLAGS"),
  ]);
  await server.chunk();
  await server.send(
    "* 3 FETCH (UID 3 FLAGS (c))",
    "* 2 FETCH (UID 2 FLAGS (b))",
    "* 1 FETCH (UID 1 FLAGS (a))",
    "A3 OK",
    "* 2 FETCH (UID 2 FLAGS (later))",
    "A4 OK",
  );
  const flags = async (call: typeof one) => [...await call].map(([id, it]) => [id, it.FLAGS[0]]);
  assertEquals(await flags(one), [[2, "b"], [1, "a"]]);
  assertEquals(await flags(two), [[3, "c"], [2, "later"]]);
  client.shutdown();
});

test("A15 long commands and short ones that go out together keep their order", async () => {
  const { client, server } = await selectFake();
  const sets = [];
  // Up to 8 KiB are sent at once; the long commands fill that and go beyond it.
  for (let at = 1; at < 400; at++) {
    const every = Array.from({ length: at % 40 === 0 ? 900 : 1 }, (_, i) => at + 2 * i);
    sets.push(every.join(","));
  }
  const calls = sets.map((set) => client.fetch(set, "FLAGS"));
  for (const set of sets) {
    const tag = await server.expect(`UID FETCH ${set} (FLAGS)`);
    await server.send(`${tag} OK`);
  }
  for (const found of await Promise.all(calls)) assertEquals(found.size, 0);
  client.shutdown();
});

test("A15 a custom command without pipelining runs alone", async () => {
  const { client, server } = await selectFake();
  const plain: Command<string> = { name: "X-ALONE", result: (done) => done.text };
  const calls = [client.fetch(1, "FLAGS"), client.run(plain), client.fetch(2, "FLAGS")];
  for (const line of ["UID FETCH 1 (FLAGS)", "X-ALONE", "UID FETCH 2 (FLAGS)"]) {
    const tag = await server.expect(line);
    assert(await server.isSilent());
    await server.send(`${tag} OK fine`);
  }
  assertEquals((await Promise.all(calls))[1], "fine");
  client.shutdown();
});
