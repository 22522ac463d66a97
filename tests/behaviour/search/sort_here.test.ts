// SORT and THREAD where the server has none, and SORT with RETURN (RFC 5256, RFC 5267).
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ImapClient,
  InvalidArgumentError,
  InvalidCriteriaError,
  type Thread,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { parseToDatetime } from "../../../src/model/dates.ts";
import { selectFake, test } from "../../support/fake_server.ts";

/** Headers of messages, of which some answer others, and their dates of arrival. */
const HEADERS: readonly (readonly [header: string, arrival: string])[] = [
  [
    "Message-ID: <1@x>\nSubject: Plan\nFrom: Zoe <zoe@x>\nTo: b@x\nDate: 5 Jan 2026 10:00 +0000",
    "08",
  ],
  [
    "Message-ID: <2@x>\nReferences: <1@x>\nSubject: Re: Plan\nFrom: adam@x\nDate: 5 Jan 2026 23:30 +0900",
    "07",
  ],
  [
    "Message-ID: <3@x>\nReferences: <1@x> <2@x>\nSubject: =?utf-8?q?=C3=84ra?=\nFrom: bob@x\nCc: q@x",
    "06",
  ],
  [
    "Message-ID: <4@x>\nIn-Reply-To: <1@x>\nSubject: (fwd)\nFrom: adam@x\nTo: a@x\nDate: nonsense",
    "05",
  ],
  ["Message-ID: <5@x>\nReferences: <gone@x>\nSubject: Other\nDate: 1 Jan 2026 10:00 +0000", "04"],
  ["Message-ID: <6@x>\nReferences: <gone@x>\nSubject: Another\nDate: 2 Jan 2026 10:00 +0000", "09"],
  [
    "Message-ID: <1@x>\nSubject: [list] plan\nFrom: Carl <carl@x>\nDate: 3 Jan 2026 10:00 +0000",
    "10",
  ],
  ["Subject: Re: other\nX-Long: 0123456789012345678901234567890123456789", "11"],
  ["Message-ID: <7@x>\nReferences: <7@x> <8@x>\nSubject: loop", "12"],
  ["Message-ID: <8@x>\nReferences: <7@x>\nSubject: loop", "13"],
];

const KEYS = ["ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO"];
const ALGORITHMS = ["REFERENCES", "ORDEREDSUBJECT"];

describe("sorted and threaded here → as a server does it", () => {
  const clients: ImapClient[] = [];
  before(async () => {
    const omit = ["SORT", "THREAD=REFERENCES", "THREAD=ORDEREDSUBJECT"];
    for (const capabilities of [{}, { omit }, { add: ["ESORT", "ESEARCH", "CONTEXT=SORT"] }]) {
      const server = new MemoryServer({ capabilities });
      const ann = server.addUser("ann", "secret");
      for (const [header, day] of HEADERS) {
        const date = parseToDatetime(`${day}-Jan-2026 12:00:00 +0000`);
        ann.append("INBOX", `${header}\n\nbody\n`, { date });
      }
      const client = await ImapClient.connect({ transport: server.transport });
      clients.push(client);
      await client.login("ann", "secret");
      await client.selectFolder("INBOX");
    }
  });
  after(() => clients.forEach((client) => client.shutdown()));

  for (const uid of [true, false]) {
    for (const key of KEYS) {
      it(`${key}, useUid ${uid} [ext SORT-HERE]`, async () => {
        for (const client of clients) client.useUid = uid;
        for (const keys of [[key], [`REVERSE ${key}`], ["FROM", `REVERSE ${key}`]]) {
          const [there, here, esort] = clients;
          const expected = await there.sort(keys);
          assertEquals([...await here.sort(keys, "ALL", { fallback: true })], expected);
          const options = { fallback: true, return: ["MIN", "MAX", "ALL", "COUNT"] } as const;
          for (const client of clients) {
            const { min, max, all, count } = await client.sort(keys, "ALL", options);
            assertEquals([[...all], count], [expected, expected.length]);
            assertEquals([min, max], [expected[0], expected.at(-1)]);
            for (const partial of [[2, 4], [-1, -3], [9, 99]] as const) {
              const { ids } = await client.sort(keys, "ALL", { partial, fallback: true });
              const [low, high] = partial[0] > 0 ? [partial[0] - 1, partial[1]] : [-3, undefined];
              assertEquals([...ids], expected.slice(low, high));
            }
          }
          assertEquals(await esort.sort(keys), expected);
        }
      });
    }
    for (const algorithm of ALGORITHMS) {
      it(`${algorithm}, useUid ${uid} [ext THREAD-HERE]`, async () => {
        for (const client of clients) client.useUid = uid;
        const [there, here] = clients;
        const expected = await there.thread(algorithm);
        assertEquals(await here.thread(algorithm, "ALL", { fallback: true }), expected);
        const some = ["OR", "SUBJECT", "plan", "SUBJECT", "other"];
        const few = await there.thread(algorithm, some);
        assertEquals(await here.thread(algorithm.toLowerCase(), some, { fallback: true }), few);
      });
    }
  }

  it("not asked for, or by what nobody knows → refused", async () => {
    const here = clients[1];
    await assertRejects(() => here.sort("DATE"), CapabilityError, "fallback: true");
    await assertRejects(() => here.sort("DATE", "ALL", { return: ["ALL"] }), CapabilityError);
    await assertRejects(() => here.thread(), CapabilityError, "THREAD=REFERENCES");
    const fallback = { fallback: true };
    await assertRejects(() => here.thread("REFS", "ALL", fallback), CapabilityError, "REFS");
    for (const key of ["HEIGHT", "REVERSE", "REVERSE REVERSE DATE", "constructor"]) {
      await assertRejects(() => here.sort(key, "ALL", fallback), InvalidArgumentError);
    }
    await assertRejects(() => here.sort([], "ALL", fallback), InvalidArgumentError);
  });
});

describe("sort on a server that a test plays", () => {
  test("ESORT → RETURN, and ids in its order [ext ESORT]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 SORT ESORT CONTEXT=SORT");
    const sorting = client.sort("DATE", "ALL", { return: ["MIN", "ALL"] });
    const tag = await server.expect("UID SORT RETURN (ALL COUNT) (DATE) UTF-8 ALL");
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL 9,3,5:6 COUNT 4`, `${tag} OK done`);
    const { min, all } = await sorting;
    assertEquals([min, [...all]], [9, [9, 3, 5, 6]]);
    const page = client.sort("DATE", "ALL", { partial: [1, 2] });
    const next = await server.expect("UID SORT RETURN (PARTIAL 1:2) (DATE) UTF-8 ALL");
    await server.send(`* ESEARCH (TAG "${next}") UID PARTIAL (1:2 9,3)`, `${next} OK done`);
    assertEquals([...(await page).ids], [9, 3]);
    client.shutdown();
  });

  test("no ESORT, or one that answers otherwise → made of the sorted ids [ext ESORT]", async () => {
    for (const capabilities of ["IMAP4rev1 SORT", "IMAP4rev1 SORT ESORT"]) {
      const { client, server } = await selectFake({}, capabilities);
      const sorting = client.sort("DATE", "ALL", { return: ["MAX", "COUNT"] });
      if (capabilities.includes("ESORT")) {
        await server.answer("UID SORT RETURN (COUNT ALL) (DATE) UTF-8 ALL");
      }
      await server.answer("UID SORT (DATE) UTF-8 ALL", "* SORT 9 3 5");
      assertEquals(await sorting, { max: 5, count: 3, modseq: null });
      client.shutdown();
    }
  });

  test("items left out or garbled, messages gone → the others are sorted", async () => {
    const { client, server } = await selectFake();
    const sorting = client.sort(["SUBJECT", "SIZE"], "ALL", { fallback: true });
    await server.answer("UID SEARCH ALL", "* SEARCH 2 3 4 5");
    const envelope = (subject: string) =>
      `ENVELOPE (NIL "${subject}" NIL NIL NIL NIL NIL NIL NIL NIL)`;
    await server.answer(
      "UID FETCH 2:5 (ENVELOPE RFC822.SIZE)",
      `* 1 FETCH (UID 2 ${envelope("b")} RFC822.SIZE 7)`,
      "* 2 FETCH (UID 3 ENVELOPE (broken) RFC822.SIZE 9)",
      `* 3 FETCH (UID 4 ${envelope("a")})`,
    );
    assertEquals([...await sorting], [3, 4, 2]);
    client.shutdown();
  });

  test("SORT that the server refuses → its error, and no fallback", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 SORT");
    const sorting = client.sort("HEIGHT", "ALL", { fallback: true });
    const rejected = assertRejects(() => sorting, InvalidCriteriaError);
    await server.send(`${await server.expect("UID SORT (HEIGHT) UTF-8 ALL")} BAD HEIGHT?`);
    await rejected;
    assert(await server.isSilent());
    client.shutdown();
  });

  test("names → DISPLAYFROM and DISPLAYTO", async () => {
    const { client, server } = await selectFake();
    const sorting = client.sort("DISPLAYFROM", "ALL", { fallback: true });
    await server.answer("UID SEARCH ALL", "* SEARCH 2 3");
    const from = (name: string) => `(NIL NIL ((${name} NIL "m" "x")) NIL NIL NIL NIL NIL NIL NIL)`;
    await server.answer(
      "UID FETCH 2:3 (ENVELOPE)",
      `* 1 FETCH (UID 2 ENVELOPE ${from("NIL")})`,
      `* 2 FETCH (UID 3 ENVELOPE ${from('"Ann"')})`,
    );
    assertEquals([...await sorting], [3, 2]);
    client.shutdown();
  });

  test("discussions that branch at every level, very deep → threads that end", async () => {
    const { client, server } = await selectFake();
    const threading = client.thread("REFERENCES", "ALL", { fallback: true });
    const count = 3000;
    await server.answer(
      "UID SEARCH ALL",
      `* SEARCH ${Array.from({ length: count }, (_, i) => i + 1).join(" ")}`,
    );
    const rows = Array.from({ length: count }, (_, i) => {
      const id = i + 1;
      const date = '"1 Jan 2026 10:00 +0000"';
      const answers = `"<${2 * Math.floor((id - 1) / 2)}@x>"`;
      const envelope = `(${date} "s" NIL NIL NIL NIL NIL NIL ${answers} "<${id}@x>")`;
      return `* ${id} FETCH (UID ${id} ENVELOPE ${envelope} INTERNALDATE "01-Jan-2026 10:00:00 +0000" ` +
        'BODY[HEADER.FIELDS (REFERENCES)] "")';
    });
    const fetch =
      `UID FETCH 1:${count} (ENVELOPE INTERNALDATE BODY.PEEK[HEADER.FIELDS (REFERENCES)])`;
    await server.answer(fetch, ...rows);
    const threads = await threading;
    const flat = (thread: Thread): number[] =>
      thread.flatMap((it) => typeof it === "number" ? it : flat(it));
    assertEquals(threads.flatMap(flat).sort((a, b) => a - b).length, count);
    client.shutdown();
  });
});
