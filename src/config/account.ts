import type { SocketTimeout } from "../client/connect.ts";
import { showAs } from "../util/inspect.ts";
import type { ConfigPlace } from "./config_error.ts";

/**
 * How to reach an account. What is not said is absent, and has its default. In files the names are
 * written `ssl_ca_file`, `oauth2_client_id` and so on.
 *
 * What comes from a file or the environment does not show its secrets when it is printed
 * (`console.log`); a copy of it (`{ ...config }`) does.
 */
export interface AccountConfig {
  /** The server's name or address; with `stream`, the command line to run. */
  readonly host?: string;
  /** Who logs in. */
  readonly username?: string;
  /** With what; may be empty. */
  readonly password?: string;
  /** The TCP port. Default 993, or 143 where `ssl` is `false` or `starttls` is on. */
  readonly port?: number;
  /** TLS from the first byte. Default `true`, but for `starttls`, with which it can't go. */
  readonly ssl?: boolean;
  /** Whether TLS is started by STARTTLS. Default `false`. */
  readonly starttls?: boolean;
  /** Whether the certificate must be made out to the host. Default `true`. */
  readonly sslCheckHostname?: boolean;
  /** Whether the certificate must be valid at all. Default `true`. */
  readonly sslVerifyCert?: boolean;
  /** A file of certificates (PEM) that are trusted besides the runtime's own. */
  readonly sslCaFile?: string;
  /** Seconds, as `timeout` of `ImapClient.connect`; in files, one number. Default as there. */
  readonly timeout?: number | SocketTimeout;
  /** Whether `host` is a command that speaks IMAP on its standard streams. Default `false`. */
  readonly stream?: boolean;
  /** Whether to log in by OAuth 2.0, with a token got for the refresh token. Default `false`. */
  readonly oauth2?: boolean;
  /** The client id that the provider gave the program. */
  readonly oauth2ClientId?: string;
  /** The client secret that goes with it; some programs have none. */
  readonly oauth2ClientSecret?: string;
  /** The refresh token that the user's consent gave. */
  readonly oauth2RefreshToken?: string;
  /** Where to get tokens; by default the known place of Google, Microsoft or Yahoo. */
  readonly oauth2TokenUrl?: string;
  /** For the live tests: a regular expression that the failure to connect must match. */
  readonly expectFailure?: string;
}

/** An account that is being put together. */
export type AccountDraft = { -readonly [Name in keyof AccountConfig]: AccountConfig[Name] };

const SECRETS = ["password", "oauth2ClientSecret", "oauth2RefreshToken"] as const;

/** What errors about an account found later on are to name. */
const places = new WeakMap<AccountConfig, ConfigPlace>();

/** Finishes an account: its secrets are not printed, and where it stands is kept. */
export function finish(draft: AccountDraft, place: ConfigPlace = {}): AccountConfig {
  const account = { ...draft };
  // On the object itself and not a class of it: it stays equal to a plain one with the same values.
  showAs({ prototype: account }, redacted);
  Object.defineProperty(account, "toJSON", { enumerable: false, value: () => redacted(account) });
  places.set(account, place);
  return account;
}

/** Where an account was read, as far as is known. */
export function placeOf(account: AccountConfig, key?: string): ConfigPlace {
  return { ...places.get(account), key };
}

function redacted(account: AccountConfig): AccountConfig {
  const shown: AccountDraft = { ...account };
  for (const name of SECRETS) if (shown[name] !== undefined) shown[name] = "**REDACTED**";
  return shown;
}
