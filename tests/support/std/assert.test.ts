import { describe, it } from "node:test";
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unreachable,
} from "@std/assert";

// Uses only a comparison and a throw, since these tests test the assertions themselves.
function refuses(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error(`accepted: ${assertion}`);
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}
class Other {
  readonly x: number = 1;
}
class Hidden {
  readonly #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}

function cycle(): object {
  const made: { self?: object } = {};
  made.self = made;
  return made;
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const failure = new TypeError("a");

const EQUAL: [string, unknown, unknown][] = [
  ["numbers", 1, 1],
  ["NaN", NaN, NaN],
  ["both zeros", 0, -0],
  ["nested values", { a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }],
  ["keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["symbol keys", { [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 1 }],
  ["dates", new Date(5), new Date(5)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["expressions", /a/g, /a/g],
  ["addresses", new URL("imap://a/b"), new URL("imap://a/b")],
  ["bytes", bytes(1, 2), bytes(1, 2)],
  ["buffers", bytes(1, 2).buffer, bytes(1, 2).buffer],
  ["maps in another order", new Map([[1, "a"], [2, "b"]]), new Map([[2, "b"], [1, "a"]])],
  ["maps with keys by value", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])],
  ["sets in another order", new Set([1, 2]), new Set([2, 1])],
  ["sets with items by value", new Set([[1], [2]]), new Set([[2], [1]])],
  ["instances", new Point(1), new Point(1)],
  ["instances with what their getters give", new Hidden(1), new Hidden(1)],
  ["an error and itself", failure, failure],
  ["circles", cycle(), cycle()],
];

const UNEQUAL: [string, unknown, unknown][] = [
  ["a number and its text", 1, "1"],
  ["null and undefined", null, undefined],
  ["null and an object", null, {}],
  ["a missing and an undefined key", { a: undefined }, {}],
  ["different undefined keys", { a: undefined }, { b: undefined }],
  ["a longer array", [1], [1, 2]],
  ["an array and an object", [1], { 0: 1 }],
  ["a hole and undefined", [, 1], [undefined, 1]],
  ["dates", new Date(5), new Date(6)],
  ["a date and an object", new Date(5), {}],
  ["flags of an expression", /a/g, /a/],
  ["addresses", new URL("imap://a/b"), new URL("imap://a/c")],
  ["bytes", bytes(1, 2), bytes(2, 1)],
  ["kinds of bytes", bytes(1), new Int8Array([1])],
  ["values of a map", new Map([["a", 1]]), new Map([["a", 2]])],
  ["a missing and an undefined entry", new Map([["a", undefined]]), new Map([["b", undefined]])],
  ["keys of a map", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 2 }, 2]])],
  ["sets", new Set([1]), new Set([2])],
  ["a map and a set", new Map(), new Set()],
  ["classes", new Point(1), new Other()],
  ["an instance and an object", new Point(1), { x: 1 }],
  ["what getters give", new Hidden(1), new Hidden(2)],
  ["errors", new Error("a"), new Error("b")],
  ["kinds of errors", new Error("a"), new TypeError("a")],
  ["functions", () => 1, () => 1],
];

describe("equal", () => {
  for (const [name, a, b] of EQUAL) {
    it(`accepts ${name}`, () => {
      if (!equal(a, b) || !equal(b, a)) throw new Error("not equal");
      assertEquals(a, b);
      refuses(() => assertNotEquals(a, b));
    });
  }

  for (const [name, a, b] of UNEQUAL) {
    it(`tells apart: ${name}`, () => {
      if (equal(a, b) || equal(b, a)) throw new Error("equal");
      assertNotEquals(a, b);
      refuses(() => assertEquals(a, b));
    });
  }

  it("refuses to compare WeakMaps", () => {
    assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError);
  });
});

describe("the message of assertEquals", () => {
  it("shows the lines that differ, with their context", () => {
    const message = refuses(() => assertEquals({ a: 1, b: 2, c: 3 }, { a: 1, b: 5, c: 3 }, "why"));
    const lines = message.split("\n").map((line) => line.trimEnd());
    assert(lines[0]?.includes("why"), message);
    assert(lines.includes("-   b: 2,") && lines.includes("+   b: 5,"), message);
    assert(lines.includes("    a: 1,") && lines.includes("    c: 3"), message);
  });

  it("says so when both look alike", () => {
    const [one, other] = [() => 1, () => 1];
    assertStringIncludes(refuses(() => assertEquals([one], [other])), "both look like this");
  });

  it("stays short", () => {
    const message = refuses(() => assertEquals(new Uint8Array(100_000).fill(1), new Uint8Array(9)));
    assertLess(message.split("\n").length, 500);
  });
});

describe("the simple assertions", () => {
  const object = {};
  const held: [string, () => unknown, () => unknown][] = [
    ["assert", () => assert("x"), () => assert("")],
    ["assertFalse", () => assertFalse(0), () => assertFalse("x")],
    ["assertExists", () => assertExists(0), () => assertExists(null)],
    [
      "assertStrictEquals",
      () => assertStrictEquals(object, object),
      () => assertStrictEquals({}, {}),
    ],
    [
      "assertStrictEquals of zeros",
      () => assertStrictEquals(0, 0),
      () => assertStrictEquals(0, -0),
    ],
    [
      "assertNotStrictEquals",
      () => assertNotStrictEquals({}, {}),
      () => assertNotStrictEquals(object, object),
    ],
    ["assertGreater", () => assertGreater(2, 1), () => assertGreater(1, 1)],
    ["assertGreaterOrEqual", () => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(1, 2)],
    ["assertLess", () => assertLess("a", "b"), () => assertLess("a", "a")],
    ["assertLessOrEqual", () => assertLessOrEqual(1n, 1n), () => assertLessOrEqual(2n, 1n)],
    [
      "assertAlmostEquals",
      () => assertAlmostEquals(0.1 + 0.2, 0.3),
      () => assertAlmostEquals(1, 1.1),
    ],
    [
      "assertAlmostEquals with a tolerance",
      () => assertAlmostEquals(1, 1.1, 0.2),
      () => assertAlmostEquals(1, 1.1, 0.01),
    ],
    ["assertMatch", () => assertMatch("abc", /b/), () => assertMatch("abc", /x/)],
    ["assertNotMatch", () => assertNotMatch("abc", /x/), () => assertNotMatch("abc", /b/)],
    [
      "assertStringIncludes",
      () => assertStringIncludes("abc", "b"),
      () => assertStringIncludes("abc", "x"),
    ],
    [
      "assertArrayIncludes",
      () => assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]),
      () => assertArrayIncludes([{ a: 1 }], [{ a: 2 }]),
    ],
    [
      "assertInstanceOf",
      () => assertInstanceOf(new Point(1), Point),
      () => assertInstanceOf({ x: 1 }, Point),
    ],
    [
      "assertIsError",
      () => assertIsError(new TypeError("a b"), TypeError, /b$/),
      () => assertIsError("a b"),
    ],
  ];
  for (const [name, holds, doesNot] of held) {
    it(name, () => {
      holds();
      refuses(doesNot);
    });
  }

  it("fail and unreachable always throw, and say why", () => {
    assertStringIncludes(refuses(() => fail("why")), "why");
    assertStringIncludes(refuses(() => unreachable("why")), "why");
  });
});

describe("assertObjectMatch", () => {
  it("compares only what the pattern has", () => {
    const actual = { a: 1, b: { c: [1, { d: 2, e: 3 }], f: 4 }, g: new Date(1) };
    assertObjectMatch(actual, { b: { c: [1, { d: 2 }] } });
    assertObjectMatch(actual, { b: { c: [1] }, g: new Date(1) });
    assertObjectMatch(new Point(1), { x: 1 });
    assertObjectMatch({ m: new Map([["a", { b: 1, c: 2 }]]) }, { m: new Map([["a", { b: 1 }]]) });
    assertObjectMatch(cycle(), { self: { self: {} } });
  });

  it("shows what is missing or different", () => {
    refuses(() => assertObjectMatch({ a: 1 }, { a: 1, b: undefined }));
    refuses(() => assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }));
    refuses(() => assertObjectMatch({ a: [1] }, { a: [1, 2] }));
    refuses(() => assertObjectMatch({ a: [1] }, { a: { 0: 1 } }));
    refuses(() => assertObjectMatch({ a: new Date(1) }, { a: new Date(2) }));
    refuses(() => assertObjectMatch({ m: new Map() }, { m: new Map([["a", 1]]) }));
  });
});

describe("assertThrows", () => {
  const throwing = (): never => {
    throw new RangeError("out of range");
  };

  it("gives the error", () => {
    const error: RangeError = assertThrows(throwing, RangeError, "of range");
    assertEquals(error.message, "out of range");
    assertInstanceOf(assertThrows(throwing), RangeError);
  });

  it("wants something thrown, of that class, with that text", () => {
    assertStringIncludes(refuses(() => assertThrows(() => 1, "why")), "why");
    assertStringIncludes(refuses(() => assertThrows(() => 1, Error, "x", "why")), "why");
    refuses(() => assertThrows(throwing, TypeError));
    refuses(() => assertThrows(throwing, RangeError, "something else"));
  });

  it("accepts a thrown value that is not an Error only if no class is given", () => {
    const throwText = (): never => {
      throw "text";
    };
    assertEquals(assertThrows(throwText), "text");
    refuses(() => assertThrows(throwText, Error));
  });
});

describe("assertRejects", () => {
  const rejecting = (): Promise<never> => Promise.reject(new RangeError("out of range"));
  const refused = async (promise: Promise<unknown>): Promise<string> => {
    const [result] = await Promise.allSettled([promise]);
    return refuses(() => {
      if (result.status === "rejected") throw result.reason;
    });
  };

  it("gives the error", async () => {
    const error: RangeError = await assertRejects(rejecting, RangeError, "of range");
    assertEquals(error.message, "out of range");
    assertInstanceOf(await assertRejects(rejecting), RangeError);
  });

  it("wants a rejection, of that class, with that text", async () => {
    assertStringIncludes(await refused(assertRejects(() => Promise.resolve(), "why")), "why");
    await refused(assertRejects(rejecting, TypeError));
    await refused(assertRejects(rejecting, RangeError, "something else"));
  });

  it("does not take a synchronous throw for a rejection", async () => {
    const throwing = (): never => {
      throw new Error("at once");
    };
    assertStringIncludes(await refused(assertRejects(throwing, Error)), "at once");
  });

  it("wants a promise", async () => {
    const none = (): PromiseLike<unknown> => JSON.parse("1");
    await refused(assertRejects(none));
  });
});
