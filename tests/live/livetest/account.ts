import type { ImapClient } from "@imapclient/imapclient";
import { type AccountConfig, createClientFromConfig } from "../../../src/config/mod.ts";

/**
 * The tests use only folders whose names begin this way, so that real mail is safe. No name is used
 * twice: a Cyrus with `delete_mode: delayed` keeps a deleted folder under its name and the second
 * of the deletion, and can't delete another folder of that name within the same second.
 */
const BASE = "__imapclient";

/** Is in no name. */
const NOTHING = /(?!)/;

/** Peculiarities of a server. */
export interface Quirks {
  /** A message appears only after a NOOP, and one flagged as deleted may be expunged at once. */
  readonly gmail: boolean;
  /** What the server does not take in folder names. */
  readonly notInNames: RegExp;
}

/** The tested account: a folder in it for the tests, and clients. */
export class Account {
  readonly #config: AccountConfig;
  readonly #clients: ImapClient[] = [];
  /**
   * How the names of the test folders begin; if folders can contain folders, that is one folder.
   */
  base = "";
  /** The folder with the messages of the current test. */
  messages = "";
  #begin = "";
  #delimiter: string | null = null;
  #count = 0;
  quirks: Quirks = { gmail: false, notInNames: NOTHING };
  capabilities: readonly string[] = [];

  constructor(config: AccountConfig) {
    this.#config = config;
  }

  /** Logs in by the strongest mechanism; `null` if the account has no password. */
  async authenticate(): Promise<string | null> {
    const { username: user, password, stream } = this.#config;
    if (stream || user === undefined || password === undefined) return null;
    const client = await createClientFromConfig(this.#config, { login: false });
    this.#clients.push(client);
    if (client.state !== "not authenticated") return null;
    // The account's owner has chosen how to connect.
    const { mechanism } = await client.authenticate({ user, password }, { allowPlaintext: true });
    return mechanism;
  }

  /** Finds out about the server, and removes what an earlier run may have left. */
  async prepare(): Promise<ImapClient> {
    const client = await this.open();
    this.capabilities = await client.capabilities();
    const [personal] = await client.hasCapability("NAMESPACE")
      ? (await client.namespace()).personal ?? []
      : [null];
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

  /**
   * Creates the folder for the tests; if it can't contain folders, theirs are created next to it.
   */
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
    // Some name a limit too: `APPENDLIMIT=1000`.
    return this.capabilities.some((it) => it === capability || it.startsWith(`${capability}=`));
  }

  /** A logged-in client. */
  async open(): Promise<ImapClient> {
    const client = await createClientFromConfig(this.#config);
    this.#clients.push(client);
    return client;
  }

  /** A name for a test folder, similar to this one and not used before. */
  name(like: string): string {
    return `${this.base}${this.#delimiter ?? "-"}${like}-${++this.#count}`;
  }

  /** Creates a folder with a name similar to this one. */
  async make(client: ImapClient, like: string): Promise<string> {
    const name = this.name(like);
    await client.createFolder(name);
    return name;
  }

  /**
   * Creates a folder for other folders; returns the prefix of their names, which may end with
   * anything.
   */
  async makeParent(client: ImapClient, like: string): Promise<string> {
    const name = this.name(like);
    if (this.#delimiter === null) return `${name}-`;
    await makeParent(client, name, this.#delimiter);
    return `${name}${this.#delimiter}`;
  }

  /**
   * Deletes the test folders and their subscriptions, the lower levels first, as Exchange requires.
   */
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

  /** Whether a run created this folder: the account's own may begin with the same text. */
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
      // In any case: an open client would keep the program from ending.
      for (const client of this.#clients) await client[Symbol.asyncDispose]();
    }
  }
}

/**
 * A delimiter at the end means a folder for folders (RFC 9051 section 6.3.4). On some servers a
 * folder holds either messages or folders, and some refuse such a name.
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
    notInNames: /fastmail|cyrus/i.test(`${name} ${client.welcome}`)
      ? /["\\]/
      : capabilities.includes("IMAP4REV2") && /\] IMAP server ready$/.test(client.welcome)
      ? ofGoimap(client)
      : NOTHING,
  };
}

/**
 * go-imap 2 beta 8 reads names as modified UTF-7 even where both sides use UTF-8, and writes them so
 * until ENABLE, even as a server of IMAP4rev2 alone.
 */
function ofGoimap({ enabled }: ImapClient): RegExp {
  return enabled.length > 0 ? /&/ : /&|[^ -~]/;
}
