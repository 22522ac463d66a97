import process from "node:process";
import { type AccountConfig, type AccountDraft, finish } from "./account.ts";

/** The settings that may come from the environment. */
const VARIABLES = [
  ["username", "imapclient_username"],
  ["password", "imapclient_password"],
  ["oauth2ClientId", "imapclient_oauth2_client_id"],
  ["oauth2ClientSecret", "imapclient_oauth2_client_secret"],
  ["oauth2RefreshToken", "imapclient_oauth2_refresh_token"],
] as const;

/**
 * Settings of the account from the environment: `imapclient_username`, `imapclient_password`,
 * `imapclient_oauth2_client_id`, `imapclient_oauth2_client_secret` and
 * `imapclient_oauth2_refresh_token`, each if it is set and not empty. They are the
 * defaults of files.
 *
 * `env` replaces the environment of the process, for which Deno needs `--allow-env`.
 *
 * ```ts
 * import { createClientFromConfig, getConfigDefaults } from "@imapclient/imapclient/config";
 *
 * async function connect(host: string) {
 *   return await createClientFromConfig({ ...getConfigDefaults(), host });
 * }
 * ```
 */
export function getConfigDefaults(
  env: Readonly<Record<string, string | undefined>> = process.env,
): AccountConfig {
  const draft: AccountDraft = {};
  for (const [name, variable] of VARIABLES) {
    const value = env[variable];
    if (value) draft[name] = value;
  }
  return finish(draft);
}
