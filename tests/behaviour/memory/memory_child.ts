// Does one thing that could take a lot of memory, in its own process, and prints by how many MiB
// the process grew. Run by memory.test.ts with the port of a big server, what to do, and how much
// of it.
import { createHash } from "node:crypto";
import process from "node:process";
import { ImapClient } from "@imapclient/imapclient";

const [port, what, amount] = process.argv.slice(2);

async function open(): Promise<ImapClient> {
  return await ImapClient.connect({ host: "127.0.0.1", port: Number(port), ssl: false });
}

/** Reads a message of this size as a stream. */
async function stream(size: number): Promise<void> {
  const client = await open();
  await client.selectFolder(String(size));
  for await (const message of client.fetchEach(1, "BODY[]", { stream: true })) {
    let taken = 0;
    const hash = createHash("sha256");
    await message["BODY[]"].pipeTo(
      new WritableStream({
        write: (bytes) => {
          taken += bytes.length;
          hash.update(bytes);
        },
      }),
    );
    if (taken !== size) throw new Error(`${taken} of ${size} bytes`);
  }
  await client.logout();
}

/** Reads this many messages, one after the other. */
async function rows(count: number): Promise<void> {
  const client = await open();
  await client.selectFolder("0");
  let taken = 0;
  for await (const message of client.fetchEach(`1:${count}`, ["FLAGS", "BODY[HEADER]"])) {
    taken += message["BODY[HEADER]"]!.length > 0 ? 1 : 0;
    // The caller is slow at times.
    if (taken % 5000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (taken !== count) throw new Error(`${taken} of ${count} messages`);
  await client.logout();
}

const DEEDS: Readonly<Record<string, (amount: number) => Promise<void>>> = { stream, rows };

// A first run covers what the runtime needs for itself.
await DEEDS[what](Math.min(Number(amount), what === "stream" ? 1_000_000 : 1000));
await new Promise((resolve) => setTimeout(resolve, 200));
const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 20);
await DEEDS[what](Number(amount));
most = Math.max(most, process.memoryUsage().rss);
clearInterval(timer);
console.log(Math.round((most - before) / 1024 / 1024));
