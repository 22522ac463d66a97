/**
 * Accounts described in configuration files (INI), and clients made from them: connected, secured
 * and logged in, by password or by OAuth 2.0.
 *
 * ```ts
 * import { createClientFromConfig, parseConfigFile } from "@imapclient/imapclient/config";
 *
 * async function folders() {
 *   const file = await parseConfigFile("account.ini");
 *   await using client = await createClientFromConfig(file.default);
 *   return await client.listFolders();
 * }
 * ```
 *
 * @module
 */

export type { AccountConfig } from "./account.ts";
export { ConfigError, type ConfigPlace } from "./config_error.ts";
export { createClientFromConfig, type CreateClientOptions } from "./create_client.ts";
export { getConfigDefaults } from "./defaults.ts";
export { type RefreshGrant, refreshToken, type RefreshTokenOptions } from "./oauth2.ts";
export { type ConfigFile, parseConfig } from "./parse.ts";
export { parseConfigFile } from "./parse_file.ts";
