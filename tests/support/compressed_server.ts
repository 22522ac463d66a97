// The compressed end of a connection, for a server that a test plays by hand.
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { assertEquals } from "@std/assert";
import type { ImapClient } from "../../src/client/imap_client.ts";
import type { ConnectOptions } from "../../src/client/connect.ts";
import { concat } from "../../src/util/bytes.ts";
import { type FakeServer, selectFake } from "./fake_server.ts";

export const COMPRESSING = "IMAP4rev1 COMPRESS=DEFLATE UNAUTHENTICATE IDLE";

/** What a server sends for these lines or bytes: blocks that end with a flush. */
export function deflated(...what: readonly (string | Uint8Array)[]): Uint8Array {
  const encoder = new TextEncoder();
  const bytes = concat(what.map((it) => typeof it === "string" ? encoder.encode(`${it}\r\n`) : it));
  return plainBytes(deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }));
}

/** The same, with a last block: nothing can follow. */
export function finished(...lines: readonly string[]): Uint8Array {
  return plainBytes(deflateRawSync(lines.map((line) => `${line}\r\n`).join("")));
}

function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Reads what the client compresses, and compresses its own lines. */
export class CompressedServer {
  readonly #server: FakeServer;
  #raw: Uint8Array = new Uint8Array(0);
  #seen = 0;

  constructor(server: FakeServer) {
    this.#server = server;
  }

  /** Reads a command, which must be `text`, and returns its tag. */
  async expect(text: string): Promise<string> {
    const line = await this.line();
    const space = line.indexOf(" ");
    assertEquals(line.slice(space + 1), text);
    return line.slice(0, space);
  }

  /** Reads the next line. */
  async line(): Promise<string> {
    for (;;) {
      const text = this.#inflated();
      const end = text.indexOf("\r\n", this.#seen);
      if (end >= 0) {
        const line = text.slice(this.#seen, end);
        this.#seen = end + 2;
        return line;
      }
      this.#raw = concat([this.#raw, await this.#server.rawChunk()]);
    }
  }

  /** Reads a command and answers it with these lines and OK. */
  async answer(text: string, ...lines: readonly string[]): Promise<void> {
    const tag = await this.expect(text);
    await this.send(...lines, `${tag} OK done`);
  }

  /** Sends lines, or bytes, in one chunk. */
  async send(...what: readonly (string | Uint8Array)[]): Promise<void> {
    await this.#server.send(deflated(...what));
  }

  #inflated(): string {
    if (this.#raw.length === 0) return "";
    return inflateRawSync(this.#raw, { finishFlush: constants.Z_SYNC_FLUSH }).toString("latin1");
  }
}

/** A client with a folder selected, and a server that does as it says. */
export async function compressedFake(
  options: ConnectOptions = {},
): Promise<{ client: ImapClient; server: FakeServer; compressed: CompressedServer }> {
  const { client, server } = await selectFake(options, COMPRESSING);
  const compressing = client.compress();
  await server.answer("COMPRESS DEFLATE");
  await compressing;
  return { client, server, compressed: new CompressedServer(server) };
}
