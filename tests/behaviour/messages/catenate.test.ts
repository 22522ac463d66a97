// Messages in pieces: CATENATE, and what is joined here; literal8.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  type MessageContent,
  messageUrl,
} from "../../../mod.ts";
import { connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";
import { bytes } from "../../support/wire.ts";

const ALL = "IMAP4rev1 LITERAL+ CATENATE URL-PARTIAL MULTIAPPEND BINARY UIDPLUS";
const URL = { url: "/Drafts;UIDVALIDITY=9/;UID=20/;SECTION=1.2" };

function stream(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller): void {
      for (const chunk of chunks) controller.enqueue(bytes(chunk));
      controller.close();
    },
  });
}

/** An append that must be sent as `expected`. */
async function assertSent(
  msg: MessageContent,
  expected: string,
  capabilities = ALL,
): Promise<void> {
  const { client, server } = await selectFake({}, capabilities);
  const appended = client.append("x", msg);
  let text = "";
  const sent = () => text.slice(text.indexOf(" ") + 1);
  while (sent().length < expected.length + 2) text += await server.chunk();
  assertEquals(sent(), `${expected}\r\n`);
  await server.send(`${text.slice(0, text.indexOf(" "))} OK [APPENDUID 1 7] done`);
  assertEquals(await appended, { text: "[APPENDUID 1 7] done", uidValidity: 1, uid: 7 });
  client.shutdown();
}

test("append: pieces with a URL → sent in order [ext CATENATE]", async () => {
  const pieces = ["Subject: a\n\n", URL, bytes("\nb"), { stream: stream("c", "d"), size: 2 }];
  await assertSent(
    pieces,
    'APPEND "x" () CATENATE (TEXT {14+}\r\nSubject: a\r\n\r\n URL "/Drafts;UIDVALIDITY=9/;UID=20/' +
      ';SECTION=1.2" TEXT {2+}\r\n\nb TEXT {2+}\r\ncd)',
  );
});

test("append: a location in place of a URL; empty pieces are left out [ext CATENATE]", async () => {
  const url = { folder: "Entwürfe", uid: 2, section: "HEADER", partial: { offset: 3 } };
  const empty = { stream: stream(), size: 0 };
  await assertSent(
    ["", { url }, empty, { url: messageUrl({ folder: "b", uid: 1 }) }],
    'APPEND "x" () CATENATE (URL "/Entw%C3%BCrfe/;UID=2/;SECTION=HEADER/;PARTIAL=3" ' +
      'URL "/b/;UID=1")',
  );
});

test("append: pieces without a URL → joined here, on any server [ext CATENATE]", async () => {
  const plain = ["Subject: a\r\n\r\n", bytes("b"), "c"];
  const expected = 'APPEND "x" () {16+}\r\nSubject: a\r\n\r\nbc';
  for (const capabilities of [ALL, "IMAP4rev1 LITERAL+"]) {
    await assertSent(plain, expected, capabilities);
    const streams = [plain[0], { stream: stream("", "b"), size: 1 }, "c"];
    await assertSent(streams, expected, capabilities);
  }
  await assertSent([{ stream: stream("ab"), size: 2 }], 'APPEND "x" () {2+}\r\nab');
  await assertSent(["", ""], 'APPEND "x" () {0+}\r\n');
});

test("append: a NUL → literal8, in every piece [ext LITERAL8]", async () => {
  await assertSent("a\0", 'APPEND "x" () ~{2+}\r\na\0');
  const binary = { stream: stream("a\0", "b"), size: 3, binary: true };
  await assertSent(binary, 'APPEND "x" () ~{3+}\r\na\0b');
  await assertSent(["a", bytes("\0")], 'APPEND "x" () ~{2+}\r\na\0');
  const other = { stream: stream("c"), size: 1 };
  await assertSent(["a\0", other], 'APPEND "x" () ~{3+}\r\na\0c');
  const last = { stream: stream("d\0"), size: 2, binary: true };
  await assertSent(
    ["a", URL, { stream: stream("c"), size: 1 }, last],
    `APPEND "x" () CATENATE (TEXT ~{1+}\r\na URL "${URL.url}" TEXT ~{1+}\r\nc TEXT ~{2+}\r\nd\0)`,
  );
  // A stream that may have NULs and has none is still one.
  const none = { stream: stream("a"), size: 1, binary: true };
  await assertSent(none, 'APPEND "x" () ~{1+}\r\na');
});

test("append: a NUL without BINARY → refused, nothing is sent [ext LITERAL8]", async () => {
  for (const capabilities of ["IMAP4rev1 CATENATE", "IMAP4rev2 CATENATE"]) {
    const { client, server } = await selectFake({}, capabilities);
    const messages: MessageContent[] = [
      ...["a\0", ["a", "b\0"], ["a\0", URL], [URL, bytes("\0")]],
      ["a\0", { stream: stream("b"), size: 1 }],
    ];
    for (const msg of messages) {
      await assertRejects(() => client.append("x", msg), InvalidArgumentError, "NUL");
    }
    const binary = { stream: stream("a"), size: 1, binary: true };
    for (const msg of [binary, ["x", binary], [URL, binary]]) {
      await assertRejects(() => client.append("x", msg), CapabilityError, "BINARY");
    }
    assert(await server.isSilent());
    client.shutdown();
  }
});

test("append: a stream with a NUL that was not announced → ImapAbortError [ext LITERAL8]", async () => {
  const { client, server } = await selectFake({}, ALL);
  const failing = outcome(client.append("x", [URL, { stream: stream("a\0"), size: 2 }]));
  await server.expect(`APPEND "x" () CATENATE (URL "${URL.url}" TEXT {2+}`);
  const error = await failing;
  assertInstanceOf(error, ImapAbortError);
  assert(await server.isOver());
});

test("append: UNKNOWN-CTE for a NUL → the server's error [ext LITERAL8]", async () => {
  const { client, server } = await selectFake({}, ALL);
  const failing = outcome(client.append("x", ["a\0", URL]));
  const tag = await server.expect('APPEND "x" () CATENATE (TEXT ~{2+}');
  assertEquals(await server.line(), `a\0 URL "${URL.url}")`);
  await server.send(`${tag} NO [UNKNOWN-CTE] not here`);
  const error = await failing;
  assertInstanceOf(error, ImapError);
  assertEquals(error.code, "UNKNOWN-CTE");
  client.shutdown();
});

test("append: a URL without CATENATE → CapabilityError, nothing is sent [ext CATENATE]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MULTIAPPEND URL-PARTIAL");
  await assertRejects(() => client.append("x", ["a", URL]), CapabilityError, "CATENATE");
  await assertRejects(
    () => client.multiappend("x", ["a", ["b", URL]]),
    CapabilityError,
    "CATENATE",
  );
  const other = await selectFake({}, "IMAP4rev1 CATENATE");
  const url = { folder: "x", uid: 1, partial: { offset: 0, length: 4 } };
  for (const it of [url, messageUrl(url)]) {
    await assertRejects(
      () => other.client.append("x", [{ url: it }]),
      CapabilityError,
      "URL-PARTIAL",
    );
  }
  assert(await server.isSilent());
  assert(await other.server.isSilent());
  client.shutdown();
  other.client.shutdown();
});

test("append: what is no message → InvalidArgumentError, nothing is sent [ext CATENATE]", async () => {
  const { client, server } = await selectFake({}, `${ALL} APPENDLIMIT=5`);
  const locked = stream("a");
  locked.getReader();
  const bad: readonly unknown[] = [
    ...[[], [[]], [["a"]], [1], [null], [undefined], [{}], URL, { url: {} }, [{ url: {} }]],
    ...["imap://a.test/x/;UID=1", "/x/;UID=0", ";UID=1", "//a/x/;UID=1", '/x"\r\nz/;UID=1', "", 7]
      .map((url) => [{ url }]),
    ...[null, undefined, { folder: "x", uid: -1 }, { folder: "x", uid: 1, section: ")" }]
      .map((url) => [{ url }]),
    ...[["\ud800"], ["abc", "def"], ["abcdef", URL], ["abc", { stream: stream("defg"), size: 4 }]],
    ...[["a", { stream: locked, size: 1 }], ["a", { stream: stream("a"), size: -1 }]],
    ...[["a", { stream: "a", size: 1 }], ["a", { stream: stream("a") }], new Map(), new Set(["a"])],
  ];
  for (const msg of bad) {
    const append = () => client.append("x", msg as MessageContent);
    await assertRejects(append, InvalidArgumentError);
    const several = () => client.multiappend("x", [msg as MessageContent]);
    await assertRejects(several, InvalidArgumentError);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("append: BADURL and TOOBIG → the server's error, with the URL [ext CATENATE]", async () => {
  const { client, server } = await selectFake({}, ALL);
  const answers: readonly (readonly [says: string, code: string, url?: string])[] = [
    [`NO [BADURL ${URL.url}] no such part`, "BADURL", URL.url],
    [`NO [BADURL "${URL.url}"] no such part`, "BADURL", URL.url],
    ["NO [BADURL] which?", "BADURL"],
    ["NO [TOOBIG] too much", "TOOBIG"],
    ["BAD [CLIENTBUG] what?", "CLIENTBUG"],
  ];
  for (const [says, code, url] of answers) {
    const failing = outcome(client.append("x", [URL]));
    const tag = await server.expect(`APPEND "x" () CATENATE (URL "${URL.url}")`);
    await server.send(`${tag} ${says}`);
    const error = await failing;
    assertInstanceOf(error, ImapError);
    assertEquals([error.code, error.responseCode?.url], [code, url]);
  }
  client.shutdown();
});

test("append: NO in place of a + within CATENATE → the client goes on [ext CATENATE]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 CATENATE");
  let cancelled = 0;
  const rest = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
  const failing = outcome(client.append("x", ["a", URL, { stream: rest, size: 4 }, "b"]));
  const tag = await server.expect('APPEND "x" () CATENATE (TEXT {1}');
  await server.send("+ go on");
  assertEquals(await server.line(), `a URL "${URL.url}" TEXT {4}`);
  await server.send("* 3 EXISTS", `${tag} NO [BADURL ${URL.url}] gone`);
  assertInstanceOf(await failing, ImapError);
  assertEquals(cancelled, 1);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("append: an abort, a cut, another answer in between [ext CATENATE]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 CATENATE");
  const pieces = ["a", URL];
  const early = new AbortController();
  early.abort(new Error("enough"));
  await assertRejects(
    () => client.append("x", pieces, { signal: early.signal }),
    Error,
    "enough",
  );
  const controller = new AbortController();
  const aborted = outcome(client.append("x", pieces, { signal: controller.signal }));
  const tag = await server.expect('APPEND "x" () CATENATE (TEXT {1}');
  controller.abort(new Error("enough"));
  assertEquals(((await aborted) as Error).message, "enough");
  await server.send("+ go on");
  assertEquals(await server.line(), `a URL "${URL.url}")`);
  await server.send(`${tag} OK done`);
  const appended = client.append("x", [URL]);
  const next = await server.expect(`APPEND "x" () CATENATE (URL "${URL.url}")`);
  await server.send("* 9 EXISTS", "* 2 FETCH (FLAGS (a))", `${next} OK [APPENDUID 1 x] done`);
  assertEquals((await appended).uid, null);
  const cut = outcome(client.append("x", pieces));
  await server.expect('APPEND "x" () CATENATE (TEXT {1}');
  await server.end();
  assertInstanceOf(await cut, ConnectionClosedError);
});

test("append: a stream of several that fails, or has another size → ImapAbortError", async () => {
  const failing = new ReadableStream<Uint8Array>({
    pull: () => {
      throw new Error("no disk");
    },
  });
  const bad = [
    ...[{ stream: stream("abc"), size: 2 }, { stream: stream("a"), size: 2 }],
    { stream: failing, size: 2 },
  ];
  for (const piece of bad) {
    const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
    let cancelled = false;
    const last = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) });
    const error = await outcome(client.append("x", ["a", piece, { stream: last, size: 1 }]));
    assertInstanceOf(error, ImapAbortError);
    assert(await server.isOver());
    assert(cancelled || piece.stream === failing || piece.size === 2);
  }
});

test("multiappend: every kind of message in one command [ext MULTIAPPEND]", async () => {
  const { client, server } = await selectFake({}, `${ALL} ANNOTATE-EXPERIMENT-1`);
  const appended = client.multiappend("x", [
    "a",
    bytes("b\0"),
    ["c", URL],
    ["d", "e"],
    { stream: stream("f"), size: 1 },
    { msg: [URL, { stream: stream("g\0"), size: 2, binary: true }], flags: ["\\Seen"] },
    { msg: ["h"], annotations: { "/comment": { "value.priv": "i" } } },
  ]);
  const tag = await server.expect('APPEND "x" () {1+}');
  const lines: string[] = [];
  for (let i = 0; i < 7; i++) lines.push(await server.line());
  assertEquals(lines, [
    "a () ~{2+}",
    "b\0 () CATENATE (TEXT {1+}",
    `c URL "${URL.url}") () {2+}`,
    "de () {1+}",
    `f (\\Seen) CATENATE (URL "${URL.url}" TEXT ~{2+}`,
    'g\0) () ANNOTATION (/comment (value.priv "i")) {1+}',
    "h",
  ]);
  await server.send(`${tag} OK [APPENDUID 1 1:7] done`);
  assertEquals((await appended).uids, [1, 2, 3, 4, 5, 6, 7]);
  client.shutdown();
});

test("append: UTF-8 in a header of pieces [ext CATENATE, UTF8=ACCEPT]", async () => {
  const offered = "IMAP4rev1 LITERAL+ CATENATE ENABLE UTF8=ACCEPT";
  const subject = "Subject: \xc3\xbc\r\n";
  for (const quirks of [{ utf8Item: true }, {}]) {
    const greeting = `* PREAUTH [CAPABILITY ${offered}] hello`;
    const { client, server } = await connectFake({ quirks, enable: [] }, greeting);
    const enabled = client.enable("UTF8=ACCEPT");
    await server.answer("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT");
    await enabled;
    const appended = client.append("x", ["Subject: ü\n", "To: a\n\n", URL, "ü"]);
    if (!quirks.utf8Item) {
      // As RFC 9755 has it; the server turns out to be one of RFC 6855.
      const first = await server.expect('APPEND "x" () CATENATE (TEXT {13+}');
      assertEquals(await server.bytes(subject.length), subject);
      assertEquals(await server.line(), " TEXT {9+}");
      assertEquals([await server.line(), await server.line()], ["To: a", ""]);
      assertEquals(await server.line(), ` URL "${URL.url}" TEXT {2+}`);
      assertEquals(await server.line(), "\xc3\xbc)");
      await server.send(`${first} NO [CANNOT] not in a header`);
    }
    const tag = await server.expect('APPEND "x" () CATENATE (UTF8 (~{13+}');
    assertEquals(await server.bytes(subject.length), subject);
    assertEquals(await server.line(), ") UTF8 (~{9+}");
    assertEquals([await server.line(), await server.line()], ["To: a", ""]);
    assertEquals(await server.line(), `) URL "${URL.url}" TEXT {2+}`);
    assertEquals(await server.line(), "\xc3\xbc)");
    await server.send(`${tag} OK done`);
    await appended;
    client.shutdown();
  }
});

test("replace: a message in pieces [ext CATENATE]", async () => {
  const { client, server } = await selectFake({}, `${ALL} REPLACE`);
  const replaced = client.replace(4, "x", ["a", URL]);
  const tag = await server.expect('UID REPLACE 4 "x" () CATENATE (TEXT {1+}');
  assertEquals(await server.line(), `a URL "${URL.url}")`);
  await server.send("* OK [APPENDUID 1 7] new", "* 1 EXPUNGE", `${tag} OK done`);
  assertEquals((await replaced).uid, 7);
  client.shutdown();
});
