import { InvalidArgumentError, InvalidCriteriaError } from "../../model/errors.ts";
import type { CalendarDate } from "../../model/dates.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { SAVED } from "../../model/saved.ts";
import type { SearchCriteria, SearchCriterion } from "./search_criteria.ts";

/** One text, or several that must all match. */
export type Texts = string | readonly string[];

/**
 * What to search for, as an object. A message must match all fields; a field that is `undefined` is
 * ignored.
 */
export interface SearchQuery {
  /** Whether it was answered. */
  readonly answered?: boolean;
  /** Whether it is flagged `\Deleted`. */
  readonly deleted?: boolean;
  /** Whether it is a draft. */
  readonly draft?: boolean;
  /** Whether it is flagged `\Flagged`. */
  readonly flagged?: boolean;
  /** Whether it was read. */
  readonly seen?: boolean;
  /** Keywords that it must have. */
  readonly keyword?: Texts;
  /** Keywords that it must not have. */
  readonly unkeyword?: Texts;
  /** Text in its From field. */
  readonly from?: Texts;
  /** Text in its To field. */
  readonly to?: Texts;
  /** Text in its Cc field. */
  readonly cc?: Texts;
  /** Text in its Bcc field. */
  readonly bcc?: Texts;
  /** Text in its subject. */
  readonly subject?: Texts;
  /** Text in its body. */
  readonly body?: Texts;
  /** Text in its header or its body. */
  readonly text?: Texts;
  /** Text in the header fields with these names; with empty text, the field must exist. */
  readonly header?: Readonly<Record<string, Texts>>;
  /** It arrived on this day or later. */
  readonly since?: CalendarDate;
  /** It arrived before this day. */
  readonly before?: CalendarDate;
  /** It arrived on this day. */
  readonly on?: CalendarDate;
  /** Its Date field has this day or a later one. */
  readonly sentSince?: CalendarDate;
  /** Its Date field has an earlier day. */
  readonly sentBefore?: CalendarDate;
  /** Its Date field has this day. */
  readonly sentOn?: CalendarDate;
  /** It has more than this many bytes. */
  readonly larger?: number;
  /** It has fewer than this many bytes. */
  readonly smaller?: number;
  /** It arrived at least this many seconds ago (WITHIN, RFC 5032). */
  readonly older?: number;
  /** It arrived within this many seconds (WITHIN, RFC 5032). */
  readonly younger?: number;
  /** Its mod-sequence is at least this: it has changed since (CONDSTORE, RFC 7162). */
  readonly modseq?: number | bigint;
  /** Its UID is one of these. */
  readonly uid?: MessageIds;
  /** It was put into this folder on this day or later (SAVEDATE, RFC 8514). */
  readonly savedSince?: CalendarDate;
  /** It was put into this folder before this day (SAVEDATE, RFC 8514). */
  readonly savedBefore?: CalendarDate;
  /** It was put into this folder on this day (SAVEDATE, RFC 8514). */
  readonly savedOn?: CalendarDate;
  /** Its `EMAILID`, which is the same in every folder (OBJECTID, RFC 8474). */
  readonly emailId?: string;
  /** Its `THREADID` (OBJECTID, RFC 8474). */
  readonly threadId?: string;
  /** It matches this about as well as exactly (SEARCH=FUZZY, RFC 6203). */
  readonly fuzzy?: SearchQuery;
  /** It matches the criteria that are kept on the server by this name (FILTERS, RFC 5466). */
  readonly filter?: string;
  /** A query in the syntax of Gmail's search box (`X-GM-EXT-1`). */
  readonly gmailRaw?: string;
  /** Its number in Gmail, `X-GM-MSGID`, which is the same in every folder. */
  readonly gmailMessageId?: bigint | string;
  /** The number of its conversation in Gmail, `X-GM-THRID`. */
  readonly gmailThreadId?: bigint | string;
  /** Gmail labels that it must have. */
  readonly gmailLabels?: Texts;
  /** It does not match this. */
  readonly not?: SearchQuery;
  /** It matches at least one of these. */
  readonly or?: readonly SearchQuery[];
}

type Writer = (value: never) => readonly SearchCriterion[];

const flag = (name: string): Writer => (value: boolean) => [value ? name : `UN${name}`];
const texts = (...key: string[]): Writer => (value: Texts) => {
  return [value].flat().flatMap((text) => [...key, text]);
};
const one = (key: string): Writer => (value: SearchCriterion) => [key, value];

/** How each field is written. */
const FIELDS: Readonly<Record<keyof SearchQuery, Writer>> = {
  answered: flag("ANSWERED"),
  deleted: flag("DELETED"),
  draft: flag("DRAFT"),
  flagged: flag("FLAGGED"),
  seen: flag("SEEN"),
  keyword: texts("KEYWORD"),
  unkeyword: texts("UNKEYWORD"),
  from: texts("FROM"),
  to: texts("TO"),
  cc: texts("CC"),
  bcc: texts("BCC"),
  subject: texts("SUBJECT"),
  body: texts("BODY"),
  text: texts("TEXT"),
  header: (fields: NonNullable<SearchQuery["header"]>) =>
    entriesOf(fields).flatMap(([name, value]) => texts("HEADER", name)(value as never)),
  since: one("SINCE"),
  before: one("BEFORE"),
  on: one("ON"),
  sentSince: one("SENTSINCE"),
  sentBefore: one("SENTBEFORE"),
  sentOn: one("SENTON"),
  larger: one("LARGER"),
  smaller: one("SMALLER"),
  older: one("OLDER"),
  younger: one("YOUNGER"),
  modseq: one("MODSEQ"),
  uid: (ids: MessageIds) => ids === SAVED ? [SAVED] : ["UID", setOf(ids)],
  savedSince: one("SAVEDSINCE"),
  savedBefore: one("SAVEDBEFORE"),
  savedOn: one("SAVEDON"),
  emailId: one("EMAILID"),
  threadId: one("THREADID"),
  fuzzy: (query: SearchQuery) => ["FUZZY", listOf(query)],
  filter: one("FILTER"),
  gmailRaw: one("X-GM-RAW"),
  gmailMessageId: one("X-GM-MSGID"),
  gmailThreadId: one("X-GM-THRID"),
  gmailLabels: texts("X-GM-LABELS"),
  not: (query: SearchQuery) => ["NOT", listOf(query)],
  or: (queries: readonly SearchQuery[]) => anyOf(queries),
};

function isQuery(query: SearchCriteria | SearchQuery): query is SearchQuery {
  return typeof query === "object" && query !== null && !Array.isArray(query) &&
    !(query instanceof Uint8Array);
}

/** Criteria as an array or text; an object is converted to an array. */
export function criteriaOf(criteria: SearchCriteria | SearchQuery): SearchCriteria {
  return isQuery(criteria) ? listOf(criteria) : criteria;
}

function listOf(query: SearchQuery): readonly SearchCriterion[] {
  const list: SearchCriterion[] = [];
  for (const [name, value] of entriesOf(query)) {
    if (!Object.hasOwn(FIELDS, name)) throw new InvalidCriteriaError(`no criterion: ${name}`);
    if (value !== undefined) list.push(...FIELDS[name as keyof SearchQuery](value as never));
  }
  return list;
}

/** The entries of an object with named fields. Throws for arrays and other iterables. */
function entriesOf(fields: object): [name: string, value: unknown][] {
  if (typeof fields === "object" && fields !== null && !(Symbol.iterator in fields)) {
    return Object.entries(fields);
  }
  throw new InvalidCriteriaError("criteria must be an object with named fields, a list or text");
}

/** OR takes two at a time (RFC 9051 section 6.4.4). */
function anyOf(queries: readonly SearchQuery[]): readonly SearchCriterion[] {
  if (!Array.isArray(queries) || queries.length === 0) {
    throw new InvalidCriteriaError("`or` needs a list of queries");
  }
  const lists = queries.map(listOf);
  if (lists.length === 1) return lists;
  return lists.reduceRight<readonly SearchCriterion[]>(
    (rest, first) => ["OR", first, rest],
    lists.pop()!,
  );
}

function setOf(ids: MessageIds): NumberSet {
  try {
    return NumberSet.from(ids);
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    throw new InvalidCriteriaError(cause.message, { cause });
  }
}
