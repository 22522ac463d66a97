// UIDONLY (RFC 9586): messages have UIDs and no sequence numbers.
import { describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import {
  fetchProblems,
  IllegalStateError,
  type ImapClient,
  ImapError,
  NumberSet,
  PartialMoveError,
  ProtocolError,
  SAVED,
  type SearchCriteria,
  type UntaggedResponse,
} from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  loggedInFake,
  outcome,
  test,
  textOf,
} from "../../support/fake_server.ts";
import { plain, untagged } from "../../support/wire.ts";

const OFFERED = "IMAP4rev1 ENABLE UIDONLY IDLE MOVE UIDPLUS SORT THREAD=REFERENCES";

/** A client that uses UIDs only, and has selected a folder of ten messages. */
async function uidOnly(
  offered = OFFERED,
): Promise<{ client: ImapClient; server: FakeServer }> {
  const { client, server } = await loggedInFake(offered);
  const enabling = client.enable("UIDONLY");
  await server.answer("ENABLE UIDONLY", "* ENABLED UIDONLY");
  assertEquals(await enabling, ["UIDONLY"]);
  const selecting = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* 10 EXISTS", "* OK [UIDVALIDITY 3] x");
  await selecting;
  return { client, server };
}

describe("UIDFETCH", () => {
  const READ: readonly (readonly [line: string, items: unknown])[] = [
    ["* 5 UIDFETCH (FLAGS (\\Seen))", { FLAGS: ["\\Seen"] }],
    ["* 5 uidfetch (UID 5 FLAGS ())", { FLAGS: [] }],
    ["* 5 UIDFETCH ()", {}],
    ["* 5  UIDFETCH  (MODSEQ (7) RFC822.SIZE 9)", { MODSEQ: 7n, "RFC822.SIZE": 9 }],
    ["* 4294967295 UIDFETCH (BODY[] {2}\r\nhi)", { "BODY[]": { bytes: "hi" } }],
  ];
  for (const [line, items] of READ) {
    it(`is read as a message without SEQ: ${JSON.stringify(line)} [fault A7] [ext UIDONLY]`, () => {
      const uid = Number(line.split(" ")[1]);
      const expected = { kind: "untagged", type: "FETCH", number: 0, uid, items, bad: null };
      assertEquals(plain(untagged(line)), expected);
    });
  }

  it("with another UID inside → the first one counts [fault A7] [ext UIDONLY]", () => {
    const response = untagged("* 5 UIDFETCH (UID 6 FLAGS ())");
    assert(response.type === "FETCH");
    assertEquals(response.uid, 5);
  });

  it("an item that can't be read → the others are [fault A7] [ext UIDONLY]", () => {
    const response = untagged("* 5 UIDFETCH (ENVELOPE x FLAGS ())");
    assert(response.type === "FETCH");
    assertEquals([response.items.FLAGS, response.bad?.[0].name], [[], "ENVELOPE"]);
  });

  it("malformed → kept as it came [fault A7] [ext UIDONLY]", () => {
    for (const line of ["* 5 UIDFETCH x", "* UIDFETCH (FLAGS ())"]) {
      assertEquals(untagged(line).type, "UNKNOWN");
    }
  });
});

test("fetch: UIDFETCH → messages by UID, without SEQ [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const fetching = client.fetch("900:905", ["FLAGS", "RFC822.SIZE"]);
  const tag = await server.expect("UID FETCH 900:905 (FLAGS RFC822.SIZE)");
  await server.send(
    "* 901 UIDFETCH (FLAGS (\\Seen) RFC822.SIZE 5)",
    "* 7 UIDFETCH (FLAGS (\\Draft))",
    "* 905 UIDFETCH (FLAGS ())",
    "* 905 UIDFETCH (RFC822.SIZE 6)",
    "* 902 UIDFETCH (FLAGS ())",
    `${tag} OK done`,
  );
  const found = await fetching;
  assertEquals([...found.keys()], [901, 905, 902]);
  assertEquals({ ...found.get(901)! } as unknown, { FLAGS: ["\\Seen"], "RFC822.SIZE": 5 });
  assertEquals([found.get(905)?.["RFC822.SIZE"], found.get(901)?.SEQ], [6, undefined]);
  assertFalse("SEQ" in found.get(901)!);
  assertEquals(fetchProblems(found.get(902)!).map(({ name }) => name), ["RFC822.SIZE"]);
  client.shutdown();
});

test("getFlags and addFlags: UIDFETCH → flags by UID [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  for (const call of [() => client.getFlags("5:6"), () => client.addFlags("5:6", "x")]) {
    const calling = call();
    const [tag] = (await server.line()).split(" ");
    const rows = ["* 5 UIDFETCH (FLAGS (x))", "* 6 UIDFETCH (FLAGS (x y))"];
    await server.send(...rows, `${tag} OK done`);
    assertEquals(await calling, new Map([[5, ["x"]], [6, ["x", "y"]]]));
  }
  client.shutdown();
});

test("fetchEach: UIDFETCH → each by its UID, in parts too [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const each = client.fetchEach("5:7", ["FLAGS", "RFC822.SIZE"]);
  const first = each.next();
  const tag = await server.expect("UID FETCH 5:7 (FLAGS RFC822.SIZE)");
  await server.send(
    "* 5 UIDFETCH (FLAGS (a))",
    "* 5 UIDFETCH (RFC822.SIZE 5)",
    "* 6 UIDFETCH (FLAGS (b) RFC822.SIZE 6)",
    `${tag} OK done`,
  );
  const found = [(await first).value!];
  for await (const message of each) found.push(message);
  const short = found.map((it) => [it.UID, it.FLAGS, it["RFC822.SIZE"], it.SEQ] as unknown[]);
  assertEquals(short, [[5, ["a"], 5, undefined], [6, ["b"], 6, undefined]]);
  client.shutdown();
});

test("fetchEach with streams: UIDFETCH → each stream is its message's [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const each = client.fetchEach("5:7", ["BODY[]", "FLAGS"], { stream: true });
  const reading = (async () => {
    const all: unknown[] = [];
    for await (const message of each) {
      const bytes = new Uint8Array(await new Response(message["BODY[]"]).arrayBuffer());
      all.push([message.UID, textOf(bytes), message.FLAGS, message.SEQ]);
    }
    return all;
  })();
  const tag = await server.expect("UID FETCH 5:7 (BODY[] FLAGS)");
  await server.send(
    "* 5 UIDFETCH (BODY[] {4}\r\nfive FLAGS (a))",
    "* 6 UIDFETCH (FLAGS (b) BODY[] {3}\r\nsix)",
    "* 9 UIDFETCH (BODY[] {4}\r\nnine)",
    '* 7 UIDFETCH (BODY[] "seven" FLAGS ())',
    `${tag} OK done`,
  );
  assertEquals(await reading, [
    [5, "five", ["a"], undefined],
    [6, "six", ["b"], undefined],
    [7, "seven", [], undefined],
  ]);
  client.shutdown();
});

test("watch: UIDFETCH and VANISHED → events with UIDs [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const watching = client.watch();
  const event = watching.next();
  await server.expect("IDLE");
  await server.send("+ idling", "* 5 UIDFETCH (FLAGS (\\Seen))", "* VANISHED 6");
  const { value } = await event as { value: UntaggedResponse };
  assert(value.type === "FETCH");
  assertEquals([value.uid, value.number, value.items], [5, 0, { FLAGS: ["\\Seen"] }] as unknown[]);
  const more = (await watching.next()).value!;
  assertEquals(more.type, "VANISHED");
  client.shutdown();
  await outcome(watching.return());
});

test("calls by sequence number after UIDONLY → refused, nothing sent [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  client.useUid = false;
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    fetch: () => client.fetch("1:*", "FLAGS"),
    fetchEach: () => client.fetchEach(1, "FLAGS").next(),
    getFlags: () => client.getFlags(1),
    addFlags: () => client.addFlags(1, "x"),
    deleteMessages: () => client.deleteMessages(1, { silent: true }),
    search: () => client.search(),
    sort: () => client.sort("DATE"),
    thread: () => client.thread(),
    copy: () => client.copy(1, "x"),
    move: () => client.move(1, "x"),
    run: () => client.run({ name: "store", result: () => null }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assertRejects(call, IllegalStateError, "UIDONLY", name);
  }
  client.useUid = true;
  await assertRejects(() => client.search("1:5"), IllegalStateError, "UIDONLY");
  await assertRejects(() => client.search(["NOT", "2,4"]), IllegalStateError, "UIDONLY");
  assert(await server.isSilent());
  const searching = client.search(["UID", "1:5"]);
  await server.answer("UID SEARCH UID 1:5", "* SEARCH 5");
  assertEquals([...await searching], [5]);
  client.shutdown();
});

test("calls by sequence number after UIDONLY was refused → sent [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await loggedInFake(OFFERED);
  const enabling = client.enable("UIDONLY");
  await server.answer("ENABLE UIDONLY", "* ENABLED");
  assertEquals(await enabling, []);
  client.useUid = false;
  const selecting = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* 10 EXISTS");
  await selecting;
  const searching = client.search();
  await server.answer("SEARCH ALL", "* SEARCH 1");
  assertEquals([...await searching], [1]);
  client.shutdown();
});

test("[UIDREQUIRED] → the code of the error [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const copying = outcome(client.copy(5, "x"));
  const [tag] = (await server.line()).split(" ");
  await server.send(`${tag} BAD [UIDREQUIRED] Use UIDs`);
  const error = await copying;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, error.text], ["UIDREQUIRED", "Use UIDs"]);
  client.shutdown();
});

test("UIDFETCH without UIDONLY enabled → read anyway [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const selecting = client.selectFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* 10 EXISTS");
  await selecting;
  const fetching = client.fetch("5:6", "FLAGS");
  await server.answer(
    "UID FETCH 5:6 (FLAGS)",
    "* 5 UIDFETCH (FLAGS ())",
    "* 2 FETCH (UID 6 FLAGS ())",
  );
  const found = await fetching;
  assertEquals([found.get(5)?.SEQ, found.get(6)?.SEQ], [undefined, 2]);
  // The UID in a UIDFETCH is never taken for a sequence number.
  client.useUid = false;
  const byNumber = client.fetch("5", "FLAGS");
  await server.answer("FETCH 5 (FLAGS)", "* 5 UIDFETCH (FLAGS ())");
  assertEquals((await byNumber).size, 0);
  client.shutdown();
});

test("malformed rows after UIDONLY → still an error [fault A7] [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const fetching = outcome(client.fetch("5", "RFC822.SIZE"));
  await server.answer("UID FETCH 5 (RFC822.SIZE)", "* 1 FETCH (RFC822.SIZE 3)");
  assertInstanceOf(await fetching, ProtocolError);
  client.shutdown();
});

test("connect with enable: UIDONLY → on before the first SELECT [ext UIDONLY]", async () => {
  const { client, server } = await connectFake({ enable: ["UIDONLY"] });
  const login = client.login("ann", "x");
  const selecting = client.selectFolder("INBOX");
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} OK [CAPABILITY ${OFFERED}] in`);
  await server.answer("ENABLE UIDONLY", "* ENABLED UIDONLY");
  await login;
  await server.answer('SELECT "INBOX"', "* 10 EXISTS", "* OK [UNSEEN 4] x");
  await selecting;
  client.useUid = false;
  await assertRejects(() => client.fetch(1, "FLAGS"), IllegalStateError, "UIDONLY");
  client.shutdown();
});

test("sequence numbers anywhere in a search → refused, nothing sent [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly(
    `${OFFERED} ESEARCH SEARCHRES MULTISEARCH CONTEXT=SEARCH`,
  );
  const inboxes = { inboxes: true } as const;
  const numbers = ["1:5", "*", "1:*", ["OR", "3", "UNSEEN"], [["NOT", [4]]], [NumberSet.from("2")]];
  for (const query of numbers as SearchCriteria[]) {
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      search: () => client.search(query),
      count: () => client.count(query),
      results: () => client.search(query, { return: ["MIN", "MAX"] }),
      save: () => client.search(query, { save: true }),
      page: () => client.search(query, { partial: [1, 5] }),
      sort: () => client.sort("DATE", query),
      thread: () => client.thread("REFERENCES", query),
      watchSearch: () => client.watchSearch(query).next(),
      searchFolders: () => client.searchFolders(inboxes, query),
    };
    for (const [name, call] of Object.entries(calls)) {
      await assertRejects(call, IllegalStateError, "UIDONLY", name);
    }
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("calls with useUid off that take no ids, or any → refused, nothing sent [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly(`${OFFERED} ESEARCH PARTIAL X-GM-EXT-1`);
  client.useUid = false;
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    count: () => client.count(),
    results: () => client.search("ALL", { return: ["COUNT"] }),
    page: () => client.fetch("1:*", "FLAGS", { partial: [1, 5] }),
    pageOfEach: () => client.fetchEach("1:*", "FLAGS", { partial: [1, 5] }).next(),
    sortHere: () => client.sort("DATE", "ALL", { fallback: true }),
    labels: () => client.getGmailLabels("1:*"),
    gmailSearch: () => client.gmailSearch("x"),
    removeFlags: () => client.removeFlags("1:*", "x"),
    setFlags: () => client.setFlags("*", "x", { silent: true }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assertRejects(call, IllegalStateError, "UIDONLY", name);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("numbers found before ENABLE UIDONLY → refused after it [ext UIDONLY]", async () => {
  const { client, server } = await connectFake(
    { useUid: false },
    `* PREAUTH [CAPABILITY ${OFFERED}] hello`,
  );
  const enabling = client.enable("UIDONLY");
  const selecting = client.selectFolder("INBOX");
  const searching = outcome(client.search());
  await server.answer("ENABLE UIDONLY", "* ENABLED UIDONLY");
  await enabling;
  await server.answer('SELECT "INBOX"', "* 10 EXISTS");
  await selecting;
  assertInstanceOf(await searching, IllegalStateError);
  assert(await server.isSilent());
  client.shutdown();
});

test("search results, SAVED and pages with UIDs → sent as ever [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly(`${OFFERED} ESEARCH SEARCHRES PARTIAL`);
  const edges = client.search("UNSEEN", { return: ["MIN", "MAX", "COUNT"] });
  const asked = "UID SEARCH RETURN (MIN MAX COUNT) UNSEEN";
  await server.answer(asked, "* ESEARCH UID MIN 5 MAX 900 COUNT 3");
  assertEquals(await edges, { min: 5, max: 900, count: 3, modseq: null });
  const page = client.search("ALL", { partial: [-1, -2] });
  await server.answer("UID SEARCH RETURN (PARTIAL -1:-2) ALL", "* ESEARCH UID PARTIAL (-1:-2 8:9)");
  assertEquals([...(await page).ids], [8, 9]);
  const saving = client.search("UNSEEN", { save: true });
  await server.answer(
    "UID SEARCH RETURN (SAVE ALL COUNT) UNSEEN",
    "* ESEARCH UID ALL 5:6 COUNT 2",
  );
  await saving;
  const fetching = client.fetch(SAVED, "FLAGS");
  await server.answer("UID FETCH $ (FLAGS)", "* 6 UIDFETCH (FLAGS ())");
  assertEquals([...(await fetching).keys()], [6]);
  const again = client.search([SAVED, "SEEN"]);
  await server.answer("UID SEARCH UID $ SEEN", "* SEARCH 5");
  assertEquals([...await again], [5]);
  const part = client.fetch("1:*", "FLAGS", { partial: [-1, -2] });
  await server.answer("UID FETCH 1:* (FLAGS) (PARTIAL -1:-2)", "* 9 UIDFETCH (FLAGS ())");
  assertEquals([...(await part).keys()], [9]);
  client.shutdown();
});

test("move in steps: VANISHED → what is gone is known [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly("IMAP4rev1 ENABLE UIDONLY UIDPLUS");
  const moving = client.move("5:9", "x");
  await server.answer("UID SEARCH UID 5:9", "* SEARCH 5 7");
  const copying = await server.expect('UID COPY 5,7 "x"');
  await server.send(`${copying} OK [COPYUID 1 5,7 15:16] x`);
  await server.answer("UID STORE 5,7 +FLAGS.SILENT (\\Deleted)");
  const tag = await server.expect("UID EXPUNGE 5,7");
  await server.send("* VANISHED 5", `${tag} NO [NOPERM] not the other`);
  const error = await outcome(moving);
  assertInstanceOf(error, PartialMoveError);
  assertEquals([[...error.uids], String(error.removed)], [[[5, 15], [7, 16]], "5"]);
  client.shutdown();
});

test("expunge, listen and exists: VANISHED → counted by UIDs [ext UIDONLY]", async () => {
  const { client, server } = await uidOnly();
  const heard: UntaggedResponse[] = [];
  const opening = client.openFolder("INBOX");
  await server.answer('SELECT "INBOX"', "* 10 EXISTS", "* OK [UIDVALIDITY 3] x");
  const folder = await opening;
  client.listen((response) => heard.push(response));
  const expunging = folder.expunge();
  await server.answer("EXPUNGE", "* VANISHED 905,907", "* 901 UIDFETCH (FLAGS (x))");
  const { responses } = await expunging;
  assertEquals(responses.map((it) => it.type), ["VANISHED", "FETCH"]);
  assertEquals(heard.map((it) => it.type), ["VANISHED", "FETCH"]);
  assertEquals(folder.exists, 8);
  const named = folder.uidExpunge("901:902");
  await server.answer("UID EXPUNGE 901:902", "* VANISHED 901:902");
  await named;
  assertEquals(folder.exists, 6);
  client.shutdown();
});
