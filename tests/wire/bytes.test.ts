import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { hasNul } from "../../src/wire/bytes.ts";

describe("a byte 0 among bytes", () => {
  it("is found in every place, wherever the bytes stand in memory", () => {
    for (const filling of [1, 65, 128, 255]) {
      for (let offset = 0; offset < 5; offset++) {
        for (let length = 0; length < 13; length++) {
          const bytes = new Uint8Array(20).fill(filling).subarray(offset, offset + length);
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
    const bytes = new Uint8Array(20).fill(7, 4, 9);
    assertEquals(hasNul(bytes.subarray(4, 9)), false);
    assertEquals(hasNul(bytes.subarray(4, 10)), true);
    assertEquals(hasNul(bytes.subarray(3, 9)), true);
  });
});
