import { InvalidArgumentError, named } from "../../model/errors.ts";
import type { FolderNews } from "../../model/folder_news.ts";
import type { IdlePace } from "./idling.ts";
import { checkPace, paceOf } from "./watch.ts";
import type { WatchedFolders } from "./watched_folders.ts";

/**
 * A kind of news that can be asked for: `status` tells the state of every folder at the beginning.
 */
export type FolderNewsType = Exclude<FolderNews["type"], "overflow">;

/** What to watch, and how. */
export interface FolderWatchRequest {
  /** The folders. */
  readonly folders?: WatchedFolders;
  /** What is told. */
  readonly events?: readonly FolderNewsType[];
  /** Seconds after which IDLE is renewed. */
  readonly renewEvery?: number;
  /** Seconds between two rounds of STATUS. */
  readonly pollEvery?: number;
  /** Seconds between two LISTs. */
  readonly listEvery?: number;
}

/** The request, checked. */
export interface CheckedWatch {
  /** The folders. */
  readonly folders: WatchedFolders;
  /** What is told. */
  readonly events: ReadonlySet<FolderNews["type"]>;
  /** Whether the state of every folder is told at the beginning. */
  readonly tellsStates: boolean;
  /** Whether it is told what happens to messages. */
  readonly watchesMessages: boolean;
  /** Whether it is told that folders come or go, are renamed or subscribed. */
  readonly watchesNames: boolean;
  /** How often IDLE is renewed, and STATUS asked. */
  readonly pace: IdlePace;
  /** Seconds between two LISTs. */
  readonly listEvery: number;
}

const OF_NAMES: readonly FolderNewsType[] = ["created", "renamed", "deleted", "subscribed"];
const OF_MESSAGES: readonly FolderNewsType[] = ["new", "expunged", "flags", "status"];
const ALL: readonly FolderNewsType[] = [...OF_MESSAGES, ...OF_NAMES];
const DEFAULT: readonly FolderNewsType[] = ["new", "expunged", "created", "renamed", "deleted"];
const LIST_EVERY = 600;

/** Checks a request and fills in its defaults. Throws {@linkcode InvalidArgumentError}. */
export function checkedWatch(request: FolderWatchRequest): CheckedWatch {
  const { folders = "personal", events = DEFAULT, listEvery = LIST_EVERY } = request;
  const pace = paceOf(request);
  checkPace({ ...pace, listEvery } as IdlePace);
  if (!Array.isArray(events) || events.length === 0) {
    const what = Array.isArray(events) ? "an empty one" : named(events);
    throw new InvalidArgumentError(`'events' must be a list of kinds of news, not ${what}`);
  }
  for (const event of events) {
    if (ALL.includes(event)) continue;
    throw new InvalidArgumentError(
      `there is no kind of news ${named(event)}: use ${ALL.join(", ")}`,
    );
  }
  return {
    folders,
    events: new Set<FolderNews["type"]>([...events, "status", "overflow"]),
    tellsStates: events.includes("status"),
    watchesMessages: OF_MESSAGES.some((event) => events.includes(event)),
    watchesNames: OF_NAMES.some((event) => events.includes(event)),
    pace,
    listEvery,
  };
}
