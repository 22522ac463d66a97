import { close, unselect } from "../../commands/folders/folder.ts";
import {
  type Resynced,
  type ResyncRequest,
  selectCondstore,
  selectResync,
} from "../../commands/folders/resync.ts";
import { select, type SelectResult } from "../../commands/folders/select.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { folderKey } from "../../connection/selected_folder.ts";
import type { Session } from "../../connection/session.ts";
import { IllegalStateError, InvalidArgumentError, named } from "../../model/errors.ts";
import { MAX_TIMEOUT } from "../../model/options.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { type Text, toText } from "../../model/text.ts";
import { untilAborted } from "../../util/until_aborted.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { run, type Scope } from "../scope.ts";
import { checkQresync, enableQresync } from "../session/qresync.ts";
import type { Selected, Turn, TurnRequest } from "./folder_turns.ts";
import { HeldFolder } from "./held_folder.ts";

/** How a folder is selected. */
export interface SelectHow {
  /** Whether nothing in it may be changed. */
  readonly readonly?: boolean;
  /** Whether the server reports mod-sequences. */
  readonly condstore?: boolean;
  /** What is known of it; the server reports what has changed. */
  readonly resync?: ResyncRequest;
}

/** How a folder is held. */
export interface HoldOptions extends SelectHow {
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
  how: SelectHow,
): Promise<SelectResult> {
  return inTurn(scope, toText(folder), selection(scope, folder, how));
}

function selection(scope: Scope, folder: Text, how: SelectHow): Change<SelectResult> {
  const { readonly = false, condstore = false, resync } = how;
  const command = select(folder, readonly, !readonly);
  if (resync === undefined) return { command: condstore ? selectCondstore(command) : command };
  const { session } = scope.client.connection;
  const takesSample = () => !session.server.quirks.badSequenceMatch;
  const resyncing = selectResync(command, resync, scope.client.limits, takesSample);
  const checked = wrapped(resyncing, {
    write(out: CommandWriter): void {
      checkQresync(session);
      if (resync.sequenceMatch !== undefined) checkNumbers(session);
      resyncing.write!(out);
    },
  });
  return { command: checked, prepare: () => enableQresync(scope) };
}

/** There are no sequence numbers to match with UIDONLY (RFC 9586 section 3.5). */
function checkNumbers(session: Session): void {
  if (!session.enabled.has("UIDONLY")) return;
  throw new IllegalStateError(
    "SELECT was not sent: 'resync.sequenceMatch' has sequence numbers, which UIDONLY switched off",
  );
}

/** CLOSE, once no folder is held. */
export function closeFolder(scope: Scope): Promise<string> {
  return inTurn(scope, "closeFolder", { command: close() });
}

/** UNSELECT, once no folder is held. */
export function unselectFolder(scope: Scope): Promise<string> {
  return inTurn(scope, "unselectFolder", { command: unselect() });
}

/**
 * Selects a folder and holds it: until it is released, no other folder is selected. Waits its turn
 * for at most `timeout` seconds; `null` is no limit.
 */
export async function holdFolder(
  scope: Scope,
  folder: Text,
  { timeout = WAIT_SECONDS, ...how }: HoldOptions,
): Promise<HeldFolder> {
  checkTimeout(timeout);
  const own = selection(scope, folder, how);
  const asks = how.resync !== undefined ? "resync" : how.condstore ? "condstore" : undefined;
  const { turns } = scope.client;
  const turn = await turns.take({
    name: JSON.stringify(toText(folder)),
    key: `${how.readonly ?? false} ${scope.folderEncode} ${folderKey(folder)}`,
    asks,
    signal: scope.signal,
    timeout: timeout ?? Infinity,
  });
  try {
    scope.signal?.throwIfAborted();
    const selected = await untilAborted(scope.signal, sharedSelection(turn, scope, own, asks));
    const changes = asks === "resync" ? selected.result as SelectResult & Resynced : null;
    return new HeldFolder(folder, selected, () => turns.release(turn), changes);
  } catch (error) {
    turns.release(turn);
    throw error;
  }
}

/** The selection that the holders of a turn share. One that asked for more may fail by that. */
async function sharedSelection(
  turn: Turn,
  scope: Scope,
  own: Change<SelectResult>,
  asks: TurnRequest["asks"],
): Promise<Selected> {
  const isOthers = turn.selecting !== null && turn.request.asks !== asks;
  try {
    return await selectionOf(turn, scope, own);
  } catch (error) {
    if (!isOthers) throw error;
    return await selectionOf(turn, scope, own);
  }
}

/** The selection that the holders of a turn share; if it was lost or failed, a new one. */
function selectionOf(turn: Turn, scope: Scope, own: Change<SelectResult>): Promise<Selected> {
  const { selections } = scope.client.connection.session;
  const isLost = turn.selected !== null && turn.selected.selection !== selections.current;
  if (turn.selecting === null || isLost) turn.selecting = selectFor(turn, scope, own);
  return turn.selecting;
}

/** Sends the SELECT that the holders of a turn share. It is aborted once all of them have left. */
async function selectFor(
  turn: Turn,
  scope: Scope,
  { command, prepare }: Change<SelectResult>,
): Promise<Selected> {
  turn.selected = null;
  let selected!: Selected;
  const noting = wrapped(command, {
    effect(session: Session, done: TaggedResponse): void {
      command.effect!(session, done);
      const { current, folder } = session.selections;
      if (folder === null) return;
      session.selections.hold();
      turn.selected = selected = { selection: current, folder };
    },
  });
  try {
    prepare?.();
    const result = await run({ ...scope, signal: turn.signal }, noting);
    return { ...selected, result };
  } catch (error) {
    [turn.selecting, turn.selected] = [null, null];
    throw error;
  }
}

/** Runs a command that changes the folder, once no folder is held any more. */
export function inTurn<Result>(
  scope: Scope,
  name: string,
  change: Change<Result>,
): Promise<Result> {
  if (scope.client.turns.isBusy) return runLater(scope, name, change);
  change.prepare?.();
  return (change.run ?? run)(scope, change.command);
}

/** A command that changes the folder, and what has to be queued before it. */
export interface Change<Result> {
  readonly command: Command<Result>;
  prepare?(): void;
  /** Runs the command in another way than the usual one. */
  run?(scope: Scope, command: Command<Result>): Promise<Result>;
}

async function runLater<Result>(
  scope: Scope,
  name: string,
  { command, prepare, run: runIt = run }: Change<Result>,
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
    prepare?.();
    return await runIt(scope, command);
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
