import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { ALL, ARCHIVE, DRAFTS, JUNK, SENT, TRASH } from "../mod.ts";
import type { FolderListing } from "../src/commands/list.ts";
import { markedFolder, popularFolder } from "../src/special_folders.ts";
import { connectFake, test } from "./fake_server.ts";
import { bytes } from "./wire/support.ts";

/** Folders by their names; with a colon, attributes stand behind it. */
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

  it("F10 names are tried behind each prefix, the first prefix first", () => {
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

  it("F10 a name without a folder is none", () => {
    const there = folders(
      "Trash:\\NoSelect",
      "Deleted Items:\\nonexistent",
      "Deleted:\\HasChildren",
    );
    assertEquals(popularFolder(there, TRASH, [""])?.name, "Deleted");
  });
});

describe("marked folders", () => {
  it("F10 the first that is marked counts, whatever it is called", () => {
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

test("F10 without NAMESPACE the prefixes are none and INBOX.", async () => {
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
