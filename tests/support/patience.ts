// How long a test waits for something that may never happen: longer on a busy machine. These limits
// only detect hangs. They do not measure speed.
import { execFile } from "node:child_process";
import { cpus, loadavg } from "node:os";
import process from "node:process";

/** How much work, in milliseconds of processor time, measures how much of a processor is free. */
const WORK = 20;

// Kept here, since a test may replace these with a clock of its own.
const now = performance.now.bind(performance);
const { setTimeout, clearTimeout } = globalThis;

/** How many times longer work takes now than on an idle machine; at least 1. */
export function slowness(): number {
  const [started, before] = [now(), process.cpuUsage()];
  const worked = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  let work = 0;
  while (work < WORK) work = worked();
  // The load of the last minute counts too: it may have slowed the test until a moment ago.
  return Math.max(1, (now() - started) / work, loadavg()[0] / cpus().length);
}

/**
 * Calls `late` after this many milliseconds of an idle machine; on a busy machine later. Returns a
 * function that cancels it.
 */
export function whenLate(ms: number, late: () => void): () => void {
  const started = now();
  let timer = setTimeout(check, ms);
  function check(): void {
    const left = started + ms * slowness() - now();
    if (left > 0) timer = setTimeout(check, left);
    else late();
  }
  return () => clearTimeout(timer);
}

/** The result of a promise; rejects if it takes too long. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  what = "not settled",
): Promise<T> {
  let settle = (): void => {};
  const late = new Promise<never>((_resolve, reject) => {
    settle = whenLate(ms, () => reject(new Error(`${what} within ${ms} ms`)));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    settle();
  }
}

/** Waits until a condition holds; `false` if it does not in time. */
export async function comesTrue(
  holds: () => boolean | Promise<boolean>,
  ms: number,
): Promise<boolean> {
  let isLate = false;
  const settle = whenLate(ms, () => isLate = true);
  try {
    while (!await holds()) {
      if (isLate) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  } finally {
    settle();
  }
}

/** Runs a program to its end. Throws if it fails; a program that hangs is killed. */
export function runProgram(
  command: string,
  args: readonly string[],
  ms: number,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    let settle = (): void => {};
    const child = execFile(command, args, (error, stdout, stderr) => {
      settle();
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${command} failed: ${error.message}\n${stdout}${stderr}`));
    });
    settle = whenLate(ms, () => child.kill("SIGKILL"));
  });
}
