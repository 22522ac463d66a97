// Lines that begin no response: the remains of one with broken quoting or line ends.
import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../../src/model/errors.ts";
import { Envelope } from "../../../src/model/envelope.ts";
import type { LiteralSink } from "../../../src/model/values.ts";
import { DEFAULT_LIMITS } from "../../../src/wire/limits.ts";
import { Reader } from "../../../src/wire/reader.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { bytes, cut, fetched, plain, readAll, text } from "../../support/wire.ts";

/** The responses in these bytes, cut in this way: of each, the first bytes up to `end`. */
function frames(chunks: Iterable<Uint8Array>): string[] {
  const all: string[] = [];
  const reader = new Reader({
    frame({ bytes, start, end, detached }) {
      all.push(text(bytes.slice(start, end)) + "#".repeat(detached.length));
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.finish();
  assertEquals(reader.midway, false);
  return all;
}

const LONG = "0123456789abcde\n".repeat(300);

/** What is sent, and the responses in it; each is tried with all ways to cut the chunks. */
const CASES: readonly (readonly [name: string, wire: string, frames: readonly string[]])[] = [
  ["a fold in a quoted string", '* 1 X ("a\r\n b" 5)\r\n* 2 X\r\n', [
    '* 1 X ("a\r\n b" 5)',
    "* 2 X",
  ]],
  ["a bare LF in one", '* 1 X ("a\n\tb" 5)\n* 2 X\n', ['* 1 X ("a\n\tb" 5)', "* 2 X"]],
  ["several folds", '* 1 X "a\r\n b\r\n\r\n\r\n c)\r\n)" 5\r\nA1 OK\r\n', [
    '* 1 X "a\r\n b\r\n\r\n\r\n c)\r\n)" 5',
    "A1 OK",
  ]],
  ["a quoted string that goes on with a word", '* 1 X ("a\r\nb c\r\nd" 5)\r\n+ x\r\n', [
    '* 1 X ("a\r\nb c\r\nd" 5)',
    "+ x",
  ]],
  ["one that goes on with its quote", '* 1 X ("a\r\n" 5)\r\n* 2 X\r\n', [
    '* 1 X ("a\r\n" 5)',
    "* 2 X",
  ]],
  ["words that look like a status", '* 1 X ("a\r\nOK done" 5)\r\nA1 OK\r\n', [
    '* 1 X ("a\r\nOK done" 5)',
    "A1 OK",
  ]],
  ["a literal behind a fold", '* 1 X ("a\r\n b" {4}\r\n"\r\n* c)\r\n* 2 X\r\n', [
    '* 1 X ("a\r\n b" {4}\r\n"\r\n* c)',
    "* 2 X",
  ]],
  ["a large literal in front of a fold", `* 1 X ({4800}\r\n${LONG} "a\r\n b")\r\nA1 OK\r\n`, [
    ...[`* 1 X ({4800}\r\n${LONG} "a\r\n b")`, "A1 OK"],
  ]],
  ["an empty line behind a literal", "* 1 X (a {3}\r\nabc\r\n b {2}\r\nde\r\n)\r\n* 2 X\r\n", [
    "* 1 X (a {3}\r\nabc\r\n b {2}\r\nde\r\n)",
    "* 2 X",
  ]],
  ["a parenthesis by itself", "* 1 X (a {3}\r\nabc\r\n)\r\n* 2 X\r\n", [
    "* 1 X (a {3}\r\nabc\r\n)",
    "* 2 X",
  ]],
  ["a literal in a line that goes on", "* 1 X (a\r\n b {4}\r\n)\r\n*)\r\n* 2 X\r\n", [
    "* 1 X (a\r\n b {4}\r\n)\r\n*)",
    "* 2 X",
  ]],
  ["nothing is open", "* 1 X (a)\r\n b)\r\n\r\n)\r\n* 2 X\r\n", [
    ...["* 1 X (a)", " b)", "", ")", "* 2 X"],
  ]],
  ["an escaped quote", '* 1 X "a\\"b"\r\n\r\n* 1 X "\\\\"\r\n\r\n', [
    ...['* 1 X "a\\"b"', "", '* 1 X "\\\\"', ""],
  ]],
  ["a quote in a literal", '* 1 X {1}\r\n"\r\n\r\n* 1 X {2}\r\n((\r\n\r\n', [
    ...['* 1 X {1}\r\n"', "", "* 1 X {2}\r\n((", ""],
  ]],
  ["text for people", '* OK it is 5" (long\r\n more\r\nA1 NO "a\r\n b\r\n+ "\r\n\r\n', [
    ...['* OK it is 5" (long', " more", 'A1 NO "a', " b", '+ "', ""],
  ]],
  ["an odd quote, and then the next response", '* LIST () "." "a"b"\r\n* X\r\nA1 OK\r\n', [
    ...['* LIST () "." "a"b"', "* X", "A1 OK"],
  ]],
  ["an odd quote, and then an answer", '* LIST () "." "a"b"\r\nA1 NO [X] y\r\nA2 BAD\r\n', [
    ...['* LIST () "." "a"b"', "A1 NO [X] y", "A2 BAD"],
  ]],
  ["an odd quote, and then short answers", '* 1 X "\nA1 OK\n* 1 X "\na no\n* 1 X "\nb BAD\n', [
    ...['* 1 X "', "A1 OK", '* 1 X "', "a no", '* 1 X "', "b BAD"],
  ]],
  ["words that are no answers", '* 1 X "\nA1 OKAY\nb BADLY\nc NOT\nOK\nd "\n* 2 X\n', [
    ...['* 1 X "\nA1 OKAY\nb BADLY\nc NOT\nOK\nd "', "* 2 X"],
  ]],
  ["an open parenthesis, and then words", "* 1 FETCH (UID 5\r\nwhat?\r\n", [
    ...["* 1 FETCH (UID 5", "what?"],
  ]],
  ["nothing at all", "\r\n\n \r\n\t\r\n)\r\n* X\r\n", ["", "", " ", "\t", ")", "* X"]],
];

describe("Reader, lines that begin no response", () => {
  for (const [name, wire, expected] of CASES) {
    it(`${name} → the rest of a response, or a line by itself [fault B1, B2, B3]`, () => {
      const data = bytes(wire);
      assertEquals(frames([data]), expected);
      const marked = (all: string[]) => all.map((it) => it.replaceAll(LONG, "").replace(/#+$/, ""));
      for (let place = 1; place < data.length; place++) {
        assertEquals(marked(frames(cut(data, [place]))), marked([...expected]), `cut at ${place}`);
      }
      for (const size of [1, 2, 3, 5]) {
        const places = Array.from({ length: Math.floor(data.length / size) }, (_, i) => i * size);
        assertEquals(marked(frames(cut(data, places))), marked([...expected]), `by ${size}`);
      }
    });
  }

  it("a response whose next line is not here yet → handed over with it, or at the end", () => {
    const seen: string[] = [];
    const reader = new Reader({
      frame: ({ bytes, start, end }) => seen.push(text(bytes.slice(start, end))),
    });
    reader.push(bytes('* 1 X "a\r\n'));
    assertEquals([seen.length, reader.midway], [0, true]);
    reader.push(bytes("*"));
    assertEquals([seen.length, reader.midway], [1, true]);
    reader.push(bytes(" 2 X (\r\n"));
    reader.push(bytes("A1 O"));
    assertEquals(seen.length, 1);
    reader.push(bytes("K\r\n"));
    assertEquals(seen, ['* 1 X "a', "* 2 X (", "A1 OK"]);
    reader.push(bytes("* 3 X (\r\n"));
    reader.finish();
    assertEquals([seen.at(-1), reader.midway], ["* 3 X (", false]);
  });

  it("a quote that is open over 100,000 lines → linear work, and one response", () => {
    const data = bytes(`* 1 X ("${"\r\n word".repeat(100_000)}" 5)\r\n* 2 X\r\n`);
    for (const size of [7, 4096, data.length]) {
      const places = Array.from({ length: Math.floor(data.length / size) }, (_, i) => i * size);
      assertEquals(frames(cut(data, places)).length, 2);
    }
  });

  it("100,000 literals, and as many continuation lines → linear work", () => {
    const data = bytes(`* 1 X (a${" {3}\r\nabc\r\n".repeat(100_000)})\r\n* 2 X\r\n`);
    assertEquals(frames([data]).length, 2);
    assertEquals(frames(cut(data, [500_000, 900_000])).length, 2);
    const large = ` {4800}\r\n${LONG}\r\n`;
    const detached = bytes(`* 1 X (a${large.repeat(1000)})\r\n* 2 X\r\n`);
    const places = Array.from({ length: detached.length / 4000 }, (_, i) => i * 4000);
    assertEquals(frames(cut(detached, places)).length, 2);
  });

  it("a response without end → refused at the limit", () => {
    const limits = { ...DEFAULT_LIMITS, line: 1000 };
    for (const more of ["\r\n", " a\r\n", " {1}\r\na\r\n", "b\r\n"]) {
      for (const size of [1, 3, 5000]) {
        const reader = new Reader({ frame: () => {} }, limits);
        const data = bytes(`* 1 X ("a\r\n${more.repeat(1001)}`);
        const places = Array.from({ length: Math.floor(data.length / size) }, (_, i) => i * size);
        assertThrows(
          () => {
            for (const chunk of cut(data, places)) reader.push(chunk);
          },
          ProtocolError,
          "longer than 1000 bytes",
        );
      }
    }
  });

  it("literals before a fold → count together with those after it", () => {
    const limits = { ...DEFAULT_LIMITS, literal: 10_000 };
    const literal = `{4800}\r\n${LONG}`;
    for (const places of [[], [3000], [20, 5000, 9000]]) {
      const data = bytes(`* 1 X (${literal}\r\n ${literal}\r\n ${literal})\r\n`);
      const reader = new Reader({ frame: () => {} }, limits);
      assertThrows(
        () => {
          for (const chunk of cut(data, places)) reader.push(chunk);
        },
        ProtocolError,
        "10000 a response",
      );
    }
  });

  it("a line end after a streamed literal → the items that follow are read", () => {
    const taken: Uint8Array[] = [];
    const sink: LiteralSink = { write: (part) => taken.push(part), end() {} };
    const wire = bytes(`* 1 FETCH (UID 5 BODY[1] {4800}\r\n${LONG}\r\n FLAGS (a))\r\n`);
    const [response] = readAll(cut(wire, [60, 3000]), DEFAULT_LIMITS, () => sink);
    assert(response.kind === "untagged" && response.type === "FETCH");
    assert(response.items["BODY[1]"] === sink);
    assertEquals([response.uid, response.items.FLAGS, response.bad], [5, ["a"], null]);
    assertEquals(taken.reduce((sum, { length }) => sum + length, 0), LONG.length);
  });
});

describe("FETCH over several lines", () => {
  const ANN = '(("Ann" NIL "ann" "example.org"))';

  for (const fold of ["\r\n ", "\n\t", "\r\n", "\r\n\r\n ", "\n"]) {
    const shown = JSON.stringify(fold);

    it(`${shown} within a subject → all of the message is read [fault B1]`, () => {
      const { uid, items, bad } = fetched(
        `* 1 FETCH (UID 5 ENVELOPE (NIL "first${fold}second" ${ANN} NIL NIL NIL NIL NIL NIL "<m>")` +
          " FLAGS (a))",
      );
      assert(items.ENVELOPE instanceof Envelope);
      assertEquals([uid, items.FLAGS, bad, items.ENVELOPE.messageId], [5, ["a"], null, "<m>"]);
      assert(/^first\s+second$/.test(items.ENVELOPE.subject!), items.ENVELOPE.subject!);
    });

    it(`${shown} within a structure → all of the message is read [fault B1]`, () => {
      const { items, bad } = fetched(
        `* 1 FETCH (BODYSTRUCTURE ("text" "plain" ("name" "a${fold}b.txt") NIL NIL "7bit" 5 1) FLAGS ())`,
      );
      assertEquals(bad, null);
      const { params, size } = items.BODYSTRUCTURE as unknown as {
        params: Record<string, string>;
        size: number;
      };
      assert(/^a\s+b\.txt$/.test(params.name), params.name);
      assertEquals(size, 5);
    });

    it(`${shown} within a folder's name → the name, and the next one is intact [fault B1]`, () => {
      const [list, next] = readAll([
        bytes(`* LIST (\\Marked) "/" "a${fold}b"\r\n* LIST () "/" c\r\n`),
      ]);
      assert(list.kind === "untagged" && list.type === "LIST");
      assert(next.kind === "untagged" && next.type === "LIST");
      assertEquals([text(list.name), list.flags, text(next.name)], [
        `a${fold}b`,
        ["\\Marked"],
        "c",
      ]);
    });
  }

  it("items on a line of their own → taken in [fault B3]", () => {
    const { uid, items, bad } = fetched(
      "* 1 FETCH (UID 5 BODY[] {5}\r\nhello\r\n FLAGS (\\Seen) RFC822.SIZE 5)",
    );
    assertEquals([uid, plain(items.FLAGS), items["RFC822.SIZE"], bad], [5, ["\\Seen"], 5, null]);
  });
});

describe("lines that begin with white space", () => {
  const kindOf = (line: string) => {
    const data = bytes(line);
    return readResponse({ bytes: data, start: 0, end: data.length, detached: [] })?.kind ?? null;
  };

  for (const line of [" A1 OK done", "\tA1 NO x", "\rA1 BAD", "  second OK then", ") OK", ""]) {
    it(`${JSON.stringify(line)} → no answer to a command [fault B2, B3]`, () => {
      assertEquals(kindOf(line), null);
    });
  }
});
