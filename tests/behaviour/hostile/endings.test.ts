import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionClosedError, type ImapClient } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import type { Visitor } from "./play.ts";
import { greets, inFolder, inFolderOf, inFolderSends, nameOf, tally, WELCOME } from "./scenes.ts";
import type { Villain } from "./villain.ts";

const PLAIN = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS] hello";
const BYE = "* BYE [UNAVAILABLE] out of order";
const bye = { fails: ConnectionClosedError, says: /out of order/ } as const;

/** Runs a script, and then closes the connection. */
function thenHangsUp(script: (villain: Villain) => Promise<void>) {
  return async (villain: Villain) => {
    await script(villain);
    await villain.hangUp();
  };
}

/** Runs a script, and then resets the connection. */
function thenBreaksOff(script: (villain: Villain) => Promise<void>) {
  return async (villain: Villain) => {
    await script(villain);
    villain.reset();
  };
}

behaviours("BYE at every moment", [
  {
    ...bye,
    name: "BYE for a greeting",
    server: thenHangsUp((villain) => villain.say(BYE)),
    client: (visitor) => visitor.connect(),
    tcp: true,
  },
  {
    ...bye,
    name: "BYE behind the greeting",
    server: thenHangsUp((villain) => villain.say("* OK hello", BYE)),
    client: (visitor) => visitor.connect(),
  },
  {
    ...bye,
    name: "BYE in answer to LOGIN",
    server: thenHangsUp(greets(PLAIN, BYE)),
    client: async (visitor) => (await visitor.connect()).login("ann", "secret"),
  },
  {
    ...bye,
    name: "BYE behind the + of AUTHENTICATE",
    server: thenHangsUp(greets(PLAIN, "+ ", BYE)),
    client: async (visitor) => (await visitor.connect()).plainLogin("ann", "secret"),
  },
  {
    ...bye,
    name: "BYE in answer to STARTTLS",
    server: thenHangsUp(greets(PLAIN, BYE)),
    client: (visitor) => visitor.connect({ starttls: true, ssl: undefined }),
    plain: true,
    tcp: true,
  },
  {
    ...bye,
    name: "BYE in answer to SELECT",
    server: thenHangsUp(greets(WELCOME, "* 5 EXISTS", BYE)),
    client: (visitor) => visitor.select(),
  },
  {
    ...bye,
    name: "BYE in the middle of a FETCH",
    server: thenHangsUp(inFolder("* 1 FETCH (UID 1 FLAGS ())", BYE)),
    client: async (visitor) => (await visitor.select()).fetch("1:2", ["FLAGS"]),
  },
  {
    ...bye,
    name: "BYE in place of a +",
    server: thenHangsUp(inFolder(BYE)),
    client: async (visitor) => (await visitor.select()).append("INBOX", "Hello"),
  },
  {
    ...bye,
    name: "BYE between + and literal",
    server: thenHangsUp(inFolder("+ go ahead", BYE)),
    client: async (visitor) => (await visitor.select()).append("INBOX", "Hello"),
  },
  {
    ...bye,
    name: "BYE during IDLE",
    server: thenHangsUp(inFolderOf("IMAP4rev1 IDLE", "+ idling", BYE)),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      for (;;) await client.idleCheck();
    },
  },
  {
    ...bye,
    name: "BYE while news are watched",
    server: thenHangsUp(inFolderOf("IMAP4rev1 IDLE", "+ idling", "* 5 EXISTS", BYE)),
    client: async (visitor) => {
      for await (const _ of (await visitor.select()).watch());
    },
  },
  {
    ...bye,
    name: "BYE while nothing is asked",
    server: thenHangsUp(async (villain) => {
      await villain.select();
      await villain.say(BYE);
    }),
    client: async (visitor) => {
      const client = await visitor.select();
      await closed(client);
      await client.noop();
    },
    tcp: true,
  },
  {
    ...bye,
    name: "BYE twice",
    server: thenHangsUp(inFolder(BYE, "* BYE again")),
    client: async (visitor) => (await visitor.select()).search(),
    says: /out of order|again/,
  },
  {
    ...bye,
    name: "BYE for ten calls at once",
    server: thenHangsUp(inFolder(BYE)),
    client: async (visitor) => {
      const client = await visitor.select();
      return tally(Array.from({ length: 10 }, (_, i) => client.fetch(i + 1, ["FLAGS"])));
    },
    fails: undefined,
    gives: { ConnectionClosedError: 10 },
    so: "ConnectionClosedError for each",
    closes: true,
  },
  {
    name: "BYE and no OK in answer to LOGOUT",
    server: thenHangsUp(inFolder(BYE)),
    client: async (visitor) => (await visitor.select()).logout(),
    gives: "out of order",
    closes: true,
  },
  {
    name: "BYE, and then the answer all the same",
    server: thenHangsUp(inFolder("* SEARCH 1", BYE, "$ OK done")),
    client: async (visitor) => {
      const client = await visitor.select();
      const found = [...await client.search()];
      await closed(client);
      return found;
    },
    gives: [1],
    closes: true,
  },
]);

/** Waits until a client has noticed the end of its connection. */
async function closed(client: ImapClient): Promise<void> {
  while (!client.closed) await sleep(5);
}

behaviours("a server that goes without a word", [
  {
    name: "a connection that is closed at once",
    server: (villain) => villain.hangUp(),
    client: (visitor) => visitor.connect(),
    fails: ConnectionClosedError,
    tcp: true,
  },
  {
    name: "a connection that is reset before the greeting",
    server: async (villain) => {
      await sleep(100);
      villain.reset();
    },
    client: (visitor) => visitor.connect(),
    fails: ConnectionClosedError,
    tcp: "only",
  },
  {
    name: "a literal cut short",
    server: thenHangsUp(inFolderSends("* 1 FETCH (UID 1 BODY[] {100}\r\n12345")),
    client: async (visitor) => (await visitor.select()).fetch(1, ["BODY[]"]),
    fails: ConnectionClosedError,
    says: /in the middle of a response/,
    tcp: true,
  },
  {
    name: "a literal cut short that is streamed",
    server: thenHangsUp(inFolderSends("* 1 FETCH (UID 1 BODY[] {100000}\r\n12345")),
    client: async (visitor) => {
      const client = await visitor.select();
      for await (const row of client.fetchEach(1, ["BODY[]"], { stream: true })) {
        await new Response(row["BODY[]"]).bytes();
      }
    },
    fails: ConnectionClosedError,
    tcp: true,
  },
  {
    name: "a reset in the middle of a literal",
    server: thenBreaksOff(inFolderSends("* 1 FETCH (UID 1 BODY[] {100}\r\n12345")),
    client: async (visitor) => (await visitor.select()).fetch(1, ["BODY[]"]),
    fails: ConnectionClosedError,
    tcp: "only",
  },
  {
    name: "a reset while nothing is asked",
    server: async (villain) => {
      await villain.select();
      villain.reset();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await closed(client);
      await client.noop();
    },
    fails: ConnectionClosedError,
    tcp: "only",
  },
  {
    name: "a reset while a large message is sent",
    server: async (villain) => {
      await villain.select("IMAP4rev1 LITERAL+");
      await villain.command();
      villain.reset();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.append("INBOX", new Uint8Array(16 * 1024 * 1024).fill(65));
    },
    fails: ConnectionClosedError,
    tcp: "only",
  },
  {
    name: "a connection that is closed during IDLE",
    server: thenHangsUp(inFolderOf("IMAP4rev1 IDLE", "+ idling")),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      for (;;) await client.idleCheck();
    },
    fails: ConnectionClosedError,
    tcp: true,
  },
  {
    name: "a connection that is closed, and calls after that",
    server: thenHangsUp((villain) => villain.select()),
    client: async (visitor) => {
      const client = await visitor.select();
      await closed(client);
      const calls = [client.noop(), client.search(), client.logout(), client.append("a", "b")];
      return [await tally(calls), client.state];
    },
    gives: [{ ConnectionClosedError: 4 }, "logout"],
    so: "ConnectionClosedError for each",
    closes: true,
  },
]);

/** Everything that a server sends in a session; the client's part is {@linkcode wholeSession}. */
async function sayAll(villain: Villain): Promise<void> {
  await villain.say("* OK [CAPABILITY IMAP4rev1 IDLE] hello");
  await villain.say(`${await villain.command()} OK [CAPABILITY IMAP4rev1 IDLE] you are in`);
  await villain.answer("* 2 EXISTS", "* FLAGS (\\Seen)", "* OK [UIDNEXT 3] next");
  await villain.answer(
    "* 1 FETCH (UID 1 BODY[] {6}\r\nHello! ENVELOPE (" + "NIL ".repeat(10) + "))",
  );
  const tag = await villain.command();
  await villain.say("+ idling", "* 3 EXISTS");
  await villain.line();
  await villain.say(`${tag} OK done`);
  await villain.answer("* BYE bye");
}

async function wholeSession(visitor: Visitor): Promise<string> {
  const client = await visitor.connect({ timeout: 1 });
  await client.login("ann", "secret");
  await client.selectFolder("INBOX");
  await client.fetch(1, ["BODY[]", "ENVELOPE"]);
  await client.idle();
  await client.idleDone();
  return await client.logout();
}

/** How many bytes {@linkcode sayAll} sends before BYE. */
const LENGTH = 290;

/** Sessions one after the other, or all at once, each cut off one byte later than the last. */
function cutAtEveryByte(afterwards: (villain: Villain) => Promise<void>) {
  let at = 0;
  return async (villain: Villain) => {
    villain.cutAfter(++at, () => afterwards(villain));
    await sayAll(villain);
  };
}

async function eachCut(visitor: Visitor): Promise<Record<string, number>> {
  return await tally(Array.from({ length: LENGTH }, () => wholeSession(visitor)));
}

behaviours("a session that is cut at every byte", [
  {
    name: "the end of the connection",
    server: cutAtEveryByte((villain) => villain.hangUp()),
    client: eachCut,
    gives: { ConnectionClosedError: LENGTH },
    so: "ConnectionClosedError each time",
    within: 30,
  },
  {
    name: "the end of the connection, by TCP",
    server: cutAtEveryByte((villain) => villain.hangUp()),
    client: async (visitor) => {
      const names = new Set<string>();
      for (let i = 0; i < LENGTH; i += 10) {
        const ten = Array.from({ length: 10 }, () => wholeSession(visitor).catch(nameOf));
        for (const name of await Promise.all(ten)) names.add(name);
      }
      return [...names];
    },
    gives: ["ConnectionClosedError"],
    so: "ConnectionClosedError each time",
    tcp: "only",
    within: 60,
  },
  {
    name: "silence",
    server: cutAtEveryByte((villain) => villain.silence()),
    client: eachCut,
    gives: { TimeoutError: LENGTH },
    so: "TimeoutError each time",
    within: 60,
  },
]);
