import {
  append,
  type AppendResult,
  type MessageAttributes,
  type MessageStream,
  type MessageToAppend,
  multiappend,
  type MultiappendResult,
} from "../commands/messages/append.ts";
import {
  copy,
  type CopyRequest,
  type CopyResult,
  Gone,
  move,
  type MoveCommand,
} from "../commands/messages/copy.ts";
import { expunge, type ExpungeResult, partOf } from "../commands/messages/expunge.ts";
import { search } from "../commands/search/search.ts";
import { store } from "../commands/messages/store.ts";
import {
  ImapAbortError,
  ImapError,
  InvalidArgumentError,
  MessageLimitError,
  PartialMoveError,
  ProtocolError,
} from "../model/errors.ts";
import { belowLimit, withAll } from "../operations/messages/message_limit.ts";
import { DELETED } from "../model/flags.ts";
import { union } from "../model/id_ranges.ts";
import { type MessageIds, NumberSet } from "../model/number_set.ts";
import { KeptResponses } from "../connection/kept_responses.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { Scope } from "./scope.ts";
import type { Text } from "../model/text.ts";
import type { CallOptions } from "./base.ts";
import { FlagCalls } from "./flag_calls.ts";
import { detailsOf, inTurn, messageOf, type Transfers } from "../operations/messages/transfers.ts";

/** What is stored beside a message. */
export interface AppendOptions extends CallOptions, MessageAttributes {}

/** How a search without text is sent. */
const ASCII = { charset: "UTF-8", told: false };

/** The calls that bring messages into folders, and out of them. */
export class TransferCalls extends FlagCalls {
  /**
   * Puts a message into a folder (APPEND, RFC 9051 section 6.3.12) and gives its UID, where the
   * server says it (RFC 4315). A message given as `string` is sent in UTF-8 with its line ends as
   * CRLF; bytes are sent as they are.
   *
   * A `{ stream, size }` is read while it is sent, so that a message of any size takes little
   * memory. Its size in bytes has to be right: where the stream gives fewer or more, fails, or has
   * a NUL in it, the connection is closed, as the server waits for the rest, and nothing is stored.
   *
   * Throws {@linkcode ImapError}, with `code` `TRYCREATE` where there is no such folder and
   * `OVERQUOTA` where there is no more room, and {@linkcode InvalidArgumentError} for a message
   * larger than the server takes (APPENDLIMIT, RFC 7889), or with a NUL. Where the server has
   * BINARY (RFC 3516), text and bytes may have NULs, but a stream still may not: what it holds is
   * not known when it is announced.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function keep(client: ImapClient, message: Uint8Array) {
   *   const { uid } = await client.append("Sent", message, { flags: [SEEN], date: new Date() });
   *   return uid;
   * }
   *
   * async function keepFile(client: ImapClient, file: Blob) {
   *   await client.append("Archive", { stream: file.stream(), size: file.size });
   * }
   * ```
   */
  async append(
    folder: Text,
    msg: Text | MessageStream,
    { signal, ...stored }: AppendOptions = {},
  ): Promise<AppendResult> {
    const { appendLimit, takesNul } = this.connection.session;
    const command = append(folder, { ...stored, msg }, appendLimit, takesNul);
    return await this.run(command, { signal });
  }

  /**
   * Puts several messages into a folder, all of them or none (MULTIAPPEND, RFC 3502), and gives
   * their UIDs. A message is text or bytes, or an object that holds them as `msg`, with `flags` and
   * a `date`. With no messages, nothing is sent. Throws `CapabilityError` where the server has no
   * MULTIAPPEND; otherwise as {@linkcode TransferCalls.append}.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function importAll(client: ImapClient, messages: Uint8Array[]) {
   *   return await client.multiappend("Archive", messages.map((msg) => ({ msg, flags: [SEEN] })));
   * }
   * ```
   */
  async multiappend(
    folder: Text,
    msgs: Iterable<Text | MessageToAppend>,
    options: CallOptions = {},
  ): Promise<MultiappendResult> {
    if (typeof msgs !== "object" || msgs === null || !(Symbol.iterator in msgs)) {
      throw new InvalidArgumentError(`expected a list of messages, not ${typeof msgs}`);
    }
    const messages = Array.from(msgs, (msg) => {
      if (typeof msg === "string" || msg instanceof Uint8Array) return { msg };
      if (typeof msg === "object" && msg !== null) return msg;
      throw new InvalidArgumentError(`a message must be text or bytes, not ${typeof msg}`);
    });
    if (messages.length === 0) return { text: "", uidValidity: null, uids: [] };
    const { appendLimit, takesNul } = this.connection.session;
    const command = multiappend(folder, messages, appendLimit, takesNul);
    return await this.run(command, options);
  }

  /**
   * Copies messages of the selected folder into another (COPY, RFC 9051 section 6.4.7): all of
   * them or, where it fails, none. Gives the UIDs of the copies by those of the originals, where
   * the server says them (UIDPLUS, RFC 4315). Throws {@linkcode ImapError}, with `code`
   * `TRYCREATE` where there is no such folder.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function copyOne(client: ImapClient, uid: number) {
   *   const { uids } = await client.copy(uid, "Archive");
   *   return uids.get(uid);
   * }
   * ```
   */
  async copy(
    messages: MessageIds,
    folder: Text,
    options: CallOptions = {},
  ): Promise<CopyResult> {
    const { sets, scope } = this.idsOf(messages, this.scope(options));
    const { uid } = scope;
    const most = this.folderOf(scope)?.exists;
    const one = (ids: NumberSet, scope: Scope) =>
      this.connection.run(copy({ ids, folder, uid, most }), scope);
    return await this.#inTurn(sets, scope, one, { gone: null, uid, inSteps: false });
  }

  /**
   * Moves messages of the selected folder into another (MOVE, RFC 6851), and gives their new UIDs
   * by their old ones. Where the server has UIDPLUS (RFC 4315) but no MOVE, and ids are UIDs, they
   * are copied, flagged `\Deleted` and expunged, each step when the one before is confirmed.
   *
   * Throws `CapabilityError` where the server has neither, `ReadOnlyError` where the folder can't
   * be changed, {@linkcode PartialMoveError} where it stopped half-way, with what was done by then,
   * and {@linkcode ImapError}, with `code` `TRYCREATE` where there is no such folder.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function archive(client: ImapClient, ids: number[]) {
   *   const { uids } = await client.move(ids, "Archive");
   *   console.log(`moved ${uids.size} messages`);
   * }
   * ```
   */
  async move(
    messages: MessageIds,
    folder: Text,
    options: CallOptions = {},
  ): Promise<CopyResult> {
    const { sets, scope } = this.idsOf(messages, this.scope(options));
    const { uid } = scope;
    const { session } = this.connection;
    const most = this.folderOf(scope)?.exists;
    const inSteps = !session.has("MOVE") && session.has("UIDPLUS") && uid;
    const gone = new Gone({ ids: union(sets), uid });
    let moved: MoveCommand | null = null;
    const one = async (ids: NumberSet, scope: Scope) => {
      const request = { ids, folder, uid, most };
      if (inSteps) return await this.#moveInSteps(request, gone, scope);
      // What it moved before stood after this set: the numbers here are what they were.
      const expunges = uid ? null : moved?.stableUpTo() ?? null;
      moved = move(request, gone);
      const now = expunges === null ? scope : { ...scope, foundIn: undefined, expunges };
      return await this.#moveAtOnce(moved, now);
    };
    return await this.#inTurn(sets, scope, one, { gone, uid, inSteps });
  }

  /** As a whole, where it takes more than one command. */
  async #inTurn(
    sets: readonly NumberSet[],
    scope: Scope,
    one: (ids: NumberSet, scope: Scope) => Promise<CopyResult>,
    how: Transfers,
  ): Promise<CopyResult> {
    const all = (scope: Scope) => inTurn(sets, (ids) => one(ids, scope), how);
    const { limitsMessages } = this.connection.session;
    return sets.length > 1 || how.inSteps || limitsMessages
      ? await this.connection.runWhole(scope, all)
      : await all(scope);
  }

  async #moveAtOnce(command: MoveCommand, scope: Scope): Promise<CopyResult> {
    try {
      return await this.connection.run(command, scope);
    } catch (cause) {
      // What the server left out is asked for by who called this.
      if (cause instanceof PartialMoveError || cause instanceof MessageLimitError) throw cause;
      const progress = command.progress();
      if (progress === null) throw cause;
      const message = `messages were moved half-way, or all of them: ${messageOf(cause)}`;
      throw new PartialMoveError(message, detailsOf(cause), progress.uids, progress.removed);
    }
  }

  async #moveInSteps(request: CopyRequest, gone: Gone, scope: Scope): Promise<CopyResult> {
    // Only what is there now: a message that comes in later must not be removed without a copy.
    const ids = await this.#present(request.ids, scope);
    if (ids.isEmpty) return { text: "", uidValidity: null, uids: new Map() };
    // A folder that can't be changed is refused before anything is copied out of it.
    const copying = { ...copy({ ...request, ids }), modifies: true };
    const copied = await this.connection.run(copying, scope).catch((cause) => {
      if (!(cause instanceof MessageLimitError)) throw cause;
      // COPY is to do all or nothing (RFC 9738 section 3.1).
      const message = `messages were moved half-way: some were copied, ${cause.message}`;
      throw new PartialMoveError(message, detailsOf(cause), (cause.partial as CopyResult).uids);
    });
    // Nor one that the server does not name among the copied, where it names them.
    const done = copied.uidValidity === null ? ids : NumberSet.from(copied.uids.keys());
    let [before, step] = ["they were copied", "flagged \\Deleted"];
    try {
      if (done.isEmpty) throw new ProtocolError("the server names other messages than those");
      const flags = { item: "FLAGS", action: "add", values: DELETED, silent: true } as const;
      const flag = (ids: NumberSet) =>
        this.connection.run(store({ ...flags, ids, uid: true }), scope);
      await belowLimit(done, flag, () => {});
      [before, step] = ["they were copied and flagged \\Deleted", "expunged"];
      const remove = (ids: NumberSet) => {
        const command = expunge(ids);
        const accept = (response: UntaggedResponse) => {
          gone.note(response);
          return command.accept!(response);
        };
        return this.connection.run({ ...command, accept }, scope);
      };
      await belowLimit(done, remove, () => {});
    } catch (cause) {
      // Where the connection broke, the server may have done it, and its answer is lost.
      const isKnown = cause instanceof ImapError && !(cause instanceof ImapAbortError);
      const how = isKnown ? `but not ${step}` : `and whether they were ${step} is not known`;
      const message = `messages were moved half-way: ${before}, ${how}: ${messageOf(cause)}`;
      throw new PartialMoveError(message, detailsOf(cause), copied.uids, gone.uids);
    }
    return copied;
  }

  /** Which of these UIDs the folder has. */
  async #present(uids: NumberSet, scope: Scope): Promise<NumberSet> {
    const found: number[][] = [];
    const step = (ids: NumberSet) =>
      this.connection.run(search(["UID", ids], ASCII, true, this.limits), scope);
    await belowLimit(uids, step, (part) => found.push(part));
    return NumberSet.from(found.flat());
  }

  /**
   * Removes the messages flagged `\Deleted` from the selected folder for good (EXPUNGE, RFC 9051
   * section 6.4.3), and gives what the server told meanwhile: an `EXPUNGE` with the sequence number
   * for each, at the moment when it went, or `VANISHED` with their UIDs where QRESYNC or UIDONLY
   * was enabled. With `messages`, as {@linkcode TransferCalls.uidExpunge},
   * which says more clearly what it does.
   */
  async expunge(
    messages: MessageIds | null = null,
    options: CallOptions = {},
  ): Promise<ExpungeResult> {
    if (messages !== null) return await this.uidExpunge(messages, options);
    return await this.run(expunge(null), options);
  }

  /**
   * Removes those of these messages that are flagged `\Deleted` (UID EXPUNGE, RFC 4315 section 2.1),
   * and leaves others that are flagged so alone. Of no messages nothing is sent. Throws
   * `CapabilityError` where the server has no UIDPLUS, {@linkcode InvalidArgumentError} while
   * `useUid` is off.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function remove(client: ImapClient, uids: number[]) {
   *   await client.deleteMessages(uids);
   *   await client.uidExpunge(uids);
   * }
   * ```
   */
  async uidExpunge(messages: MessageIds, options: CallOptions = {}): Promise<ExpungeResult> {
    if (!this.useUid) throw new InvalidArgumentError("cannot EXPUNGE by ID when not using uids");
    const { sets, scope } = this.idsOf(messages, this.scope(options));
    return await this.connection.runWhole(scope, async (scope) => {
      let text = "";
      const told = new KeptResponses();
      const step = (ids: NumberSet) => this.connection.run(expunge(ids, told), scope);
      try {
        for (const ids of sets) await belowLimit(ids, step, (done) => text = done.text);
      } catch (error) {
        const part = partOf(told);
        throw part === null ? error : withAll(error, part);
      }
      return { text, ...told.result() };
    });
  }
}
