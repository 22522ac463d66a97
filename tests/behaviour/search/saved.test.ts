// SAVED, the saved result of a search (SEARCHRES, RFC 5182).
import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Command,
  type Folder,
  IllegalStateError,
  type ImapClient,
  InvalidArgumentError,
  NumberSet,
  SAVED,
  SEEN,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import {
  type FakeServer,
  isPending,
  loggedInFake,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

const SEARCHRES = "IMAP4rev1 ESEARCH SEARCHRES MOVE UIDPLUS";
const SAVE = "UID SEARCH RETURN (SAVE ALL COUNT) UNSEEN";

/** A client whose search has saved UIDs 2, 4 and 5. */
async function savedFake(capabilities = SEARCHRES) {
  const { client, server } = await selectFake({}, capabilities);
  await save(client, server, capabilities.includes("SEARCHRES"));
  return { client, server };
}

async function save(client: ImapClient, server: FakeServer, offered = true) {
  const saving = client.search("UNSEEN", { save: true });
  const tag = await server.expect(offered ? SAVE : "UID SEARCH UNSEEN");
  const found = offered ? `* ESEARCH (TAG "${tag}") UID ALL 2,4:5 COUNT 3` : "* SEARCH 2 4 5";
  await server.send(found, `${tag} OK done`);
  assertEquals([...await saving], [2, 4, 5]);
}

/** The calls that take message ids. */
const CALLS: readonly (readonly [
  sent: string,
  call: (client: ImapClient) => Promise<unknown>,
  ...answer: string[],
])[] = [
  ["UID FETCH $ (FLAGS)", (c) => c.fetch(SAVED, "FLAGS"), "* 1 FETCH (UID 2 FLAGS ())"],
  ["UID FETCH $ (FLAGS)", (c) => c.getFlags(SAVED)],
  ["UID FETCH $ (FLAGS)", async (c) => await c.fetchEach(SAVED, "FLAGS").next()],
  ["UID STORE $ +FLAGS.SILENT (\\Seen)", (c) => c.addFlags(SAVED, SEEN, { silent: true })],
  ["UID STORE $ +FLAGS (\\Deleted)", (c) => c.deleteMessages(SAVED)],
  ['UID COPY $ "Archive"', (c) => c.copy(SAVED, "Archive")],
  ['UID MOVE $ "Archive"', (c) => c.move(SAVED, "Archive")],
  ["UID EXPUNGE $", (c) => c.uidExpunge(SAVED)],
  ["UID SEARCH UID $ FLAGGED", (c) => c.search([SAVED, "FLAGGED"])],
  ["UID SEARCH OR UID $ NOT (UID $)", (c) => c.search(["OR", SAVED, "NOT", ["UID", SAVED]])],
  ["UID SEARCH NOT (UID $) FLAGGED", (c) => c.search({ not: { uid: SAVED }, flagged: true })],
];

describe("SAVED", () => {
  for (const [sent, call, ...answer] of CALLS) {
    test(`${sent}: on a server with SEARCHRES → sent so [ext SEARCHRES]`, async () => {
      const { client, server } = await savedFake();
      const calling = outcome(call(client));
      await server.answer(sent, ...answer);
      assert(!(await calling instanceof Error));
      client.shutdown();
    });

    test(`${sent}: on a server without → with the ids [ext SEARCHRES]`, async () => {
      const { client, server } = await savedFake("IMAP4rev1 MOVE UIDPLUS");
      const calling = outcome(call(client));
      await server.answer(sent.replaceAll("$", "2,4:5"), ...answer);
      assert(!(await calling instanceof Error));
      client.shutdown();
    });

    test(`${sent}: in another folder, or selected again → refused [ext SEARCHRES]`, async () => {
      for (const folder of ["Sent", "INBOX"]) {
        for (const capabilities of [SEARCHRES, "IMAP4rev1 MOVE UIDPLUS"]) {
          const { client, server } = await savedFake(capabilities);
          const selecting = client.selectFolder(folder);
          await server.answer(`SELECT "${folder}"`, "* 9 EXISTS");
          await selecting;
          await assertRejects(() => call(client), IllegalStateError, "SAVED");
          assert(await server.isSilent());
          client.shutdown();
        }
      }
    });
  }

  test("fetchEach, and another result is saved before its first turn → refused", async () => {
    const { client, server } = await savedFake(`${SEARCHRES} PARTIAL`);
    const each = [
      client.fetchEach(SAVED, "FLAGS"),
      client.fetchEach(SAVED, "FLAGS", { partial: [1, 1] }),
    ];
    await save(client, server);
    for (const it of each) await assertRejects(() => it.next(), IllegalStateError, "SAVED");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("responses about other messages → not part of the result", async () => {
    const { client, server } = await savedFake();
    const fetching = client.getFlags(SAVED);
    const rows = ["* 1 FETCH (UID 2 FLAGS ())", "* 3 FETCH (UID 3 FLAGS (x))"];
    await server.answer("UID FETCH $ (FLAGS)", ...rows);
    assertEquals([...(await fetching).keys()], [2]);
    client.shutdown();
  });

  test("a very long result → one short command", async () => {
    const { client, server } = await selectFake({}, SEARCHRES);
    const ids = Array.from({ length: 20_000 }, (_, i) => 2 * i + 1).join();
    const counting = client.search("UNSEEN", { save: true, return: ["COUNT"] });
    const tag = await server.expect("UID SEARCH RETURN (SAVE COUNT ALL) UNSEEN");
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL ${ids} COUNT 20000`, `${tag} OK done`);
    assertEquals((await counting).count, 20_000);
    const storing = client.addFlags(SAVED, SEEN, { silent: true });
    await server.answer("UID STORE $ +FLAGS.SILENT (\\Seen)");
    await storing;
    client.shutdown();
  });

  test("moved in steps → by the ids that are there", async () => {
    const { client, server } = await savedFake("IMAP4rev1 ESEARCH SEARCHRES UIDPLUS");
    const moving = client.move(SAVED, "Archive");
    await server.answer("UID SEARCH UID $", "* SEARCH 2 4");
    const tag = await server.expect('UID COPY 2,4 "Archive"');
    await server.send(`${tag} OK [COPYUID 7 2,4 11:12] done`);
    await server.answer("UID STORE 2,4 +FLAGS.SILENT (\\Deleted)");
    await server.answer("UID EXPUNGE 2,4");
    assertEquals([...(await moving).uids], [[2, 11], [4, 12]]);
    client.shutdown();
  });

  test("nothing found → nothing sent, and no message matches", async () => {
    const { client, server } = await selectFake({}, SEARCHRES);
    const saving = client.search("UNSEEN", { save: true });
    const tag = await server.expect(SAVE);
    await server.send(`* ESEARCH (TAG "${tag}") UID COUNT 0`, `${tag} OK done`);
    assertEquals([...await saving], []);
    assertEquals(await client.addFlags(SAVED, SEEN), new Map());
    assertEquals((await client.move(SAVED, "Archive")).uids.size, 0);
    const searching = client.search(["FLAGGED", "UID", SAVED]);
    await server.answer("UID SEARCH FLAGGED NOT ALL");
    assertEquals([...await searching], []);
    client.shutdown();
  });

  test("a page of the result → all of it is saved", async () => {
    const { client, server } = await selectFake({}, `${SEARCHRES} PARTIAL`);
    const saving = client.search("UNSEEN", { save: true, partial: [1, 1], return: ["MAX"] });
    const tag = await server.expect("UID SEARCH RETURN (SAVE MAX ALL COUNT) UNSEEN");
    await server.send(`* ESEARCH (TAG "${tag}") UID MAX 5 ALL 2,5 COUNT 2`, `${tag} OK done`);
    const { max, ids } = await saving;
    assertEquals([max, [...ids]], [5, [2]]);
    const fetching = client.fetch(SAVED, "FLAGS", { partial: [-1, -1] });
    await server.answer("UID FETCH $ (FLAGS) (PARTIAL -1:-1)", "* 5 FETCH (UID 5 FLAGS ())");
    assertEquals([...(await fetching).keys()], [5]);
    client.shutdown();
  });

  test("a narrower search saves its own → the calls before it keep theirs", async () => {
    const { client, server } = await savedFake();
    const storing = client.addFlags(SAVED, "a", { silent: true });
    const saving = client.search([SAVED, "FLAGGED"], { save: true });
    await server.answer("UID STORE $ +FLAGS.SILENT (a)");
    await storing;
    const tag = await server.expect("UID SEARCH RETURN (SAVE ALL COUNT) UID $ FLAGGED");
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL 4 COUNT 1`, `${tag} OK done`);
    assertEquals([...await saving], [4]);
    const flags = client.getFlags(SAVED);
    await server.answer(
      "UID FETCH $ (FLAGS)",
      "* 2 FETCH (UID 4 FLAGS ())",
      "* 1 FETCH (UID 2 FLAGS ())",
    );
    assertEquals([...(await flags).keys()], [4]);
    client.shutdown();
  });
});

describe("SAVED where nothing is certain → refused, nothing sent", () => {
  const refused = async (client: ImapClient, server: FakeServer) => {
    await assertRejects(() => client.deleteMessages(SAVED), IllegalStateError, "SAVED");
    await assertRejects(() => client.move(SAVED, "x"), IllegalStateError, "SAVED");
    await assertRejects(() => client.search([SAVED]), IllegalStateError, "SAVED");
    assert(await server.isSilent());
    client.shutdown();
  };

  test("nothing was saved", async () => {
    const { client, server } = await selectFake({}, SEARCHRES);
    await refused(client, server);
  });

  test("the saving search is under way", async () => {
    const { client, server } = await savedFake();
    const saving = client.search("UNSEEN", { save: true });
    await server.expect(SAVE);
    await assertRejects(() => client.deleteMessages(SAVED), IllegalStateError, "await the search");
    assert(await isPending(saving));
    saving.catch(() => {});
    client.shutdown();
  });

  test("other calls wait until the saving search is answered", async () => {
    const { client, server } = await savedFake();
    const saving = client.search("UNSEEN", { save: true });
    const flags = client.getFlags(7);
    const tag = await server.expect(SAVE);
    assert(await server.isSilent());
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL 2 COUNT 1`, `${tag} OK done`);
    await server.answer("UID FETCH 7 (FLAGS)");
    await Promise.all([saving, flags]);
    client.shutdown();
  });

  for (const answer of ["NO not now", "BAD what?"]) {
    test(`the saving search fails: ${answer}`, async () => {
      const { client, server } = await savedFake();
      const saving = outcome(client.search(["XNEW", "x"], { save: true }));
      await server.send(
        `${await server.expect("UID SEARCH RETURN (SAVE ALL COUNT) XNEW x")} ${answer}`,
      );
      if (answer.startsWith("BAD")) {
        await server.send(`${await server.expect("UID SEARCH XNEW x")} BAD`);
      }
      assert(await saving instanceof Error);
      await refused(client, server);
    });
  }

  test("the saving search was given up", async () => {
    const { client, server } = await savedFake();
    const abort = new AbortController();
    const saving = outcome(client.search("UNSEEN", { save: true, signal: abort.signal }));
    const tag = await server.expect(SAVE);
    abort.abort(new Error("enough"));
    assertEquals((await saving as Error).message, "enough");
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL 9 COUNT 1`, `${tag} OK done`);
    await refused(client, server);
  });

  test("a command of the caller's own may have saved another result", async () => {
    const { client, server } = await savedFake();
    const own: Command<string> = {
      name: "UID SEARCH",
      write: (out) => void out.sp().raw("RETURN (SAVE) ALL"),
      result: () => "",
    };
    const running = client.run(own);
    const storing = outcome(client.addFlags(SAVED, "x"));
    await server.answer("UID SEARCH RETURN (SAVE) ALL");
    await running;
    assert(await storing instanceof IllegalStateError);
    await refused(client, server);
  });

  test("the server gives the folder another UIDVALIDITY", async () => {
    const { client, server } = await savedFake();
    const noop = client.noop();
    await server.answer("NOOP", "* OK [UIDVALIDITY 99] changed");
    await noop;
    await refused(client, server);
  });

  test("sequence numbers, with an EXPUNGE in the chunk of the answer", async () => {
    for (const capabilities of [SEARCHRES, "IMAP4rev1 MOVE UIDPLUS"]) {
      const { client, server } = await selectFake({}, capabilities);
      client.useUid = false;
      const saving = client.search("UNSEEN", { save: true });
      const isOffered = capabilities === SEARCHRES;
      const tag = await server.expect(isOffered ? SAVE.slice("UID ".length) : "SEARCH UNSEEN");
      const found = isOffered ? `* ESEARCH (TAG "${tag}") ALL 2,4 COUNT 2` : "* SEARCH 2 4";
      await server.send(found, `${tag} OK done`, "* 1 EXPUNGE");
      await saving;
      await assertRejects(() => client.deleteMessages(SAVED), IllegalStateError, "expunged");
      assert(await server.isSilent());
      client.shutdown();
    }
  });

  test("another task that has the same folder open saved another result", async () => {
    const { client, server } = await loggedInFake(SEARCHRES);
    const opening = client.openFolder("INBOX");
    await server.answer('SELECT "INBOX"', "* 9 EXISTS");
    const [one, other] = [await opening, await client.openFolder("INBOX")];
    const save = async (folder: Folder) => {
      const saving = folder.search("UNSEEN", { save: true });
      const tag = await server.expect(SAVE);
      await server.send(`* ESEARCH (TAG "${tag}") UID ALL 2 COUNT 1`, `${tag} OK done`);
      await saving;
    };
    await save(one);
    await assertRejects(() => other.move(SAVED, "x"), IllegalStateError, "another task");
    await save(other);
    await assertRejects(() => one.move(SAVED, "x"), IllegalStateError, "another task");
    assert(await server.isSilent());
    const moving = other.move(SAVED, "x");
    await server.answer('UID MOVE $ "x"');
    await moving;
    client.shutdown();
  });

  test("sequence numbers, after an EXPUNGE or with UIDs", async () => {
    const { client, server } = await selectFake({}, SEARCHRES);
    client.useUid = false;
    const saving = client.search("UNSEEN", { save: true });
    const tag = await server.expect("SEARCH RETURN (SAVE ALL COUNT) UNSEEN");
    await server.send(`* ESEARCH (TAG "${tag}") ALL 2:3 COUNT 2`, `${tag} OK done`);
    await saving;
    const storing = client.addFlags(SAVED, "x", { silent: true });
    await server.answer("STORE $ +FLAGS.SILENT (x)");
    await storing;
    client.useUid = true;
    await assertRejects(() => client.deleteMessages(SAVED), IllegalStateError, "useUid");
    client.useUid = false;
    const noop = client.noop();
    await server.answer("NOOP", "* 2 EXPUNGE");
    await noop;
    await assertRejects(() => client.deleteMessages(SAVED), IllegalStateError, "expunged");
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("a server that advertises SEARCHRES and does otherwise", () => {
  for (
    const answer of ["NO [NOTSAVED] too many", "BAD what is SAVE?", "OK done, without a result"]
  ) {
    test(`${answer} → the ids are kept here [ext SEARCHRES]`, async () => {
      const { client, server } = await selectFake({}, SEARCHRES);
      const saving = client.search("UNSEEN", { save: true });
      await server.send(`${await server.expect(SAVE)} ${answer}`);
      await server.answer("UID SEARCH UNSEEN", "* SEARCH 2 4");
      assertEquals([...await saving], [2, 4]);
      const storing = client.addFlags(SAVED, "x", { silent: true });
      await server.answer("UID STORE 2,4 +FLAGS.SILENT (x)");
      await storing;
      client.shutdown();
    });
  }
});

test("SAVED: what is no call of a client → InvalidArgumentError", async () => {
  await assertRejects(
    async () => await Promise.resolve(NumberSet.from(SAVED)),
    InvalidArgumentError,
  );
  const { client, server } = await selectFake({}, SEARCHRES);
  const save = "yes" as unknown as boolean;
  await assertRejects(() => client.search("ALL", { save }), InvalidArgumentError, "'save'");
  assert(await server.isSilent());
  client.shutdown();
});

for (
  const add of [[], ["ESEARCH"], ["ESEARCH", "SEARCHRES"], ["ESEARCH", "SEARCHRES", "PARTIAL"]]
) {
  test(`SAVED on the in-memory server with ${add} → the same [ext SEARCHRES]`, async () => {
    const memory = new MemoryServer({ capabilities: { add } });
    const ann = memory.addUser("ann", "secret");
    ann.createFolder("Archive");
    for (let i = 0; i < 6; i++) ann.append("INBOX", `Subject: ${i}\n\n`);
    const { ImapClient } = await import("@imapclient/imapclient");
    await using client = await ImapClient.connect({ transport: memory.transport });
    await client.login("ann", "secret");
    await client.selectFolder("INBOX");
    const saving = client.search(["OR", "SUBJECT", "3", "SUBJECT", "5"], { save: true });
    assertEquals([...await saving], [4, 6]);
    await client.addFlags(SAVED, SEEN);
    assertEquals(await client.count({ seen: true }), 2);
    assertEquals([...await client.search({ uid: SAVED, subject: "5" }, { save: true })], [6]);
    await client.move(SAVED, "Archive");
    assertEquals(await client.count(), 5);
    assertEquals((await client.fetch(SAVED, "FLAGS")).size, 0);
  });
}
