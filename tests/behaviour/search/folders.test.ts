// Searches of several folders (MULTISEARCH, RFC 7377).
import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CapabilityError,
  type FolderSources,
  IllegalStateError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  ProtocolError,
  SAVED,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { loggedInFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const CAPABILITIES = "IMAP4rev1 MULTISEARCH ESEARCH";

/** Rows as data. */
function plain(rows: readonly object[]): unknown[] {
  return rows.map((row) =>
    JSON.parse(JSON.stringify(row, (name, value) => name === "all" ? `${value}` : value))
  );
}

describe("searchFolders", () => {
  test("every source → ESEARCH, and a row for each folder [ext MULTISEARCH]", async () => {
    const { client, server } = await loggedInFake(CAPABILITIES);
    const searching = client.searchFolders({
      ...{ folders: ["Entwürfe", "a b"], subtree: "Lists", subtreeOne: ["x"] },
      ...{ personal: true, subscribed: true, inboxes: true, selected: true },
    }, "UNSEEN");
    await server.answerTagged(
      'ESEARCH IN (selected inboxes personal subscribed subtree ("Lists") subtree-one ("x") ' +
        'mailboxes ("Entw&APw-rfe" "a b")) RETURN (ALL) UNSEEN',
      '* ESEARCH (TAG "$" MAILBOX "Entw&APw-rfe" UIDVALIDITY 7) UID ALL 2,4:5',
      '* ESEARCH (MAILBOX Inbox UIDVALIDITY 1 TAG "$") UID ALL 9',
      '* ESEARCH (TAG "$" MAILBOX {3}\r\na b UIDVALIDITY 3) UID ALL 1',
    );
    assertEquals(plain(await searching), [
      { folder: "Entwürfe", uidValidity: 7, uids: [2, 4, 5] },
      { folder: "Inbox", uidValidity: 1, uids: [9] },
      { folder: "a b", uidValidity: 3, uids: [1] },
    ]);
    client.shutdown();
  });

  test("another folder is selected right after the call → the one before is searched [ext MULTISEARCH]", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    const searching = client.searchFolders({ selected: true }, "UNSEEN");
    const selecting = client.selectFolder("Other");
    await server.answerTagged(
      "ESEARCH IN (selected) RETURN (ALL) UNSEEN",
      '* ESEARCH (TAG "$" MAILBOX "INBOX" UIDVALIDITY 7) UID ALL 2',
    );
    await server.answer('SELECT "Other"', "* 1 EXISTS", "* FLAGS ()");
    assertEquals(plain(await searching), [{ folder: "INBOX", uidValidity: 7, uids: [2] }]);
    await selecting;
    client.shutdown();
  });

  test("what to return → in each row [ext MULTISEARCH]", async () => {
    const { client, server } = await loggedInFake(`${CAPABILITIES} PARTIAL`);
    const options = { return: ["COUNT", "MAX"], partial: [-1, -2] } as const;
    const searching = client.searchFolders({ personal: true }, ["SUBJECT", "x"], options);
    await server.answerTagged(
      "ESEARCH IN (personal) RETURN (COUNT MAX PARTIAL -1:-2) SUBJECT x",
      '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY 7) UID COUNT 9 MAX 70 PARTIAL (-1:-2 60,70)',
    );
    const [row] = await searching;
    assertEquals([row.folder, row.count, row.max, [...row.ids]], ["a", 9, 70, [60, 70]]);
    client.shutdown();
  });

  test("a range that the server can't take → taken here [ext MULTISEARCH]", async () => {
    const { client, server } = await loggedInFake(`${CAPABILITIES} PARTIAL`);
    const options = { return: ["COUNT"], partial: [-1, -2] } as const;
    const searching = client.searchFolders({ folders: ["a"] }, "UNSEEN", options);
    const start = 'ESEARCH IN (mailboxes ("a")) RETURN ';
    const tag = await server.expect(`${start}(COUNT PARTIAL -1:-2) UNSEEN`);
    await server.send(`${tag} NO [CANNOT] Unsupported Search criteria`);
    await server.answerTagged(
      `${start}(COUNT ALL) UNSEEN`,
      '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY 7) UID COUNT 4 ALL 1:3,9',
    );
    const [row] = await searching;
    assertEquals([row.count, [...row.ids]], [4, [3, 9]]);
    client.shutdown();
  });

  test("a range that is refused for another reason → that error [ext MULTISEARCH]", async () => {
    const { client, server } = await loggedInFake(`${CAPABILITIES} PARTIAL`);
    const failing = outcome(client.searchFolders({ folders: ["a"] }, "ALL", { partial: [1, 2] }));
    const tag = await server.expect('ESEARCH IN (mailboxes ("a")) RETURN (PARTIAL 1:2) ALL');
    await server.send(`${tag} NO [LIMIT] too many`);
    assertEquals((await failing as ImapError).code, "LIMIT");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("UIDs → belong to their folders", async () => {
    const { client, server } = await loggedInFake(CAPABILITIES);
    const searching = client.searchFolders({ folders: ["a", "b"] }, "ALL");
    await server.answerTagged(
      'ESEARCH IN (mailboxes ("a" "b")) RETURN (ALL) ALL',
      '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY 7) UID ALL 1:2',
      '* ESEARCH (TAG "$" MAILBOX "b" UIDVALIDITY 8) UID ALL 3',
    );
    const [a, b] = await searching;
    const selecting = client.selectFolder("a");
    await server.answer('SELECT "a"', "* 9 EXISTS", "* OK [UIDVALIDITY 7] ok");
    await selecting;
    const storing = client.addFlags(a.uids, "x", { silent: true });
    await server.answer("UID STORE 1:2 +FLAGS.SILENT (x)");
    await storing;
    await assertRejects(() => client.addFlags(b.uids, "x"), IllegalStateError, "another folder");
    const again = client.selectFolder("a");
    await server.answer('SELECT "a"', "* 9 EXISTS", "* OK [UIDVALIDITY 9] new");
    await again;
    await assertRejects(() => client.addFlags(a.uids, "x"), IllegalStateError, "assigned again");
    client.shutdown();
  });

  test("no MULTISEARCH → CapabilityError, nothing sent [ext MULTISEARCH]", async () => {
    const { client, server } = await loggedInFake("IMAP4rev1 ESEARCH");
    const text = "does not support MULTISEARCH capability; pass { fallback: true }";
    const search = () => client.searchFolders({ personal: true }, "ALL");
    await assertRejects(search, CapabilityError, text);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("with `fallback` → one folder after the other, read-only [ext MULTISEARCH]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const options = { fallback: true, return: ["COUNT"] } as const;
    const searching = client.searchFolders({ folders: ["a", "b", "a"] }, "UNSEEN", options);
    await server.answer('EXAMINE "a"', "* 3 EXISTS", "* OK [UIDVALIDITY 7] ok");
    await server.answer("UID SEARCH UNSEEN", "* SEARCH 2 3");
    await server.answer('EXAMINE "b"', "* 3 EXISTS");
    await server.answer("UID SEARCH UNSEEN", "* SEARCH");
    assertEquals(plain(await searching), [{ folder: "a", uidValidity: 7, modseq: null, count: 2 }]);
    // The folder that was selected before is not: calls would be for another one.
    await assertRejects(() => client.search(), IllegalStateError);
    client.shutdown();
  });

  test("NO, BAD, a cut connection, an abort → errors, and rows that came", async () => {
    for (
      const [answer, kind] of [["NO [LIMIT] too many", ImapError], [
        "BAD what?",
        InvalidCriteriaError,
      ]] as const
    ) {
      const { client, server } = await loggedInFake(CAPABILITIES);
      const searching = outcome(client.searchFolders({ personal: true }, "ALL"));
      await server.send(
        `${await server.expect("ESEARCH IN (personal) RETURN (ALL) ALL")} ${answer}`,
      );
      assert(await searching instanceof kind);
      client.shutdown();
    }
    const { client, server } = await loggedInFake(CAPABILITIES);
    const abort = new AbortController();
    const given = client.searchFolders({ personal: true }, "ALL", { signal: abort.signal });
    const refused = assertRejects(() => given, Error, "enough");
    const tag = await server.expect("ESEARCH IN (personal) RETURN (ALL) ALL");
    abort.abort(new Error("enough"));
    await refused;
    const cut = outcome(client.searchFolders({ personal: true }, "SEEN"));
    await server.send(`${tag} OK done`);
    const next = await server.expect("ESEARCH IN (personal) RETURN (ALL) SEEN");
    await server.send(`* ESEARCH (TAG "${next}" MAILBOX "a" UIDVALIDITY 7) UID ALL 1`);
    server.close();
    const error = await cut as ImapError;
    assertEquals((error.partial as unknown[]).length, 1);
  });

  test("a search that the server ends early → ImapError with the rows that came", async () => {
    const { client, server } = await loggedInFake(CAPABILITIES);
    const searching = outcome(client.searchFolders({ personal: true }, "ALL"));
    const tag = await server.expect("ESEARCH IN (personal) RETURN (ALL) ALL");
    await server.send(
      `* ESEARCH (TAG "${tag}" MAILBOX "a" UIDVALIDITY 7) UID ALL 1`,
      `${tag} OK [LIMIT] that is all`,
    );
    const error = await searching as ImapError;
    assertEquals([error.code, (error.partial as unknown[]).length], ["LIMIT", 1]);
    client.shutdown();
  });

  for (
    const line of [
      '* ESEARCH (TAG "$") UID ALL 1',
      '* ESEARCH (TAG "$" MAILBOX "a") UID ALL 1',
      '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY x) UID ALL 1',
      '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY 1) UID COUNT 1',
      '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY 1) UID ALL 1:*',
      '* ESEARCH (TAG "$" MAILBOX (a) UIDVALIDITY 1) UID ALL 1',
    ]
  ) {
    test(`${line} → ProtocolError`, async () => {
      const { client, server } = await loggedInFake(CAPABILITIES);
      const searching = outcome(client.searchFolders({ personal: true }, "ALL"));
      await server.answerTagged("ESEARCH IN (personal) RETURN (ALL) ALL", line);
      assert(await searching instanceof ProtocolError);
      client.shutdown();
    });
  }

  test("a hostile range → no memory for its ids, but for sets", async () => {
    const { client, server } = await loggedInFake(CAPABILITIES);
    const all = client.searchFolders({ personal: true }, "ALL", { return: ["ALL"] });
    const line = '* ESEARCH (TAG "$" MAILBOX "a" UIDVALIDITY 1) UID ALL 1:4294967295';
    await server.answerTagged("ESEARCH IN (personal) RETURN (ALL) ALL", line);
    assertEquals(String((await all)[0].all), "1:4294967295");
    const ids = outcome(client.searchFolders({ personal: true }, "ALL"));
    await server.answerTagged("ESEARCH IN (personal) RETURN (ALL) ALL", line);
    assert(await ids instanceof ProtocolError);
    client.shutdown();
  });

  test("sources that make no sense → InvalidArgumentError, nothing sent", async () => {
    const { client, server } = await loggedInFake(CAPABILITIES);
    const sources: unknown[] = [{}, null, { folders: [] }, { personal: "yes" }, { mine: true }, 7];
    for (const source of [...sources, { folders: 7 }, { folders: [7] }, { subtree: null }]) {
      for (const fallback of [true, false]) {
        const call = () => client.searchFolders(source as FolderSources, "ALL", { fallback });
        await assertRejects(call, InvalidArgumentError);
      }
    }
    await assertRejects(
      () => client.searchFolders({ personal: true }, [SAVED]),
      InvalidCriteriaError,
    );
    await assertRejects(
      () => client.searchFolders({ personal: true }, { not: { uid: SAVED } }),
      InvalidCriteriaError,
    );
    assert(await server.isSilent());
    client.shutdown();
  });
});

for (const add of [["MULTISEARCH", "ESEARCH"], []]) {
  test(`searchFolders on the in-memory server with ${add} → the same [ext MULTISEARCH]`, async () => {
    const memory = new MemoryServer({ capabilities: { add } });
    const ann = memory.addUser("ann", "secret");
    for (const name of ["a/b/c", "a/ü", "z"]) ann.createFolder(name, { subscribed: name === "z" });
    for (const folder of ["INBOX", "a/b/c", "a/ü", "z"]) {
      ann.append(folder, `Subject: in ${folder === "a/ü" ? "it" : folder}\n\n`);
    }
    await using client = await ImapClient.connect({ transport: memory.transport });
    await client.login("ann", "secret");
    const found = async (sources: FolderSources, query = "ALL") => {
      const rows = await client.searchFolders(sources, query, { fallback: true });
      return rows.map(({ folder, uids }) => `${folder}:${uids}`).sort();
    };
    assertEquals(await found({ personal: true }), ["INBOX:1", "a/b/c:1", "a/ü:1", "z:1"]);
    assertEquals(await found({ subtree: "a" }), ["a/b/c:1", "a/ü:1"]);
    assertEquals(await found({ subtreeOne: ["a"] }), ["a/ü:1"]);
    assertEquals(await found({ subscribed: true, inboxes: true }), ["INBOX:1", "z:1"]);
    assertEquals(await found({ folders: ["a/ü", "z"] }, "SUBJECT z"), ["z:1"]);
    await client.selectFolder("z");
    assertEquals(await found({ selected: true }), ["z:1"]);
  });
}
