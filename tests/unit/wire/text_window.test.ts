import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { TextWindow } from "../../../src/wire/text_window.ts";

/** The end of the string that begins here; -1 if the window does not know. */
function quoteFrom(texts: TextWindow, bytes: Uint8Array, start: number): number {
  const text = texts.quoted(bytes, start);
  if (text === null) return -1;
  assertEquals(text, new TextDecoder().decode(bytes.subarray(start, texts.quote)));
  return texts.quote;
}

describe("a stretch of bytes as text", () => {
  const line = 'a "quoted" word, and (more) of "it" ';
  const long = encodeUtf8(line.repeat(1000));

  it("returns the text of any place, in any order", () => {
    const texts = new TextWindow();
    const whole = line.repeat(1000);
    for (const [start, end] of [[0, 5], [4090, 4110], [20, 40], [30_000, 35_500], [5, 5]]) {
      assertEquals(texts.ascii(long, start, end), whole.slice(start, end));
    }
  });

  it("finds what comes next, also at the end of a window", () => {
    const texts = new TextWindow();
    const whole = line.repeat(1000);
    for (let start = 0; start < 9000; start += 7) {
      assertEquals(texts.find('" word', long, start), whole.indexOf('" word', start), `${start}`);
    }
    assertEquals(texts.find("nowhere", long, 0), -1);
  });

  it("leaves non-ASCII bytes alone", () => {
    const texts = new TextWindow();
    for (const bytes of [encodeUtf8('"é" "a"'), Uint8Array.of(34, 255, 34, 32, 34, 97, 34)]) {
      assertEquals(quoteFrom(texts, bytes, 1), -1);
      assertEquals(texts.ascii(bytes, bytes.length - 2, bytes.length - 1), "a");
    }
  });

  it("finds the end of a string, unless it has escapes", () => {
    const texts = new TextWindow();
    const bytes = encodeUtf8('"one" "t\\"wo" "three" "fo\\\\ur" "five');
    const starts = [1, 7, 15, 23, 32];
    assertEquals(starts.map((start) => quoteFrom(texts, bytes, start)), [4, -1, 20, -1, -1]);
    // Asked again from the beginning.
    assertEquals(starts.map((start) => quoteFrom(texts, bytes, start)), [4, -1, 20, -1, -1]);
    for (const start of [1, 23, 7, 15, 7]) quoteFrom(texts, bytes, start);
    assertEquals([23, 7, 15, 7, 1].map((start) => quoteFrom(texts, bytes, start)), [
      -1,
      -1,
      20,
      -1,
      4,
    ]);
  });

  it("is decoded again for other bytes, and after it is cleared", () => {
    const texts = new TextWindow();
    const bytes = encodeUtf8("first");
    assertEquals(texts.ascii(bytes, 0, 5), "first");
    assertEquals(texts.ascii(encodeUtf8("other"), 0, 5), "other");
    texts.forget();
    assertEquals(texts.ascii(bytes, 0, 5), "first");
  });
});
