import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { parse, stringify } from "@std/ini";

describe("parse", () => {
  it("reads keys before and in sections", () => {
    const text = "a = x\n[one]\nb=y=z\n\r\n[two words]\r\nc = d e \rd=f";
    assertEquals(parse(text), { a: "x", one: { b: "y=z" }, "two words": { c: "d e", d: "f" } });
  });

  it("converts numbers, booleans and null, unless they are quoted", () => {
    const text = 'empty=\noctal=0123\nhex=0x10\nt=true\nT=True\nn=null\nq="0123"\nqt="true"';
    assertEquals(parse(text), {
      empty: 0,
      octal: 123,
      hex: 16,
      t: true,
      T: "True",
      n: null,
      q: "0123",
      qt: "true",
    });
  });

  it("strips one outer pair of double quotes and nothing else", () => {
    const text = `a=""x""\nb='x'\nc="x\nd=a;b\ne=a # b`;
    assertEquals(parse(text), { a: '"x"', b: "'x'", c: '"x', d: "a;b", e: "a # b" });
  });

  it("skips comments and a byte order mark", () => {
    assertEquals(parse("\uFEFF[s]\n# a\n; b\n // c\nk=v"), { s: { k: "v" } });
  });

  it("lets the last key and the last section win", () => {
    assertEquals(parse("s=1\n[s]\na=x\n[t]\na=1\na=2\n[s]\nb=y"), { s: { b: "y" }, t: { a: 2 } });
  });

  it("treats __proto__ as an ordinary key", () => {
    const parsed = parse("__proto__=x\n[constructor]\n__proto__=y");
    assertEquals(Object.keys(parsed), ["__proto__", "constructor"]);
    assertEquals(Object.getPrototypeOf(parsed), Object.prototype);
  });

  it("passes the converted value and the section to the reviver", () => {
    const seen: unknown[] = [];
    const revived = parse("a=1\n[s]\nb=x", {
      reviver: (...args) => {
        seen.push(args);
        return 7;
      },
    });
    assertEquals(seen, [["a", 1, undefined], ["b", "x", "s"]]);
    assertEquals(revived, { a: 7, s: { b: 7 } });
  });

  for (const text of ["alone", "a: b", "[s", "[s] ; note", "[x]=1", "[ ]", "=x", "a=1\n  more"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assertThrows(() => parse(text), SyntaxError);
    });
  }
});

describe("stringify", () => {
  it("writes values first, then sections", () => {
    const object = { s: { a: "b", n: null }, empty: {}, top: 1 };
    assertEquals(stringify(object), "top=1\n[s]\na=b\nn=null");
  });

  it("accepts formatting options and a replacer", () => {
    const options = {
      lineBreak: "\r\n",
      pretty: true,
      replacer: (key: string, value: unknown, section?: string) => `${section}.${key}.${value}`,
    } as const;
    assertEquals(
      stringify({ a: 1, s: { b: 2 } }, options),
      "a = undefined.a.1\r\n[s]\r\nb = s.b.2",
    );
  });
});
