import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  IllegalStateError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  type NumberSet,
  ProtocolError,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { testExtensionCall } from "../../support/extension_call.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 UIDBATCHES";

function texts(batches: readonly NumberSet[]): string[] {
  return batches.map(String);
}

testExtensionCall({
  ext: "UIDBATCHES",
  capability: "UIDBATCHES",
  call: async (client, signal) => texts(await client.uidBatches(1000, undefined, { signal })),
  sent: "UIDBATCHES 1000",
  lines: ['* UIDBATCHES (TAG "A2") 90210:71000,70999:1'],
  expected: ["71000:90210", "1:70999"],
  malformed: [
    ...[[], ['* UIDBATCHES (TAG "A2") 0:0'], ["* UIDBATCHES (TAG"], ["* UIDBATCHES 1:5,2:6"]],
    [`* UIDBATCHES ${"9".repeat(100_000)}`],
  ],
  hasFallback: true,
});

describe("uidBatches on a server without UIDBATCHES [ext UIDBATCHES]", () => {
  const answered = async (lines: readonly string[], size: number, range?: [number, number]) => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const dividing = outcome(client.uidBatches(size, range));
    await server.answer("UID SEARCH RETURN (ALL COUNT) ALL", ...lines);
    const batches = await dividing;
    client.shutdown();
    return batches instanceof Error ? batches : texts(batches);
  };
  const all = (
    set: string,
    count: number,
  ) => [`* ESEARCH (TAG "A2") UID ALL ${set} COUNT ${count}`];

  test("the UIDs of a search → cut, the newest first", async () => {
    assertEquals(await answered(all("3,5:9,20:22", 9), 4), ["9:22", "5:8", "3"]);
    assertEquals(await answered(all("1:9", 9), 3), ["7:9", "4:6", "1:3"]);
    assertEquals(await answered(all("1:9", 9), 500), ["1:9"]);
    assertEquals(await answered(['* ESEARCH (TAG "A2") UID COUNT 0'], 500), []);
  });

  test("ranges in any order, with duplicates → each message in one batch", async () => {
    assertEquals(await answered(all("9:5,7,1:2,6:10", 9), 4), ["7:10", "1:6"]);
  });

  test("a range of batches → only these", async () => {
    assertEquals(await answered(all("1:9", 9), 2, [2, 3]), ["6:7", "4:5"]);
    assertEquals(await answered(all("1:9", 9), 2, [5, 9]), ["1"]);
    assertEquals(await answered(all("1:9", 9), 2, [6, 9]), []);
  });

  test("4,294,967,295 messages → a range costs nothing, and too many batches are refused", async () => {
    const most = all("1:4294967295", 4294967295);
    assertEquals(await answered(most, 1000, [4294967, 4294968]), ["296:1295", "1:295"]);
    assertEquals(await answered(most, 1, [4294967295, 4294967295]), ["1"]);
    assertInstanceOf(await answered(most, 500), InvalidArgumentError);
  });

  test("a `*` among the UIDs → an error", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 ESEARCH");
    const dividing = outcome(client.uidBatches(500));
    await server.answer("UID SEARCH RETURN (ALL COUNT) ALL", ...all("1:*", 9));
    assertInstanceOf(await dividing, ProtocolError);
    client.shutdown();
  });

  test("no ESEARCH → UID SEARCH, with useUid off too", async () => {
    const { client, server } = await selectFake({ useUid: false });
    const dividing = client.uidBatches(2);
    await server.answer("UID SEARCH ALL", "* SEARCH 4 9 7");
    const batches = await dividing;
    assertEquals(texts(batches), ["7:9", "4"]);
    await assertRejects(() => client.fetch(batches[0], ["FLAGS"]), IllegalStateError, "useUid");
    client.shutdown();
  });
});

describe("uidBatches on a server with UIDBATCHES [ext UIDBATCHES]", () => {
  for (
    const refusal of ["NO [TOOFEW] at least 500", "NO [TOOMANY] no", "NO [LIMIT] no", "BAD what?"]
  ) {
    test(`${refusal} → the UIDs of a search, cut`, async () => {
      const { client, server } = await selectFake({}, OFFERED);
      const dividing = client.uidBatches(2, [1, 2]);
      const tag = await server.expect("UIDBATCHES 2 1:2");
      await server.send(`${tag} ${refusal}`);
      await server.answer("UID SEARCH ALL", "* SEARCH 1 2 3 4 5");
      assertEquals(texts(await dividing), ["4:5", "2:3"]);
      client.shutdown();
    });
  }

  test("the search is refused too → ImapError", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const dividing = outcome(client.uidBatches(1000));
    for (const command of ["UIDBATCHES 1000", "UID SEARCH ALL"]) {
      await server.send(`${await server.expect(command)} NO [SERVERBUG] not today`);
    }
    const error = await dividing;
    assertInstanceOf(error, ImapError);
    assertEquals(error.code, "SERVERBUG");
    client.shutdown();
  });

  test("a range of more than 100,000 messages → the server is not asked", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const dividing = client.uidBatches(1000, [1, 101]);
    await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
    assertEquals(texts(await dividing), ["1:2"]);
    client.shutdown();
  });

  test("sizes and ranges that make no sense → InvalidArgumentError, nothing is sent", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const sizes = [0, -1, 1.5, NaN, Infinity, 2 ** 32, "500", null, undefined, 500n, [500]];
    for (const size of sizes) {
      await assertRejects(() => client.uidBatches(size as number), InvalidArgumentError, "batch");
    }
    const ranges = [[0, 1], [2, 1], [1], [1, 2, 3], [1, 2 ** 32], ["1", "2"], "1:2", 1, null, {}];
    for (const range of ranges) {
      const call = () => client.uidBatches(500, range as [number, number]);
      await assertRejects(call, InvalidArgumentError, "range");
    }
    assert(await server.isSilent());
    client.shutdown();
  });

  test("a SELECT meanwhile → waits until the batches are complete; they are of the old folder", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const dividing = client.uidBatches(1000);
    const selecting = client.selectFolder("Other");
    const tag = await server.expect("UIDBATCHES 1000");
    await server.send(`${tag} NO [TOOMANY] no`);
    await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
    await server.answer('SELECT "Other"', "* 2 EXISTS");
    await selecting;
    const [batch] = await dividing;
    await assertRejects(() => client.deleteMessages(batch), IllegalStateError, "found in");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("no folder is selected → IllegalStateError", async () => {
    for (const capabilities of [OFFERED, "IMAP4rev1"]) {
      const server = new MemoryServer({
        greeting: "PREAUTH",
        capabilities: { add: [capabilities] },
      });
      server.addUser("ann", "secret");
      const client = await ImapClient.connect({ transport: server.transport });
      await assertRejects(() => client.uidBatches(500), IllegalStateError, "selected folder");
      await client.logout();
    }
  });
});

describe("the in-memory server's UIDBATCHES [ext UIDBATCHES]", () => {
  /** A client of a server whose INBOX has the UIDs 2, 4, ... 20. */
  const open = async (...add: string[]) => {
    const said: string[] = [];
    const log = (side: string, text: string) => void (side === "client" && said.push(text));
    const server = new MemoryServer({ greeting: "PREAUTH", capabilities: { add }, log });
    const ann = server.addUser("ann", "secret");
    for (let i = 0; i < 20; i++) ann.append("INBOX", `Subject: ${i}\n\nx\n`);
    const client = await ImapClient.connect({ transport: server.transport });
    await client.selectFolder("INBOX");
    await client.deleteMessages([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    await client.expunge();
    return { client, said };
  };

  test("batches of the server and of the client → the same messages", async () => {
    const results: number[][][] = [];
    for (const add of [["UIDBATCHES"], [], ["ESEARCH"]]) {
      const { client, said } = await open(...add);
      const batches = await client.uidBatches(4);
      results.push([]);
      for (const uids of batches) {
        results.at(-1)!.push([...(await client.fetch(uids, ["FLAGS"])).keys()]);
      }
      assertEquals(said.some((text) => text.includes("UIDBATCHES")), add.includes("UIDBATCHES"));
      await client.logout();
    }
    const expected = [[14, 16, 18, 20], [6, 8, 10, 12], [2, 4]];
    assertEquals(results, [expected, expected, expected]);
  });

  test("a range → these batches, without gaps between them", async () => {
    const { client } = await open("UIDBATCHES");
    assertEquals(texts(await client.uidBatches(4, [2, 9])), ["5:12", "1:4"]);
    assertEquals(texts(await client.uidBatches(4, [4, 9])), []);
    await client.logout();
  });
});
