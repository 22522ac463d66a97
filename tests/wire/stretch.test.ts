import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { BodyStructure } from "../../src/model/body_structure.ts";
import type { Envelope } from "../../src/model/envelope.ts";
import { encodeUtf8 } from "../../src/wire/bytes.ts";
import { Recall } from "../../src/wire/recall.ts";
import { Stretch } from "../../src/wire/stretch.ts";
import { fetched, readAll } from "./support.ts";

/** Where the string ends that begins here; -1 where that is not told. */
function quoteFrom(texts: Stretch, bytes: Uint8Array, start: number): number {
  const text = texts.quoted(bytes, start);
  if (text === null) return -1;
  assertEquals(text, new TextDecoder().decode(bytes.subarray(start, texts.quote)));
  return texts.quote;
}

describe("a stretch of bytes as text", () => {
  const line = 'a "quoted" word, and (more) of "it" ';
  const long = encodeUtf8(line.repeat(1000));

  it("gives the text of any place, in any order", () => {
    const texts = new Stretch();
    const whole = line.repeat(1000);
    for (const [start, end] of [[0, 5], [4090, 4110], [20, 40], [30_000, 35_500], [5, 5]]) {
      assertEquals(texts.ascii(long, start, end), whole.slice(start, end));
    }
  });

  it("finds what comes next, also where one stretch ends", () => {
    const texts = new Stretch();
    const whole = line.repeat(1000);
    for (let start = 0; start < 9000; start += 7) {
      assertEquals(texts.find('" word', long, start), whole.indexOf('" word', start), `${start}`);
    }
    assertEquals(texts.find("nowhere", long, 0), -1);
  });

  it("leaves alone what is no ASCII", () => {
    const texts = new Stretch();
    for (const bytes of [encodeUtf8('"é" "a"'), Uint8Array.of(34, 255, 34, 32, 34, 97, 34)]) {
      assertEquals(quoteFrom(texts, bytes, 1), -1);
      assertEquals(texts.ascii(bytes, bytes.length - 2, bytes.length - 1), "a");
    }
  });

  it("tells where a string ends, unless it has escapes", () => {
    const texts = new Stretch();
    const bytes = encodeUtf8('"one" "t\\"wo" "three" "fo\\\\ur" "five');
    const starts = [1, 7, 15, 23, 32];
    assertEquals(starts.map((start) => quoteFrom(texts, bytes, start)), [4, -1, 20, -1, -1]);
    // Asked for again, further back.
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

  it("is made anew for other bytes, and when it is told to forget", () => {
    const texts = new Stretch();
    const bytes = encodeUtf8("first");
    assertEquals(texts.ascii(bytes, 0, 5), "first");
    assertEquals(texts.ascii(encodeUtf8("other"), 0, 5), "other");
    texts.forget();
    assertEquals(texts.ascii(bytes, 0, 5), "first");
  });
});

describe("what recurs", () => {
  it("is bounded in number and length", () => {
    const known = new Recall<number>();
    for (let i = 0; i < 5000; i++) known.set(`${i}`, i);
    const kept = Array.from({ length: 5000 }, (_, i) => known.get(`${i}`))
      .filter((it) => it !== undefined);
    assert(kept.length > 0 && kept.length <= 500, `${kept.length}`);
    known.set("x".repeat(1000), 1);
    assertEquals(known.get("x".repeat(1000)), undefined);
  });

  const TWICE: readonly (readonly [what: string, wire: string, read: unknown])[] = [
    ["flags", 'FLAGS (\\Seen "a)b" x)', ["\\Seen", "a)b", "x"]],
    ["flags, other ones", 'FLAGS (\\Seen "a)b" y)', ["\\Seen", "a)b", "y"]],
    ["no flags", "FLAGS ()", []],
  ];
  for (const [what, wire, read] of TWICE) {
    it(`${what} are the same each time`, () => {
      for (let i = 0; i < 3; i++) assertEquals(fetched(`* 1 FETCH (${wire})`).items.FLAGS, read);
    });
  }

  it("a list that is shared can't be changed", () => {
    const flags = () => fetched("* 1 FETCH (FLAGS (\\Seen))").items.FLAGS as string[];
    assertEquals(flags(), flags());
    assert(Object.isFrozen(flags()));
  });

  it("addresses with the end of an address in their names", () => {
    const names = ['a")', 'b\\")', ' NIL ") ', "plain"];
    const list = (name: string) => {
      const quoted = name.replace(/["\\]/g, "\\$&");
      return `(("${quoted}" NIL "m" "h")("${quoted}" NIL "n" "h")(NIL NIL "m" NIL))`;
    };
    for (const name of [...names, ...names]) {
      const nils = "NIL NIL NIL NIL NIL NIL NIL";
      const { items, bad } = fetched(`* 1 FETCH (ENVELOPE (NIL "s" ${list(name)} ${nils}))`);
      assertEquals(bad, null);
      const { from } = items.ENVELOPE as Envelope;
      assertEquals(from?.map((it) => it.name), [name, name, null]);
      assertEquals(from?.map((it) => it.email), ["m@h", "n@h", "m"]);
    }
  });

  it("parameters with parentheses in their values", () => {
    for (const value of ["a)", "b", "a)", "(", "b"]) {
      const wire = `("text" "plain" ("charset" "${value}" "x" ")") NIL NIL "7bit" 1 1)`;
      const { items, bad } = fetched(`* 1 FETCH (BODY ${wire})`);
      assertEquals(bad, null);
      const { params } = items.BODY as BodyStructure;
      assertEquals({ ...params }, { charset: value, x: ")" });
    }
  });

  it("parameters that are shared can't be changed", () => {
    const wire = '("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 1 NIL NIL NIL NIL)';
    const params = () => (fetched(`* 1 FETCH (BODY ${wire})`).items.BODY as BodyStructure).params;
    assertEquals({ ...params() }, { name: "a.pdf" });
    assert(Object.isFrozen(params()));
  });

  it("a bare end of a part is one only in front of its parenthesis", () => {
    const part = (end: string) => {
      const { items, bad } = fetched(
        `* 1 FETCH (BODY ("text" "plain" NIL NIL NIL "7bit" 1 1 ${end}))`,
      );
      assertEquals(bad, null);
      const { location, extensions } = items.BODY as BodyStructure;
      return [location, [...extensions]];
    };
    assertEquals(part("NIL NIL NIL NIL"), [null, []]);
    assertEquals(part("NIL NIL NIL NILS"), ["NILS", []]);
    assertEquals(part('NIL NIL NIL NIL "more"'), [null, ["more"]]);
  });

  it("what differs in a literal alone, which stands elsewhere", () => {
    const wire = (letter: string) => {
      const long = `{5000}\r\n${letter.repeat(5000)}`;
      const address = `("name" NIL ${long} "host")`;
      const part = `("text" ${long} ("charset" "utf-8") NIL NIL "7bit" 1 1)`;
      const nils = "NIL NIL NIL NIL NIL NIL NIL";
      return `* 1 FETCH (ENVELOPE (NIL "s" (${address}) ${nils}) BODY ${part})\r\n`;
    };
    const all = encodeUtf8(wire("a") + wire("b") + wire("a"));
    const chunks = [];
    for (let at = 0; at < all.length; at += 700) chunks.push(all.slice(at, at + 700));
    const read = readAll(chunks).map((response) => {
      assert(response.kind === "untagged" && response.type === "FETCH" && response.bad === null);
      const { from } = response.items.ENVELOPE as Envelope;
      return from![0].mailbox![0] + (response.items.BODY as BodyStructure).subtype[0];
    });
    assertEquals(read, ["aa", "bb", "aa"]);
  });
});
