// LIST with details of very many folders, and with very long names.
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { type AskedDetails, listDetails } from "../../../../src/commands/folders/list_details.ts";
import { decodeFolderName } from "../../../../src/mime/utf7.ts";
import { answer, claims } from "../../../support/commands.ts";

function command(asked: AskedDetails) {
  return listDetails({ directory: "", pattern: "*" }, asked, decodeFolderName);
}

describe("LIST with many details", () => {
  it("100,000 folders with details → cheap", () => {
    const all = command({ status: ["UNSEEN", "SIZE"] });
    for (let i = 0; i < 100_000; i++) {
      claims(all, `* LIST () "/" box/${i}`, `* STATUS box/${i} (UNSEEN ${i} SIZE 1)`);
    }
    const folders = answer(all, "a OK");
    assertEquals(folders.length, 100_000);
    assertEquals({ ...folders[99_999].details.status }, { UNSEEN: 99_999, SIZE: 1 });
  });

  it("details of folders without end → few are kept", () => {
    const big = "x".repeat(1_000_000);
    const lines = Array.from({ length: 12 }, (_, i) => `* STATUS ${big}${i} (UNSEEN 1)`);
    const [last] = answer(
      command({ status: ["UNSEEN"] }),
      ...lines,
      `* LIST () "/" ${big}11`,
      "a OK",
    );
    assertEquals(last.details.status, null);
  });
});
