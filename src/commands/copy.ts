import type { Command } from "../command.ts";
import { ImapError, type ImapErrorDetails, PartialMoveError } from "../errors.ts";
import type { NumberSet } from "../model/number_set.ts";
import type { ResponseCode, TaggedResponse, UntaggedResponse } from "../model/responses.ts";
import { DEFAULT_LIMITS } from "../wire/limits.ts";
import type { CommandWriter, Text } from "../wire/writer.ts";
import { fullText } from "../wire/text.ts";

/** What came of a copy or a move. */
export interface CopyResult {
  /** The server's text. */
  readonly text: string;
  /** The UIDVALIDITY of the folder that was added to; `null` where the server did not say. */
  readonly uidValidity: number | null;
  /**
   * The UID that each message has there, by the UID that it has, or had, here (RFC 4315); empty
   * where the server did not say.
   */
  readonly uids: ReadonlyMap<number, number>;
}

/** What is copied, and where to. */
export interface CopyRequest {
  /** The messages. */
  readonly ids: NumberSet;
  /** The folder that they go to. */
  readonly folder: Text;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
}

/** COPY or UID COPY (RFC 9051 section 6.4.7). */
export function copy({ ids, folder, uid }: CopyRequest): Command<CopyResult> {
  return {
    name: uid ? "UID COPY" : "COPY",
    state: "selected",
    pipelining: uid ? "uids" : "numbers",
    write: (out) => writeCopy(out, ids, folder),
    result: (done) => copyResult(done, done.code, ids),
  };
}

/** MOVE or UID MOVE (RFC 6851, RFC 9051 section 6.4.8). */
export function move({ ids, folder, uid }: CopyRequest): Command<CopyResult> {
  let code: ResponseCode | null = null;
  let begun = false;
  return {
    name: uid ? "UID MOVE" : "MOVE",
    needs: "MOVE",
    state: "selected",
    modifies: true,
    write: (out) => writeCopy(out, ids, folder),
    accept(response: UntaggedResponse): boolean {
      begun ||= response.type === "EXPUNGE";
      // The new UIDs come before it is done (RFC 6851 section 4.3).
      if (response.type !== "OK" || response.code?.name !== "COPYUID") return false;
      code = response.code;
      return true;
    },
    result: (done) => copyResult(done, code ?? done.code, ids),
    refused(_done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
      if (!begun && code === null) return new ImapError(message, details);
      const uids = mappingOf(code, ids);
      return new PartialMoveError(`${message} (some messages were moved)`, details, uids);
    },
  };
}

function writeCopy(out: CommandWriter, ids: NumberSet, folder: Text): void {
  out.sp().numberSet(ids).sp().mailbox(folder);
}

function copyResult(done: TaggedResponse, code: ResponseCode | null, ids: NumberSet): CopyResult {
  return {
    text: fullText({ ...done, code }),
    uidValidity: code?.uidValidity ?? null,
    uids: mappingOf(code, ids),
  };
}

/** The UIDs of COPYUID by pairs; none where its two sets do not match, or are too large. */
function mappingOf(code: ResponseCode | null, asked: NumberSet): Map<number, number> {
  const mapping = new Map<number, number>();
  const { sourceUids, uids } = code ?? {};
  if (sourceUids === undefined || uids === undefined) return mapping;
  // A server may name more than there can be.
  const most = Math.min(asked.size, DEFAULT_LIMITS.items);
  if (sourceUids.size !== uids.size || uids.size > most) return mapping;
  const targets = uids[Symbol.iterator]();
  for (const source of sourceUids) mapping.set(source, targets.next().value!);
  return mapping;
}
