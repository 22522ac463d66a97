import { CR, decodeAscii, LF, SP, TAB } from "../util/bytes.ts";

/** One field of a header. */
export interface HeaderField {
  /** Its name in upper case; empty for a malformed line. */
  readonly name: string;
  /** The text after the colon, unfolded and trimmed, one character for each byte. */
  readonly value: string;
  /** The offset of its first line. */
  readonly start: number;
  /** The offset after its last line end. */
  readonly end: number;
}

/**
 * A parameter of a field such as Content-Type, as it is written. Decoding RFC 2231 is the client's
 * task.
 */
export type Parameter = readonly [name: string, value: string];

/** A field's main value and its parameters. */
export interface ParameterisedValue {
  /** The text before the first semicolon. */
  readonly value: string;
  /** The parameters after it. */
  readonly params: readonly Parameter[];
}

/** A message or a part of one: offsets within the bytes of the whole. */
export interface Entity {
  /** The bytes of the whole message. */
  readonly bytes: Uint8Array;
  /** The offset of its header. */
  readonly start: number;
  /** The offset after the header and the empty line that ends it. */
  readonly bodyStart: number;
  /** The offset after its last byte. */
  readonly end: number;
  /** The fields of its header. */
  readonly fields: readonly HeaderField[];
  /** The type, such as `text`, as it is written. */
  readonly type: string;
  /** The subtype, such as `plain`, as it is written. */
  readonly subtype: string;
  /** The parameters of its Content-Type. */
  readonly params: readonly Parameter[];
  /** The parts of a multipart, at least one; otherwise empty. */
  readonly parts: readonly Entity[];
  /** The message inside a message/rfc822. */
  readonly message: Entity | null;
}

/** Parts nested more deeply than this are not parsed. */
const DEEPEST = 50;
const DASH = 45;
const COLON = 58;

/** Parses the structure of a message (RFC 2045, RFC 2046) with CRLF line endings. */
export function parseEntity(bytes: Uint8Array): Entity {
  return parsePart(bytes, 0, bytes.length, "text/plain", 0);
}

/** The value of the first field with this name (in upper case); `null` if there is none. */
export function fieldValue({ fields }: Pick<Entity, "fields">, name: string): string | null {
  return fields.find((field) => field.name === name)?.value ?? null;
}

/** The number of lines in a body, as BODYSTRUCTURE counts them. */
export function countLines(entity: Entity): number {
  let lines = 0;
  let at = lineEnd(entity.bytes, entity.bodyStart, entity.end);
  for (; at >= 0; at = lineEnd(entity.bytes, at, entity.end)) lines++;
  return lines;
}

/**
 * The part with this number, such as `[2, 1]` for 2.1 (RFC 9051 section 6.4.5.1). A message that is
 * not a multipart has one part, 1. The numbers below a message/rfc822 are those of its own parts.
 */
export function findPart(root: Entity, numbers: readonly number[]): Entity | null {
  let container: Entity | null = root;
  let found: Entity | null = null;
  for (const number of numbers) {
    if (container === null) return null;
    const parts: readonly Entity[] = container.parts.length > 0 ? container.parts : [container];
    found = parts[number - 1] ?? null;
    if (found === null) return null;
    container = found.message ?? (found.parts.length > 0 ? found : null);
  }
  return found;
}

/** Splits `text/plain; charset="utf-8"` into its value and its parameters. */
export function parseParameters(text: string): ParameterisedValue {
  const semicolon = text.indexOf(";");
  if (semicolon < 0) return { value: text.trim(), params: [] };
  const params: Parameter[] = [];
  const expression = /;\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)/g;
  for (const [, name, value] of text.slice(semicolon).matchAll(expression)) {
    const quoted = value.startsWith('"');
    params.push([name, quoted ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value]);
  }
  return { value: text.slice(0, semicolon).trim(), params };
}

function parsePart(
  bytes: Uint8Array,
  start: number,
  end: number,
  defaultType: string,
  depth: number,
): Entity {
  const { fields, bodyStart } = parseHeader(bytes, start, end);
  const field = fields.find(({ name }) => name === "CONTENT-TYPE");
  const { type, subtype, params } = contentType(field?.value ?? defaultType);
  const leaf = {
    ...{ bytes, start, bodyStart, end, fields, type, subtype, params },
    ...{ parts: [], message: null },
  };
  if (depth === DEEPEST) return { ...leaf, type: "application", subtype: "octet-stream" };
  const kind = `${type}/${subtype}`.toLowerCase();
  if (kind === "message/rfc822") {
    return { ...leaf, message: parsePart(bytes, bodyStart, end, "text/plain", depth + 1) };
  }
  const boundary = params.find(([name]) => name.toLowerCase() === "boundary")?.[1];
  if (type.toLowerCase() !== "multipart") return leaf;
  const inner = kind === "multipart/digest" ? "message/rfc822" : "text/plain";
  const ranges = boundary ? splitParts(bytes, bodyStart, end, boundary) : [];
  // In the grammar of BODYSTRUCTURE, a multipart has at least one part.
  if (ranges.length === 0) ranges.push([end, end]);
  return {
    ...leaf,
    parts: ranges.map(([from, to]) => parsePart(bytes, from, to, inner, depth + 1)),
  };
}

function contentType(text: string): Pick<Entity, "type" | "subtype" | "params"> {
  const { value, params } = parseParameters(text);
  const match = /^([^\s/()]+)\s*\/\s*([^\s/()]+)/.exec(value);
  if (match === null) return contentType("text/plain");
  const [, type, subtype] = match;
  // The default charset of text (RFC 2045 section 5.2).
  const bare = params.length === 0 && `${type}/${subtype}`.toLowerCase() === "text/plain";
  return { type, subtype, params: bare ? [["charset", "us-ascii"]] : params };
}

/** Parses the header at an offset, and finds the offset of the body. */
export function parseHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
): { fields: HeaderField[]; bodyStart: number } {
  const fields: HeaderField[] = [];
  let fieldStart = start;
  let at = start;
  const endField = () => {
    if (at > fieldStart) fields.push(parseField(bytes, fieldStart, at));
    fieldStart = at;
  };
  while (at < end) {
    if (bytes[at] !== SP && bytes[at] !== TAB) endField();
    const next = lineEnd(bytes, at, end);
    if (next === at + 2 && bytes[at] === CR) return { fields, bodyStart: next };
    at = next < 0 ? end : next;
  }
  endField();
  return { fields, bodyStart: end };
}

function parseField(bytes: Uint8Array, start: number, end: number): HeaderField {
  const colon = bytes.subarray(start, end).indexOf(COLON);
  const text = decodeAscii(bytes, start, end).replace(/\r\n(?=[ \t])/g, "");
  const name = colon < 0 ? "" : text.slice(0, colon).trimEnd().toUpperCase();
  return { name, value: text.slice(colon + 1).trim(), start, end };
}

/** Finds the offsets of the parts between the lines `--boundary`. */
function splitParts(
  bytes: Uint8Array,
  start: number,
  end: number,
  boundary: string,
): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  const delimiter = `--${boundary}`;
  let partStart = -1;
  for (let at = start; at < end;) {
    const next = lineEnd(bytes, at, end);
    const lineStop = next < 0 ? end : next;
    if (bytes[at] === DASH && bytes[at + 1] === DASH) {
      const line = decodeAscii(bytes, at, Math.min(lineStop, at + delimiter.length + 200))
        .trimEnd();
      const closes = line === `${delimiter}--`;
      if (closes || line === delimiter) {
        // The CRLF before the line belongs to the line, not to the part.
        if (partStart >= 0) ranges.push([partStart, Math.max(partStart, at - 2)]);
        if (closes) return ranges;
        partStart = lineStop;
      }
    }
    at = lineStop;
  }
  if (partStart >= 0) ranges.push([partStart, end]);
  return ranges;
}

/** The offset after the next LF before `end`; -1 if there is none. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const found = bytes.indexOf(LF, at);
  return found < 0 || found >= end ? -1 : found + 1;
}
