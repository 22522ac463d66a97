// RETURN of SEARCH and SORT, `$` and PARTIAL, as the in-memory server has them.
import { after, describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { Scene } from "./raw_client.ts";

const add = ["ESEARCH", "ESORT", "SEARCHRES", "PARTIAL"];
const scene = new Scene({ capabilities: { add } });
for (const [subject, flag] of [["c", "\\Seen"], ["a", "x"], ["b", "\\Seen"], ["d", "\\Seen"]]) {
  scene.ann.append("INBOX", `Subject: ${subject}\n\n`, { flags: [flag] });
}
const client = await scene.select();
after(() => client.close());

/** The untagged responses to a command, with the tag as `T`. */
async function untagged(command: string): Promise<string> {
  const answer = (await client.command(command)).replace(/\(TAG "t\d+"\)/g, "(T)");
  return answer.split("\r\n").filter((line) => line.startsWith("* ")).join("; ");
}

const CASES: readonly (readonly [command: string, answer: string])[] = [
  ["SEARCH RETURN (MIN MAX COUNT ALL) SEEN", "* ESEARCH (T) MIN 1 MAX 4 ALL 1,3:4 COUNT 3"],
  ["UID SEARCH RETURN (COUNT) SEEN", "* ESEARCH (T) UID COUNT 3"],
  ["SEARCH RETURN () SEEN", "* ESEARCH (T) ALL 1,3:4"],
  ["SEARCH RETURN (MIN ALL COUNT) FLAGGED", "* ESEARCH (T) COUNT 0"],
  ["UID SEARCH RETURN (PARTIAL 2:9) SEEN", "* ESEARCH (T) UID PARTIAL (2:9 3:4)"],
  ["UID SEARCH RETURN (PARTIAL -1:-2 COUNT) SEEN", "* ESEARCH (T) UID COUNT 3 PARTIAL (-1:-2 3:4)"],
  ["SEARCH RETURN (PARTIAL 7:9) SEEN", "* ESEARCH (T) PARTIAL (7:9 NIL)"],
  [
    "SORT RETURN (MIN MAX ALL COUNT) (SUBJECT) US-ASCII ALL",
    "* ESEARCH (T) MIN 2 MAX 4 ALL 2:3,1,4 COUNT 4",
  ],
  ["UID FETCH 1:* (UID) (PARTIAL -1:-2)", "* 3 FETCH (UID 3); * 4 FETCH (UID 4)"],
  ["UID SEARCH RETURN (ALL MODSEQ 1", ""],
];

describe("RETURN [ext ESEARCH, ESORT, PARTIAL]", () => {
  for (const [command, answer] of CASES) {
    it(`${command} → ${answer}`, async () => {
      assertEquals(await untagged(command), answer);
    });
  }

  it("what makes no sense → BAD", async () => {
    for (
      const returns of [
        "MEDIAN",
        "ALL PARTIAL 1:2",
        "PARTIAL 0:1",
        "PARTIAL 1:-1",
        "PARTIAL",
        "SAVE,ALL",
      ]
    ) {
      const answer = await client.command(`SEARCH RETURN (${returns}) ALL`);
      assertEquals(answer.startsWith("T BAD"), true, returns);
    }
    assertEquals((await client.command("FETCH 1 UID (PARTIAL 1:1)")).startsWith("T BAD"), true);
  });
});

describe("$ [ext SEARCHRES]", () => {
  it("a saved result → stands for its messages, whatever numbers they have", async () => {
    assertEquals(await untagged("SEARCH RETURN (SAVE) SEEN"), "");
    assertEquals(await untagged("UID SEARCH UID $ NOT 1"), "* SEARCH 3 4");
    assertEquals(
      await untagged("FETCH $ UID"),
      "* 1 FETCH (UID 1); * 3 FETCH (UID 3); * 4 FETCH (UID 4)",
    );
    await client.command("UID STORE 1 +FLAGS.SILENT \\Deleted");
    await client.command("UID EXPUNGE $");
    assertEquals(await untagged("FETCH $ UID"), "* 2 FETCH (UID 3); * 3 FETCH (UID 4)");
  });

  it("with MIN alone → that message; a new SELECT → none", async () => {
    assertEquals(await untagged("UID SEARCH RETURN (SAVE MAX) ALL"), "* ESEARCH (T) UID MAX 4");
    assertEquals(await untagged("UID SEARCH $"), "* SEARCH 4");
    await client.command("SELECT INBOX");
    assertEquals(await untagged("UID SEARCH $"), "* SEARCH");
    assertEquals((await client.command("FETCH $ UID")).startsWith("T OK"), true);
  });

  it("a server without it → BAD", async () => {
    const plain = await new Scene().select();
    assertEquals((await plain.command("SEARCH $")).startsWith("T BAD"), true);
    assertEquals((await plain.command("FETCH $ UID")).startsWith("T BAD"), true);
    await plain.close();
  });
});
