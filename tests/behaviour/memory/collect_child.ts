// Creates clients, ends each in its own way, and prints the ways after which something still holds
// the client. Run by memory.test.ts, with the port of a big server.
import process from "node:process";
import { ImapClient } from "@imapclient/imapclient";

const port = Number(process.argv[2]);

interface Collector {
  readonly Bun?: { gc(now: boolean): void };
  readonly gc?: () => void;
}

function collect(): void {
  const { Bun, gc } = globalThis as unknown as Collector;
  if (Bun !== undefined) Bun.gc(true);
  else gc!();
}

async function open(): Promise<ImapClient> {
  const client = await ImapClient.connect({
    ...{ host: "127.0.0.1", port, ssl: false },
    timeout: { connect: 10, read: 0.2 },
  });
  await client.selectFolder("1000000");
  return client;
}

/** Ignores the result or the error. */
async function ignore(what: Promise<unknown>): Promise<void> {
  await what.catch(() => {});
}

/** The ways in which a client can end. */
const ENDS: Readonly<Record<string, (client: ImapClient) => Promise<void>>> = {
  "logout": async (client) => void await client.logout(),
  "shutdown": (client) => Promise.resolve(client.shutdown()),
  "await using": async (client) => await client[Symbol.asyncDispose](),
  "BYE": (client) => ignore(client.selectFolder("BYE")),
  "a connection that is cut": (client) => ignore(client.selectFolder("CUT")),
  "a timeout": (client) => ignore(client.selectFolder("SILENCE")),
  "shutdown in IDLE": async (client) => {
    await client.idle();
    client.shutdown();
  },
  "shutdown in a loop over news": async (client) => {
    setTimeout(() => client.shutdown(), 20);
    await ignore((async () => {
      for await (const _ of client.watch());
    })());
  },
  "shutdown in the middle of a message": async (client) => {
    await ignore((async () => {
      for await (const _ of client.fetchEach(1, "BODY[]", { stream: true })) client.shutdown();
    })());
  },
  "a loop that was left": async (client) => {
    for await (const _ of client.fetchEach("1:5000", "FLAGS")) break;
    client.shutdown();
  },
  "an abort of a call": async (client) => {
    const controller = new AbortController();
    const call = client.fetch("1:5000", ["FLAGS"], { signal: controller.signal });
    controller.abort();
    await ignore(call);
    client.shutdown();
  },
  "a listener that was not removed": (client) => {
    client.listen(() => console.log(client.state));
    return Promise.resolve(client.shutdown());
  },
};

/** A separate function, so that no local variable holds the client. */
async function leave(end: (client: ImapClient) => Promise<void>): Promise<WeakRef<ImapClient>> {
  const client = await open();
  await end(client);
  return new WeakRef(client);
}

const left = new Map<string, WeakRef<ImapClient>>();
for (const [name, end] of Object.entries(ENDS)) left.set(name, await leave(end));
for (let round = 0; round < 50 && [...left.values()].some((it) => it.deref()); round++) {
  // A dereferenced WeakRef keeps its target until the end of the turn.
  await new Promise((resolve) => setTimeout(resolve, 20));
  collect();
}
console.log(JSON.stringify([...left].filter(([, it]) => it.deref()).map(([name]) => name)));
