import type { NotifyResult } from "../../commands/watch/notify.ts";
import type { FolderNews } from "../../model/folder_news.ts";
import { lazyImport } from "../../util/lazy_import.ts";
import { runWhole, type Scope } from "../scope.ts";
import type { NotifySet } from "./notify_sets.ts";
import type { FolderWatchRequest } from "./watch_request.ts";

/** Loaded on demand: most programs watch one folder, or none. */
const loadNotify = lazyImport(() => import("./notify.ts"));
const loadWatch = lazyImport(() => import("./watch_folders.ts"));

/** NOTIFY (RFC 5465). */
export async function notifyLazily(
  scope: Scope,
  sets: Iterable<NotifySet> | null,
  status: boolean | undefined,
): Promise<NotifyResult> {
  return await runWhole(scope, async (scope) => {
    return await (await loadNotify()).notifyAs(scope, sets, status ?? false);
  });
}

/** The news of several folders. */
export async function* watchFoldersLazily(
  scope: Scope,
  request: FolderWatchRequest,
): AsyncGenerator<FolderNews, void, void> {
  yield* (await loadWatch()).watchFolders(scope, request);
}
