import type { PartialRange, SearchReturn } from "../../model/search_results.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { runWhole, type Scope } from "../scope.ts";
import { type Query, searchMessages } from "./search_messages.ts";

/** How a search is made, as the caller says it. */
export interface SearchRequest {
  /** The charset of the criteria's text. */
  readonly charset?: string | null;
  /** The values to return. */
  readonly return?: readonly SearchReturn[];
  /** Which of the ids to return. */
  readonly partial?: PartialRange;
}

const results = lazyImport(() => import("./search_results.ts"));

/** SEARCH: the ids, or whatever else is to be returned. */
export async function searchAsAsked(
  scope: Scope,
  query: Query,
  request: SearchRequest,
): Promise<object> {
  if (request.return === undefined && request.partial === undefined) {
    return await searchMessages(scope, query, request.charset ?? null);
  }
  // The call keeps its place in the queue while the module is loaded.
  return await runWhole(scope, async (scope) => {
    return await (await results()).searchResults(scope, query, request);
  });
}
