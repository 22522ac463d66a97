import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  getQuota,
  getQuotaRoot,
  type Quota,
  setQuota,
} from "../../../../src/commands/access/quota.ts";
import type { Command } from "../../../../src/connection/command.ts";
import { InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import { decodeFolderName } from "../../../../src/mime/utf7.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

type Row = readonly [quotaRoot: string, resource: string, usage: number, limit: number];

function rows(quotas: readonly Quota[]): Row[] {
  return quotas.map(({ quotaRoot, resource, usage, limit }) => [quotaRoot, resource, usage, limit]);
}

const root = (mailbox: string | Uint8Array) => getQuotaRoot(mailbox, decodeFolderName);
const STORAGE = { quotaRoot: "User quota", resource: "STORAGE", limit: 1000 };

describe("QUOTA is read", () => {
  const READ: readonly (readonly [row: string, lines: string[], quotas: readonly Row[]])[] = [
    ["N5 N8", ['"" (STORAGE 10 512)'], [["", "STORAGE", 10, 512]]],
    ["N8 several resources", ['"" (STORAGE 10 512 MESSAGE 3 1000)'], [
      ["", "STORAGE", 10, 512],
      ["", "MESSAGE", 3, 1000],
    ]],
    ["N8 several roots", ['"User quota" (STORAGE 1 2)', "Other (MESSAGES 3 4)"], [
      ["User quota", "STORAGE", 1, 2],
      ["Other", "MESSAGES", 3, 4],
    ]],
    ["N8 none", ['"User quota" ()'], []],
    ["N8 none, and some", ["a ()", "b (storage 0 0)"], [["b", "STORAGE", 0, 0]]],
    ["N8 a literal", ['{3}\r\na"( (STORAGE 1 2)'], [['a"(', "STORAGE", 1, 2]]],
    ["N8 escapes", ['"a\\"\\\\" (STORAGE 1 2)'], [['a"\\', "STORAGE", 1, 2]]],
    ["N8 a bracket that nothing closes", ["a[b (STORAGE 1 2)"], [["a[b", "STORAGE", 1, 2]]],
    ["N8 a number for a name", ["123 (STORAGE 1 2)"], [["123", "STORAGE", 1, 2]]],
    ["N8 spaces", ['  ""   ( STORAGE   1\t2 )  '], [["", "STORAGE", 1, 2]]],
    ["N8 no spaces", ['""(STORAGE 1 2)'], [["", "STORAGE", 1, 2]]],
    ["N8 large numbers", ['"" (STORAGE 9007199254740991 18446744073709551615)'], [
      ["", "STORAGE", 9007199254740991, 18446744073709551615],
    ]],
    ["N8 other resources", ['"" (X-NUM-FOLDERS 1 2)'], [["", "X-NUM-FOLDERS", 1, 2]]],
    ["N5 nothing", [], []],
  ];
  for (const [row, wires, quotas] of READ) {
    const lines = wires.map((wire) => `* QUOTA ${wire}`);

    it(`N3 ${row}: ${JSON.stringify(wires)}`, () => {
      assertEquals(rows(answer(getQuota(""), ...lines, "a OK")), quotas);
      assertEquals(rows(answer(setQuota([STORAGE]), ...lines, "a OK")), quotas);
      const [, found] = answer(root("x"), ...lines, "* QUOTAROOT x", "a OK");
      assertEquals(rows(found), quotas);
    });
  }

  for (
    const wire of [
      ...["", '"" (STORAGE)', '"" (STORAGE 1)', '"" (STORAGE 1 2', '"" (STORAGE x 2)'],
      ...['"" (STORAGE 1 NIL)', '"" ((STORAGE 1 2))', '"" (STORAGE (1 2))', '("" (STORAGE 1 2))'],
      ...[
        '"" STORAGE 1 2',
        '"" (STORAGE 1 2 MESSAGE)',
        '"" (STORAGE -1 2)',
        '"',
        "((((",
        '"" (5 1)',
      ],
      ...['"" (STORAGE 1 999999999999999999999)', '"" (STORAGE 1.5 2)', '"" (STORAGE 1 -)'],
      ...["a (STORAGE 1 2", "a b (STORAGE 1", "(STORAGE 1 2)", '"" (STORAGE 1 -1.5)'],
    ]
  ) {
    it(`Q8 a ProtocolError: ${JSON.stringify(wire)}`, () => {
      for (const make of [() => getQuota(""), () => root("x"), () => setQuota([STORAGE])]) {
        const command: Command<unknown> = make();
        assertThrows(() => answer(command, `* QUOTA ${wire}`, "a OK"), ProtocolError);
      }
    });
  }

  const ODD: readonly (readonly [wire: string, quotas: readonly Row[]])[] = [
    ['"u" NIL', []],
    ['"ROOT"', []],
    ["ROOT", []],
    ["User quota", []],
    ["User quota NIL", []],
    ['""', []],
    ['"" \t', []],
    ["{4}\r\nROOT", []],
    ["User quota (STORAGE 1 2)", [["User quota", "STORAGE", 1, 2]]],
    ["ann(S)b (STORAGE 1 2)", [["ann(S)b", "STORAGE", 1, 2]]],
    ["a (b) (STORAGE 1 2)", [["a (b)", "STORAGE", 1, 2]]],
    ['"u" (STORAGE 10 -1)', [["u", "STORAGE", 10, Infinity]]],
    ["u (STORAGE 10 -1 MESSAGE 3 4)", [["u", "STORAGE", 10, Infinity], ["u", "MESSAGE", 3, 4]]],
    ["u (STORAGE 0 -2)", [["u", "STORAGE", 0, Infinity]]],
  ];
  for (const [wire, expected] of ODD) {
    it(`QUOTA: ${JSON.stringify(wire)} → read, and the root too [fault B5]`, () => {
      const lines = [`* QUOTA ${wire}`, '* QUOTA "z" (STORAGE 7 8)', "a OK"];
      assertEquals(rows(answer(getQuota(""), ...lines)), [...expected, ["z", "STORAGE", 7, 8]]);
    });
  }

  it("N5 other answers are left to others", () => {
    const lines = ["* 1 EXISTS", '* QUOTA "" ()', "* QUOTAROOT x", "* OK hi"];
    assertEquals(claims(getQuota(""), ...lines), [false, true, false, false]);
    assertEquals(claims(root("x"), ...lines), [false, true, true, false]);
  });
});

describe("GETQUOTA", () => {
  it("N5 takes a root's name", () => {
    assertEquals([getQuota("").name, sent(getQuota(""))], ["GETQUOTA", '""']);
    assertEquals(sent(getQuota("User quota")), '"User quota"');
    assertEquals(sent(getQuota(bytes("#user/a"))), "#user/a");
    assertEquals(sent(getQuota("ü")), "{2}↵…Ã¼");
    assertEquals(sent(getQuota("a\r\nb LOGOUT")), "{11}↵…a↵b LOGOUT");
  });
});

describe("GETQUOTAROOT", () => {
  it("N6 Z6 quotes and encodes the folder's name", () => {
    assertEquals([root("x").name, sent(root("x"))], ["GETQUOTAROOT", '"x"']);
    assertEquals(sent(root("Entwürfe & x")), '"Entw&APw-rfe &- x"');
    assertEquals(sent(root('a "b"')), '"a \\"b\\""');
    assertEquals(sent(root(bytes("a b"))), '"a b"');
  });

  const READ: readonly (readonly [wire: string, mailbox: string, roots: readonly string[]])[] = [
    ['INBOX ""', "INBOX", [""]],
    ['"INBOX" "User quota"', "INBOX", ["User quota"]],
    ["INBOX a b {3}\r\nc d", "INBOX", ["a", "b", "c d"]],
    ["INBOX", "INBOX", []],
    ['"Entw&APw-rfe" NIL', "Entwürfe", ["NIL"]],
    ["{3}\r\na b 5", "a b", ["5"]],
  ];
  for (const [wire, mailbox, quotaRoots] of READ) {
    it(`N3 N4 N6 ${JSON.stringify(wire)}`, () => {
      const lines = [`* QUOTAROOT ${wire}`, '* QUOTA "" (STORAGE 1 2)'];
      const [roots, quotas] = answer(root(mailbox), ...lines, "a OK");
      assertEquals(roots, { mailbox, quotaRoots });
      assertEquals(rows(quotas), [["", "STORAGE", 1, 2]]);
    });
  }

  const UNQUOTED: readonly (readonly [asked: string, wire: string, roots: readonly string[]])[] = [
    ["a/b(S)C", 'a/b(S)C ""', [""]],
    ["a/b(S)C", "a/b(S)C user(x) y", ["user(x)", "y"]],
    ["Sent Items", 'Sent Items ""', [""]],
    ["Sent Items", "Sent Items root", ["root"]],
    ["Sent Items", "Sent Items", []],
    ["Sent Items (old)", "Sent Items (old) {1}\r\na b", ["a", "b"]],
    ["Entwürfe & x", 'Entw&APw-rfe &- x "a b" c', ["a b", "c"]],
    ['a "b" c', 'a "b" c "r"', ["r"]],
    ["inbox", "INBOX r", ["r"]],
    ["a  b", 'a  b "r"', ["r"]],
  ];
  for (const [asked, wire, quotaRoots] of UNQUOTED) {
    it(`QUOTAROOT: ${JSON.stringify(wire)} → the whole name [fault B5]`, () => {
      const [roots] = answer(root(asked), `* QUOTAROOT ${wire}`, "a OK");
      assertEquals(roots, { mailbox: asked === "inbox" ? "INBOX" : asked, quotaRoots });
    });
  }

  it("QUOTAROOT: another name than the one asked for → up to the first quote [fault B5]", () => {
    const [roots] = answer(root("x"), '* QUOTAROOT user.ann.Sent Items "User quota" y', "a OK");
    assertEquals(roots, { mailbox: "user.ann.Sent Items", quotaRoots: ["User quota", "y"] });
  });

  it("N6 A10 with a decoder that changes nothing, names are bytes", () => {
    const [{ mailbox }] = answer(getQuotaRoot("x", (raw) => raw), "* QUOTAROOT &APw- a", "a OK");
    assertEquals(mailbox, bytes("&APw-"));
  });

  it("N6 a bracket that nothing closes is part of a name", () => {
    const [roots] = answer(root("a[b"), "* QUOTAROOT a[b [c d", "a OK");
    assertEquals(roots, { mailbox: "a[b", quotaRoots: ["[c", "d"] });
  });

  it("Q8 no QUOTAROOT is a ProtocolError", () => {
    const lines = ['* QUOTA "" (STORAGE 1 2)', "a OK"];
    assertThrows(() => answer(root("x"), ...lines), ProtocolError, "no QUOTAROOT");
  });

  for (const wire of ["", "(x)", '"x', "x (a)", 'x "a', "x )", "x ((("]) {
    it(`Q8 a ProtocolError: ${JSON.stringify(wire)}`, () => {
      assertThrows(() => answer(root("x"), `* QUOTAROOT ${wire}`, "a OK"), ProtocolError);
    });
  }
});

describe("SETQUOTA", () => {
  it("N7 sends a root and its limits", () => {
    const command = setQuota([STORAGE, { ...STORAGE, resource: "MESSAGES" }]);
    assertEquals(command.name, "SETQUOTA");
    assertEquals(sent(command), '"User quota" (STORAGE 1000 MESSAGES 1000)');
    assertEquals(sent(setQuota([{ ...STORAGE, quotaRoot: "", limit: 0 }])), '"" (STORAGE 0)');
  });

  it("N7 the limits must share one root", () => {
    const other = { ...STORAGE, quotaRoot: "other" };
    assertThrows(() => setQuota([STORAGE, other]), InvalidArgumentError, "share one quota root");
  });

  it("N7 no limit at all is refused", () => {
    assertThrows(() => setQuota([]), InvalidArgumentError);
  });

  for (const limit of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    it(`N7 ${limit} is no limit`, () => {
      assertThrows(() => sent(setQuota([{ ...STORAGE, limit }])), InvalidArgumentError);
    });
  }

  for (const limit of ["5", "1)\r\nA2 LOGOUT\r\n(", null, undefined, [5], {}, true]) {
    it(`N7 Z1 ${JSON.stringify(limit)} is no number`, () => {
      const limits = [{ ...STORAGE, limit: limit as unknown as number }];
      assertThrows(() => sent(setQuota(limits)), InvalidArgumentError);
    });
  }

  for (const resource of ["", "STORAGE 5", "STORAGE)", "A\r\nB", "ü", '"STORAGE"']) {
    it(`N7 Z1 ${JSON.stringify(resource)} is no resource`, () => {
      assertThrows(() => sent(setQuota([{ ...STORAGE, resource }])), InvalidArgumentError);
    });
  }
});
