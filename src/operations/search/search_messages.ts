import { search } from "../../commands/search/search.ts";
import { namesNumbers, type SearchCriteria } from "../../commands/search/search_criteria.ts";
import { searchNeeds } from "../../commands/search/search_needs.ts";
import { criteriaOf, type SearchQuery } from "../../commands/search/search_query.ts";
import { sort } from "../../commands/search/sort.ts";
import { type Thread, thread } from "../../commands/search/thread.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { foundIn } from "../../model/found_in.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { SearchIds } from "../../model/search_ids.ts";
import { type Text, upperAscii } from "../../model/text.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { searchBelowLimit } from "../messages/message_limit.ts";
import { checkNeeds } from "../needs.ts";
import { namesSaved, savedIds, withSavedIds } from "../saved_ids.ts";
import { run, runWhole, type Scope } from "../scope.ts";
import { encodingOf, inCharset } from "./search_charset.ts";

/** What a search looks for. */
export type Query = SearchCriteria | SearchQuery;

/** SEARCH; if the server refuses the charset that we chose, another one that it offers. */
export async function searchMessages(
  scope: Scope,
  query: Query,
  charset: string | null,
): Promise<SearchIds> {
  const { criteria, scope: own } = scopedCriteria(scope, query);
  return await inCharset(
    own,
    criteria,
    charset,
    (scope, encoding) =>
      searchAll(scope, criteria, (among) => {
        return search(criteria, { ...encoding, among }, scope.uid, scope.client.limits);
      }),
  );
}

/** SEARCH with a query in Gmail's own language. */
export async function searchGmail(scope: Scope, query: Text, charset: string): Promise<SearchIds> {
  const encoding = encodingOf(scope, "", charset);
  return await searchAll(scope, ["X-GM-RAW", query], (among) => {
    const how = { ...encoding, among };
    const command = search(["X-GM-RAW", query], how, scope.uid, scope.client.limits);
    return wrapped(command, { needs: "X-GM-EXT-1" });
  });
}

/** SORT. */
export async function sortMessages(
  scope: Scope,
  sortCriteria: Text | Iterable<Text>,
  query: Query,
  charset: string,
): Promise<number[]> {
  const { criteria, scope: own } = scopedCriteria(scope, query);
  return await run(own, sort(sortCriteria, { criteria, charset, uid: scope.uid }));
}

/** THREAD. */
export async function threadMessages(
  scope: Scope,
  algorithm: Text,
  query: Query,
  charset: string,
): Promise<readonly Thread[]> {
  const { criteria, scope: own } = scopedCriteria(scope, query);
  return await run(own, thread(algorithm, { criteria, charset, uid: scope.uid }));
}

/** Searches all messages, also if the server looks at only some of them in one command. */
async function searchAll(
  scope: Scope,
  criteria: SearchCriteria,
  make: (among?: NumberSet) => Command<SearchIds>,
): Promise<SearchIds> {
  const { limitsMessages, rev2 } = scope.client.connection.session;
  if (rev2 && !limitsMessages && isAll(criteria)) {
    return await runWhole(scope, async (scope) => {
      return await (await everything()).searchEverything(scope, make);
    });
  }
  if (!limitsMessages) return await run(scope, make());
  return await runWhole(scope, (scope) => searchBelowLimit((among) => run(scope, make(among))));
}

const everything = lazyImport(() => import("./search_everything.ts"));

function isAll(criteria: SearchCriteria): boolean {
  const [only, ...more] = Array.isArray(criteria) ? criteria : [criteria];
  return more.length === 0 && typeof only === "string" && upperAscii(only) === "ALL";
}

/** Criteria, and the scope of a search that they give it. */
export interface ScopedCriteria {
  /** The criteria, in which ids stand for `SAVED`. */
  readonly criteria: SearchCriteria;
  /** The scope; the criteria may name messages by their sequence numbers. */
  readonly scope: Scope;
}

/** The criteria of a query. */
export function scopedCriteria(scope: Scope, query: Query): ScopedCriteria {
  const criteria = criteriaOf(query);
  const needs = searchNeeds(criteria);
  if (needs.length > 0) checkNeeds(scope, needs);
  if (Array.isArray(criteria) && namesSaved(criteria)) {
    const ids = savedIds(scope);
    const own = { ...scope, foundIn: foundIn(ids) };
    return scopedCriteria(own, withSavedIds(criteria, ids, scope.uid));
  }
  return { criteria, scope: namesNumbers(criteria) ? { ...scope, byNumber: true } : scope };
}
