// The layer of compression by itself: however its input is cut, and however fast it is read.
import { describe, it } from "node:test";
import { constants, deflateRawSync } from "node:zlib";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ProtocolError } from "@imapclient/imapclient";
import { memoryPair } from "../../../transports/memory/mod.ts";
import { loadCompression } from "../../../transports/shared/deflated_duplex.ts";
import type { CompressedDuplex, Saved } from "../../../src/model/transport.ts";
import { streamsOf } from "../../../src/connection/streams.ts";
import { concat } from "../../../src/util/bytes.ts";
import { deflated, finished } from "../../support/compressed_server.ts";
import { Random } from "../../support/random.ts";

const over = await loadCompression();
const NOTHING = new Uint8Array(0);

/** Some lines, and what they are compressed. */
function lines(count: number): { text: Uint8Array; raw: Uint8Array } {
  const all = Array.from({ length: count }, (_, i) => `This is line ${i} of a long letter.\r\n`);
  const text = new TextEncoder().encode(all.join(""));
  return { text, raw: deflated(text) };
}

/** A layer over these chunks, after which nothing comes. */
function layer(chunks: Iterable<Uint8Array>, first = NOTHING): [CompressedDuplex, Saved, Counter] {
  const iterator = chunks[Symbol.iterator]();
  const counter = { reads: 0 };
  const saved = { received: 0, sent: 0 };
  const { readable, writable } = memoryPair()[0];
  const read = (): Promise<Uint8Array | null> => {
    counter.reads++;
    return Promise.resolve(iterator.next().value ?? null);
  };
  const write = () => Promise.resolve();
  const streams = streamsOf({ readable, writable, secure: true, close() {}, read, write });
  return [over(streams, first, saved), saved, counter];
}

interface Counter {
  reads: number;
}

function* cut(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) yield bytes.slice(at, at += size());
}

async function readAll(duplex: CompressedDuplex, pause = false): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await duplex.read!(); chunk !== null; chunk = await duplex.read!()) {
    chunks.push(chunk);
    if (pause) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await duplex.close();
  return concat(chunks);
}

describe("compressed duplex: reading", () => {
  it("cut after every byte, or anywhere in two → the same bytes", async () => {
    const { text, raw } = lines(40);
    assertEquals(await readAll(layer(cut(raw, () => 1))[0]), text);
    for (let at = 0; at <= raw.length; at++) {
      const [duplex] = layer([raw.slice(at)].filter((it) => it.length > 0), raw.slice(0, at));
      assertEquals(await readAll(duplex), text);
    }
  });

  it("chunks of any size, read fast and slowly → the same bytes, and counted", async () => {
    const random = new Random(1);
    const { text, raw } = lines(20_000);
    for (const size of [700, 7_000, 70_000, 700_000]) {
      for (const pause of [false, true]) {
        const [duplex, saved] = layer(cut(raw, () => 1 + random.below(size)));
        assertEquals(await readAll(duplex, pause), text);
        assertEquals(saved.received, text.length - raw.length);
      }
    }
  });

  it("nobody reads → nothing is read or inflated beyond a limit", async () => {
    const bomb = deflated(new Uint8Array(50_000_000));
    const [duplex, saved, counter] = layer(cut(bomb, () => 20_000));
    await duplex.read!();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(counter.reads, 1);
    let size = 0;
    for (let i = 0; i < 20; i++) size += (await duplex.read!())!.length;
    assert(size < 3_000_000 && saved.received < 3_000_000, `${size}`);
    await duplex.close();
    await assertRejects(() => duplex.read!());
  });

  it("the end of the source, after a last block or without one → null", async () => {
    for (const raw of [finished("a"), deflated("a")]) {
      assertEquals(await readAll(layer([raw])[0]), new TextEncoder().encode("a\r\n"));
    }
  });

  it("damaged after good blocks → the good ones, then ProtocolError, again and again", async () => {
    const [duplex] = layer([deflated("good"), new Uint8Array(20).fill(0xff)]);
    assertEquals(await duplex.read!(), new TextEncoder().encode("good\r\n"));
    for (let i = 0; i < 2; i++) await assertRejects(() => duplex.read!(), ProtocolError, "damaged");
    await duplex.close();
  });
});

describe("compressed duplex: both ways", () => {
  /** Two layers that talk to each other. */
  function pair(): [CompressedDuplex, CompressedDuplex, Saved] {
    const saved = { received: 0, sent: 0 };
    const [one, two] = memoryPair();
    const other = over(streamsOf(two), NOTHING, { received: 0, sent: 0 });
    return [over(streamsOf(one), NOTHING, saved), other, saved];
  }

  it("each write → can be read at once", async () => {
    const [one, two] = pair();
    for (const text of ["a", "A1 NOOP\r\n", "x".repeat(100_000), "b"]) {
      const bytes = new TextEncoder().encode(text);
      await one.write!(bytes);
      let found = NOTHING as Uint8Array;
      while (found.length < bytes.length) found = concat([found, (await two.read!())!]);
      assertEquals(found, bytes);
    }
    await one.close();
    assertEquals(await two.read!(), null);
    await two.close();
  });

  it("50 MiB by streams, some of it incompressible → the same bytes, with backpressure", async () => {
    const [one, two, saved] = pair();
    const random = new Random(2);
    const noise = Uint8Array.from({ length: 65_536 }, () => random.below(256));
    const text = lines(2_000).text.subarray(0, 65_536);
    const chunks = 800;
    const sending = (async () => {
      const writer = one.writable.getWriter();
      for (let i = 0; i < chunks; i++) await writer.write(i % 4 === 0 ? noise : text);
      await writer.close();
    })();
    let at = 0;
    for await (const chunk of two.readable) {
      for (const end = at + chunk.length; at < end;) {
        const expected = Math.floor(at / 65_536) % 4 === 0 ? noise : text;
        const start = at % 65_536;
        const length = Math.min(65_536 - start, end - at);
        const from = chunk.length - (end - at);
        const found = chunk.subarray(from, from + length);
        const isSame = found.every((byte, i) => byte === expected[start + i]);
        assert(isSame, `other bytes from ${at}`);
        at += length;
      }
    }
    await sending;
    assertEquals(at, chunks * 65_536);
    assert(saved.sent > at / 2);
  });
});

describe("compressed duplex: the end", () => {
  it("bytes after a flush or a last block → handed over", async () => {
    const plain = new TextEncoder().encode("plain");
    const ends: readonly Uint8Array[] = [deflated("ok"), finished("ok")];
    for (const raw of ends) {
      for (const size of [1, 3, 1000]) {
        const [duplex] = layer(cut(concat([raw, plain]), () => size));
        duplex.endSoon(true);
        let read = "";
        while (!read.endsWith("\n")) read += new TextDecoder().decode((await duplex.read!())!);
        const ended = await duplex.end();
        read = new TextDecoder().decode(ended.rest);
        for (let chunk = await ended.duplex.read!(); chunk !== null;) {
          read += new TextDecoder().decode(chunk);
          chunk = await ended.duplex.read!();
        }
        assertEquals(read, "plain");
      }
    }
  });

  it("no end of the flush → ProtocolError before much is read", async () => {
    const raw = deflateRawSync("ok\r\n", { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const empty = concat(Array.from({ length: 2_000 }, () => Uint8Array.of(2, 0)));
    const [duplex, , counter] = layer([raw, Uint8Array.of(0, 0, 0xff, 0x00), empty]);
    duplex.endSoon(true);
    await duplex.read!();
    const ended = await duplex.end();
    await assertRejects(() => ended.duplex.read!(), ProtocolError);
    assert(counter.reads < 10, `${counter.reads}`);
    await ended.duplex.close();
  });
});
