import { folderKey } from "../../connection/selected_folder.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { FolderNews } from "../../model/folder_news.ts";

/** How much may wait to be taken: news, and bytes of the folders' names. */
const MAX_WAITING = { items: 10_000, bytes: 4 * 1024 * 1024 };

/** News that waits to be taken. News of one kind about one folder is merged. */
export class NewsQueue {
  #waiting = new Map<string, FolderNews>();
  #bytes = 0;

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Adds news. If too much waits, all of it gives way to an overflow. */
  add(news: FolderNews): void {
    if (news.type === "overflow") return this.#overflow();
    if (news.type === "deleted" && this.#forgets(news.folder)) return;
    const key = `${news.type} ${keyOf(news.folder)}`;
    const known = this.#waiting.get(key);
    if (known === undefined) this.#bytes += key.length;
    this.#waiting.set(key, known === undefined ? news : merged(known, news));
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
    this.#waiting = new Map([["overflow", { type: "overflow" }]]);
    this.#bytes = 0;
  }

  /** A deleted folder's other news means nothing; `true` if nobody has heard of the folder. */
  #forgets(folder: FolderName): boolean {
    const key = keyOf(folder);
    const isUnheard = this.#waiting.has(`created ${key}`);
    for (const type of ["new", "expunged", "flags", "status", "created", "subscribed"]) {
      if (this.#waiting.delete(`${type} ${key}`)) this.#bytes -= type.length + 1 + key.length;
    }
    return isUnheard;
  }
}

function keyOf(folder: FolderName): string {
  return folderKey(folder)!;
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
