// What a server sends without being asked is stored only within limits, whoever stores it.
import { assert, assertEquals } from "@std/assert";
import { KeptResponses, sizeOf } from "../../../src/connection/kept_responses.ts";
import type { FetchResponse, UnknownResponse, UntaggedResponse } from "../../../mod.ts";
import { bytesOf, type FakeServer, selectFake, test } from "../../support/fake_server.ts";
import { untagged } from "../../support/wire.ts";

const MIB = 1024 * 1024;

/** Sends `times` FETCH responses with a section of this length. */
async function sendBodies(
  server: FakeServer,
  head: (i: number) => string,
  length: number,
  times: number,
): Promise<void> {
  const body = bytesOf("x".repeat(length));
  for (let i = 1; i <= times; i++) await server.send(`${head(i)} {${length}}`, body, ")");
}

async function gather<T>(loop: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const it of loop) all.push(it);
  return all;
}

function fetched(responses: readonly UntaggedResponse[]): FetchResponse[] {
  return responses.filter((it) => it.type === "FETCH");
}

for (const call of ["noop", "expunge"] as const) {
  test(`${call}: bodies that nobody asked for → dropped, the flags kept [fault E1]`, async () => {
    const { client, server } = await selectFake();
    const calling = client[call]();
    const tag = await server.expect(call.toUpperCase());
    const head = (i: number) => `* ${i} FETCH (FLAGS (\\Seen) BODY[${i}]`;
    await sendBodies(server, head, MIB, 40);
    await server.send('* 7 FETCH (RFC822.HEADER "short")', `${tag} OK done`);
    const { text, responses, omitted } = await calling;
    assertEquals([text, omitted, responses.length], ["done", undefined, 41]);
    const last = fetched(responses).at(-1)!;
    assertEquals(last.items["RFC822.HEADER"], bytesOf("short"));
    for (const { items } of fetched(responses).slice(0, 40)) {
      assertEquals(Object.keys(items), ["SEQ", "FLAGS"]);
    }
    client.shutdown();
  });
}

test("noop: two million short lines → a part of them, and how many more there were [fault E1]", async () => {
  const { client, server } = await selectFake();
  const calling = client.noop();
  const tag = await server.expect("NOOP");
  const chunk = bytesOf("* 5 EXISTS\r\n".repeat(10_000));
  for (let i = 0; i < 200; i++) await server.send(chunk);
  await server.send(`${tag} OK done`);
  const { responses, omitted } = await calling;
  assertEquals(responses.length + omitted!, 2_000_000);
  assert(responses.length >= 100_000 && responses.length <= 200_000, `${responses.length}`);
  client.shutdown();
});

test("expunge: of 100,000 messages → all of them [fault E1]", async () => {
  const { client, server } = await selectFake();
  const calling = client.expunge();
  const tag = await server.expect("EXPUNGE");
  await server.send(bytesOf("* 1 EXPUNGE\r\n".repeat(100_000)), `${tag} OK done`);
  const { responses, omitted } = await calling;
  assertEquals([responses.length, omitted], [100_000, undefined]);
  client.shutdown();
});

for (const each of [false, true]) {
  const name = each ? "fetchEach" : "fetch";
  test(`${name}: 300 bodies besides what was requested → dropped [fault E1]`, async () => {
    const { client, server } = await selectFake();
    const fetching = each
      ? gather(client.fetchEach(5, ["FLAGS", "BODY.PEEK[1]"]))
      : client.fetch(5, ["FLAGS", "BODY.PEEK[1]"]).then((found) => [...found.values()]);
    const tag = await server.expect("UID FETCH 5 (FLAGS BODY.PEEK[1])");
    await sendBodies(server, (i) => `* 5 FETCH (UID 5 FLAGS (a) BODY[9.${i}]`, 100_000, 100);
    await sendBodies(server, (i) => `* 5 FETCH (UID 5 X-${i}`, 100_000, 100);
    await sendBodies(server, (i) => `* 5 FETCH (UID 5 X-S-${i}`, 100, 100);
    const list = "a".repeat(1000);
    await server.send(`* 5 FETCH (UID 5 X-LIST (${`${list} `.repeat(100)}))`);
    await sendBodies(server, () => "* 5 FETCH (UID 5 INTERNALDATE NIL BODY[1]", 100_000, 1);
    await server.send(`${tag} OK`);
    const [message] = await fetching;
    const { FLAGS, "BODY[1]": body, ...rest } = message as unknown as Record<string, unknown>;
    assertEquals([FLAGS, (body as Uint8Array).length], [["a"], 100_000]);
    const names = Object.keys(rest);
    assert(names.length < 40, `${names.length} items that nobody asked for`);
    assert(names.every((name) => !name.startsWith("BODY[9") && name !== "X-LIST"), `${names}`);
    client.shutdown();
  });
}

test("fetch: a large answer under another spelling → is no unasked body [fault E1, C13]", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(5, ["BODY.PEEK[HEADER]", "FLAGS"]);
  const tag = await server.expect("UID FETCH 5 (BODY.PEEK[HEADER] FLAGS)");
  await sendBodies(server, () => "* 5 FETCH (UID 5 FLAGS () RFC822.HEADER", 100_000, 1);
  await server.send(`${tag} OK`);
  assertEquals((await fetching).get(5)!["BODY[HEADER]"]!.length, 100_000);
  client.shutdown();
});

test("kept responses: bytes are copied out of their chunk [fault E1]", async () => {
  await Promise.resolve();
  const kept = new KeptResponses();
  for (
    const line of [
      "* XYZZY (1 2) x",
      '* LIST () "/" "folder"',
      '* STATUS "folder" (MESSAGES 1)',
      '* 4 FETCH (RFC822.HEADER "short")',
    ]
  ) kept.add(untagged(line));
  const [unknown, list, status, fetch] = kept.takeAll();
  const { raw } = unknown as UnknownResponse;
  assertEquals(raw, bytesOf("(1 2) x"));
  assertEquals((unknown as UnknownResponse).values(), [[1, 2], "x"]);
  assert(list.type === "LIST" && status.type === "STATUS" && fetch.type === "FETCH");
  const header = fetch.items["RFC822.HEADER"] as Uint8Array;
  for (const bytes of [raw, list.name, status.name, header]) {
    assertEquals(bytes.buffer.byteLength, bytes.length);
  }
});

test("kept responses: counted by size, of any kind [fault E1]", async () => {
  await Promise.resolve();
  const long = "x".repeat(1_000_000);
  for (
    const line of [
      `* XYZZY ${long}`,
      `* OK ${long}`,
      `* OK [X ${long}] x`,
      `* LIST () "/" ${long}`,
      `* FLAGS (${long})`,
      `* CAPABILITY ${long}`,
      `* SEARCH${" 1234567".repeat(120_000)}`,
      `* 1 FETCH (X-A ${long})`,
      `* 1 FETCH (ENVELOPE (NIL "${long}" NIL NIL NIL NIL NIL NIL NIL NIL))`,
    ]
  ) {
    const kept = new KeptResponses();
    const response = untagged(line);
    let count = 0;
    while (count < 1000 && kept.add(response)) count++;
    assert(count < 16, `${count} times ${line.slice(0, 20)}`);
  }
  assert(sizeOf({ a: ["b".repeat(100), new Uint8Array(100)] }) >= 200);
});
