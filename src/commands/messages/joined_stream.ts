import type { MessageStream } from "./message_content.ts";

/**
 * The pieces of a message as one stream. A stream among them that has more or fewer bytes than its
 * size makes it fail, since the sum could be right all the same.
 */
export function joinedStream(
  pieces: readonly (Uint8Array | MessageStream)[],
): ReadableStream<Uint8Array> {
  const all = bytesOf(pieces);
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const { value, done } = await all.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason): Promise<void> {
      await all.return(undefined);
      for (const piece of pieces) {
        if (!(piece instanceof Uint8Array) && !piece.stream.locked) {
          await piece.stream.cancel(reason);
        }
      }
    },
  }, { highWaterMark: 0 });
}

async function* bytesOf(
  pieces: readonly (Uint8Array | MessageStream)[],
): AsyncGenerator<Uint8Array, void> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* piecewise(piece);
  }
}

async function* piecewise({ stream, size }: MessageStream): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  let left = size;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const { value } = next;
      if (!(value instanceof Uint8Array)) throw new TypeError("the stream gave no bytes");
      left -= value.length;
      if (left < 0) throw new RangeError(`the stream has more than ${size} bytes`);
      yield value;
    }
    if (left > 0) throw new RangeError(`the stream ended ${left} bytes before its size`);
  } finally {
    // Left early: nobody wants the rest.
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
