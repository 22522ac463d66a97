import { ImapAbortError } from "../model/errors.ts";
import { hasNul } from "../util/bytes.ts";
import type { CommandPart, LiteralSource } from "../wire/command_buffer.ts";
import type { Lifecycle } from "./lifecycle.ts";

/**
 * Sends a literal that comes from a stream. Throws {@linkcode ImapAbortError} where the stream has
 * not as many bytes as were announced: the connection can't be used after that.
 */
export async function sendLiteral(
  { stream, size, binary = false }: LiteralSource,
  write: (bytes: Uint8Array) => Promise<void>,
  life: Lifecycle,
): Promise<void> {
  const reader = stream.getReader();
  const cancel = (reason: unknown) => void reader.cancel(reason).catch(() => {});
  // The stream may wait for something that never comes.
  const stopListening = life.onEnd(cancel);
  try {
    let left = size;
    // A chunk is read and checked while the one before it goes out.
    let writing: Promise<void> | null = null;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      left -= lengthOf(next.value, binary);
      if (left < 0) throw new ImapAbortError(`the stream has more than ${size} bytes`);
      await writing;
      if (life.cause !== null) break;
      writing = write(next.value);
    }
    await writing;
    // Once the connection ends, it has its reason: that the stream was not read to its end is none.
    if (life.cause !== null) return cancel(life.cause);
    if (left > 0) throw new ImapAbortError(`the stream ended ${left} bytes before its size`);
  } catch (error) {
    cancel(error);
    throw error instanceof ImapAbortError
      ? error
      : new ImapAbortError(`the stream of a literal failed: ${error}`, { cause: error });
  } finally {
    stopListening();
  }
}

/** The length of a chunk of a literal. Throws for what it can't hold. */
function lengthOf(chunk: unknown, binary: boolean): number {
  if (!(chunk instanceof Uint8Array)) throw new ImapAbortError("the stream gave no bytes");
  if (!binary && hasNul(chunk)) throw new ImapAbortError("a literal can't hold a NUL");
  return chunk.length;
}

/** Cancels the streams of literals that the server does not want. */
export function cancelSources(parts: readonly CommandPart[]): void {
  for (const { source } of parts) {
    if (source !== undefined && !source.stream.locked) source.stream.cancel().catch(() => {});
  }
}
