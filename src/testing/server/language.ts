import { binaryOf } from "../output.ts";
import { no } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";

/** The language that a session begins with (RFC 5255 section 3.1). */
export const DEFAULT_LANGUAGE = "i-default";

/** What a server says of a command that it has carried out, by language. */
const COMPLETED: ReadonlyMap<string, string> = new Map([
  [DEFAULT_LANGUAGE, "completed"],
  ["en", "completed"],
  ["de", "ausgeführt"],
]);

/** That a command is carried out, in a language. */
export function completed(name: string, language: string): string {
  return `${name} ${binaryOf(COMPLETED.get(language)!)}`;
}

/** LANGUAGE (RFC 5255 section 3): only the text of OK is translated. */
export const language: ServerCommand = {
  name: "LANGUAGE",
  state: "any",
  capability: "LANGUAGE",
  run(session, args): void {
    const ranges: string[] = [];
    while (args.peek() >= 0) ranges.push(args.sp().text().toLowerCase());
    args.end();
    if (ranges.length === 0) {
      return session.untagged(`LANGUAGE (${[...COMPLETED.keys()].join(" ")})`);
    }
    const found = ranges.map(match).find((tag) => tag !== null) ?? null;
    if (found === null) throw no("none of these languages is spoken here");
    session.language = found;
    session.untagged(`LANGUAGE (${found})`);
  },
};

/** The language for a range: `de` for `de-CH` (RFC 4647 section 3.4). */
function match(range: string): string | null {
  if (range === "default" || range === "*") return DEFAULT_LANGUAGE;
  for (let tag = range; tag !== ""; tag = tag.slice(0, Math.max(0, tag.lastIndexOf("-")))) {
    if (COMPLETED.has(tag)) return tag;
  }
  return null;
}
