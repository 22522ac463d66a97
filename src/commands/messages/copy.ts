import type { Command } from "../../connection/command.ts";
import { ImapError, type ImapErrorDetails, PartialMoveError } from "../../model/errors.ts";
import { intersection, union } from "../../model/id_ranges.ts";
import type { NumberSet } from "../../model/number_set.ts";
import type { ResponseCode, TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { Session } from "../../connection/session.ts";
import { DEFAULT_LIMITS } from "../../wire/limits.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText, type Text } from "../../model/text.ts";

/** The result of a copy or a move. */
export interface CopyResult {
  /** The server's text. */
  readonly text: string;
  /** The UIDVALIDITY of the destination; `null` if the server did not say. */
  readonly uidValidity: number | null;
  /**
   * The UID of each message in the destination, by its UID in the source (RFC 4315); empty if the
   * server did not say.
   */
  readonly uids: ReadonlyMap<number, number>;
}

/** What to copy, and where to. */
export interface CopyRequest {
  /** The messages. */
  readonly ids: NumberSet;
  /** The destination. */
  readonly folder: Text;
  /** Whether ids are UIDs. */
  readonly uid: boolean;
  /** About how many messages there can be, by the size of the folder. */
  readonly most?: number;
  /** Whether the UIDs of several messages in COPYUID are not to be trusted. */
  readonly unpairedUids?: boolean;
}

/** How many messages may arrive in a folder during a copy. */
const ARRIVALS = 100_000;

/** COPY or UID COPY (RFC 9051 section 6.4.7). */
export function copy(request: CopyRequest): Command<CopyResult> {
  const { ids, folder, uid } = request;
  return {
    name: uid ? "UID COPY" : "COPY",
    state: "selected",
    // Its answer may include an EXPUNGE, which changes sequence numbers.
    pipelining: uid ? "uids" : "alone",
    write: (out) => writeCopy(out, ids, folder),
    result: (done) => copyResult(done, done.code, request),
  };
}

/** How far a move got that stopped half-way. */
export interface MoveProgress {
  /** The new UIDs by the old ones, as far as the server sent them. */
  readonly uids: ReadonlyMap<number, number>;
  /** The UIDs of removed messages, as far as the server sent them; `null` if it sent none. */
  readonly removed: NumberSet | null;
}

/** MOVE, which the server may carry out only in part. */
export interface MoveCommand extends Command<CopyResult> {
  /** How far it got; `null` if it has not begun. */
  progress(): MoveProgress | null;
  /**
   * How many messages had been removed from the folder when it was done; `null` if the sequence
   * numbers of messages before its own may have changed.
   */
  stableUpTo(): number | null;
}

/**
 * MOVE or UID MOVE (RFC 6851, RFC 9051 section 6.4.8). `gone` collects the messages that the server
 * says are removed; several commands may share it.
 */
export function move(request: CopyRequest, gone: Gone = new Gone(request)): MoveCommand {
  const { ids, folder, uid } = request;
  let code: ResponseCode | null = null;
  let begun = false;
  /** The lowest sequence number that was removed. */
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
      // The new UIDs come before the tagged response (RFC 6851 section 4.3).
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

/** How many ranges of removed UIDs are kept. */
const MAX_GONE = 1_000_000;

/** The messages of a move that the server says are removed (`VANISHED`, RFC 7162). */
export class Gone {
  readonly #request: Pick<CopyRequest, "ids" | "uid">;
  readonly #told: NumberSet[] = [];
  #ranges = 0;

  /** A collection for one move, empty at first. */
  constructor(request: Pick<CopyRequest, "ids" | "uid">) {
    this.#request = request;
  }

  /** Notes a response during the move, which may be about other messages too. */
  note(response: UntaggedResponse): void {
    if (response.type !== "VANISHED" || response.earlier) return;
    for (const _ of response.uids.ranges()) this.#ranges++;
    if (this.#ranges <= MAX_GONE) this.#told.push(response.uids);
  }

  /** Their UIDs; `null` if none was named. */
  get uids(): NumberSet | null {
    const { ids, uid } = this.#request;
    const told = union(this.#told);
    const ours = uid && !ids.isOpen ? intersection(told, ids) : told;
    return ours.isEmpty ? null : ours;
  }
}

/** A set for an error message, cut if it is long. */
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
 * The UIDs of COPYUID in pairs; none if its two sets do not match or are too large. Messages that
 * were not in the request are left out, since callers may remove the messages named here.
 */
function mappingOf(
  code: ResponseCode | null,
  { ids, uid, most = DEFAULT_LIMITS.items, unpairedUids = false }: CopyRequest,
): Map<number, number> {
  const mapping = new Map<number, number>();
  const { sourceUids, uids } = code ?? {};
  if (sourceUids === undefined || uids === undefined) return mapping;
  if (unpairedUids && uids.size > 1) return mapping;
  // A hostile server may name more messages than there can be.
  const bound = Math.min(ids.size, most + ARRIVALS, DEFAULT_LIMITS.items);
  if (sourceUids.size !== uids.size || uids.size > bound) return mapping;
  const targets = uids[Symbol.iterator]();
  for (const source of sourceUids) {
    const target = targets.next().value!;
    if (!uid || ids.has(source)) mapping.set(source, target);
  }
  return mapping;
}
