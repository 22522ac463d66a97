import type { BinaryItem, EncodedPart } from "../../commands/messages/binary_items.ts";
import { sizeOf, unknownEncoding } from "../../commands/messages/decoded_message.ts";
import type { FetchRequest } from "../../commands/messages/fetch.ts";
import type { FetchedBase } from "../../commands/messages/fetch_types.ts";
import { addAliases } from "../../commands/messages/requested_items.ts";
import {
  type TransferDecoder,
  transferDecoder,
  transferEncodingOf,
} from "../../mime/transfer_encoding.ts";
import type { BodyStructure } from "../../model/body_structure.ts";
import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { fetchProblems, noteProblems, valueOf } from "../../model/problems.ts";
import { concat } from "../../util/bytes.ts";
import { readThrough } from "./literal_stream.ts";

type Bytes = ReadableStream<Uint8Array>;

/** A header that names an encoding is no longer than this. */
const LONGEST_HEADER = 1024 * 1024;

/** Throws if a stream would have to be read twice: as it is, or for two items. */
export function checkStreams({ keys }: FetchRequest, parts: readonly EncodedPart[]): void {
  for (const { wanted, content, headers } of parts) {
    const contents = wanted.filter(({ isSize }) => !isSize);
    if (contents.length < 2 && ![content, ...headers].some((key) => keys.includes(key))) continue;
    if (contents.length === 0) continue;
    throw new InvalidArgumentError(
      `${contents[0].key} is decoded here, from a stream that can be read only once: fetch no ` +
        "other section of the same part along with it",
    );
  }
}

/** Puts decoded streams into a message whose sections are streams, still encoded. */
export function decodeStreams(
  message: FetchedBase,
  id: number,
  { keys, aliases }: FetchRequest,
  parts: readonly EncodedPart[],
): void {
  for (const part of parts) {
    const helpers = [part.content, ...part.headers];
    const [content, ...headers] = helpers.map((key) => valueOf(message, key));
    for (const item of part.wanted) {
      const { key } = item;
      if (item.isSize) putSize(message, key, part, content);
      else if (content instanceof ReadableStream) {
        const all = headers.filter((it) => it instanceof ReadableStream) as readonly Bytes[];
        Object.assign(message, { [key]: decodedStream(content, all, item, id) });
      } else {
        const problem = fetchProblems(message).find(({ name }) => name === part.content);
        if (problem !== undefined) noteProblems(message, [{ ...problem, name: key }]);
      }
    }
    for (const key of helpers) if (!keys.includes(key)) hide(message, key);
  }
  addAliases(message, aliases);
}

function putSize(message: FetchedBase, key: string, part: EncodedPart, value: unknown): void {
  const isSize = part.fetched === "structure" && typeof value === "number";
  const structure = part.fetched === "structure" ? value as BodyStructure | undefined : undefined;
  const size = isSize ? value : sizeOf(structure, part.part);
  if (size !== null) return void Object.assign(message, { [key]: size });
  const error = new ProtocolError(`${key} can't be told of a stream before it is read: use fetch`);
  noteProblems(message, [{ name: key, raw: new Uint8Array(0), error }]);
}

/** Keeps an item that nobody asked for out of copies of the message. */
function hide(message: FetchedBase, key: string): void {
  const own = Object.getOwnPropertyDescriptor(message, key);
  if (own?.enumerable) Object.defineProperty(message, key, { ...own, enumerable: false });
}

/**
 * A part as a stream, decoded while it is read: its content is a stream, and so are the headers of
 * which the first that is not empty names the encoding. Nothing is read before somebody reads it.
 */
function decodedStream(
  content: Bytes,
  headers: readonly Bytes[],
  item: BinaryItem,
  id: number,
): Bytes {
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let decoder: TransferDecoder | null = null;
  let skip = item.offset;
  let left = item.length;
  const decoded = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      decoder ??= await decoderOf(headers, item, id);
      reader ??= content.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        const all = done ? decoder.end() : decoder.push(value);
        const bytes = all.subarray(skip, skip + left);
        const { length } = bytes;
        skip = Math.max(0, skip - all.length);
        left -= length;
        if (length > 0) controller.enqueue(bytes);
        if (done || left === 0) {
          controller.close();
          return reader.cancel();
        }
        if (length > 0) return;
      }
    },
    async cancel(reason): Promise<void> {
      await drop(headers);
      await (reader ?? content).cancel(reason);
    },
  }, { highWaterMark: 0 });
  for (const source of [content, ...headers]) readThrough(source, decoded);
  return decoded;
}

/** Lets go of the streams that nobody will read. */
async function drop(streams: readonly Bytes[]): Promise<void> {
  for (const stream of streams) if (!stream.locked) await stream.cancel();
}

async function decoderOf(
  headers: readonly Bytes[],
  { key }: BinaryItem,
  id: number,
): Promise<TransferDecoder> {
  let header = new Uint8Array(0);
  for (const stream of headers) {
    header = await readHeader(stream);
    if (header.length > 2) break;
  }
  await drop(headers);
  const decoder = transferDecoder(transferEncodingOf(header));
  if (decoder === null) throw unknownEncoding(key, id, header);
  return decoder;
}

async function readHeader(stream: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length > LONGEST_HEADER) {
      await reader.cancel();
      throw new ProtocolError(`a part has a header of more than ${LONGEST_HEADER} bytes`);
    }
  }
  return concat(pieces);
}
