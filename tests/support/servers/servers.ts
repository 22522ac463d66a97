import { type ConnectOptions, ImapClient } from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { CYRUS_USERS, cyrusMissing, startCyrus } from "./cyrus.ts";
import { dovecotMissing, startDovecot } from "./dovecot.ts";
import { USERS } from "./launch.ts";
import { TOKENS } from "./token_server.ts";

/** Who has mail on every server; `cyrus` is the administrator of the one called so. */
export type User = "ann" | "bob" | "cyrus";

/** A server that the manual's calls are tried on. */
export interface Server {
  readonly name: "Dovecot" | "Cyrus" | "the in-memory server";
  /** Why it can't be used here, or `false`. */
  readonly missing: string | false;
  /** Starts it; its mailboxes are empty. `quota` is the kilobytes that a user may have. */
  start(options?: { readonly quota?: number }): Promise<RunningServer>;
}

/** A server that runs, and whose clients are counted. */
export class RunningServer {
  readonly #reach: ConnectOptions;
  readonly #stop: () => Promise<void>;
  readonly #clients: ImapClient[] = [];

  constructor(reach: ConnectOptions, stop: () => Promise<void>) {
    this.#reach = reach;
    this.#stop = stop;
  }

  /** A client that has still to log in. */
  async connect(options: Partial<ConnectOptions> = {}): Promise<ImapClient> {
    const client = await ImapClient.connect({ ...this.#reach, ...options });
    this.#clients.push(client);
    return client;
  }

  /** A client that is logged in. */
  async open(user: User = "ann", options: Partial<ConnectOptions> = {}): Promise<ImapClient> {
    const client = await this.connect(options);
    await client.login(user, CYRUS_USERS[user]);
    return client;
  }

  /** Ends all clients, and the server. */
  async stop(): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    await this.#stop();
  }
}

const dovecot: Server = {
  name: "Dovecot",
  missing: dovecotMissing,
  async start({ quota } = {}): Promise<RunningServer> {
    const rule = quota === undefined ? undefined : `storage=${quota}k`;
    const server = await startDovecot({ quota: rule });
    const { host, port } = server;
    return new RunningServer({ host, port, ssl: false }, () => server.stop());
  },
};

const cyrus: Server = {
  name: "Cyrus",
  missing: cyrusMissing,
  async start({ quota = 10_000 } = {}): Promise<RunningServer> {
    // Or it would keep what was deleted, and could delete a name but once a second.
    const config = `autocreate_quota: ${quota}\ndelete_mode: immediate`;
    const server = await startCyrus({ config });
    const { host, port } = server;
    return new RunningServer({ host, port, ssl: false }, () => server.stop());
  },
};

const memory: Server = {
  name: "the in-memory server",
  missing: false,
  start({ quota } = {}): Promise<RunningServer> {
    const add = ["ACL", "METADATA", "XLIST", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"];
    const server = new MemoryServer({ capabilities: { add } });
    for (const user of ["ann", "bob"] as const) {
      const bytes = quota === undefined ? undefined : quota * 1024;
      const account = server.addUser(user, USERS[user], { quota: bytes, token: TOKENS[user] });
      for (const name of ["Drafts", "Junk", "Sent", "Trash"]) {
        account.createFolder(name, { specialUse: `\\${name}` });
      }
    }
    const transport = memoryTransport((duplex) => void server.serve(duplex));
    return Promise.resolve(new RunningServer({ transport }, () => Promise.resolve()));
  },
};

/** All of them. */
export const SERVERS: readonly Server[] = [dovecot, cyrus, memory];
