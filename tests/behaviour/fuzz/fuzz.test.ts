import { env } from "node:process";
import { after, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { ImapClient, ImapError, ProtocolError } from "@imapclient/imapclient";
import { DEFAULT_LIMITS } from "../../../src/wire/limits.ts";
import { Reader } from "../../../src/wire/reader.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { decodeFolderName, decodeUtf7, encodeUtf7 } from "../../../src/mime/utf7.ts";
import { memoryPair } from "../../../transports/memory/mod.ts";
import { bounded } from "../../support/fake_server.ts";
import { plain, text } from "../../support/wire.ts";
import { cannedLines } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { Random } from "../../support/random.ts";

/** How many inputs; `IMAPCLIENT_FUZZ` multiplies them and makes them different each time. */
const TIMES = Number(env.IMAPCLIENT_FUZZ ?? 1);
const SEED = TIMES > 1 ? Date.now() : 20261123;
const seeds = cannedLines();
const counts = { inputs: 0, bytes: 0 };

const limits = { ...DEFAULT_LIMITS, literal: 1 << 20, items: 10_000 };

/** The result of reading these chunks: each response in full, and the error at the end. */
function reading(chunks: Iterable<Uint8Array>): string {
  const said: unknown[] = [];
  const reader = new Reader({
    frame(frame) {
      const response = readResponse(frame, limits);
      if (response === null) return said.push("a stray line");
      said.push(shown(response));
    },
  }, limits);
  try {
    for (const chunk of chunks) reader.push(chunk);
    reader.finish();
    said.push(reader.midway);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    said.push(error.message);
  }
  return JSON.stringify(said, (_key, value) => typeof value === "bigint" ? `${value}n` : value);
}

/** Reads every property, since many are parsed only then. */
function shown(response: NonNullable<ReturnType<typeof readResponse>>): unknown {
  if (response.kind !== "untagged" || response.type !== "UNKNOWN") return plain(response);
  let values: unknown;
  try {
    values = plain(response.values());
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    values = error.message;
  }
  return [response.name, response.number, text(response.raw), values];
}

function* pieces(data: Uint8Array, random: Random): Generator<Uint8Array> {
  for (let at = 0; at < data.length;) {
    const end = Math.min(data.length, at + 1 + random.below(9));
    yield data.slice(at, end);
    at = end;
  }
}

/** Runs a check on mutated seeds; a failure names the input. */
async function fuzz(
  count: number,
  check: (data: Uint8Array, random: Random) => void | Promise<void>,
): Promise<void> {
  const random = new Random(SEED);
  for (let i = 0; i < count * TIMES; i++) {
    const data = mutate(random.pick(seeds), seeds, random);
    counts.inputs++;
    counts.bytes += data.length;
    try {
      await check(data, random);
    } catch (error) {
      throw new Error(`input ${i} of seed ${SEED}: ${JSON.stringify(text(data))}`, {
        cause: error,
      });
    }
  }
}

describe("fuzzing", () => {
  after(() => {
    const { inputs, bytes } = counts;
    console.log(`fuzzing: ${seeds.length} seeds, ${inputs} inputs, ${bytes} bytes`);
  });

  it("Z2 has seeds", () => assert(seeds.length > 800, `${seeds.length}`));

  it("Z2 reader and parser throw ProtocolError or nothing, however the bytes are cut", async () => {
    await fuzz(60_000, (data, random) => {
      const whole = reading([data]);
      assertEquals(reading(pieces(data, random)), whole);
    });
  });

  it("Z2 any modified UTF-7 is read, and encodes back to the same", async () => {
    await fuzz(20_000, (data) => {
      decodeFolderName(data, true);
      const name = decodeUtf7(data);
      if (name.isWellFormed()) assertEquals(decodeUtf7(encodeUtf7(name)), name);
    });
  });

  it("Z2 a session over which anything may come ends, in results or in errors", async () => {
    // Many at once: they mostly wait for answers that never come.
    const running: Promise<void>[] = [];
    await fuzz(2000, async (data, random) => {
      running.push(trySession(data, new Random(random.below(2 ** 31))));
      if (running.length >= AT_ONCE) await Promise.all(running.splice(0));
    });
    await Promise.all(running);
  });
});

const AT_ONCE = 1000;

async function trySession(data: Uint8Array, random: Random): Promise<void> {
  const [own, other] = memoryPair();
  const connecting = ImapClient.connect({
    transport: () => Promise.resolve(own),
    timeout: { connect: 5, read: 0.05 },
  });
  void serve(other, data, random).catch(() => {});
  try {
    await bounded(session(connecting), "the session");
  } catch (error) {
    throw new Error(`with ${JSON.stringify(text(data))}`, { cause: error });
  }
}

/** Calls of every kind; every error must be one of the library's own. */
async function session(connecting: Promise<ImapClient>): Promise<void> {
  let client: ImapClient;
  try {
    client = await connecting;
  } catch (error) {
    assert(error instanceof ImapError, `${error}`);
    return;
  }
  const each = async () => {
    for await (const _ of client.fetchEach("1:*", ["BODY[]"], { stream: true }));
  };
  const calls = [
    client.selectFolder("INBOX"),
    client.search("ALL"),
    client.fetch("1:*", ["FLAGS", "ENVELOPE", "BODYSTRUCTURE", "BODY[]"]),
    client.listFolders(),
    client.folderStatus("INBOX"),
    each(),
    client.noop(),
  ];
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === "rejected") {
      assert(result.reason instanceof ImapError, `${result.reason}`);
    }
  }
  client.shutdown();
}

/** Sends its input at a random moment, and OK to everything. */
async function serve(
  { readable, writable }: ReturnType<typeof memoryPair>[0],
  data: Uint8Array,
  random: Random,
): Promise<void> {
  const output = writable.getWriter();
  const input = readable.getReader();
  output.closed.catch(() => {});
  const say = (line: string) => output.write(new TextEncoder().encode(`${line}\r\n`));
  let silence = random.below(6);
  if (silence === 0) await output.write(data);
  await say("* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+] hello");
  for (;;) {
    const { value, done } = await input.read();
    if (done) return;
    for (const line of text(value).split("\r\n").slice(0, -1)) {
      if (--silence === 0) await output.write(data);
      if (/ SELECT /.test(line)) await say("* 3 EXISTS");
      await say(`${line.split(" ")[0]} OK done`);
    }
  }
}
