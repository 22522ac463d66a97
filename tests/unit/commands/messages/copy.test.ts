import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  copy,
  type CopyRequest,
  type CopyResult,
  move,
} from "../../../../src/commands/messages/copy.ts";
import { ImapError, InvalidArgumentError, PartialMoveError } from "../../../../src/model/errors.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const IDS = NumberSet.from("304,319:320");
const REQUEST: CopyRequest = { ids: IDS, folder: "Entwürfe", uid: true };
const NO_SETS = [
  "COPYUID 1 1:3 4:5",
  "COPYUID 1 1 2:3",
  "COPYUID 1 1:* 2:*",
  "COPYUID 1 * *",
  "COPYUID 1 1:4294967295 1:4294967295",
  "COPYUID 1 1:4294967295,1:4294967295 1:4294967295,1:4294967295",
  "COPYUID 1 4294967295:1 4294967295:1",
  "COPYUID 1 1:4294967295 7",
];
const NO_CODE = ["COPYUID", "COPYUID 1", "COPYUID 1 2", "COPYUID 1 2 x", "COPYUID x 1 2"];

describe("COPY and MOVE", () => {
  for (const [row, command, name] of [["L3", copy, "COPY"], ["L4", move, "MOVE"]] as const) {
    const tagged = (code: string) => answer(command(REQUEST), `a OK [${code}] Done`);

    it(`${row} ${name} sends the ids and the folder`, () => {
      assertEquals(sent(command(REQUEST)), '304,319:320 "Entw&APw-rfe"');
      assertEquals(command(REQUEST).name, `UID ${name}`);
      assertEquals(command({ ...REQUEST, uid: false }).name, name);
      assertEquals(command(REQUEST).state, "selected");
      const none = { ...REQUEST, ids: NumberSet.from([]) };
      assertThrows(() => sent(command(none)), InvalidArgumentError, "empty");
    });

    it(`${row} Z15 ${name} returns text, UIDVALIDITY and the UIDs in pairs`, () => {
      assertEquals(tagged("COPYUID 38505 304,319:320 3956:3958"), {
        text: "[COPYUID 38505 304,319:320 3956:3958] Done",
        uidValidity: 38505,
        uids: new Map([[304, 3956], [319, 3957], [320, 3958]]),
      });
    });

    it(`${row} Z15 ${name} pairs sets in any order they have`, () => {
      const { uids } = tagged("COPYUID 1 320,304,319 10,5:6");
      assertEquals([...uids], [[320, 10], [304, 5], [319, 6]]);
    });

    it(`${row} ${name} works without a code, and with another one`, () => {
      const none = { uidValidity: null, uids: new Map() };
      assertEquals(answer(command(REQUEST), "a OK Done"), { text: "Done", ...none });
      assertEquals(tagged("X-Y 1 2 3"), { text: "[X-Y 1 2 3] Done", ...none });
    });

    for (const code of NO_SETS) {
      it(`${row} Z15 ${name} has no UIDs at once for ${code}`, () => {
        const start = performance.now();
        assertEquals(tagged(code), { text: `[${code}] Done`, uidValidity: 1, uids: new Map() });
        assert(performance.now() - start < 1000);
      });
    }

    for (const code of NO_CODE) {
      it(`${row} Z15 ${name} keeps a code that makes no sense as text: ${code}`, () => {
        const { text, uids } = tagged(code);
        assertEquals([text, uids.size], [`[${code}] Done`, 0]);
      });
    }
  }

  it("L3 L4 Z15 more UIDs than were requested count as missing", () => {
    for (const command of [copy, move]) {
      const code = "COPYUID 1 1:5000000 1:5000000";
      assertEquals(answer(command(REQUEST), `a OK [${code}] Done`).uids.size, 0);
    }
  });

  it("L3 COPY leaves responses that arrive meanwhile to others", () => {
    assertEquals(claims(copy(REQUEST), "* OK [COPYUID 1 304 5] x", "* 3 EXISTS"), [false, false]);
    assertEquals([copy(REQUEST).modifies, move(REQUEST).modifies], [undefined, true]);
  });

  it("L4 Z15 MOVE takes the UIDs that come before its OK, and leaves EXPUNGE to others", () => {
    const command = move(REQUEST);
    const lines = [
      "* OK [COPYUID 1 304,319 5:6] x",
      "* 1 EXPUNGE",
      "* OK hi",
      "* NO [COPYUID 1 2 3]",
    ];
    assertEquals(claims(command, ...lines), [true, false, false, false]);
    const result: CopyResult = answer(command, "a OK Done");
    assertEquals([...result.uids], [[304, 5], [319, 6]]);
    assertEquals([result.uidValidity, result.text], [1, "[COPYUID 1 304,319 5:6] Done"]);
  });

  it("L4 MOVE that fails before anything was moved is an ordinary error", () => {
    const error = assertThrows(() => answer(move(REQUEST), "* OK hi", "a NO [TRYCREATE] none"));
    assertInstanceOf(error, ImapError);
    assert(!(error instanceof PartialMoveError));
    assertEquals([error.code, error.text], ["TRYCREATE", "none"]);
  });

  it("L4 MOVE that fails half-way → the error says what was moved, as far as known", () => {
    for (
      const [lines, uids] of [
        [["* OK [COPYUID 1 304 5] x", "* 1 EXPUNGE"], [[304, 5]]],
        [["* OK [COPYUID 1 304 5] x"], [[304, 5]]],
        [["* 1 EXPUNGE"], []],
        [["* OK [COPYUID 1 1:4294967295 1:4294967295] x"], []],
      ] as const
    ) {
      const fail = () => answer(move(REQUEST), ...lines, "a NO [OVERQUOTA] full");
      const error = assertThrows(fail, PartialMoveError, "some messages were moved");
      assertEquals([error.code, [...error.uids]], ["OVERQUOTA", uids] as never);
    }
  });
});
