import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ANSWERED,
  CapabilityError,
  DELETED,
  FLAGGED,
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  ReadOnlyError,
  RECENT,
  SEEN,
} from "../../../mod.ts";
import { connectFake, outcome, selectFake, test } from "../../support/fake_server.ts";

const GMAIL = "IMAP4rev1 X-GM-EXT-1";
const FLAG_CALLS = ["addFlags", "removeFlags", "setFlags"] as const;
const LABEL_CALLS = ["addGmailLabels", "removeGmailLabels", "setGmailLabels"] as const;

test("K1 flags are added, removed and set, and the result has the new flags", async () => {
  const { client, server } = await selectFake();
  for (const [i, sign] of ["+", "-", ""].entries()) {
    const changed = client[FLAG_CALLS[i]]([5, 6, 7], [SEEN, "foo"]);
    await server.answer(
      `UID STORE 5:7 ${sign}FLAGS (\\Seen foo)`,
      "* 1 FETCH (FLAGS (\\Seen foo) UID 5)",
      "* 2 FETCH (UID 6 FLAGS ())",
    );
    assertEquals(await changed, new Map([[5, ["\\Seen", "foo"]], [6, []]]));
  }
  client.shutdown();
});

test("K1 silent asks for no answer, and returns null [ext SILENT]", async () => {
  const { client, server } = await selectFake();
  for (const [i, sign] of ["+", "-", ""].entries()) {
    const changed: Promise<null> = client[FLAG_CALLS[i]](5, FLAGGED, { silent: true });
    await server.answer(
      `UID STORE 5 ${sign}FLAGS.SILENT (\\Flagged)`,
      "* 1 FETCH (UID 5 FLAGS ())",
    );
    assertEquals(await changed, null);
  }
  assertEquals(await client.addFlags([], SEEN, { silent: true }), null);
  client.shutdown();
});

test("K1 with silent, the server's responses go to the listeners", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  const changed = client.addFlags(5, FLAGGED, { silent: true });
  await server.answer("UID STORE 5 +FLAGS.SILENT (\\Flagged)", "* 1 FETCH (UID 5 MODSEQ (7))");
  await changed;
  assertEquals(heard, ["FETCH"]);
  client.shutdown();
});

test("B4 flags are a list or a single one, text or bytes, their case kept", async () => {
  const { client, server } = await selectFake();
  const bytes = new TextEncoder().encode("Bar");
  for (
    const [flags, sent] of [
      [[DELETED, "foo", bytes], "(\\Deleted foo Bar)"],
      ["Foo", "(Foo)"],
      [bytes, "(Bar)"],
      [new Set([ANSWERED, "$x"]), "(\\Answered $x)"],
      [[], "()"],
    ] as const
  ) {
    const changed = client.setFlags(1, flags);
    await server.answer(`UID STORE 1 FLAGS ${sent}`);
    await changed;
  }
  client.shutdown();
});

test("B3 with no ids nothing is sent, and nothing is found", async () => {
  const { client, server } = await selectFake({}, GMAIL);
  for (const call of FLAG_CALLS) assertEquals(await client[call]([], SEEN), new Map());
  for (const call of LABEL_CALLS) assertEquals(await client[call]([], "x"), new Map());
  assertEquals(await client.getFlags([]), new Map());
  assertEquals(await client.getGmailLabels([]), new Map());
  assertEquals(await client.deleteMessages([]), new Map());
  assertEquals((await client.copy([], "x")).uids.size, 0);
  assertEquals((await client.move([], "x")).uids.size, 0);
  assertEquals((await client.uidExpunge([])).responses, []);
  assert(await server.isSilent());
  client.shutdown();
});

test("J10 K4 a message without flags or labels is left out, and spoils nothing", async () => {
  const { client, server } = await selectFake({}, GMAIL);
  const flags = client.getFlags("1:3");
  await server.answer(
    "UID FETCH 1:3 (FLAGS)",
    "* 1 FETCH (UID 1 FLAGS (\\Seen))",
    "* 2 FETCH (UID 2)",
    "* 3 FETCH (UID 3 FLAGS garbage)",
  );
  assertEquals(await flags, new Map([[1, ["\\Seen"]]]));
  const labels = client.getGmailLabels("1:2");
  await server.answer("UID FETCH 1:2 (X-GM-LABELS)", "* 2 FETCH (UID 2 X-GM-LABELS (a))");
  assertEquals(await labels, new Map([[2, ["a"]]]));
  client.shutdown();
});

test("B5 flags that can't be are refused, the server's own among them", async () => {
  const { client, server } = await selectFake();
  for (const flag of [RECENT, "\\recent", "a b", "(x", "\\*", "", "a\r\nb", "ü", "\\", "x]"]) {
    await assertRejects(() => client.addFlags(1, flag), InvalidArgumentError, undefined, flag);
    await assertRejects(() => client.addFlags(1, [SEEN, flag]), InvalidArgumentError);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("K2 Z10 only flags count in the answer, and there may be none", async () => {
  const { client, server } = await selectFake();
  const changed = client.addFlags([1, 5, 6], "foo");
  await server.answer(
    "UID STORE 1,5:6 +FLAGS (foo)",
    "* 3 FETCH (UID 99)",
    "* 11 FETCH (FLAGS (blah foo) UID 1)",
    "* 11 FETCH (UID 1 OTHER (dont))",
    "* 22 FETCH (UID 5 OTHER (dont))",
    "* 4 EXISTS",
    "* 7 FETCH (FLAGS (stranger) UID 77)",
    "* 8 FETCH (FLAGS (nobody))",
    "* 9 FETCH (FLAGS garbage UID 6)",
  );
  assertEquals(await changed, new Map([[1, ["blah", "foo"]]]));
  client.shutdown();
});

test("K1 by sequence numbers the result is too", async () => {
  const { client, server } = await selectFake({ useUid: false });
  const changed = client.addFlags("2:3", "foo");
  await server.answer(
    "STORE 2:3 +FLAGS (foo)",
    "* 2 FETCH (FLAGS (foo) UID 12)",
    "* 3 FETCH (FLAGS (foo))",
  );
  assertEquals([...(await changed).keys()], [2, 3]);
  client.shutdown();
});

test("K3 deleteMessages flags them, no more", async () => {
  const { client, server } = await selectFake();
  const changed = client.deleteMessages("1:2");
  await server.answer("UID STORE 1:2 +FLAGS (\\Deleted)", "* 1 FETCH (UID 1 FLAGS (\\Deleted))");
  assertEquals(await changed, new Map([[1, ["\\Deleted"]]]));
  const silent = client.deleteMessages(3, { silent: true });
  await server.answer("UID STORE 3 +FLAGS.SILENT (\\Deleted)");
  assertEquals(await silent, null);
  client.shutdown();
});

test("Q3 a read-only folder is left alone", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MOVE UIDPLUS");
  const selected = client.selectFolder("INBOX", { readonly: true });
  await server.answer('EXAMINE "INBOX"', "* OK [READ-ONLY] so it is");
  await selected;
  for (
    const call of [
      () => client.addFlags(1, SEEN),
      () => client.move(1, "x"),
      () => client.expunge(),
      () => client.uidExpunge(1),
      () => client.deleteMessages(1),
    ]
  ) await assertRejects(call, ReadOnlyError);
  assert(await server.isSilent());
  client.shutdown();
});

test("Q10 a refusal throws with its code, and the client continues", async () => {
  const { client, server } = await selectFake();
  const refused = outcome(client.addFlags(1, "foo"));
  const tag = await server.expect("UID STORE 1 +FLAGS (foo)");
  await server.send("* 1 FETCH (UID 1 FLAGS (bar))", `${tag} NO [LIMIT] too many keywords`);
  const error = await refused;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, error.text], ["LIMIT", "too many keywords"]);
  assertEquals(error.command, "UID STORE 1 +FLAGS (foo)");
  const flags = client.getFlags(1);
  await server.answer("UID FETCH 1 (FLAGS)", "* 1 FETCH (UID 1 FLAGS (bar))");
  assertEquals(await flags, new Map([[1, ["bar"]]]));
  client.shutdown();
});

test("K4 K5 labels are quoted and encoded, and come back as text", async () => {
  const { client, server } = await selectFake({}, GMAIL);
  for (const [i, sign] of ["+", "-", ""].entries()) {
    const changed = client[LABEL_CALLS[i]](1, ["foo", 'f"o"o', "Łabel", "\\Important"]);
    await server.answer(
      `UID STORE 1 ${sign}X-GM-LABELS ("foo" "f\\"o\\"o" "&AUE-abel" "\\\\Important")`,
      '* 1 FETCH (X-GM-LABELS (foo "f\\"o\\"o" &AUE-abel "\\\\Important") UID 1)',
    );
    assertEquals(await changed, new Map([[1, ["foo", 'f"o"o', "Łabel", "\\Important"]]]));
    const silent = client[LABEL_CALLS[i]](1, new TextEncoder().encode("x"), { silent: true });
    await server.answer(`UID STORE 1 ${sign}X-GM-LABELS.SILENT ("x")`);
    assertEquals(await silent, null);
  }
  const labels = client.getGmailLabels("1:2");
  await server.answer(
    "UID FETCH 1:2 (X-GM-LABELS)",
    "* 1 FETCH (X-GM-LABELS (&AUE-abel) UID 1)",
    "* 2 FETCH (UID 2 X-GM-LABELS ())",
  );
  assertEquals(await labels, new Map([[1, ["Łabel"]], [2, []]]));
  client.shutdown();
});

test("E3 Gmail's calls need a Gmail", async () => {
  const { client, server } = await selectFake();
  for (const call of LABEL_CALLS) {
    await assertRejects(() => client[call](1, "x"), CapabilityError, "X-GM-EXT-1");
  }
  await assertRejects(() => client.getGmailLabels(1), CapabilityError, "X-GM-EXT-1");
  await assertRejects(() => client.gmailSearch("x"), CapabilityError, "X-GM-EXT-1");
  await assertRejects(() => client.sort("ARRIVAL"), CapabilityError, "support SORT capability");
  await assertRejects(() => client.thread("foo"), CapabilityError, "THREAD=FOO");
  assert(await server.isSilent());
  client.shutdown();
});

test("H13 gmailSearch always names its charset", async () => {
  const { client, server } = await selectFake({}, GMAIL);
  for (
    const [query, sent] of [
      ["simple", "simple"],
      ["in:unread has:attachment", '"in:unread has:attachment"'],
      ['subject:"x\\y"', '"subject:\\"x\\\\y\\""'],
      [new TextEncoder().encode("plain bytes"), '"plain bytes"'],
    ] as const
  ) {
    const found = client.gmailSearch(query);
    await server.answer(`UID SEARCH CHARSET UTF-8 X-GM-RAW ${sent}`, "* SEARCH 1 44");
    assertEquals([...await found], [1, 44]);
  }
  const accented = client.gmailSearch("ü", { charset: "UTF-8" });
  const line = await server.line();
  assert(line.endsWith("CHARSET UTF-8 X-GM-RAW {2}"), line);
  await server.send("+");
  assertEquals(await server.bytes(4), "\xc3\xbc\r\n");
  await server.send(`${line.split(" ")[0]} OK`);
  assertEquals([...await accented], []);
  client.shutdown();
});

test("I1 I3 sort always names a charset, and keeps the server's order", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 SORT");
  for (
    const [keys, criteria, options, sent] of [
      ["arrival", undefined, {}, "(ARRIVAL) UTF-8 ALL"],
      ["REVERSE size", ["UNSEEN"], {}, "(REVERSE SIZE) UTF-8 UNSEEN"],
      [["arrival", new TextEncoder().encode("subject")], ["FROM", "a b"], {
        charset: "US-ASCII",
      }, '(ARRIVAL SUBJECT) US-ASCII FROM "a b"'],
      [["DATE"], ["NOT", ["SINCE", "2005-04-03"]], {}, "(DATE) UTF-8 NOT (SINCE 03-Apr-2005)"],
    ] as const
  ) {
    const sorted = client.sort(keys, criteria, options);
    await server.answer(`UID SORT ${sent}`, "* SORT 9 8 7", "* SORT 10");
    assertEquals(await sorted, [9, 8, 7, 10]);
  }
  for (const keys of [[], "", "ARRIVAL)", "A\r\nB", ["DATE", "x(y"]]) {
    await assertRejects(() => client.sort(keys), InvalidArgumentError);
  }
  await assertRejects(() => client.sort("DATE", []), InvalidCriteriaError);
  client.shutdown();
});

test("I2 I3 thread returns nested ids", async () => {
  const { client, server } = await selectFake(
    {},
    "IMAP4rev1 THREAD=REFERENCES THREAD=FOO CONDSTORE",
  );
  const threads = client.thread();
  await server.answer("UID THREAD REFERENCES UTF-8 ALL", "* THREAD (1 2)(3)(4 5 6)");
  assertEquals(await threads, [[1, 2], [3], [4, 5, 6]]);
  const nested = client.thread("foo", ["SUBJECT", "x"], { charset: "US-ASCII" });
  await server.answer(
    "UID THREAD FOO US-ASCII SUBJECT x",
    "* THREAD (2)(3 6 (4 23)(44 7 96)) ((1)(8))",
  );
  assertEquals(await nested, [[2], [3, 6, [4, 23], [44, 7, 96]], [[1], [8]]]);
  const changed = client.thread("foo", ["MODSEQ", 1]);
  await server.answer("UID THREAD FOO UTF-8 MODSEQ 1", "* THREAD (1)(2) (MODSEQ 22)"); // Cyrus
  assertEquals(await changed, [[1], [2]]);
  const none = client.thread("foo");
  await server.answer("UID THREAD FOO UTF-8 ALL", "* THREAD");
  assertEquals(await none, []);
  client.shutdown();
});

test("I3 criteria that the server does not take throw InvalidCriteriaError", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 SORT THREAD=REFERENCES");
  const sorted = outcome(client.sort("DATE", ["X-WHAT", "y"], { charset: "KOI8-R" }));
  const tag = await server.expect("UID SORT (DATE) KOI8-R X-WHAT y");
  await server.send(`${tag} NO [BADCHARSET (UTF-8)] which?`);
  const error = await sorted;
  assertInstanceOf(error, InvalidCriteriaError);
  assert(error.message.includes("the server knows UTF-8"), error.message);
  const threads = outcome(client.thread("REFERENCES", "X-WHAT"));
  await server.send(`${await server.expect("UID THREAD REFERENCES UTF-8 X-WHAT")} BAD no`);
  assertInstanceOf(await threads, InvalidCriteriaError);
  client.shutdown();
});

test("Q5 without a login or a folder nothing is sent", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 SORT QUOTA] hi");
  for (
    const call of [
      () => client.addFlags(1, SEEN),
      () => client.copy(1, "x"),
      () => client.expunge(),
      () => client.append("x", "y"),
      () => client.sort("DATE"),
      () => client.getQuota(),
      () => client.closeFolder(),
      () => client.createFolder("x"),
    ]
  ) await assertRejects(call, ImapError, "needs a login first");
  assert(await server.isSilent());
  client.shutdown();
});
