import type { SearchEncoding } from "../../commands/search/search.ts";
import {
  needsCharset,
  type SearchCriteria,
  writeCriteria,
} from "../../commands/search/search_criteria.ts";
import { InvalidArgumentError, InvalidCriteriaError } from "../../model/errors.ts";
import { upperAscii } from "../../model/text.ts";
import { CommandWriter } from "../../wire/writer.ts";
import { runWhole, type Scope } from "../scope.ts";

/**
 * Searches in the caller's charset or, with `null`, in the one that the criteria need; if the
 * server refuses that one, in another one that it offers.
 */
export async function inCharset<Result>(
  scope: Scope,
  criteria: SearchCriteria,
  charset: string | null,
  search: (scope: Scope, encoding: SearchEncoding) => Promise<Result>,
): Promise<Result> {
  const encoding = encodingOf(scope, criteria, charset);
  // Only a charset that is named can be refused, and the caller's own is not replaced.
  if (!encoding.told || charset) return await search(scope, encoding);
  return await runWhole(scope, async (scope) => {
    try {
      return await search(scope, encoding);
    } catch (error) {
      const other = otherCharset(criteria, error);
      if (other === undefined) throw error;
      return await search(scope, { charset: other, told: true });
    }
  });
}

/** How the text of criteria is encoded. */
export function encodingOf(
  { client }: Scope,
  criteria: SearchCriteria,
  charset: string | null,
): SearchEncoding {
  if (charset !== null && typeof charset !== "string") {
    throw new InvalidArgumentError(`a charset must be a text, not ${typeof charset}`);
  }
  const { enabled, utf8 } = client.connection.session;
  // A charset must not be named (RFC 6855 section 3).
  if (enabled.has("UTF8=ACCEPT")) return { charset: "UTF-8", told: false };
  // Not necessary (RFC 9051 section 6.4.4), but Cyrus 3.12 finds nothing without it.
  if (utf8) return { charset: "UTF-8", told: needsCharset(criteria) };
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
