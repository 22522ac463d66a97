import type { Command } from "../../connection/command.ts";
import { ImapError } from "../../model/errors.ts";
import type { NumberSet } from "../../model/number_set.ts";
import { run, runWhole, type Scope } from "../scope.ts";
import { belowLimit, withAll } from "./message_limit.ts";

/** The results of the requests, as one. */
export function fetchAll<Request extends { readonly ids: NumberSet }, Value>(
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
export async function fetchBelowLimit<Request extends { readonly ids: NumberSet }, Value>(
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

/** Adds more values by message id. */
export function addTo<Value>(all: Map<number, Value>, more: Map<number, Value> | null): void {
  for (const [id, value] of more ?? []) all.set(id, value);
}

/** What came by message id before a call failed. */
export function partialOf<Value>(reason: unknown): Map<number, Value> | null {
  return reason instanceof ImapError && reason.partial instanceof Map ? reason.partial : null;
}
