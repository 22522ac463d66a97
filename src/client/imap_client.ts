import { Listeners } from "./base.ts";
import { IdleCalls } from "./idle_calls.ts";
import { closingOnAbort, type ConnectOptions, open } from "./connect.ts";
import { checkConnectOptions } from "./connect_options.ts";
import { TlsError } from "../model/errors.ts";
import { namedLogger } from "../util/log.ts";
import { showAs } from "../util/inspect.ts";

/**
 * A connection to an IMAP server, and the session on it.
 *
 * Its calls stand in one class for each chapter, each building on the one before:
 * {@linkcode SessionCalls} (logging in, what the server can do), {@linkcode FolderCalls},
 * {@linkcode AccessCalls} (rights and quotas), {@linkcode SearchCalls}, {@linkcode FetchCalls},
 * {@linkcode FlagCalls}, {@linkcode TransferCalls} (append, copy, move, expunge) and
 * {@linkcode IdleCalls} (news as they happen).
 *
 * Several calls may be made at once: they are sent together where RFC 9051 section 5.5 allows it,
 * and wait for each other where it does not. Every call that fails throws; every error is an
 * {@linkcode ImapError}, or the reason of an `AbortSignal`.
 *
 * ```ts
 * import { ImapClient } from "@imapclient/imapclient";
 *
 * async function show(host: string, password: string) {
 *   const client = await ImapClient.connect({ host });
 *   try {
 *     await client.login("ann", password);
 *     const inbox = await client.selectFolder("INBOX", { readonly: true });
 *     console.log(`${inbox.EXISTS} messages`);
 *     const ids = await client.search(["UNSEEN", "FROM", "Bob"]);
 *     for (const [id, message] of await client.fetch(ids, ["ENVELOPE"])) {
 *       console.log(id, message.ENVELOPE.subject, message.ENVELOPE.date);
 *     }
 *   } finally {
 *     await client.logout();
 *   }
 * }
 * ```
 */
export class ImapClient extends IdleCalls {
  /**
   * Connects to a server and waits for its greeting: over TLS to port 993 where nothing else is
   * said.
   *
   * Throws `ConnectError` (nobody there), `CertificateError`, `TlsError`, `TimeoutError`,
   * `ConnectionClosedError` (the greeting was BYE, say), `CapabilityError` (no STARTTLS),
   * `ProtocolError` (not an IMAP server) or `InvalidArgumentError`.
   *
   * ```ts
   * import { ImapClient } from "@imapclient/imapclient";
   *
   * async function connect() {
   *   return await ImapClient.connect({ host: "imap.example.org", timeout: 20 });
   * }
   * ```
   */
  static async connect(options: ConnectOptions): Promise<ImapClient> {
    checkConnectOptions(options);
    const listeners = new Listeners(namedLogger(options.logger, "imapclient"));
    const opened = await open(options, (response) => listeners.tell(response));
    const client = new ImapClient(options, opened, listeners);
    await closingOnAbort(opened.connection, options.signal, client.#prepare(options));
    return client;
  }

  /** What comes between the greeting and the caller's first command. */
  async #prepare({ starttls, signal }: ConnectOptions): Promise<void> {
    const { session } = this.connection;
    if (!starttls || !session.authenticated) await this.capabilities({ signal });
    // It may say so behind another greeting too, and in the answer to that.
    if (starttls && session.authenticated) {
      throw new TlsError("the server skipped the login (PREAUTH), so TLS can't be started");
    }
    if (starttls) await this.starttls(undefined, { signal });
  }
}

showAs(ImapClient, ({ host, stream, ssl, state, closed }) => {
  const place = host ?? (stream === null ? "a transport" : "a command");
  return `ImapClient <${place}, ${ssl ? "encrypted" : "plain text"}, ${closed ? "closed" : state}>`;
});
