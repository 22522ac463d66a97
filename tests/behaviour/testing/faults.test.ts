import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ConnectionClosedError,
  ImapAbortError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  TimeoutError,
} from "@imapclient/imapclient";
import { test } from "../../support/fake_server.ts";
import { Fixture } from "./server_fixture.ts";

/** Runs a test over a connection in memory and over a socket. */
function both(name: string, body: (fixture: Fixture, connect: Connect) => Promise<void>): void {
  test(`R2 ${name}, in memory`, async () => {
    await using fixture = new Fixture();
    await body(fixture, () => fixture.open());
  });
  test(`R2 ${name}, over a socket`, async () => {
    await using fixture = new Fixture();
    const listener = await fixture.listen();
    await body(fixture, () => fixture.open(listener));
  });
}

type Connect = () => Promise<ImapClient>;

/** All bytes that a client receives until the server closes the connection. */
async function everything(fixture: Fixture, commands: string): Promise<string> {
  const duplex = await fixture.server.transport(AbortSignal.timeout(1000));
  const writer = duplex.writable.getWriter();
  // If the connection is cut before the greeting, nobody reads them.
  const writing = writer.write(new TextEncoder().encode(commands)).catch(() => {});
  const reader = duplex.readable.getReader();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += new TextDecoder().decode(read.value);
  }
  await writing;
  await duplex.close();
  return text;
}

both("a command is refused once, with its code", async ({ server, ann }, connect) => {
  const client = await connect();
  server.faults.refuse("append", { code: "OVERQUOTA", text: "no room, Grüße" });
  const append = () => client.append("INBOX", "Subject: Hi\n\n");
  await client.noop();
  const error = await assertRejects(append, ImapError);
  assertEquals([error.code, error.text], ["OVERQUOTA", "no room, Grüße"]);
  assertEquals(ann.messages("INBOX").length, 3);
  await append();
  assertEquals(ann.messages("INBOX").length, 4);

  server.faults.refuse("STORE", { status: "BAD", times: 2 });
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => client.addFlags(1, ["\\Seen"]), ImapError, "as the test wants it");
  }
  await client.addFlags(1, ["\\Seen"]);
  await client.logout();
});

test("R2 a literal that is asked for is refused before it is sent", async () => {
  await using fixture = new Fixture({ capabilities: { omit: ["LITERAL+"] } });
  const client = await fixture.open();
  fixture.server.faults.refuse("APPEND", { code: "TOOBIG" });
  await assertRejects(() => client.append("INBOX", "Subject: Hi\n\n"), ImapError);
  await client.append("INBOX", "Subject: Hi\n\n");
  await client.logout();
});

test("R2 a UID command is meant by its name, or by itself", async () => {
  const { server } = new Fixture({ greeting: "PREAUTH" });
  const client = await ImapClient.connect({ transport: server.transport });
  await client.selectFolder("INBOX");
  server.faults.refuse("UID FETCH", { code: "LIMIT" });
  client.useUid = false;
  await client.fetch(1, ["FLAGS"]);
  client.useUid = true;
  await assertRejects(() => client.fetch(1, ["FLAGS"]), ImapError);
  server.faults.refuse("FETCH", { times: Infinity });
  for (const uid of [true, false, true]) {
    client.useUid = uid;
    await assertRejects(() => client.fetch(1, ["FLAGS"]), ImapError);
  }
  server.faults.clear();
  await client.fetch(1, ["FLAGS"]);
  await client.logout();
});

both("an answer comes late", async ({ server, ann }, connect) => {
  const client = await connect();
  server.faults.delay(60, { command: "STORE" });
  const start = performance.now();
  await client.noop();
  const storing = client.addFlags(1, ["\\Seen"]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(ann.messages("INBOX")[0].flags, []);
  await storing;
  assert(performance.now() - start > 55);
  assertEquals(ann.messages("INBOX")[0].flags, ["\\Seen"]);
  await client.logout();
});

both("a delay does not outlive its client", async ({ server }, connect) => {
  const client = await connect();
  server.faults.delay(3_600_000);
  await assertRejects(() => client.noop({ signal: AbortSignal.timeout(20) }));
  client.shutdown();
});

test("R2 a server that falls silent is noticed by the client's timeout", async () => {
  await using fixture = new Fixture();
  const { server } = fixture;
  const listener = await server.listen();
  const { host, port } = listener;
  for (const target of [{ transport: server.transport }, { host, port, ssl: false }]) {
    const client = await ImapClient.connect({ ...target, timeout: { connect: 5, read: 0.05 } });
    await client.login("ann", "secret");
    server.faults.silence({ command: "SELECT" });
    await client.noop();
    await assertRejects(() => client.selectFolder("INBOX"), TimeoutError);
  }
});

test("R2 a server that fell silent reads on, and serves others", async () => {
  await using fixture = new Fixture();
  const [silenced, other] = [await fixture.open(), await fixture.open()];
  fixture.server.faults.silence({ command: "APPEND" });
  const appending = silenced.append("INBOX", "x".repeat(2_000_000));
  const ended = assertRejects(() => appending, ImapAbortError);
  await other.noop();
  await fixture.server.close();
  await ended;
});

both("a line of garbage is noticed by a careful client", async ({ server }, connect) => {
  const client = await connect();
  server.faults.garbage("* SEARCH x", { command: "SEARCH" });
  await client.fetch(1, ["FLAGS"]);
  await assertRejects(() => client.search(), ProtocolError);
  server.faults.garbage("X99 OK done", { command: "NOOP" });
  await assertRejects(() => client.noop(), ImapError);
  assert(client.closed);
});

test("R2 garbage is any line, sent before the answer", async () => {
  await using fixture = new Fixture({ greeting: "PREAUTH" });
  fixture.server.faults.garbage("* 3 FETCH (FLAGS (ü", { times: 2 });
  const text = await everything(fixture, "a NOOP\r\nb NOOP\r\nc NOOP\r\nd LOGOUT\r\n");
  assertEquals(text.slice(text.indexOf("\n") + 1).split("\r\n"), [
    "* 3 FETCH (FLAGS (ü",
    "a OK NOOP completed",
    "* 3 FETCH (FLAGS (ü",
    "b OK NOOP completed",
    "c OK NOOP completed",
    "* BYE until next time",
    "d OK LOGOUT completed",
    "",
  ]);
});

both("BYE ends all sessions now", async ({ server }, connect) => {
  const clients = [await connect(), await connect()];
  await clients[1].idle();
  server.faults.bye("shutting down");
  for (const client of clients) {
    await assertRejects(() => client.noop(), ImapAbortError);
    assert(client.closed);
  }
  const next = await connect();
  await next.logout();
});

test("R2 a connection is cut after an exact number of bytes", async () => {
  await using fixture = new Fixture({ greeting: "PREAUTH" });
  const commands = "a SELECT INBOX\r\nb FETCH 1:* BODY.PEEK[]\r\nc LOGOUT\r\n";
  const whole = await everything(fixture, commands);
  for (const bytes of [0, 1, 100, 500, whole.length - 1, whole.length]) {
    fixture.server.faults.dropAfter(bytes);
    const cut = await everything(fixture, commands);
    assertEquals(cut.length, bytes);
    assert(cut.length === 0 || whole.startsWith(cut.slice(0, 100).replace(/RECENT[^]*/, "")));
    assertEquals((await everything(fixture, commands)).length, whole.length);
  }
});

both("a connection is cut in the middle of an answer", async ({ server, ann }, connect) => {
  ann.append("INBOX", `Subject: large\n\n${"x".repeat(500_000)}`);
  const client = await connect();
  server.faults.dropAfter(200_000);
  const error = await assertRejects(
    () => client.fetch("1:*", ["BODY.PEEK[]"]),
    ConnectionClosedError,
  );
  assert(error.message.includes("in the middle of a response"), error.message);
  const next = await connect();
  assertEquals((await next.fetch("1:*", ["BODY.PEEK[]"])).size, 4);
  await next.logout();
});

both("every connection is cut, if the test says so", async ({ server }, connect) => {
  server.faults.dropAfter(150, { times: Infinity });
  for (let i = 0; i < 3; i++) await assertRejects(connect, ImapAbortError);
  server.faults.clear();
  const client = await connect();
  await client.logout();
});

both("an idle client is cut by the next byte", async ({ server, ann }, connect) => {
  const client = await connect();
  await client.idle();
  server.faults.dropAfter(0);
  ann.append("INBOX", "Subject: four\n\n");
  await assertRejects(async () => {
    await client.idleCheck({ timeout: 10 });
    await client.noop();
  }, ImapAbortError);
});

test("R2 faults of several kinds may meet, in the order of their asking", async () => {
  await using fixture = new Fixture({ greeting: "PREAUTH" });
  const { faults } = fixture.server;
  faults.refuse("NOOP", { text: "first" });
  faults.refuse("NOOP", { text: "second" });
  faults.garbage("garbage", { command: "noop" });
  faults.delay(1);
  const text = await everything(fixture, "a NOOP\r\nb NOOP\r\nc LOGOUT\r\n");
  const lines = text.split("\r\n").slice(1, 4);
  assertEquals(lines, ["garbage", "a NO first", "b NO second"]);
});

test("R2 faults that can't be are refused", async () => {
  const { faults } = new Fixture().server;
  for (
    const wrong of [
      () => faults.refuse("APEND"),
      () => faults.refuse("UID"),
      () => faults.silence({ command: "" }),
      () => faults.refuse("APPEND", { code: "A]" }),
      () => faults.refuse("APPEND", { text: "a\r\nb" }),
      () => faults.refuse("APPEND", { times: 0 }),
      () => faults.delay(-1),
      () => faults.delay(NaN),
      () => faults.dropAfter(-1),
      () => faults.bye(""),
    ]
  ) assertThrows(wrong, InvalidArgumentError);
  await Promise.resolve();
});
