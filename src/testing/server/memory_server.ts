import { InvalidArgumentError } from "../../model/errors.ts";
import type { Duplex, Transport } from "../../model/transport.ts";
import { Account, type MemoryAccount, type UserOptions } from "../account.ts";
import { FaultPlan, type Faults } from "./faults.ts";
import { linkedTransport } from "../linked.ts";
import type { Listener, ListenOptions, StartTls } from "../listener.ts";
import { Session } from "./server_session.ts";

/** Changes to the capabilities of the server. */
export interface CapabilityOptions {
  /** Capabilities that the server lacks. It refuses everything that belongs to them. */
  readonly omit?: readonly string[];
  /**
   * Capabilities that it has in addition, such as `COMPRESS=DEFLATE`, `AUTH=SCRAM-SHA-256` or
   * `X-GM-EXT-1`. The guide's page on testing lists all that it knows; any other is only announced.
   */
  readonly add?: readonly string[];
}

/** Options for a {@linkcode MemoryServer}. */
export interface MemoryServerOptions {
  /**
   * How a connection begins: with `PREAUTH` the first user is already logged in, after `BYE` the
   * connection ends. Default: `"OK"`.
   */
  readonly greeting?: "OK" | "PREAUTH" | "BYE";
  /** Changes to what the server can do. */
  readonly capabilities?: CapabilityOptions;
  /**
   * Where JMAP is, if JMAPACCESS is added (RFC 9698). Default:
   * `https://localhost/.well-known/jmap`.
   */
  readonly jmapUrl?: string;
  /** The most bytes that APPEND accepts, announced as APPENDLIMIT (RFC 7889). Default: no limit. */
  readonly appendLimit?: number;
  /**
   * Starts TLS on the server's side of streams passed to {@linkcode MemoryServer.serve}. If it is
   * given, connections that are not secure are offered STARTTLS, and nobody can log in before it.
   */
  readonly startTls?: (duplex: Duplex) => Promise<Duplex>;
  /** Receives everything that is sent and received, passwords included. */
  readonly log?: (side: "client" | "server", text: string) => void;
}

/**
 * An IMAP4rev1 server for tests and demonstrations that keeps mail in memory. Clients reach it
 * within the program, on a port of this machine, or over any pair of streams. Any number can be
 * connected at once, and each is told what the others change.
 *
 * ```ts
 * import { ImapClient } from "@imapclient/imapclient";
 * import { MemoryServer } from "@imapclient/imapclient/testing";
 *
 * async function tryIt() {
 *   const server = new MemoryServer();
 *   const ann = server.addUser("ann", "secret");
 *   const uid = ann.append("INBOX", "Subject: Hello\n\nHow are you?\n");
 *
 *   const client = await ImapClient.connect({ transport: server.transport });
 *   await client.login("ann", "secret");
 *   await client.selectFolder("INBOX");
 *   await client.addFlags(uid, ["\\Flagged"]);
 *   await client.logout();
 *
 *   console.log(ann.messages("INBOX")[0].flags); // [ "\\Flagged" ]
 * }
 * ```
 */
export class MemoryServer {
  /** Connects to the server without a network: `ImapClient.connect({ transport })`. */
  readonly transport: Transport = linkedTransport((duplex) => void this.serve(duplex));
  readonly #options: MemoryServerOptions;
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Set<Session>();
  readonly #listeners = new Set<Listener>();
  readonly #faults = new FaultPlan((text) => {
    for (const session of this.#sessions) void session.sayBye(text);
  }, () => {
    for (const session of this.#sessions) session.notices.overflow();
  });

  /** A server without users. */
  constructor(options: MemoryServerOptions = {}) {
    this.#options = options;
  }

  /** Makes things go wrong, over every kind of connection. */
  get faults(): Faults {
    return this.#faults;
  }

  /** Adds a user with an empty INBOX. */
  addUser(user: string, password: string, options: UserOptions = {}): MemoryAccount {
    if (this.#accounts.has(user)) throw new InvalidArgumentError(`there is a user ${user} already`);
    const account = new Account(user, password, options);
    this.#accounts.set(user, account);
    return account;
  }

  /**
   * Listens on a port of this machine, for clients in other programs: unencrypted, or with a
   * certificate by TLS or STARTTLS. Can be called again for another port.
   *
   * ```ts
   * import { ImapClient } from "@imapclient/imapclient";
   * import { MemoryServer } from "@imapclient/imapclient/testing";
   *
   * async function tryIt(cert: string, key: string) {
   *   const server = new MemoryServer();
   *   const { host, port } = await server.listen({ tls: { cert, key } });
   *   const tls = { ca: cert, serverName: "localhost" };
   *   const client = await ImapClient.connect({ host, port, tls });
   *   await client.logout();
   *   await server.close();
   * }
   * ```
   */
  async listen(options: ListenOptions = {}): Promise<Listener> {
    const { listen } = await import("../listener.ts");
    const listener = await listen(options, (duplex, startTls) => {
      void this.#serve(duplex, startTls);
    });
    this.#listeners.add(listener);
    return listener;
  }

  /**
   * Serves one client until either side ends the connection, then closes it. Any number of
   * connections can be served at once.
   */
  async serve(duplex: Duplex): Promise<void> {
    await this.#serve(duplex, undefined);
  }

  /** Stops listening and cuts all connections. The mail stays, and new connections can be made. */
  async close(): Promise<void> {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    await Promise.all([
      ...[...this.#sessions].map((session) => session.hangUp()),
      ...listeners.map((listener) => listener.close()),
    ]);
  }

  /** The same as {@linkcode MemoryServer.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(duplex: Duplex, startTls: StartTls | undefined): Promise<void> {
    const options = startTls === undefined ? this.#options : { ...this.#options, startTls };
    const session = new Session(duplex, {
      accounts: this.#accounts,
      options,
      faults: this.#faults,
    });
    this.#sessions.add(session);
    try {
      await session.run();
    } finally {
      this.#sessions.delete(session);
    }
  }
}
