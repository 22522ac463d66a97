import { noDetails } from "../../commands/folders/list_details.ts";
import { namespace } from "../../commands/folders/namespace.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import type { FolderCounts } from "../../model/folder_news.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import { checkKeys } from "../../model/options.ts";
import type { Text } from "../../model/text.ts";
import { listByOptions, type Listed } from "../folders/list_by_options.ts";
import { withDetails } from "../folders/list_details.ts";
import type { ListFoldersOptions } from "../folders/list_options.ts";
import { nameDecoder, run, type Scope } from "../scope.ts";
import type { CountsByKey, SeenFolder } from "./folder_states.ts";
import { checkedNames, type NotifyMailboxes } from "./notify_sets.ts";

/**
 * Which folders to watch: the user's own, those that mail is delivered to (the user's own, if the
 * server can't tell them), those that the user is subscribed to, these folders, or these with all
 * below them.
 */
export type WatchedFolders =
  | "personal"
  | "inboxes"
  | "subscribed"
  | readonly Text[]
  | { readonly subtree: Text | Iterable<Text> };

/** A row of LIST. */
type Row = Listed["rows"][number];

/** The folders that are watched, as LIST and STATUS show them. */
export class Watched {
  /** What NOTIFY calls them. */
  readonly mailboxes: NotifyMailboxes;
  readonly #scope: Scope;
  /** Their names; `null` for all of a kind. */
  readonly #names: readonly string[] | null;
  readonly #patterns: readonly Text[];
  readonly #hasBelow: boolean;
  readonly #items: readonly string[];
  /** Whether a folder of the last list refused to tell its counts: it may be gone. */
  hasRefused = false;
  /** Prefixes of what is not the user's own; `null` until the server was asked. */
  #foreign: readonly string[] | null = null;
  #rows: readonly Row[] = [];

  /** Throws {@linkcode InvalidArgumentError} for what names no folders. */
  constructor(scope: Scope, folders: WatchedFolders, items: readonly string[]) {
    this.#scope = scope;
    this.#items = items;
    const isKind = folders === "personal" || folders === "inboxes" || folders === "subscribed";
    this.#hasBelow = !isKind && !isList(folders);
    if (isKind) {
      this.mailboxes = folders;
      this.#names = null;
      this.#patterns = ["*"];
      return;
    }
    const names = namesOf(folders);
    this.mailboxes = isList(folders) ? { mailboxes: names } : { subtree: names };
    this.#names = names.map((name) => folderKey(name)!);
    this.#patterns = this.#hasBelow ? names.map(allBelow) : names;
  }

  /** Whether they are those that the user is subscribed to. */
  get isBySubscription(): boolean {
    return this.mailboxes === "subscribed";
  }

  /** Lists them, and asks about those that `isAsked` chooses. */
  async list(
    isAsked: (key: string) => boolean,
    subscribed: boolean,
  ): Promise<{ readonly folders: readonly SeenFolder[]; readonly counts: CountsByKey }> {
    const { isBySubscription } = this;
    const options: ListFoldersOptions = {
      ...(isBySubscription && { select: "SUBSCRIBED" }),
      ...(subscribed && { subscribed }),
      ...(this.#items.length > 0 && { status: this.#items }),
    };
    const foreign = isBySubscription || this.#names !== null ? [] : await this.#askForeign();
    const patterns = this.#patterns.length === 1 ? this.#patterns[0] : this.#patterns;
    const listed = await listByOptions(this.#scope, "", patterns, options);
    this.#rows = listed.rows.filter((row) => exists(row) && this.#includes(row, foreign));
    const folders = this.#rows.map((row) => {
      const { name, delimiter, flags } = row.listing;
      const isSubscribed = isBySubscription || flags.some((flag) => /^\\Subscribed$/i.test(flag));
      return { key: keyOf(row), folder: name, delimiter, isSubscribed };
    });
    if (listed.got.status === undefined) return { folders, counts: await this.ask(isAsked) };
    const counts = new Map(this.#rows.map((row) => [keyOf(row), countsOf(row.details.status)]));
    return { folders, counts };
  }

  /** Whether the last list has a folder. */
  lists(key: string): boolean {
    return this.#rows.some((row) => keyOf(row) === key);
  }

  /** Asks about those of the last list that `isAsked` chooses, many at a time. */
  async ask(isAsked: (key: string) => boolean): Promise<CountsByKey> {
    const rows = this.#rows.filter((row) => isAsked(keyOf(row)))
      .map((row) => ({ ...row, details: noDetails() }));
    const status = this.#items;
    this.hasRefused = false;
    if (rows.length === 0 || status.length === 0) return new Map();
    const found = await withDetails(this.#scope, { rows, asked: { status }, got: {} }, { status });
    const statuses = found.map((each) => (each as { readonly status?: object | null }).status);
    this.hasRefused = statuses.some((it, index) => it === null && isSelectable(rows[index]));
    return new Map(statuses.map((status, index) => [keyOf(rows[index]), countsOf(status ?? null)]));
  }

  /** Whether a folder that the server tells of is one of them, as far as its name says. */
  includes(key: string, delimiter: string | null): boolean {
    if (this.#names === null) {
      return !(this.#foreign ?? []).some((prefix) => key.startsWith(prefix));
    }
    return this.#names.some((name) => {
      if (key === name) return true;
      return this.#hasBelow && delimiter !== null && key.startsWith(name + delimiter);
    });
  }

  /** Whether a folder of which no more is known than its name is likely to be one of them. */
  mayInclude(key: string): boolean {
    if (this.isBySubscription) return false;
    if (this.#names === null) return this.includes(key, null);
    return this.#names.some((name) => this.#hasBelow ? key.startsWith(name) : key === name);
  }

  #includes(row: Row, foreign: readonly string[]): boolean {
    const key = keyOf(row);
    if (this.#names === null) return !foreign.some((prefix) => key.startsWith(prefix));
    return this.includes(key, row.listing.delimiter);
  }

  /** Where other users' folders and shared ones are. */
  async #askForeign(): Promise<readonly string[]> {
    if (this.#foreign !== null) return this.#foreign;
    const { session } = this.#scope.client.connection;
    if (!session.has("NAMESPACE")) return this.#foreign = [];
    const { personal, other, shared } = await run(this.#scope, namespace(nameDecoder(this.#scope)));
    const keys = (entries: typeof personal) =>
      (entries ?? []).map(({ prefix }) => folderKey(prefix)!).filter((prefix) => prefix !== "");
    const own = keys(personal);
    return this.#foreign = [...keys(other), ...keys(shared)].filter((it) => !own.includes(it));
  }
}

function isList(folders: unknown): folders is readonly Text[] {
  return Array.isArray(folders);
}

function namesOf(folders: WatchedFolders): readonly Text[] {
  if (isList(folders)) return checkedNames(folders);
  if (typeof folders !== "object" || folders === null) {
    throw new InvalidArgumentError(
      "'folders' must be personal, inboxes, subscribed, a list of names or { subtree }: " +
        named(folders),
    );
  }
  checkKeys(folders, ["subtree"], "folders");
  return checkedNames(folders.subtree);
}

/** The pattern of a folder and those below it, and some others. */
function allBelow(name: Text): Text {
  if (typeof name === "string") return `${name}*`;
  const pattern = new Uint8Array(name.length + 1);
  pattern.set(name);
  pattern[name.length] = 42;
  return pattern;
}

function keyOf({ raw }: Row): string {
  return folderKey(raw)!;
}

function exists({ listing: { flags } }: Row): boolean {
  return !flags.some((flag) => /^\\NonExistent$/i.test(flag));
}

function isSelectable({ listing: { flags } }: Row): boolean {
  return !flags.some((flag) => /^\\Noselect$/i.test(flag));
}

/** What came of a folder; what the server did not send, or sent wrongly, throws when it is read. */
function countsOf(status: object | null): FolderCounts {
  const counts: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(status ?? {}))) {
    if (value !== undefined) counts[name] = value;
  }
  return counts as FolderCounts;
}
