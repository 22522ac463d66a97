/**
 * An easy-to-use, complete IMAP client: results are parsed and typed, failure throws, and nobody
 * needs to know the protocol to use it well.
 *
 * ```ts
 * import { ImapClient } from "@imapclient/imapclient";
 *
 * async function unread(host: string, password: string) {
 *   const client = await ImapClient.connect({ host });
 *   await client.login("ann", password);
 *   await client.selectFolder("INBOX", { readonly: true });
 *   const ids = await client.search(["UNSEEN"]);
 *   await client.logout();
 *   return ids;
 * }
 * ```
 *
 * @module
 */

export type { ImapValue, LiteralSink } from "./src/model/values.ts";
export * from "./src/client.ts";
export * from "./src/errors.ts";
export * from "./src/model/address.ts";
export * from "./src/model/body_structure.ts";
export * from "./src/model/envelope.ts";
export * from "./src/model/flags.ts";
export * from "./src/model/responses.ts";
export * from "./src/transport.ts";
export * from "./src/wire/parse.ts";
export {
  type CalendarDate,
  datetimeToInternalDate,
  datetimeToNative,
  formatCriteriaDate,
  parseToDatetime,
  ZonedDate,
} from "./src/model/dates.ts";
export type * from "./src/model/fetch_types.ts";
export { fetchProblems } from "./src/model/fetch_items.ts";
export type { FolderName } from "./src/model/folder_name.ts";
export { type MessageIds, NumberSet } from "./src/model/number_set.ts";
export type { SearchIds } from "./src/model/search_ids.ts";
export type { Command, Pipelining } from "./src/command.ts";
export type { FolderListing } from "./src/commands/list.ts";
export type { NoopResult } from "./src/commands/session.ts";
export type { SearchCriteria, SearchCriterion } from "./src/commands/search_criteria.ts";
export type { SelectResult } from "./src/commands/select.ts";
export type { ConnectOptions, SocketTimeout } from "./src/connect.ts";
export type { Logger } from "./src/log.ts";
export type { SessionState } from "./src/session.ts";
export { Cursor } from "./src/wire/cursor.ts";
export type { Limits } from "./src/wire/limits.ts";
export type { DetachedLiteral, Frame } from "./src/wire/reader.ts";
export { decodeUtf7, encodeUtf7 } from "./src/wire/utf7.ts";
export {
  type CommandPart,
  CommandWriter,
  type Text,
  type WriterOptions,
} from "./src/wire/writer.ts";
