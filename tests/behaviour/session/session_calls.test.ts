// Login, capabilities, logout and NOOP.
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  type Command,
  ConnectionClosedError,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  LoginError,
} from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

const AUTH_PLAIN = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready";

/** The client's capabilities. The server must not be asked for them again. */
async function capabilitiesOf(client: ImapClient, server: FakeServer): Promise<string> {
  const names = await client.capabilities();
  assert(await server.isSilent());
  return names.join(" ");
}

// Login

test("D1 D10 login returns the server's text, and its capabilities are used once", async () => {
  const { client, server } = await connectFake();
  const login = client.login("ann", 'pass "word"\\');
  const tag = await server.expect('LOGIN "ann" "pass \\"word\\"\\\\"');
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1 IDLE] Logged in`);
  assertEquals(await login, "[CAPABILITY IMAP4rev1 IDLE] Logged in");
  assertEquals(client.state, "authenticated");
  assertEquals(await capabilitiesOf(client, server), "IMAP4REV1 IDLE");
  client.shutdown();
});

test("D10 E1 untagged capabilities during the login are used", async () => {
  const { client, server } = await connectFake({}, AUTH_PLAIN);
  const login = client.plainLogin("ann", "x");
  const tag = await server.expect("AUTHENTICATE PLAIN");
  await server.send("+");
  await server.line();
  await server.send("* CAPABILITY IMAP4rev1 move", `${tag} OK in`);
  await login;
  assertEquals(await capabilitiesOf(client, server), "IMAP4REV1 MOVE");
  client.shutdown();
});

test("E1 capabilities that the login does not tell are asked for, once", async () => {
  const { client, server } = await connectFake();
  const login = client.login("ann", "x");
  await server.answer('LOGIN "ann" "x"');
  await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 UIDPLUS");
  await login;
  assertEquals(await capabilitiesOf(client, server), "IMAP4REV1 UIDPLUS");
  client.shutdown();
});

test("E1 the greeting's capabilities are valid until the login", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY imap4rev1 Idle] ready");
  assertEquals(await capabilitiesOf(client, server), "IMAP4REV1 IDLE");
  client.shutdown();
});

test("E2 hasCapability takes any case, text or bytes, and whole names only", async () => {
  const { client } = await connectFake({}, AUTH_PLAIN);
  for (const name of ["AUTH=PLAIN", "auth=plain", new TextEncoder().encode("Auth=Plain")]) {
    assert(await client.hasCapability(name));
  }
  for (const name of ["AUTH", "AUTH=", "PLAIN", "IMAP4", ""]) {
    assertFalse(await client.hasCapability(name), name);
  }
  client.shutdown();
});

test("E3 a command without its capability throws before it is sent", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] in");
  const idle: Command<string> = { name: "X-IDLE", needs: "idle", result: ({ text }) => text };
  await assertRejects(() => client.run(idle), CapabilityError, "Server does not support");
  assert(await server.isSilent());
  client.shutdown();
  const other = await connectFake();
  const error = await assertRejects(() => other.client.plainLogin("ann", "x"), CapabilityError);
  assertEquals(error.message, "Server does not support AUTH=PLAIN capability");
  assert(await other.server.isSilent());
  other.client.shutdown();
});

test("a command that needs any of several capabilities: one of them → sent, none → an error that names all [E3]", async () => {
  const command = (): Command<string> => ({
    name: "X-NOTES",
    needs: ["METADATA", "METADATA-SERVER"],
    result: ({ text }) => text,
  });
  const able = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1 Metadata-Server] in");
  const noted = able.client.run(command());
  await able.server.answer("X-NOTES");
  await noted;
  able.client.shutdown();
  const unable = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] in");
  const error = await assertRejects(() => unable.client.run(command()), CapabilityError);
  assertEquals(error.message, "Server does not support METADATA or METADATA-SERVER capability");
  assert(await unable.server.isSilent());
  unable.client.shutdown();
});

test("D1 Q5 a login is refused after a login and after the end", async () => {
  const greeting = "* PREAUTH [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED] in";
  const { client, server } = await connectFake({}, greeting);
  const calls = [() => client.login("ann", "x"), () => client.plainLogin("ann", "x")];
  for (const call of calls) await assertRejects(call, IllegalStateError, "logged in already");
  assert(await server.isSilent());
  client.shutdown();
  for (const call of calls) await assertRejects(call, ConnectionClosedError);
});

test("D1 Q7 a refused login throws a LoginError with code and text, and may be tried again", async () => {
  const { client, server } = await connectFake();
  const login = outcome(client.login("ann", "wrong"));
  const tag = await server.expect('LOGIN "ann" "wrong"');
  await server.send(`${tag} NO [AUTHENTICATIONFAILED] wrong password`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertEquals(error.message, "LOGIN failed: wrong password");
  assertEquals([error.code, error.text], ["AUTHENTICATIONFAILED", "wrong password"]);
  assertEquals(client.state, "not authenticated");

  const again = client.login("ann", "right");
  const tag2 = await server.expect('LOGIN "ann" "right"');
  await server.send(`${tag2} OK [CAPABILITY IMAP4rev1] in`);
  await again;
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

test("D1 Z9 a login may hold any character", async () => {
  const { client, server } = await connectFake();
  const login = client.login("ännchen", "x\r\ny");
  assertEquals(await server.line(), "A1 LOGIN {8}");
  await server.send("+");
  assertEquals(await server.bytes(8 + " {4}\r\n".length), "\xc3\xa4nnchen {4}\r\n");
  await server.send("+");
  assertEquals(await server.bytes(6), "x\r\ny\r\n");
  await server.send("A1 OK [CAPABILITY IMAP4rev1] in");
  await login;
  client.shutdown();
});

test("D1 Z1 a login that can't be sent is refused", async () => {
  const { client, server } = await connectFake();
  for (const bad of ["a\0b", "\ud800"]) {
    await assertRejects(() => client.login("ann", bad), InvalidArgumentError);
    await assertRejects(() => client.login(bad, "x"), InvalidArgumentError);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("D1 LOGINDISABLED keeps the password from being sent", async () => {
  const greeting = "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] ready";
  const { client, server } = await connectFake({}, greeting);
  await assertRejects(() => client.login("ann", "x"), LoginError, "LOGINDISABLED");
  assert(await server.isSilent());
  client.shutdown();
});

test("D2 plainLogin sends its message when it is asked to", async () => {
  const { client, server } = await connectFake({}, AUTH_PLAIN);
  const login = client.plainLogin("ann", "geheim", "bob");
  const tag = await server.expect("AUTHENTICATE PLAIN");
  assert(await server.isSilent());
  await server.send("+ ");
  assertEquals(atob(await server.line()), "bob\0ann\0geheim");
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1] in`);
  assertEquals(await login, "[CAPABILITY IMAP4rev1] in");
  client.shutdown();
});

test("D2 plainLogin sends its message at once with SASL-IR [ext SASL-IR]", async () => {
  const greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready";
  const { client, server } = await connectFake({}, greeting);
  const login = outcome(client.plainLogin("ann", "geheim"));
  const tag = await server.expect(`AUTHENTICATE PLAIN ${btoa("\0ann\0geheim")}`);
  await server.send(`${tag} NO [AUTHENTICATIONFAILED] no`);
  const error = await login;
  assertInstanceOf(error, LoginError);
  assertEquals(error.message, "AUTHENTICATE failed: no");
  assertEquals(error.code, "AUTHENTICATIONFAILED");
  client.shutdown();
});

// Logout, shutdown, NOOP

test("D5 logout returns the server's text and closes the connection", async () => {
  const { client, server } = await connectFake();
  const logout = client.logout();
  const tag = await server.expect("LOGOUT");
  await server.send("* BYE Logging out", `${tag} OK bye then`);
  assertEquals(await logout, "bye then");
  assertEquals([client.closed, client.state], [true, "logout"]);
  assert(await server.isOver());
  await assertRejects(() => client.noop(), ImapError);
});

test("D5 a server that hangs up right after its BYE has logged out", async () => {
  for (const hangUp of ["end", "close", "break"] as const) {
    const { client, server } = await connectFake();
    const logout = client.logout();
    await server.expect("LOGOUT");
    await server.send("* BYE Logging out");
    await turns();
    void server[hangUp]();
    assertEquals(await logout, "Logging out");
    assert(client.closed);
  }
});

test("D5 a logout that fails throws, and closes anyway", async () => {
  const { client, server } = await connectFake();
  const logout = outcome(client.logout());
  const tag = await server.expect("LOGOUT");
  await server.send(`${tag} BAD what`);
  const error = await logout;
  assertInstanceOf(error, ImapError);
  assertEquals(error.message, "LOGOUT failed: what");
  assert(client.closed);

  const { client: other, server: gone } = await connectFake();
  const second = outcome(other.logout());
  await gone.expect("LOGOUT");
  await gone.end();
  assertInstanceOf(await second, ImapError);
});

test("D5 logout waits for earlier calls", async () => {
  const { client, server } = await selectFake();
  const search = client.search("ALL");
  const logout = client.logout();
  const tag = await server.expect("UID SEARCH ALL");
  assert(await server.isSilent());
  await server.send("* SEARCH 4", `${tag} OK`);
  await server.answer("LOGOUT", "* BYE out");
  assertEquals([...await search], [4]);
  assertEquals(await logout, "done");
});

test("D6 shutdown closes without a word", async () => {
  const { client, server } = await connectFake();
  client.shutdown();
  assert(client.closed);
  assert(await server.isOver());
});

test("D7 noop returns the text and the server's updates", async () => {
  const { client, server } = await selectFake();
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  await server.send(
    "* 1001 EXISTS",
    "* 5 EXPUNGE",
    "* 3 FETCH (FLAGS (\\Seen))",
    `${tag} OK NOOP fine`,
  );
  const { text, responses } = await noop;
  assertEquals(text, "NOOP fine");
  assertEquals(responses.map(({ type }) => type), ["EXISTS", "EXPUNGE", "FETCH"]);
  client.shutdown();
});
