import { checkUse } from "../../commands/messages/flags.ts";
import { type FolderListing, list, type ListName } from "../../commands/folders/list.ts";
import { type Namespace, namespace } from "../../commands/folders/namespace.ts";
import {
  type DefaultStatusItem,
  type FolderStatus,
  status,
  STATUS_ITEMS,
  statusNeeds,
} from "../../commands/folders/status.ts";
import { decodeFolderName } from "../../mime/utf7.ts";
import type { FolderName } from "../../model/folder_name.ts";
import { type Text, toText, toTexts } from "../../model/text.ts";
import { decodeAscii } from "../../util/bytes.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { checkNeeds } from "../needs.ts";
import { nameDecoder, run, runWhole, type Scope } from "../scope.ts";
import type { ListedFolder, ListFoldersOptions } from "./list_options.ts";
import { findSpecialFolder } from "./special_folders.ts";

/** The options of every call, which ask for nothing more of each folder. */
const PLAIN: readonly string[] = ["signal", "onProgress"];

/** LSUB or XLIST. */
export async function listPlain(
  scope: Scope,
  name: ListName,
  directory: Text,
  pattern: Text,
): Promise<readonly FolderListing[]> {
  const { rev2, news } = scope.client.connection.session;
  const request = { directory, pattern, news };
  const command = name === "LSUB" && rev2
    ? list("LIST", { ...request, select: subscribed(pattern) }, nameDecoder(scope))
    : list(name, request, nameDecoder(scope));
  return await run(scope, command);
}

/**
 * IMAP4rev2 has LIST (SUBSCRIBED) in place of LSUB (RFC 9051 section 6.3.9.1). With `%`, LSUB also
 * lists a folder for subscribed ones below it.
 */
function subscribed(pattern: Text): readonly string[] {
  return toText(pattern).includes("%") ? ["SUBSCRIBED", "RECURSIVEMATCH"] : ["SUBSCRIBED"];
}

/** LIST, with options and several patterns if they are given. */
export async function listFolders<Options extends ListFoldersOptions>(
  scope: Scope,
  directory: Text,
  pattern: Text | Iterable<Text>,
  options: Options,
): Promise<readonly ListedFolder<Options>[]> {
  const isOne = typeof pattern === "string" || pattern instanceof Uint8Array;
  if (isOne && Object.keys(options).every((name) => PLAIN.includes(name))) {
    const folders = await listPlain(scope, "LIST", directory, pattern);
    return folders as readonly ListedFolder<Options>[];
  }
  const { withDetails, listed } = await runWhole(scope, async (scope) => {
    const { listByOptions, withDetails } = await listDetails();
    return { withDetails, listed: await listByOptions(scope, directory, pattern, options) };
  });
  return await withDetails(scope, listed, options) as readonly ListedFolder<Options>[];
}

/** Loaded on demand: most programs list folders without options. */
const listDetails = lazyImport(() => import("./list_details.ts"));

/** The name of the folder with a special use; `null` if none is found. */
export async function specialFolder(scope: Scope, flag: Text): Promise<FolderName | null> {
  const use = toText(flag);
  checkUse(use);
  return await findSpecialFolder(use, {
    session: scope.client.connection.session,
    run: (command) => run(scope, command),
    decode: nameDecoder(scope),
  });
}

/** Whether there is a folder of this name. */
export async function folderExists(scope: Scope, folder: Text): Promise<boolean> {
  const { utf8, news } = scope.client.connection.session;
  const command = list("LIST", { directory: "", pattern: folder, news }, (name) => name);
  return (await run(scope, command)).some(({ name, flags }) => {
    const raw = name as Uint8Array;
    const text = typeof folder === "string" && scope.folderEncode
      ? decodeFolderName(raw, utf8)
      : decodeAscii(raw);
    const wanted = typeof folder === "string" ? folder : decodeAscii(folder);
    const same = text === wanted || (/^inbox$/i.test(text) && /^inbox$/i.test(wanted));
    return same && !flags.some((flag) => /^\\NonExistent$/i.test(flag));
  });
}

/** NAMESPACE. */
export async function namespaceOf(scope: Scope): Promise<Namespace> {
  return await run(scope, namespace(nameDecoder(scope)));
}

/** STATUS; without items, all that the manual names. */
export async function folderStatus<Item extends string = DefaultStatusItem>(
  scope: Scope,
  folder: Text,
  what: Item | Iterable<Item> | undefined,
): Promise<FolderStatus<Item>> {
  // IMAP4rev2 has no RECENT (RFC 9051 appendix E).
  const { rev2, news } = scope.client.connection.session;
  const all = rev2 ? STATUS_ITEMS.filter((item) => item !== "RECENT") : STATUS_ITEMS;
  const items = what === undefined ? all as readonly string[] as readonly Item[] : what;
  const list = toTexts(items);
  checkNeeds(scope, statusNeeds(list));
  const found = await run(scope, status<Item>(folder, list, news));
  // As in the result of selectFolder.
  return what === undefined && rev2 ? Object.assign(found, { RECENT: 0 }) : found;
}
