import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionClosedError, TimeoutError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { greets, inFolderSends } from "./scenes.ts";
import type { Villain } from "./villain.ts";

/** Sends something at intervals, and never finishes. */
async function drip(villain: Villain, what: string): Promise<never> {
  for (;;) {
    await villain.send(what);
    await sleep(50);
  }
}

behaviours("a server that is slow on purpose", [
  {
    name: "a greeting of one byte a second",
    server: (villain) => villain.drip("* OK hello\r\n", 1000),
    client: (visitor) => visitor.connect(),
    timeout: 0.4,
    fails: TimeoutError,
    tcp: true,
  },
  {
    name: "an answer of one byte a second",
    server: async (villain) => {
      await villain.select();
      await villain.command();
      await villain.drip("* SEARCH 1 2 3\r\n", 1000);
    },
    client: async (visitor) => (await visitor.select()).search(),
    timeout: 0.4,
    fails: TimeoutError,
    tcp: true,
  },
  {
    name: "a byte every 50 ms, and never the end of the greeting",
    server: async (villain) => {
      await villain.send("* OK hello");
      await drip(villain, "!");
    },
    client: (visitor) => visitor.connect(),
    timeout: 0.5,
    within: 4,
    fails: TimeoutError,
    tcp: true,
  },
  {
    name: "an answer that takes for ever, a byte at a time, to a call that is given up",
    server: async (villain) => {
      await inFolderSends("* SEARCH 1")(villain);
      await drip(villain, "1");
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.search("ALL", { signal: AbortSignal.timeout(500) });
    },
    fails: DOMException,
    so: "the signal's reason",
  },
  {
    name: "BYE, and then talk without end",
    server: async (villain) => {
      await inFolderSends("* BYE that is it\r\n")(villain);
      await drip(villain, "* OK still here\r\n");
    },
    client: async (visitor) => (await visitor.select()).search(),
    within: 8,
    fails: ConnectionClosedError,
    says: /that is it/,
  },
  {
    name: "talk without end in answer to LOGOUT",
    server: async (villain) => {
      await inFolderSends("* OK one moment\r\n")(villain);
      await drip(villain, "* OK one moment\r\n");
    },
    client: async (visitor) => (await visitor.select()).logout(),
    timeout: 0.5,
    within: 4,
    fails: TimeoutError,
  },
  {
    name: "an answer in pieces of one byte, without a pause",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      await villain.drip(
        `* SEARCH ${Array.from({ length: 30 }, (_, i) => i + 1).join(" ")}\r\n`,
        0,
      );
      await villain.say(`${tag} OK done`);
    },
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 30,
    tcp: true,
  },
  {
    name: "a greeting in pieces of one byte, and the answer to a command too",
    server: async (villain) => {
      await villain.drip("* OK [CAPABILITY IMAP4rev1] hello\r\n", 0);
      const tag = await villain.command();
      await villain.drip(`${tag} OK done\r\n`, 0);
    },
    client: async (visitor) => (await (await visitor.connect()).noop()).text,
    gives: "done",
  },
]);
behaviours("a server that is slow to take", [
  {
    name: "a + for each literal, long after it was asked for",
    server: async (villain) => {
      await greets("* PREAUTH [CAPABILITY IMAP4rev1] hello")(villain);
      await sleep(300);
      await villain.say("+ at last");
      await villain.line();
      await villain.say("A1 OK taken");
    },
    client: async (visitor) => (await (await visitor.connect()).append("INBOX", "Hello")).text,
    gives: "taken",
  },
]);
