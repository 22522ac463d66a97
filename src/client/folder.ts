import type { Resynced } from "../commands/folders/resync.ts";
import { type Text, toText } from "../model/text.ts";
import type { HeldFolder } from "../operations/folders/held_folder.ts";
import type { MakeScope } from "../operations/scope.ts";
import { showAs } from "../util/inspect.ts";
import { FolderCalls } from "./folder_calls.ts";

/**
 * A folder that is selected and held, until it is closed, by whoever opened it with
 * `ImapClient.openFolder`. Its calls act in this folder and in no other. Once it is closed, or the
 * connection is over, they throw.
 *
 * ```ts
 * import type { ImapClient } from "@imapclient/imapclient";
 *
 * async function moveRead(client: ImapClient) {
 *   await using inbox = await client.openFolder("INBOX");
 *   await inbox.move(await inbox.search({ seen: true }), "Archive");
 * }
 * ```
 */
export class Folder extends FolderCalls {
  readonly #held: HeldFolder;

  /** @internal */
  constructor(held: HeldFolder, makeScope: MakeScope) {
    super((options, names) => held.bind(makeScope(options, names)));
    this.#held = held;
  }

  /** Its name, as it was opened by. */
  get name(): Text {
    return this.#held.name;
  }

  /** Its UIDVALIDITY (RFC 9051 section 2.3.1.1); `null` if the server does not tell it. */
  get uidValidity(): number | null {
    return this.#held.folder.uidValidity;
  }

  /** How many messages it has, as far as the server has told. */
  get exists(): number {
    return this.#held.folder.exists;
  }

  /**
   * The mod-sequence up to which the server has told all changes of the messages in it (RFC 7162
   * section 6): those before it was opened count as told, and later ones came as responses. It
   * advances when a call is answered and no other is under way, never in the middle of an answer.
   * `null` if the server keeps or tells none.
   *
   * It is what to give as `resync.modseq` the next time, with {@linkcode Folder.uidValidity}, once
   * you have taken in what was told up to it. New messages are not part of that: look for UIDs
   * above those that you know.
   */
  get highestModseq(): bigint | null {
    return this.#held.folder.highestModseq;
  }

  /**
   * What was removed since `resync`: the UIDs, among them perhaps some that were never known.
   * `null` if it was opened without `resync`, or if nothing can be said, since UIDVALIDITY has
   * changed or the server keeps no mod-sequences for it.
   */
  get vanished(): Resynced["vanished"] {
    return this.#held.changes?.vanished ?? null;
  }

  /** The messages that have changed since `resync`, by UID; `null` in the same cases. */
  get changed(): Resynced["changed"] {
    return this.#held.changes?.changed ?? null;
  }

  /** Whether nothing in it can be changed. */
  get readOnly(): boolean {
    return this.#held.folder.readOnly;
  }

  /**
   * Gives the folder back, so that others can have theirs. Calls that were made before still run;
   * later ones throw `IllegalStateError`. To close it twice does no harm. Nothing is expunged.
   */
  close(): Promise<void> {
    this.#held.release();
    return Promise.resolve();
  }

  /** For `await using`: closes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

showAs(Folder, ({ name, exists, readOnly }) => {
  const mode = readOnly ? "read-only" : "read-write";
  return `Folder <${JSON.stringify(toText(name))}, ${exists} messages, ${mode}>`;
});
