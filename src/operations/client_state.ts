import type { IdFields } from "../commands/session/id.ts";
import type { Connection } from "../connection/connection.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { Logger } from "../util/log.ts";
import type { Limits } from "../wire/limits.ts";
import type { FolderTurns } from "./folders/folder_turns.ts";
import type { Idling } from "./watch/idling.ts";

/** What all calls of one client share. */
export interface ClientState {
  /** The connection. */
  readonly connection: Connection;
  /** The limits in force. */
  readonly limits: Limits;
  /** Where the client logs. */
  readonly logger: Logger | null;
  /** What ID tells the server after a login; `false`: nothing. */
  readonly introduction: IdFields | false;
  /** Who may select a folder, and when. */
  readonly turns: FolderTurns;
  /** Calls a listener with news; returns how to stop that. */
  listen(listener: (response: UntaggedResponse) => void): () => void;
  /** What waits for news, if anything does. */
  idling: Idling | null;
  /** Whether `idle` began that, not `watch`. */
  idlingByHand: boolean;
}
