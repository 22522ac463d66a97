import { type Fold, ignoringCase } from "../matches.ts";
import { no } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";

/** The comparator that a session begins with (RFC 5051). */
export const DEFAULT_COMPARATOR = "i;unicode-casemap";

/** What each comparator makes of two texts before they are compared. */
const COMPARATORS: ReadonlyMap<string, Fold> = new Map([
  [DEFAULT_COMPARATOR, ignoringCase],
  ["i;ascii-casemap", (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())],
  ["i;octet", (text) => text],
]);

/** What a comparator makes of a text. */
export function foldOf(comparator: string): Fold {
  return COMPARATORS.get(comparator)!;
}

/** COMPARATOR (RFC 5255 section 4.7). The choice affects SEARCH only. */
export const comparator: ServerCommand = {
  name: "COMPARATOR",
  state: "authenticated",
  capability: "I18NLEVEL=2",
  run(session, args): void {
    const wishes: string[] = [];
    while (args.peek() >= 0) wishes.push(args.sp().text());
    args.end();
    const found = [...new Set(wishes.flatMap(matching))];
    if (wishes.length > 0 && found.length === 0) throw no("no such comparator", "BADCOMPARATOR");
    session.comparator = found[0] ?? session.comparator;
    const list = found.length > 1 ? ` (${found.join(" ")})` : "";
    session.untagged(`COMPARATOR ${session.comparator}${list}`);
  },
};

/** The comparators that a wish stands for, in which `*` matches anything. */
function matching(wish: string): string[] {
  if (wish === "default") return [DEFAULT_COMPARATOR];
  const parts = wish.split("*").map((part) => part.replace(/[^a-z0-9]/gi, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`, "i");
  return [...COMPARATORS.keys()].filter((name) => pattern.test(name));
}
