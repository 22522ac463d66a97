import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { comparator } from "../../../../src/commands/search/comparator.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

describe("COMPARATOR [ext COMPARATOR]", () => {
  it("nothing, one name or several, as text or bytes → sent", () => {
    assertEquals(sent(comparator(undefined)), "");
    assertEquals(sent(comparator("i;octet")), "i;octet");
    assertEquals(sent(comparator(["de;*", bytes("i;octet"), "default"])), '"de;*" i;octet default');
  });

  it("what is no name, or none at all → InvalidArgumentError", () => {
    for (const name of ["", " ", "a b", "ä", "a\r\nA LOGOUT", "x".repeat(255), "a\0"]) {
      assertThrows(() => comparator(["i;octet", name]), InvalidArgumentError, "not the name");
    }
    assertThrows(() => comparator([]), InvalidArgumentError, "no comparator");
    for (const other of [null, 5, {}, [5]]) {
      assertThrows(() => comparator(other as unknown as string), InvalidArgumentError);
    }
  });

  const answers = [
    ["* COMPARATOR i;basic", "i;basic", ["i;basic"]],
    ['* COMPARATOR "i;basic" ()', "i;basic", ["i;basic"]],
    ['* COMPARATOR {7}\r\ni;octet ("i;octet" i;basic)', "i;octet", ["i;octet", "i;basic"]],
    ["* COMPARATOR i;basic (i;octet)  ", "i;basic", ["i;octet"]],
  ] as const;
  for (const [line, active, matching] of answers) {
    it(`${JSON.stringify(line)} → ${active}`, () => {
      assertEquals(answer(comparator("x"), line, "a OK done"), { active, matching: [...matching] });
    });
  }

  it("other responses → left to others", () => {
    const lines = ["* COMPARATOR x", "* SEARCH 1", "* LANGUAGE (EN)"];
    assertEquals(claims(comparator("x"), ...lines), [true, false, false]);
  });

  it("an answer that can't be read, or none → ProtocolError", () => {
    const wrong = ["* COMPARATOR", "* COMPARATOR (x)", "* COMPARATOR x (y", "* COMPARATOR x ((y))"];
    for (const lines of [[], ...wrong.map((line) => [line])]) {
      assertThrows(() => answer(comparator("x"), ...lines, "a OK done"), ProtocolError);
    }
  });
});
