import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { cramMd5 } from "../../../src/auth/cram_md5.ts";
import { LoginError } from "../../../src/model/errors.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { answers, assertRefused, UNSENDABLE } from "./support.ts";

const CHALLENGE = "<1896.697170952@postoffice.reston.mci.net>";

describe("CRAM-MD5", () => {
  it("the example of RFC 2195 section 2 → its answer [ext CRAM-MD5]", async () => {
    const mechanism = cramMd5("tim", "tanstaaftanstaaf");
    assertEquals(mechanism.name, "CRAM-MD5");
    assertEquals(mechanism.initialResponse, undefined);
    assertEquals(await answers(mechanism, CHALLENGE), "tim b913a602c7eda7a495b4e6e7334d3890");
  });

  it("Unicode, spaces and a long password → in UTF-8", async () => {
    for (const [user, password] of [["jürgen x", "Pässwörd 😀"], ["a", "é".repeat(100)]]) {
      const digest = createHmac("md5", password).update(CHALLENGE).digest("hex");
      assertEquals(await answers(cramMd5(user, password), CHALLENGE), `${user} ${digest}`);
    }
  });

  it("an empty challenge → LoginError, with nothing computed", async () => {
    await assertRejects(() => answers(cramMd5("ann", "secret"), ""), LoginError, "empty");
  });

  it("a second challenge → LoginError", async () => {
    const mechanism = cramMd5("ann", "secret");
    await answers(mechanism, CHALLENGE);
    assertThrows(() => void mechanism.respond(encodeUtf8("<2@x>")), LoginError, "again and again");
  });

  for (const [what, text] of UNSENDABLE) {
    it(`${what} is refused, and not shown`, () => {
      assertRefused(() => cramMd5(text, "p"));
      assertRefused(() => cramMd5("ann", text));
    });
  }
});
