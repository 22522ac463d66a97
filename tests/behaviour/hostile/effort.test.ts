import { setImmediate as turn } from "node:timers/promises";
import { fetchProblems } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { inFolder } from "./scenes.ts";
import type { Villain } from "./villain.ts";

/** A server that answers the first command in a folder with many lines, then OK. */
function lines(count: number, line: (i: number) => string, capabilities = "IMAP4rev1") {
  return async (villain: Villain) => {
    await villain.select(capabilities);
    const tag = await villain.command();
    for (let said = 0; said < count; said += 1000) {
      await villain.say(...Array.from({ length: 1000 }, (_, i) => line(said + i + 1)));
      await turn();
    }
    await villain.say(`${tag} OK done`);
  };
}

/** Each takes less than half a second if the time is linear, and too long if it is quadratic. */
const within = 5;

behaviours("answers that are laborious", [
  {
    name: "150,000 responses to one THREAD",
    server: lines(150_000, (i) => `* THREAD (${i})`, "IMAP4rev1 THREAD=REFERENCES"),
    client: async (visitor) => (await (await visitor.select()).thread()).length,
    gives: 150_000,
    within,
  },
  {
    name: "100,000 responses to one SEARCH, SORT and LIST",
    server: async (villain) => {
      await villain.select("IMAP4rev1 SORT");
      for (const line of ["* SEARCH 1", "* SORT 1", '* LIST () "/" a']) {
        const tag = await villain.command();
        for (let i = 0; i < 100; i++) {
          await villain.say(...Array.from({ length: 1000 }, () => line));
          await turn();
        }
        await villain.say(`${tag} OK done`);
      }
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const found = [await client.search(), await client.sort("DATE"), await client.listFolders()];
      return found.map(({ length }) => length);
    },
    gives: [100_000, 100_000, 100_000],
    within,
  },
  {
    name: "50,000 messages, each followed by news without a UID",
    server: lines(
      50_000,
      (i) => `* ${i} FETCH (UID ${i} FLAGS (a))\r\n* ${i} FETCH (FLAGS (b))`,
    ),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch("1:*", ["FLAGS"]);
      return [found.size, found.get(50_000)!.FLAGS];
    },
    gives: [50_000, ["b"]],
    within,
  },
  {
    name: "50,000 responses for one message, each with a bad item of its own",
    server: lines(50_000, (i) => `* 1 FETCH (UID 1 X${i} "a"b)`),
    client: async (visitor) => {
      const found = await (await visitor.select()).fetch(1, ["FLAGS"]);
      return fetchProblems(found.get(1)!).length > 0;
    },
    gives: true,
    within,
  },
  {
    name: "20,000 literals of 4,097 bytes in one response, streamed",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      await villain.send("* 1 FETCH (UID 1");
      // Sixteen at once, since the server's own time must not count.
      const encoder = new TextEncoder();
      const literal = `{4097}\r\n${"x".repeat(4097)}`;
      for (let i = 10; i < 20_010; i += 16) {
        const items = Array.from({ length: 16 }, (_, k) => ` BODY[${i + k}] ${literal}`);
        await villain.send(encoder.encode(items.join("")));
        await turn();
      }
      await villain.say(")", `${tag} OK done`);
    },
    client: async (visitor) => {
      const client = await visitor.select({ limits: { literal: 1e9 } });
      let rows = 0;
      for await (const _ of client.fetchEach(1, ["BODY[1]"], { stream: true })) rows++;
      return rows;
    },
    gives: 1,
    within,
  },
  {
    name: "a million literals of one byte in one response",
    server: inFolder(`* X ${"{1}\r\na ".repeat(1_000_000)}`, "$ OK done"),
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 0,
    within,
  },
  {
    name: "a FETCH of 200,000 items",
    server: inFolder(
      `* 1 FETCH (UID 1 ${Array.from({ length: 200_000 }, (_, i) => `X${i} 1`).join(" ")})`,
      "$ OK done",
    ),
    client: async (visitor) => (await (await visitor.select()).fetch(1, ["X5"])).get(1)!.X5,
    gives: 1,
    within: 10,
  },
  {
    name: "names with a million parentheses, and no quotes around them",
    server: inFolder(
      `* LIST () "/" ${"(".repeat(1_000_000)}${")".repeat(1_000_000)}`,
      `* LIST () "/" ${"a (b) ".repeat(300_000)}`,
      `* STATUS ${"a (MESSAGES 1) ".repeat(100_000)}`,
      `* STATUS ${'"a" (MESSAGES 1) '.repeat(100_000)}`,
      "$ OK done",
    ),
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 0,
    within,
  },
  {
    name: "brackets and quotes that do not close, in lines of 1 MiB",
    server: inFolder(
      `* 1 FETCH (UID 1 ${"X [ ".repeat(250_000)})`,
      `* 1 FETCH (UID 1 ${'X " '.repeat(250_001)})`,
      `* OK [${"[(".repeat(500_000)}`,
      `* XYZZY ${'"'.repeat(1_000_001)}`,
      "$ OK done",
    ),
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 0,
    within: 10,
  },
]);
