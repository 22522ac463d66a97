import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../src/model/errors.ts";
import { DEFAULT_LIMITS } from "../../../src/wire/limits.ts";
import { esearchIds, readResponse } from "../../../src/wire/response.ts";
import { decodeUtf7 } from "../../../src/mime/utf7.ts";
import { bytes, plain, read, shown, untagged } from "../../support/wire.ts";

type Fields = Readonly<Record<string, unknown>>;
type Case = readonly [name: string, line: string, type: string, fields: Fields];

const NO_CODE = { code: null };
const LIST = { flags: [], delimiter: "/", extended: {} };

/** Every response of RFC 9051 section 7 and of RFC 3501 section 7, except FETCH. */
const RESPONSES: readonly Case[] = [
  ["OK", "* OK hello there", "OK", { ...NO_CODE, text: "hello there" }],
  ["NO", "* NO disk is 98% full", "NO", { ...NO_CODE, text: "disk is 98% full" }],
  ["BAD", "* BAD what?", "BAD", { ...NO_CODE, text: "what?" }],
  ["PREAUTH", "* PREAUTH as ann", "PREAUTH", { ...NO_CODE, text: "as ann" }],
  ["BYE", "* BYE autologout", "BYE", { ...NO_CODE, text: "autologout" }],
  ["8-bit text", "* NO Ordner \xc3\xbc", "NO", { ...NO_CODE, text: "Ordner ü" }],
  ["CAPABILITY", "* CAPABILITY IMAP4rev2 AUTH=PLAIN idle", "CAPABILITY", {
    capabilities: ["IMAP4REV2", "AUTH=PLAIN", "IDLE"],
  }],
  ["ENABLED", "* ENABLED X-GOOD CONDSTORE", "ENABLED", {
    capabilities: ["X-GOOD", "CONDSTORE"],
  }],
  ["E4 ENABLED with nothing", "* ENABLED", "ENABLED", { capabilities: [] }],
  ["F1 LIST", '* LIST (\\HasNoChildren \\Sent) "." INBOX.Sent', "LIST", {
    ...LIST,
    flags: ["\\HasNoChildren", "\\Sent"],
    delimiter: ".",
    name: shown("INBOX.Sent"),
  }],
  ["F1 LIST without a hierarchy", '* LIST () NIL "flat"', "LIST", {
    ...LIST,
    delimiter: null,
    name: shown("flat"),
  }],
  ["LIST, extended", '* LIST () "/" "a b" ("CHILDINFO" ("SUBSCRIBED") oldname ("x"))', "LIST", {
    ...LIST,
    name: shown("a b"),
    extended: { CHILDINFO: ["SUBSCRIBED"], OLDNAME: ["x"] },
  }],
  ["LIST, extended, an unquoted name", '* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED"))', "LIST", {
    ...LIST,
    name: shown("a"),
    extended: { CHILDINFO: ["SUBSCRIBED"] },
  }],
  ["F2 LSUB", '* LSUB (\\NoSelect) "/" "a"', "LSUB", {
    ...LIST,
    flags: ["\\NoSelect"],
    name: shown("a"),
  }],
  ["F3 XLIST", '* XLIST (\\Inbox) "/" "Posteingang"', "XLIST", {
    ...LIST,
    flags: ["\\Inbox"],
    name: shown("Posteingang"),
  }],
  [
    "E6 NAMESPACE",
    '* NAMESPACE (("" "/")("#mh/" NIL "X-PARAM" ("a" "b"))) NIL (("&AP8-." "."))',
    "NAMESPACE",
    {
      personal: [{ prefix: shown(""), delimiter: "/" }, { prefix: shown("#mh/"), delimiter: null }],
      other: null,
      shared: [{ prefix: shown("&AP8-."), delimiter: "." }],
    },
  ],
  [
    "E6 NAMESPACE with spaces between",
    '* NAMESPACE NIL NIL (("a" ".") ("b" ".")("c" NIL) ("d" "/"))',
    "NAMESPACE",
    {
      personal: null,
      other: null,
      shared: [["a", "."], ["b", "."], ["c", null], ["d", "/"]].map(([prefix, delimiter]) => {
        return { prefix: shown(prefix ?? ""), delimiter };
      }),
    },
  ],
  ["G9 STATUS", "* STATUS blurdybloop (MESSAGES 231 uidnext 44292)", "STATUS", {
    name: shown("blurdybloop"),
    items: { MESSAGES: 231, UIDNEXT: 44292 },
  }],
  [
    "STATUS with 64-bit numbers",
    '* STATUS "a" (HIGHESTMODSEQ 9223372036854775807 SIZE 5)',
    "STATUS",
    {
      name: shown("a"),
      items: { HIGHESTMODSEQ: 9223372036854775807n, SIZE: 5 },
    },
  ],
  ["STATUS with an object id", '* STATUS "a" (MAILBOXID (F2212ea87-6097))', "STATUS", {
    name: shown("a"),
    items: { MAILBOXID: ["F2212ea87-6097"] },
  }],
  ["ESEARCH", '* ESEARCH (TAG "A285") UID MIN 7 MAX 3800 COUNT 15 ALL 4,7:9', "ESEARCH", {
    tag: "A285",
    uid: true,
    data: { MIN: "7", MAX: "3800", COUNT: "15", ALL: "4,7:9" },
  }],
  ["ESEARCH with nothing found", '* ESEARCH (TAG "A1")', "ESEARCH", {
    tag: "A1",
    uid: false,
    data: {},
  }],
  ["ESEARCH with MODSEQ", "* ESEARCH (tag A1) ALL 1:3 MODSEQ 9223372036854775807", "ESEARCH", {
    tag: "A1",
    uid: false,
    data: { ALL: "1:3", MODSEQ: 9223372036854775807n },
  }],
  ["ESEARCH with PARTIAL", '* ESEARCH (TAG "A1") UID PARTIAL (-1:-100 200:250,3)', "ESEARCH", {
    tag: "A1",
    uid: true,
    data: { PARTIAL: ["-1:-100", "200:250,3"] },
  }],
  ["H10 SEARCH", "* SEARCH 2 84 882", "SEARCH", { ids: [2, 84, 882], modseq: null }],
  ["H10 SEARCH with nothing found", "* SEARCH", "SEARCH", { ids: [], modseq: null }],
  ["H10 SEARCH NIL", "* SEARCH NIL", "SEARCH", { ids: [], modseq: null }],
  ["H11 SEARCH with MODSEQ", "* SEARCH 2 3 (MODSEQ 917162500)", "SEARCH", {
    ids: [2, 3],
    modseq: 917162500n,
  }],
  ["I1 SORT", "* SORT 5 3 4 1 2", "SORT", { ids: [5, 3, 4, 1, 2], modseq: null }],
  ["FLAGS", "* FLAGS (\\Answered \\Seen $Junk)", "FLAGS", {
    flags: ["\\Answered", "\\Seen", "$Junk"],
  }],
  ["G5 FLAGS with brackets", "* FLAGS (\\Flagged \\Deleted abc [foo]/bar def)", "FLAGS", {
    flags: ["\\Flagged", "\\Deleted", "abc", "[foo]/bar", "def"],
  }],
  ["EXISTS", "* 23 EXISTS", "EXISTS", { number: 23 }],
  ["RECENT", "* 5 RECENT", "RECENT", { number: 5 }],
  ["EXPUNGE", "* 44 EXPUNGE", "EXPUNGE", { number: 44 }],
  ["names in any case", "* 44 expunge", "EXPUNGE", { number: 44 }],
  ["FETCH", "* 12 FETCH (FLAGS (\\Seen) UID 4827313)", "FETCH", {
    number: 12,
    uid: 4827313,
    items: { SEQ: 12, FLAGS: ["\\Seen"] },
    bad: null,
  }],
];

describe("readResponse, untagged", () => {
  for (const [name, line, type, fields] of RESPONSES) {
    it(name, () => assertEquals(plain(untagged(line)), { kind: "untagged", type, ...fields }));
  }
});

describe("readResponse, tagged", () => {
  for (const status of ["OK", "NO", "BAD"]) {
    it(status, () => {
      assertEquals(plain(read(`A12 ${status} done`)), {
        kind: "tagged",
        tag: "A12",
        status,
        ...NO_CODE,
        text: "done",
      });
    });
  }

  it("a code and no text", () => {
    const response = read("A1 ok [read-only]");
    assert(response.kind === "tagged");
    assertEquals([response.status, response.code?.name, response.text], ["OK", "READ-ONLY", ""]);
  });
});

describe("readResponse, continuation requests", () => {
  for (const [line, text] of [["+ idling", "idling"], ["+ AGE=", "AGE="], ["+ ", ""], ["+", ""]]) {
    it(line, () => assertEquals(read(line), { kind: "continuation", code: null, text }));
  }

  const WITH_CODE: readonly (readonly [line: string, code: Fields | null, text: string])[] = [
    ["+ [ALERT] disk nearly full", { name: "ALERT", argument: "" }, "disk nearly full"],
    ["+ [alert]", { name: "ALERT", argument: "" }, ""],
    ["+[ALERT] no space", { name: "ALERT", argument: "" }, "no space"],
    ["+ [X-ODD a (b]c) d] go on", { name: "X-ODD", argument: "a (b]c) d" }, "go on"],
    ["+ [CAPABILITY IMAP4rev1] [x]", { name: "CAPABILITY", argument: "IMAP4rev1" }, "[x]"],
    ["+ [", null, "["],
    ["+ [ALERT disk nearly full", null, "[ALERT disk nearly full"],
    ["+ Ready [for more]", null, "Ready [for more]"],
    ["+ Ready for literal data", null, "Ready for literal data"],
    ["+ dGVzdA==", null, "dGVzdA=="],
    ["+ ]", null, "]"],
  ];
  for (const [line, code, text] of WITH_CODE) {
    it(`"${line}" → code ${code?.name ?? null} [fault C15]`, () => {
      const response = read(line);
      assert(response.kind === "continuation");
      const { name, argument } = response.code ?? {};
      assertEquals(response.code === null ? null : { name, argument }, code as unknown);
      assertEquals(response.text, text);
    });
  }
});

const CODES: readonly (readonly [code: string, fields: Fields])[] = [
  ["ALERT", {}],
  ["PARSE", {}],
  ["READ-ONLY", {}],
  ["READ-WRITE", {}],
  ["TRYCREATE", {}],
  ["UIDNOTSTICKY", {}],
  ["NOMODSEQ", {}],
  ["CLOSED", {}],
  ["UNSEEN 12", { number: 12 }],
  ["UIDNEXT 4392", { number: 4392 }],
  ["UIDVALIDITY 3857529045", { number: 3857529045 }],
  ["APPENDLIMIT 67108864", { number: 67108864 }],
  ["HIGHESTMODSEQ 9223372036854775807", { modseq: 9223372036854775807n }],
  ["CAPABILITY IMAP4rev1  idle", { capabilities: ["IMAP4REV1", "IDLE"] }],
  ["PERMANENTFLAGS (\\Deleted \\Seen \\*)", { flags: ["\\Deleted", "\\Seen", "\\*"] }],
  ["PERMANENTFLAGS ()", { flags: [] }],
  ["PERMANENTFLAGS (abc [foo]/bar def \\*)", { flags: ["abc", "[foo]/bar", "def", "\\*"] }],
  ['BADCHARSET (US-ASCII "UTF-8")', { charsets: ["US-ASCII", "UTF-8"] }],
  ["BADCHARSET", {}],
  ["BADCHARSET US-ASCII UTF-8", { charsets: ["US-ASCII", "UTF-8"] }],
  ['BADCHARSET "UTF-8"', { charsets: ["UTF-8"] }],
  ["BADCHARSET ( US-ASCII  UTF-8 )", { charsets: ["US-ASCII", "UTF-8"] }],
  ["BADCHARSET (US-ASCII UTF-8", { charsets: ["US-ASCII", "UTF-8"] }],
  ["BADCHARSET ()", { charsets: [] }],
  ["MAILBOXID (90210)", { mailboxId: "90210" }],
  ["MAILBOXID ( F9 )", { mailboxId: "F9" }],
  ["MAILBOXID F9", { mailboxId: "F9" }],
  ["MAILBOXID NIL", { mailboxId: null }],
  ["APPENDUID 38505 3955", { uidValidity: 38505, uids: "set 3955" }],
  ["APPENDUID 38505 3955:3957,7", { uidValidity: 38505, uids: "set 3955:3957,7" }],
  ["COPYUID 38505 304,319:320 3956:3958", {
    uidValidity: 38505,
    sourceUids: "set 304,319:320",
    uids: "set 3956:3958",
  }],
  ["MODIFIED 7,9", { ids: "set 7,9" }],
  ["MODIFIED 12:15", { ids: "set 12:15" }],
  ["MODIFIED", {}],
  ['UNSEEN "12"', { number: 12 }],
  ["UIDNEXT 0012", { number: 12 }],
  ["HIGHESTMODSEQ (5)", { modseq: 5n }],
  ["HIGHESTMODSEQ NIL", {}],
  ["METADATA MAXSIZE 1024", { number: 1024 }],
  ["METADATA TOOMANY", {}],
  ["METADATA LONGENTRIES x", {}],
  ["MAILBOXID (F2212ea87)", { mailboxId: "F2212ea87" }],
  ["BADURL imap://x/;UID=5", { url: "imap://x/;UID=5" }],
  ['BADURL "/x y/;UID=5"', { url: "/x y/;UID=5" }],
  ["BADURL", {}],
  ["METADATA LONGENTRIES 2199", { number: 2199 }],
  ['XYZZY (a "b]" [c]) d', {}],
];

describe("response codes", () => {
  for (const [code, fields] of CODES) {
    it(`G4 ${code}`, () => {
      const space = code.indexOf(" ");
      const argument = space < 0 ? "" : code.slice(space).trim();
      const name = space < 0 ? code : code.slice(0, space);
      for (const line of [`* OK [${code}] all is well`, `A1 OK [${code}]  all is well`]) {
        const response = read(line);
        assert("code" in response);
        assertEquals(plain(response.code), { name, argument, ...fields });
        assertEquals(response.text, "all is well");
      }
    });
  }

  const NONSENSE = [
    "UIDNEXT -1",
    "UIDVALIDITY 1.5",
    "HIGHESTMODSEQ -1",
    "HIGHESTMODSEQ",
    "PERMANENTFLAGS \\Seen",
    "APPENDUID 1",
    "APPENDUID 1 0",
    "COPYUID 1 2",
    "COPYUID 1 2 x",
    "COPYUID 1 5000000000 1",
    "UNSEEN 99999999999999999999",
  ];
  for (const code of NONSENSE) {
    it(`a code whose arguments make no sense is kept as text: ${code}`, () => {
      const response = untagged(`* OK [${code}] text`);
      assert("code" in response);
      const [name, ...rest] = code.split(" ");
      assertEquals(plain(response.code), { name, argument: rest.join(" ") });
    });
  }

  it("a COPYUID of any size stays a range", () => {
    const response = read("A1 OK [COPYUID 1 1:4294967295 1:4294967295] done");
    assert("code" in response);
    assertEquals(response.code?.uids?.size, 4294967295);
  });

  it("a list right after the name of a code is its argument [fault C20]", () => {
    for (const [wire, name] of [["BADCHARSET(UTF-8)", "BADCHARSET"], ["X-A(b c)", "X-A"]]) {
      const response = read(`A1 NO [${wire}] text`);
      assert("code" in response);
      assertEquals([response.code?.name, response.text], [name, "text"]);
      assertEquals(response.code?.charsets, name === "X-A" ? undefined : ["UTF-8"]);
    }
  });

  it("brackets with nothing in them are text", () => {
    for (const line of ["A1 OK [] x", "* NO [ ] x", "+ []"]) {
      const response = read(line);
      assert("code" in response);
      assertEquals([response.code, line.endsWith(response.text)], [null, true]);
    }
  });

  it("a bracket that nothing closes is text", () => {
    const response = read("A1 NO [oops");
    assertEquals(plain(response), {
      ...{ kind: "tagged", tag: "A1", status: "NO", code: null, text: "[oops" },
    });
  });

  it("parentheses that do not match end at the first bracket", () => {
    const response = read("* OK [PERMANENTFLAGS (a b] text ] more");
    assert("code" in response);
    assertEquals(response.code, { name: "PERMANENTFLAGS", argument: "(a b" });
    assertEquals(response.text, "text ] more");
  });
});

const NAMES: readonly (readonly [name: string, wire: string, raw: string, folder?: string])[] = [
  ["F5 unquoted", "Alpha", "Alpha"],
  ["F5 quoted", '"Foo Bar"', "Foo Bar"],
  ["F5 unquoted with spaces", "Foo Bar ", "Foo Bar"],
  ["F5 unquoted with brackets", "[Gmail]/Sent", "[Gmail]/Sent"],
  ["F5 an unmatched bracket", "a[b", "a[b"],
  ["F5 unquoted with parentheses", "a (b)c", "a (b)c"],
  ["F6 all digits", "123", "123"],
  ["F6 more digits than a number holds", "1".repeat(40), "1".repeat(40)],
  ["F6 leading zeros", "00123", "00123"],
  ["F6 quoted digits", '"45"', "45"],
  ["F6 a folder that is called NIL", "NIL", "NIL"],
  ["F7 quotes", '"Test \\"Folder\\""', 'Test "Folder"'],
  ["F7 backslashes", '"Left\\\\Right"', "Left\\Right"],
  ["F7 both", '"\\"Left\\\\Right\\""', '"Left\\Right"'],
  ["F8 a literal", '{5}\r\nab("\\', 'ab("\\'],
  ["F8 a literal with line ends", "{4}\r\na\r\nb", "a\r\nb"],
  ["F8 an 8-bit literal", "{5}\r\nbang\xff", "bang\xff", "bang\xff"],
  ["F8 a literal that looks like one", "{5}\r\n{99}\n", "{99}\n"],
  ["F8 an empty literal", "{0}\r\n", ""],
  ["F9 modified UTF-7", '"Hello&AP8-world"', "Hello&AP8-world", "Helloÿworld"],
  ["F9 an ampersand", "Stuff&-Things", "Stuff&-Things", "Stuff&Things"],
  ["F9 raw UTF-8", '"Entw\xc3\xbcrfe"', "Entw\xc3\xbcrfe", "Entwürfe"],
];

describe("folder names", () => {
  for (const [name, wire, raw, folder = raw] of NAMES) {
    it(`${name}`, () => {
      const list = untagged(`* LIST (\\HasNoChildren) "/" ${wire}`);
      assert(list.type === "LIST");
      assertEquals(plain(list.name), shown(raw));
      assertEquals(decodeUtf7(list.name), folder);
      assertEquals(list.delimiter, "/");
    });

    it(`G10 ${name}, in STATUS`, () => {
      const status = untagged(`* STATUS ${wire} (UIDNEXT 4)`);
      assert(status.type === "STATUS");
      assertEquals(plain(status), {
        ...{ kind: "untagged", type: "STATUS", name: shown(raw), items: { UIDNEXT: 4 } },
      });
    });
  }

  it("F8 a literal after another", () => {
    const names = ["* LIST () {1}\r\n/ {3}\r\nfoo", "* LIST () {1}\r\n/ {3}\r\n{9}"].map((line) => {
      const list = untagged(line);
      assert(list.type === "LIST");
      return [list.delimiter, plain(list.name)];
    });
    assertEquals(names, [["/", shown("foo")], ["/", shown("{9}")]]);
  });

  it("F7 a backslash as the delimiter", () => {
    const list = untagged('* LIST () "\\\\" "a\\\\b"');
    assert(list.type === "LIST");
    assertEquals([list.delimiter, plain(list.name)], ["\\", shown("a\\b")]);
  });
});

/** Pains section 11: what servers send that no grammar allows. */
const QUIRKS: readonly Case[] = [
  ["Exchange: a trailing space behind STATUS", '* STATUS "a" (MESSAGES 1) ', "STATUS", {
    name: shown("a"),
    items: { MESSAGES: 1 },
  }],
  ["a trailing space within STATUS", "* STATUS a (MESSAGES 1 )", "STATUS", {
    name: shown("a"),
    items: { MESSAGES: 1 },
  }],
  ["1.1: an unquoted name with spaces in STATUS", "* STATUS My files (UIDNEXT 24369)", "STATUS", {
    name: shown("My files"),
    items: { UIDNEXT: 24369 },
  }],
  ["163: an empty STATUS list", '* STATUS "a" ()', "STATUS", { name: shown("a"), items: {} }],
  ["mail.ru: decimals in STATUS", '* STATUS "a" (MESSAGES 3 SIZE 9.3736e+06)', "STATUS", {
    name: shown("a"),
    items: { MESSAGES: 3, SIZE: "9.3736e+06" },
  }],
  ["QQ: a trailing space behind CAPABILITY", "* CAPABILITY IMAP4 ID ", "CAPABILITY", {
    capabilities: ["IMAP4", "ID"],
  }],
  ["Yahoo: a trailing space behind SEARCH", "* SEARCH 1 2 ", "SEARCH", {
    ids: [1, 2],
    modseq: null,
  }],
  ["Gmail: no text behind a code", "* OK [HIGHESTMODSEQ 5]", "OK", {
    code: { name: "HIGHESTMODSEQ", argument: "5", modseq: 5n },
    text: "",
  }],
  ["DavMail: two spaces", "*  1843 EXISTS", "EXISTS", { number: 1843 }],
  ["a tab between words", "*\t1843\tEXISTS", "EXISTS", { number: 1843 }],
  ["an untagged OK without text", "* OK", "OK", { ...NO_CODE, text: "" }],
  ["Courier: * 0 FETCH", "* 0 FETCH (FLAGS ())", "FETCH", {
    number: 0,
    uid: null,
    items: { SEQ: 0, FLAGS: [] },
    bad: null,
  }],
  ["UIDNEXT 0 (MailKit #1010)", "* OK [UIDNEXT 0] x", "OK", {
    code: { name: "UIDNEXT", argument: "0", number: 0 },
    text: "x",
  }],
  ["UIDVALIDITY 0 (SmarterMail)", "* OK [UIDVALIDITY 0]", "OK", {
    code: { name: "UIDVALIDITY", argument: "0", number: 0 },
    text: "",
  }],
  ["quoted FLAGS (MailKit #771)", '* FLAGS ("\\\\Seen" "$Forwarded" x)', "FLAGS", {
    flags: ["\\Seen", "$Forwarded", "x"],
  }],
  ["NIL for FLAGS (MailKit #1042)", "* FLAGS NIL", "FLAGS", { flags: [] }],
  ["NIL for the flags of LIST", '* LIST NIL "/" a', "LIST", { ...LIST, name: shown("a") }],
  ["an unmatched bracket in a flag (MailKit #390)", "* FLAGS (a [b] c] [d)", "FLAGS", {
    flags: ["a", "[b]", "c]", "[d"],
  }],
  ["a plus in an atom (MailKit #195)", "* FLAGS (+a b+c)", "FLAGS", { flags: ["+a", "b+c"] }],
  ["a plus in a name (MailKit #1914)", '* LIST () "/" a+b', "LIST", {
    ...LIST,
    name: shown("a+b"),
  }],
  ["a tab in a name (MailKit #945)", '* LIST () "/" "a\tb"', "LIST", {
    ...LIST,
    name: shown("a\tb"),
  }],
  ["an unquoted delimiter", "* LIST () / a", "LIST", { ...LIST, name: shown("a") }],
  ["Yandex: a bare & in a name", '* LIST () "/" "Q&A"', "LIST", { ...LIST, name: shown("Q&A") }],
  ["AOL: ESEARCH without UID (MailKit #191)", '* ESEARCH (TAG "A1") ALL 1:3', "ESEARCH", {
    tag: "A1",
    uid: false,
    data: { ALL: "1:3" },
  }],
  ["ESEARCH without a tag", "* ESEARCH UID ALL 3", "ESEARCH", {
    tag: null,
    uid: true,
    data: { ALL: "3" },
  }],
  ["a NIL delimiter in NAMESPACE (imapflow #351)", '* NAMESPACE (("" NIL)) NIL NIL', "NAMESPACE", {
    personal: [{ prefix: shown(""), delimiter: null }],
    other: null,
    shared: null,
  }],
  ["hMailServer: a descending set (MailKit #1150)", "* OK [COPYUID 1 5:3 7:9] x", "OK", {
    code: {
      ...{ name: "COPYUID", argument: "1 5:3 7:9" },
      ...{ uidValidity: 1, sourceUids: "set 5:3", uids: "set 7:9" },
    },
    text: "x",
  }],
];

describe("pains 11, quirks of servers", () => {
  for (const [name, line, type, fields] of QUIRKS) {
    it(name, () => assertEquals(plain(untagged(line)), { kind: "untagged", type, ...fields }));
  }

  it("a tagged OK without text (OfflineIMAP #623)", () => {
    for (const line of ["A1 OK", "A1 OK "]) {
      assertEquals(plain(read(line)), {
        ...{ kind: "tagged", tag: "A1", status: "OK", code: null, text: "" },
      });
    }
  });

  it("Exchange: COPYUID without * OK is kept (net-imap #250)", () => {
    const response = untagged("* COPYUID 1 2 3");
    assert(response.type === "UNKNOWN");
    assertEquals([response.name, response.values()], ["COPYUID", [1, 2, 3]]);
  });

  it("space before a response", () => {
    assertEquals(plain(read(" * 3 EXISTS")), { kind: "untagged", type: "EXISTS", number: 3 });
  });
});

describe("unknown responses", () => {
  it("are kept raw, with their values", () => {
    const response = untagged('* QUOTA "user x" (STORAGE 10 512) {2}\r\n\xff)');
    assert(response.type === "UNKNOWN");
    assertEquals([response.name, response.number, response.error], ["QUOTA", null, null]);
    assertEquals(plain(response.raw), shown('"user x" (STORAGE 10 512) {2}\r\n\xff)'));
    const values = ["user x", ["STORAGE", 10, 512], shown("\xff)")];
    assertEquals(plain(response.values()), values);
    assertEquals(plain(response.values()), values, "a second time");
  });

  it("keep the number before them", () => {
    const response = untagged("* 7 VANISHED x");
    assert(response.type === "UNKNOWN");
    assertEquals([response.name, response.number, plain(response.raw)], [
      ...["VANISHED", 7, shown("x")],
    ]);
  });

  it("values that can't be read are a ProtocolError when asked for", () => {
    const response = untagged("* X (a");
    assert(response.type === "UNKNOWN");
    assertEquals(response.error, null);
    assertThrows(() => response.values(), ProtocolError, "Tuple incomplete");
  });

  const BRACKETS: readonly (readonly [wire: string, values: readonly unknown[]])[] = [
    ["a[b", ["a[b"]],
    ["a[b c", ["a[b", "c"]],
    ["[ (a[ b[c) 5", ["[", ["a[", "b[c"], 5]],
    ["a[b (c d) e]f g", ["a[b (c d) e]f", "g"]],
    ["a]b [c]d e[", ["a]b", "[c]d", "e["]],
    ["a[b NIL 7", ["a[b", null, 7]],
  ];
  for (const [wire, values] of BRACKETS) {
    it(`${wire} → a bracket that nothing closes is part of its atom [fault C16]`, () => {
      const response = untagged(`* XA ${wire}`);
      assert(response.type === "UNKNOWN");
      assertEquals([response.error, plain(response.values())], [null, values]);
    });
  }

  const BAD: readonly (readonly [line: string, name: string, number?: number])[] = [
    ["* SEARCH 1 x", "SEARCH"],
    ["* SEARCH 99999999999999999999", "SEARCH"],
    ["* LIST", "LIST"],
    ["* LIST () /", "LIST"],
    ['* STATUS "a" (MESSAGES', "STATUS"],
    ['* STATUS "a" (MESSAGES)', "STATUS"],
    ["* ESEARCH (TAG", "ESEARCH"],
    ["* ESEARCH ALL", "ESEARCH"],
    ["* NAMESPACE", "NAMESPACE"],
    ['* NAMESPACE (("" "/")', "NAMESPACE"],
    ["* FLAGS \\Seen", "FLAGS"],
    ["* 1 FETCH", "FETCH", 1],
    ["* 1 FETCH FLAGS", "FETCH", 1],
    ["* 99999999999999999999 EXISTS", ""],
  ];
  for (const [line, name, number = null] of BAD) {
    it(`a malformed one is kept with the problem: ${line}`, () => {
      const response = untagged(line);
      assert(response.type === "UNKNOWN");
      assertEquals([response.name, response.number], [name, number]);
      assertInstanceOf(response.error, ProtocolError);
      assert(line.endsWith(String.fromCharCode(...response.raw)));
    });
  }

  for (const line of ["*", "* ", '* "a"', "* (a)", "* )"]) {
    it(`an untagged line without a name is kept: ${line}`, () => {
      const response = line === "*" ? null : untagged(line);
      assert(response === null || response.type === "UNKNOWN" && response.name === "");
    });
  }

  it("EXISTS without a number, or FLAGS with one, is unknown", () => {
    for (const line of ["* EXISTS", "* 3 FLAGS (a)"]) {
      assertEquals(untagged(line).type, "UNKNOWN");
    }
  });

  for (const line of ["", "A1", "A1 HELLO", "A1 okay", "*", "*OK", '"A1" OK', "HTTP/1.1 400 Bad"]) {
    it(`a line that is not a response → null: ${JSON.stringify(line)}`, () => {
      const data = bytes(line);
      const frame = { bytes: data, start: 0, end: data.length, detached: [] };
      assertEquals(readResponse(frame), null);
    });
  }

  it("too many items in a list are a ProtocolError", () => {
    const limits = { ...DEFAULT_LIMITS, items: 3 };
    assertEquals(untagged("* FLAGS (a b c)", limits).type, "FLAGS");
    const response = untagged("* FLAGS (a b c d)", limits);
    assert(response.type === "UNKNOWN");
    assertInstanceOf(response.error, ProtocolError);
  });

  it("P8 any input yields a response or null", () => {
    const words = fc.constantFrom(
      ...["* ", "A1 ", "+ ", "OK ", "BYE", "[", "]", "CAPABILITY ", "LIST ", "STATUS ", "SEARCH "],
      ...[
        "ESEARCH ",
        "NAMESPACE ",
        "FLAGS ",
        "1 ",
        "FETCH ",
        "(",
        ")",
        '"',
        "\\",
        "{2}\r\n",
        "NIL",
      ],
      ...["BODYSTRUCTURE ", "ENVELOPE ", "UID ", "BODY[", "INTERNALDATE ", "MODSEQ ", "<0>", " "],
      ...["X-GM-LABELS ", "\t", "a", "5", "-1", "\xff", "\x00", "COPYUID ", "PERMANENTFLAGS ", "*"],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), fc.boolean(), (all, star) => {
        const data = bytes((star ? "* " : "") + all.join(""));
        const frame = { bytes: data, start: 0, end: data.length, detached: [] };
        const response = readResponse(frame);
        if (star) assertEquals(response?.kind, "untagged");
        plain(response);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("esearchIds", () => {
  it("returns the ids of a set in order", () => {
    assertEquals(esearchIds("2,10:12,5:3", DEFAULT_LIMITS.items), [2, 10, 11, 12, 5, 4, 3]);
    assertEquals(esearchIds(7, DEFAULT_LIMITS.items), [7]);
    assertEquals(esearchIds(undefined, DEFAULT_LIMITS.items), []);
    assertEquals(esearchIds(null, DEFAULT_LIMITS.items), []);
  });

  for (const set of ["1:4294967295", "1:*", "x", "", "0"]) {
    it(`${JSON.stringify(set)} is a ProtocolError`, () => {
      assertThrows(() => esearchIds(set, DEFAULT_LIMITS.items), ProtocolError);
    });
  }
});
