import { close, unselect } from "../../commands/folders/folder.ts";
import { select, type SelectResult } from "../../commands/folders/select.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import type { Session } from "../../connection/session.ts";
import { InvalidArgumentError, named } from "../../model/errors.ts";
import { MAX_TIMEOUT } from "../../model/options.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { type Text, toText } from "../../model/text.ts";
import { untilAborted } from "../../util/until_aborted.ts";
import { run, type Scope } from "../scope.ts";
import type { Selected, Turn } from "./folder_turns.ts";
import { HeldFolder } from "./held_folder.ts";

/** How a folder is held. */
export interface HoldOptions {
  /** Whether nothing in it may be changed. */
  readonly readonly?: boolean;
  /** How long to wait for it, in seconds; `null` is no limit. */
  readonly timeout?: number | null;
}

/** How long a call waits while another folder is held, in seconds, unless it says otherwise. */
const WAIT_SECONDS = 60;

/**
 * SELECT or EXAMINE, once no other folder is held. None of these functions is `async`: `Selections`
 * counts the promise reactions between the answer and the caller.
 */
export function selectFolder(
  scope: Scope,
  folder: Text,
  readonly: boolean,
): Promise<SelectResult> {
  return inTurn(scope, toText(folder), select(folder, readonly, !readonly));
}

/** CLOSE, once no folder is held. */
export function closeFolder(scope: Scope): Promise<string> {
  return inTurn(scope, "closeFolder", close());
}

/** UNSELECT, once no folder is held. */
export function unselectFolder(scope: Scope): Promise<string> {
  return inTurn(scope, "unselectFolder", unselect());
}

/**
 * Selects a folder and holds it: until it is released, no other folder is selected. Waits its turn
 * for at most `timeout` seconds; `null` is no limit.
 */
export async function holdFolder(
  scope: Scope,
  folder: Text,
  { readonly = false, timeout = WAIT_SECONDS }: HoldOptions,
): Promise<HeldFolder> {
  checkTimeout(timeout);
  const command = select(folder, readonly, !readonly);
  const { turns } = scope.client;
  const turn = await turns.take({
    name: JSON.stringify(toText(folder)),
    key: `${readonly} ${scope.folderEncode} ${folderKey(folder)}`,
    signal: scope.signal,
    timeout: timeout ?? Infinity,
  });
  try {
    scope.signal?.throwIfAborted();
    const selected = await untilAborted(scope.signal, selectionOf(turn, scope, command));
    return new HeldFolder(folder, selected, () => turns.release(turn));
  } catch (error) {
    turns.release(turn);
    throw error;
  }
}

/** The selection that the holders of a turn share; if it was lost or failed, a new one. */
function selectionOf(
  turn: Turn,
  scope: Scope,
  command: Command<SelectResult>,
): Promise<Selected> {
  const { selections } = scope.client.connection.session;
  const isLost = turn.selected !== null && turn.selected.selection !== selections.current;
  if (turn.selecting === null || isLost) turn.selecting = selectFor(turn, scope, command);
  return turn.selecting;
}

/** Sends the SELECT that the holders of a turn share. It is aborted once all of them have left. */
async function selectFor(
  turn: Turn,
  scope: Scope,
  command: Command<SelectResult>,
): Promise<Selected> {
  turn.selected = null;
  const noting = wrapped(command, {
    effect(session: Session, done: TaggedResponse): void {
      command.effect!(session, done);
      const { current, folder } = session.selections;
      if (folder === null) return;
      session.selections.hold();
      turn.selected = { selection: current, folder };
    },
  });
  try {
    await run({ ...scope, signal: turn.signal }, noting);
    return turn.selected!;
  } catch (error) {
    [turn.selecting, turn.selected] = [null, null];
    throw error;
  }
}

/** Runs a command that changes the folder, once no folder is held any more. */
function inTurn<Result>(scope: Scope, name: string, command: Command<Result>): Promise<Result> {
  return scope.client.turns.isBusy ? runLater(scope, name, command) : run(scope, command);
}

async function runLater<Result>(
  scope: Scope,
  name: string,
  command: Command<Result>,
): Promise<Result> {
  const { client: { turns, connection }, signal } = scope;
  const { selections } = connection.session;
  let turn: Turn;
  selections.waiting++;
  try {
    turn = await turns.take({ name, key: null, signal, timeout: WAIT_SECONDS });
  } finally {
    // No call may come between this and the command that is queued next.
    selections.waiting--;
  }
  try {
    return await run(scope, command);
  } finally {
    // Not at once: the next call of the caller is meant for this folder.
    setTimeout(() => turns.release(turn), 0);
  }
}

function checkTimeout(timeout: number | null): void {
  if (timeout === null) return;
  if (typeof timeout === "number" && timeout >= 0 && timeout <= MAX_TIMEOUT) return;
  throw new InvalidArgumentError(
    `a timeout must be null or from 0 to ${MAX_TIMEOUT} seconds: ${named(timeout)}`,
  );
}
