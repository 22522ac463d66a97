/** A value as text that is the same for equal values, whatever they are made of. */
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
  // In the order of their names: that in which they came says nothing.
  for (const name of [...Object.keys(value), ...gettersOf(value)].sort()) {
    all[name] = plain((value as Record<string, unknown>)[name]);
  }
  return all;
}

/** What an object of a class, such as an envelope, shows besides its own fields. */
function gettersOf(value: object): string[] {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return [];
  const all = Object.getOwnPropertyDescriptors(prototype);
  return Object.keys(all).filter((name) => all[name].get !== undefined);
}
