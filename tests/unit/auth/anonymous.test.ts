import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { anonymous } from "../../../src/auth/anonymous.ts";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { answers, assertRefused, begins, UNSENDABLE_IN_FIELDS } from "./support.ts";

describe("ANONYMOUS", () => {
  it("a trace → sent as it is [ext ANONYMOUS]", async () => {
    for (
      const trace of ["sirhc", "", "ann@example.com", '"a@b"@example.com', "änn", "é".repeat(255)]
    ) {
      const mechanism = anonymous(trace);
      assertEquals(mechanism.name, "ANONYMOUS");
      assertEquals(begins(mechanism), trace);
      assertEquals(await answers(mechanism, ""), trace);
    }
    assertEquals(begins(anonymous()), "");
  });

  it("what is no trace of RFC 4505 section 2 → InvalidArgumentError", () => {
    for (const trace of ["a@", "@b", "a b@c", "@", "é".repeat(256)]) {
      assertThrows(() => anonymous(trace), InvalidArgumentError);
    }
  });

  for (const [what, text] of UNSENDABLE_IN_FIELDS) {
    it(`${what} is refused, and not shown`, () => assertRefused(() => anonymous(text)));
  }
});
