import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  ImapAbortError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  PartialReplaceError,
  ProtocolError,
  ReadOnlyError,
  SAVED,
} from "@imapclient/imapclient";
import {
  connectFake,
  type FakeServer,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

const OFFERED = "IMAP4rev1 UIDPLUS REPLACE LITERAL+";
const PLAIN = "IMAP4rev1 UIDPLUS LITERAL+";

/** Reads a command with the message `new`, and returns its tag. */
async function upload(server: FakeServer, command: string): Promise<string> {
  const tag = await server.expect(`${command} {3+}`);
  assertEquals(await server.line(), "new");
  return tag;
}

/** Selects a folder that can't be changed. */
async function readOnly(capabilities: string) {
  const { client, server } = await selectFake({}, capabilities);
  const examining = client.selectFolder("x", { readonly: true });
  await server.answer('EXAMINE "x"', "* 9 EXISTS");
  await examining;
  return { client, server };
}

/** The connection still works. */
async function goesOn(client: ImapClient, server: FakeServer): Promise<void> {
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
}

describe("replace, with REPLACE", () => {
  test("by UID → one command, and where the new message is [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const heard: string[] = [];
    client.listen(({ type }) => heard.push(type));
    const replacing = client.replace(5, "Drafts", "new", { flags: "\\Draft" });
    const tag = await upload(server, 'UID REPLACE 5 "Drafts" (\\Draft)');
    const lines = ["* 7 FETCH (FLAGS ())", "* OK [APPENDUID 7 12] here", "* 5 EXPUNGE"];
    await server.send(...lines, `${tag} OK done`);
    const text = "[APPENDUID 7 12] done";
    assertEquals(await replacing, { text, uidValidity: 7, uid: 12, old: "replaced" });
    assertEquals(heard, ["FETCH", "EXPUNGE"]);
    client.shutdown();
  });

  test("by number, with a date → one command [ext REPLACE]", async () => {
    const { client, server } = await selectFake({ useUid: false }, OFFERED);
    const date = new Date("2026-01-02T03:04:05Z");
    const replacing = client.replace([5], "Drafts", new TextEncoder().encode("new"), { date });
    const tag = await server.line();
    assert(/^\w+ REPLACE 5 "Drafts" \(\) ".{26}" \{3\+\}$/.test(tag), tag);
    assertEquals(await server.line(), "new");
    await server.send("* 5 EXPUNGE", `${tag.split(" ")[0]} OK done`);
    assertEquals((await replacing).uid, null);
    client.shutdown();
  });

  test("the message waits for + without LITERAL+ [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 REPLACE");
    const replacing = client.replace(5, "x", "new");
    const tag = await server.expect('UID REPLACE 5 "x" () {3}');
    assert(await server.isSilent());
    await server.send("+ go on");
    assertEquals(await server.line(), "new");
    await server.send(`${tag} OK done`);
    await replacing;
    const refused = outcome(client.replace(5, "x", "new"));
    const again = await server.expect('UID REPLACE 5 "x" () {3}');
    await server.send(`${again} NO [NONEXISTENT] no such message`);
    assertEquals((await refused as ImapError).code, "NONEXISTENT");
    await goesOn(client, server);
  });

  test("refused after APPENDUID → not sent again in another form [ext REPLACE]", async () => {
    const { client, server } = await connectFake();
    const login = client.login("ann", "x");
    const inside = await server.expect('LOGIN "ann" "x"');
    await server.send(`${inside} OK [CAPABILITY ${OFFERED} ENABLE UTF8=ACCEPT] in`);
    await server.answer("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT");
    await login;
    const selecting = client.selectFolder("INBOX");
    await server.answer('SELECT "INBOX"', "* 9 EXISTS");
    await selecting;
    const failing = outcome(client.replace(5, "x", "Subject: \u00fc\r\n\r\n"));
    const tag = await server.expect('UID REPLACE 5 "x" () {15+}');
    await server.bytes(17);
    await server.send("* OK [APPENDUID 7 12] here", `${tag} NO it failed then`);
    assertInstanceOf(await failing, PartialReplaceError);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("an id from an iterator, which can be read once → taken [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const replacing = client.replace(new Set([5]).values(), "x", "new");
    await server.send(`${await upload(server, 'UID REPLACE 5 "x" ()')} OK done`);
    await replacing;
    client.shutdown();
  });

  test("NO or BAD, though it is offered → ImapError, and the client goes on [ext REPLACE]", async () => {
    for (const status of ["NO", "BAD"]) {
      const { client, server } = await selectFake({}, OFFERED);
      const failing = outcome(client.replace(5, "x", "new"));
      const tag = await upload(server, 'UID REPLACE 5 "x" ()');
      await server.send(`${tag} ${status} [CANNOT] not today`);
      const error = await failing;
      assertInstanceOf(error, ImapError);
      assertEquals([error.constructor, error.code], [ImapError, "CANNOT"]);
      await goesOn(client, server);
    }
  });

  test("a message in pieces → CATENATE, and refused without it [ext REPLACE, CATENATE]", async () => {
    const pieces = ["new", { url: "/Drafts/;UID=5/;SECTION=TEXT" }] as const;
    const { client, server } = await selectFake({}, `${OFFERED} CATENATE`);
    const replacing = client.replace(5, "Drafts", pieces);
    const tag = await server.expect('UID REPLACE 5 "Drafts" () CATENATE (TEXT {3+}');
    assertEquals(await server.line(), 'new URL "/Drafts/;UID=5/;SECTION=TEXT")');
    await server.send(`${tag} OK [APPENDUID 7 12] done`);
    assertEquals((await replacing).uid, 12);
    client.shutdown();
    for (const capabilities of [OFFERED, PLAIN]) {
      const plain = await selectFake({}, capabilities);
      await assertRejects(() => plain.client.replace(5, "x", pieces), CapabilityError, "CATENATE");
      assert(await plain.server.isSilent());
      plain.client.shutdown();
    }
  });

  test("SAVED with one message → its id; with several → refused [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, `${OFFERED} ESEARCH SEARCHRES`);
    const searching = client.search("FLAGGED", { save: true });
    await server.answerTagged(
      "UID SEARCH RETURN (SAVE ALL COUNT) FLAGGED",
      '* ESEARCH (TAG "$") UID ALL 8 COUNT 1',
    );
    await searching;
    const replacing = client.replace(SAVED, "x", "new");
    await server.send(`${await upload(server, 'UID REPLACE 8 "x" ()')} OK done`);
    await replacing;
    const again = client.search("SEEN", { save: true });
    await server.answerTagged(
      "UID SEARCH RETURN (SAVE ALL COUNT) SEEN",
      '* ESEARCH (TAG "$") UID ALL 8:9 COUNT 2',
    );
    await again;
    await assertRejects(() => client.replace(SAVED, "x", "new"), InvalidArgumentError, "one");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("aborted or cut after APPENDUID → PartialReplaceError [ext REPLACE]", async () => {
    for (const how of ["abort", "cut"]) {
      const { client, server } = await selectFake({}, OFFERED);
      const controller = new AbortController();
      const failing = outcome(client.replace(5, "x", "new", { signal: controller.signal }));
      await upload(server, 'UID REPLACE 5 "x" ()');
      const told = new Promise((resolve) => client.listen(resolve));
      await server.send("* OK [APPENDUID 7 12] here", "* 3 EXISTS");
      await told;
      if (how === "abort") controller.abort(new Error("enough"));
      else server.close();
      const error = await failing;
      assertInstanceOf(error, PartialReplaceError);
      assertEquals([error.old, error.uid], ["unknown", 12]);
      assert(error.message.includes("half-way, or altogether"), error.message);
      client.shutdown();
    }
  });

  test("aborted or cut before → as any call [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    assertEquals(await outcome(client.replace(5, "x", "new", { signal })), reason);
    assert(await server.isSilent());
    const controller = new AbortController();
    const aborted = outcome(client.replace(5, "x", "new", { signal: controller.signal }));
    const tag = await upload(server, 'UID REPLACE 5 "x" ()');
    controller.abort(reason);
    assertEquals(await aborted, reason);
    await server.send("* OK [APPENDUID 7 12] here", `${tag} OK done`);
    const cut = outcome(client.replace(6, "x", "new"));
    await upload(server, 'UID REPLACE 6 "x" ()');
    server.close();
    assertInstanceOf(await cut, ImapAbortError);
  });
});

describe("replace, without REPLACE", () => {
  test("each step waits for the one before [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const replacing = client.replace(5, "Drafts", "new", { flags: "\\Draft" });
    const later = client.noop();
    const fetching = await server.expect("UID FETCH 5 (UID)");
    assert(await server.isSilent());
    await server.send("* 3 FETCH (UID 5)", `${fetching} OK done`);
    const appending = await upload(server, 'APPEND "Drafts" (\\Draft)');
    assert(await server.isSilent());
    await server.send("* 1001 EXISTS", `${appending} OK [APPENDUID 7 12] done`);
    const storing = await server.expect("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
    assert(await server.isSilent());
    await server.send(`${storing} OK done`);
    await server.answer("UID EXPUNGE 5", "* 3 EXPUNGE");
    const text = "[APPENDUID 7 12] done";
    assertEquals(await replacing, { text, uidValidity: 7, uid: 12, old: "expunged" });
    await server.answer("NOOP");
    await later;
    client.shutdown();
  });

  test("by number → by its UID from then on, whatever is removed meanwhile [ext REPLACE]", async () => {
    const { client, server } = await selectFake({ useUid: false }, PLAIN);
    const replacing = client.replace(3, "x", "new");
    await server.answer("FETCH 3 (UID)", "* 3 FETCH (UID 5)");
    const appending = await upload(server, 'APPEND "x" ()');
    await server.send("* 1 EXPUNGE", `${appending} OK done`);
    await server.answer("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
    await server.answer("UID EXPUNGE 5", "* 2 EXPUNGE");
    assertEquals(await replacing, { text: "done", uidValidity: null, uid: null, old: "expunged" });
    client.shutdown();
  });

  test("the message does not exist → nothing is appended [ext REPLACE]", async () => {
    for (const useUid of [true, false]) {
      const { client, server } = await selectFake({ useUid }, PLAIN);
      const failing = outcome(client.replace(5, "x", "new"));
      await server.answer(`${useUid ? "UID " : ""}FETCH 5 (UID)`, "* 4 FETCH (UID 4)");
      const error = await failing;
      assertInstanceOf(error, ImapError);
      assert(/^nothing was appended: .* 5$/.test(error.message), error.message);
      await goesOn(client, server);
    }
  });

  test("EXPUNGE while the number's UID is asked for → nothing is appended [ext REPLACE]", async () => {
    const answers = [["* 1 EXPUNGE", "* 3 FETCH (UID 6)"], ["* 3 FETCH (UID 5)", "* 2 EXPUNGE"]];
    for (const lines of [...answers, ["* VANISHED 2", "* 3 FETCH (UID 6)"]]) {
      const { client, server } = await selectFake({ useUid: false }, PLAIN);
      const failing = outcome(client.replace(3, "x", "new"));
      await server.answer("FETCH 3 (UID)", ...lines);
      const error = await failing;
      assertInstanceOf(error, IllegalStateError);
      assert(error.message.startsWith("nothing was appended"), error.message);
      await goesOn(client, server);
    }
  });

  test("UIDVALIDITY changes between the steps → the old message stays [ext REPLACE]", async () => {
    for (const step of ["APPEND", "STORE"]) {
      const { client, server } = await selectFake({}, PLAIN);
      const noop = client.noop();
      await server.answer("NOOP", "* OK [UIDVALIDITY 7] yes");
      await noop;
      const failing = outcome(client.replace(5, "x", "new"));
      const news = (at: string) => at === step ? ["* OK [UIDVALIDITY 8] no"] : [];
      await server.answer("UID FETCH 5 (UID)", "* 3 FETCH (UID 5)");
      const appending = await upload(server, 'APPEND "x" ()');
      await server.send(...news("APPEND"), `${appending} OK done`);
      if (step === "STORE") {
        await server.answer("UID STORE 5 +FLAGS.SILENT (\\Deleted)", ...news("STORE"));
      }
      const error = await failing;
      assertInstanceOf(error, PartialReplaceError);
      assertEquals(error.old, step === "STORE" ? "flagged" : "kept");
      await goesOn(client, server);
    }
  });

  test("the new message is the old one → nothing is removed [ext REPLACE]", async () => {
    for (const [name, code] of [["INBOX", "7 5"], ["inbox", "7 5"], ["INBOX", "8 6"]]) {
      const { client, server } = await selectFake({}, PLAIN);
      const noop = client.noop();
      await server.answer("NOOP", "* OK [UIDVALIDITY 7] yes");
      await noop;
      const failing = outcome(client.replace(5, name, "new"));
      await server.answer("UID FETCH 5 (UID)", "* 3 FETCH (UID 5)");
      const tag = await upload(server, `APPEND "${name}" ()`);
      await server.send(`${tag} OK [APPENDUID ${code}] done`);
      const error = await failing;
      assertInstanceOf(error, PartialReplaceError);
      assertEquals([error.old, (error.partial as { uid: number }).uid], ["kept", Number(code[2])]);
      assert(error.message.startsWith("nothing was removed"), error.message);
      await goesOn(client, server);
    }
    // In another folder, the same numbers are another message.
    const { client, server } = await selectFake({}, PLAIN);
    const replacing = client.replace(5, "y", "new");
    await server.answer("UID FETCH 5 (UID)", "* 3 FETCH (UID 5)", "* OK [UIDVALIDITY 7] yes");
    await server.send(`${await upload(server, 'APPEND "y" ()')} OK [APPENDUID 7 5] done`);
    await server.answer("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
    await server.answer("UID EXPUNGE 5");
    assertEquals((await replacing).old, "expunged");
    client.shutdown();
  });

  test("no UID for a number → ProtocolError, nothing is appended [ext REPLACE]", async () => {
    const { client, server } = await selectFake({ useUid: false }, PLAIN);
    const failing = outcome(client.replace(5, "x", "new"));
    await server.answer("FETCH 5 (UID)", "* 5 FETCH (FLAGS ())");
    assertInstanceOf(await failing, ProtocolError);
    await goesOn(client, server);
  });

  test("the append is refused → the old message stays as it is [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const failing = outcome(client.replace(5, "x", "new"));
    await server.answer("UID FETCH 5 (UID)", "* 3 FETCH (UID 5)");
    await server.send(`${await upload(server, 'APPEND "x" ()')} NO [TRYCREATE] no such folder`);
    const error = await failing;
    assertEquals([error.constructor, (error as ImapError).code], [ImapError, "TRYCREATE"]);
    await goesOn(client, server);
  });

  test("NO to a later step → the error says what is done [ext REPLACE]", async () => {
    for (const step of ["STORE", "EXPUNGE"]) {
      const { client, server } = await selectFake({}, PLAIN);
      const failing = outcome(client.replace(5, "x", "new"));
      await server.answer("UID FETCH 5 (UID)", "* 3 FETCH (UID 5)");
      await server.send(`${await upload(server, 'APPEND "x" ()')} OK [APPENDUID 7 12] done`);
      let tag = await server.expect("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
      if (step === "EXPUNGE") {
        await server.send(`${tag} OK done`);
        tag = await server.expect("UID EXPUNGE 5");
      }
      await server.send(`${tag} NO [NOPERM] no`);
      const error = await failing;
      assertInstanceOf(error, PartialReplaceError);
      const [old, what] = step === "STORE"
        ? ["kept", "was not flagged \\Deleted"]
        : ["flagged", "was not expunged, though flagged \\Deleted"];
      assertEquals([error.old, error.code], [old, "NOPERM"]);
      assert(error.message.includes(what), error.message);
      assertEquals((error.partial as { uid: number }).uid, 12);
      assertEquals(error.uid, 12);
      await goesOn(client, server);
    }
  });

  test("aborted or cut at each step → nothing is lost, and the error says so [ext REPLACE]", async () => {
    const steps = ["UID FETCH", "APPEND", "UID STORE", "UID EXPUNGE"];
    for (const how of ["abort", "cut", "break"]) {
      for (const last of steps) {
        const { client, server } = await selectFake({}, PLAIN);
        const controller = new AbortController();
        const failing = outcome(client.replace(5, "x", "new", { signal: controller.signal }));
        for (const step of steps) {
          const line = await server.line();
          assert(line.includes(step), `${line}: ${step}`);
          if (step === "APPEND") assertEquals(await server.line(), "new");
          if (step === last) break;
          await server.send("* 3 FETCH (UID 5)", `${line.split(" ")[0]} OK done`);
        }
        if (how === "abort") controller.abort(new Error("enough"));
        else if (how === "cut") server.close();
        else server.break();
        const error = await failing;
        const isLate = last === "UID STORE" || last === "UID EXPUNGE";
        assertEquals(error instanceof PartialReplaceError, isLate, `${how} ${last}: ${error}`);
        if (error instanceof PartialReplaceError) {
          assertEquals(error.old, "unknown");
          assert(error.message.includes("is not known"), error.message);
          assert(error.cause instanceof Error);
        }
        if (how !== "abort") continue;
        // No further step is taken.
        server.close();
        assertEquals(await server.rest(), "");
      }
    }
  });

  test("a folder selected meanwhile waits [ext REPLACE]", async () => {
    const { client, server } = await selectFake({}, PLAIN);
    const replacing = client.replace(5, "x", "new");
    const selecting = client.selectFolder("Other");
    await server.answer("UID FETCH 5 (UID)", "* 3 FETCH (UID 5)");
    await server.send(`${await upload(server, 'APPEND "x" ()')} OK done`);
    await server.answer("UID STORE 5 +FLAGS.SILENT (\\Deleted)");
    await server.answer("UID EXPUNGE 5");
    await replacing;
    await server.answer('SELECT "Other"', "* 1 EXISTS");
    await selecting;
    client.shutdown();
  });
});

describe("replace is refused, and nothing is sent", () => {
  test("neither REPLACE nor UIDPLUS → CapabilityError [ext REPLACE]", async () => {
    const { client, server } = await selectFake();
    await assertRejects(() => client.replace(5, "x", "new"), CapabilityError, "REPLACE");
    assert(await server.isSilent());
    client.shutdown();
  });

  test("a read-only folder → ReadOnlyError [ext REPLACE]", async () => {
    for (const capabilities of [OFFERED, PLAIN]) {
      const { client, server } = await readOnly(capabilities);
      await assertRejects(() => client.replace(5, "x", "new"), ReadOnlyError);
      assert(await server.isSilent());
      client.shutdown();
    }
  });

  test("not one id, a message that can't be sent → InvalidArgumentError [ext REPLACE]", async () => {
    for (const capabilities of [OFFERED, PLAIN]) {
      const { client, server } = await selectFake({}, `${capabilities} APPENDLIMIT=10`);
      for (const ids of [[], [5, 6], "5:6", "1:4294967295", "*", "5:*", "", 0, -1, 1.5, null]) {
        const call = () => client.replace(ids as number, "x", "new");
        await assertRejects(call, InvalidArgumentError, undefined, String(ids));
      }
      const calls = [
        () => client.replace(5, "x", "more than ten bytes"),
        () => client.replace(5, "x", "a\0b"),
        () => client.replace(5, "x", ""),
        () => client.replace(5, "x", ["", new Uint8Array(0)]),
        () => client.replace(5, "x", { stream: new Blob([]).stream(), size: 0 }),
        () => client.replace(5, "x", "new", { flags: "a b" }),
        () => client.replace(5, "\ud800", "new"),
        () => client.replace(5, "x", "new", { flag: "a" } as object),
      ];
      for (const call of calls) await assertRejects(call, InvalidArgumentError);
      const annotations = { "/comment": { "value.priv": "note" } };
      const annotated = () => client.replace(5, "x", "new", { annotations });
      await assertRejects(annotated, CapabilityError, "ANNOTATE");
      assert(await server.isSilent());
      client.shutdown();
    }
  });

  test("ids found in another folder, or numbers that moved → IllegalStateError [ext REPLACE]", async () => {
    for (const capabilities of [OFFERED, PLAIN]) {
      const { client, server } = await selectFake({}, capabilities);
      const searching = client.search("ALL");
      await server.answer("UID SEARCH ALL", "* SEARCH 5");
      const found = await searching;
      const selecting = client.selectFolder("y");
      await server.answer('SELECT "y"', "* 9 EXISTS");
      await selecting;
      await assertRejects(() => client.replace(found, "x", "new"), IllegalStateError);
      client.useUid = false;
      const numbers = client.search("ALL");
      await server.answer("SEARCH ALL", "* SEARCH 5");
      const moved = await numbers;
      const noop = client.noop();
      await server.answer("NOOP", "* 1 EXPUNGE");
      await noop;
      await assertRejects(() => client.replace(moved, "x", "new"), IllegalStateError);
      assert(await server.isSilent());
      client.shutdown();
    }
  });
});
