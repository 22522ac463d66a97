import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bytes } from "../../support/wire.ts";

/** Texts in the tests' sources that a server sends. */
const CANNED = /(["'`])((?:\* |\+ |[A-Za-z]+\d+ (?:OK|NO|BAD))(?:\\.|(?!\1)[^\\\n])*)\1/g;

/** The lines that servers send in the tests, without duplicates: the seeds. */
export function cannedLines(): Uint8Array[] {
  const tests = fileURLToPath(new URL("../..", import.meta.url));
  const found = new Set<string>();
  for (const name of readdirSync(tests, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".ts") || name.includes("node_modules")) continue;
    const source = readFileSync(`${tests}/${name}`, "utf8");
    for (const [, , text] of source.matchAll(CANNED)) found.add(unescaped(text));
  }
  return [...found].map((line) => bytes(`${line}\r\n`));
}

const ESCAPES: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", 0: "\0" };

function unescaped(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, "7").replace(
    /\\(?:x([0-9a-f]{2})|u\{?([0-9a-f]{4,5})\}?|(.))/gi,
    (_all, byte?: string, unit?: string, char?: string) => {
      if (byte !== undefined) return String.fromCharCode(parseInt(byte, 16));
      if (unit !== undefined) return String.fromCharCode(parseInt(unit, 16) & 255);
      return ESCAPES[char!] ?? char!;
    },
  );
}
