import type { AnnotationValues } from "../commands/messages/annotate.ts";
import type { MessageContent } from "../commands/messages/message_content.ts";
import type { CopyResult } from "../commands/messages/copy.ts";
import type { ExpungeResult } from "../commands/messages/expunge.ts";
import type { ReplaceResult } from "../commands/messages/replace.ts";
import type { MessageFlags } from "../commands/messages/store.ts";
import type { SearchCriteria } from "../commands/search/search_criteria.ts";
import type { SearchQuery } from "../commands/search/search_query.ts";
import type { Thread } from "../commands/search/thread.ts";
import type { BatchRange } from "../commands/search/uid_batches.ts";
import type { NoopResult } from "../commands/session/session.ts";
import type { Command } from "../connection/command.ts";
import type { FlagColor } from "../model/flag_colors.ts";
import { DELETED } from "../model/flags.ts";
import type { MessageIds, NumberSet } from "../model/number_set.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { SearchIds } from "../model/search_ids.ts";
import type { PartialRange, SearchChange, SearchReturn } from "../model/search_results.ts";
import type { Text } from "../model/text.ts";
import { annotateMessages } from "../operations/messages/annotate_messages.ts";
import { expungeAll, expungeMessages } from "../operations/messages/expunge_messages.ts";
import {
  changeFlags,
  fetchEachMessage,
  fetchEachOfPart,
  fetchMessages,
  fetchPart,
  type FlagChange,
  getFlags,
} from "../operations/messages/fetch_messages.ts";
import { copyMessages, moveMessages } from "../operations/messages/move_messages.ts";
import { replaceMessage } from "../operations/messages/replace_message.ts";
import { setFlagColor } from "../operations/messages/set_flag_color.ts";
import { type MakeScope, runOwn, type Scope } from "../operations/scope.ts";
import { searchGmail } from "../operations/search/search_messages.ts";
import {
  divideUids,
  searchAsAsked,
  sortAsAsked,
  threadAsAsked,
} from "../operations/search/search_request.ts";
import { beginIdle, idleCheck, idleDone, watch } from "../operations/watch/watch.ts";
import { watchSearchLazily } from "../operations/search/search_request.ts";
import type {
  AppendOptions,
  CallOptions,
  CharsetOptions,
  EachMessage,
  FetchEachOptions,
  FetchedMessages,
  FetchOptions,
  FlagColorOptions,
  IdleCheckOptions,
  Modseq,
  Searched,
  SearchOptions,
  Sorted,
  SortOptions,
  Stored,
  StoreOptions,
  ThreadOptions,
  WatchOptions,
  WatchSearchOptions,
} from "./call_options.ts";
import {
  APPEND,
  CHARSET,
  FETCH,
  FETCH_EACH,
  FLAG_COLOR,
  IDLE_CHECK,
  SEARCH,
  SORT,
  STORE,
  THREAD,
  WATCH,
  WATCH_SEARCH,
} from "./check_options.ts";

/**
 * What can be done in a selected folder. {@linkcode ImapClient} does it in the folder that
 * `selectFolder` selected last, {@linkcode Folder} in the folder that it holds.
 */
export class FolderCalls {
  readonly #scope: MakeScope;

  /** @internal */
  constructor(scope: MakeScope) {
    this.#scope = scope;
  }

  /**
   * Searches the selected folder (SEARCH, RFC 9051 section 6.4.4) and returns the ids of the
   * messages that match. Criteria are a list of keys and values, one item each; the library quotes
   * and encodes them. A list within the list acts as parentheses. A single string is sent as it
   * is. As an object, criteria have names that the editor completes.
   *
   * A `Date` means its calendar date in local time; `"2026-01-31"` and `{ year, month, day }` name
   * a date independent of time zones.
   *
   * Throws {@linkcode InvalidCriteriaError} if the criteria make no sense to the library or to the
   * server, or begin with `RETURN (...)` or `CHARSET`, and `CapabilityError` if a key of a list or
   * an object, such as `older`, belongs to an extension that the server lacks.
   *
   * With `return` (ESEARCH, RFC 4731), the result has what is named there: `min`, `max`, `count`,
   * `all`. With `partial` (PARTIAL, RFC 9394), it has a part of the ids and the range. If the
   * server can't do this, or does it wrong, it is asked for all ids, and the result is made of
   * these. `RELEVANCY` throws `CapabilityError` if the server has no SEARCH=FUZZY (RFC 6203).
   *
   * With `save`, {@linkcode SAVED} stands for the messages found, wherever message ids do
   * (SEARCHRES, RFC 5182); if the server can't save them, the client keeps their ids.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function find(client: ImapClient) {
   *   await client.search(["UNSEEN", "FROM", "Bob", "SINCE", new Date("2026-01-01")]);
   *   await client.search(["NOT", ["SUBJECT", "Grüße", "LARGER", 1000]]);
   *   await client.search('TEXT "foo bar" FLAGGED');
   *   await client.search({ seen: false, or: [{ from: "Bob" }, { larger: 1_000_000 }] });
   *   const { count, max } = await client.search("UNSEEN", { return: ["COUNT", "MAX"] });
   *   const { ids } = await client.search("ALL", { partial: [-1, -50] });
   *   console.log(`${count} unread, the last is ${max}; the last fifty: ${ids}`);
   * }
   * ```
   */
  async search<
    const Returned extends SearchReturn = never,
    const Page extends PartialRange | undefined = undefined,
  >(
    query: SearchCriteria | SearchQuery = "ALL",
    options: SearchOptions<Returned, Page> = {},
  ): Promise<Searched<Returned, Page>> {
    const found = await searchAsAsked(this.#scope(options, SEARCH), query, options);
    return found as Searched<Returned, Page>;
  }

  /**
   * Returns how many messages match: `search` with `return: ["COUNT"]`, on a server without
   * ESEARCH (RFC 4731) too.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function unread(client: ImapClient) {
   *   return await client.count({ seen: false });
   * }
   * ```
   */
  async count(
    query: SearchCriteria | SearchQuery = "ALL",
    options: SearchOptions = {},
  ): Promise<number> {
    return (await this.search(query, { ...options, return: ["COUNT"] })).count;
  }

  /**
   * Divides the messages of the selected folder into batches of at most `size`, the newest first,
   * and returns the UIDs of each as a range (UIDBATCHES, RFC 10022), whether or not `useUid` is on.
   * Not every UID in a range need exist. With a range, only these batches are returned: `[1, 3]`
   * are the three newest. An empty folder, or a range beyond the last batch, gives none.
   *
   * If the server lacks UIDBATCHES or refuses the request, as many do with a `size` below 500, all
   * UIDs are searched for (UID SEARCH) and divided here. Keep the batches while the folder is
   * selected: the server may refuse to make them again. New messages come after the first batch.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function* subjects(client: ImapClient) {
   *   for (const uids of await client.uidBatches(1000)) {
   *     yield* (await client.fetch(uids, ["ENVELOPE"])).values();
   *   }
   * }
   * ```
   */
  async uidBatches(
    size: number,
    range?: BatchRange,
    options: CallOptions = {},
  ): Promise<readonly NumberSet[]> {
    return await divideUids(this.#scope(options), size, range);
  }

  /**
   * Searches as Gmail's search box does (`X-GM-RAW`) and returns the ids of the messages that
   * match. Throws `CapabilityError` if the server is not Gmail (has no `X-GM-EXT-1`).
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function withAttachments(client: ImapClient) {
   *   return await client.gmailSearch("has:attachment in:unread");
   * }
   * ```
   */
  async gmailSearch(query: Text, options: CharsetOptions = {}): Promise<SearchIds> {
    return await searchGmail(this.#scope(options, CHARSET), query, options.charset ?? "UTF-8");
  }

  /**
   * Searches like {@linkcode FolderCalls.search} and returns the ids in order (SORT, RFC 5256).
   * Sort criteria are `ARRIVAL`, `CC`, `DATE`, `FROM`, `SIZE`, `SUBJECT`, `TO` and others that the
   * server knows, each with `REVERSE` before it if needed; the first counts most.
   *
   * Throws `CapabilityError` if the server has no SORT, and {@linkcode InvalidCriteriaError} if it
   * does not accept the criteria.
   *
   * `return` and `partial` are as in {@linkcode FolderCalls.search}, in the order of the sort
   * (ESORT and CONTEXT=SORT, RFC 5267). With `fallback`, messages are sorted here if the server has
   * no SORT.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function largestUnread(client: ImapClient) {
   *   const options = { partial: [1, 10], fallback: true } as const;
   *   const { ids } = await client.sort(["REVERSE SIZE", "SUBJECT"], ["UNSEEN"], options);
   *   return ids;
   * }
   * ```
   */
  async sort<
    const Returned extends SearchReturn = never,
    const Page extends PartialRange | undefined = undefined,
  >(
    sortCriteria: Text | Iterable<Text>,
    query: SearchCriteria | SearchQuery = "ALL",
    options: SortOptions<Returned, Page> = {},
  ): Promise<Sorted<Returned, Page>> {
    const sorted = await sortAsAsked(this.#scope(options, SORT), sortCriteria, query, options);
    return sorted as Sorted<Returned, Page>;
  }

  /**
   * Searches like {@linkcode FolderCalls.search} and returns the ids as discussions (THREAD, RFC
   * 5256). A thread is a list of ids, each a reply to the one before it; lists at its end are the
   * branches of the discussion. Algorithms are `REFERENCES`, `ORDEREDSUBJECT` and others that the
   * server knows.
   *
   * Throws `CapabilityError` if the server does not have the algorithm, and {@linkcode
   * InvalidCriteriaError} if it does not accept the criteria. With `fallback`, messages are
   * threaded here if the server does not have the algorithm.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function discussions(client: ImapClient) {
   *   for (const thread of await client.thread()) console.log(thread); // [3, 6, [4, 23], [44]]
   * }
   * ```
   */
  async thread(
    algorithm: Text = "REFERENCES",
    query: SearchCriteria | SearchQuery = "ALL",
    options: ThreadOptions = {},
  ): Promise<readonly Thread[]> {
    return await threadAsAsked(this.#scope(options, THREAD), algorithm, query, options);
  }

  /**
   * Fetches data of messages in the selected folder (FETCH, RFC 9051 section 6.4.5) and returns it
   * by message id. The result is typed by the items requested: an item's key is its name in upper
   * case, without `.PEEK` and without the length of a partial fetch (`BODY.PEEK[TEXT]<0.100>` is
   * found under `BODY[TEXT]<0>`). A macro such as `ALL` returns the items that it stands for. A
   * value is also found under the spelling that was requested, which copies of the message do not
   * have. Every message has `SEQ`, its sequence number, unless `enable("UIDONLY")` turned those
   * off.
   *
   * `BODY[...]` without `.PEEK` marks the message as read. `BINARY[...]` (RFC 3516) is a part
   * decoded; a server that can't decode it sends it encoded, and it is decoded here. An item that
   * the server leaves out or garbles throws a `ProtocolError` when it is read, and affects nothing
   * else; see `fetchProblems`. An item of an extension that the server lacks, such as `PREVIEW`
   * (RFC 8970) or `EMAILID` (OBJECTID, RFC 8474), throws `CapabilityError`. Ids that do not exist
   * are left out; with no ids, nothing is sent. A very long list of ids is split over several
   * commands.
   *
   * With `partial`, only a part of the messages is fetched: `[-1, -100]` are the last hundred of
   * those that exist (PARTIAL, RFC 9394). If the server can't do this, a search finds them.
   *
   * With `changedSince`, only messages that have changed after that mod-sequence are returned, with
   * their `MODSEQ`; with `vanished` too, the result's `vanished` has the UIDs of those that were
   * removed (RFC 7162). Throws `CapabilityError` if the server has no CONDSTORE or QRESYNC.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function sizes(client: ImapClient) {
   *   for (const [id, message] of await client.fetch("1:*", ["FLAGS", "RFC822.SIZE"])) {
   *     console.log(id, message["RFC822.SIZE"], message.FLAGS);
   *   }
   * }
   * ```
   */
  fetch<
    const Item extends string,
    Since extends Modseq = undefined,
    Vanished extends boolean = false,
  >(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchOptions<Since, Vanished> = {},
  ): Promise<FetchedMessages<Item, Since, Vanished>> {
    // Not `async`, to save two promises for each of a thousand calls.
    try {
      const scope = this.#scope(options, FETCH);
      const { partial } = options;
      const found: Promise<unknown> = partial === undefined
        ? fetchMessages(scope, messages, items, options)
        : fetchPart(scope, messages, items, options, partial);
      return found as Promise<FetchedMessages<Item, Since, Vanished>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Fetches like {@linkcode FolderCalls.fetch}, and yields each message as it arrives, with its
   * `UID`. While the loop is busy, reading pauses and the server waits. The loop may make other
   * calls: messages that come before their answers are then held in memory. The loop may be left
   * at any time.
   *
   * With `stream: true`, sections (`BODY[...]`, `BINARY[...]`, `RFC822`) are streams, and a message
   * of any size takes little memory. Read them in the order in which the server sends them: a
   * section that comes before the one being read is held in memory, and fails beyond 64 MiB. Read
   * them all before the next message; what was not read is dropped. Items that the server sends
   * after a long section are there once that was read.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function save(client: ImapClient, sink: (id: number) => WritableStream<Uint8Array>) {
   *   for await (const message of client.fetchEach("1:*", ["BODY.PEEK[]"], { stream: true })) {
   *     await message["BODY[]"].pipeTo(sink(message.UID));
   *   }
   * }
   * ```
   */
  fetchEach<
    const Item extends string,
    Stream extends boolean = false,
    Since extends Modseq = undefined,
  >(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchEachOptions<Stream, Since> = {},
  ): AsyncGenerator<EachMessage<Item, Stream, Since>> {
    const scope = this.#scope(options, FETCH_EACH);
    const { stream = false, partial } = options;
    const each = partial === undefined
      ? fetchEachMessage(scope, messages, items, options, stream)
      : fetchEachOfPart(scope, messages, items, options, stream, partial);
    return each as AsyncGenerator<EachMessage<Item, Stream, Since>>;
  }

  /**
   * Returns the flags of messages in the selected folder, by message id. A message is missing if
   * the server does not report its flags.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function isRead(client: ImapClient, id: number) {
   *   return (await client.getFlags(id)).get(id)?.includes(SEEN) ?? false;
   * }
   * ```
   */
  async getFlags(messages: MessageIds, options: CallOptions = {}): Promise<MessageFlags> {
    return await getFlags(this.#scope(options), "FLAGS", messages);
  }

  /**
   * Adds flags to messages (STORE, RFC 9051 section 6.4.6) and returns the flags that they have
   * then, by message id. A message is missing if the server does not report its flags. With no
   * ids, nothing is sent. A very long list of ids is split over several commands: if one fails,
   * others may have been carried out.
   *
   * With `unchangedSince`, messages that have changed after that mod-sequence are left as they are,
   * and `ConditionFailedError` names them (RFC 7162 section 3.1.3). All other messages are changed,
   * also by further commands of a long list. After any other failure, no further command is sent.
   *
   * Throws `ReadOnlyError` if the folder can't be changed, and `InvalidArgumentError` if a flag is
   * invalid, is `\Recent`, or is a system flag without its backslash: `"\Seen"` is `Seen` in
   * JavaScript, so write `"\\Seen"` or `SEEN`.
   *
   * ```ts
   * import { FLAGGED, type ImapClient } from "@imapclient/imapclient";
   *
   * async function mark(client: ImapClient, ids: number[]) {
   *   await client.addFlags(ids, [FLAGGED, "$Important"], { silent: true });
   * }
   * ```
   */
  async addFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "FLAGS", action: "add", values: flags } as const;
    return await changed(this.#scope(options, STORE), change, messages, options);
  }

  /** Removes flags from messages; otherwise like {@linkcode FolderCalls.addFlags}. */
  async removeFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "FLAGS", action: "remove", values: flags } as const;
    return await changed(this.#scope(options, STORE), change, messages, options);
  }

  /** Replaces the flags of messages; otherwise like {@linkcode FolderCalls.addFlags}. */
  async setFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "FLAGS", action: "set", values: flags } as const;
    return await changed(this.#scope(options, STORE), change, messages, options);
  }

  /**
   * Flags messages in a colour, as Apple Mail does (RFC 9979): `\Flagged`, and three keywords for
   * the colour. With `null`, removes flag and colour. {@linkcode flagColor} tells the colour by the
   * flags. Returns the flags that the messages have then, by message id; otherwise like {@linkcode
   * FolderCalls.addFlags}.
   *
   * A colour takes two commands, of which the first removes what belongs to other colours: if the
   * second fails, messages that were flagged are red. Throws `CapabilityError`, and sends nothing,
   * if the folder does not keep the keywords (`PERMANENTFLAGS`).
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function color(client: ImapClient, id: number) {
   *   await client.setFlagColor(id, "green");
   *   await client.setFlagColor(id, null, { silent: true }); // not flagged any more
   * }
   * ```
   */
  async setFlagColor<Silent extends boolean = false>(
    messages: MessageIds,
    color: FlagColor | null,
    options: FlagColorOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const { silent = false } = options;
    const scope = this.#scope(options, FLAG_COLOR);
    return await setFlagColor(scope, messages, color, silent) as Stored<Silent>;
  }

  /**
   * Flags messages as `\Deleted`, so that `expunge`, `uidExpunge` and `closeFolder` remove them.
   * Otherwise like {@linkcode FolderCalls.addFlags}.
   */
  async deleteMessages<Silent extends boolean = false>(
    messages: MessageIds,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    return await this.addFlags(messages, DELETED, options);
  }

  /**
   * Returns the Gmail labels of messages in the selected folder, by message id. Throws
   * `CapabilityError` if the server is not Gmail (has no `X-GM-EXT-1`).
   */
  async getGmailLabels(messages: MessageIds, options: CallOptions = {}): Promise<MessageFlags> {
    return await getFlags(this.#scope(options), "X-GM-LABELS", messages);
  }

  /**
   * Adds Gmail labels to messages and returns the labels that they have then, by message id. A
   * label is any text; Gmail's own begin with a backslash, such as `\Important`. Throws
   * `CapabilityError` if the server is not Gmail; otherwise like {@linkcode FolderCalls.addFlags}.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function label(client: ImapClient, ids: number[]) {
   *   await client.addGmailLabels(ids, ["Reisen/Köln", "\\Important"]);
   * }
   * ```
   */
  async addGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "add", values: labels } as const;
    return await changed(this.#scope(options, STORE), change, messages, options);
  }

  /**
   * Removes Gmail labels from messages; otherwise like {@linkcode FolderCalls.addGmailLabels}.
   */
  async removeGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "remove", values: labels } as const;
    return await changed(this.#scope(options, STORE), change, messages, options);
  }

  /**
   * Replaces the Gmail labels of messages; otherwise like {@linkcode FolderCalls.addGmailLabels}.
   */
  async setGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "set", values: labels } as const;
    return await changed(this.#scope(options, STORE), change, messages, options);
  }

  /**
   * Sets annotations of messages (STORE ANNOTATION, RFC 5257 section 4.5): a comment, another
   * subject. Values are text, which is sent in UTF-8, or bytes; `null` removes one. `fetch` reads
   * them, as in `ANNOTATION (/comment (value.priv value.shared))`.
   *
   * Throws `CapabilityError` if the server has no ANNOTATE-EXPERIMENT-1, `InvalidArgumentError` for
   * what can't be the name of an entry or attribute, and `ImapError` if the server refuses: its
   * `code` is `ANNOTATE` then, and `responseCode.argument` is `TOOBIG` or `TOOMANY`.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function note(client: ImapClient, id: number, text: string) {
   *   await client.setAnnotations(id, { "/comment": { "value.priv": text } });
   * }
   * ```
   */
  async setAnnotations(
    messages: MessageIds,
    values: AnnotationValues,
    options: CallOptions = {},
  ): Promise<void> {
    await annotateMessages(this.#scope(options), messages, values);
  }

  /**
   * Copies messages of the selected folder to another folder (COPY, RFC 9051 section 6.4.7): all
   * of them or, if it fails, none. Returns the UIDs of the copies by the UIDs of the originals, if
   * the server reports them (UIDPLUS, RFC 4315). Throws {@linkcode ImapError}, with `code`
   * `TRYCREATE` if the folder does not exist.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function copyOne(client: ImapClient, uid: number) {
   *   const { uids } = await client.copy(uid, "Archive");
   *   return uids.get(uid);
   * }
   * ```
   */
  async copy(
    messages: MessageIds,
    folder: Text,
    options: CallOptions = {},
  ): Promise<CopyResult> {
    return await copyMessages(this.#scope(options), messages, folder);
  }

  /**
   * Moves messages of the selected folder to another folder (MOVE, RFC 6851) and returns their new
   * UIDs by the old ones. If the server has UIDPLUS (RFC 4315) but no MOVE, and ids are UIDs, the
   * messages are copied, flagged `\Deleted` and expunged; each step is taken once the one before
   * is confirmed.
   *
   * Throws `CapabilityError` if the server has neither extension, `ReadOnlyError` if the folder
   * can't be changed, {@linkcode PartialMoveError} if the move stopped half-way, with what was
   * done, and {@linkcode ImapError}, with `code` `TRYCREATE`, if the folder does not exist.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function archive(client: ImapClient, ids: number[]) {
   *   const { uids } = await client.move(ids, "Archive");
   *   console.log(`moved ${uids.size} messages`);
   * }
   * ```
   */
  async move(
    messages: MessageIds,
    folder: Text,
    options: CallOptions = {},
  ): Promise<CopyResult> {
    return await moveMessages(this.#scope(options), messages, folder);
  }

  /**
   * Replaces a message of the selected folder, such as a draft, by another one (REPLACE, RFC 8508):
   * adds the new message to a folder, mostly the same one, as {@linkcode ImapClient.append} does,
   * and removes the old one, which no flags or date are taken over from. Returns the UID of the new
   * message, if the server reports it (UIDPLUS, RFC 4315). `message` is one id, or `SAVED` if one
   * message is saved.
   *
   * If the server has UIDPLUS but no REPLACE, the new message is appended, and then the old one is
   * flagged `\Deleted` and expunged, and no other; each step is taken once the one before is
   * confirmed. Both messages need room then.
   *
   * Throws `CapabilityError` if the server has neither extension, `ReadOnlyError` if the folder
   * can't be changed, {@linkcode ImapError} if the message does not exist, or with the `code`s of
   * `append`, and {@linkcode PartialReplaceError} if the new message was appended, but the old one
   * may be there still. After any other error the old message is as it was, except that nobody
   * knows whether a server with REPLACE has done all of it if the connection broke.
   *
   * ```ts
   * import { DRAFT, type ImapClient } from "@imapclient/imapclient";
   *
   * async function saveDraft(client: ImapClient, uid: number, draft: Uint8Array) {
   *   const { uid: next } = await client.replace(uid, "Drafts", draft, { flags: [DRAFT] });
   *   return next;
   * }
   * ```
   */
  async replace(
    message: MessageIds,
    folder: Text,
    msg: MessageContent,
    options: AppendOptions = {},
  ): Promise<ReplaceResult> {
    const scope = this.#scope(options, APPEND);
    return await replaceMessage(scope, message, folder, { ...options, msg });
  }

  /**
   * Permanently removes the messages flagged `\Deleted` from the selected folder (EXPUNGE, RFC
   * 9051 section 6.4.3), and returns what the server reported meanwhile: an `EXPUNGE` with the
   * sequence number of each message at the moment of its removal, or `VANISHED` with the UIDs if
   * QRESYNC or UIDONLY was enabled. With `messages`, it acts like {@linkcode
   * FolderCalls.uidExpunge}, which is the clearer name.
   */
  async expunge(
    messages: MessageIds | null = null,
    options: CallOptions = {},
  ): Promise<ExpungeResult> {
    const scope = this.#scope(options);
    return await (messages === null ? expungeAll(scope) : expungeMessages(scope, messages));
  }

  /**
   * Permanently removes those of the given messages that are flagged `\Deleted` (UID EXPUNGE, RFC
   * 4315 section 2.1), and no other message. With no messages, nothing is sent. Throws
   * `CapabilityError` if the server has no UIDPLUS, and {@linkcode InvalidArgumentError} if
   * `useUid` is off.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function remove(client: ImapClient, uids: number[]) {
   *   await client.deleteMessages(uids);
   *   await client.uidExpunge(uids);
   * }
   * ```
   */
  async uidExpunge(messages: MessageIds, options: CallOptions = {}): Promise<ExpungeResult> {
    return await expungeMessages(this.#scope(options), messages);
  }

  /**
   * Asks the server to report changes of the selected folder as they happen (IDLE, RFC 2177), from
   * now until `idleDone`; `idleCheck` returns them. IDLE is renewed every 9 minutes. A call made
   * meanwhile interrupts IDLE, runs, and resumes it.
   *
   * Throws `CapabilityError` if the server has no IDLE, and `IllegalStateError` if IDLE is already
   * under way. `watch` does all this in one call.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function waitForMail(client: ImapClient) {
   *   await client.idle();
   *   const updates = await client.idleCheck({ timeout: 30 });
   *   await client.idleDone();
   *   return updates.some(({ type }) => type === "EXISTS");
   * }
   * ```
   */
  async idle(options: CallOptions = {}): Promise<void> {
    await beginIdle(this.#scope(options));
  }

  /**
   * Returns what the server reported since the last time, such as `{ type: "EXISTS", number: 4 }`:
   * at once if there is something, else as soon as there is, or an empty list after `timeout`
   * seconds.
   *
   * Throws whatever ended the connection, and `IllegalStateError` without {@linkcode
   * FolderCalls.idle}.
   */
  async idleCheck(
    options: IdleCheckOptions = {},
  ): Promise<readonly UntaggedResponse[]> {
    return await idleCheck(this.#scope(options, IDLE_CHECK), options.timeout);
  }

  /**
   * Ends {@linkcode FolderCalls.idle}, and returns the server's text and what it reported since
   * the last `idleCheck`. An `idleCheck` that still waits throws `IllegalStateError`.
   */
  async idleDone(options: CallOptions = {}): Promise<NoopResult> {
    return await idleDone(this.#scope(options));
  }

  /**
   * Yields what the server reports about the selected folder, as it happens, for as long as the
   * loop runs: by IDLE (RFC 2177), which is renewed every 9 minutes, or by NOOP if the server has
   * no IDLE or refuses it. Calls made inside or outside the loop interrupt IDLE, run, and resume
   * it. Leaving the loop ends it. While the loop takes nothing, the server is made to wait.
   *
   * Updates are collected from the call of `watch` on, not from the first turn of the loop: call
   * it, fetch what is there, then loop, and nothing is missed in between.
   *
   * An abort throws the signal's reason at once; the end of the connection, even by your own
   * `logout`, throws its cause. Throws `IllegalStateError` if `idle` or `watch` is already under
   * way, and {@linkcode ImapError} if more than 8 MiB of updates wait while other calls run.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function follow(client: ImapClient, signal: AbortSignal) {
   *   await client.selectFolder("INBOX");
   *   for await (const event of client.watch({ signal })) {
   *     if (event.type === "EXISTS") console.log(`${event.number} messages now`);
   *     if (event.type === "EXPUNGE") console.log(`message ${event.number} is gone`);
   *   }
   * }
   * ```
   */
  watch(options: WatchOptions = {}): AsyncGenerator<UntaggedResponse, void, void> {
    return watch(this.#scope(options, WATCH), options);
  }

  /**
   * Watches the result of a search (CONTEXT=SEARCH or, with `sort`, CONTEXT=SORT; RFC 5267), for as
   * long as the loop runs. The first change adds the messages that match now; from then on the
   * server reports which messages come into the result and which leave it, and where. Leaving the
   * loop ends it. Otherwise it is like {@linkcode FolderCalls.watch}, and only one of the two can
   * be under way.
   *
   * Throws `CapabilityError` if the server has no such context, and {@linkcode ImapError} with the
   * code `NOUPDATE` if it has too many of them.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function followUnread(client: ImapClient) {
   *   const unread = new Set<number>();
   *   for await (const { type, ids } of client.watchSearch({ seen: false })) {
   *     for (const id of ids) type === "added" ? unread.add(id) : unread.delete(id);
   *     console.log(`${unread.size} unread`);
   *   }
   * }
   * ```
   */
  watchSearch(
    query: SearchCriteria | SearchQuery = "ALL",
    options: WatchSearchOptions = {},
  ): AsyncGenerator<SearchChange, void, void> {
    return watchSearchLazily(this.#scope(options, WATCH_SEARCH), query, options);
  }

  /**
   * Runs a command of your own, or of an extension that there is no method for. Throws
   * {@linkcode ImapError} if the server answers NO or BAD.
   */
  async run<Result>(command: Command<Result>, options: CallOptions = {}): Promise<Result> {
    return await runOwn(this.#scope(options), command);
  }
}

/** Changes flags or labels; typed by whether the call is silent. */
async function changed<Silent extends boolean>(
  scope: Scope,
  change: FlagChange,
  messages: MessageIds,
  { silent = false, unchangedSince }: StoreOptions,
): Promise<Stored<Silent>> {
  return await changeFlags(scope, change, messages, silent, unchangedSince) as Stored<Silent>;
}
