// Sending literals, with and without waiting for the server.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Command, ImapError, ProtocolError, type SearchCriteria } from "../../../mod.ts";
import { bytesOf, outcome, selectFake, test, textOf } from "../../support/fake_server.ts";

/** A command that sends one literal; others of its kind may run beside it. */
function appendLike(bytes: Uint8Array): Command<string> {
  return {
    name: "X-PUT",
    pipelining: "uids",
    write: (out) => out.sp().literal(bytes).sp().atom("END"),
    result: (done) => done.text,
  };
}

const nonAscii: SearchCriteria = ["SUBJECT", "ü", "FROM", "ä"];

test("P9 a literal waits for +, and responses in between are kept", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  const searching = client.search(nonAscii);
  assertEquals(await server.chunk(), "A2 UID SEARCH CHARSET UTF-8 SUBJECT {2}\r\n");
  await server.send("* 1001 EXISTS", "* OK patience");
  assert(await server.isSilent());
  await server.send("+ go");
  assertEquals(await server.chunk(), "\xc3\xbc FROM {2}\r\n");
  await server.send("+");
  assertEquals(await server.chunk(), "\xc3\xa4\r\n");
  await server.send("* SEARCH 7", "A2 OK done");
  assertEquals([...await searching], [7]);
  assertEquals(heard, ["EXISTS", "OK"]);
  client.shutdown();
});

test("P9 NO or BAD instead of + is that command's failure, and the next one works", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server } = await selectFake();
    const searching: Promise<unknown> = outcome(client.search(nonAscii));
    const noop = client.noop();
    await server.line();
    await server.send(`A2 ${status} not here`);
    const error = await searching;
    assertInstanceOf(error, ImapError);
    assert(error.message.startsWith("UID SEARCH failed: not here"));
    await server.answer("NOOP");
    await noop;
    client.shutdown();
  }
});

test("P9 OK instead of + ends the connection: the command was not sent", async () => {
  const { client, server } = await selectFake();
  const putting = outcome(client.run(appendLike(bytesOf("data"))));
  await server.line();
  await server.send("A2 OK stored, trust me");
  assertInstanceOf(await putting, ProtocolError);
  assert(client.closed);
  assert(await server.isOver());
});

test("P9 nothing is sent between a literal's size and its bytes", async () => {
  const { client, server } = await selectFake();
  const putting = client.run(appendLike(bytesOf("data")));
  const fetching = client.fetch(1, "FLAGS");
  assertEquals(await server.line(), "A2 X-PUT {4}");
  assert(await server.isSilent());
  await server.send("+ go");
  assertEquals(await server.line(), "data END");
  assertEquals(await server.line(), "A3 UID FETCH 1 (FLAGS)");
  await server.send("A2 OK stored", "A3 OK");
  assertEquals(await putting, "stored");
  await fetching;
  client.shutdown();
});

test("P9 a refused literal next to another command stops, and the other continues", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(1, "FLAGS");
  const putting = outcome(client.run(appendLike(bytesOf("data"))));
  await server.expect("UID FETCH 1 (FLAGS)");
  assertEquals(await server.line(), "A3 X-PUT {4}");
  await server.send("* 1 FETCH (UID 1 FLAGS ())", "A2 OK");
  assertEquals((await fetching).size, 1);
  assert(await server.isSilent());
  await server.send("A3 NO [OVERQUOTA] full");
  const error = await putting;
  assertInstanceOf(error, ImapError);
  assertEquals(error.code, "OVERQUOTA");
  assert(await server.isSilent());
  client.shutdown();
});

test("P10 with LITERAL+ no literal waits, with LITERAL- only long ones [ext LITERAL+, LITERAL-]", async () => {
  const long = new Uint8Array(5000).fill(0x61);
  const put = async (capabilities: string, bytes: Uint8Array) => {
    const { client, server } = await selectFake({}, capabilities);
    const putting = client.run(appendLike(bytes));
    const line = await server.line();
    const waits = await server.isSilent();
    if (waits) await server.send("+ go");
    assertEquals(await server.line(), `${textOf(bytes)} END`);
    await server.send("A2 OK");
    await putting;
    client.shutdown();
    return [line, waits];
  };
  const short = bytesOf("data");
  assertEquals(await put("IMAP4rev1", short), ["A2 X-PUT {4}", true]);
  assertEquals(await put("IMAP4rev1 LITERAL+", short), ["A2 X-PUT {4+}", false]);
  assertEquals(await put("IMAP4rev1 LITERAL+", long), ["A2 X-PUT {5000+}", false]);
  assertEquals(await put("IMAP4rev1 LITERAL-", short), ["A2 X-PUT {4+}", false]);
  assertEquals(await put("IMAP4rev1 LITERAL-", long), ["A2 X-PUT {5000}", true]);
});

test("P11 UID comes before the commands that take ids, and before no other", async () => {
  const { client, server } = await selectFake();
  const calls = [client.fetch("1", "FLAGS"), client.search("ALL"), client.noop()];
  await server.answer("UID FETCH 1 (FLAGS)");
  await server.answer("UID SEARCH ALL");
  await server.answer("NOOP");
  await Promise.all(calls);
  const others = [client.listFolders(), client.selectFolder("a", { readonly: true })];
  await server.answer('LIST "" "*"');
  await server.answer('EXAMINE "a"');
  await Promise.all(others);
  client.shutdown();
});

test("P9 a + that nobody asked for is ignored", async () => {
  const { client, server } = await selectFake();
  await server.send("+ idling");
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  await server.send("+", `${tag} OK done`);
  await noop;
  client.shutdown();
});
