import {
  copy,
  type CopyRequest,
  type CopyResult,
  Gone,
  move,
  type MoveCommand,
} from "../../commands/messages/copy.ts";
import { expunge } from "../../commands/messages/expunge.ts";
import { store } from "../../commands/messages/store.ts";
import { wrapped } from "../../commands/wrapped.ts";
import {
  ImapAbortError,
  ImapError,
  MessageLimitError,
  PartialMoveError,
  ProtocolError,
} from "../../model/errors.ts";
import { DELETED } from "../../model/flags.ts";
import { union } from "../../model/id_ranges.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import type { Text } from "../../model/text.ts";
import { folderOf, idsOf, run, runWhole, type Scope, type ScopedIds } from "../scope.ts";
import { belowLimit, withinLimit } from "./message_limit.ts";
import { presentIds } from "./present_ids.ts";
import { detailsOf, inTurn, messageOf, type Transfers } from "./transfers.ts";

/** COPY. */
export async function copyMessages(
  scope: Scope,
  messages: MessageIds,
  folder: Text,
): Promise<CopyResult> {
  const { sets, scope: own } = savableSets(messages, scope);
  const { uid } = own;
  const most = folderOf(own)?.exists;
  const one = (scope: Scope, ids: NumberSet) => run(scope, copy({ ids, folder, uid, most }));
  return await transferAll(own, sets, one, { gone: null, uid, inSteps: false });
}

/** MOVE; on a server without it, COPY, STORE and UID EXPUNGE. */
export async function moveMessages(
  scope: Scope,
  messages: MessageIds,
  folder: Text,
): Promise<CopyResult> {
  const { client: { connection: { session } }, uid } = scope;
  const inSteps = !session.has("MOVE") && session.has("UIDPLUS") && uid;
  const { sets, scope: own } = (inSteps ? savableSets : idsOf)(messages, scope);
  const most = folderOf(own)?.exists;
  const gone = new Gone({ ids: union(sets), uid });
  let moved: MoveCommand | null = null;
  const one = async (scope: Scope, ids: NumberSet) => {
    const { unpairedUids } = session.server.quirks;
    const request = { ids, folder, uid, most, unpairedUids };
    if (inSteps) return await moveInSteps(scope, request, gone);
    // The set before this one held higher numbers: the numbers here have not changed.
    const expunges = uid ? null : moved?.stableUpTo() ?? null;
    moved = move(request, gone);
    const now = expunges === null ? scope : { ...scope, foundIn: undefined, expunges };
    return await moveAtOnce(now, moved);
  };
  return await transferAll(own, sets, one, { gone, uid, inSteps });
}

/** The ids in sets that COPY takes (SAVELIMIT, RFC 9738). */
function savableSets(messages: MessageIds, scope: Scope): ScopedIds {
  const { sets, scope: own } = idsOf(messages, scope);
  const { saveLimit } = own.client.connection.session;
  if (saveLimit === Infinity) return { sets, scope: own };
  const [isKnown, exists] = [own.foundIn !== undefined, folderOf(own)?.exists];
  const split = sets.flatMap((ids) => withinLimit(ids, saveLimit, isKnown, exists));
  return { sets: split, scope: own };
}

/** Transfers the sets one after the other, and as a whole if that takes several commands. */
async function transferAll(
  scope: Scope,
  sets: readonly NumberSet[],
  one: (scope: Scope, ids: NumberSet) => Promise<CopyResult>,
  how: Transfers,
): Promise<CopyResult> {
  const all = (scope: Scope) => inTurn(sets, (ids) => one(scope, ids), how);
  const { saveLimit } = scope.client.connection.session;
  return sets.length > 1 || how.inSteps || saveLimit !== Infinity
    ? await runWhole(scope, all)
    : await all(scope);
}

async function moveAtOnce(scope: Scope, command: MoveCommand): Promise<CopyResult> {
  try {
    return await run(scope, command);
  } catch (cause) {
    // The caller asks again for what the server left out.
    if (cause instanceof PartialMoveError || cause instanceof MessageLimitError) throw cause;
    const progress = command.progress();
    if (progress === null) throw cause;
    const message = `messages were moved half-way, or all of them: ${messageOf(cause)}`;
    throw new PartialMoveError(message, detailsOf(cause), progress.uids, progress.removed);
  }
}

async function moveInSteps(scope: Scope, request: CopyRequest, gone: Gone): Promise<CopyResult> {
  // Only what is there now: a message that arrives later must not be removed without a copy.
  const ids = await presentIds(scope, request.ids);
  if (ids.isEmpty) return { text: "", uidValidity: null, uids: new Map() };
  const copied = await copyAll(scope, { ...request, ids });
  // If the server names the messages that it copied, no others are removed.
  const done = copied.uidValidity === null ? ids : NumberSet.from(copied.uids.keys());
  let [before, step] = ["they were copied", "flagged \\Deleted"];
  try {
    if (done.isEmpty) throw new ProtocolError("the server names other messages than those");
    const flags = { item: "FLAGS", action: "add", values: DELETED, silent: true } as const;
    const flag = (ids: NumberSet) => run(scope, store({ ...flags, ids, uid: true }));
    await belowLimit(done, flag, () => {});
    [before, step] = ["they were copied and flagged \\Deleted", "expunged"];
    await belowLimit(done, (ids) => run(scope, expungeNoting(ids, gone)), () => {});
  } catch (cause) {
    // If the connection broke, the server may have done it, and its answer is lost.
    const isKnown = cause instanceof ImapError && !(cause instanceof ImapAbortError);
    const how = isKnown ? `but not ${step}` : `and whether they were ${step} is not known`;
    const message = `messages were moved half-way: ${before}, ${how}: ${messageOf(cause)}`;
    throw new PartialMoveError(message, detailsOf(cause), copied.uids, gone.uids);
  }
  return copied;
}

/** Copies messages out of a folder that can be changed; a read-only one is refused first. */
async function copyAll(scope: Scope, request: CopyRequest): Promise<CopyResult> {
  try {
    return await run(scope, wrapped(copy(request), { modifies: true }));
  } catch (cause) {
    if (!(cause instanceof MessageLimitError)) throw cause;
    // COPY should do all or nothing (RFC 9738 section 3.1).
    const message = `messages were moved half-way: some were copied, ${cause.message}`;
    throw new PartialMoveError(message, detailsOf(cause), (cause.partial as CopyResult).uids);
  }
}

/** UID EXPUNGE that notes which messages are gone. */
function expungeNoting(ids: NumberSet, gone: Gone): ReturnType<typeof expunge> {
  const command = expunge(ids);
  return wrapped(command, {
    accept(response: UntaggedResponse): boolean {
      gone.note(response);
      return command.accept!(response);
    },
  });
}
