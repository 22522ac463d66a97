import { ImapClient } from "../../../src/client/imap_client.ts";
import { type MemoryAccount, MemoryServer } from "../../../src/testing/mod.ts";
import { decodeAscii } from "../../../src/util/bytes.ts";

/** A message as a client finds it. */
export interface Found {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly text: string;
}

/** The content of the two folders. */
export interface Stock {
  readonly INBOX: readonly Found[];
  readonly Archive: readonly Found[];
}

const DATE = new Date(Date.UTC(2024, 1, 29, 12, 0, 0));

/** The messages that the calls name. */
export const NAMED: readonly number[] = [1, 3];
/** The others in INBOX, which no call names; somebody else has flagged two of them `\Deleted`. */
const OTHERS: ReadonlyMap<number, readonly string[]> = new Map([
  [2, ["\\Deleted"]],
  [4, ["\\Seen"]],
  [5, ["\\Deleted", "\\Flagged"]],
]);

/** A message's text. */
export const textOf = (name: string | number): string =>
  `Subject: ${name}\r\n\r\nI am ${name}.\r\n`;

/** Options for the server. */
export interface StockOptions {
  /** Capabilities that it lacks. */
  readonly omit?: readonly string[];
  /** Capabilities that it has besides the usual ones. */
  readonly add?: readonly string[];
  /** The flags of the named messages. */
  readonly flags?: readonly string[];
  /** Called with each line that clients send. */
  readonly onLine?: (line: string, account: MemoryAccount) => void;
}

/** A server with five messages in INBOX and an old one in Archive. */
export function stockedServer(
  { omit, add, flags = ["\\Answered"], onLine }: StockOptions = {},
): MemoryServer {
  const server = new MemoryServer({
    capabilities: { omit, add },
    log: (side, text) => {
      if (side === "client") onLine?.(text, ann);
    },
  });
  const ann = server.addUser("ann", "secret");
  ann.createFolder("Archive");
  for (let uid = 1; uid <= 5; uid++) {
    ann.append("INBOX", textOf(uid), { date: DATE, flags: OTHERS.get(uid) ?? flags });
  }
  ann.append("Archive", textOf("old"), { date: DATE });
  return server;
}

/** Reads both folders with another client, over a healthy connection. */
export async function takeStock(server: MemoryServer): Promise<Stock> {
  const client = await ImapClient.connect({ transport: server.transport });
  await client.login("ann", "secret");
  const found = { INBOX: await look(client, "INBOX"), Archive: await look(client, "Archive") };
  await client.logout();
  return found;
}

async function look(client: ImapClient, folder: string): Promise<Found[]> {
  await client.selectFolder(folder, { readonly: true });
  const all = await client.fetch("1:*", ["FLAGS", "BODY.PEEK[]"]);
  return [...all].map(([uid, { FLAGS, "BODY[]": body }]) => {
    const flags = FLAGS.filter((flag) => flag !== "\\Recent").sort();
    return { uid, flags, text: decodeAscii(body!, 0, body!.length) };
  });
}

/** What happened to messages that no call named, and to those that were in Archive before. */
export function harmToOthers({ INBOX, Archive }: Stock): string[] {
  const harm: string[] = [];
  for (const [uid, flags] of OTHERS) {
    const found = INBOX.find((message) => message.uid === uid);
    if (found === undefined) harm.push(`message ${uid}, which no call named, is lost`);
    else if (found.text !== textOf(uid)) harm.push(`message ${uid} has another text`);
    else if (found.flags.join() !== flags.join()) harm.push(`message ${uid} has ${found.flags}`);
    if (copiesOf(Archive, uid).length > 0) harm.push(`message ${uid} was copied, unnamed`);
  }
  if (Archive.find(({ uid }) => uid === 1)?.text !== textOf("old")) {
    harm.push("the old one is lost");
  }
  return harm;
}

/** The messages with the same text as this one. */
export function copiesOf(folder: readonly Found[], name: string | number): readonly Found[] {
  return folder.filter(({ text }) => text === textOf(name));
}
