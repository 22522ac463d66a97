// Shared by all drivers: each runs one workload in its own process and prints what it cost, as a
// line of JSON. Called as: driver workload port.
import { readFileSync } from "node:fs";
import process from "node:process";
import { Digest } from "./digest.mjs";

/** How many connections are opened in `idle`, and how many before those are measured. */
export const IDLE = 2000;
const IDLE_BEFORE = 50;
/** How many connections are opened one after the other in `cold`, and how many before the clock. */
export const COLD = 200;
const COLD_BEFORE = 100;
/**
 * For these, a process does the same work once before the clock: clients run such commands all day.
 */
const WARM = ["many"];

/**
 * Runs the workload that the arguments name. A driver has `open(port)`, which returns a logged-in
 * session with INBOX selected, `close(session)`, `idle(session)`, `exists(session)`, and
 * `workloads`. Each workload has `prepare()`, which returns what to send, `run(session, input)`,
 * which the clock measures, and `records(result)`, which returns what to check.
 */
export async function drive(driver) {
  const [name, port] = process.argv.slice(-2);
  const result = await measure(driver, name, Number(port));
  console.log(JSON.stringify(result));
  // A client that keeps timers would keep the process alive.
  process.exit(0);
}

async function measure(driver, name, port) {
  if (name === "idle") return await measureIdle(driver, port);
  if (name === "cold") return await measureCold(driver, port);
  const workload = driver.workloads[name];
  const session = await driver.open(port);
  const input = workload.prepare?.();
  if (WARM.includes(name)) await workload.run(session, input);
  const stop = startClock();
  const result = await workload.run(session, input);
  const cost = stop();
  const digest = new Digest();
  for (const record of workload.records(result)) digest.add(record);
  return { ...cost, sum: `${digest}` };
}

async function measureCold(driver, port) {
  const digest = new Digest();
  for (let round = 0; round < COLD_BEFORE; round++) {
    await driver.close(await driver.open(port));
  }
  const stop = startClock();
  const sessions = [];
  for (let round = 0; round < COLD; round++) {
    sessions.push(await driver.open(port));
  }
  const cost = stop();
  for (const session of sessions) digest.add([driver.exists(session)]);
  return { ...cost, sum: `${digest}` };
}

async function measureIdle(driver, port) {
  const sessions = [];
  const openMore = async (count) => {
    while (count > 0) {
      const batch = Math.min(count, 50);
      const opening = Array.from({ length: batch }, async () => {
        const session = await driver.open(port, "idle");
        await driver.idle(session);
        return session;
      });
      sessions.push(...await Promise.all(opening));
      count -= batch;
    }
    await settle();
  };
  await openMore(IDLE_BEFORE);
  const before = residentKib();
  const stop = startClock();
  await openMore(IDLE);
  const cost = stop();
  const kib = (residentKib() - before) / IDLE;
  return { ...cost, kib, sum: `${sessions.length - IDLE_BEFORE}` };
}

/** Lets garbage be collected. */
async function settle() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    globalThis.Bun?.gc(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Returns a function that reports wall time and CPU time since now in ms, and the peak memory. */
export function startClock() {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { ms, cpu: (user + system) / 1000, peak: peakKib() / 1024 };
  };
}

function residentKib() {
  return memoryLine("VmRSS") ?? process.memoryUsage().rss / 1024;
}

function peakKib() {
  return memoryLine("VmHWM") ?? process.resourceUsage().maxRSS;
}

function memoryLine(name) {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)[1]);
  } catch {
    return undefined; // not Linux
  }
}
