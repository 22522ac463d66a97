import type { IdFields } from "../commands/session/id.ts";
import type { Connection } from "../connection/connection.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { Compress } from "../model/transport.ts";
import type { Logger } from "../util/log.ts";
import type { Limits } from "../wire/limits.ts";
import type { Modes } from "../commands/session/enable.ts";
import type { FolderTurns } from "./folders/folder_turns.ts";
import type { Idling } from "./watch/idling.ts";

/** What all calls of one client share. */
export interface ClientState {
  /** The connection. */
  readonly connection: Connection;
  /** The limits in force. */
  readonly limits: Limits;
  /** Characters of ids in one command, if the caller has set them. */
  readonly ownIds: number | undefined;
  /** Where the client logs. */
  readonly logger: Logger | null;
  /** What ID tells the server after a login; `false`: nothing. */
  readonly introduction: IdFields | false;
  /** Which extensions are switched on after a login. */
  readonly modes: Modes;
  /** Whether the connection is compressed after a login, where it can be. */
  readonly compress: boolean;
  /** Loads what compresses the connection. */
  readonly loadCompression: () => Promise<Compress>;
  /** Lets callers hold folders in turn. */
  readonly turns: FolderTurns;
  /**
   * Whether TLS, where it is on, has the server prove itself by a certificate for its name. A
   * transport of the caller's own is trusted to see to that.
   */
  isVerified: boolean;
  /** Adds a listener for updates, and returns a function that removes it. */
  listen(listener: (response: UntaggedResponse) => void): () => void;
  /** The `idle` or `watch` under way, if there is one. */
  idling: Idling | null;
  /** Whether it is an `idle`. */
  idlingByHand: boolean;
  /** Whether `watchFolders` is under way. */
  watchesFolders: boolean;
}
