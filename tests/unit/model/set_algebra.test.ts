import { describe, it } from "node:test";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { IllegalStateError, InvalidArgumentError } from "../../../src/model/errors.ts";
import { type FoundIn, foundIn, rememberFoundIn } from "../../../src/model/found_in.ts";
import { type MessageIds, NumberSet } from "../../../src/model/number_set.ts";

const range = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .map(([a, b]) => `${a}:${b}`);
const ranges = fc.array(range, { maxLength: 8 });

const ascending = (ids: Iterable<number>) => [...ids].sort((a, b) => a - b);

describe("two sets of message ids", () => {
  it("union, intersection, difference → the same as with sets of single ids [ext NUMBERSET]", () => {
    fc.assert(fc.property(ranges, ranges, (one, other) => {
      const [a, b] = [NumberSet.from(one), NumberSet.from(other)];
      const [mine, theirs] = [new Set(a), new Set(b)];
      assertEquals([...a.union(b)], ascending(new Set([...mine, ...theirs])));
      const common = ascending([...mine].filter((id) => theirs.has(id)));
      assertEquals([...a.intersection(b)], common);
      const left = ascending([...mine].filter((id) => !theirs.has(id)));
      assertEquals([...a.difference(b)], left);
      assertEquals(a.isSubsetOf(b), left.length === 0);
    }));
  });

  it("given in any form → as few ranges as can be", () => {
    assertEquals(String(NumberSet.from("1:5,9").union([6, 7, "8"])), "1:9");
    assertEquals(String(NumberSet.from("9:1").difference(5)), "1:4,6:9");
    assertEquals(String(NumberSet.from([3, 1, 2]).intersection("2:9")), "2:3");
    assertEquals(NumberSet.from([]).union([]).isEmpty, true);
  });

  it("the largest ranges → ranges still, and no time", () => {
    const all = NumberSet.from("1:4294967295");
    assertEquals(String(all.difference("7")), "1:6,8:4294967295");
    assertEquals(String(all.intersection("4294967290:4294967295")), "4294967290:4294967295");
    assertEquals(String(all.union("1:4294967295")), "1:4294967295");
    assertEquals(all.isSubsetOf(all), true);
  });

  it("very many ranges → time by how many", () => {
    const even = NumberSet.from(Array.from({ length: 200_000 }, (_, i) => 4 * i + 2));
    const odd = NumberSet.from(Array.from({ length: 200_000 }, (_, i) => 4 * i + 4));
    const start = performance.now();
    assertEquals(even.union(odd).size, 400_000);
    assertEquals(even.intersection(odd).isEmpty, true);
    assertEquals(even.difference(odd).size, 200_000);
    assertLess(performance.now() - start, 10_000);
  });

  it("a * → kept if that is safe, otherwise refused", () => {
    assertEquals(String(NumberSet.from("5:*").union("1:3")), "1:3,5:*");
    assertEquals(String(NumberSet.from("1:*").intersection("3:4")), "3:4");
    assertEquals(String(NumberSet.from("3:*").intersection("1:*")), "3:*");
    assertEquals(NumberSet.from("3:*").difference("1:*").isEmpty, true);
    // With three messages, `5:*` is the third, so the result is unknown.
    const open = NumberSet.from("5:*");
    assertThrows(() => open.difference("3"), InvalidArgumentError, "only the server knows");
    assertThrows(() => open.intersection("1:3"), InvalidArgumentError, "only the server knows");
    assertThrows(() => NumberSet.from("1:3").difference("5:*"), InvalidArgumentError);
    assertThrows(() => NumberSet.from("1:3").isSubsetOf("*"), InvalidArgumentError);
  });

  it("an invalid set → InvalidArgumentError", () => {
    for (const value of [0, "1-3", null, [{}], 2 ** 32]) {
      const ids = value as MessageIds;
      assertThrows(() => NumberSet.from(1).union(ids), InvalidArgumentError);
      assertThrows(() => NumberSet.from(1).difference(ids), InvalidArgumentError);
    }
  });
});

describe("two sets of which a search found one or both", () => {
  const session = {};
  const place: FoundIn = {
    ...{ folder: "INBOX", uidValidity: 7, session, selection: 1, expunges: 0, uid: true },
  };
  const found = (ids: MessageIds, changes: Partial<FoundIn> = {}) =>
    rememberFoundIn(NumberSet.from([ids as string]), { ...place, ...changes });

  it("one was found, or both in the same folder → the result belongs there", () => {
    assertEquals(foundIn(found("1:9").difference("3")), place);
    assertEquals(foundIn(NumberSet.from("1:9").union(found("3"))), place);
    assertEquals(foundIn(found("1:9").intersection(found("3"))), place);
    // The folder was selected again, here or on another connection.
    assertEquals(foundIn(found("1:9").union(found("3", { selection: 4 }))), place);
    assertEquals(foundIn(found("1:9").union(found("3", { session: {} }))), place);
    assertEquals(foundIn(NumberSet.from("1:9").union("3")), undefined);
  });

  it("found in different places → IllegalStateError", () => {
    const others: Partial<FoundIn>[] = [
      { folder: "Sent", selection: 2 },
      { uidValidity: 8, selection: 2 },
      { uidValidity: null, selection: 2 },
      { uid: false },
    ];
    for (const other of others) {
      assertThrows(() => found("1:9").union(found("3", other)), IllegalStateError);
      assertThrows(() => found("1:9").difference(found("3", other)), IllegalStateError);
    }
    const numbers = found("1:9", { uid: false });
    assertEquals(foundIn(numbers.union(found("3", { uid: false })))?.uid, false);
    const moved = found("3", { uid: false, expunges: 1 });
    assertThrows(() => numbers.union(moved), IllegalStateError);
  });
});
