/** Columns between which this much is left free. */
const GAP = 2;

/** Characters that take two columns on a terminal: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Characters that take none, since they sit on the one in front of them. */
const COMBINING = /\p{Mn}|\p{Me}|\p{Cf}/u;
/** What could move the cursor, or do worse to a terminal. */
const CONTROL = /\p{Cc}/gu;

/**
 * Rows as lines of aligned columns, the first row as their heads. Where a line would be longer
 * than `width`, the widest column is cut.
 */
export function formatTable(rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => row.map((cell) => cell.replace(CONTROL, " ")));
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => textWidth(row[i]))));
  const widest = widths.indexOf(Math.max(...widths));
  const total = widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1));
  if (total > width) widths[widest] = Math.max(widths[widest] - (total - width), 8);
  const lines = [cells[0], widths.map((one) => "-".repeat(one)), ...cells.slice(1)];
  return lines.map((row) => formatRow(row, widths)).join("\n");
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, i) => {
    const shown = cut(cell, widths[i]);
    return shown + " ".repeat(widths[i] - textWidth(shown));
  });
  return cells.join(" ".repeat(GAP)).trimEnd();
}

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : COMBINING.test(char) ? 0 : 1;
  return width;
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let shown = "";
  for (const char of text) {
    if (textWidth(shown + char) > width - 1) break;
    shown += char;
  }
  return `${shown}…`;
}
