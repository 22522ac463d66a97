// Items of BINARY, and what is done where the server can't decode.
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ConnectionClosedError,
  fetchProblems,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
} from "../../../mod.ts";
import { readAll } from "../../support/bytes.ts";
import { bytesOf, outcome, selectFake, sendCut, test, textOf } from "../../support/fake_server.ts";

const BINARY = "IMAP4rev1 BINARY";
const BASE64 = "Content-Transfer-Encoding: base64\r\n\r\n";
const FIELDS = "HEADER.FIELDS (CONTENT-TYPE CONTENT-TRANSFER-ENCODING)";

/** A literal of ASCII. */
const lit = (text: string) => `{${text.length}}\r\n${text}`;

/** The answer about a part 2 that is still encoded. */
function encoded(id: number, content: string, header = BASE64): string {
  return `* ${id} FETCH (UID ${id} BODY[2.MIME] ${lit(header)} BODY[2] ${lit(content)})`;
}

const PART = "BINARY.PEEK[2]";
const ENCODED = "(BODY.PEEK[2.MIME] BODY.PEEK[2])";

test("BINARY: offered → asked for as it is [ext BINARY]", async () => {
  for (const capabilities of [BINARY, "IMAP4rev2"]) {
    const { client, server } = await selectFake({}, capabilities);
    const fetched = client.fetch(1, [PART, "BINARY.SIZE[2]", "FLAGS"]);
    await server.answer(
      `UID FETCH 1 (${PART} BINARY.SIZE[2] FLAGS)`,
      "* 1 FETCH (UID 1 BINARY[2] ~{3}\r\na\0b BINARY.SIZE[2] 3 FLAGS (x))",
    );
    const message = (await fetched).get(1)!;
    assertEquals([textOf(message["BINARY[2]"]), message["BINARY.SIZE[2]"]], ["a\0b", 3]);
    client.shutdown();
  }
});

test("BINARY: not offered, broken or unsafe → decoded here [ext BINARY]", async () => {
  for (
    const [options, capabilities] of [
      [{}, "IMAP4rev1"],
      [{ quirks: { broken: ["binary"] } }, "IMAP4rev2 BINARY"],
      [{ quirks: { unsafeBinary: true } }, BINARY],
    ] as const
  ) {
    const { client, server } = await selectFake(options, capabilities);
    const fetched = client.fetch("1:3", ["FLAGS", PART]);
    await server.answer(
      "UID FETCH 1:3 (FLAGS BODY.PEEK[2.MIME] BODY.PEEK[2])",
      `* 1 FETCH (UID 1 FLAGS (x) BODY[2.MIME] ${lit(BASE64)} BODY[2] ${lit("YWJj\r\n")})`,
      `* 2 FETCH (UID 2 FLAGS () BODY[2.MIME] ${
        lit("Content-Transfer-Encoding: Quoted-Printable\r\n\r\n")
      } BODY[2] ${lit("a=3Db=\r\nc")})`,
      `* 3 FETCH (UID 3 FLAGS () BODY[2.MIME] NIL BODY[2] NIL)`,
    );
    const messages = await fetched;
    assertEquals([...messages.keys()], [1, 2, 3]);
    assertEquals(Object.keys(messages.get(1)!), ["SEQ", "FLAGS", "BINARY[2]"]);
    assertEquals(textOf(messages.get(1)!["BINARY[2]"]), "abc");
    assertEquals(textOf((messages.get(1)! as unknown as Record<string, Uint8Array>)[PART]), "abc");
    assertEquals(textOf(messages.get(2)!["BINARY[2]"]), "a=bc");
    assertEquals(messages.get(3)!["BINARY[2]"], null);
    client.shutdown();
  }
});

test("BINARY[..] without .PEEK: sets \\Seen once [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const fetched = client.fetch(1, ["BINARY[2]<0.2>", "BINARY.SIZE[3]"]);
  await server.answer(
    "UID FETCH 1 (BODY.PEEK[2.MIME] BODY[2]<0.1032> BODY.PEEK[3.MIME] BODYSTRUCTURE)",
    `* 1 FETCH (UID 1 BODY[2.MIME] ${lit(BASE64)} BODY[2]<0> ${lit("YWJj")} BODY[3.MIME] ${
      lit(BASE64)
    } BODYSTRUCTURE ` +
      '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)("A" "B" NIL NIL NIL "BASE64" 4)' +
      '("A" "B" NIL NIL NIL "BASE64" 4) "MIXED"))',
  );
  // A part that is encoded has to be fetched for its size; \Seen is not asked for again.
  await server.answer(
    "UID FETCH 1 (BODY.PEEK[2.MIME] BODY.PEEK[2] BODY.PEEK[3.MIME] BODY.PEEK[3])",
    `* 1 FETCH (UID 1 BODY[2.MIME] ${lit(BASE64)} BODY[2] ${lit("YWJj")} BODY[3.MIME] ${
      lit(BASE64)
    } BODY[3] ${lit("YQ==")})`,
  );
  const message = (await fetched).get(1)!;
  assertEquals([textOf(message["BINARY[2]<0>"]), message["BINARY.SIZE[3]"]], ["ab", 1]);
  client.shutdown();
});

test("BINARY.SIZE: a part that is not encoded → the size in the structure [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const fetched = client.fetch(1, ["BINARY.SIZE[1]", "BINARY.SIZE[2.1]", "BINARY.SIZE[]"]);
  await server.answer(
    `UID FETCH 1 (BODY.PEEK[1.MIME] BODY.PEEK[${FIELDS}] BODYSTRUCTURE BODY.PEEK[2.1.MIME] ` +
      "RFC822.SIZE)",
    `* 1 FETCH (UID 1 BODY[1.MIME] ${
      lit("Content-Transfer-Encoding: 8bit\r\n\r\n")
    } BODY[${FIELDS}] "" BODY[2.1.MIME] "" ` +
      'RFC822.SIZE 99 BODYSTRUCTURE (("TEXT" "PLAIN" NIL NIL NIL "8BIT" 12 1)' +
      '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 34 1) "MIXED") "MIXED"))',
  );
  const message = (await fetched).get(1)!;
  assertEquals({ ...message }, {
    SEQ: 1,
    "BINARY.SIZE[1]": 12,
    "BINARY.SIZE[2.1]": 34,
    "BINARY.SIZE[]": 99,
  });
  client.shutdown();
});

test("BINARY.SIZE: the structure denies the encoding in the header → decoded [ext BINARY]", async () => {
  // Dovecot, of a message without MIME-Version.
  const { client, server } = await selectFake();
  const fetched = client.fetch(1, ["BINARY.SIZE[2]"]);
  await server.answer(
    "UID FETCH 1 (BODY.PEEK[2.MIME] BODYSTRUCTURE)",
    `* 1 FETCH (UID 1 BODY[2.MIME] ${lit(BASE64)} BODYSTRUCTURE ` +
      '(("A" "B" NIL NIL NIL "7BIT" 1 1)("A" "B" NIL NIL NIL "7BIT" 4 1) "MIXED"))',
  );
  await server.answer(`UID FETCH 1 ${ENCODED}`, encoded(1, "YWJj"));
  assertEquals((await fetched).get(1)!["BINARY.SIZE[2]"], 3);
  client.shutdown();
});

test("BINARY: ranges count decoded bytes [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const fetched = client.fetch(1, ["BINARY.PEEK[2]<1.2>", "BINARY.PEEK[2]<4.9>"]);
  await server.answer(
    "UID FETCH 1 (BODY.PEEK[2.MIME] BODY.PEEK[2]<0.1076>)",
    `* 1 FETCH (UID 1 BODY[2.MIME] ${lit(BASE64)} BODY[2]<0> ${lit("YWJjZGVm")})`,
  );
  const message = (await fetched).get(1)!;
  assertEquals(textOf(message["BINARY[2]<1>"]), "bc");
  assertEquals(textOf(message["BINARY[2]<4>"]), "ef");
  // Junk makes the encoded text longer than expected: then all of it is fetched.
  const more = client.fetch(1, ["BINARY[2]<0.2>"]);
  await server.answer(
    "UID FETCH 1 (BODY.PEEK[2.MIME] BODY[2]<0.1032>)",
    `* 1 FETCH (UID 1 BODY[2.MIME] ${lit(BASE64)} BODY[2]<0> ${lit("!".repeat(1032))})`,
  );
  await server.answer(`UID FETCH 1 ${ENCODED}`, encoded(1, "!".repeat(1032) + "YWJj"));
  assertEquals(textOf((await more).get(1)!["BINARY[2]<0>"]), "ab");
  // Beyond what a number can be: all of it.
  const far = client.fetch(1, ["BINARY.PEEK[2]<4294967290.5>"]);
  await server.answer(`UID FETCH 1 ${ENCODED}`, encoded(1, "YWJj"));
  assertEquals(textOf((await far).get(1)!["BINARY[2]<4294967290>"]), "");
  client.shutdown();
});

test("BINARY: a piece that ends within an escape → its last bytes do not count [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const header = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  const content = "=41=\r\n".repeat(600);
  // The piece holds the encoding of 513 bytes, and `=4`.
  const fetched = client.fetch(1, ["BINARY.PEEK[2]<0.514>"]);
  await server.answer(
    "UID FETCH 1 (BODY.PEEK[2.MIME] BODY.PEEK[2]<0.3080>)",
    `* 1 FETCH (UID 1 BODY[2.MIME] ${lit(header)} BODY[2]<0> ${lit(content.slice(0, 3080))})`,
  );
  await server.answer(`UID FETCH 1 ${ENCODED}`, encoded(1, content, header));
  assertEquals(textOf((await fetched).get(1)!["BINARY[2]<0>"]), "A".repeat(514));
  client.shutdown();
});

test("BINARY: part 1, whose header may be the message's [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const fetched = client.fetch("1:2", ["BINARY.PEEK[1]", "BINARY.PEEK[]"]);
  await server.answer(
    `UID FETCH 1:2 (BODY.PEEK[1.MIME] BODY.PEEK[${FIELDS}] BODY.PEEK[1] BODY.PEEK[])`,
    `* 1 FETCH (UID 1 BODY[1.MIME] NIL BODY[${FIELDS}] ${lit(BASE64)} BODY[1] ${
      lit("YWJj")
    } BODY[] ${lit("x")})`,
    `* 2 FETCH (UID 2 BODY[1.MIME] "" BODY[${FIELDS}] ${
      lit("Content-Type: multipart/mixed\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    } BODY[1] ${lit("YWJj")} BODY[] ${lit("y")})`,
  );
  const all = [...(await fetched).values()].map((it) => [
    textOf(it["BINARY[1]"]),
    textOf(it["BINARY[]"]),
  ]);
  assertEquals(all, [["abc", "x"], ["YWJj", "y"]]);
  client.shutdown();
});

test("BINARY: an unknown encoding spoils only its message [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const fetched = client.fetch("1:2", [PART, "BINARY.SIZE[2]", "FLAGS"]);
  await server.answer(
    "UID FETCH 1:2 (FLAGS BODY.PEEK[2.MIME] BODY.PEEK[2])",
    encoded(1, "begin", "Content-Transfer-Encoding: x-uuencode\r\n\r\n").replace(
      "UID 1",
      "UID 1 FLAGS (x)",
    ),
    encoded(2, "YQ==").replace("UID 2", "UID 2 FLAGS ()"),
  );
  const messages = await fetched;
  const [bad, good] = [messages.get(1)!, messages.get(2)!];
  assertThrows(
    () => bad["BINARY[2]"],
    ProtocolError,
    '"x-uuencode" is unknown; BODY.PEEK[2] has it',
  );
  assertThrows(() => bad["BINARY.SIZE[2]"], ProtocolError, "message 1");
  assertEquals(fetchProblems(bad).map(({ name }) => name), ["BINARY[2]", "BINARY.SIZE[2]"]);
  assertEquals(bad.FLAGS, ["x"]);
  assertEquals([textOf(good["BINARY[2]"]), good["BINARY.SIZE[2]"]], ["a", 1]);
  client.shutdown();
});

test("BINARY: malformed and missing items spoil only their message [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const fetched = client.fetch("1:4", [PART, "BODY.PEEK[2]"]);
  await server.answer(
    "UID FETCH 1:4 (BODY.PEEK[2] BODY.PEEK[2.MIME])",
    encoded(1, "YQ=="),
    `* 2 FETCH (UID 2 BODY[2] ${lit("YQ==")})`,
    `* 3 FETCH (UID 3 BODY[2.MIME] (a b) BODY[2] (c d))`,
    `* 4 FETCH (UID 4 BODY[2.MIME] ${lit(BASE64)} BODY[2] 12)`,
    "* 9 FETCH (UID 9 BODY[2] {1}\r\nx)",
  );
  const messages = await fetched;
  assertEquals([...messages.keys()], [1, 2, 3, 4]);
  assertEquals(textOf(messages.get(1)!["BODY[2]"]), "YQ==");
  assertEquals(textOf(messages.get(2)!["BODY[2]"]), "YQ==");
  for (const id of [2, 3]) assertThrows(() => messages.get(id)!["BINARY[2]"], ProtocolError);
  client.shutdown();
});

test("BINARY: UNKNOWN-CTE → the rest is decoded here [ext BINARY]", async () => {
  for (const code of ["[UNKNOWN-CTE] ", "[PARSE] ", ""]) {
    const { client, server } = await selectFake({}, BINARY);
    const fetched = client.fetch("1:4", ["BINARY[2]"]);
    const tag = await server.expect("UID FETCH 1:4 BINARY[2]".replace("BINARY[2]", "(BINARY[2])"));
    await server.send(
      "* 1 FETCH (UID 1 BINARY[2] ~{1}\r\n\0)",
      "* 2 FETCH (UID 2)",
      `${tag} NO ${code}what is this`,
    );
    await server.answer(
      "UID FETCH 2:4 (BODY.PEEK[2.MIME] BODY[2])",
      encoded(2, "x", "Content-Transfer-Encoding: x-foo\r\n\r\n"),
      encoded(3, "Yw=="),
      encoded(4, "ZA=="),
    );
    const messages = await fetched;
    assertEquals([...messages.keys()], [1, 2, 3, 4]);
    assertThrows(() => messages.get(2)!["BINARY[2]"], ProtocolError, "x-foo");
    const texts = [1, 3, 4].map((id) => textOf(messages.get(id)!["BINARY[2]"]));
    assertEquals(texts, ["\0", "c", "d"]);
    client.shutdown();
  }
});

test("BINARY: refused for every message → all is decoded here [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, BINARY);
  const fetched = client.fetch("1:*", [PART]);
  const tag = await server.expect(`UID FETCH 1:* (${PART})`);
  await server.send("* 5 FETCH (UID 5 BINARY[2] {1}\r\ne)", `${tag} BAD syntax`);
  await server.answer(`UID FETCH 1:4,6:4294967295 ${ENCODED}`, encoded(4, "ZA=="));
  const texts = [...await fetched].map(([id, it]) => [id, textOf(it["BINARY[2]"])]);
  assertEquals(texts, [[5, "e"], [4, "d"]]);
  // Where `*` stands for an unknown id, the whole set is asked for again.
  const open = client.fetch("7:*", [PART]);
  const next = await server.expect(`UID FETCH 7:* (${PART})`);
  await server.send("* 5 FETCH (UID 8 BINARY[2] {1}\r\ne)", `${next} NO [UNKNOWN-CTE] no`);
  await server.answer(`UID FETCH 7:* ${ENCODED}`, encoded(8, "!"), encoded(9, "ZA=="));
  assertEquals([...await open].map(([id, it]) => [id, textOf(it["BINARY[2]"])]), [
    [8, "e"],
    [9, "d"],
  ]);
  client.shutdown();
});

test("BINARY: NIL, or left out → asked for again, decoded here [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, BINARY);
  const fetched = client.fetch("1:3", ["BINARY[2]"]);
  await server.answer(
    "UID FETCH 1:3 (BINARY[2])",
    "* 1 FETCH (UID 1 BINARY[2] {1}\r\na)",
    "* 2 FETCH (UID 2 BINARY[2] NIL)",
    "* 3 FETCH (UID 3)",
  );
  // The answer NIL has set \Seen; what was left out may not have.
  await server.answer("UID FETCH 2 (BODY.PEEK[2.MIME] BODY.PEEK[2])", encoded(2, "Yg=="));
  await server.answer("UID FETCH 3 (BODY.PEEK[2.MIME] BODY[2])", encoded(3, "Yw=="));
  const texts = [...(await fetched).values()].map((it) => textOf(it["BINARY[2]"]));
  assertEquals(texts, ["a", "b", "c"]);
  client.shutdown();
});

test("BINARY: Cyrus, which is silent of what it can't decode → asked for more [ext BINARY]", async () => {
  const { client, server } = await selectFake({ quirks: { silentBinary: true } }, BINARY);
  const fetched = client.fetch("1:3", [PART]);
  await server.answer(
    `UID FETCH 1:3 (UID ${PART})`,
    "* 1 FETCH (UID 1 BINARY[2] {1}\r\na)",
    "* 2 FETCH (UID 2)",
  );
  // It left out message 3.
  await server.answer(`UID FETCH 2:3 ${ENCODED}`, encoded(2, "Yg=="), encoded(3, "Yw=="));
  const texts = [...(await fetched).values()].map((it) => textOf(it["BINARY[2]"]));
  assertEquals(texts, ["a", "b", "c"]);
  client.shutdown();
});

test("BINARY: refused for another reason → that error, with what came [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, BINARY);
  const failing = outcome(client.fetch("1:2", [PART]));
  const tag = await server.expect(`UID FETCH 1:2 (${PART})`);
  await server.send("* 1 FETCH (UID 1 BINARY[2] {1}\r\na)", `${tag} NO [UNAVAILABLE] later`);
  const error = await failing;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, [...(error.partial as Map<number, unknown>).keys()]], [
    "UNAVAILABLE",
    [1],
  ]);
  assert(await server.isSilent());
  client.shutdown();
});

test("BINARY: refused even still encoded → that error, with what came [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, BINARY);
  const failing = outcome(client.fetch("1:2", [PART]));
  const tag = await server.expect(`UID FETCH 1:2 (${PART})`);
  await server.send("* 1 FETCH (UID 1 BINARY[2] {1}\r\na)", `${tag} NO [UNKNOWN-CTE] no`);
  const again = await server.expect(`UID FETCH 2 ${ENCODED}`);
  await server.send(`${again} NO [SERVERBUG] not that either`);
  const error = await failing;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, (error.partial as Map<number, unknown>).size], ["SERVERBUG", 1]);
  client.shutdown();
});

test("BINARY: the folder is left before the refusal → the refusal [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, BINARY);
  const failing = outcome(client.fetch("1:2", [PART]));
  const selecting = client.selectFolder("other");
  const tag = await server.expect(`UID FETCH 1:2 (${PART})`);
  await server.send("* 1 FETCH (UID 1 BINARY[2] {1}\r\na)", `${tag} NO [UNKNOWN-CTE] no`);
  await server.answer('SELECT "other"', "* 0 EXISTS");
  await selecting;
  const error = await failing;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, (error.partial as Map<number, unknown>).size], ["UNKNOWN-CTE", 1]);
  client.shutdown();
});

test("BINARY: another command's answer in between, an abort, a cut [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const flags = client.fetch(1, ["FLAGS"]);
  const fetched = client.fetch("1:2", [PART]);
  const first = await server.expect("UID FETCH 1 (FLAGS)");
  const second = await server.expect(`UID FETCH 1:2 ${ENCODED}`);
  await server.send(
    "* 1 FETCH (UID 1 FLAGS (x))",
    encoded(1, "YQ=="),
    `${first} OK`,
    "* 2 FETCH (FLAGS (y))",
    encoded(2, "Yg=="),
    `${second} OK`,
  );
  assertEquals((await flags).get(1)!.FLAGS, ["x"]);
  assertEquals([...(await fetched).values()].map((it) => textOf(it["BINARY[2]"])), ["a", "b"]);
  // An abort in the first step, then in the second.
  for (const step of [1, 2]) {
    const controller = new AbortController();
    const failing = outcome(
      client.fetch(1, ["BINARY.SIZE[2]"], { signal: controller.signal }),
    );
    const tag = await server.expect("UID FETCH 1 (BODY.PEEK[2.MIME] BODYSTRUCTURE)");
    if (step === 2) {
      await server.send("* 1 FETCH (UID 1 BODY[2.MIME] NIL BODYSTRUCTURE NIL)", `${tag} OK`);
      const next = await server.expect(`UID FETCH 1 ${ENCODED}`);
      controller.abort(new Error("enough"));
      assertEquals(((await failing) as Error).message, "enough");
      await server.send(`${next} OK`);
    } else {
      controller.abort(new Error("enough"));
      assertEquals(((await failing) as Error).message, "enough");
      await server.send(`${tag} OK`);
    }
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
  }
  const failing = outcome(client.fetch(1, [PART]));
  await server.expect(`UID FETCH 1 ${ENCODED}`);
  await server.end();
  assertInstanceOf(await failing, ConnectionClosedError);
});

test("BINARY: with modifiers, these choose the messages [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 PARTIAL CONDSTORE");
  const part = client.fetch("1:*", [PART], { partial: [-1, -2] });
  await server.answer(
    "UID FETCH 1:* (UID) (PARTIAL -1:-2)",
    "* 4 FETCH (UID 14)",
    "* 5 FETCH (UID 15)",
  );
  await server.answer(`UID FETCH 14:15 ${ENCODED}`, encoded(14, "YQ=="), encoded(15, "Yg=="));
  assertEquals([...(await part).values()].map((it) => textOf(it["BINARY[2]"])), ["a", "b"]);
  const changed = client.fetch("1:*", [PART], { changedSince: 7 });
  await server.answer(
    "UID FETCH 1:* (UID MODSEQ) (CHANGEDSINCE 7)",
    "* 4 FETCH (UID 14 MODSEQ (8))",
  );
  await server.answer(
    "UID FETCH 14 (MODSEQ BODY.PEEK[2.MIME] BODY.PEEK[2])",
    encoded(14, "YQ==").replace("UID 14", "UID 14 MODSEQ (8)"),
  );
  const message = (await changed).get(14)!;
  assertEquals([message.MODSEQ, textOf(message["BINARY[2]"])], [8n, "a"]);
  const none = client.fetch("1:*", [PART], { partial: [1, 2] });
  await server.answer("UID FETCH 1:* (UID) (PARTIAL 1:2)");
  assertEquals((await none).size, 0);
  client.shutdown();
});

test("BINARY: by sequence number; many sets; no messages [ext BINARY]", async () => {
  const { client, server } = await selectFake({ useUid: false, limits: { ids: 3 } });
  const fetched = client.fetch([1, 3, 5], [PART]);
  const first = await server.expect(`FETCH 1,3 ${ENCODED}`);
  const second = await server.expect(`FETCH 5 ${ENCODED}`);
  await server.send(encoded(5, "ZQ=="), `${second} OK`, encoded(1, "YQ=="), `${first} OK`);
  const texts = [...await fetched].map(([id, it]) => [id, textOf(it["BINARY[2]"])]);
  assertEquals(texts.length, 2);
  assertEquals(new Map(texts as [number, string][]), new Map([[1, "a"], [5, "e"]]));
  assertEquals((await client.fetch([], [PART])).size, 0);
  client.shutdown();
});

test("BINARY: what is no item of it → sent as it is [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  for (const item of ["BINARY[TEXT]", "BINARY[1.MIME]", "BINARY.SIZE[1]<0.5>", "BINARY"]) {
    const failing = outcome(client.fetch(1, [item]));
    const tag = await server.expect(`UID FETCH 1 (${item})`);
    await server.send(`${tag} BAD there is no such item`);
    assertInstanceOf(await failing, ImapError);
  }
  client.shutdown();
});

test("fetchEach: BINARY decoded here, one by one [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const each = client.fetchEach("1:2", [PART]);
  const first = each.next();
  const tag = await server.expect("UID FETCH 1:2 (BODY.PEEK[2.MIME] BODY.PEEK[2])");
  await server.send(encoded(1, "YQ=="));
  const one = (await first).value!;
  assertEquals([one.UID, textOf(one["BINARY[2]"])], [1, "a"]);
  await server.send(encoded(2, "Yg=="), `${tag} OK`);
  assertEquals(textOf((await each.next()).value!["BINARY[2]"]), "b");
  assertEquals((await each.next()).done, true);
  client.shutdown();
});

test("fetchEach: refused or NIL → the rest is decoded here [ext BINARY]", async () => {
  const { client, server } = await selectFake({}, BINARY);
  const taken: [number, string][] = [];
  const all = (async () => {
    for await (const message of client.fetchEach("1:4", [PART])) {
      taken.push([message.UID, textOf(message["BINARY[2]"])]);
    }
  })();
  const tag = await server.expect(`UID FETCH 1:4 (${PART})`);
  await server.send(
    "* 1 FETCH (UID 1 BINARY[2] {1}\r\na)",
    "* 2 FETCH (UID 2 BINARY[2] NIL)",
    `${tag} NO [UNKNOWN-CTE] no`,
  );
  await server.answer(`UID FETCH 2 ${ENCODED}`, encoded(2, "Yg=="));
  await server.answer(`UID FETCH 3:4 ${ENCODED}`, encoded(4, "ZA=="));
  await all;
  assertEquals(taken, [[1, "a"], [2, "b"], [4, "d"]]);
  client.shutdown();
});

test("fetchEach: streams are decoded as they are read [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const content = btoa("abcdef".repeat(50_000)).replace(/.{76}/g, "$&\r\n");
  const items = [PART, "BINARY.PEEK[3]<2.3>", "BINARY.SIZE[4]", "BINARY.SIZE[2]", "FLAGS"] as const;
  const each = client.fetchEach("1:2", items, { stream: true });
  const first = each.next();
  const tag = await server.expect(
    "UID FETCH 1:2 (FLAGS BODY.PEEK[2.MIME] BODY.PEEK[2] BODY.PEEK[3.MIME] BODY.PEEK[3] " +
      "BODYSTRUCTURE)",
  );
  const structure = '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)("A" "B" NIL NIL NIL "BASE64" 4)' +
    '("A" "B" NIL NIL NIL "BASE64" 4)("A" "B" NIL NIL NIL "8BIT" 44) "MIXED")';
  const tail = `BODY[3.MIME] ${lit(BASE64)} BODY[3] ${lit("YWJjZGVm")})`;
  await server.send(
    `* 1 FETCH (UID 1 FLAGS () BODYSTRUCTURE ${structure} BODY[2.MIME] ${lit(BASE64)} BODY[2] ${
      lit(content)
    } ${tail}`,
    `* 2 FETCH (UID 2 FLAGS () BODYSTRUCTURE ${structure} BODY[2.MIME] ${
      lit("Content-Transfer-Encoding: x-foo\r\n\r\n")
    } BODY[2] ${lit("zz")} ${tail}`,
    `${tag} OK`,
  );
  const one = (await first).value!;
  assertEquals(Object.keys(one).sort(), [
    ...["BINARY.SIZE[4]", "BINARY[2]", "BINARY[3]<2>", "FLAGS", "SEQ", "UID"],
  ]);
  assertEquals(one["BINARY.SIZE[4]"], 44);
  assertThrows(() => one["BINARY.SIZE[2]"], ProtocolError, "use fetch");
  assertEquals(textOf(await readAll(one["BINARY[2]"])), "abcdef".repeat(50_000));
  assertEquals(textOf(await readAll(one["BINARY[3]<2>"])), "cde");
  const two = (await each.next()).value!;
  const error = await outcome(readAll(two["BINARY[2]"]));
  assertInstanceOf(error, ProtocolError);
  assert(error.message.includes("x-foo"));
  assertEquals(textOf(await readAll(two["BINARY[3]<2>"])), "cde");
  assertEquals((await each.next()).done, true);
  client.shutdown();
});

test("fetchEach: streams that nobody reads are dropped; cancelled ones too [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const each = client.fetchEach("1:2", [PART], { stream: true });
  const first = each.next();
  const tag = await server.expect(`UID FETCH 1:2 ${ENCODED}`);
  const content = "YWJj".repeat(100_000);
  const sending = server.send(encoded(1, content), encoded(2, content), `${tag} OK`);
  const one = (await first).value!;
  const two = (await each.next()).value!;
  assertEquals(one.UID, 1);
  await two["BINARY[2]"].cancel();
  assertEquals((await each.next()).done, true);
  await sending;
  client.shutdown();
});

test("fetchEach: one stream for two items → InvalidArgumentError [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  for (const other of ["BODY.PEEK[2]", "BINARY.PEEK[2]<0.5>", "BODY[2.MIME]"]) {
    const each = client.fetchEach(1, [PART, other], { stream: true });
    await assertRejects(() => each.next(), InvalidArgumentError, "only once");
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("BINARY: a stream that is left half-way → the next message comes [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const messages = client.fetchEach("1:2", [PART], { stream: true });
  const first = messages.next();
  const tag = await server.expect(`UID FETCH 1:2 ${ENCODED}`);
  const big = "YWJj".repeat(500_000);
  const lines = [encoded(1, big), encoded(2, big), `${tag} OK done\r\n`].join("\r\n");
  const sending = sendCut(server, bytesOf(lines), 50_000);
  const reader = (await first).value!["BINARY[2]"].getReader();
  await reader.read();
  reader.releaseLock();
  const next = (await messages.next()).value!["BINARY[2]"];
  assertEquals((await readAll(next)).length, 1_500_000);
  assertEquals((await messages.next()).done, true);
  await sending;
  client.shutdown();
});

test("BINARY: a stream whose reader goes on later → it has all [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const messages = client.fetchEach("1:2", [PART], { stream: true });
  const first = messages.next();
  const tag = await server.expect(`UID FETCH 1:2 ${ENCODED}`);
  const big = "YWJj".repeat(20_000);
  const lines = [encoded(1, big), encoded(2, big), `${tag} OK done\r\n`].join("\r\n");
  const sending = sendCut(server, bytesOf(lines), 10_000);
  const content = (await first).value!["BINARY[2]"];
  const reader = content.getReader();
  await messages.next();
  let length = 0;
  for (let it = await reader.read(); !it.done; it = await reader.read()) length += it.value.length;
  assertEquals(length, 60_000);
  await sending;
  client.shutdown();
});

test("BINARY: a stream whose header is too long → an error, and the next message comes [ext BINARY]", async () => {
  const { client, server } = await selectFake();
  const messages = client.fetchEach("1:2", [PART], { stream: true });
  const first = messages.next();
  const tag = await server.expect(`UID FETCH 1:2 ${ENCODED}`);
  const long = encoded(1, "YWJj", `X: ${"y".repeat(3_000_000)}\r\n${BASE64}`);
  const lines = [long, encoded(2, "YWJj"), `${tag} OK done\r\n`].join("\r\n");
  const sending = sendCut(server, bytesOf(lines), 50_000);
  const content = (await first).value!["BINARY[2]"];
  await assertRejects(() => readAll(content), ProtocolError, "header");
  const next = (await messages.next()).value!["BINARY[2]"];
  assertEquals(textOf(await readAll(next)), "abc");
  await sending;
  client.shutdown();
});
