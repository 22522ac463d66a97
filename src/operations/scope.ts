import { wrapped } from "../commands/wrapped.ts";
import type { CallRequest } from "../connection/call.ts";
import type { Command } from "../connection/command.ts";
import type { SelectedFolder } from "../connection/selected_folder.ts";
import { decodeFolderName } from "../mime/utf7.ts";
import { IllegalStateError, InvalidArgumentError } from "../model/errors.ts";
import type { FolderName } from "../model/folder_name.ts";
import { foundIn } from "../model/found_in.ts";
import { type MessageIds, NumberSet } from "../model/number_set.ts";
import type { Progress } from "../model/responses.ts";
import { SAVED } from "../model/saved.ts";
import type { CommandWriter } from "../wire/writer.ts";
import type { ClientState } from "./client_state.ts";
import { withinLimit } from "./messages/message_limit.ts";
import { savedIds } from "./saved_ids.ts";

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up. If it was sent already, its answer is read and thrown away. */
  readonly signal?: AbortSignal;
  /**
   * Called with how far the server is, if it says so while the call takes long (INPROGRESS, RFC
   * 9585). The numbers are for display: they may go back, and count whatever the server likes. If
   * the function throws, the call fails with that.
   */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * What a call's meaning depends on, taken when the call is made. A later change of the client's
 * settings, or of the selected folder, does not change it.
 */
export interface Scope extends CallRequest {
  /** The client whose call it is. */
  readonly client: ClientState;
  /** Whether message ids are UIDs. */
  readonly uid: boolean;
  /** Whether dates print in local time. */
  readonly normaliseTimes: boolean;
}

/** The names of the options that a call has besides those of every call. */
export type OptionNames = Readonly<Record<string, true>>;

/** Makes the scope of a call. Throws where no call can be made any more. */
export type MakeScope = (options: CallOptions, names?: OptionNames) => Scope;

/** The message ids of a call. */
export interface ScopedIds {
  /** As many sets as it takes for one command each; none if there is nothing to ask for. */
  readonly sets: readonly NumberSet[];
  /** The call's scope, and what the ids add to it. */
  readonly scope: Scope;
}

/** Runs one command. */
export function run<Result>(scope: Scope, command: Command<Result>): Promise<Result> {
  return scope.client.connection.run(command, scope);
}

/** Runs a command that the caller wrote. */
export function runOwn<Result>(scope: Scope, command: Command<Result>): Promise<Result> {
  if (typeof command.name === "string") return run(scope, forgettingSaved(scope, command));
  throw new InvalidArgumentError(`a command's name must be text, not ${typeof command.name}`);
}

/** A command of the caller's own may save another result as `$`. */
function forgettingSaved<Result>({ client }: Scope, command: Command<Result>): Command<Result> {
  if (!/SEARCH|SORT/i.test(command.name)) return command;
  return wrapped(command, {
    write(out: CommandWriter): void {
      client.connection.session.selections.saved = null;
      command.write?.(out);
    },
  });
}

/**
 * Runs several commands as one call: nothing that is queued later comes in between. What is part of
 * such a call already goes on in its place.
 */
export function runWhole<Result>(
  scope: Scope,
  body: (scope: Scope) => Promise<Result>,
): Promise<Result> {
  return scope.place === undefined ? scope.client.connection.runWhole(scope, body) : body(scope);
}

/** The folder that a call is for, if it is selected already. */
export function folderOf({ client, selection }: Scope): SelectedFolder | null {
  return client.connection.session.selections.folderOf(selection);
}

/** Splits a call's message ids into sets, and adds to its scope where they were found. */
export function idsOf(messages: MessageIds, scope: Scope): ScopedIds {
  if (messages === SAVED) return idsOf(savedIds(scope), scope);
  const ids = NumberSet.from(messages);
  const place = foundIn(messages);
  if (place !== undefined && place.uid !== scope.uid) {
    const [were, are] = place.uid ? ["UIDs", "off"] : ["sequence numbers", "on"];
    throw new IllegalStateError(`the message ids are ${were}, and useUid is ${are}: search again`);
  }
  // An empty folder has no number and no `*`: servers answer BAD. Numbers that a search found
  // belonged to other messages then, and are refused like any that have moved.
  const isEmpty = place === undefined && !scope.uid && folderOf(scope)?.exists === 0;
  return {
    sets: ids.isEmpty || isEmpty ? [] : setsOf(ids, scope, place !== undefined),
    scope: place === undefined && scope.uid
      ? scope
      : { ...scope, foundIn: place, byNumber: !scope.uid && !ids.isEverything },
  };
}

/** As many sets as it takes for one command each; `isKnown`: there is a message for each id. */
export function setsOf(ids: NumberSet, scope: Scope, isKnown: boolean): readonly NumberSet[] {
  const budget = idsBudget(scope);
  const { messageLimit } = scope.client.connection.session;
  if (messageLimit === Infinity) return ids.split(budget);
  const sets = withinLimit(ids, messageLimit, isKnown, folderOf(scope)?.exists);
  return sets.flatMap((set) => set.split(budget));
}

/** Characters of ids in one command: what the caller allows, else what the server takes. */
function idsBudget({ client }: Scope): number {
  const { ids } = client.connection.session.server.quirks;
  return client.ownIds ?? ids ?? client.limits.ids;
}

/** How folder names are read in the answer to a call. */
export function nameDecoder({ client, folderEncode }: Scope): (name: Uint8Array) => FolderName {
  if (!folderEncode) return (name) => name;
  const { session } = client.connection;
  const { rawNames } = session;
  return (name) => session.utf8 ? decodeFolderName(name, true) : rawNames.read(name);
}
