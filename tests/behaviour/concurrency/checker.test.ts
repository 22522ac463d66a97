// Tests of the checker itself: what it accepts and what it rejects.
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { ImapClient } from "@imapclient/imapclient";
import { check } from "./checker.ts";
import { makeProgram } from "./generator.ts";
import type { Entry, Outcome } from "./history.ts";
import { memoryStage } from "./memory_stage.ts";
import type { Mail, Mailbox, Op, Program, Settings } from "./program.ts";
import type { Stage } from "./scene.ts";
import { shrink } from "./shrink.ts";
import { tryProgram } from "./trial.ts";

const mail = (uid: number, mark: string, ...flags: string[]): Mail => ({ uid, mark, flags });
const FOLDERS: Mailbox = {
  A: [mail(1, "red A1"), mail(2, "vagrant A2"), mail(3, "red A3")],
  B: [mail(1, "blue B1"), mail(2, "vagrant B2"), mail(3, "red B3")],
};
const [A1, A2, A3] = FOLDERS.A;
const [B1, B2, B3] = FOLDERS.B;
const OK: Outcome = { kind: "ok" };

const select = (folder: string): Op => ({ kind: "select", folder, readonly: false, own: false });
const move: Op = { kind: "move", ids: { literal: [] }, folder: "B" };
const search: Op = { kind: "search", subject: "red", flag: null, sort: false };
const getFlags: Op = { kind: "getFlags", ids: { literal: [] } };
const open = (folder: string, readonly = false, timeout: number | null = null): Op => {
  return { kind: "open", folder, readonly, timeout };
};
const release = (held: string): Op => ({ kind: "release", held });
const store = (flag: string): Op => {
  return { kind: "store", action: "add", flag, silent: true, ids: { literal: [] } };
};

/** A call as `made-ended name`, all of one task unless `more` says otherwise. */
function call(
  when: `${number}-${number}`,
  op: Op,
  outcome: Outcome,
  more: Partial<Entry> = {},
): Entry {
  const [made, ended] = when.split("-").map(Number);
  const name = `${op.kind}${made}`;
  const usual = { name, by: "client", task: made, ids: [], source: null, within: null } as const;
  return { ...usual, op, outcome, made, ended, ...more };
}

function passes(
  entries: readonly Entry[],
  left: Partial<Mailbox> = {},
  { settings = {}, whole = true }: { settings?: Partial<Settings>; whole?: boolean } = {},
): boolean | null {
  return check({
    settings: { numbers: false, without: [], idsAtOnce: 8000, terse: false, ...settings },
    folders: FOLDERS,
    history: { entries, left: { ...FOLDERS, ...left } as Mailbox },
    whole,
  }).passed;
}

describe("the checker", () => {
  const selectA = call("0-1", select("A"), { kind: "ok", exists: 3 });

  it("accepts sequential calls", () => {
    const found = call("2-3", search, { kind: "ok", found: [1, 3] });
    const stored = call("4-5", store("\\Seen"), OK, { ids: [1, 3], source: "search2" });
    const left = { A: [mail(1, "red A1", "\\Seen"), A2, mail(3, "red A3", "\\Seen")] };
    assertEquals(passes([selectA, found, stored], left), true);
    assertEquals(passes([selectA, found, stored]), false);
    assertEquals(passes([selectA, call("2-3", search, { kind: "ok", found: [1] })]), false);
    const all = { A: [mail(1, "red A1", "\\Seen"), mail(2, "vagrant A2", "\\Seen"), A3] };
    assertEquals(passes([selectA, found, stored], all), false);
  });

  it("accepts either order of concurrent calls, and one order of sequential calls", () => {
    const found = (when: `${number}-${number}`, ids: number[]) =>
      call(when, search, { kind: "ok", found: ids });
    for (const ids of [[1, 3], [3]]) {
      const other = call("2-5", select("B"), OK);
      assertEquals(passes([selectA, other, found("3-4", ids)]), true);
    }
    const before = call("2-3", select("B"), OK);
    assertEquals(passes([selectA, before, found("4-5", [3])]), true);
    assertEquals(passes([selectA, before, found("4-5", [1, 3])]), false);
  });

  it("does not take messages that are destroyed in another folder", () => {
    const settings = { without: ["MOVE"] };
    const moved = call("2-9", move, { kind: "ok", values: new Map([[1, "4"], [3, "5"]]) }, {
      ids: [1, 3],
    });
    const other = call("3-4", select("B"), OK);
    const copies = [mail(4, "red A1"), mail(5, "red A3")];
    assertEquals(passes([selectA, moved, other], { B: [B2, ...copies] }, { settings }), false);
    const right = { A: [A2], B: [B1, B2, B3, ...copies] };
    assertEquals(passes([selectA, moved, other], right, { settings }), true);
  });

  it("accepts a refusal only for a reason", () => {
    const refused = call("4-5", store("\\Seen"), { kind: "refused" }, { ids: [1] });
    assertEquals(passes([refused]), true);
    assertEquals(passes([selectA, refused]), false);
    assertEquals(passes([selectA, call("2-6", select("B"), OK), refused]), true);
    assertEquals(passes([selectA, call("2-3", select("B"), OK), refused]), false);
    const seen = { A: [mail(1, "red A1", "\\Seen"), A2, A3] };
    assertEquals(passes([refused], seen), false);
    const readonly = call("4-5", store("\\Seen"), { kind: "readonly" }, { ids: [1] });
    assertEquals(passes([selectA, readonly]), false);
    const examine = call("2-3", { kind: "select", folder: "A", readonly: true, own: false }, OK);
    assertEquals(passes([selectA, examine, readonly]), true);
  });

  it("accepts ids only for the folder that they were found in", () => {
    const found = call("2-3", search, { kind: "ok", found: [1, 3] });
    const other = call("4-5", select("B"), OK);
    const ids = { ids: [1, 3], source: "search2" };
    const refused = call("6-7", store("\\Seen"), { kind: "refused" }, ids);
    assertEquals(passes([selectA, found, other, refused]), true);
    const left = { B: [mail(1, "blue B1", "\\Seen"), B2, mail(3, "red B3", "\\Seen")] };
    const done = (more: Partial<Entry>) => call("6-7", store("\\Seen"), OK, more);
    assertEquals(passes([selectA, found, other, done(ids)], left), false);
    assertEquals(passes([selectA, found, other, done({ ids: [1, 3] })], left), true);
  });

  it("accepts numbers only for the messages that had them when they were found", () => {
    const settings = { numbers: true };
    const found = call("2-3", search, { kind: "ok", found: [1, 3] });
    const gone = call("4-5", { kind: "vanish", folder: "A", mark: "vagrant A2" }, OK, {
      by: "other",
    });
    const ids = { ids: [1, 3], source: "search2" };
    const stored = call("6-7", store("\\Seen"), OK, ids);
    const left = { A: [mail(1, "red A1", "\\Seen"), mail(3, "red A3", "\\Seen")] };
    assertEquals(passes([selectA, found, gone, stored], left, { settings }), true);
    assertEquals(passes([selectA, found, gone, stored], { A: [A1, A3] }, { settings }), false);
    const refused = call("6-7", store("\\Seen"), { kind: "refused" }, ids);
    assertEquals(passes([selectA, found, gone, refused], { A: [A1, A3] }, { settings }), true);
    assertEquals(passes([selectA, found, refused], {}, { settings }), false);
  });

  it("accepts the first part of an aborted call", () => {
    const settings = { without: ["MOVE"] };
    const aborted = (unsent: boolean) => {
      return call("2-3", move, { kind: "aborted", unsent }, { ids: [1] });
    };
    const copied = { B: [B1, B2, B3, mail(4, "red A1")] };
    const flagged = { ...copied, A: [mail(1, "red A1", "\\Deleted"), A2, A3] };
    for (const left of [{}, copied, flagged, { ...copied, A: [A2, A3] }]) {
      assertEquals(passes([selectA, aborted(false)], left, { settings }), true);
    }
    assertEquals(passes([selectA, aborted(false)], { A: [A2, A3] }, { settings }), false);
    assertEquals(passes([selectA, aborted(false)], { A: flagged.A }, { settings }), false);
    assertEquals(passes([selectA, aborted(true)], copied, { settings }), false);
    const part = (values: [number, string][], aborted: boolean) => {
      const outcome = { kind: "partial", values: new Map(values), aborted } as const;
      return call("2-3", move, outcome, { ids: [1] });
    };
    assertEquals(passes([selectA, part([[1, "4"]], true)], copied, { settings }), true);
    assertEquals(passes([selectA, part([[1, "5"]], true)], copied, { settings }), false);
    assertEquals(passes([selectA, part([[1, "4"]], false)], copied, { settings }), false);
  });

  it("accepts that an aborted selection selected nothing, or never happened", () => {
    const aborted = (unsent: boolean) => call("2-3", select("B"), { kind: "aborted", unsent });
    const found = (ids: number[]) => call("4-5", search, { kind: "ok", found: ids });
    const refused = call("4-5", search, { kind: "refused" });
    assertEquals(passes([selectA, aborted(false), found([1, 3])]), true);
    assertEquals(passes([selectA, aborted(false), found([3])]), false);
    assertEquals(passes([selectA, aborted(false), refused]), true);
    assertEquals(passes([selectA, aborted(true), refused]), false);
    const fails = call("2-3", select("Nowhere"), { kind: "no" });
    assertEquals(passes([selectA, fails, refused]), true);
    assertEquals(passes([selectA, fails, found([1, 3])]), false);
  });

  it("accepts calls only as a whole", () => {
    const settings = { without: ["MOVE"] };
    const moved = call("2-9", move, { kind: "ok", values: new Map([[1, "4"]]) }, { ids: [1] });
    const flags = call("3-4", getFlags, { kind: "ok", values: new Map([[1, "\\Deleted"]]) }, {
      ids: [1],
    });
    const left = { A: [A2, A3], B: [B1, B2, B3, mail(4, "red A1")] };
    assertEquals(passes([selectA, moved, flags], left, { settings }), false);
    assertEquals(passes([selectA, moved, flags], left, { settings, whole: false }), true);
  });

  it("accepts calls in a held folder only for that folder", () => {
    const opened = call("0-1", open("A"), { kind: "ok", exists: 3 });
    const within = "open0";
    const found = (ids: number[]) => call("3-4", search, { kind: "ok", found: ids }, { within });
    const released = call("6-7", release(within), OK);
    const waited = call("2-8", select("B"), OK);
    assertEquals(passes([opened, waited, found([1, 3]), released]), true);
    assertEquals(passes([opened, waited, found([3]), released]), false);
    assertEquals(passes([opened, call("2-5", select("B"), OK), released]), false);
    const own: Op = { kind: "select", folder: "B", readonly: false, own: true };
    assertEquals(passes([opened, call("2-5", own, OK), released]), true);
  });

  it("accepts a refusal in a held folder only if it is closed or lost", () => {
    const opened = call("0-1", open("A"), { kind: "ok", exists: 3 });
    const within = "open0";
    const released = call("6-7", release(within), OK);
    const refused = (when: `${number}-${number}`) =>
      call(when, search, { kind: "refused" }, { within });
    const waiting = call("2-10", select("B"), OK);
    assertEquals(passes([opened, waiting, refused("4-5"), released]), false);
    assertEquals(passes([opened, waiting, refused("8-9"), released]), true);
    const found = call("8-9", search, { kind: "ok", found: [1, 3] }, { within });
    assertEquals(passes([opened, found, released]), false);
    const own: Op = { kind: "select", folder: "B", readonly: false, own: true };
    assertEquals(passes([opened, call("2-3", own, OK), refused("4-5"), released]), true);
  });

  it("accepts folders that are held in turn, or shared", () => {
    const opened = call("0-1", open("A"), { kind: "ok", exists: 3 });
    const released = call("6-7", release("open0"), OK);
    assertEquals(passes([opened, call("2-3", open("A"), OK), released]), true);
    assertEquals(passes([opened, call("2-3", open("A", true), OK), released]), false);
    assertEquals(passes([opened, call("2-3", open("B"), OK), released]), false);
    assertEquals(passes([opened, call("2-8", open("B"), OK), released]), true);
    const late = (when: `${number}-${number}`) => call(when, open("B", false, 1), { kind: "late" });
    assertEquals(passes([opened, late("2-3"), released]), true);
    assertEquals(passes([opened, released, late("8-9")]), false);
    const aborted = (unsent: boolean) =>
      call("0-1", open("A", false), { kind: "aborted", unsent }, { name: "a" });
    assertEquals(passes([aborted(false), late("2-3")]), true);
    assertEquals(passes([aborted(true), late("2-3")]), false);
    assertEquals(passes([opened, call("2-3", open("B"), { kind: "refused" }), released]), false);
  });

  it("accepts a call for a folder in no other held folder", () => {
    const opened = call("0-1", open("A"), { kind: "ok", exists: 3 });
    const released = call("8-9", release("open0"), OK);
    const waiting = call("2-10", select("B"), OK, { task: 5 });
    const found = call("4-5", search, { kind: "ok", found: [1, 3] }, { task: 5 });
    const refused = call("4-5", search, { kind: "refused" }, { task: 5 });
    assertEquals(passes([opened, waiting, found, released]), false);
    assertEquals(passes([opened, waiting, refused, released]), true);
    assertEquals(passes([opened, { ...found, task: 6 }, released]), false);
    assertEquals(passes([opened, { ...refused, task: 6 }, released]), true);
  });

  it("accepts that an aborted opening never happened, or that nobody holds its folder", () => {
    const given = (unsent: boolean) => call("0-1", open("A"), { kind: "aborted", unsent });
    const inA = call("2-3", search, { kind: "ok", found: [1, 3] });
    assertEquals(passes([given(false), inA]), false);
    assertEquals(passes([given(true), inA]), false);
    assertEquals(passes([given(false), call("2-3", search, { kind: "refused" })]), true);
    assertEquals(passes([given(false), call("2-3", open("B"), { kind: "ok", exists: 3 })]), true);
  });

  it("accepts the messages of fetchEach set by set, and those before a refusal", () => {
    const settings = { idsAtOnce: 1 };
    const each = (values: [number, string][], kind: "ok" | "refused" = "ok") => {
      const op: Op = { kind: "fetchEach", ids: { literal: [] } };
      return call("2-9", op, { kind, values: new Map(values) }, { ids: [1, 3] });
    };
    const stored = call("3-4", store("\\Seen"), OK, { ids: [1, 3] });
    const left = { A: [mail(1, "red A1", "\\Seen"), A2, mail(3, "red A3", "\\Seen")] };
    const between: [number, string][] = [[1, "1 red A1 ()"], [3, "3 red A3 (\\Seen)"]];
    assertEquals(passes([selectA, each(between), stored], left, { settings }), true);
    assertEquals(passes([selectA, each(between), stored], left), false);
    const other = call("3-4", select("B"), OK);
    assertEquals(passes([selectA, each([between[0]], "refused"), other], {}, { settings }), true);
    const foreign: [number, string][] = [[1, "1 red A1 ()"], [3, "3 red B3 ()"]];
    assertEquals(passes([selectA, each(foreign), other], {}, { settings }), false);
  });
});

/** Programs of one task without aborts: only one order is possible. */
function simple(seed: number): Program {
  const program = makeProgram(seed, { without: [[]], terse: false });
  const calls = program.tasks[0].calls.map((call) => ({ ...call, abort: null, awaited: true }));
  return { ...program, tasks: [{ by: "client", calls }] };
}

/** The mailbox with one thing changed. */
function* spoilt(left: Mailbox): Generator<Mailbox> {
  for (const [name, mails] of Object.entries(left)) {
    for (const [i, mail] of mails.entries()) {
      const { flags } = mail;
      const other = flags.includes("\\Seen") ? [] : [...flags, "\\Seen"].sort();
      yield { ...left, [name]: mails.toSpliced(i, 1) };
      yield { ...left, [name]: mails.with(i, { ...mail, flags: other }) };
      yield { ...left, [name]: [...mails, { ...mail, uid: mails.at(-1)!.uid + 1 }] };
    }
  }
}

describe("the model test", () => {
  it("accepts what the client does with sequential calls, and nothing else", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const program = simple(seed);
      const { history, verdict } = await tryProgram(program, memoryStage);
      assertEquals(verdict.passed, true, `${seed}`);
      for (const left of spoilt(history.left)) {
        const { passed } = check({ ...program, history: { ...history, left }, whole: true });
        assertEquals(passed, false, `${seed}`);
      }
    }
  });

  it("finds a move that lets others select in between [fault A1]", async () => {
    const careless: Stage = async (program) => {
      const scene = await memoryStage(program);
      return { ...scene, client: carelessly(scene.client) };
    };
    const fails = async (it: Program) => {
      return (await tryProgram(it, careless)).verdict.passed === false;
    };
    const found: Program[] = [];
    for (let seed = 1; seed <= 300; seed++) {
      const program = makeProgram(seed, { without: [["MOVE"]], terse: false });
      if (!program.settings.numbers && await fails(program)) found.push(program);
    }
    assert(found.length > 0, "nothing found");
    const { prelude, tasks } = await shrink(found[0], fails);
    const calls = tasks.flatMap(({ calls }) => calls);
    assert(prelude.length + calls.length <= 5, `${calls.length} calls`);
    assert(calls.some(({ op }) => op.kind === "move"));
  });
});

/** A client that moves in steps, as a careless user does by hand. */
function carelessly(client: ImapClient): ImapClient {
  const move: ImapClient["move"] = async (messages, folder, options) => {
    const ids = typeof messages === "object" ? [...messages] : messages;
    const copied = await client.copy(ids, folder, options);
    await client.deleteMessages(ids, options);
    await client.uidExpunge(ids, options);
    return copied;
  };
  return new Proxy(client, {
    get: (target, name) => {
      if (name === "move") return move;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
