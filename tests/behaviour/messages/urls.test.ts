import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  type UrlRequest,
} from "@imapclient/imapclient";
import { testExtensionCall } from "../../support/extension_call.ts";
import {
  bytesOf,
  KeptLog,
  loggedInFake,
  outcome,
  test,
  textOf,
} from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 URLAUTH URLAUTH=BINARY URL-PARTIAL";
const TOKEN = "0036b1856ba1d20fbb2c2540c2663bf1c1354ee213";
const REQUEST: UrlRequest = {
  ...{ user: "ann", host: "mail.test", folder: "INBOX", uid: 5, access: "user+bob" },
};
const RUMP = "imap://ann@mail.test/INBOX/;UID=5;URLAUTH=user+bob";
const URL = `${RUMP}:INTERNAL:${TOKEN}`;

testExtensionCall({
  ext: "URLAUTH",
  capability: "URLAUTH",
  call: (client, signal) => client.generateUrl(REQUEST, { signal }),
  sent: `GENURLAUTH "${RUMP}" INTERNAL`,
  lines: [`* GENURLAUTH "${URL}"`],
  expected: URL,
  malformed: [
    [],
    ["* GENURLAUTH"],
    ["* GENURLAUTH NIL"],
    [`* GENURLAUTH "${RUMP}"`],
    [`* GENURLAUTH "imap://ann@mail.test/INBOX/;UID=6;URLAUTH=user+bob:INTERNAL:${TOKEN}"`],
  ],
});

testExtensionCall({
  ext: "URLAUTH",
  capability: "URLAUTH",
  call: (client, signal) => client.fetchUrls(URL, { signal }),
  sent: `URLFETCH "${URL}"`,
  lines: [`* URLFETCH "${URL}" "hi"`],
  expected: [{ content: bytesOf("hi"), structure: null }],
  malformed: [
    [],
    ["* URLFETCH"],
    [`* URLFETCH "${URL}" (`],
    [`* URLFETCH "${URL}" (BODY`],
    [`* URLFETCH "imap://other/" "hi"`],
  ],
});

testExtensionCall({
  ext: "URLAUTH",
  capability: "URLAUTH",
  call: (client, signal) => client.resetUrlKey("Entwürfe", { signal }),
  sent: 'RESETKEY "Entw&APw-rfe"',
  lines: [],
  expected: "done",
  malformed: [],
});

describe("generateUrl", () => {
  const urls: readonly (readonly [Partial<UrlRequest>, string])[] = [
    [{}, RUMP],
    [{ folder: "Entwürfe/2027 plans" }, "imap://ann@mail.test/Entw%C3%BCrfe/2027%20plans/;UID=5"],
    [{ folder: "a;UID=1?b%#" }, "imap://ann@mail.test/a%3BUID=1%3Fb%25%23/;UID=5"],
    [{ folder: "/a//../b/." }, "imap://ann@mail.test/%2Fa/%2F../b/%2E/;UID=5"],
    [{ folder: "../a/../b" }, "imap://ann@mail.test/%2E%2E/a/%2E%2E/b/;UID=5"],
    [{ user: "ann@x.test" }, "imap://ann%40x.test@mail.test/INBOX"],
    [{ user: "Zoë/;" }, "imap://Zo%C3%AB%2F%3B@mail.test/INBOX"],
    [{ host: "::1", port: 1143 }, "imap://ann@[::1]:1143/INBOX"],
    [{ uidValidity: null }, "imap://ann@mail.test/INBOX/;UID=5;URLAUTH"],
    [{ uidValidity: 9 }, "imap://ann@mail.test/INBOX;UIDVALIDITY=9/;UID=5;URLAUTH"],
    [{ section: "1.2.MIME" }, ";UID=5/;SECTION=1.2.MIME;URLAUTH"],
    [{ section: "HEADER.FIELDS (A B)" }, ";UID=5/;SECTION=HEADER.FIELDS%20(A%20B);URLAUTH"],
    [{ section: "1", partial: { offset: 0, length: 99 } }, ";SECTION=1/;PARTIAL=0.99;URLAUTH"],
    [{ partial: { offset: 7 } }, ";UID=5/;PARTIAL=7;URLAUTH"],
    [
      { expires: new Date("2027-01-01T02:03:04.567+01:00") },
      ";UID=5;EXPIRE=2027-01-01T01:03:04Z;URLAUTH=user+bob",
    ],
    [{ access: "submit+ann@x" }, ";UID=5;URLAUTH=submit+ann%40x"],
    [{ access: "anonymous" }, ";URLAUTH=anonymous"],
    [{ access: "stream" }, ";URLAUTH=stream"],
  ];

  test("each field → in its place, encoded [ext URLAUTH]", async () => {
    const { client, server } = await loggedInFake(OFFERED);
    for (const [change, expected] of urls) {
      const generating = client.generateUrl({ ...REQUEST, ...change });
      const line = await server.line();
      const [, tag, rump] = /^(\w+) GENURLAUTH "([!-~]+)" INTERNAL$/.exec(line)!;
      assert(rump.includes(expected), `${rump}: ${expected}`);
      // As in the RFC's own example, in another case.
      const answer = rump.replace(";URLAUTH=", ";urlauth=");
      await server.send(`* GENURLAUTH "${answer}:internal:${TOKEN}"`, `${tag} OK done`);
      assertEquals(await generating, `${answer}:internal:${TOKEN}`);
    }
    client.shutdown();
  });

  test("what can't be part of a URL → InvalidArgumentError, nothing sent [ext URLAUTH]", async () => {
    const { client, server } = await loggedInFake(OFFERED);
    const wrong: readonly object[] = [
      ...[{ user: "" }, { user: undefined }, { user: "a\r\nb" }, { user: "\ud800" }, { user: 5 }],
      ...[{ host: "" }, { host: undefined }, { host: "a b" }, { host: "a/b" }, { host: "@" }],
      ...[{ port: 0 }, { port: 65536 }, { port: "1" }, { folder: "" }, { folder: "a\nb" }, {
        folder: new Uint8Array(3),
      }],
      ...[{ uid: 0 }, { uid: 2 ** 32 }, { uid: 1.5 }, { uid: "5" }, { uidValidity: 0 }],
      ...[{ section: "" }, { section: "1\0" }, { partial: {} }, { partial: { offset: -1 } }],
      ...[{ partial: { offset: 0, length: 0 } }, { partial: "0.5" }, { partial: [1, 2] }],
      ...[{ partial: { offset: 0, size: 5 } }, { partial: null }, { expire: new Date() }],
      ...[{ expires: new Date(NaN) }, { expires: "2027-01-01" }, { expires: new Date(8.64e15) }],
      ...[{ access: undefined }, { access: "user" }, { access: "submit+" }, { access: "a b" }],
      ...[{ access: "anonymous\r\n" }, { access: "user+a\0" }],
    ];
    for (const change of wrong) {
      const call = () => client.generateUrl({ ...REQUEST, ...change } as UrlRequest);
      await assertRejects(call, InvalidArgumentError, undefined, JSON.stringify(change));
    }
    await assertRejects(() => client.generateUrl(null as never), InvalidArgumentError);
    assert(await server.isSilent());
    client.shutdown();
    const plain = await loggedInFake("IMAP4rev1 URLAUTH");
    const partly = () =>
      plain.client.generateUrl({ ...REQUEST, partial: { offset: 0, length: 5 } });
    await assertRejects(partly, CapabilityError, "URL-PARTIAL");
    assert(await plain.server.isSilent());
    plain.client.shutdown();
  });
});

describe("fetchUrls", () => {
  const OTHER = URL.replace("UID=5", "UID=6");

  test("several URLs → in order, whatever the order and case of the answers [ext URLAUTH]", async () => {
    const { client, server } = await loggedInFake(OFFERED);
    const fetching = client.fetchUrls([URL, OTHER, URL, `${URL}0`]);
    await server.answer(
      `URLFETCH "${URL}" "${OTHER}" "${URL}" "${URL}0"`,
      `* URLFETCH "${OTHER.toLowerCase()}" NIL "${URL}" {5}\r\n(a) "`,
      `* URLFETCH imap://nobody/asked "for this" ${URL.toUpperCase()} "" ${URL}0 ~{3}\r\n\0\0\0`,
    );
    const found = await fetching;
    const texts = found.map((it) => it === null ? null : textOf(it.content));
    assertEquals(texts, ['(a) "', null, "", "\0\0\0"]);
    const lacking = client.fetchUrls([URL]);
    await server.answer(`URLFETCH "${URL}"`, `* URLFETCH "${URL}"`);
    assertEquals(await lacking, [null]);
    assertEquals(await client.fetchUrls([]), []);
    client.shutdown();
  });

  test("one without an answer → ProtocolError with what came [ext URLAUTH]", async () => {
    const { client, server } = await loggedInFake(OFFERED);
    const fetching = outcome(client.fetchUrls([URL, OTHER]));
    await server.answer(`URLFETCH "${URL}" "${OTHER}"`, `* URLFETCH "${URL}" x`);
    assertInstanceOf(await fetching, ProtocolError);
    client.shutdown();
  });

  test("several URLs are refused, as Cyrus does → one by one [ext URLAUTH]", async () => {
    const { client, server } = await loggedInFake(OFFERED);
    const fetching = client.fetchUrls([URL, OTHER]);
    const tag = await server.expect(`URLFETCH "${URL}" "${OTHER}"`);
    await server.send(`* URLFETCH "${URL}" x`, `${tag} BAD Unexpected extra arguments`);
    await server.answer(`URLFETCH "${URL}"`, `* URLFETCH "${URL}" x`);
    await server.answer(`URLFETCH "${OTHER}"`, `* URLFETCH "${OTHER}" NIL`);
    assertEquals(await fetching, [{ content: bytesOf("x"), structure: null }, null]);
    const failing = outcome(client.fetchUrls([OTHER, URL]));
    await server.send(`${await server.expect(`URLFETCH "${OTHER}" "${URL}"`)} NO later`);
    await server.send(`${await server.expect(`URLFETCH "${OTHER}"`)} NO later`);
    assertInstanceOf(await failing, ImapError);
    client.shutdown();
  });

  const STRUCTURE = '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "8BIT" 9 1)';
  for (
    const [what, answer] of [
      ["as RFC 5524 has it", `(BODYPARTSTRUCTURE ${STRUCTURE}) (BINARY {2}\r\nhi)`],
      ["as Dovecot has it", `(BODYPARTSTRUCTURE ${STRUCTURE} BINARY ~{2}\r\nhi)`],
      [
        "with an item that nobody knows",
        `(X (1 2)) (BINARY "hi") (BODYPARTSTRUCTURE ${STRUCTURE})`,
      ],
    ] as const
  ) {
    test(`decoded, and with the structure: ${what} [ext URLAUTH=BINARY]`, async () => {
      const { client, server } = await loggedInFake(OFFERED);
      const fetching = client.fetchUrls(URL, { binary: true, structure: true });
      await server.answer(
        `URLFETCH ("${URL}" BINARY BODYPARTSTRUCTURE)`,
        `* URLFETCH "${URL}" ${answer}`,
      );
      const [found] = await fetching;
      assertEquals(textOf(found!.content), "hi");
      assertEquals(found!.structure!.subtype.toLowerCase(), "plain");
      client.shutdown();
    });
  }

  test("what can't be decoded, and what is not valid [ext URLAUTH=BINARY]", async () => {
    const { client, server } = await loggedInFake("IMAP4rev1 URLFETCH=BINARY");
    const fetching = client.fetchUrls([URL, OTHER], { binary: true });
    const lines = [`* URLFETCH "${URL}" (BINARY NIL) "${OTHER}" NIL`];
    await server.answer(`URLFETCH ("${URL}" BINARY) ("${OTHER}" BINARY)`, ...lines);
    assertEquals(await fetching, [{ content: null, structure: null }, null]);
    const plain = client.fetchUrls([URL], { structure: true });
    await server.answer(
      `URLFETCH ("${URL}" BODY BODYPARTSTRUCTURE)`,
      `* URLFETCH "${URL}" (BODYPARTSTRUCTURE NIL) (BODY x)`,
    );
    assertEquals(await plain, [{ content: bytesOf("x"), structure: null }]);
    client.shutdown();
  });

  test("no URL, or the server lacks decoding → refused, nothing sent [ext URLAUTH, URLAUTH=BINARY]", async () => {
    const { client, server } = await loggedInFake("IMAP4rev1 URLAUTH");
    for (const it of ["", "http://x/y", "imap://a b", "imap://x\r\n", "imap://ü", 5, null, {}]) {
      await assertRejects(() => client.fetchUrls(it as string), InvalidArgumentError);
      await assertRejects(() => client.fetchUrls([URL, it as string]), InvalidArgumentError);
    }
    for (const options of [{ binary: true }, { structure: true }]) {
      await assertRejects(() => client.fetchUrls(URL, options), CapabilityError, "BINARY");
    }
    const wrong = () => client.fetchUrls(URL, { binary: "yes" } as object);
    await assertRejects(wrong, InvalidArgumentError);
    assert(await server.isSilent());
    client.shutdown();
  });
});

test("resetUrlKey without a folder → all keys; its code is in the text [ext URLAUTH]", async () => {
  const { client, server } = await loggedInFake(OFFERED);
  const resetting = client.resetUrlKey();
  const tag = await server.expect("RESETKEY");
  await server.send(`${tag} OK [URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==] done`);
  assertEquals(await resetting, "[URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==] done");
  client.shutdown();
});

test("a token → neither the log nor an error shows it [ext URLAUTH]", async () => {
  const log = new KeptLog();
  const { client, server } = await loggedInFake(OFFERED, { logger: log });
  const making = client.generateUrl(REQUEST);
  const tag = await server.expect(`GENURLAUTH "${RUMP}" INTERNAL`);
  await server.send(`* GENURLAUTH "${URL}"`, `${tag} OK done`);
  const url = await making;
  assertEquals(url, URL);
  const fetching = outcome(client.fetchUrls(url));
  await server.send(`${await server.expect(`URLFETCH "${URL}"`)} NO later`);
  const error = await fetching;
  assertInstanceOf(error, ImapError);
  for (const shown of [log.text, error.message, error.command ?? "", error.stack ?? ""]) {
    assert(!shown.includes(TOKEN.slice(0, 8)), shown);
  }
  assert(log.text.includes("URLAUTH=user+bob:INTERNAL:**REDACTED**"), log.text);
  client.shutdown();
});

test("a token that the server repeats, or in a URL that is refused → no error shows it [ext URLAUTH]", async () => {
  const { client, server } = await loggedInFake(`${OFFERED} CATENATE`);
  const says = [`NO not ${URL}`, `NO [BADURL ${URL}] no`, `BAD [X ${URL}] ${URL}`];
  const errors: unknown[] = [];
  for (const text of says) {
    const fetching = outcome(client.fetchUrls(URL));
    await server.send(`${await server.expect(`URLFETCH "${URL}"`)} ${text}`);
    errors.push(await fetching);
    const making = outcome(client.generateUrl(REQUEST));
    await server.send(`${await server.expect(`GENURLAUTH "${RUMP}" INTERNAL`)} ${text}`);
    errors.push(await making);
  }
  assert(errors.every((error) => (error as Error).constructor === ImapError));
  errors.push(await outcome(client.fetchUrls(`${URL} `)));
  errors.push(await outcome(client.append("x", [{ url: URL }])));
  for (const error of errors) {
    assertInstanceOf(error, ImapError);
    const { message, text, responseCode, command, stack } = error;
    const shown = JSON.stringify([message, text, responseCode, command, stack]);
    assert(!shown.includes(TOKEN.slice(0, 8)), shown);
    assert(message.includes("**REDACTED**") || error.code !== null, message);
  }
  client.shutdown();
});
