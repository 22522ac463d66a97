import type { Duplex, Saved, Streams } from "../model/transport.ts";
import { streamsOf } from "./streams.ts";

/** Longer writes go out in pieces: each piece that has gone shows that the server is there. */
const PIECE = 256 * 1024;

/**
 * The way to the server: its streams, which STARTTLS and COMPRESS replace, and how much passed over
 * them.
 */
export class Channel {
  /** Bytes received so far. */
  received = 0;
  /** Bytes sent so far. */
  sent = 0;
  /** What compression has saved of them. */
  readonly saved: Saved = { received: 0, sent: 0 };
  /** Bytes that are being written and that the transport has not taken yet. */
  unsent = 0;
  #streams: Streams;

  /** Takes hold of a duplex. */
  constructor(duplex: Duplex) {
    this.#streams = streamsOf(duplex);
  }

  /** The duplex in use. */
  get duplex(): Duplex {
    return this.#streams.duplex;
  }

  /** Reads the next chunk, into the memory of `into` where possible; `null` at the end. */
  read(into?: Uint8Array): Promise<Uint8Array | null> {
    return this.#streams.read(into);
  }

  /**
   * Writes bytes after those of earlier calls; `onProgress` is called for each piece that is gone.
   */
  async write(bytes: Uint8Array, onProgress: () => void): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; at += PIECE) {
        this.unsent = bytes.length - at;
        const piece = bytes.length > PIECE ? bytes.subarray(at, at + PIECE) : bytes;
        await this.#streams.write(piece);
        this.sent += piece.length;
        onProgress();
      }
    } finally {
      this.unsent = 0;
    }
  }

  /** Lets go of the duplex, for somebody else to use. */
  release(): Duplex {
    this.#streams.release();
    return this.#streams.duplex;
  }

  /** Goes on with another duplex. */
  replace(duplex: Duplex): void {
    this.#streams = streamsOf(duplex);
  }

  /** Closes the duplex; never rejects. */
  close(): Promise<void> {
    return this.#streams.close();
  }
}
