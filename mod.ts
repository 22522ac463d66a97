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
export type { CallOptions, ClientBase, ResponseListener } from "./src/client/base.ts";
export type { Traffic } from "./src/connection.ts";
export type * from "./src/client/access_calls.ts";
export type * from "./src/client/fetch_calls.ts";
export type * from "./src/client/flag_calls.ts";
export type * from "./src/client/folder_calls.ts";
export type * from "./src/client/idle_calls.ts";
export type * from "./src/client/search_calls.ts";
export type * from "./src/client/session_calls.ts";
export type * from "./src/client/transfer_calls.ts";
export type { SaslMechanism } from "./src/auth/sasl.ts";
export { external } from "./src/auth/external.ts";
export { oauthbearer, type OauthbearerOptions } from "./src/auth/oauthbearer.ts";
export { scramSha1, scramSha256 } from "./src/auth/scram.ts";
export { xoauth2, type Xoauth2Options } from "./src/auth/xoauth2.ts";
export * from "./src/errors.ts";
export * from "./src/model/address.ts";
export * from "./src/model/body_structure.ts";
export * from "./src/model/envelope.ts";
export * from "./src/model/flags.ts";
export * from "./src/model/responses.ts";
export * from "./src/transport.ts";
export * from "./src/version.ts";
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
export type { AclEntry } from "./src/commands/acl.ts";
export type {
  AppendResult,
  MessageAttributes,
  MessageStream,
  MessageToAppend,
  MultiappendResult,
} from "./src/commands/append.ts";
export type { CopyResult } from "./src/commands/copy.ts";
export type { ExpungeResult } from "./src/commands/expunge.ts";
export type { IdFields } from "./src/commands/id.ts";
export type { FolderListing } from "./src/commands/list.ts";
export type { Namespace, NamespacePrefix } from "./src/commands/namespace.ts";
export type { MailboxQuotaRoots, Quota, QuotaLimit } from "./src/commands/quota.ts";
export type { DefaultStatusItem, FolderStatus } from "./src/commands/status.ts";
export type { MessageFlags } from "./src/commands/store.ts";
export type { Thread } from "./src/commands/thread.ts";
export type { NoopResult } from "./src/commands/session.ts";
export type { SearchCriteria, SearchCriterion } from "./src/commands/search_criteria.ts";
export type { SearchQuery, Texts } from "./src/commands/search_query.ts";
export type { SelectResult } from "./src/commands/select.ts";
export type { ConnectOptions, SocketTimeout } from "./src/connect.ts";
export type { Logger } from "./src/log.ts";
export type { CharsetDecoder, MailText, MailTextOptions } from "./src/mime/mail_text.ts";
export type { SessionState } from "./src/session.ts";
export { Cursor } from "./src/wire/cursor.ts";
export type { Limits } from "./src/wire/limits.ts";
export type { CommandPart, LiteralSource } from "./src/wire/page.ts";
export type { DetachedLiteral, Frame } from "./src/wire/reader.ts";
export type { Stretch } from "./src/wire/stretch.ts";
export { decodeUtf7, encodeUtf7 } from "./src/wire/utf7.ts";
export { CommandWriter, type Text, type WriterOptions } from "./src/wire/writer.ts";
