// Prints the rows of the checklist (sections A to S) that no test names, and fails if there are any:
//
//   node tests/checklist.mjs
//
// A test names the rows that it proves at the beginning of its name. Rows about Python's own
// machinery are answered in docs/python.md instead, in a line of a table that begins with the row.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How many rows each section has. */
const SECTIONS = {
  ...{ A: 17, B: 9, C: 9, D: 10, E: 7, F: 12, G: 10, H: 13, I: 3, J: 11, K: 5, L: 8, M: 8, N: 8 },
  ...{ O: 9, P: 14, Q: 10, R: 11, S: 5 },
};

const tests = dirname(fileURLToPath(import.meta.url));
const root = dirname(tests);

const rows = Object.entries(SECTIONS).flatMap(([section, count]) => {
  return Array.from({ length: count }, (_, index) => `${section}${index + 1}`);
});

/** The rows at the beginning of a text: `F6 F9 all-digit names stay text` gives two. */
function rowsAtStart(text) {
  return /^(?:[A-Z][0-9]{1,2}\b[ ,]*)*/.exec(text)[0].match(/[A-Z][0-9]+/g) ?? [];
}

/** The rows that the tests of a file name, whatever kind of quote their names are in. */
function rowsOfTests(source) {
  const names = source.matchAll(/\b(?:test|it|describe)\(\s*(?:"([^"]*)|'([^']*)|`([^`]*))/g);
  return [...names].flatMap(([, ...quoted]) => rowsAtStart(quoted.find((it) => it !== undefined)));
}

function rowsOfDocs() {
  const file = join(root, "docs", "python.md");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return lines.flatMap((line) => rowsAtStart(line.replace(/^\| *`?|`/g, "")));
}

const files = readdirSync(tests, { recursive: true })
  .filter((name) => /\.ts$/.test(name) && !name.includes("node_modules"))
  .map((name) => readFileSync(join(tests, name), "utf8"));
const tested = new Set(files.flatMap(rowsOfTests));
const documented = new Set(rowsOfDocs());

const missing = rows.filter((row) => !tested.has(row) && !documented.has(row));
if (missing.length > 0) console.log(missing.join("\n"));
process.exitCode = missing.length > 0 ? 1 : 0;
