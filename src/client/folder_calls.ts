import {
  close,
  create,
  deleteFolder,
  rename,
  subscribe,
  unselect,
  unsubscribe,
} from "../commands/folders/folder.ts";
import { checkUse } from "../commands/messages/flags.ts";
import { type FolderListing, list, type ListName } from "../commands/folders/list.ts";
import { type Namespace, namespace } from "../commands/folders/namespace.ts";
import { select, type SelectResult } from "../commands/folders/select.ts";
import {
  type DefaultStatusItem,
  type FolderStatus,
  status,
  STATUS_ITEMS,
} from "../commands/folders/status.ts";
import { ReadOnlyError } from "../model/errors.ts";
import type { FolderName } from "../model/folder_name.ts";
import { findSpecialFolder } from "../operations/folders/special_folders.ts";
import { decodeAscii } from "../util/bytes.ts";
import { type Text, toText } from "../model/text.ts";
import { decodeFolderName } from "../mime/utf7.ts";
import type { CallOptions } from "./base.ts";
import { SessionCalls } from "./session_calls.ts";

/** How a folder is selected. */
export interface SelectOptions extends CallOptions {
  /** Nothing in the folder is changed, `\Seen` flags included. Default `false`. */
  readonly readonly?: boolean;
}

/** The calls about folders: listing, making and selecting them, and what is in them. */
export class FolderCalls extends SessionCalls {
  /**
   * The folders below `directory` whose names match `pattern` (LIST, RFC 9051 section 6.3.9), where
   * `*` stands for anything and `%` for anything but the delimiter. By default all folders.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function showFolders(client: ImapClient) {
   *   for (const { name, flags } of await client.listFolders()) console.log(name, flags);
   * }
   * ```
   */
  async listFolders(
    directory: Text = "",
    pattern: Text = "*",
    options: CallOptions = {},
  ): Promise<readonly FolderListing[]> {
    return await this.#list("LIST", directory, pattern, options);
  }

  /**
   * The folders that the user is subscribed to (LSUB, RFC 3501 section 6.3.9); otherwise as
   * {@linkcode FolderCalls.listFolders}. A name may be there though its folder is gone.
   */
  async listSubFolders(
    directory: Text = "",
    pattern: Text = "*",
    options: CallOptions = {},
  ): Promise<readonly FolderListing[]> {
    return await this.#list("LSUB", directory, pattern, options);
  }

  /**
   * The folders with the attributes that Gmail gave them before there was a standard, such as
   * `\AllMail` (XLIST). Throws `CapabilityError` where the server has no XLIST.
   *
   * @deprecated `listFolders` tells special uses by their standard names (RFC 6154).
   */
  async xlistFolders(
    directory: Text = "",
    pattern: Text = "*",
    options: CallOptions = {},
  ): Promise<readonly FolderListing[]> {
    return await this.#list("XLIST", directory, pattern, options);
  }

  async #list(
    name: ListName,
    directory: Text,
    pattern: Text,
    options: CallOptions,
  ): Promise<readonly FolderListing[]> {
    const scope = this.scope(options);
    const command = list(name, { directory, pattern }, this.nameDecoder(scope));
    return await this.connection.run(command, scope);
  }

  /**
   * The folder of a special use, such as `SENT` or `TRASH`: the first that the server marks with it
   * (RFC 6154), else one with a name that is usual for it, in one of some twenty languages. `null`
   * where there is none. Throws
   * `InvalidArgumentError` for a special use without its backslash: `"\Sent"` is `Sent` in
   * JavaScript, and `"\\Sent"` or `SENT` is meant.
   *
   * ```ts
   * import { type ImapClient, TRASH } from "@imapclient/imapclient";
   *
   * async function throwAway(client: ImapClient, ids: number[]) {
   *   const trash = await client.findSpecialFolder(TRASH);
   *   if (trash !== null) await client.move(ids, trash);
   * }
   * ```
   */
  async findSpecialFolder(flag: Text, options: CallOptions = {}): Promise<FolderName | null> {
    const use = toText(flag);
    checkUse(use);
    const scope = this.scope(options);
    return await findSpecialFolder(use, {
      session: this.connection.session,
      run: (command) => this.connection.run(command, scope),
      decode: this.nameDecoder(scope),
    });
  }

  /** Whether there is a folder of exactly this name; `*` and `%` in it stand for themselves. */
  async folderExists(folder: Text, options: CallOptions = {}): Promise<boolean> {
    const encoded = this.folderEncode;
    const command = list("LIST", { directory: "", pattern: folder }, (name) => name);
    return (await this.run(command, options)).some((listing) => {
      const raw = listing.name as Uint8Array;
      const text = typeof folder === "string" && encoded
        ? decodeFolderName(raw, this.connection.session.utf8)
        : decodeAscii(raw);
      const wanted = typeof folder === "string" ? folder : decodeAscii(folder);
      const same = text === wanted || (/^inbox$/i.test(text) && /^inbox$/i.test(wanted));
      return same && !listing.flags.some((flag) => /^\\NonExistent$/i.test(flag));
    });
  }

  /**
   * The namespaces that the user has (NAMESPACE, RFC 2342): what the names of folders begin with
   * that are the user's own, other users' or shared, and their delimiters. Throws
   * `CapabilityError` where the server has no NAMESPACE.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function makeFolder(client: ImapClient, name: string) {
   *   const { personal } = await client.namespace();
   *   await client.createFolder(`${personal?.[0].prefix ?? ""}${name}`);
   * }
   * ```
   */
  async namespace(options: CallOptions = {}): Promise<Namespace> {
    const scope = this.scope(options);
    return await this.connection.run(namespace(this.nameDecoder(scope)), scope);
  }

  /**
   * Makes a folder (CREATE, RFC 9051 section 6.3.4) and gives the server's text. Throws
   * {@linkcode ImapError}, with `code` `ALREADYEXISTS` from many servers, where it can't be made.
   */
  async createFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(create(folder), options);
  }

  /**
   * Deletes a folder with all that is in it (DELETE, RFC 9051 section 6.3.5) and gives the server's
   * text. Throws {@linkcode ImapError} where there is no such folder, or it can't be deleted.
   */
  async deleteFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(deleteFolder(folder), options);
  }

  /**
   * Renames a folder, and those below it (RENAME, RFC 9051 section 6.3.6), and gives the server's
   * text. Throws {@linkcode ImapError} where there is no such folder, or the new name is taken.
   */
  async renameFolder(oldName: Text, newName: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(rename(oldName, newName), options);
  }

  /**
   * Adds a folder to those that `listSubFolders` gives (SUBSCRIBE, RFC 9051 section 6.3.7), and
   * gives the server's text. Throws {@linkcode ImapError} where the server minds that there is no
   * such folder.
   */
  async subscribeFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(subscribe(folder), options);
  }

  /** Takes back a subscription (UNSUBSCRIBE, RFC 9051 section 6.3.8) and gives the server's text. */
  async unsubscribeFolder(folder: Text, options: CallOptions = {}): Promise<string> {
    return await this.run(unsubscribe(folder), options);
  }

  /**
   * Selects the folder that later calls work in (SELECT or, with `readonly`, EXAMINE; RFC 9051
   * sections 6.3.2 and 6.3.3) and gives what the server says of it. The folder selected before is
   * left, even where this one can't be selected; of a call that was given up after it was sent,
   * nobody knows which folder is selected, and so none is.
   *
   * A call made before, such as a `move` in several steps, is finished first. Calls made after this
   * one are for this folder: where it can't be selected they throw `IllegalStateError`, and nothing
   * is sent.
   *
   * Throws {@linkcode ReadOnlyError} where the folder turns out to be read-only without `readonly`
   * (it is selected then), {@linkcode ImapError} where there is no such folder.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function countMessages(client: ImapClient) {
   *   const inbox = await client.selectFolder("INBOX", { readonly: true });
   *   return inbox.EXISTS;
   * }
   * ```
   */
  async selectFolder(folder: Text, options: SelectOptions = {}): Promise<SelectResult> {
    const readonly = options.readonly ?? false;
    const result = await this.run(select(folder, readonly), options);
    if (readonly || result["READ-ONLY"] !== true) return result;
    throw new ReadOnlyError(`${toText(folder)} is read-only`);
  }

  /**
   * Leaves the selected folder (CLOSE, RFC 9051 section 6.4.1) and gives the server's text.
   * Messages flagged `\Deleted` are removed for good, without a word, unless the folder was
   * selected with `readonly`.
   */
  async closeFolder(options: CallOptions = {}): Promise<string> {
    return await this.run(close(), options);
  }

  /**
   * Leaves the selected folder and removes nothing (UNSELECT, RFC 3691); gives the server's text.
   * Throws `CapabilityError` where the server has no UNSELECT: there, a folder that is selected for
   * reading only can be left by {@linkcode FolderCalls.closeFolder}, which then removes nothing.
   */
  async unselectFolder(options: CallOptions = {}): Promise<string> {
    return await this.run(unselect(), options);
  }

  /**
   * Numbers of a folder that need not be selected (STATUS, RFC 9051 section 6.3.11), by their
   * names: `MESSAGES`, `RECENT`, `UIDNEXT`, `UIDVALIDITY` and `UNSEEN`, or those that `what` asks
   * for, such as `SIZE` or `HIGHESTMODSEQ`. Throws {@linkcode ImapError} where there is no such
   * folder.
   *
   * ```ts
   * import type { ImapClient } from "@imapclient/imapclient";
   *
   * async function unread(client: ImapClient) {
   *   return (await client.folderStatus("INBOX", ["UNSEEN"])).UNSEEN;
   * }
   * ```
   */
  async folderStatus<const Item extends string = DefaultStatusItem>(
    folder: Text,
    what: Item | Iterable<Item> = this.#statusItems() as readonly Item[],
    options: CallOptions = {},
  ): Promise<FolderStatus<Item>> {
    return await this.run(status<Item>(folder, what), options);
  }

  /** IMAP4rev2 knows no RECENT any more (RFC 9051 appendix E). */
  #statusItems(): readonly DefaultStatusItem[] {
    const { rev2 } = this.connection.session;
    return rev2 ? STATUS_ITEMS.filter((item) => item !== "RECENT") : STATUS_ITEMS;
  }
}
