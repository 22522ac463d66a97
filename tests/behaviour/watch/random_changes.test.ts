// watchFolders while two sessions change folders at random: in the end, what was told is what is.
import { assertEquals } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import { type CapabilityOptions, MemoryServer } from "@imapclient/imapclient/testing";
import { test } from "../../support/fake_server.ts";
import { randomChanges } from "../../support/random_changes.ts";

const WAYS: readonly (readonly [name: string, capabilities: CapabilityOptions])[] = [
  ["NOTIFY", { add: ["NOTIFY", "OBJECTID"] }],
  ["LIST-STATUS", { add: ["OBJECTID"] }],
  ["STATUS", { add: ["OBJECTID"], omit: ["LIST-STATUS", "LIST-EXTENDED"] }],
  ["STATUS, without ids", { omit: ["LIST-STATUS", "LIST-EXTENDED"] }],
];

for (const [way, capabilities] of WAYS) {
  for (const seed of [1, 2, 3, 4, 5]) {
    test(`random changes by two sessions, told by ${way} (${seed}) → as there are [ext NOTIFY]`, async () => {
      const server = new MemoryServer({ capabilities });
      server.addUser("ann", "secret").createFolder("w");
      const open = async () => {
        const client = await ImapClient.connect({ transport: server.transport });
        await client.login("ann", "secret");
        return client;
      };
      const [watcher, other] = [await open(), await open()];
      const problems = await randomChanges(watcher, other, {
        seed,
        steps: 40,
        root: "w",
        delimiter: "/",
        // With NOTIFY, nothing is asked for again within the test.
        pollEvery: way === "NOTIFY" ? 600 : 0.02,
        endsRenamed: false,
        renumbers: false,
      });
      assertEquals(problems, []);
      watcher.shutdown();
      other.shutdown();
    });
  }
}
