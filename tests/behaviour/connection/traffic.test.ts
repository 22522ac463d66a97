import { assert, assertEquals } from "@std/assert";
import { bytesOf, connectFake, selectFake, test, turns } from "../../support/fake_server.ts";

const MEGABYTE = 1024 * 1024;

test("traffic: bytes in both directions are counted, including literals", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] hello");
  const before = client.traffic;
  assertEquals([before.toReceive, before.toSend], [0, 0]);
  const noop = client.noop();
  await server.answer("NOOP", "* 1 EXISTS");
  await noop;
  const { received, sent } = client.traffic;
  assertEquals(sent - before.sent, "A1 NOOP\r\n".length);
  assertEquals(received - before.received, "* 1 EXISTS\r\nA1 OK done\r\n".length);
  client.shutdown();
});

test("traffic: reports how much of a message is still to come", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(1, ["BODY.PEEK[]"]);
  const tag = await server.expect("UID FETCH 1 (BODY.PEEK[])");
  await server.send(bytesOf("* 1 FETCH (UID 1 BODY[] {1000000}\r\n"), new Uint8Array(400_000));
  await turns();
  assertEquals(client.traffic.toReceive, 600_000);
  await server.send(new Uint8Array(600_000), ")", `${tag} OK done`);
  await fetching;
  assertEquals(client.traffic.toReceive, 0);
  client.shutdown();
});

test("traffic: reports how much of a message is still to be sent, piece by piece", async () => {
  const greeting = "* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+] hello";
  const { client, server } = await connectFake({}, greeting);
  const appending = client.append("INBOX", new Uint8Array(MEGABYTE).fill(97));
  const left = new Set<number>();
  let taken = 0;
  while (taken < MEGABYTE) {
    taken += (await server.chunk()).length;
    await turns(1);
    left.add(client.traffic.toSend);
  }
  assert(left.size >= 3, `${[...left]}`);
  assert(client.traffic.sent >= MEGABYTE);
  await server.send("A1 OK done");
  await appending;
  assertEquals(client.traffic.toSend, 0);
  client.shutdown();
});

test("A7 a long upload in progress is not silence, however slow", async () => {
  const greeting = "* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+] hello";
  const { client, server } = await connectFake({ timeout: 1 }, greeting);
  const appending = client.append("INBOX", new Uint8Array(3 * MEGABYTE).fill(97));
  let taken = 0;
  while (taken < 3 * MEGABYTE) {
    taken += (await server.chunk()).length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await server.send("A1 OK done");
  assertEquals((await appending).text, "done");
  client.shutdown();
});
