import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../src/model/errors.ts";
import type { BodyStructure } from "../../../src/model/body_structure.ts";
import { Envelope } from "../../../src/model/envelope.ts";
import { parseFetchResponse } from "../../../src/wire/parse.ts";
import { bytes, fetched, item, plain, read, shown, text } from "../../support/wire.ts";

const ITEMS: readonly (readonly [name: string, wire: string, value: unknown])[] = [
  ["J4 FLAGS", "FLAGS (\\Seen Foo $x)", ["\\Seen", "Foo", "$x"]],
  ["J4 no FLAGS", "FLAGS ()", []],
  ["J4 RFC822.SIZE", "RFC822.SIZE 44827", 44827],
  ["J4 a size beyond 32 bits", "RFC822.SIZE 8589934592", 8589934592],
  ["J4 NIL", "FOO NIL", null],
  ["J4 an unknown number", "FOO 45", 45],
  ["J4 an unknown quoted string", 'FOO "a b"', "a b"],
  ["J4 an unknown list", 'FOO (a "b" (1))', ["a", "b", [1]]],
  ["J4 an unknown literal", "FOO {3}\r\na)b", shown("a)b")],
  ["J4 a section as a literal", "BODY[TEXT] {4}\r\n\xff\r\n)", shown("\xff\r\n)")],
  ["J4 a section in quotes", 'BODY[TEXT] "a \\"b\\""', shown('a "b"')],
  ["J4 an empty section", 'BODY[TEXT] ""', shown("")],
  ["J4 a section that is not there", "BODY[2] NIL", null],
  ["J4 a section of digits", "BODY[1] 0123", shown("0123")],
  ["J4 RFC822", "RFC822 {2}\r\nab", shown("ab")],
  ["J4 RFC822.HEADER", "RFC822.HEADER NIL", null],
  ["J4 BINARY", "BINARY[1] ~{3}\r\na\x00b", shown("a\x00b")],
  ["J4 BINARY.SIZE", "BINARY.SIZE[1] 7", 7],
  ["J2 MODSEQ", "MODSEQ (9223372036854775807)", 9223372036854775807n],
  ["J4 EMAILID", "EMAILID (M6d99ac3275bb4e)", "M6d99ac3275bb4e"],
  ["J4 THREADID", "THREADID (T64b478a75b7ea9)", "T64b478a75b7ea9"],
  ["J4 PREVIEW", 'PREVIEW "Caf\xc3\xa9"', "Café"],
  ["J4 no PREVIEW", "PREVIEW NIL", null],
  ["J4 X-GM-MSGID", "X-GM-MSGID 1278455344230334865", 1278455344230334865n],
  ["J4 X-GM-THRID", "X-GM-THRID 1266894439832287888", 1266894439832287888n],
  ["K4 X-GM-LABELS", 'X-GM-LABELS (\\Inbox "\\\\Sent" foo "f\\"o\\"o" &AUE-abel {2}\r\n)x)', [
    ...["\\Inbox", "\\Sent", "foo", 'f"o"o', "Łabel", ")x"],
  ]],
  ["J7 INTERNALDATE", 'INTERNALDATE " 9-Feb-2007 17:08:08 -0430"', {
    date: "2007-02-09T21:38:08.000Z",
    offset: -270,
  }],
  ["J7 INTERNALDATE with two digits", 'INTERNALDATE "19-Feb-2007 17:08:08 +0100"', {
    date: "2007-02-19T16:08:08.000Z",
    offset: 60,
  }],
  ["J7 INTERNALDATE as a literal", "INTERNALDATE {26}\r\n19-Feb-2007 17:08:08 +0000", {
    date: "2007-02-19T17:08:08.000Z",
    offset: 0,
  }],
  ["J7 INTERNALDATE NIL", "INTERNALDATE NIL", null],
  ["J7 INTERNALDATE that can't be read", 'INTERNALDATE "soon"', null],
  ["J7 SAVEDATE", "SAVEDATE NIL", null],
];

describe("FETCH items", () => {
  for (const [name, wire, value] of ITEMS) {
    it(name, () => assertEquals(plain(item(wire)), value));
  }

  const KEYS: readonly (readonly [wire: string, key: string])[] = [
    ["flags", "FLAGS"],
    ["Rfc822.Text", "RFC822.TEXT"],
    ["BODY[HEADER.FIELDS (from subject)]", "BODY[HEADER.FIELDS (FROM SUBJECT)]"],
    ['BODY[HEADER.FIELDS ("From" "Subject")]', "BODY[HEADER.FIELDS (FROM SUBJECT)]"],
    ["body[1.2.mime]", "BODY[1.2.MIME]"],
    ["BODY[]<0>", "BODY[]<0>"],
    ["BODY[TEXT]<512>", "BODY[TEXT]<512>"],
    ["BINARY[1]<5>", "BINARY[1]<5>"],
  ];
  for (const [wire, key] of KEYS) {
    it(`J5 ${wire} is found as ${key}`, () => {
      const { items, bad } = fetched(`* 1 FETCH (${wire} NIL)`);
      assertEquals(Object.keys(items).filter((it) => it !== "SEQ"), bad === null ? [key] : []);
      if (bad !== null) assertEquals(bad.map((it) => it.name), [key]);
    });
  }

  it("J5 RFC822.TEXT and RFC822 in one response", () => {
    const { items } = fetched("* 1 FETCH (RFC822.TEXT {4}\r\ntext RFC822 {3}\r\nall)");
    assertEquals(plain(items), { SEQ: 1, "RFC822.TEXT": shown("text"), RFC822: shown("all") });
  });

  it("O6 no space after a list", () => {
    const { items, uid, bad } = fetched("* 1 FETCH (FLAGS (a)UID 5 X (b)Y 1)");
    assertEquals([items, uid, bad], [{ SEQ: 1, FLAGS: ["a"], X: ["b"], Y: 1 }, 5, null]);
  });

  it("P7 white space of any kind between items", () => {
    const { items, uid, bad } = fetched("* 1 FETCH (\tFLAGS\t(\\Seen)\t UID  5 X 1 )  ");
    assertEquals([items, uid, bad], [{ SEQ: 1, FLAGS: ["\\Seen"], X: 1 }, 5, null]);
  });
});

type Fetched = Readonly<Record<string, unknown>>;
const messages = (lines: string[], uidIsKey?: boolean) =>
  plain(Object.fromEntries(parseFetchResponse(lines.map(bytes), uidIsKey)));

const RESPONSES: readonly (readonly [string, string[], Readonly<Record<number, Fetched>>])[] = [
  ["J9 nothing in it", ["4 ()"], { 4: { SEQ: 4 } }],
  ["J9 no response", [], {}],
  ["J3 the UID is the key", ["23 (UID 76)"], { 76: { SEQ: 23 } }],
  ["J3 the UID in any place and case", ["23 (FLAGS () uId 76)"], { 76: { SEQ: 23, FLAGS: [] } }],
  ["J3 two messages", ["2 (FLAGS (a))", "7 (FLAGS (b) UID 3)"], {
    2: { SEQ: 2, FLAGS: ["a"] },
    3: { SEQ: 7, FLAGS: ["b"] },
  }],
  ["J6 responses for one message merge", ["2 (FLAGS (Foo Bar))", "2 (MODSEQ (4))"], {
    2: { SEQ: 2, FLAGS: ["Foo", "Bar"], MODSEQ: 4n },
  }],
  ["J6 the later one wins", ["2 (UID 5 FLAGS (a) X 1)", "2 (UID 5 FLAGS (b))"], {
    5: { SEQ: 2, FLAGS: ["b"], X: 1 },
  }],
  ["K2 others in between", ["11 (FLAGS (blah foo) UID 1)", "11 (UID 1 OTHER (dont))"], {
    1: { SEQ: 11, FLAGS: ["blah", "foo"], OTHER: ["dont"] },
  }],
  ["J4 mixed types", ["1 (FOO {3}\r\nbar BAR NIL BAZ 5 QUX (a))"], {
    1: { SEQ: 1, FOO: shown("bar"), BAR: null, BAZ: 5, QUX: ["a"] },
  }],
  ["J5 a partial's origin", ["1 (BODY[]<0> {3}\r\nfoo)"], {
    1: { SEQ: 1, "BODY[]<0>": shown("foo") },
  }],
  ["J5 no space after a partial's origin", ["1 (UID 1 BODY[TEXT]<20>{3}\r\nfoo FLAGS (a))"], {
    1: { SEQ: 1, "BODY[TEXT]<20>": shown("foo"), FLAGS: ["a"] },
  }],
];

describe("parseFetchResponse", () => {
  for (const [name, lines, expected] of RESPONSES) {
    it(`P1 ${name}`, () => {
      const keyed = Object.entries(expected).map(([key, value]) => [key, plain(value)]);
      assertEquals(messages(lines), Object.fromEntries(keyed));
    });
  }

  it("P1 J3 J6 with sequence numbers as keys the UID is an item", () => {
    assertEquals(messages(["23 (UID 76)", "23 (FLAGS ())"], false), {
      23: { SEQ: 23, UID: 76, FLAGS: [] },
    });
  });

  const BAD = [
    ...["abc (UID 1)", "2", "2 UID", "2 UID 5", "2 (UID)", "2 (UID X)", "2 (FLAGS)", "2 (FOO)"],
    ...["2 (UID 5 FOO", "2 (BODY[TEXT)", "2 (BODY[1] (a))", "2 (FOO {9}\r\nx)"],
  ];
  for (const line of BAD) {
    it(`P1 J8 ${JSON.stringify(line)} is a ProtocolError`, () => {
      assertThrows(() => parseFetchResponse([bytes(line)]), ProtocolError);
    });
  }
});

describe("one bad item spoils only itself", () => {
  const NONSENSE: readonly (readonly [name: string, wire: string])[] = [
    ["ENVELOPE", "x"],
    ["ENVELOPE", "NIL"],
    ["ENVELOPE", '("date" ("subject"))'],
    ["ENVELOPE", '("date" "Hello "World" again" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    ["ENVELOPE", '("date" "subject" ("not an address"))'],
    ["BODYSTRUCTURE", "NIL"],
    ["BODYSTRUCTURE", '("text" "plain" (("charset")) NIL)'],
    ["BODYSTRUCTURE", `${"(".repeat(3000)}${")".repeat(3000)}`],
    ["BODY", '"text"'],
    ["FLAGS", "\\Seen"],
    ["RFC822.SIZE", "big"],
    ["RFC822.SIZE", "(1 2)"],
    ["MODSEQ", "(-1-1)"],
    ["MODSEQ", "(x)"],
    ["MODSEQ", "(5 6)"],
    ["MODSEQ", "5.5"],
    ["MODSEQ", "(111111111111111111111)"],
    ["X-GM-LABELS", "NIL"],
    ["BODY[1]", "(a b)"],
    ["BODY[1]", '"a"b"c"'],
    ["INTERNALDATE", "(1)"],
    ["FOO", '"a"x'],
    ["FOO", `${"(".repeat(100)}${")".repeat(100)}`],
  ];
  for (const [name, wire] of NONSENSE) {
    it(`Z11 J8 ${name} ${wire.slice(0, 40)}`, () => {
      const line = `(A (1) ${name} ${wire} UID 5 B {3}\r\n("a)`;
      const { items, uid, bad } = fetched(`* 9 FETCH ${line}`);
      assertEquals(plain(items), { SEQ: 9, A: [1], B: shown('("a') });
      assertEquals(uid, 5);
      assert(bad !== null);
      assertEquals(bad.map((it) => [it.name, text(it.raw)]), [[name, wire]]);
      assertInstanceOf(bad[0].error, ProtocolError);
    });
  }

  it("Z11 J8 a UID that is no number", () => {
    const { uid, bad, items } = fetched("* 9 FETCH (UID x FLAGS (a))");
    assertEquals([uid, bad?.[0].name, items.FLAGS], [null, "UID", ["a"]]);
  });

  it("Z11 J8 a value that is missing at the end", () => {
    const { items, bad } = fetched("* 9 FETCH (FLAGS (a) BODY[1])");
    assertEquals(items.FLAGS, ["a"]);
    assertEquals(bad?.map((it) => [it.name, text(it.raw)]), [["BODY[1]", ""]]);
  });

  it("Z11 a flood of bad items is abandoned, and earlier items are kept", () => {
    const response = read(`* 1 FETCH (UID 7 ${"(1) ".repeat(100_000)})`);
    assert(response.kind === "untagged" && response.type === "FETCH");
    assertEquals(response.uid, 7);
    assert(response.bad!.length < 200, `${response.bad!.length}`);
  });

  it("Z11 several bad items", () => {
    const { items, bad } = fetched("* 9 FETCH (ENVELOPE 1 X 1 BODY 2 Y {1}\r\n) FLAGS 3)");
    assertEquals(plain(items), { SEQ: 9, X: 1, Y: shown(")") });
    assertEquals(bad?.map((it) => [it.name, text(it.raw)]), [
      ...[["ENVELOPE", "1"], ["BODY", "2"], ["FLAGS", "3"]],
    ]);
  });

  it("Z11 if an item's end can't be found, earlier items are kept", () => {
    const { items, uid, bad } = fetched(
      '* 9 FETCH (UID 5 FLAGS (a) ENVELOPE ("odd" "number"of "x)',
    );
    assertEquals([items, uid], [{ SEQ: 9, FLAGS: ["a"] }, 5]);
    assertEquals(bad?.map((it) => it.name), ["ENVELOPE"]);
  });

  it("Z11 a response that is cut short keeps what it has", () => {
    const { items, uid } = fetched("* 9 FETCH (UID 5 FLAGS (a)");
    assertEquals([items, uid], [{ SEQ: 9, FLAGS: ["a"] }, 5]);
  });

  it("Z11 any item may go wrong in any way", () => {
    const bad = fc.constantFrom(
      "x",
      "(",
      ")",
      '"',
      "NIL",
      "5",
      " ",
      "\\",
      "[",
      "{1}\r\n)",
      "<",
      "\t",
    );
    const name = fc.constantFrom("ENVELOPE", "BODYSTRUCTURE", "FLAGS", "BODY[1]", "INTERNALDATE");
    fc.assert(
      fc.property(name, fc.array(bad, { maxLength: 12 }), (name, wire) => {
        const response = fetched(`* 9 FETCH (UID 5 KEEP "1" ${name} ${wire.join("")}`);
        assertEquals([response.uid, response.items.KEEP], [5, "1"]);
      }),
      { numRuns: 2000 },
    );
  });
});

const ANN = '(("Ann" NIL "ann" "x.org"))';

function envelope(wire: string): Envelope {
  const value = item(`ENVELOPE ${wire}`);
  assertInstanceOf(value, Envelope);
  return value;
}

describe("ENVELOPE", () => {
  it("O4 every field", () => {
    const all = envelope(
      '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "=?utf-8?q?Caf=C3=A9?= \\"x\\"" ' +
        '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "s" "x.org")) ' +
        '((NIL NIL "r" "x.org")) ((NIL NIL "a" "x.org")("B" NIL "b" "x.org")) ' +
        '((NIL "@relay" "c" "x.org")) NIL "<before@x.org>" {12}\r\n<this@x.org>)',
    );
    const address = (mailbox: string, name: string | null = null, route: string | null = null) => {
      return { name, route, mailbox, host: "x.org" };
    };
    assertEquals(plain(all), {
      date: { date: "1996-07-17T09:23:25.000Z", offset: -420 },
      subject: 'Café "x"',
      from: [{ name: "Terry Gray", route: null, mailbox: "gray", host: "cac.washington.edu" }],
      sender: [address("s")],
      replyTo: [address("r")],
      to: [address("a"), address("b", "B")],
      cc: [address("c", null, "@relay")],
      bcc: null,
      inReplyTo: "<before@x.org>",
      messageId: "<this@x.org>",
    });
    assertEquals(all.raw.subject, '=?utf-8?q?Caf=C3=A9?= "x"');
    assertEquals(all.date?.raw, "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)");
  });

  it("O4 nothing in it", () => {
    const nothing = envelope(`(${"NIL ".repeat(10).trim()})`);
    assertEquals(new Set(Object.values(nothing.toJSON())), new Set([null]));
  });

  for (const date of ["NIL", '""', '"yesterday"', '"00-Jan-0000 00:00:00 +0000"', "12345"]) {
    it(`O4 a date that is absent or can't be read is null: ${date}`, () => {
      const { date: read, subject } = envelope(
        `(${date} "s" NIL NIL NIL NIL NIL NIL NIL NIL)`,
      );
      assertEquals([read, subject], [null, "s"]);
    });
  }

  it("O3 group syntax", () => {
    const { to } = envelope(
      '(NIL NIL NIL NIL NIL ((NIL NIL "Friends" NIL)("Ann" NIL "ann" "x.org")' +
        '(NIL NIL "bob" "x.org")(NIL NIL NIL NIL)) NIL NIL NIL NIL)',
    );
    assertEquals(to?.map((it) => [it.mailbox, it.host]), [
      ...[["Friends", null], ["ann", "x.org"], ["bob", "x.org"], [null, null]],
    ]);
    assertEquals(to?.join("; "), "Friends; Ann <ann@x.org>; bob@x.org; ");
  });

  it("O4 NIL in address lists is left out (0.13, MailKit #991)", () => {
    const { from, to, cc } = envelope(
      '(NIL NIL (NIL ("A" NIL "a" "x.org") NIL) NIL NIL (NIL) () NIL NIL NIL)',
    );
    assertEquals([`${from}`, to, cc], ["A <a@x.org>", null, null]);
  });

  it("pains 10: cut short (IMAPClient #347)", () => {
    const short = envelope(`("1 Jan 2020 00:00:00 +0000" "s" ${ANN})`);
    assertEquals([short.subject, `${short.from}`, short.to, short.messageId], [
      ...["s", "Ann <ann@x.org>", null, null],
    ]);
    assertEquals(envelope("()").subject, null);
  });

  it("pains 10: nine fields, In-Reply-To missing (MailKit #932)", () => {
    const nine = envelope(`(NIL "s" ${ANN} NIL NIL NIL NIL NIL "<id@x.org>")`);
    assertEquals([nine.subject, nine.messageId], ["s", null]);
  });

  it("pains 10: no Message-ID (MailKit #669)", () => {
    assertEquals(envelope(`(NIL "s" ${ANN} NIL NIL NIL NIL NIL NIL NIL)`).messageId, null);
  });

  it("pains 10: more fields than there are", () => {
    const more = envelope('(NIL "s" NIL NIL NIL NIL NIL NIL NIL "<id>" "more" (x (y)))');
    assertEquals([more.subject, more.messageId], ["s", "<id>"]);
  });

  it("pains 10: an address of five tokens (MailKit #1369), or of three", () => {
    const { from, to } = envelope(
      '(NIL NIL (("A" NIL "a" "x.org" "extra")) NIL NIL (("B" NIL "b")) NIL NIL NIL NIL)',
    );
    assertEquals([`${from}`, `${to}`], ["A <a@x.org>", "B <b>"]);
  });

  it("pains 10: .MISSING-HOST-NAME. is kept as it came (MailKit #1451)", () => {
    const { from } = envelope(
      '(NIL NIL ((NIL NIL "ann" ".MISSING-HOST-NAME.")) NIL NIL NIL NIL NIL NIL NIL)',
    );
    assertEquals(`${from}`, "ann@.MISSING-HOST-NAME.");
  });

  it("pains 10: unquoted words, numbers and 8-bit text", () => {
    const odd = envelope(
      '(NIL 12345 ((Ann nil ann x.org)) NIL NIL (("J\xfcrg" NIL "j" "x")) NIL NIL NIL a)',
    );
    assertEquals([odd.subject, `${odd.from}`, `${odd.to}`, odd.messageId], [
      ...["12345", "Ann <ann@x.org>", "Jürg <j@x>", "a"],
    ]);
  });

  it("pains 10: white space between addresses (Domino) and none between fields", () => {
    const { from, to } = envelope(
      '( NIL  "s"(("A" NIL "a" "x") ("B" NIL "b" "x") )NIL NIL((NIL NIL "c" "x"))NIL NIL NIL NIL )',
    );
    assertEquals([`${from}`, `${to}`], ["A <a@x>,B <b@x>", "c@x"]);
  });

  it("pains 11: Domino's own parentheses around items (MailKit #943)", () => {
    const { items, uid, bad } = fetched(
      "* 2 FETCH (UID 14935 (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)) FLAGS (a))",
    );
    assertInstanceOf(items.ENVELOPE, Envelope);
    assertEquals([items.FLAGS, uid, bad], [["a"], 14935, null]);
  });
});

function structure(wire: string): BodyStructure {
  const value = item(`BODYSTRUCTURE ${wire}`);
  assert(typeof value === "object" && value !== null && "isMultipart" in value);
  return value as BodyStructure;
}

/** A structure in short form: `mixed[1 text/plain, 2 message/rfc822{2.1 text/plain}]`. */
function outline(body: BodyStructure): string {
  const name = body.isMultipart ? body.subtype : `${body.type}/${body.subtype}`;
  const inner = body.isMultipart
    ? `[${body.parts.map(outline).join(", ")}]`
    : body.body === null
    ? ""
    : `{${outline(body.body)}}`;
  return `${body.part} ${name}${inner}`.trim();
}

const TEXT = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 16 1)';
const HTML = '("text" "html" NIL NIL NIL "7bit" 16 1)';
const NILS = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
const MESSAGE = (body: string) => `("message" "rfc822" NIL NIL NIL "7bit" 99 ${NILS} ${body} 5)`;

const STRUCTURES: readonly (readonly [name: string, wire: string, outline: string])[] = [
  ["O5 a single part", TEXT, "1 text/plain"],
  ["O5 an attachment", '("IMAGE" "PNG" NIL NIL NIL "BASE64" 4554)', "1 image/png"],
  [
    "O6 two parts",
    '(("text" "html" ("charset" "us-ascii") NIL NIL "quoted-printable" 55 3)' +
    '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 26 1) ' +
    '"mixed" ("boundary" "===============1534046211=="))',
    "mixed[1 text/html, 2 text/plain]",
  ],
  ["O6 with spaces between", `( ${TEXT} ${HTML} "mixed" )`, "mixed[1 text/plain, 2 text/html]"],
  [
    "O6 alternative in mixed, with extensions, #91",
    `((${TEXT}${HTML} "ALTERNATIVE" ("BOUNDARY" "a") NIL NIL)` +
    `("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 999 NIL ("attachment" ` +
    '("filename" "a.pdf")) NIL NIL) "MIXED" ("BOUNDARY" "b") NIL NIL NIL)',
    "mixed[1 alternative[1.1 text/plain, 1.2 text/html], 2 application/pdf]",
  ],
  [
    "O5 deeply nested",
    `((((${TEXT} "a")${HTML} "b")${TEXT} "c")${HTML} "d")`,
    "d[1 c[1.1 b[1.1.1 a[1.1.1.1 text/plain], 1.1.2 text/html], 1.2 text/plain], 2 text/html]",
  ],
  ["O5 a message in a message", MESSAGE(TEXT), "1 message/rfc822{1.1 text/plain}"],
  [
    "O5 a multipart message in a part",
    `(${TEXT}${MESSAGE(`(${TEXT}${HTML} "alternative")`)} "mixed")`,
    "mixed[1 text/plain, 2 message/rfc822{2 alternative[2.1 text/plain, 2.2 text/html]}]",
  ],
  [
    "O5 RFC 9051 section 6.4.5.1",
    `(${TEXT}("application" "octet-stream" NIL NIL NIL "7bit" 1)` +
    MESSAGE(`(${TEXT}("application" "octet-stream" NIL NIL NIL "7bit" 1) "mixed")`) +
    `(("image" "gif" NIL NIL NIL "7bit" 1)` +
    MESSAGE(`(${TEXT}(${TEXT}("text" "richtext" NIL NIL NIL "7bit" 1 1) "alternative") "mixed")`) +
    ' "mixed") "mixed")',
    "mixed[1 text/plain, 2 application/octet-stream, " +
    "3 message/rfc822{3 mixed[3.1 text/plain, 3.2 application/octet-stream]}, " +
    "4 mixed[4.1 image/gif, 4.2 message/rfc822{4.2 mixed[4.2.1 text/plain, " +
    "4.2.2 alternative[4.2.2.1 text/plain, 4.2.2.2 text/richtext]]}]]",
  ],
  [
    "O5 message/global",
    MESSAGE(TEXT).replace("rfc822", "global"),
    "1 message/global{1.1 text/plain}",
  ],
  ["O5 literals", "({4}\r\ntext {5}\r\nplain NIL NIL NIL {4}\r\n7bit 1 1)", "1 text/plain"],

  // Pains section 10.
  [
    "Gmail: a bare subtype (MailKit #1841)",
    MESSAGE('("ALTERNATIVE")'),
    "1 message/rfc822{1.1 alternative[]}",
  ],
  [
    "Gmail: a subtype with parameters (MailKit #205, go-imap #701)",
    `(("ALTERNATIVE" ("BOUNDARY" "a") NIL NIL)${HTML} "ALTERNATIVE" ("BOUNDARY" "a") NIL NIL)`,
    "alternative[1 alternative[], 2 text/html]",
  ],
  [
    "Gmail: a subtype with a disposition (MailKit #371)",
    `(${TEXT}("RELATED" NIL ("ATTACHMENT" NIL) NIL)("RELATED" NIL ("ATTACHMENT" NIL) NIL) "MIXED")`,
    "mixed[1 text/plain, 2 related[], 3 related[]]",
  ],
  [
    "QQ: NIL for the parts (MailKit #1393)",
    MESSAGE('(NIL "alternative" ("boundary" "a") NIL NIL NIL)'),
    "1 message/rfc822{1.1 alternative[]}",
  ],
  [
    "Domino: () for a message (MailKit #944)",
    `(${TEXT}${MESSAGE("()")} "report")`,
    "report[1 text/plain, 2 message/rfc822{2.1 application/octet-stream}]",
  ],
  ["NIL for a message", MESSAGE("NIL"), "1 message/rfc822"],
  [
    "a message without its structure",
    '("message" "rfc822" NIL NIL NIL "7bit" 9)',
    "1 message/rfc822",
  ],
  [
    "a multipart as a part (MailKit #823)",
    `(${TEXT}("multipart" "appledouble" ("boundary" "a") NIL NIL "7BIT" -1 NIL NIL NIL NIL) "mixed")`,
    "mixed[1 text/plain, 2 multipart/appledouble]",
  ],
  [
    "Yandex: the size is missing (MailKit #1861)",
    '("text" "plain" NIL NIL NIL "7bit")',
    "1 text/plain",
  ],
  ["everything is missing", "()", "1 application/octet-stream"],
  ["everything is NIL", "(NIL NIL NIL NIL NIL NIL NIL)", "1 application/octet-stream"],
  ["the subtype is NIL", '("text" NIL NIL NIL NIL "7bit" 5 1)', "1 text/octet-stream"],
];

describe("BODYSTRUCTURE", () => {
  for (const [name, wire, expected] of STRUCTURES) {
    it(name, () => {
      assertEquals(outline(structure(wire)), expected);
      assertEquals(plain(item(`BODY ${wire}`)), plain(structure(wire)));
    });
  }

  it("O5 every field of a part", () => {
    const part = structure(
      '("TEXT" "Plain" ("CHARSET" "utf-8" "Format" "flowed") "<id@x>" "=?utf-8?q?Caf=C3=A9?=" ' +
        '"QUOTED-PRINTABLE" 1152 23 "md5" ("ATTACHMENT" ("FileName" "a b.txt")) ("de" "en") ' +
        '"http://x/" "more" (1 2))',
    );
    assertEquals(plain(part), {
      isMultipart: false,
      type: "text",
      subtype: "plain",
      part: "1",
      id: "<id@x>",
      description: "Café",
      encoding: "quoted-printable",
      size: 1152,
      lines: 23,
      envelope: null,
      body: null,
      md5: "md5",
      params: { charset: "utf-8", format: "flowed" },
      disposition: { type: "attachment", params: { filename: "a b.txt" } },
      language: ["de", "en"],
      location: "http://x/",
      extensions: ["more", [1, 2]],
    });
  });

  it("O5 every field of a multipart", () => {
    const { isMultipart, ...fields } = structure(
      `(${TEXT} "MIXED" ("BOUNDARY" "b") ("inline" NIL) "en" "loc" ("x" 5) NIL)`,
    );
    assert(isMultipart);
    const { parts: _, ...own } = plain(fields) as Record<string, unknown>;
    assertEquals(own, {
      type: "multipart",
      subtype: "mixed",
      part: "",
      params: { boundary: "b" },
      disposition: { type: "inline", params: {} },
      language: ["en"],
      location: "loc",
      extensions: [["x", 5], null],
    });
  });

  it("O5 the message in a part has its envelope and its lines", () => {
    const part = structure(
      `("message" "rfc822" NIL NIL NIL "7bit" 99 (NIL "inner" ${ANN} NIL NIL NIL NIL NIL NIL NIL) ` +
        `${TEXT} 5 NIL ("attachment" NIL))`,
    );
    assert(!part.isMultipart);
    assertEquals(part.envelope?.subject, "inner");
    assertEquals([part.size, part.lines, part.disposition?.type], [99, 5, "attachment"]);
  });

  it("O5 a part of no text has no lines", () => {
    const part = structure('("image" "png" NIL NIL NIL "base64" 99 "md5" NIL NIL NIL)');
    assert(!part.isMultipart);
    assertEquals([part.lines, part.md5, part.disposition], [null, "md5", null]);
  });

  const part = (rest: string) => {
    const body = structure(`("text" "plain" ${rest})`);
    assert(!body.isMultipart);
    return body;
  };

  it("pains 10: Exchange's bare disposition (MailKit #503, #919)", () => {
    const body = part('NIL NIL NIL "7bit" 850 31 NIL "inline" NIL NIL');
    assertEquals(plain(body.disposition), { type: "inline", params: {} });
    assertEquals([body.lines, body.language, body.extensions], [31, null, []]);
  });

  it("pains 10: () for the location (MailKit #1700)", () => {
    const body = part('NIL NIL NIL "7bit" 8 1 NIL NIL NIL () 7');
    assertEquals([body.location, body.extensions], [null, [7]]);
  });

  for (const size of ["-1", "-2", "NIL", '"x"']) {
    it(`pains 10: ${size} for the size (go-imap #534, MailKit #385)`, () => {
      const body = part(`NIL NIL NIL "7bit" ${size} ${size} "md5"`);
      assertEquals([body.size, body.lines, body.md5], [0, null, "md5"]);
    });
  }

  it("pains 11: mail.ru's decimals (MailKit #1838)", () => {
    const body = part('NIL NIL NIL "base64" 9.3736e+06 1.86931e+06');
    assertEquals([body.size, body.lines], [9373600, 1869310]);
  });

  it("pains 10: NIL for a parameter's value (mail.ru, MailKit #124) or name", () => {
    const body = part('("charset" NIL NIL "x" "name") NIL NIL "7bit" 8 1');
    assertEquals(plain(body.params), { charset: "", "": "x", name: "" });
  });

  it("pains 10: no encoding, no parameters", () => {
    assertEquals(part("NIL NIL NIL NIL 8 1").encoding, "7bit");
    assertEquals(plain(part('() NIL NIL "" 8 1').params), {});
    assertEquals(part('"stray" NIL NIL "8bit" 8 1').encoding, "8bit");
  });

  it("a parameter may have any name", () => {
    const { params } = part('("__proto__" "x" "constructor" "y") NIL NIL "7bit" 8 1');
    assertEquals(Object.keys(params), ["__proto__", "constructor"]);
  });

  it("pains 10: a subtype with a disposition keeps it (MailKit #371)", () => {
    const body = structure(`(${TEXT}("RELATED" NIL ("ATTACHMENT" NIL) NIL) "MIXED")`);
    assert(body.isMultipart);
    assertEquals(body.parts[1].disposition?.type, "attachment");
  });

  it("Z11 lists 64 deep pass, deeper ones are bad items", () => {
    const nested = (depth: number) =>
      `${"(".repeat(depth)}"text" "plain"${' "mixed")'.repeat(depth)}`;
    assertEquals(structure(nested(60)).isMultipart, true);
    assertThrows(() => structure(nested(65)), ProtocolError, "nested deeper than 64");
    assertThrows(() => structure(nested(100_000)), ProtocolError, "nested deeper than 64");
  });
});

describe("pains 11, FETCH", () => {
  it("MODSEQ 0 (MailKit #228)", () => assertEquals(item("MODSEQ (0)"), 0n));

  const MODSEQS: readonly (readonly [wire: string, modseq: bigint | null])[] = [
    ["77", 77n],
    ["0", 0n],
    ["18446744073709551615", 18446744073709551615n],
    ["( 77 )", 77n],
    ["(-1)", null],
    ["-1", null],
    ["(-9223372036854775808)", null],
    ["()", null],
    ["NIL", null],
    ["(NIL)", null],
  ];
  for (const [wire, modseq] of MODSEQS) {
    it(`MODSEQ ${wire} → ${modseq} (Zoho, MailKit #1686) [fault C18]`, () => {
      for (const line of [`MODSEQ ${wire} FLAGS (a)`, `FLAGS (a) MODSEQ ${wire}`]) {
        const { items, bad } = fetched(`* 1 FETCH (${line})`);
        assertEquals([items.MODSEQ, items.FLAGS, bad], [modseq, ["a"], null] as unknown);
      }
    });
  }

  for (
    const [wire, id] of [["(M1)", "M1"], ["M1", "M1"], ["(0012)", "0012"], ['"M1"', "M1"]] as const
  ) {
    it(`EMAILID and THREADID ${wire} → ${id}`, () => {
      assertEquals([item(`EMAILID ${wire}`), item(`THREADID ${wire}`)], [id, id]);
    });
  }

  it("THREADID NIL, in parentheses too → null; EMAILID NIL → unreadable", () => {
    assertEquals([item("THREADID NIL"), item("THREADID (NIL)")], [null, null]);
    assertThrows(() => item("EMAILID NIL"), ProtocolError);
  });

  it("MODSEQ without a value spoils only itself", () => {
    const { items, bad } = fetched("* 1 FETCH (FLAGS (a) MODSEQ)");
    assertEquals([items.FLAGS, bad?.[0].name], [["a"], "MODSEQ"]);
  });

  it("quoted flags (MailKit #771)", () => {
    assertEquals(item('FLAGS ("\\\\Seen" "a b")'), ["\\Seen", "a b"]);
  });

  it("NIL for FLAGS (MailKit #1042)", () => assertEquals(item("FLAGS NIL"), []));

  it("brackets in flags (MailKit #193, #222)", () => {
    assertEquals(item("FLAGS ([x] a[b c] [d \\Seen)"), ["[x]", "a[b", "c]", "[d", "\\Seen"]);
  });

  it("a plus in a label (MailKit #1956)", () => {
    assertEquals(item('X-GM-LABELS (+a "b+c" [d]/e)'), ["+a", "b+c", "[d]/e"]);
  });

  it("NIL for THREADID (imapflow #353)", () => assertEquals(item("THREADID NIL"), null));

  it("Yandex: a section without a value (MailKit #1708)", () => {
    const { uid, bad } = fetched("* 1 FETCH (UID 5 BODY[1.MIME] )");
    assertEquals([uid, bad?.[0].name], [5, "BODY[1.MIME]"]);
  });

  it("a negative size (go-imap #534)", () => assertEquals(item("RFC822.SIZE -1"), 0));
});
