// What a search returns besides ids (ESEARCH, RFC 4731), and a part of them (PARTIAL, RFC 9394).
import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  ProtocolError,
  type SearchReturn,
} from "@imapclient/imapclient";
import { isPending, outcome, selectFake, test } from "../../support/fake_server.ts";

const ALL = ["MIN", "MAX", "COUNT", "ALL"] as const;

/** What a search returns for these lines, in which `$` is its tag; `sent` is its command. */
async function returned<Result>(
  search: (client: ImapClient) => Promise<Result>,
  sent: string,
  lines: readonly string[],
  capabilities = "IMAP4rev1 ESEARCH PARTIAL",
): Promise<Result> {
  const { client, server } = await selectFake({}, capabilities);
  const searching = search(client);
  await server.answerTagged(sent, ...lines);
  const result = await searching;
  client.shutdown();
  return result;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A result as data, with its set in IMAP's notation. */
function plain(result: object): object {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => [
      name,
      name === "all" ? String(value) : name === "ids" ? [...value as number[]] : value,
    ]),
  );
}

describe("search with `return`", () => {
  test("ESEARCH → what was asked for, typed by it [ext ESEARCH]", async () => {
    const result = await returned(
      (client) => client.search("UNSEEN", { return: ALL }),
      "UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN",
      ['* ESEARCH (TAG "$") UID MIN 2 MAX 9 COUNT 4 ALL 2,7:9'],
    );
    assertEquals([result.min, result.max, result.count], [2, 9, 4]);
    assertEquals(plain(result), { min: 2, max: 9, count: 4, all: "2,7:9", modseq: null });
  });

  test("one value → no other in the result [ext ESEARCH]", async () => {
    const sent = "UID SEARCH RETURN (MAX) ALL";
    const result = await returned((client) => client.search("ALL", { return: ["MAX"] }), sent, [
      '* ESEARCH (TAG "$") UID MAX 9 MODSEQ 77',
    ]);
    assertEquals(plain(result), { max: 9, modseq: 77n });
  });

  test("ALL → with COUNT, which tells whether nothing matches", async () => {
    const sent = "UID SEARCH RETURN (ALL COUNT) ALL";
    const none = await returned((client) => client.search("ALL", { return: ["ALL"] }), sent, [
      '* ESEARCH (TAG "$") UID COUNT 0',
    ]);
    assertEquals(plain(none), { all: "", modseq: null });
  });

  test("count → COUNT [ext COUNT]", async () => {
    const sent = "UID SEARCH RETURN (COUNT) UNSEEN";
    const line = '* ESEARCH (TAG "$") UID COUNT 17';
    assertEquals(await returned((client) => client.count("UNSEEN"), sent, [line]), 17);
  });

  test("text that is not ASCII → its charset after RETURN", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH LITERAL+");
    const counting = client.count(["SUBJECT", "ü"]);
    const tag = await server.expect("UID SEARCH RETURN (COUNT) CHARSET UTF-8 SUBJECT {2+}");
    await server.line();
    await server.send(`* ESEARCH (TAG "${tag}") UID COUNT 1`, `${tag} OK done`);
    assertEquals(await counting, 1);
    client.shutdown();
  });

  test("no ESEARCH → made of the ids that SEARCH gives [ext ESEARCH, COUNT]", async () => {
    const search = (client: ImapClient) => client.search("UNSEEN", { return: ALL });
    const lines = ["* SEARCH 9 2 7 8 (MODSEQ 5)"];
    const result = await returned(search, "UID SEARCH UNSEEN", lines, "IMAP4rev1");
    assertEquals(plain(result), { min: 2, max: 9, count: 4, all: "9,2,7:8", modseq: 5n });
    const none = await returned(search, "UID SEARCH UNSEEN", ["* SEARCH"], "IMAP4rev1");
    assertEquals(plain(none), { min: null, max: null, count: 0, all: "", modseq: null });
    const count = (client: ImapClient) => client.count();
    assertEquals(await returned(count, "UID SEARCH ALL", ["* SEARCH 1 2"], "IMAP4rev1"), 2);
  });

  test("IMAP4rev2 → ESEARCH without its name", async () => {
    const count = (client: ImapClient) => client.count();
    const line = '* ESEARCH (TAG "$") UID COUNT 3';
    const sent = "UID SEARCH RETURN (COUNT) ALL";
    assertEquals(await returned(count, sent, [line], "IMAP4rev2"), 3);
  });

  test("sequence numbers → SEARCH, and ids that belong to the folder", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    client.useUid = false;
    const searching = client.search("ALL", { return: ["ALL"] });
    await server.answerTagged(
      "SEARCH RETURN (ALL COUNT) ALL",
      '* ESEARCH (TAG "$") ALL 1:3 COUNT 3',
    );
    const { all } = await searching;
    await server.send("* 1 EXPUNGE");
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
    await assertRejects(() => client.getFlags(all), IllegalStateError, "expunged");
    client.shutdown();
  });

  test("ids of another folder → refused", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const searching = client.search("ALL", { return: ["ALL"], partial: [1, 2] });
    await server.answerTagged(
      "UID SEARCH RETURN (ALL COUNT) ALL",
      '* ESEARCH (TAG "$") UID ALL 1:3 COUNT 3',
    );
    const { all, ids } = await searching;
    assertEquals([String(all), [...ids]], ["1:3", [1, 2]]);
    const selecting = client.selectFolder("Sent");
    await server.answer('SELECT "Sent"', "* 5 EXISTS");
    await selecting;
    await assertRejects(() => client.addFlags(all, "x"), IllegalStateError, "another folder");
    await assertRejects(() => client.addFlags(ids, "x"), IllegalStateError, "another folder");
    client.shutdown();
  });

  test("a hostile range → kept as a range, and no ids for a page", async () => {
    const line = '* ESEARCH (TAG "$") UID ALL 1:4294967295 COUNT 4294967295';
    const sent = "UID SEARCH RETURN (ALL COUNT) ALL";
    const { all } = await returned((client) => client.search("ALL", { return: ["ALL"] }), sent, [
      line,
    ]);
    assertEquals(String(all), "1:4294967295");
    const page = { return: ["ALL"], partial: [1, 4294967295] } as const;
    const search = (client: ImapClient) => client.search("ALL", page);
    await assertRejects(() => returned(search, sent, [line]), ProtocolError);
    const first = { return: ["ALL"], partial: [4294967290, 4294967291] } as const;
    const { ids } = await returned((client) => client.search("ALL", first), sent, [line]);
    assertEquals([...ids], [4294967290, 4294967291]);
  });

  test("what is no list of values → InvalidArgumentError, nothing sent", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH PARTIAL SEARCH=FUZZY");
    const values: unknown[] = [[], ["MEDIAN"], "COUNT", ["count"], [null], {}, ["RELEVANCY"], 7];
    for (const value of values) {
      await assertRejects(
        () => client.search("ALL", { return: value as SearchReturn[] }),
        InvalidArgumentError,
      );
    }
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("a server that advertises ESEARCH and answers otherwise", () => {
  const search = (client: ImapClient) => client.search("ALL", { return: ALL });
  const sent = "UID SEARCH RETURN (MIN MAX COUNT ALL) ALL";
  const whole = { min: 2, max: 4, count: 2, all: "2,4", modseq: null };

  for (
    const [what, lines] of [
      ["COUNT alone", ['* ESEARCH (TAG "$") UID COUNT 2']],
      ["nothing", []],
      ["an empty ESEARCH", ['* ESEARCH (TAG "$") UID']],
      ["values out of range", ['* ESEARCH (TAG "$") UID MIN 0 MAX 4294967296 COUNT -1']],
    ] as const
  ) {
    test(`${what} → asked once more, with SEARCH [ext ESEARCH]`, async () => {
      const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
      const searching = search(client);
      await server.answerTagged(sent, ...lines);
      await server.answer("UID SEARCH ALL", "* SEARCH 2 4");
      assertEquals(plain(await searching), whole);
      client.shutdown();
    });
  }

  for (const line of ["* SEARCH 2 4", '* ESEARCH (TAG "$") UID ALL 2,4', "* ESEARCH UID ALL 2,4"]) {
    test(`${line} → made of the ids`, async () => {
      assertEquals(plain(await returned(search, sent, [line])), whole);
    });
  }

  test("several responses → taken together", async () => {
    const lines = ['* ESEARCH (TAG "$") UID ALL 2', '* ESEARCH (TAG "$") UID ALL 4 COUNT 2'];
    assertEquals(plain(await returned(search, sent, lines)), whole);
  });

  test("the answer of another command in between → left to that one", async () => {
    const lines = ['* ESEARCH (TAG "A999") UID COUNT 7', "* 3 FETCH (FLAGS ())"];
    const own = '* ESEARCH (TAG "$") UID COUNT 1';
    const count = (client: ImapClient) => client.count();
    assertEquals(await returned(count, "UID SEARCH RETURN (COUNT) ALL", [...lines, own]), 1);
  });

  test("BAD → asked once more, with SEARCH", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const searching = search(client);
    await server.send(`${await server.expect(sent)} BAD what is RETURN?`);
    await server.answer("UID SEARCH ALL", "* SEARCH 2 4");
    assertEquals(plain(await searching), whole);
    client.shutdown();
  });

  test("BAD to both → InvalidCriteriaError", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const searching = outcome(client.count(["XNEW", "y"]));
    await server.send(`${await server.expect("UID SEARCH RETURN (COUNT) XNEW y")} BAD XNEW?`);
    await server.send(`${await server.expect("UID SEARCH XNEW y")} BAD XNEW?`);
    assert(await searching instanceof InvalidCriteriaError);
    client.shutdown();
  });

  test("NO → ImapError, and nothing else is sent", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const searching = outcome(client.count());
    await server.send(`${await server.expect("UID SEARCH RETURN (COUNT) ALL")} NO not now`);
    assert(await searching instanceof ImapError);
    assert(await server.isSilent());
    client.shutdown();
  });

  for (
    const data of ["ALL 1:*", "ALL 1-3", "ALL 4294967296", "PARTIAL (1:2 (3))", "MIN (", 'ALL "']
  ) {
    test(`${data} → ProtocolError, once the server has completed the search`, async () => {
      const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
      const searching = outcome(client.search("ALL", { return: ALL }));
      await server.answerTagged(sent, `* ESEARCH (TAG "$") UID ${data}`);
      assert(await searching instanceof ProtocolError);
      const noop = client.noop();
      await server.answer("NOOP");
      await noop;
      client.shutdown();
    });
  }

  test("a cut connection → its error", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const searching = outcome(search(client));
    await server.expect(sent);
    server.close();
    assert(await searching instanceof ConnectionClosedError);
  });

  test("an abort, at each moment → the reason, and other calls go on", async () => {
    for (const moment of ["before", "sent", "again"]) {
      const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
      const abort = new AbortController();
      if (moment === "before") abort.abort(new Error("enough"));
      const searching = outcome(client.search("ALL", { return: ALL, signal: abort.signal }));
      let tag = "";
      if (moment !== "before") tag = await server.expect(sent);
      if (moment === "again") {
        await server.send(`${tag} OK done`);
        tag = await server.expect("UID SEARCH ALL");
      }
      abort.abort(new Error("enough"));
      assertEquals((await searching as Error).message, "enough");
      const noop = client.noop();
      if (moment !== "before") await server.send(`${tag} OK done`);
      await server.answer("NOOP");
      await noop;
      client.shutdown();
    }
  });
});

describe("search with `partial`", () => {
  const page = (client: ImapClient) => client.search("UNSEEN", { partial: [1, 3] });
  const sent = "UID SEARCH RETURN (PARTIAL 1:3) UNSEEN";

  test("PARTIAL → a page [ext PARTIAL]", async () => {
    const line = '* ESEARCH (TAG "$") UID PARTIAL (1:3 2,7:8)';
    const result = await returned(page, sent, [line]);
    assertEquals(plain(result), { range: [1, 3], ids: [2, 7, 8], modseq: null });
  });

  test("from the end, and with a count [ext PARTIAL]", async () => {
    const options = { partial: [-1, -2], return: ["COUNT"] } as const;
    const result = await returned(
      (client) => client.search("ALL", options),
      "UID SEARCH RETURN (COUNT PARTIAL -1:-2) ALL",
      ['* ESEARCH (TAG "$") UID COUNT 90 PARTIAL (-1:-2 8:9)'],
    );
    assertEquals(plain(result), { count: 90, range: [-1, -2], ids: [8, 9], modseq: null });
  });

  test("with a count, where that makes PARTIAL wrong → cut here [ext PARTIAL, QUIRKS]", async () => {
    const quirks = { partialAlone: true };
    const { client, server } = await selectFake({ quirks }, "IMAP4rev1 ESEARCH PARTIAL");
    const searching = client.search("ALL", { partial: [-1, -2], return: ["COUNT"] });
    const line = '* ESEARCH (TAG "$") UID COUNT 4 ALL 3:6';
    await server.answerTagged("UID SEARCH RETURN (COUNT ALL) ALL", line);
    const { count, ids } = await searching;
    assertEquals([count, [...ids]], [4, [5, 6]]);
    const alone = client.search("ALL", { partial: [-1, -2] });
    const page = '* ESEARCH (TAG "$") UID PARTIAL (-1:-2 5:6)';
    await server.answerTagged("UID SEARCH RETURN (PARTIAL -1:-2) ALL", page);
    assertEquals([...(await alone).ids], [5, 6]);
    client.shutdown();
  });

  for (const nil of ["PARTIAL (1:3 NIL)", "PARTIAL (1:3)", "PARTIAL (1:3 ())"]) {
    test(`${nil} → an empty page, or an error`, async () => {
      const result = await outcome(returned(page, sent, [`* ESEARCH (TAG "$") UID ${nil}`]));
      if (nil.includes("()")) assert(result instanceof ProtocolError);
      else assertEquals(plain(result), { range: [1, 3], ids: [], modseq: null });
    });
  }

  for (
    const [range, ids] of [
      [[1, 3], [2, 4, 6]],
      [[3, 1], [2, 4, 6]],
      [[4, 9], [8, 10]],
      [[6, 9], []],
      [[-1, -2], [8, 10]],
      [[-2, -1], [8, 10]],
      [[-4, -99], [2, 4]],
      [[-6, -7], []],
    ] as const
  ) {
    test(`no PARTIAL: ${range} → cut here [ext PARTIAL]`, async () => {
      const search = (client: ImapClient) => client.search("UNSEEN", { partial: range });
      const lines = ["* SEARCH 10 8 6 4 2"];
      const result = await returned(search, "UID SEARCH UNSEEN", lines, "IMAP4rev1 ESEARCH");
      assertEquals(plain(result), { range: [...range], ids: [...ids], modseq: null });
    });
  }

  test("CONTEXT=SEARCH alone → PARTIAL from the beginning, but not from the end", async () => {
    const capabilities = "IMAP4rev1 ESEARCH CONTEXT=SEARCH";
    const line = '* ESEARCH (TAG "$") UID PARTIAL (1:3 2)';
    assertEquals([...(await returned(page, sent, [line], capabilities)).ids], [2]);
    const last = (client: ImapClient) => client.search("ALL", { partial: [-1, -1] });
    const { ids } = await returned(last, "UID SEARCH ALL", ["* SEARCH 3 4"], capabilities);
    assertEquals([...ids], [4]);
  });

  test("no PARTIAL in the answer → asked once more", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH PARTIAL");
    const searching = page(client);
    await server.answerTagged(sent, '* ESEARCH (TAG "$") UID');
    await server.answer("UID SEARCH UNSEEN", "* SEARCH 1 2 3 4");
    assertEquals([...(await searching).ids], [1, 2, 3]);
    client.shutdown();
  });

  test("what is no range → InvalidArgumentError, nothing sent", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH PARTIAL");
    const ranges: unknown[] = [[0, 5], [1], [1, 2, 3], [-1, 5], [1.5, 2], [1, 2 ** 32], "1:5", {}];
    for (const range of [...ranges, null, [1, Infinity], ["1", "5"]]) {
      const partial = range as [number, number];
      await assertRejects(() => client.search("ALL", { partial }), InvalidArgumentError);
      await assertRejects(() => client.fetch("1:*", "FLAGS", { partial }), InvalidArgumentError);
      await assertRejects(
        () => client.fetchEach("1:*", "FLAGS", { partial }).next(),
        InvalidArgumentError,
      );
    }
    const mixed = { partial: [-1, 5] } as const;
    await assertRejects(() => client.search("ALL", mixed), InvalidArgumentError, "[-1, 5]");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("RELEVANCY → scores in the order of the ids; without FUZZY, refused [ext FUZZY]", async () => {
    const options = { return: ["ALL", "RELEVANCY"] } as const;
    const search = (client: ImapClient) => client.search(["FUZZY", "TEXT", "x"], options);
    const result = await returned(
      search,
      "UID SEARCH RETURN (ALL RELEVANCY COUNT) FUZZY TEXT x",
      ['* ESEARCH (TAG "$") UID ALL 1,5,10 RELEVANCY (4 99 42) COUNT 3'],
      "IMAP4rev1 ESEARCH SEARCH=FUZZY",
    );
    assertEquals(plain(result), { all: "1,5,10", relevancy: [4, 99, 42], modseq: null });
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    await assertRejects(() => search(client), CapabilityError, "FUZZY");
    assert(await server.isSilent());
    client.shutdown();
  });
});

describe("fetch with `partial`", () => {
  const rows = ["* 8 FETCH (UID 18 FLAGS ())", "* 9 FETCH (UID 19 FLAGS ())"];

  test("PARTIAL → its modifier, beside others [ext PARTIAL]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 PARTIAL");
    const options = { partial: [-1, -2], modifiers: "CHANGEDSINCE 5" } as const;
    const fetching = client.fetch("1:*", "FLAGS", options);
    await server.answer("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 5 PARTIAL -1:-2)", ...rows);
    assertEquals([...(await fetching).keys()], [18, 19]);
    const each = collect(client.fetchEach("1:*", "FLAGS", { partial: [1, 2] }));
    await server.answer("UID FETCH 1:* (FLAGS) (PARTIAL 1:2)", ...rows);
    assertEquals((await each).map(({ UID }) => UID), [18, 19]);
    client.shutdown();
  });

  test("no PARTIAL → a search, cut here [ext PARTIAL]", async () => {
    const { client, server } = await selectFake();
    const fetching = client.fetch("10:*", "FLAGS", { partial: [-1, -2] });
    const later = client.noop();
    await server.answer("UID SEARCH UID 10:*", "* SEARCH 19 17 18");
    await server.answer("UID FETCH 18:19 (FLAGS)", ...rows);
    assertEquals([...(await fetching).keys()], [18, 19]);
    await server.answer("NOOP");
    await later;
    const each = collect(client.fetchEach("10:*", "FLAGS", { partial: [3, 4] }));
    await server.answer("UID SEARCH UID 10:*", "* SEARCH 19 17 18");
    await server.answer("UID FETCH 19 (FLAGS)", rows[1]);
    assertEquals((await each).length, 1);
    client.shutdown();
  });

  test("sequence numbers → a search, too", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 PARTIAL");
    client.useUid = false;
    const fetching = client.fetch("1:*", "UID", { partial: [1, 1] });
    await server.answer("SEARCH 1:*", "* SEARCH 1 2 3");
    await server.answer("FETCH 1 (UID)", "* 1 FETCH (UID 4)");
    assertEquals([...(await fetching).keys()], [1]);
    client.shutdown();
  });

  test("no message there, or none asked for → nothing to fetch", async () => {
    const { client, server } = await selectFake();
    const fetching = client.fetch("10:20", "FLAGS", { partial: [1, 2] });
    await server.answer("UID SEARCH UID 10:20", "* SEARCH");
    assertEquals((await fetching).size, 0);
    assertEquals((await client.fetch([], "FLAGS", { partial: [1, 2] })).size, 0);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("another folder is selected in between → waits for the whole of it", async () => {
    const { client, server } = await selectFake();
    const fetching = client.fetch("1:*", "FLAGS", { partial: [1, 1] });
    const selecting = client.selectFolder("Sent");
    await server.answer("UID SEARCH UID 1:*", "* SEARCH 18");
    await server.answer("UID FETCH 18 (FLAGS)", rows[0]);
    assertEquals((await fetching).size, 1);
    assert(await isPending(selecting));
    await server.answer('SELECT "Sent"', "* 5 EXISTS");
    await selecting;
    client.shutdown();
  });
});
