import type { FolderName } from "./folder_name.ts";

/** What STATUS says about a folder, each item only if the server sent it. */
export interface FolderCounts {
  /** How many messages there are. */
  readonly MESSAGES?: number;
  /** The UID that the next message will have, or a smaller one. */
  readonly UIDNEXT?: number;
  /** If it changes, UIDs stand for other messages. */
  readonly UIDVALIDITY?: number;
  /** How many messages have not been seen. */
  readonly UNSEEN?: number;
  /** The highest mod-sequence (RFC 7162). */
  readonly HIGHESTMODSEQ?: bigint;
  /** The folder's id (RFC 8474). */
  readonly MAILBOXID?: string | null;
}

/** Something has changed in a folder. */
export interface FolderChange {
  /** The folder. */
  readonly folder: FolderName;
  /** What is known of it now. `UNSEEN` is missing if nobody told it since messages came or went. */
  readonly status: FolderCounts;
}

/** Messages have come. */
export interface NewMessages extends FolderChange {
  /** Tells the kinds of news apart. */
  readonly type: "new";
  /** How many; `null` if others went meanwhile, so that it can't be told. */
  readonly count: number | null;
  /** No UID of theirs is lower than this one; `null` if the server did not tell it. */
  readonly firstUid: number | null;
}

/** Messages have been removed. */
export interface ExpungedMessages extends FolderChange {
  /** Tells the kinds of news apart. */
  readonly type: "expunged";
  /** How many; `null` if others came meanwhile, so that it can't be told. */
  readonly count: number | null;
}

/** Flags of messages have changed, as far as the counts show it. */
export interface ChangedFlags extends FolderChange {
  /** Tells the kinds of news apart. */
  readonly type: "flags";
}

/**
 * The state of a folder at the beginning, if that was asked for. Later, it says that UIDs have been
 * assigned again (UIDVALIDITY): what was known of the folder's messages is void.
 */
export interface ChangedStatus extends FolderChange {
  /** Tells the kinds of news apart. */
  readonly type: "status";
}

/** A folder was created, or the user may see it from now on; or it was deleted. */
export interface ChangedFolder {
  /** Tells the kinds of news apart. */
  readonly type: "created" | "deleted";
  /** The folder. */
  readonly folder: FolderName;
}

/** A folder was renamed, with those below it. */
export interface RenamedFolder {
  /** Tells the kinds of news apart. */
  readonly type: "renamed";
  /** Its name now. */
  readonly folder: FolderName;
  /** Its name before. */
  readonly oldName: FolderName;
}

/** The user has subscribed to a folder, or no longer is. */
export interface ChangedSubscription {
  /** Tells the kinds of news apart. */
  readonly type: "subscribed";
  /** The folder. */
  readonly folder: FolderName;
  /** Whether the user is subscribed to it. */
  readonly subscribed: boolean;
}

/** More has changed than could be told. What is told from now on goes on from the state now. */
export interface Overflow {
  /** Tells the kinds of news apart. */
  readonly type: "overflow";
}

/** News of `watchFolders`. */
export type FolderNews =
  | NewMessages
  | ExpungedMessages
  | ChangedFlags
  | ChangedStatus
  | ChangedFolder
  | RenamedFolder
  | ChangedSubscription
  | Overflow;
