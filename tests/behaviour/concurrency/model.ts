// A model of an account and one session's selection, as plain values, and what each whole call does
// to them.
import type { Mail, Mailbox } from "./program.ts";

/** A folder of the model. */
export interface Folder {
  readonly mails: readonly Mail[];
  /** The UID of the next message. */
  readonly next: number;
  /** How many messages have been removed. */
  readonly gone: number;
}

/** The selected folder. */
export interface Selected {
  readonly folder: string;
  readonly readonly: boolean;
  /** The number of this selection. */
  readonly number: number;
  /** How many messages had been removed by then. */
  readonly gone: number;
}

/** Where and when a search found its ids, and which messages they stand for. */
export interface Origin {
  readonly folder: string;
  readonly selection: number;
  readonly gone: number;
  readonly uids: readonly number[];
}

/** A folder that was opened. */
export interface Hold {
  readonly folder: string;
  readonly readonly: boolean;
  /** Its selection. */
  readonly selection: number;
  /** Whether it has not been closed yet. */
  readonly isOpen: boolean;
}

/** Everything that calls depend on. */
export interface State {
  readonly folders: ReadonlyMap<string, Folder>;
  readonly selected: Selected | null;
  /** How many selections there have been. */
  readonly selections: number;
  /** The open folders, by the name of the opening. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** The results of searches, by the name of the search. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** What calls in progress have copied: new UIDs by old ones. */
  readonly copied: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** An account at the beginning. */
export function stateOf(mailbox: Mailbox): State {
  const folders = Object.entries(mailbox).map(([name, mails]): [string, Folder] => {
    return [name, { mails, next: (mails.at(-1)?.uid ?? 0) + 1, gone: 0 }];
  });
  return {
    folders: new Map(folders),
    selected: null,
    selections: 0,
    holds: new Map(),
    origins: new Map(),
    copied: new Map(),
  };
}

/** A text that is equal for equal states. */
export function keyOf({ folders, selected, holds, origins, copied }: State): string {
  const parts: string[] = [];
  for (const [, folder] of folders) parts.push(folderKey(folder));
  parts.push(selected === null ? "" : Object.values(selected).join());
  for (const [name, hold] of holds) parts.push(`${name} ${hold.selection} ${hold.isOpen}`);
  for (const [name, origin] of origins) parts.push(`${name} ${Object.values(origin).join()}`);
  for (const [name, uids] of copied) parts.push(`${name} ${[...uids].join()}`);
  return parts.join(";");
}

const keys = new WeakMap<Folder, string>();

function folderKey(folder: Folder): string {
  let key = keys.get(folder);
  if (key === undefined) {
    key = `${folder.next}.${folder.gone}.${mailsKey(folder.mails)}`;
    keys.set(folder, key);
  }
  return key;
}

/** A text that is equal for equal messages. */
export function mailsKey(mails: readonly Mail[]): string {
  return mails.map(({ uid, mark, flags }) => `${uid} ${mark} ${flags.join(" ")}`).join();
}

/** The selected folder; there must be one. */
export function currentFolder({ folders, selected }: State): Folder {
  return folders.get(selected!.folder)!;
}

/** The state with one folder replaced. */
export function withFolder(state: State, name: string, folder: Folder): State {
  return { ...state, folders: new Map(state.folders).set(name, folder) };
}

/** Selects an existing folder, or none. */
export function select(state: State, name: string | null, readonly = false): State {
  const selections = state.selections + 1;
  if (name === null) return { ...state, selected: null, selections };
  const { gone } = state.folders.get(name)!;
  return { ...state, selected: { folder: name, readonly, number: selections, gone }, selections };
}

/** Whether somebody holds a folder. */
export function isHeld({ holds }: State): boolean {
  return [...holds.values()].some(({ isOpen }) => isOpen);
}

/** Whether the selected folder was selected for the task that opened it. */
export function isSelectedByHolder({ selected, holds }: State): boolean {
  return selected !== null &&
    [...holds.values()].some(({ selection }) => selection === selected.number);
}

/** The state with a folder that was opened, or failed to open. */
export function withHold(state: State, name: string, hold: Hold): State {
  return { ...state, holds: new Map(state.holds).set(name, hold) };
}

/** The state after a folder was closed; closing it again does nothing. */
export function released(state: State, name: string): State {
  const hold = state.holds.get(name);
  return hold === undefined ? state : withHold(state, name, { ...hold, isOpen: false });
}

/** Changes flags of messages in the selected folder. Missing messages are ignored. */
export function store(
  state: State,
  uids: readonly number[],
  action: "add" | "remove",
  flag: string,
): State {
  const folder = currentFolder(state);
  const mails = folder.mails.map((mail): Mail => {
    if (!uids.includes(mail.uid) || mail.flags.includes(flag) === (action === "add")) return mail;
    const others = mail.flags.filter((it) => it !== flag);
    return { ...mail, flags: action === "add" ? [...others, flag].sort() : others };
  });
  return withFolder(state, state.selected!.folder, { ...folder, mails });
}

/** Removes messages from a folder. */
export function remove(state: State, name: string, isGone: (mail: Mail) => boolean): State {
  const folder = state.folders.get(name)!;
  const mails = folder.mails.filter((mail) => !isGone(mail));
  const gone = folder.gone + folder.mails.length - mails.length;
  return withFolder(state, name, { ...folder, mails, gone });
}

/** Copies messages of the selected folder; returns the new UIDs by the old ones. */
export function copy(
  state: State,
  uids: readonly number[],
  to: string,
): { state: State; uids: Map<number, number> } {
  const pairs = new Map<number, number>();
  const target = state.folders.get(to)!;
  const mails = [...target.mails];
  let { next } = target;
  for (const mail of currentFolder(state).mails) {
    if (!uids.includes(mail.uid)) continue;
    pairs.set(mail.uid, next);
    mails.push({ ...mail, uid: next++ });
  }
  return { state: withFolder(state, to, { ...target, mails, next }), uids: pairs };
}
