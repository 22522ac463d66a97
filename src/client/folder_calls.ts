import type { CopyResult } from "../commands/messages/copy.ts";
import type { ExpungeResult } from "../commands/messages/expunge.ts";
import type { MessageFlags } from "../commands/messages/store.ts";
import type { SearchCriteria } from "../commands/search/search_criteria.ts";
import type { SearchQuery } from "../commands/search/search_query.ts";
import type { Thread } from "../commands/search/thread.ts";
import type { NoopResult } from "../commands/session/session.ts";
import type { FetchedMessage } from "../model/fetch_types.ts";
import { DELETED } from "../model/flags.ts";
import type { MessageIds } from "../model/number_set.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { SearchIds } from "../model/search_ids.ts";
import type { Text } from "../model/text.ts";
import { expungeAll, expungeMessages } from "../operations/messages/expunge_messages.ts";
import {
  changeFlags,
  fetchEachMessage,
  fetchMessages,
  type FlagChange,
  getFlags,
} from "../operations/messages/fetch_messages.ts";
import { copyMessages, moveMessages } from "../operations/messages/move_messages.ts";
import type { MakeScope, Scope } from "../operations/scope.ts";
import {
  searchGmail,
  searchMessages,
  sortMessages,
  threadMessages,
} from "../operations/search/search_messages.ts";
import { beginIdle, idleCheck, idleDone, watch } from "../operations/watch/watch.ts";
import type {
  CallOptions,
  CharsetOptions,
  EachMessage,
  FetchEachOptions,
  FetchOptions,
  IdleCheckOptions,
  SearchOptions,
  Stored,
  StoreOptions,
  WatchOptions,
} from "./call_options.ts";

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
   * Searches the selected folder (SEARCH, RFC 9051 section 6.4.4) and gives the ids of the messages
   * that match. Criteria are a list of keys and values, each an item of its own; the library
   * quotes and encodes them. A list within the list stands for parentheses. Given as one string,
   * they are sent as they are. As an object they have names that an editor knows.
   *
   * A `Date` stands for its calendar date in local time; `"2026-01-31"` and
   * `{ year, month, day }` name a date without regard to zones.
   *
   * Throws {@linkcode InvalidCriteriaError} for criteria that make no sense here or to the server,
   * and for a `RETURN (...)` or `CHARSET` in front of them.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function find(client: ImapClient) {
   *   await client.search(["UNSEEN", "FROM", "Bob", "SINCE", new Date("2026-01-01")]);
   *   await client.search(["NOT", ["SUBJECT", "Grüße", "LARGER", 1000]]);
   *   await client.search('TEXT "foo bar" FLAGGED');
   *   await client.search({ seen: false, or: [{ from: "Bob" }, { larger: 1_000_000 }] });
   * }
   * ```
   */
  async search(
    query: SearchCriteria | SearchQuery = "ALL",
    options: SearchOptions = {},
  ): Promise<SearchIds> {
    const { charset = null } = options;
    return await searchMessages(this.#scope(options), query, charset);
  }

  /**
   * Searches as Gmail's own search box does (`X-GM-RAW`), and gives the ids of the messages that
   * match. Throws `CapabilityError` where the server is not Gmail (has no `X-GM-EXT-1`).
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
    return await searchGmail(this.#scope(options), query, options.charset ?? "UTF-8");
  }

  /**
   * Searches as {@linkcode FolderCalls.search} does and gives the ids in an order (SORT, RFC 5256).
   * Sort criteria are `ARRIVAL`, `CC`, `DATE`, `FROM`, `SIZE`, `SUBJECT`, `TO` and others that the
   * server knows, each with `REVERSE` in front if need be; the first counts most.
   *
   * Throws `CapabilityError` where the server has no SORT, {@linkcode InvalidCriteriaError} for
   * criteria that it does not take.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function largestUnread(client: ImapClient) {
   *   const [largest] = await client.sort(["REVERSE SIZE", "SUBJECT"], ["UNSEEN"]);
   *   return largest;
   * }
   * ```
   */
  async sort(
    sortCriteria: Text | Iterable<Text>,
    query: SearchCriteria | SearchQuery = "ALL",
    options: CharsetOptions = {},
  ): Promise<number[]> {
    const { charset = "UTF-8" } = options;
    return await sortMessages(this.#scope(options), sortCriteria, query, charset);
  }

  /**
   * Searches as {@linkcode FolderCalls.search} does and gives the ids by discussions (THREAD, RFC
   * 5256). A thread is a list of ids, each the answer to the one before it; lists at its end are
   * the branches that a discussion has there. Algorithms are `REFERENCES`, `ORDEREDSUBJECT` and
   * others that the server knows.
   *
   * Throws `CapabilityError` where the server does not have the algorithm,
   * {@linkcode InvalidCriteriaError} for criteria that it does not take.
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
    options: CharsetOptions = {},
  ): Promise<readonly Thread[]> {
    const { charset = "UTF-8" } = options;
    return await threadMessages(this.#scope(options), algorithm, query, charset);
  }

  /**
   * Fetches data of messages in the selected folder (FETCH, RFC 9051 section 6.4.5) and gives it by
   * message id. The result is typed by the items asked for: an item's key is its name in upper
   * case, without `.PEEK` and without a partial's length (`BODY.PEEK[TEXT]<0.100>` is found under
   * `BODY[TEXT]<0>`); macros such as `ALL` give the items that they stand for. A value is found
   * under the spelling asked for too, which no copy of the message has. Every message has `SEQ`, its
   * sequence number, unless `enable("UIDONLY")` did away with those.
   *
   * `BODY[...]` without `.PEEK` marks the message as read. An item that the server leaves out or
   * garbles throws a `ProtocolError` when it is looked at, and nothing else suffers; see
   * `fetchProblems`. Ids that are not there are left out; no ids at all send nothing. Of very many
   * ids some go with one command and some with the next.
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
  fetch<const Item extends string>(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchOptions = {},
  ): Promise<Map<number, FetchedMessage<Item>>> {
    // Not `async`, to save two promises for each of a thousand calls.
    try {
      const found = fetchMessages(this.#scope(options), messages, items, options.modifiers);
      return found as Promise<Map<number, FetchedMessage<Item>>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Fetches as {@linkcode FolderCalls.fetch} does, and hands out each message as it arrives, with
   * its `UID`. While the loop is busy, reading pauses and the server waits. Other calls can be made
   * in the loop: then the messages in front of their answers wait in memory. The loop may be left
   * at any time.
   *
   * With `stream: true` sections (`BODY[...]`, `RFC822`) are streams, and a message of any size
   * takes little memory. They come in the server's order, which is best to read them in: one that
   * comes before the one that is read is kept meanwhile, and fails beyond 64 MiB. Read all before
   * the next message, or what was not read is gone. Items that the server sends behind a long
   * section are there once that was read.
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
  fetchEach<const Item extends string, Stream extends boolean = false>(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchEachOptions<Stream> = {},
  ): AsyncGenerator<EachMessage<Item, Stream>> {
    const { modifiers, stream = false } = options;
    const each = fetchEachMessage(this.#scope(options), messages, items, modifiers, stream);
    return each as AsyncGenerator<EachMessage<Item, Stream>>;
  }

  /**
   * The flags of messages in the selected folder, by message id. A message whose flags the server
   * does not tell is not there.
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
   * Adds flags to messages (STORE, RFC 9051 section 6.4.6) and gives the flags that they have then,
   * by message id. A message whose flags the server does not tell is not there; with no ids at all
   * nothing is sent. Of very many ids some go with one command and some with the next: where one
   * fails, others may have been carried out.
   *
   * Throws `ReadOnlyError` where the folder can't be changed, `InvalidArgumentError` for what is no
   * flag, is `\Recent`, or is a system flag without its backslash: `"\Seen"` is `Seen` in
   * JavaScript, and `"\\Seen"` or `SEEN` is meant.
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
    return await changed(this.#scope(options), change, messages, options);
  }

  /** Removes flags from messages; otherwise as {@linkcode FolderCalls.addFlags}. */
  async removeFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "FLAGS", action: "remove", values: flags } as const;
    return await changed(this.#scope(options), change, messages, options);
  }

  /** Gives messages these flags in place of their own; otherwise as {@linkcode FolderCalls.addFlags}. */
  async setFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "FLAGS", action: "set", values: flags } as const;
    return await changed(this.#scope(options), change, messages, options);
  }

  /**
   * Flags messages as `\Deleted`; `expunge`, `uidExpunge` and `closeFolder` remove them then.
   * Otherwise as {@linkcode FolderCalls.addFlags}.
   */
  async deleteMessages<Silent extends boolean = false>(
    messages: MessageIds,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    return await this.addFlags(messages, DELETED, options);
  }

  /**
   * Gmail's labels of messages in the selected folder, by message id. Throws `CapabilityError`
   * where the server is not Gmail (has no `X-GM-EXT-1`).
   */
  async getGmailLabels(messages: MessageIds, options: CallOptions = {}): Promise<MessageFlags> {
    return await getFlags(this.#scope(options), "X-GM-LABELS", messages);
  }

  /**
   * Adds Gmail's labels to messages and gives those that they have then, by message id. A label is
   * any text; those of Gmail's own begin with a backslash, such as `\Important`. Throws
   * `CapabilityError` where the server is not Gmail; otherwise as {@linkcode FolderCalls.addFlags}.
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
    return await changed(this.#scope(options), change, messages, options);
  }

  /** Removes Gmail's labels; otherwise as {@linkcode FolderCalls.addGmailLabels}. */
  async removeGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "remove", values: labels } as const;
    return await changed(this.#scope(options), change, messages, options);
  }

  /**
   * Gives messages these of Gmail's labels in place of their own; otherwise as
   * {@linkcode FolderCalls.addGmailLabels}.
   */
  async setGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "set", values: labels } as const;
    return await changed(this.#scope(options), change, messages, options);
  }

  /**
   * Copies messages of the selected folder into another (COPY, RFC 9051 section 6.4.7): all of
   * them or, where it fails, none. Gives the UIDs of the copies by those of the originals, where
   * the server says them (UIDPLUS, RFC 4315). Throws {@linkcode ImapError}, with `code`
   * `TRYCREATE` where there is no such folder.
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
   * Moves messages of the selected folder into another (MOVE, RFC 6851), and gives their new UIDs
   * by their old ones. Where the server has UIDPLUS (RFC 4315) but no MOVE, and ids are UIDs, they
   * are copied, flagged `\Deleted` and expunged, each step when the one before is confirmed.
   *
   * Throws `CapabilityError` where the server has neither, `ReadOnlyError` where the folder can't
   * be changed, {@linkcode PartialMoveError} where it stopped half-way, with what was done by then,
   * and {@linkcode ImapError}, with `code` `TRYCREATE` where there is no such folder.
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
   * Removes the messages flagged `\Deleted` from the selected folder for good (EXPUNGE, RFC 9051
   * section 6.4.3), and gives what the server told meanwhile: an `EXPUNGE` with the sequence number
   * for each, at the moment when it went, or `VANISHED` with their UIDs where QRESYNC or UIDONLY
   * was enabled. With `messages`, as {@linkcode FolderCalls.uidExpunge},
   * which says more clearly what it does.
   */
  async expunge(
    messages: MessageIds | null = null,
    options: CallOptions = {},
  ): Promise<ExpungeResult> {
    const scope = this.#scope(options);
    return await (messages === null ? expungeAll(scope) : expungeMessages(scope, messages));
  }

  /**
   * Removes those of these messages that are flagged `\Deleted` (UID EXPUNGE, RFC 4315 section 2.1),
   * and leaves others that are flagged so alone. Of no messages nothing is sent. Throws
   * `CapabilityError` where the server has no UIDPLUS, {@linkcode InvalidArgumentError} while
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
   * Has the server tell news of the selected folder as they happen (IDLE, RFC 2177), from now until
   * `idleDone`; `idleCheck` gives them. IDLE is begun anew every 9 minutes. A call made meanwhile
   * ends it, runs, and resumes it.
   *
   * Throws `CapabilityError` where the server has no IDLE, `IllegalStateError` where it is under
   * way already. `watch` is this in one call.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function waitForMail(client: ImapClient) {
   *   await client.idle();
   *   const news = await client.idleCheck({ timeout: 30 });
   *   await client.idleDone();
   *   return news.some(({ type }) => type === "EXISTS");
   * }
   * ```
   */
  async idle(options: CallOptions = {}): Promise<void> {
    await beginIdle(this.#scope(options));
  }

  /**
   * What the server told since the last time, such as `{ type: "EXISTS", number: 4 }`: at once if
   * there is something, else as soon as there is, or nothing when `timeout` seconds are over.
   *
   * Throws what ended the connection, `IllegalStateError` without {@linkcode FolderCalls.idle}.
   */
  async idleCheck(
    options: IdleCheckOptions = {},
  ): Promise<readonly UntaggedResponse[]> {
    return await idleCheck(this.#scope(options), options.timeout);
  }

  /**
   * Ends what {@linkcode FolderCalls.idle} began, and gives the server's text and what it told since
   * the last `idleCheck`; one that waits throws `IllegalStateError`.
   */
  async idleDone(options: CallOptions = {}): Promise<NoopResult> {
    return await idleDone(this.#scope(options));
  }

  /**
   * Hands out news of the selected folder as they happen, for as long as the loop runs: by IDLE (RFC
   * 2177), which is begun anew every 9 minutes, or by NOOP where the server has no IDLE or refuses
   * it. Calls made in the loop, or beside it, end IDLE, run, and resume it. Leaving the loop ends
   * it. While the loop takes nothing, the server is made to wait.
   *
   * News count from the call of `watch` on, not from the loop's first turn: call it, fetch what is
   * there, and then loop, and nothing falls between the two.
   *
   * An abort throws the signal's reason, at once; the end of the connection throws what ended it,
   * be it one's own `logout`. It throws `IllegalStateError` where news are waited for already, and
   * {@linkcode ImapError} where more than 8 MiB of news wait while other calls run.
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
    return watch(this.#scope(options), options);
  }
}

/** Changes flags or labels; typed by whether the call is silent. */
async function changed<Silent extends boolean>(
  scope: Scope,
  change: FlagChange,
  messages: MessageIds,
  { silent }: StoreOptions<Silent>,
): Promise<Stored<Silent>> {
  return await changeFlags(scope, change, messages, silent ?? false) as Stored<Silent>;
}
