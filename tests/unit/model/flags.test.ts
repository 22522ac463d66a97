import { it } from "node:test";
import { assertEquals } from "@std/assert";
import * as library from "../../../mod.ts";

const FLAGS = ["DELETED", "SEEN", "ANSWERED", "FLAGGED", "DRAFT", "RECENT"] as const;
const SPECIAL_USES = ["ALL", "ARCHIVE", "DRAFTS", "JUNK", "SENT", "TRASH"] as const;

/** The value of a constant: `\Deleted` for DELETED. */
const value = (name: string) => `\\${name[0]}${name.slice(1).toLowerCase()}`;

it("B5 the flags have constants", () => {
  assertEquals(FLAGS.map((name): string => library[name]), FLAGS.map(value));
});

it("B6 the special uses have constants", () => {
  assertEquals(SPECIAL_USES.map((name): string => library[name]), SPECIAL_USES.map(value));
});

it("the uses and keywords of RFC 8457 and RFC 9979 have constants [ext KEYWORDS]", () => {
  const { IMPORTANT, MEMOS, SCHEDULED, SNOOZED } = library;
  assertEquals([IMPORTANT, MEMOS, SCHEDULED, SNOOZED], [
    ...["\\Important", "Memos", "Scheduled", "Snoozed"],
  ]);
  for (const [name, keyword] of Object.entries(library.KEYWORDS)) {
    // `MDN_SENT` is `$MDNSent`.
    assertEquals(keyword.toUpperCase(), `$${name.replaceAll("_", "")}`);
  }
});
