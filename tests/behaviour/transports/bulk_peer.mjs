// A server that sends or receives a lot, in its own process and on its own runtime: Deno's node:tls
// has no backpressure to test against. The first line of its input says what to do; it answers each
// line with one of its own.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { createServer as createTlsServer } from "node:tls";

const CHUNK = 64 * 1024;

/** The same as chunks() in bytes.ts. */
function* chunks(size) {
  for (let at = 0; at < size; at += CHUNK) {
    const chunk = new Uint8Array(Math.min(CHUNK, size - at)).fill(at / CHUNK);
    chunk[0] = at / CHUNK / 256;
    yield chunk;
  }
}

let sent = 0;
let client;

function flood(size) {
  const source = chunks(size);
  const next = () => {
    const { value, done } = source.next();
    if (done) return void client.end();
    client.write(value, (error) => {
      sent += value.length;
      if (!error) next();
    });
  };
  next();
}

function swallow(size) {
  const hash = createHash("sha256");
  let got = 0;
  client.on("data", (chunk) => {
    hash.update(chunk);
    got += chunk.length;
    if (got >= size) client.write(hash.digest("hex"));
  });
}

const answer = (text) => process.stdout.write(`${text}\n`);

function start({ size, floods, tls }) {
  const serve = (socket) => {
    client = socket.on("error", () => {});
    if (floods) flood(size);
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.listen(0, "127.0.0.1", () => answer(server.address().port));
  return { sent: () => answer(sent), read: () => answer(swallow(size) ?? "reading") };
}

let commands;
for await (const line of createInterface({ input: process.stdin })) {
  if (commands) commands[line]();
  else commands = start(JSON.parse(line));
}
process.exit();
