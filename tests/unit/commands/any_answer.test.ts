// Whatever a server answers to a command, the command returns a result or throws an error of this
// library.
import { describe, it } from "node:test";
import { assert, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import type { Command } from "../../../src/connection/command.ts";
import { getAcl, listRights, setAcl } from "../../../src/commands/access/acl.ts";
import { append, multiappend } from "../../../src/commands/messages/append.ts";
import { capability } from "../../../src/commands/session/capability.ts";
import { copy, move } from "../../../src/commands/messages/copy.ts";
import { enable } from "../../../src/commands/session/enable.ts";
import { expunge } from "../../../src/commands/messages/expunge.ts";
import { fetch, fetchRequest } from "../../../src/commands/messages/fetch.ts";
import { create } from "../../../src/commands/folders/folder.ts";
import { id } from "../../../src/commands/session/id.ts";
import { idle } from "../../../src/commands/watch/idle.ts";
import { jmapAccess } from "../../../src/commands/session/jmap_access.ts";
import { compressDeflate } from "../../../src/commands/session/compress.ts";
import { listLanguages, setLanguage } from "../../../src/commands/session/language.ts";
import { list } from "../../../src/commands/folders/list.ts";
import { listDetails } from "../../../src/commands/folders/list_details.ts";
import { myRights } from "../../../src/commands/access/my_rights.ts";
import { login } from "../../../src/commands/session/login.ts";
import { namespace } from "../../../src/commands/folders/namespace.ts";
import { getQuota, getQuotaRoot, setQuota } from "../../../src/commands/access/quota.ts";
import {
  type ExtendedSearch,
  extendedSearch,
} from "../../../src/commands/search/extended_search.ts";
import { contextSearch } from "../../../src/commands/search/context.ts";
import { multisearch } from "../../../src/commands/search/multisearch.ts";
import { comparator } from "../../../src/commands/search/comparator.ts";
import { search } from "../../../src/commands/search/search.ts";
import { selectResync } from "../../../src/commands/folders/resync.ts";
import { DEFAULT_LIMITS } from "../../../src/wire/limits.ts";
import { select } from "../../../src/commands/folders/select.ts";
import { logout, noop } from "../../../src/commands/session/session.ts";
import { sort } from "../../../src/commands/search/sort.ts";
import { status } from "../../../src/commands/folders/status.ts";
import { getMetadata, setMetadata } from "../../../src/commands/access/metadata.ts";
import { replace } from "../../../src/commands/messages/replace.ts";
import { genUrlAuth, resetKey, urlFetch } from "../../../src/commands/messages/url_auth.ts";
import { store } from "../../../src/commands/messages/store.ts";
import { thread } from "../../../src/commands/search/thread.ts";
import { unauthenticate } from "../../../src/commands/session/unauthenticate.ts";
import { notify } from "../../../src/commands/watch/notify.ts";
import { uidBatches } from "../../../src/commands/search/uid_batches.ts";
import { ImapError } from "../../../src/model/errors.ts";
import { NumberSet } from "../../../src/model/number_set.ts";
import type { ServerResponse } from "../../../src/model/responses.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { decodeFolderName } from "../../../src/mime/utf7.ts";
import { bytes, text } from "../../support/wire.ts";

const IDS = NumberSet.from("1:3");
const SEARCH = { criteria: "ALL", charset: "UTF-8", uid: true };
const RESULTS: ExtendedSearch = {
  ...{ criteria: "ALL", encoding: { charset: "UTF-8", told: false }, uid: true },
  ...{ returns: ["ALL", "MIN", "RELEVANCY"], range: [1, 9] },
};
const FLAGS = { ids: IDS, item: "FLAGS", action: "add", silent: false, uid: true } as const;
const DETAILS = { status: ["MESSAGES"], myRights: true, metadata: new Map([["/a", "/a"]]) };
const LISTENER = { begun() {}, ending() {} };

/** One of every command that reads the server's answer. */
const READERS: readonly (() => Command<unknown>)[] = [
  () => list("LIST", { directory: "", pattern: "*" }),
  () => list("LSUB", { directory: "", pattern: "*" }),
  () => list("XLIST", { directory: "", pattern: "*" }),
  () => listDetails({ directory: "", pattern: "*" }, DETAILS, decodeFolderName),
  () => myRights("x"),
  () => status("x", ["MESSAGES", "HIGHESTMODSEQ", "MAILBOXID"]),
  namespace,
  () => enable("X"),
  () => id(null),
  jmapAccess,
  listLanguages,
  () => comparator(["de;*", "default"]),
  () => setLanguage("de"),
  () => uidBatches(500, null),
  () => uidBatches(500, [1, 2]),
  unauthenticate,
  () => notify(null, null, true, decodeFolderName),
  compressDeflate,
  () => store({ ...FLAGS, values: "x" }),
  () => store({ ...FLAGS, item: "X-GM-LABELS", values: "x" }),
  () => store({ ...FLAGS, values: "x", condition: { unchangedSince: 5, modified: [] } }),
  () => selectResync(select("x", false), { uidValidity: 1, modseq: 5 }, DEFAULT_LIMITS),
  () => copy({ ids: IDS, folder: "x", uid: true }),
  () => move({ ids: IDS, folder: "x", uid: true }),
  () => append("x", { msg: "y" }),
  () => genUrlAuth("imap://a@b/c/;UID=1;URLAUTH=anonymous"),
  () => urlFetch(["imap://a@b/c/;UID=1;URLAUTH=anonymous:INTERNAL:0"], { binary: true }),
  () => resetKey("x"),
  () => replace(IDS, true, append("x", { msg: "y" })),
  () => multiappend("x", [{ msg: "y" }, { msg: "z" }]),
  () => expunge(null),
  () => sort("DATE", SEARCH),
  () => thread("REFERENCES", SEARCH),
  () => search("ALL", { charset: "UTF-8", told: false }, true),
  () => extendedSearch(RESULTS),
  () => extendedSearch({ ...RESULTS, order: ["DATE"] }),
  () => contextSearch(RESULTS, { begun() {}, changed() {} }, DEFAULT_LIMITS),
  () => multisearch({ ...RESULTS, sources: { personal: true } }, decodeFolderName),
  () => getAcl("x"),
  () => setAcl("x", "y", ""),
  () => listRights("x", "y"),
  () => getMetadata("x", ["/shared/comment", "/private/comment"]),
  () => setMetadata("x", { "/shared/comment": "y" }),
  () => getQuota(""),
  () => getQuotaRoot("x", decodeFolderName),
  () => setQuota([{ quotaRoot: "", resource: "STORAGE", limit: 1 }]),
  () => select("x", false),
  () => fetch(fetchRequest(IDS, ["FLAGS", "ENVELOPE", "ANNOTATION (/a value)"], undefined, true)),
  () => idle(LISTENER),
  () => create("x"),
  () => login("a", "b"),
  capability,
  noop,
  logout,
];

function respond(line: string | Uint8Array): ServerResponse | null {
  const data = typeof line === "string" ? bytes(line) : line;
  return readResponse({ bytes: data, start: 0, end: data.length, detached: [] });
}

/**
 * Passes lines to a command, and then the tagged response. It may only throw the library's errors.
 */
function converse(
  command: Command<unknown>,
  responses: readonly (ServerResponse | null)[],
  done: ServerResponse | null,
): void {
  assert(done?.kind === "tagged");
  try {
    for (const response of responses) {
      if (response?.kind === "untagged") command.accept?.(response);
    }
    const result = command.result(done);
    if (command.name !== "STATUS") return;
    for (const key of ["MESSAGES", "HIGHESTMODSEQ", "MAILBOXID"]) (result as never)[key];
  } catch (error) {
    assertInstanceOf(error, ImapError, `${command.name}: ${error}`);
  }
}

describe("any answer throws only this library's errors", () => {
  const NAMES = [
    ...["LIST", "LSUB", "XLIST", "STATUS", "NAMESPACE", "ENABLED", "ID", "1 FETCH", "SORT"],
    ...[
      "THREAD",
      "SEARCH",
      "ESEARCH",
      "ACL",
      "MYRIGHTS",
      "LISTRIGHTS",
      "QUOTA",
      "QUOTAROOT",
      "METADATA",
      "JMAPACCESS",
      "LANGUAGE",
      "COMPARATOR",
      "UIDBATCHES",
      "FLAGS",
      "2 EXPUNGE",
      "OK",
    ],
    ...["CAPABILITY", "3 EXISTS", "1 THREAD", "1 QUOTA", "1 STATUS", "1 ID"],
  ];
  const pieces = fc.constantFrom(
    ...["(", ")", "((", "))", " ", " ", " ", '"', "\\", "[", "]", "{2}\r\n", "{0}\r\n", "{9}\r\n"],
    ...["NIL", "nil", "INBOX", '""', '"a b"', "1", "0", "-1", "01", "99999999999999999999", "1.5"],
    ...["STORAGE 1 2", "UID 1", "FLAGS (a)", "X-GM-LABELS (b)", "MESSAGES 3", "MAILBOXID (x)"],
    ...[
      "\xff",
      "\x00",
      "\t",
      "*",
      "1:*",
      "__proto__ x",
      '"." ',
      "(TAG x)",
      "ALL 1:3",
      "(MODSEQ 7)",
    ],
  );
  const rest = fc.array(pieces, { maxLength: 14 }).map((all) => all.join(""));
  const line = fc.oneof(
    fc.tuple(fc.constantFrom(...NAMES), rest).map(([name, rest]) => `* ${name} ${rest}`),
    fc.uint8Array({ maxLength: 40 }).map((data) => `* ${text(data)}`),
  );
  const codes = fc.tuple(fc.constantFrom("COPYUID", "APPENDUID", "UIDNEXT", "X"), rest);
  const tagged = codes.map(([name, rest]) => `A1 OK [${name} ${rest}] done`);

  it("Q8 Z11 random lines, to every command", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), tagged, (lines, done) => {
        for (const make of READERS) converse(make(), lines.map(respond), respond(done));
      }),
      { numRuns: 1000 },
    );
  });

  it("Q8 Z11 lists without end and deep lists", () => {
    const hostile = [
      "(".repeat(100_000),
      '("" '.repeat(5000),
      `${"(".repeat(70)}1${")".repeat(70)}`,
    ];
    for (const name of NAMES) {
      for (const rest of hostile) {
        const response = respond(`* ${name} ${rest}`);
        for (const make of READERS) converse(make(), [response], respond("A1 OK"));
      }
    }
  });

  it("Q8 Z11 very long answers", () => {
    // More items than a function can take as arguments.
    const items = ["a ", "1 ", "() "].map((it) => it.repeat(150_000));
    for (const name of NAMES) {
      for (const rest of items.flatMap((it) => [it, `(${it})`])) {
        const response = respond(new TextEncoder().encode(`* ${name} ${rest}`));
        for (const make of READERS) converse(make(), [response], respond("A1 OK"));
      }
    }
  });
});
