import { LARGEST_ID } from "../../model/ranges.ts";
import { fetch, type FetchRequest } from "../../commands/messages/fetch.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import { VanishedUids } from "../../commands/messages/vanished_uids.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { intersection, union } from "../../model/id_ranges.ts";
import { NumberSet } from "../../model/number_set.ts";
import type { TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import type { Scope } from "../scope.ts";
import { checkQresync, enableQresync } from "../session/qresync.ts";
import { withModseqs } from "./modseqs.ts";
import { fetchAll } from "./fetch_all.ts";

/** FETCH (CHANGEDSINCE): the messages that have changed, by their ids. */
export function fetchChanges(
  scope: Scope,
  requests: readonly FetchRequest[],
): Promise<Map<number, FetchedBase>> {
  const { session } = scope.client.connection;
  return fetchAll(scope, requests, (request) => withModseqs(session, fetch(request)));
}

/**
 * UID FETCH (CHANGEDSINCE VANISHED): the messages that have changed, and in `vanished` the UIDs of
 * those that were removed (RFC 7162 section 3.2.6).
 */
export async function fetchVanished(
  scope: Scope,
  requests: readonly FetchRequest[],
): Promise<Map<number, FetchedBase>> {
  const { client: { connection: { session }, limits }, uid } = scope;
  if (!uid) throw new InvalidArgumentError("'vanished' needs UIDs: useUid is off");
  if (requests.length > 0) enableQresync(scope);
  const vanished = new VanishedUids(limits.items);

  function make(asked: FetchRequest): Command<Map<number, FetchedBase>> {
    const request = { ...asked, ids: aboveToo(asked.ids) };
    const command = withModseqs(session, fetch(request));
    return wrapped(command, {
      // VANISHED does not say which FETCH it is for.
      uncorrelated: true,
      write(out: CommandWriter): void {
        checkQresync(session);
        command.write(out);
      },
      accept(response: UntaggedResponse): boolean {
        return vanished.take(response) || command.accept!(response);
      },
      result(done: TaggedResponse): Map<number, FetchedBase> {
        const { error } = vanished;
        if (error === null) return command.result(done);
        throw new ProtocolError(error.message, { partial: command.partial!() });
      },
    });
  }

  const found = await fetchAll(scope, requests, make);
  // Not enumerable, so that the map compares and prints like any other.
  vanished.removeFrom(found);
  const asked = union(requests.map(({ ids }) => aboveToo(ids)));
  return Object.defineProperty(found, "vanished", { value: intersection(vanished.all, asked) });
}

/**
 * The same messages, and removed ones with higher UIDs: for Cyrus up to 3.12, `*` is the highest
 * UID that is left, so that it does not report those above (cyrus-imapd issue 6071).
 */
function aboveToo(ids: NumberSet): NumberSet {
  // A server that has saved the ids forgets those of removed messages (RFC 5182 section 2.1).
  if (!ids.isOpen) return ids.copy(false);
  if (ids.isEverything) return NumberSet.from(`1:${LARGEST_ID}`);
  const above = [...ids.ranges()]
    .filter(([first, last]) => first !== last && Math.max(first, last) === Infinity)
    .map(([first, last]) => `${Math.min(first, last)}:${LARGEST_ID}`);
  return NumberSet.from([String(ids), ...above]);
}
