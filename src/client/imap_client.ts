import type { UrlContent } from "../commands/messages/url_auth.ts";
import type { UrlRequest } from "../model/auth_url.ts";
import { callback } from "../auth/callback.ts";
import { checkMechanismName } from "../auth/checks.ts";
import type { Credentials } from "../auth/credentials.ts";
import { oauthbearer } from "../auth/oauthbearer.ts";
import { plain } from "../auth/plain.ts";
import type { SaslMechanism } from "../auth/sasl.ts";
import { xoauth2 } from "../auth/xoauth2.ts";
import {
  type AclEntry,
  type AssignableRights,
  deleteAcl,
  getAcl,
  listRights,
  setAcl,
} from "../commands/access/acl.ts";
import { myRights } from "../commands/access/my_rights.ts";
import {
  getMetadata,
  type Metadata,
  type MetadataValues,
  setMetadata,
} from "../commands/access/metadata.ts";
import {
  getQuota,
  type MailboxQuotaRoots,
  type Quota,
  type QuotaLimit,
} from "../commands/access/quota.ts";
import { deleteFolder, rename, subscribe, unsubscribe } from "../commands/folders/folder.ts";
import type { FolderListing } from "../commands/folders/list.ts";
import type { Namespace } from "../commands/folders/namespace.ts";
import type { ResyncRequest } from "../commands/folders/resync.ts";
import type { SearchCriteria } from "../commands/search/search_criteria.ts";
import type { SearchQuery } from "../commands/search/search_query.ts";
import type {
  FolderResult,
  FolderSources,
  PartialRange,
  SearchReturn,
} from "../model/search_results.ts";
import { searchFoldersAsAsked } from "../operations/search/search_request.ts";
import type { DefaultStatusItem, FolderStatus } from "../commands/folders/status.ts";
import type {
  AppendResult,
  MessageToAppend,
  MultiappendResult,
} from "../commands/messages/append.ts";
import type { MessageContent } from "../commands/messages/message_content.ts";
import { comparator, type Comparators } from "../commands/search/comparator.ts";
import { id, type IdFields } from "../commands/session/id.ts";
import { jmapAccess } from "../commands/session/jmap_access.ts";
import { listLanguages, setLanguage } from "../commands/session/language.ts";
import { noop, type NoopResult } from "../commands/session/session.ts";
import type { NotifyResult } from "../commands/watch/notify.ts";
import type { AlertListener } from "../connection/alerts.ts";
import type { Traffic } from "../connection/connection.ts";
import type { ServerInfo } from "../connection/quirks.ts";
import type { SessionState } from "../connection/session.ts";
import {
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  ReadOnlyError,
  TlsError,
} from "../model/errors.ts";
import type { FolderName } from "../model/folder_name.ts";
import type { FolderNews } from "../model/folder_news.ts";
import { fullText, type Text, upperAscii } from "../model/text.ts";
import type { TlsOptions } from "../model/transport.ts";
import { quotaRootsOf, setQuotas } from "../operations/access/quotas.ts";
import type { ClientState } from "../operations/client_state.ts";
import {
  folderExists,
  folderStatus,
  listFolders,
  listPlain,
  namespaceOf,
  specialFolder,
} from "../operations/folders/list_folders.ts";
import { fetchUrls, generateUrl, resetUrlKey } from "../operations/messages/urls.ts";
import {
  type Created,
  createFolder,
  type CreateFolderOptions,
} from "../operations/folders/create_folder.ts";
import {
  type FolderNode,
  folderTree,
  type FolderTreeOptions,
} from "../operations/folders/folder_tree.ts";
import type { ListedFolder, ListFoldersOptions } from "../operations/folders/list_options.ts";
import {
  closeFolder,
  holdFolder,
  selectFolder,
  unselectFolder,
} from "../operations/folders/select_folder.ts";
import { appendMessage, appendMessages } from "../operations/messages/append_messages.ts";
import { type MakeScope, run } from "../operations/scope.ts";
import {
  capabilitiesOf,
  enableCapabilities,
  hasCapability,
} from "../operations/session/capabilities.ts";
import { compress, compressIfWanted } from "../operations/session/compress.ts";
import { enableModes } from "../operations/session/modes.ts";
import {
  authenticateBest,
  type Authenticated,
  type AuthenticateOptions,
} from "../operations/session/authenticate.ts";
import { authenticateBy, logIn } from "../operations/session/login.ts";
import { logOut } from "../operations/session/log_out.ts";
import { startTls } from "../operations/session/start_tls.ts";
import { endLogin } from "../operations/session/unauthenticate.ts";
import { notifyLazily, watchFoldersLazily } from "../operations/watch/lazily.ts";
import type { NotifySet } from "../operations/watch/notify_sets.ts";
import { showAs } from "../util/inspect.ts";
import { namedLogger } from "../util/log.ts";
import type {
  AppendOptions,
  CallOptions,
  FetchUrlsOptions,
  MetadataOptions,
  NotifyOptions,
  Oauth2Options,
  OpenFolderOptions,
  SaslResponder,
  SearchFoldersOptions,
  Selected,
  SelectOptions,
  WatchFoldersOptions,
} from "./call_options.ts";
import {
  APPEND,
  AUTHENTICATE,
  CREATE_FOLDER,
  FETCH_URLS,
  FOLDER_TREE,
  LIST_FOLDERS,
  METADATA,
  NOTIFY,
  OAUTH2,
  OPEN_FOLDER,
  SEARCH_FOLDERS,
  SELECT,
  WATCH_FOLDERS,
} from "./check_options.ts";
import { clientState, scopeMaker, type Settings } from "./client_parts.ts";
import { closingOnAbort, type ConnectOptions, open, type Opened } from "./connect.ts";
import { checkConnectOptions } from "./connect_options.ts";
import { Folder } from "./folder.ts";
import { FolderCalls } from "./folder_calls.ts";
import { Listeners, type ResponseListener } from "./listeners.ts";
import { shownWithoutKey } from "./shown_tls.ts";

/**
 * A connection to an IMAP server, and the session on it.
 *
 * Calls that act in a folder act in the one that {@linkcode ImapClient.selectFolder} selected last.
 * Tasks that need different folders open one each, by {@linkcode ImapClient.openFolder}: the
 * client's own calls then throw `IllegalStateError`, until `selectFolder` is called again.
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
export class ImapClient extends FolderCalls {
  /** The base of every error: {@linkcode ImapError}. */
  static readonly Error: typeof ImapError = ImapError;
  /** What leaves the connection unusable: {@linkcode ImapAbortError}. */
  static readonly AbortError: typeof ImapAbortError = ImapAbortError;
  /** A folder that can't be changed: {@linkcode ReadOnlyError}. */
  static readonly ReadOnlyError: typeof ReadOnlyError = ReadOnlyError;

  /** The host connected to; `null` for a command or a transport of the caller's without one. */
  readonly host: string | null;
  /** The TCP port; `null` if there is none. */
  readonly port: number | null;
  /** The command that was run for the connection; `null` if there is none. */
  readonly stream: string | readonly string[] | null;

  readonly #client: ClientState;
  readonly #settings: Settings;
  readonly #scope: MakeScope;
  readonly #greeting: Opened["greeting"];
  readonly #listeners: Listeners;
  readonly #tls: TlsOptions;

  private constructor(options: ConnectOptions, opened: Opened, listeners: Listeners) {
    const client = clientState(options, opened, listeners);
    const settings = {
      useUid: options.useUid ?? true,
      folderEncode: true,
      normaliseTimes: true,
    };
    const scope = scopeMaker(client, settings);
    super(scope);
    this.#client = client;
    this.#settings = settings;
    this.#scope = scope;
    this.#greeting = opened.greeting;
    this.#listeners = listeners;
    this.#tls = shownWithoutKey(options.tls ?? {});
    this.host = options.host ?? null;
    this.port = opened.port;
    this.stream = options.stream ?? null;
  }

  /**
   * Connects to a server and waits for its greeting: by default over TLS, on port 993.
   *
   * Throws `ConnectError` (the server can't be reached), `CertificateError`, `TlsError`,
   * `TimeoutError`, `ConnectionClosedError` (for example, the greeting was BYE), `CapabilityError`
   * (no STARTTLS), `ProtocolError` (not an IMAP server) or `InvalidArgumentError`.
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

  /** Does what comes between the greeting and the caller's first command. */
  async #prepare({ starttls, signal }: ConnectOptions): Promise<void> {
    const { session } = this.#client.connection;
    if (!starttls || !session.authenticated) await this.capabilities({ signal });
    // A server may say so in place of another greeting, or in its answer to CAPABILITY.
    if (starttls && session.authenticated) {
      throw new TlsError("the server skipped the login (PREAUTH), so TLS can't be started");
    }
    if (starttls) await this.starttls(undefined, { signal });
    if (!session.authenticated) return;
    await enableModes(this.#scope({ signal }));
    await compressIfWanted(this.#scope({ signal }));
  }

  /** Whether message ids, given and returned, are UIDs. May be changed between calls. */
  get useUid(): boolean {
    return this.#settings.useUid;
  }

  set useUid(useUid: boolean) {
    this.#settings.useUid = useUid;
  }

  /**
   * Whether folder names are text, which the library encodes and decodes. With `false`, names are
   * returned as the bytes that came, and sent as they are. May be changed between calls.
   */
  get folderEncode(): boolean {
    return this.#settings.folderEncode;
  }

  set folderEncode(folderEncode: boolean) {
    this.#settings.folderEncode = folderEncode;
  }

  /**
   * Whether dates print in local time, as every `Date` does. With `false`, they print in the time
   * zone that they came with. The moment is the same either way, and `offsetMinutes` tells the
   * zone. May be changed between calls.
   */
  get normaliseTimes(): boolean {
    return this.#settings.normaliseTimes;
  }

  set normaliseTimes(normaliseTimes: boolean) {
    this.#settings.normaliseTimes = normaliseTimes;
  }

  /** The TLS options given. The private key is left out when the client is printed. */
  get tls(): TlsOptions {
    return this.#tls;
  }

  /**
   * Whether the connection is encrypted, by TLS of either kind, or never leaves the machine.
   */
  get ssl(): boolean {
    return this.#client.connection.secure;
  }

  /**
   * Which program the server is, as far as its greeting, its capabilities and its answer to ID
   * tell, and which of its quirks the client takes into account. `connect({ quirks })` changes
   * them.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function describe({ server }: ImapClient): string {
   *   return [server.name ?? "an unknown server", server.version, ...server.quirks.notes].join(" ");
   * }
   * ```
   */
  get server(): ServerInfo {
    return this.#client.connection.session.server;
  }

  /** The server's greeting. */
  get welcome(): string {
    return fullText(this.#greeting);
  }

  /** The session's state (RFC 9051 section 3). */
  get state(): SessionState {
    return this.#client.connection.session.state;
  }

  /**
   * The mod-sequence up to which the server has told all changes in the folder that `selectFolder`
   * selected: see {@linkcode Folder.highestModseq}. `null` if none is selected, or if the server
   * keeps or tells none.
   */
  get highestModseq(): bigint | null {
    return this.#client.connection.session.selections.unheldFolder?.highestModseq ?? null;
  }

  /** Whether the connection is over. Further calls to the server are rejected then. */
  get closed(): boolean {
    return this.#client.connection.failure !== null;
  }

  /**
   * Resolves with the reason when the connection ends, whoever ended it: the error that the calls
   * under way are rejected with, or the `cause` of their errors if part of their result had come.
   * It never rejects.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function announceEnd(client: ImapClient) {
   *   void client.over.then((reason) => console.log(`disconnected: ${reason.message}`));
   * }
   * ```
   */
  get over(): Promise<ImapError> {
    return this.#client.connection.over;
  }

  /** Whether the connection is compressed: see {@linkcode ImapClient.compress}. */
  get compressed(): boolean {
    return this.#client.connection.compression !== null;
  }

  /**
   * How many bytes have passed over the connection, and how many are known to be on their way.
   * Read repeatedly, it shows the progress of a long transfer. If the connection is compressed,
   * `received` and `sent` count the bytes before compression, and `receivedOnWire` and
   * `sentOnWire` what was left of them.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function download(client: ImapClient, id: number) {
   *   const timer = setInterval(() => console.log(client.traffic.toReceive, "bytes left"), 1000);
   *   try {
   *     return await client.fetch(id, ["BODY.PEEK[]"]);
   *   } finally {
   *     clearInterval(timer);
   *   }
   * }
   * ```
   */
  get traffic(): Traffic {
    return this.#client.connection.traffic;
  }

  /**
   * Calls `listener` with everything that the server reports unasked: new messages, expunged ones,
   * changed flags, alerts. Returns a function that removes the listener. What a listener throws is
   * logged and has no other effect.
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
    return this.#listeners.add(listener);
  }

  /**
   * Logs in by the strongest mechanism that the server and the client have, and tells which one it
   * was. With a password: SCRAM (RFC 5802, RFC 7677), which does not send it, then PLAIN, the LOGIN
   * command, and the mechanism LOGIN. With an OAuth 2.0 token, or a function that returns one:
   * OAUTHBEARER (RFC 7628), then XOAUTH2. With `{ anonymous: trace }`: ANONYMOUS.
   *
   * A password or token is never sent over a connection that is not encrypted, unless the option
   * `allowPlaintext` is `true`. If the server can't use a mechanism for this user, the next one is
   * tried; wrong credentials are not tried again. A `tokenProvider` is asked for another token once
   * if the server does not accept the first one, which may have expired.
   *
   * Throws {@linkcode LoginError}, `ImapError` if the server's code says that the credentials are
   * not the reason, `CapabilityError` if the server offers none of the mechanisms, or
   * `InvalidArgumentError`. What a token provider throws is the `cause` of an error.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function logIn(client: ImapClient, password: string) {
   *   const { mechanism } = await client.authenticate({ user: "ann", password });
   *   console.log(mechanism); // "SCRAM-SHA-256"
   * }
   *
   * async function logInByToken(client: ImapClient, newToken: () => Promise<string>) {
   *   await client.authenticate({ user: "ann@example.org", tokenProvider: () => newToken() });
   * }
   * ```
   */
  async authenticate(
    credentials: Credentials,
    options: AuthenticateOptions = {},
  ): Promise<Authenticated> {
    return await authenticateBest(this.#scope(options, AUTHENTICATE), credentials, options);
  }

  /**
   * Calls `listener` with each alert: what the server wants its user to read, and a program must
   * show (RFC 9051 section 7.1), such as a mailbox that is nearly full. It may come at any time, in
   * the greeting or in the answer to any call. What came before the first listener was added, up to
   * 16 alerts, is told at once. Returns a function that removes the listener.
   *
   * `secure` says whether the alert came over TLS. What came before STARTTLS is not kept: somebody
   * on the way may have written it.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function show(client: ImapClient) {
   *   return client.onAlert(({ text }) => console.warn(`The mail server says: ${text}`));
   * }
   * ```
   */
  onAlert(listener: AlertListener): () => void {
    return this.#client.connection.alerts.listen(listener);
  }

  /**
   * Logs in with a name and a password (LOGIN, RFC 9051 section 6.2.3) and returns the server's
   * text. Both may hold any character except NUL. Throws {@linkcode LoginError}, or `ImapError` if
   * the server's code says that the credentials are not the reason (`UNAVAILABLE`, `LIMIT`,
   * `INUSE`).
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
    return await logIn(this.#scope(options), username, password);
  }

  /**
   * Logs in by AUTHENTICATE PLAIN (RFC 4616) and returns the server's text. With
   * `authorizationIdentity`, you act as that user, with your own password. Throws {@linkcode
   * LoginError}, or `CapabilityError` if the server has no `AUTH=PLAIN`.
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
    const mechanism = plain(identity, password, authorizationIdentity);
    return await authenticateBy(this.#scope(options), mechanism, identity);
  }

  /**
   * Logs in with an OAuth 2.0 access token by XOAUTH2, the mechanism of Gmail, Outlook and Yahoo,
   * and returns the server's text. Throws {@linkcode LoginError}, with what the server found wrong
   * with the token, or `CapabilityError` if the server does not offer the mechanism.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function logIn(client: ImapClient, token: string) {
   *   await client.oauth2Login("ann@example.org", token);
   * }
   * ```
   */
  async oauth2Login(
    user: string,
    accessToken: string,
    options: Oauth2Options = {},
  ): Promise<string> {
    const scope = this.#scope(options, OAUTH2);
    return await authenticateBy(scope, xoauth2(user, accessToken, options), user);
  }

  /**
   * Logs in with an OAuth 2.0 access token by OAUTHBEARER (RFC 7628) and returns the server's
   * text. With an empty `identity`, the token says who the user is. Throws {@linkcode LoginError},
   * or `CapabilityError` if the server has no `AUTH=OAUTHBEARER`.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function logIn(client: ImapClient, token: string) {
   *   await client.oauthbearerLogin("ann@example.org", token);
   * }
   * ```
   */
  async oauthbearerLogin(
    identity: string,
    accessToken: string,
    options: CallOptions = {},
  ): Promise<string> {
    const mechanism = oauthbearer(identity, accessToken);
    return await authenticateBy(this.#scope(options), mechanism, identity);
  }

  /**
   * Logs in by a SASL mechanism (RFC 4422), one of the library's such as `scramSha256`, or your
   * own, and returns the server's text. Throws {@linkcode LoginError}, or `CapabilityError` if the
   * server does not offer the mechanism.
   *
   * ```ts
   * import { type ImapClient, scramSha256 } from "@imapclient/imapclient";
   *
   * async function logIn(client: ImapClient, password: string) {
   *   await client.saslLogin(scramSha256("ann", password));
   * }
   * ```
   */
  async saslLogin(mechanism: SaslMechanism, options?: CallOptions): Promise<string>;
  /**
   * Logs in by the SASL mechanism of this name, with a function that answers each challenge. If
   * the client has to speak first, the first challenge is empty. What the function throws ends the
   * exchange, and is thrown.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function logInByCertificate(client: ImapClient) {
   *   await client.saslLogin("EXTERNAL", () => "ann");
   * }
   * ```
   */
  async saslLogin(
    mechName: string,
    respond: SaslResponder,
    options?: CallOptions,
  ): Promise<string>;
  async saslLogin(
    mechanism: SaslMechanism | string,
    respond: SaslResponder | CallOptions = {},
    options: CallOptions = {},
  ): Promise<string> {
    const [own, callOptions] = mechanismOf(mechanism, respond, options);
    return await authenticateBy(this.#scope(callOptions), own, own.name);
  }

  /**
   * Ends the login but not the connection, so that somebody else can log in on it (UNAUTHENTICATE,
   * RFC 8437), and returns the server's text. The server forgets everything but TLS, and so does
   * the client: no folder is selected, and nothing is enabled. Throws `CapabilityError` if the
   * server has no UNAUTHENTICATE; some offer it to administrators only.
   *
   * Calls that were made before finish first; while somebody holds a folder (see
   * {@linkcode ImapClient.openFolder}), the call waits, like {@linkcode ImapClient.selectFolder}.
   * Whatever of the old login is left then, such as a `fetchEach` or a `watch` under way, throws
   * `IllegalStateError` and sends nothing, even if somebody has logged in again. Message ids that
   * the old login found are refused too.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function deliver(client: ImapClient, password: string, users: string[], msg: string) {
   *   for (const user of users) {
   *     await client.plainLogin("admin", password, user);
   *     await client.append("INBOX", msg);
   *     await client.unauthenticate();
   *   }
   * }
   * ```
   */
  async unauthenticate(options: CallOptions = {}): Promise<string> {
    return await endLogin(this.#scope(options));
  }

  /**
   * Compresses everything that is sent and received from now on (COMPRESS=DEFLATE, RFC 4978) and
   * returns the server's text. Envelopes and flags shrink to a seventh or less, mail text to about a
   * third, base64 to three quarters, which pays on slow and on metered lines; on fast ones,
   * compressing takes longer than what it saves. `compress: true` of
   * {@linkcode ImapClient.connect} does the same after the login.
   *
   * It comes after the login, and so after STARTTLS; what was called before is sent first. It lasts
   * until the connection ends or {@linkcode ImapClient.unauthenticate} is called. Limits
   * count decompressed bytes, and no more is decompressed than is read. An abort after the command
   * was sent closes the connection.
   *
   * Throws `CapabilityError` if the server does not have it, `IllegalStateError` if nobody is
   * logged in or the connection is compressed already, and `ImapError` if the runtime has no
   * `node:zlib`, or if the server refuses: the code is `COMPRESSIONACTIVE` if another layer
   * compresses. Damaged data closes the connection with `ProtocolError`.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function compressed(client: ImapClient) {
   *   await client.compress();
   *   await client.selectFolder("INBOX");
   *   await client.fetch("1:*", ["ENVELOPE"]);
   *   const { received, receivedOnWire } = client.traffic;
   *   console.log(`${receivedOnWire} bytes in place of ${received}`);
   * }
   * ```
   */
  async compress(options: CallOptions = {}): Promise<string> {
    return await compress(this.#scope(options));
  }

  /**
   * Starts TLS on a connection that was made with `ssl: false` (STARTTLS, RFC 9051 section 6.2.1)
   * and returns the server's text. What the server said before is forgotten. `tls` replaces the
   * options given to `connect`.
   *
   * Throws `CapabilityError` if the server does not offer STARTTLS, and {@linkcode ImapAbortError}
   * if TLS is already on. Closes the connection and throws `CertificateError`, `TlsError` or
   * `ProtocolError` (unencrypted data came after the OK).
   */
  async starttls(tls: TlsOptions = this.tls, options: CallOptions = {}): Promise<string> {
    return await startTls(this.#scope(options), tls, this.host);
  }

  /**
   * The capabilities that the server announces, in upper case (RFC 9051 section 6.1.1). For those
   * that they imply, use {@linkcode ImapClient.hasCapability}. The server is asked only if it did
   * not announce them in its greeting or at the login.
   */
  async capabilities(options: CallOptions = {}): Promise<readonly string[]> {
    return await capabilitiesOf(this.#scope(options));
  }

  /**
   * Whether the server has a capability, such as `IDLE`, in any case: by name, or implied by
   * another one. QRESYNC implies CONDSTORE, and IMAP4rev2 implies the fourteen extensions that it
   * includes (RFC 9051 appendix E), from ENABLE and IDLE to UIDPLUS; on a server that also offers
   * IMAP4rev1, it does so after `enable("IMAP4rev2")`.
   */
  async hasCapability(name: Text, options: CallOptions = {}): Promise<boolean> {
    return await hasCapability(this.#scope(options), name);
  }

  /**
   * Enables extensions (ENABLE, RFC 5161) and returns those of the requested ones that are now on,
   * in upper case. Throws `CapabilityError` if the server has no ENABLE, and {@linkcode
   * IllegalStateError} once a folder is selected.
   *
   * The library understands what a server sends after `CONDSTORE`, `QRESYNC`, `UIDONLY`,
   * `UTF8=ACCEPT` and `IMAP4rev2`. Any other name is passed on, and the caller has to deal with
   * what it changes.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function enable(client: ImapClient) {
   *   return (await client.enable(["CONDSTORE", "UTF8=ACCEPT"])).includes("CONDSTORE");
   * }
   * ```
   */
  async enable(
    capabilities: Text | Iterable<Text>,
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    return await enableCapabilities(this.#scope(options), capabilities);
  }

  /**
   * The extensions that are enabled, in upper case: by `connect({ enable })` or
   * {@linkcode ImapClient.enable}.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * function isUidOnly(client: ImapClient): boolean {
   *   return client.enabled.includes("UIDONLY");
   * }
   * ```
   */
  get enabled(): readonly string[] {
    return [...this.#client.connection.session.enabled];
  }

  /**
   * Tells the server which client this is (ID, RFC 2971; nothing by default), and returns what the
   * server says of itself: fields such as `name`, `version` and `vendor`, any of which may be
   * missing. Throws `CapabilityError` if the server has no ID.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function serverName(client: ImapClient) {
   *   const { name, version } = await client.id({ name: "my program", version: "1.0" });
   *   return `${name} ${version}`;
   * }
   * ```
   */
  async id(parameters: IdFields | null = null, options: CallOptions = {}): Promise<IdFields> {
    return await this.run(id(parameters), options);
  }

  /**
   * Returns how the server compares texts, for the text keys of `search`, `sort` and `thread`
   * (COMPARATOR, RFC 5255 section 4.7). With `names`, chooses first: the first of them that the
   * server has is the `active` one from now on. A name may have a wildcard, as `"de;*"`, and
   * `"default"` is the server's own choice.
   *
   * Throws {@linkcode ImapError}, with `code` `BADCOMPARATOR` from most servers, if the server has
   * none of them, and goes on as before then; `CapabilityError` if it has no `I18NLEVEL=2`; and
   * `InvalidArgumentError` for what can't be a name.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function heedCase(client: ImapClient) {
   *   const { active } = await client.comparator(["i;octet", "default"]);
   *   return active === "i;octet";
   * }
   * ```
   */
  async comparator(
    names?: Text | Iterable<Text>,
    options: CallOptions = {},
  ): Promise<Comparators> {
    return await this.run(comparator(names), options);
  }

  /**
   * Returns the languages in which the server can write its texts, as tags such as `de` (LANGUAGE,
   * RFC 5255 section 3). Throws `CapabilityError` if the server has no LANGUAGE, and
   * {@linkcode ImapError} if it can't list them.
   */
  async language(tags?: undefined, options?: CallOptions): Promise<readonly string[]>;
  /**
   * Chooses the language of the server's texts, such as the `text` of an {@linkcode ImapError}, and
   * returns its tag. The first of `tags` that the server knows counts; `"default"` is the server's
   * own choice, and `"i-default"` what it speaks at first. Throws {@linkcode ImapError} if it knows
   * none of them, and keeps its language then; `InvalidArgumentError` for what is no tag.
   *
   * May be called before the login, so that a refusal can be read too. Call it again after
   * `starttls`, since somebody other than the server may have answered before (RFC 5255 section
   * 3.1).
   *
   * ```ts
   * import { ImapClient } from "@imapclient/imapclient";
   *
   * async function connect(host: string) {
   *   const client = await ImapClient.connect({ host });
   *   if (await client.hasCapability("LANGUAGE")) {
   *     console.log(await client.language(["de-CH", "de", "default"])); // "de"
   *   }
   *   return client;
   * }
   * ```
   */
  async language(tags: Text | Iterable<Text>, options?: CallOptions): Promise<string>;
  async language(
    tags?: Text | Iterable<Text>,
    options: CallOptions = {},
  ): Promise<string | readonly string[]> {
    if (tags === undefined) return await this.run(listLanguages(), options);
    return await this.run(setLanguage(tags), options);
  }

  /**
   * Returns the URL of the JMAP session resource (RFC 8620 section 2) that gives access to the same
   * mail by the same credentials (GETJMAPACCESS, RFC 9698). Ids of folders and messages are the
   * same there: `MAILBOXID` and `EMAILID` (RFC 8474).
   *
   * The URL is an `https:` one; any other throws `ProtocolError`, since a program may send its
   * password there. It need not be on the same host: decide whether you trust that one. Throws
   * `CapabilityError` if the server has no JMAPACCESS, which it says only after the login.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function jmapSession(client: ImapClient, token: string) {
   *   const headers = { authorization: `Bearer ${token}` };
   *   return await (await fetch(await client.jmapAccess(), { headers })).json();
   * }
   * ```
   */
  async jmapAccess(options: CallOptions = {}): Promise<URL> {
    return await this.run(jmapAccess(), options);
  }

  /**
   * Does nothing (NOOP, RFC 9051 section 6.1.2). This lets the server report changes, and resets
   * its timer for idle clients. Returns its text and what it reported.
   */
  async noop(options: CallOptions = {}): Promise<NoopResult> {
    return await this.run(noop(), options);
  }

  /**
   * Lists the folders below `directory` whose names match a pattern, or one of several (LIST, RFC
   * 9051 section 6.3.9). In a pattern, `*` matches anything, and `%` anything but the delimiter.
   * Lists all folders by default.
   *
   * The options select folders, and add to each what they ask for: `status` (counts, as {@linkcode
   * ImapClient.folderStatus} returns them), `myRights`, `metadata` and `specialUse`. What the
   * server does not tell about a folder is `null`. If the server has LIST-EXTENDED (RFC 5258),
   * LIST-STATUS (RFC 5819), LIST-MYRIGHTS (RFC 8440) and LIST-METADATA (RFC 9590), one command is
   * enough. Otherwise each folder is asked about, many at a time, and subscriptions come from LSUB.
   *
   * Throws `CapabilityError` if what is asked for can't be had: `myRights` needs ACL, `metadata`
   * METADATA, `specialUse` SPECIAL-USE, `children` CHILDREN, and `REMOTE` LIST-EXTENDED. Throws
   * `InvalidArgumentError` for options that make no sense.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function showFolders(client: ImapClient) {
   *   for (const { name, flags } of await client.listFolders()) console.log(name, flags);
   * }
   *
   * async function unread(client: ImapClient) {
   *   const folders = await client.listFolders("", "*", { status: ["UNSEEN"] });
   *   return folders.map(({ name, status }) => [name, status?.UNSEEN ?? 0]);
   * }
   * ```
   */
  async listFolders<const Options extends ListFoldersOptions = CallOptions>(
    directory: Text = "",
    pattern: Text | Iterable<Text> = "*",
    options: Options = {} as Options,
  ): Promise<readonly ListedFolder<Options>[]> {
    return await listFolders(this.#scope(options, LIST_FOLDERS), directory, pattern, options);
  }

  /**
   * Lists folders as a tree: INBOX first, then by the last level of their names. Each node has the
   * row that {@linkcode ImapClient.listFolders} would return as `listing`, which is `null` for a
   * level that the server did not list. Takes the options of `listFolders`, and throws what it
   * throws.
   *
   * ```ts
   * import type { FolderNode, ImapClient } from "@imapclient/imapclient";
   *
   * async function show(client: ImapClient) {
   *   const draw = (nodes: readonly FolderNode[], indent = "") => {
   *     for (const { label, children } of nodes) {
   *       console.log(indent + label);
   *       draw(children, `${indent}  `);
   *     }
   *   };
   *   draw(await client.folderTree());
   * }
   * ```
   */
  async folderTree<const Options extends FolderTreeOptions = CallOptions>(
    options: Options = {} as Options,
  ): Promise<readonly FolderNode<ListedFolder<Options>>[]> {
    return await folderTree(this.#scope(options, FOLDER_TREE), options);
  }

  /**
   * Lists the folders that the user is subscribed to (LSUB, RFC 3501 section 6.3.9; with IMAP4rev2,
   * LIST (SUBSCRIBED), RFC 9051 section 6.3.9.1); otherwise like {@linkcode
   * ImapClient.listFolders}. A folder that no longer exists may be listed.
   */
  async listSubFolders(
    directory: Text = "",
    pattern: Text = "*",
    options: CallOptions = {},
  ): Promise<readonly FolderListing[]> {
    return await listPlain(this.#scope(options), "LSUB", directory, pattern);
  }

  /**
   * Lists folders with the attributes that Gmail used before there was a standard, such as
   * `\AllMail` (XLIST). Throws `CapabilityError` if the server has no XLIST.
   *
   * @deprecated `listFolders` reports special uses by their standard names (RFC 6154).
   */
  async xlistFolders(
    directory: Text = "",
    pattern: Text = "*",
    options: CallOptions = {},
  ): Promise<readonly FolderListing[]> {
    return await listPlain(this.#scope(options), "XLIST", directory, pattern);
  }

  /**
   * Finds the folder with a special use, such as `SENT` or `TRASH`: the first that the server
   * marks with it (RFC 6154), else one with a usual name, in one of about twenty languages.
   * Returns `null` if there is none. Throws `InvalidArgumentError` for a special use without its
   * backslash: `"\Sent"` is `Sent` in JavaScript, so write `"\\Sent"` or `SENT`.
   *
   * ```ts
   * import { type ImapClient, TRASH } from "@imapclient/imapclient";
   *
   * async function throwAway(client: ImapClient, ids: number[]) {
   *   const trash = await client.findSpecialFolder(TRASH);
   *   if (trash !== null) await client.move(ids, trash);
   * }
   * ```
   */
  async findSpecialFolder(flag: Text, options: CallOptions = {}): Promise<FolderName | null> {
    return await specialFolder(this.#scope(options), flag);
  }

  /**
   * Whether a folder of exactly this name exists; `*` and `%` in it are ordinary characters.
   */
  async folderExists(folder: Text, options: CallOptions = {}): Promise<boolean> {
    return await folderExists(this.#scope(options), folder);
  }

  /**
   * Returns the user's namespaces (NAMESPACE, RFC 2342): the prefixes and delimiters of the names
   * of the user's own folders, of other users' folders, and of shared folders. Throws
   * `CapabilityError` if the server has no NAMESPACE.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function makeFolder(client: ImapClient, name: string) {
   *   const { personal } = await client.namespace();
   *   await client.createFolder(`${personal?.[0].prefix ?? ""}${name}`);
   * }
   * ```
   */
  async namespace(options: CallOptions = {}): Promise<Namespace> {
    return await namespaceOf(this.#scope(options));
  }

  /**
   * Creates a folder (CREATE, RFC 9051 section 6.3.4) and returns the server's text. With
   * `mailboxId`, returns the text and the folder's id, which stays the same when the folder is
   * renamed (OBJECTID, RFC 8474). With `specialUse`, the folder is marked for that use
   * (CREATE-SPECIAL-USE, RFC 6154).
   *
   * Throws {@linkcode ImapError} if the folder can't be created; many servers say why by `code`:
   * `ALREADYEXISTS`, or `USEATTR` for a use that no folder can be created for. Throws
   * `CapabilityError` if the server lacks the extension that an option needs; nothing is sent then.
   *
   * ```ts
   * import { ARCHIVE, type ImapClient } from "@imapclient/imapclient";
   *
   * async function makeArchive(client: ImapClient) {
   *   await client.createFolder("Old mail", { specialUse: ARCHIVE });
   *   const { mailboxId } = await client.createFolder("Projects", { mailboxId: true });
   *   return mailboxId;
   * }
   * ```
   */
  async createFolder<const Options extends CreateFolderOptions = CallOptions>(
    folder: Text,
    options: Options = {} as Options,
  ): Promise<Created<Options>> {
    return await createFolder(this.#scope(options, CREATE_FOLDER), folder, options);
  }

  /**
   * Deletes a folder with everything in it (DELETE, RFC 9051 section 6.3.5) and returns the
   * server's text. Throws {@linkcode ImapError} if the folder does not exist or can't be deleted.
   */
  async deleteFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(deleteFolder(folder), options);
  }

  /**
   * Renames a folder and the folders below it (RENAME, RFC 9051 section 6.3.6), and returns the
   * server's text. Throws {@linkcode ImapError} if the folder does not exist, or the new name is
   * taken.
   */
  async renameFolder(oldName: Text, newName: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(rename(oldName, newName), options);
  }

  /**
   * Adds a folder to those that `listSubFolders` lists (SUBSCRIBE, RFC 9051 section 6.3.7) and
   * returns the server's text. Some servers throw {@linkcode ImapError} if the folder does not
   * exist.
   */
  async subscribeFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(subscribe(folder), options);
  }

  /**
   * Removes a subscription (UNSUBSCRIBE, RFC 9051 section 6.3.8) and returns the server's text.
   */
  async unsubscribeFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(unsubscribe(folder), options);
  }

  /**
   * Selects the folder that later calls act in (SELECT or, with `readonly`, EXAMINE; RFC 9051
   * sections 6.3.2 and 6.3.3), and returns what the server says of it. The folder selected before
   * is left, even if this one can't be selected. If the call is aborted after it was sent, no
   * folder is selected, since it is unknown which one is. While somebody holds a folder (see
   * {@linkcode ImapClient.openFolder}), the call waits.
   *
   * Earlier calls, such as a `move` in several steps, finish first. Later calls are for this
   * folder: if it can't be selected, they throw `IllegalStateError`, and nothing is sent.
   *
   * Throws {@linkcode ReadOnlyError} without `readonly` if the folder turns out to be read-only
   * (it is selected all the same), and {@linkcode ImapError} if it does not exist.
   *
   * With `resync`, it also returns what has changed since the last time (QRESYNC, RFC 7162 section
   * 3.2.5): `vanished`, the UIDs of removed messages, and `changed`, the flags of changed ones.
   * Both are `null` if nothing can be said, since UIDVALIDITY has changed or the server keeps no
   * mod-sequences for the folder. Take these before `highestModseq` advances. Throws {@linkcode
   * CapabilityError} if the server has no QRESYNC.
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
  async selectFolder<Resync extends ResyncRequest | undefined = undefined>(
    folder: Text,
    options: SelectOptions<Resync> = {},
  ): Promise<Selected<Resync>> {
    return await selectFolder(this.#scope(options, SELECT), folder, options) as Selected<Resync>;
  }

  /**
   * Opens a folder and holds it (SELECT or EXAMINE, RFC 9051 section 6.3.2): until it is closed,
   * no other folder is selected on this connection. Calls that need another folder, or the same
   * one in the other mode, wait in turn; calls that open the same folder in the same mode share
   * it. A call with `resync` waits until nobody else has the folder, and then shares it; the
   * folder's `vanished` and `changed` are for this call alone. A call with `condstore` shares it
   * with those that asked for `condstore` or `resync`, and any other call with all.
   *
   * Throws what {@linkcode ImapClient.selectFolder} throws, and `TimeoutError` if the wait was too
   * long; its message names the folder that is held, where it was opened, and since when.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function unread(client: ImapClient) {
   *   await using inbox = await client.openFolder("INBOX", { readonly: true });
   *   return await inbox.fetch(await inbox.search({ seen: false }), ["ENVELOPE"]);
   * }
   * ```
   */
  async openFolder(folder: Text, options: OpenFolderOptions = {}): Promise<Folder> {
    const held = await holdFolder(this.#scope(options, OPEN_FOLDER), folder, options);
    return new Folder(held, this.#scope);
  }

  /**
   * Opens a folder like {@linkcode ImapClient.openFolder}, calls `work` with it, returns the
   * result, and closes the folder in any case.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function empty(client: ImapClient) {
   *   await client.withFolder("Trash", {}, async (trash) => {
   *     await trash.deleteMessages("1:*");
   *     await trash.expunge();
   *   });
   * }
   * ```
   */
  async withFolder<Result>(
    folder: Text,
    options: OpenFolderOptions,
    work: (folder: Folder) => Result | Promise<Result>,
  ): Promise<Result> {
    const held = await this.openFolder(folder, options);
    try {
      return await work(held);
    } finally {
      await held.close();
    }
  }

  /**
   * Searches several folders at once (MULTISEARCH, RFC 7377), whatever folder is selected, and
   * returns a row for each folder with a match: its name, its UIDVALIDITY and the UIDs, or what
   * `return` and `partial` ask for. Ids are UIDs in any case, and belong to their folders.
   *
   * Throws `CapabilityError` if the server has no MULTISEARCH, as most don't. With `fallback`, one
   * folder after the other is opened there (as by {@linkcode ImapClient.openFolder}), searched and
   * closed. That waits until other open folders are closed. If you had selected a folder, call
   * {@linkcode ImapClient.selectFolder} again afterwards. Throws {@linkcode ImapError}, with the
   * rows that came as `partial`, if the server ends the search early.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function everywhere(client: ImapClient, words: string) {
   *   const rows = await client.searchFolders({ personal: true }, { text: words }, {
   *     return: ["COUNT"],
   *     fallback: true,
   *   });
   *   for (const { folder, count } of rows) console.log(`${folder}: ${count}`);
   * }
   * ```
   */
  async searchFolders<
    const Returned extends SearchReturn = never,
    const Page extends PartialRange | undefined = undefined,
  >(
    sources: FolderSources,
    query: SearchCriteria | SearchQuery,
    options: SearchFoldersOptions<Returned, Page> = {},
  ): Promise<readonly FolderResult<Returned, Page>[]> {
    const rows = await searchFoldersAsAsked(
      this.#scope(options, SEARCH_FOLDERS),
      sources,
      query,
      options,
    );
    return rows as FolderResult<Returned, Page>[];
  }

  /**
   * Leaves the selected folder (CLOSE, RFC 9051 section 6.4.1) and returns the server's text.
   * **Permanently removes the messages flagged `\Deleted`**, without reporting them, unless the
   * folder was selected with `readonly`.
   */
  async closeFolder(options: CallOptions = {}): Promise<string> {
    return await closeFolder(this.#scope(options));
  }

  /**
   * Leaves the selected folder without removing anything (UNSELECT, RFC 3691), and returns the
   * server's text. Throws `CapabilityError` if the server has no UNSELECT. There, a folder that
   * was selected with `readonly` can be left by {@linkcode ImapClient.closeFolder}, which removes
   * nothing then.
   */
  async unselectFolder(options: CallOptions = {}): Promise<string> {
    return await unselectFolder(this.#scope(options));
  }

  /**
   * Returns numbers of a folder that need not be selected (STATUS, RFC 9051 section 6.3.11), by
   * name: `MESSAGES`, `RECENT`, `UIDNEXT`, `UIDVALIDITY` and `UNSEEN`, or those requested, such as
   * `SIZE` or `HIGHESTMODSEQ`. Throws {@linkcode ImapError} if the folder does not exist, and
   * `CapabilityError` for an item of an extension that the server lacks.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function unread(client: ImapClient) {
   *   return (await client.folderStatus("INBOX", ["UNSEEN"])).UNSEEN;
   * }
   * ```
   */
  async folderStatus<const Item extends string = DefaultStatusItem>(
    folder: Text,
    what?: Item | Iterable<Item>,
    options: CallOptions = {},
  ): Promise<FolderStatus<Item>> {
    return await folderStatus(this.#scope(options), folder, what);
  }

  /**
   * Adds a message to a folder (APPEND, RFC 9051 section 6.3.12) and returns its UID, if the
   * server reports it (RFC 4315). A `string` is sent in UTF-8, its line ends as CRLF; bytes are
   * sent as they are.
   *
   * A `{ stream, size }` is read while it is sent, so that a message of any size takes little
   * memory. The size in bytes must be right: if the stream yields fewer or more bytes, fails, or
   * holds a NUL, the connection is closed, as the server waits for the rest, and nothing is
   * stored.
   *
   * Throws {@linkcode ImapError}, with `code` `TRYCREATE` if the folder does not exist and
   * `OVERQUOTA` if there is no room, and {@linkcode InvalidArgumentError} if the message is larger
   * than the server accepts (APPENDLIMIT, RFC 7889) or holds a NUL. If the server has BINARY (RFC
   * 3516), text and bytes may hold NULs, and so may a stream with `binary: true`.
   *
   * A list is a message in pieces, which are joined in order. A piece `{ url }` is a message on the
   * server, or a part of one, which the server copies itself (CATENATE, RFC 4469); see
   * {@linkcode MessageLocation}. It throws {@linkcode CapabilityError} if the server has no
   * CATENATE, and {@linkcode ImapError} with `code` `BADURL` if there is no such message, or
   * `TOOBIG`.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function keep(client: ImapClient, message: Uint8Array) {
   *   const { uid } = await client.append("Sent", message, { flags: [SEEN], date: new Date() });
   *   return uid;
   * }
   *
   * async function withFooter(client: ImapClient, folder: string, uid: number) {
   *   await client.append(folder, [{ url: { folder, uid } }, "\r\nSent from afar\r\n"]);
   * }
   *
   * async function keepFile(client: ImapClient, file: Blob) {
   *   await client.append("Archive", { stream: file.stream(), size: file.size });
   * }
   * ```
   */
  async append(
    folder: Text,
    msg: MessageContent,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    return await appendMessage(this.#scope(options, APPEND), folder, { ...options, msg });
  }

  /**
   * Adds several messages to a folder, all of them or none (MULTIAPPEND, RFC 3502), and returns
   * their UIDs. A message is whatever `append` takes, or an object that holds it as `msg`, with
   * `flags` and a `date`. With no messages, nothing is sent. A server that limits their number
   * (MESSAGELIMIT, SAVELIMIT, RFC 9738) gets them in several commands; if a later one fails, that
   * throws `PartialAppendError`. Throws `CapabilityError` if the server has no MULTIAPPEND;
   * otherwise like {@linkcode ImapClient.append}.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function importAll(client: ImapClient, messages: Uint8Array[]) {
   *   return await client.multiappend("Archive", messages.map((msg) => ({ msg, flags: [SEEN] })));
   * }
   * ```
   */
  async multiappend(
    folder: Text,
    msgs: Iterable<MessageContent | MessageToAppend>,
    options: CallOptions = {},
  ): Promise<MultiappendResult> {
    return await appendMessages(this.#scope(options), folder, msgs);
  }

  /**
   * Returns a URL by which somebody else can read a message, or a part of it, without your password
   * (GENURLAUTH, RFC 4467): mostly a submission server that is to send or forward it (`BURL`, RFC
   * 4468). It works until it expires or {@linkcode ImapClient.resetUrlKey} revokes it. With the
   * access `authuser` or `anonymous`, **anybody** who gets hold of the URL can read the message.
   *
   * `host` is the server's own name, which may be another than the one that you connect to. Throws
   * `CapabilityError` if the server has no URLAUTH, `InvalidArgumentError` for what can't be part
   * of a URL, and {@linkcode ImapError} if the server does not accept it.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function burl(client: ImapClient, uid: number) {
   *   const expires = new Date(Date.now() + 3_600_000);
   *   const access = "submit+ann";
   *   const url = await client.generateUrl({ user: "ann", folder: "Drafts", uid, expires, access });
   *   return `BURL ${url} LAST`; // to the submission server, instead of DATA
   * }
   * ```
   */
  async generateUrl(request: UrlRequest, options: CallOptions = {}): Promise<string> {
    return await generateUrl(this.#scope(options), request, this.host);
  }

  /**
   * Returns what URLs of {@linkcode ImapClient.generateUrl} give, in their order (URLFETCH, RFC
   * 4467); `null` for one that is not valid, has expired or was revoked. No folder need be
   * selected. With `binary`, content is decoded, and with `structure` the structure of the message
   * or part is returned too (URLAUTH=BINARY, RFC 5524).
   *
   * Throws `CapabilityError` if the server lacks the extension.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function read(client: ImapClient, url: string) {
   *   const [found] = await client.fetchUrls(url, { binary: true });
   *   return found?.content ?? null;
   * }
   * ```
   */
  async fetchUrls(
    urls: string | Iterable<string>,
    options: FetchUrlsOptions = {},
  ): Promise<(UrlContent | null)[]> {
    return await fetchUrls(this.#scope(options, FETCH_URLS), urls, options);
  }

  /**
   * Revokes all URLs that give access to messages of a folder, or all of the user's if no folder is
   * named (RESETKEY, RFC 4467), and returns the server's text. Throws `CapabilityError` if the
   * server has no URLAUTH.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function revoke(client: ImapClient) {
   *   await client.resetUrlKey("Drafts");
   * }
   * ```
   */
  async resetUrlKey(folder: Text | null = null, options: CallOptions = {}): Promise<string> {
    return await resetUrlKey(this.#scope(options), folder);
  }

  /**
   * Returns who may do what with a folder (GETACL, RFC 4314 section 3.3). Throws `CapabilityError`
   * if the server has no ACL, and `ImapError` if the user may not see it.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function readers(client: ImapClient, folder: string) {
   *   const entries = await client.getacl(folder);
   *   return entries.filter(({ acl }) => acl.includes("r")).map(({ who }) => who);
   * }
   * ```
   */
  async getacl(folder: Text, options: CallOptions = {}): Promise<readonly AclEntry[]> {
    return await this.run(getAcl(folder), options);
  }

  /**
   * Sets what `who` may do with a folder (SETACL, RFC 4314 section 3.1) and returns the server's
   * text. `what` holds one letter for each right and replaces earlier rights; with `+` or `-`
   * before the letters, it adds or removes rights. An empty `what` removes the entry, as {@linkcode
   * ImapClient.deleteAcl} does. `-bob` as `who` takes rights from Bob that he would have as a
   * member of a group, if the server knows such entries. Throws `CapabilityError` if the server has
   * no ACL.
   */
  async setacl(folder: Text, who: Text, what: string, options: CallOptions = {}): Promise<string> {
    return await this.run(setAcl(folder, who, what), options);
  }

  /**
   * Removes the entry of `who` from those that {@linkcode ImapClient.getacl} returns (DELETEACL,
   * RFC 4314 section 3.2), and returns the server's text. Throws `CapabilityError` if the server
   * has no ACL.
   */
  async deleteAcl(folder: Text, who: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(deleteAcl(folder, who), options);
  }

  /**
   * Returns which rights to a folder `who` may be given (LISTRIGHTS, RFC 4314 section 3.4):
   * `required` are those that they always have, and each text of `optional` holds rights that can
   * only be given together. Throws `CapabilityError` if the server has no ACL.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function mayBeGiven(client: ImapClient, folder: string, who: string, right: string) {
   *   const { optional } = await client.listRights(folder, who);
   *   return optional.some((rights) => rights.includes(right));
   * }
   * ```
   */
  async listRights(
    folder: Text,
    who: Text,
    options: CallOptions = {},
  ): Promise<AssignableRights> {
    return await this.run(listRights(folder, who), options);
  }

  /**
   * Returns the user's own rights to a folder (MYRIGHTS, RFC 4314 section 3.5), one letter each.
   * Those of all folders at once: {@linkcode ImapClient.listFolders} with `myRights`. Throws
   * `CapabilityError` if the server has no ACL.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function mayWrite(client: ImapClient, folder: string) {
   *   return (await client.myRights(folder)).includes("w");
   * }
   * ```
   */
  async myRights(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(myRights(folder), options);
  }

  /**
   * Returns the limits of a folder and how much of each is used (GETQUOTAROOT, RFC 9208 section
   * 4.1.2), a row for each resource: `STORAGE` counts units of 1024 bytes, `MESSAGE` messages,
   * `MAILBOX` folders. `hasCapability("QUOTA=RES-MESSAGE")` tells whether the server limits one at
   * all. Throws `CapabilityError` if the server has no QUOTA.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function isFull(client: ImapClient) {
   *   return (await client.getQuota()).some(({ usage, limit }) => usage >= limit);
   * }
   * ```
   */
  async getQuota(mailbox: Text = "INBOX", options: CallOptions = {}): Promise<readonly Quota[]> {
    const [, quotas] = await this.getQuotaRoot(mailbox, options);
    return quotas;
  }

  /** Returns the limits of a quota root, given by name (GETQUOTA, RFC 9208 section 4.1.1). */
  async getQuotaByRoot(quotaRoot: Text = "", options: CallOptions = {}): Promise<readonly Quota[]> {
    return await this.run(getQuota(quotaRoot), options);
  }

  /**
   * Returns the quota roots that a folder belongs to, and their limits (GETQUOTAROOT, RFC 9208
   * section 4.1.2).
   */
  async getQuotaRoot(
    mailbox: Text,
    options: CallOptions = {},
  ): Promise<readonly [MailboxQuotaRoots, readonly Quota[]]> {
    return await quotaRootsOf(this.#scope(options), mailbox);
  }

  /**
   * Sets limits (SETQUOTA, RFC 9208 section 4.1.3), which administrators may do, and returns the
   * limits in force then. Limits of the root that are not named are removed. All must be of one
   * quota root, else `InvalidArgumentError` is thrown. With no limits, nothing is sent. Throws
   * `CapabilityError` if the server has no QUOTA, or if it names resources but not QUOTASET.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function giveOneGigabyte(admin: ImapClient, quotaRoot: string) {
   *   await admin.setQuota([{ quotaRoot, resource: "STORAGE", limit: 1024 * 1024 }]);
   * }
   * ```
   */
  async setQuota(
    quotas: Iterable<QuotaLimit>,
    options: CallOptions = {},
  ): Promise<readonly Quota[]> {
    return await setQuotas(this.#scope(options), quotas);
  }

  /**
   * Reads annotations of a folder, or of the server if `folder` is `""` (GETMETADATA, RFC 5464
   * section 4.2). Entries are named like `/private/comment` (seen by this user alone) and
   * `/shared/comment`. Values are bytes, since an entry may hold anything; most are text in UTF-8.
   * `depth` adds the entries below those named, `maxSize` leaves out larger values.
   *
   * Throws `InvalidArgumentError` for what can't be the name of an entry, and `CapabilityError` if
   * the server has no METADATA.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function comment(client: ImapClient, folder: string) {
   *   const { values } = await client.getMetadata(folder, "/shared/comment");
   *   return new TextDecoder().decode(values.get("/shared/comment")); // "" without a value
   * }
   * ```
   */
  async getMetadata(
    folder: Text,
    entries: string | Iterable<string>,
    options: MetadataOptions = {},
  ): Promise<Metadata> {
    return await run(this.#scope(options, METADATA), getMetadata(folder, entries, options));
  }

  /**
   * Sets annotations of a folder, or of the server if `folder` is `""` (SETMETADATA, RFC 5464
   * section 4.3), and returns the server's text. All of them are set, or none. A value is text,
   * which is sent in UTF-8, or any bytes; `null` removes the entry.
   *
   * Throws `InvalidArgumentError` for what can't be the name of an entry, `CapabilityError` if the
   * server has no METADATA, and `ImapError` if the server refuses a value. The error's `code` is
   * `"METADATA"` then, and `responseCode.argument` is `TOOMANY`, `NOPRIVATE` or, with the number of
   * bytes that a value may have, `MAXSIZE 1024`.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function describe(client: ImapClient, folder: string, comment: string) {
   *   await client.setMetadata(folder, { "/shared/comment": comment, "/private/comment": null });
   * }
   * ```
   */
  async setMetadata(
    folder: Text,
    values: MetadataValues,
    options: CallOptions = {},
  ): Promise<string> {
    return await this.run(setMetadata(folder, values), options);
  }

  /**
   * Has the server tell of changes at any time, in the selected folder and in others (NOTIFY, RFC
   * 5465). What it tells goes to {@linkcode ImapClient.listen}: `STATUS` of a folder in which
   * something has changed, `LIST` of one that was created, renamed (with `OLDNAME`) or deleted
   * (`\\NonExistent`), and in the selected folder EXISTS, EXPUNGE and FETCH. It is never taken for
   * the answer to another call. {@linkcode ImapClient.watchFolders} is easier to use, and does
   * without NOTIFY where the server has none.
   *
   * Each call replaces the sets of the one before. `null` asks for nothing at all (NOTIFY NONE):
   * the server does not even tell of new messages in the selected folder then, and `watch` is
   * silent. Before the first NOTIFY, servers tell what they tell after
   * `[{ mailboxes: "selected-delayed", events: ["MessageNew", "MessageExpunge", "FlagChange"] }]`.
   * Without a set for the selected folder, nothing is told of it. It lasts until the connection
   * ends or the server sends `NOTIFICATIONOVERFLOW`, after which it tells nothing more.
   *
   * Throws {@linkcode InvalidArgumentError} for sets that the RFC does not allow, `CapabilityError`
   * if the server has no NOTIFY, `IllegalStateError` while `watchFolders` runs, and
   * {@linkcode ImapError} if it refuses: with the code `BADEVENT` for an event that it does not
   * have (`responseCode.events`), and `NOTIFICATIONOVERFLOW` for more than it is willing to watch.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function follow(client: ImapClient) {
   *   client.listen((response) => {
   *     if (response.type === "STATUS") console.log(response.items);
   *   });
   *   await client.notify([
   *     {
   *       mailboxes: "selected-delayed",
   *       events: ["MessageNew", "MessageExpunge"],
   *       fetch: ["FLAGS", "ENVELOPE"],
   *     },
   *     { mailboxes: { subtree: "Lists" }, events: ["MessageNew", "MessageExpunge"] },
   *   ]);
   * }
   * ```
   */
  async notify(
    sets: Iterable<NotifySet> | null,
    options: NotifyOptions = {},
  ): Promise<NotifyResult> {
    return await notifyLazily(this.#scope(options, NOTIFY), sets, options.status);
  }

  /**
   * Yields what happens in several folders, whether or not one is selected, for as long as the loop
   * runs: messages that come or go, folders that are created, renamed or deleted and, if you ask
   * for them, changes of flags and of subscriptions. It begins with the first turn of the loop.
   * Calls made meanwhile work as with {@linkcode FolderCalls.watch}, and folders may be selected or
   * opened.
   *
   * A server with NOTIFY (RFC 5465) tells it at once, and LIST finds what it has left out, every
   * `listEvery` seconds. Otherwise IDLE tells of the selected folder, and the others are asked by
   * STATUS every `pollEvery` seconds and listed every `listEvery`; then
   * `renamed` is told only where the server has OBJECTID (RFC 8474), and else as `deleted` and
   * `created`. Everything is told as the difference to what was known: how many messages are new,
   * from which UID on, how many are gone.
   *
   * News that nobody takes is merged by folder. `{ type: "overflow" }` says that more has happened
   * than the server, or this queue, could tell: look at what you know of the folders again. A
   * folder that is refused, or vanishes, has no effect on the others. Leaving the loop has the
   * server tell again what it told before. To end it from outside, abort the `signal`; `return()`
   * waits for the next news.
   *
   * Throws {@linkcode InvalidArgumentError} for unknown folders or events, `IllegalStateError`
   * while `idle`, `watch`, `watchFolders` or sets of `notify` are in force, the signal's reason,
   * and the cause of the end of the connection.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function follow(client: ImapClient, signal: AbortSignal) {
   *   for await (const news of client.watchFolders({ folders: "subscribed", signal })) {
   *     if (news.type === "new") console.log(`${news.count} new in ${news.folder}`);
   *     if (news.type === "renamed") console.log(`${news.oldName} is ${news.folder} now`);
   *   }
   * }
   * ```
   */
  watchFolders(options: WatchFoldersOptions = {}): AsyncGenerator<FolderNews, void, void> {
    return watchFoldersLazily(this.#scope(options, WATCH_FOLDERS), options);
  }

  /**
   * Logs out (LOGOUT, RFC 9051 section 6.1.3), closes the connection and returns the server's
   * text. If the server does not answer within five seconds, or within the timeout if that is
   * shorter, throws `TimeoutError`; the connection is closed then too.
   */
  async logout(options: CallOptions = {}): Promise<string> {
    return await logOut(this.#scope(options));
  }

  /** Closes the connection without telling the server; calls under way are rejected. */
  shutdown(): void {
    this.#client.connection.close();
    this.#client.logger?.debug("Connection closed");
  }

  /** For `await using`: logs out or, if that fails, closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    try {
      await this.logout();
    } catch (error) {
      this.#client.logger?.info(`Could not close the connection cleanly: ${error}`);
      this.shutdown();
    }
  }
}

/** What `saslLogin` was called with: a mechanism, or its name and a function that answers. */
function mechanismOf(
  mechanism: SaslMechanism | string,
  respond: SaslResponder | CallOptions,
  options: CallOptions,
): readonly [SaslMechanism, CallOptions] {
  if (typeof mechanism === "object" && mechanism !== null) {
    checkMechanismName(mechanism.name);
    return [mechanism, respond as CallOptions];
  }
  if (typeof mechanism !== "string") {
    throw new InvalidArgumentError(`a mechanism, or its name, and not ${typeof mechanism}`);
  }
  return [callback(upperAscii(mechanism), respond as SaslResponder), options];
}

showAs(ImapClient, ({ host, stream, ssl, state, closed }) => {
  const place = host ?? (stream === null ? "a transport" : "a command");
  return `ImapClient <${place}, ${ssl ? "encrypted" : "plain text"}, ${closed ? "closed" : state}>`;
});
