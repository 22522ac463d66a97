import { InvalidArgumentError } from "../model/errors.ts";
import { upperAscii } from "../model/text.ts";
import { anonymous } from "./anonymous.ts";
import { authLogin } from "./auth_login.ts";
import { cramMd5 } from "./cram_md5.ts";
import type { Proof } from "./credentials.ts";
import { oauthbearer } from "./oauthbearer.ts";
import { plain } from "./plain.ts";
import type { SaslMechanism } from "./sasl.ts";
import {
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512,
  scramSha512Plus,
} from "./scram.ts";
import { xoauth2 } from "./xoauth2.ts";

/**
 * The mechanisms that `authenticate` knows. `LOGIN` is the command of that name, `AUTH=LOGIN` the
 * SASL mechanism, as servers announce it.
 */
export type AuthenticationMechanism =
  | "SCRAM-SHA-512-PLUS"
  | "SCRAM-SHA-256-PLUS"
  | "SCRAM-SHA-1-PLUS"
  | "SCRAM-SHA-512"
  | "SCRAM-SHA-256"
  | "SCRAM-SHA-1"
  | "PLAIN"
  | "LOGIN"
  | "AUTH=LOGIN"
  | "CRAM-MD5"
  | "OAUTHBEARER"
  | "XOAUTH2"
  | "ANONYMOUS";

/** Who logs in. */
export interface Login {
  /** The user's name, or the trace of who is anonymous. */
  readonly user: string;
  /** The password or the token. */
  readonly secret: string;
  /** Another user to act for; empty: none. */
  readonly identity: string;
}

/** A way to log in. */
export interface Way {
  readonly name: AuthenticationMechanism;
  /** The capability that announces it; `null` for the LOGIN command. */
  readonly capability: string | null;
  /** What it takes. */
  readonly proof: Proof;
  /** Whether the server gets the password or the token, so that it must be the right server. */
  readonly reveals: boolean;
  /** Whether it is tied to the connection, which must yield a channel binding. */
  readonly binds?: boolean;
  /** Whether one user can act for another. */
  readonly actsForOthers?: boolean;
  /** Whether it is used only if the caller names it. */
  readonly isLastResort?: boolean;
  /** The mechanism; not for the LOGIN command. */
  mechanism?(login: Login): SaslMechanism;
}

/** All ways, the strongest first. */
export const WAYS: readonly Way[] = [
  scramWay("SCRAM-SHA-512-PLUS", scramSha512Plus),
  scramWay("SCRAM-SHA-256-PLUS", scramSha256Plus),
  scramWay("SCRAM-SHA-1-PLUS", scramSha1Plus),
  scramWay("SCRAM-SHA-512", scramSha512),
  scramWay("SCRAM-SHA-256", scramSha256),
  scramWay("SCRAM-SHA-1", scramSha1),
  {
    name: "PLAIN",
    capability: "AUTH=PLAIN",
    proof: "password",
    reveals: true,
    actsForOthers: true,
    mechanism: ({ user, secret, identity }) => plain(user, secret, identity),
  },
  { name: "LOGIN", capability: null, proof: "password", reveals: true },
  {
    name: "AUTH=LOGIN",
    capability: "AUTH=LOGIN",
    proof: "password",
    reveals: true,
    mechanism: ({ user, secret }) => authLogin(user, secret),
  },
  {
    name: "CRAM-MD5",
    capability: "AUTH=CRAM-MD5",
    proof: "password",
    reveals: false,
    isLastResort: true,
    mechanism: ({ user, secret }) => cramMd5(user, secret),
  },
  {
    name: "OAUTHBEARER",
    capability: "AUTH=OAUTHBEARER",
    proof: "token",
    reveals: true,
    actsForOthers: true,
    mechanism: ({ user, secret, identity }) => oauthbearer(identity || user, secret),
  },
  {
    name: "XOAUTH2",
    capability: "AUTH=XOAUTH2",
    proof: "token",
    reveals: true,
    mechanism: ({ user, secret }) => xoauth2(user, secret),
  },
  {
    name: "ANONYMOUS",
    capability: "AUTH=ANONYMOUS",
    proof: "anonymous",
    reveals: false,
    mechanism: ({ user }) => anonymous(user),
  },
];

function scramWay(name: AuthenticationMechanism, make: typeof scramSha1): Way {
  return {
    name,
    capability: `AUTH=${name}`,
    proof: "password",
    reveals: false,
    binds: name.endsWith("-PLUS"),
    actsForOthers: true,
    mechanism: ({ user, secret, identity }) => make(user, secret, identity),
  };
}

/** What a caller asks for. */
export interface WayRequest {
  /** What the caller has. */
  readonly proof: Proof;
  /** The mechanisms to choose from, in order. */
  readonly mechanisms: readonly string[] | undefined;
  /** Who logs in; the secret of a token provider is not known yet. */
  readonly login: Login;
}

/**
 * The ways that a caller allows, in the order in which they are tried. Throws {@linkcode
 * InvalidArgumentError} for a mechanism that does not exist or can't do what is asked for.
 */
export function allowedWays({ proof, mechanisms, login }: WayRequest): readonly Way[] {
  if (mechanisms !== undefined) return namedWays(mechanisms, proof, login);
  const ways = WAYS.filter((way) => way.proof === proof && !way.isLastResort);
  const fitting = ways.filter((way) => misfit(way, login) === null);
  // RFC 9755 section 5: LOGIN is for ASCII.
  if (isAscii(login.user + login.secret)) return fitting;
  const isLogin = ({ name }: Way) => name === "LOGIN";
  return [...fitting.filter((way) => !isLogin(way)), ...fitting.filter(isLogin)];
}

function namedWays(mechanisms: readonly string[], proof: Proof, login: Login): readonly Way[] {
  if (!Array.isArray(mechanisms) || mechanisms.length === 0) {
    throw new InvalidArgumentError("'mechanisms' must be a list of names, and not empty");
  }
  return [...new Set(mechanisms.map(wayNamed))].map((way) => {
    const problem = way.proof === proof ? misfit(way, login) : `takes no ${proof}`;
    if (problem === null) return way;
    throw new InvalidArgumentError(`${way.name}, which 'mechanisms' names, ${problem}`);
  });
}

function wayNamed(name: unknown): Way {
  const way = WAYS.find((way) => typeof name === "string" && way.name === upperAscii(name));
  if (way !== undefined) return way;
  // Not shown: if the arguments are in the wrong order, it may be the password.
  const known = WAYS.map(({ name }) => name).join(", ");
  throw new InvalidArgumentError(`'mechanisms' has a name that is unknown: use ${known}`);
}

/** Why a way can't do what is asked for. */
function misfit({ name, actsForOthers }: Way, { user, identity }: Login): string | null {
  if (identity !== "" && !actsForOthers) return "has no authorizationIdentity";
  return user === "" && name === "XOAUTH2" ? "needs a 'user'" : null;
}

function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text);
}
