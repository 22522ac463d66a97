import { concat, decodeLoosely, encodeUtf8 } from "./bytes.ts";

/** A piece of a parameter's value: all of it, or one of several. */
interface Piece {
  readonly index: number;
  readonly value: string;
  /** Whether bytes may stand in it as `%` and two digits. */
  readonly encoded: boolean;
}

/** `filename*`, `filename*0` or `filename*0*`. */
const PIECE = /^([^*]+)\*(?:(\d{1,4})(\*)?)?$/;

/**
 * Parameters of MIME with those that were split or encoded put together under their plain names
 * (RFC 2231): `filename*0*` and `filename*1` give `filename`, in place of a plain one for programs
 * that do not know better.
 */
export function joinParameters(
  params: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = Object.keys(params);
  if (!names.some((name) => name.includes("*"))) return params;
  const joined: Record<string, string> = Object.create(null);
  const split = new Map<string, Piece[]>();
  for (const name of names) {
    const [, plain, index, star] = PIECE.exec(name) ?? [];
    if (plain === undefined) joined[name] = params[name];
    else {
      const encoded = index === undefined || star !== undefined;
      const pieces = split.get(plain) ?? [];
      pieces.push({ index: Number(index ?? 0), value: params[name], encoded });
      split.set(plain, pieces);
    }
  }
  for (const [name, pieces] of split) joined[name] = join(pieces);
  return joined;
}

function join(pieces: Piece[]): string {
  pieces.sort((a, b) => a.index - b.index);
  let charset = "";
  const bytes = pieces.map(({ value, encoded }, place) => {
    if (!encoded) return encodeUtf8(value);
    // Only the first tells the charset, and a language that nobody asks for.
    const head = place === 0 ? /^([^']*)'[^']*'/.exec(value) : null;
    if (head !== null) charset = head[1];
    return percentDecoded(head === null ? value : value.slice(head[0].length));
  });
  return decode(concat(bytes), charset);
}

function percentDecoded(text: string): Uint8Array {
  const parts = text.split(/%([0-9a-f]{2})/i);
  return concat(parts.map((part, place) => {
    return place % 2 === 1 ? Uint8Array.of(parseInt(part, 16)) : encodeUtf8(part);
  }));
}

function decode(bytes: Uint8Array, charset: string): string {
  try {
    if (charset !== "") return new TextDecoder(charset).decode(bytes);
  } catch {
    // A charset that nobody knows.
  }
  return decodeLoosely(bytes, 0, bytes.length);
}
