import { ConfigError } from "./config_error.ts";
import { GrantCache, type GrantEntry } from "./grant_cache.ts";
import { requestToken, type TokenRequest } from "./token_request.ts";
import { knownTokenUrl, tokenUrlProblem } from "./token_url.ts";
import { untilAborted } from "../util/until_aborted.ts";

/** The credentials for access tokens. */
export interface RefreshGrant {
  /** The IMAP server, which tells the provider's endpoint; not used with `tokenUrl`. */
  readonly host?: string;
  /** The provider's token endpoint: https, or http on this machine. */
  readonly tokenUrl?: string;
  /** The client id that the provider gave the program. */
  readonly clientId: string;
  /** The client secret that goes with it; some programs have none. */
  readonly clientSecret?: string;
  /** The refresh token that the user's consent gave. */
  readonly refreshToken: string;
}

/** How {@linkcode refreshToken} gets a token. */
export interface RefreshTokenOptions {
  /** A token that the IMAP server rejected, so that it is not returned again. */
  readonly refused?: string;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/** A token that expires within this time may have expired when it arrives, in seconds. */
const MARGIN_SECONDS = 60;

const grants = new GrantCache();

/**
 * Gets an access token for a refresh token (OAuth 2.0, RFC 6749 section 6), from the endpoint of
 * Google, Microsoft or Yahoo for the IMAP host, or from `tokenUrl`.
 *
 * Tokens are kept in memory, and returned again until a minute before they expire. Callers at the
 * same time get the same one.
 *
 * Throws {@linkcode ConfigError} (no endpoint is known, or it can't be trusted with secrets),
 * `LoginError` (the endpoint refuses), `ConnectError`, `TimeoutError` (no answer within 30 seconds)
 * or `ProtocolError` (the answer makes no sense). No error shows a secret.
 *
 * ```ts
 * import { ImapClient } from "@imapclient/imapclient";
 * import { type RefreshGrant, refreshToken } from "@imapclient/imapclient/config";
 *
 * async function open(user: string, grant: RefreshGrant) {
 *   const host = "imap.gmail.com";
 *   const client = await ImapClient.connect({ host });
 *   await client.oauth2Login(user, await refreshToken({ ...grant, host }));
 *   return client;
 * }
 * ```
 */
export async function refreshToken(
  grant: RefreshGrant,
  { refused, signal }: RefreshTokenOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const url = tokenUrlOf(grant);
  const { clientId, clientSecret } = grant;
  const entry = entryOf(url, grant);
  const { accessToken, until } = entry;
  if (accessToken !== null && accessToken !== refused && Date.now() < until) return accessToken;
  // Not aborted by the signal: others may wait for it, and a refresh token may work only once.
  entry.pending ??= renew(entry, { url, clientId, clientSecret, refreshToken: entry.refreshToken });
  return await untilAborted(signal, entry.pending);
}

function tokenUrlOf({ host = "", tokenUrl }: RefreshGrant): string {
  const key = "oauth2_token_url";
  const url = tokenUrl ?? knownTokenUrl(host);
  if (url === null) {
    throw new ConfigError(`don't know where to refresh OAUTH2 token for ${host}`, { key });
  }
  const problem = tokenUrlProblem(url);
  if (problem !== null) throw new ConfigError(problem, { key });
  return url;
}

function entryOf(url: string, { clientId, refreshToken }: RefreshGrant): GrantEntry {
  return grants.take(JSON.stringify([url, clientId, refreshToken]), refreshToken, Date.now());
}

async function renew(entry: GrantEntry, request: TokenRequest): Promise<string> {
  try {
    const { accessToken, seconds, refreshToken } = await requestToken(request);
    entry.accessToken = accessToken;
    entry.until = Date.now() + (seconds - MARGIN_SECONDS) * 1000;
    if (refreshToken !== undefined) {
      entry.replaced = true;
      entry.refreshToken = refreshToken;
    }
    return accessToken;
  } finally {
    entry.pending = null;
  }
}
