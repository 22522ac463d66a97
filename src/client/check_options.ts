import { InvalidArgumentError, named } from "../model/errors.ts";
import { BOOLEAN, checkKeys, FUNCTION, type Kind, kindOf, SIGNAL } from "../model/options.ts";
import type { PartialRange, SearchReturn } from "../model/search_results.ts";
import type { CallOptions, OptionNames } from "../operations/scope.ts";
import type { AuthenticateOptions } from "../operations/session/authenticate.ts";
import type {
  AppendOptions,
  CharsetOptions,
  CreateFolderOptions,
  FetchEachOptions,
  FetchOptions,
  FetchUrlsOptions,
  FlagColorOptions,
  FolderTreeOptions,
  IdleCheckOptions,
  ListFoldersOptions,
  MetadataOptions,
  NotifyOptions,
  Oauth2Options,
  OpenFolderOptions,
  SearchFoldersOptions,
  SearchOptions,
  SelectOptions,
  SortOptions,
  StoreOptions,
  ThreadOptions,
  WatchFoldersOptions,
  WatchOptions,
  WatchSearchOptions,
} from "./call_options.ts";

/**
 * The names of a call's options, besides those that every call has. Complete by its type: a name
 * that is missing, or is not an option, is a type error.
 */
type Names<Options> = Readonly<Record<Exclude<keyof Options, keyof CallOptions>, true>>;

/** Of `append`. */
export const APPEND: Names<AppendOptions> = {
  annotations: true,
  date: true,
  flags: true,
  msgTime: true,
};

/** Of `authenticate`. */
export const AUTHENTICATE: Names<AuthenticateOptions> = {
  allowPlaintext: true,
  authorizationIdentity: true,
  mechanisms: true,
};

/** Of `gmailSearch`. */
export const CHARSET: Names<CharsetOptions> = { charset: true };

/** Of `createFolder`. */
export const CREATE_FOLDER: Names<CreateFolderOptions> = { mailboxId: true, specialUse: true };

/** Of `fetch`. */
export const FETCH: Names<FetchOptions> = {
  changedSince: true,
  modifiers: true,
  partial: true,
  vanished: true,
};

/** Of `fetchEach`. */
export const FETCH_EACH: Names<FetchEachOptions> = {
  changedSince: true,
  modifiers: true,
  partial: true,
  stream: true,
};

/** Of `fetchUrls`. */
export const FETCH_URLS: Names<FetchUrlsOptions> = { binary: true, structure: true };

/** Of `idleCheck`. */
export const IDLE_CHECK: Names<IdleCheckOptions> = { timeout: true };

/** Of `listFolders`. */
export const LIST_FOLDERS: Names<ListFoldersOptions> = {
  children: true,
  metadata: true,
  myRights: true,
  select: true,
  specialUse: true,
  status: true,
  subscribed: true,
};

/** Of `folderTree`. */
export const FOLDER_TREE: Names<FolderTreeOptions> = {
  ...LIST_FOLDERS,
  directory: true,
  pattern: true,
};

/** Of `getMetadata`. */
export const METADATA: Names<MetadataOptions> = { depth: true, maxSize: true };

/** Of `notify`. */
export const NOTIFY: Names<NotifyOptions> = { status: true };

/** Of `oauth2Login`. */
export const OAUTH2: Names<Oauth2Options> = { mech: true, vendor: true };

/** Of `selectFolder`. */
export const SELECT: Names<SelectOptions> = { condstore: true, readonly: true, resync: true };

/** Of `openFolder` and `withFolder`. */
export const OPEN_FOLDER: Names<OpenFolderOptions> = { ...SELECT, timeout: true };

/** Of `search`. */
export const SEARCH: Names<SearchOptions<SearchReturn, PartialRange>> = {
  charset: true,
  partial: true,
  return: true,
  save: true,
};

/** Of `searchFolders`. */
export const SEARCH_FOLDERS: Names<SearchFoldersOptions<SearchReturn, PartialRange>> = {
  charset: true,
  fallback: true,
  partial: true,
  return: true,
};

/** Of `sort`. */
export const SORT: Names<SortOptions<SearchReturn, PartialRange>> = {
  charset: true,
  fallback: true,
  partial: true,
  return: true,
};

/** Of calls that change flags or labels. */
export const STORE: Names<StoreOptions> = { silent: true, unchangedSince: true };

/** Of `setFlagColor`. */
export const FLAG_COLOR: Names<FlagColorOptions> = { silent: true };

/** Of `thread`. */
export const THREAD: Names<ThreadOptions> = { charset: true, fallback: true };

/** Of `watch`. */
export const WATCH: Names<WatchOptions> = { pollEvery: true, renewEvery: true };

/** Of `watchFolders`. */
export const WATCH_FOLDERS: Names<WatchFoldersOptions> = {
  ...WATCH,
  events: true,
  folders: true,
  listEvery: true,
};

/** Of `watchSearch`. */
export const WATCH_SEARCH: Names<WatchSearchOptions> = { ...WATCH, charset: true, sort: true };

/** Of every call. */
const EVERY: Readonly<Record<keyof CallOptions, true>> = { onProgress: true, signal: true };

/** The options that are `true` or `false`. */
const BOOLEANS = [
  "binary",
  "allowPlaintext",
  "children",
  "condstore",
  "fallback",
  "mailboxId",
  "myRights",
  "readonly",
  "save",
  "silent",
  "stream",
  "structure",
  "subscribed",
  "vanished",
];

/** The kinds of options that are checked here. The calls check the others. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["onProgress", FUNCTION],
  ["signal", SIGNAL],
  ...BOOLEANS.map((name): [string, Kind] => [name, BOOLEAN]),
]);

/**
 * Throws {@linkcode InvalidArgumentError} for what is no option of the call, and for a value of the
 * wrong kind. `readOnly` for `readonly` would open a folder for changes, and a `changedSince` that
 * `addFlags` took no notice of would change more messages than are meant.
 */
export function checkCallOptions(options: CallOptions, own: OptionNames = {}): void {
  if (typeof options !== "object" || options === null) {
    // The value is not shown: it may be a password, if the arguments are others than expected.
    throw new InvalidArgumentError(`the options must be an object, not ${kindOf(options)}`);
  }
  for (const name of Object.keys(options)) {
    const value: unknown = options[name as keyof CallOptions];
    if (!Object.hasOwn(EVERY, name) && !Object.hasOwn(own, name)) {
      return checkKeys({ [name]: value }, Object.keys({ ...own, ...EVERY }));
    }
    const kind = KINDS.get(name);
    if (kind === undefined || value === undefined || kind.is(value)) continue;
    throw new InvalidArgumentError(`'${name}' must be ${kind.name}: ${named(value)}`);
  }
}
