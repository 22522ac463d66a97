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

// The session
export { ImapClient } from "./src/client/imap_client.ts";
export type * from "./src/client/call_options.ts";
export type { ConnectOptions, SocketTimeout } from "./src/client/connect.ts";
export type { ResponseListener } from "./src/client/listeners.ts";
export type { IdFields } from "./src/commands/session/id.ts";
export type { NoopResult } from "./src/commands/session/session.ts";
export type { Modes } from "./src/commands/session/enable.ts";
export type { Quirks, ServerInfo } from "./src/connection/quirks.ts";
export type { SessionState } from "./src/connection/session.ts";
export type { Alert, AlertListener } from "./src/connection/alerts.ts";
export type { Traffic } from "./src/connection/connection.ts";
export type {
  AnonymousCredentials,
  Credentials,
  PasswordCredentials,
  TokenCredentials,
  TokenProvider,
  TokenProviderCredentials,
  TokenReason,
} from "./src/auth/credentials.ts";
export type { AuthenticationMechanism } from "./src/auth/ways.ts";
export type { Authenticated, AuthenticateOptions } from "./src/operations/session/authenticate.ts";
export type { SaslConnection, SaslMechanism } from "./src/auth/sasl.ts";
export { anonymous } from "./src/auth/anonymous.ts";
export { authLogin } from "./src/auth/auth_login.ts";
export { cramMd5 } from "./src/auth/cram_md5.ts";
export { external } from "./src/auth/external.ts";
export { oauthbearer, type OauthbearerOptions } from "./src/auth/oauthbearer.ts";
export {
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512,
  scramSha512Plus,
} from "./src/auth/scram.ts";
export { xoauth2, type Xoauth2Options } from "./src/auth/xoauth2.ts";
export * from "./src/model/transport.ts";
export * from "./src/util/version.ts";
export type { Logger } from "./src/util/log.ts";
export type { Limits } from "./src/wire/limits.ts";

// Folders
export { Folder } from "./src/client/folder.ts";
export { FolderCalls } from "./src/client/folder_calls.ts";
export type { FolderListing } from "./src/commands/folders/list.ts";
export type { Namespace, NamespacePrefix } from "./src/commands/folders/namespace.ts";
export type { Resynced, ResyncRequest } from "./src/commands/folders/resync.ts";
export type { SelectResult } from "./src/commands/folders/select.ts";
export type { DefaultStatusItem, FolderStatus } from "./src/commands/folders/status.ts";
export {
  type FolderName,
  joinFolderName,
  type NameLevels,
  splitFolderName,
} from "./src/model/folder_name.ts";
export { decodeUtf7, encodeUtf7 } from "./src/mime/utf7.ts";

// Access
export type { AclEntry, AssignableRights } from "./src/commands/access/acl.ts";
export type {
  Metadata,
  MetadataDepth,
  MetadataRequest,
  MetadataValues,
} from "./src/commands/access/metadata.ts";
export type { MailboxQuotaRoots, Quota, QuotaLimit } from "./src/commands/access/quota.ts";

// Searches
export type { SearchCriteria, SearchCriterion } from "./src/commands/search/search_criteria.ts";
export type { SearchQuery, Texts } from "./src/commands/search/search_query.ts";
export type { Thread } from "./src/commands/search/thread.ts";
export type { Comparators } from "./src/commands/search/comparator.ts";
export type { BatchRange } from "./src/commands/search/uid_batches.ts";
export type { SearchIds } from "./src/model/search_ids.ts";
export type {
  FolderResult,
  FolderSources,
  PartialRange,
  SearchChange,
  SearchPage,
  SearchResult,
  SearchResults,
  SearchReturn,
} from "./src/model/search_results.ts";
export { type MessageIds, NumberSet } from "./src/model/number_set.ts";
export { SAVED } from "./src/model/saved.ts";

// Messages
export type { AnnotationValues } from "./src/commands/messages/annotate.ts";
export type { Annotations } from "./src/model/annotations.ts";
export type {
  AppendResult,
  MessageAttributes,
  MessageToAppend,
  MultiappendResult,
} from "./src/commands/messages/append.ts";
export type {
  MessageContent,
  MessagePiece,
  MessageStream,
  MessageUrl,
} from "./src/commands/messages/message_content.ts";
export type { CopyResult } from "./src/commands/messages/copy.ts";
export type { ExpungeResult } from "./src/commands/messages/expunge.ts";
export type { ReplaceResult } from "./src/commands/messages/replace.ts";
export type { MessageFlags } from "./src/commands/messages/store.ts";
export type { CharsetDecoder, MailText, MailTextOptions } from "./src/mime/mail_text.ts";
export * from "./src/model/address.ts";
export * from "./src/model/body_structure.ts";
export {
  type CalendarDate,
  datetimeToInternalDate,
  datetimeToNative,
  formatCriteriaDate,
  parseToDatetime,
  ZonedDate,
} from "./src/model/dates.ts";
export * from "./src/model/envelope.ts";
export { fetchProblems } from "./src/model/problems.ts";
export type * from "./src/commands/messages/fetch_types.ts";
export * from "./src/model/flags.ts";
export { type FlagColor, flagColor } from "./src/model/flag_colors.ts";

// Watching
export type { NotifiedFolder, NotifyResult } from "./src/commands/watch/notify.ts";
export type * from "./src/model/folder_news.ts";
export type { FolderNewsType } from "./src/operations/watch/watch_request.ts";
export type { WatchedFolders } from "./src/operations/watch/watched_folders.ts";
export type {
  FolderEvent,
  MessageEvent,
  NotifyEvent,
  NotifyMailboxes,
  NotifySet,
} from "./src/operations/watch/notify_sets.ts";

// Errors, what servers say, and your own commands
export * from "./src/model/errors.ts";
export type { UrlAccess, UrlRequest } from "./src/model/auth_url.ts";
export type { UrlContent } from "./src/commands/messages/url_auth.ts";
export { type ImapUrl, parseImapUrl } from "./src/model/imap_url.ts";
export { type MessageLocation, messageUrl } from "./src/model/message_url.ts";
export * from "./src/model/responses.ts";
export type { ImapValue, LiteralSink } from "./src/model/values.ts";
export type { Text } from "./src/model/text.ts";
export type { Command, Pipelining } from "./src/connection/command.ts";
export type { CommandWriter } from "./src/wire/writer.ts";
export * from "./src/wire/parse.ts";
