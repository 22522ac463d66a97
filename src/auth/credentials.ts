import { InvalidArgumentError, type LoginError, named } from "../model/errors.ts";
import { checkOptions, FUNCTION, kindOf, type Kinds, OBJECT, STRING } from "../model/options.ts";
import { checkUnicode } from "./checks.ts";

/** Why an access token is asked for. */
export interface TokenReason {
  /** The token that the server did not accept, as it may have expired; `null` at first. */
  readonly refused: string | null;
  /** What the server said about it; `null` at first. */
  readonly error: LoginError | null;
  /** Aborts once nobody waits for the token any more. */
  readonly signal: AbortSignal;
}

/** Returns an OAuth 2.0 access token. */
export type TokenProvider = (why: TokenReason) => string | Promise<string>;

/** A user's name and password. */
export interface PasswordCredentials {
  /** The user's name. */
  readonly user: string;
  /** The password. */
  readonly password: string;
}

/** A user's name and OAuth 2.0 access token. */
export interface TokenCredentials {
  /** The user's name; if it is empty, the token says who it is (OAUTHBEARER alone). */
  readonly user: string;
  /** The access token. */
  readonly token: string;
}

/** A user's name, and a function that returns access tokens. */
export interface TokenProviderCredentials {
  /** The user's name; if it is empty, the token says who it is (OAUTHBEARER alone). */
  readonly user: string;
  /**
   * Returns an access token. It is called once the server turns out to take tokens, and a second
   * time if the server does not accept the first one.
   */
  readonly tokenProvider: TokenProvider;
}

/** Nobody in particular (ANONYMOUS, RFC 4505). */
export interface AnonymousCredentials {
  /** For the administrator: an e-mail address, any text without `@`, or nothing. */
  readonly anonymous: string;
}

/** Who logs in, and by what. */
export type Credentials =
  | PasswordCredentials
  | TokenCredentials
  | TokenProviderCredentials
  | AnonymousCredentials;

/** What proves who logs in. */
export type Proof = "password" | "token" | "anonymous";

/** All that credentials may have. */
export interface AnyCredentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly tokenProvider?: TokenProvider;
  readonly anonymous?: string;
}

const KINDS: Kinds<AnyCredentials> = {
  user: STRING,
  password: STRING,
  token: STRING,
  tokenProvider: FUNCTION,
  anonymous: STRING,
};

const HINTS = {
  pass: "the password is 'password'",
  username: "the user's name is 'user'",
  accessToken: "an access token is 'token'",
};

const PROOFS = ["password", "token", "tokenProvider", "anonymous"] as const;

/** Throws {@linkcode InvalidArgumentError} unless these are credentials. Shows no secret. */
export function proofOf(credentials: AnyCredentials): Proof {
  if (!OBJECT.is(credentials)) {
    throw new InvalidArgumentError(
      `the credentials must be an object such as { user, password }, not ${kindOf(credentials)}`,
    );
  }
  checkOptions(credentials, KINDS, "", HINTS);
  const given = PROOFS.filter((name) => credentials[name] !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? "none is given" : `not ${given.join(" and ")}`;
    throw new InvalidArgumentError(`credentials need one of ${PROOFS.join(", ")}: ${what}`);
  }
  const [name] = given;
  if ((name === "anonymous") !== (credentials.user === undefined)) {
    throw new InvalidArgumentError(
      name === "anonymous" ? "who is anonymous has no 'user'" : `credentials need a 'user'`,
    );
  }
  checkUnicode(credentials.user ?? "", "the user's name");
  if (name === "password" && credentials.user === "") {
    throw new InvalidArgumentError(`'user' can't be empty: ${named(credentials.user)}`);
  }
  return name === "tokenProvider" ? "token" : name;
}
