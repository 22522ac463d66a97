// Servers that send too much, by the million. floods.test.ts tries each in its own process, to
// measure its cost.
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { ProtocolError, TimeoutError } from "../../../mod.ts";
import type { Behaviour } from "./play.ts";
import { tally } from "./scenes.ts";
import { bytesOf, type Villain } from "./villain.ts";

const CHUNK = 64 * 1024;
const MILLION = 1_000_000;
/** A limit that is reached soon. */
const limits = { items: 100_000 };

/** Sends a line many times. Its bytes are created only once. */
async function flood(villain: Villain, line: string, times: number): Promise<void> {
  const many = Math.ceil(CHUNK / (line.length + 2));
  const chunk = bytesOf(`${line}\r\n`.repeat(many));
  for (let said = 0; said < times; said += many) {
    const left = (times - said) * (line.length + 2);
    await villain.send(left < chunk.length ? chunk.subarray(0, left) : chunk);
    // Otherwise no timer in this process would get a turn.
    if (said % (16 * many) === 0) await turn();
  }
}

/** The same with lines that differ. */
async function floodOf(
  villain: Villain,
  line: (i: number) => string,
  times: number,
): Promise<void> {
  const many = 1000;
  for (let said = 0; said < times; said += many) {
    await villain.say(...Array.from({ length: many }, (_, i) => line(said + i)));
    await turn();
  }
}

/** Selects a folder, and answers the next command with a line, a million times by default. */
function inFolder(line: string, times: number = MILLION, capabilities = "IMAP4rev1") {
  return async (villain: Villain) => {
    await villain.select(capabilities);
    const tag = await villain.command();
    await flood(villain, line, times);
    await villain.say(`${tag} OK done`);
  };
}

/** Sends bytes without end. */
async function pour(villain: Villain): Promise<never> {
  const chunk = new Uint8Array(CHUNK).fill(120);
  for (let i = 0;; i++) {
    await villain.send(chunk);
    if (i % 16 === 0) await turn();
  }
}

export const FLOODS: readonly Behaviour[] = [
  {
    name: "a line without end",
    server: async (villain) => {
      await villain.select();
      await villain.send("* ");
      await pour(villain);
    },
    client: async (visitor) => (await visitor.select()).search(),
    fails: ProtocolError,
    closes: true,
    says: /line longer than/,
    memory: 96,
  },
  {
    name: "a greeting without end",
    server: pour,
    client: (visitor) => visitor.connect(),
    fails: ProtocolError,
    memory: 96,
  },
  {
    name: "a literal of 60,000,000 bytes that never comes",
    server: async (villain) => {
      await villain.select();
      await villain.command();
      await villain.send("* 1 FETCH (UID 1 BODY[] {60000000}\r\n");
    },
    client: async (visitor) => (await visitor.select()).fetch(1, ["BODY[]"]),
    timeout: 0.5,
    fails: TimeoutError,
    memory: 48,
  },
  {
    name: "a literal of 60,000,000 bytes that never comes, a hundred times",
    server: async (villain) => {
      await villain.select();
      await villain.command();
      await villain.send("* 1 FETCH (UID 1 BODY[] {60000000}\r\n");
    },
    client: async (visitor) => {
      const clients = await Promise.all(Array.from({ length: 100 }, () => visitor.select()));
      return await tally(clients.map((client) => client.fetch(1, ["BODY[]"])));
    },
    timeout: 1,
    gives: { TimeoutError: 100 },
    so: "TimeoutError for each",
    memory: 192,
  },
  {
    name: "a stream of 512 MiB that is read",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      const size = 512 * 1024 * 1024;
      await villain.send(`* 1 FETCH (UID 1 BODY[] {${size}}\r\n`);
      for (let i = 0; i < size / CHUNK; i++) {
        await villain.send(new Uint8Array(CHUNK));
        if (i % 16 === 0) await turn();
      }
      await villain.say(")", `${tag} OK done`);
    },
    client: async (visitor) => {
      let size = 0;
      const client = await visitor.select();
      for await (const row of client.fetchEach(1, ["BODY[]"], { stream: true })) {
        for await (const chunk of row["BODY[]"]) size += chunk.length;
      }
      return size / 1024 / 1024;
    },
    gives: 512,
    memory: 192,
    within: 60,
  },
  {
    name: "a million lines of EXISTS in answer to SEARCH",
    server: inFolder("* 5 EXISTS"),
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 0,
    memory: 64,
    within: 60,
  },
  {
    name: "a million lines that nobody knows in answer to SEARCH",
    server: inFolder("* XYZZY (1 2 3) {5}\r\nhello"),
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 0,
    memory: 64,
    within: 60,
  },
  {
    name: "a million lines while nothing is asked",
    server: async (villain) => {
      await villain.select();
      await flood(villain, "* 1 FETCH (FLAGS (\\Seen))", MILLION);
      await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      while (client.traffic.received < 25 * MILLION) await sleep(5);
      return (await client.noop()).text;
    },
    gives: "done",
    memory: 64,
    within: 60,
  },
  {
    name: "a million FETCH responses for one message",
    server: inFolder("* 1 FETCH (UID 1 FLAGS (\\Seen))"),
    client: async (visitor) => (await (await visitor.select()).fetch(1, ["FLAGS"])).size,
    gives: 1,
    memory: 64,
    within: 60,
  },
  {
    name: "a million FETCH responses that nobody takes",
    server: inFolder("* 1 FETCH (UID 1 FLAGS (\\Seen))"),
    client: async (visitor) => {
      const client = await visitor.select();
      for await (const _ of client.fetchEach(1, ["FLAGS"])) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        break;
      }
    },
    memory: 64,
    within: 60,
  },
  {
    name: "SEARCH with a million ids, twice",
    server: inFolder(`* SEARCH ${"7 ".repeat(MILLION)}`, 2),
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 2 * MILLION,
    memory: 192,
    within: 60,
  },
  {
    name: "SEARCH responses without end",
    server: inFolder(`* SEARCH ${"7 ".repeat(1000)}`, 20_000),
    client: async (visitor) => (await visitor.select({ limits })).search(),
    fails: ProtocolError,
    memory: 64,
    within: 60,
  },
  {
    name: "ESEARCH with 1:5000000, eight times",
    server: inFolder('* ESEARCH (TAG "A2") UID ALL 1:5000000', 8),
    client: async (visitor) => (await visitor.select()).search(),
    fails: ProtocolError,
    memory: 256,
    within: 60,
  },
  {
    name: "COPYUID with 1:5000000 for a folder of 1,000 messages",
    server: async (villain) => {
      await villain.select();
      await villain.say(`${await villain.command()} OK [COPYUID 1 1:5000000 1:5000000] done`);
    },
    client: async (visitor) => (await (await visitor.select()).copy("1:*", "Trash")).text !== "",
    gives: true,
    memory: 64,
    within: 60,
  },
  {
    name: "a million lines of news in answer to NOOP",
    server: inFolder("* 5 EXISTS"),
    client: async (visitor) => (await visitor.select({ limits })).noop(),
    fails: ProtocolError,
    memory: 96,
    within: 60,
  },
  {
    name: "a million folders in answer to LIST",
    server: inFolder('* LIST () "/" "folder"'),
    client: async (visitor) => (await visitor.select({ limits })).listFolders(),
    fails: ProtocolError,
    memory: 96,
    within: 60,
  },
  {
    name: "a million response codes in answer to SELECT",
    server: async (villain) => {
      await villain.say("* PREAUTH [CAPABILITY IMAP4rev1] hello");
      const tag = await villain.command();
      await floodOf(villain, (i) => `* OK [X-${i} ${i}] x`, MILLION);
      await villain.say(`${tag} OK done`);
    },
    client: (visitor) => visitor.select({ limits }),
    fails: ProtocolError,
    memory: 96,
    within: 60,
  },
  {
    name: "a million things that are enabled, though nobody asked",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      await floodOf(villain, (i) => `* ENABLED X-${i}`, MILLION);
      await villain.say(`${tag} OK done`);
    },
    client: async (visitor) => (await (await visitor.select()).search()).length,
    gives: 0,
    memory: 64,
    within: 60,
  },
  {
    name: "two million lines of news in front of the + of IDLE",
    server: async (villain) => {
      await villain.select("IMAP4rev1 IDLE");
      await villain.command();
      await flood(villain, "* 5 EXISTS", 2 * MILLION);
      await villain.hangUp();
    },
    client: async (visitor) => (await visitor.select({ limits })).idle(),
    fails: ProtocolError,
    memory: 128,
    within: 60,
  },
  {
    name: "100,000 times + in AUTHENTICATE from a server that does not read",
    server: async (villain) => {
      await villain.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello");
      await villain.command();
      await flood(villain, "+ ", 100_000);
    },
    client: async (visitor) => (await visitor.connect()).plainLogin("ann", "secret"),
    timeout: 1,
    fails: ProtocolError,
    memory: 96,
    within: 60,
  },
];
