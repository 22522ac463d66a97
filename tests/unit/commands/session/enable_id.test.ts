import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { enable } from "../../../../src/commands/session/enable.ts";
import { id, type IdFields } from "../../../../src/commands/session/id.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import type { Text } from "../../../../src/model/text.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

describe("ENABLE", () => {
  const WRITTEN: readonly (readonly [what: string, names: Text | Iterable<Text>, sent: string])[] =
    [
      ["a single one", "condstore", "CONDSTORE"],
      ["a list", ["FOO", "utf8=accept"], "FOO UTF8=ACCEPT"],
      ["bytes", bytes("foo"), "FOO"],
      ["an iterator", ["FOO", "BAR"].values(), "FOO BAR"],
      ["mixed", ["foo", bytes("bar")], "FOO BAR"],
    ];
  for (const [what, names, expected] of WRITTEN) {
    it(`E4 B9 ${what}: ${expected}`, () => assertEquals(sent(enable(names)), expected));
  }

  const READ: readonly (readonly [lines: readonly string[], expected: readonly string[]])[] = [
    [["* ENABLED FOO BAR"], ["FOO", "BAR"]],
    [["* ENABLED foo"], ["FOO"]],
    [["* ENABLED FOO", "* ENABLED BAR"], ["FOO", "BAR"]],
    [["* ENABLED"], []],
    [["* ENABLED "], []],
    [[], []],
  ];
  for (const [lines, expected] of READ) {
    it(`E4 ${JSON.stringify(lines)} enables ${expected.join(" and ") || "nothing"}`, () => {
      assertEquals(answer(enable(["FOO", "BAR"]), ...lines, "a OK"), expected);
    });
  }

  it("E4 nothing is on that was not asked for", () => {
    assertEquals(claims(enable("FOO"), "* ENABLED FOO", "* CAPABILITY X"), [true, false]);
    assertEquals(answer(enable("FOO"), "* ENABLED FOO BAR", "a OK"), ["FOO"]);
    assertEquals(enable("FOO").state, "authenticated");
  });

  it("E4 an empty list or an invalid capability is refused", () => {
    for (const names of [[], "", "A B", ["FOO", ""], "(X)", '"X"', "{5}"]) {
      assertThrows(() => sent(enable(names)), InvalidArgumentError);
    }
  });

  it("E4 Q8 any number of names can be enabled", () => {
    const line = `* ENABLED ${"X ".repeat(300_000)}`;
    assertEquals(answer(enable("X"), line, "a OK").length, 300_000);
  });
});

describe("ID is written", () => {
  const WRITTEN: readonly (readonly [fields: IdFields | null, sent: string])[] = [
    [null, "NIL"],
    [{ name: "IMAPClient" }, '("name" "IMAPClient")'],
    [{ name: "IMAPClient", version: "2.1.0" }, '("name" "IMAPClient" "version" "2.1.0")'],
    [{ os: null, vendor: "NIL" }, '("os" NIL "vendor" "NIL")'],
    [{ name: 'a"b\\c', "": "" }, '("name" "a\\"b\\\\c" "" "")'],
    [{ name: "grün" }, '("name" {5}↵…grÃ¼n)'],
    [{ "a b": "c" }, '("a b" "c")'],
    [{}, "()"],
  ];
  for (const [fields, expected] of WRITTEN) {
    it(`E5 ${expected}`, () => assertEquals(sent(id(fields)), expected));
  }

  it("E5 Z1 a line end stays within a literal", () => {
    assertEquals(sent(id({ name: "a\r\nb LOGOUT" })), '("name" {11}↵…a↵b LOGOUT)');
    assertThrows(() => sent(id({ name: "a\0" })), InvalidArgumentError, "NUL");
  });

  it("E5 it may be asked before a login", () => {
    assertEquals([id(null).needs, id(null).state], ["ID", undefined]);
  });

  for (const fields of [[], [["name", "x"]], "name", 5, true, undefined, () => {}, { name: 5 }]) {
    it(`E5 a value that is not a record of texts is refused: ${JSON.stringify(fields)}`, () => {
      assertThrows(() => id(fields as unknown as IdFields), InvalidArgumentError);
    });
  }

  // A Map has no fields of its own, so nothing would be sent.
  it("E5 a Map is no record and is refused", () => {
    const fields = new Map([["name", "x"]]) as unknown as IdFields;
    assertThrows(() => id(fields), InvalidArgumentError);
  });

  it("E5 the limits of RFC 2971 hold", () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, "x"]));
    assert(sent(id(fields(30))).endsWith('"f29" "x")'));
    assertThrows(() => id(fields(31)), InvalidArgumentError, "30");
    id({ ["n".repeat(30)]: "v".repeat(1024) });
    assertThrows(() => id({ ["n".repeat(31)]: "v" }), InvalidArgumentError, "too long");
    assertThrows(() => id({ n: "v".repeat(1025) }), InvalidArgumentError, "too long");
  });

  it("E5 the limits of RFC 2971 count bytes", () => {
    assertThrows(() => id({ n: "ü".repeat(600) }), InvalidArgumentError, "too long");
    assertThrows(() => id({ ["ü".repeat(20)]: "v" }), InvalidArgumentError, "too long");
  });
});

describe("ID is read", () => {
  const READ: readonly (readonly [wire: string, fields: IdFields])[] = [
    ['("name" "GImap" "vendor" "Google, Inc.")', { name: "GImap", vendor: "Google, Inc." }],
    ['("name" "Cyrus" "os" NIL "x" nil)', { name: "Cyrus", os: null, x: null }],
    ['("name" "NIL" NIL "x")', { name: "NIL", NIL: "x" }],
    ["(name Dovecot version 2.3)", { name: "Dovecot", version: "2.3" }],
    ['("name" {5}\r\na" (b "x" "y")', { name: 'a" (b', x: "y" }],
    ['("na\\"me" "a\\\\b")', { 'na"me': "a\\b" }],
    ['("name" "Z\xc3\xbcrich" "other" "Z\xfcrich")', { name: "Zürich", other: "Zürich" }],
    ['( "a"  "b" "c" "d" )', { a: "b", c: "d" }],
    ['("a" "b""c" "d")', { a: "b", c: "d" }],
    ["NIL", {}],
    ["nil", {}],
    ["()", {}],
  ];
  for (const [wire, expected] of READ) {
    it(`E5 Z14 ${JSON.stringify(wire)}`, () => {
      assertEquals(answer(id(null), `* ID ${wire}`, "a OK"), expected);
    });
  }

  it("E5 a server that says nothing about itself → an empty record", () => {
    assertEquals(answer(id(null), "a OK"), {});
  });

  it("E5 Z14 the fields are the record's own, with any names", () => {
    const found = answer(id(null), '* ID ("__proto__" "x" "constructor" "y")', "a OK");
    assertEquals(Object.entries(found), [["__proto__", "x"], ["constructor", "y"]]);
    assertEquals(Object.getPrototypeOf({}), Object.prototype);
  });

  it("E5 other answers are left to others", () => {
    assertEquals(claims(id(null), "* 3 EXISTS", "* ID NIL", "* ENABLED"), [false, true, false]);
  });

  for (
    const wire of [
      ...["", "x", '"name" "x"', '("name")', '("a" "b" "c")', '("a" "b"', "(((", '("a" ("b"))'],
      ...['(("a" "b"))', '("a" "b', "5", ")", '("a" "b" "c" )'],
    ]
  ) {
    it(`Q8 a ProtocolError: ${JSON.stringify(wire)}`, () => {
      assertThrows(() => answer(id(null), `* ID ${wire}`, "a OK"), ProtocolError);
    });
  }
});
