import { type ConnectOptions, ImapClient } from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { MemoryServer } from "@imapclient/imapclient/testing";
import {
  CYRUS_USERS,
  cyrusMissing,
  newerCyrusMissing,
  startCyrus,
  startNewerCyrus,
} from "./cyrus.ts";
import { dovecotMissing, newerDovecotMissing, startDovecot, startNewerDovecot } from "./dovecot.ts";
import { goimapMissing, startGoimap } from "./goimap.ts";
import { USERS } from "./launch.ts";
import { TOKENS } from "./token_server.ts";

/** The users who have mail on every server; `cyrus` is the administrator of Cyrus. */
export type User = "ann" | "bob" | "cyrus";

/** A server for the live tests of the client's calls. */
export interface Server<Name extends string = "Dovecot" | "Cyrus" | "the in-memory server"> {
  readonly name: Name;
  /** Why it can't be used here; `false` if it can. */
  readonly missing: string | false;
  /** Starts it with empty mailboxes. `quota` is how many kilobytes a user may have. */
  start(options?: { readonly quota?: number }): Promise<RunningServer>;
}

/** A running server, which keeps track of its clients. */
export class RunningServer {
  readonly #reach: ConnectOptions;
  readonly #stop: () => Promise<void>;
  readonly #clients: ImapClient[] = [];

  constructor(reach: ConnectOptions, stop: () => Promise<void>) {
    this.#reach = reach;
    this.#stop = stop;
  }

  /** A client that has not logged in. */
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

  /** Ends all clients and the server. */
  async stop(): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    await this.#stop();
  }
}

function dovecot<Name extends string>(
  name: Name,
  missing: string | false,
  startIt: typeof startNewerDovecot,
): Server<Name> {
  return {
    name,
    missing,
    async start({ quota } = {}): Promise<RunningServer> {
      const rule = quota === undefined ? undefined : `storage=${quota}k`;
      const server = await startIt({ quota: rule });
      const { host, port } = server;
      return new RunningServer({ host, port, ssl: false }, () => server.stop());
    },
  };
}

function cyrus<Name extends string>(
  name: Name,
  missing: string | false,
  startIt: typeof startCyrus,
): Server<Name> {
  return {
    name,
    missing,
    async start({ quota = 10_000 } = {}): Promise<RunningServer> {
      // Otherwise it keeps deleted folders, and can delete the same name only once per second.
      const config = `autocreate_quota: ${quota}\ndelete_mode: immediate`;
      const server = await startIt({ config });
      const { host, port } = server;
      return new RunningServer({ host, port, ssl: false }, () => server.stop());
    },
  };
}

const memory: Server = {
  name: "the in-memory server",
  missing: false,
  start({ quota } = {}): Promise<RunningServer> {
    const add = [
      "ACL",
      "METADATA",
      "QRESYNC",
      "XLIST",
      "REPLACE",
      "BINARY",
      "CATENATE",
      "URL-PARTIAL",
      "AUTH=XOAUTH2",
      "AUTH=OAUTHBEARER",
    ];
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

/**
 * For tests of IMAP4rev2, UTF8=ACCEPT, UNAUTHENTICATE and what else it offers; it has no CONDSTORE,
 * no SORT, no ACL, no quota. It makes flags lower case, lists only the flags that messages have,
 * and sends UID with every FETCH response.
 */
export const GOIMAP: Server<"go-imap"> = {
  name: "go-imap",
  missing: goimapMissing,
  async start(): Promise<RunningServer> {
    const server = await startGoimap();
    const { host, port } = server;
    return new RunningServer({ host, port, ssl: false }, () => server.stop());
  },
};

/**
 * What no other has: UIDONLY, MULTISEARCH, PARTIAL and JMAPACCESS; IMAP4rev2 and UTF8=ACCEPT, which
 * the client enables there only if asked to.
 */
export const NEWER_CYRUS: Server<"Cyrus 3.12"> = cyrus(
  "Cyrus 3.12",
  newerCyrusMissing,
  startNewerCyrus,
);

/** Has REPLACE, INPROGRESS and LIST-MYRIGHTS besides what Dovecot 2.3 has. */
export const NEWER_DOVECOT: Server<"Dovecot 2.4"> = dovecot(
  "Dovecot 2.4",
  newerDovecotMissing,
  startNewerDovecot,
);

/** The servers that have what all calls of Python's IMAPClient need. */
export const SERVERS: readonly Server[] = [
  dovecot("Dovecot", dovecotMissing, startDovecot),
  cyrus("Cyrus", cyrusMissing, startCyrus),
  memory,
];
