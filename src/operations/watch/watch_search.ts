import { cancelUpdate, contextSearch } from "../../commands/search/context.ts";
import { sortKeys } from "../../commands/search/sort.ts";
import { IllegalStateError, ProtocolError } from "../../model/errors.ts";
import { foundIn, rememberFoundIn } from "../../model/found_in.ts";
import { NumberSet } from "../../model/number_set.ts";
import type { EsearchResponse, UntaggedResponse } from "../../model/responses.ts";
import type { SearchChange } from "../../model/search_results.ts";
import type { Text } from "../../model/text.ts";
import type { ImapValue } from "../../model/values.ts";
import { run, type Scope } from "../scope.ts";
import { inCharset } from "../search/search_charset.ts";
import { type Query, scopedCriteria } from "../search/search_messages.ts";
import { begin, checkPace, idlingFor, type Pace, paceOf } from "./watch.ts";

/** How a search is watched. */
export interface WatchedSearch extends Pace {
  /** The sort keys. */
  readonly sort?: Text | Iterable<Text>;
  /** The charset of the criteria's text. */
  readonly charset?: string;
}

/** The changes of a search's result (CONTEXT=SEARCH and CONTEXT=SORT, RFC 5267). */
export async function* watchSearch(
  scope: Scope,
  query: Query,
  options: WatchedSearch,
): AsyncGenerator<SearchChange, void, void> {
  const pace = paceOf(options);
  checkPace(pace);
  const { client, signal, uid } = scope;
  signal?.throwIfAborted();
  if (client.idling?.isOver === false) {
    throw new IllegalStateError("idle or watch is under way already");
  }
  const order = options.sort === undefined ? undefined : sortKeys(options.sort);
  const { criteria, scope: own } = scopedCriteria(scope, query);
  const { selections } = client.connection.session;
  let tag: string | null = null;
  const early: EsearchResponse[] = [];
  const listener = {
    begun: (given: string) => tag = given,
    changed: (response: EsearchResponse) => void early.push(placed(response)),
  };
  const idling = idlingFor(scope, pace, (response) => {
    return isUpdate(response, tag) && placed(response) === response;
  });

  /** The caller may take it when numbers have moved, or another folder is selected. */
  function placed<Response extends object>(response: Response): Response {
    return rememberFoundIn(response, selections.foundIn(uid));
  }

  try {
    const answer = await inCharset(own, criteria, charsetOf(options, order), (own, encoding) => {
      const request = { criteria, encoding, uid, order, returns: RETURNS, range: null };
      return run(own, contextSearch(request, listener, client.limits));
    });
    if (answer.all === null && answer.count !== 0) {
      throw new ProtocolError("the server sent no ids for a search whose changes it is to report");
    }
    if (answer.all !== null && !answer.all.isEmpty) {
      yield { type: "added", position: 1, ids: answer.all };
    }
    for (const response of early) yield* changesOf(response, uid);
    await begin(scope, idling, pace, true);
    for (;;) {
      for (const response of await idling.take(Infinity, signal)) {
        if (response.type === "ESEARCH") yield* changesOf(response, uid);
      }
    }
  } finally {
    if (client.idling === idling) client.idling = null;
    if (signal?.aborted) idling.abandon();
    await idling.stop().catch(() => {});
    // In another folder there is nothing to cancel, and the call is refused.
    const cancelling = tag === null
      ? null
      : run({ ...scope, signal: undefined }, cancelUpdate(tag));
    if (signal?.aborted) cancelling?.catch(() => {});
    else await cancelling?.catch(() => {});
  }
}

const RETURNS = ["ALL", "COUNT"] as const;

/** SORT always names its charset. */
function charsetOf({ charset }: WatchedSearch, order: unknown): string | null {
  return charset ?? (order === undefined ? null : "UTF-8");
}

function isUpdate(response: UntaggedResponse, tag: string | null): boolean {
  return response.type === "ESEARCH" && response.changes !== undefined && tag !== null &&
    response.tag === tag;
}

/** The changes of one response, in the order in which they are to be applied. */
function* changesOf(response: EsearchResponse, uid: boolean): Generator<SearchChange> {
  const place = foundIn(response);
  for (const { name, pairs } of response.changes ?? []) {
    if (response.uid !== uid || !Array.isArray(pairs) || pairs.length % 2 !== 0) {
      throw malformed(name);
    }
    for (let at = 0; at < pairs.length; at += 2) {
      const position = positionOf(pairs[at]);
      const ids = idsOf(pairs[at + 1]);
      if (position === null || ids === null) throw malformed(name);
      const type = name === "ADDTO" ? "added" : "removed";
      yield { type, position, ids: rememberFoundIn(ids, place) };
    }
  }
}

function positionOf(value: ImapValue): number | null {
  const isPosition = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  return isPosition ? value : null;
}

function idsOf(value: ImapValue): NumberSet | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  try {
    const ids = NumberSet.from(String(value));
    return ids.isOpen ? null : ids;
  } catch {
    return null;
  }
}

function malformed(name: string): ProtocolError {
  return new ProtocolError(`the server sent a malformed ${name}: watch the search again`);
}
