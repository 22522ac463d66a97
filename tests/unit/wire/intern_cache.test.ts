import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { BodyPart, BodyStructure } from "../../../src/model/body_structure.ts";
import type { Envelope } from "../../../src/model/envelope.ts";
import { encodeUtf8, RPAREN } from "../../../src/util/bytes.ts";
import { Cursor } from "../../../src/wire/cursor.ts";
import { InternCache } from "../../../src/wire/intern_cache.ts";
import { fetched, readAll } from "../../support/wire.ts";

describe("what recurs", () => {
  it("is bounded in number and length", () => {
    const known = new InternCache<string>(RPAREN);
    const keep = (text: string) => {
      const cursor = Cursor.over(text);
      cursor.at = text.length;
      known.keep(cursor, 0, text);
    };
    const all = Array.from({ length: 5000 }, (_, i) => `(${i})`);
    for (const text of all) keep(text);
    const kept = all.filter((text) => known.take(Cursor.over(text)) === text);
    assert(kept.length > 100 && kept.length <= 512, `${kept.length}`);
    const long = `(${"x".repeat(1000)})`;
    keep(long);
    assertEquals(known.take(Cursor.over(long)), undefined);
  });

  it("is reused with its bytes, if all of them are there", () => {
    const known = new InternCache<number>(RPAREN);
    const whole = Cursor.over("(one) (on");
    whole.at = 5;
    known.keep(whole, 0, 1);
    whole.at = 0;
    assertEquals(known.take(whole), 1);
    assertEquals(whole.at, 5);
    whole.at = 6;
    assertEquals(known.take(whole), undefined);
    assertEquals(whole.at, 6);
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
    assert(flags() === flags());
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

  it("a part's head ends with NIL, and not with a longer word", () => {
    const ends = ['NIL NIL "7bit"', "NIL NIL 7bit", 'NIL NILS "7bit"', 'NIL "NIL" "7bit"'];
    for (const [i, end] of [...ends, ...ends].entries()) {
      const wire = `("text" "plain" ("charset" "utf-8") ${end} 1 1)`;
      const { items, bad } = fetched(`* 1 FETCH (BODY ${wire})`);
      assertEquals(bad, null);
      const { description, encoding } = items.BODY as BodyPart;
      assertEquals(description, [null, null, "NILS", "NIL"][i % 4]);
      assertEquals(encoding, "7bit");
    }
  });

  it("words are told apart by their quotes", () => {
    for (const type of ["text", "TEXT", "te", 'te\\"xt', "te", "text"]) {
      const { items, bad } = fetched(`* 1 FETCH (BODY ("${type}" "plain" NIL NIL NIL "7bit" 1 1))`);
      assertEquals(bad, null);
      const wanted = type.toLowerCase().replace("\\", "");
      assertEquals((items.BODY as BodyStructure).type, wanted);
    }
  });

  it("a bare end of a part is one only before its parenthesis", () => {
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

  it("a difference only in a literal, which is stored elsewhere", () => {
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
