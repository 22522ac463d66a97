import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { hasNul } from "../../../src/util/bytes.ts";

describe("a byte 0 among bytes", () => {
  it("is found in every place, at any alignment in memory", () => {
    for (const filling of [1, 65, 128, 255]) {
      for (let offset = 0; offset < 5; offset++) {
        for (let length = 0; length < 40; length++) {
          const bytes = new Uint8Array(50).fill(filling).subarray(offset, offset + length);
          assertEquals(hasNul(bytes), false, `${filling}, ${offset}, ${length}`);
          for (let place = 0; place < length; place++) {
            bytes[place] = 0;
            assertEquals(hasNul(bytes), true, `${filling}, ${offset}, ${length}, ${place}`);
            bytes[place] = filling;
          }
        }
      }
    }
  });

  it("is not sought beyond the bytes", () => {
    for (const length of [5, 16, 32, 37]) {
      const bytes = new Uint8Array(60).fill(7, 4, 4 + length);
      assertEquals(hasNul(bytes.subarray(4, 4 + length)), false);
      assertEquals(hasNul(bytes.subarray(4, 5 + length)), true);
      assertEquals(hasNul(bytes.subarray(3, 4 + length)), true);
    }
  });
});
