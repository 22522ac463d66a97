import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { external } from "../../../src/auth/external.ts";
import { bytes } from "../../support/wire.ts";
import { answers, assertRefused, begins, UNSENDABLE } from "./support.ts";

describe("EXTERNAL", () => {
  it("D8 external sends nothing if the server knows the user", async () => {
    const mechanism = external();
    assertEquals(mechanism.name, "EXTERNAL");
    assertEquals(begins(mechanism), "");
    assertEquals(await answers(mechanism, ""), "");
  });

  it("D8 external names whom to act for", async () => {
    const mechanism = external("fred@example.com");
    assertEquals(begins(mechanism), "fred@example.com");
    assertEquals(await answers(mechanism, ""), "fred@example.com");
  });

  it("a Unicode name is sent in UTF-8", () => {
    assertEquals(external("jürgen").initialResponse!(), bytes("j\xc3\xbcrgen"));
  });

  for (const [what, text] of UNSENDABLE) {
    it(`Z1 ${what} is refused, and not shown`, () => assertRefused(() => external(text)));
  }
});
