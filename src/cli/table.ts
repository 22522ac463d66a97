import { cutText, safeLine, textWidth } from "./terminal_text.ts";

/** The space between columns. */
const GAP = 2;

/** The least width of a column that is cut. */
const NARROWEST = 8;

/**
 * Rows as lines of aligned columns, the first row as headings. If a line would be longer than
 * `width`, the widest columns are cut.
 */
export function formatTable(rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => row.map(safeLine));
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => textWidth(row[i]))));
  narrow(widths, width - GAP * (widths.length - 1));
  const lines = [cells[0], widths.map((one) => "-".repeat(one)), ...cells.slice(1)];
  return lines.map((row) => formatRow(row, widths)).join("\n");
}

/** Narrows the widest columns until all of them fit. */
function narrow(widths: number[], room: number): void {
  let over = widths.reduce((sum, one) => sum + one, 0) - room;
  for (; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= NARROWEST) return;
    widths[widest]--;
  }
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, i) => {
    const shown = cutText(cell, widths[i]);
    return shown + " ".repeat(widths[i] - textWidth(shown));
  });
  return cells.join(" ".repeat(GAP)).trimEnd();
}
