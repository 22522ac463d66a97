/** A value as text. Equal values have the same text, whatever classes they use. */
export function plainly(value: unknown): string {
  return JSON.stringify(plain(value)) ?? "undefined";
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value === undefined) return "undefined";
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return new TextDecoder("latin1").decode(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return { map: [...value].map(([key, it]) => [plain(key), plain(it)]) };
  if (Symbol.iterator in value) return Array.from(value as Iterable<unknown>, plain);
  const all: Record<string, unknown> = {};
  // Sorted by name: the order in which they were set means nothing.
  for (const name of [...Object.keys(value), ...gettersOf(value)].sort()) {
    all[name] = plain((value as Record<string, unknown>)[name]);
  }
  return all;
}

/** The getters of an object of a class, such as an envelope, which add to its own fields. */
function gettersOf(value: object): string[] {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return [];
  const all = Object.getOwnPropertyDescriptors(prototype);
  return Object.keys(all).filter((name) => all[name].get !== undefined);
}
