import type { Command } from "../connection/command.ts";
import { fetch, type FetchRequest, fetchRequest } from "../commands/messages/fetch.ts";
import { ImapError } from "../model/errors.ts";
import { FetchEach } from "../operations/messages/fetch_each.ts";
import { belowLimit, restOf, withAll } from "../operations/messages/message_limit.ts";
import type { ZonedDate } from "../model/dates.ts";
import type { Envelope } from "../model/envelope.ts";
import type { FetchedBase, FetchedMessage, StreamedMessage } from "../model/fetch_types.ts";
import { type MessageIds, NumberSet } from "../model/number_set.ts";
import type { Scope } from "./scope.ts";
import { type Text, toTexts } from "../model/text.ts";
import type { CallOptions } from "./base.ts";
import { SearchCalls } from "./search_calls.ts";

/** How to fetch. */
export interface FetchOptions extends CallOptions {
  /** What extensions add, such as `CHANGEDSINCE 123` (RFC 7162). */
  readonly modifiers?: Text | Iterable<Text>;
}

/** How `fetchEach` fetches. */
export interface FetchEachOptions<Stream extends boolean = boolean> extends FetchOptions {
  /** Hands out `BODY[...]`, `BINARY[...]` and `RFC822` items as streams. Default `false`. */
  readonly stream?: Stream;
}

/** A message of `fetchEach`: with its UID, and with streams where those were asked for. */
export type EachMessage<Item extends string, Stream extends boolean> =
  & { readonly UID: number }
  & (Stream extends true ? StreamedMessage<Item> : FetchedMessage<Item>);

/** What a call fetches. */
interface FetchRequests {
  /** The requests, as many as the ids take. */
  readonly requests: readonly FetchRequest[];
  /** What the call depends on. */
  readonly scope: Scope;
}

/** The calls that fetch messages of the selected folder. */
export class FetchCalls extends SearchCalls {
  /**
   * Fetches data of messages in the selected folder (FETCH, RFC 9051 section 6.4.5) and gives it by
   * message id. The result is typed by the items asked for: an item's key is its name in upper
   * case, without `.PEEK` and without a partial's length (`BODY.PEEK[TEXT]<0.100>` is found under
   * `BODY[TEXT]<0>`); macros such as `ALL` give the items that they stand for. A value is found
   * under the spelling asked for too, which no copy of the message has. Every message has `SEQ`, its
   * sequence number, unless `enable("UIDONLY")` did away with those.
   *
   * `BODY[...]` without `.PEEK` marks the message as read. An item that the server leaves out or
   * garbles throws a `ProtocolError` when it is looked at, and nothing else suffers; see
   * `fetchProblems`. Ids that are not there are left out; no ids at all send nothing. Of very many
   * ids some go with one command and some with the next.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function sizes(client: ImapClient) {
   *   for (const [id, message] of await client.fetch("1:*", ["FLAGS", "RFC822.SIZE"])) {
   *     console.log(id, message["RFC822.SIZE"], message.FLAGS);
   *   }
   * }
   * ```
   */
  fetch<const Item extends string>(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchOptions = {},
  ): Promise<Map<number, FetchedMessage<Item>>> {
    // Not `async`, which would be two promises more for each of a thousand calls.
    try {
      const { requests, scope } = this.fetchRequests(messages, items, options);
      const found = this.fetchAll(requests, fetch, scope);
      const kept = scope.normaliseTimes ? found : found.then(inOwnZones, failInOwnZones);
      return kept as Promise<Map<number, FetchedMessage<Item>>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The requests, as many as the ids take.
   *
   * @internal
   */
  protected fetchRequests(
    messages: MessageIds,
    items: string | readonly string[],
    options: FetchOptions = {},
  ): FetchRequests {
    const { sets, scope } = this.idsOf(messages, this.scope(options));
    const ids = sets.length === 1 ? sets[0] : NumberSet.from([]);
    // Also where there are none: what can't be sent is refused all the same.
    const request = fetchRequest(ids, items, options.modifiers, scope.uid);
    const requests = sets.length === 1 ? [request] : sets.map((ids) => ({ ...request, ids }));
    return { requests, scope };
  }

  /**
   * Runs commands that give something by message id, all at once where they may, and puts what
   * they give together.
   *
   * @internal
   */
  protected fetchAll<Request extends { readonly ids: NumberSet }, Value>(
    requests: readonly Request[],
    make: (request: Request) => Command<Map<number, Value>>,
    scope: Scope,
  ): Promise<Map<number, Value>> {
    const { connection } = this;
    if (connection.session.limitsMessages && scope.uid) {
      return connection.runWhole(
        scope,
        (scope) => together(requests.map((it) => this.#fetchBelow(it, make, scope))),
      );
    }
    return requests.length === 1
      ? connection.run(make(requests[0]), scope)
      : together(requests.map((request) => connection.run(make(request), scope)));
  }

  /** What one request gives, however few messages the server looks at in one command. */
  async #fetchBelow<Request extends { readonly ids: NumberSet }, Value>(
    request: Request,
    make: (request: Request) => Command<Map<number, Value>>,
    scope: Scope,
  ): Promise<Map<number, Value>> {
    const all = new Map<number, Value>();
    const step = (ids: NumberSet) => this.connection.run(make({ ...request, ids }), scope);
    try {
      await belowLimit(request.ids, step, (found) => addTo(all, found));
    } catch (error) {
      addTo(all, partialOf<Value>(error));
      throw all.size > 0 ? withAll(error, all) : error;
    }
    return all;
  }

  /**
   * Fetches as {@linkcode FetchCalls.fetch} does, and hands out each message as it arrives, with
   * its `UID`. While the loop is busy, reading pauses and the server waits. Other calls can be made
   * in the loop: then the messages in front of their answers wait in memory. The loop may be left
   * at any time.
   *
   * With `stream: true` sections (`BODY[...]`, `RFC822`) are streams, and a message of any size
   * takes little memory. They come in the server's order, which is best to read them in: one that
   * comes before the one that is read is kept meanwhile, and fails beyond 64 MiB. Read all before
   * the next message, or what was not read is gone. Items that the server sends behind a long
   * section are there once that was read.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function save(client: ImapClient, sink: (id: number) => WritableStream<Uint8Array>) {
   *   for await (const message of client.fetchEach("1:*", ["BODY.PEEK[]"], { stream: true })) {
   *     await message["BODY[]"].pipeTo(sink(message.UID));
   *   }
   * }
   * ```
   */
  fetchEach<const Item extends string, Stream extends boolean = false>(
    messages: MessageIds,
    items: Item | readonly Item[],
    options: FetchEachOptions<Stream> = {},
  ): AsyncGenerator<EachMessage<Item, Stream>> {
    const wanted = this.fetchRequests(messages, ["UID", ...toTexts(items)], options);
    return this.#eachMessage(wanted, options.stream ?? false) as AsyncGenerator<
      EachMessage<Item, Stream>
    >;
  }

  async *#eachMessage(
    { requests, scope }: FetchRequests,
    stream: boolean,
  ): AsyncGenerator<FetchedBase> {
    for (const request of requests) {
      for (let left: NumberSet | null = request.ids; left !== null;) {
        try {
          const each = new FetchEach(this.connection, { ...request, ids: left }, stream);
          for await (const message of each.run(scope)) {
            if (!scope.normaliseTimes) keepZones(message);
            yield message;
          }
          left = null;
        } catch (error) {
          // The server left some out, as they were too many for one command.
          const rest: NumberSet | null = scope.uid ? restOf(error, left!) : null;
          if (rest === null) throw error;
          left = rest.isEmpty ? null : rest;
        }
      }
    }
  }
}

/** What several requests give; where one fails, its error has what came of all. */
async function together<Value>(
  requests: readonly Promise<Map<number, Value>>[],
): Promise<Map<number, Value>> {
  const outcomes = await Promise.allSettled(requests);
  const all = new Map<number, Value>();
  for (const it of outcomes) {
    addTo(all, it.status === "fulfilled" ? it.value : partialOf<Value>(it.reason));
  }
  const failed = outcomes.find((it) => it.status === "rejected");
  if (failed === undefined) return all;
  throw all.size > 0 ? withAll(failed.reason, all) : failed.reason;
}

function addTo<Value>(all: Map<number, Value>, more: Map<number, Value> | null): void {
  for (const [id, value] of more ?? []) all.set(id, value);
}

function inOwnZones(found: Map<number, FetchedBase>): Map<number, FetchedBase> {
  for (const message of found.values()) keepZones(message);
  return found;
}

function failInOwnZones(reason: unknown): never {
  inOwnZones(partialOf<FetchedBase>(reason) ?? new Map());
  throw reason;
}

/** What came by message id before a call failed. */
function partialOf<Value>(reason: unknown): Map<number, Value> | null {
  return reason instanceof ImapError && reason.partial instanceof Map ? reason.partial : null;
}

/** Lets a message's dates print in the zones that they came with. */
function keepZones(message: FetchedBase): void {
  const values = message as unknown as Record<string, ZonedDate & Envelope | null | undefined>;
  for (const name of ["INTERNALDATE", "SAVEDATE", "ENVELOPE"]) {
    const value = Object.hasOwn(values, name) &&
      Object.getOwnPropertyDescriptor(values, name)!.value;
    if (value) values[name] = value.inOwnZone();
  }
}
