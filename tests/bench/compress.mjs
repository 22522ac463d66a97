// `npm run bench -- compress`: what compression saves on a slow line, what it costs on a fast one,
// next to bare node:zlib, and in memory.
import { runDriver, startServer } from "./processes.mjs";
import { startSlowLine } from "./slow_line.mjs";

const RUNTIMES = ["deno", "bun", "node"];
/** The work on a line, and what it is. */
const LINES = {
  envelopes: "4,000 envelopes",
  flags: "20,000 x flags",
  texts: "2 MiB of text bodies",
  attachments: "2 MiB of base64",
  noops: "20 x NOOP, one by one",
};
const COSTS = ["envelopes", "bodies", "noops"];
/** Of what bare node:zlib and a client without compression take together, by CPU time. */
const TARGET = 1.1;

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
const seconds = (ms) => ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
const kib = (bytes) => `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KiB`;

/** Runs a workload with and without compression by turns; returns the medians. */
async function compareOn(port, runtime, workload, rounds) {
  const runs = { plain: [], compressed: [] };
  for (let round = 0; round < rounds; round++) {
    runs.plain.push(await driver("line", runtime, workload, port));
    runs.compressed.push(await driver("line", runtime, `${workload}+compress`, port));
  }
  const sums = new Set([...runs.plain, ...runs.compressed].map(({ sum }) => sum));
  if (sums.size > 1) throw new Error(`${workload} on ${runtime}: other values if compressed`);
  const of = (kind, field) => median(runs[kind].map((run) => run[field]));
  const one = (kind) => ({ ms: of(kind, "ms"), cpu: of(kind, "cpu"), bytes: of(kind, "bytes") });
  return { plain: one("plain"), compressed: one("compressed") };
}

async function driver(...args) {
  const result = await runDriver(...args);
  if (result.error) throw new Error(`${args.join(" ")}: ${result.error}`);
  process.stderr.write(".");
  return result;
}

/** The lines of a table in Markdown. */
function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

async function measureLine(name, port, rounds) {
  const rows = [];
  for (const [workload, title] of Object.entries(LINES)) {
    const found = [];
    for (const runtime of RUNTIMES) found.push(await compareOn(port, runtime, workload, rounds));
    const [{ plain, compressed }] = found;
    const cells = found.map((it) => `${seconds(it.plain.ms)} → ${seconds(it.compressed.ms)}`);
    rows.push([title, `${kib(plain.bytes)} → ${kib(compressed.bytes)}`, ...cells]);
  }
  process.stderr.write("\n");
  console.log(`\n${table([name, "received", "Deno", "Bun", "Node"], rows)}`);
}

async function measureLines(rounds) {
  const server = await startServer("--compress");
  const line = await startSlowLine(server.port);
  try {
    await measureLine("10 Mbit/s, 50 ms a round trip", line.port, rounds);
    await measureLine("loopback", server.port, rounds);
  } finally {
    line.stop();
    server.stop();
  }
}

const times = (ratio) => `${ratio.toFixed(2)} x`;

async function measureCosts() {
  const lines = [];
  for (const workload of COSTS) {
    for (const runtime of RUNTIMES) {
      const { ms, cpu } = await driver("compression", runtime, workload, 0);
      const met = cpu.whole <= TARGET ? "met" : "MISSED";
      lines.push(
        `cost of compression: ${workload} on ${runtime}: ${times(ms.whole)} bare node:zlib, ` +
          `CPU ${times(cpu.whole)} (<= ${times(TARGET)}: ${met}); ` +
          `without the client ${times(ms.layer)}, CPU ${times(cpu.layer)}`,
      );
    }
  }
  process.stderr.write("\n");
  console.log(`\n${lines.join("\n")}`);
}

async function measureMemory() {
  const plain = await driver("compression", "node", "memory", "plain");
  const compressed = await driver("compression", "node", "memory", "compress");
  const more = (field) => `${(compressed[field] - plain[field]).toFixed(0)} KiB`;
  const what = `${more("rss")} resident, ${more("external")} of it in buffers`;
  console.log(`\nmemory of compression, for each of 100 connections on node: ${what}`);
}

/** Measures compression, and prints what it finds. */
export async function measureCompression(rounds) {
  await measureLines(rounds);
  await measureCosts();
  await measureMemory();
}
