import { readFile } from "node:fs/promises";
import { ImapClient } from "../client/imap_client.ts";
import type { ConnectOptions } from "../client/connect.ts";
import { mayHaveExpired } from "../auth/fallback.ts";
import type { Authenticated } from "../operations/session/authenticate.ts";
import type { Logger } from "../util/log.ts";
import type { TlsOptions } from "../model/transport.ts";
import { type AccountConfig, placeOf } from "./account.ts";
import { ConfigError } from "./config_error.ts";
import { keyFor, type OptionName } from "./keys.ts";
import { refreshToken } from "./oauth2.ts";
import { readProblem } from "./parse_file.ts";
import { knownTokenUrl } from "./token_url.ts";
import { untilAborted } from "../util/until_aborted.ts";

/** How to make a client from an account. */
export interface CreateClientOptions {
  /** Whether to log in. Default `true`. */
  readonly login?: boolean;
  /** Called for the password if the account has none, before connecting. */
  readonly password?: () => Promise<string>;
  /**
   * Returns an access token (OAuth 2.0), which has precedence over password and refresh token. It
   * is called again if the server rejects the first token, which may have expired.
   */
  readonly token?: () => Promise<string>;
  /** Aborts. */
  readonly signal?: AbortSignal;
  /** Where to log what happens, such as `console`. Secrets are left out. */
  readonly logger?: Logger;
}

/** Makes the connection. */
type Connect = (options: ConnectOptions) => Promise<ImapClient>;

/**
 * Connects to an account, by default over TLS, and logs in with the password, or with an OAuth 2.0
 * token by XOAUTH2, or by OAUTHBEARER if the server has only that. A token that the server rejects
 * is replaced once, and the new one is tried over a new connection. With `stream` there is no
 * login: the command has done that.
 *
 * Throws {@linkcode ConfigError} if something is missing, and whatever `ImapClient.connect`, its
 * logins and {@linkcode refreshToken} throw. The connection is closed then.
 *
 * ```ts
 * import { type AccountConfig, createClientFromConfig } from "@imapclient/imapclient/config";
 *
 * async function count(account: AccountConfig) {
 *   await using client = await createClientFromConfig(account);
 *   return (await client.selectFolder("INBOX", { readonly: true })).EXISTS;
 * }
 * ```
 */
export async function createClientFromConfig(
  config: AccountConfig,
  options: CreateClientOptions = {},
): Promise<ImapClient> {
  return await createClientBy((it) => ImapClient.connect(it), config, options);
}

/** The same, with another way to connect. */
export async function createClientBy(
  connect: Connect,
  config: AccountConfig,
  options: CreateClientOptions,
): Promise<ImapClient> {
  const { login = true, signal, logger } = options;
  signal?.throwIfAborted();
  const reach = { ...await connectOptions(config), signal, logger };
  const open = () => connect(reach);
  if (!login || config.stream) return await open();
  if (options.token !== undefined || config.oauth2) {
    return await withToken(open, config, options);
  }
  const username = required(config, "username");
  // Before connecting, as no server waits as long as a person may take.
  const password = config.password ??
    await untilAborted(signal, options.password?.() ?? missing(config, "password"));
  return await loggedIn(open, (client) => client.login(username, password, { signal }));
}

async function connectOptions(config: AccountConfig): Promise<ConnectOptions> {
  const host = required(config, "host");
  const { port, ssl, starttls, timeout, enable } = config;
  const options = { port, ssl, starttls, timeout, enable };
  if (config.stream) return { ...options, stream: host };
  const secure = ssl !== false || starttls;
  return { ...options, host, tls: secure ? await tlsOptions(config) : undefined };
}

async function tlsOptions(config: AccountConfig): Promise<TlsOptions> {
  return {
    ca: await readAuthorities(config),
    checkHostname: config.sslCheckHostname,
    dangerouslyDisableVerification: config.sslVerifyCert === false,
  };
}

async function readAuthorities(config: AccountConfig): Promise<string | undefined> {
  const path = config.sslCaFile;
  if (path === undefined || config.sslVerifyCert === false) return undefined;
  const fail = (problem: string, cause?: unknown) =>
    new ConfigError(`${path}: ${problem}`, placeOf(config, keyFor("sslCaFile")), cause);
  const text = await readFile(path, "utf8").catch((cause) => {
    throw fail(readProblem(cause), cause);
  });
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw fail("there is no certificate in it");
  return text;
}

function required<Name extends "host" | "username" | "oauth2ClientId" | "oauth2RefreshToken">(
  config: AccountConfig,
  name: Name,
): string {
  return config[name] ?? missing(config, name);
}

function missing(config: AccountConfig, name: OptionName): never {
  throw new ConfigError("missing", placeOf(config, keyFor(name)));
}

/** Logs in on a new client, and closes it if that fails. */
async function loggedIn(
  open: () => Promise<ImapClient>,
  logIn: (client: ImapClient) => Promise<unknown>,
): Promise<ImapClient> {
  const client = await open();
  try {
    // After a PREAUTH greeting, the session is logged in already.
    if (client.state === "not authenticated") await logIn(client);
    return client;
  } catch (error) {
    client.shutdown();
    throw error;
  }
}

async function withToken(
  open: () => Promise<ImapClient>,
  config: AccountConfig,
  options: CreateClientOptions,
): Promise<ImapClient> {
  const { signal } = options;
  const username = required(config, "username");
  const ask = tokenSource(config, options);
  const openWith = (token: string) => loggedIn(open, (it) => logInBy(it, username, token, signal));
  const token = await untilAborted(signal, ask());
  try {
    return await openWith(token);
  } catch (error) {
    if (!mayHaveExpired(error)) throw error;
    const other = await untilAborted(signal, ask(token));
    if (other === token) throw error;
    // Over a new connection, as some servers hang up after a refusal.
    return await openWith(other);
  }
}

/** Returns a token; not the one that was refused. */
function tokenSource(
  config: AccountConfig,
  { token, signal }: CreateClientOptions,
): (refused?: string) => Promise<string> {
  if (token !== undefined) return () => token();
  const host = required(config, "host");
  const tokenUrl = config.oauth2TokenUrl;
  if (tokenUrl === undefined && knownTokenUrl(host) === null) {
    const place = placeOf(config, keyFor("oauth2TokenUrl"));
    throw new ConfigError(`don't know where to refresh OAUTH2 token for ${host}`, place);
  }
  const grant = {
    ...{ host, tokenUrl, clientSecret: config.oauth2ClientSecret },
    clientId: required(config, "oauth2ClientId"),
    refreshToken: required(config, "oauth2RefreshToken"),
  };
  return (refused) => refreshToken(grant, { refused, signal });
}

async function logInBy(
  client: ImapClient,
  user: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<Authenticated> {
  const mechanisms = ["XOAUTH2", "OAUTHBEARER"] as const;
  // Who has set `ssl` to false has asked for it.
  return await client.authenticate({ user, token }, { mechanisms, allowPlaintext: true, signal });
}
