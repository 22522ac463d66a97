// Compares this client with other clients and with no client at all:
//
//   node tests/bench/bench.mjs [workload]… [--quick] [--dovecot]
//     [--svg=file] [--markdown=file] [--json=file]
//
// Every figure is the median of five runs (one with --quick). Each run is its own process, and the
// clients take turns, so that other work on the machine affects all alike. If the parsed values are
// not those of the mailbox, the figure is printed as wrong and does not count. With --dovecot, some
// workloads also run with a private Dovecot.
//
//   node tests/bench/bench.mjs compress [--quick]
//
// measures compression instead, in about ten minutes.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { gzipKib, importMs, packages, setUp } from "./build.mjs";
import { renderChart } from "./chart.mjs";
import { measureCompression } from "./compress.mjs";
import { expectedSum } from "./expected.mjs";
import { runDriver, startDovecot, startServer } from "./processes.mjs";
import { builtRows, compare, renderMarkdown, renderTable } from "./table.mjs";
import { DRIVERS, WITH_DOVECOT, WORKLOADS } from "./workloads.mjs";

const args = process.argv.slice(2);
const option = (name) => args.find((it) => it.startsWith(`--${name}=`))?.slice(name.length + 3);
const rounds = args.includes("--quick") ? 1 : 5;
const places = args.filter((arg) => !arg.startsWith("-"));
const onlyCompression = places.length === 1 && places[0] === "compress";
const unknown = onlyCompression
  ? undefined
  : places.find((name) => !Object.hasOwn(WORKLOADS, name));
if (unknown !== undefined) {
  console.error(
    `no workload ${unknown}: there are ${Object.keys(WORKLOADS).join(", ")}; alone: compress`,
  );
  process.exit(1);
}
const chosen = Object.keys(WORKLOADS).filter((it) => places.length === 0 || places.includes(it));

/** Where round trips are counted, a client must be silent this long for one to end. */
const QUIET_MS = 4;

const PAIRS = Object.entries(DRIVERS).flatMap(([driver, runtimes]) => {
  return runtimes.map((runtime) => ({
    driver,
    runtime,
    key: `${driver}@${runtime}`,
  }));
});

/** The drivers in a workload's comparisons, each on each of its runtimes. */
function pairsOf(workload) {
  const wanted = ["ours", ...WORKLOADS[workload].map(({ peer }) => peer)];
  const compared = (runtime) => WORKLOADS[workload].some((it) => it.runtimes.includes(runtime));
  return PAIRS.filter(({ driver, runtime }) => wanted.includes(driver) && compared(runtime));
}

function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The medians of several runs, or what is wrong with one of them. */
function summary(runs, driver, expected) {
  const bad = runs.find(({ error, sum }) => error || (driver !== "floor" && sum !== expected));
  if (bad) {
    return {
      wrong: (bad.error ?? "not the values of the mailbox").split("\n")[0],
    };
  }
  const fields = ["ms", "cpu", "peak", "kib"].filter((field) => runs[0][field] !== undefined);
  return Object.fromEntries(
    fields.map((field) => [field, median(runs.map((run) => run[field]))]),
  );
}

async function measure(
  workload,
  server,
  isOver,
  expected = expectedSum(workload),
) {
  const pairs = pairsOf(workload);
  const runs = Object.fromEntries(pairs.map(({ key }) => [key, []]));
  // Once without the clock: afterwards the server has its answers and the system has cached the
  // files.
  for (const { driver, runtime } of pairs) {
    await runDriver(driver, runtime, workload, server.port);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { driver, runtime, key } of pairs) {
      if (isOver()) return {};
      runs[key].push(await runDriver(driver, runtime, workload, server.port));
      process.stderr.write(".");
    }
  }
  const sum = expected ?? runs["ours@node"][0].sum;
  const costs = pairs.map((
    { driver, key },
  ) => [key, summary(runs[key], driver, sum)]);
  return Object.fromEntries(costs);
}

/** The same with a real server, which takes most of the time; all clients must read the same. */
async function measureWithDovecot(isOver) {
  const workloads = chosen.filter((it) => WITH_DOVECOT.includes(it));
  if (workloads.length === 0) return;
  const server = await startDovecot();
  if (server.missing) {
    return console.log(`without a Dovecot: ${server.missing}`);
  }
  const costs = {};
  try {
    for (const workload of workloads) {
      process.stderr.write(`${workload} with Dovecot `);
      costs[workload] = await measure(workload, server, isOver, null);
      process.stderr.write("\n");
      if (isOver()) return;
    }
  } finally {
    await server.stop();
  }
  const rows = compare(costs).map((row) => ({
    ...row,
    target: null,
    met: row.wrong ? "wrong" : "",
  }));
  console.log(`\nWith a private Dovecot:\n${renderTable(rows)}`);
}

/** Adds how often the clients wait for the server, which matters if it is far away. */
async function countTrips(costs) {
  const server = await startServer(`--patient=${QUIET_MS}`);
  try {
    for (const { driver, runtime, key } of pairsOf("appends")) {
      // The number is the same on every runtime, and counting takes long.
      if (runtime !== "node" || driver === "floor" || costs[key].wrong) {
        continue;
      }
      await runDriver(driver, runtime, "appends", server.port);
      costs[key].trips = await server.trips();
    }
  } finally {
    server.stop();
  }
}

/** The cost of loading this client, and its size. */
function measureBuilt() {
  const found = { ours: [], imapflow: [] };
  const paths = packages();
  for (let round = 0; round < Math.max(rounds, 3); round++) {
    for (const client of Object.keys(found)) {
      found[client].push(importMs(paths[client]));
    }
  }
  const medians = {
    ours: median(found.ours),
    imapflow: median(found.imapflow),
  };
  return { importMs: medians, gzipKib: gzipKib() };
}

setUp();
const load = () => loadavg()[0].toFixed(1);
console.log(
  `${cpus().length} CPUs, load ${load()}, ${rounds === 1 ? "one run" : "medians"}`,
);
if (onlyCompression) {
  await measureCompression(rounds === 1 ? 1 : 3);
  console.log(`load ${load()}`);
  process.exit();
}
const server = await startServer();
const results = {};
// After an interruption, the table has what was measured so far.
let interrupted = false;
process.once("SIGINT", () => interrupted = true);
try {
  for (const workload of chosen) {
    process.stderr.write(`${workload} `);
    const costs = await measure(workload, server, () => interrupted);
    if (interrupted) break;
    results[workload] = costs;
    if (workload === "appends") await countTrips(costs);
    process.stderr.write("\n");
  }
} finally {
  server.stop();
}
const rows = compare(results);
if (places.length === 0 && !interrupted) {
  rows.push(...builtRows(measureBuilt()));
}
console.log(renderTable(rows));
const judged = rows.filter(({ target }) => target !== null);
const met = judged.filter((row) => row.met === "met").length;
console.log(`${met} of ${judged.length} targets met; load ${load()}`);
if (args.includes("--dovecot") && !interrupted) await measureWithDovecot(() => interrupted);
if (option("svg")) writeFileSync(option("svg"), renderChart(results));
if (option("markdown")) writeFileSync(option("markdown"), renderMarkdown(rows));
if (option("json")) {
  writeFileSync(option("json"), JSON.stringify({ results, rows }, null, 2));
}
