import {
  decodeWhole,
  isIdentity,
  transferDecoder,
  transferEncodingOf,
} from "../../mime/transfer_encoding.ts";
import type { BodyStructure } from "../../model/body_structure.ts";
import { ProtocolError } from "../../model/errors.ts";
import { fetchProblems, noteProblems, valueOf } from "../../model/problems.ts";
import type { BadItem } from "../../model/responses.ts";
import type { EncodedPart } from "./binary_items.ts";
import type { FetchRequest } from "./fetch.ts";
import type { FetchedBase } from "./fetch_types.ts";
import { addAliases } from "./requested_items.ts";

/** What came of a part: its bytes, decoded, or what is wrong with it. */
type Content =
  /** `null`: there is no such part. */
  | { readonly bytes: Uint8Array | null }
  | { readonly size: number }
  | { readonly bad: Omit<BadItem, "name"> };

/**
 * The message that was asked for with items of BINARY, made of one that was fetched still encoded;
 * `null` if more of it has to be fetched.
 */
export function decodedMessage(
  fetched: FetchedBase,
  id: number,
  request: FetchRequest,
  parts: readonly EncodedPart[],
): FetchedBase | null {
  const values: Record<string, unknown> = {};
  const problems = fetchProblems(fetched);
  const bad = problems.filter(({ name }) => request.keys.includes(name));
  const helpers = new Set(parts.flatMap(({ headers, content }) => [...headers, content]));
  for (const [name, value] of Object.entries(fetched)) {
    if (!helpers.has(name) || request.keys.includes(name)) values[name] = value;
  }
  for (const part of parts) {
    const content = contentOf(fetched, id, part, problems);
    if (content === null) return null;
    for (const { key, isSize, offset, length } of part.wanted) {
      if ("bad" in content) bad.push({ name: key, ...content.bad });
      else if ("size" in content) values[key] = content.size;
      else if (isSize) values[key] = content.bytes?.length ?? 0;
      else values[key] = content.bytes?.subarray(offset, offset + length) ?? null;
    }
  }
  addAliases(values, request.aliases);
  if (bad.length > 0) noteProblems(values, bad);
  return values as unknown as FetchedBase;
}

/** What came of a part; `null` if more of it has to be fetched. */
function contentOf(
  fetched: FetchedBase,
  id: number,
  { part, wanted, fetched: kind, length, content, headers }: EncodedPart,
  problems: readonly BadItem[],
): Content | null {
  const value = valueOf(fetched, content);
  const header = part === "" ? NO_HEADER : headerOf(fetched, headers);
  if (kind === "structure") {
    if (header === undefined || !isIdentity(transferEncodingOf(header))) return null;
    const size = typeof value === "number" ? value : sizeOf(value as BodyStructure, part);
    return size === null ? null : { size };
  }
  if (value === undefined) return { bad: problemOf(problems, content) };
  if (!(value instanceof Uint8Array)) return { bytes: null };
  if (header === undefined) return { bad: problemOf(problems, headers[0]) };
  const decoder = transferDecoder(transferEncodingOf(header));
  if (decoder === null) {
    return { bad: { raw: header, error: unknownEncoding(wanted[0].key, id, header) } };
  }
  // A piece that is shorter than what was asked for is all there is. Another may end in an escape.
  const isCut = kind === "begin" && value.length >= length;
  const bytes = isCut ? decoder.push(value) : decodeWhole(decoder, value);
  const end = Math.max(...wanted.map((item) => item.offset + item.length));
  return isCut && bytes.length < end ? null : { bytes };
}

/** The header that names a part's encoding; `undefined` if none came. */
function headerOf(fetched: FetchedBase, headers: readonly string[]): Uint8Array | undefined {
  const values = headers.map((key) => valueOf(fetched, key)).filter((it) => it !== undefined);
  const found = values.filter((it) => it instanceof Uint8Array);
  // What names no encoding is not encoded.
  const none = values.length > 0 ? NO_HEADER : undefined;
  return found.find(({ length }) => length > EMPTY_LINE) ?? none;
}

const NO_HEADER = new Uint8Array(0);
/** A header with at most this many bytes has no field. */
const EMPTY_LINE = 2;

/** The error of a part whose encoding this library does not know either. */
export function unknownEncoding(key: string, id: number, header: Uint8Array): ProtocolError {
  const raw = key.replace(/^BINARY(?:\.SIZE)?(\[[^\]]*\]).*$/, "BODY.PEEK$1");
  const encoding = JSON.stringify(transferEncodingOf(header).slice(0, 100));
  return new ProtocolError(
    `can't decode ${key} of message ${id}: the transfer encoding ${encoding} is unknown; ` +
      `${raw} has it as it is`,
  );
}

/** Why an item of the fetched message can't be read. */
function problemOf(problems: readonly BadItem[], key: string): Omit<BadItem, "name"> {
  const { raw, error } = problems.find(({ name }) => name === key)!;
  return { raw, error };
}

/** The size of a part that is not encoded; `null` if the structure does not tell. */
export function sizeOf(structure: BodyStructure | undefined, part: string): number | null {
  if (structure === undefined) return null;
  if (structure.isMultipart) {
    for (const inner of structure.parts) {
      const size = sizeOf(inner, part);
      if (size !== null) return size;
    }
    return null;
  }
  if (structure.part === part) return isIdentity(structure.encoding) ? structure.size : null;
  return structure.body === null ? null : sizeOf(structure.body, part);
}
