// What a call does, command by command: most calls take one, some take several.
import { NumberSet } from "@imapclient/imapclient";
import type { Entry, Values } from "./history.ts";
import {
  copy,
  currentFolder,
  isHeld,
  isSelectedByHolder,
  type Origin,
  released,
  remove,
  select,
  type State,
  store,
  withFolder,
  withHold,
} from "./model.ts";
import { type Mail, type Settings, waits } from "./program.ts";

/** The result of a step. */
export interface Taken {
  /**
   * `no`: the server refuses; `readonly`: the folder can't be changed; `unselected`: no folder is
   * selected; `misfit`: the ids are from another folder, or the selected folder was opened for
   * somebody else, so the call must not be carried out; `held`: somebody holds a folder, so this
   * has to wait; `lost`: the folder that the call was made in is no longer selected.
   */
  readonly status: "ok" | "no" | "readonly" | "unselected" | "misfit" | "held" | "lost";
  readonly state: State;
  /** The ids of this step. */
  readonly ids: readonly number[];
  /** The values that the caller gets for them. */
  readonly values?: Values;
  /** The ids whose values may be missing. */
  readonly untold?: readonly number[];
  readonly found?: readonly number[];
  readonly exists?: number;
}

/** One command of a call. */
export type Step = (state: State) => Taken;

/** The steps of a call that succeeds. */
export function stepsOf(entry: Entry, settings: Settings): readonly Step[] {
  const steps = plainSteps(entry, settings);
  if (waits(entry.op)) return steps.map(unlessHeld);
  const { within } = entry;
  return within === null ? steps : steps.map((step) => inHeld(within, step));
}

/** A step that waits while somebody holds a folder. */
function unlessHeld(step: Step): Step {
  return (state) => isHeld(state) ? { status: "held", state, ids: [] } : step(state);
}

/** A step in a folder that was opened. */
function inHeld(opening: string, step: Step): Step {
  return (state) => {
    const isSelected = state.holds.get(opening)?.selection === state.selected?.number;
    return isSelected ? step(state) : { status: "lost", state, ids: [] };
  };
}

function plainSteps(entry: Entry, settings: Settings): readonly Step[] {
  const { op, ids } = entry;
  switch (op.kind) {
    case "select":
      return [(state) => {
        const folder = state.folders.get(op.folder);
        if (folder === undefined) return { status: "no", state: select(state, null), ids };
        const exists = folder.mails.length;
        return { status: "ok", state: select(state, op.folder, op.readonly), ids, exists };
      }];
    case "unselect":
      return [inFolder(entry, (state) => ({ status: "ok", state: select(state, null), ids }))];
    case "close":
      return [inFolder(entry, (state) => {
        const { folder, readonly } = state.selected!;
        const kept = readonly ? state : remove(state, folder, isDeleted);
        return { status: "ok", state: select(kept, null), ids };
      })];
    case "expunge":
      return [changing(entry, (state) => {
        return { status: "ok", state: remove(state, state.selected!.folder, isDeleted), ids };
      })];
    case "search":
      return [inFolder(entry, (state) => searched(state, entry, settings))];
    case "fetch":
    case "fetchEach":
    case "getFlags":
    case "store":
    case "uidExpunge":
      return setsOf(entry, settings).map((set) => byId(entry, set, settings));
    case "copy":
      return setsOf(entry, settings).toReversed().map((set) => copied(entry, set, settings));
    case "move": {
      const sets = setsOf(entry, settings).toReversed();
      if (!settings.without.includes("MOVE")) {
        return sets.map((set) => moved(entry, set, settings));
      }
      return sets.flatMap((set) => movedInSteps(entry, set));
    }
    case "replace":
      return settings.without.includes("REPLACE")
        ? replacedInSteps(entry, settings)
        : [replacedAtOnce(entry, settings)];
    case "watch":
      return [];
    case "open":
      return [(state) => opened(state, entry)];
    case "release":
      return [(state) => ({ status: "ok", state: released(state, op.held), ids })];
    case "append":
      return [(state) => ({ status: "ok", state: appended(state, op.folder, op.mark), ids })];
    case "vanish":
      return [(state) => {
        const gone = remove(state, op.folder, ({ mark }) => mark === op.mark);
        return { status: "ok", state: gone, ids };
      }];
    case "flag":
      return [(state) => ({ status: "ok", state: flagged(state, op.folder, op.mark), ids })];
  }
}

/** Shares the folder that is held, or selects it if nobody holds one. */
function opened(state: State, { name, op, ids }: Entry): Taken {
  if (op.kind !== "open") throw new TypeError(op.kind);
  const { folder, readonly } = op;
  const held = [...state.holds.values()].filter(({ isOpen }) => isOpen);
  if (held.some((other) => other.folder !== folder || other.readonly !== readonly)) {
    return { status: "held", state, ids };
  }
  const hold = { folder, readonly, isOpen: true };
  const shared = held.find(({ selection }) => selection === state.selected?.number);
  if (shared !== undefined) {
    return { status: "ok", state: withHold(state, name, { ...shared, ...hold }), ids };
  }
  const exists = state.folders.get(folder)?.mails.length;
  if (exists === undefined) return { status: "no", state: select(state, null), ids };
  const next = select(state, folder, readonly);
  const { number: selection } = next.selected!;
  return { status: "ok", state: withHold(next, name, { ...hold, selection }), ids, exists };
}

/** Whether a call needs something that the server lacks, or that sequence numbers rule out. */
export function isUnfit({ op, ids }: Entry, { without, numbers }: Settings): boolean {
  if (op.kind === "unselect") return without.includes("UNSELECT");
  if (op.kind === "uidExpunge") {
    return numbers || (without.includes("UIDPLUS") && ids.length > 0);
  }
  if (op.kind === "replace") {
    return ids.length !== 1 || ["REPLACE", "UIDPLUS"].every((name) => without.includes(name));
  }
  if (op.kind !== "move" || ids.length === 0 || !without.includes("MOVE")) return false;
  return numbers || without.includes("UIDPLUS");
}

/** The ids in sets, one for each command that is sent. */
export function setsOf({ ids }: Entry, { idsAtOnce }: Settings): readonly (readonly number[])[] {
  if (ids.length === 0) return [];
  return NumberSet.from(ids).split(idsAtOnce).map((set) => [...set]);
}

const isDeleted = ({ flags }: Mail) => flags.includes("\\Deleted");

/** A step that needs a selected folder, and the one that the ids are from. */
function inFolder(entry: Entry, step: Step): Step {
  return (state) => {
    const { selected, origins } = state;
    const { ids, source, within, op } = entry;
    const isForHolder = within === null && op.kind !== "unselect" && isSelectedByHolder(state);
    if (isForHolder) return { status: "misfit", state, ids };
    if (selected === null) return { status: "unselected", state, ids };
    if (source !== null && ids.length > 0 && origins.get(source)?.folder !== selected.folder) {
      return { status: "misfit", state, ids };
    }
    return step(state);
  };
}

/** A step that needs a folder that can be changed. */
function changing(entry: Entry, step: Step): Step {
  return inFolder(entry, (state) => {
    if (state.selected!.readonly) return { status: "readonly", state, ids: entry.ids };
    return step(state);
  });
}

/**
 * A step about some ids; a sequence number stands for the message that had it when it was found.
 */
function withUids(
  entry: Entry,
  ids: readonly number[],
  settings: Settings,
  step: (state: State, uids: readonly number[]) => Taken,
): Step {
  return (state) => {
    if (!settings.numbers) return step(state, ids);
    const origin = state.origins.get(entry.source!)!;
    const uids = ids.map((id) => origin.uids[entry.ids.indexOf(id)]);
    const isThere = (uid: number) => currentFolder(state).mails.some((mail) => mail.uid === uid);
    const holds = state.selected!.number === origin.selection && uids.every(isThere);
    return holds ? step(state, uids) : { status: "misfit", state, ids };
  };
}

function searched(state: State, { name, op, ids }: Entry, { numbers }: Settings): Taken {
  if (op.kind !== "search") throw new TypeError(op.kind);
  const { mails } = currentFolder(state);
  const wanted = op.flag?.replace(/^UN/, "").toLowerCase();
  const uids = mails.filter(({ mark, flags }) => {
    const has = flags.some((flag) => flag.slice(1).toLowerCase() === wanted);
    return mark.includes(op.subject) && (op.flag === null || has !== op.flag.startsWith("UN"));
  }).map(({ uid }) => uid);
  const origins = new Map(state.origins).set(name, originOf(state, uids));
  // Only the server knows which numbers a session has for them.
  const found = numbers ? uids.map(() => NaN) : uids;
  return { status: "ok", state: { ...state, origins }, ids, found };
}

function originOf(state: State, uids: readonly number[]): Origin {
  const { folder, number } = state.selected!;
  return { folder, selection: number, gone: currentFolder(state).gone, uids };
}

/** A step that reads or changes each message. */
function byId(entry: Entry, ids: readonly number[], settings: Settings): Step {
  const { op } = entry;
  const step = withUids(entry, ids, settings, (state, uids) => {
    if (op.kind === "uidExpunge") {
      const isGone = (mail: Mail) => isDeleted(mail) && uids.includes(mail.uid);
      return { status: "ok", state: remove(state, state.selected!.folder, isGone), ids };
    }
    const { name } = entry;
    if (op.kind === "fetchEach") {
      // It holds nothing, but continues only in the same selection.
      const begun = state.origins.get(name) ?? originOf(state, []);
      if (begun.selection !== state.selected!.number) return { status: "misfit", state, ids };
      state = { ...state, origins: new Map(state.origins).set(name, begun) };
    }
    const next = op.kind === "store" ? store(state, uids, op.action, op.flag) : state;
    if (op.kind === "store" && op.silent) return { status: "ok", state: next, ids };
    const show = (mail: Mail) => {
      const flags = mail.flags.join(" ");
      return op.kind === "fetch" || op.kind === "fetchEach"
        ? `${mail.uid} ${mail.mark} (${flags})`
        : flags;
    };
    const values = told(next, ids, uids, show);
    if (op.kind !== "store" || !settings.terse) return { status: "ok", state: next, ids, values };
    const before = told(state, ids, uids, show);
    const untold = ids.filter((id) => before.get(id) === values.get(id));
    return { status: "ok", state: next, ids, values, untold };
  });
  return op.kind === "store" || op.kind === "uidExpunge"
    ? changing(entry, step)
    : inFolder(entry, step);
}

/** The values of the messages that exist. */
function told(
  state: State,
  ids: readonly number[],
  uids: readonly number[],
  show: (mail: Mail) => string,
): Values {
  const values = new Map<number, string>();
  const { mails } = currentFolder(state);
  ids.forEach((id, i) => {
    const mail = mails.find(({ uid }) => uid === uids[i]);
    if (mail !== undefined) values.set(id, show(mail));
  });
  return values;
}

function copied(entry: Entry, ids: readonly number[], settings: Settings): Step {
  return inFolder(
    entry,
    withUids(entry, ids, settings, (state, uids) => {
      return copyStep(entry, state, { ids, uids }, settings);
    }),
  );
}

/** What is copied: the messages, and the ids that name them. */
interface Copying {
  readonly ids: readonly number[];
  readonly uids: readonly number[];
}

function copyStep(entry: Entry, state: State, { ids, uids }: Copying, settings: Settings): Taken {
  const { op, name } = entry;
  if (op.kind !== "copy" && op.kind !== "move") throw new TypeError(op.kind);
  if (!state.folders.has(op.folder)) {
    // Dovecot does not check the target if there is nothing to copy.
    const isNothing = !currentFolder(state).mails.some(({ uid }) => uids.includes(uid));
    if (settings.terse && isNothing) return { status: "ok", state, ids, values: new Map() };
    return { status: "no", state, ids };
  }
  const { state: next, uids: pairs } = copy(state, uids, op.folder);
  const isTold = !settings.without.includes("UIDPLUS");
  const values = new Map([...isTold ? pairs : []].map(([old, uid]) => [old, String(uid)]));
  const done = new Map([...(state.copied.get(name) ?? []), ...pairs]);
  const copied = new Map(state.copied).set(name, done);
  return { status: "ok", state: { ...next, copied }, ids: settings.numbers ? uids : ids, values };
}

function moved(entry: Entry, ids: readonly number[], settings: Settings): Step {
  return changing(
    entry,
    withUids(entry, ids, settings, (state, uids) => {
      const taken = copyStep(entry, state, { ids, uids }, settings);
      if (taken.status !== "ok") return taken;
      // Except those that were just copied into the same folder.
      const isGone = ({ uid }: Mail) => uids.includes(uid);
      return { ...taken, state: remove(taken.state, state.selected!.folder, isGone) };
    }),
  );
}

/** Without MOVE: search, copy, flag, expunge. */
function movedInSteps(entry: Entry, ids: readonly number[]): readonly Step[] {
  const done = (state: State) => {
    const pairs = state.copied.get(entry.name) ?? new Map<number, number>();
    return ids.filter((id) => pairs.has(id));
  };
  const settings: Settings = { numbers: false, without: [], idsAtOnce: Infinity, terse: false };
  return [
    inFolder(entry, (state) => ({ status: "ok", state, ids: [] })),
    inFolder(entry, (state) => {
      const uids = ids.filter((id) => currentFolder(state).mails.some(({ uid }) => uid === id));
      // With no messages, nothing is sent.
      if (uids.length === 0) return { status: "ok", state, ids, values: new Map() };
      if (state.selected!.readonly) return { status: "readonly", state, ids };
      return copyStep(entry, state, { ids, uids }, settings);
    }),
    inFolder(entry, (state) => {
      return { status: "ok", state: store(state, done(state), "add", "\\Deleted"), ids: [] };
    }),
    inFolder(entry, (state) => {
      const isGone = (mail: Mail) => isDeleted(mail) && done(state).includes(mail.uid);
      return { status: "ok", state: remove(state, state.selected!.folder, isGone), ids: [] };
    }),
  ];
}

/** A step about the message to be replaced, which must be there. */
function ofOld(
  entry: Entry,
  { numbers }: Settings,
  step: (state: State, uid: number) => Taken,
): Step {
  return changing(entry, (state) => {
    const { ids, source } = entry;
    const origin = numbers ? state.origins.get(source!)! : null;
    const uid = origin === null ? ids[0] : origin.uids[0];
    const isOther = origin !== null && origin.selection !== state.selected!.number;
    return isOther ? { status: "misfit", state, ids } : step(state, uid);
  });
}

const has = (state: State, uid: number) => currentFolder(state).mails.some((it) => it.uid === uid);

function replacedAtOnce(entry: Entry, settings: Settings): Step {
  return ofOld(entry, settings, (state, uid) => {
    if (!has(state, uid)) return { status: "no", state, ids: [] };
    const taken = addNew(entry, state, settings);
    if (taken.status !== "ok") return taken;
    const gone = remove(taken.state, state.selected!.folder, (mail) => mail.uid === uid);
    return { ...taken, state: gone };
  });
}

/** Without REPLACE: fetch the UID, append, flag, expunge. */
function replacedInSteps(entry: Entry, settings: Settings): readonly Step[] {
  const step = (take: (state: State, uid: number) => State) =>
    ofOld(entry, settings, (state, uid) => ({ status: "ok", state: take(state, uid), ids: [] }));
  return [
    ofOld(entry, settings, (state, uid) => {
      return { status: has(state, uid) ? "ok" : "no", state, ids: [] };
    }),
    ofOld(entry, settings, (state) => addNew(entry, state, settings)),
    step((state, uid) => store(state, [uid], "add", "\\Deleted")),
    step((state, uid) => {
      const isGone = (mail: Mail) => isDeleted(mail) && mail.uid === uid;
      return remove(state, state.selected!.folder, isGone);
    }),
  ];
}

function addNew({ op, ids, name }: Entry, state: State, { without }: Settings): Taken {
  if (op.kind !== "replace") throw new TypeError(op.kind);
  const folder = state.folders.get(op.folder);
  if (folder === undefined) return { status: "no", state, ids };
  const next = appended(state, op.folder, op.mark);
  const isTold = !without.includes("UIDPLUS");
  const copied = new Map(state.copied).set(name, new Map([[ids[0], folder.next]]));
  const values = new Map(isTold ? [[ids[0], String(folder.next)]] : []);
  return { status: "ok", state: { ...next, copied }, ids, values };
}

function appended(state: State, name: string, mark: string): State {
  const folder = state.folders.get(name)!;
  const mails = [...folder.mails, { uid: folder.next, mark, flags: [] }];
  return withFolder(state, name, { ...folder, mails, next: folder.next + 1 });
}

function flagged(state: State, name: string, mark: string): State {
  const folder = state.folders.get(name)!;
  const mails = folder.mails.map((mail) =>
    mail.mark === mark ? { ...mail, flags: ["\\Flagged"] } : mail
  );
  return withFolder(state, name, { ...folder, mails });
}
