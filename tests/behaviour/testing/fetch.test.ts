import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { type RawClient, Scene } from "./raw_client.ts";

const NESTED = `Date: Mon, 01 Jun 2026 10:00:00 +0200
From: "Ann \\"A.\\" Lee" <ann@example.org>
Sender: office@example.org
To: Bob <@relay.example.net:bob@example.org>, "x y"@example.org (a comment), nobody
Cc: friends: carl@example.org, =?utf-8?Q?D=C3=B6ra?= <dora@example.org>;
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
 over two lines
Message-ID: <1@example.org>
In-Reply-To: <0@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out er"

preamble
--out er
Content-Type: text/plain; charset="utf-8"
Content-ID: <cid>

one
two
--out er
Content-Type: message/rfc822
Content-Description: forwarded

From: eve@example.net
Subject: inner
Content-Type: multipart/alternative; boundary=in

--in

plain
--in
Content-Type: text/html
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename="a b.html"
Content-Language: en, de
Content-Location: here

PGI+
--in--

--out er
Content-Type: image/png; name*=utf-8''%C3%A4.png
Content-MD5: abc

xyz
--out er--
epilogue
`;

async function scene(message: string): Promise<RawClient> {
  const it = new Scene();
  it.ann.append("INBOX", message, { flags: ["\\Seen"], date: new Date(0) });
  return await it.select();
}

/** What the server sends for one item of the only message. */
async function item(client: RawClient, name: string): Promise<string> {
  const answer = await client.command(`FETCH 1 ${name}`);
  const match = /^\* 1 FETCH \(([^]*)\)\r\nT OK FETCH completed\r\n$/.exec(answer);
  if (match === null) throw new Error(`${name}: ${answer}`);
  return match[1];
}

/** A literal with its length. */
function literal(text: string): string {
  const crlf = text.replaceAll("\n", "\r\n");
  return `{${crlf.length}}\r\n${crlf}`;
}

describe("ENVELOPE", () => {
  it("has addresses of every form", async () => {
    const client = await scene(NESTED);
    assertEquals(
      await item(client, "ENVELOPE"),
      'ENVELOPE ("Mon, 01 Jun 2026 10:00:00 +0200" "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= over two lines" ' +
        '(("Ann \\"A.\\" Lee" NIL "ann" "example.org")) ((NIL NIL "office" "example.org")) ' +
        '(("Ann \\"A.\\" Lee" NIL "ann" "example.org")) ' +
        '(("Bob" "@relay.example.net" "bob" "example.org")("a comment" NIL "x y" "example.org")' +
        '(NIL NIL "nobody" "")) ' +
        '((NIL NIL "friends" NIL)(NIL NIL "carl" "example.org")' +
        '("=?utf-8?Q?D=C3=B6ra?=" NIL "dora" "example.org")(NIL NIL NIL NIL)) ' +
        'NIL "<0@example.org>" "<1@example.org>")',
    );
    await client.close();
  });

  it("is NIL all over for a message without a header, and passes 8-bit text as a literal", async () => {
    const empty = await scene("\nno header\n");
    assertEquals(
      await item(empty, "ENVELOPE"),
      "ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
    );
    await empty.close();
    const client = await scene("Subject: \u00e4\nTo: undisclosed-recipients:;\n");
    assertEquals(
      await item(client, "ENVELOPE"),
      "ENVELOPE (NIL {2}\r\n\xc3\xa4 NIL NIL NIL " +
        '((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL)',
    );
    await client.close();
  });
});

const INNER_ENVELOPE = '(NIL "inner" ((NIL NIL "eve" "example.net")) ' +
  '((NIL NIL "eve" "example.net")) ((NIL NIL "eve" "example.net")) NIL NIL NIL NIL NIL)';

describe("BODY and BODYSTRUCTURE", () => {
  it("tell the structure", async () => {
    const client = await scene(NESTED);
    assertEquals(
      await item(client, "BODY"),
      'BODY (("text" "plain" ("charset" "utf-8") "<cid>" NIL "7bit" 8 1)' +
        `("message" "rfc822" NIL NIL "forwarded" "7bit" 288 ${INNER_ENVELOPE} ` +
        '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0)' +
        '("text" "html" NIL NIL NIL "base64" 4 0) "alternative") 16)' +
        '("image" "png" ("name*" "utf-8\'\'%C3%A4.png") NIL NIL "7bit" 3) "mixed")',
    );
    assertEquals(
      await item(client, "BODYSTRUCTURE"),
      'BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") "<cid>" NIL "7bit" 8 1 NIL NIL NIL NIL)' +
        `("message" "rfc822" NIL NIL "forwarded" "7bit" 288 ${INNER_ENVELOPE} ` +
        '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0 NIL NIL NIL NIL)' +
        '("text" "html" NIL NIL NIL "base64" 4 0 NIL ("inline" ("filename" "a b.html")) ' +
        '("en" "de") "here") "alternative" ("boundary" "in") NIL NIL NIL) 16 NIL NIL NIL NIL)' +
        '("image" "png" ("name*" "utf-8\'\'%C3%A4.png") NIL NIL "7bit" 3 "abc" NIL NIL NIL) ' +
        '"mixed" ("boundary" "out er") NIL NIL NIL)',
    );
    await client.close();
  });

  it("make something of broken messages", async () => {
    const cases: [message: string, body: string][] = [
      ["", '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)'],
      ["\nbody\n", '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1)'],
      ["Content-Type: nonsense\n\n", '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)'],
      [
        "Content-Type: multipart/mixed\n\nx",
        '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed")',
      ],
      [
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n",
        '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0)' +
        '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed")',
      ],
      [
        "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\n--bb\n--b--",
        '(("message" "rfc822" NIL NIL NIL "7bit" 18 ' +
        '(NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
        '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0) 2) "digest")',
      ],
    ];
    for (const [message, body] of cases) {
      const client = await scene(message);
      assertEquals(await item(client, "BODY"), `BODY ${body}`, JSON.stringify(message));
      await client.close();
    }
  });

  it("does not drown in nested parts", async () => {
    const client = await scene("Content-Type: message/rfc822\n\n".repeat(5000));
    assertMatch(await item(client, "BODY"), /"octet-stream"/);
    await client.close();
  });
});

describe("sections", () => {
  const cases: [section: string, answer: string][] = [
    ["1", literal("one\ntwo")],
    ["1.MIME", literal('Content-Type: text/plain; charset="utf-8"\nContent-ID: <cid>\n\n')],
    ["1.1", "NIL"],
    ["1.HEADER", "NIL"],
    ["2.HEADER.FIELDS (subject from)", literal("From: eve@example.net\nSubject: inner\n\n")],
    ["2.MIME", literal("Content-Type: message/rfc822\nContent-Description: forwarded\n\n")],
    ["2.1", literal("plain")],
    ["2.2", literal("PGI+")],
    [
      "2.2.MIME",
      literal(
        "Content-Type: text/html\nContent-Transfer-Encoding: base64\n" +
          'Content-Disposition: inline; filename="a b.html"\n' +
          "Content-Language: en, de\nContent-Location: here\n\n",
      ),
    ],
    ["2.3", "NIL"],
    [
      "2.TEXT",
      literal(
        NESTED.slice(NESTED.indexOf("--in\n"), NESTED.indexOf("\n--out er\nContent-Type: image")),
      ),
    ],
    ["3", literal("xyz")],
    ["4", "NIL"],
    ["HEADER.FIELDS (Message-ID X-None)", literal("Message-ID: <1@example.org>\n\n")],
    [
      "HEADER.FIELDS (SUBJECT)",
      literal("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n over two lines\n\n"),
    ],
    [
      "HEADER.FIELDS.NOT (Date From Sender To Cc Subject Message-ID In-Reply-To)",
      literal('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="out er"\n\n'),
    ],
    ["HEADER", literal(NESTED.slice(0, NESTED.indexOf("preamble")))],
    ["TEXT", literal(NESTED.slice(NESTED.indexOf("preamble")))],
    ["", literal(NESTED)],
  ];

  it("are found", async () => {
    const client = await scene(NESTED);
    for (const [section, answer] of cases) {
      assertEquals(await item(client, `BODY.PEEK[${section}]`), `BODY[${section}] ${answer}`);
    }
    await client.close();
  });

  it("of a message that is no multipart", async () => {
    const client = await scene("Subject: x\n\ntext\n");
    assertEquals(await item(client, "BODY[1]"), `BODY[1] ${literal("text\n")}`);
    assertEquals(await item(client, "BODY[1.MIME]"), `BODY[1.MIME] ${literal("Subject: x\n\n")}`);
    assertEquals(await item(client, "BODY[1.1]"), "BODY[1.1] NIL");
    assertEquals(await item(client, "BODY[2]"), "BODY[2] NIL");
    await client.close();
  });

  it("may be taken in part", async () => {
    const client = await scene("Subject: x\n\n0123456789");
    assertEquals(await item(client, "BODY[TEXT]<2.3>"), `BODY[TEXT]<2> ${literal("234")}`);
    assertEquals(await item(client, "BODY[TEXT]<8.100>"), `BODY[TEXT]<8> ${literal("89")}`);
    assertEquals(await item(client, "BODY[TEXT]<20.1>"), `BODY[TEXT]<20> ${literal("")}`);
    assertEquals(await item(client, "body.peek[2]<0.1>"), "BODY[2]<0> NIL");
    await client.close();
  });

  it("echo names of fields so that they can be read", async () => {
    const client = await scene("a(b: x\n\n");
    assertEquals(
      await item(client, 'BODY[HEADER.FIELDS ("a(b" plain)]'),
      `BODY[HEADER.FIELDS ("a(b" plain)] ${literal("a(b: x\n\n")}`,
    );
    await client.close();
  });
});

describe("FETCH", () => {
  it("knows the macros and the old items", async () => {
    const client = await scene("Subject: x\n\ntext\n");
    const fast = 'FLAGS (\\Seen \\Recent) INTERNALDATE "01-Jan-1970 00:00:00 +0000" RFC822.SIZE 20';
    const envelope = 'ENVELOPE (NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL)';
    const body = 'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1)';
    assertEquals(await item(client, "FAST"), fast);
    assertEquals(await item(client, "all"), `${fast} ${envelope}`);
    assertEquals(await item(client, "FULL"), `${fast} ${envelope} ${body}`);
    assertEquals(await item(client, "RFC822"), `RFC822 ${literal("Subject: x\n\ntext\n")}`);
    assertEquals(
      await item(client, "(RFC822.HEADER RFC822.TEXT UID)"),
      `RFC822.HEADER ${literal("Subject: x\n\n")} RFC822.TEXT ${literal("text\n")} UID 1`,
    );
    await client.close();
  });

  it("includes the UID with UID FETCH, once", async () => {
    const it = new Scene();
    it.fill("one", "two");
    const client = await it.select();
    assertEquals(
      await client.command("UID FETCH 2:* RFC822.SIZE"),
      "* 2 FETCH (UID 2 RFC822.SIZE 29)\r\nT OK UID FETCH completed\r\n",
    );
    assertEquals(
      await client.command("UID FETCH 1 (RFC822.SIZE UID)"),
      "* 1 FETCH (RFC822.SIZE 29 UID 1)\r\nT OK UID FETCH completed\r\n",
    );
    assertMatch(await client.command("UID FETCH 9:* UID"), /^\* 2 FETCH \(UID 2\)/);
    assertEquals(await client.command("UID FETCH 7 UID"), "T OK UID FETCH completed\r\n");
    assertEquals(
      (await client.command("FETCH 2:1,1,* UID")).match(/UID \d/g),
      ["UID 1", "UID 2"],
    );
    await client.close();
  });

  it("sets \\Seen unless it peeks, or the folder is read-only", async () => {
    const it = new Scene();
    it.fill("one", "two", "three");
    const [one, two] = [await it.select(), await it.login()];
    await two.command("EXAMINE INBOX");
    for (const peek of ["BODY.PEEK[]", "RFC822.HEADER", "ENVELOPE", "BODY", "BODY.PEEK[1]"]) {
      await one.command(`FETCH 1 ${peek}`);
    }
    assertEquals(await two.command("NOOP"), "T OK NOOP completed\r\n");
    assertMatch(await one.command("FETCH 1 BODY[]<0.1>"), / FLAGS \(\\Seen \\Recent\)\)\r\n/);
    assertMatch(await one.command("FETCH 2 (FLAGS RFC822)"), /\(FLAGS \(\\Seen \\Recent\) RFC822 /);
    assertEquals(
      await two.command("FETCH 3 BODY[HEADER.FIELDS (SUBJECT)]"),
      `* 3 FETCH (BODY[HEADER.FIELDS (SUBJECT)] ${literal("Subject: three\n\n")})\r\n` +
        "* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS (\\Seen))\r\nT OK FETCH completed\r\n",
    );
    assertEquals(await one.command("SEARCH UNSEEN"), "* SEARCH 3\r\nT OK SEARCH completed\r\n");
    await one.close();
    await two.close();
  });

  it("refuses bad syntax", async () => {
    const it = new Scene();
    const empty = await it.select();
    for (const set of ["1", "1:*", "*"]) {
      assertMatch(await empty.command(`FETCH ${set} FLAGS`), /^T BAD/, set);
    }
    assertEquals(await empty.command("UID FETCH 1:* FLAGS"), "T OK UID FETCH completed\r\n");
    it.fill("one");
    await empty.command("NOOP");
    const wrong = [
      ...[
        "1",
        "1 ",
        "1 ()",
        "1 (FLAGS",
        "1 FLAGS UID",
        "1 (ALL)",
        "1 NONSENSE",
        "2 FLAGS",
        "0 FLAGS",
      ],
      ...[
        "01 FLAGS",
        "1:2:3 FLAGS",
        "x FLAGS",
        "1 BODY[",
        "1 BODY[X]",
        "1 BODY[MIME]",
        "1 BODY[1.]",
      ],
      ...["1 BODY[0]", "1 BODY[1HEADER]", "1 BODY[.HEADER]", "1 BODY[HEADER.FIELDS]", "1 FLAGS[]"],
      ...[
        "1 BODY[HEADER.FIELDS ()]",
        "1 BODY[]<0>",
        "1 BODY[]<0.0>",
        "1 BODY.PEEK",
        "1 RFC822.PEEK[]",
      ],
      ...["1 toString", "1 BODYSTRUCTURE[]", "1 (FLAGS  UID)"],
    ];
    for (const text of wrong) assertMatch(await empty.command(`FETCH ${text}`), /^T BAD/, text);
    await empty.close();
  });
});
