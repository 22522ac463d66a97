// watchFolders with real servers while two sessions change folders at random: in the end, what was
// told is what there is. IMAPCLIENT_SEED makes other changes than the usual ones.
import { after, before, describe } from "node:test";
import process from "node:process";
import { assertEquals } from "@std/assert";
import { test } from "../support/fake_server.ts";
import { randomChanges } from "../support/random_changes.ts";
import {
  NEWER_CYRUS,
  NEWER_DOVECOT,
  type RunningServer,
  SERVERS,
} from "../support/servers/servers.ts";

const seed = Number(process.env.IMAPCLIENT_SEED ?? 1);

for (const { name: server, missing, start } of [...SERVERS, NEWER_CYRUS, NEWER_DOVECOT]) {
  describe(`watchFolders on ${server}, with random changes`, { skip: missing }, () => {
    let running: RunningServer;
    before(async () => {
      running = await start();
    });
    after(() => running?.stop());

    for (const way of ["what it has", "no NOTIFY"]) {
      const quirks = way === "no NOTIFY" ? { broken: ["NOTIFY"] } : {};
      test(`by ${way} → as there are [ext NOTIFY]`, async () => {
        const watcher = await running.open("ann", { quirks });
        const other = await running.open();
        const [{ prefix, delimiter }] = (await other.namespace()).personal!;
        const root = `${prefix}${way.replaceAll(" ", "")}${seed}`;
        await other.createFolder(root);
        const problems = await randomChanges(watcher, other, {
          seed,
          steps: 40,
          root,
          delimiter: delimiter!,
          pollEvery: 0.1,
          endsRenamed: true,
          renumbers: server.startsWith("Dovecot"),
        });
        assertEquals(problems, []);
        watcher.shutdown();
        other.shutdown();
      });
    }
  });
}
