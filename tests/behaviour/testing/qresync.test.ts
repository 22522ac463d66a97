// QRESYNC of the in-memory server (RFC 7162), line by line.
import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { type RawClient, Scene } from "./raw_client.ts";

/** Six messages in INBOX, UIDs 1 to 6, and a session that has enabled QRESYNC. */
async function six(): Promise<{ scene: Scene; client: RawClient }> {
  const scene = new Scene({ capabilities: { add: ["QRESYNC"] } });
  scene.fill("one", "two", "three", "four", "five", "six");
  const client = await scene.select();
  assertEquals(
    await client.command("ENABLE QRESYNC CONDSTORE X"),
    "* ENABLED CONDSTORE QRESYNC\r\nT OK ENABLE completed\r\n",
  );
  return { scene, client };
}

describe("QRESYNC of the in-memory server", () => {
  it("expunges, here and elsewhere → VANISHED with the UIDs [ext QRESYNC]", async () => {
    const { scene, client } = await six();
    await client.command("STORE 2:3 +FLAGS.SILENT (\\Deleted)");
    assertEquals(
      await client.command("EXPUNGE"),
      "* VANISHED 2:3\r\nT OK [HIGHESTMODSEQ 10] EXPUNGE completed\r\n",
    );
    assertEquals(await client.command("EXPUNGE"), "T OK EXPUNGE completed\r\n");
    const other = await scene.select();
    await other.command("UID STORE 4,6 +FLAGS.SILENT (\\Deleted)");
    assertMatch(
      await other.command("UID EXPUNGE 4:6"),
      /^\* 2 EXPUNGE\r\n\* 3 EXPUNGE\r\nT OK UID/,
    );
    // Neither FETCH nor STORE by number may tell of it: numbers would move (section 3.2).
    assertEquals(
      await client.command("STORE 3 +FLAGS (\\Seen)"),
      "* 3 FETCH (UID 5 FLAGS (\\Seen \\Recent) MODSEQ (14))\r\n" +
        "* OK [HIGHESTMODSEQ 12] an expunge is still to come\r\nT OK STORE completed\r\n",
    );
    assertEquals(await client.command("NOOP"), "* VANISHED 4,6\r\nT OK NOOP completed\r\n");
    for (const each of [client, other]) await each.close();
  });

  it("SELECT (QRESYNC ...) → what has changed since [ext QRESYNC]", async () => {
    const { scene, client } = await six();
    const other = await scene.select();
    await other.command("STORE 1 +FLAGS (\\Deleted)");
    await other.command("EXPUNGE");
    await other.command("UID STORE 3 +FLAGS (\\Flagged)");
    const all = await client.command("SELECT INBOX (QRESYNC (2 7))");
    assertNotMatch(all, /EARLIER/); // another UIDVALIDITY
    const uidValidity = /UIDVALIDITY (\d+)/.exec(all)![1];
    const select = async (rest: string) => {
      const answer = await client.command(`SELECT INBOX (QRESYNC (${uidValidity} ${rest}))`);
      assertMatch(answer, /^\* OK \[CLOSED\]/);
      return answer.split("\r\n").filter((line) => /VANISHED|FETCH/.test(line));
    };
    const changed = "* 2 FETCH (UID 3 FLAGS (\\Flagged) MODSEQ (10))";
    assertEquals(await select("7"), ["* VANISHED (EARLIER) 1", changed]);
    assertEquals(await select("7 2:9"), [changed]);
    assertEquals(await select("7 1:2 (1:2 1:2)"), ["* VANISHED (EARLIER) 1"]);
    assertEquals(await select("9"), [changed]);
    assertEquals(await select("10"), []);
    for (const wrong of ["x", "7 1:*", "7 $", "7 (1:2)", "7 1 (1 2) 3", "7 *"]) {
      const text = `SELECT INBOX (QRESYNC (${uidValidity} ${wrong}))`;
      assertMatch(await client.command(text), /^T BAD/, wrong);
    }
    assertMatch(await other.command("SELECT INBOX (QRESYNC (1 7))"), /^T BAD enable/);
    for (const each of [client, other]) await each.close();
  });

  it("UID FETCH (VANISHED) → first what is gone, then what has changed [ext QRESYNC]", async () => {
    const { client } = await six();
    await client.command("UID STORE 2,5 +FLAGS.SILENT (\\Deleted)");
    await client.command("EXPUNGE");
    await client.command("UID STORE 6 +FLAGS.SILENT (\\Seen)");
    assertEquals(
      await client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 7 VANISHED)"),
      "* VANISHED (EARLIER) 2,5\r\n* 4 FETCH (UID 6 FLAGS (\\Seen \\Recent) MODSEQ (11))\r\n" +
        "T OK UID FETCH completed\r\n",
    );
    assertEquals(
      await client.command("UID FETCH 3:5 (FLAGS) (VANISHED CHANGEDSINCE 9)"),
      "* VANISHED (EARLIER) 5\r\nT OK UID FETCH completed\r\n",
    );
    for (
      const wrong of ["UID FETCH 1 FLAGS (VANISHED)", "FETCH 1 FLAGS (VANISHED CHANGEDSINCE 1)"]
    ) {
      assertMatch(await client.command(wrong), /^T BAD/, wrong);
    }
    await client.close();
  });

  it("a folder without mod-sequences → NOMODSEQ, and BAD where they are used [ext CONDSTORE]", async () => {
    const { scene, client } = await six();
    scene.ann.createFolder("Old", { modseqs: false });
    scene.ann.append("Old", "Subject: x\n\ny\n");
    const answer = await client.command("SELECT Old (CONDSTORE)");
    assertMatch(answer, /\* OK \[NOMODSEQ\]/);
    assertNotMatch(answer, /HIGHESTMODSEQ/);
    assertMatch(await client.command("STATUS Old (HIGHESTMODSEQ)"), /\(HIGHESTMODSEQ 0\)/);
    for (
      const text of [
        ...["FETCH 1 FLAGS (CHANGEDSINCE 1)", "FETCH 1 MODSEQ", "SEARCH MODSEQ 1"],
        "STORE 1 (UNCHANGEDSINCE 1) FLAGS ()",
      ]
    ) assertMatch(await client.command(text), /^T BAD/, text);
    assertMatch(await client.command("STORE 1 FLAGS (\\Deleted)"), /^\* 1 FETCH \(FLAGS [^M]*\r/);
    assertEquals(await client.command("EXPUNGE"), "* 1 EXPUNGE\r\nT OK EXPUNGE completed\r\n");
    await client.close();
  });

  it("not added → unknown [ext QRESYNC]", async () => {
    const scene = new Scene();
    scene.fill("one");
    const client = await scene.select();
    assertMatch(await client.command("ENABLE QRESYNC"), /^\* ENABLED\r/);
    assertMatch(await client.command("SELECT INBOX (QRESYNC (1 1))"), /^T BAD/);
    assertMatch(await client.command("NOOP"), /^T OK/);
    await client.close();
  });
});
