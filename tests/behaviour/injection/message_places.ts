// The calls that fetch, flag, store, copy and remove messages, and that wait for changes.
import { IllegalStateError, InvalidArgumentError } from "../../../src/model/errors.ts";
import * as kinds from "./kinds.ts";
import { folder, ids, listOf, type Method, type Place, place, put, word } from "./place.ts";
import type { Word } from "./scanner.ts";

type Client = Parameters<Place["call"]>[0];

/** A Gmail label is a string in modified UTF-7, even if folder names are UTF-8. */
function labels(name: string, call: Place["call"], item: string, more: Partial<Place> = {}): Place {
  const sent = (seen: Word) => ["UID STORE", "1:1", item, [seen]];
  return place(name, call, label, sent, more);
}

function label(value: string): string | null {
  if (!value.isWellFormed()) return null;
  return value.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === "&") return "&-";
    let units = "";
    for (const unit of run.split("")) {
      units += String.fromCharCode(unit.charCodeAt(0) >> 8, unit.charCodeAt(0) & 255);
    }
    return `&${btoa(units).replace(/=+$/, "").replaceAll("/", ",")}-`;
  });
}

/** A mod-sequence, from `least` on: no text is one. Without any, `plain` is sent. */
function modseq(
  name: string,
  call: (c: Client, modseq: bigint) => unknown,
  command: readonly Word[],
  plain: readonly Word[],
  least: bigint,
): Place {
  const odd = (value: unknown): readonly Word[] | undefined => {
    if (value === undefined) return plain;
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    const number = isWhole ? BigInt(value as number) : -1n;
    return number >= least ? put(command, "IT", String(number)) : undefined;
  };
  const more = { noText: true, kind: kinds.none, odd };
  return word(name, (c, v) => call(c, v as unknown as bigint), kinds.none, command, more);
}

/** What the calls that change flags share. */
function flags(
  item: string,
  call: (
    c: Client,
    ids: string,
    flags: string | readonly string[],
    unchangedSince?: bigint,
  ) => unknown,
): Method {
  const since = ["UID STORE", "1:1", ["UNCHANGEDSINCE", "IT"], item, ["x"]];
  const one = ["UID STORE", "1:1", item, ["IT"]];
  const none = ["UID STORE", "1:1", item, []];
  return {
    parameters: 3,
    places: [
      ids("messages", (c, v) => call(c, v, "x"), ["UID STORE", "IDS", item, ["x"]]),
      word("flags", (c, v) => call(c, "1", v), kinds.flag, one, { odd: listOf(none, "") }),
      word("flags, in a list", (c, v) => call(c, "1", [v]), kinds.flag, one),
      modseq(
        ...["unchangedSince", (c: Client, v: bigint) => call(c, "1", "x", v), since] as const,
        ...[["UID STORE", "1:1", item, ["x"]], 0n] as const,
      ),
    ],
  };
}

function gmailLabels(
  item: string,
  call: (c: Client, ids: string, labels: string | readonly string[]) => unknown,
): Method {
  const odd = item === "X-GM-LABELS" ? listOf(["UID STORE", "1:1", item, []], "") : undefined;
  return {
    parameters: 3,
    places: [
      ids("messages", (c, v) => call(c, v, "x"), ["UID STORE", "IDS", item, ["x"]]),
      labels("labels", (c, v) => call(c, "1", v), item, { odd }),
      labels("labels, in a list", (c, v) => call(c, "1", [v]), item),
    ],
  };
}

/** What both ways to fetch share. */
function fetching(
  call: (
    c: Client,
    ids: string,
    items: string | readonly string[],
    modifiers?: string | string[],
    changedSince?: bigint,
  ) => unknown,
): Method {
  const plain = ["UID FETCH", "1:1", ["FLAGS"]];
  const since = ["UID FETCH", "1:1", ["FLAGS", "MODSEQ"], ["CHANGEDSINCE", "IT"]];
  const fetchSince = (c: Client, v: bigint) => call(c, "1", "FLAGS", undefined, v);
  return {
    parameters: 3,
    places: [
      ids("messages", (c, v) => call(c, v, "FLAGS"), ["UID FETCH", "IDS", ["FLAGS"]]),
      word("items", (c, v) => call(c, "1", v), fetchItems, ["UID FETCH", "1:1", ["...IT"]], {
        also: SECTIONS,
      }),
      word("items, in a list", (c, v) => call(c, "1", ["FLAGS", v]), fetchItem, [
        ...["UID FETCH", "1:1", ["FLAGS", "...IT"]],
      ], { also: SECTIONS }),
      word("modifiers", (c, v) => call(c, "1", "FLAGS", v), kinds.modifier, [
        ...["UID FETCH", "1:1", ["FLAGS"], ["...IT"]],
      ], { odd: noModifiers }),
      word("modifiers, in a list", (c, v) => call(c, "1", "FLAGS", ["A", v]), kinds.modifier, [
        ...["UID FETCH", "1:1", ["FLAGS"], ["A", "...IT"]],
      ]),
      modseq("changedSince", fetchSince, since, plain, 1n),
    ],
  };
}

function noModifiers(value: unknown): readonly Word[] | undefined {
  const isNone = value === undefined || Array.isArray(value) && value.length === 0;
  return isNone ? ["UID FETCH", "1:1", ["FLAGS"]] : undefined;
}

/** Valid and invalid sections. */
const SECTIONS = [
  ...["BODY[]", "BODY.PEEK[1.2.MIME]", "BODY[HEADER.FIELDS (A B)]", "BODY[TEXT]<0.5>"],
  ...["BODY[\r\n]", "BODY[", "BODY[]\r\nA1 LOGOUT", "BODY[HEADER.FIELDS (A\r\nB)]"],
  ...["BODY[HEADER.FIELDS ({3})]", "BODY[HEADER.FIELDS (A]", 'BODY[HEADER.FIELDS ("A")]'],
  ...["BODY[..]", "BODY[0]", "BODY[1.]", "BODY[1TEXT]", "BODY[.TEXT]", "BODY[MIME]"],
  ...["BODY[]<0.0>", "BODY[]<5>", "BODY[]<0.999999999999999>", "FLAG\u017f", "X (  )", "X ()"],
];

/** An item with a section. */
export const SECTION: RegExp =
  /^[A-Z][A-Z0-9.-]*\[(?:(?:[1-9]\d*(?:\.[1-9]\d*)*\.)?(?:HEADER|TEXT|HEADER\.FIELDS(?:\.NOT)? \([A-Z]+(?: [A-Z]+)*\))|[1-9]\d*(?:\.[1-9]\d*)*(?:\.MIME)?|)\](?:<\d+\.[1-9]\d*>)?$/;

export function fetchItem(value: string): readonly string[] | null {
  const wanted = value.trim();
  const name = wanted.replace(/^[a-z]+/, (it) => it.toUpperCase());
  if (SECTION.test(name)) return [name];
  const item = kinds.item(value);
  return item === null ? null : [item];
}

/** By itself, a UID is asked for by what is sent. */
function fetchItems(value: string): readonly string[] | null {
  return fetchItem(value);
}

async function drain(source: AsyncGenerator<unknown>): Promise<void> {
  for await (const _ of source) continue;
}

/** A part of a URL of GENURLAUTH. */
function urlPart(name: string, kind: kinds.Kind, url: (seen: Word) => string): Place {
  const request = { user: "u", host: "h", folder: "F", uid: 1, access: "anonymous" } as const;
  const call: Place["call"] = (c, v) => c.generateUrl({ ...request, [name]: v });
  const sent = (seen: Word) => ["GENURLAUTH", `${url(seen)};URLAUTH=anonymous`, "INTERNAL"];
  const odd = (value: unknown) => {
    return name === "section" && value === undefined ? sentWithout() : undefined;
  };
  const sentWithout = () => ["GENURLAUTH", "imap://u@h/F/;UID=1;URLAUTH=anonymous", "INTERNAL"];
  return place(name, call, kind, sent, { odd });
}

const append = ["APPEND", "F", [], "IT"];
const catenated = ["APPEND", "F", [], "CATENATE", ["IT"]];

/** A piece of a message after an `x`. */
function piece(value: string): string | null {
  const seen = kinds.message(value);
  return seen === null ? null : `x${seen}`;
}
const numbersOnly = { noText: true, kind: kinds.none };

/** The valid times for a timer; any other is refused. */
function seconds(value: unknown): readonly Word[] | undefined {
  const isDefault = value === undefined;
  return isDefault || typeof value === "number" && value > 0 && value <= 86_400
    ? ["IDLE"]
    : undefined;
}

/** The methods by name. */
export const MESSAGE_METHODS: Readonly<Record<string, Method>> = {
  setAnnotations: {
    parameters: 3,
    places: [
      ids("messages", (c, v) => c.setAnnotations(v, { "/comment": { "value.priv": "x" } }), [
        ...["UID STORE", "IDS", "ANNOTATION", [["/comment", [["value.priv", "x"]]]]],
      ]),
      word(
        "an entry",
        (c, v) => c.setAnnotations("1", { [v]: { "value.priv": null } }),
        kinds.entry,
        [
          ...["UID STORE", "1:1", "ANNOTATION", [["IT", [["value.priv", null]]]]],
        ],
        { isKey: true },
      ),
      word(
        "an attribute",
        (c, v) => c.setAnnotations("1", { "/a": { [v]: null } }),
        kinds.none,
        [],
        {
          isKey: true,
        },
      ),
      word(
        "a value",
        (c, v) => c.setAnnotations("1", { "/a": { "value.priv": v } }),
        kinds.octets,
        [
          ...["UID STORE", "1:1", "ANNOTATION", [["/a", [["value.priv", "IT"]]]]],
        ],
        {
          bytes: "any",
          odd: (value) =>
            value === null
              ? ["UID STORE", "1:1", "ANNOTATION", [["/a", [["value.priv", null]]]]]
              : undefined,
        },
      ),
    ],
  },
  fetch: fetching((c, ids, items, modifiers, changedSince) => {
    return c.fetch(ids, items, { modifiers, changedSince });
  }),
  fetchEach: {
    parameters: 3,
    places: [
      ids("messages", (c, v) => drain(c.fetchEach(v, "FLAGS")), ["UID FETCH", "IDS", ["FLAGS"]]),
      word("items", (c, v) => drain(c.fetchEach("1", v)), fetchItems, [
        ...["UID FETCH", "1:1", ["...IT"]],
      ], { also: SECTIONS, odd: listOf(["UID FETCH", "1:1", ["UID"]], "") }),
      word(
        "modifiers",
        (c, v) => drain(c.fetchEach("1", "FLAGS", { modifiers: v })),
        kinds.modifier,
        [
          ...["UID FETCH", "1:1", ["FLAGS"], ["...IT"]],
        ],
        { odd: noModifiers },
      ),
    ],
  },
  getFlags: {
    parameters: 2,
    places: [ids("messages", (c, v) => c.getFlags(v), ["UID FETCH", "IDS", ["FLAGS"]])],
  },
  addFlags: flags("+FLAGS", (c, ids, flags, unchangedSince) => {
    return c.addFlags(ids, flags, { unchangedSince });
  }),
  removeFlags: flags("-FLAGS", (c, ids, flags, unchangedSince) => {
    return c.removeFlags(ids, flags, { unchangedSince });
  }),
  setFlags: flags("FLAGS.SILENT", (c, ids, flags, unchangedSince) => {
    return c.setFlags(ids, flags, { silent: true, unchangedSince });
  }),
  setFlagColor: {
    parameters: 3,
    places: [
      ids("messages", (c, v) => c.setFlagColor(v, null), [
        ...["UID STORE", "IDS", "-FLAGS"],
        ["\\Flagged", "$MailFlagBit0", "$MailFlagBit1", "$MailFlagBit2"],
      ]),
      word("color", (c, v) => c.setFlagColor(1, v as never), kinds.none, [], {
        odd: (value) =>
          value === null
            ? ["UID STORE", "1:1", "-FLAGS", [
              ...["\\Flagged", "$MailFlagBit0", "$MailFlagBit1", "$MailFlagBit2"],
            ]]
            : undefined,
      }),
    ],
  },
  deleteMessages: {
    parameters: 2,
    places: [
      ids("messages", (c, v) => c.deleteMessages(v), ["UID STORE", "IDS", "+FLAGS", ["\\Deleted"]]),
    ],
  },
  getGmailLabels: {
    parameters: 2,
    places: [ids("messages", (c, v) => c.getGmailLabels(v), ["UID FETCH", "IDS", ["X-GM-LABELS"]])],
  },
  addGmailLabels: gmailLabels("+X-GM-LABELS", (c, ids, it) => c.addGmailLabels(ids, it)),
  removeGmailLabels: gmailLabels("-X-GM-LABELS", (c, ids, it) => c.removeGmailLabels(ids, it)),
  setGmailLabels: gmailLabels("X-GM-LABELS", (c, ids, it) => c.setGmailLabels(ids, it)),
  append: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.append(v, "x"), ["APPEND", "FOLDER", [], "x"]),
      word("msg", (c, v) => c.append("F", v), kinds.message, append, { bytes: "any" }),
      word("a piece", (c, v) => c.append("F", ["x", `${v}`]), piece, append, { isKey: true }),
      word("a piece by a URL", (c, v) => c.append("F", [{ url: "/x/;UID=1" }, `x${v}`]), piece, [
        ...["APPEND", "F", [], "CATENATE"],
        ["/x/;UID=1", "IT"],
      ], { isKey: true }),
      word("a URL", (c, v) => c.append("F", [{ url: v }]), kinds.none, []),
      word("a URL's folder", (c, v) => c.append("F", [{ url: { folder: v, uid: 1 } }]), (v) => {
        if (v === "" || !v.isWellFormed() || v.includes("\0")) return null;
        const escaped = encodeURIComponent(v);
        const isPath = v.split("/").some((part) => /^\.{0,2}$/.test(part));
        const path = isPath ? escaped.replaceAll(".", "%2E") : escaped.replaceAll("%2F", "/");
        return `/${path}/;UID=1`;
      }, catenated),
      word(
        "a URL's section",
        (c, v) => c.append("F", [{ url: { folder: "x", uid: 1, section: v } }]),
        (v) => {
          if (v === "") return "/x/;UID=1";
          return /^[1-9]\d*(?:\.[1-9]\d*)*$/.test(v) ? `/x/;UID=1/;SECTION=${v}` : null;
        },
        catenated,
        { odd: (v) => v === undefined ? put(catenated, "IT", "/x/;UID=1") : undefined },
      ),
      word(
        "an annotation",
        (c, v) => c.append("F", "x", { annotations: { "/a": { "value.priv": v } } }),
        kinds.octets,
        ["APPEND", "F", [], "ANNOTATION", [["/a", [["value.priv", "IT"]]]], "x"],
        {
          bytes: "any",
          odd: (value) =>
            value === null
              ? ["APPEND", "F", [], "ANNOTATION", [["/a", [["value.priv", null]]]], "x"]
              : undefined,
        },
      ),
      word("flags", (c, v) => c.append("F", "x", { flags: v }), kinds.flag, [
        ...["APPEND", "F", ["IT"], "x"],
      ], { odd: (it) => it === undefined || isEmpty(it) ? ["APPEND", "F", [], "x"] : undefined }),
      word("flags, in a list", (c, v) => c.append("F", "x", { flags: ["\\Seen", v] }), kinds.flag, [
        ...["APPEND", "F", ["\\Seen", "IT"], "x"],
      ]),
      word("date", (c, v) => c.append("F", "x", { date: v as never }), kinds.none, [], {
        odd: (value) => value == null ? ["APPEND", "F", [], "x"] : undefined,
      }),
      word("msgTime", (c, v) => c.append("F", "x", { msgTime: v as never }), kinds.none, [], {
        odd: (value) => value == null ? ["APPEND", "F", [], "x"] : undefined,
      }),
    ],
  },
  generateUrl: {
    parameters: 2,
    places: [
      urlPart("user", kinds.urlUser, (it) => `imap://${it}@h/F/;UID=1`),
      urlPart("folder", kinds.urlFolder, (it) => `imap://u@h/${it}/;UID=1`),
      urlPart("section", kinds.urlPath, (it) => `imap://u@h/F/;UID=1/;SECTION=${it}`),
      urlPart("host", kinds.urlHost, (it) => `imap://u@${it}/F/;UID=1`),
      place(
        "access",
        (c, v) => c.generateUrl({ user: "u", host: "h", folder: "F", uid: 1, access: `user+${v}` }),
        kinds.urlUser,
        (it) => ["GENURLAUTH", `imap://u@h/F/;UID=1;URLAUTH=user+${it}`, "INTERNAL"],
        { isKey: true },
      ),
    ],
  },
  fetchUrls: {
    parameters: 2,
    places: [
      word("urls", (c, v) => c.fetchUrls(v), kinds.url, ["URLFETCH", "IT"], {
        odd: (value) => Array.isArray(value) && value.length === 0 ? "nothing" : undefined,
      }),
    ],
  },
  resetUrlKey: {
    parameters: 2,
    places: [
      folder("folder", (c, v) => c.resetUrlKey(v), ["RESETKEY", "FOLDER"], {
        odd: (value) => value == null ? ["RESETKEY"] : undefined,
      }),
    ],
  },
  replace: {
    parameters: 4,
    places: [
      word("message", (c, v) => c.replace(v, "F", "x"), kinds.id, [
        ...["UID REPLACE", "IT", "F", [], "x"],
      ], {
        odd: (value) => {
          const numbers = [value].flat();
          if (!numbers.every((it) => typeof it === "number")) return undefined;
          const seen = kinds.id(numbers.join());
          return seen === null ? undefined : ["UID REPLACE", seen, "F", [], "x"];
        },
      }),
      folder("folder", (c, v) => c.replace(1, v, "x"), [
        ...["UID REPLACE", "1:1", "FOLDER", [], "x"],
      ], { state: "selected" }),
      word("msg", (c, v) => c.replace(1, "F", v), (v) => v === "" ? null : kinds.message(v), [
        ...["UID REPLACE", "1:1", "F", [], "IT"],
      ], { bytes: "any" }),
      word("flags", (c, v) => c.replace(1, "F", "x", { flags: v }), kinds.flag, [
        ...["UID REPLACE", "1:1", "F", ["IT"], "x"],
      ], {
        odd: (it) =>
          it === undefined || isEmpty(it) ? ["UID REPLACE", "1:1", "F", [], "x"] : undefined,
      }),
      word("date", (c, v) => c.replace(1, "F", "x", { date: v as never }), kinds.none, [], {
        odd: (value) => value == null ? ["UID REPLACE", "1:1", "F", [], "x"] : undefined,
      }),
    ],
  },
  multiappend: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.multiappend(v, ["x"]), ["APPEND", "FOLDER", [], "x"]),
      word("msgs", (c, v) => c.multiappend("F", ["x", v]), kinds.message, [
        ...["APPEND", "F", [], "x", [], "IT"],
      ], { bytes: "any" }),
      word("msg", (c, v) => c.multiappend("F", [{ msg: v }]), kinds.message, append, {
        bytes: "any",
      }),
      word("flags", (c, v) => c.multiappend("F", [{ msg: "x", flags: [v] }]), kinds.flag, [
        ...["APPEND", "F", ["IT"], "x"],
      ]),
      word("date", (c, v) => c.multiappend("F", [{ msg: "x", date: v as never }]), kinds.none, [], {
        odd: (value) => value == null ? ["APPEND", "F", [], "x"] : undefined,
      }),
      word("msgs of no type", (c, v) => c.multiappend("F", v), kinds.none, [], {
        ...numbersOnly,
        odd: (value) => isEmpty(value) ? "nothing" : undefined,
      }),
    ],
  },
  copy: {
    parameters: 3,
    places: [
      ids("messages", (c, v) => c.copy(v, "F"), ["UID COPY", "IDS", "F"]),
      folder("folder", (c, v) => c.copy(1, v), ["UID COPY", "1:1", "FOLDER"], {
        state: "selected",
      }),
    ],
  },
  move: {
    parameters: 3,
    places: [
      ids("messages", (c, v) => c.move(v, "F"), ["UID MOVE", "IDS", "F"]),
      folder("folder", (c, v) => c.move(1, v), ["UID MOVE", "1:1", "FOLDER"], {
        state: "selected",
      }),
    ],
  },
  expunge: {
    parameters: 2,
    places: [
      ids("messages", (c, v) => c.expunge(v), ["UID EXPUNGE", "IDS"], {
        odd: (value) => {
          if (value == null) return ["EXPUNGE"];
          return ids("", () => null, ["UID EXPUNGE", "IDS"]).odd!(value);
        },
      }),
    ],
  },
  uidExpunge: {
    parameters: 2,
    places: [ids("messages", (c, v) => c.uidExpunge(v), ["UID EXPUNGE", "IDS"])],
  },
  idle: { parameters: 1, places: [] },
  idleCheck: {
    parameters: 1,
    places: [
      word("timeout", (c, v) => c.idleCheck({ timeout: v as never }), kinds.none, [], {
        ...numbersOnly,
        refusals: [InvalidArgumentError, IllegalStateError],
      }),
    ],
  },
  idleDone: { parameters: 1, places: [] },
  watch: {
    parameters: 1,
    places: [
      word(
        "renewEvery",
        (c, v) => drain(c.watch({ renewEvery: v as never })),
        kinds.none,
        ["IDLE"],
        {
          ...numbersOnly,
          odd: seconds,
        },
      ),
      word("pollEvery", (c, v) => drain(c.watch({ pollEvery: v as never })), kinds.none, ["IDLE"], {
        ...numbersOnly,
        odd: seconds,
      }),
    ],
  },
};

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
