import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { InvalidArgumentError, InvalidCriteriaError } from "../../../../mod.ts";
import { append, multiappend } from "../../../../src/commands/messages/append.ts";
import { criteriaOf } from "../../../../src/commands/search/search_query.ts";
import { writeCriteria } from "../../../../src/commands/search/search_criteria.ts";
import { sent, written } from "../../../support/commands.ts";
import { MISTAKEN } from "../../../support/flags.ts";

/** Flags that are written correctly. */
const RIGHT = ["\\Seen", "\\deleted", "\\X-Odd", "$Seen", "Seen2", "Unseen", "Important", "$Junk"];

const onlyWrites = (criteria: Parameters<typeof criteriaOf>[0]) =>
  written((out) => writeCriteria(out, criteriaOf(criteria), "UTF-8"));

describe("system flags with a wrong number of backslashes", () => {
  for (const flag of MISTAKEN) {
    it(`APPEND: flag ${flag} → refused with a hint [fault A11]`, () => {
      const hint = /begins with one backslash: write "\\\\\w+" or [A-Z]+, not "/;
      for (const flags of [flag, [flag], new Set(["$x", flag]), new TextEncoder().encode(flag)]) {
        for (const make of [append, (f: string, m: object) => multiappend(f, [m as never])]) {
          const error = assertThrows(() => make("x", { msg: "m", flags }), InvalidArgumentError);
          assertEquals(hint.test(error.message), true, error.message);
        }
      }
    });

    it(`SEARCH: KEYWORD ${flag} → refused [fault A11]`, () => {
      assertThrows(() => onlyWrites(["KEYWORD", flag]), InvalidCriteriaError);
      assertThrows(() => onlyWrites(["NOT", ["UNKEYWORD", flag]]), InvalidCriteriaError);
      assertThrows(() => onlyWrites({ keyword: ["$x", flag] }), InvalidCriteriaError);
      assertThrows(() => onlyWrites({ unkeyword: flag }), InvalidCriteriaError);
      assertThrows(() => onlyWrites(["MODSEQ", `/flags/${flag}`, "all", 5]), InvalidCriteriaError);
    });
  }

  it("the hint names what to write [fault A11]", () => {
    assertThrows(
      () => append("x", { msg: "m", flags: "Seen" }),
      InvalidArgumentError,
      'the flag \\Seen begins with one backslash: write "\\\\Seen" or SEEN, not "Seen"',
    );
  });

  it("other flags and keywords are sent as they are [fault A11]", () => {
    assertEquals(sent(append("x", { msg: "", flags: RIGHT })), `"x" (${RIGHT.join(" ")}) {0}↵…`);
    assertEquals(onlyWrites(["KEYWORD", "$Seen"]), "KEYWORD $Seen");
    assertEquals(
      onlyWrites(["MODSEQ", "/flags/\\Seen", "all", 5]),
      'MODSEQ "/flags/\\\\Seen" all 5',
    );
  });
});
