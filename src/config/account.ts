import type { SocketTimeout } from "../client/connect.ts";
import type { Modes } from "../commands/session/enable.ts";
import { showAs } from "../util/inspect.ts";
import type { ConfigPlace } from "./config_error.ts";

/**
 * How to reach an account. A missing setting has its default. In files, names are written
 * `ssl_ca_file`, `oauth2_client_id` and so on.
 *
 * An account from a file or the environment hides its secrets when it is printed (`console.log`); a
 * copy of it (`{ ...config }`) does not.
 */
export interface AccountConfig {
  /** The server's name or address; with `stream`, the command line to run. */
  readonly host?: string;
  /** The user name. */
  readonly username?: string;
  /** The password, which may be empty. */
  readonly password?: string;
  /** The TCP port. Default 993, or 143 if `ssl` is `false` or `starttls` is on. */
  readonly port?: number;
  /** TLS from the first byte. Default `true`, unless `starttls` is on, which excludes it. */
  readonly ssl?: boolean;
  /** Whether TLS is started by STARTTLS. Default `false`. */
  readonly starttls?: boolean;
  /** Whether the certificate must be for this host. Default `true`. */
  readonly sslCheckHostname?: boolean;
  /** Whether the certificate must be valid at all. Default `true`. */
  readonly sslVerifyCert?: boolean;
  /** A file of certificates (PEM) to trust in addition to the runtime's own. */
  readonly sslCaFile?: string;
  /**
   * Seconds, like `timeout` of `ImapClient.connect`, with the same defaults; in files, one number.
   */
  readonly timeout?: number | SocketTimeout;
  /**
   * Which extensions to enable, like `enable` of `ImapClient.connect`. In files, their names with
   * commas between, `best` (the default) or `none`.
   */
  readonly enable?: Modes;
  /** Whether `host` is a command that speaks IMAP on its standard streams. Default `false`. */
  readonly stream?: boolean;
  /**
   * Whether to log in by OAuth 2.0, with a token obtained by the refresh token. Default `false`.
   */
  readonly oauth2?: boolean;
  /** The client id that the provider gave the program. */
  readonly oauth2ClientId?: string;
  /** The client secret that goes with it; some programs have none. */
  readonly oauth2ClientSecret?: string;
  /** The refresh token that the user's consent gave. */
  readonly oauth2RefreshToken?: string;
  /** The token endpoint. Default: the one of Google, Microsoft or Yahoo. */
  readonly oauth2TokenUrl?: string;
  /** For the live tests: a regular expression that the connection error must match. */
  readonly expectFailure?: string;
}

/** An account that is being put together. */
export type AccountDraft = { -readonly [Name in keyof AccountConfig]: AccountConfig[Name] };

const SECRETS = ["password", "oauth2ClientSecret", "oauth2RefreshToken"] as const;

/** Where an account stands, for errors that are found later. */
const places = new WeakMap<AccountConfig, ConfigPlace>();

/** Finishes an account: hides its secrets and keeps its place. */
export function finish(draft: AccountDraft, place: ConfigPlace = {}): AccountConfig {
  const account = { ...draft };
  // On the object itself, not on a class: it stays equal to a plain object with the same values.
  showAs({ prototype: account }, redacted);
  Object.defineProperty(account, "toJSON", { enumerable: false, value: () => redacted(account) });
  places.set(account, place);
  return account;
}

/** Where an account was read, if that is known. */
export function placeOf(account: AccountConfig, key?: string): ConfigPlace {
  return { ...places.get(account), key };
}

function redacted(account: AccountConfig): AccountConfig {
  const shown: AccountDraft = { ...account };
  for (const name of SECRETS) if (shown[name] !== undefined) shown[name] = "**REDACTED**";
  return shown;
}
