import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  CapabilityError,
  CertificateError,
  type Command,
  ConnectError,
  ConnectionClosedError,
  IllegalStateError,
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  LoginError,
  ProtocolError,
  ReadOnlyError,
  TimeoutError,
  TlsError,
} from "../../../mod.ts";
import { connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const CLASSES = {
  ImapError,
  ImapAbortError,
  ReadOnlyError,
  CapabilityError,
  IllegalStateError,
  InvalidCriteriaError,
  LoginError,
  InvalidArgumentError,
  ProtocolError,
  ConnectError,
  TimeoutError,
  TlsError,
  CertificateError,
  ConnectionClosedError,
};
const ABORTING = [
  "ImapAbortError",
  "ConnectError",
  "TimeoutError",
  "TlsError",
  "CertificateError",
  "ConnectionClosedError",
];

test("Q1 Q2 Q9 every class has its name, and tells whether the connection is lost", () => {
  for (const [name, Class] of Object.entries(CLASSES)) {
    const error = new Class("text");
    assertEquals([error.name, error.message, String(error)], [name, "text", `${name}: text`]);
    assertInstanceOf(error, ImapError);
    assertInstanceOf(error, Error);
    assertEquals(error instanceof ImapAbortError, ABORTING.includes(name), name);
  }
  return Promise.resolve();
});

test("Q1 an error without details says so, and one with details has them", () => {
  const bare = new ImapError("text");
  assertEquals([bare.command, bare.code, bare.responseCode, bare.text], [null, null, null, null]);
  assertEquals("cause" in bare, false);
  const cause = new Error("below");
  const responseCode = { name: "TRYCREATE", argument: "" };
  const full = new ImapError("text", { command: "X", responseCode, text: "server", cause });
  assertEquals([full.command, full.code, full.text], ["X", "TRYCREATE", "server"]);
  assertStrictEquals(full.responseCode, responseCode);
  assertStrictEquals(full.cause, cause);
  return Promise.resolve();
});

test("Q1 Q10 every NO and BAD throws, with command, code and text", async () => {
  const { client, server } = await selectFake();
  const calls: [() => Promise<unknown>, string, string][] = [
    [() => client.noop(), "NOOP", "NOOP"],
    [() => client.listFolders("a", "b"), "LIST", 'LIST "a" "b"'],
    [() => client.search("ALL"), "UID SEARCH", "UID SEARCH ALL"],
    [() => client.fetch(1, "FLAGS"), "UID FETCH", "UID FETCH 1 (FLAGS)"],
    [() => client.fetchEach(1, "FLAGS").next(), "UID FETCH", "UID FETCH 1 (FLAGS)"],
    [() => client.run({ name: "X-OWN", result: () => null }), "X-OWN", "X-OWN"],
    [() => client.selectFolder("a"), "SELECT", 'SELECT "a"'],
  ];
  for (const status of ["NO", "BAD"]) {
    for (const [call, name, command] of calls) {
      if (client.state === "authenticated") {
        const selecting = client.selectFolder("INBOX");
        await server.answer('SELECT "INBOX"');
        await selecting;
      }
      const result = outcome(call());
      const tag = await server.expect(command);
      await server.send(`${tag} ${status} [SERVERBUG] it broke`);
      const error = await result;
      assertInstanceOf(error, ImapError);
      assert(error.message.startsWith(`${name} failed: it broke`), error.message);
      assertEquals([error.command, error.code, error.text], [command, "SERVERBUG", "it broke"]);
      assertEquals(error instanceof ImapAbortError, false);
    }
  }
  client.shutdown();
});

test("Q1 a refusal without text shows the rest", async () => {
  const { client, server } = await selectFake();
  for (const [answer, message] of [["NO [CANNOT]", "CANNOT"], ["NO", "NO"], ["BAD ", "BAD"]]) {
    const noop = outcome(client.noop());
    const tag = await server.expect("NOOP");
    await server.send(`${tag} ${answer}`);
    assertEquals((await noop as ImapError).message, `NOOP failed: ${message}`);
  }
  client.shutdown();
});

test("Q1 the response code comes with its arguments", async () => {
  const { client, server } = await selectFake();
  const noop = outcome(client.noop());
  const tag = await server.expect("NOOP");
  await server.send(`${tag} NO [BADCHARSET (UTF-8 "ISO-8859-1")] odd`);
  const { responseCode } = await noop as ImapError;
  assertEquals(responseCode?.charsets, ["UTF-8", "ISO-8859-1"]);
  client.shutdown();
});

test("Q3 a command that changes a read-only folder throws ReadOnlyError", async () => {
  const { client, server } = await selectFake();
  const selecting = client.selectFolder("a", { readonly: true });
  await server.answer('EXAMINE "a"');
  await selecting;
  const store: Command<null> = { name: "UID STORE", modifies: true, result: () => null };
  const error = await outcome(client.run(store));
  assertInstanceOf(error, ReadOnlyError);
  assertEquals(error.message, "UID STORE would change a read-only folder");
  assert(await server.isSilent());
  client.shutdown();
});

test("Q4 Q5 a command without its capability or state throws before it is sent", async () => {
  const { client, server } = await connectFake();
  const move: Command<null> = { name: "UID MOVE", needs: "MOVE", result: () => null };
  const calls: [() => Promise<unknown>, typeof ImapError, string][] = [
    [() => client.run(move), CapabilityError, "Server does not support MOVE capability"],
    [() => client.listFolders(), IllegalStateError, "LIST needs a login first"],
    [() => client.selectFolder("a"), IllegalStateError, "SELECT needs a login first"],
    [() => client.search("ALL"), IllegalStateError, "UID SEARCH needs a login first"],
    [() => client.fetchEach(1, "FLAGS").next(), IllegalStateError, "needs a login first"],
  ];
  for (const [call, Class, message] of calls) {
    const error = await outcome(call());
    assertInstanceOf(error, Class);
    assert(error.message.includes(message), error.message);
  }
  assert(await server.isSilent());
  client.shutdown();

  const { client: other, server: silent } = await connectFake(
    {},
    "* PREAUTH [CAPABILITY IMAP4rev1] in",
  );
  for (const call of [other.search("ALL"), other.fetch(1, "FLAGS")]) {
    const error = await outcome<unknown>(call);
    assertInstanceOf(error, IllegalStateError);
    assert(error.message.includes("needs a selected folder"), error.message);
  }
  assert(await silent.isSilent());
  other.shutdown();
});

test("Q6 criteria that make no sense throw before they are sent", async () => {
  const { client, server } = await selectFake();
  for (const criteria of ["", [], [[]], ["FROM"], ["LARGER", "x"]]) {
    assertInstanceOf(await outcome(client.search(criteria)), InvalidCriteriaError);
  }
  const empty = await outcome(client.search([]));
  assert((empty as Error).message.includes("no criteria specified"));
  assert(await server.isSilent());
  client.shutdown();
});

test("Q8 a protocol violation ends the connection, for later calls too", async () => {
  const { client, server } = await selectFake();
  const noop = outcome(client.noop());
  await server.expect("NOOP");
  await server.send("A99 OK done");
  const error = await noop;
  assertInstanceOf(error, ProtocolError);
  assertStrictEquals(await outcome(client.noop()), error);
  assert(client.closed);
});

test("Q10 arguments that can't be sent throw and leave the connection alone", async () => {
  const { client, server } = await selectFake();
  const calls = [
    () => client.fetch(0, "FLAGS"),
    () => client.fetch("1-5", "FLAGS"),
    () => client.fetch(1, []),
    () => client.fetch(1, "FLAGS)"),
    () => client.selectFolder("\ud800"),
    () => client.listFolders("", "\ud800"),
  ];
  for (const call of calls) {
    assertInstanceOf(await outcome<unknown>(call()), InvalidArgumentError);
  }
  assert(await server.isSilent());
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});
