import { InvalidArgumentError } from "./errors.ts";

/** One kind of value that an option takes. */
export interface Kind {
  /** What it must be, as an error says it: `a number`. */
  readonly name: string;
  /** Whether a value is of this kind. */
  is(value: unknown): boolean;
}

/** The kind of each option; `-?` makes it a type error to leave one out. */
export type Kinds<Options> = { readonly [Name in keyof Options]-?: Kind };

/** Hints to show instead of the nearest name, such as for options of other libraries. */
export type Hints = Readonly<Record<string, string>>;

/** Text. */
export const STRING: Kind = { name: "a string", is: (value) => typeof value === "string" };

/** A number, `NaN` not included. */
export const NUMBER: Kind = {
  name: "a number",
  is: (value) => typeof value === "number" && !Number.isNaN(value),
};

/** `true` or `false`, and nothing else, since the text `"false"` would count as true. */
export const BOOLEAN: Kind = { name: "true or false", is: (value) => typeof value === "boolean" };

/** A function. */
export const FUNCTION: Kind = { name: "a function", is: (value) => typeof value === "function" };

/** An object that is neither `null` nor an array. */
export const OBJECT: Kind = { name: "an object", is: isObject };

/** An `AbortSignal` of any realm. */
export const SIGNAL: Kind = {
  name: "an AbortSignal",
  is: (value) => {
    return isObject(value) && "aborted" in value && "addEventListener" in value;
  },
};

/** The longest timeout that the timers of every runtime can keep, in seconds: about 23 days. */
export const MAX_TIMEOUT = 2_000_000;

/** One of several kinds. */
export function oneOf(...kinds: readonly Kind[]): Kind {
  return {
    name: kinds.map(({ name }) => name).join(" or "),
    is: (value) => kinds.some((kind) => kind.is(value)),
  };
}

/** One of a few values. */
export function exactly(...values: readonly unknown[]): Kind {
  const name = values.map((value) => JSON.stringify(value)).join(" or ");
  return { name, is: (value) => values.includes(value) };
}

/**
 * Throws {@linkcode InvalidArgumentError} for an unknown option, with the nearest known one, and
 * for an option of the wrong kind. `undefined` counts as missing. `place` is put before the names:
 * `tls` for `tls.ca`.
 */
export function checkOptions<Options extends object>(
  options: Options,
  kinds: Kinds<Options>,
  place = "",
  hints: Hints = {},
): void {
  if (!isObject(options)) {
    const what = place === "" ? "the options" : `'${place}'`;
    throw new InvalidArgumentError(`${what} must be an object, not ${kindOf(options)}`);
  }
  checkKeys(options, Object.keys(kinds), place, hints);
  for (const name in kinds) {
    const kind: Kind = kinds[name];
    const value: unknown = options[name];
    if (value === undefined || kind.is(value)) continue;
    throw new InvalidArgumentError(
      `'${within(place, name)}' must be ${kind.name}, not ${kindOf(value)}`,
    );
  }
}

/** Checks the names of options, as {@linkcode checkOptions} does. */
export function checkKeys(
  options: object,
  known: readonly string[],
  place = "",
  hints: Hints = {},
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const hint = suggestion(name.slice(0, 60), known, place, hints);
    throw new InvalidArgumentError(
      `there is no option ${JSON.stringify(within(place, name.slice(0, 60)))}: ${hint}`,
    );
  }
}

/** The name that is most similar to a wrong one. */
export function nearest(wrong: string, names: readonly string[]): string {
  return names.reduce((best, name) => likeness(wrong, name) > likeness(wrong, best) ? name : best);
}

function suggestion(
  wrong: string,
  known: readonly string[],
  place: string,
  hints: Hints,
): string {
  const best = nearest(wrong, [...known, ...Object.keys(hints)]);
  if (likeness(wrong, best) <= 0.3) return `there are ${known.join(", ")}`;
  return known.includes(best) ? `did you mean '${within(place, best)}'?` : hints[best];
}

/** How similar two names are, from 0 to 0.5, regardless of case. */
function likeness(one: string, other: string): number {
  return commonLength(one.toLowerCase(), other.toLowerCase()) / (one.length + other.length);
}

/**
 * The length of the longest common subsequence. Unlike by edit distance, `user` is nearer to
 * `username` than to `host`.
 */
function commonLength(one: string, other: string): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const letter of one) {
    const next = [0];
    for (let i = 0; i < other.length; i++) {
      next.push(letter === other[i] ? row[i] + 1 : Math.max(row[i + 1], next[i]));
    }
    row = next;
  }
  return row[other.length];
}

function within(place: string, name: string): string {
  return place === "" ? name : `${place}.${name}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The kind of a value, for an error; the value itself may be a secret and is not shown. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
