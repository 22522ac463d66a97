import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { joinFolderName, splitFolderName } from "../../../src/model/folder_name.ts";
import { bytes } from "../../support/wire.ts";

const INBOX = { prefix: "INBOX.", delimiter: "." };

describe("joinFolderName", () => {
  it("levels → a name, after the prefix [ext FOLDER-TREE]", () => {
    assertEquals(joinFolderName(["Work", "2024"], "/"), "Work/2024");
    assertEquals(joinFolderName(["Work", "a/b"], INBOX), "INBOX.Work.a/b");
    assertEquals(joinFolderName(["x"], null), "x");
    assertEquals(joinFolderName(["x"], { delimiter: "/", prefix: bytes("&AOk-/") }), "é/x");
    assertEquals(joinFolderName(new Set(["a", "b"]), { delimiter: "\\" }), "a\\b");
    assertEquals(joinFolderName("Work", "/"), "Work");
  });

  it("INBOX alone → no prefix, unless it is somebody else's", () => {
    assertEquals(joinFolderName(["inbox"], INBOX), "INBOX");
    assertEquals(joinFolderName(["Inbox"], "/"), "INBOX");
    assertEquals(joinFolderName(["INBOX", "x"], INBOX), "INBOX.INBOX.x");
    assertEquals(
      joinFolderName(["INBOX"], { prefix: "user.bob.", delimiter: "." }),
      "user.bob.INBOX",
    );
  });

  it("levels that can't be → InvalidArgumentError", () => {
    const wrong: readonly (readonly [levels: unknown, by: unknown])[] = [
      [[], "/"],
      [[""], "/"],
      [["a", ""], "/"],
      [["a/b"], "/"],
      [["a", "b"], null],
      [["a", "b"], { delimiter: null }],
      [[5], "/"],
      [["a"], 5],
      [["a"], { delimiter: "/", prefix: 5 }],
    ];
    for (const [levels, by] of wrong) {
      const join = () => joinFolderName(levels as string[], by as string);
      assertThrows(join, InvalidArgumentError, "", JSON.stringify([levels, by]));
    }
  });
});

describe("splitFolderName", () => {
  it("a name → its levels, without the prefix [ext FOLDER-TREE]", () => {
    assertEquals(splitFolderName("Work/2024", "/"), ["Work", "2024"]);
    assertEquals(splitFolderName("INBOX.Work.2024", INBOX), ["Work", "2024"]);
    assertEquals(splitFolderName("inbox.Work", INBOX), ["Work"]);
    assertEquals(splitFolderName("INBOX", INBOX), ["INBOX"]);
    assertEquals(splitFolderName("#shared.x", INBOX), ["#shared", "x"]);
    assertEquals(splitFolderName("a/b", null), ["a/b"]);
    assertEquals(splitFolderName("a//b/", "/"), ["a", "", "b"]);
    assertEquals(splitFolderName(bytes("&AOk-.b"), "."), ["é", "b"]);
    assertEquals(splitFolderName("", "/"), [""]);
  });

  it("what was joined → the same levels", () => {
    const level = fc.string({ minLength: 1 }).filter((text) => !/[.]|^inbox$/i.test(text));
    fc.assert(
      fc.property(fc.array(level, { minLength: 1 }), fc.constantFrom(".", INBOX), (levels, by) => {
        assertEquals(splitFolderName(joinFolderName(levels, by), by), levels);
      }),
    );
  });
});
