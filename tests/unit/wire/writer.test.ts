import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { writeCriteria } from "../../../src/commands/search/search_criteria.ts";
import { ImapError, InvalidArgumentError } from "../../../src/model/errors.ts";
import { parseToDatetime } from "../../../src/model/dates.ts";
import { NumberSet } from "../../../src/model/number_set.ts";
import { CommandWriter, type WriterOptions } from "../../../src/wire/writer.ts";
import { decodeUtf7 } from "../../../src/mime/utf7.ts";
import { PLAIN, written } from "../../support/commands.ts";
import { bytes, text } from "../../support/wire.ts";

describe("the pieces of a command", () => {
  const PIECES: readonly (readonly [string, (out: CommandWriter) => unknown, string])[] = [
    ["an astring is an atom if it can be", (out) => out.astring("x@y.z"), "x@y.z"],
    ["a string is quoted", (out) => out.string('a"\\b'), '"a\\"\\\\b"'],
    ["an empty astring is quoted", (out) => out.astring(""), '""'],
    ["8-bit text is a literal", (out) => out.astring("ü"), "{2}↵…Ã¼"],
    ["bytes stay as they are", (out) => out.astring(bytes("\xfe\xff")), "{2}↵…\xfe\xff"],
    ["a line end makes a literal", (out) => out.string("a\nb"), "{3}↵…a\nb"],
    ["NIL or a text", (out) => out.nstring(null).sp().nstring("NIL"), 'NIL "NIL"'],
    ["B4 flags", (out) => out.flagList(["\\Deleted", "foo", "Bar"]), "(\\Deleted foo Bar)"],
    ["B4 one flag", (out) => out.flagList("Foo"), "(Foo)"],
    ["B4 flags as bytes", (out) => out.flagList([bytes("\\Seen")]), "(\\Seen)"],
    ["B7 a folder name", (out) => out.mailbox("Entwürfe"), '"Entw&APw-rfe"'],
    ["B7 B8 an ampersand", (out) => out.mailbox("stuff & things"), '"stuff &- things"'],
    ["B7 a line end in a folder name", (out) => out.mailbox("a\r\nb"), '"a&AA0ACg-b"'],
    ["R6 L2 a date with its zone", (out) => {
      return out.dateTime(parseToDatetime("05-Apr-2009 11:00:05 +0200"));
    }, '"05-Apr-2009 11:00:05 +0200"'],
    ["R7 a calendar date", (out) => out.date("1996-02-22"), "22-Feb-1996"],
    ["a set of ids", (out) => out.numberSet(NumberSet.from([1, 2, 5])), "1:2,5"],
    ["a number", (out) => out.number(5).sp().number(2n ** 63n - 1n), "5 9223372036854775807"],
    ["an empty list", (out) => out.list([], () => {}), "()"],
  ];
  for (const [name, write, expected] of PIECES) {
    it(`${name}: ${expected}`, () => assertEquals(written(write), expected));
  }

  it("P10 a literal is sent without asking if the server allows it", () => {
    const two = (out: CommandWriter) =>
      out.string("ü").sp().literal(new Uint8Array(5000).fill(120));
    const big = "x".repeat(5000);
    assertEquals(written(two, { nonSynchronising: -1 }), `{2}↵…Ã¼ {5000}↵…${big}`);
    assertEquals(written(two, { nonSynchronising: 4096 }), `{2+}↵Ã¼ {5000}↵…${big}`);
    assertEquals(written(two, { nonSynchronising: Infinity }), `{2+}↵Ã¼ {5000+}↵${big}`);
  });

  it("P10 LITERAL- allows at most 4096 bytes without asking", () => {
    const sizes = [4096, 4097].map((size) => {
      const write = (out: CommandWriter) => out.literal(new Uint8Array(size).fill(120));
      return written(write, { nonSynchronising: 4096 }).slice(0, 7);
    });
    assertEquals(sizes, ["{4096+}", "{4097}↵"]);
  });

  it("Z5 one space separates a literal from the next argument", () => {
    const write = (out: CommandWriter) => out.string("\xff").sp().string("\xfe").sp().atom("X");
    assertEquals(written(write, { nonSynchronising: Infinity }), "{2+}↵Ã¿ {2+}↵Ã¾ X");
  });

  it("a large literal is sent from where it is", () => {
    const large = new Uint8Array(100_000).fill(65);
    const out = new CommandWriter(PLAIN);
    out.literal(large);
    assert(out.finish().some((part) => part.bytes === large));
  });

  it("A10 B7 without folderEncode names go as they are", () => {
    const raw = (name: string) => written((out) => out.mailbox(name), { folderEncode: false });
    assertEquals(raw("a&b"), '"a&b"');
    assertEquals(raw("a\r\nb LOGOUT"), "{11}↵…a↵b LOGOUT");
    assertThrows(() => raw("ü"), InvalidArgumentError, "folderEncode");
  });

  it("with UTF-8 enabled, it needs no literal and no encoding", () => {
    const write = (out: CommandWriter) => out.mailbox("ü&").sp().string("ü");
    assertEquals(written(write, { utf8: true }), '"Ã¼&" "Ã¼"');
  });

  const REFUSED: readonly (readonly [string, (out: CommandWriter) => unknown])[] = [
    ["NUL in text", (out) => out.astring("a\0b")],
    ["NUL in a literal", (out) => out.literal(Uint8Array.of(0))],
    ["a lone surrogate", (out) => out.astring("\ud800")],
    ["a lone surrogate in a folder name", (out) => out.mailbox("\udc00x")],
    ["an empty atom", (out) => out.atom("")],
    ["an atom with a space", (out) => out.atom("a b")],
    ["an atom with a line end", (out) => out.atom("a\r\n")],
    ["a flag with a parenthesis", (out) => out.flag("\\Seen)")],
    ["a flag with two backslashes", (out) => out.flag("\\\\Seen")],
    ["an empty flag", (out) => out.flag("")],
    ["a flag with a line end", (out) => out.flag("a\r\nb")],
    ["a flag that is 8-bit", (out) => out.flag("ü")],
    ["a negative number", (out) => out.number(-1)],
    ["half a number", (out) => out.number(1.5)],
    ["a number of 64 bits", (out) => out.number(2n ** 63n)],
    ["no number", (out) => out.number(NaN)],
    ["an empty set", (out) => out.numberSet(NumberSet.from([]))],
    ["an invalid date", (out) => out.dateTime(new Date(NaN))],
    ["a raw line end", (out) => out.raw("a\nb")],
    ["a raw literal", (out) => out.raw("a {5}")],
    ["something else than text", (out) => out.astring(5 as unknown as string)],
  ];
  for (const [name, write] of REFUSED) {
    it(`Z1 ${name} is refused`, () => {
      assertThrows(() => write(new CommandWriter(PLAIN)), InvalidArgumentError);
    });
  }

  it("S2 secrets are not described, in one part or several", () => {
    for (const nonSynchronising of [-1, Infinity]) {
      const out = new CommandWriter({ ...PLAIN, nonSynchronising });
      out.atom("A1").sp().atom("LOGIN").sp().secret(() => out.string("ann").sp().string("grün"));
      out.finish();
      assertEquals(out.describe(), "A1 LOGIN **REDACTED**");
    }
  });

  it("S4 long text is described in short, on one line", () => {
    const out = new CommandWriter(PLAIN);
    out.atom("A1").sp().string("ü\r\n").sp().literal(new Uint8Array(20_000).fill(120));
    const shown = out.describe();
    assert(shown.startsWith("A1 {4}\\xc3\\xbc\\r\\n"), shown);
    assert(shown.includes("(20000 bytes)") && shown.length < 700);
  });
});

/** An argument as a server understands it: text as bytes, or a list. */
type Argument = string | readonly Argument[];

/** Reads commands as a server does, without knowing how they were written. */
class CommandReader {
  readonly #wire: string;
  #at = 0;

  constructor(wire: string) {
    this.#wire = wire;
  }

  /** All commands that were sent. */
  commands(): Argument[][] {
    const all: Argument[][] = [];
    while (this.#at < this.#wire.length) all.push(this.#command());
    return all;
  }

  #command(): Argument[] {
    const args: Argument[] = [];
    do args.push(this.#argument()); while (this.#takes(" "));
    assert(this.#takes("\r\n"), `a line end at ${this.#rest()}`);
    return args;
  }

  #argument(): Argument {
    if (this.#takes('"')) return this.#quoted();
    if (this.#takes("(")) return this.#list();
    const literal = /^\{(\d+)\+?\}\r\n/.exec(this.#rest());
    if (literal !== null) {
      this.#at += literal[0].length;
      this.#at += Number(literal[1]);
      return this.#wire.slice(this.#at - Number(literal[1]), this.#at);
    }
    const atom = /^[^\s"(){]+/.exec(this.#rest());
    assert(atom !== null, `an argument at ${this.#rest()}`);
    this.#at += atom[0].length;
    return atom[0];
  }

  #quoted(): string {
    const match = /^((?:[^"\\\r\n]|\\["\\])*)"/.exec(this.#rest());
    assert(match !== null, `a quoted string at ${this.#rest()}`);
    this.#at += match[0].length;
    return match[1].replace(/\\(.)/g, "$1");
  }

  #list(): Argument[] {
    const items: Argument[] = [];
    if (this.#takes(")")) return items;
    do items.push(this.#argument()); while (this.#takes(" "));
    assert(this.#takes(")"), `the end of a list at ${this.#rest()}`);
    return items;
  }

  #takes(expected: string): boolean {
    const found = this.#wire.startsWith(expected, this.#at);
    if (found) this.#at += expected.length;
    return found;
  }

  #rest(): string {
    return this.#wire.slice(this.#at);
  }
}

const HOSTILE = [
  "\r",
  "\n",
  "\0",
  '"',
  "\\",
  "{",
  "}",
  "(",
  ")",
  "%",
  "*",
  " ",
  "ü",
  "\ud800",
  "a",
];
const anyText = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...HOSTILE, "5", "+", "NIL", "LOGOUT", "&", "-"),
    maxLength: 12,
  }),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const anyOptions: fc.Arbitrary<WriterOptions> = fc.record({
  nonSynchronising: fc.constantFrom(-1, 4, 4096, Infinity),
  utf8: fc.boolean(),
  folderEncode: fc.boolean(),
});
const utf8 = (value: string) => text(new TextEncoder().encode(value));

/** Writes one command; `null` if it was refused before anything was sent. */
function command(options: WriterOptions, write: (out: CommandWriter) => void): Argument[] | null {
  const out = new CommandWriter(options);
  try {
    out.atom("A1");
    write(out);
  } catch (error) {
    assert(error instanceof ImapError, String(error));
    return null;
  }
  const parts = out.finish();
  // A part that waits ends with the announcement of a literal.
  for (const { bytes, waits } of parts) if (waits) assert(/\{\d+\}\r\n$/.test(text(bytes)));
  const commands = new CommandReader(parts.map((part) => text(part.bytes)).join("")).commands();
  assertEquals(commands.length, 1);
  assertEquals(commands[0][0], "A1");
  return commands[0].slice(1);
}

describe("any command re-reads as one command with the same arguments", () => {
  const check = (property: fc.IProperty<unknown>) => fc.assert(property, { numRuns: 2000 });

  it("Z1 P9 astring and string", () => {
    check(
      fc.property(anyOptions, fc.array(anyText, { minLength: 1, maxLength: 4 }), (options, all) => {
        const read = command(options, (out) => {
          all.forEach((one, i) => i % 2 ? out.sp().string(one) : out.sp().astring(one));
        });
        const fine = all.every((one) => one.isWellFormed() && !one.includes("\0"));
        assertEquals(read, fine ? all.map(utf8) : null);
      }),
    );
  });

  it("Z1 B7 mailbox", () => {
    check(fc.property(anyOptions, anyText, (options, name) => {
      const read = command(options, (out) => out.sp().mailbox(name).sp().atom("END"));
      if (read === null) {
        const encoded = options.folderEncode && !options.utf8;
        assert(!name.isWellFormed() || (!encoded && /[\0\u0080-\uffff]/.test(name)), name);
        return;
      }
      const [raw, end] = read as string[];
      assertEquals(end, "END");
      const decoded = options.utf8 || !options.folderEncode ? raw : decodeUtf7(bytes(raw));
      assertEquals(decoded, options.utf8 ? utf8(name) : name);
    }));
  });

  it("Z1 B4 flags", () => {
    check(fc.property(anyOptions, fc.array(anyText, { maxLength: 3 }), (options, flags) => {
      const read = command(options, (out) => out.sp().flagList(flags));
      if (read !== null) assertEquals(read, [flags]);
    }));
  });

  it("Z1 H2 H4 search criteria", () => {
    const criterion = fc.tuple(fc.constantFrom("SUBJECT", "TEXT", "FROM"), anyText);
    check(
      fc.property(
        anyOptions,
        fc.array(criterion, { minLength: 1, maxLength: 3 }),
        (options, all) => {
          const flat = all.flat();
          const read = command(options, (out) => writeCriteria(out.sp(), ["SEEN", flat], "UTF-8"));
          const fine = flat.every((one) => one.isWellFormed() && !one.includes("\0"));
          assertEquals(read, fine ? ["SEEN", flat.map(utf8)] : null);
        },
      ),
    );
  });

  it("Z1 H3 raw criteria", () => {
    check(fc.property(anyOptions, anyText, (options, raw) => {
      const out = new CommandWriter(options);
      try {
        writeCriteria(out.atom("A1").sp(), raw, "UTF-8");
      } catch (error) {
        assert(error instanceof ImapError);
        return;
      }
      // The caller's own notation may contain anything, but without its literals it is one line.
      const wire = out.finish().map((part) => text(part.bytes)).join("");
      assert(/^[^\r\n\0]*\r\n$/.test(lessLiterals(wire)), wire);
    }));
  });
});

function lessLiterals(wire: string): string {
  const literal = /\{(\d+)\+?\}\r\n/.exec(wire);
  if (literal === null) return wire;
  const rest = wire.slice(literal.index + literal[0].length + Number(literal[1]));
  return wire.slice(0, literal.index) + lessLiterals(rest);
}
