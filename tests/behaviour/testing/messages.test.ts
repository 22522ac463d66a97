import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { ZonedDate } from "../../../src/model/dates.ts";
import { Scene } from "./raw_client.ts";

const TEXT = "Subject: hi\r\n\r\nhello\r\n";

describe("APPEND", () => {
  it("takes flags, a date and a message", async () => {
    const client = await new Scene().select();
    assertEquals(
      await client.command(
        `APPEND INBOX (\\seen $Label) " 1-Jun-2026 08:09:10 +0530" {${TEXT.length}+}\r\n${TEXT}`,
      ),
      "* 1 EXISTS\r\n* 1 RECENT\r\n* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label)\r\n" +
        "T OK [APPENDUID 1 1] APPEND completed\r\n",
    );
    assertEquals(
      await client.command("FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)"),
      '* 1 FETCH (FLAGS (\\Seen $Label \\Recent) INTERNALDATE "01-Jun-2026 08:09:10 +0530" ' +
        `RFC822.SIZE ${TEXT.length})\r\nT OK FETCH completed\r\n`,
    );
    await client.close();
  });

  it("refuses a missing folder before the literal, or after one that was sent without asking", async () => {
    const client = await new Scene().login();
    assertMatch(await client.command("APPEND nowhere {1000}"), /^T NO \[TRYCREATE\]/);
    assertMatch(await client.command("APPEND nowhere {3+}\r\nabc"), /^T NO \[TRYCREATE\]/);
    assertMatch(await client.command("APPEND INBOX {100000000}"), /^T NO \[TOOBIG\]/);
    assertMatch(await client.command("NOOP"), /^T OK/);
    await client.close();
  });

  it("refuses bad syntax", async () => {
    const client = await new Scene().login();
    const wrong = [
      "APPEND INBOX",
      "APPEND INBOX text",
      'APPEND INBOX "text"',
      "APPEND INBOX () (\\Seen) {1+}\r\na",
      "APPEND INBOX (\\Recent) {1+}\r\na",
      "APPEND INBOX (\\Nonsense) {1+}\r\na",
      'APPEND INBOX "1-Jun-2026 08:09:10 +0530" {1+}\r\na',
      'APPEND INBOX "31-Feb-2026 08:09:10 +0530" {1+}\r\na',
      "APPEND INBOX {1+}\r\n\0",
      "APPEND INBOX {1+}\r\nabc",
      "APPEND INBOX {1+}\r\na b",
    ];
    for (const text of wrong) assertMatch(await client.command(text), /^T BAD/, text);
    assertMatch(await client.command("STATUS INBOX (MESSAGES)"), /MESSAGES 0/);
    await client.close();
  });

  it("takes a large message in many pieces", async () => {
    const client = await new Scene().select();
    const line = "0123456789".repeat(7) + "\r\n";
    const size = line.length * 20_000;
    await client.send(`x APPEND INBOX {${size}}\r\n`);
    await client.until(/^\+/);
    for (let i = 0; i < 20; i++) await client.send(line.repeat(1000));
    await client.send("\r\n");
    assertMatch(await client.until(/^x .*/m), /x OK \[APPENDUID 1 1\]/);
    assertMatch(await client.command("FETCH 1 RFC822.SIZE"), new RegExp(`RFC822.SIZE ${size}\\)`));
    const all = await client.command("FETCH 1 BODY.PEEK[]");
    assertEquals(all.includes(`BODY[] {${size}}\r\n${line.repeat(20_000)})\r\n`), true);
    await client.close();
  });

  it("stores bare line feeds as CRLF, and dates without a zone as UTC", async () => {
    const scene = new Scene();
    const raw = "Subject: a\n\none\r\ntwo\n";
    assertEquals(scene.ann.append("INBOX", raw, { date: new Date(Date.UTC(2026, 0, 2, 3)) }), 1);
    scene.ann.append("INBOX", "", { date: new ZonedDate(0, -90, "") });
    const client = await scene.select();
    assertEquals(
      await client.command("FETCH 1:2 (INTERNALDATE BODY.PEEK[])"),
      '* 1 FETCH (INTERNALDATE "02-Jan-2026 03:00:00 +0000" ' +
        "BODY[] {24}\r\nSubject: a\r\n\r\none\r\ntwo\r\n)\r\n" +
        '* 2 FETCH (INTERNALDATE "31-Dec-1969 22:30:00 -0130" BODY[] {0}\r\n)\r\nT OK FETCH completed\r\n',
    );
    await client.close();
  });
});

describe("STORE", () => {
  it("sets, adds and removes flags", async () => {
    const scene = new Scene();
    scene.fill("one", "two", "three");
    const client = await scene.select();
    assertEquals(
      await client.command("STORE 1,3 +FLAGS (\\flagged Label)"),
      "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft Label)\r\n" +
        "* 1 FETCH (FLAGS (\\Flagged Label \\Recent))\r\n" +
        "* 3 FETCH (FLAGS (\\Flagged Label \\Recent))\r\nT OK STORE completed\r\n",
    );
    assertEquals(
      await client.command("UID STORE 3 -FLAGS \\Flagged LABEL"),
      "* 3 FETCH (UID 3 FLAGS (\\Recent))\r\nT OK UID STORE completed\r\n",
    );
    assertEquals(await client.command("STORE 1 FLAGS.SILENT ()"), "T OK STORE completed\r\n");
    assertEquals(
      await client.command("FETCH 1 FLAGS"),
      "* 1 FETCH (FLAGS (\\Recent))\r\nT OK FETCH completed\r\n",
    );
    assertEquals(
      await client.command("UID STORE 99 FLAGS (\\Seen)"),
      "T OK UID STORE completed\r\n",
    );
    const wrong = [
      "4 FLAGS ()",
      "0 FLAGS ()",
      "1 FLAGS",
      "1 FLAGS (\\Recent)",
      "1 LABELS (x)",
      "1 +FLAGS ()x",
    ];
    for (const text of wrong) assertMatch(await client.command(`STORE ${text}`), /^T BAD/, text);
    await client.close();
  });
});

describe("COPY and MOVE", () => {
  it("COPY returns the new UIDs", async () => {
    const scene = new Scene();
    scene.ann.createFolder("b");
    scene.ann.append("b", "\n");
    scene.fill("one", "two", "three");
    const client = await scene.select();
    await client.command("STORE 2 FLAGS (\\Seen)");
    assertEquals(await client.command("COPY 2:3 b"), "T OK [COPYUID 2 2:3 2:3] COPY completed\r\n");
    assertEquals(
      await client.command("UID COPY 3,1 b"),
      "T OK [COPYUID 2 1,3 4:5] UID COPY completed\r\n",
    );
    assertEquals(await client.command("UID COPY 99 b"), "T OK UID COPY completed\r\n");
    assertMatch(await client.command("COPY 1 nowhere"), /^T NO \[TRYCREATE\]/);
    assertMatch(await client.command("COPY 4 b"), /^T BAD/);
    assertMatch(await client.command("SELECT b"), /\* 5 EXISTS/);
    assertMatch(await client.command("FETCH 2 FLAGS"), /FLAGS \(\\Seen \\Recent\)/);
    await client.close();
  });

  it("MOVE returns them before the EXPUNGEs", async () => {
    const scene = new Scene();
    scene.ann.createFolder("b");
    scene.fill("one", "two", "three");
    const client = await scene.select();
    assertEquals(
      await client.command("UID MOVE 1,3 b"),
      "* OK [COPYUID 2 1,3 1:2] moved\r\n* 1 EXPUNGE\r\n* 2 EXPUNGE\r\nT OK UID MOVE completed\r\n",
    );
    assertMatch(await client.command("MOVE 1 nowhere"), /^T NO \[TRYCREATE\]/);
    assertEquals(
      await client.command("MOVE 1 INBOX"),
      "* OK [COPYUID 1 2 4] moved\r\n* 1 EXPUNGE\r\n* 1 EXISTS\r\n* 1 RECENT\r\nT OK MOVE completed\r\n",
    );
    await client.close();
  });
});

describe("REPLACE", () => {
  const options = { capabilities: { add: ["REPLACE"] } };

  it("appends, and removes the old message [ext REPLACE]", async () => {
    const scene = new Scene(options);
    scene.ann.createFolder("b");
    scene.fill("one", "two", "three");
    const client = await scene.select();
    assertEquals(
      await client.command("UID REPLACE 2 INBOX (\\Draft) {3+}\r\nnew"),
      "* OK [APPENDUID 1 4] appended\r\n* 2 EXPUNGE\r\n* 3 EXISTS\r\n* 3 RECENT\r\n" +
        "T OK UID REPLACE completed\r\n",
    );
    assertEquals(
      await client.command("REPLACE 1 b {3+}\r\nnew"),
      "* OK [APPENDUID 2 1] appended\r\n* 1 EXPUNGE\r\nT OK REPLACE completed\r\n",
    );
    assertEquals(scene.ann.messages("INBOX").map(({ uid }) => uid), [3, 4]);
    assertEquals(scene.ann.messages("INBOX")[1].flags, ["\\Draft"]);
    await client.close();
  });

  it("refused → both or neither, before the message is sent [ext REPLACE]", async () => {
    const scene = new Scene({ ...options, appendLimit: 10 });
    scene.fill("one", "two");
    const client = await scene.select();
    assertMatch(await client.command("UID REPLACE 9 INBOX {3}"), /^T NO \[NONEXISTENT\]/);
    assertMatch(await client.command("UID REPLACE 1 nowhere {3}"), /^T NO \[TRYCREATE\]/);
    assertMatch(await client.command("UID REPLACE 1 INBOX {11}"), /^T NO \[TOOBIG\]/);
    assertMatch(await client.command("UID REPLACE 1:2 INBOX {3+}\r\nnew"), /^T BAD/);
    assertMatch(await client.command("REPLACE 3 INBOX {3+}\r\nnew"), /^T BAD/);
    assertMatch(await client.command("REPLACE * INBOX {3+}\r\nnew"), /^T BAD/);
    assertMatch(await client.command("REPLACE 1 INBOX"), /^T BAD/);
    await client.command("EXAMINE INBOX");
    assertMatch(await client.command("REPLACE 1 INBOX {3}"), /^T NO/);
    assertEquals(scene.ann.messages("INBOX").length, 2);
    await client.close();
  });

  it("only what the new message adds counts for the quota [ext REPLACE]", async () => {
    const scene = new Scene(options);
    const bob = scene.server.addUser("bob", "secret", { quota: 10 });
    bob.append("INBOX", "12345678");
    const client = await scene.login("bob");
    await client.command("SELECT INBOX");
    assertMatch(await client.command("APPEND INBOX {3}"), /^T NO \[OVERQUOTA\]/);
    assertMatch(await client.command("REPLACE 1 INBOX {11}"), /^T NO \[OVERQUOTA\]/);
    assertMatch(await client.command("REPLACE 1 INBOX {10+}\r\n1234567890"), /T OK/);
    assertEquals(bob.messages("INBOX").map(({ uid }) => uid), [2]);
    await client.close();
  });

  it("not offered → unknown [ext REPLACE]", async () => {
    const scene = new Scene();
    scene.fill("one");
    const client = await scene.select();
    assertMatch(await client.command("UID REPLACE 1 INBOX {3+}\r\nnew"), /^T BAD unknown/);
    await client.close();
  });
});

describe("EXPUNGE", () => {
  it("removes deleted messages, or those of them that are named", async () => {
    const scene = new Scene();
    scene.fill("one", "two", "three", "four");
    const client = await scene.select();
    await client.command("STORE 1,3,4 FLAGS.SILENT (\\Deleted)");
    assertEquals(
      await client.command("UID EXPUNGE 2:3"),
      "* 3 EXPUNGE\r\nT OK UID EXPUNGE completed\r\n",
    );
    assertEquals(
      await client.command("EXPUNGE"),
      "* 1 EXPUNGE\r\n* 2 EXPUNGE\r\nT OK EXPUNGE completed\r\n",
    );
    assertMatch(await client.command("FETCH 1 UID"), /UID 2/);
    await client.close();
  });
});

describe("two sessions", () => {
  it("learn of each other at the end of commands", async () => {
    const scene = new Scene();
    scene.fill("one", "two", "three");
    const [one, two] = [await scene.select(), await scene.select()];
    await one.command("STORE 2 +FLAGS (\\Flagged)");
    await one.command("STORE 1 +FLAGS.SILENT (\\Deleted)");
    assertEquals(
      await two.command("NOOP"),
      "* 1 FETCH (FLAGS (\\Deleted))\r\n* 2 FETCH (FLAGS (\\Flagged))\r\nT OK NOOP completed\r\n",
    );
    await one.command("EXPUNGE");
    scene.fill("four");
    // Sequence numbers stay the same during FETCH, STORE and SEARCH; new messages may be announced.
    assertEquals(
      await two.command("FETCH 3 UID"),
      "* 3 FETCH (UID 3)\r\n* 4 EXISTS\r\n* 1 RECENT\r\nT OK FETCH completed\r\n",
    );
    assertEquals(await two.command("SEARCH UID 3"), "* SEARCH 3\r\nT OK SEARCH completed\r\n");
    assertMatch(await two.command("STORE 1 FLAGS ()"), /^T NO \[EXPUNGEISSUED\]/);
    assertEquals(
      await two.command("UID SEARCH UID 3"),
      "* SEARCH 3\r\n* 1 EXPUNGE\r\nT OK UID SEARCH completed\r\n",
    );
    // \Recent went to the session that was told first.
    assertEquals(await one.command("NOOP"), "* 3 EXISTS\r\n* 2 RECENT\r\nT OK NOOP completed\r\n");
    await one.command("STORE 1 +FLAGS.SILENT (\\Answered)");
    assertEquals(
      await two.command("UID SEARCH UID 3"),
      "* SEARCH 3\r\n* 1 FETCH (UID 2 FLAGS (\\Flagged \\Answered))\r\nT OK UID SEARCH completed\r\n",
    );
    await one.close();
    await two.close();
  });

  it("IDLE reports changes at once", async () => {
    const scene = new Scene();
    scene.fill("one");
    const [one, two] = [await scene.select(), await scene.select()];
    await two.send("x IDLE\r\n");
    assertEquals(await two.until(/\n/), "+ idling\r\n");
    scene.fill("two");
    assertEquals(await two.until(/RECENT\r/), "* 2 EXISTS\r\n* 1 RECENT\r\n");
    await one.command("STORE 1 +FLAGS (\\Deleted)");
    assertEquals(await two.until(/\n/), "* 1 FETCH (FLAGS (\\Deleted))\r\n");
    await one.command("EXPUNGE");
    assertEquals(await two.until(/\n/), "* 1 EXPUNGE\r\n");
    await two.send("DO");
    await two.send("NE\r\n");
    assertEquals(await two.until(/\n/), "x OK IDLE completed\r\n");
    scene.fill("three");
    assertEquals(
      await two.command("NOOP"),
      "* 2 EXISTS\r\n* 2 RECENT\r\nT OK NOOP completed\r\n",
    );
    await two.send("y IDLE\r\n");
    await two.until(/\n/);
    await two.send("NOOP\r\n");
    assertEquals(await two.until(/\n/), "y BAD expected DONE\r\n");
    await one.close();
    await two.close();
  });

  it("a message that is added and removed between reports is not reported", async () => {
    const scene = new Scene();
    const [one, two] = [await scene.select(), await scene.select()];
    scene.fill("one");
    await one.command("NOOP");
    await one.command("STORE 1 FLAGS (\\Deleted)");
    await one.command("EXPUNGE");
    assertEquals(await two.command("NOOP"), "T OK NOOP completed\r\n");
    await one.close();
    await two.close();
  });

  it("the deletion of the folder expunges all", async () => {
    const scene = new Scene();
    scene.ann.createFolder("b");
    scene.ann.append("b", "\n");
    const [one, two] = [await scene.login(), await scene.select("b")];
    assertMatch(await one.command("DELETE b"), /^T OK/);
    assertEquals(await two.command("NOOP"), "* 1 EXPUNGE\r\nT OK NOOP completed\r\n");
    await one.close();
    await two.close();
  });

  it("see each other's accounts in no way", async () => {
    const scene = new Scene();
    scene.server.addUser("bob", "secret").append("INBOX", "\n");
    const one = await scene.select();
    assertNotMatch(await one.command("NOOP"), /EXISTS/);
    assertMatch(await one.command("STATUS INBOX (MESSAGES)"), /MESSAGES 0/);
    await one.close();
  });
});
