// Looks for an order of the calls, each as a whole, that gives the same results and the same mail.
import type { Entry, History, Outcome, Values } from "./history.ts";
import {
  currentFolder,
  isHeld,
  isSelectedByHolder,
  keyOf,
  mailsKey,
  released,
  type State,
  stateOf,
} from "./model.ts";
import { isByHand, type Mailbox, type Op, selects, type Settings, waits } from "./program.ts";
import { isUnfit, setsOf, type Step, stepsOf, type Taken } from "./steps.ts";

/** What to check. */
export interface Case {
  readonly settings: Settings;
  readonly folders: Mailbox;
  readonly history: History;
  /**
   * Whether no other call may come between the commands of one call. If not, only a selection may
   * not.
   */
  readonly whole?: boolean;
}

/** The result of a check. */
export interface Verdict {
  /** `null`: the search was abandoned. */
  readonly passed: boolean | null;
  /** The order that explains most calls. */
  readonly order: readonly string[];
  /** The calls after it that could not be explained. */
  readonly unexplained: readonly string[];
}

/** How many places the search may visit. */
const MAX_PLACES = 200_000;

/** Checks a run. */
export function check(its: Case): Verdict {
  return new Checker(its).verdict();
}

/** One possible continuation. */
interface Move {
  readonly state: State;
  readonly finished: boolean;
  readonly says: string;
}

/** A place in the search. */
interface Place {
  readonly state: State;
  /** How many steps of each call are done; `OVER` if the call has ended. */
  readonly progress: readonly number[];
}

const OVER = -1;

class Checker {
  readonly #case: Case;
  readonly #entries: readonly Entry[];
  readonly #steps: readonly (readonly Step[])[];
  /** The calls that must come before each call. */
  readonly #before: readonly (readonly number[])[];
  readonly #seen = new Set<string>();
  readonly #path: string[] = [];
  #places = 0;
  #best: { over: number; order: readonly string[]; left: readonly string[] } = {
    over: -1,
    order: [],
    left: [],
  };

  constructor(its: Case) {
    this.#case = its;
    this.#entries = [...its.history.entries].sort((one, other) => one.made - other.made);
    this.#steps = this.#entries.map((entry) => stepsOf(entry, its.settings));
    // A call that sends nothing ends at once, and has no place in the order.
    const sends = (i: number) => {
      const { kind } = this.#entries[i].outcome;
      return kind !== "unfit" && (kind !== "ok" || this.#steps[i].length > 0);
    };
    const mayWait = waitingIn(this.#entries);
    this.#before = this.#entries.map((entry, i) => {
      const isFirst = (j: number) => sends(j) && isBefore(this.#entries[j], entry, mayWait);
      return sends(i) ? [...this.#entries.keys()].filter(isFirst) : [];
    });
  }

  verdict(): Verdict {
    const progress = this.#entries.map(() => 0);
    const passed = this.#visit({ state: stateOf(this.#case.folders), progress });
    const { order, left } = this.#best;
    return {
      passed: !passed && this.#places >= MAX_PLACES ? null : passed,
      order,
      unexplained: left,
    };
  }

  #visit(place: Place): boolean {
    if (this.#places >= MAX_PLACES) return false;
    const key = `${place.progress.join()}|${keyOf(place.state)}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.#places++;
    this.#note(place);
    if (place.progress.every((steps) => steps === OVER)) return this.#isLeft(place.state);
    for (const i of this.#candidates(place)) {
      for (const { state, finished, says } of this.#moves(i, place)) {
        const progress = place.progress.with(i, finished ? OVER : place.progress[i] + 1);
        this.#path.push(`${this.#entries[i].name}${says}`);
        if (this.#visit({ state, progress })) return true;
        this.#path.pop();
      }
    }
    return false;
  }

  /** The calls that may continue now. */
  *#candidates({ progress }: Place): Generator<number> {
    const begun = (i: number) => progress[i] > 0 && !isLazy(this.#entries[i]);
    const running = [...progress.keys()].filter(begun);
    for (const i of progress.keys()) {
      if (progress[i] === OVER || !this.#before[i].every((j) => progress[j] === OVER)) continue;
      const entry = this.#entries[i];
      const holdsUp = running.length > 0 && !begun(i) && entry.by === "client" &&
        !isLazy(entry) && (this.#case.whole || selects(entry.op));
      if (!holdsUp) yield i;
    }
  }

  /** The ways in which a call may continue. */
  *#moves(i: number, { state, progress }: Place): Generator<Move> {
    const entry = this.#entries[i];
    const { outcome, op } = entry;
    const steps = this.#steps[i];
    const at = progress[i];
    const isLast = at + 1 >= steps.length;
    const over = (says: string, next = state): Move => {
      return { state: forget(next, entry), finished: true, says };
    };
    const goOn = (taken: Taken): Move => {
      return isLast
        ? over("", taken.state)
        : { state: taken.state, finished: false, says: `/${at}` };
    };
    if (outcome.kind === "unfit") {
      if (isUnfit(entry, this.#case.settings)) yield over(" unfit");
      return;
    }
    if (outcome.kind === "ok" && isUnfit(entry, this.#case.settings)) return;
    if (this.#isClosed(entry)) {
      if (outcome.kind === "refused") yield over(" refused: closed");
      return;
    }
    if (outcome.kind === "aborted" || isAbortedPartial(outcome)) {
      if (outcome.kind !== "partial" || isPart(outcome.values, entry, state)) {
        yield over(" aborted");
      }
    }
    if (outcome.kind === "refused" && this.#mayRefuse(entry, state)) {
      const missing = setsOf(entry, this.#case.settings).slice(at);
      if (!missing.some((ids) => hasSome(outcome.values, ids))) yield over(" refused");
    }
    if (at >= steps.length) {
      if (outcome.kind === "ok") yield over("");
      return;
    }
    if (outcome.kind === "late") {
      if (op.kind === "open" && op.timeout !== null && this.#mayBeLate(entry, state)) {
        yield over(" too late");
      }
      return;
    }
    const taken = steps[at](state);
    switch (outcome.kind) {
      case "ok":
        if (taken.status === "ok" && this.#agrees(entry, outcome, taken)) yield goOn(taken);
        break;
      case "refused":
        if (isLazy(entry) && taken.status === "ok" && sameValues(outcome.values, taken)) {
          yield goOn(taken);
        }
        break;
      case "no":
      case "readonly":
        if (taken.status === outcome.kind) yield over(` ${outcome.kind}`, taken.state);
        // All who share the opening of a folder get the same refusal.
        if (op.kind === "open" && this.#isShared(entry)) yield over(" no with others");
        else if (taken.status === "ok" && taken.state.folders === state.folders && !isLast) {
          yield goOn(taken);
        }
        break;
      case "aborted":
        // It is unknown what the selection did.
        if (taken.status === "held" || outcome.unsent) break;
        if (op.kind === "open") {
          // A folder that others hold stays open.
          if (taken.state.selections === state.selections) break;
          const closed = released(taken.state, entry.name);
          yield over(" aborted, selected", closed);
          yield over(" aborted, none selected", { ...closed, selected: null });
        } else if (taken.status === "ok" || op.kind === "select") {
          yield goOn(selectsNone(entry, taken));
        }
        break;
      case "partial":
        if (taken.status === "ok") yield { ...goOn(taken), finished: false, state: taken.state };
        // Otherwise a set was refused: by the server, or because numbers have changed since.
        if (
          (taken.status === "no" || taken.status === "readonly" || this.#haveMoved(state)) &&
          isPart(outcome.values, entry, state)
        ) yield over(" in part");
        break;
      default:
        throw new TypeError(`${op.kind} ended with ${outcome.kind}`);
    }
  }

  /** Whether a result agrees with the model. */
  #agrees({ by, ids, op }: Entry, outcome: Outcome & { kind: "ok" }, taken: Taken): boolean {
    if (by === "other") return true;
    const { found, exists, values } = outcome;
    const hasCount = exists !== undefined && taken.exists !== undefined;
    if (hasCount && exists !== taken.exists) return false;
    if (found !== undefined && found.length !== taken.found?.length) return false;
    if (found?.some((id, i) => id !== taken.found![i] && !this.#case.settings.numbers)) {
      return false;
    }
    if (values === undefined || taken.values === undefined) return true;
    // The result must not contain messages that were not asked for.
    const known = op.kind === "copy" || op.kind === "move" ? null : new Set(ids);
    if (known !== null && [...values.keys()].some((id) => !known.has(id))) return false;
    return sameValues(values, taken);
  }

  /** Whether the folder of a call was closed before the call was made. */
  #isClosed({ within, made }: Entry): boolean {
    return within !== null && this.#entries.some((other) => {
      return other.op.kind === "release" && other.op.held === within && other.made < made;
    });
  }

  /** Whether an opening may have waited for others. */
  #mayBeLate(entry: Entry, state: State): boolean {
    const isSelection = (op: Op) => selects(op) && !isByHand(op);
    return isHeld(state) || this.#overlaps(entry, isSelection) ||
      // The answer to an aborted SELECT is waited for, too.
      this.#entries.some(({ by, op, outcome, made }) =>
        by === "client" && isSelection(op) && made < entry.made &&
        outcome.kind === "aborted" && !outcome.unsent
      );
  }

  /** Whether others opened the same folder in the same mode at the same time, and were refused. */
  #isShared(entry: Entry): boolean {
    return this.#overlaps(entry, (op, { kind }) => {
      const isSame = op.kind === "open" && entry.op.kind === "open" &&
        op.folder === entry.op.folder && op.readonly === entry.op.readonly;
      return isSame && kind === "no";
    });
  }

  /** Whether another call of the client was in progress at the same time. */
  #overlaps(entry: Entry, suits: (op: Op, outcome: Outcome) => boolean): boolean {
    return this.#entries.some((other) => {
      return other !== entry && other.by === "client" && suits(other.op, other.outcome) &&
        other.made < entry.ended && entry.made < other.ended;
    });
  }

  /** Whether there is a reason to refuse a call. */
  #mayRefuse(entry: Entry, state: State): boolean {
    const { selected, holds } = state;
    const { op, within } = entry;
    if (op.kind === "open") return false;
    if (op.kind === "watch") return true;
    const isLost = within !== null && holds.get(within)?.selection !== selected?.number;
    // Only a SELECT by hand takes a folder away while calls that were made in it are pending.
    if (isLost) return isLazy(entry) || this.#entries.some((other) => isByHand(other.op));
    if (within === null && isSelectedByHolder(state)) return true;
    if (selected === null || (within === null && this.#overlaps(entry, selects))) return true;
    if (entry.ids.length === 0) return false;
    const origin = entry.source === null ? null : state.origins.get(entry.source);
    if (origin !== null && origin?.folder !== selected.folder) return true;
    const isOther = origin?.selection !== selected.number;
    // The client does not know the folder's name of a SELECT by hand.
    if (isOther && this.#entries.some(({ op }) => op.kind === "select" && op.own)) return true;
    return this.#case.settings.numbers && (this.#haveMoved(state) || isOther);
  }

  /** Whether ids are sequence numbers, and messages have gone since the folder was selected. */
  #haveMoved(state: State): boolean {
    const { selected } = state;
    if (!this.#case.settings.numbers || selected === null) return false;
    return currentFolder(state).gone !== selected.gone;
  }

  #isLeft({ folders }: State): boolean {
    const { left } = this.#case.history;
    return [...folders].every(([name, { mails }]) => mailsKey(mails) === mailsKey(left[name]));
  }

  #note({ progress }: Place): void {
    const over = progress.filter((steps) => steps === OVER).length;
    if (over <= this.#best.over) return;
    const left = this.#entries.filter((_, i) => progress[i] !== OVER).map(({ name }) => name);
    this.#best = { over, order: [...this.#path], left: left.length > 0 ? left : ["what is left"] };
  }
}

/**
 * Whether a call may be carried out after a later call of its task. It waits while somebody holds a
 * folder. A call in the folder that it selects must not come first. A folder is closed at once, and
 * calls made before that still run.
 */
type MayWait = (one: Entry, other: Entry) => boolean;

function waitingIn(entries: readonly Entry[]): MayWait {
  const isHeld = entries.some(({ op }) => op.kind === "open");
  const byHand = entries.some(({ op }) => isByHand(op));
  return (one, other) => {
    if (one.op.kind === "open" || other.op.kind === "release") return true;
    if (!isHeld || !waits(one.op)) return false;
    const { kind } = other.outcome;
    if (kind === "refused" || kind === "aborted" || byHand) return true;
    const { op, within } = other;
    return within !== null || op.kind === "open";
  };
}

/** Whether one call must be carried out before another. */
function isBefore(one: Entry, other: Entry, mayWait: MayWait): boolean {
  if (one === other) return false;
  const isSame = one.by === other.by;
  const isOfTask = isSame && one.task === other.task && one.made < other.made;
  if (isOfTask && !isLazy(one) && !mayWait(one, other)) return true;
  // The server may still carry out an abandoned call while another session is already working.
  if (!isSame && one.outcome.kind !== "ok") return false;
  return one.ended < other.made;
}

/** Whether a call sends its next command only on demand. */
function isLazy({ op }: Entry): boolean {
  return op.kind === "fetchEach" || op.kind === "watch";
}

function isAbortedPartial(outcome: Outcome): outcome is Outcome & { kind: "partial" } {
  return outcome.kind === "partial" && outcome.aborted;
}

/** A selection that was abandoned after it was sent leaves no folder selected. */
function selectsNone({ op }: Entry, taken: Taken): Taken {
  if (!selects(op)) return taken;
  return { ...taken, state: { ...taken.state, selected: null } };
}

/** Whether an error names what had been copied, and nothing else. */
function isPart(values: Values, { name, outcome }: Entry, state: State): boolean {
  const copied = state.copied.get(name) ?? new Map<number, number>();
  const isKnown = [...values].every(([id, uid]) => String(copied.get(id)) === uid);
  const isAll = values.size === copied.size || values.size === 0;
  return isKnown && (isAbortedPartial(outcome) || isAll);
}

function hasSome(values: Values | undefined, ids: readonly number[]): boolean {
  return values !== undefined && ids.some((id) => values.has(id));
}

/** Whether the ids of a step have the predicted values. */
function sameValues(values: Values | undefined, taken: Taken): boolean {
  return taken.ids.every((id) => {
    const value = values?.get(id);
    if (value === undefined && taken.untold?.includes(id)) return true;
    return value === taken.values?.get(id);
  });
}

/** When the call is over, its copies are no longer needed. */
function forget(state: State, { name }: Entry): State {
  if (!state.copied.has(name)) return state;
  const copied = new Map(state.copied);
  copied.delete(name);
  return { ...state, copied };
}
