import { sortKeys } from "../../commands/search/sort.ts";
import type { Thread } from "../../commands/search/thread.ts";
import { type Text, toText, upperAscii } from "../../model/text.ts";
import type { WatchedSearch } from "../watch/watch_search.ts";
import type {
  FolderSources,
  PartialRange,
  SearchChange,
  SearchReturn,
} from "../../model/search_results.ts";
import type { BatchRange } from "../../commands/search/uid_batches.ts";
import type { NumberSet } from "../../model/number_set.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { runWhole, type Scope } from "../scope.ts";
import {
  type Query,
  scopedCriteria,
  searchMessages,
  sortMessages,
  threadMessages,
} from "./search_messages.ts";

/** How a search is made, as the caller says it. */
export interface SearchRequest {
  /** The charset of the criteria's text. */
  readonly charset?: string | null;
  /** The values to return. */
  readonly return?: readonly SearchReturn[];
  /** Which of the ids to return. */
  readonly partial?: PartialRange;
  /** Whether to save the ids as `SAVED`. */
  readonly save?: boolean;
}

/** How folders are searched, as the caller says it. */
export interface FoldersRequest extends Omit<SearchRequest, "save"> {
  /** Whether to select and search one folder after the other if the server can't search several. */
  readonly fallback?: boolean;
}

const results = lazyImport(() => import("./search_results.ts"));
const batches = lazyImport(() => import("./uid_batches.ts"));

/** SEARCH: the ids, or whatever else is to be returned. */
export async function searchAsAsked(
  scope: Scope,
  query: Query,
  request: SearchRequest,
): Promise<object> {
  const { return: returned, partial, save = false, charset = null } = request;
  if (returned === undefined && partial === undefined && !save) {
    return await searchMessages(scope, query, charset);
  }
  // The meaning of SAVED is fixed now; the call keeps its place while the module is loaded.
  const { criteria, scope: own } = scopedCriteria(scope, query);
  const search = () =>
    runWhole(own, async (own) => {
      return await (await results()).searchResults(own, { criteria, charset }, request);
    });
  return await (save ? saving(own, search) : search());
}

/** How messages are sorted, as the caller says it. */
export interface SortRequest extends Omit<SearchRequest, "charset" | "save"> {
  /** The charset of the criteria's text. */
  readonly charset?: string;
  /** Whether to sort here if the server can't. */
  readonly fallback?: boolean;
}

/** SORT: the ids in order, or whatever else is to be returned. */
export async function sortAsAsked(
  scope: Scope,
  sortCriteria: Text | Iterable<Text>,
  query: Query,
  request: SortRequest,
): Promise<object> {
  const order = sortKeys(sortCriteria);
  const { return: returned, partial, charset = "UTF-8", fallback = false } = request;
  const isHere = fallback && !scope.client.connection.session.has("SORT");
  if (returned === undefined && partial === undefined && !isHere) {
    return await sortMessages(scope, order, query, charset);
  }
  const { criteria, scope: own } = scopedCriteria(scope, query);
  const asked = { criteria, charset: request.charset ?? null, order, fallback };
  return await runWhole(own, async (own) => {
    return await (await results()).searchResults(own, asked, { return: returned, partial });
  });
}

const here = lazyImport(() => import("./sort_here.ts"));

/** THREAD: the messages by discussions. */
export async function threadAsAsked(
  scope: Scope,
  algorithm: Text,
  query: Query,
  { charset, fallback = false }: Pick<SortRequest, "charset" | "fallback">,
): Promise<readonly Thread[]> {
  const name = upperAscii(toText(algorithm));
  const isHere = fallback && (name === "REFERENCES" || name === "ORDEREDSUBJECT") &&
    !scope.client.connection.session.has(`THREAD=${name}`);
  if (!isHere) {
    return await threadMessages(scope, algorithm, query, charset === undefined ? "UTF-8" : charset);
  }
  const { criteria, scope: own } = scopedCriteria(scope, query);
  return await runWhole(own, async (own) => {
    return await (await here()).threadHere(own, name, criteria, charset ?? null);
  });
}

const folders = lazyImport(() => import("./search_folders.ts"));

/** ESEARCH, in several folders. */
export async function searchFoldersAsAsked(
  scope: Scope,
  sources: FolderSources,
  query: Query,
  request: FoldersRequest,
): Promise<object[]> {
  const search = async (scope: Scope) =>
    await (await folders()).searchFolders(scope, sources, query, request);
  const { session } = scope.client.connection;
  // Folder by folder, other calls have their turns in between.
  if (request.fallback && !session.has("MULTISEARCH")) return await search(scope);
  // The selected folder is that of now, even if another is selected while the module is loaded.
  return await runWhole(scope, search);
}

const watching = lazyImport(() => import("../watch/watch_search.ts"));

/** The changes of a search's result. */
export async function* watchSearchLazily(
  scope: Scope,
  query: Query,
  request: WatchedSearch,
): AsyncGenerator<SearchChange, void, void> {
  const { watchSearch } = await watching();
  yield* watchSearch(scope, query, request);
}

/**
 * Runs a search that saves its result. While it is under way, and if it fails, nothing is saved.
 */
async function saving(scope: Scope, search: () => Promise<object>): Promise<object> {
  const { selections } = scope.client.connection.session;
  selections.saving++;
  try {
    return await search();
  } catch (error) {
    selections.saved = null;
    throw error;
  } finally {
    selections.saving--;
  }
}

/** UIDBATCHES: the UIDs of the folder in batches. */
export async function divideUids(
  scope: Scope,
  size: number,
  range: BatchRange | undefined,
): Promise<readonly NumberSet[]> {
  return await runWhole({ ...scope, uid: true }, async (scope) => {
    return await (await batches()).uidBatchesOf(scope, size, range);
  });
}
