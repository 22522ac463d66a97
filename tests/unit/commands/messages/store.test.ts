import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { store, type StoreRequest } from "../../../../src/commands/messages/store.ts";
import { InvalidArgumentError } from "../../../../src/model/errors.ts";
import { type MessageIds, NumberSet } from "../../../../src/model/number_set.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

interface Change extends Partial<Omit<StoreRequest, "ids">> {
  readonly ids?: MessageIds;
}

function flags({ ids = 1, ...change }: Change = {}) {
  const request = {
    item: "FLAGS",
    action: "add",
    values: "foo",
    silent: false,
    uid: true,
  } as const;
  return store({ ...request, ...change, ids: NumberSet.from(ids) });
}

function labels(change: Change = {}) {
  return flags({ item: "X-GM-LABELS", ...change });
}

const WRITTEN: readonly (readonly [row: string, change: Change, sent: string])[] = [
  ["K1", { ids: [1, 2, 3, 9], values: ["\\Seen", "foo"] }, "1:3,9 +FLAGS (\\Seen foo)"],
  ["K1", { action: "remove" }, "1 -FLAGS (foo)"],
  ["K1", { action: "set" }, "1 FLAGS (foo)"],
  ["K1", { silent: true }, "1 +FLAGS.SILENT (foo)"],
  ["K1", { action: "remove", silent: true }, "1 -FLAGS.SILENT (foo)"],
  ["K1", { action: "set", silent: true, values: [] }, "1 FLAGS.SILENT ()"],
  ["K3", { values: "\\Deleted", ids: "2:*" }, "2:* +FLAGS (\\Deleted)"],
  ["B4", { values: ["\\Deleted", "foo", "Bar"] }, "1 +FLAGS (\\Deleted foo Bar)"],
  ["B4 B9 one", { values: "Foo" }, "1 +FLAGS (Foo)"],
  ["B4 B9 bytes", { values: bytes("Foo") }, "1 +FLAGS (Foo)"],
  ["B4 B9 mixed", { values: ["Foo", bytes("\\Seen")] }, "1 +FLAGS (Foo \\Seen)"],
  ["B4 B9 an iterator", { values: ["a", "B"].values() }, "1 +FLAGS (a B)"],
  ["B4 B9 a set", { values: new Set(["a", bytes("b")]) }, "1 +FLAGS (a b)"],
  ["B4 keywords", { values: ["$Forwarded", "a+b", "[x"] }, "1 +FLAGS ($Forwarded a+b [x)"],
];

const LABELS: readonly (readonly [row: string, change: Change, sent: string])[] = [
  ["K4", { values: ["foo", "bar"] }, '1 +X-GM-LABELS ("foo" "bar")'],
  ["K4", { values: "foo", action: "remove" }, '1 -X-GM-LABELS ("foo")'],
  ["K4", { values: 'f"o"o', action: "set" }, '1 X-GM-LABELS ("f\\"o\\"o")'],
  ["K4", { values: ["Łabel"], silent: true }, '1 +X-GM-LABELS.SILENT ("&AUE-abel")'],
  ["K4", { values: ["a & b", "\\Important"] }, '1 +X-GM-LABELS ("a &- b" "\\\\Important")'],
  ["K4", { values: [], action: "set" }, "1 X-GM-LABELS ()"],
  ["K4 Z1", { values: "a\r\nb" }, '1 +X-GM-LABELS ("a&AA0ACg-b")'],
  ["K4 Z1", { values: bytes("a\r\nb") }, "1 +X-GM-LABELS ({4}↵…a↵b)"],
  ["K5 B9 one as bytes", { values: bytes("&AUE-abel") }, '1 +X-GM-LABELS ("&AUE-abel")'],
  ["K5 B9 mixed", { values: ["a b", bytes("c")].values() }, '1 +X-GM-LABELS ("a b" "c")'],
];

describe("STORE is written", () => {
  for (const [row, change, expected] of WRITTEN) {
    it(`${row}: ${expected}`, () => {
      const command = flags(change);
      for (let i = 0; i < 2; i++) assertEquals(sent(command), expected);
    });
  }
  for (const [row, change, expected] of LABELS) {
    it(`${row}: ${expected}`, () => {
      const command = labels(change);
      for (let i = 0; i < 2; i++) assertEquals(sent(command), expected);
    });
  }

  it("K1 P11 UID comes first if ids are UIDs", () => {
    assertEquals([flags().name, flags({ uid: false }).name], ["UID STORE", "STORE"]);
    assertEquals([flags().state, flags().modifies], ["selected", true]);
  });

  for (const value of ["\\Recent", "\\RECENT", bytes("\\recent"), "a b", "", "a\r\nb", "ü", "a)"]) {
    it(`B4 B5 ${JSON.stringify(value)} can't be stored`, () => {
      for (const values of [value, ["x", value]]) {
        assertThrows(() => sent(flags({ values })), InvalidArgumentError);
      }
    });
  }

  it("K4 no label at all can only be set", () => {
    for (const action of ["add", "remove"] as const) {
      assertThrows(() => labels({ action, values: [] }), InvalidArgumentError, "no labels");
    }
  });

  it("K4 a label that is no Unicode text is refused", () => {
    assertThrows(() => sent(labels({ values: "a\ud800" })), InvalidArgumentError);
  });

  it("B3 no ids are never sent", () => {
    assertThrows(() => sent(flags({ ids: [] })), InvalidArgumentError, "empty");
  });
});

describe("STORE is read", () => {
  it("K2 Z10 the vector of 0.10.1: only flags count, keyed by UID", () => {
    const found = answer(
      flags({ ids: "1:5" }),
      "* 11 FETCH (FLAGS (blah foo) UID 1)",
      "* 11 FETCH (UID 1 OTHER (dont))",
      "* 22 FETCH (FLAGS (foo) UID 2)",
      "* 22 FETCH (UID 2 OTHER (dont))",
      "a OK",
    );
    assertEquals(found, new Map([[1, ["blah", "foo"]], [2, ["foo"]]]));
  });

  it("K2 the last word on a message counts", () => {
    const lines = ["* 3 FETCH (UID 1 FLAGS (a))", "* 3 FETCH (UID 1 FLAGS NIL)"];
    assertEquals(answer(flags(), ...lines, "a OK"), new Map([[1, []]]));
  });

  it("K2 Z10 other responses are left to others", () => {
    const lines = [
      "* 1 FETCH (UID 9 FLAGS (a))",
      "* 1 FETCH (FLAGS (a))",
      "* 1 FETCH (UID 1 MODSEQ (5))",
      "* 1 FETCH ()",
      "* 1 EXPUNGE",
      "* 1 FETCH (UID 1 FLAGS (a))",
    ];
    assertEquals(claims(flags(), ...lines), [false, false, false, false, false, true]);
  });

  it("K1 by sequence numbers they are the keys", () => {
    const lines = ["* 1 FETCH (UID 77 FLAGS (a))", "* 2 FETCH (FLAGS (b))", "* 9 FETCH (FLAGS ())"];
    const found = answer(flags({ ids: "1:2", uid: false }), ...lines, "a OK");
    assertEquals(found, new Map([[1, ["a"]], [2, ["b"]]]));
  });

  it("K1 silent claims no answer", () => {
    const line = "* 1 FETCH (UID 1 FLAGS (a))";
    assertEquals(claims(flags({ silent: true }), line), [false]);
    assertEquals(answer(flags({ silent: true }), line, "a OK").size, 0);
  });

  it("K4 K5 labels come back as text", () => {
    const found = answer(
      labels({ ids: "1:3" }),
      '* 1 FETCH (X-GM-LABELS (&AUE-abel "f\\"o\\"o" "\\\\Inbox" \\Sent) UID 1)',
      "* 2 FETCH (UID 2 X-GM-LABELS ({5}\r\na (b\\ 123 NIL))",
      "* 3 FETCH (UID 3 FLAGS (a))",
      "* 3 FETCH (UID 3 X-GM-LABELS ())",
      "a OK",
    );
    assertEquals([...found], [
      [1, ["Łabel", 'f"o"o', "\\Inbox", "\\Sent"]],
      [2, ["a (b\\", "123", "NIL"]],
      [3, []],
    ]);
  });

  it("K4 K5 a bracket is part of a label like any other character", () => {
    for (
      const [wire, expected] of [
        ["(a[b c)", ["a[b", "c"]],
        ["(a[b c]d)", ["a[b", "c]d"]],
        ["([Imap]/Sent)", ["[Imap]/Sent"]],
      ] as const
    ) {
      const found = answer(labels(), `* 1 FETCH (UID 1 X-GM-LABELS ${wire})`, "a OK");
      assertEquals(found, new Map([[1, expected]]));
    }
  });

  it("Z10 Z11 flags or labels that make no sense are no flags or labels", () => {
    for (const wire of ["x", "5", "((a))", '("a']) {
      const found = answer(flags(), `* 1 FETCH (UID 1 FLAGS ${wire})`, "a OK");
      assertEquals(found.size, 0, wire);
      assertEquals(answer(labels(), `* 1 FETCH (UID 1 X-GM-LABELS ${wire})`, "a OK").size, 0);
    }
  });
});
