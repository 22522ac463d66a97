// Servers that are silent for too long.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ProtocolError, type SearchCriteria, TimeoutError } from "../../../mod.ts";
import { bytesOf, connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const nonAscii: SearchCriteria = ["SUBJECT", "ü", "FROM", "ä"];

test("A7 a server that owes an answer and is silent ends the connection", async () => {
  const { client, server } = await selectFake({ timeout: 0.1 });
  const searching = outcome(client.search("ALL"));
  const queued = outcome(client.noop());
  await server.expect("UID SEARCH ALL");
  const error = await searching;
  assertInstanceOf(error, TimeoutError);
  assertEquals(error.message, "no answer to UID SEARCH within 0.1 seconds");
  assertEquals(error.command, "UID SEARCH ALL");
  assertStrictEquals(await queued, error);
  assert(client.closed);
  assert(await server.isOver());
  assertStrictEquals(await outcome(client.noop()), error);
});

test("A7 P9 a + that never comes ends the connection", async () => {
  const { client, server } = await selectFake({ timeout: 0.1 });
  const searching = outcome(client.search(nonAscii));
  await server.line();
  assertInstanceOf(await searching, TimeoutError);
  assert(client.closed);
});

test("A7 an announced literal that does not arrive is no answer", async () => {
  for (const [size, Class] of [[100, TimeoutError], [4294967295, ProtocolError]] as const) {
    const { client, server } = await selectFake({ timeout: 0.1 });
    const fetching = outcome(client.fetch(1, "BODY.PEEK[]"));
    await server.line();
    await server.send(`* 1 FETCH (UID 1 BODY[] {${size}}`, bytesOf("x"));
    assertInstanceOf(await fetching, Class);
    assert(client.closed);
  }
});

test("A7 a server that keeps sending is not silent", async () => {
  const { client, server } = await selectFake({ timeout: 1 });
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    await server.send(`* ${i} EXISTS`);
  }
  await server.send(`${tag} OK`);
  assertEquals((await noop).responses.length, 6);
  client.shutdown();
});

test("A7 a server that owes nothing may be silent", async () => {
  const { client, server } = await selectFake({ timeout: 0.05 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertFalse(client.closed);
  client.shutdown();
  assert(await server.isOver());
});

test("D5 A7 a LOGOUT that is not answered throws, and closes", async () => {
  const { client, server } = await connectFake({ timeout: 0.05 });
  await assertRejects(() => client.logout(), TimeoutError, "no answer to LOGOUT within 0.05");
  assert(client.closed);
  await server.expect("LOGOUT");
  assert(await server.isOver());
});

test("D5 LOGOUT waits five seconds at the most", async () => {
  const { client } = await connectFake();
  await assertRejects(() => client.logout(), TimeoutError, "no answer to LOGOUT within 5 seconds");
  assert(client.closed);
});
