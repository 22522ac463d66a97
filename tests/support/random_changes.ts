// Two sessions change folders at random while `watchFolders` tells one of them what happens.
import { type FolderNews, type ImapClient, ImapError } from "@imapclient/imapclient";
import { outcome } from "./fake_server.ts";
import { Random } from "./random.ts";

/** What is changed, and how. */
export interface Changes {
  /** Two runs with the same number make the same changes. */
  readonly seed: number;
  /** How many changes. */
  readonly steps: number;
  /** The folder that holds all others. */
  readonly root: string;
  /** The character between the levels of names. */
  readonly delimiter: string;
  /** Seconds between two rounds of the watch. */
  readonly pollEvery: number;
  /** Whether the server ends a session whose folder is renamed; all do where it is deleted. */
  readonly endsRenamed: boolean;
  /**
   * Whether a new folder may get another UIDVALIDITY at once, as on Dovecot if several sessions ask
   * for it at the same time.
   */
  readonly renumbers: boolean;
}

/** What somebody knows who hears the news: how many messages each folder has. */
class Hearer {
  readonly counts: Map<string, number> = new Map();
  readonly problems: string[] = [];
  hasBegun = false;
  readonly #delimiter: string;
  readonly #renumbers: boolean;

  constructor({ delimiter, renumbers }: Changes) {
    this.#delimiter = delimiter;
    this.#renumbers = renumbers;
  }

  hear(news: FolderNews): void {
    this.hasBegun = true;
    if (news.type === "overflow") return void this.problems.push("overflow");
    const folder = `${news.folder}`;
    const known = this.counts.get(folder);
    const isFirst = news.type === "created" || news.type === "renamed" || news.type === "status";
    const isStrange = isFirst === (known !== undefined);
    if (isStrange && !(news.type === "status" && this.#renumbers)) {
      this.problems.push(`${news.type} ${folder}, known ${known}`);
    }
    if (news.type === "status") this.counts.set(folder, news.status.MESSAGES!);
    else if (news.type === "created") this.counts.set(folder, 0);
    else if (news.type === "deleted") this.counts.delete(folder);
    else if (news.type === "renamed") this.#rename(`${news.oldName}`, folder);
    else if (news.type === "new" || news.type === "expunged") {
      const sign = news.type === "new" ? 1 : -1;
      const counted = news.count === null ? news.status.MESSAGES : known! + sign * news.count;
      this.counts.set(folder, counted!);
    }
  }

  #rename(old: string, now: string): void {
    if (!this.counts.has(old)) this.problems.push(`renamed ${old}, not known`);
    for (const [folder, count] of [...this.counts]) {
      if (folder !== old && !folder.startsWith(old + this.#delimiter)) continue;
      this.counts.delete(folder);
      this.counts.set(now + folder.slice(old.length), count);
    }
  }
}

/** The folders as they are, and which session has selected which. */
class Changer {
  readonly folders: Set<string>;
  readonly #changes: Changes;
  readonly #random: Random;
  readonly #selected = new Map<ImapClient, string>();
  #made = 0;

  constructor(changes: Changes, random: Random) {
    this.#changes = changes;
    this.#random = random;
    this.folders = new Set([changes.root]);
  }

  async change(client: ImapClient): Promise<void> {
    const { root, delimiter } = this.#changes;
    const folder = this.#random.pick([...this.folders]);
    const kind = this.#random.below(11);
    // Cyrus refuses the same message too many times.
    const mail = `Subject: ${this.#made++}\r\n\r\nx\r\n`;
    if (kind < 4) await client.append(folder, mail);
    else if (kind < 7) await this.#select(client, folder);
    else if (kind < 9) {
      const name = `${kind === 7 ? root : folder}${delimiter}f${this.#made++}`;
      await client.createFolder(name).catch(ignoreExisting);
      this.folders.add(name);
    } else if (folder === root) await client.folderStatus(folder);
    else if (kind === 9) await this.#delete(client, folder);
    else await this.#rename(client, folder, `${root}${delimiter}r${this.#made++}`);
  }

  /** Selects a folder, and removes some messages. */
  async #select(client: ImapClient, folder: string): Promise<void> {
    await client.selectFolder(folder);
    this.#selected.set(client, folder);
    const found = [...await client.search("ALL")].filter(() => this.#random.below(3) === 0);
    if (found.length === 0) return;
    await client.deleteMessages(found);
    await client.expunge();
  }

  async #delete(client: ImapClient, folder: string): Promise<void> {
    if (this.#below(folder).length > 1) return;
    await this.#leave([folder]);
    this.folders.delete(folder);
    await client.deleteFolder(folder);
  }

  async #rename(client: ImapClient, folder: string, name: string): Promise<void> {
    const below = this.#below(folder);
    if (this.#changes.endsRenamed) await this.#leave(below);
    await client.renameFolder(folder, name);
    for (const each of below) {
      const now = name + each.slice(folder.length);
      this.folders.delete(each);
      this.folders.add(now);
      for (const [client, selected] of [...this.#selected]) {
        if (selected === each) this.#selected.set(client, now);
      }
    }
  }

  /** A folder and those below it. */
  #below(folder: string): string[] {
    const { delimiter } = this.#changes;
    return [...this.folders].filter((it) => it === folder || it.startsWith(folder + delimiter));
  }

  async #leave(folders: readonly string[]): Promise<void> {
    for (const [client, selected] of [...this.#selected]) {
      if (folders.includes(selected)) await this.leave(client);
    }
  }

  /** Closes the folder that a session has selected, if there is one. */
  async leave(client: ImapClient): Promise<void> {
    if (this.#selected.delete(client)) await client.closeFolder();
  }
}

/**
 * Makes changes, by a session that watches and by another one, and returns how what is told differs
 * in the end from what there is.
 */
export async function randomChanges(
  watcher: ImapClient,
  other: ImapClient,
  changes: Changes,
): Promise<readonly string[]> {
  const { seed, steps, root, pollEvery } = changes;
  const random = new Random(seed);
  const hearer = new Hearer(changes);
  const changer = new Changer(changes, random);
  const controller = new AbortController();
  const watching = watcher.watchFolders({
    folders: { subtree: root },
    events: ["status", "new", "expunged", "created", "renamed", "deleted"],
    pollEvery,
    listEvery: pollEvery,
    signal: controller.signal,
  });
  const loop = outcome((async () => {
    for await (const news of watching) {
      hearer.hear(news);
      // A reader who is slow at times.
      if (random.below(5) === 0) await pause(random.below(20));
    }
  })());
  while (!hearer.hasBegun) await pause(1);
  for (let i = 0; i < steps; i++) {
    await changer.change(random.below(3) === 0 ? watcher : other);
    if (random.below(3) === 0) await pause(random.below(20));
  }
  const counts = new Map<string, number>();
  // Of a selected folder, STATUS may tell what the session has seen of it.
  await changer.leave(other);
  for (const folder of changer.folders) {
    counts.set(folder, (await other.folderStatus(folder, ["MESSAGES"])).MESSAGES!);
  }
  let differences = differencesOf(counts, hearer.counts);
  for (let i = 0; i < 500 && differences.length > 0; i++) {
    await pause(20);
    differences = differencesOf(counts, hearer.counts);
  }
  const reason = new Error("enough");
  controller.abort(reason);
  const end = await loop;
  return [...hearer.problems, ...differences, ...end === reason ? [] : [`${end}`]];
}

/**
 * Dovecot 2.4 says that a new folder exists already if another session asks for it at the same time.
 */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof ImapError) || error.code !== "ALREADYEXISTS") throw error;
}

function differencesOf(there: ReadonlyMap<string, number>, told: ReadonlyMap<string, number>) {
  return [...new Set([...there.keys(), ...told.keys()])]
    .filter((folder) => there.get(folder) !== told.get(folder))
    .map((folder) => `${folder}: has ${there.get(folder)}, told ${told.get(folder)}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
