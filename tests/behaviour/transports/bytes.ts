import { createHash } from "node:crypto";
import type { Duplex } from "../../../src/model/transport.ts";
import { comesTrue } from "../../support/patience.ts";

export { within } from "../../support/patience.ts";

/** A mebibyte, in bytes. */
export const MIB: number = 1024 * 1024;

const CHUNK = 64 * 1024;

/** `size` bytes in chunks that all differ. */
export function* chunks(size: number): Generator<Uint8Array> {
  for (let at = 0; at < size; at += CHUNK) {
    const chunk = new Uint8Array(Math.min(CHUNK, size - at)).fill(at / CHUNK);
    chunk[0] = at / CHUNK / 256;
    yield chunk;
  }
}

/** The checksum of {@linkcode chunks}. */
export function checksum(size: number): string {
  const hash = createHash("sha256");
  for (const chunk of chunks(size)) hash.update(chunk);
  return hash.digest("hex");
}

/** Reads `size` bytes, or fewer if the stream ends before; returns their checksum. */
export async function drain(duplex: Duplex, size: number): Promise<string> {
  const hash = createHash("sha256");
  const reader = duplex.readable.getReader();
  for (let got = 0; got < size;) {
    const { value } = await reader.read();
    if (!value) break;
    hash.update(value);
    got += value.length;
  }
  reader.releaseLock();
  return hash.digest("hex");
}

/** Writes, and releases the stream. */
export async function send(duplex: Duplex, data: string | Iterable<Uint8Array>): Promise<void> {
  const writer = duplex.writable.getWriter();
  const parts = typeof data === "string" ? [new TextEncoder().encode(data)] : data;
  for (const part of parts) await writer.write(part);
  writer.releaseLock();
}

/** Reads this many characters (ASCII), or fewer if the stream ends; releases the stream. */
export async function receive(duplex: Duplex, length: number): Promise<string> {
  const reader = duplex.readable.getReader();
  let text = "";
  while (text.length < length) {
    const { value } = await reader.read();
    if (!value) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text;
}

/** Waits until a condition holds. */
export async function until(holds: () => boolean, ms = 5000): Promise<void> {
  if (!await comesTrue(holds, ms)) throw new Error(`does not hold after ${ms} ms`);
}

/** Waits until a number stops growing, and returns it. */
export async function settled(number: () => Promise<number>): Promise<number> {
  for (let before = -1;;) {
    const now = await number();
    if (now === before) return now;
    before = now;
    await pause(200);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
