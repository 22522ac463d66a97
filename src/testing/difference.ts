/** How many lines that agree are shown on each side of what differs. */
const CONTEXT = 2;
/** How many lines that differ are shown of each side. */
const SHOWN = 12;
/** How much of a line is shown. */
const WIDTH = 160;

/**
 * Where two commands differ, line by line, as a literal has many:
 *
 * ```text
 * expected  APPEND "Sent" (\Seen) {16}
 * got       APPEND "Sent" {16}
 * both      Subject: Hello
 * ```
 */
export function difference(expected: string, got: string): string {
  const [one, other] = [linesOf(expected), linesOf(got)];
  // With the length of a literal the first line differs, however much alike the rest may be.
  return [
    ...compare(one.slice(0, 1), other.slice(0, 1)),
    ...compare(one.slice(1), other.slice(1)),
  ].join("\n");
}

/** What is alike at the beginning, then both sides of what differs, then what is alike behind. */
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

/** The first lines or, if the number is negative, the last. */
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

/** The lines with what can't be printed escaped; a line that does not end in CRLF shows that. */
export function linesOf(text: string): string[] {
  const lines = text.replace(/(?<!\r)\n/g, "\\n\r\n").split("\r\n");
  // deno-lint-ignore no-control-regex
  return lines.map((line) => line.replace(/[\x00-\x1f\x7f]/g, escaped));
}

function escaped(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
