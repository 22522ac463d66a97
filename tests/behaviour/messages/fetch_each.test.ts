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
import {
  ConnectionClosedError,
  fetchProblems,
  IllegalStateError,
  ImapError,
  ProtocolError,
} from "../../../mod.ts";
import { assertBytes, readAll } from "../../support/bytes.ts";
import {
  bytesOf,
  type FakeServer,
  isPending,
  outcome,
  selectFake,
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

/** Bytes in which every place can be told from its neighbours. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
}

/** Sends a literal's bytes in chunks of this size. */
async function sendCut(server: FakeServer, bytes: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    await server.send(bytes.slice(at, at + size));
  }
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

test("J3 without UIDs the UID is asked for all the same", async () => {
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

test("A11 dates keep their zone where normaliseTimes is off", async () => {
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

test("J6 a message that comes in pieces is handed out whole; news alone are none", async () => {
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

test("fetchEach: news of other messages in between → a message is handed out whole [fault B7]", async () => {
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

test("fetchEach: news of flags without end → refused, not kept [fault B7]", async () => {
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

test("A15 leaving the loop lets the rest go by, and the next command works", async () => {
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

test("A15 what an abandoned loop lets go by is not taken from another call", async () => {
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
    // All at once, the end included: what waits for the loop must not hold up the answers.
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

test("Q10 NO in the middle is thrown behind the messages that came before it", async () => {
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

test("J1 while nobody takes messages the server is made to wait", async () => {
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
  // However long it takes: a server that nobody listens to is not silent.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertFalse(client.closed);
  assertEquals(sent, taken);

  let count = 1;
  while (!(await iterator.next()).done) count++;
  await sending;
  assertEquals(count, total);
  client.shutdown();
});

test("J1 while nobody reads a stream the server is made to wait", async () => {
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

// Streams

test("J4 a literal of more than a MiB, cut anywhere, is streamed as it is", async () => {
  for (const cut of [1000, 65_537, 3 * MiB]) {
    const { client, server } = await selectFake();
    const body = pattern(MiB + 4321);
    const iterator = client.fetchEach("1:2", ["FLAGS", "BODY.PEEK[]"], { stream: true });
    const first = iterator.next();
    const tag = await server.expect("UID FETCH 1:2 (FLAGS BODY.PEEK[])");
    const sending = (async () => {
      await server.send(`* 1 FETCH (UID 1 FLAGS (a) BODY[] {${body.length}}`);
      await sendCut(server, body, cut);
      await server.send(")", '* 2 FETCH (UID 2 FLAGS () BODY[] "short")', `${tag} OK`);
    })();
    const message = (await first).value!;
    assertEquals([message.UID, message.SEQ, message.FLAGS], [1, 1, ["a"]]);
    assertBytes(await readAll(message["BODY[]"]), body);
    const second = (await iterator.next()).value!;
    assertEquals(textOf(await readAll(second["BODY[]"])), "short");
    assertEquals((await iterator.next()).done, true);
    await sending;
    client.shutdown();
  }
});

test("J4 a stream begins before the literal is all there", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach(1, ["BODY.PEEK[]", "RFC822.SIZE"], { stream: true });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1 (BODY.PEEK[] RFC822.SIZE)");
  await server.send("* 1 FETCH (UID 1 BODY[] {10000}", bytesOf("a".repeat(5000)));
  const message = (await first).value!;
  const reader = message["BODY[]"].getReader();
  assertEquals((await reader.read()).value!.length, 5000);
  const more = reader.read();
  assert(await isPending(more));
  // What stands behind the literal is there once that was read.
  await server.send(bytesOf("b".repeat(5000)), " RFC822.SIZE 10000)", `${tag} OK`);
  assertEquals((await more).value!.length, 5000);
  assertEquals((await reader.read()).done, true);
  assertEquals(message["RFC822.SIZE"], 10000);
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});

test("J4 several sections of one message are streams, long ones and short ones", async () => {
  const { client, server } = await selectFake();
  const items = ["BODY.PEEK[1]", "BODY.PEEK[2]", "BODY.PEEK[3]", "BODY.PEEK[4]"] as const;
  const iterator = client.fetchEach(1, items, { stream: true });
  const first = iterator.next();
  const tag = await server.expect(`UID FETCH 1 (${items.join(" ")})`);
  const [one, three] = [pattern(600_000), pattern(700_001)];
  const sending = (async () => {
    await server.send(`* 1 FETCH (UID 1 BODY[1] {${one.length}}`);
    await sendCut(server, one, 50_000);
    await server.send(bytesOf(` BODY[2] "two" BODY[3] {${three.length}}\r\n`));
    await sendCut(server, three, 50_000);
    await server.send(" BODY[4] NIL)", `${tag} OK`);
  })();
  const message = (await first).value!;
  assertBytes(await readAll(message["BODY[1]"]), one);
  assertBytes(await readAll(message["BODY[3]"]), three);
  assertEquals(textOf(await readAll(message["BODY[2]"])), "two");
  assertEquals((await readAll(message["BODY[4]"])).length, 0); // NIL is empty
  await sending;
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});

test("J4 a section that is not sent, or is garbled, fails its own stream", async () => {
  const { client, server } = await selectFake();
  const items = ["BODY.PEEK[1]", "BODY.PEEK[2]", "BODY.PEEK[3]", "RFC822.SIZE"] as const;
  const iterator = client.fetchEach(1, items, { stream: true });
  const first = iterator.next();
  const tag = await server.expect(`UID FETCH 1 (${items.join(" ")})`);
  await server.send("* 1 FETCH (UID 1 BODY[1] {10000}", pattern(4000));
  const message = (await first).value!;
  const two = outcome(readAll(message["BODY[2]"]));
  const three = outcome(readAll(message["BODY[3]"]));
  await server.send(pattern(6000), " BODY[2] (what is this) RFC822.SIZE many)", `${tag} OK`);
  assertEquals((await readAll(message["BODY[1]"])).length, 10_000);
  assertInstanceOf(await two, ProtocolError);
  assertInstanceOf(await three, ProtocolError);
  assertThrows(() => message["RFC822.SIZE"], ProtocolError);
  const problems = fetchProblems(message).map(({ name, raw }) => [name, textOf(raw)]);
  assertEquals(problems, [["BODY[2]", "(what is this)"], ["RFC822.SIZE", "many"]]);
  assertEquals((await iterator.next()).done, true);
  assertFalse(client.closed);
  client.shutdown();
});

test("J4 a stream that is skipped lets the next message come", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:3", ["BODY.PEEK[]"], { stream: true });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1:3 (BODY.PEEK[])");
  const body = pattern(2 * MiB);
  const sending = (async () => {
    for (const uid of [1, 2, 3]) {
      await server.send(`* ${uid} FETCH (UID ${uid} BODY[] {${body.length}}`);
      await sendCut(server, body, 100_000);
      await server.send(")");
    }
    await server.send(`${tag} OK`);
  })();
  const skipped = (await first).value!;
  const second = (await iterator.next()).value!;
  await assertRejects(() => readAll(skipped["BODY[]"]), IllegalStateError, "was not read");
  // One that is left in the middle is skipped too.
  for await (const _ of second["BODY[]"]) break;
  const third = (await iterator.next()).value!;
  assertBytes(await readAll(third["BODY[]"]), body);
  assertEquals((await iterator.next()).done, true);
  await sending;
  client.shutdown();
});

test("J4 leaving the loop in the middle of a stream lets the rest go by", async () => {
  const { client, server } = await selectFake();
  const body = pattern(3 * MiB);
  const loop = (async () => {
    for await (const message of client.fetchEach("1:2", ["BODY.PEEK[]"], { stream: true })) {
      for await (const _ of message["BODY[]"]) break;
      break;
    }
  })();
  const tag = await server.expect("UID FETCH 1:2 (BODY.PEEK[])");
  const sending = (async () => {
    for (const uid of [1, 2]) {
      await server.send(`* ${uid} FETCH (UID ${uid} BODY[] {${body.length}}`);
      await sendCut(server, body, 100_000);
      await server.send(")");
    }
    await server.send(`${tag} OK`);
  })();
  await loop;
  const noop = client.noop();
  await sending;
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("Z4 a stream fails when the connection dies, and so does the loop", async () => {
  for (const how of ["end", "break", "shutdown", "NO"] as const) {
    const { client, server } = await selectFake();
    const iterator = client.fetchEach("1:2", ["BODY.PEEK[]"], { stream: true });
    const first = iterator.next();
    const tag = await server.expect("UID FETCH 1:2 (BODY.PEEK[])");
    await server.send("* 1 FETCH (UID 1 BODY[] {100000}", pattern(5000));
    const message = (await first).value!;
    const reading = outcome(readAll(message["BODY[]"]));
    await turns();
    if (how === "shutdown") client.shutdown();
    else if (how === "NO") await server.send(pattern(95_000), ` BODY[`, `${tag} NO gone`);
    else void server[how]();
    const error = how === "NO" ? null : await reading;
    if (error !== null) assertInstanceOf(error, ConnectionClosedError);
    else assertEquals((await reading as Uint8Array).length, 100_000);
    const next = await outcome(iterator.next());
    if (error !== null) assertStrictEquals<unknown>(next, error);
    else assertInstanceOf(next, ImapError);
    client.shutdown();
  }
});

test("A15 an abort fails the stream with its reason, and the next command works", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const reason = new Error("enough");
  const { signal } = controller;
  const iterator = client.fetchEach(1, ["BODY.PEEK[]"], { stream: true, signal });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1 (BODY.PEEK[])");
  await server.send("* 1 FETCH (UID 1 BODY[] {100000}", pattern(5000));
  const message = (await first).value!;
  const reading = outcome(readAll(message["BODY[]"]));
  controller.abort(reason);
  assertStrictEquals<unknown>(await reading, reason);
  const noop = client.noop();
  await server.send(pattern(95_000), ")", `${tag} OK`);
  await server.answer("NOOP");
  await noop;
  assertStrictEquals<unknown>(await outcome(iterator.next()), reason);
  client.shutdown();
});

test("A15 a command inside the loop gets its answer though a stream is in front of it", async () => {
  const { client, server } = await selectFake();
  const body = pattern(2 * MiB);
  const iterator = client.fetchEach(1, ["BODY.PEEK[]"], { stream: true });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1 (BODY.PEEK[])");
  await server.send(`* 1 FETCH (UID 1 BODY[] {${body.length}}`, body.slice(0, 5000));
  const message = (await first).value!;
  const search = client.search("ALL");
  const tag2 = await server.expect("UID SEARCH ALL");
  await sendCut(server, body.slice(5000), 100_000);
  await server.send(")", `${tag} OK`, "* SEARCH 1", `${tag2} OK`);
  assertEquals([...await search], [1]);
  assertBytes(await readAll(message["BODY[]"]), body);
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});

test("A15 a stream in front of another answer is not held without end", async () => {
  const { client, server } = await selectFake();
  const size = 80 * MiB;
  const iterator = client.fetchEach(1, ["BODY.PEEK[]"], { stream: true });
  const first = iterator.next();
  const tag = await server.expect("UID FETCH 1 (BODY.PEEK[])");
  await server.send(`* 1 FETCH (UID 1 BODY[] {${size}}`, pattern(5000));
  const message = (await first).value!;
  const search = client.search("ALL");
  const tag2 = await server.expect("UID SEARCH ALL");
  const chunk = new Uint8Array(MiB);
  for (let left = size - 5000; left > 0; left -= chunk.length) {
    await server.send(chunk.subarray(0, Math.min(left, chunk.length)));
  }
  await server.send(")", `${tag} OK`, "* SEARCH 1", `${tag2} OK`);
  assertEquals([...await search], [1]);
  const error = await assertRejects(() => readAll(message["BODY[]"]), ImapError);
  assert(error.message.includes("too much"), error.message);
  assertEquals((await iterator.next()).done, true);
  client.shutdown();
});
