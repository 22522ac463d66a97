import type { ClientState } from "../operations/client_state.ts";
import { FolderTurns } from "../operations/folders/folder_turns.ts";
import type { CallOptions, MakeScope, OptionNames } from "../operations/scope.ts";
import { isVerifying } from "../model/tls_options.ts";
import { namedLogger } from "../util/log.ts";
import { version } from "../util/version.ts";
import { checkCallOptions } from "./check_options.ts";
import { type ConnectOptions, loadCompression, type Opened } from "./connect.ts";
import type { Listeners } from "./listeners.ts";

/** What may be changed between calls. */
export interface Settings {
  /** Whether message ids are UIDs. */
  useUid: boolean;
  /** Whether folder names are text. */
  folderEncode: boolean;
  /** Whether dates print in local time. */
  normaliseTimes: boolean;
}

/** What all calls of a client share. */
export function clientState(
  options: ConnectOptions,
  { connection, limits }: Opened,
  listeners: Listeners,
): ClientState {
  const turns = new FolderTurns();
  connection.onEnd((cause) => turns.end(cause));
  return {
    connection,
    limits,
    ownIds: options.limits?.ids,
    logger: namedLogger(options.logger, "imapclient"),
    introduction: options.id ?? { name: "imapclient", version },
    modes: options.enable ?? "best",
    compress: options.compress ?? false,
    loadCompression,
    turns,
    isVerified: isVerifying(options.tls),
    listen: (listener) => listeners.add(listener),
    idling: null,
    idlingByHand: false,
    watchesFolders: false,
  };
}

/** Makes the scopes of a client's calls, each with the settings and the folder of its moment. */
export function scopeMaker(client: ClientState, settings: Settings): MakeScope {
  const { selections } = client.connection.session;
  return (options: CallOptions, names?: OptionNames) => {
    checkCallOptions(options, names);
    const { signal, onProgress } = options;
    const selection = selections.latest;
    return {
      client,
      signal,
      onProgress,
      folderEncode: settings.folderEncode,
      login: selections.login,
      selection,
      expunges: selections.folderOf(selection)?.expunges ?? 0,
      uid: settings.useUid,
      normaliseTimes: settings.normaliseTimes,
    };
  };
}
