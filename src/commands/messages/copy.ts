import type { Command } from "../../connection/command.ts";
import { ImapError, type ImapErrorDetails, PartialMoveError } from "../../model/errors.ts";
import { intersection, union } from "../../model/id_ranges.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { ResponseCode, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { Session } from "../../connection/session.ts";
import { DEFAULT_LIMITS } from "../../wire/limits.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText, type Text } from "../../model/text.ts";

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
  /** How many there can be, about: the folder has no more. */
  readonly most?: number;
}

/** What may come into a folder while it is copied from. */
const ARRIVALS = 100_000;

/** COPY or UID COPY (RFC 9051 section 6.4.7). */
export function copy(request: CopyRequest): Command<CopyResult> {
  const { ids, folder, uid } = request;
  return {
    name: uid ? "UID COPY" : "COPY",
    state: "selected",
    // Its answer may hold an EXPUNGE, behind which numbers stand for other messages.
    pipelining: uid ? "uids" : "alone",
    write: (out) => writeCopy(out, ids, folder),
    result: (done) => copyResult(done, done.code, request),
  };
}

/** How far a move came that stopped half-way. */
export interface MoveProgress {
  /** The new UIDs by the old ones, as far as the server told them. */
  readonly uids: ReadonlyMap<number, number>;
  /** The UIDs of what is gone, as far as the server told them; `null` where it named none. */
  readonly removed: NumberSet | null;
}

/** MOVE, which may have been carried out in part. */
export interface MoveCommand extends Command<CopyResult> {
  /** How far it came; `null` where it did not begin. */
  progress(): MoveProgress | null;
  /**
   * How many messages had gone from the folder when it was done, where the numbers of those in front
   * of its own have not moved; `null` where they may have.
   */
  stableUpTo(): number | null;
}

/**
 * MOVE or UID MOVE (RFC 6851, RFC 9051 section 6.4.8); `gone` takes in what the server says is gone,
 * and may be one for several commands.
 */
export function move(request: CopyRequest, gone: Gone = new Gone(request)): MoveCommand {
  const { ids, folder, uid } = request;
  let code: ResponseCode | null = null;
  let begun = false;
  /** The lowest sequence number that went. */
  let lowest = Infinity;
  let expunges: number | null = null;
  return {
    name: uid ? "UID MOVE" : "MOVE",
    needs: "MOVE",
    state: "selected",
    modifies: true,
    write: (out) => writeCopy(out, ids, folder),
    accept(response: UntaggedResponse): boolean {
      gone.note(response);
      if (response.type === "EXPUNGE") {
        begun = true;
        lowest = Math.min(lowest, response.number);
      } else if (response.type === "VANISHED") lowest = 0;
      // The new UIDs come before it is done (RFC 6851 section 4.3).
      if (response.type !== "OK" || response.code?.name !== "COPYUID") return false;
      code = response.code;
      return true;
    },
    effect({ folder: selected }: Session): void {
      if (selected !== null && lowest >= ids.lowest) expunges = selected.expunges;
    },
    result: (done) => copyResult(done, code ?? done.code, request),
    refused(_done: TaggedResponse, message: string, details: ImapErrorDetails): ImapError {
      const known = progress();
      if (known === null) return new ImapError(message, details);
      const { uids, removed } = known;
      const which = removed === null ? "" : `: ${shortened(removed)}`;
      const told = `${message} (some messages were moved${which})`;
      return new PartialMoveError(told, details, uids, removed);
    },
    progress,
    stableUpTo: () => expunges,
  };

  function progress(): MoveProgress | null {
    const removed = gone.uids;
    if (!begun && code === null && removed === null) return null;
    return { uids: mappingOf(code, request), removed };
  }
}

/** So many ranges of UIDs that are gone are remembered. */
const MAX_GONE = 1_000_000;

/** Which of the messages of a move the server named as gone (`VANISHED`, RFC 7162). */
export class Gone {
  readonly #request: Pick<CopyRequest, "ids" | "uid">;
  readonly #told: NumberSet[] = [];
  #ranges = 0;

  /** Nothing is gone yet. */
  constructor(request: Pick<CopyRequest, "ids" | "uid">) {
    this.#request = request;
  }

  /** Takes in what the server tells during the move, which may be of other messages too. */
  note(response: UntaggedResponse): void {
    if (response.type !== "VANISHED" || response.earlier) return;
    for (const _ of response.uids.ranges()) this.#ranges++;
    if (this.#ranges <= MAX_GONE) this.#told.push(response.uids);
  }

  /** Their UIDs; `null` where none was named. */
  get uids(): NumberSet | null {
    const { ids, uid } = this.#request;
    const told = union(this.#told);
    const ours = uid && !ids.isOpen ? intersection(told, ids) : told;
    return ours.isEmpty ? null : ours;
  }
}

/** A set for a message to people: the beginning of one that is long. */
function shortened(set: NumberSet): string {
  const text = String(set);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

function writeCopy(out: CommandWriter, ids: NumberSet, folder: Text): void {
  out.sp().numberSet(ids).sp().mailbox(folder);
}

function copyResult(
  done: TaggedResponse,
  code: ResponseCode | null,
  request: CopyRequest,
): CopyResult {
  return {
    text: fullText({ ...done, code }),
    uidValidity: code?.uidValidity ?? null,
    uids: mappingOf(code, request),
  };
}

/**
 * The UIDs of COPYUID by pairs; none where its two sets do not match, or are too large. What was not
 * to be copied is left out: somebody may remove by this what it names.
 */
function mappingOf(
  code: ResponseCode | null,
  { ids, uid, most = DEFAULT_LIMITS.items }: CopyRequest,
): Map<number, number> {
  const mapping = new Map<number, number>();
  const { sourceUids, uids } = code ?? {};
  if (sourceUids === undefined || uids === undefined) return mapping;
  // A server may name more than there can be.
  const bound = Math.min(ids.size, most + ARRIVALS, DEFAULT_LIMITS.items);
  if (sourceUids.size !== uids.size || uids.size > bound) return mapping;
  const targets = uids[Symbol.iterator]();
  for (const source of sourceUids) {
    const target = targets.next().value!;
    if (!uid || ids.has(source)) mapping.set(source, target);
  }
  return mapping;
}
