import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import {
  decodeWhole,
  transferDecoder,
  transferEncodingOf,
} from "../../../src/mime/transfer_encoding.ts";
import { bytes, text } from "../../support/wire.ts";

function decoded(encoding: string, content: string): string {
  return text(decodeWhole(transferDecoder(encoding)!, bytes(content)));
}

/** The same, in pieces of `size` bytes. */
function inPieces(encoding: string, content: string, size: number): string {
  const decoder = transferDecoder(encoding)!;
  let all = "";
  for (let at = 0; at < content.length; at += size) {
    all += text(decoder.push(bytes(content.slice(at, at + size))));
  }
  return all + text(decoder.end());
}

const BASE64: readonly (readonly [what: string, content: string, decoded: string])[] = [
  ["nothing", "", ""],
  ["no padding needed", "YWJj", "abc"],
  ["padding", "YWI=", "ab"],
  ["double padding", "YQ==", "a"],
  ["lines", "YWJj\r\nZGVm\r\n", "abcdef"],
  ["lines that end within a group", "YW\r\nJjZ\r\nGVm", "abcdef"],
  ["padding left out", "YWJjZA", "abcd"],
  ["a lone digit at the end", "YWJjZ", "abc"],
  ["other characters", "Y!W-J?j ==", "abc"],
  ["several texts, one after the other", "YQ==\r\nYg==\r\n", "ab"],
  ["padding alone", "====", ""],
  ["all bytes", btoa(String.fromCharCode(...Array(256).keys())), allBytes()],
];

const QUOTED: readonly (readonly [what: string, content: string, decoded: string])[] = [
  ["nothing", "", ""],
  ["plain text", "abc\r\ndef", "abc\r\ndef"],
  ["escapes in either case", "=C3=bc=3D", "\xc3\xbc="],
  ["a soft line end", "abc=\r\ndef=\nghi", "abcdefghi"],
  ["a soft line end with white space", "abc= \t\r\ndef", "abcdef"],
  ["a soft line end at the end", "abc=", "abc"],
  ["a soft line end, cut", "abc=\r", "abc"],
  ["a CR alone as a soft line end", "abc=\rdef", "abcdef"],
  ["white space at the end of a line", "abc \t\r\nd e\n f \r\n", "abc\r\nd e\n f\r\n"],
  ["white space at the very end", "abc  ", "abc"],
  ["escaped white space at the end of a line", "abc=20\r\n=09\r\n", "abc \r\n\t\r\n"],
  ["no escapes", "a=b=ZZ=4 =G1 = c", "a=b=ZZ=4 =G1 = c"],
  ["an escape, cut", "abc=4", "abc=4"],
  ["a `=` before an escape", "==41", "=A"],
  ["8-bit bytes and NUL", "\xfc\0=00", "\xfc\0\0"],
  ["white space without end", `a${" ".repeat(5000)}b`, `a${" ".repeat(5000)}b`],
  ["white space after `=` without end", `=${" ".repeat(5000)}b`, `=${" ".repeat(5000)}b`],
];

function allBytes(): string {
  return String.fromCharCode(...Array(256).keys());
}

for (const [encoding, cases] of [["base64", BASE64], ["quoted-printable", QUOTED]] as const) {
  describe(encoding, () => {
    for (const [what, content, expected] of cases) {
      it(`${what} → the same as a whole and in pieces`, () => {
        assertEquals(decoded(encoding, content), expected);
        for (const size of [1, 2, 3, 5, 7, 64]) {
          assertEquals(inPieces(encoding, content, size), expected, `in pieces of ${size}`);
        }
      });
    }
  });
}

describe("identity", () => {
  it("7bit, 8bit and binary → as they are", () => {
    for (const encoding of ["7bit", "8bit", "binary"]) {
      assertEquals(decoded(encoding, "a=41 \r\n\0"), "a=41 \r\n\0");
    }
  });

  it("others → no decoder", () => {
    for (const encoding of ["x-uuencode", "base65", "utf-8"]) {
      assertEquals(transferDecoder(encoding), null);
    }
  });
});

describe("the encoding that a header names", () => {
  const HEADERS: readonly (readonly [header: string, encoding: string])[] = [
    ["", "7bit"],
    ["Subject: x\r\n\r\n", "7bit"],
    ["Content-Transfer-Encoding: BASE64\r\n\r\n", "base64"],
    ["content-transfer-encoding:Quoted-Printable\r\n\r\n", "quoted-printable"],
    ["Content-Transfer-Encoding :\r\n  (what?) base64 (so) \r\nX: y\r\n\r\n", "base64"],
    ['Content-Transfer-Encoding: "base64"; foo=bar\r\n\r\n', "base64"],
    ["X: y\nContent-Transfer-Encoding: 8-Bit\n\n", "8bit"],
    ["Content-Transfer-Encoding:\r\n\r\n", "7bit"],
    ["X-Content-Transfer-Encoding: base64\r\n\r\n", "7bit"],
    ["Content-Transfer-Encoding: x-uuencode\r\n\r\n", "x-uuencode"],
    [
      "Content-Type: multipart/mixed;\r\n boundary=x\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      "7bit",
    ],
    [
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      "base64",
    ],
  ];
  for (const [header, encoding] of HEADERS) {
    it(`${JSON.stringify(header)} → ${encoding}`, () => {
      assertEquals(transferEncodingOf(bytes(header)), encoding);
    });
  }
});

describe("hostile content", () => {
  it("a header with much white space → no quadratic time", () => {
    const spaces = " ".repeat(1_000_000);
    const header = (value: string) => bytes(`Content-Transfer-Encoding: ${value}\r\n\r\n`);
    const encoding = transferEncodingOf(header(`x${spaces}y`));
    assertEquals([encoding.length, encoding[0]], [spaces.length + 2, "x"]);
    for (const it of [`x${'"'.repeat(1_000_000)}y`, "(".repeat(1_000_000), ";".repeat(1_000_000)]) {
      transferEncodingOf(header(it));
    }
    assertEquals(transferEncodingOf(header(`"base64"${spaces}; x`)), "base64");
  });

  it("white space in single bytes without end → no quadratic time", () => {
    const decoder = transferDecoder("quoted-printable")!;
    const space = bytes(" ");
    let length = 0;
    for (let i = 0; i < 20_000; i++) length += decoder.push(space).length;
    // What is held back is bounded.
    assert(length > 19_000, `${length}`);
  });
});
