import type { Duplex, Streams } from "../model/transport.ts";

/** Uses the duplex's own `read` and `write` if it has them, else its streams. */
export function streamsOf(duplex: Duplex): Streams {
  const isDirect = duplex.read !== undefined && duplex.write !== undefined;
  return isDirect ? new DirectStreams(duplex) : new WebStreams(duplex);
}

class DirectStreams implements Streams {
  readonly duplex: Duplex;
  #writing: Promise<void> | null = null;

  constructor(duplex: Duplex) {
    this.duplex = duplex;
  }

  read(into?: Uint8Array): Promise<Uint8Array | null> {
    return this.duplex.read!(into);
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.#writing !== null) await this.#writing.catch(() => {});
    try {
      await (this.#writing = this.duplex.write!(bytes));
    } finally {
      this.#writing = null;
    }
  }

  release(): void {}

  async close(): Promise<void> {
    await closed(this.duplex);
  }
}

class WebStreams implements Streams {
  readonly duplex: Duplex;
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;

  constructor(duplex: Duplex) {
    this.duplex = duplex;
    this.#input = duplex.readable.getReader();
    this.#output = duplex.writable.getWriter();
    // A failure shows in the present write or in the next read.
    this.#output.closed.catch(() => {});
  }

  async read(): Promise<Uint8Array | null> {
    const { value, done } = await this.#input.read();
    return done ? null : value;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#output.write(bytes);
  }

  release(): void {
    this.#input.releaseLock();
    this.#output.releaseLock();
  }

  async close(): Promise<void> {
    this.#input.cancel().catch(() => {});
    this.#output.abort().catch(() => {});
    await closed(this.duplex);
  }
}

async function closed(duplex: Duplex): Promise<void> {
  try {
    await duplex.close();
  } catch {
    // It is closed all the same.
  }
}
