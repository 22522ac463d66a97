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
    super((options) => held.bind(makeScope(options)));
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
