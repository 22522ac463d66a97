import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { status, STATUS_ITEMS } from "../../../../src/commands/folders/status.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import type { Text } from "../../../../src/model/text.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const DEFAULT = "(MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)";

describe("STATUS is written", () => {
  const WRITTEN: readonly (readonly [row: string, what: Text | Iterable<Text>, sent: string])[] = [
    ["G9 by default", STATUS_ITEMS, DEFAULT],
    ["G9 B9 a single one", "unseen", "(UNSEEN)"],
    ["G9 B9 a list", ["messages", "UIDNEXT"], "(MESSAGES UIDNEXT)"],
    ["B9 bytes", bytes("messages"), "(MESSAGES)"],
    ["B9 an iterator", ["unseen", "size"].values(), "(UNSEEN SIZE)"],
    [
      "B9 a generator",
      (function* () {
        yield "deleted";
        yield bytes("recent");
      })(),
      "(DELETED RECENT)",
    ],
    ["B9 mixed", ["messages", bytes("highestmodseq")], "(MESSAGES HIGHESTMODSEQ)"],
    ["B9 a set", new Set(["unseen"]), "(UNSEEN)"],
  ];
  for (const [row, what, expected] of WRITTEN) {
    it(`${row}: ${expected}`, () => {
      const command = status("Entwürfe", what);
      // Twice: the first call must not use up an iterator.
      for (let i = 0; i < 2; i++) assertEquals(sent(command), `"Entw&APw-rfe" ${expected}`);
    });
  }

  it("G9 an empty list or an invalid item is refused", () => {
    for (const what of [[], "", "MESSAGES UNSEEN", ["UNSEEN)"], "{5}", [""]]) {
      assertThrows(() => sent(status("x", what)), InvalidArgumentError);
    }
  });
});

describe("STATUS is read", () => {
  it("G9 numbers by their upper-case names", () => {
    const line = "* STATUS INBOX (messages 3 RECENT 0 UIDNEXT 4 UIDVALIDITY 99 UNSEEN 1)";
    assertEquals({ ...answer(status("INBOX", STATUS_ITEMS), line, "a OK") }, {
      ...{ MESSAGES: 3, RECENT: 0, UIDNEXT: 4, UIDVALIDITY: 99, UNSEEN: 1 },
    });
  });

  const NAMES: readonly (readonly [what: string, wire: string])[] = [
    ["unquoted", "foo (UIDNEXT 4)"],
    ["quoted", '"foo" (UIDNEXT 4)'],
    ["as a literal", "{3}\r\nfoo (UIDNEXT 4)"],
    ["as a literal that looks like an answer", '{13}\r\n" (UIDNEXT 9) (UIDNEXT 4)'],
    ["unquoted with spaces", "My files (UIDNEXT 4)"],
    ["unquoted with parentheses", "My (old) files (UIDNEXT 4)"],
    ["unquoted, a list at its end", "files (old) (UIDNEXT 4)"],
    ["quoted with parentheses", '"My (UIDNEXT 9)" (UIDNEXT 4)'],
    ["all digits", "2024 (UIDNEXT 4)"],
    ["a bracket", "[Gmail (UIDNEXT 4)"],
    ["8-bit", '"Entw\xfcrfe" (UIDNEXT 4)'],
    ["NIL", "NIL (UIDNEXT 4)"],
    ["empty", '"" (UIDNEXT 4)'],
    ["and spaces around", '  "foo"   ( UIDNEXT   4 )  '],
    ["and a tab", "foo\t(UIDNEXT\t4)"],
  ];
  for (const [what, wire] of NAMES) {
    it(`G10 a name ${what}`, () => {
      assertEquals(answer(status("foo", "UIDNEXT"), `* STATUS ${wire}`, "a OK").UIDNEXT, 4);
    });
  }

  it("G10 the vector of 1.1: My files (UIDNEXT 24369)", () => {
    const line = "* STATUS My files (UIDNEXT 24369)";
    assertEquals(answer(status("My files", "UIDNEXT"), line, "a OK").UIDNEXT, 24369);
  });

  it("G10 the last of several mailboxes counts", () => {
    const lines = ["* STATUS a (UIDNEXT 1)", "* STATUS nonsense)", '* STATUS "b" (UIDNEXT 2)'];
    assertEquals(answer(status("x", "UIDNEXT"), ...lines, "a OK").UIDNEXT, 2);
    const one = "* STATUS a (UIDNEXT 1) b (UIDNEXT 2)";
    assertEquals(answer(status("x", "UIDNEXT"), one, "a OK").UIDNEXT, 2);
  });

  it("G10 the last of several mailboxes counts, on one line and quoted too", () => {
    for (const line of ['"a" (UIDNEXT 1) "b" (UIDNEXT 2)', "{1}\r\na (UIDNEXT 1) b (UIDNEXT 2)"]) {
      assertEquals(answer(status("x", "UIDNEXT"), `* STATUS ${line}`, "a OK").UIDNEXT, 2);
    }
  });

  it("G10 text after the items does not hide them", () => {
    for (const wire of ['"foo" (UIDNEXT 4) junk', "{3}\r\nfoo (UIDNEXT 4) junk"]) {
      assertEquals(answer(status("foo", "UIDNEXT"), `* STATUS ${wire}`, "a OK").UIDNEXT, 4);
    }
  });

  it("G10 items that were not requested are there too", () => {
    const found = answer(status("x", "UIDNEXT"), "* STATUS x (UIDNEXT 4 X-Y (a b))", "a OK");
    assertEquals({ ...found } as unknown, { UIDNEXT: 4, "X-Y": ["a", "b"] });
  });

  it("G10 other answers are left to others", () => {
    const lines = ['* LIST () "/" x', "* 3 EXISTS", "* STATUS x (UIDNEXT 4)", "* STATUS ((("];
    assertEquals(claims(status("x", "UIDNEXT"), ...lines), [false, false, true, true]);
  });

  it("G9 a mod-sequence is a bigint however large, an object id a text", () => {
    for (const modseq of ["5", "9223372036854775807"]) {
      const command = status<"HIGHESTMODSEQ" | "MAILBOXID">("x", ["HIGHESTMODSEQ", "MAILBOXID"]);
      const line = `* STATUS x (HIGHESTMODSEQ ${modseq} MAILBOXID (F2212ea87-6097))`;
      const { HIGHESTMODSEQ, MAILBOXID } = answer(command, line, "a OK");
      assertEquals([HIGHESTMODSEQ, MAILBOXID], [BigInt(modseq), "F2212ea87-6097"]);
    }
  });

  it("Q8 no STATUS at all is a ProtocolError", () => {
    assertThrows(() => answer(status("x", "UNSEEN"), "a OK"), ProtocolError, "no STATUS");
  });

  for (
    const wire of [
      ...["", '"x', "x (UNSEEN)", "x (UNSEEN 1", "x ((UNSEEN 1))", "(UNSEEN 1)", "x UNSEEN 1"],
      ...['x ("UNSEEN)', "x (UNSEEN (1)", "{5}\r\nx (UNSEEN 1)", "x (UNSEEN 1))", "x (1 2 3)"],
    ]
  ) {
    it(`Q8 a ProtocolError at the latest when it is looked at: ${JSON.stringify(wire)}`, () => {
      const look = () => answer(status("x", "UNSEEN"), `* STATUS ${wire}`, "a OK").UNSEEN;
      assertThrows(look, ProtocolError);
    });
  }

  it("G9 a missing item throws when it is looked at, and spoils nothing else", () => {
    const command = status<"MESSAGES" | "UNSEEN">("x", ["MESSAGES", "UNSEEN"]);
    const found = answer(command, "* STATUS x (MESSAGES 3)", "a OK");
    assertEquals(found.MESSAGES, 3);
    assertThrows(() => found.UNSEEN, ProtocolError, "the server sent no UNSEEN");
    assertEquals(Object.keys(found), ["MESSAGES"]);
  });

  it("G9 a value of the wrong type throws when it is looked at", () => {
    for (const value of ["many", "NIL", "-1", "1.5", "(1 2)", "()", "(3)", "{1}\r\n3"]) {
      const command = status<"MESSAGES" | "UIDNEXT">("x", ["MESSAGES", "UIDNEXT"]);
      const found = answer(command, `* STATUS x (MESSAGES ${value} UIDNEXT 4)`, "a OK");
      assertEquals(found.UIDNEXT, 4);
      assertThrows(() => found.MESSAGES, ProtocolError, undefined, value);
    }
  });

  it("G9 a mod-sequence of the wrong type throws when it is looked at", () => {
    for (const value of ["many", "-1", "(5)"]) {
      const command = status<"HIGHESTMODSEQ">("x", ["HIGHESTMODSEQ"]);
      const found = answer(command, `* STATUS x (HIGHESTMODSEQ ${value})`, "a OK");
      assertThrows(() => found.HIGHESTMODSEQ, ProtocolError, undefined, value);
    }
  });

  it("G9 an object id of the wrong type throws when it is looked at", () => {
    for (
      const value of [
        "()",
        "(a b)",
        "((a))",
        "{1}\r\na",
        "(\x01\x7f)",
        "(\xd8\x02)",
        `(${"x".repeat(256)})`,
      ]
    ) {
      const command = status<"MAILBOXID">("x", ["MAILBOXID"]);
      const found = answer(command, `* STATUS x (MAILBOXID ${value})`, "a OK");
      assertThrows(() => found.MAILBOXID, ProtocolError, undefined, value);
    }
  });

  const ODD: readonly (readonly [item: string, wire: string, value: unknown])[] = [
    ["MAILBOXID", "(90210)", "90210"],
    ["MAILBOXID", "(0012)", "0012"],
    ["MAILBOXID", "(123456789012345678901234567890)", "123456789012345678901234567890"],
    ["MAILBOXID", "(9007199254740993)", "9007199254740993"],
    ["MAILBOXID", '("F9")', "F9"],
    ["MAILBOXID", "(1e5)", "1e5"],
    ["MAILBOXID", "F9", "F9"],
    ["MAILBOXID", "90210", "90210"],
    ["MAILBOXID", "NIL", null],
    ["MAILBOXID", "(nil)", null],
    ["APPENDLIMIT", "NIL", null],
    ["APPENDLIMIT", "0", 0],
    ["APPENDLIMIT", "35651584", 35651584],
    ["MESSAGES", "012", 12],
    ["MESSAGES", "000", 0],
    ["UNSEEN", '"7"', 7],
    ["UIDNEXT", '"007"', 7],
    ["SIZE", "-2147483648", 0],
    ["SIZE", "9007199254740991", 9007199254740991],
    ["DELETED-STORAGE", "-1", 0],
    ["DELETED-STORAGE", "08", 8],
    ["HIGHESTMODSEQ", "NIL", 0n],
    ["HIGHESTMODSEQ", "NOMODSEQ", 0n],
    ["HIGHESTMODSEQ", '"0077"', 77n],
    ["HIGHESTMODSEQ", "18446744073709551615", 18446744073709551615n],
  ];
  for (const [item, wire, value] of ODD) {
    it(`STATUS: ${item} ${wire} → ${value} and its neighbour [fault C14]`, () => {
      const command = status<string>("x", [item, "RECENT"]);
      const found = answer(command, `* STATUS x (${item} ${wire} RECENT 1)`, "a OK");
      assertEquals({ ...found }, { [item]: value, RECENT: 1 } as Record<string, number>);
    });
  }

  it("STATUS: a number that is not exact → an error that shows it [fault C14]", () => {
    for (
      const wire of ["9007199254740993", "99999999999999999999999", "-3", "0x10", "1e3", "(5)"]
    ) {
      const command = status("x", ["MESSAGES", "UNSEEN"]);
      const found = answer(command, `* STATUS x (MESSAGES ${wire} UNSEEN 1)`, "a OK");
      const shown = wire.replace(/[()]/g, "");
      assertThrows(() => found.MESSAGES, ProtocolError, `not a value of MESSAGES: ${shown}`);
      assertEquals(found.UNSEEN, 1);
    }
  });

  it("Q8 names of JavaScript's own properties do no harm", () => {
    const found = answer(status("x", "UNSEEN"), "* STATUS x (__proto__ 5 UNSEEN 1)", "a OK");
    assertEquals([found.UNSEEN, Object.getPrototypeOf(found)], [1, Object.prototype]);
    assert(!("x" in found));
  });
});
