import { ImapClient } from "../../../src/client/imap_client.ts";
import type { MemoryServer } from "../../../src/testing/mod.ts";
import { concat } from "../../../src/util/bytes.ts";
import { type Direction, type Fault, FaultyPipe } from "./faulty_pipe.ts";
import { endingOf, type Operation } from "./operations.ts";
import { harmToOthers, stockedServer, type StockOptions, takeStock } from "./stock.ts";
import { type Traffic, turns, within } from "./sweep.ts";

/** An operation that takes longer hangs, in seconds. */
const BOUND = 15;

/** How an operation ended, and what is wrong then. */
export interface Trial {
  /** The error that it ended with, if any. */
  readonly error: unknown;
  /** What is wrong afterwards. */
  readonly harm: readonly string[];
  /** What passed over the connection since the call. */
  readonly traffic: Traffic;
  /** The client after the call. */
  readonly client: ImapClient;
}

/** Options for trying an operation. */
export interface TrialOptions {
  /** What happens to the connection; its offset counts from the call. */
  readonly fault?: Fault;
  /** Called with the server before the call. */
  readonly prepare?: (server: MemoryServer) => void;
  /** Called with each line that the client sends. */
  readonly onLine?: (line: string, server: MemoryServer) => void;
}

/** Runs one operation, and checks the mail afterwards. */
export async function tryOperation(
  operation: Operation,
  { fault, prepare, onLine }: TrialOptions = {},
): Promise<Trial> {
  const sent: Record<Direction, Uint8Array[]> = { "to the server": [], "to the client": [] };
  const stock: StockOptions = { ...operation, onLine: (line) => onLine?.(line, server) };
  const server = stockedServer(stock);
  const pipe = new FaultyPipe({ record: (direction, bytes) => sent[direction].push(bytes) });
  void server.serve(pipe.server);
  const client = await openInbox(pipe, fault?.kind === "stall" ? 0.1 : 60, operation);
  prepare?.(server);
  for (const chunks of Object.values(sent)) chunks.length = 0;
  if (fault !== undefined) pipe.arm(fault);
  let error: unknown;
  const run = operation.run(client).then(() => "ended", (reason) => (error = reason, "ended"));
  const ended = await within(BOUND, run);
  const traffic = {
    "to the server": concat(sent["to the server"]),
    "to the client": concat(sent["to the client"]),
  };
  // Let what is still on its way to the server arrive.
  await turns(3);
  server.faults.clear();
  const after = await takeStock(server);
  const harm = ended === null
    ? ["it does not end"]
    : [...harmToOthers(after), ...operation.judge(after, endingOf(error), error)];
  return { error, harm, traffic, client };
}

async function openInbox(
  pipe: FaultyPipe,
  read: number,
  { idsAtOnce }: Operation,
): Promise<ImapClient> {
  const transport = () => Promise.resolve(pipe.client);
  const limits = idsAtOnce === undefined ? {} : { ids: idsAtOnce };
  const client = await ImapClient.connect({ transport, timeout: { connect: 60, read }, limits });
  await client.login("ann", "secret");
  await client.selectFolder("INBOX");
  return client;
}
