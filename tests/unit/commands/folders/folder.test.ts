import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Command } from "../../../../src/connection/command.ts";
import { deleteAcl, getAcl, listRights, setAcl } from "../../../../src/commands/access/acl.ts";
import { myRights } from "../../../../src/commands/access/my_rights.ts";
import { getMetadata, setMetadata } from "../../../../src/commands/access/metadata.ts";
import { annotate } from "../../../../src/commands/messages/annotate.ts";
import { append, multiappend } from "../../../../src/commands/messages/append.ts";
import { copy, move } from "../../../../src/commands/messages/copy.ts";
import { enable } from "../../../../src/commands/session/enable.ts";
import { expunge } from "../../../../src/commands/messages/expunge.ts";
import {
  close,
  create,
  deleteFolder,
  rename,
  subscribe,
  unselect,
  unsubscribe,
} from "../../../../src/commands/folders/folder.ts";
import { id } from "../../../../src/commands/session/id.ts";
import { idle } from "../../../../src/commands/watch/idle.ts";
import { jmapAccess } from "../../../../src/commands/session/jmap_access.ts";
import { compressDeflate } from "../../../../src/commands/session/compress.ts";
import { listLanguages, setLanguage } from "../../../../src/commands/session/language.ts";
import { list, type ListName } from "../../../../src/commands/folders/list.ts";
import { namespace } from "../../../../src/commands/folders/namespace.ts";
import { getQuota, getQuotaRoot, setQuota } from "../../../../src/commands/access/quota.ts";
import { select } from "../../../../src/commands/folders/select.ts";
import { noop, starttls } from "../../../../src/commands/session/session.ts";
import { unauthenticate } from "../../../../src/commands/session/unauthenticate.ts";
import { contextSearch } from "../../../../src/commands/search/context.ts";
import {
  type ExtendedSearch,
  extendedSearch,
} from "../../../../src/commands/search/extended_search.ts";
import { multisearch } from "../../../../src/commands/search/multisearch.ts";
import { DEFAULT_LIMITS } from "../../../../src/wire/limits.ts";
import { comparator } from "../../../../src/commands/search/comparator.ts";
import { sort } from "../../../../src/commands/search/sort.ts";
import { status } from "../../../../src/commands/folders/status.ts";
import { replace } from "../../../../src/commands/messages/replace.ts";
import { genUrlAuth, resetKey, urlFetch } from "../../../../src/commands/messages/url_auth.ts";
import { store } from "../../../../src/commands/messages/store.ts";
import { notify } from "../../../../src/commands/watch/notify.ts";
import { uidBatches } from "../../../../src/commands/search/uid_batches.ts";
import { thread } from "../../../../src/commands/search/thread.ts";
import {
  InvalidArgumentError,
  InvalidCriteriaError,
  ProtocolError,
} from "../../../../src/model/errors.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { decodeFolderName } from "../../../../src/mime/utf7.ts";
import type { Text } from "../../../../src/model/text.ts";
import { CommandWriter, type WriterOptions } from "../../../../src/wire/writer.ts";
import { bytes, text } from "../../../support/wire.ts";
import { answer, claims, PLAIN, sent } from "../../../support/commands.ts";

describe("commands on folders", () => {
  const COMMANDS = [
    ["G1", create, "CREATE"],
    ["G1", deleteFolder, "DELETE"],
    ["G2", subscribe, "SUBSCRIBE"],
    ["G2", unsubscribe, "UNSUBSCRIBE"],
  ] as const;
  for (const [row, command, name] of COMMANDS) {
    it(`${row} ${name} takes a name, and returns the server's text`, () => {
      assertEquals([command("x").name, command("x").state], [name, "authenticated"]);
      assertEquals(sent(command("Entwürfe & x")), '"Entw&APw-rfe &- x"');
      assertEquals(sent(command('a"b\\c')), '"a\\"b\\\\c"');
      assertEquals(sent(command(bytes("stuff &- things"))), '"stuff &- things"');
      assertEquals(answer(command("x"), "a OK [METADATA y] done it"), "[METADATA y] done it");
      assertThrows(() => sent(command(bytes("a\xff"))), InvalidArgumentError, "ASCII");
    });
  }

  it("CREATE for special uses → sent after the name [ext CREATE-SPECIAL-USE]", () => {
    const command = create("Entwürfe", ["\\Archive", "\\Junk"]);
    assertEquals([command.name, command.needs], ["CREATE", "CREATE-SPECIAL-USE"]);
    assertEquals(sent(command), '"Entw&APw-rfe" (USE (\\Archive \\Junk))');
    assertEquals(answer(command, "a OK made"), "made");
    assertThrows(() => sent(create("x", ["\\a)"])), InvalidArgumentError);
  });

  it("G1 RENAME takes two names", () => {
    assertEquals(rename("a", "b").name, "RENAME");
    assertEquals(sent(rename("ü", bytes("b c"))), '"&APw-" "b c"');
    assertEquals(answer(rename("a", "b"), "a OK done"), "done");
  });

  it("G7 CLOSE and G8 UNSELECT take nothing and need a selected folder", () => {
    for (const command of [close(), unselect()]) {
      assertEquals([command.state, sent(command)], ["selected", ""]);
      assertEquals(
        answer(command, "a OK Returned to authenticated state."),
        [
          "Returned to authenticated state.",
        ].join(),
      );
    }
    assertEquals([close().name, unselect().name], ["CLOSE", "UNSELECT"]);
  });

  it("B7 a name that is no text is refused", () => {
    for (const name of [5, undefined, null, {}, ["a"]]) {
      assertThrows(() => sent(create(name as unknown as string)), InvalidArgumentError);
    }
  });
});

describe("LIST, LSUB and XLIST", () => {
  const ALL = { directory: "", pattern: "*" };
  const LISTS: readonly ListName[] = ["LIST", "LSUB", "XLIST"];
  const NAMES: readonly (readonly [row: string, wire: string, name: string])[] = [
    ["F5", "Alpha", "Alpha"],
    ["F5", '"Foo Bar"', "Foo Bar"],
    ["F5", "Foo Bar", "Foo Bar"],
    ["F6", "123", "123"],
    ["F6", "99999999999999999999999999", "99999999999999999999999999"],
    ["F6", "0042", "0042"],
    ["F6", '"45"', "45"],
    ["F7", '"Test \\"Folder\\""', 'Test "Folder"'],
    ["F7", '"Left\\\\Right"', "Left\\Right"],
    ["F7", '"\\"Left\\\\Right\\""', '"Left\\Right"'],
    ["F8", "{5}\r\nbang\xff", "bangÿ"],
    ["F8", '{5}\r\n"a) (', '"a) ('],
    ["F9", '"Hello&AP8-world"', "Helloÿworld"],
    ["B8", '"stuff &- things"', "stuff & things"],
  ];
  for (const name of LISTS) {
    const row = { LIST: "F1", LSUB: "F2", XLIST: "F3" }[name];

    it(`${row} ${name} sends directory and pattern, and reads its own answer only`, () => {
      const command = list(name, { directory: "Entwürfe", pattern: bytes("a%*") });
      assertEquals([command.name, command.state], [name, "authenticated"]);
      assertEquals(sent(command), '"Entw&APw-rfe" "a%*"');
      const lines = LISTS.map((it) => `* ${it} () "/" ${it}`);
      assertEquals(claims(list(name, ALL), ...lines), LISTS.map((it) => it === name));
      const flags = "\\HasNoChildren \\AllMail";
      assertEquals(answer(list(name, ALL), `* ${name} (${flags}) "/" [Gmail]/All`, "a OK"), [
        { flags: flags.split(" "), delimiter: "/", name: "[Gmail]/All" },
      ]);
    });

    it(`F4 ${name} that finds nothing returns an empty list`, () => {
      assertEquals(answer(list(name, ALL), "a OK done"), []);
    });

    it(`F4 ${name} skips a blank item`, () => {
      const lines = [`* ${name}`, `* ${name} () "/" a`, `* ${name} `];
      assertEquals(answer(list(name, ALL), ...lines, "a OK").map((it) => it.name), ["a"]);
    });

    for (const [row, wire, expected] of NAMES) {
      it(`${row} ${name} reads ${JSON.stringify(wire)}`, () => {
        const lines = [`* ${name} () "/" ${wire}`, `* ${name} () {1}\r\n/ ${wire}`];
        const folders = answer(list(name, ALL), ...lines, "a OK");
        assertEquals(folders.map((it) => [it.delimiter, it.name]), [["/", expected], [
          "/",
          expected,
        ]]);
      });
    }

    it(`F9 A10 ${name} leaves names as bytes to a decoder that does`, () => {
      const command = list(name, ALL, (raw) => raw);
      const [folder] = answer(command, `* ${name} () "/" "Hello&AP8-world"`, "a OK");
      assertEquals(folder.name, bytes("Hello&AP8-world"));
    });

    const BROKEN: readonly (readonly [wire: string, delimiter: string | null, name: string])[] = [
      ['"." "ab"cd"', ".", 'ab"cd'],
      ['"." "ab" cd"', ".", 'ab" cd'],
      ['"." ""ab""', ".", '"ab"'],
      ['"." "a" "b"', ".", 'a" "b'],
      ['"." "a (b)" c"', ".", 'a (b)" c'],
      ['"." "a" (b)"', ".", 'a" (b)'],
      ['"." "ab', ".", '"ab'],
      ['"." "ab"cd', ".", '"ab"cd'],
      ['"." "a" b', ".", '"a" b'],
      ['"." "ab"cd"\r\n ', ".", 'ab"cd'],
      ['"." ab"cd"', ".", 'ab"cd"'],
      ['"." "ab"cd" ("CHILDINFO" ("SUBSCRIBED"))', ".", 'ab"cd'],
      ['"\\" "Arch\\2020"', "\\", "Arch\\2020"],
      ['"\\" "Arch\\"', "\\", "Arch\\"],
      ['"\\" "Arch\\" ("CHILDINFO" ("SUBSCRIBED"))', "\\", "Arch\\"],
      ['"\\" Arch\\2020', "\\", "Arch\\2020"],
      ['"\\" {4}\r\na"b"', "\\", 'a"b"'],
      ['"\\\\" "Arch\\\\2020"', "\\", "Arch\\2020"],
      ['"\\"" "a\\"b"', '"', 'a"b'],
      ['""" "a"b"', '"', 'a"b'],
      ['NIL ab"cd', null, 'ab"cd'],
    ];
    for (const [wire, delimiter, expected] of BROKEN) {
      it(`${name}: ${JSON.stringify(wire)} → this one by its raw name, and the others [fault B4]`, () => {
        const lines = [`* ${name} () "/" a`, `* ${name} (\\X) ${wire}`, `* ${name} () "/" "b"`];
        const info = wire.includes("CHILDINFO") ? { childInfo: ["SUBSCRIBED"] } : {};
        assertEquals(answer(list(name, ALL), ...lines, "a OK"), [
          { flags: [], delimiter: "/", name: "a" },
          { flags: ["\\X"], delimiter, name: expected, ...info },
          { flags: [], delimiter: "/", name: "b" },
        ]);
      });
    }

    it(`Q8 ${name} that can't be read is an error`, () => {
      for (const wire of ["x", "() ", '() "/"', "((a) / b", '(a "/" b', '() ("/") b', '() "/ b']) {
        assertThrows(() => answer(list(name, ALL), `* ${name} ${wire}`, "a OK"), ProtocolError);
      }
    });
  }

  it("F1 RETURN asks for more", () => {
    const command = list("LIST", { ...ALL, returns: ["SPECIAL-USE", "SUBSCRIBED"] });
    assertEquals(sent(command), '"" "*" RETURN (SPECIAL-USE SUBSCRIBED)');
  });
});

// What holds for every command

const IDS = NumberSet.from("1:3");
const SEARCH = { criteria: "ALL", charset: "UTF-8", uid: true };
const FLAGS = { ids: IDS, item: "FLAGS", action: "add", silent: false, uid: true } as const;
const LISTENER = { begun() {}, ending() {} };
const UPDATES = { begun() {}, changed() {} };
const RESULTS: ExtendedSearch = {
  ...{ criteria: "ALL", encoding: { charset: "UTF-8", told: false }, uid: true },
  ...{ returns: ["ALL"], range: null },
};

const NOTE = { "/comment": { "value.priv": "x" } };
const NEEDS: readonly (readonly [needs: string | undefined, commands: Command<unknown>[]])[] = [
  ["STARTTLS", [starttls()]],
  ["ENABLE", [enable("X")]],
  ["ID", [id(null)]],
  ["JMAPACCESS", [jmapAccess()]],
  ["LANGUAGE", [listLanguages(), setLanguage("de")]],
  ["UNAUTHENTICATE", [unauthenticate()]],
  ["COMPRESS=DEFLATE", [compressDeflate()]],
  ["I18NLEVEL=2", [comparator(undefined), comparator("i;octet")]],
  ["UIDBATCHES", [uidBatches(500, null)]],
  ["NOTIFY", [notify(null, null, false, decodeFolderName)]],
  ["NAMESPACE", [namespace()]],
  ["XLIST", [list("XLIST", { directory: "", pattern: "*" })]],
  ["UNSELECT", [unselect()]],
  ["IDLE", [idle(LISTENER)]],
  ["SORT", [sort("DATE", SEARCH), sort("DATE", { ...SEARCH, uid: false })]],
  ["THREAD=REFERENCES", [thread("references", SEARCH)]],
  ["THREAD=ORDEREDSUBJECT", [thread(bytes("OrderedSubject"), { ...SEARCH, uid: false })]],
  ["ESEARCH", [extendedSearch(RESULTS), extendedSearch({ ...RESULTS, uid: false })]],
  ["ESORT", [extendedSearch({ ...RESULTS, order: ["DATE"] })]],
  ["CONTEXT=SEARCH", [contextSearch(RESULTS, UPDATES, DEFAULT_LIMITS)]],
  ["CONTEXT=SORT", [contextSearch({ ...RESULTS, order: ["DATE"] }, UPDATES, DEFAULT_LIMITS)]],
  ["MULTISEARCH", [multisearch({ ...RESULTS, sources: { personal: true } }, decodeFolderName)]],
  ["X-GM-EXT-1", [store({ ...FLAGS, item: "X-GM-LABELS", values: "x" })]],
  ["ANNOTATE-EXPERIMENT-1", [annotate({ ids: IDS, values: NOTE, uid: true })]],
  ["MOVE", [true, false].map((uid) => move({ ids: IDS, folder: "x", uid }))],
  ["REPLACE", [true, false].map((uid) => replace(IDS, uid, append("x", { msg: "a" })))],
  ["URLAUTH", [genUrlAuth("imap://x"), urlFetch(["imap://x"], {}), resetKey(null)]],
  ["ACL", [getAcl("x"), setAcl("x", "y", ""), deleteAcl("x", "y"), listRights("x", "y")]],
  ["ACL", [myRights("x")]],
  ["CREATE-SPECIAL-USE", [create("x", ["\\Sent"])]],
  ["QUOTA", [
    getQuota(""),
    getQuotaRoot("x", decodeFolderName),
    setQuota([{ quotaRoot: "", resource: "STORAGE", limit: 1 }]),
  ]],
  ["METADATA", [getMetadata("x", "/shared/a"), setMetadata("x", { "/shared/a": "b" })]],
  ["MULTIAPPEND", [multiappend("x", [{ msg: "a" }])]],
  ["UIDPLUS", [expunge(IDS)]],
  [undefined, [
    list("LIST", { directory: "", pattern: "*" }),
    list("LSUB", { directory: "", pattern: "*" }),
    store({ ...FLAGS, values: "x" }),
    copy({ ids: IDS, folder: "x", uid: true }),
    append("x", { msg: "a" }),
    status("x", "UNSEEN"),
    expunge(null),
    close(),
    noop(),
    create("x"),
  ]],
];

describe("the capability that a command needs", () => {
  for (const [needs, commands] of NEEDS) {
    it(`E3 ${needs ?? "none"}: ${commands.map(({ name }) => name).join(", ")}`, () => {
      for (const command of commands) assertEquals(command.needs, needs);
    });
  }
});

/** Every argument of every command that is text. */
const ARGUMENTS: Readonly<Record<string, (text: string) => Command<unknown>>> = {
  "LIST's directory": (it) => list("LIST", { directory: it, pattern: "*" }),
  "LIST's pattern": (it) => list("LIST", { directory: "", pattern: it }),
  "LIST's RETURN": (it) => list("LIST", { directory: "", pattern: "", returns: [it] }),
  "LSUB's directory": (it) => list("LSUB", { directory: it, pattern: "*" }),
  "LSUB's pattern": (it) => list("LSUB", { directory: "", pattern: it }),
  "XLIST's directory": (it) => list("XLIST", { directory: it, pattern: "*" }),
  "XLIST's pattern": (it) => list("XLIST", { directory: "", pattern: it }),
  "CREATE's name": (it) => create(it),
  "DELETE's name": deleteFolder,
  "RENAME's old name": (it) => rename(it, "x"),
  "RENAME's new name": (it) => rename("x", it),
  "SUBSCRIBE's name": subscribe,
  "UNSUBSCRIBE's name": unsubscribe,
  "SELECT's name": (it) => select(it, false),
  "EXAMINE's name": (it) => select(it, true),
  "STATUS's name": (it) => status(it, "UNSEEN"),
  "STATUS's item": (it) => status("x", ["UNSEEN", it]),
  "ENABLE's capability": (it) => enable(["CONDSTORE", it]),
  "ID's name": (it) => id({ [it]: "x" }),
  "ID's value": (it) => id({ name: it }),
  "STORE's entry": (it) => annotate({ ...FLAGS, values: { [it]: { "value.priv": "x" } } }),
  "STORE's attribute": (it) => annotate({ ...FLAGS, values: { "/a": { [it]: "x" } } }),
  "STORE's flag": (it) => store({ ...FLAGS, values: ["x", it] }),
  "STORE's label": (it) => store({ ...FLAGS, item: "X-GM-LABELS", values: ["x", it] }),
  "COPY's folder": (it) => copy({ ids: IDS, folder: it, uid: true }),
  "MOVE's folder": (it) => move({ ids: IDS, folder: it, uid: true }),
  "APPEND's folder": (it) => append(it, { msg: "a" }),
  "APPEND's flag": (it) => append("x", { msg: "a", flags: it }),
  "APPEND's message": (it) => append("x", { msg: it }),
  "RESETKEY's folder": resetKey,
  "REPLACE's folder": (it) => replace(IDS, true, append(it, { msg: "a" })),
  "multiappend's folder": (it) => multiappend(it, [{ msg: "a" }, { msg: "b" }]),
  "multiappend's flag": (it) => multiappend("x", [{ msg: "a" }, { msg: "b", flags: [it] }]),
  "multiappend's message": (it) => multiappend("x", [{ msg: it }, { msg: "b" }]),
  "SORT's key": (it) => sort(["DATE", it], SEARCH),
  "SORT's charset": (it) => sort("DATE", { ...SEARCH, charset: it }),
  "SORT's criteria": (it) => sort("DATE", { ...SEARCH, criteria: ["SUBJECT", it, "X-Y", it] }),
  "SORT's raw criteria": (it) => sort("DATE", { ...SEARCH, criteria: it }),
  "THREAD's algorithm": (it) => thread(it, SEARCH),
  "THREAD's charset": (it) => thread("X", { ...SEARCH, charset: it }),
  "THREAD's criteria": (it) => thread("X", { ...SEARCH, criteria: ["NOT", ["TEXT", it]] }),
  "THREAD's raw criteria": (it) => thread("X", { ...SEARCH, criteria: it }),
  "CREATE's special use": (it) => create("x", [it]),
  "LISTRIGHTS's folder": (it) => listRights(it, "fred"),
  "LISTRIGHTS's user": (it) => listRights("x", it),
  "DELETEACL's user": (it) => deleteAcl("x", it),
  "MYRIGHTS's folder": myRights,
  "COMPARATOR's name": (it) => comparator(["i;octet", it]),
  "LANGUAGE's tag": (it) => setLanguage(["de", it]),
  "GETACL's folder": getAcl,
  "SETACL's folder": (it) => setAcl(it, "fred", "lr"),
  "SETACL's user": (it) => setAcl("x", it, "lr"),
  "SETACL's rights": (it) => setAcl("x", "fred", it),
  "GETMETADATA's folder": (it) => getMetadata(it, "/shared/comment"),
  "SETMETADATA's folder": (it) => setMetadata(it, { "/shared/comment": "x" }),
  "GETQUOTA's root": getQuota,
  "GETQUOTAROOT's folder": (it) => getQuotaRoot(it, decodeFolderName),
  "SETQUOTA's root": (it) => setQuota([{ quotaRoot: it, resource: "STORAGE", limit: 1 }]),
  "SETQUOTA's resource": (it) => setQuota([{ quotaRoot: "x", resource: it, limit: 1 }]),
};

const HOSTILE = [
  ...["a\r\nA2 LOGOUT", "a\nA2 LOGOUT", "a\rA2 LOGOUT", "a\0b", "\r\n", "\n", "\r", "\0"],
  ...['a"\r\nA2 LOGOUT\r\n"', 'a\\"\r\nA2 LOGOUT', "a)\r\nA2 LOGOUT", "x {3}\r\nabc", "{5+}\r\n"],
  ...["ü\r\nA2 LOGOUT", "\\\r\nA2 LOGOUT", "a\r\n.\r\nA2 LOGOUT (", "\u010d\u010aA2 LOGOUT"],
];
const OPTIONS: readonly WriterOptions[] = [-1, 4096, Infinity].flatMap((nonSynchronising) => [
  { ...PLAIN, nonSynchronising },
  { ...PLAIN, nonSynchronising, folderEncode: false },
  { ...PLAIN, nonSynchronising, utf8: true },
]);

/** What is outside quoted strings and literals; a literal must be complete. */
function skeleton(wire: string): string {
  const opaque = /"(?:[^"\\\r\n\0]|\\["\\])*"|\{(\d+)\+?\}\r\n/;
  const match = opaque.exec(wire);
  if (match === null) return wire;
  const end = match.index + match[0].length + Number(match[1] ?? 0);
  assert(end < wire.length, "a literal that is not all there");
  return wire.slice(0, match.index) + skeleton(wire.slice(end));
}

/** Everything that a command sends; `null` if it was refused in the right way. */
function wireOf(make: () => Command<unknown>, options: WriterOptions): string | null {
  const out = new CommandWriter(options);
  try {
    make().write?.(out.atom("A1"));
  } catch (error) {
    const wrong = error instanceof InvalidArgumentError || error instanceof InvalidCriteriaError;
    assert(wrong, String(error));
    return null;
  }
  const parts = out.finish();
  for (const { bytes, waits } of parts) if (waits) assert(/\{\d+\}\r\n$/.test(text(bytes)));
  return parts.map((part) => text(part.bytes)).join("");
}

function check(make: () => Command<unknown>, hostile: string): void {
  for (const options of OPTIONS) {
    const wire = wireOf(make, options);
    if (wire === null) continue;
    assert(/^[^\r\n\0]*\r\n$/.test(skeleton(wire)), JSON.stringify([hostile, wire]));
    assert(!wire.includes("\0"), JSON.stringify(hostile));
  }
}

describe("no argument can begin a second command", () => {
  for (const [name, make] of Object.entries(ARGUMENTS)) {
    it(`Z1 ${name}`, () => {
      const onBytes = make as (text: Text) => Command<unknown>;
      for (const hostile of HOSTILE) {
        check(() => make(hostile), hostile);
        // An argument that accepts only text must refuse bytes, or send them as safely.
        if (!/ID|RETURN|rights|resource|THREAD's raw/.test(name)) {
          check(() => onBytes(bytes(hostile.replace(/[\u0100-\uffff]/g, "?"))), hostile);
        }
      }
    });
  }

  it("Z1 with any text", () => {
    const part = fc.constantFrom(
      ...'\r\n\0"\\{}()%*[]+5 aü&-',
      "\r\n",
      "{3}\r\n",
      "NIL",
      "A2 NOOP",
    );
    const hostile = fc.array(part, { maxLength: 10 }).map((all) => all.join(""));
    const makers = fc.constantFrom(...Object.values(ARGUMENTS));
    fc.assert(fc.property(makers, hostile, (make, it) => check(() => make(it), it)), {
      numRuns: 3000,
    });
  });
});
