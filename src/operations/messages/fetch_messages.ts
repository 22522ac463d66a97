import { fetch, type FetchRequest, fetchRequest } from "../../commands/messages/fetch.ts";
import { fetchFlags } from "../../commands/messages/fetch_flags.ts";
import { type MessageFlags, store, type StoreRequest } from "../../commands/messages/store.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { ZonedDate } from "../../model/dates.ts";
import type { Envelope } from "../../model/envelope.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { SAVED } from "../../model/saved.ts";
import type { PartialRange } from "../../model/search_results.ts";
import { lasting, type Text, toTexts } from "../../model/text.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { checkNeeds } from "../needs.ts";
import { savedIds } from "../saved_ids.ts";
import { idsOf, runWhole, type Scope, setsOf } from "../scope.ts";
import { checkedModseq } from "../../wire/modseq.ts";
import { fetchChanges, fetchVanished } from "./fetch_changes.ts";
import { fetchBinary, fetchEachBinary } from "./fetch_binary.ts";
import { FetchEach } from "./fetch_each.ts";
import { restOf } from "./message_limit.ts";
import { checkModseqs } from "./modseqs.ts";
import { storeUnchanged } from "./store_unchanged.ts";
import { fetchAll, partialOf } from "./fetch_all.ts";

/** What modifies a FETCH. */
export interface FetchModifiers {
  /** Modifiers as they are sent. */
  readonly modifiers?: Text | Iterable<Text>;
  /** Only messages that have changed after this mod-sequence (RFC 7162 section 3.1.4.1). */
  readonly changedSince?: number | bigint;
  /** Whether to report the messages that were removed since. */
  readonly vanished?: boolean;
}

/** What a call fetches, and the scope that its message ids give it. */
interface FetchRequests {
  readonly requests: readonly FetchRequest[];
  readonly scope: Scope;
}

/** FETCH: the messages by their ids. It is not `async`, to save two promises per call. */
export function fetchMessages(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: FetchModifiers,
): Promise<Map<number, FetchedBase>> {
  const { requests, scope: own } = fetchRequests(scope, messages, items, modifiers);
  if (requests.length > 0 && requests[0].needs.length > 0) checkNeeds(own, requests[0].needs);
  const found = requests[0]?.isBinary
    ? fetchDecoded(own, requests, modifiers)
    : fetchUnder(own, requests, modifiers);
  return own.normaliseTimes ? found : found.then(inOwnZones, failInOwnZones);
}

function fetchUnder(
  scope: Scope,
  requests: readonly FetchRequest[],
  { changedSince, vanished }: FetchModifiers,
): Promise<Map<number, FetchedBase>> {
  if (changedSince === undefined) return fetchAll(scope, requests, fetch);
  return (vanished ? fetchVanished : fetchChanges)(scope, requests);
}

/** The same with items of BINARY. */
async function fetchDecoded(
  scope: Scope,
  requests: readonly FetchRequest[],
  modifiers: FetchModifiers,
): Promise<Map<number, FetchedBase>> {
  if (requests[0].modifiers.length === 0) return await fetchBinary(scope, requests);
  return await runWhole(scope, async (scope) => {
    const chosen = await fetchUnder(scope, requests.map(idsAlone), modifiers);
    const found = await fetchBinary(scope, requestsFor(chosen.keys(), requests[0], scope));
    const vanished = Object.getOwnPropertyDescriptor(chosen, "vanished");
    return vanished === undefined ? found : Object.defineProperty(found, "vanished", vanished);
  });
}

/** A request that tells which messages its modifiers choose. */
function idsAlone(request: FetchRequest): FetchRequest {
  const keys = request.keys.filter((key) => key === "MODSEQ");
  return { ...request, items: ["UID", ...keys], keys, aliases: [], isBinary: false };
}

/** The request for the messages that its modifiers chose. */
function requestsFor(
  ids: Iterable<number>,
  request: FetchRequest,
  scope: Scope,
): readonly FetchRequest[] {
  const sets = setsOf(NumberSet.from([...ids]), scope, true);
  return sets.map((ids) => ({ ...request, ids, modifiers: [] }));
}

/** FETCH of a part of the messages. */
export function fetchPart(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  options: FetchModifiers,
  partial: PartialRange,
): Promise<Map<number, FetchedBase>> {
  if (options.vanished) {
    throw new InvalidArgumentError("'vanished' can't go with 'partial', a part of what is there");
  }
  checkItems(scope, items);
  const named = messages === SAVED ? savedIds(scope) : NumberSet.from(messages);
  return runWhole(scope, async (scope) => {
    const { pageRequest } = await pages();
    const asked = { messages: named, modifiers: options.modifiers };
    const part = await pageRequest(scope, asked, partial);
    return await fetchMessages(scope, part.messages, items, {
      ...options,
      modifiers: part.modifiers,
    });
  });
}

const pages = lazyImport(() => import("./fetch_page.ts"));

/** FETCH of a part of the messages, one by one. What `SAVED` stands for is fixed now. */
export function fetchEachOfPart(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  options: FetchModifiers,
  stream: boolean,
  partial: PartialRange,
): AsyncGenerator<FetchedBase> {
  const named = messages === SAVED ? savedIds(scope) : NumberSet.from(messages);
  return each();

  async function* each(): AsyncGenerator<FetchedBase> {
    checkItems(scope, items);
    const part = await runWhole(scope, async (scope) => {
      const { pageRequest } = await pages();
      return await pageRequest(scope, { messages: named, modifiers: options.modifiers }, partial);
    });
    const modifiers = { ...options, modifiers: part.modifiers };
    yield* fetchEachMessage(scope, part.messages, items, modifiers, stream);
  }
}

/** Refuses items of extensions that the server lacks, before it is asked which messages there are. */
function checkItems(scope: Scope, items: string | readonly string[]): void {
  checkNeeds(scope, fetchRequest(NumberSet.from([]), items, undefined, scope.uid).needs);
}

/** FETCH: the messages one by one, as they come. */
export function fetchEachMessage(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: FetchModifiers,
  stream: boolean,
): AsyncGenerator<FetchedBase> {
  if (modifiers.vanished) {
    throw new InvalidArgumentError("fetchEach can't report 'vanished': use fetch");
  }
  const wanted = fetchRequests(scope, messages, ["UID", ...toTexts(items)], modifiers);
  const { session } = scope.client.connection;
  const check = () => checkModseqs(session, "FETCH");
  if (wanted.requests[0]?.isBinary) return eachDecoded(wanted, stream, modifiers);
  return eachMessage(wanted, stream, modifiers.changedSince === undefined ? undefined : check);
}

/** FETCH of flags or labels, by message id. */
export function getFlags(
  scope: Scope,
  item: StoreRequest["item"],
  messages: MessageIds,
): Promise<MessageFlags> {
  const { requests, scope: own } = fetchRequests(scope, messages, [item], NO_MODIFIERS);
  return fetchAll(own, requests, (request) => fetchFlags(request, item));
}

/** A change of flags or labels. */
export type FlagChange = Pick<StoreRequest, "item" | "action" | "values">;

/** STORE: what the messages have then, by id; `null` if silent. */
export async function changeFlags(
  scope: Scope,
  change: FlagChange,
  messages: MessageIds,
  silent: boolean,
  unchangedSince?: number | bigint,
): Promise<MessageFlags | null> {
  const { sets, scope: own } = idsOf(messages, scope);
  const condition = unchangedSince === undefined ? undefined : { unchangedSince, modified: [] };
  const request = { ...change, values: lasting(change.values), silent, uid: own.uid, condition };
  // Made even for no messages, so that values that can't be sent are refused all the same.
  store({ ...request, ids: NumberSet.from([]) });
  const requests = sets.map((ids) => ({ ...request, ids }));
  const stored = condition === undefined
    ? await fetchAll(own, requests, store)
    : await storeUnchanged(own, requests, condition);
  return silent ? null : stored;
}

const NO_MODIFIERS: FetchModifiers = {};

function fetchRequests(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: FetchModifiers,
): FetchRequests {
  const { sets, scope: own } = idsOf(messages, scope);
  const ids = sets.length === 1 ? sets[0] : NumberSet.from([]);
  // Made even for no messages, so that what can't be sent is refused all the same.
  const request = fetchRequestFor(ids, items, modifiers, own);
  const requests = sets.length === 1 ? [request] : sets.map((ids) => ({ ...request, ids }));
  return { requests, scope: own };
}

function fetchRequestFor(
  ids: NumberSet,
  items: string | readonly string[],
  { modifiers, changedSince, vanished }: FetchModifiers,
  { uid, client }: Scope,
): FetchRequest {
  const { news } = client.connection.session;
  if (changedSince !== undefined) {
    const since = `CHANGEDSINCE ${checkedModseq(changedSince, "changedSince", 1)}`;
    const all = [...toTexts(modifiers ?? []), vanished ? `${since} VANISHED` : since];
    return fetchRequest(ids, [...toTexts(items), "MODSEQ"], all, uid, news);
  }
  if (vanished) throw new InvalidArgumentError("'vanished' needs 'changedSince'");
  return fetchRequest(ids, items, modifiers, uid, news);
}

async function* eachMessage(
  { requests, scope }: FetchRequests,
  stream: boolean,
  check: (() => void) | undefined,
): AsyncGenerator<FetchedBase> {
  const { connection } = scope.client;
  if (requests.length > 0) checkNeeds(scope, requests[0].needs);
  for (const request of requests) {
    for (let left: NumberSet | null = request.ids; left !== null;) {
      try {
        const each = new FetchEach(connection, { ...request, ids: left }, stream, check);
        for await (const message of each.run(scope)) {
          if (!scope.normaliseTimes) keepZones(message);
          yield message;
        }
        left = null;
      } catch (error) {
        // The server left some out, as they were too many for one command.
        const rest: NumberSet | null = scope.uid ? restOf(error, left!) : null;
        if (rest === null) throw error;
        left = rest.isEmpty ? null : rest;
      }
    }
  }
}

/** The same with items of BINARY. */
async function* eachDecoded(
  { requests, scope }: FetchRequests,
  stream: boolean,
  modifiers: FetchModifiers,
): AsyncGenerator<FetchedBase> {
  let asked = requests;
  checkNeeds(scope, requests[0].needs);
  if (requests[0].modifiers.length > 0) {
    const chosen = await fetchUnder(scope, requests.map(idsAlone), modifiers);
    asked = requestsFor(chosen.keys(), requests[0], scope);
  }
  const each = (requests: readonly FetchRequest[]) =>
    eachMessage({ requests, scope }, stream, undefined);
  yield* fetchEachBinary(scope, asked, stream, each);
}

function inOwnZones(found: Map<number, FetchedBase>): Map<number, FetchedBase> {
  for (const message of found.values()) keepZones(message);
  return found;
}

function failInOwnZones(reason: unknown): never {
  inOwnZones(partialOf<FetchedBase>(reason) ?? new Map());
  throw reason;
}

/** Makes a message's dates print in the zones that they came with. */
function keepZones(message: FetchedBase): void {
  const values = message as unknown as Record<string, ZonedDate & Envelope | null | undefined>;
  for (const name of ["INTERNALDATE", "SAVEDATE", "ENVELOPE"]) {
    // A missing item throws when it is read.
    const value = Object.hasOwn(values, name) &&
      Object.getOwnPropertyDescriptor(values, name)!.value;
    if (value) values[name] = value.inOwnZone();
  }
}
