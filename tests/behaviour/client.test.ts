import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  CapabilityError,
  type Command,
  ConnectionClosedError,
  type ConnectOptions,
  fetchProblems,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  LoginError,
  ProtocolError,
  ReadOnlyError,
} from "../../mod.ts";
import {
  connectFake,
  type FakeServer,
  outcome,
  selectFake,
  test,
  turns,
} from "../support/fake_server.ts";

const AUTH_PLAIN = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready";

/** Whether the server is asked nothing more before the capabilities are known. */
async function capabilitiesOf(client: ImapClient, server: FakeServer): Promise<string> {
  const names = await client.capabilities();
  assert(await server.isSilent());
  return names.join(" ");
}

// Login

test("D1 D10 login gives the server's text, and its capabilities are used once", async () => {
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

test("E1 those of the greeting hold till the login", async () => {
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

test("a command that needs any of several capabilities: one of them → sent, none → it names all [E3]", async () => {
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

test("D1 Q5 who is logged in can't log in again, and after the end nobody can", async () => {
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

test("D2 plainLogin sends its message at once with SASL-IR", async () => {
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

test("D5 logout gives the server's text and closes the connection", async () => {
  const { client, server } = await connectFake();
  const logout = client.logout();
  const tag = await server.expect("LOGOUT");
  await server.send("* BYE Logging out", `${tag} OK bye then`);
  assertEquals(await logout, "bye then");
  assertEquals([client.closed, client.state], [true, "logout"]);
  assert(await server.isOver());
  await assertRejects(() => client.noop(), ImapError);
});

test("D5 a server that hangs up right behind its BYE has logged out", async () => {
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

test("D5 a logout that fails throws, and closes all the same", async () => {
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

test("D5 logout waits for what was asked before", async () => {
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

test("D7 noop gives the text and what the server told", async () => {
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

// SELECT

test("G3 G4 selectFolder gives what the server says of the folder", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] in");
  assertEquals(client.state, "authenticated");
  const select = client.selectFolder("Entwürfe");
  const tag = await server.expect('SELECT "Entw&APw-rfe"');
  await server.send(
    "* 3 exists",
    "* 1 RECENT",
    "* FLAGS (\\Flagged abc [foo]/bar)",
    "* OK [PERMANENTFLAGS (\\Flagged [foo]/bar \\*)] Limited",
    "* OK [UIDVALIDITY 1234567] valid",
    "* OK [uidnext 8] next",
    "* OK [HIGHESTMODSEQ 12345678901234567890] high",
    "* OK [OTHER thing] other",
    `${tag} OK [READ-WRITE] done`,
  );
  assertEquals<unknown>(await select, {
    EXISTS: 3,
    RECENT: 1,
    FLAGS: ["\\Flagged", "abc", "[foo]/bar"],
    PERMANENTFLAGS: ["\\Flagged", "[foo]/bar", "\\*"],
    UIDVALIDITY: 1234567,
    UIDNEXT: 8,
    HIGHESTMODSEQ: 12345678901234567890n,
    OTHER: "thing",
    "READ-WRITE": true,
  });
  assertEquals(client.state, "selected");
  client.shutdown();
});

test("G3 readonly sends EXAMINE, and EXISTS, FLAGS and RECENT are always there", async () => {
  const { client, server } = await selectFake();
  const select = client.selectFolder("a", { readonly: true });
  const tag = await server.expect('EXAMINE "a"');
  await server.send(`${tag} OK [READ-ONLY] done`);
  assertEquals<unknown>(await select, { EXISTS: 0, FLAGS: [], RECENT: 0, "READ-ONLY": true });
  client.shutdown();
});

test("G3 Z7 a refused SELECT throws and leaves the folder before", async () => {
  const { client, server } = await selectFake();
  const select = outcome(client.selectFolder("nope"));
  const tag = await server.expect('SELECT "nope"');
  await server.send(`${tag} NO [NONEXISTENT] no such folder`);
  const error = await select;
  assertInstanceOf(error, ImapError);
  assertEquals([error.message, error.code], ["SELECT failed: no such folder", "NONEXISTENT"]);
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

const change: Command<string> = {
  name: "X-CHANGE",
  state: "selected",
  modifies: true,
  result: ({ text }) => text,
};

test("G6 Q3 a folder that turns out to be read-only throws, but is selected", async () => {
  const { client, server } = await selectFake();
  const select = outcome(client.selectFolder("shared"));
  const tag = await server.expect('SELECT "shared"');
  await server.send(`${tag} OK [READ-ONLY] done`);
  assertInstanceOf(await select, ReadOnlyError);
  assertEquals(client.state, "selected");
  await assertRejects(() => client.run(change), ReadOnlyError);
  assert(await server.isSilent());
  client.shutdown();
});

test("G6 a folder that becomes read-only later refuses to be changed", async () => {
  const { client, server } = await selectFake();
  const changing = client.run(change);
  await server.answer("X-CHANGE");
  await changing;
  await server.send("* OK [READ-ONLY] somebody locked it");
  await turns();
  await assertRejects(() => client.run(change), ReadOnlyError);
  assert(await server.isSilent());
  await server.send("* OK [READ-WRITE] go ahead");
  await turns();
  // It may also turn read-only while the command runs.
  const refused = outcome(client.run(change));
  const tag = await server.expect("X-CHANGE");
  await server.send("* OK [READ-ONLY] again", `${tag} NO can't`);
  const error = await refused;
  assertInstanceOf(error, ReadOnlyError);
  assertEquals(error.message, "X-CHANGE failed: can't");
  client.shutdown();
});

// SEARCH

test("H9 BAD to SEARCH shows the criteria and where they are explained", async () => {
  const { client, server } = await selectFake();
  const cases = [
    { criteria: "FOO bar", shown: '"FOO bar"' },
    { criteria: ["FROM", "ann", ["SMALLER", 5]], shown: '["FROM", "ann", ["SMALLER", 5]]' },
  ];
  for (const { criteria, shown } of cases) {
    const search = outcome(client.search(criteria as string));
    const tag = (await server.line()).split(" ")[0];
    await server.send(`${tag} BAD can't parse that`);
    const error = await search;
    assertInstanceOf(error, InvalidCriteriaError);
    assert(error.message.startsWith("UID SEARCH failed: can't parse that"));
    assert(error.message.includes(shown), error.message);
    assert(/https:\/\/\S+/.test(error.message));
    assertEquals(error.text, "can't parse that");
  }
  client.shutdown();
});

test("H9 NO to SEARCH is no fault of the criteria", async () => {
  const { client, server } = await selectFake();
  const search = outcome(client.search("ALL"));
  const tag = await server.expect("UID SEARCH ALL");
  await server.send(`${tag} NO [SERVERBUG] out of order`);
  const error = await search;
  assertInstanceOf(error, ImapError);
  assertFalse(error instanceof InvalidCriteriaError);
  client.shutdown();
});

test("H7 a refused charset is tried once more in one that the server offers", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
  const search = client.search(["SUBJECT", "ü"]);
  assertEquals(await server.line(), "A2 UID SEARCH CHARSET UTF-8 SUBJECT {2+}");
  await server.line();
  await server.send("A2 NO [BADCHARSET (US-ASCII UTF-8 ISO-8859-1)] not that");
  assertEquals(await server.line(), "A3 UID SEARCH CHARSET ISO-8859-1 SUBJECT {1+}");
  assertEquals(await server.line(), "\xfc");
  await server.send("* SEARCH 5", "A3 OK");
  assertEquals([...await search], [5]);
  client.shutdown();
});

test("H7 a charset that can't be replaced throws, with those that the server knows", async () => {
  const refused = async (options: { charset?: string }, answer: string) => {
    const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
    const search = outcome(client.search(["SUBJECT", "日本"], options));
    const [tag] = (await server.line()).split(" ");
    await server.line();
    await server.send(`${tag} NO ${answer}`);
    const error = await search;
    assert(await server.isSilent());
    client.shutdown();
    assertInstanceOf(error, InvalidCriteriaError);
    assertEquals(error.code, "BADCHARSET");
    return error.message;
  };
  const listed = await refused({}, "[BADCHARSET (US-ASCII ISO-8859-1)] no");
  assert(listed.includes("US-ASCII, ISO-8859-1"), listed);
  await refused({}, "[BADCHARSET] no");
  await refused({}, "[BADCHARSET (UTF-8)] no");
  // A charset that the caller chose is not replaced.
  await refused({ charset: "UTF-8" }, "[BADCHARSET (UTF-16 UTF-7)] no");
});

test("H7 a second refusal is the last", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
  const search = outcome(client.search(["SUBJECT", "ü"]));
  for (const tag of ["A2", "A3"]) {
    await server.line();
    await server.line();
    await server.send(`${tag} NO [BADCHARSET (ISO-8859-1)] no`);
  }
  assertInstanceOf(await search, InvalidCriteriaError);
  assert(await server.isSilent());
  client.shutdown();
});

test("H7 no charset is named for ASCII", async () => {
  const { client, server } = await selectFake();
  const search = client.search(["SUBJECT", "u"]);
  await server.answer("UID SEARCH SUBJECT u", "* SEARCH");
  assertEquals([...await search], []);
  client.shutdown();
});

// FETCH

/** Fetches these items of messages 1 to 3, which the server answers with these lines. */
async function fetched<const Item extends string>(
  items: readonly Item[],
  lines: readonly string[],
  options: ConnectOptions = {},
) {
  const { client, server } = await selectFake(options);
  const fetching = client.fetch("1:3", items);
  await server.answer(`${client.useUid ? "UID " : ""}FETCH 1:3 (${items.join(" ")})`, ...lines);
  const messages = await fetching;
  assertFalse(client.closed);
  client.shutdown();
  return messages;
}

test("J1 J3 with UIDs the UID is the key, and SEQ stands beside it", async () => {
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

test("J2 modifiers stand behind the items", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(1, ["FLAGS"], { modifiers: ["changedsince 123"] });
  await server.answer("UID FETCH 1 (FLAGS) (CHANGEDSINCE 123)");
  assertEquals((await fetching).size, 0);
  client.shutdown();
});

test("J6 several responses for one message become one, in whatever order", async () => {
  const messages = await fetched(["FLAGS", "MODSEQ"], [
    "* 12 FETCH (UID 2 FLAGS (\\Seen))",
    "* 11 FETCH (FLAGS () UID 1 MODSEQ (3))",
    "* 12 FETCH (MODSEQ (4) UID 2)",
    "* 12 FETCH (FLAGS (\\Seen \\Deleted))", // news without a UID
  ]);
  assertEquals<unknown>(
    messages,
    new Map([
      [2, { SEQ: 12, FLAGS: ["\\Seen", "\\Deleted"], MODSEQ: 4n }],
      [1, { SEQ: 11, FLAGS: [], MODSEQ: 3n }],
    ]),
  );
});

test("J6 news of messages not asked for go to the listeners", async () => {
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

test("J9 nothing but a sequence number is a message too; none at all is none", async () => {
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
  // What is not there does not get in the way of looking at what is.
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

test("Q10 NO to FETCH throws, whatever came before it", async () => {
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

test("Z1 nothing that a caller gives can begin a second command", async () => {
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
  // Where text may be anything it goes as a literal; a folder's name is encoded.
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
