import type { Command } from "../../connection/command.ts";
import {
  ImapError,
  type ImapErrorDetails,
  InvalidCriteriaError,
  ProtocolError,
} from "../../model/errors.ts";
import type { TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import { type FoundIn, rememberFoundIn } from "../../model/found_in.ts";
import type { NumberSet } from "../../model/number_set.ts";
import { type SearchIds, searchIds } from "../../model/search_ids.ts";
import type { Session } from "../../connection/session.ts";
import { DEFAULT_LIMITS, type Limits } from "../../wire/limits.ts";
import { esearchIds } from "../../wire/response.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";
import { type SearchCriteria, showCriteria, writeCriteria } from "./search_criteria.ts";

/** The documentation of the keys and their arguments. */
const HELP = "https://www.rfc-editor.org/rfc/rfc9051#section-6.4.4";

/** How the text of criteria is encoded. */
export interface SearchEncoding {
  /** The charset of the criteria's text. */
  readonly charset: string;
  /** Whether to name the charset to the server; not needed if all text is ASCII. */
  readonly told: boolean;
  /** The UIDs of the messages to search. Default: all messages. */
  readonly among?: NumberSet;
}

/** SEARCH or UID SEARCH (RFC 9051 section 6.4.4): the ids of the messages that match. */
export function search(
  criteria: SearchCriteria,
  { charset, told, among }: SearchEncoding,
  uid: boolean,
  limits: Limits = DEFAULT_LIMITS,
): Command<SearchIds> {
  let ids: number[] | null = null;
  let modseq: bigint | null = null;
  const own = new OwnResponses();
  let place: FoundIn | undefined;

  function found(): SearchIds {
    return rememberFoundIn(searchIds(ids ?? [], modseq), place);
  }

  function take(more: number[], theirModseq: bigint | null): true {
    // A server may send its result in several responses.
    if (ids === null) ids = more;
    // There may be millions; iterating over the array, or pushing to it, takes longer.
    else for (let i = 0, at = ids.length; i < more.length; i++) ids[at + i] = more[i];
    if (ids.length > limits.items) {
      throw new ProtocolError(`a search result of more than ${limits.items} messages`);
    }
    modseq = theirModseq ?? modseq;
    return true;
  }

  return {
    name: uid ? "UID SEARCH" : "SEARCH",
    state: "selected",
    pipelining: uid ? "uids" : "numbers",
    uncorrelated: true,
    write(out: CommandWriter): void {
      if (told) out.sp().atom("CHARSET").sp().astring(charset);
      if (among !== undefined) out.sp().atom("UID").sp().numberSet(among);
      writeCriteria(out.sp(), criteria, charset);
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type === "SEARCH") return take(response.ids, response.modseq);
      if (response.type === "ESEARCH") {
        const { ALL, MODSEQ } = response.data;
        if (response.uid !== uid && ALL !== undefined) throw wrongKind(uid);
        const most = limits.items - (ids?.length ?? 0);
        return take(esearchIds(ALL, most), typeof MODSEQ === "bigint" ? MODSEQ : null);
      }
      return own.read(response, "SEARCH") || own.read(response, "ESEARCH");
    },
    effect({ selections }: Session): void {
      place = selections.foundIn(uid);
    },
    partial: () => ids === null ? null : found(),
    result: () => own.checked(found()),
    refused: searchRefusal(criteria),
  };
}

/** Numbers taken for UIDs would stand for other messages (RFC 9051 section 7.3.4). */
function wrongKind(uid: boolean): ProtocolError {
  const [asked, sent] = uid ? ["UIDs", "sequence numbers"] : ["sequence numbers", "UIDs"];
  return new ProtocolError(`the server sent ${sent} in answer to a search for ${asked}`);
}

/** The error of a refused search; it shows the criteria if they are at fault. */
export function searchRefusal(
  criteria: SearchCriteria,
): (done: TaggedResponse, message: string, details: ImapErrorDetails) => ImapError {
  return (done, message, details) => {
    if (done.status !== "BAD" && done.code?.name !== "BADCHARSET") {
      return new ImapError(message, details);
    }
    const known = done.code?.charsets?.join(", ");
    const hint = known === undefined ? "" : ` (the server knows ${known})`;
    return new InvalidCriteriaError(
      `${message}${hint}\n\nThe criteria were: ${showCriteria(criteria)}\nSee ${HELP}`,
      details,
    );
  };
}
