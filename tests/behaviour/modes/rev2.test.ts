// Capabilities that a server has without naming them: IMAP4rev2, and extensions that imply others.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
} from "../../../mod.ts";
import { Session } from "../../../src/connection/session.ts";
import {
  connectFake,
  type FakeServer,
  loggedInFake,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

/** A logged-in client, with no folder selected. */
async function loggedIn(capabilities: string) {
  return await loggedInFake(capabilities, { enable: [] });
}

/** The calls that IMAP4rev2 allows, and what each sends. */
const CALLS: readonly (readonly [
  name: string,
  call: (client: ImapClient) => Promise<unknown>,
  sent: string,
])[] = [
  ["enable", (client) => client.enable("CONDSTORE"), "ENABLE CONDSTORE"],
  ["namespace", (client) => client.namespace(), "NAMESPACE"],
  ["idle", (client) => client.idle(), "IDLE"],
  ["move", (client) => client.move(1, "x"), 'UID MOVE 1 "x"'],
  ["uidExpunge", (client) => client.uidExpunge(1), "UID EXPUNGE 1"],
  ["unselectFolder", (client) => client.unselectFolder(), "UNSELECT"],
];

for (const [name, call, sent] of CALLS) {
  const open = (capabilities: string) =>
    name === "enable" ? loggedIn(capabilities) : selectFake({}, capabilities);

  test(`${name}: IMAP4rev2 alone is offered → sent [fault C25]`, async () => {
    const { client, server } = await open("IMAP4rev2");
    const calling = outcome(call(client));
    await server.expect(sent);
    client.shutdown();
    await calling;
  });

  test(`${name}: only IMAP4rev1 is offered → CapabilityError, nothing sent [fault C25]`, async () => {
    const { client, server } = await open("IMAP4rev1");
    assertInstanceOf(await outcome(call(client)), CapabilityError);
    assert(await server.isSilent());
    client.shutdown();
  });
}

/** Enables IMAP4rev2. */
async function enableRev2(client: ImapClient, server: FakeServer): Promise<void> {
  const enabling = client.enable("IMAP4rev2");
  await server.answer("ENABLE IMAP4REV2", "* ENABLED IMAP4rev2");
  await enabling;
}

test("a server of both revisions → rev2 counts once it is switched on [fault C25]", async () => {
  const { client, server } = await loggedIn("IMAP4rev1 IMAP4rev2");
  await assertRejects(() => client.namespace(), CapabilityError, "NAMESPACE");
  assertEquals(await client.hasCapability("MOVE"), false);
  await enableRev2(client, server);
  assertEquals(await client.hasCapability("MOVE"), true);
  const asking = client.namespace();
  await server.answer("NAMESPACE", '* NAMESPACE (("" "/")) NIL NIL');
  assertEquals((await asking).personal, [{ prefix: "", delimiter: "/" }]);
  client.shutdown();
});

test("hasCapability includes implied capabilities, capabilities() does not [fault C25]", async () => {
  const { client } = await loggedIn("IMAP4rev2 SORT");
  assertEquals(await client.capabilities(), ["IMAP4REV2", "SORT"]);
  for (
    const name of [
      "ENABLE",
      "idle",
      "UIDPLUS",
      "ESEARCH",
      "SEARCHRES",
      "LIST-EXTENDED",
      "LIST-STATUS",
      "Literal-",
      "SASL-IR",
      "STATUS=SIZE",
      "CHILDREN",
    ]
  ) assert(await client.hasCapability(name), name);
  // IMAP4rev2 includes only a part of these, or nothing.
  for (const name of ["BINARY", "SPECIAL-USE", "CONDSTORE", "LITERAL+", "ID", "MULTIAPPEND", ""]) {
    assertEquals(await client.hasCapability(name), false, name);
  }
  client.shutdown();
});

test("OBJECTID+ implies OBJECTID [ext OBJECTID]", async () => {
  const { client } = await loggedIn("IMAP4rev1 OBJECTID+");
  assert(await client.hasCapability("OBJECTID"));
  client.shutdown();
});

test("QRESYNC and similar ones imply the extensions that they build on [fault C25]", () => {
  const has = (offered: string[], name: string) => {
    const session = new Session();
    session.capabilities = offered;
    return session.has(name);
  };
  const both = (offered: string) => [has([offered], "ENABLE"), has([offered], "CONDSTORE")];
  assertEquals(both("QRESYNC"), [true, true]);
  assertEquals(both("UIDONLY"), [true, false]);
  assertEquals(both("CONDSTORE"), [false, true]);
  assertEquals(has(["UTF8=ONLY"], "utf8=accept"), true);
  assertEquals(has(["XIMAP4REV2"], "IDLE"), false);
  assertEquals(new Session().has("IDLE"), false);
  return Promise.resolve();
});

test("search: IMAP4rev2 without UTF8=ACCEPT → names its charset [ext IMAP4rev2]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev2");
  const searching = client.search(["SUBJECT", "Grün"]);
  const sent = 'UID SEARCH CHARSET UTF-8 SUBJECT "Gr\xc3\xbcn"';
  await server.answerTagged(sent, '* ESEARCH (TAG "$") UID ALL 7');
  assertEquals([...await searching], [7]);
  client.shutdown();
});

test("IMAP4rev2 alone → names are UTF-8, and short literals go unasked [fault C25]", async () => {
  const { client, server } = await loggedIn("IMAP4rev2");
  const making = client.createFolder("Entwürfe");
  assertEquals((await server.line()).split(" ").slice(1).join(" "), 'CREATE "EntwÃ¼rfe"');
  await server.send("A1 OK done");
  await making;
  const listing = client.listFolders();
  await server.answer('LIST "" "*"', '* LIST () "/" "Entw\xc3\xbcrfe"');
  assertEquals((await listing).length, 1);
  const adding = client.append("x", "a\r\n");
  await server.expect('APPEND "x" () {3+}');
  await server.bytes(5);
  await server.send("A3 OK done");
  await adding;
  client.shutdown();
});

test("both revisions, rev2 not switched on → names and literals as of old [fault C25]", async () => {
  const { client, server } = await loggedIn("IMAP4rev1 IMAP4rev2");
  const making = client.createFolder("Entwürfe");
  await server.answer('CREATE "Entw&APw-rfe"');
  await making;
  const adding = client.append("x", "a\r\n");
  const tag = await server.expect('APPEND "x" () {3}');
  await server.send("+ go on");
  await server.bytes(5);
  await server.send(`${tag} OK done`);
  await adding;
  await enableRev2(client, server);
  const more = client.append("x", "a\r\n");
  const other = await server.expect('APPEND "x" () {3+}');
  await server.bytes(5);
  await server.send(`${other} OK done`);
  await more;
  client.shutdown();
});

test("LOGIN at a server of IMAP4rev2 alone: SASL-IR → in one line [fault C25]", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev2 AUTH=PLAIN] hi");
  const login = outcome(client.plainLogin("ann", "secret"));
  assert(/^A1 AUTHENTICATE PLAIN \S+$/.test(await server.line()));
  client.shutdown();
  await login;
});

test("ESEARCH without a RETURN, as IMAP4rev2 answers SEARCH → the ids [fault C25]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev2");
  const searching = client.search("UNSEEN");
  const tag = await server.expect("UID SEARCH UNSEEN");
  await server.send(`* ESEARCH (TAG "${tag}") UID ALL 2,4:6`, `${tag} OK done`);
  assertEquals([...await searching], [2, 4, 5, 6]);
  const none = client.search("SEEN");
  const other = await server.expect("UID SEARCH SEEN");
  await server.send(`* ESEARCH (TAG "${other}") UID`, `${other} OK done`);
  assertEquals([...await none], []);
  client.shutdown();
});

test("enable of something clients can't enable → refused, with what to enable [fault C25]", async () => {
  const { client, server } = await loggedIn("IMAP4rev1 ENABLE UTF8=ONLY");
  for (const name of ["UTF8=ONLY", "utf8=all", "UTF8=USER"]) {
    await assertRejects(() => client.enable(name), InvalidArgumentError, "UTF8=ACCEPT");
  }
  assert(await server.isSilent());
  const other = client.enable(["X-MODE", "UTF8=ACCEPT"]);
  await server.answer("ENABLE X-MODE UTF8=ACCEPT", "* ENABLED X-MODE UTF8=ACCEPT");
  assertEquals(await other, ["X-MODE", "UTF8=ACCEPT"]);
  client.shutdown();
});

test("enable: aborted after it was sent → what it enabled is known [fault C25]", async () => {
  const { client, server } = await loggedIn("IMAP4rev1 IMAP4rev2");
  const controller = new AbortController();
  const enabling = outcome(client.enable("IMAP4rev2", { signal: controller.signal }));
  const tag = await server.expect("ENABLE IMAP4REV2");
  controller.abort(new Error("never mind"));
  await enabling;
  await server.send("* ENABLED IMAP4rev2", `${tag} OK done`);
  const asking = client.namespace();
  const other = await server.line();
  assertEquals(other.split(" ")[1], "NAMESPACE");
  client.shutdown();
  await outcome(asking);
});

const SUBSCRIBED: readonly (readonly [pattern: string, sent: string])[] = [
  ["*", 'LIST (SUBSCRIBED) "" "*"'],
  ["%", 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"'],
];
for (const [pattern, sent] of SUBSCRIBED) {
  test(`listSubFolders of ${pattern}: IMAP4rev2 → LIST (SUBSCRIBED) [ext IMAP4rev2]`, async () => {
    const { client, server } = await loggedIn("IMAP4rev2");
    const listing = client.listSubFolders("", pattern);
    await server.answer(sent, '* LIST (\\Subscribed) "/" "Entw\xc3\xbcrfe"', "* LSUB () NIL x");
    assertEquals((await listing).map(({ flags }) => flags), [["\\Subscribed"]]);
    client.shutdown();
  });
}

test("listSubFolders: both revisions, rev2 off → LSUB [ext IMAP4rev2]", async () => {
  const { client, server } = await loggedIn("IMAP4rev1 IMAP4rev2");
  const listing = client.listSubFolders();
  await server.answer('LSUB "" "*"', '* LSUB () "/" a');
  assertEquals((await listing).length, 1);
  client.shutdown();
});

test("folderStatus without items: IMAP4rev2 → RECENT is 0, as in selectFolder [ext IMAP4rev2]", async () => {
  const { client, server } = await loggedIn("IMAP4rev2");
  const asking = client.folderStatus("x");
  const items = "MESSAGES UIDNEXT UIDVALIDITY UNSEEN";
  await server.answer(`STATUS "x" (${items})`, "* STATUS x (MESSAGES 4 UIDNEXT 5 UNSEEN 1)");
  const { MESSAGES, RECENT } = await asking;
  assertEquals([MESSAGES, RECENT], [4, 0]);
  client.shutdown();
});

test("what SELECT answers as RFC 9051 has it → the folder after CLOSED [ext IMAP4rev2]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev2");
  const selecting = client.selectFolder("b");
  await server.answer(
    'SELECT "b"',
    "* 1001 EXISTS",
    "* OK [CLOSED] the folder before is closed",
    "* 2 EXISTS",
    "* FLAGS (\\Seen)",
    "* OK [UIDVALIDITY 7] ok",
    '* LIST () "/" b ("OLDNAME" ("B"))',
  );
  const { EXISTS, RECENT, UIDVALIDITY } = await selecting;
  assertEquals([EXISTS, RECENT, UIDVALIDITY], [2, 0, 7]);
  client.shutdown();
});

const ASKED_AGAIN = "UID SEARCH RETURN (ALL COUNT) ALL";

test("search of ALL: ESEARCH without the ids → asked once more, by RETURN [ext IMAP4rev2]", async () => {
  for (
    const [count, ids] of [["", "ALL 1:3"], [" COUNT 3", "ALL 1:3"], ["", "COUNT 0"], ["", ""]]
  ) {
    for (const call of ["ALL", ["all"], undefined] as const) {
      const { client, server } = await selectFake({}, "IMAP4rev2");
      const searching = client.search(call);
      const later = client.selectFolder("x");
      await server.answerTagged("UID SEARCH ALL", `* ESEARCH (TAG "$") UID${count}`);
      await server.answerTagged(ASKED_AGAIN, `* ESEARCH (TAG "$") UID ${ids}`);
      const found = await searching;
      assertEquals([...found], ids.startsWith("ALL") ? [1, 2, 3] : []);
      await server.answer('SELECT "x"', "* 1 EXISTS");
      await later;
      // They are ids of the folder before.
      if (found.length > 0) {
        await assertRejects(() => client.fetch(found, "FLAGS"), IllegalStateError);
      }
      client.shutdown();
    }
  }
});

test("search of ALL: messages that the server counts and does not name → ProtocolError [ext IMAP4rev2]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev2");
  const searching = outcome(client.search());
  await server.answerTagged("UID SEARCH ALL", '* ESEARCH (TAG "$") UID COUNT 7');
  await server.answerTagged(ASKED_AGAIN, '* ESEARCH (TAG "$") UID COUNT 7');
  assertInstanceOf(await searching, ProtocolError);
  client.shutdown();
});

test("search of ALL: nothing found that is believable → asked once [ext IMAP4rev2]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev2");
  for (
    const line of ['* ESEARCH (TAG "$") UID COUNT 0', "* SEARCH", '* ESEARCH (TAG "$") UID ALL 5']
  ) {
    const searching = client.search();
    await server.answerTagged("UID SEARCH ALL", line);
    assertEquals([...await searching], line.endsWith("5") ? [5] : []);
  }
  const noop = client.noop();
  await server.answer("NOOP", "* VANISHED 1:1000");
  await noop;
  const empty = client.search();
  await server.answerTagged("UID SEARCH ALL", '* ESEARCH (TAG "$") UID');
  assertEquals([...await empty], []);
  assert(await server.isSilent());
  client.shutdown();
});

test("search of ALL: without ids, and RETURN is known to be broken → the same again [ext IMAP4rev2]", async () => {
  const { client, server } = await selectFake({ quirks: { broken: ["ESEARCH"] } }, "IMAP4rev2");
  const searching = client.search();
  await server.answerTagged("UID SEARCH ALL", '* ESEARCH (TAG "$") UID');
  await server.answerTagged("UID SEARCH ALL", "* SEARCH 4");
  assertEquals([...await searching], [4]);
  client.shutdown();
});

test("search of ALL: the second answer is NO, or the connection ends → that error [ext IMAP4rev2]", async () => {
  for (const end of ["NO [INUSE] later", null]) {
    const { client, server } = await selectFake({}, "IMAP4rev2");
    const searching = outcome(client.search());
    await server.answerTagged("UID SEARCH ALL", '* ESEARCH (TAG "$") UID');
    const tag = await server.expect(ASKED_AGAIN);
    if (end === null) server.break();
    else await server.send(`${tag} ${end}`);
    const error = await searching;
    assertInstanceOf(error, ImapError);
    assertEquals(error.code, end === null ? null : "INUSE");
    client.shutdown();
  }
});

test("lists: a server that tells of folders unasked → not taken for rows [ext IMAP4rev2, QUIRKS]", async () => {
  for (const listsUnasked of [true, false]) {
    const { client, server } = await loggedInFake("IMAP4rev2", { quirks: { listsUnasked } });
    const listing = client.listFolders("", "a/%");
    await server.answer(
      'LIST "" "a/%"',
      '* LIST () "/" b',
      '* LIST () "/" a/c (OLDNAME (a/old))',
      '* LIST (\\HasNoChildren) "/" a/c',
      '* LIST (\\NonExistent \\HasChildren) "/" a/d',
    );
    const expected = listsUnasked ? ["a/c", "a/d"] : ["b", "a/c", "a/c", "a/d"];
    assertEquals((await listing).map(({ name }) => name), expected);
    const subscribed = client.listSubFolders();
    await server.answer(
      'LIST (SUBSCRIBED) "" "*"',
      '* LIST () "/" b',
      '* LIST (\\Subscribed) "/" c',
    );
    assertEquals((await subscribed).map(({ name }) => name), listsUnasked ? ["c"] : ["b", "c"]);
    client.shutdown();
  }
});
