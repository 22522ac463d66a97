// How a connection ends, and with which errors its calls do.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionClosedError, ImapAbortError } from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";

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

test("Z4 a reset is an error with its cause, for pending and later calls", async () => {
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

test("Z4 a reset with no call in progress throws nothing", async () => {
  const { client, server } = await connectFake();
  server.break();
  await turns();
  assert(client.closed);
});

test("D6 closing rejects calls in flight, queued calls and loops, once each", async () => {
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
  client.shutdown(); // a second time, without effect
  assert(await server.isOver());
});

test("A16 BYE at any moment rejects pending and later calls with its text", async () => {
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

test("A16 BYE with no call in progress goes to listeners and throws nothing", async () => {
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
  /**
   * Plays a session with a server that sends this many bytes; returns how many the whole session
   * has.
   */
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
    // After the first failure every call fails, and says why.
    for (const result of results.slice(failed)) assertInstanceOf(result, ImapAbortError);
    return { said, results: null };
  };
  const whole = await play(Infinity, false);
  assertEquals(whole.results?.[4], "out");
  assertEquals((whole.results?.[3] as unknown[])[0], 9);
  for (let budget = 0; budget < whole.said; budget++) {
    const { results } = await play(budget, budget % 2 === 1);
    // A server that closes the connection right after its BYE has sent everything necessary.
    if (results !== null) assert(budget >= whole.said - "A6 OK out\r\n".length, String(budget));
  }
});
