import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { decodeUtf7, encodeUtf7 } from "../../../src/mime/utf7.ts";
import { bytes } from "../../support/wire.ts";

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((char) => char !== "&").join("");

const NAMES: readonly (readonly [name: string, encoded: string])[] = [
  ["", ""],
  ["Foo Bar", "Foo Bar"],
  ["Stuff & Things", "Stuff &- Things"],
  ["&", "&-"],
  ["&&", "&-&-"],
  ["Hello\xffworld", "Hello&AP8-world"],
  ["\xff\xfe\xfd\xfc", "&AP8A,gD9APw-"],
  ["~peter/mail/\u65e5\u672c\u8a9e/\u53f0\u5317", "~peter/mail/&ZeVnLIqe-/&U,BTFw-"],
  ["\x00foo", "&AAA-foo"],
  ["foo\r\n\nbar\n", "foo&AA0ACgAK-bar&AAo-"],
  ["\x7f", "&AH8-"],
  ["\u{1f600}", "&2D3eAA-"],
  ["&\xff&", "&-&AP8-&-"],
  [PRINTABLE, PRINTABLE],
];

/** Names that are not modified UTF-7, and how they are decoded. */
const DECODED: readonly (readonly [why: string, wire: string, name: string])[] = [
  ["an unterminated run is decoded", "Hello&AP8", "Hello\xff"],
  ["a bare & stays", "AT&T", "AT&T"],
  ["a bare & before a space stays", "a & b", "a & b"],
  ["a & at the end stays", "a&", "a&"],
  ["base64 that is no UTF-16 stays", "&A-", "&A-"],
  ["bits left over stay", "&AP9-", "&AP9-"],
  ["printable characters in base64 pass", "&AEE-", "A"],
  ["UTF-8 stays text", "Entw\xc3\xbcrfe", "Entwürfe"],
  ["other 8-bit bytes are Latin text", "bang\xff", "bang\xff"],
  ["8-bit bytes beside a run", "\xc3\xbc&AP8-", "ü\xff"],
];

describe("modified UTF-7", () => {
  for (const [name, encoded] of NAMES) {
    it(`P12 R9 ${JSON.stringify(name)} both ways`, () => {
      assertEquals(encodeUtf7(name), encoded);
      assertEquals(decodeUtf7(bytes(encoded)), name);
    });
  }

  for (const [why, wire, name] of DECODED) {
    it(`P12 F9 ${why}`, () => assertEquals(decodeUtf7(bytes(wire)), name));
  }

  const anyName = fc.string({ unit: fc.nat({ max: 0xffff }).map((it) => String.fromCharCode(it)) });

  it("P12 any name can be read back, with lone surrogates too", () => {
    for (const names of [anyName, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })]) {
      fc.assert(fc.property(names, (name) => {
        assertEquals(decodeUtf7(bytes(encodeUtf7(name))), name);
      }));
    }
  });

  it("P12 encoded names are printable ASCII", () => {
    fc.assert(fc.property(anyName, (name) => assertMatch(encodeUtf7(name), /^[\x20-\x7e]*$/)));
  });

  it("P12 any bytes can be decoded", () => {
    fc.assert(fc.property(fc.uint8Array(), (wire) => {
      assertEquals(typeof decodeUtf7(wire), "string");
    }));
  });
});
