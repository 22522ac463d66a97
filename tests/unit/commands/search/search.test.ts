import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { search } from "../../../../src/commands/search/search.ts";
import {
  needsCharset,
  type SearchCriteria,
} from "../../../../src/commands/search/search_criteria.ts";
import { InvalidCriteriaError, ProtocolError } from "../../../../src/model/errors.ts";
import { parseToDatetime } from "../../../../src/model/dates.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { bytes } from "../../../support/wire.ts";
import { sort } from "../../../../src/commands/search/sort.ts";
import { thread } from "../../../../src/commands/search/thread.ts";
import { answer, sent } from "../../../support/commands.ts";

const UTF8 = { charset: "UTF-8", told: false };

/** The criteria as they are sent in UTF-8, without the charset. */
function criteria(criteria: unknown, charset = "UTF-8"): string {
  return sent(search(criteria as SearchCriteria, { charset, told: false }, true));
}

const WRITTEN: readonly (readonly [row: string, criteria: unknown, expected: string])[] = [
  ...["1278455344230334865", 1278455344230334865n, bytes("1278455344230334865")].map((id) => {
    const key = "X-GM-MSGID";
    return [`${typeof id} → sent as it is [fault C21]`, [key, id], `${key} 1278455344230334865`];
  }) as [string, unknown, string][],
  ["a thread's number → as it is [fault C21]", ["x-gm-thrid", 12, "SEEN"], "X-GM-THRID 12 SEEN"],
  [
    "a number of 64 bits → as it is [fault C21]",
    ["NOT", ["X-GM-MSGID", "18446744073709551615"]],
    "NOT (X-GM-MSGID 18446744073709551615)",
  ],
  [
    "a label beyond ASCII → in modified UTF-7 [fault C21]",
    ["X-GM-LABELS", "Köln"],
    'X-GM-LABELS "K&APY-ln"',
  ],
  [
    "a label with & and quotes → encoded and quoted [fault C21]",
    ["x-gm-labels", 'a&b "c"', "SEEN"],
    'X-GM-LABELS "a&-b \\"c\\"" SEEN',
  ],
  [
    "one of Gmail's own labels → with its backslash [fault C21]",
    ["X-GM-LABELS", "\\Starred"],
    'X-GM-LABELS "\\\\Starred"',
  ],
  [
    "a label as bytes → as they are [fault C21]",
    ["X-GM-LABELS", bytes("K&APY-ln")],
    'X-GM-LABELS "K&APY-ln"',
  ],
  ["H1", "ALL", "ALL"],
  ["H2", ["NOT", "DELETED", "SMALLER", 1000], "NOT DELETED SMALLER 1000"],
  ["H2", ["SINCE", { year: 2005, month: 4, day: 3 }], "SINCE 03-Apr-2005"],
  ["H2", ["SINCE", "2005-04-03"], "SINCE 03-Apr-2005"],
  ["H2", ["SINCE", "3-Apr-2005"], "SINCE 3-Apr-2005"],
  ["H2", ["SINCE", new Date(2005, 3, 3, 23, 59)], "SINCE 03-Apr-2005"],
  [
    "H2 in its own zone",
    ["SINCE", parseToDatetime("3 Apr 2005 23:30:00 -1100")],
    "SINCE 03-Apr-2005",
  ],
  ["H2 bytes", [bytes("NOT"), bytes("DELETED")], "NOT DELETED"],
  [
    "H2 no quoting by the caller",
    ["TEXT", "foo bar", "FLAGGED", "SUBJECT", "baz"],
    'TEXT "foo bar" FLAGGED SUBJECT baz',
  ],
  ["H2 keys in any case", ["subject", "x", "unseen"], "SUBJECT x UNSEEN"],
  ["H2 a key's name as a value", ["SUBJECT", "DELETED"], "SUBJECT DELETED"],
  ["H3", 'TEXT "foo bar" FLAGGED SUBJECT "baz"', 'TEXT "foo bar" FLAGGED SUBJECT "baz"'],
  ["H3 bytes", bytes("SINCE 03-Apr-2005"), "SINCE 03-Apr-2005"],
  ["H3 8-bit words become literals", 'TEXT "ü \\" x" SEEN', 'TEXT {6}↵…Ã¼ " x SEEN'],
  ["H3 8-bit bytes too", bytes("TEXT \xff SEEN"), "TEXT {1}↵…\xff SEEN"],
  ["H4", ["NOT", ["SUBJECT", "topic", "TO", "x@y"]], "NOT (SUBJECT topic TO x@y)"],
  [
    "H4",
    ["NOT", ["OR", ["FROM", "x", "TO", "y"], ["CC", "z"]]],
    "NOT (OR (FROM x TO y) (CC z))",
  ],
  ["H4", [["FOO"]], "(FOO)"],
  ["H4 Z2 Z3 8-bit at both ends of a list", [["TEXT", "☺"]], "(TEXT {3}↵…â\x98º)"],
  ["H6", ["HEADER", "List-Id", ""], 'HEADER List-Id ""'],
  ["H6", ["SUBJECT", 'a"b\\c'], 'SUBJECT "a\\"b\\\\c"'],
  ["H6 Z1 specials are quoted", ["SUBJECT", "a)(b"], 'SUBJECT "a)(b"'],
  ["H6 Z1 wildcards are quoted", ["SUBJECT", "50%*"], 'SUBJECT "50%*"'],
  ["H6 Z1 braces are quoted", ["SUBJECT", "x {5}"], 'SUBJECT "x {5}"'],
  ["H6 NIL is a word", ["SUBJECT", "nil"], 'SUBJECT "nil"'],
  ["H8", ["TEXT", bytes("\xfe\xff"), "DELETED"], "TEXT {2}↵…\xfe\xff DELETED"],
  [
    "H8 several literals",
    ["TEXT", "ä", "SUBJECT", "ö", "SEEN"],
    "TEXT {2}↵…Ã¤ SUBJECT {2}↵…Ã¶ SEEN",
  ],
  ["Z1 a line end goes as a literal", ["SUBJECT", "a\r\nx LOGOUT"], "SUBJECT {11}↵…a↵x LOGOUT"],
  ["ids after UID", ["UID", [1, 2, 3, 7]], "UID 1:3,7"],
  ["ids after UID", ["UID", "5:*"], "UID 5:*"],
  ["ids by themselves", ["1:5", NumberSet.from("7")], "1:5 7"],
  ["an unknown key with any value", ["X-FOO", "a b", "UNSEEN"], 'X-FOO "a b" UNSEEN'],
  ["keywords", ["KEYWORD", "$Forwarded"], "KEYWORD $Forwarded"],
];

describe("search criteria", () => {
  for (const [row, given, expected] of WRITTEN) {
    it(`${row}: ${expected}`, () => assertEquals(criteria(given), expected));
  }

  it("H7 the charset comes first, unless none is needed", () => {
    const command = search([bytes("FOO"), bytes("BAR")], { charset: "utf-92", told: true }, true);
    assertEquals(sent(command), "CHARSET utf-92 FOO BAR");
    assertEquals(criteria(["TEXT", "☺"], "UTF-7"), "TEXT +Jjo-");
    assertEquals(criteria(["TEXT", "\u261e"], "UTF-7"), "TEXT +Jh4-");
    assertEquals(criteria(["TEXT", "ü"], "ISO-8859-1"), "TEXT {1}↵…\xfc");
    assertEquals(criteria(["TEXT", "日"], "Shift_JIS"), "TEXT {2}↵…\x93\xfa");
  });

  it("H7 text that the charset can't hold is refused", () => {
    for (const [text, charset] of [["ü", "US-ASCII"], ["日", "ISO-8859-1"], ["x☺", "koi8-r"]]) {
      assertThrows(() => criteria(["TEXT", text], charset), InvalidCriteriaError, charset);
    }
    assertThrows(() => criteria(["TEXT", "日"], "ISO-2022-JP"), InvalidCriteriaError, "bytes");
    assertThrows(() => criteria(["TEXT", "日"], "no-such"), InvalidCriteriaError, "no-such");
  });

  it("H7 only non-ASCII text needs a charset, at any depth", () => {
    assert(!needsCharset(["SUBJECT", "x", ["TO", bytes("\xff"), 5]]));
    assert(needsCharset([["NOT", ["SUBJECT", "ü"]]]));
    assert(needsCharset('SUBJECT "ü"'));
  });

  for (const [name, empty] of Object.entries({ "''": "", null: null, "[]": [], "[[]]": [[]] })) {
    it(`H5 ${name} are no criteria`, () => {
      assertThrows(() => criteria(empty), InvalidCriteriaError, "no criteria specified");
    });
  }

  const REFUSED: readonly (readonly [row: string, criteria: unknown, message: string])[] = [
    ["Z1 NUL", ["SUBJECT", "a\0b"], "NUL"],
    ["Z1 a lone surrogate", ["SUBJECT", "\ud800"], "text"],
    ["Z1 a line end in raw criteria", "ALL\r\nx LOGOUT", "raw text"],
    ["Z1 a literal announced in raw criteria", "SUBJECT {5+}", "raw text"],
    ["a key without its value", ["SUBJECT"], "SUBJECT needs a value"],
    ["OR with one side", ["OR", "SEEN"], "OR needs a value"],
    ["a date that is none", ["SINCE", "yesterday"], "YYYY-MM-DD"],
    ["a date that is none", ["SINCE", "2026-02-30"], "no such date"],
    ["a date that is none", ["SINCE", new Date(NaN)], "invalid Date"],
    ["a size that is none", ["LARGER", "big"], "LARGER needs a number"],
    ["a size that is none", ["LARGER", -1], "zero or more"],
    ["a keyword that is none", ["KEYWORD", "a b"], "flag"],
    ["words in one item", ["NOT DELETED"], "atom"],
    ["ids that are none", ["UID", "1-5"], "colon"],
    ["an empty list within", ["NOT", []], "no criteria"],
  ];
  for (const [row, given, message] of REFUSED) {
    it(`${row} is refused: ${JSON.stringify(given)}`, () => {
      assertThrows(() => criteria(given), InvalidCriteriaError, message);
    });
  }
});

describe("search results", () => {
  const all = () => search("ALL", UTF8, true);

  it("H10 ids, and no ids", () => {
    assertEquals([...answer(all(), "* SEARCH 1 2 44", "a OK")], [1, 2, 44]);
    for (const none of [["* SEARCH"], ["* SEARCH NIL"], []]) {
      const ids = answer(all(), ...none, "a OK done");
      assertEquals([[...ids], ids.modseq], [[], null]);
    }
  });

  it("H11 a mod-sequence, in any position", () => {
    for (const line of ["1 2 3 (MODSEQ 51101)", "1 2 3(modseq 51101)", "1 (modseq 51101) 2 3"]) {
      const ids = answer(all(), `* SEARCH ${line}`, "a OK");
      assertEquals([[...ids], ids.modseq], [[1, 2, 3], 51101n]);
    }
  });

  it("H1 several responses, and ESEARCH in place of SEARCH", () => {
    assertEquals([...answer(all(), "* SEARCH 1", "* SEARCH 2 3", "a OK")], [1, 2, 3]);
    const ids = answer(all(), '* ESEARCH (TAG "a") UID ALL 2:4,9 MODSEQ 7', "a OK");
    assertEquals([[...ids], ids.modseq], [[2, 3, 4, 9], 7n]);
  });

  it("Z16 a garbled result is an error, not a shorter result", () => {
    for (const line of ["1 2 x", "1 99999999999999999999", "1 (WHAT 5)"]) {
      assertThrows(() => answer(all(), `* SEARCH ${line}`, "a OK"), ProtocolError);
    }
  });

  it("H9 BAD shows the criteria and where to read on", () => {
    const one = assertThrows(
      () => answer(search(["FOO", "x"], UTF8, true), "a BAD no FOO"),
      InvalidCriteriaError,
      'The criteria were: ["FOO", "x"]',
    );
    assertEquals(one.text, "no FOO");
    assert(one.message.startsWith("UID SEARCH failed: no FOO"));
    assert(one.message.includes("rfc9051#section-6.4.4"));
    const raw = assertThrows(() => answer(search("FOO x", UTF8, true), "a BAD no"));
    assert((raw as Error).message.includes('The criteria were: "FOO x"'));
  });

  it("H7 BADCHARSET names the charsets that will do", () => {
    assertThrows(
      () => answer(all(), "a NO [BADCHARSET (US-ASCII KOI8-R)] no"),
      InvalidCriteriaError,
      "the server knows US-ASCII, KOI8-R",
    );
  });

  it("P11 UID comes first if ids are UIDs", () => {
    assertEquals([all().name, search("ALL", UTF8, false).name], ["UID SEARCH", "SEARCH"]);
  });
});

describe("invalid criteria", () => {
  const RETURNS: readonly unknown[] = [
    "RETURN (MIN MAX COUNT) ALL",
    "return () ALL",
    "  Return(ALL) UNSEEN",
    "(RETURN (SAVE) ALL)",
    bytes("RETURN (COUNT) ALL"),
    ["RETURN", ["MIN", "MAX", "COUNT"], "ALL"],
    ["return", ["ALL"], "UNSEEN"],
    ["UNSEEN", "RETURN", ["COUNT"]],
    [["RETURN", ["ALL"], "ALL"]],
    ["NOT", "RETURN"],
    "SAVE ALL",
    "PARTIAL 1:10 ALL",
    ["SAVE", "ALL"],
    ["PARTIAL", "1:10"],
    "CHARSET UTF-8 SUBJECT x",
    'charset "UTF-8" SUBJECT x',
    ["CHARSET", "UTF-8", "ALL"],
  ];
  for (const query of RETURNS) {
    const shown = query instanceof Uint8Array ? "bytes" : JSON.stringify(query);
    it(`SEARCH: ${shown} → InvalidCriteriaError that says what to do [fault C22]`, () => {
      const hint =
        /CHARSET is no criterion: give the charset as an option|is no criterion: all ids/;
      const made = [
        () => criteria(query),
        () =>
          sent(sort("DATE", { criteria: query as SearchCriteria, charset: "UTF-8", uid: true })),
        () =>
          sent(
            thread("REFERENCES", {
              criteria: query as SearchCriteria,
              charset: "UTF-8",
              uid: true,
            }),
          ),
      ];
      for (const make of made) {
        const error = assertThrows(make, InvalidCriteriaError);
        assert(hint.test(error.message), error.message);
      }
    });
  }

  for (
    const [query, expected] of [
      ["SUBJECT RETURN", "SUBJECT RETURN"],
      [["SUBJECT", "RETURN"], "SUBJECT RETURN"],
      [["KEYWORD", "SAVE"], "KEYWORD SAVE"],
      ["RETURNED", "RETURNED"],
      ["$", "$"],
      [["X-ODD", "RETURN"], "X-ODD RETURN"],
      ['"RETURN"', '"RETURN"'],
    ] as const
  ) {
    it(`SEARCH: ${JSON.stringify(query)} → sent [fault C22]`, () => {
      assertEquals(criteria(query), expected);
    });
  }
});

describe("Gmail's keys", () => {
  it("non-ASCII labels → no charset is needed for them, only for other texts [fault C21]", () => {
    const needs = (...items: SearchCriteria[]) => items.map(needsCharset);
    assertEquals(
      needs(["X-GM-LABELS", "Köln"], ["OR", ["x-gm-labels", "ü"], ["NOT", ["X-GM-LABELS", "é"]]]),
      [false, false],
    );
    assertEquals(needs(["X-GM-LABELS", "Köln", "SUBJECT", "ü"], ["X-GM-RAW", "ü"]), [true, true]);
  });

  const WRONG: readonly unknown[] = [
    ["X-GM-MSGID"],
    ["X-GM-MSGID", "1x"],
    ["X-GM-MSGID", ""],
    ["X-GM-MSGID", "-1"],
    ["X-GM-MSGID", -1n],
    ["X-GM-THRID", 1.5],
    ["X-GM-THRID", 2 ** 60],
    ["X-GM-THRID", ["1"]],
    ["X-GM-LABELS"],
    ["X-GM-LABELS", 5],
    ["X-GM-LABELS", "\ud800"],
    ["X-GM-LABELS", new Date()],
  ];
  for (const wrong of WRONG) {
    it(`${JSON.stringify(wrong, (_, it) => typeof it === "bigint" ? `${it}n` : it)} → refused [fault C21]`, () => {
      assertThrows(() => criteria(wrong), InvalidCriteriaError);
    });
  }
});
