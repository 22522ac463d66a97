import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ImapError,
  InvalidArgumentError,
  parseToDatetime,
  PartialMoveError,
  ReadOnlyError,
  SEEN,
} from "../../../mod.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

const APPEND = "IMAP4rev1 LITERAL+ MULTIAPPEND";
const bytes = (text: string) => new TextEncoder().encode(text);

test("L1 Z15 append returns the UID if the server says it", async () => {
  const { client, server } = await selectFake({}, APPEND);
  const appended = client.append("Entwürfe", "Subject: ü\n\nhi\n", {
    flags: [SEEN, "foo"],
    date: parseToDatetime("05-Apr-2009 11:00:05 +0200"),
  });
  const head = 'APPEND "Entw&APw-rfe" (\\Seen foo) "05-Apr-2009 11:00:05 +0200" {19+}';
  const tag = await server.expect(head);
  assertEquals(await server.bytes(21), "Subject: Ã¼\r\n\r\nhi\r\n\r\n");
  await server.send(`${tag} OK [APPENDUID 38505 3955] APPEND completed`);
  assertEquals(await appended, {
    text: "[APPENDUID 38505 3955] APPEND completed",
    uidValidity: 38505,
    uid: 3955,
  });
  const plain = client.append("x", bytes("a\nb"), { flags: "foo", date: null });
  const other = await server.expect('APPEND "x" (foo) {3+}');
  assertEquals(await server.bytes(5), "a\nb\r\n");
  await server.send(`${other} OK done`);
  assertEquals(await plain, { text: "done", uidValidity: null, uid: null });
  client.shutdown();
});

test("append: the date under its deprecated name → taken as well [fault F6]", async () => {
  const { client, server } = await selectFake({}, APPEND);
  const date = parseToDatetime("05-Apr-2009 11:00:05 +0200");
  const same = new Date(date);
  const attributes = [
    { date },
    { msgTime: date },
    { date, msgTime: date },
    {
      date,
      msgTime: same,
    },
    { date: undefined, msgTime: date },
    { date: null, msgTime: date },
    { date, msgTime: null },
  ];
  for (const given of attributes) {
    const calls = [
      client.append("x", "m", given),
      client.multiappend("x", [{ msg: "m", ...given }]),
    ];
    for (const call of calls) {
      const tag = await server.expect('APPEND "x" () "05-Apr-2009 11:00:05 +0200" {1+}');
      await server.bytes(3);
      await server.send(`${tag} OK done`);
      await call;
    }
  }
  client.shutdown();
});

test("append: two dates that differ → refused before a byte is sent [fault F6]", async () => {
  const { client, server } = await selectFake({}, APPEND);
  const date = parseToDatetime("05-Apr-2009 11:00:05 +0200");
  const others: readonly unknown[] = [new Date(0), new Date(NaN), "2009", 1, {}];
  for (const msgTime of others as readonly Date[]) {
    for (const given of [{ date, msgTime }, { date: msgTime, msgTime: date }]) {
      const calls = [
        () => client.append("x", "m", given),
        () => client.multiappend("x", ["fine", { msg: "m", ...given }]),
      ];
      for (const call of calls) {
        await assertRejects(call, InvalidArgumentError, "give only 'date'");
      }
    }
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("L1 P9 P10 the message waits for the server's +, but not with LITERAL+", async () => {
  const { client, server } = await selectFake();
  const appended = client.append("x", "hello");
  const tag = await server.expect('APPEND "x" () {5}');
  assert(await server.isSilent());
  await server.send("* 4 EXISTS", "+ go on");
  assertEquals(await server.bytes(7), "hello\r\n");
  await server.send(`${tag} OK done`);
  await appended;
  const refused = outcome(client.append("full", "hello"));
  await server.send(`${await server.expect('APPEND "full" () {5}')} NO [OVERQUOTA] no room`);
  const error = await refused;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, error.text], ["OVERQUOTA", "no room"]);
  const noop = client.noop();
  await server.answer("NOOP"); // nothing of the refused message was sent
  await noop;
  client.shutdown();
});

test("L1 an invalid message is refused before a byte is sent [ext APPENDLIMIT]", async () => {
  const { client, server } = await selectFake({}, `${APPEND} APPENDLIMIT=10`);
  const invalid = new Date(NaN);
  for (
    const call of [
      () => client.append("x", "a\0b"),
      () => client.append("x", bytes("a\0b")),
      () => client.append("x", "\ud800"),
      () => client.append("x", "12345678901"),
      () => client.append("x", "1234567\n8\n9"), // ten characters and two line ends: too long
      () => client.append("x", "y", { flags: "a b" }),
      () => client.append("x", "y", { date: invalid }),
      () => client.append("x", "y", { date: "today" as unknown as Date }),
      () => client.append("x", 5 as unknown as string),
      () => client.multiappend("x", ["fine", "a\0b"]),
      () => client.multiappend("x", ["fine", { msg: "12345678901" }]),
      () => client.multiappend("x", [{ msg: "y", flags: ["\r\n"] }]),
    ]
  ) await assertRejects(call, InvalidArgumentError);
  const why = "a message of 11 bytes: the server accepts at most 10 (APPENDLIMIT)";
  const error = await outcome(client.append("x", "12345678901"));
  assertEquals((error as Error).message, why);
  assert(await server.isSilent());
  client.shutdown();
});

test("L8 multiappend sends all messages at once, and returns their UIDs", async () => {
  const { client, server } = await selectFake({}, APPEND);
  const appended = client.multiappend("x", [
    "one\n",
    bytes("two"),
    { msg: "three", flags: [SEEN], date: parseToDatetime("05-Apr-2009 11:00:05 +0200") },
  ]);
  const tag = await server.expect('APPEND "x" () {5+}');
  assertEquals(await server.line(), "one");
  assertEquals(await server.line(), " () {3+}");
  assertEquals(await server.line(), 'two (\\Seen) "05-Apr-2009 11:00:05 +0200" {5+}');
  assertEquals(await server.line(), "three");
  await server.send(`${tag} OK [APPENDUID 7 11:12,20] done`);
  const { uidValidity, uids, text } = await appended;
  assertEquals([uidValidity, uids, text], [7, [11, 12, 20], "[APPENDUID 7 11:12,20] done"]);
  assertEquals((await client.multiappend("x", [])).uids, []);
  client.shutdown();
});

test("L8 E3 multiappend needs MULTIAPPEND", async () => {
  const { client, server } = await selectFake();
  await assertRejects(() => client.multiappend("x", ["y"]), CapabilityError, "MULTIAPPEND");
  assert(await server.isSilent());
  client.shutdown();
});

test("L3 Z15 copy returns the mapping of UIDs", async () => {
  const { client, server } = await selectFake();
  const copied = client.copy([304, 319, 320], "Übung");
  const tag = await server.expect('UID COPY 304,319:320 "&ANw-bung"');
  await server.send(`${tag} OK [COPYUID 38505 304,319:320 3956:3958] Done`);
  assertEquals(await copied, {
    text: "[COPYUID 38505 304,319:320 3956:3958] Done",
    uidValidity: 38505,
    uids: new Map([[304, 3956], [319, 3957], [320, 3958]]),
  });
  client.useUid = false;
  const plain = client.copy("1:2", "x");
  await server.answer('COPY 1:2 "x"');
  assertEquals(await plain, { text: "done", uidValidity: null, uids: new Map() });
  const refused = outcome(client.copy(1, "nowhere"));
  await server.send(`${await server.expect('COPY 1 "nowhere"')} NO [TRYCREATE] no such folder`);
  assertEquals((await refused as ImapError).code, "TRYCREATE");
  client.shutdown();
});

test("L4 move returns the mapping, wherever the server sends it", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MOVE");
  const moved = client.move("5:6", "x");
  const tag = await server.expect('UID MOVE 5:6 "x"');
  const code = "[COPYUID 1 5:6 8:9]";
  await server.send(`* OK ${code} moved`, "* 1 EXPUNGE", "* 1 EXPUNGE", `${tag} OK Done`);
  const { uids, text, uidValidity } = await moved;
  assertEquals([[...uids], text, uidValidity], [[[5, 8], [6, 9]], `${code} Done`, 1]);
  client.useUid = false;
  const again = client.move("1:2", "x");
  const other = await server.expect('MOVE 1:2 "x"');
  await server.send(`${other} OK ${code} Done`);
  assertEquals((await again).uids.size, 2);
  client.shutdown();
});

test("L4 a move that the server did in part says so", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MOVE");
  const moved = outcome(client.move("5:6", "x"));
  const tag = await server.expect('UID MOVE 5:6 "x"');
  await server.send("* OK [COPYUID 1 5 8] x", "* 1 EXPUNGE", `${tag} NO [OVERQUOTA] full`);
  const error = await moved;
  assertInstanceOf(error, PartialMoveError);
  assertEquals([error.code, [...error.uids]], ["OVERQUOTA", [[5, 8]]]);
  assert(error.message.includes("some messages were moved"), error.message);
  const refused = outcome(client.move(5, "x"));
  await server.send(`${await server.expect('UID MOVE 5 "x"')} NO [TRYCREATE] none`);
  assert(!(await refused instanceof PartialMoveError));
  client.shutdown();
});

test("L4 E3 without MOVE and UIDPLUS nothing is sent, nor by sequence numbers", async () => {
  const { client, server } = await selectFake();
  await assertRejects(() => client.move(1, "x"), CapabilityError, "MOVE capability");
  assert(await server.isSilent());
  client.shutdown();
  const other = await selectFake({ useUid: false }, "IMAP4rev1 UIDPLUS");
  await assertRejects(() => other.client.move(1, "x"), CapabilityError, "MOVE capability");
  assert(await other.server.isSilent());
  other.client.shutdown();
});

test("L4 without MOVE each step waits for the one before, and only existing messages are moved", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
  const moved = client.move("5:*", "x");
  await server.answer("UID SEARCH UID 5:*", "* SEARCH 5 6");
  const copy = await server.expect('UID COPY 5:6 "x"');
  assert(await server.isSilent());
  await server.send("* 1001 EXISTS", `${copy} OK [COPYUID 1 5:6 8:9] done`);
  const store = await server.expect("UID STORE 5:6 +FLAGS.SILENT (\\Deleted)");
  assert(await server.isSilent());
  await server.send(`${store} OK done`);
  await server.answer("UID EXPUNGE 5:6", "* 1 EXPUNGE", "* 1 EXPUNGE");
  assertEquals([...(await moved).uids], [[5, 8], [6, 9]]);
  const nothing = client.move(77, "x");
  await server.answer("UID SEARCH UID 77", "* SEARCH");
  assertEquals((await nothing).uids.size, 0);
  client.shutdown();
});

test("L4 without MOVE messages that were not copied stay", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
  const moved = client.move("5:7", "x");
  await server.answer("UID SEARCH UID 5:7", "* SEARCH 5 6 7");
  const copy = await server.expect('UID COPY 5:7 "x"');
  await server.send(`${copy} OK [COPYUID 1 5,7 8:9] one was gone`);
  await server.answer("UID STORE 5,7 +FLAGS.SILENT (\\Deleted)");
  await server.answer("UID EXPUNGE 5,7");
  assertEquals([...(await moved).uids], [[5, 8], [7, 9]]);
  client.shutdown();
});

test("L4 without MOVE a copy that fails leaves everything as it was", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
  const moved = outcome(client.move(5, "x"));
  await server.answer("UID SEARCH UID 5", "* SEARCH 5");
  await server.send(`${await server.expect('UID COPY 5 "x"')} NO [TRYCREATE] no such folder`);
  const error = await moved;
  assertEquals([(error as ImapError).code, error instanceof PartialMoveError], [
    "TRYCREATE",
    false,
  ]);
  assert(await server.isSilent());
  client.shutdown();
});

test("L4 without MOVE a step fails → the error says what was done before", async () => {
  for (const failing of ["store", "expunge"]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
    const moved = outcome(client.move(5, "x"));
    await server.answer("UID SEARCH UID 5", "* SEARCH 5");
    const copy = await server.expect('UID COPY 5 "x"');
    await server.send(`${copy} OK [COPYUID 1 5 8] done`);
    let tag = await server.expect("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
    if (failing === "expunge") {
      await server.send(`${tag} OK done`);
      tag = await server.expect("UID EXPUNGE 5");
    }
    await server.send(`${tag} NO [SERVERBUG] sorry`);
    const error = await moved;
    assertInstanceOf(error, PartialMoveError);
    const how = failing === "store"
      ? "they were copied, but not flagged \\Deleted"
      : "they were copied and flagged \\Deleted, but not expunged";
    assert(error.message.includes(how), error.message);
    assertEquals([error.code, error.text, [...error.uids]], ["SERVERBUG", "sorry", [[5, 8]]]);
    assertInstanceOf(error.cause, ImapError);
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
    client.shutdown();
  }
});

test("L4 without MOVE an abort or a broken connection half-way says so too", async () => {
  for (const how of ["abort", "break"]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
    const controller = new AbortController();
    const moved = outcome(client.move(5, "x", { signal: controller.signal }));
    await server.answer("UID SEARCH UID 5", "* SEARCH 5");
    await server.answer('UID COPY 5 "x"');
    await server.expect("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
    if (how === "abort") controller.abort(new Error("never mind"));
    else server.break();
    const error = await moved;
    assertInstanceOf(error, PartialMoveError);
    assert(error.cause instanceof Error);
    client.shutdown();
  }
});

test("L4 without MOVE a read-only folder is refused before anything is copied", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
  const selected = client.selectFolder("INBOX", { readonly: true });
  await server.answer('EXAMINE "INBOX"');
  await selected;
  const moved = outcome(client.move(5, "x"));
  await server.answer("UID SEARCH UID 5", "* SEARCH 5");
  assertInstanceOf(await moved, ReadOnlyError);
  assert(await server.isSilent());
  client.shutdown();
});

test("L5 expunge returns the server's text and its updates", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  for (
    const [lines, expected] of [
      [["* 2 EXPUNGE", "* 1 EXPUNGE", "* 0 RECENT"], [[2, "EXPUNGE"], [1, "EXPUNGE"], [
        0,
        "RECENT",
      ]]],
      [["* 0 EXISTS"], [[0, "EXISTS"]]],
      [[], []],
    ] as const
  ) {
    const expunged = client.expunge();
    await server.answer("EXPUNGE", ...lines);
    const { text, responses } = await expunged;
    const short = responses.map((it) => "number" in it ? [it.number, it.type] : it.type);
    assertEquals([text, short], ["done", expected]);
  }
  assertEquals(heard, ["EXPUNGE", "EXPUNGE", "RECENT", "EXISTS"]);
  client.shutdown();
});

test("L6 L7 expunge of messages is UID EXPUNGE, and needs UIDPLUS and UIDs", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS");
  for (const call of [() => client.expunge([4, 5]), () => client.uidExpunge("4:5")]) {
    const expunged = call();
    await server.answer("UID EXPUNGE 4:5", "* 1 EXPUNGE");
    assertEquals((await expunged).responses.length, 1);
  }
  client.useUid = false;
  for (const call of [() => client.expunge(4), () => client.uidExpunge(4)]) {
    await assertRejects(call, InvalidArgumentError, "cannot EXPUNGE by ID when not using uids");
  }
  client.shutdown();
  const other = await selectFake();
  for (const call of [() => other.client.expunge(4), () => other.client.uidExpunge(4)]) {
    await assertRejects(call, CapabilityError, "UIDPLUS");
  }
  assert(await other.server.isSilent());
  other.client.shutdown();
});
