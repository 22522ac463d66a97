import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { Address } from "../../../src/model/address.ts";
import { Envelope } from "../../../src/model/envelope.ts";
import { decodeHeader } from "../../../src/mime/header_text.ts";
import { type CharsetDecoder, MailText } from "../../../src/mime/mail_text.ts";

type Rows = readonly (readonly [what: string, text: string, expected: string])[];

function decodes(rows: Rows, mail?: MailText): void {
  for (const [what, text, expected] of rows) {
    it(what, () => assertEquals(decodeHeader(text, mail), expected));
  }
}

/** An encoded word with these bytes, one for each character. */
function word(charset: string, bytes: string): string {
  return `=?${charset}?B?${btoa(bytes)}?=`;
}

describe("encoded words", () => {
  decodes([
    [
      "a character cut between two words → whole [fault C3]",
      "=?utf-8?B?Y2Fmww==?= =?utf-8?B?qSBhdQ==?=",
      "café au",
    ],
    [
      "one cut between Q and B, in another case and spelling → whole [fault C3]",
      "=?UTF-8?Q?caf=C3?=\r\n =?utf8?B?qQ==?=",
      "café",
    ],
    ["one cut twice → whole [fault C3]", "=?utf-8?q?=E2?= =?utf-8?q?=82?= =?utf-8?q?=AC?=", "€"],
    [
      "one cut within base64 that has no padding → whole [fault C3]",
      "=?utf-8?B?4oI?= =?utf-8?B?rCE?=",
      "€!",
    ],
    ["GBK cut between words → whole [fault C3]", "=?gb2312?Q?=C4?= =?gb2312?Q?=E3=BA=C3?=", "你好"],
    ["words in two charsets → each in its own", "=?utf-8?q?=C3=A9?= =?koi8-r?q?=C1?=", "éа"],
    [
      "Japanese that goes on over words → whole [fault C3]",
      `${word("iso-2022-jp", "\x1b$B$3$s")} ${word("iso-2022-jp", "$K$A\x1b(B")}`,
      "こんにち",
    ],
    [
      "Japanese words of which each is whole → joined without a mark between [fault C3]",
      `${word("iso-2022-jp", "\x1b$B$3$s\x1b(B")} ${word("ISO-2022-JP", "\x1b$B$K$A\x1b(B")}`,
      "こんにち",
    ],
    ["space between words → dropped", "=?utf-8?q?a?= \t=?utf-8?q?b?=", "ab"],
    ["space around words → kept", "x =?utf-8?q?a?= y =?utf-8?q?b?= z", "x a y b z"],
    ["words with nothing between → joined", "=?utf-8?q?a?==?utf-8?q?b?=", "ab"],
    ["text next to words → kept", "(=?utf-8?q?a?=)b=?utf-8?q?c?=d", "(a)bcd"],
    ["underscores → spaces", "=?utf-8?q?a_b=5F?=", "a b_"],
    ["spaces within Q → kept", "=?utf-8?Q?a b c?=", "a b c"],
    ["8-bit text within Q → kept", "=?iso-8859-1?Q?Café=E9?=", "Caféé"],
    ["an equals sign without digits → kept", "=?utf-8?Q?1+1=2=?=", "1+1=2="],
    ["base64 with other characters → read", "=?utf-8?B?w6 k-\r\n=?=", "é"],
    ["base64 joined behind its padding → read", "=?utf-8?B?YQ==YmM=?=", "abc"],
    ["base64 with a character too many → read", "=?utf-8?B?YWJjZ?=", "abc"],
    ["a language → of no account", "=?utf-8*en?Q?=C3=A9?= =?utf-8*de?Q?=C3=A9?=", "éé"],
    ["no text → nothing", "a=?utf-8?Q??=b", "ab"],
    ["an encoding that there is not → as it stands", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="],
    ["a word without end → as it stands", "=?utf-8?Q?abc", "=?utf-8?Q?abc"],
    ["one without end before a whole one", "=?utf-8?Q?abc =?utf-8?Q?d?=", "=?utf-8?Q?abc d"],
    ["what only looks like one → as it stands", "a =? b ?= c =?=?= ?q?", "a =? b ?= c =?=?= ?q?"],
    ["a mark of byte order → dropped", "=?utf-8?B?77u/YQ==?=", "a"],
    ["spellings of charsets: cp1251 → known", "=?cp1251?q?=E0?=", "а"],
    ["spellings of charsets: win-1252 → known", "=?win-1252?q?=80?=", "€"],
    ["spellings of charsets: ISO8859_2 → known", "=?ISO8859_2?q?=B1?=", "ą"],
    ["spellings of charsets: cp932 → known", "=?cp932?q?=82=A0?=", "あ"],
    ["spellings of charsets: cp65001 → known", "=?cp65001?q?=C3=A9?=", "é"],
    ["spellings of charsets: latin-9 → known", "=?latin-9?q?=A4?=", "€"],
    ["UTF-16 with a mark of byte order → read", word("utf-16", "\xfe\xff\0a\0b"), "ab"],
  ]);

  const UNKNOWN = [
    ...["unknown-8bit", "x-unknown", "default", "us-ascii", "ascii", "unknown", "x-user-defined"],
    ...["", "x-what", "8bit", "ANSI_X3.4-1968", "none", "klingon-1"],
  ];
  for (const charset of UNKNOWN) {
    decodes([
      [
        `'${charset}' with UTF-8 → read as UTF-8 [fault C4]`,
        `=?${charset}?Q?J=C3=BCrg?=`,
        "Jürg",
      ],
      [
        `'${charset}' with what is no UTF-8 → as raw text is read [fault C4]`,
        `=?${charset}?Q?J=FCrg_=80?=`,
        "Jürg €",
      ],
    ]);
  }
  decodes([[
    "a character cut between two words in an unknown charset → whole [fault C3, C4]",
    "=?unknown-8bit?Q?=C3?= =?x-unknown?Q?=BC?=",
    "ü",
  ]]);

  decodes([
    ["UTF-7 → decoded [fault C5]", "=?utf-7?Q?J+APw-rg_+IKw-_1+-1?=", "Jürg € 1+1"],
    ["UTF-7 by its old name → decoded [fault C5]", "=?unicode-1-1-utf-7?Q?+APw-?=", "ü"],
    ["UTF-7 by a name without hyphen → decoded [fault C5]", "=?utf7?B?K0FQdy0=?=", "ü"],
    ["UTF-7 beyond 16 bits → decoded [fault C5]", "=?utf-7?Q?+2D3eAA-?=", "😀"],
    [
      "UTF-7 words that end in base64 → each by itself [fault C5]",
      "=?utf-7?Q?+APw?= =?utf-7?Q?ABC?=",
      "üABC",
    ],
    ["UTF-7 cut within a character → whole [fault C5]", "=?utf-7?Q?+AP?= =?utf-7?Q?w-!?=", "ü!"],
    ["what is no UTF-7 → as it stands [fault C5]", "=?utf-7?Q?a+b_c_+-?=", "a+b c +"],
  ]);
  const FOREIGN = [
    "=?iso-2022-kr?B?GyQpQw4+SA8=?=",
    "=?hz-gb-2312?Q?=7E{<:Ky2;=7E}?=",
    "=?ibm437?Q?J=81rg?=",
    "=?cp850?Q?J=81rg?=",
    "=?IBM850?B?SoFyZw==?=",
    "=?utf-32?B?AAAAYQ==?=",
    "=?iso-2022-cn?Q?=1B$)A?=",
    "=?x-mac-ce?Q?=81?=",
    "=?viscii?Q?=D5?=",
  ];
  for (const text of FOREIGN) {
    decodes([
      [`${text} → as it stands [fault C5]`, text, text],
      [
        `${text} between others → as it stands, with the spaces around it [fault C5]`,
        `=?utf-8?Q?=C3=A4?= ${text} =?utf-8?Q?=C3=A4?=`,
        `ä ${text} ä`,
      ],
    ]);
  }

  it("however hostile → in linear time [fault C3]", () => {
    const many = 100_000;
    const texts = [
      "=?".repeat(many),
      "=?a?Q?".repeat(many),
      `${"=?a?Q?x ".repeat(many)}?=`,
      "=?utf-8?Q?=C3?= ".repeat(many),
      "=?utf-7?Q?+A?= ".repeat(many),
      "=?x-a?Q?=FF?==?ibm1?Q??=".repeat(many / 2),
      `=?utf-7?B?${"Kysr".repeat(many)}?=`,
      `a${"\r\n".repeat(many)}b`,
      `=?${"a".repeat(many)}`,
      `=?utf-8?B?${"=".repeat(many)}?=`,
      `=?utf-8?Q?a?=${" ".repeat(many)}=?utf-8?Q?b?=${" ".repeat(many)}`,
    ];
    // If a step were quadratic, each of these would take minutes.
    for (const text of texts) assert(decodeHeader(text).length <= 2 * text.length);
  });
});

describe("texts of a header", () => {
  decodes([
    ["a fold → its space alone [fault C7]", "first\r\n second", "first second"],
    ["a fold before a tab → a space [fault C7]", "first\r\n\tsecond", "first second"],
    ["a fold with a bare line feed → its space alone [fault C7]", "a\n  b", "a  b"],
    ["a line end without a fold → a space [fault C7]", "a\r\nBcc: b", "a Bcc: b"],
    ["many line ends → one space [fault C7]", "a\r\n\r\n\rb", "a b"],
    ["line ends at both ends → nothing [fault C7]", "\r\na\r\n", "a"],
    ["controls → removed [fault C7]", "a\0b\x01c\x1b[2Jd\x7fe", "abc[2Jde"],
    ["a tab → a space [fault C7]", "a\tb", "a b"],
    ["C1 controls → removed, or what Windows has there [fault C7]", "a\x81b\x96c", "ab–c"],
    ["line ends out of Q → a space [fault C7]", "=?utf-8?q?a=0D=0ABcc:_b?=", "a Bcc: b"],
    ["line ends out of B → a space [fault C7]", `=?utf-8?B?${btoa("a\nX: b\0")}?=`, "a X: b"],
    ["line ends out of UTF-7 → a space [fault C7]", "=?utf-7?Q?a+AA0ACg-b?=", "a b"],
    ["line ends out of UTF-16 → a space [fault C7]", word("utf-16be", "\0a\0\r\0\n\0b"), "a b"],
    [
      "a fold between encoded words → nothing [fault C3, C7]",
      "=?utf-8?q?a?=\r\n =?utf-8?q?b?=",
      "ab",
    ],
    ["Japanese as it is → read", "Re: \x1b$B$3$s\x1b(B!", "Re: こん!"],
  ]);

  const fields = {
    date: "Mon, 5 Feb 2024\r\n 10:00:00 +0000",
    subject: "a\r\n b\0",
    from: [],
    sender: null,
    replyTo: null,
    to: null,
    cc: null,
    bcc: null,
    inReplyTo: "<1@x>\r\n <2@x>",
    messageId: "<a\r\nBcc: c@x>",
  };

  it("an envelope with line ends in it → none in its fields, raw keeps them [fault C7]", () => {
    const envelope = new Envelope(fields);
    const { subject, inReplyTo, messageId } = envelope;
    assertEquals([subject, inReplyTo, messageId], ["a b", "<1@x> <2@x>", "<a Bcc: c@x>"]);
    assertEquals(envelope.raw, fields);
  });

  it("an address with line ends in it → none in its text, raw keeps them [fault C7]", () => {
    const raw = {
      name: "=?utf-8?q?a=0D=0Ab?=\r\n c\0",
      route: "@r\r\n",
      mailbox: "ann\r\nBcc: eve",
      host: "x\0.org\n",
    };
    const address = new Address(raw);
    assertEquals({ ...address }, {
      name: "a b c",
      route: "@r",
      mailbox: "ann Bcc: eve",
      host: "x.org",
    });
    for (const text of [address.email, `${address}`, JSON.stringify(address)]) {
      assert(!/[\r\n\0]|\\r|\\n/.test(text), text);
    }
    assertEquals(address.raw, raw);
  });

  it("the name of a group in encoded words → decoded", () => {
    const group = { name: null, route: null, mailbox: "=?utf-8?q?Gr=C3=BCn?=", host: null };
    assertEquals([new Address(group).mailbox, new Address(group).raw], ["Grün", group]);
  });
});

describe("the caller's charsets", () => {
  const cp850: CharsetDecoder = (charset, bytes) => {
    if (charset === "broken") throw new Error("broken");
    if (charset !== "ibm850" && charset !== "hz-gb-2312") return null;
    return String.fromCharCode(...bytes).replaceAll("\x81", "ü").replaceAll("\x82", "é");
  };
  decodes([
    ["a charset that it knows → decoded [fault C5]", "=?IBM850?Q?J=81rg?=", "Jürg"],
    ["words of it → joined first [fault C3, C5]", "=?ibm850?Q?=81?= =?IBM850?B?gg==?=", "üé"],
    ["one that runtimes refuse → decoded [fault C5]", "=?hz-gb-2312?Q?a=82?=", "aé"],
    ["one that it does not know → as it stands [fault C5]", "=?ibm437?Q?=81?=", "=?ibm437?Q?=81?="],
    ["one that it throws for → as unknown ones [fault C5]", "=?broken?Q?=FC?=", "ü"],
    ["controls out of it → removed [fault C5, C7]", "=?ibm850?Q?a=0D=0Ab=00?=", "a b"],
    ["a charset that the runtime knows → not asked for", "=?koi8-r?Q?=C1?=", "а"],
  ], new MailText({ decodeCharset: cp850 }));

  it("a result that is not text → ignored [fault C5]", () => {
    for (const value of [undefined, null, 5, {}, Promise.resolve("x")]) {
      const mail = new MailText({ decodeCharset: () => value as string });
      assertEquals(decodeHeader("=?ibm850?Q?a?=", mail), "=?ibm850?Q?a?=");
    }
  });

  it("two clients with different decoders → neither gets the other's text [fault C5, E4]", () => {
    const one = new MailText({ decodeCharset: () => "one" });
    const two = new MailText({ decodeCharset: () => "two" });
    const text = "=?ibm850?Q?a?=";
    const decoded = [one, two, one].map((mail) => decodeHeader(text, mail));
    assertEquals([...decoded, decodeHeader(text)], ["one", "two", "one", text]);
  });
});
