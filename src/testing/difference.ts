/** How many equal lines are shown on each side of a difference. */
const CONTEXT = 2;
/** How many lines of each side of a difference are shown. */
const SHOWN = 12;
/** How many characters of a line are shown. */
const WIDTH = 160;

/**
 * Shows where two commands differ, line by line, since a literal may have many lines:
 *
 * ```text
 * expected  APPEND "Sent" (\Seen) {16}
 * got       APPEND "Sent" {16}
 * both      Subject: Hello
 * ```
 */
export function difference(expected: string, got: string): string {
  const [one, other] = [linesOf(expected), linesOf(got)];
  // Compare the first line alone: it holds the literal's length, so it may differ although most
  // other lines agree.
  return [
    ...compare(one.slice(0, 1), other.slice(0, 1)),
    ...compare(one.slice(1), other.slice(1)),
  ].join("\n");
}

/**
 * The equal lines at the beginning, both sides of the difference, and the equal lines at the end.
 */
function compare(one: readonly string[], other: readonly string[]): string[] {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  return [
    ...some("both", one.slice(0, start), -CONTEXT),
    ...some("expected", one.slice(start, one.length - end), SHOWN),
    ...some("got", other.slice(start, other.length - end), SHOWN),
    ...some("both", one.slice(one.length - end), CONTEXT),
  ];
}

/** The first lines or, if `number` is negative, the last. */
function some(label: string, lines: readonly string[], number: number): string[] {
  const shown = number < 0 ? lines.slice(number) : lines.slice(0, number);
  const left = lines.length - shown.length;
  const rows = shown.map((line) => row(label, line));
  if (left > 0) rows[number < 0 ? "unshift" : "push"](row(label, `... (${left} more lines)`));
  return rows;
}

function row(label: string, line: string): string {
  const shown = line.length > WIDTH ? `${line.slice(0, WIDTH)}...` : line;
  return `  ${label.padEnd(10)}${shown}`.trimEnd();
}

/**
 * The lines of a text, with unprintable characters escaped. A line that does not end in CRLF shows
 * its end.
 */
export function linesOf(text: string): string[] {
  const lines = text.replace(/(?<!\r)\n/g, "\\n\r\n").split("\r\n");
  // deno-lint-ignore no-control-regex
  return lines.map((line) => line.replace(/[\x00-\x1f\x7f]/g, escaped));
}

function escaped(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
