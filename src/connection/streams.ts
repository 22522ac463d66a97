import type { Duplex } from "../model/transport.ts";

/** The bytes of a duplex, which is in use here. */
export interface Streams {
  /** The duplex. */
  readonly duplex: Duplex;
  /** The next chunk, in the memory of `into` where the duplex can do that; `null` at the end. */
  read(into?: Uint8Array): Promise<Uint8Array | null>;
  /** Writes one chunk, behind those that were given before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Lets go of the duplex, for somebody else to use it. */
  release(): void;
  /** Closes it. What it has to say about that adds nothing to why it is closed. */
  close(): Promise<void>;
}

/** Takes hold of a duplex: of itself, if it reads and writes by itself, else of its streams. */
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
    // Its failure is that of the write under way, or of the read that follows.
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
    // It is closed, one way or another.
  }
}
