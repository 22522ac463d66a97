// What a session knows of mod-sequences (RFC 7162 section 6).
import { describe } from "node:test";
import { assertEquals } from "@std/assert";
import { connectFake, outcome, test } from "../../support/fake_server.ts";
import type { FakeServer } from "../../support/fake_server.ts";
import { IllegalStateError, type ImapClient, type UntaggedResponse } from "../../../mod.ts";

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

  /** UID FETCH 1:9 (FLAGS MODSEQ), of which the caller hears nothing more. */
  async function givenUp(client: ImapClient, server: FakeServer) {
    const abort = new AbortController();
    const { signal } = abort;
    const fetching = outcome(client.fetch("1:9", ["FLAGS", "MODSEQ"], { signal }));
    const tag = await server.expect("UID FETCH 1:9 (FLAGS MODSEQ)");
    abort.abort();
    await fetching;
    return tag;
  }

  test("changes told to a call that was given up → stays, until SELECT [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const tag = await givenUp(client, server);
    await server.send("* 6 FETCH (UID 6 FLAGS (a) MODSEQ (103))", `${tag} OK done`);
    await noop(client, server, "* 7 FETCH (UID 7 FLAGS (a) MODSEQ (104))", "");
    assertEquals(client.highestModseq, 96n);
    await noop(client, server, "[HIGHESTMODSEQ 105]");
    assertEquals(client.highestModseq, 96n);
    await noop(client, server, "[HIGHESTMODSEQ 90]");
    assertEquals(client.highestModseq, 90n);
    const selecting = client.selectFolder("INBOX", { condstore: true });
    await server.answer('SELECT "INBOX" (CONDSTORE)', "* OK [HIGHESTMODSEQ 105] x");
    await selecting;
    await noop(client, server, "* 7 FETCH (UID 7 FLAGS (b) MODSEQ (106))", "");
    assertEquals(client.highestModseq, 106n);
    client.shutdown();
  });

  test("given up, and another call is answered first → stays [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const asked = client.fetch("20", "ENVELOPE");
    const first = await server.expect("UID FETCH 20 (ENVELOPE)");
    const second = await givenUp(client, server);
    const row = "* 6 FETCH (UID 6 FLAGS (a) MODSEQ (103))";
    await server.send(row, `${first} OK [HIGHESTMODSEQ 110] done`);
    await asked;
    assertEquals(client.highestModseq, 96n);
    await server.send(`${second} OK done`);
    await noop(client, server, "");
    assertEquals(client.highestModseq, 96n);
    client.shutdown();
  });

  test("given up with no change told → advances [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const tag = await givenUp(client, server);
    await server.send(`${tag} OK done`);
    await noop(client, server, "* 7 FETCH (UID 7 FLAGS (a) MODSEQ (104))", "");
    assertEquals(client.highestModseq, 104n);
    client.shutdown();
  });

  test("fetchEach is left early → stays [ext CONDSTORE]", async () => {
    for (const isLate of [false, true]) {
      const { client, server } = await selected();
      const messages = client.fetchEach("1:*", ["FLAGS"], { changedSince: 96 });
      const first = messages.next();
      const tag = await server.expect("UID FETCH 1:* (FLAGS MODSEQ) (CHANGEDSINCE 96)");
      const row = (uid: number) => `* ${uid} FETCH (UID ${uid} FLAGS (a) MODSEQ (${100 + uid}))`;
      await server.send(row(1), ...isLate ? [] : [row(2)]);
      await first;
      await messages.return(undefined);
      await server.send(...isLate ? [row(2)] : [], `${tag} OK done`);
      await noop(client, server, "");
      assertEquals(client.highestModseq, 96n);
      client.shutdown();
    }
  });

  test("changes that can't be read → stays, and numbers have moved [ext CONDSTORE, QRESYNC]", async () => {
    for (const [line, moved] of [["VANISHED 5:x", true], ["EXPUNGE", true], ["3 FETCH x", false]]) {
      const { client, server } = await selected();
      client.useUid = false;
      const asked = client.noop();
      const storing = outcome(client.deleteMessages(3));
      const tag = await server.expect("NOOP");
      await server.send(`* ${line}`, `${tag} OK [HIGHESTMODSEQ 110] done`);
      await asked;
      if (!moved) await server.answer("STORE 3 +FLAGS (\\Deleted)");
      assertEquals(await storing instanceof IllegalStateError, moved, String(line));
      assertEquals(client.highestModseq, 96n, String(line));
      client.shutdown();
    }
  });

  test("flags that change while something else is fetched → watch hears [ext CONDSTORE]", async () => {
    const { client, server } = await selected();
    const heard: UntaggedResponse[] = [];
    client.listen((response) => heard.push(response));
    const update = "* 3 FETCH (UID 3 FLAGS (a) MODSEQ (100))";
    const fetching = client.fetch("3", ["RFC822.SIZE"]);
    await server.answer("UID FETCH 3 (RFC822.SIZE)", update, "* 3 FETCH (UID 3 RFC822.SIZE 9)");
    assertEquals(Object.keys((await fetching).get(3)!), ["SEQ", "FLAGS", "MODSEQ", "RFC822.SIZE"]);
    const each = client.fetchEach("3", ["RFC822.SIZE"]).next();
    await server.answer("UID FETCH 3 (RFC822.SIZE)", update, "* 3 FETCH (UID 3 RFC822.SIZE 9)");
    assertEquals((await each).value!["RFC822.SIZE"], 9);
    const told = heard.map((response) => response.type === "FETCH" && Object.keys(response.items));
    assertEquals(told[0], ["SEQ", "FLAGS", "MODSEQ"]);
    assertEquals(told.length, 2);
    assertEquals(client.highestModseq, 100n);
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
