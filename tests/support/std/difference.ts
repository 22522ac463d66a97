import { inspect } from "node:util";

/** How many equal lines are shown before and after a difference. */
const CONTEXT = 3;
const MAX_LINES = 200;

/** A value with each of its parts on a line, so that two values can be compared. */
export function show(value: unknown): string {
  return inspect(value, {
    depth: Infinity,
    sorted: true,
    compact: false,
    maxArrayLength: 1000,
    maxStringLength: 20_000,
  });
}

/** A value on one line, shortened, for use in a sentence. */
export function brief(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: 120, maxArrayLength: 100 });
}

/** The lines in which two values differ: `-` only in `actual`, `+` only in `expected`. */
export function difference(actual: unknown, expected: unknown): string {
  const [one, other] = [show(actual).split("\n"), show(expected).split("\n")];
  if (one.join("\n") === other.join("\n")) {
    return `${shorten(one).join("\n")}\n(both look like this; what differs is not shown)`;
  }
  const start = commonStart(one, other);
  const end = commonStart(one.slice(start).reverse(), other.slice(start).reverse());
  const alike = one.length - end;
  return [
    "- actual, + expected",
    ...mark("  ", one.slice(Math.max(0, start - CONTEXT), start)),
    ...mark("- ", one.slice(start, alike)),
    ...mark("+ ", other.slice(start, other.length - end)),
    ...mark("  ", one.slice(alike, alike + CONTEXT)),
  ].join("\n");
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return i;
  }
  return length;
}

function mark(sign: string, lines: readonly string[]): string[] {
  return shorten(lines).map((line) => sign + line);
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines`];
}
