import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { plain } from "../../../src/auth/plain.ts";
import { authenticate } from "../../../src/commands/session/authenticate.ts";
import { capability } from "../../../src/commands/session/capability.ts";
import { fetch, fetchRequest } from "../../../src/commands/messages/fetch.ts";
import { list } from "../../../src/commands/folders/list.ts";
import { login } from "../../../src/commands/session/login.ts";
import { select } from "../../../src/commands/folders/select.ts";
import { noop, starttls } from "../../../src/commands/session/session.ts";
import { InvalidArgumentError, LoginError, ProtocolError } from "../../../src/model/errors.ts";
import { fetchProblems } from "../../../src/model/problems.ts";
import { type MessageIds, NumberSet } from "../../../src/model/number_set.ts";
import { bytes, text } from "../../support/wire.ts";
import { answer, claims, sent } from "../../support/commands.ts";

function request(ids: MessageIds, items: string | string[], uid = true, modifiers?: string[]) {
  return fetchRequest(NumberSet.from(ids), items, modifiers, uid);
}

describe("FETCH is written", () => {
  for (
    const [row, ids, items, expected] of [
      ["J1", [1, 2, 3, 9], ["flags", "INTERNALDATE"], "1:3,9 (FLAGS INTERNALDATE)"],
      ["J1 one item", 5, "envelope", "5 (ENVELOPE)"],
      ["B1", "2:*", ["FLAGS"], "2:* (FLAGS)"],
      ["B2", ["2:3", 123, bytes("44") as never], ["FLAGS"], "2:3,123,44 (FLAGS)"],
      ["macros are written out", 1, ["FAST", "UID"], "1 (FLAGS INTERNALDATE RFC822.SIZE)"],
      ["no item twice", 1, ["flags", "FLAGS"], "1 (FLAGS)"],
      [
        "J5",
        1,
        ["body.peek[header.fields (from subject)]<0.100>"],
        "1 (BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]<0.100>)",
      ],
      [
        "sections of parts",
        1,
        ["BODY[1.2.MIME]", "BINARY.PEEK[2]"],
        "1 (BODY[1.2.MIME] BINARY.PEEK[2])",
      ],
    ] as const
  ) {
    it(`${row}: ${expected}`, () => {
      assertEquals(sent(fetch(request(ids as MessageIds, [items].flat() as string[]))), expected);
    });
  }

  it("J2 modifiers come after the items", () => {
    const command = fetch(request(1, ["FLAGS"], true, ["CHANGEDSINCE 123", "vanished"]));
    assertEquals(sent(command), "1 (FLAGS) (CHANGEDSINCE 123 VANISHED)");
  });

  for (
    const item of [
      "FLAGS ENVELOPE",
      "BODY[",
      "BODY[]\r\nx LOGOUT",
      "BODY[HEADER.FIELDS (a b",
      "BODY[x y]",
      "FLAGS)",
      "",
      "{5}",
    ]
  ) {
    it(`Z1 ${JSON.stringify(item)} is no item`, () => {
      assertThrows(() => sent(fetch(request(1, [item]))), InvalidArgumentError);
    });
  }

  it("Z1 modifiers are checked too", () => {
    for (const modifier of ["CHANGEDSINCE 1)", "X\r\n", "{3}", ""]) {
      assertThrows(() => request(1, ["FLAGS"], true, [modifier]), InvalidArgumentError);
    }
  });

  it("nothing to fetch is refused", () => {
    assertThrows(() => request(1, []), InvalidArgumentError, "no items");
  });

  it("P11 UID comes first if ids are UIDs", () => {
    assertEquals(fetch(request(1, "FLAGS")).name, "UID FETCH");
    assertEquals(fetch(request(1, "FLAGS", false)).name, "FETCH");
  });
});

describe("FETCH is read", () => {
  it("J3 the UID is the key and not an item, and the message has SEQ", () => {
    const found = answer(fetch(request([7, 8], "FLAGS")), "* 3 FETCH (FLAGS (a) UID 7)", "a OK");
    assertEquals([...found], [[7, { SEQ: 3, FLAGS: ["a"] }]] as never);
  });

  it("J3 without UIDs the sequence number is the key, and the UID an entry", () => {
    const command = fetch(request(3, ["FLAGS", "UID"], false));
    const found = answer(command, "* 3 FETCH (FLAGS () UID 7)", "a OK");
    assertEquals([...found], [[3, { SEQ: 3, FLAGS: [], UID: 7 }]] as never);
  });

  it("J6 several responses for a message merge, with and without UID", () => {
    const found = answer(
      fetch(request([7], ["FLAGS", "MODSEQ"])),
      "* 2 FETCH (UID 7 FLAGS (a))",
      "* 2 FETCH (MODSEQ (4))",
      "* 2 FETCH (UID 7 FLAGS (b))",
      "a OK",
    );
    assertEquals([...found], [[7, { SEQ: 2, FLAGS: ["b"], MODSEQ: 4n }]] as never);
  });

  it("J6 Z10 other responses are left to others", () => {
    assertEquals(
      claims(
        fetch(request("5:6", "FLAGS")),
        "* 1 FETCH (UID 4 FLAGS ())",
        "* 2 FETCH (FLAGS ())",
        "* 2 FETCH (UID 5 FLAGS ())",
        "* 2 FETCH (FLAGS (x))",
        "* 1 EXPUNGE",
        "* 2 FETCH (FLAGS (another message by now))",
        "* 9 EXISTS",
      ),
      [false, false, true, true, false, false, false],
    );
  });

  it("J9 no message, and one without items", () => {
    assertEquals(answer(fetch(request(4, "FLAGS")), "a OK").size, 0);
    const found = answer(fetch(request(4, "UID", false)), "* 4 FETCH ()", "a OK");
    assertEquals([...found], [[4, { SEQ: 4 }]] as never);
  });

  it("Z11 a garbled item throws when it is looked at, and spoils nothing else", () => {
    const found = answer(
      fetch(request("1:3", ["ENVELOPE", "FLAGS"])),
      "* 1 FETCH (UID 1 FLAGS (a) ENVELOPE (x (y z)))",
      "* 2 FETCH (UID 2 ENVELOPE 5 FLAGS (b))",
      "* 3 FETCH (UID 3 FLAGS (c))",
      "a OK",
    );
    const [one, two, three] = found.values() as Iterable<{ ENVELOPE: unknown; FLAGS: unknown }>;
    assertEquals([one.FLAGS, two.FLAGS, three.FLAGS], [["a"], ["b"], ["c"]]);
    assertThrows(() => two.ENVELOPE, ProtocolError);
    assertThrows(() => three.ENVELOPE, ProtocolError, "the server sent no ENVELOPE for message 3");
    const [problem] = fetchProblems(two);
    assertEquals([problem.name, text(problem.raw)], ["ENVELOPE", "5"]);
    assertEquals(Object.keys(two), ["SEQ", "FLAGS"]);
  });
});

describe("FETCH: the items after one without end", () => {
  const NAMES = ["ENVELOPE", "FLAGS", "BODY[HEADER.FIELDS (SUBJECT)]", "RFC822.SIZE"];
  const REST = " NIL) FLAGS (a) BODY[HEADER.FIELDS (Subject)] NIL";
  const ENVELOPES = [
    '(NIL NIL (("surname \\" NIL "ann" "x.org")) NIL NIL NIL NIL NIL NIL NIL)',
    '(NIL "lone \\" ((NIL NIL "ann" "x.org")) NIL NIL NIL NIL NIL NIL NIL)',
    '(NIL "no quote NIL NIL NIL NIL NIL NIL NIL NIL)',
    '(NIL "one" ((NIL NIL "an"n" "x.org")) NIL NIL NIL NIL NIL NIL NIL)',
    '(NIL "one" (((NIL NIL "ann" "x.org") NIL NIL NIL NIL NIL NIL NIL)',
  ];
  for (const envelope of ENVELOPES) {
    it(`${envelope} → reported as unreadable, not as missing [fault B8]`, () => {
      const found = answer(
        fetch(request("1:2", NAMES.map((name) => name.replace("[", ".PEEK[")))),
        `* 1 FETCH (UID 1 ENVELOPE ${envelope}${REST})`,
        `* 2 FETCH (UID 2 FLAGS (b))`,
        "a OK",
      );
      const [first, second] = [...found.values()].map((message) =>
        Object.fromEntries(fetchProblems(message).map(({ name, error }) => [name, error.message]))
      );
      assertEquals(Object.keys(first).sort(), [...NAMES].sort());
      for (const name of NAMES.slice(1, 3)) {
        assert(first[name].startsWith(`can't read ${name} of message 1`), first[name]);
      }
      assertEquals(first["RFC822.SIZE"], "the server sent no RFC822.SIZE for message 1");
      assertEquals(second["ENVELOPE"], "the server sent no ENVELOPE for message 2");
    });
  }
});

describe("LIST", () => {
  const ALL = { directory: "", pattern: "*" };

  it("F1 is written with its directory and pattern, quoted and encoded", () => {
    assertEquals(sent(list("LIST", ALL)), '"" "*"');
    assertEquals(
      sent(list("LIST", { directory: "Entwürfe & x", pattern: "%" })),
      '"Entw&APw-rfe &- x" "%"',
    );
    assertEquals(sent(list("LIST", { directory: 'a"b\\c', pattern: "*" })), '"a\\"b\\\\c" "*"');
  });

  it("F1 F4 F9 returns flags, delimiter and name of each, or an empty list", () => {
    const folders = answer(
      list("LIST", ALL),
      '* LIST (\\HasNoChildren) "/" Alpha',
      '* LIST () NIL "Hello&AP8-world"',
      "a OK",
    );
    assertEquals(folders, [
      { flags: ["\\HasNoChildren"], delimiter: "/", name: "Alpha" },
      { flags: [], delimiter: null, name: "Helloÿworld" },
    ]);
    assertEquals(answer(list("LIST", ALL), "a OK"), []);
  });

  it("a folder that can't be read is an error, not left out", () => {
    assertThrows(() => answer(list("LIST", ALL), "* LIST nonsense", "a OK"), ProtocolError);
  });
});

describe("SELECT", () => {
  it("G3 EXAMINE is for reading only", () => {
    assertEquals([select("INBOX", false).name, select("INBOX", true).name], ["SELECT", "EXAMINE"]);
    assertEquals(sent(select("Übung", false)), '"&ANw-bung"');
  });

  it("B7 names as bytes go as they are, and must be ASCII", () => {
    assertEquals(sent(select(bytes("&ANw-bung"), false)), '"&ANw-bung"');
    assertThrows(() => sent(select(bytes("a\xff"), false)), InvalidArgumentError, "ASCII");
  });

  it("G4 G5 returns what the server says, with types", () => {
    const result = answer(
      select("INBOX", false),
      "* FLAGS (\\Flagged abc [foo]/bar def)",
      "* 3 EXISTS",
      "* 1 RECENT",
      "* OK [PERMANENTFLAGS (\\Flagged [foo]/bar def \\*)] x",
      "* OK [uidvalidity 1239278212] x",
      "* OK [UIDNEXT 11] x",
      "* OK [HIGHESTMODSEQ 9223372036854775807] x",
      "* OK [OTHER blah] x",
      "* OK [NOMODSEQ] x",
      "a OK [READ-WRITE] done",
    );
    assertEquals({ ...result }, {
      EXISTS: 3,
      FLAGS: ["\\Flagged", "abc", "[foo]/bar", "def"],
      RECENT: 1,
      PERMANENTFLAGS: ["\\Flagged", "[foo]/bar", "def", "\\*"],
      UIDVALIDITY: 1239278212,
      UIDNEXT: 11,
      HIGHESTMODSEQ: 9223372036854775807n,
      OTHER: "blah",
      NOMODSEQ: true,
      "READ-WRITE": true,
    });
  });

  it("G3 EXISTS, FLAGS and RECENT are always there", () => {
    const result = answer(select("x", true), "a OK [READ-ONLY] done");
    assertEquals({ ...result }, { EXISTS: 0, FLAGS: [], RECENT: 0, "READ-ONLY": true });
  });

  it("G3 responses about the previous folder, up to CLOSED, do not count", () => {
    const result = answer(
      select("x", false),
      "* 900 EXISTS",
      "* 7 RECENT",
      "* OK [UIDNEXT 5] x",
      "* OK [CLOSED] bye",
      "* 3 EXISTS",
      "a OK",
    );
    assertEquals({ ...result }, { EXISTS: 3, FLAGS: [], RECENT: 0 });
  });
});

describe("logging in", () => {
  it("D1 LOGIN quotes both, and returns the server's text", () => {
    assertEquals(sent(login("a b", 'p"w\\')), '"a b" "p\\"w\\\\"');
    assertEquals(
      answer(login("a", "b"), "a OK [CAPABILITY IMAP4rev1 X] Logged in"),
      "[CAPABILITY IMAP4rev1 X] Logged in",
    );
  });

  it("D1 Z9 non-ASCII text is sent as a literal", () => {
    assertEquals(sent(login("ann", "grün")), '"ann" {5}↵…grÃ¼n');
    assertEquals(sent(login("ann", "grün"), { nonSynchronising: 4096 }), '"ann" {5+}↵grÃ¼n');
  });

  it("D1 Z1 a line end can't break out, and NUL is refused without being shown", () => {
    assertEquals(sent(login("ann", "a\r\nb")), '"ann" {4}↵…a↵b');
    const error = assertThrows(() => sent(login("ann", "s3cret\0")), InvalidArgumentError);
    assert(!error.message.includes("s3cret"));
  });

  it("D1 D2 NO is a LoginError", () => {
    assertThrows(() => answer(login("a", "b"), "a NO wrong"), LoginError, "LOGIN failed: wrong");
    const command = authenticate(plain("a", "b"), true);
    assertThrows(() => answer(command, "a BAD wrong"), LoginError, "AUTHENTICATE failed: wrong");
  });

  it("D2 PLAIN is sent with the command if the server accepts that", () => {
    assertEquals(sent(authenticate(plain("ann", "pw"), true)), `PLAIN ${btoa("\0ann\0pw")}`);
    const other = authenticate(plain("ann", "pw", "bob"), true);
    assertEquals(sent(other), `PLAIN ${btoa("bob\0ann\0pw")}`);
  });

  it("D2 otherwise it waits to be asked", async () => {
    const command = authenticate(plain("ann", "pü"), false);
    assertEquals(sent(command), "PLAIN");
    const line = await command.respond!({ kind: "continuation", code: null, text: "" });
    assertEquals(text(line), btoa("\0ann\0p\xc3\xbc"));
  });

  it("D2 a NUL in a name or password is refused", () => {
    assertThrows(() => plain("a\0", "b"), InvalidArgumentError);
    assertThrows(() => plain("a", "b\0c"), InvalidArgumentError);
  });
});

describe("the other commands", () => {
  it("E1 CAPABILITY returns the names in upper case", () => {
    assertEquals(answer(capability(), "* CAPABILITY imap4rev1 Idle", "a OK"), [
      "IMAP4REV1",
      "IDLE",
    ]);
  });

  it("D7 M5 NOOP collects updates, and others get them too", () => {
    const command = noop();
    assertEquals(claims(command, "* 4 EXISTS", "* 3 FETCH (FLAGS (bar))"), [false, false]);
    const { text, responses } = answer(command, "a OK NOOP completed.");
    assertEquals([text, responses.map(({ type }) => type)], ["NOOP completed.", [
      "EXISTS",
      "FETCH",
    ]]);
  });

  it("E3 C6 STARTTLS needs its capability", () => {
    assertEquals(starttls().needs, "STARTTLS");
  });
});
