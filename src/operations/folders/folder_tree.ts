import type { FolderListing } from "../../commands/folders/list.ts";
import type { FolderName } from "../../model/folder_name.ts";
import type { Text } from "../../model/text.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import type { Scope } from "../scope.ts";
import { listFolders } from "./list_folders.ts";
import type { ListedFolder, ListFoldersOptions } from "./list_options.ts";

/** Which folders are in a tree, and what is known about each. */
export interface FolderTreeOptions extends ListFoldersOptions {
  /** The folder above those to list. Default `""`: all. */
  readonly directory?: Text;
  /** The pattern of their names, or several. Default `*`. */
  readonly pattern?: Text | Iterable<Text>;
}

/** A folder in a tree. */
export interface FolderNode<Listing extends FolderListing = FolderListing> {
  /** Its whole name; the server's bytes if `folderEncode` is off. */
  readonly name: FolderName;
  /** The last level of its name. */
  readonly label: string;
  /** The delimiter between the levels of its name; `null` if names have no levels. */
  readonly delimiter: string | null;
  /** Its attributes; none if it was not listed. */
  readonly flags: readonly string[];
  /** Whether it can be selected: it was listed, and not as `\Noselect` or `\NonExistent`. */
  readonly selectable: boolean;
  /** The row of the list; `null` for a level that the server did not list. */
  readonly listing: Listing | null;
  /** The folders directly below it, by their labels. */
  readonly children: readonly FolderNode<Listing>[];
}

/** LIST, as a tree. */
export async function folderTree<Options extends FolderTreeOptions>(
  scope: Scope,
  { directory = "", pattern = "*", ...options }: Options,
): Promise<readonly FolderNode<ListedFolder<Options>>[]> {
  const folders = await listFolders(scope, directory, pattern, options);
  const { treeOf } = await trees();
  return treeOf(folders as readonly object[] as readonly ListedFolder<Options>[]);
}

/** Loaded on demand: few programs need it. */
const trees = lazyImport(() => import("./tree_of.ts"));
