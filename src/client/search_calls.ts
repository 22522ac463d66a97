import type { Command } from "../connection/command.ts";
import { search, type SearchEncoding } from "../commands/search/search.ts";
import {
  namesNumbers,
  needsCharset,
  type SearchCriteria,
  writeCriteria,
} from "../commands/search/search_criteria.ts";
import { criteriaOf, type SearchQuery } from "../commands/search/search_query.ts";
import { sort } from "../commands/search/sort.ts";
import { type Thread, thread } from "../commands/search/thread.ts";
import { InvalidArgumentError, InvalidCriteriaError } from "../model/errors.ts";
import { searchBelowLimit } from "../operations/messages/message_limit.ts";
import type { NumberSet } from "../model/number_set.ts";
import type { SearchIds } from "../model/search_ids.ts";
import type { Scope } from "./scope.ts";
import { type Text, upperAscii } from "../model/text.ts";
import { CommandWriter } from "../wire/writer.ts";
import { AccessCalls } from "./access_calls.ts";
import type { CallOptions } from "./base.ts";

/** How to search. */
export interface SearchOptions extends CallOptions {
  /**
   * The charset that the criteria's text is sent in. By default none is named for ASCII text and
   * `UTF-8` is for other text; where the server refuses that, one of those that it offers.
   */
  readonly charset?: string | null;
}

/** How to sort, thread, or search as Gmail does. */
export interface CharsetOptions extends CallOptions {
  /** The charset that the criteria's text is sent in. Default `UTF-8`. */
  readonly charset?: string;
}

/** The calls that find messages in the selected folder. */
export class SearchCalls extends AccessCalls {
  /**
   * Searches the selected folder (SEARCH, RFC 9051 section 6.4.4) and gives the ids of the messages
   * that match. Criteria are a list of keys and values, each an item of its own; the library
   * quotes and encodes them. A list within the list stands for parentheses. Given as one string,
   * they are sent as they are. As an object they have names that an editor knows.
   *
   * A `Date` stands for its calendar date in local time; `"2026-01-31"` and
   * `{ year, month, day }` name a date without regard to zones.
   *
   * Throws {@linkcode InvalidCriteriaError} for criteria that make no sense here or to the server,
   * and for a `RETURN (...)` or `CHARSET` in front of them.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function find(client: ImapClient) {
   *   await client.search(["UNSEEN", "FROM", "Bob", "SINCE", new Date("2026-01-01")]);
   *   await client.search(["NOT", ["SUBJECT", "Grüße", "LARGER", 1000]]);
   *   await client.search('TEXT "foo bar" FLAGGED');
   *   await client.search({ seen: false, or: [{ from: "Bob" }, { larger: 1_000_000 }] });
   * }
   * ```
   */
  async search(
    query: SearchCriteria | SearchQuery = "ALL",
    options: SearchOptions = {},
  ): Promise<SearchIds> {
    const criteria = criteriaOf(query);
    const scope = this.#searchScope(criteria, options);
    const encoding = this.#searchEncoding(criteria, options.charset ?? null);
    const run = (encoding: SearchEncoding, scope: Scope) =>
      this.#searchAll((among) => {
        return search(criteria, { ...encoding, among }, scope.uid, this.limits);
      }, scope);
    // Only a charset that was named can be refused.
    if (!encoding.told || options.charset) return await run(encoding, scope);
    return await this.connection.runWhole(scope, async (scope) => {
      try {
        return await run(encoding, scope);
      } catch (error) {
        const other = otherCharset(criteria, error);
        if (other === undefined) throw error;
        return await run({ charset: other, told: true }, scope);
      }
    });
  }

  /** Searches all messages, however few the server looks at in one command. */
  async #searchAll(
    make: (among?: NumberSet) => Command<SearchIds>,
    scope: Scope,
  ): Promise<SearchIds> {
    const { connection } = this;
    if (!connection.session.limitsMessages) return await connection.run(make(), scope);
    return await connection.runWhole(scope, (scope) => {
      return searchBelowLimit((among) => connection.run(make(among), scope));
    });
  }

  /** Criteria may name messages by their sequence numbers, too. */
  #searchScope(criteria: SearchCriteria, options: CallOptions): Scope {
    const scope = this.scope(options);
    return namesNumbers(criteria) ? { ...scope, byNumber: true } : scope;
  }

  #searchEncoding(criteria: SearchCriteria, charset: string | null): SearchEncoding {
    if (charset !== null && typeof charset !== "string") {
      throw new InvalidArgumentError(`a charset must be a text, not ${typeof charset}`);
    }
    // Where strings are UTF-8 a charset must not be named (RFC 6855 section 3).
    if (this.connection.session.utf8) return { charset: "UTF-8", told: false };
    if (charset === null) return { charset: "UTF-8", told: needsCharset(criteria) };
    return { charset, told: upperAscii(charset) !== "US-ASCII" };
  }

  /**
   * Searches as Gmail's own search box does (`X-GM-RAW`), and gives the ids of the messages that
   * match. Throws `CapabilityError` where the server is not Gmail (has no `X-GM-EXT-1`).
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function withAttachments(client: ImapClient) {
   *   return await client.gmailSearch("has:attachment in:unread");
   * }
   * ```
   */
  async gmailSearch(query: Text, options: CharsetOptions = {}): Promise<SearchIds> {
    const scope = this.scope(options);
    const encoding = this.#searchEncoding("", options.charset ?? "UTF-8");
    return await this.#searchAll((among) => {
      const how = { ...encoding, among };
      return { ...search(["X-GM-RAW", query], how, scope.uid, this.limits), needs: "X-GM-EXT-1" };
    }, scope);
  }

  /**
   * Searches as {@linkcode SearchCalls.search} does and gives the ids in an order (SORT, RFC 5256).
   * Sort criteria are `ARRIVAL`, `CC`, `DATE`, `FROM`, `SIZE`, `SUBJECT`, `TO` and others that the
   * server knows, each with `REVERSE` in front if need be; the first counts most.
   *
   * Throws `CapabilityError` where the server has no SORT, {@linkcode InvalidCriteriaError} for
   * criteria that it does not take.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function largestUnread(client: ImapClient) {
   *   const [largest] = await client.sort(["REVERSE SIZE", "SUBJECT"], ["UNSEEN"]);
   *   return largest;
   * }
   * ```
   */
  async sort(
    sortCriteria: Text | Iterable<Text>,
    query: SearchCriteria | SearchQuery = "ALL",
    options: CharsetOptions = {},
  ): Promise<number[]> {
    const criteria = criteriaOf(query);
    const scope = this.#searchScope(criteria, options);
    const { charset = "UTF-8" } = options;
    return await this.connection.run(
      sort(sortCriteria, { criteria, charset, uid: scope.uid }),
      scope,
    );
  }

  /**
   * Searches as {@linkcode SearchCalls.search} does and gives the ids by discussions (THREAD, RFC
   * 5256). A thread is a list of ids, each the answer to the one before it; lists at its end are
   * the branches that a discussion has there. Algorithms are `REFERENCES`, `ORDEREDSUBJECT` and
   * others that the server knows.
   *
   * Throws `CapabilityError` where the server does not have the algorithm,
   * {@linkcode InvalidCriteriaError} for criteria that it does not take.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function discussions(client: ImapClient) {
   *   for (const thread of await client.thread()) console.log(thread); // [3, 6, [4, 23], [44]]
   * }
   * ```
   */
  async thread(
    algorithm: Text = "REFERENCES",
    query: SearchCriteria | SearchQuery = "ALL",
    options: CharsetOptions = {},
  ): Promise<readonly Thread[]> {
    const criteria = criteriaOf(query);
    const scope = this.#searchScope(criteria, options);
    const { charset = "UTF-8" } = options;
    return await this.connection.run(
      thread(algorithm, { criteria, charset, uid: scope.uid }),
      scope,
    );
  }
}

/** So many charsets that a server offers are tried: to find one out takes a while. */
const MAX_CHARSETS = 100;

/** A charset that the server offered in place of the one it refused, and that will do. */
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
