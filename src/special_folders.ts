import type { FolderListing } from "./commands/list.ts";
import { ARCHIVE, DRAFTS, JUNK, SENT, TRASH } from "./model/flags.ts";
import type { FolderName } from "./model/folder_name.ts";

/** What people and programs call such folders, where the server does not mark them. */
const POPULAR_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  [SENT, ["Sent", "Sent Items", "Sent items", "Sent Messages"]], // the last is QQ's
  [DRAFTS, ["Drafts"]],
  [ARCHIVE, ["Archive"]],
  [TRASH, ["Trash", "Deleted Items", "Deleted Messages", "Deleted"]], // the last is Outlook's
  [JUNK, ["Junk", "Spam"]],
].map(([flag, names]) => [(flag as string).toLowerCase(), names as readonly string[]]));

/** The first folder that the server marks with an attribute, in whatever case. */
export function markedFolder(
  folders: readonly FolderListing[],
  flag: string,
): FolderListing | undefined {
  const wanted = flag.toLowerCase();
  return folders.find(({ flags }) => flags.some((it) => it.toLowerCase() === wanted));
}

/** The first folder with a popular name for this use, behind one of these prefixes. */
export function popularFolder(
  folders: readonly FolderListing[],
  flag: string,
  prefixes: readonly FolderName[],
): FolderListing | undefined {
  const byName = new Map<string, FolderListing>();
  for (const folder of folders) if (isReal(folder)) byName.set(asText(folder.name), folder);
  for (const prefix of prefixes) {
    for (const name of POPULAR_NAMES.get(flag.toLowerCase()) ?? []) {
      const found = byName.get(asText(prefix) + name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Whether a listed name is more than a name. */
function isReal({ flags }: FolderListing): boolean {
  return !flags.some((flag) => /^\\(?:NonExistent|Noselect)$/i.test(flag));
}

function asText(name: FolderName): string {
  return typeof name === "string" ? name : new TextDecoder().decode(name);
}
