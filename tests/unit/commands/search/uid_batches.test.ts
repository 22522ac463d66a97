import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { uidBatches } from "../../../../src/commands/search/uid_batches.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

/** The batches of an answer, as texts. */
function batches(line: string, range: readonly [number, number] | null = null): string[] {
  return answer(uidBatches(1000, range), line, "a OK done").map(String);
}

describe("UIDBATCHES [ext UIDBATCHES]", () => {
  it("size and range → sent", () => {
    assertEquals(sent(uidBatches(1000, null)), "1000");
    assertEquals(sent(uidBatches(1000, [1, 3])), "1000 1:3");
  });

  it("ranges, the higher end first → sets, the lower end first", () => {
    const line = '* UIDBATCHES (TAG "a") 90210:71000,70999:40012,40011:1';
    assertEquals(batches(line), ["71000:90210", "40012:70999", "1:40011"]);
  });

  it("one UID, a range the other way round, and the whole space of UIDs → read", () => {
    assertEquals(batches('* UIDBATCHES (TAG "a") 9,5:7,1'), ["9", "5:7", "1"]);
    assertEquals(batches("* UIDBATCHES (TAG a) 4294967295:1"), ["1:4294967295"]);
    assertEquals(batches("* UIDBATCHES 2:1"), ["1:2"]);
  });

  it("the tag alone → no batches", () => {
    assertEquals(batches('* UIDBATCHES (TAG "a")'), []);
    assertEquals(batches("* UIDBATCHES"), []);
  });

  it("other responses → left to others", () => {
    const lines = ["* UIDBATCHES", "* ESEARCH (TAG x) UID ALL 1", "* SEARCH 1"];
    assertEquals(claims(uidBatches(1000, null), ...lines), [true, false, false]);
  });

  const wrong = [
    ...["0:0", "5:0", "4294967296:1", "99999999999:1", "-1", "x", "1:*", "*", "3:2:1", "3:", ":3"],
    ...["3:1,", ",3:1", "9:5,,3:1", "9:5 3:1", "9:5,5:1", "3:1,9:5", "9:5,9:5", "9:1,5:4", "(9:5)"],
  ];
  for (const text of wrong) {
    it(`${text} → ProtocolError`, () => {
      assertThrows(() => batches(`* UIDBATCHES (TAG "a") ${text}`), ProtocolError);
    });
  }

  it("no answer, or a tag that does not end → ProtocolError", () => {
    assertThrows(() => answer(uidBatches(1000, null), "a OK done"), ProtocolError);
    assertThrows(() => batches('* UIDBATCHES (TAG "a" 9:5'), ProtocolError);
  });

  it("more batches than asked for, or than can be → ProtocolError", () => {
    assertThrows(() => batches("* UIDBATCHES 9,8,7,6", [1, 3]), ProtocolError, "more than 3");
    const many = Array.from({ length: 100_001 }, (_, i) => 200_000 - i).join();
    assertThrows(() => batches(`* UIDBATCHES ${many}`), ProtocolError, "more than 100000");
  });
});
