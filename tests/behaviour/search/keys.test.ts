// Search keys of extensions, as fields of a query.
import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError, InvalidCriteriaError, type SearchQuery } from "@imapclient/imapclient";
import { connectFake, selectFake, test } from "../../support/fake_server.ts";

const KEYS: readonly (readonly [query: SearchQuery, needs: string, sent: string, ext: string])[] = [
  [{ savedSince: "2026-01-31" }, "SAVEDATE", "SAVEDSINCE 31-Jan-2026", "SAVEDATE"],
  [{ savedBefore: "2026-01-31" }, "SAVEDATE", "SAVEDBEFORE 31-Jan-2026", "SAVEDATE"],
  [{ savedOn: "2026-01-31" }, "SAVEDATE", "SAVEDON 31-Jan-2026", "SAVEDATE"],
  [{ emailId: "M6d99ac" }, "OBJECTID", "EMAILID M6d99ac", "OBJECTID"],
  [{ not: { threadId: "T6d" } }, "OBJECTID", "NOT (THREADID T6d)", "OBJECTID"],
  [{ fuzzy: { subject: "helo" } }, "SEARCH=FUZZY", "FUZZY (SUBJECT helo)", "FUZZY"],
  [
    { or: [{ filter: "on-the-road" }, { seen: true }] },
    "FILTERS",
    "OR (FILTER on-the-road) (SEEN)",
    "FILTERS",
  ],
  [{ gmailRaw: "has:drive" }, "X-GM-EXT-1", "X-GM-RAW has:drive", "GMAIL"],
  [
    { gmailMessageId: 1278455344230334865n },
    "X-GM-EXT-1",
    "X-GM-MSGID 1278455344230334865",
    "GMAIL",
  ],
  [
    { gmailThreadId: "1266894439832287888" },
    "X-GM-EXT-1",
    "X-GM-THRID 1266894439832287888",
    "GMAIL",
  ],
  [
    { fuzzy: { gmailLabels: ["Köln", "\\Important"] } },
    "X-GM-EXT-1 SEARCH=FUZZY",
    'FUZZY (X-GM-LABELS "K&APY-ln" X-GM-LABELS "\\\\Important")',
    "GMAIL, FUZZY",
  ],
];

for (const [query, needs, sent, ext] of KEYS) {
  describe(
    JSON.stringify(query, (_, value) => typeof value === "bigint" ? `${value}` : value),
    () => {
      test(`${needs} → sent [ext ${ext}]`, async () => {
        const { client, server } = await selectFake({}, `IMAP4rev1 SORT ${needs}`);
        const searching = client.search(query);
        await server.answer(`UID SEARCH ${sent}`, "* SEARCH 5");
        assertEquals([...await searching], [5]);
        const sorting = client.sort("DATE", query);
        await server.answer(`UID SORT (DATE) UTF-8 ${sent}`, "* SORT 5");
        assertEquals(await sorting, [5]);
        client.shutdown();
      });

      test(`no ${needs} → CapabilityError, nothing sent [ext ${ext}]`, async () => {
        const { client, server } = await selectFake({}, "IMAP4rev1 SORT THREAD=REFERENCES ESEARCH");
        for (
          const call of [
            () => client.search(query),
            () => client.count(query),
            () => client.search({ seen: true, or: [{ seen: false }, query] }, { save: true }),
            () => client.sort("DATE", query),
            () => client.thread("REFERENCES", query),
          ]
        ) await assertRejects(call, CapabilityError);
        assert(await server.isSilent());
        client.shutdown();
      });
    },
  );
}

test("calls queued together with the login → the server decides", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello");
  const all = Promise.all([
    client.login("ann", "secret"),
    client.selectFolder("INBOX"),
    client.search({ emailId: "M1" }),
  ]);
  const tag = await server.expect('LOGIN "ann" "secret"');
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1 OBJECTID] in`);
  await server.answer('SELECT "INBOX"', "* 1 EXISTS");
  await server.answer("UID SEARCH EMAILID M1", "* SEARCH 1");
  assertEquals([...(await all)[2]], [1]);
  client.shutdown();
});

test("values that make no sense → InvalidCriteriaError, nothing sent", async () => {
  const needs = "SAVEDATE OBJECTID SEARCH=FUZZY FILTERS X-GM-EXT-1";
  const { client, server } = await selectFake({}, `IMAP4rev1 ${needs}`);
  const queries: unknown[] = [
    ...[{ savedOn: "yesterday" }, { fuzzy: {} }, { fuzzy: "x" }, { fuzzy: null }],
    ...[{ emailId: null }, { gmailMessageId: 1.5 }, { gmailThreadId: "x" }, { gmailLabels: 7 }],
  ];
  for (const query of queries) {
    await assertRejects(() => client.search(query as SearchQuery), InvalidCriteriaError);
  }
  assert(await server.isSilent());
  client.shutdown();
});
