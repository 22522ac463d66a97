import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { authLogin } from "../../../src/auth/auth_login.ts";
import { LoginError } from "../../../src/model/errors.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { answers, assertRefused, UNSENDABLE } from "./support.ts";

describe("LOGIN, the mechanism", () => {
  for (
    const [what, questions, wanted] of [
      ["the usual questions", ["Username:", "Password:"], ["änn", "sécret"]],
      ["those of the draft", ["User Name\0", "Password\0"], ["änn", "sécret"]],
      ["empty questions", ["", ""], ["änn", "sécret"]],
      ["questions in another language", ["Benutzer:", "Kennwort:"], ["änn", "sécret"]],
      ["the name twice", ["", "Username:", "Password:"], ["änn", "änn", "sécret"]],
      ["a question for the password first", ["Password:", "Password:"], ["änn", "sécret"]],
      ["bytes that are no text", ["\xff\xfe", "\xff"], ["änn", "sécret"]],
    ] as const
  ) {
    it(`${what} → name and password [ext AUTH=LOGIN]`, async () => {
      const mechanism = authLogin("änn", "sécret");
      assertEquals([mechanism.name, mechanism.initialResponse], ["LOGIN", undefined]);
      for (const [i, question] of questions.entries()) {
        assertEquals(await answers(mechanism, question), wanted[i]);
      }
    });
  }

  it("questions without end → LoginError", async () => {
    const mechanism = authLogin("ann", "secret");
    for (const question of ["", "", ""]) await answers(mechanism, question);
    assertThrows(() => void mechanism.respond(encodeUtf8("")), LoginError, "again and again");
  });

  for (const [what, text] of UNSENDABLE) {
    it(`${what} is refused, and not shown`, () => {
      assertRefused(() => authLogin(text, "p"));
      assertRefused(() => authLogin("ann", text));
    });
  }
});
