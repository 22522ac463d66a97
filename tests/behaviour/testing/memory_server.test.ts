import { connect as connectSocket } from "node:net";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  CertificateError,
  ConnectError,
  ConnectionClosedError,
  ImapAbortError,
  ImapClient,
  InvalidArgumentError,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { test } from "../../support/fake_server.ts";
import { makeCertificates } from "../../support/identities.ts";
import { Fixture } from "./server_fixture.ts";

const certificates = makeCertificates();
const TEXT = new TextDecoder();

test("R2 a mailbox can be looked at after the code under test ran", async () => {
  const { server, ann } = new Fixture({ capabilities: { add: ["X-GM-EXT-1"] } });
  const client = await ImapClient.connect({ transport: server.transport });
  await client.login("ann", "secret");
  await client.createFolder("a/b");
  await client.unsubscribeFolder("Sent");
  await client.append("a/b", "Subject: New\n\nText\n", {
    flags: ["\\Seen", "$Own"],
    date: new Date("2026-05-12T07:14:32Z"),
  });
  await client.selectFolder("INBOX");
  await client.addGmailLabels(2, ["\\Important", "Übung"]);
  await client.logout();

  assertEquals(ann.folders, [
    { name: "INBOX", specialUse: null, subscribed: true },
    { name: "Sent", specialUse: "\\Sent", subscribed: false },
    { name: "a", specialUse: null, subscribed: false },
    { name: "a/b", specialUse: null, subscribed: false },
  ]);
  const [message] = ann.messages("a/b");
  assertEquals([message.uid, message.flags, message.labels], [1, ["\\Seen", "$Own"], []]);
  assertEquals(message.date.toISOString(), "2026-05-12T07:14:32.000Z");
  assertEquals(TEXT.decode(message.bytes), "Subject: New\r\n\r\nText\r\n");
  assertEquals(ann.messages("inbox")[1].labels, ["\\Important", "Übung"]);
});

test("R2 snapshots do not change later, and their folder must exist", async () => {
  await using fixture = new Fixture();
  const { ann } = fixture;
  const before = ann.messages("INBOX");
  const client = await fixture.open();
  await client.addFlags(1, ["\\Seen"]);
  await client.append("INBOX", "Subject: four\n\n");
  await client.logout();
  assertEquals([before.length, before[0].flags], [3, []]);
  assertEquals(ann.messages("INBOX").length, 4);
  assertThrows(() => ann.messages("Nowhere"), InvalidArgumentError, "no folder Nowhere");
});

test("R2 connections are told of each other, those in IDLE at once", async () => {
  await using fixture = new Fixture();
  const [watcher, other, third] = await Promise.all([1, 2, 3].map(() => fixture.open()));
  await watcher.idle();
  await other.append("INBOX", "Subject: four\n\n");
  assertEquals((await watcher.idleCheck({ timeout: 10 })).map(({ type }) => type), [
    "EXISTS",
    "RECENT",
  ]);
  await third.addFlags(1, ["\\Flagged"]);
  assertEquals((await watcher.idleCheck({ timeout: 10 })).map(({ type }) => type), ["FETCH"]);
  await third.deleteMessages(2);
  await third.expunge();
  const types = (await watcher.idleCheck({ timeout: 10 })).map(({ type }) => type);
  assert(types.includes("EXPUNGE") || types.includes("FETCH"), types.join(" "));
  await watcher.idleDone();
  fixture.ann.append("INBOX", "Subject: five\n\n");
  await other.noop();
  assertEquals(fixture.ann.messages("INBOX").map(({ uid }) => uid), [1, 3, 4, 5]);
  for (const client of [watcher, other, third]) await client.logout();
});

test("R2 it listens on a port of its own, in the clear", async () => {
  await using fixture = new Fixture();
  const listener = await fixture.listen();
  assertEquals(listener.host, "127.0.0.1");
  const clients = await Promise.all([1, 2, 3].map(() => fixture.open(listener)));
  for (const client of clients) assertEquals((await client.search()).length, 3);
  const large = "x".repeat(3_000_000);
  await clients[0].append("INBOX", `Subject: large\r\n\r\n${large}`);
  await clients[1].noop();
  const found = await clients[1].fetch(4, ["BODY.PEEK[TEXT]"]);
  assertEquals(TEXT.decode(found.get(4)!["BODY[TEXT]"]!), large);
  for (const client of clients) await client.logout();
});

test("R2 it listens with TLS, from the first byte or by STARTTLS", async () => {
  await using fixture = new Fixture();
  const tls = certificates.good;
  const implicit = await fixture.listen({ tls });
  const upgraded = await fixture.listen({ tls, starttls: true });
  const trust = { ca: certificates.ca, serverName: "localhost" };
  for (const [{ host, port }, starttls] of [[implicit, false], [upgraded, true]] as const) {
    for (let round = 0; round < 5; round++) {
      const client = await ImapClient.connect({ host, port, starttls, tls: trust });
      assertEquals(client.ssl, true);
      await client.login("ann", "secret");
      await client.selectFolder("INBOX");
      assertEquals((await client.fetch("1:*", ["ENVELOPE"])).size, 3);
      await client.logout();
    }
    await assertRejects(() => ImapClient.connect({ host, port, starttls }), CertificateError);
  }
  const { host, port } = upgraded;
  const plain = await ImapClient.connect({ host, port, ssl: false });
  assert((await plain.capabilities()).includes("LOGINDISABLED"));
  await assertRejects(() => plain.login("ann", "secret"));
  await plain.logout();
});

test("R2 bytes after STARTTLS do not pass for encrypted ones", async () => {
  await using fixture = new Fixture();
  const { host, port } = await fixture.listen({ tls: certificates.good, starttls: true });
  const socket = connectSocket(port, host);
  socket.write("a STARTTLS\r\nb LOGIN ann secret\r\n");
  const text = await new Promise<string>((resolve) => {
    let all = "";
    socket.on("data", (chunk) => {
      all += chunk;
      if (/^b /m.test(all)) resolve(all);
    });
  });
  assertMatch(text, /^a BAD [^\n]*\nb NO \[PRIVACYREQUIRED\]/m);
  socket.destroy();
});

test("R2 a client may end its side when it has sent everything", async () => {
  await using fixture = new Fixture();
  const { host, port } = await fixture.listen();
  const socket = connectSocket({ port, host, allowHalfOpen: true });
  socket.end("a LOGIN ann secret\r\nb SELECT INBOX\r\nc LOGOUT\r\n");
  let text = "";
  for await (const chunk of socket) text += chunk;
  assertMatch(text, /^b OK [^]*^\* BYE [^]*^c OK /m);
});

test("R2 an unusable port or certificate is reported at once", async () => {
  await using fixture = new Fixture();
  const { port } = await fixture.listen();
  await assertRejects(() => fixture.listen({ port }), ConnectError, `127.0.0.1:${port}`);
  const { good, other } = certificates;
  for (const tls of [{ cert: "none", key: good.key }, { cert: good.cert, key: other.key }]) {
    await assertRejects(() => fixture.listen({ tls }), InvalidArgumentError, "key");
  }
  await assertRejects(
    () => fixture.listen({ starttls: true }),
    InvalidArgumentError,
    "certificate",
  );
});

test("R2 closing cuts all connections, and the server can be used again", async () => {
  await using fixture = new Fixture();
  const listener = await fixture.listen();
  const clients = [await fixture.open(), await fixture.open(listener)];
  await clients[1].idle();
  await fixture.server.close();
  for (const client of clients) await assertRejects(() => client.noop(), ImapAbortError);
  await assertRejects(() => fixture.open(listener), ConnectError);
  const again = await fixture.open(await fixture.listen());
  await again.logout();
  await fixture.server[Symbol.asyncDispose]();
});

test("R2 a listener can be closed by itself", async () => {
  await using fixture = new Fixture();
  const listener = await fixture.listen();
  const [inside, outside] = [await fixture.open(), await fixture.open(listener)];
  await listener.close();
  await listener[Symbol.asyncDispose]();
  await assertRejects(() => outside.noop(), ImapAbortError);
  await inside.logout();
});

test("R2 the transport minds its signal, and both ends notice the other's end", async () => {
  const server = new MemoryServer();
  await assertRejects(() => server.transport(AbortSignal.abort(new Error("no"))), Error, "no");
  const duplex = await server.transport(AbortSignal.timeout(1000));
  const reader = duplex.readable.getReader();
  assertMatch(TEXT.decode((await reader.read()).value), /^\* OK /);
  await server.close();
  assertEquals((await reader.read()).done, true);
  const writer = duplex.writable.getWriter();
  await assertRejects(() => writer.write(new Uint8Array(1)), ConnectionClosedError);
  await duplex.close();
});

test("R2 a client within the program that reads slowly makes the server wait", async () => {
  const { server, ann } = new Fixture({ greeting: "PREAUTH" });
  ann.append("INBOX", "x".repeat(300_000));
  const duplex = await server.transport(AbortSignal.timeout(1000));
  const writer = duplex.writable.getWriter();
  const command = "a SELECT INBOX\r\n" + "b FETCH 4 BODY.PEEK[]\r\n".repeat(10) + "c LOGOUT\r\n";
  await writer.write(new TextEncoder().encode(command));
  let length = 0;
  const reader = duplex.readable.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert(length > 3_000_000);
  await duplex.close();
});
