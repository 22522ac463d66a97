// Messages that are read while they are sent.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ImapAbortError, type ImapClient, ImapError, InvalidArgumentError } from "../../../mod.ts";
import { type FakeServer, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A stream of these chunks, and a record of how it was used. */
function source(...chunks: readonly (string | Error)[]) {
  const left = [...chunks];
  const state = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller): void {
      const next = left.shift();
      if (next === undefined) controller.close();
      else if (next instanceof Error) controller.error(next);
      else controller.enqueue(bytes(next));
    },
    cancel(): void {
      state.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, state };
}

async function begin(
  capabilities: string,
  chunks: readonly (string | Error)[],
  size: number,
): Promise<{
  client: ImapClient;
  server: FakeServer;
  state: { cancelled: boolean };
  done: Promise<unknown>;
}> {
  const { client, server } = await selectFake({}, capabilities);
  const { stream, state } = source(...chunks);
  const done = outcome(client.append("x", { stream, size }));
  return { client, server, state, done };
}

test("L1 a message is sent as its stream yields it", async () => {
  for (const plus of ["", "+"]) {
    const { client, server, done } = await begin(
      plus === "" ? "IMAP4rev1" : "IMAP4rev1 LITERAL+",
      ["From: a\r\n", "", "\r\n", "hi"],
      13,
    );
    const tag = await server.expect(`APPEND "x" () {13${plus}}`);
    if (plus === "") await server.send("+ go on");
    assertEquals(await server.bytes(15), "From: a\r\n\r\nhi\r\n");
    await server.send(`${tag} OK [APPENDUID 1 7] done`);
    assertEquals(await done, { text: "[APPENDUID 1 7] done", uidValidity: 1, uid: 7 });
    assertEquals(client.closed, false);
    client.shutdown();
  }
});

test("L8 several messages, one of them from a stream, are one command", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+ MULTIAPPEND");
  const { stream } = source("stream");
  const done = client.multiappend("x", ["one", { msg: { stream, size: 6 } }, "two"]);
  const tag = await server.expect('APPEND "x" () {3+}');
  assertEquals(await server.bytes(3), "one");
  assertEquals(await server.line(), " () {6+}");
  assertEquals(await server.bytes(6), "stream");
  assertEquals(await server.line(), " () {3+}");
  assertEquals(await server.bytes(5), "two\r\n");
  await server.send(`${tag} OK done`);
  await done;
  client.shutdown();
});

const WRONG:
  readonly (readonly [what: string, chunks: readonly (string | Error)[], size: number])[] = [
    ["ends too early", ["abc"], 5],
    ["has too much", ["abc", "def"], 5],
    ["has more behind its end", ["abcde", "f"], 5],
    ["fails", ["abc", new Error("disk gone")], 5],
    ["has a NUL", ["ab\0de"], 5],
  ];
for (const [what, chunks, size] of WRONG) {
  test(`L1 a stream that ${what}: the message is not stored, and the connection is over`, async () => {
    const { client, server, state, done } = await begin("IMAP4rev1 LITERAL+", chunks, size);
    await server.expect(`APPEND "x" () {${size}+}`);
    const error = await done;
    assertInstanceOf(error, ImapAbortError);
    assert(/stream|NUL/.test(error.message), error.message);
    assert(client.closed);
    // The line end that would complete the command is never sent.
    const rest = await server.rest();
    assert(!rest.includes("\r\n") && rest.length <= size, rest);
    assertEquals(state.cancelled, !["ends too early", "fails"].includes(what), "cancelled");
  });
}

test("L1 a stream is untouched if nothing can be sent, and cancelled if it is not needed", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 APPENDLIMIT=100");
  const bad = [
    { stream: source("x").stream, size: -1 },
    { stream: source("x").stream, size: 1.5 },
    { stream: source("x").stream, size: 101 },
    { stream: "x", size: 1 },
    { stream: null, size: 1 },
  ];
  for (const message of bad) {
    assertInstanceOf(await outcome(client.append("x", message as never)), InvalidArgumentError);
  }
  const read = source("x");
  read.stream.getReader();
  assertInstanceOf(
    await outcome(client.append("x", { stream: read.stream, size: 1 })),
    InvalidArgumentError,
  );
  assert(await server.isSilent());
  const { stream, state } = source("hello");
  const refused = outcome(client.append("full", { stream, size: 5 }));
  await server.send(`${await server.expect('APPEND "full" () {5}')} NO [OVERQUOTA] no room`);
  const error = await refused;
  assertInstanceOf(error, ImapError);
  assertEquals([error.code, state.cancelled, client.closed], ["OVERQUOTA", true, false]);
  client.shutdown();
});

test("L1 a stream that yields nothing is cancelled when the connection ends", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 LITERAL+");
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    cancel: () => {
      cancelled = true;
    },
  });
  const done = outcome(client.append("x", { stream, size: 5 }));
  await server.expect('APPEND "x" () {5+}');
  await server.end();
  assertInstanceOf(await done, ImapAbortError);
  await turns();
  assert(cancelled);
  assert(client.closed);
});
