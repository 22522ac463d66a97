// The part of `jsr:@std/assert` that the tests use, so that they run without access to JSR: the
// same names, signatures and verdicts, but other messages.
import { brief, difference } from "./difference.ts";
import { equal } from "./equal.ts";

export { equal };

/** Any class, even one whose constructor is private. */
type AnyClass = abstract new (...args: never[]) => unknown;
type ErrorClassOf<E extends Error> = abstract new (...args: never[]) => E;
type Falsy = false | 0 | 0n | "" | null | undefined;
/** Something with a length and items that is not a string. */
type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Thrown by every assertion that fails. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

function refuse(what: string, message?: string): never {
  throw new AssertionError(message ? `${what}: ${message}` : `${what}.`);
}

function refuseDifference(
  what: string,
  actual: unknown,
  expected: unknown,
  message?: string,
): never {
  throw new AssertionError(
    `${what}${message ? `: ${message}` : "."}\n\n${difference(actual, expected)}\n`,
  );
}

export function assert(value: unknown, message = ""): asserts value {
  if (!value) throw new AssertionError(message);
}

export function assertFalse(value: unknown, message = ""): asserts value is Falsy {
  if (value) throw new AssertionError(message);
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  if (equal(actual, expected)) return;
  refuseDifference("The values are not equal", actual, expected, message);
}

export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  if (equal(actual, expected)) refuse(`Both values are ${brief(actual)}`, message);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  refuseDifference("The values are not the same", actual, expected, message);
}

export function assertNotStrictEquals<T>(actual: T, expected: T, message?: string): void {
  if (Object.is(actual, expected)) refuse(`Both are the same ${brief(actual)}`, message);
}

export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) refuse(`There is nothing: ${actual}`, message);
}

export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) refuse(`${brief(actual)} is not above ${brief(expected)}`, message);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) refuse(`${brief(actual)} is below ${brief(expected)}`, message);
}

export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) refuse(`${brief(actual)} is not below ${brief(expected)}`, message);
}

export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) refuse(`${brief(actual)} is above ${brief(expected)}`, message);
}

/** The default tolerance is a ten-millionth of the expected value. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected) || Math.abs(expected - actual) <= tolerance) return;
  refuse(`${actual} is not within ${tolerance} of ${expected}`, message);
}

export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) refuse(`${brief(actual)} does not match ${expected}`, message);
}

export function assertNotMatch(actual: string, expected: RegExp, message?: string): void {
  if (expected.test(actual)) refuse(`${brief(actual)} matches ${expected}`, message);
}

export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (actual.includes(expected)) return;
  refuse(`${brief(actual)} does not include ${brief(expected)}`, message);
}

export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  message?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !present.some((it) => equal(it, item)));
  if (missing.length === 0) return;
  refuse(`${brief(actual)} does not include ${brief(missing)}`, message);
}

/** Whether `actual` has at least what `expected` has, at every level; classes do not matter. */
export function assertObjectMatch(actual: object, expected: object, message?: string): void {
  const compared = narrow(actual, expected, new Map());
  const wanted = narrow(expected, expected, new Map());
  if (equal(compared, wanted)) return;
  refuseDifference("The object does not match", compared, wanted, message);
}

/** The copies in progress, by value and pattern: objects may be cyclic. */
type Copies = Map<unknown, Map<unknown, object>>;

/** A plain copy of `value` with only those keys that `pattern` also has. */
function narrow(value: unknown, pattern: unknown, copies: Copies): unknown {
  if (!isOpen(value) || !isOpen(pattern)) return value;
  if (Array.isArray(value) !== Array.isArray(pattern)) return value;
  if (value instanceof Map && pattern instanceof Map) {
    const kept = [...value].filter(([key]) => pattern.has(key));
    return new Map(kept.map(([key, item]) => [key, narrow(item, pattern.get(key), copies)]));
  }
  if (value instanceof Set && pattern instanceof Set) {
    return new Set([...value].filter((item) => pattern.has(item)));
  }
  return narrowObject(value, pattern, copies);
}

function narrowObject(value: object, pattern: object, copies: Copies): object {
  const made = copies.get(value)?.get(pattern);
  if (made) return made;
  const copy: Record<PropertyKey, unknown> = {};
  copies.set(value, (copies.get(value) ?? new Map()).set(pattern, copy));
  // For arrays too, only the items are compared, not the length.
  for (const key of Reflect.ownKeys(Array.isArray(value) ? { ...value } : value)) {
    if (key in pattern) {
      copy[key] = narrow(Reflect.get(value, key), Reflect.get(pattern, key), copies);
    }
  }
  return copy;
}

/** Whether a value is compared by its content. A date or a regular expression is compared whole. */
function isOpen(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !(value instanceof RegExp) && !(value instanceof Date);
}

export function assertInstanceOf<T extends AnyClass>(
  actual: unknown,
  expectedType: T,
  message?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  refuse(`${brief(actual)} is not an instance of ${expectedType.name}`, message);
}

export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClassOf<E>,
  messageMatches?: string | RegExp,
  message?: string,
): asserts error is E {
  if (!(error instanceof Error)) refuse(`${brief(error)} is not an Error`, message);
  if (ErrorClass && !(error instanceof ErrorClass)) {
    refuse(`Expected ${ErrorClass.name}, but it was ${brief(error)}`, message);
  }
  if (messageMatches && !hasText(error.message, messageMatches)) {
    refuse(`The error says ${brief(error.message)}, not ${brief(messageMatches)}`, message);
  }
}

function hasText(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
}

/** The arguments of `assertThrows` and `assertRejects` after the function. */
type Expectation<E extends Error> = [
  ErrorClassOrMessage?: ErrorClassOf<E> | string,
  messageIncludes?: string,
  message?: string,
];

function checkThrown<E extends Error>(error: unknown, expectation: Expectation<E>): unknown {
  const [ErrorClass, messageIncludes, message] = expectation;
  if (ErrorClass && typeof ErrorClass !== "string") {
    assertIsError(error, ErrorClass, messageIncludes, message);
  }
  return error;
}

function ownMessage<E extends Error>(expectation: Expectation<E>): string | undefined {
  return typeof expectation[0] === "string" ? expectation[0] : expectation[2];
}

export function assertThrows(fn: () => unknown, message?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClassOf<E>,
  messageIncludes?: string,
  message?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  ...expectation: Expectation<E>
): unknown {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, expectation);
  }
  refuse("The function did not throw", ownMessage(expectation));
}

export function assertRejects(fn: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClassOf<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  ...expectation: Expectation<E>
): Promise<unknown> {
  const promise = startRejection(fn, ownMessage(expectation));
  try {
    await promise;
  } catch (error) {
    return checkThrown(error, expectation);
  }
  refuse("The promise did not reject", ownMessage(expectation));
}

/** An error thrown before a promise is returned is not a rejection. */
function startRejection(fn: () => PromiseLike<unknown>, message?: string): PromiseLike<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    refuse(`The function threw ${brief(error)} instead of rejecting`, message);
  }
  if (typeof promise?.then !== "function") refuse("The function gave no promise", message);
  return promise;
}

export function fail(message?: string): never {
  refuse("Failed", message);
}

export function unreachable(reason?: string): never {
  refuse("This should not be reached", reason);
}
