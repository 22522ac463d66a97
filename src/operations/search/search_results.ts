import { missingCapability } from "../../connection/session.ts";
import { extendedSearch, type SearchAnswer } from "../../commands/search/extended_search.ts";
import type { SearchEncoding } from "../../commands/search/search.ts";
import type { SearchCriteria } from "../../commands/search/search_criteria.ts";
import {
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  named,
} from "../../model/errors.ts";
import { foundIn } from "../../model/found_in.ts";
import { countDistinct } from "../../model/id_ranges.ts";
import { NumberSet } from "../../model/number_set.ts";
import type { PartialRange, SearchReturn } from "../../model/search_results.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { folderOf, run, type Scope } from "../scope.ts";
import { inCharset } from "./search_charset.ts";
import type { SearchRequest } from "./search_request.ts";
import { searchMessages, sortMessages } from "./search_messages.ts";
import { checkRange, listOf, pageOf } from "./search_page.ts";

/** What a search is to return; without a range, no page. */
export interface ResultRequest {
  /** The values. */
  readonly returns: readonly SearchReturn[];
  /** Which of the ids. */
  readonly range: PartialRange | null;
  /** Whether to save the ids. */
  readonly save: boolean;
}

const RETURNS: readonly unknown[] = ["MIN", "MAX", "COUNT", "ALL", "RELEVANCY"];

/** What to search for. */
export interface Asked {
  /** The messages. */
  readonly criteria: SearchCriteria;
  /** The charset of the criteria's text; `null` for the one that they need. */
  readonly charset: string | null;
  /** The keys of SORT. */
  readonly order?: readonly string[];
  /** Whether to sort here if the server can't. */
  readonly fallback?: boolean;
}

/** An answer, and whether the server has saved what it found. */
interface Answered {
  readonly answer: SearchAnswer;
  readonly isSaved: boolean;
}

/**
 * SEARCH or SORT with RETURN; on a server without it, the plain command, and the results are made
 * of its ids.
 */
export async function searchResults(
  scope: Scope,
  asked: Asked,
  options: SearchRequest,
): Promise<object> {
  const request = requestOf(options);
  checkRelevancy(scope, request);
  const { limits: { items }, connection: { session: { selections } } } = scope.client;
  const { answer, isSaved } = await answerTo(scope, asked, request);
  if (request.save) {
    const ids = answer.all ?? NumberSet.from([]);
    // Messages may have gone since the answer, so that numbers stand for others by now.
    const place = foundIn(ids) ?? selections.foundIn(scope.uid);
    const { holder } = scope;
    selections.saved = place === undefined ? null : { ids, place, isOnServer: isSaved, holder };
  }
  return resultOf(answer, request, asked.order !== undefined, items);
}

async function answerTo(scope: Scope, asked: Asked, request: ResultRequest): Promise<Answered> {
  const { session } = scope.client.connection;
  const { partialAlone } = session.server.quirks;
  const wire = wireRequest(request, asked.order !== undefined, partialAlone);
  const canSave = request.save && session.has("SEARCHRES");
  const answer = canAsk(scope, asked, wire)
    ? await askServer(scope, asked, { ...wire, save: canSave })
    : null;
  if (answer !== null) return { answer, isSaved: canSave };
  return { answer: answerOf(await plainIds(scope, asked)), isSaved: false };
}

const here = lazyImport(() => import("./sort_here.ts"));

/** The ids that the command without RETURN gives. */
async function plainIds(
  scope: Scope,
  { criteria, charset, order, fallback }: Asked,
): Promise<number[]> {
  if (order === undefined) return await searchMessages(scope, criteria, charset);
  if (!fallback || scope.client.connection.session.has("SORT")) {
    return await sortMessages(scope, order, criteria, charset ?? "UTF-8");
  }
  return await (await here()).sortHere(scope, order, criteria, charset);
}

/** Checks what is to be returned. */
export function requestOf(
  { return: returned, partial, save = false }: SearchRequest,
): ResultRequest {
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
    save,
  };
  if (request.returns.includes("RELEVANCY") && !request.returns.includes("ALL") && !partial) {
    throw new InvalidArgumentError("RELEVANCY needs ALL or `partial`, whose ids it is about");
  }
  return request;
}

function checkRelevancy({ client }: Scope, { returns }: ResultRequest): void {
  if (!returns.includes("RELEVANCY") || client.connection.session.has("SEARCH=FUZZY")) return;
  throw missingCapability("SEARCH=FUZZY");
}

/** Whether the server can be asked for just this. */
function canAsk({ client }: Scope, { order }: Asked, { range }: ResultRequest): boolean {
  const { session } = client.connection;
  if (session.limitsMessages) return false;
  if (order !== undefined) {
    // Only searches take a range from the end (RFC 9394 section 3.1).
    return session.has("ESORT") && (range === null || range[0] > 0 && session.has("CONTEXT=SORT"));
  }
  return session.has("ESEARCH") &&
    (range === null || session.has("PARTIAL") || range[0] > 0 && session.has("CONTEXT=SEARCH"));
}

/** What the server says; `null` if that is not what it was asked for. */
async function askServer(
  scope: Scope,
  { criteria, charset, order }: Asked,
  wire: ResultRequest,
): Promise<SearchAnswer | null> {
  const { uid, client: { limits } } = scope;
  const ask = (scope: Scope, encoding: SearchEncoding) =>
    run(scope, extendedSearch({ criteria, encoding, uid, order, ...wire }, limits));
  try {
    // SORT always names its charset.
    const answer = order === undefined
      ? await inCharset(scope, criteria, charset, ask)
      : await ask(scope, { charset: charset ?? "UTF-8", told: true });
    return isComplete(answer, wire, folderOf(scope)?.exists === 0) ? answer : null;
  } catch (error) {
    // The server may refuse RETURN, or to save, although it offers it. The plain command tells what
    // else may be wrong.
    const isRefused = error instanceof InvalidCriteriaError && error.code !== "BADCHARSET";
    const isNotSaved = error instanceof ImapError && error.code === "NOTSAVED";
    if (isRefused || isNotSaved) return null;
    throw error;
  }
}

/**
 * What the server is asked for. One command returns either all ids or a part of them (RFC 9394
 * section 3.1). COUNT tells whether an answer without ids means that nothing matches.
 */
function wireRequest(
  { returns, range, save }: ResultRequest,
  isSorted: boolean,
  partialAlone: boolean,
): ResultRequest {
  // Cyrus 3.6 gives the least and the greatest id for MIN and MAX of a SORT, and not the ends.
  if (isSorted && returns.some((name) => name === "MIN" || name === "MAX")) {
    const others = returns.filter((name) => name !== "MIN" && name !== "MAX");
    return { returns: [...new Set([...others, "ALL", "COUNT"] as const)], range: null, save };
  }
  const canCut = range === null || range[0] > 0 || returns.length === 0 || !partialAlone;
  if (!save && canCut && !returns.includes("ALL")) return { returns, range, save };
  // What the server saves is known here too: the answers to later calls are read by it.
  return { returns: [...new Set([...returns, "ALL", "COUNT"] as const)], range: null, save };
}

/** Whether an answer has what was asked for. Some servers leave out all but COUNT. */
export function isComplete(
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
export function answerOf(ids: number[] & { readonly modseq?: bigint | null }): SearchAnswer {
  const none = { min: null, max: null, count: null, page: null, relevancy: null };
  return { ...none, all: NumberSet.from(ids), modseq: ids.modseq ?? null };
}

/** The result of a call, which has what was asked for. */
export function resultOf(
  answer: SearchAnswer,
  { returns, range }: ResultRequest,
  isSorted: boolean,
  most: number,
): object {
  const { modseq, relevancy } = answer;
  // If the ids are unknown, either nothing matches or nobody asked for them.
  const all = answer.all ?? NumberSet.from([]);
  if (returns.length === 0 && range === null) return listOf(all, modseq, most);
  const values: Record<SearchReturn, () => unknown> = {
    MIN: () => answer.min ?? edgesOf(all, isSorted).min,
    MAX: () => answer.max ?? edgesOf(all, isSorted).max,
    COUNT: () => answer.count ?? (isSorted ? all.size : countDistinct(all)),
    ALL: () => all,
    RELEVANCY: () => relevancy,
  };
  const result: Record<string, unknown> = { modseq };
  for (const name of returns) result[name.toLowerCase()] = values[name]();
  if (range === null) return result;
  // Without an order of their own, results are in that of the folder.
  const ids = answer.page === null
    ? pageOf(isSorted ? all : all.union([]), range, modseq, most)
    : listOf(answer.page, modseq, most);
  return { ...result, range, ids };
}

/** The least and the greatest id or, if they are sorted, the first and the last. */
function edgesOf(all: NumberSet, isSorted: boolean): { min: number | null; max: number | null } {
  if (all.isEmpty) return { min: null, max: null };
  if (!isSorted) return { min: all.lowest, max: all.highest };
  const bounds = Array.from(all.ranges());
  return { min: bounds[0][0], max: bounds.at(-1)![1] };
}
