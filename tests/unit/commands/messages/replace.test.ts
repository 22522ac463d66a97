import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { append } from "../../../../src/commands/messages/append.ts";
import { replace } from "../../../../src/commands/messages/replace.ts";
import { ImapError, PartialReplaceError } from "../../../../src/model/errors.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const command = (uid = true) => {
  return replace(NumberSet.from(5), uid, append("Entwürfe", { msg: "new", flags: "\\Draft" }));
};

describe("REPLACE", () => {
  it("an id, a folder and a message → sent like APPEND, with the id first [ext REPLACE]", () => {
    assertEquals(sent(command()), '5 "Entw&APw-rfe" (\\Draft) {3}↵…new');
    assertEquals([command().name, command(false).name], ["UID REPLACE", "REPLACE"]);
    const { needs, state, modifies, pipelining } = command();
    assertEquals([needs, state, modifies, pipelining], ["REPLACE", "selected", true, "alone"]);
  });

  it("APPENDUID, before or in the last line → where the new message is [ext REPLACE]", () => {
    const before = ["* OK [APPENDUID 7 12] here", "* 5 EXPUNGE", "a OK done"];
    for (const lines of [before, ["* 5 EXPUNGE", "a OK [APPENDUID 7 12] done"]]) {
      const { text, ...where } = answer(command(), ...lines);
      assertEquals(where, { uidValidity: 7, uid: 12, old: "replaced" });
      assertEquals(text, "[APPENDUID 7 12] done");
    }
    const unknown = { text: "done", uidValidity: null, uid: null, old: "replaced" } as const;
    assertEquals(answer(command(), "a OK done"), unknown);
  });

  it("an APPENDUID that makes no sense → the UID is unknown [ext REPLACE]", () => {
    for (const code of ["APPENDUID", "APPENDUID 7", "APPENDUID 7 1:9", "APPENDUID x 1"]) {
      assertEquals(answer(command(), `* OK [${code}] here`, "a OK done").uid, null, code);
    }
  });

  it("other responses → left to others [ext REPLACE]", () => {
    const lines = ["* OK [APPENDUID 1 2] x", "* OK fine", "* 5 EXPUNGE", "* 3 EXISTS"];
    assertEquals(claims(command(), ...lines), [true, false, false, false]);
  });

  it("NO → ImapError; after APPENDUID, one that says so [ext REPLACE]", () => {
    const refused = (...lines: string[]) => {
      try {
        answer(command(), ...lines);
      } catch (error) {
        return error;
      }
    };
    const plain = refused("a NO [OVERQUOTA] full");
    assertInstanceOf(plain, ImapError);
    assert(!(plain instanceof PartialReplaceError));
    const partial = refused("* OK [APPENDUID 7 12] here", "a NO [EXPUNGEISSUED] gone");
    assertInstanceOf(partial, PartialReplaceError);
    assertEquals([partial.old, partial.code], ["unknown", "EXPUNGEISSUED"]);
    const where = { text: "[APPENDUID 7 12]", uidValidity: 7, uid: 12 };
    assertEquals(partial.partial, where);
  });
});
