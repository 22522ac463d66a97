import { Random } from "../../support/random.ts";
import type { Ids, Mail, Mailbox, Op, Planned, Program, Settings, Task } from "./program.ts";

const FLAGS = ["\\Answered", "\\Flagged", "\\Seen", "\\Deleted"];
/** How the marks of stable messages begin; both contain an "e", which no other mark does. */
const COLOURS = ["red", "blue"];
/** How long opening a folder may wait if the task already holds one, in seconds. */
const SOON = [0, 0.002];
/** A folder that does not exist. */
const NOWHERE = "Nowhere";

/** What kind of programs to generate. */
export interface Profile {
  /** The sets of capabilities that the server may lack. */
  readonly without: readonly (readonly string[])[];
  /** Whether the server reports flags only if a STORE changed them. */
  readonly terse: boolean;
}

/** Generates the program of a seed. */
export function makeProgram(seed: number, profile: Profile): Program {
  return new Generator(seed, profile).program();
}

class Generator {
  readonly #seed: number;
  readonly #profile: Profile;
  readonly #random: Random;
  #folders: Mailbox = {};
  #calls = 0;
  #numbers = false;
  /** The UIDs at which all folders begin with a message that others may remove. */
  #vagrant: readonly number[] = [];
  #length = 0;
  /** Whether some tasks hold folders. */
  #isHolding = false;

  constructor(seed: number, profile: Profile) {
    this.#seed = seed;
    this.#profile = profile;
    // Otherwise neighbouring seeds would begin alike.
    this.#random = new Random(Math.imul(seed + 1, 0x9e3779b1));
  }

  program(): Program {
    const settings = this.#settings();
    this.#folders = this.#mailbox();
    const prelude = this.#chance(70) ? [this.#plan(this.#select(), { calm: true })] : [];
    this.#isHolding = this.#chance(40);
    const tasks: Task[] = [];
    for (let left = 2 + this.#below(3); left > 0; left--) {
      tasks.push({ by: "client", calls: this.#ofClient() });
    }
    if (this.#chance(60)) tasks.push({ by: "other", calls: this.#news() });
    return { seed: this.#seed, settings, folders: this.#folders, prelude, tasks };
  }

  #settings(): Settings {
    this.#numbers = this.#chance(25);
    return {
      numbers: this.#numbers,
      without: this.#random.pick(this.#profile.without),
      idsAtOnce: this.#random.pick([4, 4, 8, 8000]),
      terse: this.#profile.terse,
    };
  }

  #mailbox(): Mailbox {
    const names = ["A", "B", "C"].slice(0, 2 + this.#below(2));
    this.#length = 3 + this.#below(4);
    this.#vagrant = Array.from({ length: this.#length }, (_, i) => i + 1)
      .filter(() => this.#chance(25));
    return Object.fromEntries(names.map((name) => [name, this.#mails(name)]));
  }

  #mails(folder: string): Mail[] {
    return Array.from({ length: this.#length }, (_, i) => {
      const isVagrant = this.#vagrant.includes(i + 1);
      const mark = `${isVagrant ? "vagrant" : this.#random.pick(COLOURS)} ${folder}${i + 1}`;
      const flags = isVagrant ? [] : FLAGS.filter(() => this.#chance(15));
      return { uid: i + 1, mark, flags: flags.sort() };
    });
  }

  #ofClient(): Planned[] {
    return this.#isHolding && this.#chance(65) ? this.#holding() : this.#sequence();
  }

  /** Opens folders, does something in each, and closes them, mostly in the right way. */
  #holding(): Planned[] {
    const calls: Planned[] = [];
    const searches: string[] = [];
    const held: string[] = [];
    const add = (op: Op, within: string | null) => {
      const call = { ...this.#plan(op, {}), within };
      if (op.kind === "search") searches.push(call.name);
      calls.push(call);
      return call.name;
    };
    const open = (timeout: number | null) => {
      const [folder, readonly] = [this.#target(), this.#chance(25)];
      const last = add({ kind: "open", folder, readonly, timeout }, null);
      held.push(last);
      return last;
    };
    const release = (name: string) => calls.push(this.#release(name));
    for (let folders = this.#chance(75) ? 1 : 2; folders > 0; folders--) {
      const name = open(null);
      if (this.#chance(60)) add(this.#search(), name);
      for (let left = 1 + this.#below(3); left > 0; left--) {
        // Sometimes another folder, which has to wait for this one, or the client's own folder.
        const draw = this.#below(100);
        if (draw < 12) open(this.#chance(70) ? this.#random.pick(SOON) : null);
        else if (draw < 24) add(this.#any(searches), null);
        else add(this.#inFolder(searches), this.#chance(90) ? name : this.#random.pick(held));
      }
      if (this.#chance(85)) release(name);
      if (this.#chance(15)) release(this.#random.pick(held));
      if (this.#chance(25)) add(this.#inFolder(searches), this.#random.pick(held));
    }
    return calls;
  }

  #release(held: string): Planned {
    const { pause } = this.#plan({ kind: "expunge" }, {});
    return { ...this.#plan({ kind: "release", held }, { calm: true }), pause };
  }

  #sequence(): Planned[] {
    const calls: Planned[] = [];
    const searches: string[] = [];
    const length = 2 + this.#below(4);
    // Many tasks do the usual: select a folder, search it, do something with the result.
    const usual: (() => Op)[] = this.#chance(60)
      ? [() => this.#select(), () => this.#search()]
      : this.#chance(50)
      ? [() => this.#search()]
      : [];
    for (let i = 0; i < length; i++) {
      const op = usual[i]?.() ?? this.#any(searches);
      const call = this.#plan(op, {});
      if (op.kind === "search") searches.push(call.name);
      calls.push(call);
    }
    return calls;
  }

  #plan(op: Op, { calm = false }: { calm?: boolean }): Planned {
    return {
      name: `${String.fromCharCode(97 + this.#calls % 26)}${this.#calls++}`,
      op,
      within: null,
      pause: calm || this.#chance(60) ? 0 : this.#turns(),
      abort: calm || !this.#chance(12) ? null : this.#random.pick([-1, 0, 1, 3, this.#turns()]),
      awaited: calm || !this.#chance(12),
    };
  }

  #turns(): number {
    return this.#random.pick([1, 2, 5, 10, 20, 40, 80, 160]) + this.#below(20);
  }

  #any(searches: readonly string[]): Op {
    return this.#random.pick<() => Op>([
      () => this.#select(),
      () => ({ kind: this.#chance(70) ? "unselect" : "close" }),
      ...this.#choices(searches),
    ])();
  }

  /** An operation in a folder that is held. */
  #inFolder(searches: readonly string[]): Op {
    return this.#random.pick(this.#choices(searches))();
  }

  #choices(searches: readonly string[]): readonly (() => Op)[] {
    const ids = (): Ids => this.#ids(searches);
    const flag = () => this.#random.pick(FLAGS);
    return [
      () => this.#search(),
      () => ({ kind: "fetch", ids: ids() }),
      () => ({ kind: "fetchEach", ids: ids() }),
      () => ({ kind: "getFlags", ids: ids() }),
      () => this.#store(ids(), "\\Deleted", "add"),
      () => this.#store(ids(), "\\Deleted", "add"),
      () => this.#store(ids(), flag(), this.#chance(60) ? "add" : "remove"),
      () => ({ kind: "expunge" }),
      () => ({ kind: "uidExpunge", ids: ids() }),
      () => ({ kind: "copy", ids: ids(), folder: this.#target() }),
      () => ({ kind: "move", ids: ids(), folder: this.#target() }),
      () => ({ kind: "move", ids: ids(), folder: this.#target() }),
      () => this.#replace(searches),
      () => this.#replace(searches),
      () => ({ kind: "watch" }),
    ];
  }

  /** Mostly of one message: what was found may be none, or several. */
  #replace(searches: readonly string[]): Op {
    const any = this.#ids(searches);
    const ids = "literal" in any && this.#chance(90) ? { literal: any.literal.slice(0, 1) } : any;
    const mark = `${this.#random.pick(COLOURS)} R${this.#calls}`;
    return { kind: "replace", ids, folder: this.#target(), mark };
  }

  #store(ids: Ids, flag: string, action: "add" | "remove"): Op {
    return { kind: "store", action, flag, silent: this.#chance(20), ids };
  }

  #select(): Op {
    const folder = this.#chance(4) ? NOWHERE : this.#folder();
    return { kind: "select", folder, readonly: this.#chance(15), own: this.#chance(10) };
  }

  #search(): Op {
    const stable = Object.values(this.#folders).flat().filter(({ mark }) =>
      !mark.startsWith("vagrant")
    );
    const one = stable.length > 0 ? this.#random.pick(stable).mark : "red";
    const subject = this.#random.pick([...COLOURS, "e", one]);
    const flag = this.#chance(70) ? null : this.#random.pick(["UNDELETED", "DELETED", "UNSEEN"]);
    return { kind: "search", subject, flag, sort: this.#chance(10) };
  }

  /** By sequence number only what was found: no task knows what other numbers stand for. */
  #ids(searches: readonly string[]): Ids {
    if (searches.length > 0 && (this.#numbers || this.#chance(75))) {
      const from = this.#random.pick(searches);
      const as = this.#numbers ? "found" as const : "copy" as const;
      return { from, as: this.#random.pick(["found", "found", "found", "set", as]) };
    }
    const stable = Array.from({ length: this.#length }, (_, i) => i + 1)
      .filter((uid) => !this.#vagrant.includes(uid));
    return { literal: this.#numbers ? [] : stable.filter(() => this.#chance(50)) };
  }

  #news(): Planned[] {
    return Array.from({ length: 1 + this.#below(4) }, () => {
      const folder = this.#folder();
      const vagrants = this.#folders[folder].filter(({ mark }) => mark.startsWith("vagrant"));
      const mark = `vagrant N${this.#calls}`;
      const op: Op = vagrants.length === 0 || this.#chance(40)
        ? { kind: "append", folder, mark }
        : {
          kind: this.#chance(70) ? "vanish" : "flag",
          folder,
          mark: this.#random.pick(vagrants).mark,
        };
      return { ...this.#plan(op, { calm: true }), pause: this.#turns() };
    });
  }

  #target(): string {
    return this.#chance(4) ? NOWHERE : this.#folder();
  }

  #folder(): string {
    return this.#random.pick(Object.keys(this.#folders));
  }

  #below(end: number): number {
    return this.#random.below(end);
  }

  #chance(percent: number): boolean {
    return this.#below(100) < percent;
  }
}
