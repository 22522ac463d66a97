// While reading is paused, nothing waits for ever, and the end of the connection is noticed.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ConnectionClosedError,
  IllegalStateError,
  type ImapClient,
  ImapError,
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

const MIB = 1024 * 1024;

/** Bytes that differ from one offset to the next. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + seed) % 251 + 1);
}

/** Sends bytes in pieces, as a socket delivers them. */
async function sendPieces(server: FakeServer, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    await server.send(bytes.subarray(at, at + 65_536));
  }
}

/** Requests sections of one message in one order, from a server that sends them in another. */
async function scene(asked: readonly number[], sent: readonly number[], size: number) {
  const { client, server } = await selectFake();
  const items = asked.map((part) => `BODY.PEEK[${part}]`);
  const loop = client.fetchEach("1:2", items, { stream: true });
  const first = loop.next();
  const tag = await server.expect(`UID FETCH 1:2 (${items.join(" ")})`);
  const bodies = new Map(asked.map((part) => [part, pattern(size + part, part)]));
  const sending = (async () => {
    await server.send(bytesOf("* 1 FETCH (UID 1"));
    for (const part of sent) {
      const body = bodies.get(part)!;
      await server.send(bytesOf(` BODY[${part}] {${body.length}}\r\n`));
      await sendPieces(server, body);
    }
    await server.send(")", `${tag} OK done`);
  })();
  const message = (await first).value as unknown as Record<string, ReadableStream<Uint8Array>>;
  const section = (part: number) => message[`BODY[${part}]`];
  return { client, loop, sending, bodies, section };
}

for (
  const [asked, sent] of [
    [[1, 2], [2, 1]],
    [[1, 2, 3], [3, 2, 1]],
    [[1, 2, 3], [2, 3, 1]],
    [[1, 2, 3], [3, 1, 2]],
    [[1, 2], [1, 2]],
  ]
) {
  test(`fetchEach, streams ${asked} sent as ${sent}, read in the first order → all of them [fault D3]`, async () => {
    const { client, loop, sending, bodies, section } = await scene(asked, sent, 2 * MIB);
    for (const part of asked) assertBytes(await readAll(section(part)), bodies.get(part)!);
    await sending;
    assertEquals((await loop.next()).done, true);
    client.shutdown();
  });
}

test("fetchEach: the second stream is unread, then the first is requested → it arrives [fault D3]", async () => {
  const { client, loop, sending, bodies, section } = await scene([1, 2], [2, 1], 2 * MIB);
  assert(await isPending(sending), "nobody reads: the server has to wait");
  const piped: Uint8Array[] = [];
  await section(1).pipeTo(
    new WritableStream({
      write(chunk) {
        piped.push(chunk);
      },
    }),
  );
  assertEquals(piped.reduce((sum, { length }) => sum + length, 0), bodies.get(1)!.length);
  assertBytes(await readAll(section(2)), bodies.get(2)!);
  await sending;
  assertEquals((await loop.next()).done, true);
  client.shutdown();
});

test("fetchEach: a short stream after a long one, read first → both [fault D3]", async () => {
  const { client, server } = await selectFake();
  const items = ["BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]"] as const;
  const loop = client.fetchEach(1, items, { stream: true });
  const first = loop.next();
  const tag = await server.expect(`UID FETCH 1 (${items.join(" ")})`);
  const text = pattern(3 * MIB, 1);
  const sending = (async () => {
    await server.send(`* 1 FETCH (UID 1 BODY[TEXT] {${text.length}}`);
    await sendPieces(server, text);
    await server.send(bytesOf(' BODY[HEADER] "Subject: x")\r\n'), `${tag} OK`);
  })();
  const message = (await first).value!;
  assertEquals(textOf(await readAll(message["BODY[HEADER]"])), "Subject: x");
  assertBytes(await readAll(message["BODY[TEXT]"]), text);
  await sending;
  client.shutdown();
});

test("fetchEach: both streams read at once, in any order of arrival → both [fault D3]", async () => {
  for (const sent of [[1, 2], [2, 1]]) {
    const { client, sending, bodies, section } = await scene([1, 2], sent, 2 * MIB);
    const [one, two] = await Promise.all([readAll(section(1)), readAll(section(2))]);
    assertBytes(one, bodies.get(1)!);
    assertBytes(two, bodies.get(2)!);
    await sending;
    client.shutdown();
  }
});

test("fetchEach: more of another stream than memory may hold → its error, no dead wait [fault D3]", async () => {
  const { client, server } = await selectFake();
  const items = ["BODY.PEEK[1]", "BODY.PEEK[2]"] as const;
  const loop = client.fetchEach(1, items, { stream: true });
  const first = loop.next();
  const tag = await server.expect(`UID FETCH 1 (${items.join(" ")})`);
  const chunk = new Uint8Array(MIB);
  const sending = (async () => {
    await server.send(`* 1 FETCH (UID 1 BODY[2] {${80 * MIB}}`);
    for (let i = 0; i < 80; i++) await server.send(chunk);
    await server.send(bytesOf(' BODY[1] "one")\r\n'), `${tag} OK`);
  })();
  const message = (await first).value!;
  assertEquals(textOf(await readAll(message["BODY[1]"])), "one");
  const error = await assertRejects(() => readAll(message["BODY[2]"]), ImapError);
  assert(error.message.includes("too much of a stream"), error.message);
  await sending;
  assertEquals((await loop.next()).done, true);
  assertEquals(client.closed, false);
  client.shutdown();
});

test("fetchEach: the first stream is waited for, then given up → the server waits again [fault D3]", async () => {
  const { client, loop, sending, bodies, section } = await scene([1, 2], [2, 1], 4 * MIB);
  const reader = section(1).getReader();
  const reading = outcome(reader.read());
  await turns(3);
  await reader.cancel();
  await reading;
  assertBytes(await readAll(section(2)), bodies.get(2)!);
  await sending;
  assertEquals((await loop.next()).done, true);
  client.shutdown();
});

test("fetchEach: streams out of order, and the message is skipped → the next ones come [fault D3]", async () => {
  const { client, loop, sending, section } = await scene([1, 2], [2, 1], 2 * MIB);
  assertEquals((await loop.next()).done, true);
  await assertRejects(() => readAll(section(1)), IllegalStateError);
  await sending;
  client.shutdown();
});

// The end of the connection, while reading is paused

/** Pauses the client's reading: this many messages arrive before the loop reads on. */
async function pausedLoop(client: ImapClient, server: FakeServer) {
  const loop = client.fetchEach("1:*", ["FLAGS"]);
  const first = loop.next();
  const tag = await server.expect("UID FETCH 1:* (FLAGS)");
  const rows = Array.from({ length: 400 }, (_, i) => `* ${i + 1} FETCH (UID ${i + 1} FLAGS ())`);
  await server.send(...rows);
  await first;
  await turns();
  return { loop, tag };
}

for (
  const [how, end, says] of [
    ["hangs up", (server: FakeServer) => server.end(), /closed the connection/],
    ["breaks off", (server: FakeServer) => server.break(), /reset by peer|closed/],
    ["says BYE and hangs up", async (server: FakeServer) => {
      await server.send("* BYE going down");
      await server.end();
    }, /going down/],
    ["says NO, half a line more, and hangs up", async (server: FakeServer) => {
      await server.send("* NO out of memory", bytesOf("* 401 FETCH (UID"));
      await server.end();
    }, /out of memory/],
  ] as const
) {
  test(`the server ${how} while fetchEach is not read → over resolves, and messages are not lost [fault D4]`, async () => {
    const { client, server } = await selectFake();
    const { loop } = await pausedLoop(client, server);
    void end(server);
    const cause = await client.over;
    assertInstanceOf(cause, ConnectionClosedError);
    assert(says.test(cause.message), cause.message);
    assert(client.closed);
    await assertRejects(() => client.noop(), ConnectionClosedError);
    let count = 1;
    const rest = await outcome((async () => {
      for await (const _ of loop) count++;
    })());
    assertEquals([count, rest], [400, cause as never]);
  });

  test(`the server ${how} while a stream is not read → over resolves, and the stream fails [fault D4]`, async () => {
    const { client, server } = await selectFake();
    const loop = client.fetchEach(1, ["BODY.PEEK[]"], { stream: true });
    const first = loop.next();
    await server.expect("UID FETCH 1 (BODY.PEEK[])");
    await server.send(`* 1 FETCH (UID 1 BODY[] {${10 * MIB}}`, new Uint8Array(300_000));
    const message = (await first).value!;
    await turns();
    void server.close();
    const cause = await client.over;
    assertInstanceOf(cause, ConnectionClosedError);
    assertEquals(await outcome(readAll(message["BODY[]"])), cause as never);
    assertEquals(await outcome(loop.next()), cause as never);
  });

  test(`the server ${how} while watch is full → over resolves, and updates are not lost [fault D4]`, async () => {
    for (const capabilities of ["IMAP4rev1 IDLE", "IMAP4rev1"]) {
      const { client, server } = await selectFake({}, capabilities);
      const loop = client.watch();
      const first = loop.next();
      if (capabilities.endsWith("IDLE")) {
        await server.expect("IDLE");
        await server.send("+ idling");
      } else await server.expect("NOOP");
      const news = Array.from({ length: 1500 }, (_, i) => `* ${i + 1} EXISTS`);
      await server.send(...news);
      await first;
      await turns();
      void end(server);
      assertInstanceOf(await client.over, ConnectionClosedError);
      let exists = 1;
      await outcome((async () => {
        for await (const { type } of loop) exists += Number(type === "EXISTS");
      })());
      assertEquals(exists, 1500);
    }
  });
}

test("all answers and then the end, while nothing is read → every message, and no error [fault D4]", async () => {
  const { client, server } = await selectFake();
  const { loop, tag } = await pausedLoop(client, server);
  await server.send(`${tag} OK done`);
  await server.end();
  assertInstanceOf(await client.over, ConnectionClosedError);
  let count = 1;
  for await (const _ of loop) count++;
  assertEquals(count, 400);
});

test("the client closes while reading is paused → over resolves at once [fault D4]", async () => {
  const { client, server } = await selectFake();
  await pausedLoop(client, server);
  client.shutdown();
  assertInstanceOf(await client.over, ConnectionClosedError);
  assert(await server.isOver());
});

test("a paused client reads a little ahead, and no more [fault D4]", async () => {
  const { client, server } = await selectFake();
  const { loop, tag } = await pausedLoop(client, server);
  let sent = 0;
  const sending = (async () => {
    const row = bytesOf("* 400 FETCH (UID 400 FLAGS (a))\r\n".repeat(2000));
    for (let i = 0; i < 100; i++) {
      await server.send(row);
      sent += row.length;
    }
    await server.send(`${tag} OK`);
  })();
  await turns(50);
  assert(sent < MIB, `${sent} bytes were taken`);
  // What was read ahead is delivered in order when reading resumes.
  let count = 1;
  for await (const _ of loop) count++;
  assertEquals(count, 400 + 200_000);
  await sending;
  client.shutdown();
});

test("pausing and going on very often → nothing is lost or out of order [fault D4]", async () => {
  const { client, server } = await selectFake();
  const loop = client.fetchEach("1:*", ["FLAGS"]);
  const first = loop.next();
  const tag = await server.expect("UID FETCH 1:* (FLAGS)");
  const sending = (async () => {
    for (let uid = 1; uid <= 5000; uid += 50) {
      await server.send(
        ...Array.from({ length: 50 }, (_, i) => `* ${uid + i} FETCH (UID ${uid + i} FLAGS ())`),
      );
    }
    await server.send(`${tag} OK`);
  })();
  const uids = [(await first).value!.UID];
  for await (const { UID } of loop) {
    uids.push(UID);
    if (UID % 100 === 0) await turns(1);
  }
  assertEquals(uids, Array.from({ length: 5000 }, (_, i) => i + 1));
  await sending;
  client.shutdown();
});
