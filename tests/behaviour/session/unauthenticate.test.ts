// UNAUTHENTICATE: what it resets, what it waits for, and that nothing of the old login reaches the
// next user's mail.
import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  IllegalStateError,
  ImapClient,
  ImapError,
  LoginError,
} from "@imapclient/imapclient";
import { type MemoryAccount, MemoryServer } from "@imapclient/imapclient/testing";
import {
  connectFake,
  type FakeServer,
  isPending,
  loggedInFake,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 UNAUTHENTICATE";

/** Answers a login; later calls are another user's. */
async function logIn(client: ImapClient, server: FakeServer): Promise<void> {
  const login = client.login("bob", "x");
  const tag = await server.expect('LOGIN "bob" "x"');
  await server.send(`${tag} OK [CAPABILITY ${OFFERED}] in`);
  await login;
}

/** The server's OK, which tells its capabilities. */
async function end(server: FakeServer): Promise<void> {
  const tag = await server.expect("UNAUTHENTICATE");
  await server.send(`${tag} OK [CAPABILITY ${OFFERED}] bye, ann`);
}

/** A server with two users, whose folders have the same names, UIDs and UIDVALIDITY. */
async function twoUsers(): Promise<[client: ImapClient, ann: MemoryAccount, bob: MemoryAccount]> {
  const server = new MemoryServer({ capabilities: { add: ["UNAUTHENTICATE"] } });
  const accounts = ["ann", "bob"].map((user) => server.addUser(user, "secret"));
  for (const account of accounts) {
    account.createFolder("Sent");
    for (let i = 0; i < 3; i++) account.append("INBOX", `Subject: ${account.user} ${i}\n\nx\n`);
  }
  const client = await ImapClient.connect({ transport: server.transport });
  await client.login("ann", "secret");
  return [client, accounts[0], accounts[1]];
}

describe("unauthenticate", () => {
  test("OK → nothing of the login is left, capabilities are asked for [ext UNAUTHENTICATE]", async () => {
    const greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello";
    const { client, server } = await connectFake({ enable: ["UTF8=ACCEPT"] }, greeting);
    const login = client.login("ann", "x");
    const tag = await server.expect('LOGIN "ann" "x"');
    await server.send(`${tag} OK [CAPABILITY ${OFFERED} ENABLE UTF8=ACCEPT LITERAL+] in`);
    await server.answer("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT");
    await login;
    const selecting = client.selectFolder("ü");
    const select = (await server.line()).split(" ")[0];
    await server.send("* 3 EXISTS", `${select} OK done`);
    await selecting;
    assertEquals([client.state, client.enabled], ["selected", ["UTF8=ACCEPT"]]);

    const ending = client.unauthenticate();
    await server.answer("UNAUTHENTICATE");
    await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN");
    assertEquals(await ending, "done");
    assertEquals([client.state, client.enabled], ["not authenticated", []]);
    assertEquals(await client.capabilities(), ["IMAP4REV1", "AUTH=PLAIN"]);
    await assertRejects(() => client.search(), IllegalStateError);
    await assertRejects(() => client.folderStatus("INBOX"), IllegalStateError, "needs a login");
    await assertRejects(() => client.unauthenticate(), CapabilityError);
    assert(await server.isSilent());

    await logIn(client, server);
    const creating = client.createFolder("ü");
    await server.answer('CREATE "&APw-"');
    await creating;
    client.shutdown();
  });

  test("names as the last user's server wrote them → forgotten", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const listing = client.listFolders();
    await server.answer('LIST "" "*"', '* LIST () "/" "a&b"');
    assertEquals((await listing)[0].name, "a&b");
    const ending = client.unauthenticate();
    await end(server);
    await ending;
    await logIn(client, server);
    const creating = client.createFolder("a&b");
    await server.answer('CREATE "a&-b"');
    await creating;
    client.shutdown();
  });

  test("the server lacks it, or nobody is logged in → an error, and nothing is sent", async () => {
    const { client, server } = await selectFake();
    await assertRejects(() => client.unauthenticate(), CapabilityError, "UNAUTHENTICATE");
    assert(await server.isSilent());
    client.shutdown();
    const early = await connectFake({}, `* OK [CAPABILITY ${OFFERED}] ready`);
    await assertRejects(() => early.client.unauthenticate(), IllegalStateError, "needs a login");
    assert(await early.server.isSilent());
    early.client.shutdown();
  });

  for (const status of ["NO", "BAD"]) {
    test(`${status} → ImapError, and login and folder are as before`, async () => {
      const { client, server } = await selectFake({}, OFFERED);
      const failing = outcome(client.unauthenticate());
      const tag = await server.expect("UNAUTHENTICATE");
      await server.send(`${tag} ${status} [CANNOT] not an administrator`);
      const error = await failing;
      assertInstanceOf(error, ImapError);
      assertEquals([error.constructor, error.code, client.state], [
        ImapError,
        "CANNOT",
        "selected",
      ]);
      const searching = client.search();
      await server.answer("UID SEARCH ALL", "* SEARCH 7");
      assertEquals([...await searching], [7]);
      client.shutdown();
    });
  }

  test("BYE in place of an answer → ConnectionClosedError", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const failing = outcome(client.unauthenticate());
    await server.expect("UNAUTHENTICATE");
    await server.send("* BYE can't reset it");
    server.close();
    assertInstanceOf(await failing, ConnectionClosedError);
  });

  test("other responses in between → they reach the listeners", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const heard: string[] = [];
    client.listen((response) => heard.push(response.type));
    const ending = client.unauthenticate();
    const tag = await server.expect("UNAUTHENTICATE");
    await server.send("* 5 EXPUNGE", "* LIST () NIL x", `${tag} OK [CAPABILITY ${OFFERED}] bye`);
    await ending;
    assertEquals(heard, ["EXPUNGE", "LIST"]);
    await logIn(client, server);
    assertEquals(client.state, "authenticated");
    client.shutdown();
  });

  test("aborted before it is sent → still logged in", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    assertEquals(await outcome(client.unauthenticate({ signal })), reason);
    const searching = client.search();
    const controller = new AbortController();
    const ending = outcome(client.unauthenticate({ signal: controller.signal }));
    const tag = await server.expect("UID SEARCH ALL");
    controller.abort(reason);
    assertEquals(await ending, reason);
    await server.send("* SEARCH 1", `${tag} OK done`);
    await searching;
    assertEquals(client.state, "selected");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("aborted after it is sent → logged out when OK comes, and LOGINDISABLED is minded", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const reason = new Error("enough");
    const controller = new AbortController();
    const ending = outcome(client.unauthenticate({ signal: controller.signal }));
    const tag = await server.expect("UNAUTHENTICATE");
    controller.abort(reason);
    assertEquals(await ending, reason);
    assertEquals(client.state, "selected");
    await server.send(`${tag} OK done`);
    await turns();
    assertEquals(client.state, "not authenticated");
    const login = outcome(client.login("bob", "x"));
    await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED");
    assertInstanceOf(await login, LoginError);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("calls made before → finished first; calls made after → refused, and not sent later", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const before = client.addFlags(7, "x", { silent: true });
    const ending = client.unauthenticate();
    const late = [
      outcome<unknown>(client.append("Sent", "x")),
      outcome<unknown>(client.addFlags(8, "x")),
      outcome<unknown>(client.selectFolder("Sent")),
    ];
    await server.answer("UID STORE 7 +FLAGS.SILENT (x)");
    await before;
    await end(server);
    await ending;
    await logIn(client, server);
    for (const error of await Promise.all(late)) assertInstanceOf(error, IllegalStateError);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("a folder is held → it waits, and whoever waits for another one is refused", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const opening = client.openFolder("Held");
    await server.answer('SELECT "Held"', "* 1 EXISTS");
    const held = await opening;
    const ending = client.unauthenticate();
    const waiting = outcome(client.openFolder("Other"));
    assert(await server.isSilent());
    const searching = held.search();
    await server.answer("UID SEARCH ALL", "* SEARCH 3");
    await searching;
    await held.close();
    await end(server);
    await ending;
    await logIn(client, server);
    const error = await waiting;
    assertInstanceOf(error, IllegalStateError);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("a watch under way → ends with IllegalStateError, and does not watch the next user", async () => {
    const { client, server } = await selectFake({}, `${OFFERED} IDLE`);
    const watching = outcome(client.watch().next());
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    const ending = client.unauthenticate();
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await end(server);
    await ending;
    await logIn(client, server);
    assertInstanceOf(await watching, IllegalStateError);
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("two users of one connection", () => {
  test("the next login → its own mail", async () => {
    const [client, ann, bob] = await twoUsers();
    await client.selectFolder("INBOX");
    await client.addFlags("1:*", "\\Flagged");
    await client.unauthenticate();
    await client.login("bob", "secret");
    await client.append("Sent", "Subject: x\n\ny\n");
    assertEquals([ann.messages("Sent").length, bob.messages("Sent").length], [0, 1]);
    assert(bob.messages("INBOX").every(({ flags }) => flags.length === 0));
    await client.logout();
  });

  test("ids of the first user's INBOX → refused in the second one's", async () => {
    const [client, , bob] = await twoUsers();
    await client.selectFolder("INBOX");
    const ids = await client.search();
    const { all } = await client.search("ALL", { return: ["ALL"] });
    await client.unauthenticate();
    await client.login("bob", "secret");
    await client.selectFolder("INBOX");
    for (const given of [ids, all]) {
      await assertRejects(() => client.deleteMessages(given), IllegalStateError, "found in");
    }
    assert(bob.messages("INBOX").every(({ flags }) => flags.length === 0));
    assertEquals(await client.count(), 3);
    await client.logout();
  });

  test("ids of a search in several folders → refused in the second one's", async () => {
    const offered = `${OFFERED} MULTISEARCH`;
    const { client, server } = await loggedInFake(offered);
    const searching = client.searchFolders({ folders: "INBOX" }, "ALL");
    const tag = await server.expect('ESEARCH IN (mailboxes ("INBOX")) RETURN (ALL) ALL');
    const found = `(TAG "${tag}" MAILBOX INBOX UIDVALIDITY 7) UID ALL 2`;
    await server.send(`* ESEARCH ${found}`, `${tag} OK done`);
    const [{ uids }] = await searching;
    const ending = client.unauthenticate();
    await end(server);
    await ending;
    await logIn(client, server);
    const selecting = client.selectFolder("INBOX");
    await server.answer('SELECT "INBOX"', "* 9 EXISTS", "* OK [UIDVALIDITY 7] x");
    await selecting;
    await assertRejects(() => client.deleteMessages(uids), IllegalStateError, "found in");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("a fetchEach under way → refused in the second one's INBOX", async () => {
    const [client] = await twoUsers();
    await client.selectFolder("INBOX");
    const each = client.fetchEach("1:*", ["FLAGS"]);
    await client.unauthenticate();
    await client.login("bob", "secret");
    await client.selectFolder("INBOX");
    await assertRejects(() => each.next(), IllegalStateError);
    await client.logout();
  });

  test("a login by PREAUTH → can be ended too", async () => {
    const add = ["UNAUTHENTICATE"];
    const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { add } });
    for (const user of ["ann", "bob"]) server.addUser(user, "secret");
    const client = await ImapClient.connect({ transport: server.transport });
    const pending = isPending(client.over);
    await client.unauthenticate();
    await client.plainLogin("bob", "secret");
    assertEquals(client.state, "authenticated");
    assert(await pending);
    await client.logout();
  });
});
