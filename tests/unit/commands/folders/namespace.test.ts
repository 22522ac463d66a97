import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { namespace } from "../../../../src/commands/folders/namespace.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

type Prefixes = readonly (readonly [prefix: string, delimiter: string | null])[] | null;
type Vector = readonly [wire: string, personal: Prefixes, other: Prefixes, shared: Prefixes];

const SHARED = [["#shared/", "/"], ["#public/", "/"], ["#ftp/", "/"], ["#news.", "."]] as const;

const VECTORS: readonly Vector[] = [
  ['(("FOO." "/")) NIL NIL', [["FOO.", "/"]], null, null],
  ['(("&AP8-." "/")) NIL NIL', [["ÿ.", "/"]], null, null],
  ['NIL NIL (("" "."))', null, null, [["", "."]]],
  [
    '(("" "/")) (("~" "/")) (("#shared/" "/")("#public/" "/")("#ftp/" "/")("#news." "."))',
    ...[[["", "/"]], [["~", "/"]], SHARED] as const,
  ],
  [
    '(("" "/")) (("~" "/")) (("#shared/" "/") ("#public/" "/") ("#ftp/" "/") ("#news." "."))',
    ...[[["", "/"]], [["~", "/"]], SHARED] as const,
  ],
  [
    '((""  "/"))(("~" "/"))( ("#shared/" "/")  ("#public/" "/")("#ftp/" "/" ) ("#news." ".") )',
    ...[[["", "/"]], [["~", "/"]], SHARED] as const,
  ],
  ["nil Nil NIL", null, null, null],
  ["() NIL ()", [], null, []],
  ['(("INBOX." ".") ("#mh" NIL)) NIL NIL', [["INBOX.", "."], ["#mh", null]], null, null],
  ['(({2}\r\na( {1}\r\n/)) NIL ((b "."))', [["a(", "/"]], null, [["b", "."]]],
  ['(("a\\"\\\\" "\\\\")) NIL NIL', [['a"\\', "\\"]], null, null],
  ['(("x" "/" "TRANSLATION" ("y") "X-P" ("a" ("b")))) NIL NIL', [["x", "/"]], null, null],
];

const CUT_SHORT: readonly Vector[] = [
  ['(("" "."))', [["", "."]], null, null],
  ['(("" "/") ("#mh/" "/")) ', [["", "/"], ["#mh/", "/"]], null, null],
  ['(("" "/")) (("~" "/"))', [["", "/"]], [["~", "/"]], null],
  ["NIL", null, null, null],
  ['NIL (("~" NIL))', null, [["~", null]], null],
  ["() ", [], null, null],
];

describe("NAMESPACE", () => {
  for (const [wire, personal, other, shared] of CUT_SHORT) {
    it(`NAMESPACE: ${JSON.stringify(wire)} → missing parts are null [fault C20]`, () => {
      const found = answer(namespace(), `* NAMESPACE ${wire}`, "a OK");
      const shown = [found.personal, found.other, found.shared].map((part) => {
        return part?.map(({ prefix, delimiter }) => [prefix, delimiter]) ?? null;
      });
      assertEquals(shown, [personal, other, shared] as unknown);
    });
  }

  for (const [wire, ...parts] of VECTORS) {
    it(`E6 O8 ${JSON.stringify(wire)}`, () => {
      const [personal, other, shared] = parts.map((part) => {
        return part?.map(([prefix, delimiter]) => ({ prefix, delimiter })) ?? null;
      });
      const found = answer(namespace(), `* NAMESPACE ${wire}`, "a OK");
      assertEquals(found, { personal, other, shared });
    });
  }

  it("E6 A10 with a decoder that changes nothing, prefixes are bytes and delimiters text", () => {
    const line = '* NAMESPACE (("&AP8-." "/")) NIL (("x\xff" "."))';
    assertEquals(answer(namespace((raw) => raw), line, "a OK"), {
      personal: [{ prefix: bytes("&AP8-."), delimiter: "/" }],
      other: null,
      shared: [{ prefix: bytes("x\xff"), delimiter: "." }],
    });
  });

  it("E6 takes no argument, and its own answer only", () => {
    assertEquals([sent(namespace()), namespace().state], ["", "authenticated"]);
    const lines = ["* 1 EXISTS", "* NAMESPACE NIL NIL NIL", "* NAMESPACE what"];
    assertEquals(claims(namespace(), ...lines), [false, true, true]);
  });

  it("Q8 no answer is a ProtocolError", () => {
    assertThrows(() => answer(namespace(), "a OK"), ProtocolError, "no NAMESPACE");
  });

  for (
    const wire of [
      ...["", '("a" "/") NIL NIL', '(("a")) NIL NIL', "((NIL)) NIL NIL"],
      ...['(("a" "/") NIL NIL', '(("a" "/" NIL NIL', "5 NIL NIL", '((("a") "/")) NIL NIL', "((("],
      ...['(("a" ("/"))) NIL NIL', '(("a" "/ NIL NIL', "NILNIL NIL NIL", "((())) NIL NIL"],
    ]
  ) {
    it(`Q8 a ProtocolError: ${JSON.stringify(wire)}`, () => {
      assertThrows(() => answer(namespace(), `* NAMESPACE ${wire}`, "a OK"), ProtocolError);
    });
  }
});
