/**
 * The Getting Started session of the guide, against a server in memory: `npm run demo`, or
 * `deno task demo`. With `--listen PORT` the server stays open for other clients.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { ImapClient } from "../client/imap_client.ts";
import { MemoryServer } from "../testing/mod.ts";
import { fillSampleMailbox } from "../testing/sample_mailbox.ts";
import { formatTable } from "./table.ts";

const USER = "ann";
const PASSWORD = "secret";
const SEARCHED = "Clara";

async function main(args: string[]): Promise<void> {
  const port = listenPort(args);
  const server = new MemoryServer();
  fillSampleMailbox(server.addUser(USER, PASSWORD));
  await session(server);
  if (port !== null) await listen(server, port);
}

function listenPort(args: string[]): number | null {
  const { values } = parseArgs({ args, options: { listen: { type: "string" } } });
  if (values.listen === undefined) return null;
  const port = Number(values.listen);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`--listen takes a port from 1 to 65535, not ${values.listen}`);
  }
  return port;
}

/** The first session of the guide. */
async function session(server: MemoryServer): Promise<void> {
  const client = await ImapClient.connect({ transport: server.transport });
  try {
    say("greeting", client.welcome);
    await client.login(USER, PASSWORD);
    say("capabilities", (await client.capabilities()).join(" "));
    const folders = await client.listFolders();
    say("folders", folders.map(({ name }) => name).join(", "));
    const inbox = await client.selectFolder("INBOX", { readonly: true });
    say("INBOX", `${inbox.EXISTS} messages`);
    const ids = await client.search(["FROM", SEARCHED]);
    say(`from ${SEARCHED}`, `${ids.length} messages`);
    await showMessages(client, ids, `The messages from ${SEARCHED}`);
    await showMessages(client, await client.search(), "All messages");
  } finally {
    say("logout", await client.logout());
  }
}

function say(what: string, text: string): void {
  console.log(`${what.padEnd(14)}${text}`);
}

async function showMessages(client: ImapClient, ids: number[], title: string): Promise<void> {
  const rows: string[][] = [["ID", "SUBJECT", "FROM", "DATE"]];
  for (const [id, { ENVELOPE }] of await client.fetch(ids, ["ENVELOPE"])) {
    const from = ENVELOPE.from?.[0];
    const date = ENVELOPE.date?.toISOString().slice(0, 16).replace("T", " ") ?? "";
    rows.push([String(id), ENVELOPE.subject ?? "", from?.name ?? from?.email ?? "", date]);
  }
  const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
  console.log(`\n${title}\n\n${formatTable(rows, width)}\n`);
}

/** Serves any IMAP client that connects to the port. */
async function listen(server: MemoryServer, port: number): Promise<void> {
  const { host } = await server.listen({ port });
  console.log(`Listening on ${host}:${port} (user ${USER}, password ${PASSWORD}); Ctrl-C ends it`);
}

function fail(error: unknown): void {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

await main(process.argv.slice(2)).catch(fail);
