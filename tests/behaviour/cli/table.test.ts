import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { formatTable } from "../../../src/cli/table.ts";
import { textWidth } from "../../../src/cli/terminal_text.ts";

test("columns are aligned by what a terminal shows, not by characters", () => {
  const rows = [["ID", "SUBJECT", "FROM"], ["1", "日本語", "Bob"], ["23", "e\u0301te", "Ann"]];
  assertEquals(
    formatTable(rows, Infinity),
    ["ID  SUBJECT  FROM", "--  -------  ----", "1   日本語   Bob", "23  e\u0301te      Ann"].join(
      "\n",
    ),
  );
});

test("the widest columns are shortened if a line would be too long", () => {
  const table = formatTable([["ID", "SUBJECT"], ["1", "x".repeat(50)], ["2", "漢".repeat(30)]], 24);
  assertEquals(table.split("\n").map(textWidth), [11, 24, 24, 23]);
});

test("nothing in a cell can move the cursor", () => {
  assertEquals(formatTable([["A"], ["b\x1b[2J\r\nc"]], 80), "A\n----------\nb\\x1b[2J c");
});
