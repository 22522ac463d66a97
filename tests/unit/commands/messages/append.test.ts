import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { env } from "node:process";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  append,
  type MessageToAppend,
  multiappend,
} from "../../../../src/commands/messages/append.ts";
import { InvalidArgumentError } from "../../../../src/model/errors.ts";
import { datetimeToInternalDate, parseToDatetime } from "../../../../src/model/dates.ts";
import type { WriterOptions } from "../../../../src/wire/writer.ts";
import { bytes } from "../../../support/wire.ts";
import { answer, sent } from "../../../support/commands.ts";
import { sameRuntime } from "../../../support/same_runtime.ts";

const DATE = parseToDatetime("05-Apr-2009 11:00:05 +0200");

function written(message: MessageToAppend, options: Partial<WriterOptions> = {}): string {
  return sent(append("x", message), options);
}

describe("APPEND is written", () => {
  const WRITTEN: readonly (readonly [row: string, message: MessageToAppend, sent: string])[] = [
    ["L1 flags are always sent", { msg: "hi" }, '"x" () {2}↵…hi'],
    ["L1 flags", { msg: "hi", flags: ["\\Seen", "foo"] }, '"x" (\\Seen foo) {2}↵…hi'],
    ["L1 B4 one flag", { msg: "hi", flags: "Foo" }, '"x" (Foo) {2}↵…hi'],
    ["L1 B4 flags as bytes", { msg: "hi", flags: bytes("\\Seen") }, '"x" (\\Seen) {2}↵…hi'],
    [
      "L1 B9 flags of an iterator",
      { msg: "hi", flags: ["a", bytes("b")].values() },
      '"x" (a b) {2}↵…hi',
    ],
    ["L1 text is UTF-8", { msg: "ü" }, '"x" () {2}↵…Ã¼'],
    ["L1 bytes are as they are", { msg: bytes("\xfe\nx\r") }, '"x" () {4}↵…\xfe\nx\r'],
    ["L1 line ends of text are CRLF", { msg: "a\nb\rc\r\nd" }, '"x" () {10}↵…a↵b↵c↵d'],
    ["L1 nothing at all", { msg: "" }, '"x" () {0}↵…'],
    ["L1 what looks like a literal", { msg: "{5}" }, '"x" () {3}↵…{5}'],
    [
      "L2 a zone that was given stays",
      { msg: "hi", date: DATE },
      '"x" () "05-Apr-2009 11:00:05 +0200" {2}↵…hi',
    ],
    [
      "L2 L1 flags and date",
      { msg: "hi", flags: ["a"], date: parseToDatetime("Tue, 18 May 2010 16.03.09 -0230") },
      '"x" (a) "18-May-2010 16:03:09 -0230" {2}↵…hi',
    ],
  ];
  for (const [row, message, expected] of WRITTEN) {
    it(`${row}: ${expected}`, () => {
      const command = append("x", message);
      for (let i = 0; i < 2; i++) assertEquals(sent(command), expected);
    });
  }

  it("L1 the folder is encoded", () => {
    assertEquals(sent(append("Entwürfe", { msg: "" })), '"Entw&APw-rfe" () {0}↵…');
    assertEquals([append("x", { msg: "" }).name, append("x", { msg: "" }).state], [
      "APPEND",
      "authenticated",
    ]);
  });

  it("L1 P10 the message is sent without asking if the server allows it", () => {
    for (
      const [nonSynchronising, size, mark] of [
        [-1, 0, "{0}↵…"],
        [-1, 5, "{5}↵…"],
        [4096, 0, "{0+}↵"],
        [4096, 4096, "{4096+}↵"],
        [4096, 4097, "{4097}↵…"],
        [Infinity, 4097, "{4097+}↵"],
        [Infinity, 100_000, "{100000+}↵"],
      ] as const
    ) {
      const msg = "x".repeat(size);
      assertEquals(written({ msg }, { nonSynchronising }), `"x" () ${mark}${msg}`);
    }
  });

  for (
    const [what, message] of [
      ["NUL in text", { msg: "a\0b" }],
      ["NUL in bytes", { msg: bytes("a\0b") }],
      ["a lone surrogate", { msg: "\ud800" }],
      ["a number", { msg: 5 as unknown as string }],
      ["nothing", {} as MessageToAppend],
      ["a flag that is none", { msg: "a", flags: "a b" }],
      ["a flag with a line end", { msg: "a", flags: ["a\r\nb"] }],
      ["a date that is none", { msg: "a", date: new Date(NaN) }],
      ["a text for a date", { msg: "a", date: "05-Apr-2009" as unknown as Date }],
    ] as const
  ) {
    it(`L1 Z1 ${what} is refused`, () => {
      assertThrows(() => written(message), InvalidArgumentError);
      const both = () => sent(multiappend("x", [{ msg: "fine" }, message]));
      assertThrows(both, InvalidArgumentError);
    });
  }

  it("L1 B5 \\Recent is the server's to set", () => {
    for (const flags of ["\\Recent", ["\\Seen", bytes("\\RECENT")]]) {
      assertThrows(() => written({ msg: "a", flags }), InvalidArgumentError);
    }
  });

  it("L1 a message over the server's limit is refused, its line ends counted", () => {
    append("x", { msg: "12345678\n" }, { limit: 10 });
    append("x", { msg: new Uint8Array(10) }, { limit: 10 });
    for (const msg of ["123456789\n", "ü".repeat(6), new Uint8Array(11)]) {
      assertThrows(() => append("x", { msg }, { limit: 10 }), InvalidArgumentError, "APPENDLIMIT");
      assertThrows(
        () => multiappend("x", [{ msg }], { limit: 10 }),
        InvalidArgumentError,
        "APPENDLIMIT",
      );
    }
  });
});

/** The date that APPEND sends for a moment in a zone, made with the functions that it uses. */
function dateIn(zone: string, moment: string): string {
  const [command, ...args] = sameRuntime(new URL("../../model/print_dates.ts", import.meta.url));
  const options = { env: { ...env, TZ: zone }, encoding: "utf8" } as const;
  return JSON.parse(execFileSync(command, [...args, moment], options))[0][1];
}

describe("the date of a message", () => {
  const ZONES: readonly (readonly [zone: string, moment: string, sent: string])[] = [
    ["America/New_York", "2009-01-05T09:00:05Z", "05-Jan-2009 04:00:05 -0500"],
    ["America/New_York", "2009-07-05T09:00:05Z", "05-Jul-2009 05:00:05 -0400"],
    ["Asia/Kolkata", "2009-07-05T20:00:05Z", "06-Jul-2009 01:30:05 +0530"],
  ];
  for (const [zone, moment, expected] of ZONES) {
    it(`L2 Z8 in ${zone} it is ${expected}`, () => {
      assertEquals(dateIn(zone, moment), expected);
      // That text is sent in this process's own zone too.
      const date = parseToDatetime(expected);
      assertEquals(date.getTime(), Date.parse(moment));
      assertEquals(written({ msg: "", date }), `"x" () "${expected}" {0}↵…`);
      const local = new Date(moment);
      const inLocal = datetimeToInternalDate(local);
      assertEquals(written({ msg: "", date: local }), `"x" () "${inLocal}" {0}↵…`);
    });
  }

  it("L2 months are English", () => {
    const months = Array.from({ length: 12 }, (_, month) => {
      return written({ msg: "", date: new Date(2009, month, 15) }).slice(11, 14);
    });
    assertEquals(months.join(" "), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
  });
});

describe("MULTIAPPEND is written", () => {
  const MESSAGES = [
    { msg: "one" },
    { msg: bytes("two"), flags: "foo" },
    { msg: "ü", flags: ["\\Seen", "a"], date: DATE },
  ];

  it("L8 all messages in one command, each with its flags and date", () => {
    const command = multiappend("Entwürfe", MESSAGES);
    assertEquals([command.name, command.needs], ["APPEND", "MULTIAPPEND"]);
    assertEquals(
      sent(command),
      '"Entw&APw-rfe" () {3}↵…one (foo) {3}↵…two ' +
        '(\\Seen a) "05-Apr-2009 11:00:05 +0200" {2}↵…Ã¼',
    );
  });

  it("L8 P10 Z5 one space follows a literal that is sent without asking", () => {
    const command = multiappend("x", [...MESSAGES.slice(0, 2), { msg: "y".repeat(5000) }]);
    assertEquals(
      sent(command, { nonSynchronising: 4096 }),
      `"x" () {3+}↵one (foo) {3+}↵two () {5000}↵…${"y".repeat(5000)}`,
    );
  });
});

describe("APPEND is read", () => {
  const one = () => append("x", { msg: "y" });
  const three = () => multiappend("x", [{ msg: "y" }, { msg: "y" }, { msg: "y" }]);

  it("L1 Z15 the server's text with its code, and the UID", () => {
    const text = "[APPENDUID 38505 3955] APPEND completed";
    assertEquals(answer(one(), `a OK ${text}`), { text, uidValidity: 38505, uid: 3955 });
    assertEquals(answer(one(), "a OK Done"), { text: "Done", uidValidity: null, uid: null });
  });

  it("L8 Z15 the UIDs in the order of the messages", () => {
    for (
      const [set, uids] of [
        ["11:13", [11, 12, 13]],
        ["11,20,12", [11, 20, 12]],
        ["20,11:12", [20, 11, 12]],
        ["11:12", []],
        ["11:14", []],
        ["11", []],
      ] as const
    ) {
      const result = answer(three(), `a OK [APPENDUID 7 ${set}] done`);
      assertEquals([result.uidValidity, result.uids], [7, uids]);
    }
  });

  it("L1 L8 Z15 a wrong set of any size costs nothing, and no UID is returned", () => {
    const start = performance.now();
    for (const set of ["1:4294967295", "1:*", "*", "4294967295:1", "1:2"]) {
      const single = answer(one(), `a OK [APPENDUID 7 ${set}] done`);
      if (set !== "*") assertEquals([single.uidValidity, single.uid], [7, null]);
      if (set !== "1:2") assertEquals(answer(three(), `a OK [APPENDUID 7 ${set}] x`).uids, []);
    }
    assert(performance.now() - start < 1000);
  });

  it("L1 Z15 another code, or one that makes no sense, is text only", () => {
    for (
      const code of ["COPYUID 1 2 3", "APPENDUID", "APPENDUID 1", "APPENDUID x 1", "UIDNEXT 5"]
    ) {
      const text = `[${code}] done`;
      assertEquals(answer(one(), `a OK ${text}`), { text, uidValidity: null, uid: null });
    }
  });
});

describe("APPEND with a NUL", () => {
  const NUL = bytes("a\0b");
  const with8 = (msg: MessageToAppend["msg"], options: Partial<WriterOptions> = {}) =>
    sent(append("x", { msg }, { takesNul: true }), options);

  it("APPEND: a NUL, if the server has BINARY → literal8 [fault C27]", () => {
    assertEquals(with8(NUL), '"x" () ~{3}↵…a\0b');
    assertEquals(with8("a\0b\n"), '"x" () ~{5}↵…a\0b↵');
    assertEquals(with8(NUL, { nonSynchronising: Infinity }), '"x" () ~{3+}↵a\0b');
    assertEquals(with8(NUL, { nonSynchronising: 4096 }), '"x" () ~{3+}↵a\0b');
    const long = new Uint8Array(5000);
    assert(with8(long, { nonSynchronising: 4096 }).startsWith('"x" () ~{5000}↵…\0'));
    const longer = new Uint8Array(20_000).fill(32);
    longer[19_999] = 0;
    assert(with8(longer).startsWith('"x" () ~{20000}↵… '));
  });

  it("APPEND: no NUL, if the server has BINARY → a literal like any other [fault C27]", () => {
    assertEquals(with8("ab"), '"x" () {2}↵…ab');
    assertEquals(with8(new Uint8Array(20_000).fill(1)).slice(0, 16), '"x" () {20000}↵…');
  });

  it("MULTIAPPEND: only the message with a NUL is a literal8 [fault C27]", () => {
    const command = multiappend("x", [{ msg: "a" }, { msg: NUL }, { msg: "c" }], {
      takesNul: true,
    });
    assertEquals(sent(command), '"x" () {1}↵…a () ~{3}↵…a\0b () {1}↵…c');
  });
});
