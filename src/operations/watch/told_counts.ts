import type { FolderCounts } from "../../model/folder_news.ts";

/** How many characters of names are remembered. */
const MAX_NAMES = 16 * 1024 * 1024;

/** Whom STATUS has spoken of while folders are listed and asked for, and what it said of strangers. */
export class ToldCounts {
  /** The latest about folders that were not known. */
  readonly waiting: Map<string, FolderCounts> = new Map();
  readonly #known = new Set<string>();
  #names = 0;

  /** Whether there was more than can be remembered. */
  get isIncomplete(): boolean {
    return this.#names > MAX_NAMES;
  }

  /** Whether STATUS has spoken of a folder. */
  has(key: string): boolean {
    return this.#known.has(key) || this.waiting.has(key);
  }

  /** STATUS says this of a folder; `null` if it was taken at once. */
  add(key: string, counts: FolderCounts | null): void {
    if (!this.has(key)) this.#names += key.length;
    if (this.isIncomplete) return;
    if (counts === null) this.#known.add(key);
    else this.waiting.set(key, counts);
  }
}
