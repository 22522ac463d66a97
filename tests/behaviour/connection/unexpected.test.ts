// Responses that a server should not send, and listeners and commands that fail.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionClosedError,
  type ImapError,
  InvalidArgumentError,
  LoginError,
  ProtocolError,
} from "../../../mod.ts";
import {
  connectFake,
  isPending,
  KeptLog,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

// What a server should not send

test("Q8 an answer to a command that was never sent ends the connection", async () => {
  for (const tag of ["A99", "B2", "A3", "A1"]) {
    const { client, server } = await selectFake();
    const searching = outcome(client.search("ALL"));
    const queued = outcome(client.noop()); // its tag is A3, which has not been sent
    await server.expect("UID SEARCH ALL");
    await server.send(`${tag} OK done`);
    const error = await searching;
    assertInstanceOf(error, ProtocolError);
    assert(error.message.includes(tag));
    assertStrictEquals(await queued, error);
    assert(await server.isOver());
  }
});

test("Q8 lines after a status text belong to it", async () => {
  const { client, server } = await selectFake();
  const selecting = outcome(client.selectFolder("a\nb"));
  await server.line();
  await server.send("A2 NO [NONEXISTENT] Mailbox doesn't exist: a", "b", "and c {5}");
  assertEquals((await selecting as ImapError).code, "NONEXISTENT");
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  await server.send("* OK some", "more", `${tag} OK`);
  await noop;
  client.shutdown();
});

test("Q8 other lines that are no responses end the connection", async () => {
  const many = Array.from({ length: 20 }, (_, i) => `line${i}`);
  const cases = [["* 3 EXISTS", "stray"], ["* OK text", ...many], ["\x16\x03\x01"]];
  for (const lines of cases) {
    const { client, server } = await selectFake();
    const search = outcome(client.search("ALL"));
    await server.expect("UID SEARCH ALL");
    await server.send("* SEARCH", ...lines);
    const error = await search;
    assertInstanceOf(error, ProtocolError);
    assert(error.message.startsWith("not an IMAP response"));
    assert(client.closed);
  }
});

test("Q8 unknown untagged responses are ignored", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen((it) => heard.push(it.type === "UNKNOWN" ? it.name : it.type));
  await server.send("* XYZZY (a b", "* 5 FROBNICATE", "* LIST ((((", "* 6 EXISTS");
  await turns();
  assertEquals(heard, ["XYZZY", "FROBNICATE", "LIST", "EXISTS"]);
  assertFalse(client.closed);
  client.shutdown();
});

// Listeners and commands that fail

test("A17 S1 a listener that throws is logged, and the others are still called", async () => {
  const logger = new KeptLog();
  const { client, server } = await selectFake({ logger });
  const heard: string[] = [];
  client.listen(() => {
    throw new Error("listener broke");
  });
  client.listen(({ type }) => heard.push(type));
  await server.send("* 1001 EXISTS");
  await turns();
  assertEquals(heard, ["EXISTS"]);
  assert(logger.lines.includes(
    "warn imapclient.imapclient: a listener failed: Error: listener broke",
  ));
  assertFalse(client.closed);
  client.shutdown();
});

test("A17 a listener may close the client", async () => {
  const { client, server } = await selectFake();
  client.listen(() => client.shutdown());
  const noop = outcome(client.noop());
  const tag = await server.expect("NOOP");
  await server.send("* 1001 EXISTS", "* 1002 EXISTS", `${tag} OK`);
  assertInstanceOf(await noop, ConnectionClosedError);
});

test("Q10 a command that throws while writing sends nothing, and the next one works", async () => {
  const { client, server } = await selectFake();
  const bad = outcome(client.run({
    name: "X-BAD",
    write: (out) => out.sp().atom("a\r\nb"),
    result: () => null,
  }));
  const noop = client.noop();
  assertInstanceOf(await bad, InvalidArgumentError);
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("Q10 a command that throws while reading fails alone", async () => {
  const { client, server } = await selectFake();
  const mistake = new TypeError("mistake");
  const fail = () => {
    throw mistake;
  };
  const bad = [
    outcome(client.run({ name: "X-ACCEPT", accept: fail, result: () => null })),
    outcome(client.run({ name: "X-RESULT", result: fail })),
  ];
  await server.answer("X-ACCEPT", "* 5 EXISTS");
  await server.answer("X-RESULT");
  for (const call of bad) assertStrictEquals(await call, mistake);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("D2 a command that can't answer a challenge cancels it", async () => {
  const { client, server } = await connectFake();
  const mistake = new LoginError("no token");
  const call = outcome(client.run({
    name: "AUTHENTICATE X-TEST",
    respond: () => Promise.reject(mistake),
    result: () => null,
  }));
  const tag = await server.expect("AUTHENTICATE X-TEST");
  await server.send("+ ");
  assertEquals(await server.line(), "*");
  assertStrictEquals(await call, mistake);
  await server.send(`${tag} BAD cancelled`);
  assertFalse(await isPending(call));
  client.shutdown();
});
