import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { getMetadata, setMetadata } from "../../../../src/commands/access/metadata.ts";
import { ImapError, InvalidArgumentError, ProtocolError } from "../../../../src/model/errors.ts";
import { bytes, text } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const COMMENT = "/private/comment";

/** The values of an answer, as text. */
function read(entries: string | readonly string[], ...lines: readonly string[]) {
  const { values } = answer(getMetadata("INBOX", entries), ...lines, "a OK done");
  return [...values].map(([entry, value]) => [entry, text(value)]);
}

describe("GETMETADATA: what is sent", () => {
  for (
    const [name, command, expected] of [
      ["one entry", getMetadata("INBOX", COMMENT), '"INBOX" (/private/comment)'],
      ["a folder's bytes", getMetadata(bytes("x"), ["/private/a"]), '"x" (/private/a)'],
      ["an encoded folder", getMetadata("Ü", ["/shared/a"]), '"&ANw-" (/shared/a)'],
      ["the server", getMetadata("", "/shared/admin"), '"" (/shared/admin)'],
      ["a name with a space", getMetadata("x", ["/shared/a b"]), '"x" ("/shared/a b")'],
      ["a name with a quote", getMetadata("x", ['/shared/"\\(']), '"x" ("/shared/\\"\\\\(")'],
      ["depth 0", getMetadata("x", "/a/b", { depth: 0 }), '"x" (/a/b)'],
      ["depth 1", getMetadata("x", "/a/b", { depth: 1 }), '(DEPTH 1) "x" (/a/b)'],
      [
        "all depths, and a size",
        getMetadata("x", ["/a/b", "/a/c"], { depth: "infinity", maxSize: 1024 }),
        '(DEPTH infinity MAXSIZE 1024) "x" (/a/b /a/c)',
      ],
      ["size 0", getMetadata("x", "/a/b", { maxSize: 0 }), '(MAXSIZE 0) "x" (/a/b)'],
    ] as const
  ) {
    it(`${name} → ${expected}`, () => assertEquals(sent(command), expected));
  }

  it("what it needs: METADATA, or for the server METADATA-SERVER", () => {
    const { name, state, needs } = getMetadata("x", COMMENT);
    assertEquals([name, state, needs], ["GETMETADATA", "authenticated", "METADATA"]);
    assertEquals(getMetadata("", COMMENT).needs, ["METADATA", "METADATA-SERVER"]);
    assertEquals(setMetadata("x", { [COMMENT]: null }).needs, "METADATA");
    assertEquals(setMetadata(bytes(""), { [COMMENT]: null }).needs, [
      ...["METADATA", "METADATA-SERVER"],
    ]);
  });

  for (
    const [what, options] of [
      ["depth 2", { depth: 2 }],
      ["depth as text", { depth: "1" }],
      ["no depth", { depth: null }],
    ] as const
  ) {
    it(`${what} → InvalidArgumentError`, () => {
      assertThrows(() => getMetadata("x", COMMENT, options as never), InvalidArgumentError);
    });
  }

  for (const maxSize of [-1, 1.5, NaN, "5", 2 ** 53]) {
    it(`a size of ${JSON.stringify(maxSize)} → InvalidArgumentError`, () => {
      const send = () => sent(getMetadata("x", COMMENT, { maxSize: maxSize as number }));
      assertThrows(send, InvalidArgumentError);
    });
  }
});

describe("the names of entries", () => {
  const BAD = [
    ...["", "private/comment", "/", "/private/", "//private", "/private//comment", "/a/*", "/a/%"],
    ...["/private/ü", "/private/a\r\nb", "/private/a\0", "/private/\x7f", "/private/\t"],
  ];
  for (const entry of BAD) {
    it(`${JSON.stringify(entry)} → InvalidArgumentError`, () => {
      assertThrows(() => getMetadata("x", ["/private/a", entry]), InvalidArgumentError);
      assertThrows(() => setMetadata("x", { [entry]: "a" }), InvalidArgumentError);
    });
  }

  it("no entry, or one twice in any case → InvalidArgumentError", () => {
    assertThrows(() => getMetadata("x", []), InvalidArgumentError, "no metadata entries named");
    assertThrows(() => setMetadata("x", {}), InvalidArgumentError, "no metadata entries named");
    assertThrows(() => getMetadata("x", ["/a/b", "/A/B"]), InvalidArgumentError, "named twice");
    assertThrows(() => setMetadata("x", { "/a/b": "", "/A/b": null }), InvalidArgumentError);
  });

  it("no text → InvalidArgumentError", () => {
    for (const entries of [[5], [bytes("/a/b")], bytes("/a/b"), 5, null, undefined, {}]) {
      assertThrows(() => getMetadata("x", entries as never), InvalidArgumentError);
    }
    assertThrows(() => setMetadata("x", new Map([[5 as never, ""]])), InvalidArgumentError);
  });
});

describe("GETMETADATA: the answer", () => {
  it("strings of every kind: bytes as they came", () => {
    const lines = [
      '* METADATA "INBOX" (/private/comment "My own \\"comment\\"")',
      '* METADATA INBOX (/shared/a {4}\r\n\xff\r\n( /shared/b ~{3}\r\na\0b /shared/c "")',
    ];
    assertEquals(read([COMMENT, "/shared/a", "/shared/b", "/shared/c"], ...lines), [
      [COMMENT, 'My own "comment"'],
      ["/shared/a", "\xff\r\n("],
      ["/shared/b", "a\0b"],
      ["/shared/c", ""],
    ]);
  });

  it("NIL, and an entry that the server leaves out: not there", () => {
    assertEquals(read(["/shared/a", "/shared/b"], "* METADATA x (/shared/a NIL)"), []);
    assertEquals(read("/shared/a"), []);
  });

  it("the case of a name: as it was asked for", () => {
    const lines = ['* METADATA INBOX (/SHARED/Comment "a" /Shared/Other "b")'];
    assertEquals(read(["/shared/comment"], ...lines), [
      ["/shared/comment", "a"],
      ["/Shared/Other", "b"],
    ]);
  });

  it("an entry that comes twice: the last value counts", () => {
    const lines = ['* METADATA x (/a/b "1" /a/c "2")', '* METADATA x (/a/b "3" /a/c NIL)'];
    assertEquals(read(["/a/b", "/a/c"], ...lines), [["/a/b", "3"]]);
  });

  it("a folder's name without quotes and with spaces: passed over", () => {
    const command = getMetadata("my box", "/a/b");
    const { values } = answer(command, '* METADATA my box (/a/b "1")', "a OK");
    assertEquals([...values.keys()], ["/a/b"]);
  });

  it("values above maxSize: the size of the largest", () => {
    const lines = ['* METADATA x (/a/b "1")', "a OK [METADATA LONGENTRIES 2199] done"];
    const { values, longEntries } = answer(getMetadata("x", "/a/b", { maxSize: 9 }), ...lines);
    assertEquals([values.size, longEntries], [1, 2199]);
    for (const code of ["", "[METADATA LONGENTRIES] ", "[METADATA MAXSIZE 5] ", "[LONG 5] "]) {
      assertEquals(answer(getMetadata("x", "/a/b"), `a OK ${code}done`).longEntries, null);
    }
  });

  it("names without values: an update for the listeners", () => {
    assertEquals(
      claims(
        getMetadata("INBOX", COMMENT),
        '* METADATA "INBOX" /shared/comment /private/comment',
        '* METADATA "" /shared/comment',
        '* METADATA "INBOX" (/shared/comment NIL)',
        '* ANNOTATION "INBOX" (/comment "a")',
      ),
      [false, false, true, false],
    );
  });

  it("what came before a failure: in `partial`", () => {
    const command = getMetadata("x", "/a/b");
    assertEquals(command.partial!(), null);
    claims(command, '* METADATA x (/a/b "1")');
    assertEquals([...(command.partial!() as { values: Map<string, Uint8Array> }).values.keys()], [
      "/a/b",
    ]);
  });

  for (
    const wire of [
      ...["", '"INBOX', "INBOX (", "INBOX (/a/b)", "INBOX (/a/b (c))"],
      ...['INBOX (/a/b "c" /d)', 'INBOX ("/a/b" "c', "INBOX ((/a/b c))"],
    ]
  ) {
    it(`${JSON.stringify(wire)} → ProtocolError`, () => {
      assertThrows(() => read("/a/b", `* METADATA ${wire}`), ProtocolError);
    });
  }
});

describe("SETMETADATA", () => {
  for (
    const [name, values, expected] of [
      ["text", { [COMMENT]: 'a "b"' }, '"x" (/private/comment "a \\"b\\"")'],
      ["no value", { [COMMENT]: null }, '"x" (/private/comment NIL)'],
      ["an empty value", { [COMMENT]: "" }, '"x" (/private/comment "")'],
      ["the text NIL", { [COMMENT]: "NIL" }, '"x" (/private/comment "NIL")'],
      ["lines", { [COMMENT]: "a\r\nb" }, '"x" (/private/comment {4}↵…a↵b)'],
      ["text beyond ASCII", { [COMMENT]: "ü" }, '"x" (/private/comment {2}↵…\xc3\xbc)'],
      ["bytes", { [COMMENT]: bytes("\xff(") }, '"x" (/private/comment {2}↵…\xff()'],
      ["bytes with a NUL", { [COMMENT]: bytes("a\0b") }, '"x" (/private/comment ~{3}↵…a\0b)'],
      ["text with a NUL", { [COMMENT]: "\0" }, '"x" (/private/comment ~{1}↵…\0)'],
      ["several", { "/a/b": "1", "/a/c": null }, '"x" (/a/b "1" /a/c NIL)'],
      ["a Map", new Map([["/a/b", "1"]]), '"x" (/a/b "1")'],
    ] as const
  ) {
    it(`${name} → ${JSON.stringify(expected)}`, () => {
      assertEquals(sent(setMetadata("x", values)), expected);
    });
  }

  it("the result: the server's text", () => {
    assertEquals(
      answer(setMetadata("x", { [COMMENT]: "a" }), "a OK Setmetadata done"),
      [
        "Setmetadata done",
      ].join(),
    );
  });

  for (const value of [5, undefined, {}, [], "\ud800", true]) {
    it(`the value ${JSON.stringify(value)} → InvalidArgumentError`, () => {
      assertThrows(() => setMetadata("x", { [COMMENT]: value as never }), InvalidArgumentError);
    });
  }

  for (const values of [null, undefined, 5, "/a/b", [["/a/b", "1"]], new Uint8Array(1)]) {
    it(`no object of values: ${JSON.stringify(values)} → InvalidArgumentError`, () => {
      assertThrows(() => setMetadata("x", values as never), InvalidArgumentError);
    });
  }

  for (
    const [code, reason] of [
      ["METADATA MAXSIZE 1024", " (a value may have at most 1024 bytes)"],
      ["METADATA MAXSIZE", " (a value may have fewer bytes)"],
      ["METADATA TOOMANY", " (the server keeps no more entries here)"],
      ["metadata noprivate", " (the server keeps no private entries here)"],
      ["METADATA constructor", ""],
      ["OVERQUOTA", ""],
    ] as const
  ) {
    it(`refused by [${code}] → ImapError that says why`, () => {
      const refuse = () => answer(setMetadata("x", { [COMMENT]: "a" }), `a NO [${code}] no`);
      const error = assertThrows(refuse, ImapError);
      assertEquals(error.message, `SETMETADATA failed: no${reason}`);
      assertEquals(error.code, code.split(" ")[0].toUpperCase());
    });
  }
});
