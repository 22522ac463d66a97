import type { FolderNewsType } from "../operations/watch/watch_request.ts";
import type { WatchedFolders } from "../operations/watch/watched_folders.ts";
import type { Resynced, ResyncRequest } from "../commands/folders/resync.ts";
import type { SelectResult } from "../commands/folders/select.ts";
import type { MetadataRequest } from "../commands/access/metadata.ts";
import type { MessageAttributes } from "../commands/messages/append.ts";
import type { MessageFlags } from "../commands/messages/store.ts";
import type { FetchedMessage, StreamedMessage } from "../commands/messages/fetch_types.ts";
import type { NumberSet } from "../model/number_set.ts";
import type { SearchIds } from "../model/search_ids.ts";
import type {
  PartialRange,
  SearchPage,
  SearchResult,
  SearchReturn,
} from "../model/search_results.ts";
import type { Text } from "../model/text.ts";
import type { CallOptions } from "../operations/scope.ts";

export type { CallOptions };
export type {
  Created,
  CreatedFolder,
  CreateFolderOptions,
} from "../operations/folders/create_folder.ts";
export type { FolderNode, FolderTreeOptions } from "../operations/folders/folder_tree.ts";
export type {
  ItemOf,
  ListedFolder,
  ListFoldersOptions,
  ListSelection,
  WithMetadata,
  WithRights,
  WithSpecialUse,
  WithStatus,
} from "../operations/folders/list_options.ts";

/** How to log in with an OAuth 2.0 token. */
export interface Oauth2Options extends CallOptions {
  /** The mechanism's name. Default `XOAUTH2`. */
  readonly mech?: string;
  /** What Yahoo asks for besides the token. */
  readonly vendor?: string;
}

/** The answer to one challenge of a SASL mechanism; text is sent in UTF-8. */
export type SaslResponder = (challenge: Uint8Array) => Text | Promise<Text>;

/** How a folder is selected. */
export interface SelectOptions<
  Resync extends ResyncRequest | undefined = ResyncRequest | undefined,
> extends CallOptions {
  /** Changes nothing in the folder, not even `\Seen` flags. Default `false`. */
  readonly readonly?: boolean;
  /**
   * Has the server tell mod-sequences, from now on and in all responses (CONDSTORE, RFC 7162
   * section 3.1.8). Throws `CapabilityError` if the server has no CONDSTORE. Default `false`.
   */
  readonly condstore?: boolean;
  /**
   * What is known of the folder from the last time: the result then has what has changed since, as
   * `vanished` and `changed` (QRESYNC, RFC 7162 section 3.2.5). QRESYNC is enabled first, if it is
   * not: from then on, the server reports removed messages as `VANISHED` and no more as `EXPUNGE`.
   * Throws `CapabilityError`, and selects nothing, if the server has no QRESYNC or does not enable
   * it.
   */
  readonly resync?: Resync;
}

/** What the server says of a selected folder; with `resync`, also what has changed in it. */
export type Selected<Resync extends ResyncRequest | undefined> =
  & SelectResult
  & ([Resync] extends [ResyncRequest] ? Resynced : unknown);

/** How a folder is opened and held. */
export interface OpenFolderOptions extends SelectOptions {
  /**
   * Seconds to wait while another folder is held, or this one in the other mode; `null` is no
   * limit. Default 60.
   */
  readonly timeout?: number | null;
}

/** Which annotations to read. */
export interface MetadataOptions extends CallOptions, MetadataRequest {}

/** How to search, and what to return. */
export interface SearchOptions<
  Returned extends SearchReturn = never,
  Page extends PartialRange | undefined = undefined,
> extends CallOptions {
  /**
   * The charset of the text in the criteria. By default, no charset is named for ASCII text, and
   * `UTF-8` for other text; if the server refuses that, one that it offers is tried.
   */
  readonly charset?: string | null;
  /**
   * What to return instead of all ids: the lowest (`MIN`), the highest (`MAX`), their number
   * (`COUNT`), all of them as a `NumberSet` (`ALL`), and how well each matches (`RELEVANCY`).
   */
  readonly return?: readonly Returned[];
  /**
   * Returns a part of the ids, as `ids` of the result: `[1, 500]` are the first 500, `[-1, -500]`
   * the last 500, still in ascending order. What `return` asks for is still about all matches.
   * Default: all ids.
   */
  readonly partial?: Page;
  /**
   * Saves the ids of all messages that match, so that `SAVED` stands for them in later calls.
   * Default `false`.
   */
  readonly save?: boolean;
}

/** What a search returns: the ids of all messages that match, or what its options ask for. */
export type Searched<
  Returned extends SearchReturn,
  Page extends PartialRange | undefined,
> = [Returned] extends [never] ? Page extends PartialRange ? SearchPage : SearchIds
  : SearchResult<Returned> & (Page extends PartialRange ? SearchPage : unknown);

/** How to sort, thread, or search as Gmail does. */
export interface CharsetOptions extends CallOptions {
  /** The charset of the text in the criteria. Default `UTF-8`. */
  readonly charset?: string;
}

/** How to search several folders, and what to return of each. */
export interface SearchFoldersOptions<
  Returned extends SearchReturn = never,
  Page extends PartialRange | undefined = undefined,
> extends Omit<SearchOptions<Returned, Page>, "save"> {
  /**
   * On a server without MULTISEARCH, selects and searches one folder after the other. Default
   * `false`: `CapabilityError`.
   */
  readonly fallback?: boolean;
}

/** How to sort, and what to return. */
export interface SortOptions<
  Returned extends SearchReturn = never,
  Page extends PartialRange | undefined = undefined,
> extends CharsetOptions {
  /**
   * What to return instead of all ids, as `search` does; `MIN` and `MAX` are the first and the last
   * in the order.
   */
  readonly return?: readonly Returned[];
  /** Returns a part of the ids in their order, as `ids` of the result. Default: all of them. */
  readonly partial?: Page;
  /**
   * On a server without SORT, searches, fetches what the order depends on of all messages found,
   * and sorts them here. Default `false`: `CapabilityError`.
   */
  readonly fallback?: boolean;
}

/** What `sort` returns: the ids in order, or what its options ask for. */
export type Sorted<
  Returned extends SearchReturn,
  Page extends PartialRange | undefined,
> = [Returned] extends [never] ? Page extends PartialRange ? SearchPage : number[]
  : SearchResult<Returned> & (Page extends PartialRange ? SearchPage : unknown);

/** How to thread. */
export interface ThreadOptions extends CharsetOptions {
  /**
   * On a server without the algorithm, searches, fetches headers of all messages found, and threads
   * them here, by `REFERENCES` or `ORDEREDSUBJECT`. Default `false`: `CapabilityError`.
   */
  readonly fallback?: boolean;
}

/** A mod-sequence (RFC 7162), or none. */
export type Modseq = number | bigint | undefined;

/** How both ways to fetch fetch. */
export interface FetchModifiers<Since extends Modseq = Modseq> extends CallOptions {
  /** Modifiers of extensions, as they are sent: there are options for those that are known. */
  readonly modifiers?: Text | Iterable<Text>;
  /**
   * Fetches a part of the messages: `[1, 100]` are the first hundred of those that exist, `[-1,
   * -100]` the last. Default: all of them.
   */
  readonly partial?: PartialRange;
  /**
   * Fetches only messages that have changed after this mod-sequence, each with its `MODSEQ`
   * (CONDSTORE, RFC 7162 section 3.1.4.1). Throws `CapabilityError`, and sends nothing, if the
   * server has no CONDSTORE, or keeps no mod-sequences for the folder.
   */
  readonly changedSince?: Since;
}

/** How to fetch. */
export interface FetchOptions<Since extends Modseq = Modseq, Vanished extends boolean = boolean>
  extends FetchModifiers<Since> {
  /**
   * With `changedSince`, also returns which of the messages were removed since, as `vanished`
   * (QRESYNC, RFC 7162 section 3.2.6). Needs `useUid`. QRESYNC is enabled first, if it is not: from
   * then on, the server reports removed messages as `VANISHED` and no more as `EXPUNGE`. Throws
   * `CapabilityError` if the server has no QRESYNC. Default `false`.
   */
  readonly vanished?: Vanished;
}

/** The items of a fetch: `changedSince` adds `MODSEQ`. */
export type ItemsSince<Item extends string, Since extends Modseq> = [Since] extends
  [number | bigint] ? Item | "MODSEQ"
  : Item;

/** The messages of `fetch` by their ids, and which were removed if that was asked for. */
export type FetchedMessages<Item extends string, Since extends Modseq, Vanished extends boolean> =
  & Map<number, FetchedMessage<ItemsSince<Item, Since>>>
  & (Vanished extends true ? FetchedVanished : unknown);

/** Which messages were removed. */
export interface FetchedVanished {
  /**
   * The UIDs of messages that were asked for and were removed since, among them perhaps some that
   * were never known. Like `modseq` of a search, it is not copied with the messages.
   */
  readonly vanished: NumberSet;
}

/** How `fetchEach` fetches. */
export interface FetchEachOptions<Stream extends boolean = boolean, Since extends Modseq = Modseq>
  extends FetchModifiers<Since> {
  /** Returns `BODY[...]`, `BINARY[...]` and `RFC822` items as streams. Default `false`. */
  readonly stream?: Stream;
}

/** A message of `fetchEach`: with its UID, and with streams if they were requested. */
export type EachMessage<
  Item extends string,
  Stream extends boolean,
  Since extends Modseq = undefined,
> =
  & { readonly UID: number }
  & (Stream extends true ? StreamedMessage<ItemsSince<Item, Since>>
    : FetchedMessage<ItemsSince<Item, Since>>);

/** How the colour of flags is changed. */
export interface FlagColorOptions<Silent extends boolean = boolean> extends CallOptions {
  /** Does not ask the server for the resulting flags; the result is `null`. Default `false`. */
  readonly silent?: Silent;
}

/** How flags or labels are changed. */
export interface StoreOptions<Silent extends boolean = boolean> extends FlagColorOptions<Silent> {
  /**
   * Changes only messages that nobody has changed after this mod-sequence (CONDSTORE, RFC 7162
   * section 3.1.3); 0 sets only flags that were never set or removed. Throws `ConditionFailedError`
   * if there are others: it names them, and they are as they were, while the rest is changed.
   * Throws `CapabilityError`, and sends nothing, if the server has no CONDSTORE, or keeps no
   * mod-sequences for the folder.
   */
  readonly unchangedSince?: number | bigint;
}

/** The result of a change of flags or labels: those of the messages then; `null` if silent. */
export type Stored<Silent extends boolean> = Silent extends true ? null : MessageFlags;

/** How the content of URLs is fetched. */
export interface FetchUrlsOptions extends CallOptions {
  /** Whether to decode it (RFC 5524). Default `false`. */
  readonly binary?: boolean;
  /** Whether to return the structure too (RFC 5524). Default `false`. */
  readonly structure?: boolean;
}

/** What is stored with a message. */
export interface AppendOptions extends CallOptions, MessageAttributes {}

/** How long to wait for updates. */
export interface IdleCheckOptions extends CallOptions {
  /** Seconds, which may be fractions. Default: no limit. */
  readonly timeout?: number | null;
}

/** How to watch the server. */
export interface WatchOptions extends CallOptions {
  /** Seconds after which IDLE is renewed, before the server logs out. Default 540: 9 minutes. */
  readonly renewEvery?: number;
  /** Seconds between two NOOPs on a server without IDLE. Default 60. */
  readonly pollEvery?: number;
}

/** Which folders to watch, and how. */
export interface WatchFoldersOptions extends WatchOptions {
  /**
   * The folders: the user's own (`"personal"`, the default), those that mail is delivered to
   * (`"inboxes"`; the user's own if the server can't tell them), those that the user is subscribed
   * to (`"subscribed"`), a list of names, or `{ subtree }`: these names and all below them.
   */
  readonly folders?: WatchedFolders;
  /**
   * What to tell: `new`, `expunged`, `created`, `renamed` and `deleted` by default; `flags` and
   * `subscribed` if named. `status` has the state of every folder told at the beginning. That UIDs
   * were assigned again (`status`) and `overflow` are told in any case.
   */
  readonly events?: readonly FolderNewsType[];
  /**
   * Seconds between two rounds of STATUS on a server without NOTIFY, and between two NOOPs on one
   * without IDLE. Default 60.
   */
  readonly pollEvery?: number;
  /** Seconds between two LISTs, for folders that come and go without NOTIFY. Default 600. */
  readonly listEvery?: number;
}

/** What NOTIFY is to send at once. */
export interface NotifyOptions extends CallOptions {
  /** Whether to return the state of every folder that is watched. */
  readonly status?: boolean;
}

/** How to watch the result of a search. */
export interface WatchSearchOptions extends WatchOptions, CharsetOptions {
  /** Keeps the result in this order: the keys of `sort`. Default: the order of the folder. */
  readonly sort?: Text | Iterable<Text>;
}
