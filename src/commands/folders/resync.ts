import { LARGEST_ID } from "../../model/ranges.ts";
import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import { intersection } from "../../model/id_ranges.ts";
import { type MessageIds, NumberSet } from "../../model/number_set.ts";
import { checkOptions, type Kind, NUMBER } from "../../model/options.ts";
import type { TaggedResponse, UntaggedResponse } from "../../model/responses.ts";
import type { Limits } from "../../wire/limits.ts";
import { checkedModseq } from "../../wire/modseq.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fetch, fetchRequest } from "../messages/fetch.ts";
import type { FetchedMessage } from "../messages/fetch_types.ts";
import { VanishedUids } from "../messages/vanished_uids.ts";
import { wrapped } from "../wrapped.ts";
import type { SelectResult } from "./select.ts";

/** What is known of a folder from the last time (QRESYNC, RFC 7162 section 3.2.5). */
export interface ResyncRequest {
  /** Its UIDVALIDITY then. */
  readonly uidValidity: number;
  /** The mod-sequence up to which all changes are known: its HIGHESTMODSEQ then. */
  readonly modseq: number | bigint;
  /**
   * The UIDs of the messages that are known; changes of others are not reported. Default: all that
   * the folder has had. If there are too many to name, the server is asked about more, and its
   * answer is filtered.
   */
  readonly knownUids?: MessageIds;
  /**
   * Some sequence numbers of then with their UIDs, both in ascending order: a sample. A server that
   * has forgotten which messages were removed then reports only those after the last pair that is
   * still right. It is not sent to Cyrus, which may then leave out removed messages.
   */
  readonly sequenceMatch?: Iterable<readonly [number: number, uid: number]>;
}

/** What has changed in a folder since the last time. */
export interface Resynced {
  /**
   * The UIDs of the messages that were removed. Among them may be some that were never known.
   * `null` if nothing can be said: UIDVALIDITY has changed, the server keeps no mod-sequences for
   * the folder, it has begun to count them again, or what it said can't be read. Everything that is
   * known of the folder has to be compared, or fetched again.
   */
  readonly vanished: NumberSet | null;
  /** The flags and mod-sequences of the messages that have changed, by UID; `null` likewise. */
  readonly changed: ReadonlyMap<number, FetchedMessage<"FLAGS" | "MODSEQ">> | null;
}

/** A SELECT that makes the server report mod-sequences (CONDSTORE, RFC 7162 section 3.1.8). */
export function selectCondstore(command: Command<SelectResult>): Command<SelectResult> {
  return wrapped(command, {
    needs: "CONDSTORE",
    write(out: CommandWriter): void {
      command.write!(out);
      out.sp().raw("(CONDSTORE)");
    },
  });
}

/**
 * A SELECT that reports what has changed (QRESYNC, RFC 7162 section 3.2.5). `takesSample` says
 * whether `sequenceMatch` is sent.
 */
export function selectResync(
  command: Command<SelectResult>,
  request: ResyncRequest,
  limits: Pick<Limits, "ids" | "items">,
  takesSample: () => boolean = () => true,
): Command<SelectResult & Resynced> {
  const parameter = parameterOf(request, limits.ids);
  const { uidValidity, modseq, known } = parameter;
  let changes = new Changes(known, limits.items);
  return wrapped(command, {
    needs: "QRESYNC",
    write(out: CommandWriter): void {
      command.write!(out);
      out.sp().raw(textOf(parameter, takesSample()));
    },
    accept(response: UntaggedResponse): boolean {
      if (changes.take(response)) return true;
      // What came before is about the folder that was selected until now.
      if (beginsFolder(response)) changes = new Changes(known, limits.items);
      return command.accept!(response);
    },
    result(done: TaggedResponse): SelectResult & Resynced {
      const selected = command.result(done);
      const { UIDVALIDITY, HIGHESTMODSEQ } = selected;
      // If it is lower than before, the server has begun to count again.
      const isKnown = UIDVALIDITY === uidValidity && HIGHESTMODSEQ !== undefined &&
        HIGHESTMODSEQ >= modseq;
      const found = isKnown ? changes.result(done) : NOTHING_SAID;
      return Object.assign(selected, found);
    },
  });
}

/** A server sends CLOSED, then all about the new folder, and only then its changes. */
function beginsFolder(response: UntaggedResponse): boolean {
  if (response.type !== "OK") return false;
  return response.code?.name === "CLOSED" || response.code?.name === "UIDVALIDITY";
}

const NOTHING_SAID: Resynced = { vanished: null, changed: null };
const EVERY_UID = NumberSet.from(`1:${LARGEST_ID}`);

/** The changes that the server has reported so far. */
class Changes {
  readonly #known: NumberSet | null;
  readonly #rows: ReturnType<typeof fetch>;
  readonly #vanished: VanishedUids;

  /** Changes of these messages; at most so many ranges of UIDs. */
  constructor(known: NumberSet | null, most: number) {
    this.#known = known;
    const request = fetchRequest(known ?? EVERY_UID, ["FLAGS", "MODSEQ"], undefined, true);
    this.#rows = fetch(request);
    this.#vanished = new VanishedUids(most);
  }

  /** Takes a response in, if it tells of a change. */
  take(response: UntaggedResponse): boolean {
    return response.type === "FETCH" ? this.#rows.accept!(response) : this.#vanished.take(response);
  }

  result(done: TaggedResponse): Resynced {
    const rows = this.#rows.result(done);
    if (this.#vanished.error !== null) return NOTHING_SAID;
    this.#vanished.removeFrom(rows);
    const { all } = this.#vanished;
    const vanished = this.#known === null ? all : intersection(all, this.#known);
    const changed = rows as ReadonlyMap<number, unknown>;
    return { vanished, changed: changed as Resynced["changed"] };
  }
}

/** What is sent, and what of it the result depends on. */
interface Parameter {
  readonly uidValidity: number;
  readonly modseq: bigint;
  readonly known: NumberSet | null;
  readonly knownText: string;
  readonly match: string;
}

/** What is checked by those who read it. */
const ANYTHING: Kind = { name: "anything", is: () => true };
const LIST: Kind = {
  name: "a list of pairs",
  is: (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
};

function parameterOf(request: ResyncRequest, length: number): Parameter {
  checkOptions<ResyncRequest>(request, {
    uidValidity: NUMBER,
    modseq: ANYTHING,
    knownUids: ANYTHING,
    sequenceMatch: LIST,
  }, "resync");
  const { uidValidity, knownUids, sequenceMatch } = request;
  checkUidValidity(uidValidity);
  const modseq = checkedModseq(request.modseq, "resync.modseq", 1);
  const known = knownUids === undefined ? null : NumberSet.from(knownUids);
  if (known?.isOpen) {
    throw new InvalidArgumentError(`'resync.knownUids' must be UIDs, without *: ${known}`);
  }
  const match = sequenceMatch === undefined ? "" : matchText(sequenceMatch, length);
  return { uidValidity, modseq, known, knownText: knownText(known, length), match };
}

function textOf(
  { uidValidity, modseq, known, knownText, match }: Parameter,
  takesSample: boolean,
): string {
  // The server can't be asked about no messages at all (RFC 7162 section 7).
  if (known?.isEmpty) return "(CONDSTORE)";
  return `(QRESYNC (${uidValidity} ${modseq}${knownText}${takesSample ? match : ""}))`;
}

function checkUidValidity(uidValidity: number): void {
  if (Number.isInteger(uidValidity) && uidValidity >= 1 && uidValidity <= LARGEST_ID) return;
  throw new InvalidArgumentError(
    `'resync.uidValidity' must be a whole number from 1 to ${LARGEST_ID}: ${named(uidValidity)}`,
  );
}

/** The known UIDs, or all from the lowest to the highest if they take too much room. */
function knownText(known: NumberSet | null, length: number): string {
  if (known === null || known.isEmpty) return "";
  const [first, ...more] = known.split(length);
  if (more.length === 0) return ` ${first}`;
  let highest = 0;
  for (const range of known.ranges()) highest = Math.max(highest, ...range);
  return ` ${known.lowest}:${highest}`;
}

/** The sample, or part of it if it takes too much room: the rest of it still helps. */
function matchText(sample: Iterable<readonly [number, number]>, length: number): string {
  let pairs = [...sample];
  checkPairs(pairs);
  for (;; pairs = pairs.filter((_, index) => (pairs.length - index) % 2 === 1)) {
    if (pairs.length === 0) return "";
    const numbers = NumberSet.from(pairs.map(([number]) => number));
    const uids = NumberSet.from(pairs.map(([, uid]) => uid));
    const text = ` (${numbers} ${uids})`;
    if (text.length <= length || pairs.length === 1) return text;
  }
}

function checkPairs(pairs: readonly (readonly [number, number])[]): void {
  pairs.forEach((pair, index) => {
    const [before, beforeUid] = index === 0 ? [0, 0] : pairs[index - 1];
    if (!Array.isArray(pair) || pair.length !== 2 || !(pair[0] > before && pair[1] > beforeUid)) {
      throw new InvalidArgumentError(
        "'resync.sequenceMatch' must be pairs of a sequence number and its UID, in ascending order",
      );
    }
  });
}
