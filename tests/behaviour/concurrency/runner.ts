// Runs programs, and records the result of each call.
import { type Folder, type MessageIds, NumberSet } from "@imapclient/imapclient";
import { callOf } from "./calls.ts";
import type { Entry, History, Outcome } from "./history.ts";
import { idsOf, type Op, type Planned, type Program, waits } from "./program.ts";
import type { Scene, Stage } from "./scene.ts";

/** A program that takes longer hangs, in milliseconds. */
const LONGEST = 20_000;
/** How many turns a task that holds a folder waits for another one: it would wait for itself. */
const PATIENCE = 60;

/** Runs a program on a stage of its own. */
export async function run(
  program: Program,
  stage: Stage,
  said?: (line: string) => void,
): Promise<History> {
  const scene = await stage(program, said);
  try {
    return await new Run(program, scene).history();
  } finally {
    await scene.close();
  }
}

/** The ids that a call is made with. */
interface Given {
  readonly as: MessageIds;
  /** In ascending order. */
  readonly ids: readonly number[];
  /** The search that they are from, if they remember it. */
  readonly source: string | null;
}

/** A call in progress. */
interface Made {
  /** Its entry without the end. */
  readonly begun: Omit<Entry, "outcome" | "ended">;
  /** Settles in any case. */
  readonly settled: Promise<void>;
  readonly stop: () => void;
}

class Run {
  readonly #program: Program;
  readonly #scene: Scene;
  readonly #entries: Entry[] = [];
  readonly #open = new Set<Made>();
  /** What searches found, by their names. */
  readonly #found = new Map<string, number[]>();
  /** What was opened, by the names of the openings. */
  readonly #folders = new Map<string, Folder>();
  /** The openings whose folders may be held now, with their tasks. */
  readonly #holding = new Map<string, number>();
  #moment = 0;

  constructor(program: Program, scene: Scene) {
    this.#program = program;
    this.#scene = scene;
  }

  async history(): Promise<History> {
    const { prelude, tasks } = this.#program;
    const all = this.#calls(prelude, -1)
      .then(() =>
        Promise.all(tasks.map(({ by, calls }, i) => {
          return by === "client" ? this.#calls(calls, i) : this.#meddling(calls, i);
        }))
      )
      // What was abandoned may still be in progress.
      .then(() => this.#scene.client.noop());
    if (!await endsInTime(all)) this.#noteHanging();
    return { entries: this.#entries, left: await this.#scene.left() };
  }

  #noteHanging(): void {
    const outcome: Outcome = { kind: "error", error: "it does not end" };
    for (const { begun } of this.#open) this.#note(begun, outcome);
    if (this.#open.size === 0) throw new Error("what was given up does not end");
  }

  async #calls(calls: readonly Planned[], task: number): Promise<void> {
    const open: Made[] = [];
    for (const planned of calls) {
      await this.#scene.pause(planned.pause);
      const { op, name } = planned;
      if (op.kind === "release") {
        await this.#release(name, op.held, task);
        continue;
      }
      const made = this.#make(planned, task);
      if (planned.awaited && op.kind !== "watch") await made?.settled;
      else if (made !== null) open.push(made);
    }
    for (const { begun, stop } of open) if (begun.op.kind === "watch") stop();
    await Promise.all(open.map(({ settled }) => settled));
    for (const [name, its] of [...this.#holding]) {
      if (its === task) await this.#release(`${name}'s`, name, task);
    }
  }

  /** Closes a folder, if it was opened. */
  async #release(name: string, held: string, task: number): Promise<void> {
    const folder = this.#folders.get(held);
    if (folder === undefined) return;
    const op: Op = { kind: "release", held };
    const made = this.#moment++;
    const closed = folder.close();
    this.#holding.delete(held);
    const begun = { name, op, task, made, ids: [], source: null, within: null } as const;
    this.#note({ ...begun, by: "client" }, { kind: "ok" });
    await closed;
  }

  async #meddling(calls: readonly Planned[], task: number): Promise<void> {
    for (const { name, op, pause } of calls) {
      await this.#scene.pause(pause);
      const made = this.#moment++;
      await this.#scene.meddle(op);
      const begun = { name, op, task, made, ids: [], source: null, within: null } as const;
      this.#note({ ...begun, by: "other" }, { kind: "ok" });
    }
  }

  /** Makes a call; `null` if its ids were not found or its folder was not opened. */
  #make(planned: Planned, task: number): Made | null {
    const { name, op, within } = planned;
    const given = this.#given(op);
    const folder = within === null ? null : this.#folders.get(within);
    if (given === null || folder === undefined) return null;
    const abort = planned.abort ?? (this.#waitsForItself(op, task) ? PATIENCE : null);
    const { as, ids, source } = given;
    const controller = new AbortController();
    const stop = () => controller.abort(new Error("given up"));
    if (abort !== null && abort < 0) stop();
    const made = this.#moment++;
    const begun = { name, by: "client", task, op, within, ids, source, made } as const;
    if (op.kind === "open") this.#holding.set(name, task);
    const call = callOf(this.#scene, {
      op,
      ids: as,
      folder,
      signal: controller.signal,
      found: (list) => void this.#found.set(name, list),
      opened: (folder) => void this.#folders.set(name, folder),
    });
    if (abort === 0) stop();
    if (abort !== null && abort > 0) void this.#scene.pause(abort).then(stop);
    const settled = call.then((outcome) => {
      this.#open.delete(it);
      if (op.kind === "open" && outcome.kind !== "ok") this.#holding.delete(name);
      const unsent = outcome.kind === "aborted" && abort !== null && abort <= 0;
      this.#note(begun, unsent ? { kind: "aborted", unsent } : outcome);
    });
    const it: Made = { begun, settled, stop };
    this.#open.add(it);
    return it;
  }

  /** Whether a call has to wait until its own task closes a folder that it holds or is opening. */
  #waitsForItself(op: Op, task: number): boolean {
    if (!waits(op) && !(op.kind === "open" && op.timeout === null)) return false;
    return [...this.#holding.values()].includes(task);
  }

  #note(begun: Made["begun"], outcome: Outcome): void {
    this.#entries.push({ ...begun, outcome, ended: this.#moment++ });
  }

  #given(op: Op): Given | null {
    const ids = idsOf(op);
    if (ids === null) return { as: [], ids: [], source: null };
    if ("literal" in ids) return { as: ids.literal, ids: ids.literal, source: null };
    const { from, as } = ids;
    const found = this.#found.get(from);
    if (found === undefined) return null;
    const given = as === "found" ? found : as === "set" ? NumberSet.from(found) : [...found];
    const sorted = found.toSorted((one, other) => one - other);
    return { as: given, ids: sorted, source: as === "copy" ? null : from };
  }
}

/** Whether a promise settles in time. */
async function endsInTime(promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LONGEST);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
