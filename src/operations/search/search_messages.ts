import { search } from "../../commands/search/search.ts";
import { namesNumbers, type SearchCriteria } from "../../commands/search/search_criteria.ts";
import { criteriaOf, type SearchQuery } from "../../commands/search/search_query.ts";
import { sort } from "../../commands/search/sort.ts";
import { type Thread, thread } from "../../commands/search/thread.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { SearchIds } from "../../model/search_ids.ts";
import type { Text } from "../../model/text.ts";
import { searchBelowLimit } from "../messages/message_limit.ts";
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
  const criteria = criteriaOf(query);
  return await inCharset(
    scopeOf(scope, criteria),
    criteria,
    charset,
    (scope, encoding) =>
      searchAll(scope, (among) => {
        return search(criteria, { ...encoding, among }, scope.uid, scope.client.limits);
      }),
  );
}

/** SEARCH with a query in Gmail's own language. */
export async function searchGmail(scope: Scope, query: Text, charset: string): Promise<SearchIds> {
  const encoding = encodingOf(scope, "", charset);
  return await searchAll(scope, (among) => {
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
  const criteria = criteriaOf(query);
  const command = sort(sortCriteria, { criteria, charset, uid: scope.uid });
  return await run(scopeOf(scope, criteria), command);
}

/** THREAD. */
export async function threadMessages(
  scope: Scope,
  algorithm: Text,
  query: Query,
  charset: string,
): Promise<readonly Thread[]> {
  const criteria = criteriaOf(query);
  const command = thread(algorithm, { criteria, charset, uid: scope.uid });
  return await run(scopeOf(scope, criteria), command);
}

/** Searches all messages, also if the server looks at only some of them in one command. */
async function searchAll(
  scope: Scope,
  make: (among?: NumberSet) => Command<SearchIds>,
): Promise<SearchIds> {
  if (!scope.client.connection.session.limitsMessages) return await run(scope, make());
  return await runWhole(scope, (scope) => searchBelowLimit((among) => run(scope, make(among))));
}

/** The scope of a search: criteria may name messages by their sequence numbers. */
export function scopeOf(scope: Scope, criteria: SearchCriteria): Scope {
  return namesNumbers(criteria) ? { ...scope, byNumber: true } : scope;
}
