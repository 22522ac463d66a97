// Shared by the wire tests: bytes in, plain values out.
import { assert } from "@std/assert";
import { ZonedDate } from "../../src/model/dates.ts";
import { NumberSet } from "../../src/model/number_set.ts";
import type { FetchResponse, ServerResponse, UntaggedResponse } from "../../src/model/responses.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/wire/limits.ts";
import { type FrameHandler, Reader } from "../../src/wire/reader.ts";
import { readResponse } from "../../src/wire/response.ts";

/** The bytes of a text, one for each character: `\xff` is the byte 255. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The text of bytes, one character for each. */
export function text(data: Uint8Array): string {
  // Joined in large pieces: a string built one character at a time is a chain of that many pieces.
  let all = "";
  for (let at = 0; at < data.length; at += 8192) {
    all += String.fromCharCode(...data.subarray(at, at + 8192));
  }
  return all;
}

/** The form in which {@linkcode plain} shows bytes. */
export interface Shown {
  readonly bytes: string;
}

/** Text in the form in which {@linkcode plain} shows bytes. */
export function shown(data: string): Shown {
  return { bytes: data };
}

/** A value as plain data that can be compared by content: no classes, no lazy getters. */
export function plain(value: unknown, ofBytes: (it: Uint8Array) => unknown = asText): unknown {
  if (value instanceof Uint8Array) return ofBytes(value);
  if (value instanceof ZonedDate) return { date: value.toISOString(), offset: value.offsetMinutes };
  if (value instanceof NumberSet) return `set ${value}`;
  if (value instanceof Error) return value.name;
  if (Array.isArray(value)) return value.map((it) => plain(it, ofBytes));
  if (typeof value !== "object" || value === null) return value;
  const fields = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value;
  return Object.fromEntries(
    Object.entries(fields).filter(([, it]) => it !== undefined)
      .map(([key, it]) => [key, plain(it, ofBytes)]),
  );
}

const asText = (it: Uint8Array): Shown => shown(text(it));

/** Reads a stream that arrives in these chunks. */
export function readAll(
  chunks: Iterable<Uint8Array>,
  limits: Limits = DEFAULT_LIMITS,
  literal?: FrameHandler["literal"],
): ServerResponse[] {
  const responses: ServerResponse[] = [];
  const reader = new Reader({
    frame(frame) {
      const response = readResponse(frame, limits);
      assert(response !== null, "a line that is no response");
      responses.push(response);
    },
    literal,
  }, limits);
  for (const chunk of chunks) reader.push(chunk);
  reader.finish();
  assert(!reader.midway, "the last response is not whole");
  return responses;
}

/** The only response in a line, given without its line end. */
export function read(line: string, limits: Limits = DEFAULT_LIMITS): ServerResponse {
  const responses = readAll([bytes(`${line}\r\n`)], limits);
  assert(responses.length === 1, `${responses.length} responses`);
  return responses[0];
}

/** The only untagged response in a line. */
export function untagged(line: string, limits: Limits = DEFAULT_LIMITS): UntaggedResponse {
  const response = read(line, limits);
  assert(response.kind === "untagged", "not an untagged response");
  return response;
}

/** The only FETCH response in a line. */
export function fetched(line: string): FetchResponse {
  const response = untagged(line);
  assert(response.type === "FETCH", "not a FETCH response");
  return response;
}

/** The value of a message's only item, given in its wire form. */
export function item(wire: string): unknown {
  const { items, bad } = fetched(`* 1 FETCH (${wire})`);
  if (bad !== null) throw bad[0].error;
  const { SEQ: _, ...others } = items;
  const values = Object.values(others);
  assert(values.length === 1, `${values.length} items`);
  return values[0];
}

/** Cuts bytes at these offsets. */
export function cut(data: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, data.length];
  return ends.map((end, i) => data.slice(i === 0 ? 0 : ends[i - 1], end));
}
