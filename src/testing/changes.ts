import type { Folder } from "./folder.ts";

/** Messages came or went, or their flags changed. */
export interface MessageChange {
  /** What has changed. */
  readonly type: "messages" | "flags";
  /** The folder. */
  readonly folder: Folder;
}

/** A folder was created, deleted, or renamed from `oldName`. */
export interface NameChange {
  /** Tells the kinds of change apart. */
  readonly type: "name";
  /** The folder's name. */
  readonly name: string;
  /** The name that it had. */
  readonly oldName?: string;
}

/** The user has subscribed to a folder, or is no longer subscribed. */
export interface SubscriptionChange {
  /** Tells the kinds of change apart. */
  readonly type: "subscription";
  /** The folder's name. */
  readonly name: string;
}

/** What has changed in an account. */
export type Change = MessageChange | NameChange | SubscriptionChange;

/** Tells the sessions of an account what changes in it (NOTIFY, RFC 5465). */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Calls `listener` after every change, until the function that is returned is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Something has changed. */
  tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
