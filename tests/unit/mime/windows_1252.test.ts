import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { decodeHeader } from "../../../src/mime/header_text.ts";
import { decodeLoosely } from "../../../src/util/bytes.ts";
import { encodeText } from "../../../src/wire/charset.ts";

test("Windows-1252 is read and written with its own characters on every runtime", () => {
  assertEquals(decodeHeader("=?windows-1252?Q?19,99_=80_=93=DC=94?="), "19,99 € “Ü”");
  assertEquals(decodeHeader("=?iso-8859-1?Q?=96?="), "–");
  assertEquals(decodeLoosely(Uint8Array.of(0x80, 0xfc), 0, 2), "€ü");
  assertEquals([...encodeText("€ü", "windows-1252")], [0x80, 0xfc]);
  assertEquals([...encodeText("ß", "iso-8859-15")], [0xdf]);
});
