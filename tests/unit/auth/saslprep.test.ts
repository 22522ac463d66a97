import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { external } from "../../../src/auth/external.ts";
import { saslPrep } from "../../../src/auth/saslprep.ts";
import { assertRefused, SECRET, UNSENDABLE } from "./support.ts";

function refuse(text: string): void {
  assertRefused(() => external(saslPrep(text, "the password")));
}

describe("SASLprep", () => {
  for (
    const [what, text, expected] of [
      ["a soft hyphen is left out (RFC 4013 section 3)", "I\u00adX", "IX"],
      ["ASCII stays (RFC 4013 section 3)", "user", "user"],
      ["case stays (RFC 4013 section 3)", "USER", "USER"],
      ["NFKC: feminine ordinal (RFC 4013 section 3)", "\u00aa", "a"],
      ["NFKC: Roman numeral (RFC 4013 section 3)", "\u2168", "IX"],
      ["NFKC composes", "ju\u0308rgen", "j\u00fcrgen"],
      ["NFKC: full width", "\uff21\uff0c\uff1d", "A,="],
      ["spaces become one", "a\u00a0b\u3000c\u200bd", "a b c d"],
      ["joiners are left out", "a\u200db\u2060c\ufeffd\ufe0f", "abcd"],
      ["an emoji stays", "\u{1f600}", "\u{1f600}"],
      ["other scripts stay", "\u0627\u0628 \u4e2d\u6587", "\u0627\u0628 \u4e2d\u6587"],
    ] as const
  ) {
    it(what, () => assertEquals(saslPrep(text, "the name"), expected));
  }

  for (
    const [what, char] of [
      ["a control character (RFC 4013 section 3)", "\u0007"],
      ["DEL", "\u007f"],
      ["a C1 control", "\u0085"],
      ["a line separator", "\u2028"],
      ["an Arabic end of ayah", "\u06dd"],
      ["private use", "\ue000"],
      ["private use in plane 16", "\u{100000}"],
      ["no character", "\ufdd0"],
      ["no character in plane 1", "\u{1ffff}"],
      ["a replacement character", "\ufffd"],
      ["an ideographic description", "\u2ff0"],
      ["a right-to-left override", "\u202e"],
      ["a right-to-left mark", "\u200f"],
      ["a language tag", "\u{e0041}"],
      ["a musical control", "\u{1d173}"],
    ] as const
  ) {
    it(`Z1 ${what} is refused, and not shown`, () => refuse(SECRET + char));
  }

  for (const [what, text] of UNSENDABLE) {
    it(`Z1 ${what} is refused, and not shown`, () => refuse(text));
  }

  it("leaves ASCII as it is, and is stable", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
      assertEquals(saslPrep(text, "it"), text);
    }));
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      let once: string;
      try {
        once = saslPrep(text, "it");
      } catch {
        return;
      }
      assertEquals(saslPrep(once, "it"), once);
    }));
  });
});
