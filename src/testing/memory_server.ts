import { InvalidArgumentError } from "../errors.ts";
import type { Duplex } from "../transport.ts";
import { Account, type MemoryAccount, type UserOptions } from "./account.ts";
import { Session } from "./session.ts";

/** Which capabilities the server has besides, or has not. */
export interface CapabilityOptions {
  /** Capabilities that the server does without; what belongs to them is gone. */
  readonly omit?: readonly string[];
  /**
   * Capabilities that it names besides. These it knows but has only where they are named here:
   * `X-GM-EXT-1` (Gmail's extensions), `XLIST`, `ACL` (kept, not enforced), `AUTH=XOAUTH2`,
   * `AUTH=OAUTHBEARER`, `LITERAL-` and `LOGINDISABLED`. Of all others it can only say the name.
   */
  readonly add?: readonly string[];
}

/** How a {@linkcode MemoryServer} behaves. */
export interface MemoryServerOptions {
  /**
   * What a connection begins with: `PREAUTH` has the first user logged in already, `BYE` is
   * followed by the end. Default `"OK"`.
   */
  readonly greeting?: "OK" | "PREAUTH" | "BYE";
  /** Changes what the server can do. */
  readonly capabilities?: CapabilityOptions;
  /** The bytes that a message may have to be taken by APPEND, as APPENDLIMIT tells (RFC 7889). */
  readonly appendLimit?: number;
  /**
   * Starts TLS on the server's side. With it, connections that are not secure are offered STARTTLS
   * and refused a login before.
   */
  readonly startTls?: (duplex: Duplex) => Promise<Duplex>;
  /** Gets all that is sent and received, passwords included. */
  readonly log?: (side: "client" | "server", text: string) => void;
}

/**
 * An IMAP4rev1 server for tests and demonstrations: it keeps mail in memory, and speaks over any
 * pair of streams.
 *
 * ```ts
 * import { MemoryServer } from "@imapclient/imapclient/testing";
 * import { memoryTransport } from "@imapclient/imapclient/memory";
 *
 * const server = new MemoryServer();
 * const ann = server.addUser("ann", "secret");
 * ann.append("INBOX", "Subject: Hello\n\nHow are you?\n");
 * const transport = memoryTransport((duplex) => void server.serve(duplex));
 * ```
 */
export class MemoryServer {
  readonly #options: MemoryServerOptions;
  readonly #accounts = new Map<string, Account>();

  /** A server without users. */
  constructor(options: MemoryServerOptions = {}) {
    this.#options = options;
  }

  /** Adds a user, who has an empty INBOX. */
  addUser(user: string, password: string, options: UserOptions = {}): MemoryAccount {
    if (this.#accounts.has(user)) throw new InvalidArgumentError(`there is a user ${user} already`);
    const account = new Account(user, password, options);
    this.#accounts.set(user, account);
    return account;
  }

  /**
   * Speaks with one client until either side ends the connection; then closes it. There may be
   * any number of connections at once.
   */
  async serve(duplex: Duplex): Promise<void> {
    await new Session(duplex, this.#accounts, this.#options).run();
  }
}
