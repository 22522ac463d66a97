// The work must grow linearly with the answer. An absolute time proves nothing; but if one large
// piece takes far longer than small pieces of the same total length, the work is not linear.
import { env } from "node:process";
import { describe, it } from "node:test";
import { assertLess } from "@std/assert";
import type { Limits } from "../../../src/wire/limits.ts";
import { Reader } from "../../../src/wire/reader.ts";
import { readResponse } from "../../../src/wire/response.ts";
import { plain } from "../../support/wire.ts";

const MIB = 1024 * 1024;
/** The largest input; with `IMAPCLIENT_LINEAR=64` it is 64 MiB. */
const LARGEST = Number(env.IMAPCLIENT_LINEAR ?? 4) * MIB;
const SMALL = LARGEST / 64;
/** How much longer the large input may take per byte; with quadratic work it is 64 times. */
const FACTOR = 12;

const limits: Limits = {
  line: 2 ** 30,
  literal: 2 ** 30,
  nesting: 64,
  items: 2 ** 30,
  ids: 8000,
};

const encoder = new TextEncoder();

/** A response of about this many bytes: a head, a repeated part, an end. */
function response(head: string, part: string, end: string): (size: number) => Uint8Array {
  return (size) => {
    const count = Math.max(1, Math.floor((size - head.length - end.length) / part.length));
    return encoder.encode(`${head}${part.repeat(count)}${end}\r\n`);
  };
}

const ADDRESS = '("Ann" NIL "ann" "example.org")';
const PART = '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)';

const SHAPES: Readonly<Record<string, (size: number) => Uint8Array>> = {
  "many short lines": response("* OK x", "\r\n* 5 EXISTS", ""),
  "a long search": response("* SEARCH", " 1234567", ""),
  "a set of ids": response("* OK [COPYUID 1 1", ",1234567", " 1:9] done"),
  "an atom": response("* X ", "a", ""),
  "a quoted text with escapes": response('* X "', '\\"', '"'),
  "flags": response("* FLAGS (a", " \\Flag", ")"),
  "items of a FETCH": response("* 1 FETCH (UID 1", " X-A 1", ")"),
  "addresses": response(
    "* 1 FETCH (ENVELOPE (NIL NIL (",
    ADDRESS,
    ") NIL NIL NIL NIL NIL NIL NIL))",
  ),
  "parts of a message": response("* 1 FETCH (BODYSTRUCTURE (", PART, ' "MIXED"))'),
  "encoded words": response(
    '* 1 FETCH (ENVELOPE (NIL "',
    "=?utf-8?q?=C3=BC?= ",
    '" NIL NIL NIL NIL NIL NIL NIL NIL))',
  ),
  "threads": response("* THREAD ", "(1 2 (3)(4 5))", ""),
  "lists in lists, closed again": response("* X (", "(((((a)))))", ")"),
  "small literals": response("* X", " {3}\r\nabc", ""),
  "literals of 5 kB": response("* X", ` {5000}\r\n${"x".repeat(5000)}`, ""),
  "a modified UTF-7 name": response('* LIST () "/" "', "&AOQ-", '"'),
  "brackets that do not close": response("* OK ", "[a ", ""),
  "brackets in atoms that do not close": response("* X ", "[a ", ""),
  "quotes that do not close": response("* X ", '"a ', ""),
  "parentheses that do not close": response("* 1 FETCH (", "X (a ", ""),
};

/** Reads the data in chunks, as from a socket, and looks at everything in it. */
function milliseconds(data: Uint8Array, times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) {
    const reader = new Reader({
      frame(frame) {
        try {
          const read = readResponse(frame, limits);
          if (read?.kind === "untagged" && read.type === "UNKNOWN") plain(read.values());
          else plain(read);
        } catch {
          // The error does not matter here.
        }
      },
    }, limits);
    for (let at = 0; at < data.length; at += 65_536) reader.push(data.slice(at, at + 65_536));
    reader.finish();
  }
  return performance.now() - start;
}

describe("reading takes time in proportion to what is read", () => {
  for (const [name, make] of Object.entries(SHAPES)) {
    it(`${name}: ${LARGEST / MIB} MiB at once, and in 64 pieces`, () => {
      const [large, small] = [make(LARGEST), make(SMALL)];
      milliseconds(small, 4); // warms up the compiler
      const pieces = milliseconds(small, 64);
      const whole = milliseconds(large, 1);
      assertLess(whole, FACTOR * pieces + 200, `${whole} ms, in pieces ${pieces} ms`);
    });
  }
});
