import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { deleteAcl, getAcl, listRights, setAcl } from "../../../../src/commands/access/acl.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

type Vector = readonly [wire: string, entries: readonly (readonly [who: string, acl: string])[]];

function read(wire: string): readonly (readonly [who: string, acl: string])[] {
  const entries = answer(getAcl("INBOX"), `* ACL ${wire}`, "a OK");
  return entries.map(({ who, acl }) => [who, acl]);
}

const VECTORS: readonly Vector[] = [
  ["INBOX Fred rwipslda Sally rwip", [["Fred", "rwipslda"], ["Sally", "rwip"]]],
  ['"My files" "Fred Bloggs" lrs "-x" ""', [["Fred Bloggs", "lrs"], ["-x", ""]]],
  ['INBOX "a\\"b\\\\c" "lr"', [['a"b\\c', "lr"]]],
  ["{2}\r\na( {5}\r\nb) c\n lr fred {2}\r\nlr", [["b) c\n", "lr"], ["fred", "lr"]]],
  ["INBOX $group:x@y.z lr #anyone-else k", [["$group:x@y.z", "lr"], ["#anyone-else", "k"]]],
  ["INBOX 123 456 007 lr", [["123", "456"], ["007", "lr"]]],
  ["INBOX NIL lr", [["NIL", "lr"]]],
  ["INBOX J\xc3\xbcrgen lr J\xfcrgen lr", [["Jürgen", "lr"], ["Jürgen", "lr"]]],
  ["  INBOX   fred\tlr  ", [["fred", "lr"]]],
  ["a[b] fred[x] lr", [["fred[x]", "lr"]]],
  ["INBOX", []],
];

describe("GETACL", () => {
  it("N1 takes a folder's name, encoded", () => {
    const { name, state } = getAcl("x");
    assertEquals([name, state, sent(getAcl("Entwürfe"))], [
      "GETACL",
      "authenticated",
      '"Entw&APw-rfe"',
    ]);
  });

  for (const [wire, entries] of VECTORS) {
    it(`N1 ${JSON.stringify(wire)}`, () => assertEquals(read(wire), entries));
  }

  // A bracket is an `ASTRING-CHAR` (RFC 9051) and groups nothing.
  it("N1 a bracket that nothing closes is part of a name", () => {
    assertEquals(read("a[b fred lr"), [["fred", "lr"]]);
    assertEquals(read("INBOX [fred lr sally rw"), [["[fred", "lr"], ["sally", "rw"]]);
  });

  it("N1 a bracket does not hide a space", () => {
    assertEquals(read("INBOX a[b lr c]d rw"), [["a[b", "lr"], ["c]d", "rw"]]);
  });

  it("N1 the last answer counts, no answer means no entries, and others are left alone", () => {
    assertEquals(answer(getAcl("x"), "* ACL x a lr", "* ACL x b rw", "a OK"), [
      { who: "b", acl: "rw" },
    ]);
    assertEquals(answer(getAcl("x"), "a OK"), []);
    assertEquals(claims(getAcl("x"), "* ACL x", "* MYRIGHTS x lr", "* 1 EXISTS"), [
      ...[true, false, false],
    ]);
  });

  for (
    const wire of [
      ...["", "INBOX fred", "INBOX fred lr sally", "INBOX (fred lr)", "(INBOX) fred lr", '"INBOX'],
      ...['INBOX "fred lr', "INBOX fred ((", "INBOX {9}fred", "INBOX fred )", "((("],
    ]
  ) {
    it(`Q8 a ProtocolError: ${JSON.stringify(wire)}`, () => {
      assertThrows(() => read(wire), ProtocolError);
    });
  }
});

describe("SETACL", () => {
  it("N2 sends folder, user and rights, and returns the server's text", () => {
    assertEquals(sent(setAcl("Entwürfe", "fred", "lrs")), '"Entw&APw-rfe" fred lrs');
    assertEquals(sent(setAcl(bytes("x"), bytes("a b"), "+k")), '"x" "a b" +k');
    assertEquals(sent(setAcl("x", "-fred", "-lr0")), '"x" -fred -lr0');
    assertEquals(sent(setAcl("x", "grün", "lr")), '"x" {5}↵…grÃ¼n lr');
    assertEquals(sent(setAcl("x", "", "lr")), '"x" "" lr');
    assertEquals(sent(setAcl("x", "nil", "nil")), '"x" "nil" "nil"');
    assertEquals(answer(setAcl("x", "fred", "lrs"), "a OK Setacl complete"), "Setacl complete");
  });

  it("N2 no rights take all", () => {
    const command = setAcl("x", "fred", "");
    assertEquals([command.name, sent(command)], ["DELETEACL", '"x" fred']);
  });

  for (const what of ["lr s", "LR", "+-l", "l+", "lr\r\n", "lr\n", '"', "ü", "(l)", "l\0"]) {
    it(`N2 Z1 ${JSON.stringify(what)} are no rights`, () => {
      assertThrows(() => setAcl("x", "fred", what), InvalidArgumentError);
    });
  }
});

describe("LISTRIGHTS", () => {
  it("a folder and an identifier → sent [ext ACL]", () => {
    const command = listRights("Entwürfe", "-ann b");
    assertEquals([command.name, command.needs], ["LISTRIGHTS", "ACL"]);
    assertEquals(sent(command), '"Entw&APw-rfe" "-ann b"');
  });

  it("an answer → what is required, and what is optional [ext ACL]", () => {
    const RIGHTS: readonly (readonly [wire: string, required: string, optional: string[]])[] = [
      ["~/Mail smith la r swicdkxte", "la", ["r", "swicdkxte"]],
      ['archive anyone "" l r s w i p k x t e', "", [..."lrswipkxte"]],
      ['"my box" -ann ""', "", []],
      ["my box ann lr a", "lr", ["a"]],
      ["{2}\r\na( {2}\r\nb) lr 0 1", "lr", ["0", "1"]],
    ];
    for (const [wire, required, optional] of RIGHTS) {
      const folder = wire.startsWith("archive") ? "archive" : "my box";
      const rights = answer(listRights(folder, "ann"), `* LISTRIGHTS ${wire}`, "a OK");
      assertEquals(rights, { required, optional }, wire);
    }
  });

  it("other responses → left to others", () => {
    const lines = ["* ACL x ann lr", "* MYRIGHTS x lr", "* LISTRIGHTS x ann lr"];
    assertEquals(claims(listRights("x", "ann"), ...lines), [false, false, true]);
  });

  it("a malformed answer, or none → ProtocolError", () => {
    for (const wire of ["* LISTRIGHTS x", "* LISTRIGHTS x ann", "* LISTRIGHTS x ann (lr)"]) {
      assertThrows(() => answer(listRights("x", "ann"), wire, "a OK"), ProtocolError, "", wire);
    }
    assertThrows(() => answer(listRights("x", "ann"), "a OK"), ProtocolError, "no LISTRIGHTS");
  });
});

describe("DELETEACL and negative rights", () => {
  it("an identifier → sent [ext ACL]", () => {
    const command = deleteAcl("x", "-ann");
    assertEquals([command.name, sent(command)], ["DELETEACL", '"x" -ann']);
    assertEquals(sent(setAcl("x", "-ann", "-w")), '"x" -ann -w');
    assertEquals(sent(setAcl("x", "+ann", "w")), '"x" +ann w');
    assertEquals(read("INBOX -ann w ann lr"), [["-ann", "w"], ["ann", "lr"]]);
  });
});
