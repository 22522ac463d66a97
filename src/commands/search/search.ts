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

/** Where the keys and their arguments are written down. */
const HELP = "https://www.rfc-editor.org/rfc/rfc9051#section-6.4.4";

/** How the text of criteria is encoded. */
export interface SearchEncoding {
  /** The charset of the criteria's text. */
  readonly charset: string;
  /** Whether the server is told: it need not be where all text is ASCII. */
  readonly told: boolean;
  /** Of which messages alone: those with these UIDs. Default: all. */
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
    // A server may give its result in several pieces.
    if (ids === null) ids = more;
    // A loop over the list itself, or pushing, takes longer: there may be millions.
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

/** What a search throws that the server refused, with the criteria where they are at fault. */
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
