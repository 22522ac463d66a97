// The calls that find messages.
import type { SearchQuery } from "../../../src/commands/search/search_query.ts";
import {
  CapabilityError,
  InvalidArgumentError,
  InvalidCriteriaError,
} from "../../../src/model/errors.ts";
import * as kinds from "./kinds.ts";
import type { Word } from "./scanner.ts";
import { CAPABILITY, criterion, folder, type Method, type Place, place, word } from "./place.ts";

const SEARCH = "UID SEARCH";
const any = { bytes: "any" } as const;
const either = { refusals: [InvalidArgumentError, InvalidCriteriaError] } as const;

/** The texts of a query object. */
const TEXTS = {
  ...{ from: "FROM", to: "TO", cc: "CC", bcc: "BCC", subject: "SUBJECT", body: "BODY" },
  ...{ text: "TEXT", gmailRaw: "X-GM-RAW" },
  ...{ emailId: "EMAILID", threadId: "THREADID", filter: "FILTER" },
};
const DATES = {
  ...{ since: "SINCE", before: "BEFORE", on: "ON" },
  ...{ savedSince: "SAVEDSINCE", savedBefore: "SAVEDBEFORE", savedOn: "SAVEDON" },
  ...{ sentSince: "SENTSINCE", sentBefore: "SENTBEFORE", sentOn: "SENTON" },
};
const NUMBERS = { larger: "LARGER", smaller: "SMALLER", older: "OLDER", younger: "YOUNGER" };

/** Criteria in a list, each key with a value. */
const LISTED: readonly Place[] = [
  criterion("[value]", (c, v) => c.search([v]), kinds.searchKey, [SEARCH, "IT"], {
    also: ["ALL", "seen"],
    odd: (value) => {
      const seen = messageNumber(value);
      return seen === undefined ? undefined : [SEARCH, seen];
    },
  }),
  criterion("[[value]]", (c, v) => c.search([[v]]), kinds.searchKey, [SEARCH, ["IT"]], {
    odd: (value) => {
      const seen = messageNumber(value);
      return seen === undefined ? undefined : [SEARCH, [seen]];
    },
  }),
  criterion("[SUBJECT, value]", (c, v) => c.search(["SUBJECT", v]), kinds.text, [
    SEARCH,
    "SUBJECT",
    "IT",
  ], any),
  criterion(
    "[[NOT, [SUBJECT, value]]]",
    (c, v) => c.search([["NOT", ["SUBJECT", v]], "SEEN"]),
    kinds.text,
    [
      SEARCH,
      ["NOT", ["SUBJECT", "IT"]],
      "SEEN",
    ],
    any,
  ),
  criterion("[OR, ...]", (c, v) => c.search(["OR", "FROM", v, "TO", v]), kinds.text, [
    SEARCH,
    ...["OR", "FROM", "IT", "TO", "IT"],
  ], any),
  criterion("[HEADER, value, x]", (c, v) => c.search(["HEADER", v, "x"]), kinds.text, [
    SEARCH,
    ...["HEADER", "IT", "x"],
  ], any),
  criterion("[HEADER, x, value]", (c, v) => c.search(["HEADER", "x", v]), kinds.text, [
    SEARCH,
    ...["HEADER", "x", "IT"],
  ], any),
  criterion("[KEYWORD, value]", (c, v) => c.search(["KEYWORD", v]), kinds.atom, [
    SEARCH,
    "KEYWORD",
    "IT",
  ]),
  criterion("[SINCE, value]", (c, v) => c.search(["SINCE", v]), kinds.none, [SEARCH], {
    also: ["99-Xyz-2020", "2020-02-30", "1-Jan-2020\r\n", "0-Jan-2020"],
  }),
  criterion("[LARGER, value]", (c, v) => c.search(["LARGER", v]), kinds.number, [
    SEARCH,
    "LARGER",
    "IT",
  ], { odd: (value) => wholeNumber(value, [SEARCH, "LARGER"]) }),
  criterion("[UID, value]", (c, v) => c.search(["UID", v]), kinds.ids, [SEARCH, "UID", "IT"], {
    odd: (value) => uid(value),
  }),
  // After an unknown key, numbers, keys and lists stand for themselves.
  criterion("[XNEW, value]", (c, v) => c.search(["XNEW", v]), newKeyValue, [SEARCH, "XNEW", "IT"], {
    isKey: true,
  }),
];

/** The same as a query object. */
const QUERIED: readonly Place[] = [
  ...Object.entries(TEXTS).map(([field, key]) => {
    return query(field, (v) => ({ [field]: v }), kinds.text, [key, "IT"]);
  }),
  ...Object.entries(DATES).map(([field, key]) => {
    return query(field, (v) => ({ [field]: v }), kinds.none, [key, "IT"]);
  }),
  ...Object.entries(NUMBERS).map(([field, key]) => {
    return query(field, (v) => ({ [field]: v }), kinds.number, [key, "IT"], {
      odd: (value) => wholeNumber(value, [SEARCH, key]),
    });
  }),
  query("modseq", (v) => ({ modseq: v as never }), kinds.number, ["MODSEQ", "IT"], {
    odd: (value) => wholeNumber(value, [SEARCH, "MODSEQ"]),
  }),
  query("keyword", (v) => ({ keyword: [v, "x"] }), kinds.atom, ["KEYWORD", "IT", "KEYWORD", "x"]),
  query("unkeyword", (v) => ({ unkeyword: v }), kinds.atom, ["UNKEYWORD", "IT"]),
  query("from, in a list", (v) => ({ from: ["x", v] }), kinds.text, ["FROM", "x", "FROM", "IT"]),
  query("header's name", (v) => ({ header: { [v]: "x" } }), kinds.text, ["HEADER", "IT", "x"], {
    isKey: true,
  }),
  query("header's value", (v) => ({ header: { x: v } }), kinds.text, ["HEADER", "x", "IT"]),
  query("header", (v) => ({ header: v as never }), kinds.none, [], {
    odd: lengthField,
  }),
  query("not", (v) => ({ not: { to: v } }), kinds.text, ["NOT", ["TO", "IT"]]),
  query("fuzzy", (v) => ({ fuzzy: { to: v } }), kinds.text, ["FUZZY", ["TO", "IT"]]),
  query("fuzzy itself", (v) => ({ fuzzy: v as never }), kinds.none, []),
  query("gmailMessageId", (v) => ({ gmailMessageId: v }), kinds.number, ["X-GM-MSGID", "IT"], {
    odd: (value) => wholeNumber(value, [SEARCH, "X-GM-MSGID"]),
  }),
  query("not itself", (v) => ({ not: v as never }), kinds.none, []),
  query("or", (v) => ({ or: [{ to: v }, { cc: "x" }] }), kinds.text, [
    "OR",
    ["TO", "IT"],
    ["CC", "x"],
  ]),
  query("or itself", (v) => ({ or: v as never }), kinds.none, []),
  query("uid", (v) => ({ uid: v }), kinds.ids, ["UID", "IT"], { odd: (value) => uid(value) }),
  query("the field's name", (v) => ({ [v]: "x" }) as SearchQuery, kinds.none, [], { isKey: true }),
];

function query(
  name: string,
  make: (value: string) => SearchQuery,
  kind: kinds.Kind,
  words: Parameters<typeof criterion>[3],
  more: Partial<Place> = {},
): Place {
  return criterion(`{ ${name} }`, (c, v) => c.search(make(v)), kind, [SEARCH, ...words], more);
}

/** An object with only a length asks for the header field of this name. */
function lengthField(value: unknown): readonly Word[] | undefined {
  const isOne = typeof value === "object" && value !== null &&
    Object.keys(value).join() === "length";
  return isOne
    ? [SEARCH, "HEADER", "length", `${(value as { length: number }).length}`]
    : undefined;
}

function wholeNumber(value: unknown, before: readonly Word[]): readonly Word[] | undefined {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  return isWhole && (value as number) >= 0 ? [...before, String(value)] : undefined;
}

/** A number alone is a message's; a list in the list stands for parentheses. */
function messageNumber(value: unknown): Word | undefined {
  const isSet = Array.isArray(value) && Array.isArray(value[0]) && value[0][0] === 65;
  if (isSet) return [["65:65", "66:66"]];
  const isWhole = typeof value === "bigint" || Number.isInteger(value);
  return isWhole ? kinds.ids(String(value)) ?? undefined : undefined;
}

function uid(value: unknown): readonly string[] | undefined {
  if (value instanceof Uint16Array) return [SEARCH, "UID", "65:66"];
  const isId = Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 32;
  return isId ? [SEARCH, "UID", `${value}:${value}`] : undefined;
}

/** After an unknown key any text may come; what looks like a set of ids must be one. */
function newKeyValue(value: string): string | null {
  return /^(?:\d+|\*)(?:[:,](?:\d+|\*))*$/.test(value) && !/:[^,]*:/.test(value)
    ? kinds.ids(value)
    : kinds.text(value);
}

/** The name of a comparator (RFC 4790). */
function comparatorName(value: string): string | null {
  return /^[!-~]{1,254}$/.test(value) ? value : null;
}

/** Charsets, in SEARCH and where RFC 5256 applies. */
const ASCII_QUERY = ["SUBJECT", "x"];

/** The methods by name. */
export const SEARCH_METHODS: Readonly<Record<string, Method>> = {
  search: {
    parameters: 2,
    places: [
      ...LISTED,
      ...QUERIED,
      place(
        "charset",
        (c, v) => c.search(ASCII_QUERY, { charset: v }),
        kinds.charset,
        (seen, { utf8 }) =>
          utf8 ? [SEARCH, ...ASCII_QUERY] : [SEARCH, "CHARSET", seen, ...ASCII_QUERY],
        { ...either, odd: (value) => value == null ? [SEARCH, ...ASCII_QUERY] : undefined },
      ),
      place("return", (c, v) => c.search("ALL", { return: v as never }), kinds.none, () => [], {
        odd: (value) => value === undefined ? [SEARCH, "ALL"] : undefined,
      }),
      place("partial", (c, v) => c.search("ALL", { partial: v as never }), kinds.none, () => [], {
        odd: (value) => value === undefined ? [SEARCH, "ALL"] : undefined,
      }),
      criterion("criteria of no type", (c, v) => c.search(v), kinds.none, [SEARCH, "ALL"], {
        noText: true,
        odd: (value) => {
          if (value === undefined) return [SEARCH, "ALL"];
          const seen = messageNumber(value);
          return Array.isArray(seen) ? [SEARCH, ...seen] : undefined;
        },
      }),
    ],
  },
  count: {
    parameters: 2,
    places: [
      criterion("[SUBJECT, value]", (c, v) => c.count(["SUBJECT", v]), kinds.text, [
        ...[SEARCH, "SUBJECT", "IT"],
      ], any),
      criterion("{ from }", (c, v) => c.count({ from: v }), kinds.text, [SEARCH, "FROM", "IT"]),
    ],
  },
  watchSearch: {
    parameters: 2,
    places: [
      // Without the capability, nothing is sent; `search` and `sort` try what it has in common.
      place("query", (c, v) => c.watchSearch(["TO", v]).next(), kinds.none, () => [], {
        refusals: [InvalidArgumentError, InvalidCriteriaError, CapabilityError],
      }),
    ],
  },
  searchFolders: {
    parameters: 3,
    places: [
      folder("folders", (c, v) => c.searchFolders({ folders: v }, ["SEEN"]), [
        ...["ESEARCH", "IN", ["mailboxes", ["FOLDER"]], "RETURN", ["ALL"], "SEEN"],
      ]),
      criterion("query", (c, v) => c.searchFolders({ personal: true }, ["TO", v]), kinds.text, [
        ...["ESEARCH", "IN", ["personal"], "RETURN", ["ALL"], "TO", "IT"],
      ], any),
    ],
  },
  comparator: {
    parameters: 2,
    places: [
      word("names", (c, v) => c.comparator(v), comparatorName, ["COMPARATOR", "IT"], {
        odd: (value) => value === undefined ? ["COMPARATOR"] : undefined,
      }),
      word("names, in a list", (c, v) => c.comparator(["x", v]), comparatorName, [
        ...["COMPARATOR", "x", "IT"],
      ]),
    ],
  },
  uidBatches: {
    parameters: 3,
    places: [
      place("size", (c, v) => c.uidBatches(v as never), kinds.none, () => [], {
        odd: (value) => {
          const isSize = Number.isInteger(value) && (value as number) > 0 &&
            (value as number) < 2 ** 32;
          return isSize ? [SEARCH, "ALL"] : undefined;
        },
      }),
      place("range", (c, v) => c.uidBatches(500, v as never), kinds.none, () => [], {
        odd: (value) => value === undefined ? [SEARCH, "ALL"] : undefined,
      }),
    ],
  },
  gmailSearch: {
    parameters: 2,
    places: [
      place(
        "query",
        (c, v) => c.gmailSearch(v),
        kinds.text,
        (seen, { utf8 }) => [SEARCH, ...utf8 ? [] : ["CHARSET", "UTF-8"], "X-GM-RAW", seen],
        {
          ...either,
          bytes: "any",
          odd: (value) => {
            const isNumber = typeof value === "bigint" || Number.isFinite(value);
            return isNumber ? [SEARCH, "CHARSET", "UTF-8", "X-GM-RAW", String(value)] : undefined;
          },
        },
      ),
      place(
        "charset",
        (c, v) => c.gmailSearch("x", { charset: v }),
        kinds.charset,
        (seen, { utf8 }) => [SEARCH, ...utf8 ? [] : ["CHARSET", seen], "X-GM-RAW", "x"],
        {
          ...either,
          odd: (value) => value == null ? [SEARCH, "CHARSET", "UTF-8", "X-GM-RAW", "x"] : undefined,
        },
      ),
    ],
  },
  sort: {
    parameters: 3,
    places: [
      word("sortCriteria", (c, v) => c.sort(v, ["SEEN"]), kinds.sortKey, [
        ...["UID SORT", ["...IT"], "UTF-8", "SEEN"],
      ]),
      word("sortCriteria, in a list", (c, v) => c.sort(["DATE", v], ["SEEN"]), kinds.sortKey, [
        ...["UID SORT", ["DATE", "...IT"], "UTF-8", "SEEN"],
      ]),
      criterion("query", (c, v) => c.sort("DATE", ["TO", v]), kinds.text, [
        ...["UID SORT", ["DATE"], "UTF-8", "TO", "IT"],
      ], any),
      criterion("query, as an object", (c, v) => c.sort("DATE", { to: v }), kinds.text, [
        ...["UID SORT", ["DATE"], "UTF-8", "TO", "IT"],
      ]),
      word("charset", (c, v) => c.sort("DATE", ["SEEN"], { charset: v }), kinds.quotedCharset, [
        ...["UID SORT", ["DATE"], "IT", "SEEN"],
      ], {
        ...either,
        odd: (value) => value === undefined ? ["UID SORT", ["DATE"], "UTF-8", "SEEN"] : undefined,
      }),
    ],
  },
  thread: {
    parameters: 3,
    places: [
      word("algorithm", (c, v) => c.thread(v, ["SEEN"]), kinds.none, [], {
        ...CAPABILITY,
        also: ["REFERENCE\u017f", "REFERENCES\r\n", "REFERENCES "],
        odd: (value) =>
          value === undefined ? ["UID THREAD", "REFERENCES", "UTF-8", "SEEN"] : undefined,
      }),
      criterion("query", (c, v) => c.thread("REFERENCES", ["TO", v]), kinds.text, [
        ...["UID THREAD", "REFERENCES", "UTF-8", "TO", "IT"],
      ], any),
      word(
        "charset",
        (c, v) => c.thread("REFERENCES", ["SEEN"], { charset: v }),
        kinds.quotedCharset,
        [
          ...["UID THREAD", "REFERENCES", "IT", "SEEN"],
        ],
        {
          ...either,
          odd: (value) =>
            value === undefined ? ["UID THREAD", "REFERENCES", "UTF-8", "SEEN"] : undefined,
        },
      ),
    ],
  },
};
