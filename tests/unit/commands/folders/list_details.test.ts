import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type AskedDetails,
  type DetailedRow,
  listDetails,
} from "../../../../src/commands/folders/list_details.ts";
import type { ListRequest } from "../../../../src/commands/folders/list.ts";
import { forFolder } from "../../../../src/commands/folders/for_folder.ts";
import { status } from "../../../../src/commands/folders/status.ts";
import { decodeFolderName } from "../../../../src/mime/utf7.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import { answer, claims, sent } from "../../../support/commands.ts";
import { bytes, text } from "../../../support/wire.ts";

const ALL: ListRequest = { directory: "", pattern: "*" };
const ENTRIES = new Map([["/shared/comment", "/shared/comment"], ["/private/x", "/private/X"]]);
const EVERYTHING: AskedDetails = { status: ["UNSEEN", "SIZE"], myRights: true, metadata: ENTRIES };

function command(asked: AskedDetails = EVERYTHING, request: ListRequest = ALL) {
  return listDetails(request, asked, decodeFolderName);
}

/** A row in short form: its name, and what was returned about it. */
function shown({ listing, details }: DetailedRow): unknown[] {
  const { status, myRights, metadata } = details;
  const values = metadata && [...metadata].map(([entry, value]) => `${entry}=${text(value)}`);
  return [listing.name, status && { ...status }, myRights, values];
}

function rows(...lines: readonly string[]): unknown[][] {
  return answer(command(), ...lines, "a OK done").map(shown);
}

describe("LIST with details", () => {
  it("everything → sent in the order of the grammar [ext LIST-EXTENDED, LIST-STATUS]", () => {
    const request: ListRequest = {
      directory: "Entwürfe/",
      pattern: "%",
      patterns: ["%", "a*"],
      select: ["SUBSCRIBED", "RECURSIVEMATCH"],
      returns: ["CHILDREN"],
    };
    assertEquals(
      sent(command(EVERYTHING, request)),
      '(SUBSCRIBED RECURSIVEMATCH) "Entw&APw-rfe/" ("%" "a*") RETURN (CHILDREN ' +
        "STATUS (UNSEEN SIZE) MYRIGHTS METADATA (/shared/comment /private/X))",
    );
    assertEquals(sent(command({})), '"" "*"');
  });

  it("details → with their folder [ext LIST-STATUS, LIST-MYRIGHTS, LIST-METADATA]", () => {
    assertEquals(
      rows(
        '* LIST () "/" "a b"',
        '* STATUS "a b" (UNSEEN 3 SIZE 4)',
        '* MYRIGHTS "a b" lrs',
        '* METADATA "a b" (/shared/comment "hi" /private/x NIL)',
        '* LIST (\\NonExistent) "/" gone',
      ),
      [
        ["a b", { UNSEEN: 3, SIZE: 4 }, "lrs", ["/shared/comment=hi"]],
        ["gone", null, null, null],
      ],
    );
  });

  it("details before the folder, in pieces, of others → put together, or dropped", () => {
    assertEquals(
      rows(
        "* STATUS inbox (UNSEEN 3)",
        '* METADATA INBOX (/PRIVATE/x "1")',
        "* STATUS Other (UNSEEN 9)",
        '* LIST () "/" INBOX',
        "* STATUS INBOX (SIZE 99999999999 MESSAGES 7)",
        '* METADATA INBOX (/shared/comment "2" /shared/unasked "3")',
        "* MYRIGHTS a b c lrs",
        '* LIST () "/" "a b c"',
      ),
      [
        ["INBOX", { UNSEEN: 3, SIZE: 99999999999 }, null, ["/private/X=1", "/shared/comment=2"]],
        ["a b c", null, "lrs", null],
      ],
    );
  });

  it("a malformed detail → missing, and the rest is there", () => {
    assertEquals(
      rows(
        '* LIST () "/" a',
        "* STATUS a (UNSEEN",
        "* MYRIGHTS a",
        "* MYRIGHTS",
        "* METADATA a (/shared/comment",
        '* LIST () "/" b',
        "* MYRIGHTS b lr",
      ),
      [["a", null, null, null], ["b", null, "lr", null]],
    );
  });

  it("an item that is missing, or makes no sense → throws when it is read", () => {
    const [{ details }] = answer(
      command(),
      '* LIST () "/" a',
      "* STATUS a (UNSEEN x)",
      "a OK done",
    );
    const status = details.status as { UNSEEN: number; SIZE: number };
    assertThrows(() => status.UNSEEN, ProtocolError, "not a value of UNSEEN");
    assertThrows(() => status.SIZE, ProtocolError, "no SIZE");
  });

  it("CHILDINFO and OLDNAME → read [ext LIST-EXTENDED]", () => {
    const lines = [
      '* LIST () "/" foo ("CHILDINFO" ("SUBSCRIBED" special-use))',
      '* LIST () "/" new ("OLDNAME" ("Entw&APw-rfe"))',
      '* LIST () "/" 5 (OLDNAME (42) X-OWN (1))',
      '* LIST () "/" odd (OLDNAME NIL CHILDINFO NIL)',
    ];
    assertEquals(answer(command({}), ...lines, "a OK").map(({ listing }) => listing), [
      { flags: [], delimiter: "/", name: "foo", childInfo: ["SUBSCRIBED", "SPECIAL-USE"] },
      { flags: [], delimiter: "/", name: "new", oldName: "Entwürfe" },
      { flags: [], delimiter: "/", name: "5", oldName: "42" },
      { flags: [], delimiter: "/", name: "odd" },
    ]);
  });

  it("responses of others → left to them", () => {
    const lines = ["* STATUS a (UNSEEN 1)", "* MYRIGHTS a lr", '* METADATA a (/x "1")'];
    assertEquals(claims(command(), ...lines), [true, true, true]);
    assertEquals(claims(command({}), ...lines), [false, false, false]);
    assertEquals(claims(command(), "* METADATA a /x", "* 3 EXISTS", "* LSUB () NIL a"), [
      false,
      false,
      false,
    ]);
  });

  it("a LIST that can't be read → ProtocolError; NO → what came so far", () => {
    assertThrows(() => rows('* LIST () "/" a', "* LIST x"), ProtocolError);
    const failing = command();
    claims(failing, '* LIST () "/" a');
    assertEquals((failing.partial!() as readonly unknown[]).length, 1);
  });

  it("names that can't be sent → InvalidArgumentError", () => {
    assertThrows(() => sent(command({ status: ["a b"] })), InvalidArgumentError);
    assertThrows(() => sent(command({}, { ...ALL, select: ["a)"] })), InvalidArgumentError);
  });
});

describe("a command for one of many folders", () => {
  it("responses about other folders → left to others", () => {
    const lines = [
      "* STATUS b (UNSEEN 1)",
      "* STATUS Entw&APw-rfe (UNSEEN 2)",
      "* STATUS (",
      "* 3 EXISTS",
    ];
    const one = forFolder(status("Entwürfe", "UNSEEN"), bytes("Entw&APw-rfe"), () => {});
    assertEquals(claims(one, ...lines), [false, true, false, false]);
    assertEquals(one.uncorrelated, "named");
  });

  it("BAD → reported; NO → not", () => {
    const bad: Error[] = [];
    const make = () => forFolder(status("a", "UNSEEN"), bytes("a"), (error) => bad.push(error));
    assertThrows(() => answer(make(), "a NO gone"), Error, "gone");
    assertEquals(bad.length, 0);
    assertThrows(() => answer(make(), "a BAD what"), Error, "what");
    assert(bad[0].message.includes("what"));
  });
});
