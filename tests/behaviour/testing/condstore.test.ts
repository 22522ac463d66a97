import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { ImapClient } from "@imapclient/imapclient";
import { Fixture } from "./server_fixture.ts";
import { connect, type RawClient, Scene } from "./raw_client.ts";

/** A session with three messages in INBOX; their mod-sequences are 2 to 4. */
async function three(): Promise<{ scene: Scene; client: RawClient }> {
  const scene = new Scene();
  scene.fill("one", "two", "three");
  return { scene, client: await scene.select() };
}

describe("CONDSTORE", () => {
  it("counts changes, and reports the number of the last", async () => {
    const { scene, client } = await three();
    assertMatch(await client.command("SELECT INBOX"), /\* OK \[HIGHESTMODSEQ 4\]/);
    assertEquals(
      await client.command("STORE 2 FLAGS (\\Seen)"),
      "* 2 FETCH (FLAGS (\\Seen))\r\nT OK STORE completed\r\n",
    );
    await client.command("STORE 2 +FLAGS (\\Seen)");
    assertMatch(await client.command("STATUS INBOX (HIGHESTMODSEQ)"), /\(HIGHESTMODSEQ 5\)/);
    scene.ann.append("INBOX", "\n");
    assertMatch(await client.command("STATUS INBOX (HIGHESTMODSEQ)"), /\(HIGHESTMODSEQ 6\)/);
    await client.command("STORE 1 +FLAGS (\\Deleted)");
    await client.command("EXPUNGE");
    assertMatch(await client.command("STATUS INBOX (HIGHESTMODSEQ)"), /\(HIGHESTMODSEQ 8\)/);
    await client.close();
  });

  it("is sent for each message, once the client asked for it", async () => {
    const { client } = await three();
    assertEquals(
      await client.command("FETCH 1:2 (UID MODSEQ)"),
      "* 1 FETCH (UID 1 MODSEQ (2))\r\n* 2 FETCH (UID 2 MODSEQ (3))\r\nT OK FETCH completed\r\n",
    );
    assertEquals(
      await client.command("UID STORE 3 +FLAGS.SILENT (\\Seen)"),
      "* 3 FETCH (UID 3 MODSEQ (5))\r\nT OK UID STORE completed\r\n",
    );
    assertEquals(
      await client.command("FETCH 1 BODY[TEXT]"),
      "* 1 FETCH (BODY[TEXT] {13}\r\nText of one\r\n FLAGS (\\Seen \\Recent) MODSEQ (6))\r\n" +
        "T OK FETCH completed\r\n",
    );
    await client.close();
  });

  it("sends updates with MODSEQ once CONDSTORE is enabled in any way", async () => {
    for (
      const text of [
        "ENABLE CONDSTORE",
        "EXAMINE INBOX (CONDSTORE)",
        "STATUS INBOX (HIGHESTMODSEQ)",
        "SEARCH MODSEQ 1",
        "FETCH 1 MODSEQ",
        "FETCH 1 FLAGS (CHANGEDSINCE 1)",
        "STORE 1 (UNCHANGEDSINCE 1) FLAGS ()",
      ]
    ) {
      const { scene, client } = await three();
      assertMatch(await client.command(text), /T OK/, text);
      const other = await scene.select();
      await other.command("STORE 2 FLAGS (\\Flagged)");
      assertMatch(await client.command("NOOP"), /\* 2 FETCH \(FLAGS [^\n]* MODSEQ \(5\)\)/, text);
      await client.command("SELECT INBOX");
      await other.command("STORE 2 FLAGS ()");
      assertMatch(await client.command("NOOP"), /\* 2 FETCH \(FLAGS [^\n]* MODSEQ \(6\)\)/, text);
      for (const each of [client, other]) await each.close();
    }
  });

  it("fetches messages changed since", async () => {
    const { client } = await three();
    assertEquals(
      await client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3)"),
      "* 3 FETCH (UID 3 FLAGS (\\Recent) MODSEQ (4))\r\nT OK UID FETCH completed\r\n",
    );
    assertEquals(
      await client.command("FETCH 1:* FAST (CHANGEDSINCE 4)"),
      "T OK FETCH completed\r\n",
    );
    for (const wrong of ["(VANISHED)", "(CHANGEDSINCE)", "(CHANGEDSINCE x)", "CHANGEDSINCE 1"]) {
      assertMatch(await client.command(`FETCH 1 FLAGS ${wrong}`), /^T BAD/, wrong);
    }
    await client.close();
  });

  it("stores flags of unchanged messages, and names the others", async () => {
    const { client } = await three();
    assertEquals(
      await client.command("STORE 1:3 (UNCHANGEDSINCE 3) +FLAGS (\\Seen)"),
      "* 1 FETCH (FLAGS (\\Seen \\Recent) MODSEQ (5))\r\n" +
        "* 2 FETCH (FLAGS (\\Seen \\Recent) MODSEQ (6))\r\n" +
        "T OK [MODIFIED 3] STORE completed\r\n",
    );
    assertEquals(
      await client.command("UID STORE 1:3 (UNCHANGEDSINCE 1) -FLAGS.SILENT (\\Seen)"),
      "T OK [MODIFIED 1:3] UID STORE completed\r\n",
    );
    assertMatch(await client.command("STORE 1 (SINCE 1) FLAGS ()"), /^T BAD/);
    await client.close();
  });

  it("searches and sorts by it", async () => {
    const { client } = await three();
    assertMatch(await client.command("SEARCH MODSEQ 3"), /^\* SEARCH 2 3 \(MODSEQ 4\)\r/);
    assertMatch(
      await client.command('UID SEARCH MODSEQ "/flags/\\\\draft" all 3 SEEN'),
      /^\* SEARCH\r/,
    );
    assertMatch(
      await client.command("SORT (REVERSE SUBJECT) US-ASCII MODSEQ 3"),
      /^\* SORT 2 3 \(MODSEQ 4\)\r/,
    );
    assertMatch(await client.command("SEARCH ALL"), /^\* SEARCH 1 2 3\r/);
    await client.close();
  });

  it("can be left out", async () => {
    const scene = new Scene({ capabilities: { omit: ["CONDSTORE", "STATUS=SIZE"] } });
    scene.fill("one");
    const client = await scene.select();
    assertNotMatch(await client.command("SELECT INBOX"), /MODSEQ/);
    assertMatch(await client.command("ENABLE CONDSTORE"), /^\* ENABLED\r/);
    for (
      const text of [
        "SELECT INBOX (CONDSTORE)",
        "STATUS INBOX (HIGHESTMODSEQ)",
        "STATUS INBOX (SIZE)",
      ]
    ) assertMatch(await client.command(text), /^T BAD/, text);
    await client.command("SELECT INBOX");
    for (const text of ["FETCH 1 MODSEQ", "SEARCH MODSEQ 1", "FETCH 1 FLAGS (CHANGEDSINCE 1)"]) {
      assertMatch(await client.command(text), /^T BAD/, text);
    }
    await client.close();
  });
});

describe("STATUS=SIZE", () => {
  it("reports the bytes of all messages", async () => {
    const { client } = await three();
    assertMatch(await client.command("STATUS INBOX (SIZE)"), /\(SIZE 91\)/);
    await client.close();
    const before = connect(new Scene().server);
    assertMatch(await before.until(/\n/), /STATUS=SIZE/);
    await before.close();
  });
});

describe("this library's client", () => {
  it("R2 uses the server's CONDSTORE", async () => {
    await using fixture = new Fixture();
    const client = await ImapClient.connect({ transport: fixture.server.transport });
    await client.login("ann", "secret");
    assertEquals(await client.enable(["CONDSTORE"]), ["CONDSTORE"]);
    const inbox = await client.selectFolder("INBOX");
    assertEquals(inbox.HIGHESTMODSEQ, 4n);
    const status = await client.folderStatus("INBOX", ["HIGHESTMODSEQ", "SIZE"]);
    assertEquals(status.HIGHESTMODSEQ, 4n);
    assertEquals(
      status.SIZE,
      fixture.ann.messages("INBOX").reduce((n, m) => n + m.bytes.length, 0),
    );
    const found = await client.search(["MODSEQ", "3"]);
    assertEquals([[...found], found.modseq], [[2, 3], 4n]);
    const changed = await client.fetch("1:*", ["FLAGS"], { modifiers: ["CHANGEDSINCE 3"] });
    assertEquals([...changed.keys()], [3]);
    await client.logout();
  });
});
