// fetchEach: one message at a time, leaving the loop, and making the server wait.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ConnectionClosedError, fetchProblems, ImapError, ProtocolError } from "../../../mod.ts";
import { assertBytes, pattern, readAll } from "../../support/bytes.ts";
import {
  bytesOf,
  isPending,
  outcome,
  selectFake,
  sendCut,
  test,
  textOf,
  turns,
} from "../../support/fake_server.ts";

const MiB = 1024 * 1024;

/** `* n FETCH` with flags for each of these UIDs. */
function rows(from: number, to: number): string[] {
  const lines: string[] = [];
  for (let uid = from; uid <= to; uid++) lines.push(`* ${uid} FETCH (UID ${uid} FLAGS (f${uid}))`);
  return lines;
}

// Message by message

test("J1 J3 messages come one by one, in the server's order, with UID and SEQ", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:5", ["FLAGS"]);
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1:5 (FLAGS)");
  assert(await isPending(first));
  await server.send("* 9 FETCH (UID 4 FLAGS (a))");
  assertEquals((await first).value, { SEQ: 9, UID: 4, FLAGS: ["a"] });
  await server.send("* 8 FETCH (FLAGS (b) UID 2)", `${tag} OK`);
  assertEquals((await iterator.next()).value, { SEQ: 8, UID: 2, FLAGS: ["b"] });
  assertEquals(await iterator.next(), { value: undefined, done: true });
  client.shutdown();
});

test("J3 without UIDs the UID is still requested", async () => {
  const { client, server } = await selectFake({ useUid: false });
  const iterator = client.fetchEach(7, "FLAGS");
  const first = iterator.next();
  await server.answer("FETCH 7 (UID FLAGS)", "* 7 FETCH (FLAGS () UID 70)");
  assertEquals((await first).value, { SEQ: 7, UID: 70, FLAGS: [] });
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});

test("B3 J9 no ids send nothing, and no messages end the loop", async () => {
  const { client, server } = await selectFake();
  for await (const _ of client.fetchEach([], ["FLAGS"])) throw new Error("a message");
  assert(await server.isSilent());
  const none = client.fetchEach(1, ["FLAGS"]).next();
  await server.answer("UID FETCH 1 (FLAGS)");
  assertEquals((await none).done, true);
  client.shutdown();
});

test("A11 dates keep their zone if normaliseTimes is off", async () => {
  const { client, server } = await selectFake();
  client.normaliseTimes = false;
  const first = client.fetchEach(1, ["INTERNALDATE"]).next();
  await server.answer(
    "UID FETCH 1 (INTERNALDATE)",
    '* 1 FETCH (UID 1 INTERNALDATE "09-Feb-2007 17:08:08 -0430")',
  );
  assertEquals(String((await first).value!.INTERNALDATE), "2007-02-09T17:08:08-04:30");
  client.shutdown();
});

test("J6 a message that arrives in pieces is yielded whole; updates alone are not messages", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:3", ["FLAGS", "RFC822.SIZE"]);
  const first = iterator.next();
  await server.answer(
    "UID FETCH 1:3 (FLAGS RFC822.SIZE)",
    "* 1 FETCH (UID 1 FLAGS (a))",
    "* 3 FETCH (UID 3 FLAGS (news))",
    "* 2 FETCH (UID 2 FLAGS (b) RFC822.SIZE 20)",
    "* 1 FETCH (UID 1 RFC822.SIZE 10)",
  );
  assertEquals((await first).value, { SEQ: 2, UID: 2, FLAGS: ["b"], "RFC822.SIZE": 20 });
  const { value } = await iterator.next();
  assertEquals(value, { SEQ: 1, UID: 1, FLAGS: ["a"], "RFC822.SIZE": 10 });
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});

test("Z11 a bad or missing item spoils nothing but itself, and keeps its place", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:3", ["RFC822.SIZE", "FLAGS"]);
  const first = iterator.next();
  await server.answer(
    "UID FETCH 1:3 (RFC822.SIZE FLAGS)",
    "* 1 FETCH (UID 1 RFC822.SIZE many FLAGS (a))",
    "* 2 FETCH (UID 2 RFC822.SIZE 20 FLAGS (b))",
    "* 3 FETCH (UID 3 RFC822.SIZE 30)",
  );
  const bad = (await first).value!;
  assertEquals([bad.UID, bad.FLAGS], [1, ["a"]]);
  assertThrows(() => bad["RFC822.SIZE"], ProtocolError);
  assertEquals(fetchProblems(bad).map(({ name, raw }) => [name, textOf(raw)]), [
    ["RFC822.SIZE", "many"],
  ]);
  assertEquals((await iterator.next()).value!["RFC822.SIZE"], 20);
  const missing = (await iterator.next()).value!;
  assertEquals(missing["RFC822.SIZE"], 30);
  assertThrows(() => missing.FLAGS, ProtocolError, "the server sent no FLAGS for message 3");
  assertEquals(fetchProblems(missing).map(({ name }) => name), ["FLAGS"]);
  client.shutdown();
});

test("Z11 an item that was bad at first may be sent again", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:3", ["RFC822.SIZE", "FLAGS"]);
  const first = iterator.next();
  await server.answer(
    "UID FETCH 1:3 (RFC822.SIZE FLAGS)",
    "* 1 FETCH (UID 1 RFC822.SIZE many)",
    "* 1 FETCH (UID 1 RFC822.SIZE 10 FLAGS (a))",
  );
  assertEquals((await first).value!["RFC822.SIZE"], 10);
  client.shutdown();
});

test("fetchEach: an item left out of every message → each is handed out when the next begins [fault B7]", async () => {
  for (const stream of [false, true]) {
    const { client, server } = await selectFake();
    const iterator = client.fetchEach("1:40", ["BODY.PEEK[]", "FLAGS"], { stream });
    const first = iterator.next();
    const tag = await server.expect("UID FETCH 1:40 (BODY.PEEK[] FLAGS)");
    const body = pattern(2 * MiB);
    let sent = 0;
    const sending = (async () => {
      for (let uid = 1; uid <= 40; uid++) {
        await server.send(`* ${uid} FETCH (UID ${uid} BODY[] {${body.length}}`, body, ")");
        sent++;
      }
      await server.send(`${tag} OK`);
    })();
    await turns(40);
    assertLess(sent, 12, "nobody takes what is sent");
    let taken = 0;
    for (let next = await first; !next.done; next = await iterator.next()) {
      const message = next.value;
      assertEquals(message.UID, ++taken);
      if (stream) await readAll(message["BODY[]"] as unknown as ReadableStream<Uint8Array>);
      else assertEquals((message["BODY[]"] as unknown as Uint8Array).length, body.length);
      await turns(1);
      assertEquals(fetchProblems(message).map(({ name }) => name), ["FLAGS"]);
    }
    await sending;
    assertEquals(taken, 40);
    client.shutdown();
  }
});

test("fetchEach: updates about other messages in between → a message is yielded whole [fault B7]", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:9", ["FLAGS", "RFC822.SIZE", "INTERNALDATE"]);
  const first = iterator.next();
  await server.answer(
    "UID FETCH 1:9 (FLAGS RFC822.SIZE INTERNALDATE)",
    "* 1 FETCH (UID 1 RFC822.SIZE 10)",
    "* 5 FETCH (UID 5 FLAGS (news) MODSEQ (7))",
    "* 1 FETCH (UID 1 FLAGS (a))",
    "* 1 FETCH (UID 1 INTERNALDATE NIL)",
    "* 2 FETCH (UID 2 RFC822.SIZE 20)",
    "* 3 FETCH (UID 3 FLAGS (c) RFC822.SIZE 30 INTERNALDATE NIL)",
    "* 2 FETCH (UID 2 FLAGS (late))",
    "* 4 FETCH (UID 4 RFC822.SIZE 40)",
    "* 5 FETCH (UID 5 RFC822.SIZE 50 INTERNALDATE NIL)",
    "* 6 FETCH (UID 6 RFC822.SIZE 60)",
  );
  const found: unknown[] = [];
  for (let next = await first; !next.done; next = await iterator.next()) {
    found.push([next.value.UID, fetchProblems(next.value).map(({ name }) => name)]);
  }
  assertEquals(found, [
    [1, []],
    [2, ["FLAGS", "INTERNALDATE"]],
    [3, []],
    [4, ["FLAGS", "INTERNALDATE"]],
    [5, []],
    [6, ["FLAGS", "INTERNALDATE"]],
  ]);
  client.shutdown();
});

test("fetchEach: one message that is added to without end → refused [fault B7]", async () => {
  const { client, server } = await selectFake();
  const loop = outcome((async () => {
    for await (const _ of client.fetchEach("1:9", ["FLAGS"]));
  })());
  const tag = await server.expect("UID FETCH 1:9 (FLAGS)");
  const body = new Uint8Array(8 * MiB);
  for (let i = 0; i < 10; i++) {
    await server.send(`* 1 FETCH (UID 1 X-${i} {${body.length}}`, body, ")");
  }
  await server.send(`${tag} OK`);
  const error = await loop;
  assertInstanceOf(error, ImapError);
  assert(error.message.startsWith("too much of fetchEach waits"), error.message);
  assertFalse(client.closed);
  client.shutdown();
});

test("fetchEach: flag updates without end → refused, not kept [fault B7]", async () => {
  const { client, server } = await selectFake();
  const loop = outcome((async () => {
    for await (const _ of client.fetchEach("1:*", ["RFC822.SIZE"]));
  })());
  const tag = await server.expect("UID FETCH 1:* (RFC822.SIZE)");
  const flag = "x".repeat(4 * MiB);
  for (let i = 1; i <= 20; i++) await server.send(`* ${i} FETCH (UID ${i} FLAGS (${i}${flag}))`);
  await server.send(`${tag} OK`);
  const error = await loop;
  assertInstanceOf(error, ImapError);
  assert(error.message.startsWith("too much of fetchEach waits"), error.message);
  client.shutdown();
});

// Leaving, other commands, failures

test("A15 leaving the loop skips the rest, and the next command works", async () => {
  const { client, server } = await selectFake();
  const seen: number[] = [];
  const loop = (async () => {
    for await (const { UID } of client.fetchEach("1:1000", ["FLAGS"])) {
      seen.push(UID);
      if (UID === 2) break;
    }
  })();
  const tag = await server.expect("UID FETCH 1:1000 (FLAGS)");
  await server.send(...rows(1, 300));
  await loop;
  assertEquals(seen, [1, 2]);
  const noop = client.noop();
  await server.send(...rows(301, 1000), `${tag} OK`);
  await server.answer("NOOP");
  assertEquals((await noop).responses, []);
  client.shutdown();
});

test("A15 what an abandoned loop skips is not lost to another call", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:2", ["BODY.PEEK[]"], { stream: true });
  const first = iterator.next();
  const other = client.fetch("7", ["BODY.PEEK[]"]);
  const tag = await server.expect("UID FETCH 1:2 (BODY.PEEK[])");
  const tag2 = await server.expect("UID FETCH 7 (BODY.PEEK[])");
  await server.send("* 1 FETCH (UID 1 BODY[] NIL)");
  await first;
  await iterator.return(undefined);
  const body = pattern(9000);
  await server.send("* 7 FETCH (UID 7 BODY[] {9000}");
  await sendCut(server, body, 2000);
  await server.send(")", `${tag2} OK`, "* 2 FETCH (UID 2 BODY[] {9000}");
  await sendCut(server, body, 2000);
  await server.send(")", `${tag} OK`);
  assertBytes((await other).get(7)!["BODY[]"]!, body);
  client.shutdown();
});

test("A15 another command may be given inside the loop", async () => {
  for (const count of [3, 600]) {
    const { client, server } = await selectFake();
    const loop = (async () => {
      let seen = 0;
      for await (const { UID } of client.fetchEach("1:1000", ["FLAGS"])) {
        assertEquals(UID, ++seen);
        if (UID % 200 === 1) await client.noop();
        if (UID % 200 === 2) await client.search("ALL");
      }
      return seen;
    })();
    // All in one chunk, including the end: what waits for the loop must not hold up the answers.
    await server.answer("UID FETCH 1:1000 (FLAGS)", ...rows(1, count));
    for (let at = 1; at <= count; at += 200) {
      await server.answer("NOOP");
      await server.answer("UID SEARCH ALL", "* SEARCH");
    }
    assertEquals(await loop, count);
    client.shutdown();
  }
});

test("A15 a command inside the loop gets its answer though most messages are to come", async () => {
  const { client, server } = await selectFake();
  const loop = (async () => {
    let seen = 0;
    for await (const { UID } of client.fetchEach("1:5000", ["FLAGS"])) {
      assertEquals(UID, ++seen);
      if (UID === 1) await client.search("ALL");
    }
    return seen;
  })();
  const tag = await server.expect("UID FETCH 1:5000 (FLAGS)");
  await server.send(...rows(1, 400));
  const tag2 = await server.expect("UID SEARCH ALL");
  for (let at = 401; at <= 5000; at += 100) await server.send(...rows(at, Math.min(at + 99, 5000)));
  await server.send(`${tag} OK`, "* SEARCH 1", `${tag2} OK`);
  assertEquals(await loop, 5000);
  client.shutdown();
});

test("A15 an abort ends the loop at once, and the next command works", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const reason = new Error("enough");
  const { signal } = controller;
  const iterator = client.fetchEach("1:1000", ["FLAGS"], { signal });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1:1000 (FLAGS)");
  await server.send(...rows(1, 300));
  await first;
  controller.abort(reason);
  assertStrictEquals(await outcome(iterator.next()), reason);
  assertEquals((await iterator.next()).done, true);
  const noop = client.noop();
  await server.send(...rows(301, 1000), `${tag} OK`);
  await server.answer("NOOP");
  await noop;

  const before = client.fetchEach(1, ["FLAGS"], { signal });
  assertStrictEquals(await outcome(before.next()), reason);
  assert(await server.isSilent());
  client.shutdown();
});

test("Q10 NO in the middle is thrown after the messages that came before it", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:9", ["FLAGS"]);
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1:9 (FLAGS)");
  await server.send(...rows(1, 2), `${tag} NO [UNAVAILABLE] disk gone`);
  assertEquals((await first).value!.UID, 1);
  assertEquals((await iterator.next()).value!.UID, 2);
  const error = await outcome(iterator.next());
  assertInstanceOf(error, ImapError);
  assertEquals([error.message, error.code], ["UID FETCH failed: disk gone", "UNAVAILABLE"]);
  assertEquals((await iterator.next()).done, true);
  assertFalse(client.closed);
  client.shutdown();
});

test("Z4 the end of the connection in the middle is an error, not the end of the loop", async () => {
  const { client, server } = await selectFake();
  const loop = outcome((async () => {
    for await (const _ of client.fetchEach("1:9", ["FLAGS"]));
  })());
  await server.expect("UID FETCH 1:9 (FLAGS)");
  await server.send(...rows(1, 2));
  await server.end();
  assertInstanceOf(await loop, ConnectionClosedError);
});

test("Q10 an iterator not yet asked sends nothing, and one of a closed client throws", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach(1, ["FLAGS"]);
  assert(await server.isSilent());
  client.shutdown();
  await assertRejects(() => iterator.next(), ConnectionClosedError);
});

// Backpressure

test("J1 while messages are not read, the server has to wait", async () => {
  const { client, server } = await selectFake({ timeout: 0.3 });
  const iterator = client.fetchEach("1:*", ["BODY.PEEK[]"]);
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1:* (BODY.PEEK[])");
  const body = bytesOf("x".repeat(64 * 1024));
  const total = 400; // 25 MiB
  let sent = 0;
  const sending = (async () => {
    for (let uid = 1; uid <= total; uid++) {
      await server.send(`* ${uid} FETCH (UID ${uid} BODY[] {${body.length}}`, body, ")");
      sent++;
    }
    await server.send(`${tag} OK`);
  })();
  await first;
  await turns(50);
  const taken = sent;
  assertLess(taken * body.length, 4 * MiB);
  // The pause may last any time: while reading is paused, silence proves nothing.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertFalse(client.closed);
  assertEquals(sent, taken);

  let count = 1;
  while (!(await iterator.next()).done) count++;
  await sending;
  assertEquals(count, total);
  client.shutdown();
});

test("J1 while a stream is not read, the server has to wait", async () => {
  const { client, server } = await selectFake();
  const size = 16 * MiB;
  const iterator = client.fetchEach(1, ["BODY.PEEK[]"], { stream: true });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1 (BODY.PEEK[])");
  let sent = 0;
  const chunk = pattern(64 * 1024);
  const sending = (async () => {
    await server.send(`* 1 FETCH (UID 1 BODY[] {${size}}`);
    for (let at = 0; at < size; at += chunk.length) {
      await server.send(chunk);
      sent += chunk.length;
    }
    await server.send(")", `${tag} OK`);
  })();
  const message = (await first).value!;
  await turns(50);
  assertLess(sent, 2 * MiB);
  let length = 0;
  for await (const piece of message["BODY[]"]) length += piece.length;
  assertEquals(length, size);
  await sending;
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});
