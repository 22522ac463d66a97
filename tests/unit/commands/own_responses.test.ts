import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { OwnResponses } from "../../../src/commands/own_responses.ts";
import { ProtocolError } from "../../../src/model/errors.ts";
import { untagged } from "../../support/wire.ts";

describe("own responses", () => {
  it("a private response: its reader starts after the name and the spaces", () => {
    const own = new OwnResponses();
    const read: string[] = [];
    const reader = (cursor: { astring(): string }) => read.push(cursor.astring());
    assert(own.read(untagged("* X-MINE   one"), "X-MINE", reader));
    assertEquals(read, ["one"]);
    assertEquals(own.checked("result"), "result");
  });

  it("another name, and a response that the parser read: left to others", () => {
    const own = new OwnResponses();
    const never = () => assert(false);
    assert(!own.read(untagged("* X-OTHER one"), "X-MINE", never));
    assert(!own.read(untagged("* SEARCH 1"), "SEARCH", never));
  });

  it("a reader that returns false: the response is left to others", () => {
    const own = new OwnResponses();
    assert(!own.read(untagged("* X-MINE one"), "X-MINE", () => false));
  });

  it("a malformed response: claimed, and thrown once the result is asked for", () => {
    const own = new OwnResponses();
    assert(own.read(untagged('* X-MINE "'), "X-MINE", (cursor) => cursor.astring()));
    assertThrows(() => own.checked("result"), ProtocolError);
  });

  it("several malformed responses: the first is thrown", () => {
    const own = new OwnResponses();
    for (const text of ["first", "second"]) {
      own.read(untagged("* X-MINE"), "X-MINE", () => {
        throw new ProtocolError(text);
      });
    }
    assertThrows(() => own.checked(1), ProtocolError, "first");
  });

  it("malformed, of a name that the parser knows: thrown without a reader", () => {
    const own = new OwnResponses();
    assert(own.read(untagged("* SORT x"), "SORT"));
    assertThrows(() => own.checked([]), ProtocolError);
  });

  it("a required response: its value, or the error that it is malformed or missing", () => {
    const own = new OwnResponses();
    assertThrows(() => own.required("SORT", null), ProtocolError, "the server sent no SORT");
    own.read(untagged("* SORT x"), "SORT");
    assertThrows(() => own.required("SORT", null), ProtocolError, "expected a number");
    assertEquals(own.required("SORT", 5), 5);
  });

  it("a reader's own error: thrown at once", () => {
    const own = new OwnResponses();
    const boom = () => {
      throw new TypeError("boom");
    };
    assertThrows(() => own.read(untagged("* X-MINE"), "X-MINE", boom), TypeError, "boom");
  });
});
