import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { MailText } from "../../../src/mime/mail_text.ts";
import type { BodyPart } from "../../../src/model/body_structure.ts";
import { Cursor } from "../../../src/wire/cursor.ts";
import { Decoding } from "../../../src/wire/decoding.ts";
import { joinParameters } from "../../../src/wire/parameters.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { parseFetchResponse } from "../../../mod.ts";
import { bytes } from "../../support/wire.ts";

const joined = (params: Record<string, string>) => ({ ...joinParameters(params) });

describe("parameters that were split or encoded (RFC 2231)", () => {
  for (
    const [what, params, expected] of [
      ["encoded", { "filename*": "UTF-8''Gr%C3%BC%C3%9Fe.pdf" }, { filename: "Grüße.pdf" }],
      ["with a language", { "title*": "us-ascii'en-us'This%20is%20it" }, { title: "This is it" }],
      ["in another charset", { "name*": "iso-8859-1''%FCber" }, { name: "über" }],
      ["in a charset that nobody knows", { "name*": "x-what''%C3%BC" }, { name: "ü" }],
      ["without a charset", { "name*": "''a%20b" }, { name: "a b" }],
      ["without the quotes", { "name*": "a%20b" }, { name: "a b" }],
      ["with stray percent signs", { "name*": "utf-8''100%!%4" }, { name: "100%!%4" }],
      ["split", { "url*0": "ftp://", "url*1": "cs.utk.edu" }, { url: "ftp://cs.utk.edu" }],
      ["in any order", { "url*1": "b", "url*2": "c", "url*0": "a" }, { url: "abc" }],
      [
        "split and encoded in part",
        {
          "title*0*": "us-ascii'en'This%20is%20",
          "title*1*": "%2A%2A%2Afun%2A%2A%2A ",
          "title*2": "isn't it!",
        },
        { title: "This is ***fun*** isn't it!" },
      ],
      [
        "split within a character",
        { "filename*0*": "utf-8''Gr%C3", "filename*1*": "%BC%C3%9Fe" },
        { filename: "Grüße" },
      ],
      ["beside a plain one", { filename: "Gr__e", "filename*": "utf-8''Gr%C3%BC%C3%9Fe" }, {
        filename: "Grüße",
      }],
      ["and others", { charset: "utf-8", "x**": "y" }, { charset: "utf-8", "x**": "y" }],
    ] as readonly (readonly [string, Record<string, string>, Record<string, string>])[]
  ) it(what, () => assertEquals(joined(params), expected));

  for (
    const [what, params, expected] of [
      [
        "an encoded word as a file's name → decoded [fault C1]",
        { filename: "=?UTF-8?B?TcOkcnoucGRm?=", name: "=?iso-8859-1?Q?M=E4rz.pdf?=" },
        { filename: "März.pdf", name: "März.pdf" },
      ],
      [
        "encoded words, folded → decoded [fault C1]",
        { name: "=?utf-8?Q?M=C3?=\r\n\t=?utf-8?Q?=A4rz_?=\r\n =?utf-8?Q?1.pdf?=" },
        { name: "März 1.pdf" },
      ],
      [
        "encoded words next to text → decoded [fault C1]",
        { filename: "a =?utf-8?Q?=C3=BC?=.pdf" },
        { filename: "a ü.pdf" },
      ],
      [
        "an encoded word cut over pieces → joined, then decoded [fault C1]",
        { "filename*0": "=?UTF-8?B?TcO", "filename*1": "kcnoucG", "filename*2": "Rm?=" },
        { filename: "März.pdf" },
      ],
      [
        "encoded words in several pieces → joined, then decoded [fault C1]",
        { "filename*0": "=?utf-8?Q?M=C3?= ", "filename*1": "=?utf-8?Q?=A4rz?=" },
        { filename: "März" },
      ],
      [
        "an encoded word where percent signs belong → decoded [fault C1]",
        { "filename*": "=?utf-8?Q?M=C3=A4rz?=" },
        { filename: "März" },
      ],
      [
        "one in a charset that nobody has → as it stands [fault C1, C5]",
        { name: "=?ibm850?Q?=81?=" },
        { name: "=?ibm850?Q?=81?=" },
      ],
      [
        "other parameters with encoded words → decoded, but no boundary [fault C1]",
        { title: "=?utf-8?Q?=C3=BC?=", boundary: "=?utf-8?Q?a?=" },
        { title: "ü", boundary: "=?utf-8?Q?a?=" },
      ],
      [
        "controls in a name → removed [fault C7]",
        { name: "a\r\nX: b\0", filename: "=?utf-8?Q?a=0D=0AX:_b=00?=", "x*": "utf-8''a%0D%0Ab%00" },
        { name: "a X: b", filename: "a X: b", x: "a b" },
      ],
      [
        "all in one and in pieces → the one [fault C2]",
        { "filename*": "utf-8''%C3%BC.pdf", "filename*0*": "utf-8''a", "filename*1*": "b.pdf" },
        { filename: "ü.pdf" },
      ],
      [
        "the same, the pieces first → the one [fault C2]",
        {
          "filename*0*": "utf-8''a",
          "filename*1": "b",
          "filename*": "utf-8''%C3%BC",
          filename: "_",
        },
        { filename: "ü" },
      ],
      [
        "all in one in a charset that nobody has → the pieces [fault C2, C5]",
        { "filename*": "ibm850''%81", "filename*0": "a", "filename*1": "b" },
        { filename: "ab" },
      ],
      [
        "nothing that anybody can decode → the plain one [fault C2, C5]",
        { "filename*": "ibm850''%81", filename: "u" },
        { filename: "u" },
      ],
      [
        "nothing at all that anybody can decode → as it stands [fault C2, C5]",
        { "filename*": "ibm850''%81" },
        { filename: "ibm850''%81" },
      ],
      [
        "pieces with a gap and a plain one → the plain one [fault C2]",
        { "filename*0": "abc", "filename*2": "x.pdf", filename: "abcdef.pdf" },
        { filename: "abcdef.pdf" },
      ],
      [
        "pieces with a gap alone → what there is [fault C2]",
        { "filename*0": "abc", "filename*2": ".pdf" },
        { filename: "abc.pdf" },
      ],
      [
        "pieces counted from 1 → joined [fault C2]",
        { "filename*1*": "utf-8''%C3", "filename*2*": "%BC" },
        { filename: "ü" },
      ],
      [
        "a piece in both forms → the encoded one [fault C2]",
        {
          "filename*0": "a",
          "filename*0*": "utf-8''%C3%BC",
          "filename*1": ".pdf",
          "filename*01": "x",
        },
        { filename: "ü.pdf" },
      ],
      [
        "more than ten pieces → by their numbers [fault C2]",
        Object.fromEntries([..."ABCDEFGHIJKL"].map((char, at) => [`n*${11 - at}`, char])),
        { n: "LKJIHGFEDCBA" },
      ],
      [
        "an encoded piece, then a plain one with a percent sign → that stays [fault C2]",
        { "filename*0*": "utf-8''%C3%BC", "filename*1": " 100%41" },
        { filename: "ü 100%41" },
      ],
      [
        "a plain piece, then an encoded one → as UTF-8 [fault C2]",
        { "filename*0": "a'b'", "filename*1*": "%C3%BC" },
        { filename: "a'b'ü" },
      ],
      [
        "an encoded word within percent signs → no encoded word [fault C2]",
        { "filename*": "utf-8''%3D%3Futf-8%3FQ%3Fa%3F%3D" },
        { filename: "=?utf-8?Q?a?=" },
      ],
      ["a charset with one quote → read [fault C2]", { "name*": "utf-8'%C3%BC" }, { name: "ü" }],
      ["a quote without a charset → kept [fault C2]", { "name*": "it's%20me" }, {
        name: "it's me",
      }],
      [
        "an unknown charset → as UTF-8, or as raw text is read [fault C4]",
        { "a*": "unknown-8bit''%C3%BC", "b*": "us-ascii''%FC", "c*": "x-unknown''%80" },
        { a: "ü", b: "ü", c: "€" },
      ],
      ["UTF-7 → decoded [fault C5]", { "a*": "utf-7''%2BAPw-" }, { a: "ü" }],
    ] as readonly (readonly [string, Record<string, string>, Record<string, string>])[]
  ) it(what, () => assertEquals(joined(params), expected));

  it("others are as they were", () => {
    const params = { charset: "utf-8" };
    assertStrictEquals(joinParameters(params), params);
  });

  it("O5 are found under their names in a BODYSTRUCTURE", () => {
    const line = '1 (UID 1 BODYSTRUCTURE ("application" "pdf" ("name*" "utf-8\'\'%C3%BC") ' +
      'NIL NIL "base64" 10 NIL ("attachment" ("filename*0*" "utf-8\'\'a" "filename*1" "b")) NIL))';
    const [, { BODYSTRUCTURE }] = [...parseFetchResponse([line])][0];
    const { params, disposition } = BODYSTRUCTURE as {
      params: object;
      disposition: { params: object };
    };
    assertEquals([{ ...params }, { ...disposition.params }], [{ name: "ü" }, { filename: "ab" }]);
  });

  /** The names that a part has: from its type, its disposition and its description. */
  function namesIn(wire: string, mail?: MailText): unknown[] {
    const cursor = new Cursor(undefined, mail && new Decoding(mail));
    const data = bytes(`* 1 FETCH (BODYSTRUCTURE ${wire})`);
    const frame = { bytes: data, start: 0, end: data.length, detached: [] };
    const response = readResponse(frame, undefined, cursor);
    assert(response?.kind === "untagged" && response.type === "FETCH" && response.bad === null);
    const { params, disposition, description } = response.items.BODYSTRUCTURE as BodyPart;
    return [params.name, disposition?.params.filename, description];
  }

  const partOf = (charset: string, text: string) =>
    `("text" "plain" ("name" "${text}" ${charset && `"CHARSET" "${charset}"`}) NIL "${text}" ` +
    `"8bit" 1 1 NIL ("attachment" ("filename" "${text}")) NIL NIL)`;
  const thrice = (text: string) => [text, text, text];

  for (
    const [what, charset, raw, expected] of [
      ["GBK in a part in GBK → read as that [fault C6]", "gbk", "\xc4\xe3\xba\xc3", "你好"],
      [
        "KOI8-R in a part in KOI8-R → read as that [fault C6]",
        "koi8-r",
        "\xf4\xc5\xd3\xd4",
        "Тест",
      ],
      ["Shift_JIS, its second byte ASCII → read as that [fault C6]", "shift_jis", "\x83e", "テ"],
      ["UTF-8 in a part in KOI8-R → read as UTF-8 [fault C6]", "koi8-r", "\xc3\xbc", "ü"],
      [
        "what is wrong in the part's charset → Windows-1252 [fault C6]",
        "euc-jp",
        "J\xfcrg",
        "Jürg",
      ],
      ["a part in ASCII → Windows-1252 [fault C6]", "us-ascii", "J\xfcrg", "Jürg"],
      ["a part that says UTF-8 → Windows-1252 [fault C6]", "utf-8", "J\xfcrg", "Jürg"],
      ["a part in a charset that nobody has → Windows-1252 [fault C6]", "ibm437", "\xfc", "ü"],
      ["a part that says nothing → Windows-1252 [fault C6]", "", "J\xfcrg", "Jürg"],
    ] as const
  ) it(what, () => assertEquals(namesIn(partOf(charset, raw)), thrice(expected)));

  it("raw text in a part that says nothing → the default charset [fault C6]", () => {
    const mail = new MailText({ defaultCharset: "koi8-r" });
    const raw = "\xf4\xc5\xd3\xd4";
    assertEquals(namesIn(partOf("", raw), mail), thrice("Тест"));
    assertEquals(namesIn(partOf("us-ascii", raw), mail), thrice("Тест"));
    assertEquals(namesIn(partOf("windows-1251", "\xd2"), mail), thrice("Т"));
    assertEquals(namesIn(partOf("", "\xc3\xbc"), mail), thrice("ü"));
  });

  it("raw GBK cut over pieces → joined first [fault C6]", () => {
    const params = '("filename*0" "\xc4" "filename*1" "\xe3" "filename*2*" "%ba\xc3")';
    const wire = `("text" "plain" ("charset" "gbk") NIL NIL "8bit" 1 1 NIL ("inline" ${params}))`;
    assertEquals(namesIn(wire)[1], "你好");
  });

  it("the same bytes in parts in other charsets → each as its part has it [fault C6]", () => {
    const raw = "\xc4\xe3";
    for (const [charset, text] of [["gbk", "你"], ["koi8-r", "дЦ"], ["gbk", "你"], ["", "Äã"]]) {
      assertEquals(namesIn(partOf(charset, raw)), thrice(text));
    }
  });

  it("encoded words in a BODYSTRUCTURE, in quotes and literals → decoded [fault C1, C7]", () => {
    const word = "=?UTF-8?B?TcOkcnoucGRm?=";
    const folded = "=?utf-8?Q?M=C3?=\r\n =?utf-8?Q?=A4rz.pdf?=";
    const literal = `{${folded.length}}\r\n${folded}`;
    const wire = `("application" "pdf" ("NAME" "${word}") NIL {7}\r\na\r\n b\0c "base64" 10 NIL ` +
      `("attachment" ("FILENAME" ${literal})) NIL NIL)`;
    assertEquals(namesIn(wire), ["März.pdf", "März.pdf", "a bc"]);
  });
});
