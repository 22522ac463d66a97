import { CapabilityError, LoginError } from "../model/errors.ts";
import type { Proof } from "./credentials.ts";
import type { Way } from "./ways.ts";

/** What is known of the server and the connection to it. */
export interface ServerSide {
  /** Whether the server has a capability. */
  has(capability: string): boolean;
  /** Its capabilities, in upper case. */
  readonly capabilities: readonly string[];
  /** Whether the connection is encrypted, or does not leave the machine. */
  readonly secure: boolean;
  /** Whether the connection yields a channel binding. */
  readonly canBind: boolean;
}

/**
 * Those ways that both sides have and that don't send a secret as plain text, unless that is
 * allowed. Throws `CapabilityError` or {@linkcode LoginError} if there are none.
 */
export function offeredWays(
  ways: readonly Way[],
  server: ServerSide,
  allowPlaintext: boolean,
): readonly Way[] {
  const offered = ways.filter((way) => isOffered(way, server));
  if (offered.length === 0) throw new CapabilityError(notOffered(ways, server));
  // If nothing else is left, the mechanism says what is missing.
  const unbound = offered.filter(({ binds }) => !binds);
  const possible = server.canBind || unbound.length === 0 ? offered : unbound;
  const safe = possible.filter(({ reveals }) => !reveals || server.secure || allowPlaintext);
  if (safe.length === 0) throw new LoginError(inTheClear(possible, server));
  return safe;
}

function isOffered({ capability }: Way, server: ServerSide): boolean {
  return capability === null ? !server.has("LOGINDISABLED") : server.has(capability);
}

function notOffered(ways: readonly Way[], { capabilities, secure }: ServerSide): string {
  const offered = capabilities.filter((name) => name.startsWith("AUTH="));
  if (!capabilities.includes("LOGINDISABLED")) offered.push("LOGIN");
  const wanted = ways.map(({ name, capability }) => capability ?? name).join(", ");
  const advice = secure ? "" : "; connect with TLS, or call starttls: it may offer more then";
  const said = offered.join(", ") || "no way to log in";
  return `the server does not offer ${wanted} here; it offers ${said}${advice}`;
}

const SECRETS: Readonly<Record<Proof, string>> = {
  password: "the password",
  token: "the access token",
  anonymous: "the trace",
};

function inTheClear([{ name, proof }]: readonly Way[], { capabilities }: ServerSide): string {
  const tls = capabilities.includes("STARTTLS")
    ? "call starttls first, or connect with TLS"
    : "connect with TLS";
  return `${name} would send ${SECRETS[proof]} over a connection that is not encrypted: ${tls}; ` +
    "or pass { allowPlaintext: true }, if nobody can listen";
}
