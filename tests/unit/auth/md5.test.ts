import { createHash, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { hmacMd5, md5 } from "../../../src/auth/md5.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";

const hex = (bytes: Uint8Array) =>
  [...bytes].map((it) => it.toString(16).padStart(2, "0")).join("");

describe("MD5", () => {
  for (
    const [text, digest] of [
      ["", "d41d8cd98f00b204e9800998ecf8427e"],
      ["a", "0cc175b9c0f1b6a831c399e269772661"],
      ["abc", "900150983cd24fb0d6963f7d28e17f72"],
      ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
      ["abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"],
    ]
  ) {
    it(`RFC 1321 appendix A.5: "${text}"`, () => {
      assertEquals(hex(md5(encodeUtf8(text))), digest);
    });
  }

  it("messages of every length around blocks → what node:crypto computes", () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256);
      assertEquals(hex(md5(bytes)), createHash("md5").update(bytes).digest("hex"), `${length}`);
    }
  });

  it("HMAC with keys of every length around a block → what node:crypto computes", () => {
    const message = encodeUtf8("<1896.697170952@postoffice.reston.mci.net>");
    for (let length = 0; length < 140; length++) {
      const key = Uint8Array.from({ length }, (_, i) => 255 - i);
      const wanted = createHmac("md5", key).update(message).digest("hex");
      assertEquals(hex(hmacMd5(key, message)), wanted, `${length}`);
    }
  });
});
