import { LoginError } from "../model/errors.ts";
import type { Way } from "./ways.ts";

/** How the server refused a way to log in. */
export interface RefusedWay {
  readonly way: Way;
  /** The status of its answer. */
  readonly status: string;
  /** The name of its response code, if it sent one. */
  readonly code: string | null;
  /** How many challenges were answered before: without one, nothing was proved. */
  readonly answered: number;
  /** What a challenge said was wrong; `null` if none did. */
  readonly reason: string | null;
}

/** Whom a secret may be shown to. */
export interface Trust {
  /** Whether the server has proved by a certificate that it is the right one. */
  readonly isVerified: boolean;
  /** Whether the caller has named the mechanisms. */
  readonly isNamed: boolean;
}

/** What comes after a refusal. */
export interface NextWays {
  /** What may be tried; nothing if the credentials are at fault. */
  readonly ways: readonly Way[];
  /** What could be tried if the server could be trusted. */
  readonly withheld: readonly Way[];
}

/**
 * The ways that may be tried after a refusal; none if the credentials are at fault: more failures
 * would only lock the account. The mechanism is at fault, and not the credentials, if the server
 * does not know it after all, says `CANNOT` (RFC 5530), or refuses before it has sent a challenge,
 * as servers do that can't use it for this user: they keep the password in a form that is not made
 * for SCRAM. So it is if the server does not know the kinds of channel binding that there are.
 *
 * Somebody in between could make a strong mechanism fail to get the password by a weak one. So
 * after a failure the password is shown only to a server that has proved itself, unless the caller
 * has named the mechanisms. The same holds for a login without a channel binding after one with it:
 * what is not bound could be passed on to the server, and the session be taken over.
 */
export function nextWays(
  refused: RefusedWay,
  rest: readonly Way[],
  { isVerified, isNamed }: Trust,
): NextWays {
  if (!isOfMechanism(refused)) return { ways: [], withheld: [] };
  const isSafe = ({ reveals, binds }: Way) => {
    if (isVerified || isNamed) return true;
    return (!reveals || refused.way.reveals) && (binds === true || !refused.way.binds);
  };
  const left = rest.filter((way) => !isTried(way, refused));
  return { ways: left.filter(isSafe), withheld: left.filter((way) => !isSafe(way)) };
}

/** Whether a way would fail for the same reason. */
function isTried(way: Way, refused: RefusedWay): boolean {
  if (isUnbound(refused)) return way.binds === true;
  // SCRAM-SHA-256 needs the same secret as SCRAM-SHA-256-PLUS.
  const isOfUser = refused.status === "NO" && refused.code !== "CANNOT";
  return isOfUser && way.name === refused.way.name.replace(/-PLUS$/, "");
}

/** For an error: what was not tried, and why. */
export function notTried(withheld: readonly Way[]): string {
  const names = withheld.map(({ name }) => name).join(" and ");
  return `${names} not tried, since the server has not proved who it is; ` +
    "to try all the same, name the mechanisms in 'mechanisms'";
}

/** Errors of SCRAM about a binding that the server does not know (RFC 5802 section 7). */
const UNBOUND = /^(?:unsupported-channel-binding-type|channel-binding-not-supported)/;

function isUnbound({ way, reason }: RefusedWay): boolean {
  return way.binds === true && UNBOUND.test(reason ?? "");
}

function isOfMechanism(refused: RefusedWay): boolean {
  const { way, status, code, answered } = refused;
  if (code === "CANNOT" || isUnbound(refused)) return true;
  if (answered > 0) return false;
  if (status === "BAD") return true;
  return !way.reveals && (code === null || code === "AUTHENTICATIONFAILED");
}

/** Codes of refusals that another token may solve: few servers say which it is. */
const OF_TOKENS: readonly (string | null)[] = [null, "EXPIRED", "AUTHENTICATIONFAILED"];

/**
 * Whether a new access token may help. Few servers say `EXPIRED` (RFC 5530); most say that the
 * token is not valid (`invalid_token`, RFC 7628 section 3.2.2; status 400 or 401 of XOAUTH2), and
 * some say nothing.
 */
export function mayHaveExpired(error: unknown): error is LoginError {
  if (!(error instanceof LoginError) || error.text === null) return false;
  if (/insufficient_scope|invalid_request/i.test(error.message)) return false;
  return OF_TOKENS.includes(error.code);
}
