import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ImapError, InvalidArgumentError } from "../../../src/model/errors.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";
import { bytes } from "../../support/wire.ts";

test("L1 P9 responses before the server's + are kept", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  const appended = client.append("ü", "a\nb");
  const tag = await server.expect('APPEND "&APw-" () {4}');
  await server.send("* 4 EXISTS", "* OK still here");
  assert(await server.isSilent());
  await server.send("+ ready");
  assertEquals(await server.bytes(6), "a\r\nb\r\n");
  await server.send(`${tag} OK [APPENDUID 1 2] done`);
  assertEquals([(await appended).uid, heard], [2, ["EXISTS", "OK"]]);
  client.shutdown();
});

test("L8 P9 NO in place of a later + stops the rest, and the client continues", async () => {
  for (const status of ["NO [OVERQUOTA]", "BAD"]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 MULTIAPPEND");
    const appended = outcome(client.multiappend("x", ["one", "two", "three"]));
    const tag = await server.expect('APPEND "x" () {3}');
    await server.send("+");
    assertEquals(await server.line(), "one () {3}");
    await server.send(`${tag} ${status} no room`);
    const error = await appended;
    assertInstanceOf(error, ImapError);
    assertEquals(error.text, "no room");
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
    client.shutdown();
  }
});

test("L1 P9 OK in place of the + breaks the protocol", async () => {
  const { client, server } = await selectFake();
  const appended = outcome(client.append("x", "one"));
  await server.send(`${await server.expect('APPEND "x" () {3}')} OK done`);
  const error = await appended;
  assertInstanceOf(error, ImapError);
  assertEquals(error.name, "ProtocolError");
  assert(await server.isOver());
});

test("L1 P10 with LITERAL- 4096 bytes go at once, and one more waits", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL-");
  const small = client.append("x", "y".repeat(4096));
  const tag = await server.expect('APPEND "x" () {4096+}');
  assertEquals((await server.line()).length, 4096);
  await server.send(`${tag} OK done`);
  await small;
  const large = client.append("x", "y".repeat(4097));
  const other = await server.expect('APPEND "x" () {4097}');
  assert(await server.isSilent());
  await server.send("+");
  assertEquals((await server.line()).length, 4097);
  await server.send(`${other} OK done`);
  await large;
  client.shutdown();
});

test("L1 P10 with LITERAL+ nothing waits", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+ MULTIAPPEND");
  const appended = client.multiappend("x", ["y".repeat(50_000), "z"]);
  const tag = await server.expect('APPEND "x" () {50000+}');
  assertEquals(await server.line(), `${"y".repeat(50_000)} () {1+}`);
  assertEquals(await server.line(), "z");
  await server.send(`${tag} OK done`);
  await appended;
  client.shutdown();
});

test("append: a NUL → sent with BINARY, refused without it [fault C27]", async () => {
  for (const capabilities of ["IMAP4rev1", "IMAP4rev2", "IMAP4rev1 BINARY=X"]) {
    const { client } = await selectFake({}, capabilities);
    assertInstanceOf(await outcome(client.append("x", "a\0b")), InvalidArgumentError);
    client.shutdown();
  }
  const { client, server } = await selectFake({}, "IMAP4rev1 BINARY LITERAL+ MULTIAPPEND");
  const appending = client.append("x", bytes("a\0b"));
  const tag = await server.expect('APPEND "x" () ~{3+}');
  assertEquals(await server.line(), "a\0b");
  await server.send(`${tag} NO [UNKNOWN-CTE] not with a NUL`);
  const error = await outcome(appending);
  assertInstanceOf(error, ImapError);
  assertEquals(error.code, "UNKNOWN-CTE");
  const both = client.multiappend("x", ["a", bytes("\0")]);
  const next = await server.expect('APPEND "x" () {1+}');
  assertEquals([await server.line(), await server.line()], ["a () ~{1+}", "\0"]);
  await server.send(`${next} OK [APPENDUID 1 2:3] done`);
  assertEquals((await both).uids, [2, 3]);
  client.shutdown();
});
