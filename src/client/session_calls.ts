import { callback } from "../auth/callback.ts";
import { checkMechanismName } from "../auth/checks.ts";
import { oauthbearer } from "../auth/oauthbearer.ts";
import { plain } from "../auth/plain.ts";
import type { SaslMechanism } from "../auth/sasl.ts";
import { xoauth2 } from "../auth/xoauth2.ts";
import type { Command } from "../connection/command.ts";
import { authenticate } from "../commands/session/authenticate.ts";
import { capability } from "../commands/session/capability.ts";
import { enable } from "../commands/session/enable.ts";
import { id, type IdFields } from "../commands/session/id.ts";
import { login } from "../commands/session/login.ts";
import { logout, noop, type NoopResult, starttls } from "../commands/session/session.ts";
import { loginDisabled } from "../auth/login_disabled.ts";
import type { Connection } from "../connection/connection.ts";
import { turnsForInput } from "../connection/deadline.ts";
import {
  ConnectionClosedError,
  IllegalStateError,
  ImapAbortError,
  InvalidArgumentError,
  LoginError,
  TimeoutError,
} from "../model/errors.ts";
import { checkTlsOptions } from "../model/tls_options.ts";
import type { TlsOptions } from "../model/transport.ts";
import { type Text, toText, upperAscii } from "../model/text.ts";
import { type CallOptions, ClientBase } from "./base.ts";

/** How long LOGOUT may take, in seconds: a server that does not answer is left behind. */
const LOGOUT_PATIENCE = 5;

/** How to log in with an OAuth 2.0 token. */
export interface Oauth2Options extends CallOptions {
  /** The mechanism's name. Default `XOAUTH2`. */
  readonly mech?: string;
  /** What Yahoo asks for besides the token. */
  readonly vendor?: string;
}

/** The answer to one challenge of a SASL mechanism; text is sent in UTF-8. */
export type SaslResponder = (challenge: Uint8Array) => Text | Promise<Text>;

/** The calls about the session: logging in, what the server can do, and the end. */
export class SessionCalls extends ClientBase {
  /** TLS was started and nobody logged in: what the server can do is asked for each time. */
  #askAfresh = false;

  /**
   * Logs in with a name and a password (LOGIN, RFC 9051 section 6.2.3) and gives the server's
   * text. Both may hold any character but NUL. Throws {@linkcode LoginError}, or `ImapError` where
   * the server's code says that it is not the credentials (`UNAVAILABLE`, `LIMIT`, `INUSE`).
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
    this.#checkLoggedOut();
    const { secure, session } = this.connection;
    if (session.has("LOGINDISABLED")) {
      throw new LoginError(loginDisabled(secure, session.capabilities ?? []));
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
    const mechanism = plain(identity, password, authorizationIdentity);
    return await this.#authenticate(mechanism, identity, options);
  }

  /**
   * Logs in with an OAuth 2.0 access token by the mechanism XOAUTH2 of Gmail, Outlook and Yahoo,
   * and gives the server's text. Throws {@linkcode LoginError}, with what the server found wrong
   * with the token, or `CapabilityError` where it does not offer the mechanism.
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
    { mech, vendor, signal }: Oauth2Options = {},
  ): Promise<string> {
    const mechanism = xoauth2(user, accessToken, { mech, vendor });
    return await this.#authenticate(mechanism, user, { signal });
  }

  /**
   * Logs in with an OAuth 2.0 access token by OAUTHBEARER (RFC 7628) and gives the server's text.
   * An empty `identity` leaves it to the token who it is. Throws {@linkcode LoginError}, or
   * `CapabilityError` where the server has no `AUTH=OAUTHBEARER`.
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
    return await this.#authenticate(mechanism, identity, options);
  }

  /**
   * Logs in by a SASL mechanism (RFC 4422) of this library's, such as `scramSha256`, or of one's
   * own, and gives the server's text. Throws {@linkcode LoginError}, or `CapabilityError` where the
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
   * Logs in by the SASL mechanism of this name, with a function that answers each challenge. Where
   * the client has to speak first, the first challenge is empty. What the function throws ends the
   * exchange and comes through.
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
    if (typeof mechanism === "object" && mechanism !== null) {
      checkMechanismName(mechanism.name);
      return await this.#authenticate(mechanism, mechanism.name, respond as CallOptions);
    }
    if (typeof mechanism !== "string") {
      throw new InvalidArgumentError(`a mechanism, or its name, and not ${typeof mechanism}`);
    }
    const ours = callback(upperAscii(mechanism), respond as SaslResponder);
    return await this.#authenticate(ours, ours.name, options);
  }

  async #authenticate(mechanism: SaslMechanism, user: string, options: CallOptions) {
    this.#checkLoggedOut();
    const command = authenticate(mechanism, this.connection.session.has("SASL-IR"));
    const checked: Command<string> = {
      ...command,
      needs: `AUTH=${mechanism.name}`,
      result: (done) => {
        try {
          return command.result(done);
        } catch (error) {
          // The server says yes before it proved who it is: nothing more is to be said to it.
          this.connection.close();
          throw error;
        }
      },
    };
    return await this.#logIn(checked, user, options);
  }

  #checkLoggedOut(): void {
    const { failure, session } = this.connection;
    if (failure !== null) throw failure;
    if (session.authenticated) throw new IllegalStateError("somebody is logged in already");
  }

  async #logIn(command: Command<string>, user: string, options: CallOptions): Promise<string> {
    const { session } = this.connection;
    const before = session.capabilities;
    const text = await this.run({
      ...command,
      result: (done) => {
        session.authenticated = true;
        return command.result(done);
      },
    }, options);
    this.#askAfresh = false;
    this.logger?.debug(`Logged in as ${user}`);
    // They may differ from those before the login; most servers say so of their own accord.
    if (session.capabilities === before) await this.#askCapabilities(options);
    this.#introduce();
    return text;
  }

  /**
   * Says who is there. 163.com, 126.com and their like refuse SELECT to who does not ("Unsafe
   * Login"). It is no harm where that fails, and nobody waits for it.
   */
  #introduce(): void {
    if (this.introduction === false || !this.connection.session.has("ID")) return;
    this.connection.runSoon(id(this.introduction), this.scope()).catch(() => {});
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
    checkTlsOptions(tls);
    const { session, secure, canStartTls } = this.connection;
    if (secure) throw new ImapAbortError("TLS session already established");
    if (!canStartTls) throw new ImapAbortError("this transport can't start TLS");
    if (session.authenticated) throw new IllegalStateError("STARTTLS must come before the login");
    const serverName = tls.serverName ?? this.host ?? undefined;
    const change = (duplex: Parameters<Parameters<Connection["upgrade"]>[1]>[0]) => {
      session.forget();
      return duplex.startTls!({ ...tls, serverName });
    };
    const text = await this.connection.upgrade(starttls(), change, this.scope(options));
    this.#askAfresh = true;
    await this.#askCapabilities(options);
    return text;
  }

  /**
   * What the server says that it can do, in upper case (RFC 9051 section 6.1.1); what this implies
   * besides, {@linkcode SessionCalls.hasCapability} knows. The server is asked only where it did not
   * say so by itself, at the greeting or the login.
   */
  async capabilities(options: CallOptions = {}): Promise<readonly string[]> {
    const { session } = this.connection;
    const known = this.#askAfresh && !session.authenticated ? null : session.capabilities;
    return known ?? await this.#askCapabilities(options);
  }

  async #askCapabilities(options: CallOptions): Promise<readonly string[]> {
    const { session } = this.connection;
    const command = capability();
    return await this.run({
      ...command,
      result: (done) => session.capabilities = command.result(done),
    }, options);
  }

  /**
   * Whether the server has a capability, such as `IDLE`, in whatever case: by name, or implied by
   * another. QRESYNC implies CONDSTORE, and IMAP4rev2 fourteen extensions that it took in (RFC 9051
   * appendix E), from ENABLE and IDLE to UIDPLUS; of a server that offers IMAP4rev1 too it does so
   * after `enable("IMAP4rev2")`.
   */
  async hasCapability(name: Text, options: CallOptions = {}): Promise<boolean> {
    const capability = upperAscii(toText(name));
    await this.capabilities(options);
    return this.connection.session.has(capability);
  }

  /**
   * Switches extensions on (ENABLE, RFC 5161) and gives those that are on now of what was asked
   * for, in upper case. Throws `CapabilityError` where the server has no ENABLE,
   * {@linkcode IllegalStateError} once a folder is selected.
   *
   * The library reads what a server says after `CONDSTORE`, `QRESYNC`, `UIDONLY`, `UTF8=ACCEPT` and
   * `IMAP4rev2`. Any other name is passed on, and what it changes is for the caller to see to.
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
    const command = enable(capabilities);
    if (this.state === "selected" && this.connection.session.has("ENABLE")) {
      throw new IllegalStateError("ENABLE command illegal in state SELECTED");
    }
    return await this.run(command, options);
  }

  /**
   * Tells the server who asks (ID, RFC 2971), nothing by default, and gives what it says of itself:
   * fields such as `name`, `version` and `vendor`, of which any may be missing. Throws
   * `CapabilityError` where the server has no ID.
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
    const patience = Math.min(LOGOUT_PATIENCE, this.connection.patience || Infinity);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = async () => {
      await turnsForInput();
      const error = new TimeoutError(`no answer to LOGOUT within ${patience} seconds`);
      this.connection.close(error);
    };
    // From when it is sent on; and whatever the server says meanwhile.
    const write = () => void (timer = setTimeout(() => void late(), patience * 1000));
    try {
      const text = await this.run({ ...logout(), patience: 0, write }, options);
      this.logger?.debug("Logged out, connection closed");
      return text;
    } catch (error) {
      // Some servers hang up right behind their BYE: that is a farewell too.
      const { farewell } = this.connection;
      if (!(error instanceof ConnectionClosedError) || farewell === null) throw error;
      return farewell;
    } finally {
      clearTimeout(timer);
      this.connection.session.loggedOut = true;
      this.connection.close();
    }
  }

  /** Closes the connection without a word to the server; calls under way are rejected. */
  shutdown(): void {
    this.connection.close();
    this.logger?.debug("Connection closed");
  }

  /** For `await using`: logs out or, where that fails, just closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    try {
      await this.logout();
    } catch (error) {
      this.logger?.info(`Could not close the connection cleanly: ${error}`);
      this.shutdown();
    }
  }
}
