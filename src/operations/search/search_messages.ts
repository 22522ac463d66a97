import { search, type SearchEncoding } from "../../commands/search/search.ts";
import {
  namesNumbers,
  needsCharset,
  type SearchCriteria,
  writeCriteria,
} from "../../commands/search/search_criteria.ts";
import { criteriaOf, type SearchQuery } from "../../commands/search/search_query.ts";
import { sort } from "../../commands/search/sort.ts";
import { type Thread, thread } from "../../commands/search/thread.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError, InvalidCriteriaError } from "../../model/errors.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { SearchIds } from "../../model/search_ids.ts";
import { type Text, upperAscii } from "../../model/text.ts";
import { CommandWriter } from "../../wire/writer.ts";
import { searchBelowLimit } from "../messages/message_limit.ts";
import { run, runWhole, type Scope } from "../scope.ts";

/** What a search looks for. */
export type Query = SearchCriteria | SearchQuery;

/** SEARCH; if the server refuses the charset that we chose, another one that it offers. */
export async function searchMessages(
  scope: Scope,
  query: Query,
  charset: string | null,
): Promise<SearchIds> {
  const criteria = criteriaOf(query);
  const encoding = encodingOf(scope, criteria, charset);
  const searching = (encoding: SearchEncoding) => (scope: Scope) =>
    searchAll(scope, (among) => {
      return search(criteria, { ...encoding, among }, scope.uid, scope.client.limits);
    });
  const own = scopeOf(scope, criteria);
  // Only a charset that is named can be refused, and the caller's own is not replaced.
  if (!encoding.told || charset) return await searching(encoding)(own);
  return await runWhole(own, async (own) => {
    try {
      return await searching(encoding)(own);
    } catch (error) {
      const other = otherCharset(criteria, error);
      if (other === undefined) throw error;
      return await searching({ charset: other, told: true })(own);
    }
  });
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

function scopeOf(scope: Scope, criteria: SearchCriteria): Scope {
  return namesNumbers(criteria) ? { ...scope, byNumber: true } : scope;
}

function encodingOf(
  { client }: Scope,
  criteria: SearchCriteria,
  charset: string | null,
): SearchEncoding {
  if (charset !== null && typeof charset !== "string") {
    throw new InvalidArgumentError(`a charset must be a text, not ${typeof charset}`);
  }
  // Where strings are UTF-8 a charset must not be named (RFC 6855 section 3).
  if (client.connection.session.utf8) return { charset: "UTF-8", told: false };
  if (charset === null) return { charset: "UTF-8", told: needsCharset(criteria) };
  return { charset, told: upperAscii(charset) !== "US-ASCII" };
}

/** At most this many of the offered charsets are tried. */
const MAX_CHARSETS = 100;

/** The first charset, other than UTF-8, that the server offered and the criteria can be sent in. */
function otherCharset(criteria: SearchCriteria, error: unknown): string | undefined {
  if (!(error instanceof InvalidCriteriaError) || error.code !== "BADCHARSET") return undefined;
  const offered = new Set(error.responseCode?.charsets);
  return [...offered].slice(0, MAX_CHARSETS).find((charset) => {
    try {
      writeCriteria(new CommandWriter(), criteria, charset);
      return charset.toUpperCase() !== "UTF-8";
    } catch {
      return false;
    }
  });
}
