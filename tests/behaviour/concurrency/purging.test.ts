// Tasks that share a client and purge folders, at every distance from one another.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { IllegalStateError, ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { test } from "../../support/fake_server.ts";

/** Removes what a search finds in a folder. */
async function purge(client: ImapClient, folder: string, query: string[]): Promise<void> {
  await client.selectFolder(folder);
  const ids = await client.search(query);
  await client.deleteMessages(ids);
  await client.expunge();
}

type Purge = readonly [folder: string, query: string[]];
const EVERYTHING = ["ALL"];
const NOTHING = ["SUBJECT", "not there"];

/**
 * Runs tasks that purge folders, each some turns after the one before; returns their errors and the
 * messages that are left.
 */
async function purgeAll(
  tasks: readonly Purge[],
  turns: number,
): Promise<{ errors: readonly unknown[]; left: (folder: string) => number }> {
  const server = new MemoryServer({ greeting: "PREAUTH" });
  const ann = server.addUser("ann", "secret");
  for (const [folder] of tasks) {
    ann.createFolder(folder);
    for (const i of [1, 2, 3]) ann.append(folder, `Subject: ${folder} ${i}\n\nx\n`);
  }
  const client = await ImapClient.connect({ transport: server.transport, id: false });
  const endings: Promise<unknown>[] = [];
  for (const [folder, query] of tasks) {
    endings.push(purge(client, folder, query).then(() => null, (error) => error));
    for (let i = 0; i < turns; i++) await null;
  }
  const errors = (await Promise.all(endings)).filter((error) => error !== null);
  client.shutdown();
  return { errors, left: (folder) => ann.messages(folder).length };
}

test("two tasks purge folders, at any distance → the one without a match keeps all [fault A4]", async () => {
  const tasks: readonly Purge[] = [["Trash", EVERYTHING], ["Victim", NOTHING]];
  for (let turns = 0; turns < 300; turns++) {
    for (const order of [tasks, tasks.toReversed()]) {
      const { errors, left } = await purgeAll(order, turns);
      assertEquals(left("Victim"), 3, `after ${turns} turns`);
      for (const error of errors) assertInstanceOf(error, IllegalStateError);
    }
  }
});

test("three tasks purge folders → those without a match keep all [fault A4]", async () => {
  const tasks: readonly Purge[] = [["One", NOTHING], ["Two", EVERYTHING], ["Three", NOTHING]];
  for (let turns = 0; turns < 300; turns += 3) {
    const { errors, left } = await purgeAll(tasks, turns);
    assertEquals([left("One"), left("Three")], [3, 3], `after ${turns} turns`);
    for (const error of errors) assertInstanceOf(error, IllegalStateError);
  }
});

test("tasks that take turns → none is refused [fault A4]", async () => {
  const { errors, left } = await purgeAll([["One", EVERYTHING], ["Two", EVERYTHING]], 2000);
  assertEquals([errors, left("One"), left("Two")], [[], 0, 0]);
});
