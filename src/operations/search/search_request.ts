import type { PartialRange, SearchReturn } from "../../model/search_results.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { runWhole, type Scope } from "../scope.ts";
import { type Query, scopedCriteria, searchMessages } from "./search_messages.ts";

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

const results = lazyImport(() => import("./search_results.ts"));

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

/** Runs a search that saves its result. While it is under way, and if it fails, nothing is saved. */
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
