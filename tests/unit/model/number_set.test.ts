import { inspect } from "node:util";
import { describe, it } from "node:test";
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { type MessageIds, NumberSet } from "../../../src/model/number_set.ts";
import { searchIds } from "../../../src/model/search_ids.ts";
import { bytes } from "../../support/wire.ts";

function* generated(): Generator<number> {
  yield 7;
  yield 9;
}

const SETS: readonly (readonly [name: string, ids: MessageIds, text: string])[] = [
  ["B1 one id", 5, "5"],
  ["B1 a list", [1, 44, 7], "1,44,7"],
  ["B1 a set in text", "50:65", "50:65"],
  ["B1 an open set", "2:*", "2:*"],
  ["B1 a long set", "2,4:7,9,12:*", "2,4:7,9,12:*"],
  ["B2 all kinds mixed", ["2:3", 123, bytes("44")], "2:3,123,44"],
  ["B2 a generator", generated(), "7,9"],
  ["B2 a Set", new Set([3, 1]), "3,1"],
  ["B2 numbers in a row become a range", [1, 2, 3, 5, 6, 9], "1:3,5:6,9"],
  ["B1 the largest id", 4294967295, "4294967295"],
  ["B1 a star alone", "*", "*"],
  ["a descending range is kept (hMailServer)", "5:3", "5:3"],
  ["B3 none", [], ""],
];

describe("NumberSet", () => {
  for (const [name, ids, text] of SETS) {
    it(name, () => assertEquals(`${NumberSet.from(ids)}`, text));
  }

  const WRONG: readonly unknown[] = [
    ...[0, -1, 1.5, NaN, Infinity, 4294967296, "", "a", "1,", "1:", ":2", "1 2", "1\r\nA LOGOUT"],
    ...["50-65", "0", "4294967296", [1, "x"], [[1]], [null], null, undefined, {}, true],
  ];
  for (const ids of WRONG) {
    it(`B1 refuses ${JSON.stringify(ids) ?? ids}`, () => {
      assertThrows(() => NumberSet.from(ids as MessageIds), InvalidArgumentError);
    });
  }

  it("B1 the error says how a range is written", () => {
    assertThrows(() => NumberSet.from("50-65"), InvalidArgumentError, "50:65");
  });

  it("stays a range, however large", () => {
    const set = NumberSet.from("1:4294967295");
    assertEquals(set.size, 4294967295);
    assertEquals([...set.ranges()], [[1, 4294967295]]);
    const [first, second] = set;
    assertEquals([first, second], [1, 2]);
  });

  it("knows its content", () => {
    const set = NumberSet.from("2,10:12,5:3");
    assertEquals([...set], [2, 10, 11, 12, 5, 4, 3]);
    assertEquals([1, 2, 3, 4, 5, 9, 10, 12, 13].map((id) => set.has(id)), [
      ...[false, true, true, true, true, false, true, true, false],
    ]);
    assertEquals([set.size, set.isOpen, set.isEmpty], [7, false, false]);
    assertEquals(NumberSet.from([]).isEmpty, true);
  });

  it("an open set has no end", () => {
    const set = NumberSet.from("7:*");
    assertEquals([set.isOpen, set.size, set.has(3)], [true, Infinity, true]);
    assertThrows(() => [...set], InvalidArgumentError);
  });

  it("returns any ids unchanged", () => {
    const ids = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 });
    fc.assert(fc.property(ids, (all) => {
      const set = NumberSet.from(all);
      assertEquals([...set], all);
      assertEquals(set.size, all.length);
      if (all.length > 0) assertEquals([...NumberSet.from(`${set}`)], all);
    }));
  });
});

describe("NumberSet.split", () => {
  const id = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 4294967295 }));
  const range = fc.tuple(id, fc.oneof(fc.constant("*"), id.map(String)))
    .map(([first, last]) => `${first}:${last}`);
  const ids = fc.array(fc.oneof({ weight: 9, arbitrary: id }, { weight: 1, arbitrary: range }), {
    minLength: 1,
    maxLength: 200,
  });

  it("yields short sets of the same ids, in ascending order", () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 25, max: 400 }), (list, length) => {
        const set = NumberSet.from(list);
        const parts = set.split(length);
        for (const part of parts) assert(`${part}`.length <= length, `${part}`);
        for (const one of list) {
          const probes = String(one).split(":").filter((it) => it !== "*").map(Number);
          for (const probe of probes) assert(parts.some((part) => part.has(probe)));
        }
        const all = parts.flatMap((part) => [...part.ranges()]);
        for (const [first, last] of all) {
          for (const probe of [first, last].filter(Number.isFinite)) assert(set.has(probe));
        }
        if (parts.length === 1 && parts[0] === set) return;
        for (let i = 1; i < all.length; i++) assert(all[i - 1][1] < all[i][0], String(parts));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it("leaves a short set as it is", () => {
    const set = NumberSet.from([5, 3, 4, 1]);
    assertEquals(set.split(7), [set]);
    assertEquals(set.split(6).map(String), ["1,3:5"]);
    assertEquals(set.split(4).map(String), ["1", "3:5"]);
    assertEquals(NumberSet.from("9,*,1:3,2:5").split(4).map(String), ["1:5", "9,*"]);
  });
});

describe("SearchIds", () => {
  it("O7 a list of numbers with modseq", () => {
    const ids = searchIds([1, 2], 5n);
    assertEquals([Array.isArray(ids), ids.length, ids.modseq], [true, 2, 5n]);
    assertEquals(Object.keys(ids), ["0", "1"]);
    assertEquals(JSON.stringify(ids), "[1,2]");
  });

  it("O7 modseq is null by default", () => assertEquals(searchIds([]).modseq, null));
});

describe("a set, shown and kept", () => {
  it("the lowest and the highest id", () => {
    const ends = (ids: string) => [NumberSet.from(ids).lowest, NumberSet.from(ids).highest];
    assertEquals(ends("9,4:7"), [4, 9]);
    assertEquals(ends("7:4"), [4, 7]);
    assertEquals(ends("5:*"), [5, Infinity]);
    assertEquals([NumberSet.from([]).lowest, NumberSet.from([]).highest], [Infinity, 0]);
  });

  it("in JSON → IMAP's notation, which can be read back", () => {
    const kept = JSON.parse(JSON.stringify({ uids: NumberSet.from("1:5,9") }));
    assertEquals(kept, { uids: "1:5,9" });
    assertEquals([...NumberSet.from(kept.uids)], [1, 2, 3, 4, 5, 9]);
  });

  it("console.log → its ranges, of many the first ones", () => {
    assert(inspect(NumberSet.from("1:5,9")).includes("NumberSet <1:5,9>"));
    const many = NumberSet.from(Array.from({ length: 1000 }, (_, i) => 2 * i + 1));
    assert(inspect(many).includes(",39,...>"));
  });
});

describe("sets of very many ids", () => {
  /** The ids of a set. */
  const plain = (set: NumberSet) => new Set(set);

  it("split and has: any ranges, in any order → the same ids, ascending, each once [fault E7]", () => {
    let state = 5;
    const dice = (sides: number) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state % sides;
    };
    for (let round = 0; round < 200; round++) {
      const sorted = round % 2 === 0;
      const ids: (number | string)[] = [];
      for (let i = 0, at = 0; i < 1 + dice(120); i++) {
        at = sorted ? at + 1 + dice(4) : 1 + dice(400);
        ids.push(dice(3) === 0 ? `${at}:${sorted ? at += dice(5) : 1 + dice(400)}` : at);
      }
      const set = NumberSet.from(ids);
      const all = plain(set);
      const parts = set.split(40);
      const split = parts.flatMap((part) => [...part]);
      assertEquals(new Set(split), all);
      if (parts.length > 1) {
        assertEquals(split, [...all].sort((one, other) => one - other));
        for (const part of parts) assert(`${part}`.length <= 40, `${part}`);
      }
      for (let id = 1; id < 420; id++) assertEquals(set.has(id), all.has(id), `${id} in ${set}`);
      for (let i = 0; i < 50; i++) {
        const id = 1 + dice(500);
        assertEquals(set.has(id), all.has(id), `${id} in ${set}`);
      }
    }
  });

  it("an open end among very many ranges → has what it may name [fault E7]", () => {
    const ranges = Array.from({ length: 100 }, (_, i) => `${10 * i + 1}:${10 * i + 3}`);
    const open = NumberSet.from([...ranges, "2000:*"]);
    // `*` is the largest id in use, which may be any.
    for (const id of [1, 4, 994, 2000, 4_000_000]) assertEquals(open.has(id), true);
    assertEquals(open.split(100).at(-1)!.toString().endsWith("2000:*"), true);
  });

  for (const order of ["ascending", "descending", "no"]) {
    it(`built and split, in ${order} order → in time that grows with how many [fault E7]`, () => {
      const largest = 400_000;
      const make = (count: number) => {
        const ids = Array.from({ length: count }, (_, i) => 2 * i + 1);
        if (order === "descending") return ids.reverse();
        return order === "no" ? ids.map((id) => (id * 7919) % (2 * count + 1) || 1) : ids;
      };
      const seconds = (ids: readonly number[], times: number) => {
        const start = performance.now();
        for (let i = 0; i < times; i++) {
          for (const part of NumberSet.from(ids).split(8000)) part.has(ids[0]);
        }
        return performance.now() - start;
      };
      const [small, large] = [make(largest / 64), make(largest)];
      seconds(small, 4);
      const pieces = seconds(small, 64);
      const whole = seconds(large, 1);
      assertLess(whole, 12 * pieces + 200, `${whole} ms, in pieces ${pieces} ms`);
    });
  }

  it("asked for ids far apart → a look at a few ranges each [fault E7]", () => {
    const set = NumberSet.from(Array.from({ length: 100_000 }, (_, i) => 2 * i + 1));
    let found = 0;
    for (let i = 0; i < 100_000; i++) {
      const id = (i * 7919) % 200_000 + 1;
      if (set.has(id)) found++;
    }
    assertEquals(found, 50_000);
  });
});
