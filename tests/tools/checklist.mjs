// Prints the rows of the checklist (sections A to U) and the faults (sections A to F) that no test
// proves, and fails if there are any. It reads the reports that the tests wrote. A row counts if a
// test for it passed on every reported runtime:
//
//   node tests/run.mjs --all --reports=folder && node tests/tools/checklist.mjs folder
//
// A test names the rows that it proves at the beginning of its name, and the faults whose fixes it
// shows at the end, as `[fault B1, B2]`. Rows about Python's own machinery are answered in
// docs/python.md instead, in a table line that begins with the row.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { provenInAll } from "../support/junit.mjs";

/** How many rows each section has. */
const SECTIONS = {
  ...{ A: 17, B: 9, C: 9, D: 10, E: 7, F: 12, G: 10, H: 13, I: 3, J: 11, K: 5, L: 8, M: 8, N: 8 },
  ...{ O: 9, P: 14, Q: 10, R: 11, S: 5, T: 12, U: 9 },
};

/**
 * How many faults of each kind were found: mail at risk, other calls harmed, values, waits, costs.
 */
const FAULTS = { A: 11, B: 8, C: 27, D: 14, E: 10, F: 8 };

function rowsOf(sections) {
  return Object.entries(sections).flatMap(([section, count]) => {
    return Array.from({ length: count }, (_, index) => `${section}${index + 1}`);
  });
}

const rows = [...rowsOf(SECTIONS), ...rowsOf(FAULTS).map((row) => `fault ${row}`)];

/** The rows at the beginning of a text: two in `F6 F9 all-digit names stay text`. */
function rowsAtStart(text) {
  return /^(?:[A-Z][0-9]{1,2}\b[ ,:]*)*/.exec(text)[0].match(/[A-Z][0-9]+/g) ?? [];
}

/** The faults that a text names: two in `[fault B1, B2]`. */
function faultsIn(text) {
  const named = /\[fault ([A-F0-9, ]+)\]/.exec(text)?.[1] ?? "";
  return named.split(/, */).filter((row) => row !== "").map((row) => `fault ${row}`);
}

function documented() {
  const file = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "python.md");
  const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.startsWith("|"));
  return new Set(
    lines.flatMap((line) => rowsAtStart(line.replace(/^\| */, "").replaceAll("`", ""))),
  );
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node tests/tools/checklist.mjs folder-with-reports");
  process.exit(2);
}
const proven = provenInAll(folder, (name) => [...rowsAtStart(name), ...faultsIn(name)]);
const elsewhere = documented();
const missing = rows.filter((row) => !elsewhere.has(row) && !proven.has(row));
if (missing.length > 0) console.log(missing.join("\n"));
process.exitCode = missing.length > 0 ? 1 : 0;
