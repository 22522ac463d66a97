// QRESYNC (RFC 7162 section 3.2): what has changed in a folder since the last time.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  type Folder,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  type ResyncRequest,
  type UntaggedResponse,
} from "../../../mod.ts";
import {
  connectFake,
  type FakeServer,
  isPending,
  loggedInFake,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

const QRESYNC = "IMAP4rev1 ENABLE QRESYNC";
const RESYNC = { uidValidity: 67890007, modseq: 90060115194045000n };
const PARAMETER = "(QRESYNC (67890007 90060115194045000";
const OPENED = [
  "* OK [CLOSED]",
  "* 100 EXISTS",
  "* OK [UIDVALIDITY 67890007] UIDVALIDITY",
  "* OK [HIGHESTMODSEQ 90060115205545359] Highest",
];

/** A client that has enabled QRESYNC. */
async function enabled() {
  const { client, server } = await loggedInFake(QRESYNC);
  const enabling = client.enable("QRESYNC");
  await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
  await enabling;
  return { client, server };
}

/** Selects with QRESYNC on; the server answers with these lines. */
async function resync(
  client: ImapClient,
  server: FakeServer,
  request: ResyncRequest,
  parameter: string,
  ...lines: string[]
) {
  const selecting = outcome(client.selectFolder("x", { resync: request }));
  await server.answer(`SELECT "x" ${parameter}`, ...lines);
  return await selecting;
}

/** What a result says of changes, as text. */
function changesOf(result: Awaited<ReturnType<typeof resync>>): [string | null, string | null] {
  if (result instanceof Error) throw result;
  const { vanished, changed } = result;
  const rows = [...changed ?? []].map(([uid, { FLAGS, MODSEQ }]) => `${uid} ${FLAGS} ${MODSEQ}`);
  return [vanished && String(vanished), changed && rows.join("; ")];
}

test("resync → ENABLE QRESYNC once, and what has changed [ext QRESYNC]", async () => {
  const { client, server } = await loggedInFake(QRESYNC);
  const selecting = client.selectFolder("INBOX", {
    resync: { ...RESYNC, knownUids: "41:211,214:541" },
  });
  await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
  await server.answer(
    `SELECT "INBOX" ${PARAMETER} 41:211,214:541))`,
    ...OPENED,
    "* VANISHED (EARLIER) 41,43:116,118,120:211",
    "* VANISHED (EARLIER) 214:540,600:4294967295",
    "* 49 FETCH (UID 117 FLAGS (\\Seen \\Answered) MODSEQ (90060115194045001))",
    "* 51 FETCH (UID 541 FLAGS (\\Seen $Forwarded) MODSEQ (90060115194045308))",
    "* 52 FETCH (UID 600 FLAGS () MODSEQ (90060115194045308))",
  );
  const inbox = await selecting;
  assertEquals(inbox.EXISTS, 100);
  assertEquals(String(inbox.vanished), "41,43:116,118,120:211,214:540");
  assertEquals([...inbox.changed!.keys()], [117, 541]);
  const { FLAGS, MODSEQ, SEQ } = inbox.changed!.get(117)!;
  assertEquals([FLAGS, MODSEQ, SEQ], [["\\Seen", "\\Answered"], 90060115194045001n, 49]);
  assertEquals(client.highestModseq, 90060115205545359n);
  const again = client.selectFolder("y", { resync: RESYNC });
  await server.answer(`SELECT "y" ${PARAMETER}))`, ...OPENED);
  assertEquals(changesOf(await again), ["", ""]);
  client.shutdown();
});

test("without resync → no such members [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const selecting = client.selectFolder("x", { condstore: true });
  await server.answer('SELECT "x" (CONDSTORE)', ...OPENED, "* VANISHED (EARLIER) 5");
  const result = await selecting;
  assertEquals(["vanished" in result, "changed" in result], [false, false]);
  client.shutdown();
});

test("UIDVALIDITY differs, NOMODSEQ, or neither is told → null [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const modseq = "* OK [HIGHESTMODSEQ 9] x";
  for (
    const lines of [
      ["* OK [UIDVALIDITY 5] new", modseq],
      ["* OK [UIDVALIDITY 67890007] x", "* OK [NOMODSEQ] sorry"],
      ["* OK [UIDVALIDITY 67890007] x"],
      [modseq],
    ]
  ) {
    const news = ["* VANISHED (EARLIER) 7", "* 1 FETCH (UID 4 FLAGS () MODSEQ (8))"];
    const result = await resync(client, server, RESYNC, `${PARAMETER}))`, ...lines, ...news);
    assertEquals(changesOf(result), [null, null]);
    assert(
      !(result instanceof Error) &&
        result.HIGHESTMODSEQ === (lines.at(-1) === modseq ? 9n : undefined),
    );
  }
  client.shutdown();
});

test("what comes before the folder's own → of the one before, and left out [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const news = (uid: number) => [
    `* VANISHED (EARLIER) ${uid}`,
    `* 1 FETCH (UID ${uid + 1} FLAGS () MODSEQ (8))`,
  ];
  const [closed, ...opened] = OPENED;
  const result = await resync(
    ...[client, server, RESYNC, `${PARAMETER}))`] as const,
    ...[...news(1), closed, ...news(11), ...opened, ...news(21), "* VANISHED 99"],
  );
  assertEquals(changesOf(result), ["21,99", "22  8"]);
  client.shutdown();
});

test("rows that name no message → ProtocolError [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const lines = [...OPENED, "* 1 FETCH (FLAGS (a) MODSEQ (8))"];
  const error = await resync(client, server, RESYNC, `${PARAMETER}))`, ...lines);
  assertInstanceOf(error, ProtocolError);
  client.shutdown();
});

test("malformed changes → the good ones are there [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const result = await resync(
    ...[client, server, RESYNC, `${PARAMETER}))`, ...OPENED] as const,
    "* VANISHED (EARLIER) 1:4294967295",
    ...["* 2 FETCH (UID 5 FLAGS (a) MODSEQ (8))", "* 3 FETCH (UID 6 MODSEQ (x) FLAGS (b))"],
  );
  assert(!(result instanceof Error));
  assertEquals([String(result.vanished), [...result.changed!.keys()]], ["1:4294967295", [5, 6]]);
  let thrown: unknown;
  try {
    void result.changed!.get(6)!.MODSEQ;
  } catch (error) {
    thrown = error;
  }
  assertInstanceOf(thrown, ProtocolError);
  client.shutdown();
});

test("removals that can't be read → null: nothing can be said [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  for (const uids of ["(EARLIER) x", "(EARLIER) 1:*", "(EARLIER) 0:5", "(EARLIER)", "7:x"]) {
    const news = [`* VANISHED ${uids}`, "* 2 FETCH (UID 5 FLAGS (a) MODSEQ (8))"];
    const lines = [...OPENED, "* VANISHED (EARLIER) 4", ...news];
    const result = await resync(client, server, RESYNC, `${PARAMETER}))`, ...lines);
    assertEquals(changesOf(result), [null, null], uids);
  }
  client.shutdown();
});

test("HIGHESTMODSEQ lower than the one that is known → null [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  for (const [modseq, vanished] of [[RESYNC.modseq - 1n, null], [RESYNC.modseq, "4"]] as const) {
    const opened = ["* OK [UIDVALIDITY 67890007] x", `* OK [HIGHESTMODSEQ ${modseq}] x`];
    const lines = [...opened, "* VANISHED (EARLIER) 4"];
    const result = await resync(client, server, RESYNC, `${PARAMETER}))`, ...lines);
    assertEquals(changesOf(result), [vanished, vanished && ""]);
  }
  client.shutdown();
});

test("removed while the server answers → removed, and not changed [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const news = [
    ...["* 1 FETCH (UID 5 FLAGS (a) MODSEQ (8))", "* 2 FETCH (UID 6 FLAGS (b) MODSEQ (9))"],
    "* VANISHED 5",
  ];
  const result = await resync(client, server, RESYNC, `${PARAMETER}))`, ...OPENED, ...news);
  assertEquals(changesOf(result), ["5", "6 b 9"]);
  const fetching = client.fetch("1:9", "FLAGS", { changedSince: 5, vanished: true });
  await server.answer("UID FETCH 1:9 (FLAGS MODSEQ) (CHANGEDSINCE 5 VANISHED)", ...news);
  const found = await fetching;
  assertEquals([[...found.keys()], String(found.vanished)], [[6], "5"]);
  client.shutdown();
});

test("more ranges of removed messages than there may be → ProtocolError [ext QRESYNC]", async () => {
  const greeting = `* PREAUTH [CAPABILITY ${QRESYNC}] hello`;
  const { client, server } = await connectFake({ limits: { items: 100 } }, greeting);
  const selecting = outcome(client.selectFolder("x", { resync: RESYNC }));
  await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
  const odd = Array.from({ length: 60 }, (_, i) => 2 * i + 1).join(",");
  const gone = `* VANISHED (EARLIER) ${odd}`;
  await server.answer(`SELECT "x" ${PARAMETER}))`, ...OPENED, gone, gone);
  assertInstanceOf(await selecting, ProtocolError);
  client.shutdown();
});

test("knownUids: none, few, too many → nothing, ranges, the whole of them [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const none = await resync(client, server, { ...RESYNC, knownUids: [] }, "(CONDSTORE)", ...OPENED);
  assertEquals(changesOf(none), ["", ""]);
  const few = { ...RESYNC, knownUids: [5, 6, 7, 9, 2] };
  await resync(client, server, few, `${PARAMETER} 5:7,9,2))`, ...OPENED);
  const all = { ...RESYNC, knownUids: "1:4294967295" };
  await resync(client, server, all, `${PARAMETER} 1:4294967295))`, ...OPENED);
  const many = { ...RESYNC, knownUids: Array.from({ length: 5000 }, (_, i) => 2 * i + 7) };
  const result = await resync(
    ...[client, server, many, `${PARAMETER} 7:10005))`, ...OPENED] as const,
    ...["* VANISHED (EARLIER) 1:12", "* 3 FETCH (UID 8 FLAGS (b) MODSEQ (8))"],
    "* 4 FETCH (UID 13 FLAGS (b) MODSEQ (8))",
  );
  assertEquals(changesOf(result), ["7,9,11", "13 b 8"]);
  client.shutdown();
});

test("sequenceMatch → in two sets, ascending; too many → some of them [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const sample = new Map([[5000, 15000], [7500, 22500], [9990, 29970], [9991, 29973]]);
  const request = { ...RESYNC, knownUids: "1:29997", sequenceMatch: sample };
  const sets = "(5000,7500,9990:9991 15000,22500,29970,29973)";
  await resync(client, server, request, `${PARAMETER} 1:29997 ${sets}))`, ...OPENED);
  const alone = { ...RESYNC, sequenceMatch: [[3, 8] as const] };
  await resync(client, server, alone, `${PARAMETER} (3 8)))`, ...OPENED);
  await resync(client, server, { ...RESYNC, sequenceMatch: [] }, `${PARAMETER}))`, ...OPENED);
  const long = Array.from({ length: 3000 }, (_, i) => [2 * i + 1, 3 * i + 2] as const);
  const selecting = client.selectFolder("x", { resync: { ...RESYNC, sequenceMatch: long } });
  const line = await server.line();
  assert(line.length < 8192 && line.length > 3000, line);
  assert(/,5999 2,.*,8999\)\)\)$/.test(line) || line.includes("5999 "), line);
  await server.send(...OPENED, `${line.split(" ")[0]} OK done`);
  await selecting;
  client.shutdown();
});

test("sequenceMatch on Cyrus → not sent, unless the caller knows better [ext QRESYNC, QUIRKS]", async () => {
  for (const quirks of [{}, { badSequenceMatch: false }]) {
    const greeting = `* PREAUTH [CAPABILITY ${QRESYNC}] imap.test Cyrus IMAP 3.6.1 server ready`;
    const { client, server } = await connectFake({ quirks }, greeting);
    const request = { ...RESYNC, knownUids: "1:9", sequenceMatch: [[3, 8] as const] };
    const selecting = client.selectFolder("x", { resync: request });
    await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
    const match = "badSequenceMatch" in quirks ? " (3 8)" : "";
    await server.answer(`SELECT "x" ${PARAMETER} 1:9${match}))`, ...OPENED);
    await selecting;
    client.shutdown();
  }
});

test("what makes no sense → InvalidArgumentError, nothing sent [ext QRESYNC]", async () => {
  const { client, server } = await loggedInFake(QRESYNC);
  const wrong: unknown[] = [
    ...[5, "x", [], {}, { modseq: 5 }, { ...RESYNC, uidvalidity: 5 }],
    ...[0, -1, 1.5, 2 ** 32, "5"].map((uidValidity) => ({ ...RESYNC, uidValidity })),
    ...[0, 2n ** 63n, "5"].map((modseq) => ({ ...RESYNC, modseq })),
    ...["1:*", "x", 0, null, 2 ** 32].map((knownUids) => ({ ...RESYNC, knownUids })),
    ...[5, "5", [5], [[5]], [[5, 0]], [[0, 5]], [[2, 5], [1, 6]], [[1, 5], [2, 5]], [[1, 2 ** 32]]]
      .map((sequenceMatch) => ({ ...RESYNC, sequenceMatch })),
  ];
  for (const resync of wrong as ResyncRequest[]) {
    const select = () => client.selectFolder("x", { resync });
    await assertRejects(select, InvalidArgumentError, undefined, JSON.stringify(resync, String));
    await assertRejects(() => client.openFolder("x", { resync }), InvalidArgumentError);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("no QRESYNC, or it is not enabled → CapabilityError, no SELECT [ext QRESYNC]", async () => {
  const { client, server } = await loggedInFake("IMAP4rev1 ENABLE CONDSTORE");
  const missing = await outcome(client.selectFolder("x", { resync: RESYNC }));
  assertInstanceOf(missing, CapabilityError);
  assert(await server.isSilent());
  client.shutdown();
  for (
    const [line, status] of [
      ["* ENABLED", "OK x"],
      ["* ENABLED FOO", "OK x"],
      ["", "NO not today"],
      ["", "BAD eh"],
    ]
  ) {
    const { client, server } = await selectFake({}, QRESYNC);
    const selecting = outcome(client.selectFolder("x", { resync: RESYNC }));
    const next = outcome(client.search("ALL"));
    const tag = await server.expect("ENABLE QRESYNC");
    await server.send(...line === "" ? [] : [line], `${tag} ${status}`);
    const error = await selecting;
    assertInstanceOf(error, CapabilityError);
    assertEquals(error.message.includes("not today"), status.startsWith("NO"));
    // It was made for the folder that is not selected.
    assertInstanceOf(await next, IllegalStateError);
    // The folder of before is still there.
    const searching = client.search("ALL");
    await server.answer("UID SEARCH ALL", "* SEARCH 4");
    assertEquals([...await searching], [4]);
    // The next call tries again.
    const again = client.selectFolder("x", { resync: RESYNC });
    await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
    await server.answer(`SELECT "x" ${PARAMETER}))`, ...OPENED);
    await again;
    client.shutdown();
  }
});

test("two at once → one ENABLE; an abort of the first keeps it for the second [ext QRESYNC]", async () => {
  const { client, server } = await loggedInFake(QRESYNC);
  const controller = new AbortController();
  const { signal } = controller;
  const one = outcome(client.selectFolder("x", { resync: RESYNC, signal }));
  const two = client.selectFolder("y", { resync: RESYNC });
  controller.abort(new Error("never mind"));
  assertEquals((await one as Error).message, "never mind");
  await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
  await server.answer(`SELECT "y" ${PARAMETER}))`, ...OPENED);
  assertEquals((await two).EXISTS, 100);
  client.shutdown();
});

test("abort or cut at each moment → the session knows where it is [ext QRESYNC]", async () => {
  for (const moment of ["ENABLE", "SELECT", "cut"]) {
    const { client, server } = await loggedInFake(QRESYNC);
    const controller = new AbortController();
    const { signal } = controller;
    const selecting = outcome(client.selectFolder("x", { resync: RESYNC, signal }));
    const enabling = await server.expect("ENABLE QRESYNC");
    if (moment === "ENABLE") controller.abort(new Error("never mind"));
    await server.send("* ENABLED QRESYNC", `${enabling} OK done`);
    if (moment !== "ENABLE") {
      const tag = await server.expect(`SELECT "x" ${PARAMETER}))`);
      await server.send(...OPENED, "* VANISHED (EARLIER) 5");
      await turns();
      if (moment === "cut") server.break();
      else {
        controller.abort(new Error("never mind"));
        await server.send("* 1 FETCH (UID 4 FLAGS () MODSEQ (8))", `${tag} OK done`);
      }
    }
    const error = await selecting;
    assertInstanceOf(error, moment === "cut" ? ImapError : Error);
    if (moment !== "cut") {
      assertEquals(error.message, "never mind");
      await assertRejects(() => client.search("ALL"), IllegalStateError);
      assertEquals([client.state, client.highestModseq], ["authenticated", null]);
    }
    client.shutdown();
  }
});

test("SELECT: NO or BAD → ImapError, no folder [ext QRESYNC]", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server } = await enabled();
    const selecting = outcome(client.selectFolder("x", { resync: RESYNC }));
    const tag = await server.expect(`SELECT "x" ${PARAMETER}))`);
    await server.send("* VANISHED (EARLIER) 5", `${tag} ${status} no such folder`);
    assertInstanceOf(await selecting, ImapError);
    assertEquals(client.state, "authenticated");
    client.shutdown();
  }
});

test("UIDONLY: sequenceMatch → refused, nothing sent; without → rows by UID [ext QRESYNC, UIDONLY]", async () => {
  const { client, server } = await loggedInFake(`${QRESYNC} UIDONLY`);
  const enabling = client.enable(["QRESYNC", "UIDONLY"]);
  await server.answer("ENABLE QRESYNC UIDONLY", "* ENABLED QRESYNC UIDONLY");
  await enabling;
  const request = { ...RESYNC, sequenceMatch: [[1, 5] as const] };
  await assertRejects(() => client.selectFolder("x", { resync: request }), IllegalStateError);
  assert(await server.isSilent());
  const rows = ["* VANISHED (EARLIER) 5", "* 117 UIDFETCH (FLAGS (a) MODSEQ (8))"];
  const result = await resync(client, server, RESYNC, `${PARAMETER}))`, ...OPENED, ...rows);
  assertEquals(changesOf(result), ["5", "117 a 8"]);
  client.shutdown();
});

/** Opens a folder, which the server selects with these words after its name. */
async function open(
  client: ImapClient,
  server: FakeServer,
  options: Parameters<ImapClient["openFolder"]>[1],
  parameter: string,
  ...lines: string[]
): Promise<Folder> {
  const opening = client.openFolder("x", options);
  await server.answer(`SELECT "x"${parameter}`, ...OPENED, ...lines);
  return await opening;
}

test("openFolder: resync → the folder has the changes; others share it [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const gone = ["* VANISHED (EARLIER) 5", "* 1 FETCH (UID 4 FLAGS (a) MODSEQ (8))"];
  const folder = await open(client, server, { resync: RESYNC }, ` ${PARAMETER}))`, ...gone);
  assertEquals([String(folder.vanished), folder.changed?.get(4)?.MODSEQ], ["5", 8n]);
  assertEquals(folder.highestModseq, 90060115205545359n);
  const plain = await client.openFolder("x");
  const condstore = await client.openFolder("x", { condstore: true });
  assertEquals([plain.vanished, plain.changed, condstore.vanished], [null, null, null]);
  // A second resync needs a SELECT of its own, and so waits until all have closed the folder.
  const second = client.openFolder("x", { resync: RESYNC });
  assert(await isPending(second));
  for (const each of [folder, plain, condstore]) await each.close();
  await server.answer(`SELECT "x" ${PARAMETER}))`, ...OPENED, "* VANISHED (EARLIER) 6");
  assertEquals(String((await second).vanished), "6");
  await (await second).close();
  client.shutdown();
});

test("openFolder: condstore while it is open without → waits for a SELECT [ext CONDSTORE]", async () => {
  const { client, server } = await enabled();
  const plain = await open(client, server, {}, "");
  const condstore = client.openFolder("x", { condstore: true });
  assert(await isPending(condstore));
  const other = client.openFolder("x");
  assert(await isPending(other));
  await plain.close();
  await server.answer('SELECT "x" (CONDSTORE)', ...OPENED);
  assertEquals((await condstore).exists, 100);
  assertEquals((await other).exists, 100);
  client.shutdown();
});

test("openFolder: the SELECT with resync fails → those who share it try without [ext QRESYNC]", async () => {
  const { client, server } = await loggedInFake(QRESYNC);
  const first = outcome(client.openFolder("x", { resync: RESYNC }));
  const second = client.openFolder("x");
  const tag = await server.expect("ENABLE QRESYNC");
  await server.send(`${tag} NO not today`);
  assertInstanceOf(await first, CapabilityError);
  await server.answer('SELECT "x"', ...OPENED);
  assertEquals((await second).exists, 100);
  client.shutdown();
});

test("withFolder and a selectFolder that waits: resync → likewise [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const working = client.withFolder("x", { resync: RESYNC }, (folder) => String(folder.vanished));
  const selecting = client.selectFolder("y", { resync: RESYNC });
  await server.answer(`SELECT "x" ${PARAMETER}))`, ...OPENED, "* VANISHED (EARLIER) 5");
  assertEquals(await working, "5");
  await server.answer(`SELECT "y" ${PARAMETER}))`, ...OPENED, "* VANISHED (EARLIER) 6");
  assertEquals(changesOf(await selecting), ["6", ""]);
  client.shutdown();
});

test("fetch: vanished → ENABLE first, and the UIDs that are gone [ext QRESYNC]", async () => {
  const { client, server } = await selectFake({}, QRESYNC);
  const heard: UntaggedResponse[] = [];
  client.listen((response) => heard.push(response));
  const fetching = client.fetch("300:500", "FLAGS", { changedSince: 12345, vanished: true });
  const plain = client.fetch("1:9", "FLAGS");
  const second = client.fetch("600", "FLAGS", { changedSince: 12345, vanished: true });
  await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC", "* OK [HIGHESTMODSEQ 99] x");
  const tag = await server.expect("UID FETCH 300:500 (FLAGS MODSEQ) (CHANGEDSINCE 12345 VANISHED)");
  await server.send(
    "* VANISHED (EARLIER) 300:310,405,411,501",
    "* VANISHED 404",
    "* VANISHED (EARLIER) 412",
    "* 2 FETCH (UID 406 MODSEQ (75403) FLAGS (\\Deleted))",
    `${tag} OK done`,
  );
  const found = await fetching;
  assertEquals([[...found.keys()], String(found.vanished)], [[406], "300:310,404:405,411:412"]);
  assertEquals(Object.keys(found), []);
  await server.answer("UID FETCH 1:9 (FLAGS)", "* VANISHED (EARLIER) 8");
  assertEquals((await plain).size, 0);
  await server.answer("UID FETCH 600 (FLAGS MODSEQ) (CHANGEDSINCE 12345 VANISHED)");
  assertEquals((await second).vanished.isEmpty, true);
  assertEquals(heard.map(({ type }) => type), ["OK", "VANISHED", "VANISHED"]);
  client.shutdown();
});

test("fetch: removals that can't be read → ProtocolError with the rest [ext QRESYNC]", async () => {
  for (const uids of ["(EARLIER) x", "(EARLIER) 1:*", "(EARLIER)", "7:x"]) {
    const { client, server } = await enabled();
    const selecting = client.selectFolder("x");
    await server.answer('SELECT "x"', ...OPENED);
    await selecting;
    const fetching = outcome(client.fetch("1:9", "FLAGS", { changedSince: 5, vanished: true }));
    await server.answer(
      "UID FETCH 1:9 (FLAGS MODSEQ) (CHANGEDSINCE 5 VANISHED)",
      `* VANISHED ${uids}`,
      "* 2 FETCH (UID 5 FLAGS (a) MODSEQ (8))",
    );
    const error = await fetching;
    assertInstanceOf(error, ProtocolError, uids);
    assertEquals([...(error.partial as Map<number, unknown>).keys()], [5]);
    client.shutdown();
  }
});

test("fetch: vanished of open sets → up to the last UID that there can be [ext QRESYNC]", async () => {
  const { client, server } = await enabled();
  const selecting = client.selectFolder("x");
  await server.answer('SELECT "x"', ...OPENED);
  await selecting;
  for (
    const [ids, sent] of [
      ["1:*", "1:4294967295"],
      ["5:*", "5:*,5:4294967295"],
      ["*:5,7", "*:5,7,5:4294967295"],
    ] as const
  ) {
    const fetching = client.fetch(ids, "FLAGS", { changedSince: 5, vanished: true });
    await server.answer(
      `UID FETCH ${sent} (FLAGS MODSEQ) (CHANGEDSINCE 5 VANISHED)`,
      "* VANISHED (EARLIER) 900",
    );
    assertEquals(String((await fetching).vanished), "900");
  }
  client.shutdown();
});

test("fetch: vanished, many ids → all together [ext QRESYNC]", async () => {
  const greeting = `* PREAUTH [CAPABILITY ${QRESYNC}] hello`;
  const { client, server } = await connectFake({ limits: { ids: 5 } }, greeting);
  const selecting = client.selectFolder("x");
  await server.answer('SELECT "x"', ...OPENED);
  await selecting;
  const fetching = client.fetch([1, 3, 5, 7], "FLAGS", { changedSince: 5, vanished: true });
  await server.answer("ENABLE QRESYNC", "* ENABLED QRESYNC");
  const modifiers = "(FLAGS MODSEQ) (CHANGEDSINCE 5 VANISHED)";
  await server.answer(`UID FETCH 1,3,5 ${modifiers}`, "* VANISHED (EARLIER) 3,7");
  await server.answer(`UID FETCH 7 ${modifiers}`, "* VANISHED (EARLIER) 7");
  assertEquals(String((await fetching).vanished), "3,7");
  client.shutdown();
});

test("fetch: vanished, and no QRESYNC → CapabilityError, no FETCH [ext QRESYNC]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 CONDSTORE ENABLE");
  const options = { changedSince: 5, vanished: true } as const;
  await assertRejects(() => client.fetch(5, "FLAGS", options), CapabilityError, "QRESYNC");
  assert(await server.isSilent());
  client.shutdown();
});
