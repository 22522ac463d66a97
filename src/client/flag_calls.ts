import { fetchFlags } from "../commands/messages/fetch_flags.ts";
import { type MessageFlags, store, type StoreRequest } from "../commands/messages/store.ts";
import { DELETED } from "../model/flags.ts";
import { type MessageIds, NumberSet } from "../model/number_set.ts";
import type { Text } from "../model/text.ts";
import type { CallOptions } from "./base.ts";
import { FetchCalls } from "./fetch_calls.ts";

/** How flags or labels are changed. */
export interface StoreOptions<Silent extends boolean = boolean> extends CallOptions {
  /** The server need not say what came of it, and the result is `null`. Default `false`. */
  readonly silent?: Silent;
}

/** What a change of flags or labels gives: what the messages have then; `null` if silent. */
export type Stored<Silent extends boolean> = Silent extends true ? null : MessageFlags;

/** The calls about the flags of messages in the selected folder, and about Gmail's labels. */
export class FlagCalls extends FetchCalls {
  /**
   * The flags of messages in the selected folder, by message id. A message whose flags the server
   * does not tell is not there.
   *
   * ```ts
   * import { type ImapClient, SEEN } from "@imapclient/imapclient";
   *
   * async function isRead(client: ImapClient, id: number) {
   *   return (await client.getFlags(id)).get(id)?.includes(SEEN) ?? false;
   * }
   * ```
   */
  async getFlags(messages: MessageIds, options: CallOptions = {}): Promise<MessageFlags> {
    return await this.#get("FLAGS", messages, options);
  }

  /**
   * Adds flags to messages (STORE, RFC 9051 section 6.4.6) and gives the flags that they have then,
   * by message id. A message whose flags the server does not tell is not there; with no ids at all
   * nothing is sent. Of very many ids some go with one command and some with the next: where one
   * fails, others may have been carried out.
   *
   * Throws `ReadOnlyError` where the folder can't be changed, `InvalidArgumentError` for what is no
   * flag, is `\Recent`, or is a system flag without its backslash: `"\Seen"` is `Seen` in
   * JavaScript, and `"\\Seen"` or `SEEN` is meant.
   *
   * ```ts
   * import { FLAGGED, type ImapClient } from "@imapclient/imapclient";
   *
   * async function mark(client: ImapClient, ids: number[]) {
   *   await client.addFlags(ids, [FLAGGED, "$Important"], { silent: true });
   * }
   * ```
   */
  async addFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    return await this.#store({ item: "FLAGS", action: "add", values: flags }, messages, options);
  }

  /** Removes flags from messages; otherwise as {@linkcode FlagCalls.addFlags}. */
  async removeFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    return await this.#store({ item: "FLAGS", action: "remove", values: flags }, messages, options);
  }

  /** Gives messages these flags in place of their own; otherwise as {@linkcode FlagCalls.addFlags}. */
  async setFlags<Silent extends boolean = false>(
    messages: MessageIds,
    flags: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    return await this.#store({ item: "FLAGS", action: "set", values: flags }, messages, options);
  }

  /**
   * Flags messages as `\Deleted`; `expunge`, `uidExpunge` and `closeFolder` remove them then.
   * Otherwise as {@linkcode FlagCalls.addFlags}.
   */
  async deleteMessages<Silent extends boolean = false>(
    messages: MessageIds,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    return await this.addFlags(messages, [DELETED], options);
  }

  /**
   * Gmail's labels of messages in the selected folder, by message id. Throws `CapabilityError`
   * where the server is not Gmail (has no `X-GM-EXT-1`).
   */
  async getGmailLabels(messages: MessageIds, options: CallOptions = {}): Promise<MessageFlags> {
    return await this.#get("X-GM-LABELS", messages, options);
  }

  /**
   * Adds Gmail's labels to messages and gives those that they have then, by message id. A label is
   * any text; those of Gmail's own begin with a backslash, such as `\Important`. Throws
   * `CapabilityError` where the server is not Gmail; otherwise as {@linkcode FlagCalls.addFlags}.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function label(client: ImapClient, ids: number[]) {
   *   await client.addGmailLabels(ids, ["Reisen/Köln", "\\Important"]);
   * }
   * ```
   */
  async addGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "add", values: labels } as const;
    return await this.#store(change, messages, options);
  }

  /** Removes Gmail's labels; otherwise as {@linkcode FlagCalls.addGmailLabels}. */
  async removeGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "remove", values: labels } as const;
    return await this.#store(change, messages, options);
  }

  /**
   * Gives messages these of Gmail's labels in place of their own; otherwise as
   * {@linkcode FlagCalls.addGmailLabels}.
   */
  async setGmailLabels<Silent extends boolean = false>(
    messages: MessageIds,
    labels: Text | Iterable<Text>,
    options: StoreOptions<Silent> = {},
  ): Promise<Stored<Silent>> {
    const change = { item: "X-GM-LABELS", action: "set", values: labels } as const;
    return await this.#store(change, messages, options);
  }

  async #get(
    item: StoreRequest["item"],
    messages: MessageIds,
    options: CallOptions,
  ): Promise<MessageFlags> {
    const { requests, scope } = this.fetchRequests(messages, [item], options);
    return await this.fetchAll(requests, (request) => fetchFlags(request, item), scope);
  }

  async #store<Silent extends boolean>(
    change: Pick<StoreRequest, "item" | "action" | "values">,
    messages: MessageIds,
    options: StoreOptions<Silent>,
  ): Promise<Stored<Silent>> {
    const { sets, scope } = this.idsOf(messages, this.scope(options));
    const silent = options.silent ?? false;
    const request = { ...change, silent, uid: scope.uid };
    // Made even of no ids, so that what is wrong with the values is said all the same.
    store({ ...request, ids: NumberSet.from([]) });
    const stored = await this.fetchAll(sets.map((ids) => ({ ...request, ids })), store, scope);
    return (silent ? null : stored) as Stored<Silent>;
  }
}
