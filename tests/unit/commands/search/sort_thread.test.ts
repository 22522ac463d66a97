import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Command } from "../../../../src/connection/command.ts";
import { sort, type SortedSearch } from "../../../../src/commands/search/sort.ts";
import type { SearchCriteria } from "../../../../src/commands/search/search_criteria.ts";
import { type Thread, thread } from "../../../../src/commands/search/thread.ts";
import {
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  ProtocolError,
} from "../../../../src/model/errors.ts";
import type { Text } from "../../../../src/model/text.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const ALL: SortedSearch = { criteria: "ALL", charset: "UTF-8", uid: true };

/** Criteria, a charset, and what is sent for both. */
const SEARCHES: readonly (readonly [criteria: SearchCriteria, charset: string, sent: string])[] = [
  ["ALL", "UTF-8", "UTF-8 ALL"],
  ["ALL", "US-ASCII", "US-ASCII ALL"],
  [["NOT", "DELETED", "SMALLER", 1000], "UTF-8", "UTF-8 NOT DELETED SMALLER 1000"],
  [["SINCE", "2005-04-03"], "UTF-8", "UTF-8 SINCE 03-Apr-2005"],
  [["NOT", ["SUBJECT", "topic", "TO", "x@y"]], "UTF-8", "UTF-8 NOT (SUBJECT topic TO x@y)"],
  [["TEXT", "foo bar", "HEADER", "List-Id", ""], "UTF-8", 'UTF-8 TEXT "foo bar" HEADER List-Id ""'],
  ['TEXT "foo bar" FLAGGED', "UTF-8", 'UTF-8 TEXT "foo bar" FLAGGED'],
  [bytes("FLAGGED"), "UTF-8", "UTF-8 FLAGGED"],
  [[["TEXT", "☺"]], "UTF-8", "UTF-8 (TEXT {3}↵…â\x98º)"],
  [["TEXT", "ü"], "ISO-8859-1", "ISO-8859-1 TEXT {1}↵…\xfc"],
  [["TEXT", "\u261e"], "UTF-7", "UTF-7 TEXT +Jh4-"],
  [["SUBJECT", "a\r\nx LOGOUT"], "UTF-8", "UTF-8 SUBJECT {11}↵…a↵x LOGOUT"],
];

const NO_CRITERIA: readonly unknown[] = ["", null, [], [[]], ["SUBJECT"], ["NOT", []], "A\r\nB"];

describe("SORT", () => {
  const KEYS: readonly (readonly [row: string, keys: Text | Iterable<Text>, sent: string])[] = [
    ["I1 one", "ARRIVAL", "(ARRIVAL)"],
    ["I1 B9 one, in any case", "arrival", "(ARRIVAL)"],
    ["I1 B9 several in one text", "REVERSE SIZE", "(REVERSE SIZE)"],
    ["I1 B9 mixed", ["arrival", bytes("SUBJECT")], "(ARRIVAL SUBJECT)"],
    ["I1 B9 bytes", bytes("reverse date"), "(REVERSE DATE)"],
    ["I1 B9 an iterator", ["REVERSE size", "cc"].values(), "(REVERSE SIZE CC)"],
    [
      "I1 extensions",
      ["ANNOTATION", "MODSEQ", "SCORE=X", "X-FOO"],
      "(ANNOTATION MODSEQ SCORE=X X-FOO)",
    ],
  ];
  for (const [row, keys, expected] of KEYS) {
    it(`${row}: ${expected}`, () => {
      const command = sort(keys, ALL);
      for (let i = 0; i < 2; i++) assertEquals(sent(command), `${expected} UTF-8 ALL`);
    });
  }

  for (const [criteria, charset, expected] of SEARCHES) {
    it(`I1 I3 criteria as in a search, the charset always: ${expected}`, () => {
      const command = sort("DATE", { criteria, charset, uid: true });
      assertEquals(sent(command), `(DATE) ${expected}`);
    });
  }

  for (const keys of [[], "", " ", "A  B", "DATE)", "A\r\nB", ["DATE", "x(y"], "{5}", "5", "ü"]) {
    it(`I1 Z1 ${JSON.stringify(keys)} are no keys`, () => {
      assertThrows(() => sort(keys, ALL), InvalidArgumentError);
    });
  }

  it("I1 I3 criteria that make no sense are refused", () => {
    for (const criteria of NO_CRITERIA) {
      const request = { ...ALL, criteria: criteria as SearchCriteria };
      assertThrows(() => sent(sort("DATE", request)), InvalidCriteriaError);
    }
    const beyond = { ...ALL, criteria: ["TEXT", "ü"], charset: "US-ASCII" };
    assertThrows(() => sent(sort("DATE", beyond)), InvalidCriteriaError, "US-ASCII");
  });

  it("I1 P11 UID comes first if ids are UIDs", () => {
    assertEquals([sort("DATE", ALL).name, sort("DATE", { ...ALL, uid: false }).name], [
      "UID SORT",
      "SORT",
    ]);
  });

  it("I1 the ids come in the server's order, in one answer or several", () => {
    const read = (...lines: string[]) => answer(sort("DATE", ALL), ...lines, "a OK");
    assertEquals(read("* SORT 9 8 7 9"), [9, 8, 7, 9]);
    assertEquals(read("* SORT 9 8", "* SORT", "* SORT 7"), [9, 8, 7]);
    for (const none of [["* SORT"], ["* SORT "], ["* SORT NIL"], []]) {
      assertEquals(read(...none), []);
    }
    assertEquals(read(`* SORT${" 5".repeat(200_000)}`).length, 200_000);
  });

  it("I1 ignores a search's answer", () => {
    const lines = ["* SEARCH 1 2", "* THREAD (1)", "* 3 EXISTS", "* SORT 1", "* SORT x"];
    assertEquals(claims(sort("DATE", ALL), ...lines), [false, false, false, true, true]);
  });

  for (
    const wire of ["1 x", "(1 2)", "1,2", "-1", "1.5", '"1"', "99999999999999999999", "1 (", "*"]
  ) {
    it(`Q8 a ProtocolError, not fewer ids: ${wire}`, () => {
      const read = () => answer(sort("DATE", ALL), "* SORT 5", `* SORT ${wire}`, "a OK");
      assertThrows(read, ProtocolError);
    });
  }
});

describe("THREAD", () => {
  const read = (...lines: string[]) => answer(thread("REFERENCES", ALL), ...lines, "a OK");

  for (const [criteria, charset, expected] of SEARCHES) {
    it(`I2 I3 criteria as in a search, the charset always: ${expected}`, () => {
      const command = thread("references", { criteria, charset, uid: true });
      assertEquals(sent(command), `REFERENCES ${expected}`);
    });
  }

  it("I2 any algorithm, in any case, and its own capability", () => {
    for (const name of ["foo", bytes("Foo"), "FOO"]) {
      const command = thread(name, { ...ALL, uid: false });
      assertEquals([command.name, command.needs], ["THREAD", "THREAD=FOO"]);
      assertEquals(sent(command), "FOO UTF-8 ALL");
    }
    assertEquals(thread("X", ALL).name, "UID THREAD");
    for (const name of ["", "A B", "A\r\nB", "(A)", "{5}"]) {
      assertThrows(() => sent(thread(name, ALL)), InvalidArgumentError);
    }
  });

  it("I2 I3 criteria that make no sense are refused", () => {
    for (const criteria of NO_CRITERIA) {
      const request = { ...ALL, criteria: criteria as SearchCriteria };
      assertThrows(() => sent(thread("X", request)), InvalidCriteriaError);
    }
  });

  const THREADS: readonly (readonly [wire: string, threads: readonly Thread[]])[] = [
    ["(1 2)(3)(4 5 6)", [[1, 2], [3], [4, 5, 6]]],
    ["(1 2) (3) (4 5 6)", [[1, 2], [3], [4, 5, 6]]],
    ["(2)(3 6 (4 23)(44 7 96))", [[2], [3, 6, [4, 23], [44, 7, 96]]]],
    ["((3)(5))", [[[3], [5]]]],
    ["( 1  ( 2 ) )", [[1, [2]]]],
    ["", []],
  ];
  for (const [wire, expected] of THREADS) {
    it(`I2 ${wire || "nothing"}`, () => assertEquals(read(`* THREAD ${wire}`), expected));
  }

  it("I2 several answers, and no answer", () => {
    assertEquals(read("* THREAD (1 2)", "* THREAD (3)"), [[1, 2], [3]]);
    assertEquals([read("* THREAD"), read()], [[], []]);
  });

  it("I2 written threads are read back", () => {
    const ids = fc.integer({ min: 1, max: 0xffffffff });
    const { thread: any } = fc.letrec<{ thread: Thread }>((tie) => ({
      thread: fc.array(fc.oneof({ maxDepth: 4 }, ids, tie("thread")), {
        minLength: 1,
        maxLength: 4,
      }),
    }));
    const show = (thread: Thread): string =>
      `(${thread.map((it) => typeof it === "number" ? it : show(it)).join(" ")})`;
    fc.assert(fc.property(fc.array(any, { maxLength: 4 }), (threads) => {
      assertEquals(read(`* THREAD ${threads.map(show).join("")}`), threads);
    }));
  });

  for (
    const wire of [
      ...["1 2", "(1 x)", "(1 NIL)", "(01)", "(-1)", "(1.5)", '("1")', "(1", "(1))", ")", "x"],
      ...["(99999999999999999999)", "(123456789012345678901234)", "({1}\r\n1)", "(1 2) 3"],
      "(MODSEQ)",
      "(1 MODSEQ 5)",
      "(MODS 5)",
    ]
  ) {
    it(`Q8 a ProtocolError: ${JSON.stringify(wire.slice(0, 30))}`, () => {
      assertThrows(() => read(`* THREAD ${wire}`), ProtocolError);
    });
  }

  it("THREAD: a discussion with very many branchings → flattened, and the others as they are [fault B6]", () => {
    for (const count of [65, 100, 5000, 100_000]) {
      let wire = "";
      for (let i = 1; i <= count; i++) wire += `(${2 * i} (${2 * i + 1})`;
      const found = read(`* THREAD (1 (2)(3))${wire}${")".repeat(count)}(8 9)`);
      assertEquals([found.length, found[0], found[2]], [3, [1, [2], [3]], [8, 9]]);
      const ids = found.slice(1, 2).flat(Infinity as 1);
      assertEquals(ids.length, 2 * count);
      assertEquals(new Set(ids).size, 2 * count);
      assertEquals(depthOf(found[1]), 64);
    }
  });

  it("THREAD: the largest allowed nesting → kept [fault B6]", () => {
    const wire = (depth: number) => `${"(".repeat(depth)}1${")".repeat(depth)}`;
    assertEquals(
      [1, 2, 63, 64, 65, 70].map((depth) => depthOf(read(`* THREAD ${wire(depth)}`)[0])),
      [
        ...[1, 2, 63, 64, 64, 64],
      ],
    );
  });

  it("Q8 its errors are short, however long the answer was", () => {
    const long = "x".repeat(100_000);
    for (const wire of [long, `"${long}"`, `{100000}\r\n${long}`, `(1 ${long})`, `(${long}`]) {
      const error = assertThrows(() => read(`* THREAD ${wire}`), ProtocolError);
      assert(error.message.length < 1000, `${error.message.length} characters`);
    }
  });
});

/** How deeply lists are nested. */
function depthOf(thread: Thread): number {
  let deepest = 0;
  for (const it of thread) if (typeof it !== "number") deepest = Math.max(deepest, depthOf(it));
  return 1 + deepest;
}

describe("SORT and THREAD refused", () => {
  const COMMANDS: readonly (() => Command<unknown>)[] = [
    () => sort("DATE", ALL),
    () => thread("X", ALL),
  ];

  it("I3 H9 BAD and BADCHARSET are errors about the criteria", () => {
    for (const make of COMMANDS) {
      assertThrows(() => answer(make(), "a BAD what?"), InvalidCriteriaError, 'were: "ALL"');
      const charset = () => answer(make(), "a NO [BADCHARSET (UTF-8 X)] no");
      assertThrows(charset, InvalidCriteriaError, "the server knows UTF-8, X");
    }
  });

  it("I3 H9 another NO is no fault of theirs", () => {
    for (const make of COMMANDS) {
      const error = assertThrows(() => answer(make(), "a NO not now"), ImapError);
      assert(!(error instanceof InvalidCriteriaError));
      assertEquals(error.text, "not now");
    }
  });
});
