import type { ImapClient } from "@imapclient/imapclient";
import { type AccountConfig, createClientFromConfig } from "../../../src/config/mod.ts";

/**
 * Everything that the tests do happens in folders whose names begin so, so that real mail is safe.
 * No name is used twice: a Cyrus that deletes later (`delete_mode: delayed`) keeps what was deleted
 * under its name and the second, and can't take another of that name within it.
 */
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
  /** What the names of the tests' folders begin with; where there are folders in folders, one. */
  base = "";
  /** The folder of the messages that the test at hand is about. */
  messages = "";
  #begin = "";
  #delimiter: string | null = null;
  #count = 0;
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
    const [inbox] = await client.listFolders("", "INBOX");
    this.#delimiter = personal === null ? inbox?.delimiter ?? null : personal.delimiter;
    this.#begin = `${personal?.prefix ?? ""}${BASE}`;
    this.quirks = await quirksOf(client, this.capabilities);
    await this.clear(client);
    this.base = `${this.#begin}-${crypto.randomUUID().slice(0, 8)}`;
    await this.#makeBase(client);
    return client;
  }

  /** Makes the folder of the tests; where none can be made in it, theirs stand beside it. */
  async #makeBase(client: ImapClient): Promise<void> {
    if (this.#delimiter === null) return;
    try {
      await makeParent(client, this.base, this.#delimiter);
      await this.make(client, "first");
    } catch (error) {
      console.log(`no folders in folders here, so the tests' stand beside each other: ${error}`);
      this.#delimiter = null;
    }
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

  /** A name for a folder of the tests, like this one and not used before. */
  name(like: string): string {
    return `${this.base}${this.#delimiter ?? "-"}${like}-${++this.#count}`;
  }

  /** Makes a folder, with a name like this one. */
  async make(client: ImapClient, like: string): Promise<string> {
    const name = this.name(like);
    await client.createFolder(name);
    return name;
  }

  /** Makes a folder for others; gives what their names begin with, which may be anything behind. */
  async makeParent(client: ImapClient, like: string): Promise<string> {
    const name = this.name(like);
    if (this.#delimiter === null) return `${name}-`;
    await makeParent(client, name, this.#delimiter);
    return `${name}${this.#delimiter}`;
  }

  /** Deletes the tests' folders and their subscriptions: those below first, as Exchange wants. */
  async clear(client: ImapClient): Promise<void> {
    if (client.state === "selected") await client.closeFolder();
    const inside = ({ name }: { name: string | Uint8Array }) => this.#isOfTests(String(name));
    for (const { name } of (await client.listSubFolders()).filter(inside)) {
      await client.unsubscribeFolder(name);
    }
    const folders = (await client.listFolders()).filter(inside).map(({ name }) => String(name));
    for (const name of folders.sort((a, b) => b.length - a.length)) {
      if (await client.folderExists(name)) await client.deleteFolder(name);
    }
  }

  /** Whether it is a folder of some run's, and none of the account's own that begins alike. */
  #isOfTests(name: string): boolean {
    if (!name.startsWith(this.#begin)) return false;
    const rest = name.slice(this.#begin.length);
    const isInside = this.#delimiter !== null && rest.startsWith(this.#delimiter);
    return rest === "" || isInside || /^-[0-9a-f]{8}(?![\w ])/.test(rest);
  }

  /** Leaves the account as it was. */
  async finish(): Promise<void> {
    try {
      const client = this.#clients.find((it) => !it.closed);
      if (client !== undefined) await this.clear(client);
    } finally {
      // Whatever went wrong: with one open the program would not end.
      for (const client of this.#clients) await client[Symbol.asyncDispose]();
    }
  }
}

/**
 * With the delimiter at its end it is a folder for folders (RFC 9051 section 6.3.4): some servers
 * keep messages or folders in one, not both, and some take no such name.
 */
async function makeParent(client: ImapClient, name: string, delimiter: string): Promise<void> {
  try {
    await client.createFolder(`${name}${delimiter}`);
  } catch {
    await client.createFolder(name);
  }
}

async function quirksOf(client: ImapClient, capabilities: readonly string[]): Promise<Quirks> {
  const name = capabilities.includes("ID") ? (await client.id()).name ?? "" : "";
  return {
    gmail: capabilities.includes("X-GM-EXT-1") && /gimap/i.test(name),
    plainNames: /fastmail|cyrus/i.test(`${name} ${client.welcome}`),
  };
}
