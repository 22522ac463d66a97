import { folderKey } from "../../connection/selected_folder.ts";
import { IllegalStateError } from "../../model/errors.ts";
import type { FolderSources } from "../../model/search_results.ts";
import { type Text, toText } from "../../model/text.ts";
import { listPlain, namespaceOf } from "../folders/list_folders.ts";
import { folderOf, type Scope } from "../scope.ts";

/** The names of the folders that a search is to look at, each once. */
export async function folderNames(scope: Scope, sources: FolderSources): Promise<Text[]> {
  const found: Text[] = [...sources.folders as Iterable<Text> ?? []];
  if (sources.selected) found.push(selectedName(scope));
  if (sources.inboxes) found.push("INBOX");
  if (sources.personal) found.push(...await personalFolders(scope));
  if (sources.subscribed) found.push(...await listed(scope, "LSUB", "*"));
  for (const name of sources.subtree as Iterable<Text> ?? []) {
    found.push(name, ...await below(scope, name, "*"));
  }
  for (const name of sources.subtreeOne as Iterable<Text> ?? []) {
    found.push(name, ...await below(scope, name, "%"));
  }
  return [...new Map(found.map((name) => [folderKey(name), name])).values()];
}

function selectedName(scope: Scope): Text {
  const name = folderOf(scope)?.name ?? null;
  if (name !== null) return name;
  throw new IllegalStateError("no folder is selected, so it can't be searched");
}

/** INBOX, and what is in the user's own namespaces. */
async function personalFolders(scope: Scope): Promise<Text[]> {
  const { session } = scope.client.connection;
  const personal = session.has("NAMESPACE") ? (await namespaceOf(scope)).personal : null;
  const folders: Text[] = ["INBOX"];
  for (const { prefix } of personal ?? [{ prefix: "" }]) {
    folders.push(...await listed(scope, "LIST", `${toText(prefix)}*`, prefix));
  }
  return folders;
}

async function below(scope: Scope, folder: Text, wildcard: string): Promise<Text[]> {
  const [listing] = await listPlain(scope, "LIST", "", folder);
  const delimiter = listing?.delimiter ?? null;
  if (delimiter === null) return [];
  const prefix = `${toText(folder)}${delimiter}`;
  return await listed(scope, "LIST", `${prefix}${wildcard}`, prefix);
}

/** The folders that can be selected. A wildcard in a name itself may match others, too. */
async function listed(
  scope: Scope,
  command: "LIST" | "LSUB",
  pattern: string,
  prefix: Text = "",
): Promise<Text[]> {
  const folders = await listPlain(scope, command, "", pattern);
  return folders
    .filter(({ flags, name }) => {
      const isThere = !flags.some((flag) => /^\\(?:noselect|nonexistent)$/i.test(flag));
      return isThere && toText(name).startsWith(toText(prefix));
    })
    .map(({ name }) => name);
}
