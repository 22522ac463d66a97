import { ImapClient } from "../../../src/client/imap_client.ts";
import { concat } from "../../../src/util/bytes.ts";
import { type Direction, type Fault, FaultyPipe } from "./faulty_pipe.ts";
import { filledServer } from "./full_session.ts";
import { plainly } from "./plainly.ts";
import { type Traffic, turns, within } from "./sweep.ts";

/** A call that takes longer hangs, in seconds. */
const BOUND = 15;

/** How a call ended: its value as plain text, or its error. */
export type Ended = { readonly value: string } | { readonly error: unknown } | "hangs";

/** The results of several calls made at once. */
export interface Busy {
  readonly ended: Readonly<Record<string, Ended>>;
  readonly client: ImapClient;
  readonly pipe: FaultyPipe;
  /** What passed over the connection since the calls were made. */
  readonly traffic: Traffic;
}

/** Calls that are all made at once. Some can be sent together, others have to wait. */
const CALLS: Readonly<Record<string, (client: ImapClient) => Promise<unknown>>> = {
  waiting: (client) => client.idleCheck(),
  status: (client) => client.folderStatus("Kept", ["MESSAGES"]),
  fetch: (client) => client.fetch("1,3", ["FLAGS", "BODY.PEEK[]"]),
  each: (client) => listed(client.fetchEach("1,3", ["RFC822.SIZE"])),
  search: (client) => client.search(["SEEN"]),
  again: (client) => client.search(["FLAGGED"]),
  store: (client) => client.addFlags(1, ["\\Draft"]),
  copy: (client) => client.copy(1, "Kept"),
  append: (client) => client.append("Kept", "Subject: H\r\n\r\nh\r\n"),
  list: (client) => client.listFolders(),
};

async function listed<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

/** Makes all the calls at once, during IDLE, with a fault whose offset counts from then on. */
export async function runBusy(fault?: Fault): Promise<Busy> {
  const sent: Record<Direction, Uint8Array[]> = { "to the server": [], "to the client": [] };
  const server = filledServer();
  const pipe = new FaultyPipe({ record: (direction, bytes) => sent[direction].push(bytes) });
  void server.serve(pipe.server);
  const read = fault?.kind === "stall" ? 0.1 : 60;
  const transport = () => Promise.resolve(pipe.client);
  const client = await ImapClient.connect({ transport, timeout: { connect: 60, read } });
  await client.login("ann", "secret");
  await client.selectFolder("INBOX");
  await client.idle();
  for (const chunks of Object.values(sent)) chunks.length = 0;
  if (fault !== undefined) pipe.arm(fault);
  const ended = await endsOf(client, fault === undefined);
  const traffic = {
    "to the server": concat(sent["to the server"]),
    "to the client": concat(sent["to the client"]),
  };
  client.shutdown();
  await turns(1);
  return { ended, client, pipe, traffic };
}

async function endsOf(client: ImapClient, isHealthy: boolean): Promise<Record<string, Ended>> {
  const ended: Record<string, Ended> = {};
  const calls = Object.entries(CALLS).map(async ([name, call]) => {
    ended[name] = "hangs";
    try {
      ended[name] = { value: plainly(await call(client)) };
    } catch (error) {
      ended[name] = { error };
    }
  });
  // A call that waits for changes waits until one arrives or the connection ends.
  const [, ...others] = calls;
  await within(BOUND, Promise.all(others));
  if (isHealthy) client.shutdown();
  await within(BOUND, calls[0]);
  return ended;
}
