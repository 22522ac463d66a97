import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  ALL,
  ARCHIVE,
  DRAFTS,
  ImapAbortError,
  ImapError,
  JUNK,
  SENT,
  TRASH,
} from "../../../mod.ts";
import type { FolderListing } from "../../../src/commands/folders/list.ts";
import { namesOf } from "../../../src/operations/folders/special_folder_names.ts";
import {
  markedFolder,
  popularFolder as named,
} from "../../../src/operations/folders/special_folders.ts";
import { connectFake, outcome, test } from "../../support/fake_server.ts";
import { bytes } from "../../support/wire.ts";

const usualNames = (use: string) => namesOf(use).usual;

function popularFolder(
  folders: Parameters<typeof named>[0],
  use: string,
  prefixes: Parameters<typeof named>[2],
): ReturnType<typeof named> {
  return named(folders, namesOf(use), prefixes);
}

/** Folders by name; after a colon, their attributes. */
function folders(...all: readonly string[]): FolderListing[] {
  return all.map((it) => {
    const [name, flags = ""] = it.split(":");
    return { name, delimiter: "/", flags: flags.split(" ").filter((flag) => flag !== "") };
  });
}

const POPULAR: readonly (readonly [flag: string, names: readonly string[]])[] = [
  [SENT, ["Sent", "Sent Items", "Sent items", "Sent Messages"]],
  [DRAFTS, ["Drafts"]],
  [ARCHIVE, ["Archive"]],
  [TRASH, ["Trash", "Deleted Items", "Deleted Messages", "Deleted"]],
  [JUNK, ["Junk", "Spam"]],
];

describe("popular names", () => {
  for (const [flag, names] of POPULAR) {
    for (const name of names) {
      it(`F11 ${name} is for ${flag}`, () => {
        const found = popularFolder(folders("INBOX", `${name}er`, name), flag, [""]);
        assertEquals(found?.name, name);
        for (const [other] of POPULAR) {
          if (other === flag) continue;
          assertEquals(popularFolder(folders(name), other, [""]), undefined);
        }
      });
    }

    it(`F11 the first of the names for ${flag} that is there counts, in any order`, () => {
      for (let i = 0; i < names.length; i++) {
        const there = folders(...names.slice(i).toReversed());
        assertEquals(popularFolder(there, flag, [""])?.name, names[i]);
        assertEquals(popularFolder(there, flag.toUpperCase(), [""])?.name, names[i]);
      }
    });
  }

  it("F11 nothing is popular for another use", () => {
    const there = folders("All", "All Mail", "INBOX", "Sent", "constructor");
    for (const flag of [ALL, "\\Inbox", "", "Sent", "constructor", "__proto__"]) {
      assertEquals(popularFolder(there, flag, [""]), undefined);
    }
  });

  it("F10 names are tried after each prefix, in the order of the prefixes", () => {
    const there = folders("Sent Items", "INBOX.Sent", "x/Sent");
    assertEquals(popularFolder(there, SENT, ["", "INBOX."])?.name, "Sent Items");
    assertEquals(popularFolder(there, SENT, ["INBOX.", ""])?.name, "INBOX.Sent");
    assertEquals(popularFolder(there, SENT, ["y/", "x/"])?.name, "x/Sent");
    for (const prefixes of [[], ["y/"], ["INBOX"]]) {
      assertEquals(popularFolder(there, SENT, prefixes), undefined);
    }
  });

  it("F10 A10 names and prefixes may be bytes", () => {
    const there = [{ name: bytes("INBOX.Trash"), delimiter: ".", flags: [] }];
    for (const prefix of ["INBOX.", bytes("INBOX.")]) {
      assertEquals(popularFolder(there, TRASH, [prefix])?.name, bytes("INBOX.Trash"));
    }
  });

  it("F10 a name without a folder does not count", () => {
    const there = folders(
      "Trash:\\NoSelect",
      "Deleted Items:\\nonexistent",
      "Deleted:\\HasChildren",
    );
    assertEquals(popularFolder(there, TRASH, [""])?.name, "Deleted");
  });
});

/** Names that programs in other languages use, by special use. */
const FOREIGN: readonly (readonly [flag: string, names: readonly string[]])[] = [
  [SENT, [
    ...["Gesendet", "Gesendete Objekte", "Gesendete Elemente", "Envoyés", "Éléments envoyés"],
    ...["Messages envoyés", "Enviados", "Elementos enviados", "Posta inviata", "Verzonden"],
    ...["Verzonden items", "Itens enviados", "Skickat", "Sendt", "Wysłane", "Отправленные"],
    ...["送信済み", "送信済みアイテム", "已发送", "보낸편지함", "Gönderilmiş Öğeler"],
  ]],
  [DRAFTS, [
    ...["Entwürfe", "Brouillons", "Borradores", "Bozze", "Concepten", "Rascunhos", "Utkast"],
    ...["Kladder", "Kopie robocze", "Robocze", "Черновики", "下書き", "草稿箱", "임시보관함"],
  ]],
  [TRASH, [
    ...["Papierkorb", "Gelöschte Objekte", "Gelöschte Elemente", "Corbeille", "Papelera"],
    ...["Éléments supprimés", "Cestino", "Prullenbak", "Lixeira", "Lixo", "Papperskorgen"],
    ...["Slettet post", "Kosz", "Корзина", "ゴミ箱", "已删除", "휴지통", "Çöp Kutusu"],
  ]],
  [JUNK, [
    ...["Junk-E-Mail", "Junk E-Mail", "Courrier indésirable", "Correo no deseado", "Спам"],
    ...["Posta indesiderata", "Ongewenste e-mail", "Skräppost", "迷惑メール", "垃圾邮件"],
  ]],
  [ARCHIVE, ["Archiv", "Archives", "Archivo", "Archivio", "Arkiv", "Архив", "归档"]],
];

describe("names of other languages", () => {
  for (const [flag, names] of FOREIGN) {
    it(`special folder: ${flag} in other languages → found, in any case and form [fault F4]`, () => {
      for (const name of names) {
        for (
          const written of [name, name.toUpperCase(), name.toLowerCase(), name.normalize("NFD")]
        ) {
          for (const prefix of ["", "INBOX/", "[Gmail]/"]) {
            const there = folders("INBOX", `${written}x`, `x${written}`, prefix + written);
            const found = popularFolder(there, flag, ["", "INBOX/"]);
            assertEquals(found?.name, prefix + written);
          }
          for (const [other] of FOREIGN) {
            if (other !== flag) {
              assertEquals(popularFolder(folders(written), other, [""]), undefined);
            }
          }
        }
      }
    });
  }

  it("special folder: all names → each is of one use [fault F4]", () => {
    const uses = new Map<string, string>();
    for (const [flag] of FOREIGN) {
      assert(usualNames(flag).length > 20);
      for (const name of usualNames(flag)) {
        const key = name.normalize("NFC").toLowerCase();
        assertEquals(uses.get(key) ?? flag, flag, name);
        assertEquals(name, name.normalize("NFC").trim());
        uses.set(key, flag);
      }
    }
  });

  it("special folder: several names → exact English first, in any order [fault F4]", () => {
    const names = ["Sent", "Sent Items", "INBOX/Sent", "SENT", "Gesendet", "INBOX/Gesendet"];
    const orders = [names, names.toReversed(), [...names.slice(3), ...names.slice(0, 3)]];
    for (const order of orders) {
      const there = [...order];
      for (const expected of names) {
        assertEquals(popularFolder(folders(...there), SENT, ["", "INBOX/"])?.name, expected);
        there.splice(there.indexOf(expected), 1);
      }
    }
  });

  it("special folder: names as bytes, in either encoding → found [fault F4]", () => {
    for (
      const name of ["Entw&APw-rfe", "Entw\u00c3\u00bcrfe", "INBOX.&g0l6P3ux-", "INBOX.Drafts"]
    ) {
      const there = [{ name: bytes(name), delimiter: ".", flags: [] }];
      const found = popularFolder(there, DRAFTS, [bytes(""), bytes("INBOX.")]);
      assertEquals(found?.name, bytes(name));
    }
  });

  it("special folder: Gmail's own below other prefixes → not looked for [fault F4]", () => {
    const there = folders("[Gmail]/Papierkorb", "[Google Mail]/Entwürfe");
    assertEquals(popularFolder(there, TRASH, [""])?.name, "[Gmail]/Papierkorb");
    assertEquals(popularFolder(there, DRAFTS, [""])?.name, "[Google Mail]/Entwürfe");
    for (const prefixes of [[], ["INBOX."]]) {
      assertEquals(popularFolder(there, TRASH, prefixes), undefined);
    }
  });
});

describe("marked folders", () => {
  it("F10 the first marked folder counts, whatever its name", () => {
    const there = folders("Sent", "a:\\HasNoChildren \\Sent", "b:\\Sent");
    assertEquals(markedFolder(there, SENT)?.name, "a");
  });

  it("F10 marks are compared in any case, and whole", () => {
    const there = folders("a:\\SentMail \\Sen", "b:\\sent");
    assertEquals(markedFolder(there, "\\SENT")?.name, "b");
    assertEquals(markedFolder(there, "Sent"), undefined);
    assertEquals(markedFolder([], SENT), undefined);
  });

  it("F10 any mark can be looked for, Gmail's old ones too", () => {
    assertEquals(markedFolder(folders("a:\\AllMail"), "\\AllMail")?.name, "a");
  });
});

const NO_MARKS = [
  '* LIST () "/" INBOX',
  '* LIST () "." "INBOX.Deleted Items"',
  '* LIST () "/" Sent',
];

test("F10 F11 marks are trusted without SPECIAL-USE, and need no more commands", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE] hi");
  const found = client.findSpecialFolder(SENT);
  await server.answer('LIST "" "*"', ...NO_MARKS, '* LIST (\\Sent) "/" "Post&APw-"');
  assertEquals(await found, "Postü");
  client.shutdown();
});

test("F10 without NAMESPACE the prefixes are empty and INBOX.", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hi");
  for (
    const [flag, name] of [[SENT, "Sent"], [TRASH, "INBOX.Deleted Items"], [JUNK, null]] as const
  ) {
    const found = client.findSpecialFolder(flag);
    await server.answer('LIST "" "*"', ...NO_MARKS);
    assertEquals(await found, name);
  }
  client.shutdown();
});

test("F10 with NAMESPACE the personal prefixes are tried, and no others", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE] hi");
  for (
    const [personal, name] of [
      ['(("INBOX." "."))', "INBOX.Deleted Items"],
      ['(("x" ".")("INBOX." "."))', "INBOX.Deleted Items"],
      ['(("" "/"))', null],
      ["NIL", null],
    ] as const
  ) {
    const found = client.findSpecialFolder(TRASH);
    await server.answer('LIST "" "*"', ...NO_MARKS);
    await server.answer("NAMESPACE", `* NAMESPACE ${personal} (("INBOX." ".")) NIL`);
    assertEquals(await found, name);
  }
  client.shutdown();
});

test("special folder: no NAMESPACE → also below INBOX with its own delimiter [fault F4]", async () => {
  for (
    const [line, use, name] of [
      ['* LIST () "/" "INBOX/Sent"', SENT, "INBOX/Sent"],
      ['* LIST () "/" "Inbox/Papierkorb"', TRASH, "Inbox/Papierkorb"],
      ['* LIST () "\\\\" "INBOX\\\\Junk E-Mail"', JUNK, "INBOX\\Junk E-Mail"],
      ['* LIST () "^" "INBOX^Entw&APw-rfe"', DRAFTS, "INBOX^Entwürfe"],
      ['* LIST () NIL "INBOX/Sent"', SENT, null],
      ['* LIST () "/" "INBOX/a/Sent"', SENT, null],
    ] as const
  ) {
    const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hi");
    const found = client.findSpecialFolder(use);
    await server.answer('LIST "" "*"', line);
    assertEquals(await found, name);
    client.shutdown();
  }
});

const ASKING = "* PREAUTH [CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED NAMESPACE] hi";
const RETURN = 'LIST "" "*" RETURN (SPECIAL-USE)';

test("special folder: further questions are refused → the names decide [fault D12]", async () => {
  for (
    const [marks, namespaces] of [
      ["BAD what", "NO never"],
      ["NO [CANNOT] not here", "BAD unknown command"],
      ["OK done", "NO [SERVERBUG] oh"],
      ["BAD what", "OK nothing said"],
      ["NO [UNAVAILABLE] later", "OK broken"],
    ] as const
  ) {
    const { client, server } = await connectFake({}, ASKING);
    const found = client.findSpecialFolder(SENT);
    await server.answer('LIST "" "*"', ...NO_MARKS);
    await server.send(`${await server.expect(RETURN)} ${marks}`);
    const tag = await server.expect("NAMESPACE");
    if (namespaces.endsWith("broken")) await server.send('* NAMESPACE (("a" "');
    await server.send(`${tag} ${namespaces}`);
    assertEquals(await found, "Sent");
    const trash = client.findSpecialFolder(TRASH);
    await server.answer('LIST "" "*"', ...NO_MARKS);
    await server.send(`${await server.expect(RETURN)} ${marks}`);
    await server.send(`${await server.expect("NAMESPACE")} ${namespaces}`);
    assertEquals(await trash, "INBOX.Deleted Items");
    client.shutdown();
  }
});

test("special folder: marks are refused → the namespaces are asked for still [fault D12]", async () => {
  const { client, server } = await connectFake({}, ASKING);
  const found = client.findSpecialFolder(TRASH);
  await server.answer('LIST "" "*"', ...NO_MARKS);
  await server.send(`${await server.expect(RETURN)} BAD no such argument`);
  await server.answer("NAMESPACE", '* NAMESPACE (("INBOX." ".")) NIL NIL');
  assertEquals(await found, "INBOX.Deleted Items");
  client.shutdown();
});

test("special folder: no list, an abort, or the end → throws [fault D12]", async () => {
  const refused = await connectFake({}, ASKING);
  const none = outcome(refused.client.findSpecialFolder(SENT));
  await refused.server.send(`${await refused.server.expect('LIST "" "*"')} NO not now`);
  const error = await none;
  assertInstanceOf(error, ImapError);
  assertEquals(error.text, "not now");
  refused.client.shutdown();

  for (const step of [RETURN, "NAMESPACE"]) {
    for (const how of ["abort", "end"]) {
      const { client, server } = await connectFake({}, ASKING);
      const controller = new AbortController();
      const found = outcome(client.findSpecialFolder(SENT, { signal: controller.signal }));
      await server.answer('LIST "" "*"', ...NO_MARKS);
      const tag = await server.expect(RETURN);
      if (step !== RETURN) {
        await server.send(`${tag} OK done`);
        await server.expect(step);
      }
      const reason = new Error("enough");
      if (how === "abort") controller.abort(reason);
      else client.shutdown();
      if (how === "abort") assertStrictEquals(await found, reason);
      else assertInstanceOf(await found, ImapAbortError);
      client.shutdown();
    }
  }
});
