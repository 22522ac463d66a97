import type { ImapClient } from "@imapclient/imapclient";
import { type AccountConfig, createClientFromConfig } from "../../src/config/mod.ts";

/** Everything that the tests do happens in folders below this one, so that real mail is safe. */
const BASE = "__imapclient";

/** What a server does in a way of its own. */
export interface Quirks {
  /** A message is not there until a NOOP, and one flagged as deleted may go at once. */
  readonly gmail: boolean;
  /** No quotes in folder names, and no backslashes. */
  readonly plainNames: boolean;
}

/** The account under test: a folder of the tests' own in it, and clients. */
export class Account {
  readonly #config: AccountConfig;
  readonly #clients: ImapClient[] = [];
  /** The folder of the tests, and what stands behind it in the names of those below. */
  base = "";
  delimiter = "/";
  quirks: Quirks = { gmail: false, plainNames: false };
  capabilities: readonly string[] = [];

  constructor(config: AccountConfig) {
    this.#config = config;
  }

  /** Learns about the server, and clears what a run before this one may have left. */
  async prepare(): Promise<ImapClient> {
    const client = await this.open();
    this.capabilities = await client.capabilities();
    const [personal] = this.has("NAMESPACE") ? (await client.namespace()).personal ?? [] : [null];
    if (personal === undefined) throw new Error("can't run the tests: no namespace of one's own");
    this.delimiter = personal?.delimiter ?? (await client.listFolders("", "INBOX"))[0].delimiter!;
    this.base = `${personal?.prefix ?? ""}${BASE}`;
    this.quirks = await quirksOf(client, this.capabilities);
    await this.clear(client);
    await client.createFolder(this.base);
    return client;
  }

  has(capability: string): boolean {
    return this.capabilities.includes(capability.toUpperCase());
  }

  /** A client that is logged in. */
  async open(): Promise<ImapClient> {
    const client = await createClientFromConfig(this.#config);
    this.#clients.push(client);
    return client;
  }

  /** The name of a folder of the tests. */
  folder(name: string): string {
    return `${this.base}${this.delimiter}${name}`;
  }

  /** Deletes the tests' folders and their subscriptions: those below first, as Exchange wants. */
  async clear(client: ImapClient): Promise<void> {
    if (client.state === "selected") await client.closeFolder();
    const inside = ({ name }: { name: string | Uint8Array }) =>
      name === this.base || String(name).startsWith(this.base + this.delimiter);
    for (const { name } of (await client.listSubFolders()).filter(inside)) {
      await client.unsubscribeFolder(name);
    }
    const folders = (await client.listFolders()).filter(inside).map(({ name }) => String(name));
    for (const name of folders.sort((a, b) => b.length - a.length)) {
      if (await client.folderExists(name)) await client.deleteFolder(name);
    }
  }

  /** Leaves the account as it was. */
  async finish(): Promise<void> {
    const [client, ...others] = this.#clients.filter((it) => !it.closed);
    if (client !== undefined) await this.clear(client);
    for (const each of [client, ...others]) await each?.[Symbol.asyncDispose]();
  }
}

async function quirksOf(client: ImapClient, capabilities: readonly string[]): Promise<Quirks> {
  const name = capabilities.includes("ID") ? (await client.id()).name ?? "" : "";
  return {
    gmail: capabilities.includes("X-GM-EXT-1") && /gimap/i.test(name),
    plainNames: /fastmail|cyrus/i.test(`${name} ${client.welcome}`),
  };
}
