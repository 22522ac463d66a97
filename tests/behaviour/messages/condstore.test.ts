// CONDSTORE (RFC 7162): changes that depend on mod-sequences, and fetching what has changed.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConditionFailedError,
  ImapError,
  InvalidArgumentError,
  MessageLimitError,
  ProtocolError,
  ReadOnlyError,
  type UntaggedResponse,
} from "../../../mod.ts";
import { outcome, selectFake, test, turns } from "../../support/fake_server.ts";

const CONDSTORE = "IMAP4rev1 CONDSTORE";
const ADD = "(UNCHANGEDSINCE 12) +FLAGS (\\Seen)";

/** The messages of a `ConditionFailedError`, and what the others have. */
function failed(error: unknown): [modified: string, stored: unknown] {
  assertInstanceOf(error, ConditionFailedError);
  return [String(error.modified), error.partial && [...error.partial as Map<number, unknown>]];
}

test("unchangedSince: nobody has changed them → the flags [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  const adding = client.addFlags([5, 7], "\\Seen", { unchangedSince: 12n });
  await server.answer(`UID STORE 5,7 ${ADD}`, "* 1 FETCH (UID 5 MODSEQ (20) FLAGS (\\Seen))");
  assertEquals([...await adding], [[5, ["\\Seen"]]]);
  const calls = [
    [() => client.removeFlags(5, "x", { unchangedSince: 0 }), "(UNCHANGEDSINCE 0) -FLAGS (x)"],
    [() => client.setFlags(5, [], { unchangedSince: 1 }), "(UNCHANGEDSINCE 1) FLAGS ()"],
    [
      () => client.deleteMessages(5, { unchangedSince: 2n ** 63n - 1n, silent: true }),
      "(UNCHANGEDSINCE 9223372036854775807) +FLAGS.SILENT (\\Deleted)",
    ],
  ] as const;
  for (const [call, sent] of calls) {
    const storing = call();
    await server.answer(`UID STORE 5 ${sent}`, "* 1 FETCH (UID 5 MODSEQ (21))");
    await storing;
  }
  client.shutdown();
});

test("unchangedSince by number, and for Gmail's labels → sent likewise [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({ useUid: false }, `${CONDSTORE} X-GM-EXT-1`);
  const adding = outcome(client.addFlags("5:9", "\\Seen", { unchangedSince: 12 }));
  const tag = await server.expect(`STORE 5:9 ${ADD}`);
  await server.send("* 5 FETCH (MODSEQ (20) FLAGS (\\Seen))", `${tag} OK [MODIFIED 7,9] failed`);
  assertEquals(failed(await adding), ["7,9", [[5, ["\\Seen"]]]]);
  for (
    const [call, sign] of [
      [client.addGmailLabels.bind(client), "+"],
      [client.removeGmailLabels.bind(client), "-"],
      [client.setGmailLabels.bind(client), ""],
    ] as const
  ) {
    const labelling = outcome(call(3, "x", { unchangedSince: 12 }));
    const tag = await server.expect(`STORE 3 (UNCHANGEDSINCE 12) ${sign}X-GM-LABELS ("x")`);
    await server.send(`${tag} OK [MODIFIED 3] failed`);
    assertEquals(failed(await labelling), ["3", null]);
  }
  client.shutdown();
});

test("MODIFIED in OK or NO → ConditionFailedError with them and the rest [ext CONDSTORE]", async () => {
  for (const status of ["OK", "NO"]) {
    const { client, server } = await selectFake({}, CONDSTORE);
    const adding = outcome(client.addFlags("5:9", "\\Seen", { unchangedSince: 12 }));
    const tag = await server.expect(`UID STORE 5:9 ${ADD}`);
    await server.send(
      "* 1 FETCH (UID 5 MODSEQ (20) FLAGS (\\Seen))",
      // What a message has that was left as it is (example 6 of RFC 7162).
      "* 3 FETCH (UID 7 MODSEQ (19) FLAGS (\\Answered))",
      `${tag} ${status} [MODIFIED 7,9,4,11:4000000000] sorry`,
    );
    const error = await adding;
    assertEquals(failed(error), ["7,9", [[5, ["\\Seen"]]]]);
    assert(error instanceof ImapError && error.message.includes("7,9"), String(error));
    assertEquals(error.code, status === "NO" ? "MODIFIED" : null);
    assertEquals(error.message.includes("sorry"), status === "NO");
    client.shutdown();
  }
});

test("MODIFIED that names none of them → ProtocolError, not success [ext CONDSTORE]", async () => {
  for (const ids of ["", " x", " 0", " 4294967296", " 1:2", " 7 8"]) {
    const { client, server } = await selectFake({}, CONDSTORE);
    const adding = outcome(client.addFlags("5:6", "\\Seen", { unchangedSince: 12 }));
    const tag = await server.expect(`UID STORE 5:6 ${ADD}`);
    await server.send("* 1 FETCH (UID 5 FLAGS (a))", `${tag} OK [MODIFIED${ids}] sorry`);
    const error = await adding;
    assertInstanceOf(error, ProtocolError, ids);
    assertEquals([...error.partial as Map<number, unknown>], [[5, ["a"]]]);
    const again = outcome(client.addFlags("5:6", "\\Seen", { unchangedSince: 12 }));
    const other = await server.expect(`UID STORE 5:6 ${ADD}`);
    await server.send(`${other} NO [MODIFIED${ids}] sorry`);
    const refusal = await again;
    assert(refusal instanceof ImapError && !(refusal instanceof ConditionFailedError), ids);
    client.shutdown();
  }
});

test("MODIFIED for a set with * → the message that it names [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  for (const ids of ["*", "20:*", "5,*", "1:*"]) {
    const adding = outcome(client.addFlags(ids, "\\Seen", { unchangedSince: 12 }));
    const tag = await server.expect(`UID STORE ${ids} ${ADD}`);
    await server.send("* 3 FETCH (UID 9 FLAGS (a))", `${tag} OK [MODIFIED 9] sorry`);
    assertEquals(failed(await adding), ["9", null]);
  }
  client.shutdown();
});

test("MODIFIED without a condition → not ours, and ignored as before [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  const adding = client.addFlags("5", "\\Seen");
  const tag = await server.expect("UID STORE 5 +FLAGS (\\Seen)");
  await server.send("* 1 FETCH (UID 5 FLAGS (a))", `${tag} OK [MODIFIED 5] odd`);
  assertEquals([...await adding], [[5, ["a"]]]);
  client.shutdown();
});

test("MODIFIED 1:4294967295 → stays a range [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  for (const [ids, told] of [["1:*", "1:4294967295"], ["1:4294967295", "1:*"]] as const) {
    const adding = outcome(client.addFlags(ids, "\\Seen", { unchangedSince: 12 }));
    const tag = await server.expect(`UID STORE ${ids} ${ADD}`);
    await server.send(`${tag} OK [MODIFIED ${told}] sorry`);
    assertEquals(failed(await adding), ["1:4294967295", null]);
  }
  client.shutdown();
});

test("many ids, some modified → the other commands are sent all the same [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({ limits: { ids: 5 } }, CONDSTORE);
  const adding = outcome(client.addFlags([1, 3, 5, 7, 9, 11], "\\Seen", { unchangedSince: 12 }));
  for (const [ids, code] of [["1,3,5", "[MODIFIED 3]"], ["7,9", ""], ["11", "[MODIFIED 11]"]]) {
    const tag = await server.expect(`UID STORE ${ids} ${ADD}`);
    const stored = ids === "7,9" ? ["* 4 FETCH (UID 7 FLAGS (\\Seen))"] : [];
    await server.send(...stored, `${tag} OK ${code} done`);
  }
  assertEquals(failed(await adding), ["3,11", [[7, ["\\Seen"]]]]);
  client.shutdown();
});

test("many ids, one refused → that error, and nothing more is sent [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({ limits: { ids: 5 } }, CONDSTORE);
  const adding = outcome(client.addFlags([1, 3, 5, 7, 9, 11], "\\Seen", { unchangedSince: 12 }));
  const first = await server.expect(`UID STORE 1,3,5 ${ADD}`);
  await server.send("* 1 FETCH (UID 1 FLAGS (\\Seen))", `${first} OK [MODIFIED 3] done`);
  const second = await server.expect(`UID STORE 7,9 ${ADD}`);
  await server.send(`${second} NO [OVERQUOTA] full`);
  const error = await adding;
  assert(error instanceof ImapError && !(error instanceof ConditionFailedError));
  assertEquals(error.code, "OVERQUOTA");
  assertEquals([...error.partial as Map<number, unknown>], [[1, ["\\Seen"]]]);
  assert(await server.isSilent());
  client.shutdown();
});

test("MESSAGELIMIT and MODIFIED in one answer → the rest is stored too [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, `${CONDSTORE} MESSAGELIMIT=4`);
  const adding = outcome(client.addFlags("5:8", "\\Seen", { unchangedSince: 12 }));
  const first = await server.expect(`UID STORE 5:8 ${ADD}`);
  await server.send(
    "* NO [MESSAGELIMIT 2 7] too many",
    "* 4 FETCH (UID 8 FLAGS (\\Seen))",
    `${first} OK [MODIFIED 7] done`,
  );
  await server.answer(`UID STORE 5:6 ${ADD}`, "* 2 FETCH (UID 6 FLAGS (\\Seen))");
  assertEquals(failed(await adding), ["7", [[8, ["\\Seen"]], [6, ["\\Seen"]]]]);
  const again = outcome(client.addFlags("5:8", "\\Seen", { unchangedSince: 12 }));
  const tag = await server.expect(`UID STORE 5:8 ${ADD}`);
  await server.send("* NO [MESSAGELIMIT 2] too many", `${tag} OK [MODIFIED 7] done`);
  assertInstanceOf(await again, MessageLimitError);
  client.shutdown();
});

test("no CONDSTORE, or NOMODSEQ → CapabilityError, nothing sent [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake();
  const with12 = { unchangedSince: 12 };
  await assertRejects(() => client.addFlags(5, "x", with12), CapabilityError, "CONDSTORE");
  await assertRejects(() => client.fetch(5, "FLAGS", { changedSince: 12 }), CapabilityError);
  await assertRejects(() => client.selectFolder("x", { condstore: true }), CapabilityError);
  assert(await server.isSilent());
  const { client: other, server: second } = await selectFake({}, `${CONDSTORE} QRESYNC`);
  const selecting = other.selectFolder("Old", { condstore: true });
  await second.answer('SELECT "Old" (CONDSTORE)', "* OK [NOMODSEQ] sorry", "* 4 EXISTS");
  const { NOMODSEQ, HIGHESTMODSEQ } = await selecting;
  assertEquals([NOMODSEQ, HIGHESTMODSEQ, other.highestModseq], [true, undefined, null]);
  for (
    const call of [
      () => other.addFlags(5, "x", with12),
      () => other.deleteMessages(5, { ...with12, silent: true }),
      () => other.fetch(5, "FLAGS", { changedSince: 12 }),
      () => other.fetchEach(5, "FLAGS", { changedSince: 12 }).next(),
    ]
  ) await assertRejects(call, CapabilityError, "NOMODSEQ");
  assert(await second.isSilent());
  // Without mod-sequences, all goes on as ever.
  const fetching = other.fetch(5, "FLAGS");
  await second.answer("UID FETCH 5 (FLAGS)", "* 1 FETCH (UID 5 FLAGS (a))");
  assertEquals((await fetching).get(5)?.FLAGS, ["a"]);
  for (const each of [client, other]) each.shutdown();
});

test("mod-sequences that do not fit → InvalidArgumentError, nothing sent [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, `${CONDSTORE} QRESYNC`);
  const wrong = [-1, 1.5, NaN, Infinity, 2 ** 63, 2n ** 63n, -1n, "5", null, {}, [5], "5) x"];
  for (const value of wrong as number[]) {
    for (
      const call of [
        () => client.addFlags(5, "x", { unchangedSince: value }),
        () => client.addFlags([], "x", { unchangedSince: value }),
        () => client.fetch(5, "FLAGS", { changedSince: value }),
        () => client.fetch([], "FLAGS", { changedSince: value }),
        () => client.selectFolder("x", { resync: { uidValidity: 1, modseq: value } }),
      ]
    ) await assertRejects(call, InvalidArgumentError, "mod-sequence", String(value));
  }
  await assertRejects(() => client.fetch(5, "FLAGS", { changedSince: 0 }), InvalidArgumentError);
  await assertRejects(() => client.fetch(5, "FLAGS", { vanished: true }), InvalidArgumentError);
  const each = { changedSince: 5, vanished: true };
  await assertRejects(async () => {
    await client.fetchEach(5, "FLAGS", each as { changedSince: number }).next();
  }, InvalidArgumentError);
  const part = { changedSince: 5, vanished: true, partial: [1, 5] } as const;
  await assertRejects(() => client.fetch(5, "FLAGS", part), InvalidArgumentError, "partial");
  client.useUid = false;
  const numbers = () => client.fetch(5, "FLAGS", each);
  await assertRejects(numbers, InvalidArgumentError, "useUid");
  assert(await server.isSilent());
  client.shutdown();
});

test("unchangedSince in a read-only folder → ReadOnlyError, nothing sent [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  const selecting = client.selectFolder("x", { readonly: true, condstore: true });
  await server.answer('EXAMINE "x" (CONDSTORE)', "* 1 EXISTS");
  await selecting;
  await assertRejects(() => client.addFlags(5, "x", { unchangedSince: 12 }), ReadOnlyError);
  assert(await server.isSilent());
  client.shutdown();
});

test("no messages → nothing is sent [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, `${CONDSTORE} QRESYNC`);
  assertEquals((await client.addFlags([], "x", { unchangedSince: 12 })).size, 0);
  assertEquals((await client.fetch([], "FLAGS", { changedSince: 12 })).size, 0);
  const { size, vanished } = await client.fetch([], "FLAGS", { changedSince: 12, vanished: true });
  assertEquals([size, vanished.isEmpty], [0, true]);
  assert(await server.isSilent());
  client.shutdown();
});

test("changedSince → sent, with MODSEQ in the rows [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  const fetching = client.fetch("1:*", ["FLAGS"], { changedSince: 12345n });
  await server.answer(
    "UID FETCH 1:* (FLAGS MODSEQ) (CHANGEDSINCE 12345)",
    "* 1 FETCH (UID 4 MODSEQ (65402) FLAGS (\\Seen))",
    "* 2 FETCH (UID 6 FLAGS (\\Deleted))",
  );
  const changed = await fetching;
  const modseq: bigint | null | undefined = changed.get(4)?.MODSEQ;
  assertEquals([modseq, changed.get(4)?.FLAGS, changed.size], [65402n, ["\\Seen"], 2]);
  let thrown: unknown;
  try {
    void changed.get(6)!.MODSEQ;
  } catch (error) {
    thrown = error;
  }
  assertInstanceOf(thrown, ProtocolError);
  const both = client.fetch(5, "MODSEQ", { changedSince: 5, modifiers: "PARTIAL 1:2" });
  await server.answer("UID FETCH 5 (MODSEQ) (PARTIAL 1:2 CHANGEDSINCE 5)");
  await both;
  const each = client.fetchEach("1:9", "FLAGS", { changedSince: 5 }).next();
  await server.answer(
    "UID FETCH 1:9 (FLAGS MODSEQ) (CHANGEDSINCE 5)",
    "* 1 FETCH (UID 4 FLAGS () MODSEQ (7))",
  );
  const { value } = await each;
  assertEquals([value?.UID, value?.MODSEQ], [4, 7n]);
  client.shutdown();
});

test("unchangedSince: abort, or a cut connection, at each moment [ext CONDSTORE]", async () => {
  for (const when of ["before", "between", "cut"]) {
    const { client, server } = await selectFake({ limits: { ids: 5 } }, CONDSTORE);
    const controller = new AbortController();
    const options = { unchangedSince: 12, signal: controller.signal };
    const adding = outcome(client.addFlags([1, 3, 5, 7, 9], "\\Seen", options));
    if (when === "before") {
      controller.abort(new Error("never mind"));
      assertEquals((await adding as Error).message, "never mind");
      assert(await server.isSilent());
    } else {
      const tag = await server.expect(`UID STORE 1,3,5 ${ADD}`);
      await server.send("* 1 FETCH (UID 1 FLAGS (\\Seen))");
      await turns();
      if (when === "cut") {
        server.break();
        const error = await adding;
        assert(error instanceof ImapError);
        assertEquals([...error.partial as Map<number, unknown>], [[1, ["\\Seen"]]]);
      } else {
        controller.abort(new Error("never mind"));
        assertEquals((await adding as Error).message, "never mind");
        await server.send(`${tag} OK [MODIFIED 3] done`);
        const noop = client.noop();
        await server.answer("NOOP");
        await noop;
      }
    }
    client.shutdown();
  }
});

test("another command's answer in between → left to it [ext CONDSTORE]", async () => {
  const { client, server } = await selectFake({}, CONDSTORE);
  const heard: UntaggedResponse[] = [];
  client.listen((response) => heard.push(response));
  const adding = client.addFlags("5", "\\Seen", { unchangedSince: 12 });
  const tag = await server.expect(`UID STORE 5 ${ADD}`);
  await server.send("* 9 FETCH (UID 99 FLAGS (b) MODSEQ (14))", "* 1001 EXISTS", `${tag} OK x`);
  assertEquals((await adding).size, 0);
  assertEquals(heard.map(({ type }) => type), ["FETCH", "EXISTS"]);
  client.shutdown();
});
