import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  type Command,
  ConnectionClosedError,
  IllegalStateError,
  ImapAbortError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  LoginError,
  ProtocolError,
  type SearchCriteria,
  TimeoutError,
} from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  type FakeServer,
  isPending,
  KeptLog,
  outcome,
  selectFake,
  test,
  textOf,
  turns,
} from "../../support/fake_server.ts";

/** A command that sends one literal, and others of its kind may run beside it. */
function appendLike(bytes: Uint8Array): Command<string> {
  return {
    name: "X-PUT",
    pipelining: "uids",
    write: (out) => out.sp().literal(bytes).sp().atom("END"),
    result: (done) => done.text,
  };
}

const nonAscii: SearchCriteria = ["SUBJECT", "ü", "FROM", "ä"];

/** Holds the line with a NOOP, lets `calls` queue up behind it, and lets them go. */
async function together<T>(client: ImapClient, server: FakeServer, calls: () => T): Promise<T> {
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  const under = calls();
  await turns();
  await server.send(`${tag} OK done`);
  await noop;
  return under;
}

// Pipelining (RFC 9051 section 5.5)

test("A15 UID commands go out together, in one chunk, and end in any order", async () => {
  const { client, server } = await selectFake();
  const [flags, size, found] = await together(client, server, () => [
    client.fetch(1, "FLAGS"),
    client.fetch(2, "RFC822.SIZE"),
    client.search("UNSEEN"),
  ]);
  assertEquals(
    await server.chunk(),
    "A3 UID FETCH 1 (FLAGS)\r\nA4 UID FETCH 2 (RFC822.SIZE)\r\nA5 UID SEARCH UNSEEN\r\n",
  );
  await server.send(
    "* SEARCH 1 2",
    "A5 OK",
    "* 2 FETCH (UID 2 RFC822.SIZE 22)",
    "A4 OK",
    "* 1 FETCH (UID 1 FLAGS (\\Seen))",
    "A3 OK",
  );
  const message = (await flags as Awaited<ReturnType<typeof client.fetch<"FLAGS">>>).get(1);
  assertEquals(message, { SEQ: 1, FLAGS: ["\\Seen"] });
  const other = (await size as Awaited<ReturnType<typeof client.fetch<"RFC822.SIZE">>>).get(2);
  assertEquals(other, { SEQ: 2, "RFC822.SIZE": 22 });
  assertEquals([...(await found as number[])], [1, 2]);
  client.shutdown();
});

test("A15 calls made at once go out in one chunk, on an idle connection too", async () => {
  const { client, server } = await selectFake();
  const calls = [1, 2, 3].map((id) => client.fetch(id, "FLAGS"));
  const fetches = [1, 2, 3].map((id) => `A${id + 1} UID FETCH ${id} (FLAGS)\r\n`);
  assertEquals(await server.chunk(), fetches.join(""));
  await server.send("A2 OK", "A3 OK", "A4 OK");
  await Promise.all(calls);
  client.shutdown();
});

test("A15 of very many calls the first go out before the last are made", async () => {
  const { client, server } = await selectFake();
  const before = client.traffic.toSend;
  const calls = Array.from({ length: 1000 }, (_, at) => client.fetch(at + 1, "FLAGS"));
  const underWay = client.traffic.toSend;
  assert(before === 0 && underWay > 1000, `${underWay} bytes were on their way`);
  let heard = "";
  while (!heard.includes("FETCH 1000 ")) heard += await server.chunk();
  const ids = [...heard.matchAll(/^A(\d+) UID FETCH (\d+) \(FLAGS\)\r$/gm)];
  assert(ids.length === 1000 && ids.every(([, tag, id], at) => +tag === +id + 1 && +id === at + 1));
  await server.send(...ids.map(([, tag]) => `A${tag} OK`));
  await Promise.all(calls);
  client.shutdown();
});

test("A15 commands by sequence number do not run beside others", async () => {
  const { client, server } = await selectFake();
  client.useUid = false;
  const first = client.fetch(1, "FLAGS");
  const beside = client.fetch(2, "FLAGS");
  client.useUid = true;
  const behind = client.fetch(3, "FLAGS");
  client.useUid = false;
  const last = client.fetch(4, "FLAGS");

  const tags = [await server.expect("FETCH 1 (FLAGS)"), await server.expect("FETCH 2 (FLAGS)")];
  assert(await server.isSilent());
  await server.send(`${tags[0]} OK`);
  assert(await server.isSilent());
  await server.send(`${tags[1]} OK`);
  const tag = await server.expect("UID FETCH 3 (FLAGS)");
  assert(await server.isSilent());
  await server.send(`${tag} OK`);
  await server.answer("FETCH 4 (FLAGS)");
  await Promise.all([first, beside, behind, last]);
  client.shutdown();
});

test("A15 SELECT and LOGIN run alone", async () => {
  const { client, server } = await connectFake();
  const login = client.login("ann", "x");
  const select = client.selectFolder("a");
  const search = client.search("ALL");
  let tag = await server.expect('LOGIN "ann" "x"');
  assert(await server.isSilent());
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1] in`);
  tag = await server.expect('SELECT "a"');
  assert(await server.isSilent());
  await server.send(`${tag} OK`);
  tag = await server.expect("UID SEARCH ALL");
  const other = client.selectFolder("b");
  assert(await server.isSilent());
  await server.send(`${tag} OK`);
  await server.answer('SELECT "b"');
  await Promise.all([login, select, search, other]);
  client.shutdown();
});

test("A15 two searches never run at once", async () => {
  const { client, server } = await selectFake();
  const [one, two] = await together(client, server, () => [
    client.search("SEEN"),
    client.search("UNSEEN"),
  ]);
  const tag = await server.expect("UID SEARCH SEEN");
  assert(await server.isSilent());
  await server.send("* SEARCH 1", `${tag} OK`);
  await server.answer("UID SEARCH UNSEEN", "* SEARCH 2");
  assertEquals([[...await one], [...await two]], [[1], [2]]);
  client.shutdown();
});

test("A15 a response goes to the oldest command whose set holds the id", async () => {
  const { client, server } = await selectFake();
  const [one, two] = await together(client, server, () => [
    client.fetch("1:2", "FLAGS"),
    client.fetch("2:3", "FLAGS"),
  ]);
  await server.chunk();
  await server.send(
    "* 3 FETCH (UID 3 FLAGS (c))",
    "* 2 FETCH (UID 2 FLAGS (b))",
    "* 1 FETCH (UID 1 FLAGS (a))",
    "A3 OK",
    "* 2 FETCH (UID 2 FLAGS (later))",
    "A4 OK",
  );
  const flags = async (call: typeof one) => [...await call].map(([id, it]) => [id, it.FLAGS[0]]);
  assertEquals(await flags(one), [[2, "b"], [1, "a"]]);
  assertEquals(await flags(two), [[3, "c"], [2, "later"]]);
  client.shutdown();
});

test("A15 long commands and short ones that go out together keep their order", async () => {
  const { client, server } = await selectFake();
  const sets = [];
  // Of 8 KiB that are sent at once the long ones take as much as is there, and more.
  for (let at = 1; at < 400; at++) {
    const every = Array.from({ length: at % 40 === 0 ? 900 : 1 }, (_, i) => at + 2 * i);
    sets.push(every.join(","));
  }
  const calls = sets.map((set) => client.fetch(set, "FLAGS"));
  for (const set of sets) {
    const tag = await server.expect(`UID FETCH ${set} (FLAGS)`);
    await server.send(`${tag} OK`);
  }
  for (const found of await Promise.all(calls)) assertEquals(found.size, 0);
  client.shutdown();
});

test("A15 a custom command that says nothing of pipelining runs alone", async () => {
  const { client, server } = await selectFake();
  const plain: Command<string> = { name: "X-ALONE", result: (done) => done.text };
  const calls = [client.fetch(1, "FLAGS"), client.run(plain), client.fetch(2, "FLAGS")];
  for (const line of ["UID FETCH 1 (FLAGS)", "X-ALONE", "UID FETCH 2 (FLAGS)"]) {
    const tag = await server.expect(line);
    assert(await server.isSilent());
    await server.send(`${tag} OK fine`);
  }
  assertEquals((await Promise.all(calls))[1], "fine");
  client.shutdown();
});

// Literals

test("P9 a literal waits for +, and what comes in between is kept", async () => {
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

test("P9 a refused literal beside another command stops, and the other goes on", async () => {
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

test("P10 with LITERAL+ nothing waits, with LITERAL- only what is long", async () => {
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

test("P11 UID stands before the commands that take ids, and before no other", async () => {
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

test("P9 a + that nobody asked for is let pass", async () => {
  const { client, server } = await selectFake();
  await server.send("+ idling");
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  await server.send("+", `${tag} OK done`);
  await noop;
  client.shutdown();
});

// Abort

test("A15 an abort beforehand sends nothing", async () => {
  const { client, server } = await selectFake();
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  for (const call of [client.noop({ signal }), client.fetch(1, "FLAGS", { signal })]) {
    assertStrictEquals(await outcome<unknown>(call), reason);
  }
  assert(await server.isSilent());
  assertFalse(client.closed);
  client.shutdown();
});

test("A15 an abort in the queue takes the command out of it", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const before = client.noop();
  const aborted = outcome(client.selectFolder("b", { signal: controller.signal }));
  const forIt = outcome(client.search("ALL"));
  const tag = await server.expect("NOOP");
  controller.abort();
  assertEquals((await aborted as Error).name, "AbortError");
  const after = client.search("UNSEEN");
  await server.send(`${tag} OK`);
  await server.answer("UID SEARCH UNSEEN", "* SEARCH 3");
  await before;
  assertInstanceOf(await forIt, IllegalStateError);
  assertEquals([...await after], [3]);
  client.shutdown();
});

test("A15 an abort of what was sent lets its answer go by, and the next command works", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = outcome(client.search("ALL", { signal: controller.signal }));
  const tag = await server.expect("UID SEARCH ALL");
  await server.send("* SEARCH 1 2");
  controller.abort(reason);
  assertStrictEquals(await aborted, reason);
  const next = client.search("UNSEEN");
  assert(await server.isSilent()); // the answers of the two could not be told apart
  await server.send("* SEARCH 3", `${tag} OK`);
  await server.answer("UID SEARCH UNSEEN", "* SEARCH 9");
  assertEquals([...await next], [9]);
  assertEquals(heard, []);
  client.shutdown();
});

test("A15 what an aborted command did to the session is known", async () => {
  const { client, server } = await connectFake();
  const abortedAt = async (call: (signal: AbortSignal) => Promise<unknown>, answer: string) => {
    const controller = new AbortController();
    const running = outcome(call(controller.signal));
    const tag = (await server.line()).split(" ")[0];
    controller.abort();
    await running;
    await server.send(`${tag} ${answer}`);
    await turns();
  };
  await abortedAt((signal) => client.login("ann", "x", { signal }), "OK [CAPABILITY IMAP4rev1] in");
  assertEquals(client.state, "authenticated");
  await abortedAt((signal) => client.selectFolder("a", { signal }), "OK [READ-WRITE] there");
  assertEquals(client.state, "authenticated");
  const selecting = client.selectFolder("c");
  await server.answer('SELECT "c"');
  await selecting;
  await abortedAt((signal) => client.selectFolder("b", { signal }), "NO none such");
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

test("P9 an abort while waiting for + leaves the connection usable", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = outcome(client.search(["SUBJECT", "ü"], { signal: controller.signal }));
  const next = client.noop();
  await server.line();
  controller.abort(reason);
  assertStrictEquals(await aborted, reason);
  assert(await server.isSilent());
  // The server was promised two bytes, and gets them.
  await server.send("+ go");
  assertEquals(await server.line(), "\xc3\xbc");
  assert(await server.isSilent());
  await server.send("* SEARCH 1", "A2 OK");
  await server.answer("NOOP");
  await next;
  client.shutdown();
});

test("D2 an aborted AUTHENTICATE is cancelled at the next challenge", async () => {
  const { client, server } = await connectFake({}, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready");
  const controller = new AbortController();
  const aborted = outcome(client.plainLogin("ann", "x", "", { signal: controller.signal }));
  const tag = await server.expect("AUTHENTICATE PLAIN");
  controller.abort();
  await aborted;
  await server.send("+ ");
  assertEquals(await server.line(), "*");
  await server.send(`${tag} BAD cancelled`);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

// Deadlines

test("A7 a server that owes an answer and is silent ends the connection", async () => {
  const { client, server } = await selectFake({ timeout: 0.1 });
  const searching = outcome(client.search("ALL"));
  const queued = outcome(client.noop());
  await server.expect("UID SEARCH ALL");
  const error = await searching;
  assertInstanceOf(error, TimeoutError);
  assertEquals(error.message, "no answer to UID SEARCH within 0.1 seconds");
  assertEquals(error.command, "UID SEARCH ALL");
  assertStrictEquals(await queued, error);
  assert(client.closed);
  assert(await server.isOver());
  assertStrictEquals(await outcome(client.noop()), error);
});

test("A7 P9 a + that never comes ends the connection", async () => {
  const { client, server } = await selectFake({ timeout: 0.1 });
  const searching = outcome(client.search(nonAscii));
  await server.line();
  assertInstanceOf(await searching, TimeoutError);
  assert(client.closed);
});

test("A7 a literal that is announced and does not come is no answer", async () => {
  for (const [size, Class] of [[100, TimeoutError], [4294967295, ProtocolError]] as const) {
    const { client, server } = await selectFake({ timeout: 0.1 });
    const fetching = outcome(client.fetch(1, "BODY.PEEK[]"));
    await server.line();
    await server.send(`* 1 FETCH (UID 1 BODY[] {${size}}`, bytesOf("x"));
    assertInstanceOf(await fetching, Class);
    assert(client.closed);
  }
});

test("A7 a server that goes on talking is not silent", async () => {
  const { client, server } = await selectFake({ timeout: 1 });
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    await server.send(`* ${i} EXISTS`);
  }
  await server.send(`${tag} OK`);
  assertEquals((await noop).responses.length, 6);
  client.shutdown();
});

test("A7 a server that owes nothing may be silent", async () => {
  const { client, server } = await selectFake({ timeout: 0.05 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertFalse(client.closed);
  client.shutdown();
  assert(await server.isOver());
});

test("D5 A7 a LOGOUT that is not answered throws, and closes", async () => {
  const { client, server } = await connectFake({ timeout: 0.05 });
  await assertRejects(() => client.logout(), TimeoutError, "no answer to LOGOUT within 0.05");
  assert(client.closed);
  await server.expect("LOGOUT");
  assert(await server.isOver());
});

test("D5 LOGOUT waits five seconds at the most", async () => {
  const { client } = await connectFake();
  await assertRejects(() => client.logout(), TimeoutError, "no answer to LOGOUT within 5 seconds");
  assert(client.closed);
});

// The end of the connection

test("Z4 the end of the connection is an error, never silence", async () => {
  const { client, server } = await selectFake();
  await server.end();
  await turns();
  assert(client.closed);
  assertEquals(client.state, "logout");
  for (let i = 0; i < 2; i++) {
    const error = await assertRejects(() => client.noop(), ConnectionClosedError);
    assertEquals(error.message, "the server closed the connection");
  }
});

test("Z4 a reset is an error with its cause, for all that wait and come later", async () => {
  const { client, server } = await selectFake();
  const iterator = client.fetchEach("1:*", ["FLAGS"]);
  const row = outcome(iterator.next());
  const calls = [client.search("ALL"), client.noop(), client.selectFolder("b")].map((call) => {
    return outcome<unknown>(call);
  });
  await server.expect("UID FETCH 1:* (FLAGS)");
  server.break("connection reset");
  const error = await row;
  assertInstanceOf(error, ConnectionClosedError);
  assertEquals(error.message, "the connection broke: connection reset");
  assertEquals((error.cause as Error).message, "connection reset");
  for (const call of [...calls, outcome(client.noop())]) assertStrictEquals(await call, error);
});

test("Z4 a reset with nothing under way throws at nobody", async () => {
  const { client, server } = await connectFake();
  server.break();
  await turns();
  assert(client.closed);
});

test("D6 closing rejects what is in flight, queued and iterating, once each", async () => {
  const { client, server } = await selectFake();
  let rejections = 0;
  const count = (call: Promise<unknown>) =>
    call.then(() => null, (error: Error) => {
      rejections++;
      return error;
    });
  const iterator = client.fetchEach("1:*", ["FLAGS"]);
  const calls = [iterator.next(), client.search("ALL"), client.noop(), client.noop()].map(count);
  await server.expect("UID FETCH 1:* (FLAGS)");
  client.shutdown();
  const errors = await Promise.all(calls);
  for (const error of errors) {
    assertInstanceOf(error, ConnectionClosedError);
    assertEquals(error.message, "the client closed the connection");
  }
  await turns();
  assertEquals(rejections, 4);
  assertEquals(await iterator.next(), { value: undefined, done: true });
  client.shutdown(); // again, to no effect
  assert(await server.isOver());
});

test("A16 BYE at any moment is told to all that wait and come later", async () => {
  const { client, server } = await selectFake();
  const calls = [client.search("ALL"), client.noop()].map((call) => outcome<unknown>(call));
  await server.expect("UID SEARCH ALL");
  await server.send("* BYE [UNAVAILABLE] going down");
  await turns();
  const late = outcome(client.noop());
  await server.end();
  for (const call of [...calls, late, outcome(client.noop())]) {
    const error = await call;
    assertInstanceOf(error, ConnectionClosedError);
    assertEquals(error.message, "the server closed the connection: going down");
    assertEquals([error.text, error.code], ["going down", "UNAVAILABLE"]);
  }
});

test("A16 BYE from a server that does not hang up ends the connection too", async () => {
  const { client, server } = await selectFake({ timeout: null });
  const searching = outcome(client.search("ALL"));
  await server.expect("UID SEARCH ALL");
  await server.send("* BYE idle for too long");
  const error = await searching;
  assertInstanceOf(error, ConnectionClosedError);
  assertEquals(error.text, "idle for too long");
  assert(await server.isOver());
});

test("A16 BYE with nothing under way is heard by listeners and throws at nobody", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen((response) => "text" in response && heard.push(response.text));
  await server.send("* BYE maintenance");
  server.break();
  await turns();
  assertEquals(heard, ["maintenance"]);
  await assertRejects(() => client.noop(), ConnectionClosedError, "maintenance");
});

test("Z4 a connection cut at any byte leaves nothing waiting", async () => {
  const answers: [RegExp, string][] = [
    [/LOGIN/, "* CAPABILITY IMAP4rev1\r\nTAG OK in\r\n"],
    [/SELECT/, "* 2 EXISTS\r\n* OK [UIDVALIDITY 1] fine\r\nTAG OK [READ-WRITE] done\r\n"],
    [/SEARCH/, "+ go\r\n"],
    [/^ü?$/, "* SEARCH 1 2\r\nTAG OK found\r\n"],
    [
      /FETCH/,
      "* 1 FETCH (UID 1 BODY[] {9}\r\nab\r\ncd\r\n)\r\n* 2 FETCH (UID 2 BODY[] NIL)\r\nTAG OK\r\n",
    ],
    [/NOOP/, "* 3 EXISTS\r\nTAG OK\r\n"],
    [/LOGOUT/, "* BYE so long\r\nTAG OK out\r\n"],
  ];
  /** Plays the session with a server that says so many bytes; gives how many there were to say. */
  const play = async (budget: number, broken: boolean) => {
    let said = 0;
    const { client, server } = await connectFake();
    const say = async (text: string) => {
      const bytes = bytesOf(text);
      const cut = bytes.subarray(0, Math.max(0, budget - said));
      said += bytes.length;
      await server.send(cut);
      if (cut.length === bytes.length) return;
      if (broken) server.break();
      else await server.end();
      throw new Error("cut");
    };
    const serve = async () => {
      let tag = "";
      for (;;) {
        const line = await server.line();
        const [word, rest] = line.split(/ (.*)/s);
        if (/^A\d/.test(word)) tag = word;
        const answer = answers.find(([pattern]) => pattern.test(rest ?? ""));
        await say((answer?.[1] ?? "").replace("TAG", tag));
        if (rest?.includes("SEARCH")) {
          await server.line();
          await say(answers[3][1].replace("TAG", tag));
        }
      }
    };
    const serving = outcome(serve());
    const bodies = async () => {
      let count = 0;
      for await (const message of client.fetchEach("1:2", ["BODY.PEEK[]"], { stream: true })) {
        for await (const chunk of message["BODY[]"]) count += chunk.length;
      }
      return count;
    };
    const results: unknown[] = [];
    const steps: (() => Promise<unknown>)[] = [
      () => client.login("ann", "x"),
      () => client.selectFolder("INBOX"),
      () => client.search(["SUBJECT", "ü"]),
      () => Promise.all([bodies(), client.noop()]),
      () => client.logout(),
    ];
    for (const step of steps) results.push(await outcome(step()));
    client.shutdown();
    await serving;
    const failed = results.findIndex((result) => result instanceof Error);
    if (failed < 0) return { said, results };
    // Once it is gone it stays gone, and each call says so.
    for (const result of results.slice(failed)) assertInstanceOf(result, ImapAbortError);
    return { said, results: null };
  };
  const whole = await play(Infinity, false);
  assertEquals(whole.results?.[4], "out");
  assertEquals((whole.results?.[3] as unknown[])[0], 9);
  for (let budget = 0; budget < whole.said; budget++) {
    const { results } = await play(budget, budget % 2 === 1);
    // A server that hangs up right behind its BYE has said all that there is to say.
    if (results !== null) assert(budget >= whole.said - "A6 OK out\r\n".length, String(budget));
  }
});

// What a server should not say

test("Q8 an answer to a command that was never sent ends the connection", async () => {
  for (const tag of ["A99", "B2", "A3", "A1"]) {
    const { client, server } = await selectFake();
    const searching = outcome(client.search("ALL"));
    const queued = outcome(client.noop()); // it has the tag A3, which is not sent
    await server.expect("UID SEARCH ALL");
    await server.send(`${tag} OK done`);
    const error = await searching;
    assertInstanceOf(error, ProtocolError);
    assert(error.message.includes(tag));
    assertStrictEquals(await queued, error);
    assert(await server.isOver());
  }
});

test("Q8 lines behind a status text are the rest of it", async () => {
  const { client, server } = await selectFake();
  const selecting = outcome(client.selectFolder("a\nb"));
  await server.line();
  await server.send("A2 NO [NONEXISTENT] Mailbox doesn't exist: a", "b", "and c {5}");
  assertEquals((await selecting as ImapError).code, "NONEXISTENT");
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  await server.send("* OK some", "more", `${tag} OK`);
  await noop;
  client.shutdown();
});

test("Q8 other lines that are no responses end the connection", async () => {
  const many = Array.from({ length: 20 }, (_, i) => `line${i}`);
  const cases = [["* 3 EXISTS", "stray"], ["* OK text", ...many], ["\x16\x03\x01"]];
  for (const lines of cases) {
    const { client, server } = await selectFake();
    const search = outcome(client.search("ALL"));
    await server.expect("UID SEARCH ALL");
    await server.send("* SEARCH", ...lines);
    const error = await search;
    assertInstanceOf(error, ProtocolError);
    assert(error.message.startsWith("not an IMAP response"));
    assert(client.closed);
  }
});

test("Q8 untagged responses that nobody knows pass by", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen((it) => heard.push(it.type === "UNKNOWN" ? it.name : it.type));
  await server.send("* XYZZY (a b", "* 5 FROBNICATE", "* LIST ((((", "* 6 EXISTS");
  await turns();
  assertEquals(heard, ["XYZZY", "FROBNICATE", "LIST", "EXISTS"]);
  assertFalse(client.closed);
  client.shutdown();
});

// Listeners and commands that fail

test("A17 S1 a listener that throws is logged, and the others hear all the same", async () => {
  const logger = new KeptLog();
  const { client, server } = await selectFake({ logger });
  const heard: string[] = [];
  client.listen(() => {
    throw new Error("listener broke");
  });
  client.listen(({ type }) => heard.push(type));
  await server.send("* 1001 EXISTS");
  await turns();
  assertEquals(heard, ["EXISTS"]);
  assert(logger.lines.includes(
    "warn imapclient.imapclient: a listener failed: Error: listener broke",
  ));
  assertFalse(client.closed);
  client.shutdown();
});

test("A17 a listener may close the client", async () => {
  const { client, server } = await selectFake();
  client.listen(() => client.shutdown());
  const noop = outcome(client.noop());
  const tag = await server.expect("NOOP");
  await server.send("* 1001 EXISTS", "* 1002 EXISTS", `${tag} OK`);
  assertInstanceOf(await noop, ConnectionClosedError);
});

test("Q10 a command that throws while writing sends nothing, and the next one works", async () => {
  const { client, server } = await selectFake();
  const bad = outcome(client.run({
    name: "X-BAD",
    write: (out) => out.sp().atom("a\r\nb"),
    result: () => null,
  }));
  const noop = client.noop();
  assertInstanceOf(await bad, InvalidArgumentError);
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("Q10 a command that throws while reading fails alone", async () => {
  const { client, server } = await selectFake();
  const mistake = new TypeError("mistake");
  const fail = () => {
    throw mistake;
  };
  const bad = [
    outcome(client.run({ name: "X-ACCEPT", accept: fail, result: () => null })),
    outcome(client.run({ name: "X-RESULT", result: fail })),
  ];
  await server.answer("X-ACCEPT", "* 5 EXISTS");
  await server.answer("X-RESULT");
  for (const call of bad) assertStrictEquals(await call, mistake);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("D2 a command that can't answer a challenge cancels it", async () => {
  const { client, server } = await connectFake();
  const mistake = new LoginError("no token");
  const call = outcome(client.run({
    name: "AUTHENTICATE X-TEST",
    respond: () => Promise.reject(mistake),
    result: () => null,
  }));
  const tag = await server.expect("AUTHENTICATE X-TEST");
  await server.send("+ ");
  assertEquals(await server.line(), "*");
  assertStrictEquals(await call, mistake);
  await server.send(`${tag} BAD cancelled`);
  assertFalse(await isPending(call));
  client.shutdown();
});
