import { notify, type NotifyResult } from "../../commands/watch/notify.ts";
import { IllegalStateError, InvalidArgumentError, named } from "../../model/errors.ts";
import { nameDecoder, run, type Scope } from "../scope.ts";
import { checkedSets, newsOf, type NotifySet } from "./notify_sets.ts";

/** NOTIFY (RFC 5465), for the caller. */
export async function notifyAs(
  scope: Scope,
  sets: Iterable<NotifySet> | null,
  status: boolean,
): Promise<NotifyResult> {
  if (typeof status !== "boolean") {
    throw new InvalidArgumentError(`'status' must be true or false: ${named(status)}`);
  }
  if (scope.client.watchesFolders) {
    throw new IllegalStateError("watchFolders is under way, and uses NOTIFY itself");
  }
  return await sendNotify(scope, sets, status);
}

/** NOTIFY. */
export async function sendNotify(
  scope: Scope,
  sets: Iterable<NotifySet> | null,
  status: boolean,
): Promise<NotifyResult> {
  const checked = sets === null ? null : checkedSets(sets);
  const request = checked === null ? null : newsOf(checked);
  return await run(scope, notify(checked, request, status, nameDecoder(scope)));
}

/** NOTIFY with sets that tell no more than a server does without it. */
export async function stopNotify(scope: Scope, sets: Iterable<NotifySet>): Promise<void> {
  await run(scope, notify(checkedSets(sets), null, false, nameDecoder(scope)));
}
