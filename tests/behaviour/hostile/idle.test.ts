import { setTimeout as sleep } from "node:timers/promises";
import { ImapError, ProtocolError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { inFolderOf } from "./scenes.ts";

const IDLE = "IMAP4rev1 IDLE";

behaviours("IDLE", [
  {
    name: "OK at once, without +",
    server: inFolderOf(IDLE, "$ OK done"),
    client: async (visitor) => (await visitor.select()).idle(),
    fails: ProtocolError,
    closes: false,
    tcp: true,
  },
  {
    name: "+ and OK at once, again and again",
    server: async (villain) => {
      await villain.select(IDLE);
      for (;;) await villain.say("+ idling", `${await villain.command()} OK done`);
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      const { sent } = client.traffic;
      await client.idleCheck({ timeout: 0.5 });
      // An IDLE takes ten bytes. Some 20 of them in half a second are not yet a busy loop.
      return client.traffic.sent - sent < 2000;
    },
    gives: true,
    so: "the client takes its time",
  },
  {
    name: "NO to the second IDLE",
    server: async (villain) => {
      await inFolderOf(IDLE, "+ idling", "$ OK done")(villain);
      await villain.say(`${await villain.command()} NO enough`);
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      await client.idleCheck({ timeout: 5 });
    },
    fails: ImapError,
    says: /enough/,
  },
  {
    name: "OK in the middle of it, and a client that says DONE all the same",
    server: async (villain) => {
      await inFolderOf(IDLE, "+ idling", "* 3 EXISTS", "$ OK done")(villain);
      for (;;) {
        const line = await villain.line();
        if (!line.endsWith(" IDLE")) await villain.say("* BAD what?");
        else await villain.say("+ idling", `${line.split(" ")[0]} OK done`);
      }
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      const [news] = await client.idleCheck({ timeout: 5 });
      await client.idleDone();
      return news.type;
    },
    gives: "EXISTS",
  },
  {
    name: "news without end in front of the +",
    server: async (villain) => {
      await villain.select(IDLE);
      await villain.command();
      for (let i = 0; i < 50; i++) await villain.send("* 5 EXISTS\r\n".repeat(1000));
      await villain.say("+ idling");
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      return (await client.idleCheck({ timeout: 5 })).length > 0;
    },
    gives: true,
    within: 20,
  },
  {
    name: "news without end that nobody takes",
    server: async (villain) => {
      await inFolderOf(IDLE, "+ idling")(villain);
      for (;;) {
        await villain.send("* 5 EXISTS\r\n".repeat(1000));
        await sleep(1);
      }
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      await sleep(500);
      return (await client.idleCheck({ timeout: 5 })).length < 100_000;
    },
    gives: true,
    so: "the server has to wait",
    tcp: true,
  },
  {
    name: "news of folders and messages that there are not",
    server: inFolderOf(
      IDLE,
      "+ idling",
      "* 99999 EXPUNGE",
      "* 0 EXPUNGE",
      "* 99999 FETCH (FLAGS (a))",
      "* -1 EXISTS",
      "* VANISHED 0:4294967296",
      '* STATUS "nowhere" (MESSAGES -1)',
    ),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      return (await client.idleCheck({ timeout: 5 })).length;
    },
    gives: 6,
  },
  {
    name: "DONE answered by NO",
    server: async (villain) => {
      await inFolderOf(IDLE, "+ idling")(villain);
      await villain.line();
      await villain.say("A2 NO not done");
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      await client.idleDone();
    },
    fails: ImapError,
    says: /not done/,
  },
]);
