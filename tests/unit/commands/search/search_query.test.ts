import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { InvalidCriteriaError, type SearchQuery } from "../../../../mod.ts";
import { writeCriteria } from "../../../../src/commands/search/search_criteria.ts";
import { criteriaOf } from "../../../../src/commands/search/search_query.ts";
import { written } from "../../../support/commands.ts";

const sent = (query: SearchQuery) =>
  written((out) => writeCriteria(out, criteriaOf(query), "UTF-8"));

describe("criteria as an object", () => {
  for (
    const [query, expected] of [
      [{ seen: false, flagged: true }, "UNSEEN FLAGGED"],
      [{ answered: true, deleted: false, draft: true }, "ANSWERED UNDELETED DRAFT"],
      [{ from: "Bob", to: ["a", "b c"], cc: "x", bcc: "y" }, 'FROM Bob TO a TO "b c" CC x BCC y'],
      [{ subject: 'a"b', body: "x)", text: "" }, 'SUBJECT "a\\"b" BODY "x)" TEXT ""'],
      [{ subject: "ü" }, "SUBJECT {2}↵…\xc3\xbc"],
      [
        { header: { "List-Id": "", "X-A": ["b", "c"] } },
        'HEADER List-Id "" HEADER X-A b HEADER X-A c',
      ],
      [
        { since: "2026-01-31", before: { year: 2026, month: 2, day: 1 } },
        "SINCE 31-Jan-2026 BEFORE 01-Feb-2026",
      ],
      [{ on: "2026-01-31", sentOn: "2026-01-31" }, "ON 31-Jan-2026 SENTON 31-Jan-2026"],
      [
        { sentSince: "2026-01-31", sentBefore: "2026-03-01" },
        "SENTSINCE 31-Jan-2026 SENTBEFORE 01-Mar-2026",
      ],
      [
        { larger: 10, smaller: 20, older: 30, younger: 40 },
        "LARGER 10 SMALLER 20 OLDER 30 YOUNGER 40",
      ],
      [{ uid: [1, 2, "5:*"], modseq: 7n }, "UID 1:2,5:* MODSEQ 7"],
      [{ keyword: ["$a", "b"], unkeyword: "c" }, "KEYWORD $a KEYWORD b UNKEYWORD c"],
      [{ gmailRaw: "in:inbox has:x" }, 'X-GM-RAW "in:inbox has:x"'],
      [{ not: { from: "a", seen: true } }, "NOT (FROM a SEEN)"],
      [{ or: [{ from: "a" }] }, "(FROM a)"],
      [{ or: [{ from: "a" }, { to: "b", seen: true }] }, "OR (FROM a) (TO b SEEN)"],
      [{ or: [{ from: "a" }, { to: "b" }, { cc: "c" }] }, "OR (FROM a) (OR (TO b) (CC c))"],
      [{ from: undefined, seen: true }, "SEEN"],
    ] as readonly (readonly [SearchQuery, string])[]
  ) it(`H2 H4 ${expected}`, () => assertEquals(sent(query), expected));

  it("H5 an empty one is no criterion", () => {
    for (const query of [{}, { from: undefined }, { not: {} }, { or: [] }, { or: [{}] }]) {
      assertThrows(() => sent(query), InvalidCriteriaError, undefined, JSON.stringify(query));
    }
  });

  it("Z1 an invalid criterion is refused, and no text breaks out", () => {
    for (
      const query of [
        { frm: "x" },
        { constructor: "x" },
        { since: "yesterday" },
        { larger: "1 ALL" },
        { keyword: "a b" },
        { uid: "1 ALL" },
        { from: Symbol("x") },
        { not: "x" },
      ]
    ) assertThrows(() => sent(query as never), InvalidCriteriaError);
    assertEquals(sent({ from: "a\r\nx LOGOUT" }), "FROM {11}↵…a↵x LOGOUT");
  });
});
