// Calls that are aborted, before or after they are sent.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { IllegalStateError } from "../../../mod.ts";
import { connectFake, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

test("A15 an abort beforehand sends nothing", async () => {
  const { client, server } = await selectFake();
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  for (const call of [client.noop({ signal }), client.fetch(1, "FLAGS", { signal })]) {
    assertStrictEquals(await outcome<unknown>(call), reason);
  }
  assert(await server.isSilent());
  assertFalse(client.closed);
  client.shutdown();
});

test("A15 an abort removes a queued command", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const before = client.noop();
  const aborted = outcome(client.selectFolder("b", { signal: controller.signal }));
  const forIt = outcome(client.search("ALL"));
  const tag = await server.expect("NOOP");
  controller.abort();
  assertEquals((await aborted as Error).name, "AbortError");
  const after = client.search("UNSEEN");
  await server.send(`${tag} OK`);
  await server.answer("UID SEARCH UNSEEN", "* SEARCH 3");
  await before;
  assertInstanceOf(await forIt, IllegalStateError);
  assertEquals([...await after], [3]);
  client.shutdown();
});

test("A15 a command aborted after it was sent → its answer is dropped, and the next command works", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = outcome(client.search("ALL", { signal: controller.signal }));
  const tag = await server.expect("UID SEARCH ALL");
  await server.send("* SEARCH 1 2");
  controller.abort(reason);
  assertStrictEquals(await aborted, reason);
  const next = client.search("UNSEEN");
  assert(await server.isSilent()); // the answers to the two could be confused
  await server.send("* SEARCH 3", `${tag} OK`);
  await server.answer("UID SEARCH UNSEEN", "* SEARCH 9");
  assertEquals([...await next], [9]);
  assertEquals(heard, []);
  client.shutdown();
});

test("A15 the effect of an aborted command on the session is known", async () => {
  const { client, server } = await connectFake();
  const abortedAt = async (call: (signal: AbortSignal) => Promise<unknown>, answer: string) => {
    const controller = new AbortController();
    const running = outcome(call(controller.signal));
    const tag = (await server.line()).split(" ")[0];
    controller.abort();
    await running;
    await server.send(`${tag} ${answer}`);
    await turns();
  };
  await abortedAt((signal) => client.login("ann", "x", { signal }), "OK [CAPABILITY IMAP4rev1] in");
  assertEquals(client.state, "authenticated");
  await abortedAt((signal) => client.selectFolder("a", { signal }), "OK [READ-WRITE] there");
  assertEquals(client.state, "authenticated");
  const selecting = client.selectFolder("c");
  await server.answer('SELECT "c"');
  await selecting;
  await abortedAt((signal) => client.selectFolder("b", { signal }), "NO none such");
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

test("P9 an abort while waiting for + leaves the connection usable", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = outcome(client.search(["SUBJECT", "ü"], { signal: controller.signal }));
  const next = client.noop();
  await server.line();
  controller.abort(reason);
  assertStrictEquals(await aborted, reason);
  assert(await server.isSilent());
  // The server was announced two bytes, and receives them.
  await server.send("+ go");
  assertEquals(await server.line(), "\xc3\xbc");
  assert(await server.isSilent());
  await server.send("* SEARCH 1", "A2 OK");
  await server.answer("NOOP");
  await next;
  client.shutdown();
});

test("D2 an aborted AUTHENTICATE is cancelled at the next challenge", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready");
  const controller = new AbortController();
  const aborted = outcome(client.plainLogin("ann", "x", "", { signal: controller.signal }));
  const tag = await server.expect("AUTHENTICATE PLAIN");
  controller.abort();
  await aborted;
  await server.send("+ ");
  assertEquals(await server.line(), "*");
  await server.send(`${tag} BAD cancelled`);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});
