/**
 * The offsets where the responses of a server end: after the last line of each, including literals.
 */
export function responseEnds(bytes: Uint8Array): ReadonlySet<number> {
  const text = new TextDecoder("latin1").decode(bytes);
  const ends = new Set<number>();
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf("\r\n", at) + 2;
    const literal = /\{(\d+)\}\r\n$/.exec(text.slice(at, lineEnd));
    at = lineEnd + Number(literal?.[1] ?? 0);
    if (literal === null) ends.add(at);
  }
  return ends;
}

/** The bytes around an offset, as text. */
export function around(bytes: Uint8Array, offset: number): string {
  const part = (from: number, to: number) =>
    JSON.stringify(new TextDecoder("latin1").decode(bytes.subarray(Math.max(0, from), to)));
  return `between ${part(offset - 24, offset)} and ${part(offset, offset + 24)}`;
}
