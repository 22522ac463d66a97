// The least that any client has to do: keep bodies in separate memory, pass one to a web stream,
// and settle a promise for each of a thousand calls. It checks nothing, and trusts the server
// completely.
import { BODIES, firstUids, LARGE, MANY, MANY_ROUNDS } from "./commands.mjs";
import { bodyRecord, flagsRecord, Samples } from "./digest.mjs";
import { drive } from "./harness.mjs";

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder("latin1").decode(bytes);

/** For runtimes that call back with each chunk. */
class Queue {
  #chunks = [];
  #waiting = null;

  push(chunk) {
    if (this.#waiting === null) return this.#chunks.push(chunk);
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve(chunk);
  }

  read() {
    if (this.#chunks.length > 0) return this.#chunks.shift();
    return new Promise((resolve) => this.#waiting = resolve);
  }
}

async function connectNode(port) {
  const { connect } = await import("node:net");
  const queue = new Queue();
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("data", (chunk) => queue.push(chunk));
  return { read: () => queue.read(), write: (bytes) => socket.write(bytes) };
}

async function connectBun(port) {
  const queue = new Queue();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { binaryType: "uint8array", data: (_, chunk) => queue.push(chunk), drain() {} },
  });
  return { read: () => queue.read(), write: (bytes) => socket.write(bytes) };
}

async function connectDeno(port) {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const read = async (into) => {
    const memory = into ?? new Uint8Array(16 * 1024);
    const count = await conn.read(memory);
    if (count === null) throw new Error("the server hung up");
    return memory.subarray(0, count);
  };
  return { read, write: (bytes) => conn.write(bytes) };
}

/** Reads until the input matches, and returns what follows the match. */
async function until(session, pattern) {
  for (let text = "", bytes = new Uint8Array(0);;) {
    const chunk = await session.read();
    const longer = new Uint8Array(bytes.length + chunk.length);
    longer.set(bytes);
    longer.set(chunk, bytes.length);
    bytes = longer;
    text += decode(chunk);
    const match = pattern.exec(text);
    if (match) return { match, rest: bytes.subarray(match.index + match[0].length) };
  }
}

async function open(port) {
  const connect = globalThis.Bun ? connectBun : globalThis.Deno ? connectDeno : connectNode;
  const session = await connect(port);
  await until(session, /^\* OK/);
  for (const command of ["LOGIN ann secret", "SELECT INBOX"]) {
    session.write(encode(`A1 ${command}\r\n`));
    await until(session, /^A1 OK.*\r\n/m);
  }
  return session;
}

/** A source that first returns what was read beyond the match. */
function withRest(session, rest) {
  let left = rest;
  return {
    async read(into) {
      const chunk = left.length > 0 ? left : await session.read(into);
      left = new Uint8Array(0);
      return chunk;
    },
  };
}

/** Reads one body into its own memory, and returns what follows it. */
async function readBody(source) {
  const { match, rest } = await until(source, /\{(\d+)\}\r\n/);
  const body = new Uint8Array(Number(match[1]));
  const behind = withRest(source, rest);
  for (let at = 0; at < body.length;) {
    const room = body.subarray(at);
    const chunk = await behind.read(room);
    if (chunk.buffer !== body.buffer) room.set(chunk.subarray(0, room.length));
    if (chunk.length > room.length) return { body, rest: chunk.subarray(room.length) };
    at += chunk.length;
  }
  return { body, rest: new Uint8Array(0) };
}

const FLAGS = /^\* \d+ FETCH \(UID (\d+) FLAGS \(([^)]*)\)\)$/;

/** Reads answers until no call waits; each call gets what came before its tagged line. */
async function answerAll(session, waiting) {
  let messages = new Map();
  for (let text = ""; waiting.size > 0;) {
    const lines = (text + decode(await session.read())).split("\r\n");
    text = lines.pop();
    for (const line of lines) {
      const match = FLAGS.exec(line);
      if (match) messages.set(Number(match[1]), match[2] === "" ? [] : match[2].split(" "));
      else {
        const tag = line.slice(0, line.indexOf(" "));
        waiting.get(tag)(messages);
        waiting.delete(tag);
        messages = new Map();
      }
    }
  }
}

/** Sends a FETCH for each of these ids, and returns the answer to each. */
async function fetchEach(session, uids) {
  const waiting = new Map();
  const all = uids.map((_, at) => new Promise((resolve) => waiting.set(`A${at}`, resolve)));
  session.write(encode(uids.map((uid, at) => `A${at} UID FETCH ${uid} (FLAGS)\r\n`).join("")));
  await answerAll(session, waiting);
  return await Promise.all(all);
}

const workloads = {
  bodies: {
    async run(session) {
      session.write(encode(`A2 FETCH 1:${BODIES} BODY.PEEK[]\r\n`));
      const found = [];
      for (let source = session; found.length < BODIES;) {
        const { body, rest } = await readBody(source);
        found.push(body);
        source = withRest(session, rest);
      }
      return found;
    },
    records: (found) => found.map((body, at) => bodyRecord(at + 1, body)),
  },
  stream: {
    async run(session) {
      session.write(encode(`A2 FETCH ${LARGE} (UID BODY.PEEK[])\r\n`));
      const { match, rest } = await until(session, /\{(\d+)\}\r\n/);
      const source = withRest(session, rest);
      let left = Number(match[1]);
      const samples = new Samples();
      const body = new ReadableStream({
        async pull(controller) {
          const chunk = await source.read();
          controller.enqueue(chunk.subarray(0, left));
          left -= chunk.length;
          if (left <= 0) controller.close();
        },
      });
      await body.pipeTo(new WritableStream({ write: (chunk) => void samples.add(chunk) }));
      return samples;
    },
    records: (samples) => [samples.record()],
  },
  many: {
    prepare: () => firstUids(MANY),
    async run(session, uids) {
      const found = [];
      for (let round = 0; round < MANY_ROUNDS; round++) {
        found.push(...await fetchEach(session, uids));
      }
      return found;
    },
    records: (found) => found.flatMap((it) => [...it].map((one) => flagsRecord(...one))),
  },
};

await drive({ open, close() {}, idle() {}, exists: () => 0, workloads });
