// Plays one of the floods; prints its result and its cost. Run by floods.test.ts.
import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";
import { FLOODS } from "./floods.ts";
import { honestSession } from "./honest.ts";
import { memoryLair, play } from "./play.ts";

/** What this process reports to floods.test.ts. */
export interface Report {
  readonly value?: unknown;
  /** The class of the error, and its message. */
  readonly error?: readonly [name: string, message: string];
  readonly seconds: number;
  readonly leftOver: readonly string[];
  /** The largest growth of the process, in MiB. */
  readonly growth: number;
  /** The result of an honest session afterwards. */
  readonly honest: string;
}

/** How often the memory is measured, in milliseconds. */
const OFTEN = 5;

async function report(name: string): Promise<Report> {
  const flood = FLOODS.find((it) => it.name === name)!;
  // The program's own memory must not count.
  for (let i = 0; i < 50; i++) await honestSession();
  await turn();
  const before = process.memoryUsage().rss;
  let most = before;
  const measure = () => most = Math.max(most, process.memoryUsage().rss);
  const timer = setInterval(measure, OFTEN);
  const { error, ...played } = await play(flood, memoryLair(flood));
  measure();
  clearInterval(timer);
  const growth = Math.round((most - before) / 1024 / 1024);
  const honest = await honestSession();
  if (error === undefined) {
    // An unexpected value may be very long.
    const value = flood.fails === undefined ? played.value : "a value";
    return { ...played, value, growth, honest };
  }
  const known: readonly [string, string] = error instanceof Error
    ? [error.name, error.message]
    : ["nothing", String(error)];
  return { ...played, error: known, growth, honest };
}

console.log(JSON.stringify(await report(process.argv[2])));
process.exit();
