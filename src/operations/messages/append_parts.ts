import type { MessageToAppend, MultiappendResult } from "../../commands/messages/append.ts";
import { hasStream } from "../../commands/messages/message_content.ts";
import {
  ImapAbortError,
  ImapError,
  MessageLimitError,
  PartialAppendError,
} from "../../model/errors.ts";
import type { Scope } from "../scope.ts";
import { detailsOf, messageOf } from "./transfers.ts";

/** Appends some of the messages by one command. */
type AppendPart = (
  scope: Scope,
  part: readonly MessageToAppend[],
) => Promise<MultiappendResult>;

/**
 * Appends messages by as few commands as the server takes (MESSAGELIMIT and SAVELIMIT, RFC 9738
 * section 3): each command appends all of its messages or none. If one fails after others, throws
 * {@linkcode PartialAppendError}.
 */
export async function appendInParts(
  scope: Scope,
  messages: readonly MessageToAppend[],
  append: AppendPart,
): Promise<MultiappendResult> {
  let most = scope.client.connection.session.saveLimit;
  const done: MultiappendResult[] = [];
  for (let at = 0; at < messages.length;) {
    const part = messages.slice(at, at + most);
    try {
      done.push(await append(scope, part));
      at += part.length;
    } catch (error) {
      const fewer = limitOf(error, part);
      if (fewer === null) throw at === 0 ? error : partialError(error, done, at);
      most = fewer;
    }
  }
  return joined(done);
}

/** How many messages the server takes, if these were too many and none was taken; else `null`. */
function limitOf(error: unknown, part: readonly MessageToAppend[]): number | null {
  if (!(error instanceof ImapError) || error.code !== "MESSAGELIMIT") return null;
  if (error instanceof MessageLimitError) return null;
  const limit = error.responseCode?.number ?? 0;
  // A stream can be read only once.
  const isStream = ({ msg }: MessageToAppend) => hasStream(msg);
  return limit < 1 || limit >= part.length || part.some(isStream) ? null : limit;
}

/**
 * The error of a later part. If the connection broke, the server may have appended that one too.
 */
function partialError(
  error: unknown,
  done: readonly MultiappendResult[],
  appended: number,
): ImapError {
  const isUnknown = !(error instanceof ImapError) || error instanceof ImapAbortError;
  const others = isUnknown ? ", and it is not known whether the next were" : "";
  const message = `the first ${appended} messages were appended${others}: ${messageOf(error)}`;
  return new PartialAppendError(
    message,
    { ...detailsOf(error), partial: joined(done) },
    appended,
  );
}

/** The results of several parts as one. */
function joined(done: readonly MultiappendResult[]): MultiappendResult {
  if (done.length === 1) return done[0];
  const { text, uidValidity } = done[done.length - 1];
  // With a gap, it would be unknown which message a UID is for.
  const isWhole = done.every(({ uids, uidValidity: it }) => uids.length > 0 && it === uidValidity);
  return { text, uidValidity, uids: isWhole ? done.flatMap(({ uids }) => uids) : [] };
}
