import { LARGEST_ID } from "../../model/ranges.ts";
import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import { ProtocolError } from "../../model/errors.ts";
import { type FoundIn, rememberFoundIn } from "../../model/found_in.ts";
import { NumberSet } from "../../model/number_set.ts";
import type { EsearchResponse, UntaggedResponse } from "../../model/responses.ts";
import type { PartialRange, SearchReturn } from "../../model/search_results.ts";
import type { ImapValue } from "../../model/values.ts";
import { DEFAULT_LIMITS, type Limits } from "../../wire/limits.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";
import { type SearchEncoding, searchRefusal } from "./search.ts";
import { type SearchCriteria, writeCriteria } from "./search_criteria.ts";

/** What to search for, and what to return. */
export interface ExtendedSearch {
  /** The messages. */
  readonly criteria: SearchCriteria;
  /** How the text of the criteria is encoded. */
  readonly encoding: SearchEncoding;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
  /** What to return. */
  readonly returns: readonly SearchReturn[];
  /** Which of the results to return; `null` for none of them, or for all with `ALL`. */
  readonly range: PartialRange | null;
  /** Whether the server saves the result as `$` (SEARCHRES, RFC 5182). */
  readonly save?: boolean;
  /** Whether the server reports changes of the result from then on (RFC 5267). */
  readonly update?: boolean;
  /** The sort keys of a SORT. */
  readonly order?: readonly string[];
}

/** What the server said; `null` is what it left out. */
export interface SearchAnswer {
  /** The least id. */
  readonly min: number | null;
  /** The greatest id. */
  readonly max: number | null;
  /** How many messages match. */
  readonly count: number | null;
  /** The ids of all messages that match. */
  readonly all: NumberSet | null;
  /** The ids of those in the range. */
  readonly page: NumberSet | null;
  /** How well each of them matches. */
  readonly relevancy: readonly number[] | null;
  /** The highest mod-sequence. */
  readonly modseq: bigint | null;
}

/**
 * SEARCH with RETURN (RFC 4731, RFC 9051 section 6.4.4; PARTIAL is RFC 9394) or, with an order,
 * SORT with RETURN (RFC 5267 section 3).
 */
export function extendedSearch(
  request: ExtendedSearch,
  limits: Limits = DEFAULT_LIMITS,
): Command<SearchAnswer> {
  const { criteria, uid, order, save } = request;
  // The response that a server sends which takes no notice of RETURN.
  const plain = order === undefined ? "SEARCH" : "SORT";
  const own = new OwnResponses();
  const collected = new Collected({ left: limits.line });
  let place: FoundIn | undefined;
  return {
    name: uid ? `UID ${plain}` : plain,
    needs: order === undefined ? "ESEARCH" : "ESORT",
    state: "selected",
    uncorrelated: true,
    // Nothing may use `$` before it is known whether the server has saved the result.
    pipelining: save ? "alone" : uid ? "uids" : order === undefined ? "numbers" : undefined,
    write: (out) => writeSearch(out, request),
    accept(response: UntaggedResponse): boolean {
      if (response.type === "ESEARCH") collected.add(ofKind(response, uid));
      else if (response.type === plain) collected.addIds(response.ids, response.modseq);
      else return own.read(response, "ESEARCH") || own.read(response, plain);
      return true;
    },
    effect({ selections }: Session): void {
      place = selections.foundIn(uid);
    },
    result: () => own.checked(collected.answer(place)),
    refused: searchRefusal(criteria),
  };
}

/**
 * A response whose ids are of the kind that was asked for. Numbers taken for UIDs would stand for
 * other messages (RFC 9051 section 7.3.4), so of any other response only the count is left.
 */
function ofKind(response: EsearchResponse, uid: boolean): EsearchResponse {
  if (response.uid === uid) return response;
  const { COUNT } = response.data;
  return { ...response, data: COUNT === undefined ? {} : { COUNT } };
}

function writeSearch(out: CommandWriter, request: ExtendedSearch): void {
  const { criteria, encoding: { charset, told }, order } = request;
  writeReturn(out, request);
  if (order !== undefined) out.sp().list(order, (key) => out.raw(key)).sp().charset(charset);
  else if (told) out.sp().atom("CHARSET").sp().astring(charset);
  writeCriteria(out.sp(), criteria, charset);
}

/** Writes what to return. Servers differ in what an empty list means, so it is never sent. */
export function writeReturn(
  out: CommandWriter,
  { returns, range, save, update }: Pick<ExtendedSearch, "returns" | "range" | "save" | "update">,
): void {
  const options: string[] = [...returns];
  if (save) options.unshift("SAVE");
  if (update) options.unshift("UPDATE");
  if (range !== null) options.push(`PARTIAL ${range.join(":")}`);
  out.sp().atom("RETURN").sp().list(options, (option) => out.raw(option));
}

/** What has come of an answer, which may take several responses. */
export class Collected {
  readonly #data: Record<string, ImapValue> = Object.create(null);
  readonly #sets: Record<"all" | "page", string[] | null> = { all: null, page: null };
  readonly #relevancy: number[] = [];
  readonly #budget: { left: number };

  /** `budget` is how many bytes the server may still send; several answers may share it. */
  constructor(budget: { left: number }) {
    this.#budget = budget;
  }

  /** Takes in an ESEARCH response. */
  add({ data }: EsearchResponse): void {
    const { ALL, PARTIAL, RELEVANCY, ...single } = data;
    Object.assign(this.#data, single);
    if (ALL !== undefined) this.#addSet("all", ALL);
    // The range that was asked for, and the results in it.
    if (Array.isArray(PARTIAL)) this.#addSet("page", PARTIAL[1] ?? null);
    if (!Array.isArray(RELEVANCY)) return;
    this.#grow(8 * RELEVANCY.length);
    for (const score of RELEVANCY) this.#relevancy.push(numberOf(score) ?? 0);
  }

  /** Takes in the ids of a SEARCH or SORT response. */
  addIds(ids: readonly number[], modseq: bigint | null): void {
    this.#data.MODSEQ = modseq;
    this.#addSet("all", ids.length === 0 ? null : NumberSet.from(ids).toString());
  }

  /** The answer so far, with ids that were found in this place. */
  answer(place: FoundIn | undefined): SearchAnswer {
    const { MIN, MAX, COUNT, MODSEQ } = this.#data;
    return {
      min: numberOf(MIN) || null,
      max: numberOf(MAX) || null,
      count: numberOf(COUNT),
      all: readSet(this.#sets.all, place),
      page: readSet(this.#sets.page, place),
      relevancy: this.#relevancy.length > 0 ? this.#relevancy : null,
      modseq: typeof MODSEQ === "bigint" ? MODSEQ : null,
    };
  }

  /** Ids as text, or NIL. */
  #addSet(which: "all" | "page", value: ImapValue): void {
    const texts = this.#sets[which] ??= [];
    if (value === null) return;
    if (typeof value !== "string" && typeof value !== "number") throw notSet("a list");
    const text = String(value);
    this.#grow(text.length);
    texts.push(text);
  }

  #grow(bytes: number): void {
    this.#budget.left -= bytes;
    if (this.#budget.left < 0) throw new ProtocolError("a search result that is too long");
  }
}

/** A set, whose ids stay ranges: a short text may stand for very many. */
function readSet(texts: readonly string[] | null, place: FoundIn | undefined): NumberSet | null {
  if (texts === null) return null;
  let ids: NumberSet;
  try {
    ids = NumberSet.from(texts);
  } catch {
    throw notSet(texts.join());
  }
  if (ids.isOpen) throw notSet(texts.join());
  return rememberFoundIn(ids, place);
}

function notSet(text: string): ProtocolError {
  return new ProtocolError(`not a set of message ids: ${JSON.stringify(text.slice(0, 60))}`);
}

function numberOf(value: ImapValue | undefined): number | null {
  const text = String(value);
  return /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_ID ? Number(text) : null;
}
