import { extendedSearch, type SearchAnswer } from "../../commands/search/extended_search.ts";
import { criteriaOf } from "../../commands/search/search_query.ts";
import {
  CapabilityError,
  InvalidArgumentError,
  InvalidCriteriaError,
  named,
} from "../../model/errors.ts";
import { countDistinct } from "../../model/id_ranges.ts";
import { NumberSet } from "../../model/number_set.ts";
import type { PartialRange, SearchReturn } from "../../model/search_results.ts";
import { folderOf, run, type Scope } from "../scope.ts";
import { inCharset } from "./search_charset.ts";
import type { SearchRequest } from "./search_request.ts";
import { type Query, scopeOf, searchMessages } from "./search_messages.ts";
import { checkRange, listOf, pageOf } from "./search_page.ts";

/** What a search is to return; without a range, no page. */
interface ResultRequest {
  readonly returns: readonly SearchReturn[];
  readonly range: PartialRange | null;
}

const RETURNS: readonly unknown[] = ["MIN", "MAX", "COUNT", "ALL", "RELEVANCY"];

/** SEARCH with RETURN; on a server without it, SEARCH, and the results are made of its ids. */
export async function searchResults(
  scope: Scope,
  query: Query,
  options: SearchRequest,
): Promise<object> {
  const request = requestOf(options);
  checkRelevancy(scope, request);
  const { charset = null } = options;
  const answer = await askServer(scope, query, request, charset) ??
    answerOf(await searchMessages(scope, query, charset));
  return resultOf(answer, request, scope.client.limits.items);
}

function requestOf({ return: returned, partial }: SearchRequest): ResultRequest {
  if (returned !== undefined && (!Array.isArray(returned) || returned.length === 0)) {
    throw new InvalidArgumentError(`\`return\` must be a list of ${RETURNS.join(", ")}`);
  }
  const unknown = returned?.filter((name) => !RETURNS.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `\`return\` takes ${RETURNS.join(", ")}, and not ${named(unknown[0])}`,
    );
  }
  const request = {
    returns: [...new Set(returned)],
    range: partial === undefined ? null : checkRange(partial),
  };
  if (request.returns.includes("RELEVANCY") && !request.returns.includes("ALL") && !partial) {
    throw new InvalidArgumentError("RELEVANCY needs ALL or `partial`, whose ids it is about");
  }
  return request;
}

function checkRelevancy({ client }: Scope, { returns }: ResultRequest): void {
  if (!returns.includes("RELEVANCY") || client.connection.session.has("SEARCH=FUZZY")) return;
  throw new CapabilityError("Server does not support SEARCH=FUZZY capability");
}

/** What the server says, if it can be asked, and gives a complete answer. */
async function askServer(
  scope: Scope,
  query: Query,
  request: ResultRequest,
  charset: string | null,
): Promise<SearchAnswer | null> {
  const { session } = scope.client.connection;
  const wire = wireRequest(request);
  const offersRange = session.has("PARTIAL") ||
    session.has("CONTEXT=SEARCH") && (wire.range?.[0] ?? 1) > 0;
  if (!session.has("ESEARCH") || session.limitsMessages || wire.range && !offersRange) return null;
  const criteria = criteriaOf(query);
  const { uid } = scope;
  try {
    const answer = await inCharset(
      scopeOf(scope, criteria),
      criteria,
      charset,
      (scope, encoding) =>
        run(scope, extendedSearch({ criteria, encoding, uid, ...wire }, scope.client.limits)),
    );
    return isComplete(answer, wire, folderOf(scope)?.exists === 0) ? answer : null;
  } catch (error) {
    // The server may refuse RETURN although it offers it. A plain SEARCH tells what is wrong.
    if (error instanceof InvalidCriteriaError && error.code !== "BADCHARSET") return null;
    throw error;
  }
}

/**
 * What the server is asked for. One command returns either all ids or a part of them (RFC 9394
 * section 3.1). COUNT tells whether an answer without ids means that nothing matches.
 */
function wireRequest({ returns, range }: ResultRequest): ResultRequest {
  if (!returns.includes("ALL")) return { returns, range };
  return { returns: [...new Set([...returns, "COUNT"] as const)], range: null };
}

/** Whether an answer has what was asked for. Some servers leave out all but COUNT. */
function isComplete(
  { min, max, count, all, page }: SearchAnswer,
  { returns, range }: ResultRequest,
  folderIsEmpty: boolean,
): boolean {
  // A server that finds nothing leaves out MIN, MAX and ALL (RFC 4731 section 3.1).
  if (all !== null || count === 0 || folderIsEmpty) return true;
  const has = { MIN: min, MAX: max, COUNT: count, ALL: all, RELEVANCY: "may be missing" };
  return returns.every((name) => has[name] !== null) && (range === null || page !== null);
}

/** The answer that a server would have given about these ids. */
function answerOf(ids: number[] & { readonly modseq?: bigint | null }): SearchAnswer {
  const none = { min: null, max: null, count: null, page: null, relevancy: null };
  return { ...none, all: NumberSet.from(ids), modseq: ids.modseq ?? null };
}

function resultOf(answer: SearchAnswer, { returns, range }: ResultRequest, most: number): object {
  const { modseq, relevancy } = answer;
  // If the ids are unknown, either nothing matches or nobody asked for them.
  const all = answer.all ?? NumberSet.from([]);
  const values: Record<SearchReturn, () => unknown> = {
    MIN: () => answer.min ?? edgesOf(all).min,
    MAX: () => answer.max ?? edgesOf(all).max,
    COUNT: () => answer.count ?? countDistinct(all),
    ALL: () => all,
    RELEVANCY: () => relevancy,
  };
  const result: Record<string, unknown> = { modseq };
  for (const name of returns) result[name.toLowerCase()] = values[name]();
  if (range === null) return result;
  const ids = answer.page === null
    ? pageOf(all.union([]), range, modseq, most)
    : listOf(answer.page, modseq, most);
  return { ...result, range, ids };
}

function edgesOf(all: NumberSet): { min: number | null; max: number | null } {
  if (all.isEmpty) return { min: null, max: null };
  let max = 0;
  for (const [first, last] of all.ranges()) max = Math.max(max, first, last);
  return { min: all.lowest, max };
}
