import type { ImapValue } from "../../../src/model/values.ts";
import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../src/model/errors.ts";
import { Cursor } from "../../../src/wire/cursor.ts";
import { parseMessageList, parseResponse } from "../../../src/wire/parse.ts";
import { bytes, plain, shown, text } from "../../support/wire.ts";
import { DEFAULT_LIMITS } from "../../../src/wire/limits.ts";

type Case = readonly [name: string, wire: string, values: readonly unknown[]];

const CASES: readonly Case[] = [
  ["P2 an atom", "FOO", ["FOO"]],
  ["P2 odd characters in an atom", "F.O:-O_0;", ["F.O:-O_0;"]],
  ["P2 a flag", "\\Seen", ["\\Seen"]],
  ["P2 a number", "45", [45]],
  ["P2 zero", "0", [0]],
  ["P2 a number with leading zeros stays text", "0123", ["0123"]],
  ["P2 a number beyond 2^53 is exact", "18446744073709551615", [18446744073709551615n]],
  ["P2 digits beyond 64 bits stay text", "1".repeat(21), ["1".repeat(21)]],
  ["P2 a negative number is text", "-1", ["-1"]],
  ["P2 Z16 NIL in any case", "NIL nil Nil", [null, null, null]],
  ["P2 what only begins with NIL is an atom", "NILS nil.", ["NILS", "nil."]],
  ["P2 a quoted NIL is text", '"NIL"', ["NIL"]],
  ["P2 several atoms", "FOO BAR 9", ["FOO", "BAR", 9]],
  ["P3 a quoted string", '"TEST"', ["TEST"]],
  ["P3 an empty string", '""', [""]],
  ["P3 an escaped quote", '"a \\"b\\""', ['a "b"']],
  ["P3 an escaped backslash", '"a\\\\b\\\\"', ["a\\b\\"]],
  ["P3 other escapes stay", '"aaa\\Zbbb"', ["aaa\\Zbbb"]],
  ["P3 a quoted number is text", '"45"', ["45"]],
  ["P3 UTF-8 in quotes", '"\xc3\xa9\xe2\x98\xba"', ["é☺"]],
  ["P3 other 8-bit text is kept as Latin text", '"caf\xe9"', ["café"]],
  ["P4 an empty list", "()", [[]]],
  ["P4 a list", "(FOO 1 NIL)", [["FOO", 1, null]]],
  ["P4 nested lists", "(1 (2 (3)) ((4)))", [[1, [2, [3]], [[4]]]]],
  ["P4 lists without a space between", '("a")("b")', [["a"], ["b"]]],
  ["P4 lists in a list without a space between", '(("a")("b") "c")', [[["a"], ["b"], "c"]]],
  ["P5 brackets hold together", "foo[bar rrr]", ["foo[bar rrr]"]],
  ["P5 brackets at the start", "[foo bar]def", ["[foo bar]def"]],
  ["P5 no escapes within brackets", 'BODY[HEADER ("A\\")]', ['BODY[HEADER ("A\\")]']],
  ["P6 a literal", "{18}\r\nhello\r\nbig\r\nworld!", [shown("hello\r\nbig\r\nworld!")]],
  ["P6 an empty literal", "{0}\r\n", [shown("")]],
  ["P6 a literal in a list", '(A {3}\r\n(")B)', [["A", shown('(")'), "B"]]],
  ["P6 literals in a row", "({3}\r\nfoo {2}\r\n\xff\xfe)", [[shown("foo"), shown("\xff\xfe")]]],
  ["P6 a literal8", "~{3}\r\na\x00b", [shown("a\x00b")]],
  ["P6 a literal that looks like another", "{5}\r\n{3}\r\n x", [shown("{3}\r\n"), "x"]],
  ["P6 braces within an atom", "a{3} {b} {12", ["a{3}", "{b}", "{12"]],
  ["P7 runs of white space", " FOO \t 1\r\n (2  3 )\t", ["FOO", 1, [2, 3]]],
  ["P7 nothing at all", " ", []],
];

const FAILURES: readonly (readonly [name: string, wire: string, message: RegExp])[] = [
  ["P5 an unmatched bracket", "foo[bar", /No closing '\]'/],
  ["P6 a literal that is short", "{99}\r\nabc", /literal of size 99, got 3/],
  ["P6 P8 a literal that is missing", "{5}\r\n", /literal of size 5, got 0/],
  ["P8 an incomplete list", "(1 2", /^Tuple incomplete before "\(1 2"$/],
  ["P8 an incomplete list within one", "(1 (2", /^Tuple incomplete before "\(1 \(2"$/],
  ["P8 a parenthesis that nothing opened", "1 )", /expected an atom/],
  ["P8 no closing quote", '"abc', /No closing quote/],
  ["P8 a quote that ends in an escape", '"abc\\"', /No closing quote/],
  ["P8 a quote within an atom", 'ab"c', /a quote within an atom/],
];

describe("parseResponse", () => {
  for (const [name, wire, values] of CASES) {
    it(`P1 ${name}`, () => assertEquals(plain(parseResponse(bytes(wire))), values));
  }

  for (const [name, wire, message] of FAILURES) {
    it(`P1 ${name} is a ProtocolError`, () => {
      const error = assertThrows(() => parseResponse(wire), ProtocolError);
      assertEquals(message.test(error.message), true, error.message);
    });
  }

  it("P1 takes text and bytes", () => {
    assertEquals(parseResponse('(FOO "é")'), [["FOO", "é"]]);
    assertEquals(parseResponse(new TextEncoder().encode('(FOO "é")')), [["FOO", "é"]]);
  });

  it("Z11 lists may nest 64 deep and no deeper", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}${")".repeat(depth)}`;
    assertEquals(parseResponse(nested(64)).length, 1);
    for (const depth of [65, 3000, 1_000_000]) {
      assertThrows(() => parseResponse(nested(depth)), ProtocolError, "nested deeper than 64");
    }
    assertThrows(() => parseResponse("(".repeat(1_000_000)), ProtocolError);
  });

  it("lists may be many at the same depth", () => {
    assertEquals(parseResponse("()".repeat(1000)).length, 1000);
  });

  it("the number of items in a list is bounded", () => {
    const limits = { ...DEFAULT_LIMITS, items: 3 };
    assertEquals(Cursor.over("(1 2 3)", limits).values(), [[1, 2, 3]]);
    assertThrows(() => Cursor.over("(1 2 3 4)", limits).values(), ProtocolError, "too many items");
  });

  it("P8 a number too long for any engine's integers is no crash", () => {
    assertEquals(parseResponse("9".repeat(2_000_000))[0], "9".repeat(2_000_000));
  });
});

/** A value and its bytes on the wire. */
interface Sent {
  readonly wire: string;
  readonly value: unknown;
}

const latin1 = (maxLength: number) => fc.uint8Array({ maxLength }).map(text);

const atoms = fc.constantFrom("FOO", "BODY[HEADER.FIELDS (A B)]", "\\Seen", "$x", "a+b", "0123")
  .map((value): Sent => ({ wire: value, value }));
const numbers = fc.nat().map((value): Sent => ({ wire: `${value}`, value }));
const nils = fc.constantFrom("NIL", "nil").map((wire): Sent => ({ wire, value: null }));
const quoteds = fc.string({ maxLength: 20 }).map((value): Sent => {
  return { wire: `"${value.replace(/["\\]/g, "\\$&")}"`, value };
});
const literals = fc.oneof(latin1(20), latin1(6000)).map((data): Sent => {
  return { wire: `{${data.length}}\r\n${data}`, value: shown(data) };
});

/** Any values that may occur in a response. */
const values = fc.letrec<{ value: Sent; list: Sent }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, atoms, numbers, nils, quoteds, literals, tie("list")),
  list: fc.array(tie("value"), { maxLength: 4 }).map((items) => ({
    wire: `(${items.map(({ wire }) => wire).join(" ")})`,
    value: items.map(({ value }) => value),
  })),
})).value;

describe("parseResponse, any values", () => {
  it("P2 P3 P4 P6 reads back what was written", () => {
    fc.assert(fc.property(fc.array(values, { maxLength: 5 }), (all) => {
      const wire = all.map((it) => it.wire).join(" ");
      assertEquals(plain(parseResponse(bytes(wire))), all.map((it) => it.value));
    }));
  });

  it("P8 throws ProtocolError and nothing else", () => {
    const pieces = fc.constantFrom(
      ...'()[]{}"\\ \t\r\nNIL~+*5',
      "{2}\r\n",
      "BODY[",
      "\xff",
      "\x00",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (all) => {
        try {
          parseResponse(bytes(all.join("")));
        } catch (error) {
          assertInstanceOf(error, ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("Cursor", () => {
  it("a literal that is a small part of its buffer is copied out of it", () => {
    const data = bytes(`{3}\r\nfoo ${"x".repeat(1000)}`);
    const [literal] = Cursor.over(data).values();
    assertInstanceOf(literal, Uint8Array);
    assertEquals(literal.buffer.byteLength, 3);
  });

  it("a literal that is most of its buffer is not copied", () => {
    const data = bytes(`{1000}\r\n${"x".repeat(1000)}`);
    const [literal]: readonly ImapValue[] = Cursor.over(data).values();
    assertInstanceOf(literal, Uint8Array);
    assertEquals(literal.buffer === data.buffer, true);
  });
});

const LISTS: readonly (readonly [name: string, wire: string, ids: number[], modseq?: bigint])[] = [
  ["H10 ids", "1 2 44", [1, 2, 44]],
  ["H10 none", "", []],
  ["H10 NIL", "NIL", []],
  ["H10 Z16 nil", " nil ", []],
  ["H10 a trailing space", "1 2 ", [1, 2]],
  ["H11 MODSEQ at the end", "1 2 (MODSEQ 51101)", [1, 2], 51101n],
  ["H11 MODSEQ without a space", "1 2 3(modseq 999)", [1, 2, 3], 999n],
  ["H11 MODSEQ among the ids", "1 2 (modseq 9) 3 4", [1, 2, 3, 4], 9n],
  ["H11 MODSEQ in front, beyond 2^53", "(MODSEQ 9223372036854775807) 1", [1], 9223372036854775807n],
];

describe("parseMessageList", () => {
  for (const [name, wire, ids, modseq = null] of LISTS) {
    it(`P1 O7 ${name}`, () => {
      const found = parseMessageList(wire);
      assertEquals([...found], ids);
      assertEquals(found.modseq, modseq);
      assertEquals(parseMessageList(bytes(wire)).modseq, modseq);
    });
  }

  for (const wire of ["1 FOO", "1 2x", "1 (FOO 2)", "(MODSEQ x)", "1 (MODSEQ 3"]) {
    it(`P1 Z16 ${wire} is a ProtocolError, nothing is dropped`, () => {
      assertThrows(() => parseMessageList(wire), ProtocolError);
    });
  }

  it("H12 P13 many ids", () => {
    const ids = Array.from({ length: 100_000 }, (_, i) => i + 1);
    assertEquals([...parseMessageList(ids.join(" "))], ids);
  });
});
