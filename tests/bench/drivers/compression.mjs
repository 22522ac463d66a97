// What compression costs the client: its own work, next to that of node:zlib. In one process, and
// turn by turn, so that a busy machine slows both down.
import { Buffer } from "node:buffer";
import process from "node:process";
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from "node:zlib";
import { loadCompression } from "../../../transports/shared/deflated_duplex.ts";
import { PARTS, textBytes } from "./commands.mjs";
import { startClock } from "./harness.mjs";
import { FIRST_TAG, openScripted, scripted } from "./scripted.mjs";

/** The size of the chunks that arrive: that of a TLS record. */
const CHUNK = 16 * 1024;
const ROUNDS = 11;
const WARM_UP = 3;
/** On a busy machine, there are fewer rounds. */
const LIMIT_MS = 25_000;
const NOOPS = 1000;
const BODY = 256 * 1024;
const LIST = ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"];
const encode = (text) => new TextEncoder().encode(text);
const plainBytes = (it) => new Uint8Array(it.buffer, it.byteOffset, it.byteLength);

const tagged = (at = 0) => Buffer.from(`A${FIRST_TAG + at} OK done\r\n`);

/** Each workload's calls, and the answers to them. */
const workloads = {
  envelopes: {
    answers: async () => {
      // Only here: a large mailbox in memory makes the collection of garbage slow.
      const { fetchAnswers } = await import("../wire.mjs");
      return [Buffer.concat([fetchAnswers(LIST).bytes, tagged()])];
    },
    run: async (client) => (await client.fetch("1:*", LIST)).size,
  },
  bodies: {
    answers: () => {
      const text = textBytes(PARTS * BODY);
      const bodies = Array.from({ length: PARTS }, (_, at) => [
        Buffer.from(`* ${at + 1} FETCH (BODY[] {${BODY}}\r\n`),
        text.subarray(at * BODY, (at + 1) * BODY),
        Buffer.from(")\r\n"),
      ]);
      return [Buffer.concat([...bodies.flat(), tagged()])];
    },
    run: async (client) => (await client.fetch(`1:${PARTS}`, ["BODY.PEEK[]"])).size,
  },
  noops: {
    answers: () => Array.from({ length: NOOPS }, (_, at) => tagged(at)),
    run: async (client) => {
      for (let round = 0; round < NOOPS; round++) await client.noop();
    },
  },
};

function inChunks(bytes) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    chunks.push(new Uint8Array(bytes.subarray(at, at + CHUNK)));
  }
  return chunks;
}

const compressed = (bytes) => deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });

/** Lets garbage of the runs before be collected outside the clock. */
function clock() {
  globalThis.gc?.();
  globalThis.Bun?.gc(true);
  return startClock();
}

/** node:zlib by itself: compresses each command, and inflates what comes. Returns that too. */
async function runZlib(lengths, answers) {
  const source = scripted(answers);
  const [inflate, deflate] = [
    createInflateRaw(),
    createDeflateRaw({ flush: constants.Z_SYNC_FLUSH }),
  ];
  const inflated = [];
  let sent = [];
  let [size, wanted] = [0, 0];
  inflate.on("data", (chunk) => {
    inflated.push(chunk);
    size += chunk.length;
  });
  deflate.on("data", (chunk) => sent.push(chunk));
  const write = (stream, bytes) => new Promise((resolve) => stream.write(bytes, resolve));
  const stop = clock();
  for (const [at, length] of lengths.entries()) {
    await write(deflate, encode(`A${at} NOOP\r\n`));
    const chunks = sent;
    sent = [];
    for (const chunk of chunks) await source.write(chunk);
    wanted += length;
    while (size < wanted) await write(inflate, await source.read());
  }
  const cost = stop();
  inflate.destroy();
  deflate.destroy();
  return { cost, inflated: inflated.map(plainBytes) };
}

const over = await loadCompression();

/** The layer of compression by itself, without the client. */
async function runLayer(lengths, answers) {
  const source = scripted(answers);
  const streams = {
    duplex: source,
    read: () => source.read(),
    write: (bytes) => source.write(bytes),
    release() {},
    close: () => Promise.resolve(),
  };
  const layer = over(streams, new Uint8Array(0), { received: 0, sent: 0 });
  const stop = clock();
  for (const [at, length] of lengths.entries()) {
    await layer.write(encode(`A${at} NOOP\r\n`));
    for (let left = length; left > 0;) left -= (await layer.read()).length;
  }
  const cost = stop();
  await layer.close();
  return cost;
}

async function runClient(run, answers, isCompressed) {
  const client = await openScripted(answers, isCompressed);
  const stop = clock();
  await run(client);
  const cost = stop();
  client.shutdown();
  return cost;
}

async function measureCost(workload) {
  const { answers, run } = workloads[workload];
  const plain = await answers();
  const lengths = plain.map(({ length }) => length);
  const raw = plain.map((answer) => inChunks(compressed(answer)));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round >= WARM_UP + 2 && performance.now() > LIMIT_MS) break;
    const zlib = await runZlib(lengths, raw);
    const inflated = plain.length === 1 ? [zlib.inflated] : plain.map(inChunks);
    const bare = await runClient(run, inflated, false);
    const ours = await runClient(run, raw, true);
    const layer = await runLayer(lengths, raw);
    rounds.push({ zlib: zlib.cost, bare, ours, layer });
  }
  rounds.splice(0, WARM_UP);
  return { ms: ratios(rounds, "ms"), cpu: ratios(rounds, "cpu") };
}

/**
 * The client with compression to node:zlib and the client without, which run one after the other;
 * and the layer to node:zlib.
 */
function ratios(rounds, field) {
  // The least of all rounds: other work on the machine only adds to it.
  const [zlib, bare, ours, layer] = ["zlib", "bare", "ours", "layer"].map((kind) => {
    return Math.min(...rounds.map((round) => round[kind][field]));
  });
  return { whole: ours / (zlib + bare), layer: layer / zlib };
}

const CONNECTIONS = 100;
const COMMANDS = 20;

/** What a connection holds after some commands, in KiB. */
async function measureMemory(isCompressed) {
  const answers = Array.from({ length: COMMANDS }, (_, at) => {
    const bytes = tagged(at);
    return [plainBytes(isCompressed ? compressed(bytes) : bytes)];
  });
  const clients = [];
  const open = async (count) => {
    for (let round = 0; round < count; round++) {
      const client = await openScripted(answers, isCompressed);
      for (let command = 0; command < COMMANDS; command++) await client.noop();
      clients.push(client);
    }
    for (let round = 0; round < 5; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return process.memoryUsage();
  };
  const before = await open(10);
  const after = await open(CONNECTIONS);
  const kib = (field) => (after[field] - before[field]) / CONNECTIONS / 1024;
  return { rss: kib("rss"), external: kib("external"), heap: kib("heapUsed") };
}

const [what, port] = process.argv.slice(-2);
const result = what === "memory"
  ? await measureMemory(port === "compress")
  : await measureCost(what);
console.log(JSON.stringify(result));
process.exit(0);
