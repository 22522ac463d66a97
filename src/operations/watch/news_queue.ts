import { folderKey } from "../../connection/selected_folder.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { FolderNews } from "../../model/folder_news.ts";

/** How much may wait to be taken: news, and bytes of the folders' names. */
const MAX_WAITING = { items: 10_000, bytes: 4 * 1024 * 1024 };

const OVERFLOW = "overflow";

/** News that waits to be taken. News of one kind about one folder is merged. */
export class NewsQueue {
  #waiting = new Map<string, FolderNews>();
  #bytes = 0;
  /** After a folder was renamed, its old name may be another folder's: nothing is merged across. */
  #renames = 0;

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Adds news. If too much waits, all of it gives way to an overflow. */
  add(news: FolderNews): void {
    if (news.type === "overflow") return this.#overflow();
    if (news.type === "deleted" && this.#forgets(news.folder)) return;
    const key = this.#keyOf(news.type, news.folder);
    const known = this.#waiting.get(key);
    // Merged news comes last, since its state of the folder is the latest.
    if (known !== undefined) this.#waiting.delete(key);
    else this.#bytes += key.length;
    this.#waiting.set(key, known === undefined ? news : merged(known, news));
    if (news.type === "renamed") this.#renames++;
    const { items, bytes } = MAX_WAITING;
    if (this.#waiting.size > items || this.#bytes > bytes) this.#overflow();
  }

  /** Takes the first. */
  take(): FolderNews | undefined {
    for (const [key, news] of this.#waiting) {
      this.#waiting.delete(key);
      this.#bytes -= key.length;
      return news;
    }
    return undefined;
  }

  #overflow(): void {
    this.#waiting = new Map([[OVERFLOW, { type: OVERFLOW }]]);
    this.#bytes = OVERFLOW.length;
  }

  /** A deleted folder's other news means nothing; `true` if nobody has heard of the folder. */
  #forgets(folder: FolderName): boolean {
    const isUnheard = this.#waiting.has(this.#keyOf("created", folder));
    for (const type of ["new", "expunged", "flags", "status", "created", "subscribed"]) {
      const key = this.#keyOf(type, folder);
      if (this.#waiting.delete(key)) this.#bytes -= key.length;
    }
    return isUnheard;
  }

  #keyOf(type: string, folder: FolderName): string {
    return `${this.#renames} ${type} ${folderKey(folder)}`;
  }
}

/** Two news of one kind about one folder as one. */
function merged(known: FolderNews, news: FolderNews): FolderNews {
  if (news.type === "new" && known.type === "new") {
    return { ...news, count: sum(known.count, news.count), firstUid: known.firstUid };
  }
  if (news.type === "expunged" && known.type === "expunged") {
    return { ...news, count: sum(known.count, news.count) };
  }
  return news;
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
