import type { Scope } from "./evaluate.ts";
import { MEMBERS } from "./members.ts";

/** Words of the language that are worth typing in a shell. */
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

/** What is in front of the cursor: a chain of names, its last one begun. */
const CHAIN = /(?:^|[^\w$.])((?:[A-Za-z_$][\w$]*\.)*)([\w$]*)$/;

/** Suggests how the name in front of the cursor may go on, and tells the part it would replace. */
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

/** What a chain of names leads to, if it can be told without running anything. */
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

/** A value and what it inherits from, but for what all objects have. */
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
