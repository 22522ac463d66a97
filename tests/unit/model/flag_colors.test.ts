import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { flagColor, FLAGGED } from "../../../mod.ts";
import { bitsOf } from "../../../src/model/flag_colors.ts";

/** The colours by their bits, the lowest first (RFC 9979). */
const COLORS = {
  "000": "red",
  "100": "orange",
  "010": "yellow",
  "110": "green",
  "001": "blue",
  "101": "purple",
  "011": "gray",
  "111": null,
} as const;

const keywords = (bits: string) => {
  return [...bits].flatMap((bit, at) => bit === "1" ? [`$MailFlagBit${at}`] : []);
};

describe("the colours of flags", () => {
  for (const [bits, color] of Object.entries(COLORS)) {
    it(`${bits} → ${color}, and back [ext FLAG-COLORS]`, () => {
      assertEquals(flagColor([FLAGGED, ...keywords(bits)]), color);
      const shouted = keywords(bits).map((it) => it.toUpperCase());
      assertEquals(flagColor(["\\Seen", ...shouted, "\\flagged"]), color);
      if (color === null) return;
      const unset = [...bits].map((bit) => bit === "0" ? "1" : "0").join("");
      assertEquals(bitsOf(color), { set: keywords(bits), unset: keywords(unset) });
    });
  }

  it("not flagged → none, whatever the bits say [ext FLAG-COLORS]", () => {
    for (const bits of Object.keys(COLORS)) assertEquals(flagColor(keywords(bits)), null);
  });

  it("no such colour → null [ext FLAG-COLORS]", () => {
    for (const it of ["", "RED", "pink", "length", "0", 0, undefined]) {
      assertEquals(bitsOf(it), null);
    }
  });
});
