import { fetch, type FetchRequest, fetchRequest } from "../../commands/messages/fetch.ts";
import { fetchFlags } from "../../commands/messages/fetch_flags.ts";
import { type MessageFlags, store, type StoreRequest } from "../../commands/messages/store.ts";
import type { Command } from "../../connection/command.ts";
import type { ZonedDate } from "../../model/dates.ts";
import type { Envelope } from "../../model/envelope.ts";
import { ImapError } from "../../model/errors.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { SAVED } from "../../model/saved.ts";
import type { PartialRange } from "../../model/search_results.ts";
import { type Text, toTexts } from "../../model/text.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { savedIds } from "../saved_ids.ts";
import { idsOf, run, runWhole, type Scope } from "../scope.ts";
import { FetchEach } from "./fetch_each.ts";
import { belowLimit, restOf, withAll } from "./message_limit.ts";

type Modifiers = Text | Iterable<Text> | undefined;

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
  modifiers: Modifiers,
): Promise<Map<number, FetchedBase>> {
  const { requests, scope: own } = fetchRequests(scope, messages, items, modifiers);
  const found = fetchAll(own, requests, fetch);
  return own.normaliseTimes ? found : found.then(inOwnZones, failInOwnZones);
}

/** FETCH of a part of the messages. */
export function fetchPart(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: Modifiers,
  partial: PartialRange,
): Promise<Map<number, FetchedBase>> {
  const named = messages === SAVED ? savedIds(scope) : messages;
  return runWhole(scope, async (scope) => {
    const { pageRequest } = await pages();
    const part = await pageRequest(scope, { messages: named, modifiers }, partial);
    return await fetchMessages(scope, part.messages, items, part.modifiers);
  });
}

const pages = lazyImport(() => import("./fetch_page.ts"));

/** FETCH of a part of the messages, one by one. */
export async function* fetchEachOfPart(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: Modifiers,
  stream: boolean,
  partial: PartialRange,
): AsyncGenerator<FetchedBase> {
  const part = await runWhole(scope, async (scope) => {
    return await (await pages()).pageRequest(scope, { messages, modifiers }, partial);
  });
  yield* fetchEachMessage(scope, part.messages, items, part.modifiers, stream);
}

/** FETCH: the messages one by one, as they come. */
export function fetchEachMessage(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: Modifiers,
  stream: boolean,
): AsyncGenerator<FetchedBase> {
  const wanted = fetchRequests(scope, messages, ["UID", ...toTexts(items)], modifiers);
  return eachMessage(wanted, stream);
}

/** FETCH of flags or labels, by message id. */
export function getFlags(
  scope: Scope,
  item: StoreRequest["item"],
  messages: MessageIds,
): Promise<MessageFlags> {
  const { requests, scope: own } = fetchRequests(scope, messages, [item], undefined);
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
): Promise<MessageFlags | null> {
  const { sets, scope: own } = idsOf(messages, scope);
  const request = { ...change, silent, uid: own.uid };
  // Made even for no messages, so that values that can't be sent are refused all the same.
  store({ ...request, ids: NumberSet.from([]) });
  const stored = await fetchAll(own, sets.map((ids) => ({ ...request, ids })), store);
  return silent ? null : stored;
}

function fetchRequests(
  scope: Scope,
  messages: MessageIds,
  items: string | readonly string[],
  modifiers: Modifiers,
): FetchRequests {
  const { sets, scope: own } = idsOf(messages, scope);
  const ids = sets.length === 1 ? sets[0] : NumberSet.from([]);
  // Made even for no messages, so that what can't be sent is refused all the same.
  const request = fetchRequest(ids, items, modifiers, own.uid);
  const requests = sets.length === 1 ? [request] : sets.map((ids) => ({ ...request, ids }));
  return { requests, scope: own };
}

/** The results of the requests, as one. */
function fetchAll<Request extends { readonly ids: NumberSet }, Value>(
  scope: Scope,
  requests: readonly Request[],
  make: (request: Request) => Command<Map<number, Value>>,
): Promise<Map<number, Value>> {
  if (scope.client.connection.session.limitsMessages && scope.uid) {
    return runWhole(
      scope,
      (scope) => together(requests.map((request) => fetchBelowLimit(scope, request, make))),
    );
  }
  return requests.length === 1
    ? run(scope, make(requests[0]))
    : together(requests.map((request) => run(scope, make(request))));
}

/** The result of one request, even if the server looks at only some of its messages at once. */
async function fetchBelowLimit<Request extends { readonly ids: NumberSet }, Value>(
  scope: Scope,
  request: Request,
  make: (request: Request) => Command<Map<number, Value>>,
): Promise<Map<number, Value>> {
  const all = new Map<number, Value>();
  const step = (ids: NumberSet) => run(scope, make({ ...request, ids }));
  try {
    await belowLimit(request.ids, step, (found) => addTo(all, found));
  } catch (error) {
    addTo(all, partialOf<Value>(error));
    throw all.size > 0 ? withAll(error, all) : error;
  }
  return all;
}

async function* eachMessage(
  { requests, scope }: FetchRequests,
  stream: boolean,
): AsyncGenerator<FetchedBase> {
  const { connection } = scope.client;
  for (const request of requests) {
    for (let left: NumberSet | null = request.ids; left !== null;) {
      try {
        const each = new FetchEach(connection, { ...request, ids: left }, stream);
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

/** The results of several requests in one; if one fails, its error has what came of all of them. */
async function together<Value>(
  requests: readonly Promise<Map<number, Value>>[],
): Promise<Map<number, Value>> {
  const outcomes = await Promise.allSettled(requests);
  const all = new Map<number, Value>();
  for (const it of outcomes) {
    addTo(all, it.status === "fulfilled" ? it.value : partialOf<Value>(it.reason));
  }
  const failed = outcomes.find((it) => it.status === "rejected");
  if (failed === undefined) return all;
  throw all.size > 0 ? withAll(failed.reason, all) : failed.reason;
}

function addTo<Value>(all: Map<number, Value>, more: Map<number, Value> | null): void {
  for (const [id, value] of more ?? []) all.set(id, value);
}

/** What came by message id before a call failed. */
function partialOf<Value>(reason: unknown): Map<number, Value> | null {
  return reason instanceof ImapError && reason.partial instanceof Map ? reason.partial : null;
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
