// Deep equality as in `@std/assert`. In doubt this one is the stricter: otherwise a test would pass
// here and fail with the real module.

/** Whether two values are deeply equal; `0` equals `-0`, and `NaN` equals itself. */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

type Seen = Map<object, object>;

/** Classes whose values are equal if they print the same. */
const PRINTABLE: readonly object[] = [RegExp, URL, URLSearchParams].map((it) => it.prototype);

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (!samePrototype(a, b)) return false;
  if (PRINTABLE.includes(Object.getPrototypeOf(a))) return String(a) === String(b);
  if (isBytes(a) && isBytes(b)) return equalItems(asItems(a), asItems(b));
  refuseWeak(a);
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  if (a instanceof Map && b instanceof Map) return equalMaps(a, b, seen);
  if (a instanceof Set && b instanceof Set) return equalMaps(asMap(a), asMap(b), seen);
  return equalProperties(a, b, seen);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype counts as a plain one. */
function samePrototype(a: object, b: object): boolean {
  const [one, other] = [a, b].map((it) => Object.getPrototypeOf(it) ?? Object.prototype);
  return one === other;
}

const TypedArray: abstract new () => ArrayLike<number | bigint> = Object.getPrototypeOf(Uint8Array);

function isBytes(value: object): value is ArrayBuffer | ArrayLike<number | bigint> {
  return value instanceof ArrayBuffer || value instanceof TypedArray;
}

function asItems(value: ArrayBuffer | ArrayLike<number | bigint>): ArrayLike<number | bigint> {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

function equalItems(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

function refuseWeak(value: object): void {
  if (value instanceof WeakMap || value instanceof WeakSet) {
    throw new TypeError(`What a ${value.constructor.name} holds cannot be compared`);
  }
}

function asMap(set: Set<unknown>): Map<unknown, unknown> {
  return new Map([...set].map((it) => [it, it]));
}

function equalMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  if (![...a.keys()].some(isObject)) {
    return [...a].every(([key, value]) => b.has(key) && compare(value, b.get(key), seen));
  }
  // An object used as a key may equal another without being identical: look for it.
  return [...a].every((one) => [...b].some((other) => compare(one, other, seen)));
}

function equalProperties(a: object, b: object, seen: Seen): boolean {
  const keys = new Set([...comparedKeys(a), ...comparedKeys(b)]);
  return [...keys].every((key) =>
    key in a === key in b && compare(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

/**
 * The enumerable keys of a plain object or array; of an instance, also those that its classes
 * define.
 */
function comparedKeys(value: object): PropertyKey[] {
  if (isPlain(value)) return Reflect.ownKeys({ ...value });
  const keys: PropertyKey[] = [];
  for (let it = value; it && !isRoot(it); it = Object.getPrototypeOf(it)) {
    keys.push(...Reflect.ownKeys(it));
  }
  return keys;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || isRoot(prototype);
}

function isRoot(value: object): boolean {
  return value === Object.prototype || value === Array.prototype;
}
