import process from "node:process";
import { whenLate } from "../../support/patience.ts";
import type { Direction, Fault, FaultKind } from "./faulty_pipe.ts";
import { around } from "./frames.ts";

/** How many kinds of complaints are shown at most, and how many of each. */
const KINDS_SHOWN = 8;
const SHOWN = 2;

/** Everything that was sent over a pipe, in both directions. */
export type Traffic = Readonly<Record<Direction, Uint8Array>>;

/** Tests one fault; returns the complaints. */
export type Attempt = (fault: Fault) => Promise<readonly string[]>;

/** The result of a fault at every offset. */
export interface Swept {
  /** How many offsets there are. */
  readonly offsets: number;
  /** The complaints; empty if there are none. */
  readonly verdict: string;
}

/** Options for a sweep. */
export interface SweepOptions {
  readonly kind: FaultKind;
  readonly direction: Direction;
  readonly traffic: Traffic;
  /** How many attempts run at once. Those that wait for a deadline cost almost nothing. */
  readonly parallel?: number;
  /** How many offsets one attempt covers. Default: its own. */
  readonly stride?: number;
}

/** Tries a fault at each offset, from before the first byte to after the last. */
export async function sweep(options: SweepOptions, attempt: Attempt): Promise<Swept> {
  const { kind, direction, traffic, parallel = 16, stride = Infinity } = options;
  const bytes = traffic[direction];
  const tried = Math.min(bytes.length + 1, stride);
  const complaints: string[] = [];
  const complain = (offset: number, what: string) => {
    complaints.push(`${kind} ${direction} at ${offset}, ${around(bytes, offset)}:\n    ${what}`);
  };
  const unheard = await withUnheard(() =>
    inParallel([...Array(tried).keys()], parallel, async (offset) => {
      for (const what of await attempt({ kind, direction, offset })) complain(offset, what);
    })
  );
  for (const reason of unheard) {
    complaints.push(`${kind} ${direction}: unhandled rejection: ${reason}`);
  }
  return { offsets: bytes.length + 1, verdict: verdictOf(complaints, tried) };
}

/** Some complaints of each kind; empty if there are none. */
export function verdictOf(complaints: readonly string[], tried: number): string {
  if (complaints.length === 0) return "";
  const kinds = new Map<string, string[]>();
  for (const complaint of complaints) {
    const kind = complaint.slice(complaint.indexOf(":\n")).replace(/\d+/g, "N");
    kinds.set(kind, [...kinds.get(kind) ?? [], shorten(complaint)]);
  }
  const shown = [...kinds.values()].slice(0, KINDS_SHOWN).map((all) => {
    const more = all.length > SHOWN ? `\n  and ${all.length - SHOWN} more of this kind` : "";
    return all.slice(0, SHOWN).map((one) => `  ${one}`).join("\n") + more;
  });
  return `${complaints.length} complaints in ${tried} runs:\n${shown.join("\n")}`;
}

function shorten(complaint: string): string {
  return complaint.split("\n").map((line) => line.slice(0, 400)).join("\n");
}

/** Runs something; returns the rejections that nobody handled. */
export async function withUnheard(run: () => Promise<unknown>): Promise<readonly unknown[]> {
  const unheard: unknown[] = [];
  const note = (reason: unknown) => unheard.push(reason);
  process.on("unhandledRejection", note);
  try {
    await run();
    await turns(5);
  } finally {
    process.off("unhandledRejection", note);
  }
  return unheard;
}

async function inParallel<T>(
  all: readonly T[],
  width: number,
  run: (one: T) => Promise<void>,
): Promise<void> {
  const left = all.values();
  const worker = async () => {
    for (const one of left) await run(one);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Lets everything in progress in memory settle. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The result of a promise, or `null` if it takes longer than this: a hang. */
export async function within<T>(seconds: number, promise: Promise<T>): Promise<T | null> {
  let settle = (): void => {};
  const late = new Promise<null>((resolve) => {
    settle = whenLate(seconds * 1000, () => resolve(null));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    settle();
  }
}
