// What a session knows of mod-sequences (RFC 7162 section 6).
import { describe } from "node:test";
import { assertEquals } from "@std/assert";
import { connectFake, test } from "../../support/fake_server.ts";
import type { FakeServer } from "../../support/fake_server.ts";
import type { ImapClient } from "../../../mod.ts";

const CAPABILITIES = "IMAP4rev1 CONDSTORE IDLE UNSELECT";

/** A client with a folder selected, whose HIGHESTMODSEQ is 96. */
async function selected(code = "HIGHESTMODSEQ 96") {
  const greeting = `* PREAUTH [CAPABILITY ${CAPABILITIES}] hello`;
  const { client, server } = await connectFake({}, greeting);
  const selecting = client.selectFolder("INBOX", { condstore: true });
  await server.answer('SELECT "INBOX" (CONDSTORE)', "* 9 EXISTS", `* OK [${code}] x`);
  await selecting;
  return { client, server };
}

/** NOOP with this answer, the last line of which is the tagged one. */
async function noop(client: ImapClient, server: FakeServer, ...lines: string[]): Promise<void> {
  const asked = client.noop();
  const tag = await server.expect("NOOP");
  const last = lines.pop() ?? "";
  await server.send(...lines, `${tag} OK ${last} done`);
  await asked;
}

describe("the highest mod-sequence of the selected folder", () => {
  test("SELECT, then MODSEQ of FETCH → advances when the command is over [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    assertEquals(client.highestModseq, 96n);
    const asked = client.noop();
    const tag = await server.expect("NOOP");
    const told = new Promise<void>((resolve) => client.listen(() => resolve()));
    await server.send("* 1 FETCH (UID 6 MODSEQ (103))", "* 2 FETCH (UID 7 MODSEQ (101))");
    await told;
    assertEquals(client.highestModseq, 96n);
    await server.send(`${tag} OK done`);
    await asked;
    assertEquals(client.highestModseq, 103n);
    await noop(client, server, "* 2 FETCH (UID 7 MODSEQ (99))", "");
    assertEquals(client.highestModseq, 103n);
    client.shutdown();
  });

  test("the example of RFC 7162 section 6 → 99, 99, 104 [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const storing = client.addFlags("6:7", "\\Seen", { unchangedSince: 96, silent: true });
    await server.answer(
      "UID STORE 6:7 (UNCHANGEDSINCE 96) +FLAGS.SILENT (\\Seen)",
      "* 1 FETCH (UID 6 MODSEQ (103))",
      "* 2 FETCH (UID 7 MODSEQ (101))",
      "* OK [HIGHESTMODSEQ 99] VANISHED reply with MODSEQ 100 is delayed",
    );
    await storing;
    assertEquals(client.highestModseq, 99n);
    await noop(client, server, "* 3 FETCH (UID 8 MODSEQ (104))", "[HIGHESTMODSEQ 99]");
    assertEquals(client.highestModseq, 99n);
    await noop(client, server, "* VANISHED 8", "[HIGHESTMODSEQ 104]");
    assertEquals(client.highestModseq, 104n);
    client.shutdown();
  });

  test("another command under way → only what the server vouches for [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const [one, two] = [client.fetch("1:5", "MODSEQ"), client.fetch("6:9", "MODSEQ")];
    const first = await server.expect("UID FETCH 1:5 (MODSEQ)");
    const second = await server.expect("UID FETCH 6:9 (MODSEQ)");
    await server.send("* 6 FETCH (UID 6 MODSEQ (200))", `${first} OK done`);
    await one;
    assertEquals(client.highestModseq, 96n);
    await server.send("* 7 FETCH (UID 7 MODSEQ (150))", `${second} OK done`);
    await two;
    assertEquals(client.highestModseq, 200n);
    const [three, four] = [client.fetch("1:5", "MODSEQ"), client.fetch("6:9", "MODSEQ")];
    const third = await server.expect("UID FETCH 1:5 (MODSEQ)");
    const fourth = await server.expect("UID FETCH 6:9 (MODSEQ)");
    await server.send("* 6 FETCH (UID 6 MODSEQ (300))", `${third} OK [HIGHESTMODSEQ 250] done`);
    await three;
    assertEquals(client.highestModseq, 250n);
    await server.send(`${fourth} OK done`);
    await four;
    assertEquals(client.highestModseq, 250n);
    client.shutdown();
  });

  test("NOMODSEQ, none, nonsense → null, and stays so [ext CONDSTORE]", async () => {
    for (const code of ["NOMODSEQ", "READ-WRITE", "HIGHESTMODSEQ x", "HIGHESTMODSEQ (-1)"]) {
      const { client, server } = await selected(code);
      assertEquals(client.highestModseq, null);
      await noop(client, server, "* 1 FETCH (UID 6 MODSEQ (103))", "");
      assertEquals(client.highestModseq, null);
      await noop(client, server, "* OK [HIGHESTMODSEQ 120] the first", "");
      assertEquals(client.highestModseq, code === "NOMODSEQ" ? null : 120n);
      client.shutdown();
    }
  });

  test("another folder → its own; none selected → null [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const selecting = client.selectFolder("Other");
    const tag = await server.expect('SELECT "Other"');
    await server.send(
      "* 1 FETCH (UID 6 MODSEQ (500))",
      "* OK [HIGHESTMODSEQ 400] of the folder before",
      "* OK [CLOSED] x",
      "* 3 EXISTS",
      "* OK [HIGHESTMODSEQ 7] x",
      `${tag} OK [READ-WRITE] selected`,
    );
    await selecting;
    assertEquals(client.highestModseq, 7n);
    await noop(client, server, "");
    assertEquals(client.highestModseq, 7n);
    const leaving = client.unselectFolder();
    await server.answer("UNSELECT");
    await leaving;
    assertEquals(client.highestModseq, null);
    client.shutdown();
  });

  test("a folder that is held → told by the folder, not by the client [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const opening = client.openFolder("Work");
    await server.answer('SELECT "Work"', "* 3 EXISTS", "* OK [HIGHESTMODSEQ 5] x");
    const folder = await opening;
    assertEquals([folder.highestModseq, client.highestModseq], [5n, null]);
    const fetching = folder.fetch("1:*", "MODSEQ");
    await server.answer("UID FETCH 1:* (MODSEQ)", "* 1 FETCH (UID 1 MODSEQ (9))");
    await fetching;
    assertEquals(folder.highestModseq, 9n);
    await folder.close();
    client.shutdown();
  });
});
