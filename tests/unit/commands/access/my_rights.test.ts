import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { myRights } from "../../../../src/commands/access/my_rights.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

describe("MYRIGHTS", () => {
  it("a folder's name → sent encoded", () => {
    assertEquals(sent(myRights("Entwürfe")), '"Entw&APw-rfe"');
  });

  it("an answer → the rights [ext ACL]", () => {
    assertEquals(answer(myRights("INBOX"), "* MYRIGHTS INBOX lrswi", "a OK done"), "lrswi");
  });

  it("other responses → left to others", () => {
    assertEquals(claims(myRights("INBOX"), "* ACL INBOX ann lr", "* 1 EXISTS"), [false, false]);
  });

  it("no rights, or no answer → ProtocolError", () => {
    assertThrows(() => answer(myRights("x"), "* MYRIGHTS x", "a OK done"), ProtocolError);
    assertThrows(() => answer(myRights("x"), "a OK done"), ProtocolError);
  });
});
