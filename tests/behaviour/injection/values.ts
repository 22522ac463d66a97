// The values that are tried in every place.
import fc from "fast-check";

/** Longer than any bound that a writer may have. */
const LONG = 70_000;

/** Texts that have caused trouble somewhere. */
export const NASTY: readonly string[] = [
  ...["", " ", "  ", "\t", "a b", " a", "a "],
  ...["\r", "\n", "\r\n", "a\r", "a\n", "\r\na", "a\r\nA1 LOGOUT", "a\r\nA1 LOGOUT\r\n"],
  ...["a\nA1 LOGOUT\n", 'a"\r\nA1 LOGOUT\r\n', ") A1 LOGOUT", "a)\r\nA1 LOGOUT\r\nA2 NOOP ("],
  ...["\0", "a\0b", "\x01", "\x7f", "\x1b[31m"],
  ...['"', '""', 'a"b', '"a"', '\\"', "\\", "\\\\", "a\\", "\\Seen", "\\\\Seen", "\\*"],
  ...[
    "{5}",
    "{5+}",
    "{5}\r\n",
    "{5+}\r\n",
    "x {3}\r\n",
    "x {3}",
    "x {3+}",
    "~{3}",
    "{",
    "}",
    "{0}",
  ],
  ...["(", ")", "()", "(a", "a)", "a) (b", "*", "%", "a*b", "a%b", "**", "+", "-", "+a", "-a"],
  ...["~", "~a", "[", "]", "[a]", "a[1]", "a]", "[]", "<", ">", "&", "&-", "a&b", "&AOQ-", "&A"],
  ...[
    "é",
    "Entwürfe",
    "日本語",
    "😀",
    "a\u2028b",
    "\u2029",
    "\u0085",
    "\u00a0a",
    "\ufeffa",
    "\u202e",
  ],
  ...["\ud800", "a\ud800", "\udc00a", "\udc00\ud800"],
  ...["nil", "NIL", "INBOX", "inbox", "undefined", "null", "__proto__", "constructor"],
  ...["0", "1", "00", "-1", "1.5", "1e3", "0x10", "1:*", "*:1", "1,2,5:7", ",", "1,", ":", "1:2:3"],
  ...['" FLAGS \\Deleted', "x {3}\r\nabc", "a{10000}", "~{5}", ") (", "a*b%c", "*)", "1,2"],
  ...["ü", "\udc00x", "\u00a0", "\x80", "\ufeff", "999999999999", "x".repeat(5000)],
  ...["BODY[HEADER.FIELDS (A)]", "BODY[]<0.1>", "BODY[\r\n]", "BODY[HEADER.FIELDS (A\r\nB)]"],
  ...["ü".repeat(3000), "4294967295", "4294967296", "99999999999999999999", "1-2", "１"],
];

/** Non-ASCII letters that become ASCII in upper case (I, S, SS and FF) or in lower case (k). */
export const TURNCOATS: readonly string[] = ["ı", "\u017feen", "FLAG\u017f", "ß", "ﬀ", "\u212a"];

/** Very long texts. */
export const LONG_TEXTS: readonly string[] = [
  "x".repeat(LONG),
  '"\\'.repeat(LONG / 2),
  `${"x".repeat(LONG)}\r\nA1 LOGOUT\r\n`,
  "é".repeat(LONG),
  "9".repeat(LONG),
];

const PIECES = [
  ...'\r\n\0"\\(){}[]*%+-~<>&, :.=5aZ',
  ...["\r\n", "{5}", "{5+}\r\n", "A1 LOGOUT", "é", "😀", "\ud800", "\udc00", "\u2028", "NIL", "ä"],
];

/** Random texts of nasty pieces, the same for the same seed. */
export function randomTexts(count: number, seed: number): readonly string[] {
  const unit = fc.constantFrom(...PIECES);
  return fc.sample(fc.array(unit, { maxLength: 10 }), { numRuns: count, seed })
    .map((pieces) => pieces.join(""));
}

/** Bytes for places that accept bytes as text, one character for each. */
export const NASTY_BYTES: readonly string[] = [
  ...["", "a", "a b", "\r\n", "a\r\nA1 LOGOUT\r\n", "\0", "a\0", '"', "\\", "{5}\r\n", "x {3}"],
  ...[
    "\xff",
    "\xff\xfe",
    "\xc3\xa9",
    "\xc3",
    "\xed\xa0\x80",
    "a\x80b",
    "(",
    ")",
    "NIL",
    "~",
    "\x7f",
  ],
];

/** Values that are valid in some places and invalid in others. */
export const MIXED: readonly unknown[] = [
  ...[5, new Uint8Array([13, 10]), new Uint8Array([0]), ["a\r\nb"], ["{5}"], ["a b", "\0"]],
];

/** Values, by name, of types that no caller may pass as text. */
export function oddValues(): readonly (readonly [name: string, value: unknown])[] {
  const text = () => "1:2 INBOX";
  return [
    ["undefined", undefined],
    ["null", null],
    ...[0, -0, 1, -1, 1.5, NaN, Infinity, 2 ** 53].map((it) => [`${it}`, it] as const),
    ["true", true],
    ["false", false],
    ["a bigint", 5n],
    ["a negative bigint", -5n],
    ["a symbol", Symbol("x")],
    ["a function", text],
    ["{}", {}],
    ["an object with toString", { toString: text, valueOf: text }],
    ["an object with toString and a length", { toString: text, length: 3 }],
    ["an object of length 0", { length: 0 }],
    ["an object of great length", { length: 1e9 }],
    ["a Proxy", new Proxy({}, {})],
    ["an object without a prototype", Object.create(null)],
    ["an object whose toString throws", {
      toString(): string {
        throw new Error("toString was called");
      },
    }],
    ["[]", []],
    ["[[]]", [[]]],
    ["[null]", [null]],
    ["[undefined]", [undefined]],
    ["[{}]", [{}]],
    ["[[65, 66]]", [[65, 66]]],
    ["[a symbol]", [Symbol("x")]],
    ["a Date", new Date(NaN)],
    ["a Map", new Map([["a", "b"]])],
    ["a RegExp", /x/],
    ["an ArrayBuffer", new ArrayBuffer(3)],
    ["a Uint16Array", new Uint16Array([65, 66])],
    ["a Promise", Promise.resolve("x")],
  ];
}
