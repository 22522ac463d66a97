import { ANNOTATE } from "../../commands/messages/annotate.ts";
import {
  append,
  type AppendLimits,
  type AppendResult,
  type MessageToAppend,
} from "../../commands/messages/append.ts";
import { isEmptyMessage } from "../../commands/messages/message_content.ts";
import { expunge } from "../../commands/messages/expunge.ts";
import { fetch, fetchRequest } from "../../commands/messages/fetch.ts";
import {
  replace,
  type ReplaceCommand,
  type ReplaceResult,
} from "../../commands/messages/replace.ts";
import { store } from "../../commands/messages/store.ts";
import { wrapped } from "../../commands/wrapped.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import { missingCapability } from "../../connection/session.ts";
import {
  IllegalStateError,
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  MessageLimitError,
  PartialReplaceError,
  ProtocolError,
} from "../../model/errors.ts";
import { DELETED } from "../../model/flags.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { SAVED } from "../../model/saved.ts";
import type { Text } from "../../model/text.ts";
import { CommandWriter } from "../../wire/writer.ts";
import { folderOf, idsOf, run, runWhole, type Scope } from "../scope.ts";
import { appending, lastingMessage, limitsOf } from "./append_messages.ts";
import { detailsOf, messageOf } from "./transfers.ts";

/** REPLACE; on a server without it, APPEND, STORE and UID EXPUNGE. */
export async function replaceMessage(
  scope: Scope,
  message: MessageIds,
  folder: Text,
  upload: MessageToAppend,
): Promise<ReplaceResult> {
  const content = lastingMessage(upload);
  const { id, scope: own } = oneId(message, scope);
  const { session } = own.client.connection;
  // Most servers refuse to append it; one that does not would leave nothing of the old one.
  if (isEmptyMessage(content.msg, limitsOf(own))) {
    throw new InvalidArgumentError("a message can't be replaced by one without a byte");
  }
  if (content.annotations !== undefined && session.authenticated && !session.has(ANNOTATE)) {
    throw missingCapability(ANNOTATE);
  }
  const inSteps = !session.has("REPLACE") && session.has("UIDPLUS");
  if (!inSteps) return await replaceAtOnce(own, id, folder, content);
  // What can't be sent is refused before anything is asked.
  append(folder, content, limitsOf(own)).write?.(new CommandWriter());
  return await runWhole(own, (scope) => replaceInSteps(scope, id, folder, content));
}

/** The only message id of a call, and the scope that it gives the call. */
function oneId(message: MessageIds, scope: Scope): { id: number; scope: Scope } {
  // Read once: it may be an iterator.
  const named = message === SAVED ? SAVED : NumberSet.from(message);
  const { sets, scope: own } = idsOf(named, scope);
  const ids = named === SAVED ? sets[0] ?? NumberSet.from([]) : named;
  if (ids.isEmpty || ids.isOpen || ids.lowest !== ids.highest) {
    throw new InvalidArgumentError(
      `one message id is needed, not ${String(ids).slice(0, 60) || "none"}`,
    );
  }
  return { id: ids.lowest, scope: own };
}

async function replaceAtOnce(
  scope: Scope,
  id: number,
  folder: Text,
  content: MessageToAppend,
): Promise<ReplaceResult> {
  let command: ReplaceCommand | null = null;
  const make = (limits: AppendLimits) => {
    return command = replace(NumberSet.from(id), scope.uid, append(folder, content, limits));
  };
  try {
    return await appending(scope, [content], make);
  } catch (cause) {
    const partial = (command as ReplaceCommand | null)?.progress() ?? null;
    if (partial === null || cause instanceof PartialReplaceError) throw cause;
    const message = `a message was replaced half-way, or altogether: ${messageOf(cause)}`;
    throw new PartialReplaceError(message, { ...detailsOf(cause), partial }, "unknown");
  }
}

/**
 * Appends the new message, and only once that is confirmed, flags and expunges the old one: this
 * one alone, by its UID.
 */
async function replaceInSteps(
  scope: Scope,
  id: number,
  folder: Text,
  content: MessageToAppend,
): Promise<ReplaceResult> {
  const uid = await uidOf(scope, id);
  // From here on, the message is named by its UID: its number may change, but not its UIDVALIDITY.
  const place = scope.client.connection.session.selections.foundIn(true);
  const byUid: Scope = { ...scope, uid: true, byNumber: false, foundIn: place };
  const make = (limits: AppendLimits) =>
    wrapped(append(folder, content, limits), { state: "selected", modifies: true });
  const appended = await appending(byUid, [content], make);
  if (place?.folder === folderKey(folder)) checkIsOther(appended, uid, place.uidValidity);
  await removeOld(byUid, NumberSet.from(uid), appended);
  return { ...appended, old: "expunged" };
}

/** The UID of a message. Throws if it does not exist, or is in a read-only folder. */
async function uidOf(scope: Scope, id: number): Promise<number> {
  // FETCH, not UID SEARCH: no EXPUNGE may come during it, which would shift the numbers.
  const { client: { connection: { session: { news } } }, uid } = scope;
  const request = fetchRequest(NumberSet.from(id), ["UID"], undefined, uid, news);
  const found = await run(scope, wrapped(fetch(request), { modifies: true }));
  const message = found.get(id);
  if (message !== undefined && uid) return id;
  if (!uid && folderOf(scope)?.expunges !== scope.expunges) {
    throw new IllegalStateError(
      "nothing was appended: messages were expunged meanwhile, so it is not certain which message " +
        `has the number ${id}. Search again, or use UIDs`,
    );
  }
  if (message?.UID !== undefined) return message.UID;
  if (message !== undefined) {
    throw new ProtocolError(`nothing was appended: the server sent no UID for message ${id}`);
  }
  const what = uid ? "UID" : "number";
  throw new ImapError(`nothing was appended: the folder has no message with the ${what} ${id}`);
}

/**
 * Throws if removing the old message might remove the new one, which is in the same folder: Gmail
 * keeps a single copy of messages that have the same content.
 */
function checkIsOther(partial: AppendResult, uid: number, uidValidity: number | null): void {
  const isSame = partial.uidValidity === uidValidity;
  if (partial.uidValidity === null || uidValidity === null || isSame && partial.uid !== uid) return;
  const why = isSame
    ? `the new message has the UID of the old one, ${uid}: they are the same`
    : "the UIDs of the folder were assigned again meanwhile";
  throw new PartialReplaceError(`nothing was removed, since ${why}`, { partial }, "kept");
}

async function removeOld(scope: Scope, ids: NumberSet, partial: AppendResult): Promise<void> {
  let [step, left] = ["flagged \\Deleted", "kept" as PartialReplaceError["old"]];
  try {
    const flags = { item: "FLAGS", action: "add", values: DELETED, silent: true } as const;
    await run(scope, store({ ...flags, ids, uid: true }));
    [step, left] = ["expunged, though flagged \\Deleted", "flagged"];
    await run(scope, expunge(ids));
  } catch (cause) {
    const isKnown = isCertain(cause);
    const how = isKnown
      ? `the old one was not ${step}`
      : "how far the old one was removed is not known";
    const message = `the new message was appended, but ${how}: ${messageOf(cause)}`;
    const details = { ...detailsOf(cause), partial };
    throw new PartialReplaceError(message, details, isKnown ? left : "unknown");
  }
}

/** Whether an error means that nothing was done. If the connection broke, the answer is lost. */
function isCertain(error: unknown): boolean {
  const isUnknown = error instanceof ImapAbortError || error instanceof ProtocolError ||
    error instanceof MessageLimitError;
  return error instanceof ImapError && !isUnknown;
}
