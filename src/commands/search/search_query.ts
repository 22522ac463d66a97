import { InvalidArgumentError, InvalidCriteriaError } from "../../model/errors.ts";
import type { CalendarDate } from "../../model/dates.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import type { SearchCriteria, SearchCriterion } from "./search_criteria.ts";

/** One text, or several that must all be there. */
export type Texts = string | readonly string[];

/**
 * What to search for, as an object: a message must meet all that is named. A field that is
 * `undefined` says nothing.
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
  /** Keywords that it has. */
  readonly keyword?: Texts;
  /** Keywords that it does not have. */
  readonly unkeyword?: Texts;
  /** In its From field. */
  readonly from?: Texts;
  /** In its To field. */
  readonly to?: Texts;
  /** In its Cc field. */
  readonly cc?: Texts;
  /** In its Bcc field. */
  readonly bcc?: Texts;
  /** In its subject. */
  readonly subject?: Texts;
  /** In its body. */
  readonly body?: Texts;
  /** In its header or its body. */
  readonly text?: Texts;
  /** In the header fields of these names; an empty text asks for the field alone. */
  readonly header?: Readonly<Record<string, Texts>>;
  /** It came in on this day or later. */
  readonly since?: CalendarDate;
  /** It came in before this day. */
  readonly before?: CalendarDate;
  /** It came in on this day. */
  readonly on?: CalendarDate;
  /** Its Date field names this day or a later one. */
  readonly sentSince?: CalendarDate;
  /** Its Date field names an earlier day. */
  readonly sentBefore?: CalendarDate;
  /** Its Date field names this day. */
  readonly sentOn?: CalendarDate;
  /** It has more bytes. */
  readonly larger?: number;
  /** It has less bytes. */
  readonly smaller?: number;
  /** It came in more seconds ago (WITHIN, RFC 5032). */
  readonly older?: number;
  /** It came in less seconds ago (WITHIN, RFC 5032). */
  readonly younger?: number;
  /** It was changed since: its mod-sequence is at least this (CONDSTORE, RFC 7162). */
  readonly modseq?: number | bigint;
  /** Its UID is one of these. */
  readonly uid?: MessageIds;
  /** What Gmail's own search box would take (`X-GM-EXT-1`). */
  readonly gmailRaw?: string;
  /** It does not meet this. */
  readonly not?: SearchQuery;
  /** It meets one of these at least. */
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
  uid: (ids: MessageIds) => ["UID", setOf(ids)],
  gmailRaw: one("X-GM-RAW"),
  not: (query: SearchQuery) => ["NOT", listOf(query)],
  or: (queries: readonly SearchQuery[]) => anyOf(queries),
};

/** Criteria as a list or a text, also where they were given as an object. */
export function criteriaOf(criteria: SearchCriteria | SearchQuery): SearchCriteria {
  if (typeof criteria !== "object" || criteria === null) return criteria;
  if (criteria instanceof Uint8Array || Array.isArray(criteria)) return criteria;
  return listOf(criteria as SearchQuery);
}

function listOf(query: SearchQuery): readonly SearchCriterion[] {
  const list: SearchCriterion[] = [];
  for (const [name, value] of entriesOf(query)) {
    if (!Object.hasOwn(FIELDS, name)) throw new InvalidCriteriaError(`no criterion: ${name}`);
    if (value !== undefined) list.push(...FIELDS[name as keyof SearchQuery](value as never));
  }
  return list;
}

/** Names and values; of a list, say, they would make no sense. */
function entriesOf(fields: object): [name: string, value: unknown][] {
  if (typeof fields === "object" && fields !== null && !(Symbol.iterator in fields)) {
    return Object.entries(fields);
  }
  throw new InvalidCriteriaError("criteria as an object need an object with named fields");
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
