import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { expunge } from "../../../../src/commands/messages/expunge.ts";
import { noop } from "../../../../src/commands/session/session.ts";
import { ImapError, InvalidArgumentError } from "../../../../src/model/errors.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { plain } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

describe("EXPUNGE", () => {
  it("L5 takes no arguments, and only needs a folder that can be changed", () => {
    const { name, needs, state, modifies } = expunge(null);
    assertEquals([name, needs, state, modifies], ["EXPUNGE", undefined, "selected", true]);
    assertEquals(sent(expunge(null)), "");
  });

  it("L6 L7 of messages it is UID EXPUNGE, and needs UIDPLUS", () => {
    const command = expunge(NumberSet.from([4, 5, 9]));
    assertEquals([command.name, command.needs, command.modifies], ["UID EXPUNGE", "UIDPLUS", true]);
    assertEquals(sent(command), "4:5,9");
    assertThrows(() => sent(expunge(NumberSet.from([]))), InvalidArgumentError, "empty");
  });

  const TOLD:
    readonly (readonly [lines: string[], told: readonly (readonly [number, string])[]])[] = [
      [["* 2 EXPUNGE", "* 1 EXPUNGE", "* 0 RECENT"], [[2, "EXPUNGE"], [1, "EXPUNGE"], [
        0,
        "RECENT",
      ]]],
      [["* 0 EXISTS"], [[0, "EXISTS"]]],
      [[], []],
    ];
  for (const [lines, told] of TOLD) {
    it(`L5 M3 its responses, in order: ${JSON.stringify(lines)}`, () => {
      for (const uids of [null, NumberSet.from(1)]) {
        const { text, responses } = answer(expunge(uids), ...lines, "a OK [HIGHESTMODSEQ 5] Done");
        const short = responses.map((it) => "number" in it ? [it.number, it.type] : it);
        assertEquals([text, short], ["[HIGHESTMODSEQ 5] Done", told] as never);
      }
    });
  }

  it("L5 others get its responses too", () => {
    assertEquals(claims(expunge(null), "* 1 EXPUNGE", "* 3 EXISTS"), [false, false]);
  });

  it("L5 Q10 a refusal is not a result", () => {
    const { refused } = expunge(null);
    assertEquals(refused, undefined); // an ImapError, as for every command that says nothing else
    assertEquals(new ImapError("x", { text: "y" }).text, "y");
  });
});

describe("the events that NOOP and EXPUNGE collect", () => {
  const LINES = ["* OK Still here", "* 1 EXISTS", "* 1 FETCH (FLAGS (\\NotJunk))", "* NO [X] what"];
  const SHAPES = [
    { kind: "untagged", type: "OK", code: null, text: "Still here" },
    { kind: "untagged", type: "EXISTS", number: 1 },
    {
      kind: "untagged",
      type: "FETCH",
      number: 1,
      uid: null,
      items: { SEQ: 1, FLAGS: ["\\NotJunk"] },
      bad: null,
    },
    { kind: "untagged", type: "NO", code: { name: "X", argument: "" }, text: "what" },
  ];

  it("M3 M5 are typed, in the server's order", () => {
    assertEquals(plain(answer(noop(), ...LINES, "a OK done").responses), SHAPES);
    assertEquals(plain(answer(expunge(null), ...LINES, "a OK done").responses), SHAPES);
  });

  it("M3 M5 unknown or malformed responses are kept as they came", () => {
    const { responses } = answer(noop(), "* X-NEWS (a b) 5", "* FLAGS garbage", "a OK done");
    const [unknown, garbled] = responses;
    assertEquals([unknown.type, garbled.type], ["UNKNOWN", "UNKNOWN"]);
    if (unknown.type !== "UNKNOWN" || garbled.type !== "UNKNOWN") return;
    assertEquals([unknown.name, unknown.values(), unknown.error], [
      "X-NEWS",
      [["a", "b"], 5],
      null,
    ]);
    assertEquals([garbled.name, garbled.error?.name], ["FLAGS", "ProtocolError"]);
  });

  it("M5 NOOP takes no arguments and may be sent at any time", () => {
    const { name, state, needs } = noop();
    assertEquals([name, state, needs, sent(noop())], ["NOOP", undefined, undefined, ""]);
  });
});
