import { firstBinding } from "../../auth/channel_bindings.ts";
import { type AnyCredentials, proofOf } from "../../auth/credentials.ts";
import {
  mayHaveExpired,
  type NextWays,
  nextWays,
  notTried,
  type RefusedWay,
} from "../../auth/fallback.ts";
import { offeredWays } from "../../auth/offered.ts";
import {
  allowedWays,
  type AuthenticationMechanism,
  type Login,
  type Way,
} from "../../auth/ways.ts";
import { checkText } from "../../auth/checks.ts";
import { ImapError, InvalidArgumentError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import type { Scope } from "../scope.ts";
import type { Authenticated, AuthenticateOptions } from "./authenticate.ts";
import { askCapabilities } from "./capabilities.ts";
import { authenticateBy, checkLoggedOut, logIn, saslConnection } from "./login.ts";
import { firstToken, isEnding, otherToken, withNote } from "./tokens.ts";

/** One login by the strongest mechanism that both sides have, in as many attempts as it takes. */
export class Authentication {
  readonly #scope: Scope;
  readonly #credentials: AnyCredentials;
  readonly #options: AuthenticateOptions;
  readonly #allowed: readonly Way[];
  readonly #refused: AuthenticationMechanism[] = [];
  #login: Login;
  #refusal: Omit<RefusedWay, "way"> | null = null;
  /** What was not tried, as the server has not proved itself. */
  #withheld: readonly Way[] = [];
  /** The provider is asked once more, and not again. */
  #hasAskedAgain = false;

  /** Throws `InvalidArgumentError` for what can't be a login. */
  constructor(scope: Scope, credentials: AnyCredentials, options: AuthenticateOptions) {
    const { mechanisms, authorizationIdentity = "" } = options;
    const proof = proofOf(credentials);
    checkText(authorizationIdentity, "the authorization identity");
    const { user, anonymous = "", password = "" } = credentials;
    this.#scope = scope;
    this.#credentials = credentials;
    this.#options = options;
    this.#login = { user: user ?? anonymous, secret: password, identity: authorizationIdentity };
    this.#allowed = allowedWays({ proof, mechanisms, login: this.#login });
  }

  /** Logs in. */
  async run(): Promise<Authenticated> {
    checkLoggedOut(this.#scope);
    let ways = await this.#offered();
    const [{ proof }] = ways;
    if (proof === "token") {
      const secret = await firstToken(this.#scope, this.#credentials);
      this.#login = { ...this.#login, secret };
    }
    for (;;) {
      const [way, ...rest] = ways;
      this.#refusal = null;
      try {
        const text = await this.#attempt(way);
        return { mechanism: way.name, text, refused: this.#refused };
      } catch (error) {
        ways = await this.#afterFailure(way, rest, error);
      }
    }
  }

  async #offered(): Promise<readonly Way[]> {
    const { connection } = this.#scope.client;
    const { secure, session } = connection;
    if (session.capabilities === null) await askCapabilities(this.#scope);
    const isAsked = this.#allowed.some((way) => way.binds && session.has(`AUTH=${way.name}`));
    const server = {
      canBind: isAsked && await firstBinding(saslConnection(connection)) !== null,
      has: (name: string) => session.has(name),
      capabilities: session.capabilities ?? [],
      secure,
    };
    return offeredWays(this.#allowed, server, this.#options.allowPlaintext ?? false);
  }

  async #attempt(way: Way): Promise<string> {
    const mechanism = way.mechanism?.(this.#login);
    const note = ({ status, code }: TaggedResponse, answered: number) => {
      const reason = mechanism?.reason?.() ?? null;
      this.#refusal = { status, code: code?.name ?? null, answered, reason };
    };
    const { user, secret } = this.#login;
    if (mechanism === undefined) return await logIn(this.#scope, user, secret, note);
    return await authenticateBy(this.#scope, mechanism, user, note);
  }

  /** What to try after a failure. Throws the error if there is nothing. */
  async #afterFailure(way: Way, rest: readonly Way[], error: unknown): Promise<readonly Way[]> {
    const { client, signal } = this.#scope;
    // What fails once the user is logged in is no refusal.
    const isOver = isEnding(this.#scope) || client.connection.session.authenticated;
    if (isOver || signal?.aborted) throw error;
    const { ways, withheld } = this.#nextWays(way, [...rest, ...this.#withheld], error);
    this.#withheld = withheld;
    if (ways.length > 0) {
      this.#refused.push(way.name);
      client.logger?.info(`${way.name} failed; trying ${ways[0].name}`);
      return ways;
    }
    if (withheld.length > 0 && error instanceof ImapError) {
      throw withNote(error, notTried(withheld));
    }
    if (this.#hasAskedAgain || way.proof !== "token" || !mayHaveExpired(error)) throw error;
    this.#hasAskedAgain = true;
    const secret = await otherToken(this.#scope, this.#credentials, this.#login.secret, error);
    this.#login = { ...this.#login, secret };
    return [way, ...rest];
  }

  #nextWays(way: Way, rest: readonly Way[], error: unknown): NextWays {
    if (this.#refusal === null) {
      // SASLprep (RFC 4013) prohibits characters that other mechanisms can send. Nothing was sent.
      return { ways: error instanceof InvalidArgumentError ? rest : [], withheld: [] };
    }
    const { isVerified, connection } = this.#scope.client;
    return nextWays({ ...this.#refusal, way }, rest, {
      isVerified: connection.secure && isVerified,
      isNamed: this.#options.mechanisms !== undefined,
    });
  }
}
