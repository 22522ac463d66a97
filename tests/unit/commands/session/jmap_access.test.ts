import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { jmapAccess } from "../../../../src/commands/session/jmap_access.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const URL_TEXT = "https://mail.test/.well-known/jmap?a=b#c";

describe("GETJMAPACCESS [ext JMAPACCESS]", () => {
  it("takes no arguments", () => {
    assertEquals([jmapAccess().name, sent(jmapAccess())], ["GETJMAPACCESS", ""]);
  });

  for (const wire of [`"${URL_TEXT}"`, URL_TEXT, `{${URL_TEXT.length}}\r\n${URL_TEXT}`]) {
    it(`${JSON.stringify(wire)} → the URL`, () => {
      assertEquals(answer(jmapAccess(), `* JMAPACCESS ${wire}`, "a OK done").href, URL_TEXT);
    });
  }

  it("other responses → left to others", () => {
    const lines = [`* JMAPACCESS "${URL_TEXT}"`, "* ID NIL", "* GETJMAPACCESS x"];
    assertEquals(claims(jmapAccess(), ...lines), [true, false, false]);
  });

  const refused = [
    ...["http://mail.test/jmap", "ftp://mail.test", "javascript:alert(1)", "data:text/plain,x"],
    ...["file:///etc/passwd", "//mail.test/jmap", "/.well-known/jmap", "mail.test", "", "https://"],
    ...["https://mail.test@evil.test/", "https://ann:secret@mail.test/", "https://a b/"],
  ];
  for (const text of refused) {
    it(`${JSON.stringify(text)} → ProtocolError`, () => {
      const line = `* JMAPACCESS "${text}"`;
      assertThrows(() => answer(jmapAccess(), line, "a OK done"), ProtocolError);
    });
  }

  it("no URL, or no answer → ProtocolError", () => {
    for (const lines of [[], ["* JMAPACCESS"], ["* JMAPACCESS NIL"], ["* JMAPACCESS (x)"]]) {
      assertThrows(() => answer(jmapAccess(), ...lines, "a OK done"), ProtocolError);
    }
  });
});
