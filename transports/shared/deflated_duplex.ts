/**
 * A layer of compression over any duplex (COMPRESS=DEFLATE, RFC 4978).
 *
 * @module
 */

import { ImapError } from "../../src/model/errors.ts";
import type {
  ChannelBindingType,
  Compress,
  CompressedDuplex,
  OpenedStreams,
  Saved,
  Streams,
} from "../../src/model/transport.ts";
import { Deflater } from "./deflater.ts";
import { DirectDuplex } from "./direct_duplex.ts";
import { Inflater } from "./inflater.ts";

/** Loads what compression needs. Throws {@linkcode ImapError} where there is no `node:zlib`. */
export async function loadCompression(): Promise<Compress> {
  try {
    const { createDeflateRaw, createInflateRaw, constants } = await import("node:zlib");
    return (streams, first, saved) => {
      const inflating = createInflateRaw(Inflater.OPTIONS);
      const inflater = new Inflater(inflating, () => streams.read(), first, saved);
      const flush = constants.Z_SYNC_FLUSH;
      const deflater = new Deflater(createDeflateRaw({ ...Deflater.OPTIONS, flush }));
      return new DeflatedDuplex(streams, inflater, deflater, saved);
    };
  } catch (cause) {
    const where = "it is part of Node, Deno and Bun, and of Workers with the flag nodejs_compat";
    throw new ImapError(`compression needs node:zlib, which can't be loaded: ${where}`, { cause });
  }
}

class DeflatedDuplex extends DirectDuplex implements CompressedDuplex {
  readonly secure: boolean;
  readonly #streams: Streams;
  readonly #inflater: Inflater;
  readonly #deflater: Deflater;
  readonly #saved: Saved;

  constructor(streams: Streams, inflater: Inflater, deflater: Deflater, saved: Saved) {
    super();
    this.secure = streams.duplex.secure;
    this.#streams = streams;
    this.#inflater = inflater;
    this.#deflater = deflater;
    this.#saved = saved;
  }

  read(): Promise<Uint8Array | null> {
    return this.#inflater.read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#saved.sent += bytes.length;
    for (const chunk of await this.#deflater.deflate(bytes)) {
      this.#saved.sent -= chunk.length;
      await this.#streams.write(chunk);
    }
  }

  endSoon(isEnding: boolean): void {
    this.#inflater.endSoon(isEnding);
  }

  async end(): Promise<OpenedStreams> {
    const rest = await this.#inflater.end();
    this.#deflater.close();
    if (!this.#inflater.hasEnded) {
      return { duplex: new EndingDuplex(this.#streams, this.#inflater), rest };
    }
    this.#inflater.close();
    this.#streams.release();
    return { duplex: this.#streams.duplex, rest };
  }

  async close(): Promise<void> {
    this.#inflater.close();
    this.#deflater.close();
    await this.#streams.close();
  }

  protected finish(): Promise<void> {
    return this.close();
  }
}

/** A duplex that is no longer compressed, except for the last bytes of what comes. */
class EndingDuplex extends DirectDuplex {
  readonly secure: boolean;
  readonly #streams: Streams;
  readonly #inflater: Inflater;

  constructor(streams: Streams, inflater: Inflater) {
    super();
    this.secure = streams.duplex.secure;
    this.#streams = streams;
    this.#inflater = inflater;
  }

  /** What ties a login to the TLS connection, which is that of the duplex below. */
  async channelBinding(type: ChannelBindingType): Promise<Uint8Array | null> {
    return await this.#streams.duplex.channelBinding?.(type) ?? null;
  }

  async read(): Promise<Uint8Array | null> {
    while (!this.#inflater.hasEnded) {
      const rest = await this.#inflater.readRest();
      if (this.#inflater.hasEnded) this.#inflater.close();
      if (rest === null || rest.length > 0) return rest;
    }
    return await this.#streams.read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#streams.write(bytes);
  }

  async close(): Promise<void> {
    this.#inflater.close();
    await this.#streams.close();
  }

  protected finish(): Promise<void> {
    return this.close();
  }
}
