import type { FolderName } from "../../model/folder_name.ts";
import type { FolderCounts, FolderNews } from "../../model/folder_news.ts";
import { NewsQueue } from "./news_queue.ts";

/** A folder as LIST shows it. */
export interface SeenFolder {
  /** Its name as it is compared with others. */
  readonly key: string;
  /** Its name. */
  readonly folder: FolderName;
  /** The character between the levels of its name. */
  readonly delimiter: string | null;
  /** Whether the user is subscribed to it. */
  readonly isSubscribed: boolean;
}

/** What STATUS says about folders, by their keys. */
export type CountsByKey = ReadonlyMap<string, FolderCounts>;

/** A folder that is watched. */
interface State extends SeenFolder {
  counts: FolderCounts;
  /** Whether messages came or went, and what was told of that says nothing of flags. */
  isFlagsStale?: boolean;
}

/** What is remembered beyond what LIST has shown: folders, and characters of their names. */
const MAX_UNLISTED = { folders: 10_000, characters: 4 * 1024 * 1024 };

/** What a list has shown. */
export interface ListNews {
  /** The keys that folders have now, by those they had before. */
  readonly renamed: ReadonlyMap<string, string>;
  /** The keys of folders that are gone. */
  readonly gone: Iterable<string>;
}

/**
 * What is known of the folders that are watched. Each thing that is learnt of them is compared with
 * what was known, and the difference is news.
 */
export class FolderStates {
  /** The news that nobody has taken yet. */
  readonly queue: NewsQueue = new NewsQueue();
  readonly #wanted: ReadonlySet<FolderNews["type"]>;
  #states = new Map<string, State>();
  readonly #ofSubscribed: boolean;
  #unlisted = { folders: 0, characters: 0 };
  #isBegun = false;

  /** Only news of these types is told. `ofSubscribed`: LIST shows only the subscribed folders. */
  constructor(wanted: ReadonlySet<FolderNews["type"]>, ofSubscribed: boolean) {
    this.#wanted = wanted;
    this.#ofSubscribed = ofSubscribed;
  }

  /** Whether a folder is watched. */
  has(key: string): boolean {
    return this.#states.has(key);
  }

  /** Whether it is known that the user is subscribed to a folder. */
  isSubscribed(key: string): boolean {
    return this.#states.get(key)?.isSubscribed ?? false;
  }

  /** These are all folders that there are; the first time, that is no news. */
  list(folders: Iterable<SeenFolder>, counts: CountsByKey): ListNews {
    const before = this.#states;
    const now = new Map<string, State>();
    for (const seen of folders) {
      now.set(seen.key, { counts: {}, ...before.get(seen.key), ...seen });
    }
    const isFirst = !this.#isBegun;
    this.#states = now;
    this.#unlisted = { folders: 0, characters: 0 };
    this.#isBegun = true;
    if (isFirst) return { renamed: new Map(), gone: [] };
    const gone = new Map([...before].filter(([key]) => !now.has(key)));
    const come = [...now.values()].filter(({ key }) => !before.has(key));
    const renamed = renames(gone, come, counts);
    for (const oldKey of renamed.keys()) gone.delete(oldKey);
    // First what is gone, and what was moved out: the folder above it may have another name.
    for (const { folder } of gone.values()) this.#tellGone(folder);
    this.#tellRenamed(renamed, before);
    const moved = new Set(renamed.values());
    for (const state of come) if (!moved.has(state.key)) this.#tellCreated(state);
    for (const [key, state] of now) {
      const old = before.get(key);
      if (old !== undefined) this.#tellSubscription(old, state);
    }
    return { renamed, gone: gone.keys() };
  }

  /** Tells the renames, from the lowest folders up, unless the folder above was renamed so too. */
  #tellRenamed(renamed: ReadonlyMap<string, string>, before: ReadonlyMap<string, State>): void {
    const lowestFirst = [...renamed].sort(([one], [other]) => other.length - one.length);
    for (const [oldKey, key] of lowestFirst) {
      const state = this.#states.get(key)!;
      const old = before.get(oldKey)!;
      state.counts = old.counts;
      const end = old.delimiter === null ? -1 : oldKey.lastIndexOf(old.delimiter);
      const above = end < 0 ? undefined : renamed.get(oldKey.slice(0, end));
      if (above !== undefined && key === above + oldKey.slice(end)) continue;
      this.#tell({ type: "renamed", folder: state.folder, oldName: old.folder });
    }
  }

  /** Tells the state of all folders. */
  tellAll(): void {
    for (const { folder, counts } of this.#states.values()) {
      this.#tell({ type: "status", folder, status: counts });
    }
  }

  /** A folder has come. */
  created(seen: SeenFolder): void {
    const { key } = seen;
    if (this.#states.has(key)) return;
    if (!this.#hasRoom(key)) return this.queue.add({ type: "overflow" });
    const state = { ...seen, counts: {} };
    this.#states.set(key, state);
    this.#tellCreated(state);
  }

  /** A folder has gone. */
  deleted(key: string): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    this.#states.delete(key);
    this.#tell({ type: "deleted", folder: state.folder });
  }

  /** A folder has another name, and those below it too. */
  renamed(oldKey: string, seen: SeenFolder, decode: (key: string) => FolderName): void {
    const { key } = seen;
    const state = this.#states.get(oldKey);
    const isKnown = state !== undefined && this.#states.has(key);
    const below = seen.delimiter === null ? null : oldKey + seen.delimiter;
    // The lowest first: one by itself is told before the folder above it.
    const children = [...this.#states]
      .filter(([other]) => below !== null && other.startsWith(below))
      .sort(([one], [other]) => other.length - one.length);
    for (const [other, child] of children) {
      this.#states.delete(other);
      const moved = key + other.slice(oldKey.length);
      if (!this.#hasRoom(moved)) return this.queue.add({ type: "overflow" });
      const isThere = this.#states.has(moved);
      const now = { ...child, key: moved, folder: decode(moved) };
      if (!isThere) this.#states.set(moved, now);
      if (isThere) this.#tell({ type: "deleted", folder: child.folder });
      else if (isKnown) this.#tell({ type: "renamed", folder: now.folder, oldName: child.folder });
    }
    if (state === undefined) return this.created(seen);
    this.#states.delete(oldKey);
    // LIST has shown the new name before: Cyrus 3.12 lists both names for a moment.
    if (isKnown) return this.#tell({ type: "deleted", folder: state.folder });
    this.#states.set(key, { ...state, ...seen });
    this.#tell({ type: "renamed", folder: seen.folder, oldName: state.folder });
  }

  /** Notes one more name that LIST has not shown; `false` if that is too much. */
  #hasRoom(key: string): boolean {
    const { folders, characters } = this.#unlisted;
    this.#unlisted = { folders: folders + 1, characters: characters + key.length };
    return folders < MAX_UNLISTED.folders && this.#unlisted.characters <= MAX_UNLISTED.characters;
  }

  /** STATUS says this about a folder. */
  status(key: string, told: FolderCounts): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    const before = state.counts;
    state.counts = { ...before, ...told };
    // A selection tells how many messages there are, and not always UIDNEXT: the one before is void.
    if (told.UIDNEXT === undefined && before.MESSAGES !== state.counts.MESSAGES) {
      const { UIDNEXT: _, ...rest } = state.counts;
      state.counts = rest;
    }
    if (before.UIDVALIDITY !== undefined && before.UIDVALIDITY !== state.counts.UIDVALIDITY) {
      state.counts = told;
      return this.#tell({ type: "status", folder: state.folder, status: told });
    }
    this.#compare(state, before, told);
  }

  /** In the selected folder, messages have come and gone, or flags have changed. */
  selectedChanged(key: string, arrived: number, gone: number, exists: number): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    if (arrived === 0 && gone === 0) {
      return this.#tell({ type: "flags", folder: state.folder, status: state.counts });
    }
    const { UIDNEXT, UIDVALIDITY } = state.counts;
    state.counts = { MESSAGES: exists, ...(UIDVALIDITY !== undefined && { UIDVALIDITY }) };
    const changed = { folder: state.folder, status: state.counts };
    if (gone > 0) this.#tell({ type: "expunged", ...changed, count: gone });
    if (arrived > 0) {
      this.#tell({ type: "new", ...changed, count: arrived, firstUid: UIDNEXT ?? null });
    }
  }

  #compare(state: State, before: FolderCounts, told: FolderCounts): void {
    const more = difference(state.counts.MESSAGES, before.MESSAGES);
    const grown = difference(state.counts.UIDNEXT, before.UIDNEXT);
    const arrived = Math.max(0, grown ?? more ?? 0);
    const gone = more === null ? 0 : Math.max(0, arrived - more);
    const hasMoved = arrived > 0 || gone > 0;
    const saysFlags = told.UNSEEN !== undefined || told.HIGHESTMODSEQ !== undefined;
    const wasStale = state.isFlagsStale ?? false;
    if (saysFlags) state.isFlagsStale = false;
    else if (hasMoved) dropFlagCounts(state);
    const changed = { folder: state.folder, status: state.counts };
    // UIDs may be left out, so that with both, neither number is sure.
    const isSure = arrived === 0 || gone === 0;
    if (gone > 0) this.#tell({ type: "expunged", ...changed, count: isSure ? gone : null });
    if (arrived > 0) {
      const firstUid = before.UIDNEXT ?? null;
      this.#tell({ type: "new", ...changed, count: isSure ? arrived : null, firstUid });
    }
    if (hasMoved) return;
    const { UNSEEN, HIGHESTMODSEQ } = before;
    const hasFlags = UNSEEN !== undefined && UNSEEN !== state.counts.UNSEEN ||
      HIGHESTMODSEQ !== undefined && HIGHESTMODSEQ !== state.counts.HIGHESTMODSEQ ||
      wasStale && saysFlags;
    if (hasFlags) this.#tell({ type: "flags", ...changed });
  }

  #tellGone(folder: FolderName): void {
    this.#tell(
      this.#ofSubscribed
        ? { type: "subscribed", folder, subscribed: false }
        : { type: "deleted", folder },
    );
  }

  #tellCreated(state: State): void {
    // Whatever is in it is new.
    state.counts = { MESSAGES: 0 };
    const { folder } = state;
    this.#tell(
      this.#ofSubscribed
        ? { type: "subscribed", folder, subscribed: true }
        : { type: "created", folder },
    );
  }

  #tellSubscription(old: State, { folder, isSubscribed }: State): void {
    if (old.isSubscribed === isSubscribed) return;
    this.#tell({ type: "subscribed", folder, subscribed: isSubscribed });
  }

  #tell(news: FolderNews): void {
    if (this.#wanted.has(news.type)) this.queue.add(news);
  }
}

/** NOTIFY need not tell these of messages that come or go (RFC 5465 section 5.2). */
function dropFlagCounts(state: State): void {
  const { UNSEEN, HIGHESTMODSEQ, ...counts } = state.counts;
  if (UNSEEN === undefined && HIGHESTMODSEQ === undefined) return;
  state.counts = counts;
  state.isFlagsStale = true;
}

function difference(now: number | undefined, before: number | undefined): number | null {
  return now === undefined || before === undefined ? null : now - before;
}

/** Which folders have come with the id of one that is gone: their keys, by the old ones. */
function renames(
  gone: ReadonlyMap<string, State>,
  come: readonly State[],
  counts: CountsByKey,
): Map<string, string> {
  const byId = new Map<string, string>();
  for (const [key, { counts: { MAILBOXID } }] of gone) {
    // Anything else is no id (RFC 8474 section 7).
    if (/^[\w-]{1,255}$/.test(MAILBOXID ?? "")) byId.set(MAILBOXID!, key);
  }
  const renamed = new Map<string, string>();
  for (const { key } of come) {
    const id = counts.get(key)?.MAILBOXID ?? "";
    const oldKey = byId.get(id);
    if (oldKey === undefined) continue;
    byId.delete(id);
    renamed.set(oldKey, key);
  }
  return renamed;
}
