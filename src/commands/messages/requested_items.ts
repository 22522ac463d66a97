import { InvalidArgumentError } from "../../model/errors.ts";
import { type Text, toTexts, upperAscii } from "../../model/text.ts";

/** What the macros stand for (RFC 9051 section 6.4.5). */
export const MACROS = {
  ALL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
  FAST: ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
  FULL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"],
} as const;

/** The items to send: in upper case, with macros expanded, and without duplicates. */
export function normaliseItems(items: Text | Iterable<Text>): readonly string[] {
  const all = new Set<string>();
  for (const text of toTexts(items)) {
    const name = upperItem(text.trim());
    const isMacro = Object.hasOwn(MACROS, name);
    for (const one of isMacro ? MACROS[name as keyof typeof MACROS] : [name]) all.add(one);
  }
  if (all.size === 0) throw new InvalidArgumentError("nothing to fetch: no items named");
  return [...all];
}

/** An item in upper case, apart from names of annotations, whose case matters (RFC 5257). */
function upperItem(item: string): string {
  const end = /^annotation \(/i.test(item) ? "ANNOTATION".length : item.length;
  return upperAscii(item.slice(0, end)) + item.slice(end);
}

/** The key of a normalised item's answer; the run-time counterpart of `FetchKey`. */
export function fetchKey(item: string): string {
  return item.replace(".PEEK[", "[").replace(/<(\d+)\.\d+>$/, "<$1>").replace(/ \(.*\)$/, (end) => {
    return item.includes("[") ? end : "";
  });
}

/** Another way to spell a key, and the key. */
export type Alias = readonly [spelling: string, key: string];

/**
 * The caller's spellings of items, if they are not the keys: with and without `.PEEK`, and in the
 * form of the answer.
 */
export function aliasesOf(items: Iterable<string>, keys: readonly string[]): readonly Alias[] {
  const aliases = new Map<string, string>();
  for (const item of items) {
    const asked = item.trim();
    const key = fetchKey(upperAscii(asked));
    if (key !== "UID" && !keys.includes(key)) continue;
    const bare = asked.replace(/\.peek\[/i, "[");
    for (const spelling of [asked, bare, fetchKey(bare)]) {
      // Do not hide what every object has, such as `toString`.
      if (spelling === key || keys.includes(spelling) || spelling in Object.prototype) continue;
      aliases.set(spelling, key);
    }
  }
  return [...aliases];
}

/**
 * Makes a message's items readable under other spellings too, which are not enumerable. If the
 * server has sent an item under such a spelling, that stays.
 */
export function addAliases(message: object, aliases: readonly Alias[]): void {
  for (const [spelling, key] of aliases) {
    if (!Object.hasOwn(message, spelling)) {
      Object.defineProperty(message, spelling, aliasOf(spelling, key));
    }
  }
}

const descriptors = new Map<string, PropertyDescriptor>();

/** One descriptor for all messages, so that engines give them the same shape. */
function aliasOf(spelling: string, key: string): PropertyDescriptor {
  const name = `${spelling}\n${key}`;
  const known = descriptors.get(name);
  if (known !== undefined) return known;
  const alias: PropertyDescriptor = {
    configurable: true,
    enumerable: false,
    get(this: Record<string, unknown>): unknown {
      return this[key];
    },
    set: function (this: object, value: unknown): void {
      const ordinary = { configurable: true, enumerable: true, writable: true };
      Object.defineProperty(this, spelling, { ...ordinary, value });
    },
  };
  if (descriptors.size < 1000) descriptors.set(name, alias);
  return alias;
}
