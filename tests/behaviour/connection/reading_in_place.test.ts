import { assert, assertEquals } from "@std/assert";
import { type Duplex, ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { test } from "../../support/fake_server.ts";

/** A duplex that reads into a given buffer, `step` bytes at a time, and counts how often. */
class Filling implements Duplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly secure: boolean;
  readonly #below: Duplex;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #step: number;
  #left: Uint8Array = new Uint8Array(0);
  filled = 0;

  constructor(below: Duplex, step: number) {
    this.#below = below;
    this.readable = below.readable;
    this.writable = below.writable;
    this.secure = below.secure;
    this.#reader = below.readable.getReader();
    this.#writer = below.writable.getWriter();
    this.#step = step;
  }

  async read(into?: Uint8Array): Promise<Uint8Array | null> {
    while (this.#left.length === 0) {
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#left = value;
    }
    const size = Math.min(this.#step, this.#left.length, into?.length ?? Infinity);
    const chunk = this.#left.slice(0, size);
    this.#left = this.#left.subarray(size);
    if (into === undefined) return chunk;
    this.filled += size;
    into.set(chunk);
    return into.subarray(0, size);
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
  }

  close(): void | Promise<void> {
    return this.#below.close();
  }
}

test("P6 bodies are the same when they are read in place", async () => {
  const sizes = [10, 5000, 70_000, 1_200_000];
  const bodies = sizes.map((size) => new Uint8Array(size).map((_, at) => 32 + at % 90));
  const server = new MemoryServer({ greeting: "PREAUTH" });
  const ann = server.addUser("ann", "secret");
  for (const body of bodies) ann.append("INBOX", body);
  for (const step of [1000, 100_000]) {
    let duplex!: Filling;
    const client = await ImapClient.connect({
      transport: async (signal) => duplex = new Filling(await server.transport(signal), step),
    });
    await client.selectFolder("INBOX");
    const found = await client.fetch("1:*", ["BODY.PEEK[]"]);
    assertEquals(found.size, sizes.length);
    [...found.values()].forEach(({ "BODY[]": body }, at) => {
      assert(body !== null && body.length === sizes[at]);
      assert(body.every((byte, i) => byte === bodies[at][i]));
    });
    assert(duplex.filled > 1_000_000, `${duplex.filled} bytes were read in place`);
    await client.logout();
  }
});
