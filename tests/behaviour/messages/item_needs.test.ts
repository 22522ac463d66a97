// What belongs to an extension is not sent to a server that lacks it.
import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError, type SearchCriteria } from "@imapclient/imapclient";
import { connectFake, loggedInFake, selectFake, test } from "../../support/fake_server.ts";

/** An item, and the capabilities of which one is needed. */
type Needs = readonly [item: string, capabilities: readonly string[]];

const FETCH: readonly Needs[] = [
  ["EMAILID", ["OBJECTID", "OBJECTID+", "JMAPACCESS"]],
  ["THREADID", ["OBJECTID", "OBJECTID+"]],
  ["PREVIEW", ["PREVIEW", "PREVIEW=FUZZY"]],
  ["PREVIEW (LAZY)", ["PREVIEW"]],
  ["SAVEDATE", ["SAVEDATE"]],
  ["MODSEQ", ["CONDSTORE", "QRESYNC"]],
  ["ANNOTATION (/comment value)", ["ANNOTATE-EXPERIMENT-1"]],
  ["X-GM-MSGID", ["X-GM-EXT-1"]],
  ["X-GM-THRID", ["X-GM-EXT-1"]],
  ["X-GM-LABELS", ["X-GM-EXT-1"]],
];

const STATUS: readonly Needs[] = [
  ["MAILBOXID", ["OBJECTID", "OBJECTID+"]],
  ["SIZE", ["STATUS=SIZE"]],
  ["APPENDLIMIT", ["APPENDLIMIT", "APPENDLIMIT=5000"]],
  ["HIGHESTMODSEQ", ["CONDSTORE", "QRESYNC"]],
  ["DELETED", ["QUOTA=RES-MESSAGE"]],
  ["DELETED-STORAGE", ["QUOTA=RES-STORAGE"]],
];

const SEARCH: readonly (readonly [criteria: SearchCriteria, capabilities: readonly string[]])[] = [
  [["OLDER", 5], ["WITHIN"]],
  [["NOT", ["younger", 5]], ["WITHIN"]],
  [["SUBJECT", "OLDER", "YOUNGER", 5], ["WITHIN"]],
  [["SAVEDSINCE", "2026-01-01"], ["SAVEDATE"]],
  [["SAVEDBEFORE", "2026-01-01"], ["SAVEDATE"]],
  [["OR", "SEEN", "SAVEDATESUPPORTED"], ["SAVEDATE"]],
  [["EMAILID", "x"], ["OBJECTID", "JMAPACCESS"]],
  [["THREADID", "x"], ["OBJECTID", "OBJECTID+"]],
  [["MODSEQ", 5], ["CONDSTORE", "QRESYNC"]],
  [["MODSEQ", "/flags/\\Seen", "all", 5], ["CONDSTORE"]],
  [["FUZZY", ["SUBJECT", "x"]], ["SEARCH=FUZZY"]],
  [["FILTER", "x"], ["FILTERS"]],
  [["X-GM-RAW", "x"], ["X-GM-EXT-1"]],
  [["X-GM-LABELS", "x", "X-GM-THRID", 5n], ["X-GM-EXT-1"]],
];

const EXTENSIONS = "[ext OBJECTID, PREVIEW, SAVEDATE, WITHIN]";

describe("an item of an extension that the server lacks → CapabilityError, nothing is sent", () => {
  test(`FETCH ${EXTENSIONS}`, async () => {
    const { client, server } = await selectFake();
    for (const [item, [capability]] of FETCH) {
      const partial = [1, 5] as const;
      const calls = [
        () => client.fetch(1, [item]),
        () => client.fetch(1, ["FLAGS", item.toLowerCase()]),
        () => client.fetch("1:*", [item], { partial }),
        () => client.fetchEach(1, [item]).next(),
        () => client.fetchEach(1, ["BINARY[1]", item]).next(),
        () => client.fetchEach("1:*", [item], { partial }).next(),
      ];
      for (const call of calls) await assertRejects(call, CapabilityError, capability, item);
    }
    assert(await server.isSilent());
    client.shutdown();
  });

  test(`STATUS ${EXTENSIONS}`, async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 LIST-STATUS");
    for (const [item, [capability]] of STATUS) {
      const calls = [
        () => client.folderStatus("x", [item]),
        () => client.folderStatus("x", ["UNSEEN", item.toLowerCase()]),
        () => client.listFolders("", "*", { status: [item] }),
      ];
      for (const call of calls) await assertRejects(call, CapabilityError, capability, item);
    }
    assert(await server.isSilent());
    client.shutdown();
  });

  test(`SEARCH ${EXTENSIONS}`, async () => {
    const { client, server } = await selectFake(
      {},
      "IMAP4rev1 SORT THREAD=REFERENCES ESEARCH CONTEXT=SEARCH MULTISEARCH",
    );
    const bytes = (text: string) => new TextEncoder().encode(text);
    await assertRejects(() => client.search([bytes("OLDER"), 5]), CapabilityError, "WITHIN");
    for (const [criteria, [capability]] of SEARCH) {
      const calls = [
        () => client.search(criteria),
        () => client.count(criteria),
        () => client.sort("DATE", criteria),
        () => client.thread("REFERENCES", criteria),
        () => client.watchSearch(criteria).next(),
        () => client.searchFolders({ inboxes: true }, criteria),
      ];
      for (const call of calls) await assertRejects(call, CapabilityError, capability);
    }
    for (const query of [{ older: 5 }, { not: { younger: 5 } }, { modseq: 5 }]) {
      await assertRejects(() => client.search(query), CapabilityError);
    }
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("an item of an extension that the server has → sent", () => {
  test(`FETCH, STATUS and SEARCH ${EXTENSIONS}`, async () => {
    for (const [item, capabilities] of FETCH) {
      for (const capability of capabilities) {
        const { client, server } = await selectFake({}, `IMAP4rev1 ${capability}`);
        const fetching = client.fetch(1, [item]);
        await server.answer(`UID FETCH 1 (${item})`);
        assertEquals((await fetching).size, 0);
        client.shutdown();
      }
    }
    for (const [item, capabilities] of STATUS) {
      for (const capability of capabilities) {
        const { client, server } = await selectFake({}, `IMAP4rev1 ${capability}`);
        const asking = client.folderStatus("x", [item]);
        await server.answer(`STATUS "x" (${item})`, `* STATUS x (${item} 5)`);
        await asking;
        client.shutdown();
      }
    }
    for (const [criteria, capabilities] of SEARCH) {
      for (const capability of capabilities) {
        const { client, server } = await selectFake({}, `IMAP4rev1 ${capability}`);
        const searching = client.search(criteria);
        const line = await server.line();
        await server.send("* SEARCH 5", `${line.split(" ")[0]} OK done`);
        assertEquals([...await searching], [5]);
        client.shutdown();
      }
    }
  });

  test(`IMAP4rev2 has SIZE and DELETED ${EXTENSIONS}`, async () => {
    const { client, server } = await loggedInFake("IMAP4rev2");
    const asking = client.folderStatus("x", ["SIZE", "DELETED"]);
    await server.answer('STATUS "x" (SIZE DELETED)', "* STATUS x (SIZE 5 DELETED 1)");
    assertEquals((await asking).DELETED, 1);
    client.shutdown();
  });
});

describe("what is not known to be missing → sent", () => {
  test(`values that look like keys, and IMAP's own notation ${EXTENSIONS}`, async () => {
    const { client, server } = await selectFake();
    for (const criteria of [["SUBJECT", "OLDER"], ["HEADER", "MODSEQ", "EMAILID"], "OLDER 5"]) {
      const searching = client.search(criteria);
      const line = await server.line();
      await server.send("* SEARCH", `${line.split(" ")[0]} OK done`);
      await searching;
    }
    client.shutdown();
  });

  test(`a call made before the login is answered ${EXTENSIONS}`, async () => {
    const { client, server } = await connectFake();
    const login = client.login("ann", "x");
    const selecting = client.selectFolder("INBOX");
    const fetching = client.fetch(1, ["SAVEDATE"]);
    const tag = await server.expect('LOGIN "ann" "x"');
    await server.send(`${tag} OK [CAPABILITY IMAP4rev1 SAVEDATE] in`);
    await login;
    await server.answer('SELECT "INBOX"', "* 9 EXISTS");
    await selecting;
    await server.answer("UID FETCH 1 (SAVEDATE)", "* 1 FETCH (UID 1 SAVEDATE NIL)");
    assertEquals((await fetching).get(1)!.SAVEDATE, null);
    client.shutdown();
  });
});

test("a preview with its algorithm, as Dovecot once sent it → its text [ext PREVIEW]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 PREVIEW=FUZZY");
  for (const [sent, text] of [['(FUZZY "Grüße")', "Grüße"], ["(FUZZY NIL)", null], ["x", "x"]]) {
    const fetching = client.fetch(1, ["PREVIEW"]);
    await server.answer(
      "UID FETCH 1 (PREVIEW)",
      new TextEncoder().encode(`* 1 FETCH (UID 1 PREVIEW ${sent})\r\n`),
    );
    assertEquals((await fetching).get(1)!.PREVIEW, text);
  }
  client.shutdown();
});
