// fetchEach with sections as streams.
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
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
  // What follows the literal is available once the literal was read.
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
  // A stream that is left half-way is skipped too.
  for await (const _ of second["BODY[]"]) break;
  const third = (await iterator.next()).value!;
  assertBytes(await readAll(third["BODY[]"]), body);
  assertEquals((await iterator.next()).done, true);
  await sending;
  client.shutdown();
});

test("J4 leaving the loop in the middle of a stream skips the rest", async () => {
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

test("A15 a command inside the loop gets its answer although a stream comes before it", async () => {
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

test("A15 a stream before another answer is not buffered without limit", async () => {
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
