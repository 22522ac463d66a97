import { LARGEST_ID } from "../../model/ranges.ts";
import type { FetchRequest } from "./fetch.ts";
import { fetchKey } from "./requested_items.ts";

/** An item of BINARY that was asked for (RFC 3516 section 4.2). */
export interface BinaryItem {
  /** The key of its answer. */
  readonly key: string;
  /** The part, such as `1.2`; empty for the whole message. */
  readonly part: string;
  /** Whether it is `BINARY.SIZE`. */
  readonly isSize: boolean;
  /** Whether it leaves `\Seen` as it is. */
  readonly isPeek: boolean;
  /** Where its range begins, in decoded bytes. */
  readonly offset: number;
  /** How many decoded bytes its range has; `Infinity` for all of them. */
  readonly length: number;
}

/** RFC 3516 section 7: a part has a number and nothing else, and a size has no range. */
const ITEM = /^BINARY(\.SIZE(?!.*>$)|\.PEEK|)\[(\d+(?:\.\d+)*|)\](?:<(\d+)\.(\d+)>)?$/;

/** Whether this is an item of BINARY; what is none goes to the server as it is. */
export function isBinaryItem(item: string): boolean {
  return ITEM.test(item);
}

/** The items of BINARY among those that were asked for. */
export function binaryItems(items: readonly string[]): readonly BinaryItem[] {
  return items.flatMap((item) => {
    const match = ITEM.exec(item);
    if (match === null) return [];
    const [, kind, part, offset = "0", length = "Infinity"] = match;
    return {
      key: fetchKey(item),
      part,
      isSize: kind === ".SIZE",
      isPeek: kind !== "",
      offset: Number(offset),
      length: Number(length),
    };
  });
}

/** Items that have the content of a part still encoded, and what tells how to decode it. */
export interface EncodedPart {
  /** The part. */
  readonly part: string;
  /** The items of BINARY that it is for. */
  readonly wanted: readonly BinaryItem[];
  /** What is fetched for it, still encoded. */
  readonly fetched: "structure" | "begin" | "whole";
  /** How many encoded bytes are fetched; `Infinity` for all of them. */
  readonly length: number;
  /** What to ask for. */
  readonly items: readonly string[];
  /** The key of the content's answer. */
  readonly content: string;
  /** The keys of the headers that name the encoding; the first that is not empty does. */
  readonly headers: readonly string[];
}

/** How content is fetched in place of BINARY. */
export interface EncodedOptions {
  /** Whether a piece of a part may do for a range, and the structure of the message for a size. */
  readonly pieces: boolean;
  readonly sizes: boolean;
  /** Leaves `\Seen` as it is: a command before this one has set it. */
  readonly peek: boolean;
  /** Whether sections come as streams, so that no header can be read before a size is told. */
  readonly streams?: boolean;
}

/** What to fetch for the items of BINARY in a request where the server can't decode. */
export function encodedParts(
  request: FetchRequest,
  { pieces, sizes, peek, streams = false }: EncodedOptions,
): readonly EncodedPart[] {
  const byPart = new Map<string, BinaryItem[]>();
  for (const item of binaryItems(request.items)) {
    byPart.set(item.part, [...byPart.get(item.part) ?? [], item]);
  }
  return Array.from(byPart, ([part, wanted]) => {
    const isSize = sizes && wanted.every((item) => item.isSize);
    const length = pieces ? lengthFor(part, wanted, request.keys) : Infinity;
    const fetched = isSize ? "structure" : length === Infinity ? "whole" : "begin";
    const body = peek || wanted.every(({ isPeek }) => isPeek) ? "BODY.PEEK" : "BODY";
    const range = fetched === "begin" ? `<0.${length}>` : "";
    const content = fetched === "structure" ? structureOf(part) : `${body}[${part}]${range}`;
    // For a size too: Dovecot's structure names no encoding if MIME-Version is missing.
    const headers = fetched === "structure" && streams ? [] : headersOf(part);
    // The headers first: who reads streams needs them to decode what follows.
    const items = [...headers, content];
    const keys = { content: fetchKey(content), headers: headers.map(fetchKey) };
    return { part, wanted, fetched, length, items, ...keys };
  });
}

/** The request for these parts along with what else was asked for. */
export function encodedRequest(
  request: FetchRequest,
  parts: readonly EncodedPart[],
): FetchRequest {
  const decoded = parts.flatMap(({ wanted }) => wanted.map(({ key }) => key));
  const items = [
    ...new Set([
      ...request.items.filter((item) => !isBinaryItem(item)),
      ...parts.flatMap((part) => part.items),
    ]),
  ];
  const keys = [
    ...new Set([
      ...request.keys.filter((key) => !decoded.includes(key)),
      ...parts.flatMap(({ headers, content }) => [...headers, content]),
    ]),
  ];
  return { ...request, items, keys, aliases: [], modifiers: [], isBinary: false };
}

/**
 * How many encoded bytes have the ranges that are wanted, as a rule: quoted-printable takes up to
 * three bytes for one, and adds line ends.
 */
function lengthFor(part: string, wanted: readonly BinaryItem[], keys: readonly string[]): number {
  const end = Math.max(...wanted.map(({ offset, length }) => offset + length));
  const length = 4 * end + 1024;
  return length > LARGEST_ID || keys.includes(`BODY[${part}]<0>`) ? Infinity : length;
}

function structureOf(part: string): string {
  return part === "" ? "RFC822.SIZE" : "BODYSTRUCTURE";
}

/** For part 1 the message's own header too: if it is no multipart, some have none for the part. */
function headersOf(part: string): readonly string[] {
  if (part === "") return [];
  const mime = `BODY.PEEK[${part}.MIME]`;
  return part === "1"
    ? [mime, "BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE CONTENT-TRANSFER-ENCODING)]"]
    : [mime];
}
