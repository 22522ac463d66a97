// Sets and messages that are split up front (MESSAGELIMIT and SAVELIMIT, RFC 9738).
import { describe } from "node:test";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  PartialAppendError,
  PartialCopyError,
} from "../../../mod.ts";
import { type FakeServer, outcome, selectFake, test } from "../../support/fake_server.ts";
import { answer, MAPS } from "./limited_calls.ts";

const row = (uid: number) => `* ${uid} FETCH (UID ${uid} FLAGS (f${uid}))`;

/** Ids that a search has found. */
async function found(client: ImapClient, server: FakeServer, ids: string, useUid = true) {
  const searching = client.search();
  await server.answer(`${useUid ? "UID " : ""}SEARCH ALL`, `* SEARCH ${ids}`);
  return await searching;
}

const THREE = "IMAP4rev1 MESSAGELIMIT=3 MOVE UIDPLUS MULTIAPPEND";

for (const [name, call, sent] of MAPS) {
  test(`${name}: as many ids as messages, above the limit → split [ext MESSAGELIMIT]`, async () => {
    const { client, server } = await selectFake({}, THREE);
    const calling = call(client);
    for (const ids of ["1:3", "4:6", "7:9"]) await server.answer(sent(ids), row(Number(ids[0])));
    assertEquals([...(await calling).keys()], [1, 4, 7]);
    client.shutdown();
  });
}

test("ids that a search found, above the limit → split, with gaps [ext MESSAGELIMIT]", async () => {
  for (const useUid of [true, false]) {
    const { client, server } = await selectFake({ useUid }, THREE);
    const ids = await found(client, server, "1 2 5 7 8 9 11", useUid);
    const uid = useUid ? "UID " : "";
    const fetching = client.fetch(ids, "FLAGS");
    for (const part of ["1:2,5", "7:9", "11"]) await server.answer(`${uid}FETCH ${part} (FLAGS)`);
    assertEquals((await fetching).size, 0);
    const storing = client.addFlags(ids, "x", { silent: true });
    for (const part of ["1:2,5", "7:9", "11"]) {
      await server.answer(`${uid}STORE ${part} +FLAGS.SILENT (x)`);
    }
    await storing;
    client.shutdown();
  }
});

test("ids that may have gaps, or no end → sent as they are [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, THREE);
  for (const ids of ["1:*", "1:4294967295", "2000:3000,1:1000", "*", "5,5,5,5", "4:2"]) {
    const fetching = client.fetch(ids, "FLAGS");
    await server.answer(`UID FETCH ${ids} (FLAGS)`);
    await fetching;
  }
  client.shutdown();
});

test("a hostile limit and folder size → no more sets than commands [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 MESSAGELIMIT=1");
  const noop = client.noop();
  await server.answer("NOOP", "* 4294967295 EXISTS");
  await noop;
  const fetching = client.fetch("1:4294967295", "FLAGS");
  await server.answer("UID FETCH 1:4294967295 (FLAGS)");
  await fetching;
  client.shutdown();
});

for (const limit of ["0", "x", "", "-1", "1e3"]) {
  test(`a limit that is none: MESSAGELIMIT=${limit} → as without [ext MESSAGELIMIT]`, async () => {
    const { client, server } = await selectFake({}, `IMAP4rev1 MESSAGELIMIT=${limit} ESEARCH`);
    const fetching = client.fetch("1:9", "FLAGS");
    await server.answer("UID FETCH 1:9 (FLAGS)");
    await fetching;
    const counting = client.count();
    await server.answer("UID SEARCH RETURN (COUNT) ALL", "* ESEARCH UID COUNT 7");
    assertEquals(await counting, 7);
    client.shutdown();
  });
}

test("copy and move above the limit → split, the last ids first [ext MESSAGELIMIT]", async () => {
  const { client, server } = await selectFake({}, THREE);
  const copying = client.copy("1:7", "x");
  await answer(server, 'UID COPY 7 "x"', "OK [COPYUID 1 7 17] x");
  await answer(server, 'UID COPY 4:6 "x"', "OK done");
  await answer(server, 'UID COPY 1:3 "x"', "NO [OVERQUOTA] full");
  const error = await outcome(copying);
  assertInstanceOf(error, PartialCopyError);
  assertEquals([...error.uids], [[7, 17]]);
  const moving = client.move("1:4", "x");
  await answer(server, 'UID MOVE 4 "x"', "OK done");
  await answer(server, 'UID MOVE 1:3 "x"', "OK done");
  await moving;
  client.shutdown();
});

describe("SAVELIMIT", () => {
  const SAVES = "IMAP4rev1 SAVELIMIT=3 UIDPLUS MULTIAPPEND ESEARCH";

  test("copy is split, fetch, search and MOVE are not [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, `${SAVES} MOVE`);
    const fetching = client.fetch("1:7", "FLAGS");
    await server.answer("UID FETCH 1:7 (FLAGS)");
    await fetching;
    const counting = client.count();
    await server.answer("UID SEARCH RETURN (COUNT) ALL", "* ESEARCH UID COUNT 7");
    await counting;
    const moving = client.move("1:7", "x");
    await server.answer('UID MOVE 1:7 "x"');
    await moving;
    const copying = client.copy("1:7", "x");
    for (const ids of ["7", "4:6", "1:3"]) await server.answer(`UID COPY ${ids} "x"`);
    await copying;
    client.shutdown();
  });

  test("copy of a set with gaps → refused as a whole, and split then [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, SAVES);
    const copying = client.copy("1:4000", "x");
    await answer(server, 'UID COPY 1:4000 "x"', "NO [MESSAGELIMIT 3 3900] too many");
    await answer(server, 'UID COPY 3900:4000 "x"', "OK [COPYUID 1 3900 17] x");
    await answer(server, 'UID COPY 1:3899 "x"', "OK done");
    assertEquals([...(await copying).uids], [[3900, 17]]);
    client.shutdown();
  });

  test("move in steps: COPY is split, the rest of each step is its own [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, SAVES);
    const moving = client.move("1:4", "x");
    for (const ids of ["4", "1:3"]) {
      await server.answer(`UID SEARCH UID ${ids}`, ids === "4" ? "* SEARCH 4" : "* SEARCH 1 2 3");
      await server.answer(`UID COPY ${ids} "x"`);
      await server.answer(`UID STORE ${ids} +FLAGS.SILENT (\\Deleted)`);
      await server.answer(`UID EXPUNGE ${ids}`);
    }
    await moving;
    client.shutdown();
  });

  test("the lower limit counts for COPY [ext MESSAGELIMIT, SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 SAVELIMIT=2 MESSAGELIMIT=4");
    const fetching = client.fetch("1:4", "FLAGS");
    await server.answer("UID FETCH 1:4 (FLAGS)");
    await fetching;
    const copying = client.copy("1:4", "x");
    for (const ids of ["3:4", "1:2"]) await server.answer(`UID COPY ${ids} "x"`);
    await copying;
    client.shutdown();
  });

  const appending = (client: ImapClient, count: number) =>
    client.multiappend("x", Array.from({ length: count }, (_, i) => `m${i}`));

  /** Takes an APPEND of these messages, each of one literal that is sent at once. */
  async function taken(server: FakeServer, messages: readonly string[]): Promise<string> {
    const line = await server.line();
    const lines = [line.replace(/^\S+ /, "")];
    for (const _ of messages) lines.push(await server.line());
    const literals = messages.map((it) => `{${it.length}+}`);
    const expected = [`APPEND "x" () ${literals[0]}`];
    messages.forEach((it, i) => {
      expected.push(i + 1 < literals.length ? `${it} () ${literals[i + 1]}` : it);
    });
    assertEquals(lines, expected);
    return line.split(" ")[0];
  }

  const PLUS = `${SAVES} LITERAL+`;

  test("multiappend: more than the limit → several commands [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, PLUS);
    const calling = appending(client, 4);
    const later = client.createFolder("y");
    const first = await taken(server, ["m0", "m1", "m2"]);
    assert(await server.isSilent());
    await server.send(`${first} OK [APPENDUID 9 5:7] x`);
    await server.send(`${await taken(server, ["m3"])} OK [APPENDUID 9 8] y`);
    const { uids, uidValidity } = await calling;
    assertEquals([uids, uidValidity], [[5, 6, 7, 8], 9]);
    await server.answer('CREATE "y"');
    await later;
    client.shutdown();
  });

  test("multiappend: a part without UIDs → none for any [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, PLUS);
    const calling = appending(client, 4);
    await server.send(`${await taken(server, ["m0", "m1", "m2"])} OK [APPENDUID 9 5:7] x`);
    await server.send(`${await taken(server, ["m3"])} OK done`);
    assertEquals((await calling).uids, []);
    client.shutdown();
  });

  test("multiappend: a later part fails → PartialAppendError [ext SAVELIMIT]", async () => {
    for (const end of ["NO [OVERQUOTA] full", null]) {
      const { client, server } = await selectFake({}, PLUS);
      const calling = outcome(appending(client, 4));
      await server.send(`${await taken(server, ["m0", "m1", "m2"])} OK [APPENDUID 9 5:7] x`);
      const tag = await taken(server, ["m3"]);
      if (end === null) server.break();
      else await server.send(`${tag} ${end}`);
      const error = await calling;
      assertInstanceOf(error, PartialAppendError);
      assertEquals([error.appended, error.code], [3, end === null ? null : "OVERQUOTA"]);
      assertEquals((error.partial as { uids: number[] }).uids, [5, 6, 7]);
      assertEquals(error.message.includes("not known"), end === null);
      client.shutdown();
    }
  });

  test("multiappend: refused as too many → in smaller parts [ext MESSAGELIMIT, SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, PLUS);
    const calling = appending(client, 3);
    await server.send(`${await taken(server, ["m0", "m1", "m2"])} NO [MESSAGELIMIT 2] too many`);
    await server.send(`${await taken(server, ["m0", "m1"])} OK [APPENDUID 9 5:6] x`);
    await server.send(`${await taken(server, ["m2"])} OK [APPENDUID 9 7] x`);
    assertEquals((await calling).uids, [5, 6, 7]);
    // No progress: the error is the server's, and nothing was done.
    for (const code of ["MESSAGELIMIT 3", "MESSAGELIMIT", "MESSAGELIMIT 0"]) {
      const stuck = outcome(appending(client, 3));
      await server.send(`${await taken(server, ["m0", "m1", "m2"])} NO [${code}] too many`);
      const error = await stuck;
      assertInstanceOf(error, ImapError);
      assertFalse(error instanceof PartialAppendError);
      assertEquals(error.code, "MESSAGELIMIT");
    }
    client.shutdown();
  });

  test("multiappend: a bad message after the first part → nothing sent [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, PLUS);
    for (const bad of ["a\0b", "\ud800", 5, { msg: "x", flags: ["a b"] }]) {
      const messages = ["a", "b", "c", bad] as string[];
      await assertRejects(() => client.multiappend("x", messages), InvalidArgumentError);
    }
    assert(await server.isSilent());
    client.shutdown();
  });

  test("multiappend: abort between two parts → PartialAppendError [ext SAVELIMIT]", async () => {
    const { client, server } = await selectFake({}, PLUS);
    const controller = new AbortController();
    const messages = ["m0", "m1", "m2", "m3"];
    const calling = outcome(client.multiappend("x", messages, { signal: controller.signal }));
    const tag = await taken(server, ["m0", "m1", "m2"]);
    await server.send(`${tag} OK [APPENDUID 9 5:7] x`);
    await taken(server, ["m3"]);
    controller.abort();
    const error = await calling;
    assertInstanceOf(error, PartialAppendError);
    assertEquals(error.appended, 3);
    client.shutdown();
  });
});
