import type { SaslMechanism } from "./auth/sasl.ts";
import { plain } from "./auth/plain.ts";
import type { Command } from "./command.ts";
import { authenticate } from "./commands/authenticate.ts";
import { capability } from "./commands/capability.ts";
import { fetch, type FetchRequest, fetchRequest } from "./commands/fetch.ts";
import { type FolderListing, list } from "./commands/list.ts";
import { fullText, login } from "./commands/login.ts";
import { search, type SearchEncoding } from "./commands/search.ts";
import { needsCharset, type SearchCriteria, writeCriteria } from "./commands/search_criteria.ts";
import { select, type SelectResult } from "./commands/select.ts";
import { logout, noop, type NoopResult, starttls } from "./commands/session.ts";
import { closingOnAbort, type ConnectOptions, open } from "./connect.ts";
import type { Connection } from "./connection.ts";
import {
  ConnectionClosedError,
  IllegalStateError,
  ImapAbortError,
  ImapError,
  InvalidCriteriaError,
  LoginError,
  ReadOnlyError,
  TlsError,
} from "./errors.ts";
import { FetchEach } from "./fetch_each.ts";
import { type Logger, namedLogger } from "./log.ts";
import type { ZonedDate } from "./model/dates.ts";
import type { Envelope } from "./model/envelope.ts";
import type { FetchedBase, FetchedMessage, StreamedMessage } from "./model/fetch_types.ts";
import type { FolderName } from "./model/folder_name.ts";
import { type MessageIds, NumberSet } from "./model/number_set.ts";
import type { StatusResponse, UntaggedResponse } from "./model/responses.ts";
import type { SearchIds } from "./model/search_ids.ts";
import type { SessionState } from "./session.ts";
import type { TlsOptions } from "./transport.ts";
import type { Limits } from "./wire/limits.ts";
import { decodeFolderName } from "./wire/utf7.ts";
import { CommandWriter, type Text } from "./wire/writer.ts";

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up. Its answer, if it was sent already, is read and thrown away. */
  readonly signal?: AbortSignal;
}

/** How a folder is selected. */
export interface SelectOptions extends CallOptions {
  /** Nothing in the folder is changed, `\Seen` flags included. Default `false`. */
  readonly readonly?: boolean;
}

/** How to search. */
export interface SearchOptions extends CallOptions {
  /**
   * The charset that the criteria's text is sent in. By default none is named for ASCII text and
   * `UTF-8` is for other text; where the server refuses that, one of those that it offers.
   */
  readonly charset?: string | null;
}

/** How to fetch. */
export interface FetchOptions extends CallOptions {
  /** What extensions add, such as `CHANGEDSINCE 123` (RFC 7162). */
  readonly modifiers?: Text | Iterable<Text>;
}

/** How `fetchEach` fetches. */
export interface FetchEachOptions<Stream extends boolean = boolean> extends FetchOptions {
  /** Hands out `BODY[...]`, `BINARY[...]` and `RFC822` items as streams. Default `false`. */
  readonly stream?: Stream;
}

/** Hears what the server tells of its own accord, such as new messages. */
export type ResponseListener = (response: UntaggedResponse) => void;

/**
 * A connection to an IMAP server, and the session on it.
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
export class ImapClient {
  /** The base of every error: {@linkcode ImapError}. */
  static readonly Error: typeof ImapError = ImapError;
  /** What leaves the connection unusable: {@linkcode ImapAbortError}. */
  static readonly AbortError: typeof ImapAbortError = ImapAbortError;
  /** A folder that can't be changed: {@linkcode ReadOnlyError}. */
  static readonly ReadOnlyError: typeof ReadOnlyError = ReadOnlyError;

  /** Whether message ids, given and returned, are UIDs. May be changed between calls. */
  useUid: boolean;
  /**
   * Whether folder names are text: encoded and decoded by the library. `false`: names are
   * returned as the bytes that came, and sent as they are. May be changed between calls.
   */
  folderEncode = true;
  /**
   * Whether dates print in local time, as every `Date` does. `false`: they print in the zone that
   * they came with. It is the same moment either way, and `offsetMinutes` tells that zone. May be
   * changed between calls.
   */
  normaliseTimes = true;

  /** The host connected to; `null` for a command or a transport of one's own without one. */
  readonly host: string | null;
  /** The TCP port; `null` where there is none. */
  readonly port: number | null;
  /** The TLS options given. */
  readonly tls: TlsOptions;
  /** The command that was run for the connection; `null` where there is none. */
  readonly stream: string | readonly string[] | null;

  readonly #connection: Connection;
  readonly #greeting: StatusResponse;
  readonly #limits: Limits;
  readonly #logger: Logger | null;
  readonly #listeners: Set<ResponseListener>;
  /** TLS was started and nobody logged in: what the server can do is asked for each time. */
  #askAfresh = false;

  private constructor(
    options: ConnectOptions,
    { connection, greeting, port, limits }: Awaited<ReturnType<typeof open>>,
    listeners: Set<ResponseListener>,
  ) {
    this.#connection = connection;
    this.#greeting = greeting;
    this.#limits = limits;
    this.#logger = namedLogger(options.logger, "imapclient");
    this.#listeners = listeners;
    this.host = options.host ?? null;
    this.port = port;
    this.tls = options.tls ?? {};
    this.stream = options.stream ?? null;
    this.useUid = options.useUid ?? true;
  }

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
    const listeners = new Set<ResponseListener>();
    const logger = namedLogger(options.logger, "imapclient");
    let client: ImapClient | null = null;
    const opened = await open(options, {
      folderEncode: () => client?.folderEncode ?? true,
      onResponse: (response) => tell(listeners, logger, response),
    });
    client = new ImapClient(options, opened, listeners);
    await closingOnAbort(opened.connection, options.signal, client.#prepare(options));
    return client;
  }

  /** What comes between the greeting and the caller's first command. */
  async #prepare({ starttls, signal }: ConnectOptions): Promise<void> {
    if (starttls) {
      if (this.#greeting.type === "PREAUTH") {
        throw new TlsError("the server skipped the login (PREAUTH), so TLS can't be started");
      }
      await this.#learnCapabilities({ signal });
      await this.starttls(undefined, { signal });
    } else await this.#learnCapabilities({ signal });
  }

  async #learnCapabilities(options: CallOptions): Promise<void> {
    if (this.#connection.session.capabilities === null) await this.#askCapabilities(options);
  }

  async #askCapabilities(options: CallOptions): Promise<readonly string[]> {
    const { session } = this.#connection;
    const command = capability();
    return await this.run({
      ...command,
      result: (done) => session.capabilities = command.result(done),
    }, options);
  }

  /** Whether the bytes travel encrypted, by TLS of either kind or within the machine. */
  get ssl(): boolean {
    return this.#connection.secure;
  }

  /** The server's greeting. */
  get welcome(): string {
    return fullText({ kind: "tagged", tag: "*", status: "OK", ...greetingText(this.#greeting) });
  }

  /** The session's state (RFC 9051 section 3). */
  get state(): SessionState {
    return this.#connection.session.state;
  }

  /** Whether the connection is over; every further call is rejected then. */
  get closed(): boolean {
    return this.#connection.failure !== null;
  }

  /**
   * Calls `listener` with everything that the server tells of its own accord: new messages,
   * expunged ones, changed flags, alerts. Returns how to stop it. What a listener throws is logged
   * and goes no further.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function announce(client: ImapClient) {
   *   return client.listen((response) => {
   *     if (response.type === "EXISTS") console.log(`${response.number} messages now`);
   *   });
   * }
   * ```
   */
  listen(listener: ResponseListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Runs a command of one's own, or of an extension that the client has no method for. Throws
   * {@linkcode ImapError} where the server answers NO or BAD.
   */
  async run<Result>(command: Command<Result>, options: CallOptions = {}): Promise<Result> {
    return await this.#connection.run(command, options.signal);
  }

  // Login and session

  /**
   * Logs in with a name and a password (LOGIN, RFC 9051 section 6.2.3) and gives the server's
   * text. Both may hold any character but NUL. Throws {@linkcode LoginError}.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function logIn(client: ImapClient, password: string) {
   *   console.log(await client.login("ann", password));
   * }
   * ```
   */
  async login(username: string, password: string, options: CallOptions = {}): Promise<string> {
    if (this.#connection.session.has("LOGINDISABLED")) {
      throw new LoginError(
        "the server takes no password here (LOGINDISABLED): connect with TLS, or with starttls",
      );
    }
    return await this.#logIn(login(username, password), username, options);
  }

  /**
   * Logs in by AUTHENTICATE PLAIN (RFC 4616) and gives the server's text; with
   * `authorizationIdentity`, as somebody else than the one whose password it is. Throws
   * {@linkcode LoginError}, or `CapabilityError` where the server has no `AUTH=PLAIN`.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function logInAsBob(client: ImapClient, password: string) {
   *   await client.plainLogin("admin", password, "bob");
   * }
   * ```
   */
  async plainLogin(
    identity: string,
    password: string,
    authorizationIdentity = "",
    options: CallOptions = {},
  ): Promise<string> {
    return await this.#authenticate(
      plain(identity, password, authorizationIdentity),
      identity,
      options,
    );
  }

  async #authenticate(mechanism: SaslMechanism, user: string, options: CallOptions) {
    const command = authenticate(mechanism, this.#connection.session.has("SASL-IR"));
    return await this.#logIn({ ...command, needs: `AUTH=${mechanism.name}` }, user, options);
  }

  async #logIn(command: Command<string>, user: string, options: CallOptions): Promise<string> {
    const { session } = this.#connection;
    const before = session.capabilities;
    const text = await this.run({
      ...command,
      result: (done) => {
        const text = command.result(done);
        session.authenticated = true;
        return text;
      },
    }, options);
    this.#askAfresh = false;
    this.#logger?.debug(`Logged in as ${user}`);
    // They may differ from those before the login; most servers say so of their own accord.
    if (session.capabilities === before) await this.#askCapabilities(options);
    return text;
  }

  /**
   * Starts TLS on a connection made with `ssl: false` (STARTTLS, RFC 9051 section 6.2.1) and gives
   * the server's text. What the server said before is forgotten. `tls` stands in for the options
   * given to `connect`.
   *
   * Throws `CapabilityError` where the server does not offer it, {@linkcode ImapAbortError} where
   * TLS is on already, and, with the connection closed, `CertificateError`, `TlsError` or
   * `ProtocolError` (something came behind the OK, which was not encrypted).
   */
  async starttls(tls: TlsOptions = this.tls, options: CallOptions = {}): Promise<string> {
    const { session, secure, canStartTls } = this.#connection;
    if (secure) throw new ImapAbortError("TLS session already established");
    if (!canStartTls) throw new ImapAbortError("this transport can't start TLS");
    if (session.authenticated) throw new IllegalStateError("STARTTLS must come before the login");
    const serverName = tls.serverName ?? this.host ?? undefined;
    const change = (duplex: Parameters<Parameters<Connection["upgrade"]>[1]>[0]) => {
      session.capabilities = null;
      session.enabled.clear();
      return duplex.startTls!({ ...tls, serverName });
    };
    const text = await this.#connection.upgrade(starttls(), change, options.signal);
    this.#askAfresh = true;
    await this.#askCapabilities(options);
    return text;
  }

  /**
   * What the server can do, in upper case (RFC 9051 section 6.1.1). The server is asked only where
   * it did not say so by itself, at the greeting or the login.
   */
  async capabilities(options: CallOptions = {}): Promise<readonly string[]> {
    const { session } = this.#connection;
    const known = this.#askAfresh && !session.authenticated ? null : session.capabilities;
    return known ?? await this.#askCapabilities(options);
  }

  /** Whether the server has a capability, such as `IDLE`, in whatever case. */
  async hasCapability(name: Text, options: CallOptions = {}): Promise<boolean> {
    const text = typeof name === "string" ? name : new TextDecoder().decode(name);
    return (await this.capabilities(options)).includes(text.toUpperCase());
  }

  /**
   * Does nothing (NOOP, RFC 9051 section 6.1.2), which gives the server a chance to tell news and
   * sets back its timer for idle clients. Gives its text and what it told.
   */
  async noop(options: CallOptions = {}): Promise<NoopResult> {
    return await this.run(noop(), options);
  }

  /**
   * Logs out (LOGOUT, RFC 9051 section 6.1.3), closes the connection and gives the server's text.
   * A server that does not answer within five seconds, or the timeout if that is shorter, throws
   * `TimeoutError`; the connection is closed then too.
   */
  async logout(options: CallOptions = {}): Promise<string> {
    const command = logout();
    const patience = Math.min(command.patience!, this.#connection.patience || Infinity);
    try {
      const text = await this.run({ ...command, patience }, options);
      this.#logger?.debug("Logged out, connection closed");
      return text;
    } catch (error) {
      // Some servers hang up right behind their BYE: that is a farewell too.
      if (!(error instanceof ConnectionClosedError) || error.text === null) throw error;
      return error.text;
    } finally {
      this.#connection.session.loggedOut = true;
      this.#connection.close();
    }
  }

  /** Closes the connection without a word to the server; calls under way are rejected. */
  shutdown(): void {
    this.#connection.close();
    this.#logger?.debug("Connection closed");
  }

  /** For `await using`: logs out or, where that fails, just closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    try {
      await this.logout();
    } catch (error) {
      this.#logger?.info(`Could not close the connection cleanly: ${error}`);
      this.shutdown();
    }
  }

  // Folders

  /**
   * The folders below `directory` whose names match `pattern` (LIST, RFC 9051 section 6.3.9), where
   * `*` stands for anything and `%` for anything but the delimiter. By default all folders.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function showFolders(client: ImapClient) {
   *   for (const { name, flags } of await client.listFolders()) console.log(name, flags);
   * }
   * ```
   */
  async listFolders(
    directory: Text = "",
    pattern: Text = "*",
    options: CallOptions = {},
  ): Promise<readonly FolderListing[]> {
    return await this.run(list(directory, pattern, this.#nameDecoder()), options);
  }

  #nameDecoder(): (name: Uint8Array) => FolderName {
    const encode = this.folderEncode;
    return (name) => encode ? decodeFolderName(name, this.#connection.session.utf8) : name;
  }

  /**
   * Selects the folder that later calls work in (SELECT or, with `readonly`, EXAMINE; RFC 9051
   * sections 6.3.2 and 6.3.3) and gives what the server says of it. The folder selected before is
   * left, even where this one can't be selected.
   *
   * Throws {@linkcode ReadOnlyError} where the folder turns out to be read-only without `readonly`
   * (it is selected then), {@linkcode ImapError} where there is no such folder.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function countMessages(client: ImapClient) {
   *   const inbox = await client.selectFolder("INBOX", { readonly: true });
   *   return inbox.EXISTS;
   * }
   * ```
   */
  async selectFolder(folder: Text, options: SelectOptions = {}): Promise<SelectResult> {
    const { session } = this.#connection;
    const readonly = options.readonly ?? false;
    const command = select(folder, readonly);
    return await this.run({
      ...command,
      result: (done) => {
        const result = command.result(done);
        const readOnly = readonly || result["READ-ONLY"] === true;
        session.folder = { name: folder, readOnly, exists: result.EXISTS };
        if (readOnly && !readonly) throw new ReadOnlyError(`${folder} is read-only`);
        return result;
      },
      refused: (_done, message, details) => {
        session.folder = null;
        return new ImapError(message, details);
      },
    }, options);
  }

  // Messages

  /**
   * Searches the selected folder (SEARCH, RFC 9051 section 6.4.4) and gives the ids of the messages
   * that match. Criteria are a list of keys and values, each an item of its own; the library
   * quotes and encodes them. A list within the list stands for parentheses. Given as one string,
   * they are sent as they are.
   *
   * A `Date` stands for its calendar date in local time; `"2026-01-31"` and
   * `{ year, month, day }` name a date without regard to zones.
   *
   * Throws {@linkcode InvalidCriteriaError} for criteria that make no sense here or to the server.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function find(client: ImapClient) {
   *   await client.search(["UNSEEN", "FROM", "Bob", "SINCE", new Date("2026-01-01")]);
   *   await client.search(["NOT", ["SUBJECT", "Grüße", "LARGER", 1000]]);
   *   await client.search('TEXT "foo bar" FLAGGED');
   * }
   * ```
   */
  async search(criteria: SearchCriteria = "ALL", options: SearchOptions = {}): Promise<SearchIds> {
    const uid = this.useUid;
    const run = (encoding: SearchEncoding) =>
      this.run(search(criteria, encoding, uid, this.#limits), options);
    const encoding = this.#searchEncoding(criteria, options.charset ?? null);
    try {
      return await run(encoding);
    } catch (error) {
      const other = options.charset ? undefined : otherCharset(criteria, error);
      if (other === undefined) throw error;
      return await run({ charset: other, told: true });
    }
  }

  #searchEncoding(criteria: SearchCriteria, charset: string | null): SearchEncoding {
    // Where strings are UTF-8 a charset must not be named (RFC 6855 section 3).
    if (this.#connection.session.utf8) return { charset: "UTF-8", told: false };
    if (charset === null) return { charset: "UTF-8", told: needsCharset(criteria) };
    return { charset, told: charset.toUpperCase() !== "US-ASCII" };
  }

  /**
   * Fetches data of messages in the selected folder (FETCH, RFC 9051 section 6.4.5) and gives it by
   * message id. The result is typed by the items asked for: an item's key is its name in upper
   * case, without `.PEEK` and without a partial's length (`BODY.PEEK[TEXT]<0.100>` is found under
   * `BODY[TEXT]<0>`); macros such as `ALL` give the items that they stand for. Every message has
   * `SEQ`, its sequence number.
   *
   * `BODY[...]` without `.PEEK` marks the message as read. An item that the server leaves out or
   * garbles throws a `ProtocolError` when it is looked at, and nothing else suffers; see
   * `fetchProblems`. Ids that are not there are left out; no ids at all send nothing.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function sizes(client: ImapClient) {
   *   for (const [id, message] of await client.fetch("1:*", ["FLAGS", "RFC822.SIZE"])) {
   *     console.log(id, message["RFC822.SIZE"], message.FLAGS);
   *   }
   * }
   * ```
   */
  async fetch<const Item extends string>(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchOptions = {},
  ): Promise<Map<number, FetchedMessage<Item>>> {
    const request = this.#fetchRequest(messages, items, options);
    const found = request.ids.isEmpty ? new Map() : await this.run(fetch(request), options);
    if (!this.normaliseTimes) { for (const message of found.values()) keepZones(message); }
    return found;
  }

  #fetchRequest(
    messages: MessageIds,
    items: string | readonly string[],
    { modifiers }: FetchOptions,
  ): FetchRequest {
    return fetchRequest(NumberSet.from(messages), items, modifiers, this.useUid);
  }

  /**
   * The flags of messages in the selected folder, by message id.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function isRead(client: ImapClient, id: number) {
   *   return (await client.getFlags(id)).get(id)?.includes(SEEN) ?? false;
   * }
   * ```
   */
  async getFlags(
    messages: MessageIds,
    options: CallOptions = {},
  ): Promise<Map<number, readonly string[]>> {
    const flags = new Map<number, readonly string[]>();
    for (const [id, message] of await this.fetch(messages, ["FLAGS"], options)) {
      flags.set(id, message.FLAGS);
    }
    return flags;
  }

  /**
   * Fetches as {@linkcode ImapClient.fetch} does, and hands out each message as it arrives, with
   * its `UID`. While the loop is busy, reading pauses and the server waits. Other calls can be made
   * in the loop: then the messages in front of their answers wait in memory. The loop may be left
   * at any time.
   *
   * With `stream: true` sections (`BODY[...]`, `RFC822`) are streams, and a message of any size
   * takes little memory. They come in the server's order: read one before the next, and all before
   * the next message, or what was not read is gone. Items that the server sends behind a long
   * section are there once that was read.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function save(client: ImapClient, sink: (id: number) => WritableStream<Uint8Array>) {
   *   for await (const message of client.fetchEach("1:*", ["BODY.PEEK[]"], { stream: true })) {
   *     await message["BODY[]"].pipeTo(sink(message.UID));
   *   }
   * }
   * ```
   */
  fetchEach<const Item extends string, Stream extends boolean = false>(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchEachOptions<Stream> = {},
  ): AsyncGenerator<EachMessage<Item, Stream>> {
    const list = typeof items === "string" ? [items] : items;
    const request = this.#fetchRequest(messages, ["UID", ...list], options);
    const rows = request.ids.isEmpty
      ? nothing()
      : new FetchEach(this.#connection, request, options.stream ?? false).run(options.signal);
    return this.#eachMessage(rows) as AsyncGenerator<EachMessage<Item, Stream>>;
  }

  async *#eachMessage(rows: AsyncGenerator<FetchedBase>): AsyncGenerator<FetchedBase> {
    for await (const message of rows) {
      if (!this.normaliseTimes) keepZones(message);
      yield message;
    }
  }
}

/** A message of `fetchEach`: with its UID, and with streams where those were asked for. */
export type EachMessage<Item extends string, Stream extends boolean> =
  & { readonly UID: number }
  & (Stream extends true ? StreamedMessage<Item> : FetchedMessage<Item>);

function tell(
  listeners: ReadonlySet<ResponseListener>,
  logger: Logger | null,
  response: UntaggedResponse,
): void {
  for (const listener of listeners) {
    try {
      listener(response);
    } catch (error) {
      logger?.warn(`a listener failed: ${error}`);
    }
  }
}

async function* nothing(): AsyncGenerator<never> {}

function greetingText({ code, text }: StatusResponse): Pick<StatusResponse, "code" | "text"> {
  return { code, text };
}

/** A charset that the server offered in place of the one it refused, and that will do. */
function otherCharset(criteria: SearchCriteria, error: unknown): string | undefined {
  if (!(error instanceof InvalidCriteriaError) || error.code !== "BADCHARSET") return undefined;
  return error.responseCode?.charsets?.find((charset) => {
    try {
      writeCriteria(new CommandWriter(), criteria, charset);
      return charset.toUpperCase() !== "UTF-8";
    } catch {
      return false;
    }
  });
}

/** Lets a message's dates print in the zones that they came with. */
function keepZones(message: FetchedBase): void {
  const values = message as unknown as Record<string, ZonedDate & Envelope | null | undefined>;
  for (const name of ["INTERNALDATE", "SAVEDATE", "ENVELOPE"]) {
    const value = Object.hasOwn(values, name) &&
      Object.getOwnPropertyDescriptor(values, name)!.value;
    if (value) values[name] = value.inOwnZone();
  }
}
