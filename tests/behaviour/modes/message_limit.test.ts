// MESSAGELIMIT (RFC 9738): the server handles only this many messages in one command.
import { describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import {
  type ImapClient,
  ImapError,
  MessageLimitError,
  PartialCopyError,
  PartialMoveError,
} from "../../../mod.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";
import { read } from "../../support/wire.ts";
import { answer, MAPS } from "./limited_calls.ts";

const LIMITED = "IMAP4rev1 MESSAGELIMIT=1000 MOVE UIDPLUS SORT THREAD=REFERENCES X-GM-EXT-1";

const row = (uid: number) => `* ${uid} FETCH (UID ${uid} FLAGS (f${uid}))`;
const stopped = (uid: number) => `OK [MESSAGELIMIT 1000 ${uid}] part`;

describe("[MESSAGELIMIT]", () => {
  const CODES: readonly (readonly [code: string, number?: number, uid?: number])[] = [
    ["MESSAGELIMIT 1000 23221", 1000, 23221],
    ["MESSAGELIMIT 1000", 1000, undefined],
    ["messagelimit  1000  7 ", 1000, 7],
    ["MESSAGELIMIT", undefined, undefined],
    ["MESSAGELIMIT x", undefined, undefined],
    ["MESSAGELIMIT 1000 x", undefined, undefined],
  ];
  for (const [code, number, uid] of CODES) {
    it(`${code} → limit ${number}, UID ${uid} [fault A8] [ext MESSAGELIMIT]`, () => {
      const response = read(`a OK [${code}] x`);
      assert(response.kind === "tagged");
      assertEquals([response.code?.number, response.code?.uid], [number, uid]);
    });
  }
});

for (const [name, call, sent] of MAPS) {
  test(`${name}: the server stops → the rest is asked for [fault A8] [ext MESSAGELIMIT]`, async () => {
    const { client, server } = await selectFake({}, LIMITED);
    const calling = call(client);
    const other = client.createFolder("x");
    await answer(server, sent("1:9"), row(8), row(9), stopped(7));
    await answer(server, sent("1:6"), row(5), row(6), stopped(4));
    await answer(server, sent("1:3"), row(1), "OK done");
    assertEquals([...(await calling).keys()], [8, 9, 5, 6, 1]);
    // A later call waits until all of that is done.
    await answer(server, 'CREATE "x"', "OK done");
    await other;
    client.shutdown();
  });

  test(`${name}: it stops at the last one asked for → that is all [fault A8] [ext MESSAGELIMIT]`, async () => {
    const { client, server } = await selectFake({}, LIMITED);
    const calling = call(client);
    await answer(server, sent("1:9"), row(1), stopped(1));
    assertEquals([...(await calling).keys()], [1]);
    assert(await server.isSilent());
    client.shutdown();
  });

  for (
    const [what, status] of [
      ["says no UID", "OK [MESSAGELIMIT 1000] part"],
      ["stops above what was asked for", stopped(10)],
      ["says no limit either", "OK [MESSAGELIMIT] part"],
      ["names UID 0", stopped(0)],
    ]
  ) {
    test(`${name}: the server ${what} → an error with what came [fault A8] [ext MESSAGELIMIT]`, async () => {
      const { client, server } = await selectFake({}, LIMITED);
      const calling = outcome(call(client));
      await answer(server, sent("1:9"), row(9), status);
      const error = await calling;
      assertInstanceOf(error, MessageLimitError);
      assertEquals([...(error.partial as Map<number, unknown>).keys()], [9]);
      client.shutdown();
    });
  }

  test(`${name}: it stops twice at one place, or fails → an error with all [fault A8] [ext MESSAGELIMIT]`, async () => {
    for (const [status, code] of [[stopped(7), "MESSAGELIMIT"], ["NO [EXPUNGEISSUED] x"]]) {
      const { client, server } = await selectFake({}, LIMITED);
      const calling = outcome(call(client));
      await answer(server, sent("1:9"), row(9), stopped(7));
      await answer(server, sent("1:6"), row(6), status);
      const error = await calling;
      assertInstanceOf(error, ImapError);
      assertEquals(error.code, code ?? "EXPUNGEISSUED");
      assertEquals([...(error.partial as Map<number, unknown>).keys()], [9, 6]);
      client.shutdown();
    }
  });

  test(`${name}: a server that announced no limit → an error with what came [fault A8] [ext MESSAGELIMIT]`, async () => {
    const { client, server } = await selectFake();
    const calling = outcome(call(client));
    await answer(server, sent("1:9"), row(9), "OK [MESSAGELIMIT 1000 23221] part");
    const error = await calling;
    assertInstanceOf(error, MessageLimitError);
    assertEquals([error.limit, error.lowest], [1000, 23221]);
    assertEquals([...(error.partial as Map<number, unknown>).keys()], [9]);
    assert(error.message.includes("below UID 23221"), error.message);
    client.shutdown();
  });
}

test("fetch of all: an open set is cut at the UID [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const fetching = client.fetch("1:*", "FLAGS");
  await answer(server, "UID FETCH 1:* (FLAGS)", row(40000), stopped(23221));
  await answer(server, "UID FETCH 1:23220 (FLAGS)", row(7), "OK done");
  assertEquals([...(await fetching).keys()], [40000, 7]);
  client.shutdown();
});

test("fetch: the code in an untagged NO besides EXPUNGEISSUED → continues [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const fetching = client.fetch("1:9", "FLAGS");
  const first = "UID FETCH 1:9 (FLAGS)";
  await answer(server, first, row(9), "* NO [MESSAGELIMIT 1000 7] part", "OK [EXPUNGEISSUED] x");
  await answer(server, "UID FETCH 1:6 (FLAGS)", row(6), "OK done");
  assertEquals([...(await fetching).keys()], [9, 6]);
  client.shutdown();
});

test("fetch in several sets: each continues where it stopped [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({ limits: { ids: 3 } }, LIMITED);
  const fetching = client.fetch([1, 3, 5, 7], "FLAGS");
  await answer(server, "UID FETCH 1,3 (FLAGS)", row(3), stopped(3));
  await answer(server, "UID FETCH 5,7 (FLAGS)", row(5), row(7), "OK done");
  await answer(server, "UID FETCH 1 (FLAGS)", row(1), "OK done");
  assertEquals([...(await fetching).keys()], [3, 1, 5, 7]);
  client.shutdown();
});

test("fetch by numbers: unknown where to continue → an error [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({ useUid: false }, LIMITED);
  const fetching = outcome(client.fetch("1:9", "FLAGS"));
  await answer(server, "FETCH 1:9 (FLAGS)", "* 9 FETCH (FLAGS ())", stopped(7));
  const error = await fetching;
  assertInstanceOf(error, MessageLimitError);
  assertEquals([...(error.partial as Map<number, unknown>).keys()], [9]);
  client.shutdown();
});

test("fetch: a server that does one message at a time → given up in the end [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const fetching = outcome(client.fetch("1:20000", "FLAGS"));
  let sent = 0;
  for (let uid = 20000;; uid--) {
    const tag = await Promise.race([server.line(), fetching.then(() => null)]);
    if (tag === null) break;
    sent++;
    await server.send(`${tag.split(" ")[0]} ${stopped(uid)}`);
  }
  assertInstanceOf(await fetching, MessageLimitError);
  assertEquals(sent, 10_000);
  client.shutdown();
});

test("fetchEach: the server stops → the rest comes in the same loop [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const uids: number[] = [];
  const looping = (async () => {
    for await (const { UID } of client.fetchEach("1:9", "FLAGS")) uids.push(UID);
  })();
  await answer(server, "UID FETCH 1:9 (FLAGS)", row(8), row(9), stopped(7));
  await answer(server, "UID FETCH 1:6 (FLAGS)", row(6), stopped(6));
  await answer(server, "UID FETCH 1:5 (FLAGS)", "OK done");
  await looping;
  assertEquals(uids, [8, 9, 6]);
  client.shutdown();
});

test("fetchEach: no progress → an error after what came [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const uids: number[] = [];
  const looping = outcome((async () => {
    for await (const { UID } of client.fetchEach("1:9", "FLAGS")) uids.push(UID);
  })());
  await answer(server, "UID FETCH 1:9 (FLAGS)", row(9), stopped(7));
  await answer(server, "UID FETCH 1:6 (FLAGS)", row(6), stopped(7));
  assertInstanceOf(await looping, MessageLimitError);
  assertEquals(uids, [9, 6]);
  client.shutdown();
});

test("search: the server stops → the rest is searched, ids in order [fault A8] [ext MESSAGELIMIT]", async () => {
  for (const useUid of [true, false]) {
    const { client, server } = await selectFake({ useUid }, LIMITED);
    const name = useUid ? "UID SEARCH" : "SEARCH";
    const searching = client.search(["UNSEEN"]);
    await answer(server, `${name} UNSEEN`, "* SEARCH 800 900 (MODSEQ 7)", stopped(700));
    await answer(server, `${name} UID 1:699 UNSEEN`, "* SEARCH 5 6 (MODSEQ 9)", stopped(4));
    await answer(server, `${name} UID 1:3 UNSEEN`, "OK done");
    const found = await searching;
    assertEquals([[...found], found.modseq], [[5, 6, 800, 900], 9n]);
    // They are still ids of this folder.
    const again = client.fetch(found, "FLAGS");
    const fetch = useUid ? "UID FETCH" : "FETCH";
    await answer(server, `${fetch} 5:6,800,900 (FLAGS)`, "OK done");
    await again;
    client.shutdown();
  }
});

test("search: raw criteria, other charsets and Gmail's go on too [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const raw = client.search('TEXT "a b" FLAGGED');
  await answer(server, 'UID SEARCH TEXT "a b" FLAGGED', "* SEARCH 9", stopped(9));
  await answer(server, 'UID SEARCH UID 1:8 TEXT "a b" FLAGGED', "* SEARCH 2", "OK done");
  assertEquals([...await raw], [2, 9]);
  const gmail = client.gmailSearch("x");
  await answer(server, "UID SEARCH CHARSET UTF-8 X-GM-RAW x", "* SEARCH 9", stopped(9));
  await answer(server, "UID SEARCH CHARSET UTF-8 UID 1:8 X-GM-RAW x", "OK done");
  assertEquals([...await gmail], [9]);
  client.shutdown();
});

test("search: no progress, or refused half-way → an error with what was found [fault A8] [ext MESSAGELIMIT]", async () => {
  for (const status of [stopped(9), "NO [INUSE] later", "OK [MESSAGELIMIT 1000] x"]) {
    const { client, server } = await selectFake({}, LIMITED);
    const searching = outcome(client.search());
    await answer(server, "UID SEARCH ALL", "* SEARCH 9", stopped(9));
    await answer(server, "UID SEARCH UID 1:8 ALL", "* SEARCH 3", status);
    const error = await searching;
    assertInstanceOf(error, ImapError);
    assertEquals([...error.partial as number[]], [3, 9]);
    client.shutdown();
  }
});

test("sort and thread: a part is no answer → an error with it [fault A8] [ext MESSAGELIMIT]", async () => {
  for (
    const [call, line, partial] of [
      [(client: ImapClient) => client.sort("DATE"), "* SORT 9 8", [9, 8]],
      [(client: ImapClient) => client.thread(), "* THREAD (9)(8)", [[9], [8]]],
    ] as const
  ) {
    const { client, server } = await selectFake({}, LIMITED);
    const calling = outcome<unknown>(call(client));
    const [tag] = (await server.line()).split(" ");
    await server.send(line, `${tag} ${stopped(8)}`);
    const error = await calling;
    assertInstanceOf(error, MessageLimitError);
    assertEquals<unknown>(error.partial, partial);
    client.shutdown();
  }
});

test("copy: too many for one command → what fits, then the rest [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const copying = client.copy("1:9", "x");
  await answer(server, 'UID COPY 1:9 "x"', "NO [MESSAGELIMIT 1000 7] too many");
  await answer(server, 'UID COPY 7:9 "x"', "OK [COPYUID 1 7:9 17:19] x");
  await answer(server, 'UID COPY 1:6 "x"', "NO [MESSAGELIMIT 1000 4] too many");
  await answer(server, 'UID COPY 4:6 "x"', "OK [COPYUID 1 4:6 20:22] x");
  await answer(server, 'UID COPY 1:3 "x"', "OK done");
  const { uids } = await copying;
  assertEquals([...uids], [[7, 17], [8, 18], [9, 19], [4, 20], [5, 21], [6, 22]]);
  client.shutdown();
});

test("copy: refused without a UID, or stuck → nothing, or a part, is done [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  for (const uid of ["", " 1", " 10"]) {
    const copying = outcome(client.copy("1:9", "x"));
    await answer(server, 'UID COPY 1:9 "x"', `NO [MESSAGELIMIT 1000${uid}] too many`);
    const error = await copying;
    assertInstanceOf(error, ImapError);
    assertFalse(error instanceof PartialCopyError);
    assertEquals(error.code, "MESSAGELIMIT");
  }
  const copying = outcome(client.copy("1:9", "x"));
  await answer(server, 'UID COPY 1:9 "x"', "NO [MESSAGELIMIT 1000 7] too many");
  await answer(server, 'UID COPY 7:9 "x"', "OK [COPYUID 1 7:9 17:19] x");
  await answer(server, 'UID COPY 1:6 "x"', "NO [OVERQUOTA] full");
  const error = await copying;
  assertInstanceOf(error, PartialCopyError);
  assertEquals([error.code, [...error.uids.keys()]], ["OVERQUOTA", [7, 8, 9]]);
  client.shutdown();
});

test("move: the server stops → it continues below, only with UIDs [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const moving = client.move("1:9", "x");
  const copied = "* OK [COPYUID 1 7:9 17:19] x";
  await answer(server, 'UID MOVE 1:9 "x"', copied, "* 9 EXPUNGE", stopped(7));
  await answer(server, 'UID MOVE 1:6 "x"', "* OK [COPYUID 1 2 20] x", "OK done");
  assertEquals([...(await moving).uids], [[7, 17], [8, 18], [9, 19], [2, 20]]);
  client.shutdown();
  const other = await selectFake({ useUid: false }, LIMITED);
  const byNumber = outcome(other.client.move("1:9", "x"));
  await answer(other.server, 'MOVE 1:9 "x"', copied, "* 9 EXPUNGE", stopped(7));
  const error = await byNumber;
  assertInstanceOf(error, PartialMoveError);
  assertEquals([error.code, [...error.uids.keys()]], ["MESSAGELIMIT", [7, 8, 9]]);
  other.client.shutdown();
});

test("move: no progress, or refused half-way → PartialMoveError with what was done [fault A8] [ext MESSAGELIMIT]", async () => {
  for (const status of [stopped(7), "NO [OVERQUOTA] full"]) {
    const { client, server } = await selectFake({}, LIMITED);
    const moving = outcome(client.move("1:9", "x"));
    await answer(server, 'UID MOVE 1:9 "x"', "* OK [COPYUID 1 9 17] x", "* VANISHED 9", stopped(7));
    await answer(server, 'UID MOVE 1:6 "x"', "* OK [COPYUID 1 6 18] x", "* VANISHED 6", status);
    const error = await moving;
    assertInstanceOf(error, PartialMoveError);
    assertEquals([...error.uids], [[9, 17], [6, 18]]);
    assertEquals(String(error.removed), "6,9");
    client.shutdown();
  }
});

test("move without an announced limit: the server stops → it continues anyway [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MOVE UIDPLUS");
  const moving = client.move("1:9", "x");
  await answer(server, 'UID MOVE 1:9 "x"', "* OK [COPYUID 1 9 17] x", stopped(9));
  await answer(server, 'UID MOVE 1:8 "x"', "OK done");
  assertEquals([...(await moving).uids], [[9, 17]]);
  client.shutdown();
});

test("move in steps: each step continues below the limit [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS MESSAGELIMIT=1000");
  const moving = client.move("1:9", "x");
  await answer(server, "UID SEARCH UID 1:9", "* SEARCH 8 9", stopped(5));
  await answer(server, "UID SEARCH UID 1:4", "* SEARCH 2", "OK done");
  await answer(server, 'UID COPY 8:9,2 "x"', "NO [MESSAGELIMIT 1000 8] too many");
  await answer(server, "UID SEARCH UID 8:9", "* SEARCH 8 9", "OK done");
  await answer(server, 'UID COPY 8:9 "x"', "OK [COPYUID 1 8:9 18:19] x");
  await answer(server, "UID STORE 8:9 +FLAGS.SILENT (\\Deleted)", stopped(9));
  await answer(server, "UID STORE 8 +FLAGS.SILENT (\\Deleted)", "OK done");
  await answer(server, "UID EXPUNGE 8:9", "* 9 EXPUNGE", stopped(9));
  await answer(server, "UID EXPUNGE 8", "* 8 EXPUNGE", "OK done");
  await answer(server, "UID SEARCH UID 1:7", "* SEARCH 2", "OK done");
  await answer(server, 'UID COPY 2 "x"', "OK [COPYUID 1 2 20] x");
  await answer(server, "UID STORE 2 +FLAGS.SILENT (\\Deleted)", "OK done");
  await answer(server, "UID EXPUNGE 2", "* 2 EXPUNGE", "OK done");
  assertEquals([...(await moving).uids], [[8, 18], [9, 19], [2, 20]]);
  client.shutdown();
});

test("uidExpunge: the server stops → the rest is expunged [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, LIMITED);
  const expunging = client.uidExpunge("1:9");
  await answer(server, "UID EXPUNGE 1:9", "* 9 EXPUNGE", stopped(7));
  await answer(server, "UID EXPUNGE 1:6", "* 6 EXPUNGE", "OK done");
  const { responses } = await expunging;
  assertEquals(responses.flatMap((it) => it.type === "EXPUNGE" ? [it.number] : []), [9, 6]);
  const again = outcome(client.uidExpunge("1:9"));
  await answer(server, "UID EXPUNGE 1:9", "* 5 EXPUNGE", stopped(7));
  await answer(server, "UID EXPUNGE 1:6", "* 4 EXPUNGE", "NO [NOPERM] no");
  const error = await again as ImapError;
  const part = error.partial as Awaited<typeof expunging>;
  assertEquals(part.responses.flatMap((it) => it.type === "EXPUNGE" ? [it.number] : []), [5, 4]);
  client.shutdown();
});

test("a custom command with a partial result → an error with it [fault A8] [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake();
  const running = outcome(client.run({ name: "UID X-DO", result: () => "mine" }));
  await answer(server, "UID X-DO", stopped(7));
  const error = await running;
  assertInstanceOf(error, MessageLimitError);
  assertEquals([error.partial, error.code, error.text], ["mine", "MESSAGELIMIT", "part"]);
  client.shutdown();
});
