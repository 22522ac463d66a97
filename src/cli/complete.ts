import type { Scope } from "./evaluate.ts";
import { MEMBERS } from "./members.ts";

/** Keywords that are useful in a shell. */
const WORDS = [
  "await",
  "async",
  "const",
  "for",
  "function",
  "if",
  "let",
  "new",
  "return",
  "typeof",
];

/** A chain of names before the cursor, the last of them incomplete. */
const CHAIN = /(?:^|[^\w$.])((?:[A-Za-z_$][\w$]*\.)*)([\w$]*)$/;

/** Suggests completions for the name before the cursor, and returns the part that they replace. */
export function complete(line: string, scope: Scope): [suggestions: string[], begun: string] {
  const [, chain = "", begun = ""] = CHAIN.exec(line) ?? [];
  if (chain === "" && begun === "") return [[], ""];
  const names = chain === ""
    ? [...Object.keys(scope), ...WORDS, ...Object.getOwnPropertyNames(globalThis)]
    : chain === "c."
    ? Object.keys(MEMBERS)
    : namesOf(valueOf(chain.slice(0, -1).split("."), scope));
  const fitting = names.filter((name) => name.startsWith(begun) && /^[A-Za-z_$][\w$]*$/.test(name));
  return [[...new Set(fitting)].sort(), begun];
}

/** The value of a chain of names, if it can be found without running anything. */
function valueOf([first, ...rest]: readonly string[], scope: Scope): unknown {
  let value: unknown = first in scope ? scope[first] : (globalThis as Scope)[first];
  for (const name of rest) value = propertyOf(value, name)?.value;
  return value;
}

function propertyOf(value: unknown, name: string): PropertyDescriptor | undefined {
  for (const holder of holders(value)) {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property !== undefined) return property;
  }
  return undefined;
}

function namesOf(value: unknown): string[] {
  return holders(value).flatMap((holder) => Object.getOwnPropertyNames(holder))
    .filter((name) => name !== "constructor");
}

/** A value and its prototypes, except that of all objects. */
function holders(value: unknown): object[] {
  const found: object[] = [];
  if (value === null || value === undefined) return found;
  for (
    let holder = Object(value);
    holder !== null && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) found.push(holder);
  return found;
}
