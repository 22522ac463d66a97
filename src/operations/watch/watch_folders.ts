import { countsOf } from "../../commands/watch/notify.ts";
import { oldNameOf } from "../../commands/folders/list_news.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import { IllegalStateError, ImapError, InvalidArgumentError } from "../../model/errors.ts";
import type { FolderCounts, FolderNews } from "../../model/folder_news.ts";
import type { ListResponse, UntaggedResponse } from "../../model/responses.ts";
import { decodeUtf7 } from "../../mime/utf7.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import { nameDecoder, type Scope } from "../scope.ts";
import { type CountsByKey, FolderStates, type SeenFolder } from "./folder_states.ts";
import type { Idling } from "./idling.ts";
import { sendNotify, stopNotify } from "./notify.ts";
import type { NotifyEvent, NotifySet } from "./notify_sets.ts";
import { ToldCounts } from "./told_counts.ts";
import { SelectedWatch } from "./selected_watch.ts";
import { begin, idlingFor } from "./watch.ts";
import { type CheckedWatch, checkedWatch, type FolderWatchRequest } from "./watch_request.ts";
import { Watched } from "./watched_folders.ts";

/** What servers tell of the selected folder before the first NOTIFY (RFC 5465 section 3.1). */
const AS_BEFORE: NotifySet = {
  mailboxes: "selected-delayed",
  events: ["MessageNew", "MessageExpunge", "FlagChange"],
};

/** The news of several folders: by NOTIFY, or by IDLE, STATUS and LIST. */
export async function* watchFolders(
  scope: Scope,
  request: FolderWatchRequest,
): AsyncGenerator<FolderNews, void, void> {
  const checked = checkedWatch(request);
  const { client, signal } = scope;
  signal?.throwIfAborted();
  const { news } = client.connection.session;
  if (client.watchesFolders || client.idling?.isOver === false) {
    throw new IllegalStateError("idle, watch or watchFolders is under way already");
  }
  if (news.isOn) {
    throw new IllegalStateError(
      "notify() has asked for news: call notify(null) before watchFolders",
    );
  }
  const watch = new FolderWatch(scope, checked);
  client.watchesFolders = true;
  try {
    yield* watch.run();
  } finally {
    await watch.end();
    client.watchesFolders = false;
  }
}

class FolderWatch {
  readonly #scope: Scope;
  readonly #request: CheckedWatch;
  readonly #watched: Watched;
  readonly #states: FolderStates;
  readonly #selected: SelectedWatch;
  readonly #idling: Idling;
  readonly #stopListening: () => void;
  #failure: { readonly reason: unknown } | null = null;
  #wake: () => void = () => {};
  /** Whether the server tells by NOTIFY, and whether it also tells of folders that come and go. */
  #notified = false;
  #tellsNames = false;
  /** Whether NOTIFY was sent and has to be taken back. */
  #mustRestore = false;
  /** What STATUS has said since the folders are being asked for. */
  #told: ToldCounts | null = null;
  #hasOverflowed = false;
  /** When NOTIFY, STATUS and LIST are due again, in milliseconds. */
  #notifyAt = Infinity;
  #pollAt = Infinity;
  #listAt = Infinity;
  #lastNotify = -Infinity;
  /** LIST responses that were heard and have not been left to listeners. */
  #claimed = 0;

  constructor(scope: Scope, request: CheckedWatch) {
    this.#scope = scope;
    this.#request = request;
    const { session } = scope.client.connection;
    this.#watched = new Watched(scope, request.folders, itemsFor(request, scope));
    this.#states = new FolderStates(request.events, this.#watched.isBySubscription);
    this.#selected = new SelectedWatch(session.selections, this.#states);
    this.#idling = idlingFor(scope, request.pace, () => false, false);
    session.onUntagged = (response) => this.#hear(response);
    this.#stopListening = scope.client.listen((response) => this.#hearUnclaimed(response));
  }

  async *run(): AsyncGenerator<FolderNews, void, void> {
    const scope = this.#scope;
    await this.#ask();
    if (this.#request.tellsStates) this.#states.tellAll();
    await begin(scope, this.#idling, this.#request.pace, true);
    this.#idling.take(Infinity, scope.signal).catch((reason) => {
      this.#failure = { reason };
      this.#wake();
    });
    for (;;) {
      for (let news = this.#next(); news !== undefined; news = this.#next()) yield news;
      scope.signal?.throwIfAborted();
      if (this.#failure !== null) throw this.#failure.reason;
      if (this.#isDue) await this.#askAgain();
      else await this.#untilWoken();
    }
  }

  /** Ends it, and leaves the server as it was. */
  async end(): Promise<void> {
    const { client, signal } = this.#scope;
    client.connection.session.onUntagged = null;
    this.#stopListening();
    if (client.idling === this.#idling) client.idling = null;
    if (signal?.aborted) this.#idling.abandon();
    await this.#idling.stop().catch(() => {});
    if (!this.#mustRestore || client.connection.failure !== null) return;
    const restoring = stopNotify({ ...this.#scope, signal: undefined }, [AS_BEFORE])
      .catch(() => {});
    if (!signal?.aborted) await restoring;
  }

  #next(): FolderNews | undefined {
    this.#selected.look();
    return this.#states.queue.take();
  }

  // Asking

  get #isDue(): boolean {
    const due = Math.min(this.#notifyAt, this.#pollAt, this.#listAt);
    return due <= performance.now() || this.#selected.left.size > 0 || this.#claimed > 0;
  }

  /** Begins, or begins again after an overflow. */
  async #ask(): Promise<void> {
    this.#notifyAt = Infinity;
    this.#told = new ToldCounts();
    this.#notified = await this.#notify();
    await this.#list();
    this.#pollAt = this.#notified || !this.#request.watchesMessages ? Infinity : this.#nextPoll;
  }

  async #askAgain(): Promise<void> {
    const now = performance.now();
    if (this.#notifyAt <= now) return await this.#ask();
    if (this.#claimed > 0) {
      // Among the folders that another call has listed there may be news.
      this.#claimed = 0;
      if (this.#tellsNames) this.#listAt = Math.min(this.#listAt, this.#nextPoll);
    }
    const left = this.#selected.takeLeft();
    const isPoll = this.#pollAt <= now;
    if (isPoll) this.#pollAt = this.#nextPoll;
    const { session } = this.#scope.client.connection;
    if (this.#listAt <= now || isPoll && session.has("LIST-STATUS")) await this.#list();
    else if (isPoll) await this.#poll(() => true);
    if (left.size === 0) return;
    // Those that NOTIFY has told of since are not among the listed ones.
    if (![...left].every((key) => this.#watched.lists(key))) await this.#list();
    await this.#poll((key) => left.has(key));
  }

  get #nextPoll(): number {
    return after(this.#request.pace.pollEvery);
  }

  /** NOTIFY; `false` if the server lacks it or refuses it. */
  async #notify(): Promise<boolean> {
    if (!this.#scope.client.connection.session.has("NOTIFY")) return false;
    const { events } = this.#request;
    const ofMessages: NotifyEvent[] = [];
    if (this.#request.watchesMessages) ofMessages.push("MessageNew", "MessageExpunge");
    if (events.has("flags")) ofMessages.push("FlagChange");
    const ofNames: NotifyEvent[] = [];
    if (["created", "renamed", "deleted"].some((it) => events.has(it as "created"))) {
      ofNames.push("MailboxName");
    }
    if (events.has("subscribed") || this.#watched.isBySubscription) {
      ofNames.push("SubscriptionChange");
    }
    this.#lastNotify = performance.now();
    this.#tellsNames = ofNames.length > 0;
    if (await this.#tryNotify([...ofMessages, ...ofNames])) return true;
    this.#tellsNames = false;
    return ofNames.length > 0 && ofMessages.length > 0 && await this.#tryNotify(ofMessages);
  }

  async #tryNotify(events: readonly NotifyEvent[]): Promise<boolean> {
    const { mailboxes } = this.#watched;
    const before = this.#mustRestore;
    try {
      this.#mustRestore = true;
      const sets: NotifySet[] = [AS_BEFORE, { mailboxes, events }];
      // A folder that is subscribed is not one of the subscribed ones before.
      if (this.#watched.isBySubscription && this.#tellsNames) {
        sets.push({ mailboxes: "personal", events: ["SubscriptionChange"] });
      }
      await sendNotify(this.#scope, sets, true);
      return true;
    } catch (error) {
      // Only a refusal is of just this class: then, as when nothing was sent, all is as before.
      const isRefused = error instanceof ImapError && error.constructor === ImapError;
      if (isRefused || error instanceof InvalidArgumentError) this.#mustRestore = before;
      if (isRefused) return false;
      throw error;
    }
  }

  /** LIST, with STATUS of the folders that NOTIFY says nothing about. */
  async #list(): Promise<void> {
    this.#told ??= new ToldCounts();
    this.#selected.look();
    const isAsked = (key: string) => !this.#notified && !this.#selected.is(key);
    const { folders, counts } = await this.#watched.list(
      isAsked,
      this.#request.events.has("subscribed"),
    );
    this.#claimed = 0;
    const { renamed, gone } = this.#states.list(folders, counts);
    this.#selected.renamed((key) => renamed.get(key) ?? null);
    if (!this.#watched.isBySubscription) {
      for (const key of gone) this.#selected.deleted(key);
    }
    this.#take(counts);
    this.#selected.begin();
    // With NOTIFY too: servers lose some of it.
    this.#listAt = this.#notified || this.#request.watchesNames
      ? after(this.#request.listEvery)
      : Infinity;
  }

  async #poll(isAsked: (key: string) => boolean): Promise<void> {
    this.#told = new ToldCounts();
    this.#take(await this.#watched.ask((key) => isAsked(key) && !this.#selected.is(key)));
    if (this.#watched.hasRefused && this.#request.watchesNames) this.#listAt = 0;
  }

  /** Takes what was asked for, unless something later was heard meanwhile. */
  #take(asked: CountsByKey): void {
    const told = this.#told!;
    this.#told = null;
    if (told.isIncomplete) this.#states.queue.add({ type: "overflow" });
    for (const [key, counts] of [...asked, ...told.waiting]) {
      const isLatest = told.waiting.has(key) ? told.waiting.get(key) === counts : !told.has(key);
      if (isLatest && !this.#selected.is(key)) this.#states.status(key, counts);
    }
  }

  #untilWoken(): Promise<void> {
    const due = Math.min(this.#notifyAt, this.#pollAt, this.#listAt);
    return new Promise((resolve) => {
      const milliseconds = Math.max(0, due - performance.now());
      const timer = due < Infinity ? setTimeout(resolve, milliseconds) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (!this.#states.queue.isEmpty || this.#failure !== null) this.#wake();
    });
  }

  // Hearing

  /** Hears each response, also those that answer other calls. */
  #hear(response: UntaggedResponse): void {
    this.#selected.look();
    if (response.type === "STATUS") {
      this.#hearCounts(folderKey(response.name)!, countsOf(response));
    } else if (response.type === "LIST" && this.#notified) this.#claimed++;
    else if (response.type === "OK" && response.code?.name === "NOTIFICATIONOVERFLOW") {
      this.#lose();
    }
    this.#wake();
  }

  #hearCounts(key: string, counts: FolderCounts): void {
    const isKnown = this.#states.has(key);
    this.#told?.add(key, isKnown ? null : counts);
    if (isKnown && !this.#selected.is(key)) this.#states.status(key, counts);
    if (isKnown || this.#told !== null || !this.#notified) return;
    // Dovecot does not always tell of new folders.
    if (this.#watched.mayInclude(key)) this.#listAt = Math.min(this.#listAt, this.#nextPoll);
  }

  /** The server has ended NOTIFY: it is asked again, but not all the time. */
  #lose(): void {
    if (!this.#notified) return;
    this.#states.queue.add({ type: "overflow" });
    this.#notified = false;
    const { pollEvery } = this.#request.pace;
    this.#notifyAt = this.#hasOverflowed ? this.#lastNotify + pollEvery * 1000 : 0;
    this.#hasOverflowed = true;
  }

  #hearUnclaimed(response: UntaggedResponse): void {
    if (response.type === "FETCH") {
      if ("FLAGS" in response.items) this.#selected.flagsChanged();
    } else if (response.type === "LIST") {
      if (this.#claimed > 0) this.#claimed--;
      if (this.#notified) this.#hearFolder(response);
    } else return;
    this.#wake();
  }

  #forget(key: string): void {
    if (!this.#states.has(key)) return;
    this.#states.deleted(key);
    this.#selected.deleted(key);
  }

  /** A folder was created, renamed or deleted, or the subscription to it has changed. */
  #hearFolder(response: ListResponse): void {
    const { name, delimiter, flags } = response;
    const key = folderKey(name)!;
    const has = (flag: string) => flags.some((it) => it.toLowerCase() === flag);
    const seen: SeenFolder = {
      key,
      folder: nameDecoder(this.#scope)(name),
      delimiter,
      isSubscribed: has("\\subscribed"),
    };
    if (has("\\nonexistent") || has("\\noaccess")) return this.#forget(key);
    const oldName = oldNameOf(response);
    const oldKey = oldName === null ? null : folderKey(oldName)!;
    if (oldKey !== null && oldKey !== key && this.#states.has(oldKey)) {
      if (this.#watched.includes(key, delimiter)) {
        const { folderEncode } = this.#scope;
        const bytes = (key: string) => encodeUtf8(key);
        this.#states.renamed(
          oldKey,
          seen,
          (key) => folderEncode ? decodeUtf7(bytes(key)) : bytes(key),
        );
        return this.#selected.renamed((other) => movedKey(other, oldKey, seen));
      }
      return this.#forget(oldKey);
    }
    if (!this.#states.has(key)) {
      const isMeant = this.#watched.isBySubscription
        ? seen.isSubscribed
        : this.#watched.includes(key, delimiter);
      if (isMeant) this.#states.created(seen);
    } else if (this.#states.isSubscribed(key) !== seen.isSubscribed) {
      // Servers need not tell it in every LIST, so LIST is asked for it.
      const isTold = this.#request.events.has("subscribed") || this.#watched.isBySubscription;
      if (isTold) this.#listAt = 0;
    }
  }
}

/** A folder's key after one was renamed, itself or above it; `null` if it stays the same. */
function movedKey(other: string, oldKey: string, { key, delimiter }: SeenFolder): string | null {
  const isBelow = delimiter !== null && other.startsWith(oldKey + delimiter);
  return other === oldKey || isBelow ? key + other.slice(oldKey.length) : null;
}

function after(seconds: number): number {
  return performance.now() + seconds * 1000;
}

/** The items of STATUS that the news are made of. */
function itemsFor({ events, watchesMessages }: CheckedWatch, { client }: Scope): readonly string[] {
  const { session } = client.connection;
  const items = watchesMessages ? ["MESSAGES", "UIDNEXT", "UIDVALIDITY"] : [];
  if (events.has("flags")) items.push("UNSEEN");
  // To ask for it would have the server tell mod-sequences from then on (RFC 7162 section 3.1).
  const hasModseqs = session.enabled.has("CONDSTORE") || session.enabled.has("QRESYNC");
  if (events.has("flags") && hasModseqs) items.push("HIGHESTMODSEQ");
  const hasIds = session.has("OBJECTID") && !session.server.quirks.wrongMailboxIds;
  if (events.has("renamed") && hasIds) items.push("MAILBOXID");
  return items;
}
