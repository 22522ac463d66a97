import {
  binaryItems,
  type EncodedOptions,
  encodedParts,
  encodedRequest,
} from "../../commands/messages/binary_items.ts";
import { fetch, type FetchRequest } from "../../commands/messages/fetch.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import { IllegalStateError, ImapAbortError, ImapError } from "../../model/errors.ts";
import { NumberSet } from "../../model/number_set.ts";
import { valueOf } from "../../model/problems.ts";
import { LARGEST_ID } from "../../model/ranges.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { runWhole, type Scope, setsOf } from "../scope.ts";
import { fetchAll, partialOf } from "./fetch_all.ts";
import { withAll } from "./message_limit.ts";

/** A message and the id by which it was asked for. */
type Row = readonly [id: number, message: FetchedBase];

/** Fetches messages, and gives them as they come. */
type Ask = (scope: Scope, requests: readonly FetchRequest[]) => AsyncIterable<Row>;

/** Messages that are still to be fetched. */
interface Left {
  readonly sets: readonly NumberSet[];
  /** Whether `\Seen` is set already, if it has to be. */
  readonly peek: boolean;
  /** Those of them that are not to be fetched again. */
  readonly done: NumberSet;
}

/**
 * FETCH with items of BINARY (RFC 3516). Where the server can't decode, or refuses to, the content
 * is fetched still encoded and is decoded here: of a message with an encoding that the server does
 * not know, and of those that it left out on its account.
 */
export async function fetchBinary(
  scope: Scope,
  requests: readonly FetchRequest[],
): Promise<Map<number, FetchedBase>> {
  const found = new Map<number, FetchedBase>();
  const binary = new BinaryFetch(requests, askForAll);
  const decodeHere = async (scope: Scope) => {
    for await (const [id, message] of binary.encoded(scope)) found.set(id, message);
  };
  try {
    if (scope.client.connection.session.fetchesBinary) {
      for await (const [id, message] of binary.decoded(scope)) found.set(id, message);
    } else if (binary.takesOneStep) await decodeHere(scope);
    if (binary.isDone) return found;
    await runWhole(scope, decodeHere);
  } catch (error) {
    // The folder was left before the server refused: so it stays with what the server said.
    const isLeft = error instanceof IllegalStateError && found.size > 0;
    if (isLeft && binary.refusal === null) return found;
    const reason = isLeft ? binary.refusal : error;
    throw found.size > 0 ? withAll(reason, found) : reason;
  }
  return found;
}

async function* askForAll(scope: Scope, requests: readonly FetchRequest[]): AsyncGenerator<Row> {
  try {
    yield* await fetchAll(scope, requests, fetch);
  } catch (error) {
    yield* partialOf<FetchedBase>(error) ?? [];
    throw error;
  }
}

/** The same, one by one; `each` fetches messages as they come. */
export async function* fetchEachBinary(
  scope: Scope,
  requests: readonly FetchRequest[],
  stream: boolean,
  each: (requests: readonly FetchRequest[]) => AsyncIterable<FetchedBase>,
): AsyncGenerator<FetchedBase> {
  async function* ask(_: Scope, requests: readonly FetchRequest[]): AsyncGenerator<Row> {
    for await (const message of each(requests)) {
      yield [scope.uid ? message.UID! : message.SEQ!, message];
    }
  }
  const binary = new BinaryFetch(requests, ask);
  if (scope.client.connection.session.fetchesBinary) {
    for await (const [, message, isDone] of binary.decoded(scope)) if (isDone) yield message;
  }
  const rows = stream ? binary.streamed(scope) : binary.encoded(scope);
  for await (const [, message] of rows) yield message;
}

/** One FETCH with items of BINARY, in as many steps as it takes. */
class BinaryFetch {
  readonly #request: FetchRequest;
  readonly #ask: Ask;
  #left: readonly Left[];
  /** Why the server did not answer for all; `null` if it did. */
  refusal: unknown = null;

  constructor(requests: readonly FetchRequest[], ask: Ask) {
    this.#request = requests[0];
    this.#ask = ask;
    this.#left = [{ sets: requests.map(({ ids }) => ids), peek: false, done: NONE }];
  }

  /** Whether nothing is left to fetch. */
  get isDone(): boolean {
    return this.#left.length === 0;
  }

  /** Whether all content is fetched whole, so that one command has all of a message. */
  get takesOneStep(): boolean {
    const parts = encodedParts(this.#request, { ...CHEAP, peek: false });
    return parts.every(({ fetched }) => fetched === "whole");
  }

  /** Has the server decode. Messages that are not done are among those that are left then. */
  async *decoded(scope: Scope): AsyncGenerator<readonly [...Row, isDone: boolean]> {
    const [{ sets }] = this.#left;
    const keys = binaryItems(this.#request.items).map(({ key }) => key);
    const [done, nil, missing]: number[][] = [[], [], []];
    // Such a server answers for the message that it can't decode if there is another item.
    const { silentBinary } = scope.client.connection.session.server.quirks;
    const items = silentBinary ? [...new Set(["UID", ...this.#request.items])] : undefined;
    const request = items === undefined ? this.#request : { ...this.#request, items };
    try {
      for await (const [id, message] of this.#ask(scope, this.#requests(sets, request))) {
        const values = keys.map((key) => valueOf(message, key));
        const kind = values.includes(undefined) ? missing : values.includes(null) ? nil : done;
        kind.push(id);
        yield [id, message, kind === done];
      }
    } catch (error) {
      if (!mayDecodeHere(error)) throw error;
      this.refusal = error;
    }
    const known = NumberSet.from([...done, ...nil]);
    // It says OK even so, and answers for none of the messages after that one.
    const isWhole = this.refusal === null && !(silentBinary && missing.length > 0);
    const rest = isWhole
      ? setsOf(NumberSet.from(missing), scope, true)
      : sets.flatMap((ids) => without(known, ids, scope));
    this.#left = [
      // `NIL` is an answer, so that `\Seen` was set.
      { sets: setsOf(NumberSet.from(nil), scope, true), peek: true, done: NONE },
      { sets: rest, peek: false, done: known },
    ].filter(({ sets }) => sets.some(({ isEmpty }) => !isEmpty));
  }

  /** Fetches what is left still encoded, and decodes it. */
  async *encoded(scope: Scope): AsyncGenerator<Row> {
    const all = this.#left;
    this.#left = [];
    for (const left of all) {
      const again: number[] = [];
      yield* this.#step(scope, left, { ...CHEAP, peek: left.peek }, again);
      if (again.length === 0) continue;
      // These are fetched for the second time; the first time has set `\Seen`.
      const sets = setsOf(NumberSet.from(again), scope, true);
      yield* this.#step(scope, { sets, peek: true, done: NONE }, WHOLE, []);
    }
  }

  async *#step(
    scope: Scope,
    { sets, done }: Left,
    options: EncodedOptions,
    again: number[],
  ): AsyncGenerator<Row> {
    const parts = encodedParts(this.#request, options);
    const request = encodedRequest(this.#request, parts);
    for await (const [id, fetched] of this.#ask(scope, this.#requests(sets, request))) {
      if (!done.isEmpty && done.has(id)) continue;
      // Loaded only now: the request has gone out in its turn.
      const { decodedMessage } = await decoding();
      const message = decodedMessage(fetched, id, this.#request, parts);
      if (message === null) again.push(id);
      else yield [id, message];
    }
  }

  /** The same with the content as streams. */
  async *streamed(scope: Scope): AsyncGenerator<Row> {
    const { checkStreams, decodeStreams } = await streams();
    for (const { sets, peek, done } of this.#left) {
      const parts = encodedParts(this.#request, {
        pieces: false,
        sizes: true,
        peek,
        streams: true,
      });
      checkStreams(this.#request, parts);
      const request = encodedRequest(this.#request, parts);
      for await (const [id, message] of this.#ask(scope, this.#requests(sets, request))) {
        if (!done.isEmpty && done.has(id)) continue;
        decodeStreams(message, id, this.#request, parts);
        yield [id, message];
      }
    }
  }

  #requests(sets: readonly NumberSet[], request = this.#request): FetchRequest[] {
    return sets.filter(({ isEmpty }) => !isEmpty).map((ids) => ({ ...request, ids }));
  }
}

/** The messages of a set that are not done, as far as that can be told without the server. */
function without(done: NumberSet, ids: NumberSet, scope: Scope): readonly NumberSet[] {
  const known = ids.isEverything && scope.uid ? NumberSet.from(`1:${LARGEST_ID}`) : ids;
  return known.isOpen ? [ids] : setsOf(known.difference(done), scope, true);
}

const decoding = lazyImport(() => import("../../commands/messages/decoded_message.ts"));
const streams = lazyImport(() => import("./decoded_stream.ts"));

const NONE = NumberSet.from([]);
const CHEAP = { pieces: true, sizes: true };
const WHOLE: EncodedOptions = { pieces: false, sizes: false, peek: true };

/** Codes of a refusal that is about content, and not about the account, the folder or the load. */
const OF_CONTENT = ["UNKNOWN-CTE", "PARSE", "CANNOT", "SERVERBUG"];

/** Whether a server may have refused because it can't decode: any other reason has a code. */
function mayDecodeHere(error: unknown): boolean {
  if (!(error instanceof ImapError) || error instanceof ImapAbortError) return false;
  return error.text !== null && (error.code === null || OF_CONTENT.includes(error.code));
}
