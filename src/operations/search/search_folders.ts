import { missingCapability } from "../../connection/session.ts";
import type { SearchCriteria } from "../../commands/search/search_criteria.ts";
import { type FolderAnswer, multisearch } from "../../commands/search/multisearch.ts";
import { criteriaOf } from "../../commands/search/search_query.ts";
import {
  ImapError,
  InvalidArgumentError,
  InvalidCriteriaError,
  named,
  ProtocolError,
} from "../../model/errors.ts";
import type { FolderSources } from "../../model/search_results.ts";
import type { Text } from "../../model/text.ts";
import { holdFolder } from "../folders/select_folder.ts";
import { namesSaved } from "../saved_ids.ts";
import { nameDecoder, run, runWhole, type Scope } from "../scope.ts";
import { inCharset } from "./search_charset.ts";
import { type Query, scopedCriteria, searchMessages } from "./search_messages.ts";
import type { FoldersRequest } from "./search_request.ts";
import { answerOf, isComplete, requestOf, resultOf, type ResultRequest } from "./search_results.ts";
import { folderNames } from "./source_folders.ts";

/** Searches several folders (MULTISEARCH, RFC 7377). */
export async function searchFolders(
  scope: Scope,
  given: FolderSources,
  query: Query,
  options: FoldersRequest,
): Promise<object[]> {
  const sources = checkedSources(given);
  const request = requestOf(options);
  if (namesSaved(criteriaOf(query))) {
    throw new InvalidCriteriaError("SAVED stands for messages of the selected folder alone");
  }
  const { criteria, scope: own } = scopedCriteria(scope, query);
  const wire = wireRequest(scope, request);
  const offered = scope.client.connection.session.has("MULTISEARCH");
  const { charset = null } = options;
  if (options.fallback && !offered) {
    return await oneByOne(scope, sources, criteria, request, charset);
  }
  const ask = async (scope: Scope, wire: ResultRequest): Promise<FolderAnswer[]> => {
    const { limits } = scope.client;
    const found = await inCharset(scope, criteria, charset, (scope, encoding) => {
      const search = { sources, criteria, encoding, ...wire };
      return run(scope, multisearch(search, nameDecoder(scope), limits));
    });
    if (found.every(({ answer }) => answer.all !== null || isComplete(answer, wire, false))) {
      return found;
    }
    throw new ProtocolError("an ESEARCH response that lacks what was asked for");
  };
  const found = await askForRange(own, wire, ask);
  return found.map(({ folder, uidValidity, answer }) =>
    rowWith({ folder, uidValidity }, resultOf(answer, request, false, scope.client.limits.items))
  );
}

/** Cyrus 3.12 offers PARTIAL, but not for this: then all ids are asked for. */
async function askForRange(
  scope: Scope,
  wire: ResultRequest,
  ask: (scope: Scope, wire: ResultRequest) => Promise<FolderAnswer[]>,
): Promise<FolderAnswer[]> {
  if (wire.range === null) return await ask(scope, wire);
  return await runWhole(scope, async (scope) => {
    try {
      return await ask(scope, wire);
    } catch (error) {
      if (!(error instanceof ImapError) || error.code !== "CANNOT") throw error;
      return await ask(scope, uncut(wire));
    }
  });
}

const NAMED = ["folders", "subtree", "subtreeOne"] as const;
const ALONE = ["personal", "subscribed", "inboxes", "selected"] as const;

/** Checks the sources. Their names are lists then. */
function checkedSources(sources: FolderSources): FolderSources {
  if (typeof sources !== "object" || sources === null) {
    throw new InvalidArgumentError(`the folders to search must be an object: ${named(sources)}`);
  }
  const checked: Record<string, boolean | readonly Text[]> = {};
  for (const [name, value] of Object.entries(sources)) {
    if (value === undefined) continue;
    if ((NAMED as readonly string[]).includes(name)) {
      const single = typeof value === "string" || value instanceof Uint8Array;
      checked[name] = single ? [value] : [...toFolders(value)];
    } else if ((ALONE as readonly string[]).includes(name) && typeof value === "boolean") {
      checked[name] = value;
    } else throw new InvalidArgumentError(`no folders to search: ${name}: ${named(value)}`);
  }
  const isNone = Object.values(checked).every((it) =>
    it === false || Array.isArray(it) && it.length === 0
  );
  if (isNone) throw new InvalidArgumentError("no folders to search are named");
  return checked;
}

function toFolders(value: unknown): Iterable<Text> {
  if (typeof value === "object" && value !== null && Symbol.iterator in value) {
    return value as Iterable<Text>;
  }
  throw new InvalidArgumentError(`folders must be names: ${named(value)}`);
}

/** What the server is asked for of each folder. */
function wireRequest({ client }: Scope, { returns, range, save }: ResultRequest): ResultRequest {
  const { session } = client.connection;
  if (returns.includes("RELEVANCY") && !session.has("SEARCH=FUZZY")) {
    throw missingCapability("SEARCH=FUZZY");
  }
  const canCut = range === null || session.has("PARTIAL") ||
    range[0] > 0 && session.has("CONTEXT=SEARCH");
  if (range !== null && canCut && !returns.includes("ALL")) return { returns, range, save };
  return range !== null || returns.length === 0
    ? uncut({ returns, range, save })
    : { returns, range, save };
}

/** With all ids, of which the range can be taken here. */
function uncut({ returns, save }: ResultRequest): ResultRequest {
  return { returns: [...new Set([...returns, "ALL" as const])], range: null, save };
}

/** Ids alone become the field `uids`. */
function rowWith(head: object, result: object): object {
  return Array.isArray(result) ? { ...head, uids: result } : { ...head, ...result };
}

/**
 * Holds and searches one folder after the other. As with ESEARCH, only those with a match count.
 */
async function oneByOne(
  scope: Scope,
  sources: FolderSources,
  criteria: SearchCriteria,
  request: ResultRequest,
  charset: string | null,
): Promise<object[]> {
  const rows: object[] = [];
  for (const folder of await folderNames(scope, sources)) {
    const held = await holdFolder(scope, folder, { readonly: true, timeout: null });
    try {
      const own = { ...held.bind(scope), uid: true };
      const ids = await searchMessages(own, criteria, charset);
      if (ids.length === 0) continue;
      const result = resultOf(answerOf(ids), request, false, scope.client.limits.items);
      rows.push(rowWith({ folder, uidValidity: held.folder.uidValidity }, result));
    } finally {
      held.release();
    }
  }
  return rows;
}
