// How long a test waits for what may never come: longer where the machine has more to do. The bounds
// here tell a hang; they say nothing of how long anything takes.
import { execFile } from "node:child_process";
import { cpus, loadavg } from "node:os";
import process from "node:process";

/** So much work, in milliseconds of a processor, shows how much of one there is to be had. */
const WORK = 20;

// A test may put a clock of its own in the place of these.
const now = performance.now.bind(performance);
const { setTimeout, clearTimeout } = globalThis;

/** How many times longer work takes now than on a machine that has nothing else to do; 1 or more. */
export function slowness(): number {
  const [started, before] = [now(), process.cpuUsage()];
  const worked = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  let work = 0;
  while (work < WORK) work = worked();
  // The load of the last minute counts too: it may have ended a moment ago.
  return Math.max(1, (now() - started) / work, loadavg()[0] / cpus().length);
}

/** Calls `late` after so many milliseconds, as they pass on a machine that has nothing else to do. */
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

/** What a promise gives; rejects where it takes too long. */
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

/** Waits until it holds; `false` where it does not in time. */
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

/** Runs a program to its end, which must be a good one; a program that hangs is ended. */
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
