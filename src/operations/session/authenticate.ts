import type { AnyCredentials, Credentials } from "../../auth/credentials.ts";
import type { AuthenticationMechanism } from "../../auth/ways.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { type CallOptions, runWhole, type Scope } from "../scope.ts";

/** How `authenticate` chooses a mechanism. */
export interface AuthenticateOptions extends CallOptions {
  /**
   * The mechanisms to choose from; the first one that the server offers is used. Default: the
   * strongest, without `CRAM-MD5`.
   */
  readonly mechanisms?: readonly AuthenticationMechanism[];
  /**
   * Another user to act for, with your own password, as administrators may (RFC 4422 section 3.4.1).
   */
  readonly authorizationIdentity?: string;
  /**
   * Whether a password or a token may be sent over a connection that is not encrypted. Default
   * `false`.
   */
  readonly allowPlaintext?: boolean;
}

/** How somebody was logged in. */
export interface Authenticated {
  /** The mechanism that was used. */
  readonly mechanism: AuthenticationMechanism;
  /** The server's text. */
  readonly text: string;
  /** The mechanisms that the server refused before. Usually none. */
  readonly refused: readonly AuthenticationMechanism[];
}

/** Logs in by the strongest mechanism that both sides have. */
export async function authenticateBest(
  scope: Scope,
  credentials: Credentials,
  options: AuthenticateOptions,
): Promise<Authenticated> {
  // As they are now: the caller may wipe the password at once.
  const asked = copyOf(credentials);
  const { mechanisms } = options;
  const how = Array.isArray(mechanisms) ? { ...options, mechanisms: [...mechanisms] } : options;
  // Calls that are made meanwhile wait.
  return await runWhole(scope, async (scope) => {
    const { Authentication } = await authentication();
    return await new Authentication(scope, asked, how).run();
  });
}

function copyOf(credentials: AnyCredentials): AnyCredentials {
  if (typeof credentials !== "object" || credentials === null) return credentials;
  // A class may have them as getters, which are not spread.
  const { user, password, token, tokenProvider, anonymous } = credentials;
  return { ...credentials, user, password, token, tokenProvider, anonymous };
}

const authentication = lazyImport(() => import("./authentication.ts"));
