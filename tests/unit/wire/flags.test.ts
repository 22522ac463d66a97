import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { select } from "../../../src/commands/folders/select.ts";
import { ProtocolError } from "../../../src/model/errors.ts";
import { fetchProblems, noteProblems } from "../../../src/model/problems.ts";
import { answer } from "../../support/commands.ts";
import { fetched, read, untagged } from "../../support/wire.ts";

/** Lists with malformed flags, and what remains of them. */
const ODD: readonly (readonly [wire: string, flags: readonly string[]])[] = [
  ["(\\Seen $Label(1) \\Flagged)", ["\\Seen", "\\Flagged"]],
  ["(\\Seen (\\Answered) \\Flagged)", ["\\Seen", "\\Flagged"]],
  ["(\\Seen (a b c) \\Flagged)", ["\\Seen", "\\Flagged"]],
  ["(((x) y) \\Seen)", ["\\Seen"]],
  ["(\\Seen ()$x \\Draft)", ["\\Seen", "\\Draft"]],
  ['(\\Seen a"b \\Flagged)', ["\\Seen", "\\Flagged"]],
  ['(\\Seen "a \\Flagged)', ["\\Seen", "\\Flagged"]],
  ['(\\Seen "a"b \\Flagged)', ["\\Seen", "\\Flagged"]],
  ['("\\\\Seen" "$Forwarded" x(y))', ["\\Seen", "$Forwarded"]],
  ["(\\Seen x[y] (z) c])", ["\\Seen", "x[y]", "c]"]],
];

describe("lists of flags in which something is no flag", () => {
  for (const [wire, flags] of ODD) {
    it(`FETCH: FLAGS ${wire} → the flags, a note, and the neighbours [fault C20]`, () => {
      const { items, uid, bad } = fetched(`* 1 FETCH (FLAGS ${wire} UID 5 RFC822.SIZE 7)`);
      assertEquals([items, uid], [{ SEQ: 1, FLAGS: flags, "RFC822.SIZE": 7 }, 5] as unknown);
      assertEquals(bad?.map(({ name }) => name), ["FLAGS"]);
      noteProblems(items, bad!);
      assertEquals(items.FLAGS, flags as unknown);
      assertEquals(fetchProblems(items), bad);
    });

    it(`FLAGS ${wire} → the flags, and the problem [fault C20]`, () => {
      const response = untagged(`* FLAGS ${wire}`);
      assert(response.type === "FLAGS");
      assertEquals(response.flags, flags);
      assertInstanceOf(response.bad?.error, ProtocolError);
    });

    it(`[PERMANENTFLAGS ${wire}] → the flags, and the text after it [fault C20]`, () => {
      const response = read(`* OK [PERMANENTFLAGS ${wire}] some text`);
      assert("code" in response);
      assertEquals([response.code?.name, response.text], ["PERMANENTFLAGS", "some text"]);
      assertEquals(response.code?.flags, flags);
      assertInstanceOf(response.code?.bad?.error, ProtocolError);
    });
  }

  it("FETCH: FLAGS of which nothing can be read → no value [fault C20]", () => {
    const { items, bad } = fetched("* 1 FETCH (FLAGS ((a) b(c)) UID 5)");
    assert(!("FLAGS" in items));
    assertEquals(bad?.map(({ name }) => name), ["FLAGS"]);
  });

  it("a list that is read as it is has nothing noted", () => {
    const response = untagged('* FLAGS ("\\\\Seen" {2}\r\n$x [a \\*)');
    assert(response.type === "FLAGS");
    assertEquals([response.flags, response.bad], [["\\Seen", "$x", "[a", "\\*"], undefined]);
  });

  it("SELECT: odd lists → in the result, and fetchProblems names them [fault C20]", () => {
    const result = answer(
      select("x", false),
      "* FLAGS (\\Seen $a(1))",
      "* 3 EXISTS",
      "* OK [PERMANENTFLAGS (\\Seen (b) \\*)] some",
      "A1 OK [READ-WRITE] done",
    );
    assertEquals({ ...result } as unknown, {
      ...{ EXISTS: 3, FLAGS: ["\\Seen"], RECENT: 0 },
      ...{ PERMANENTFLAGS: ["\\Seen", "\\*"], "READ-WRITE": true },
    });
    assertEquals(fetchProblems(result).map(({ name }) => name), ["FLAGS", "PERMANENTFLAGS"]);
  });

  it("SELECT: a problem before CLOSED → does not count for the new folder", () => {
    const result = answer(select("x", false), "* FLAGS ((a) b)", "* OK [CLOSED] x", "A1 OK done");
    assertEquals(fetchProblems(result), []);
  });
});
