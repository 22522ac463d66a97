import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  IllegalStateError,
  type ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  TimeoutError,
} from "../../../mod.ts";
import {
  type FakeServer,
  isPending,
  KeptLog,
  outcome,
  selectFake,
  test,
  turns,
} from "../../support/fake_server.ts";
import { agreeToIdle, gather, short } from "../../support/watching.ts";

const IDLE = "IMAP4rev1 IDLE";

/** Counts the timers of more than five minutes that are set and not cleared. */
class LongTimers {
  readonly #set = globalThis.setTimeout;
  readonly #clear = globalThis.clearTimeout;
  readonly #timers = new Set<unknown>();

  constructor() {
    const set = (run: () => void, ms?: number) => {
      const timer = this.#set(run, ms);
      if ((ms ?? 0) > 300_000) this.#timers.add(timer);
      return timer;
    };
    globalThis.setTimeout = set as typeof setTimeout;
    globalThis.clearTimeout = ((timer: Parameters<typeof clearTimeout>[0]) => {
      this.#timers.delete(timer);
      this.#clear(timer);
    }) as typeof clearTimeout;
  }

  get count(): number {
    return this.#timers.size;
  }

  stop(): void {
    globalThis.setTimeout = this.#set;
    globalThis.clearTimeout = this.#clear;
  }
}

/** A client in IDLE, its server, and the tag of the IDLE. */
async function idling(timeout?: number): Promise<{
  client: ImapClient;
  server: FakeServer;
  tag: string;
}> {
  const { client, server } = await selectFake({ timeout }, IDLE);
  const begun = client.idle();
  const tag = await agreeToIdle(server);
  await begun;
  return { client, server, tag };
}

/** Plays the end of an IDLE: expects DONE and sends OK. */
async function endIdle(server: FakeServer, tag: string): Promise<void> {
  assertEquals(await server.line(), "DONE");
  await server.send(`${tag} OK Idle completed`);
}

test("M1 idle waits for the server's + and returns at once then", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const begun = client.idle();
  await server.expect("IDLE");
  assert(await isPending(begun));
  await server.send("+ idling");
  await begun;
  client.shutdown();
});

test("M1 idle throws an error with the server's refusal", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const refused = outcome(client.idle());
  await server.send(`${await server.expect("IDLE")} NO [LIMIT] not now`);
  const error = await refused;
  assertInstanceOf(error, ImapError);
  assertEquals([error.message, error.code], ["IDLE failed: not now", "LIMIT"]);

  const strange = outcome(client.idle());
  await server.send(`${await server.expect("IDLE")} OK what?`);
  assertInstanceOf(await strange, ProtocolError);
  assertEquals((await strange as Error).message, "Unexpected IDLE response: OK what?");

  const begun = client.idle(); // nothing is left of the earlier attempts
  await agreeToIdle(server);
  await begun;
  client.shutdown();
});

test("M2 M3 idleCheck returns typed events, all that have arrived", async () => {
  const { client, server } = await idling();
  await server.send("* OK Still here", "* 1 EXISTS", "* 1 FETCH (FLAGS (\\NotJunk))");
  const events = await client.idleCheck();
  assertEquals(events.map(({ type }) => type), ["OK", "EXISTS", "FETCH"]);
  const [ok, exists, fetched] = events;
  assertEquals(ok.type === "OK" && ok.text, "Still here");
  assertEquals(exists, { kind: "untagged", type: "EXISTS", number: 1 });
  assertEquals(fetched.type === "FETCH" && fetched.items.FLAGS, ["\\NotJunk"]);
  assertEquals(await client.idleCheck({ timeout: 0 }), []);
  client.shutdown();
});

test("M2 idleCheck waits for the first event, and for no longer than its timeout", async () => {
  const { client, server } = await idling();
  assertEquals(await client.idleCheck({ timeout: 0.01 }), []);
  const waiting = client.idleCheck({ timeout: 10 });
  assert(await isPending(waiting));
  await server.send("* 2 EXISTS", "* 1 RECENT");
  assertEquals(short(await waiting), [[2, "EXISTS"], [1, "RECENT"]]);
  for (const timeout of [-1, NaN, Infinity]) {
    await assertRejects(() => client.idleCheck({ timeout }), InvalidArgumentError);
  }
  client.shutdown();
});

test("M2 an aborted idleCheck takes nothing away", async () => {
  const { client, server } = await idling();
  const controller = new AbortController();
  const waiting = outcome(client.idleCheck({ signal: controller.signal }));
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await waiting, reason);
  await server.send("* 7 EXISTS");
  assertEquals(short(await client.idleCheck()), [[7, "EXISTS"]]);
  client.shutdown();
});

test("M4 idleDone returns the server's text and the events since the last check", async () => {
  const { client, server, tag } = await idling();
  await server.send("* 3 EXISTS");
  await client.idleCheck();
  await server.send("* 2 EXPUNGE");
  await turns();
  const done = client.idleDone();
  assertEquals(await server.line(), "DONE");
  await server.send("* 1 EXPUNGE", `${tag} OK Idle completed`);
  const { text, responses } = await done;
  assertEquals([text, short(responses)], ["Idle completed", [[2, "EXPUNGE"], [1, "EXPUNGE"]]]);
  await assertRejects(() => client.idleCheck(), IllegalStateError);
  await assertRejects(() => client.idleDone(), IllegalStateError);
  const again = client.idle();
  await agreeToIdle(server);
  await again;
  client.shutdown();
});

test("M4 a refusal at the end is thrown", async () => {
  const { client, server, tag } = await idling();
  const done = outcome(client.idleDone());
  assertEquals(await server.line(), "DONE");
  await server.send(`${tag} BAD what was that?`);
  assertInstanceOf(await done, ImapError);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("M6 a call during IDLE ends it, runs, and resumes it", async () => {
  const { client, server, tag } = await idling();
  const noop = client.noop();
  await endIdle(server, tag);
  await server.answer("NOOP", "* 5 EXISTS");
  assertEquals(short((await noop).responses), [[5, "EXISTS"]]);
  const again = await agreeToIdle(server);
  await server.send("* 6 EXISTS");
  await turns();
  assertEquals(short(await client.idleCheck()), [[5, "EXISTS"], [6, "EXISTS"]]);
  const done = client.idleDone();
  await endIdle(server, again);
  await done;
  client.shutdown();
});

test("M6 calls one after the other share one interruption", async () => {
  const { client, server, tag } = await idling();
  const calls = (async () => {
    await client.noop();
    await client.search();
    await client.capabilities();
    await client.fetch(1, ["FLAGS"]);
  })();
  await endIdle(server, tag);
  await server.answer("NOOP");
  await server.answer("UID SEARCH ALL", "* SEARCH 1");
  await server.answer("UID FETCH 1 (FLAGS)", "* 1 FETCH (UID 1 FLAGS ())");
  await calls;
  await agreeToIdle(server);
  client.shutdown();
});

test("M6 a call that comes before the server's + waits for it", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const begun = client.idle();
  const noop = client.noop();
  const tag = await server.expect("IDLE");
  assert(await server.isSilent());
  await server.send("+ idling");
  await endIdle(server, tag);
  await server.answer("NOOP");
  await Promise.all([begun, noop]);
  await agreeToIdle(server);
  client.shutdown();
});

test("M6 idleDone while another call runs, and while IDLE rests", async () => {
  const { client, server, tag } = await idling();
  const noop = client.noop();
  await endIdle(server, tag);
  const done = client.idleDone();
  await server.answer("NOOP");
  await Promise.all([noop, done]);
  assert(await server.isSilent());
  client.shutdown();
});

test("M6 a server that sends + twice gets one DONE", async () => {
  const { client, server, tag } = await idling();
  await server.send("+ still idling");
  const done = client.idleDone();
  await endIdle(server, tag);
  await done;
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("M6 only one idle or watch may be active", async () => {
  const { client } = await idling();
  await assertRejects(() => client.idle(), IllegalStateError);
  await assertRejects(() => client.watch().next(), IllegalStateError);
  client.shutdown();
});

test("M4 idleDone ends an idleCheck that waits, and leaves a watch alone", async () => {
  const { client, server, tag } = await idling();
  const waiting = outcome(client.idleCheck());
  const done = client.idleDone();
  await endIdle(server, tag);
  await done;
  assertInstanceOf(await waiting, IllegalStateError);
  const { end } = gather(client.watch());
  await agreeToIdle(server);
  await assertRejects(() => client.idleDone(), IllegalStateError);
  await assertRejects(() => client.idleCheck(), IllegalStateError);
  assert(await isPending(end));
  client.shutdown();
  await end;
});

test("M4 an aborted idleDone stops waiting, and IDLE still ends", async () => {
  const { client, server, tag } = await idling();
  const controller = new AbortController();
  const done = outcome(client.idleDone({ signal: controller.signal }));
  assertEquals(await server.line(), "DONE");
  controller.abort(new Error("enough"));
  assertEquals((await done as Error).message, "enough");
  const noop = client.noop();
  assert(await server.isSilent());
  await server.send(`${tag} OK done`);
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("E3 M1 without the capability nothing is sent", async () => {
  const { client, server } = await selectFake();
  await assertRejects(() => client.idle(), CapabilityError, "Server does not support IDLE");
  await assertRejects(() => client.idleCheck(), CapabilityError);
  await assertRejects(() => client.idleDone(), CapabilityError);
  assert(await server.isSilent());
  client.shutdown();
});

test("M7 IDLE is renewed before the server's timeout", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const { events, end } = gather(client.watch({ renewEvery: 0.02 }));
  for (let round = 1; round <= 3; round++) {
    const tag = await agreeToIdle(server);
    await server.send(`* ${round} EXISTS`);
    await endIdle(server, tag);
  }
  client.shutdown();
  assertInstanceOf(await end, ConnectionClosedError);
  assertEquals(short(events), [[1, "EXISTS"], [2, "EXISTS"], [3, "EXISTS"]]);
});

test("M7 Z4 a server that does not answer the renewal is noticed", async () => {
  const { client, server } = await selectFake({ timeout: 0.05 }, IDLE);
  const { end } = gather(client.watch({ renewEvery: 0.01 }));
  await agreeToIdle(server);
  assertEquals(await server.line(), "DONE");
  assertInstanceOf(await end, TimeoutError);
});

test("M2 a silent server is no timeout while nothing is owed", async () => {
  const { client, server } = await idling(0.05);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await server.send("* 4 EXISTS");
  assertEquals(short(await client.idleCheck()), [[4, "EXISTS"]]);
  client.shutdown();
});

test("Z4 after the last events, idleCheck throws the error that ended the connection", async () => {
  for (const polite of [true, false]) {
    const { client, server } = await idling();
    await server.send("* 9 EXISTS", ...polite ? ["* BYE going down"] : []);
    server.close();
    await turns();
    assertEquals((await client.idleCheck())[0].type, "EXISTS");
    const error = await assertRejects(() => client.idleCheck(), ConnectionClosedError);
    if (polite) assertEquals(error.text, "going down");
    await assertRejects(() => client.idleDone(), ConnectionClosedError);
  }
});

test("Z4 a waiting idleCheck throws at the end of the connection", async () => {
  const { client, server } = await idling();
  const waiting = outcome(client.idleCheck());
  server.break();
  assertInstanceOf(await waiting, ConnectionClosedError);
});

test("M7 watch hands out events in order, and leaving the loop ends IDLE", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const seen: unknown[] = [];
  const loop = (async () => {
    for await (const event of client.watch()) {
      seen.push(...short([event]));
      if (event.type === "EXPUNGE") break;
    }
  })();
  const tag = await agreeToIdle(server);
  await server.send("* 1001 EXISTS", "* 1 RECENT");
  await server.send("* 3 EXPUNGE", "* 2 EXPUNGE");
  await endIdle(server, tag);
  await loop;
  assertEquals(seen, [[1001, "EXISTS"], [1, "RECENT"], [3, "EXPUNGE"]]);
  assert(await server.isSilent());
  client.shutdown();
});

test("M7 calls within the loop of watch run, and updates meanwhile are not lost", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const seen: unknown[] = [];
  const loop = (async () => {
    for await (const event of client.watch()) {
      seen.push(...short([event]));
      if (event.type !== "EXISTS") break;
      await client.fetch(1001, ["FLAGS"]);
    }
  })();
  const tag = await agreeToIdle(server);
  await server.send("* 1001 EXISTS");
  await endIdle(server, tag);
  await server.answer("UID FETCH 1001 (FLAGS)", "* 7 EXPUNGE");
  await loop;
  assertEquals(seen, [[1001, "EXISTS"], [7, "EXPUNGE"]]);
  client.shutdown();
});

test("M7 an abort ends watch with its reason, and the client can be used on", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const controller = new AbortController();
  const { end } = gather(client.watch({ signal: controller.signal }));
  const tag = await agreeToIdle(server);
  await turns();
  const reason = new Error("that's enough");
  controller.abort(reason);
  await endIdle(server, tag);
  assertEquals(await end, reason);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  await assertRejects(() => client.watch({ signal: controller.signal }).next(), Error, "enough");
  assert(await server.isSilent());
  client.shutdown();
});

test("M7 an abort before the server's + ends watch too", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const controller = new AbortController();
  const { end } = gather(client.watch({ signal: controller.signal }));
  const tag = await server.expect("IDLE");
  controller.abort(new Error("never mind"));
  await server.send("+ idling");
  await endIdle(server, tag);
  assertEquals((await end as Error).message, "never mind");
  client.shutdown();
});

test("M7 Z4 watch ends with an error when the connection dies, also while IDLE rests", async () => {
  for (const resting of [false, true]) {
    const { client, server } = await selectFake({}, IDLE);
    const { end } = gather(client.watch());
    const tag = await agreeToIdle(server);
    if (resting) {
      const noop = client.noop();
      await endIdle(server, tag);
      await server.answer("NOOP");
      await noop;
    }
    server.break();
    assertInstanceOf(await end, ConnectionClosedError);
  }
});

test("M7 without IDLE, watch polls with NOOP", async () => {
  const { client, server } = await selectFake();
  const { events, end } = gather(client.watch({ pollEvery: 0.01 }));
  await server.answer("NOOP");
  await server.answer("NOOP", "* 4 EXISTS", "* OK [ALERT] hello");
  await server.answer("NOOP", "* 2 EXPUNGE");
  await turns();
  assertEquals(short(events), [[4, "EXISTS"], "OK", [2, "EXPUNGE"]]);
  server.break();
  assertInstanceOf(await end, ConnectionClosedError);
});

test("M7 a long wait between two NOOPs does not hide the end of the connection", async () => {
  const { client, server } = await selectFake();
  const { end } = gather(client.watch({ pollEvery: 3600 }));
  await server.answer("NOOP");
  await turns();
  server.break();
  assertInstanceOf(await end, ConnectionClosedError);
});

test("M7 a pace that makes no sense is refused", async () => {
  const { client, server } = await selectFake({}, IDLE);
  for (const seconds of [0, -1, NaN, Infinity, 1e9]) {
    await assertRejects(() => client.watch({ renewEvery: seconds }).next(), InvalidArgumentError);
    await assertRejects(() => client.watch({ pollEvery: seconds }).next(), InvalidArgumentError);
  }
  assert(await server.isSilent());
  client.shutdown();
});

test("M2 updates that nobody reads make the server wait, but no call", async () => {
  const { client, server, tag } = await idling();
  const flood = (async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `* ${i + 1} EXISTS`);
    for (let i = 0; i < 100; i++) await server.send(...lines);
  })();
  await turns(50);
  assert(await isPending(flood));
  const noop = client.noop();
  await flood;
  await endIdle(server, tag);
  await server.answer("NOOP");
  await noop;
  assertEquals((await client.idleCheck()).length, 100_000);
  const again = await agreeToIdle(server);
  const done = client.idleDone();
  await endIdle(server, again);
  await done;
  client.shutdown();
});

test("M7 the client's own logout ends watch with an error", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const { end } = gather(client.watch());
  const tag = await agreeToIdle(server);
  const logout = client.logout();
  await endIdle(server, tag);
  const last = await server.expect("LOGOUT");
  await server.send("* BYE see you", `${last} OK bye`);
  await logout;
  assertInstanceOf(await end, ConnectionClosedError);
});

test("M6 an IDLE that waits to resume does not buffer more than a slow loop reads", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const messages = client.fetchEach("1:*", ["BODY.PEEK[]"]);
  const first = messages.next();
  const tag = await server.expect("UID FETCH 1:* (BODY.PEEK[])");
  const body = "x".repeat(100_000);
  const line = (uid: number) => `* ${uid} FETCH (UID ${uid} BODY[] {${body.length}}\r\n${body})`;
  await server.send(line(1));
  await first;
  const begun = client.idle();
  const flood = (async () => {
    for (let uid = 2; uid <= 100; uid++) await server.send(line(uid));
  })();
  assert(await isPending(flood));
  let seen = 1;
  const loop = (async () => {
    for await (const _ of messages) seen++;
  })();
  await flood;
  await server.send(`${tag} OK done`);
  await loop;
  assertEquals(seen, 100);
  await agreeToIdle(server);
  await begun;
  client.shutdown();
});

test("S1 the log shows DONE, which is not a secret", async () => {
  const log = new KeptLog();
  const { client, server } = await selectFake({ logger: log }, IDLE);
  const begun = client.idle();
  const tag = await agreeToIdle(server);
  await begun;
  const done = client.idleDone();
  await endIdle(server, tag);
  await done;
  assert(log.text.includes("> DONE"), log.text);
  assert(!log.text.includes("REDACTED"), log.text);
  client.shutdown();
});

test("M6 a call after an IDLE that has not been sent yet is not held up", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const first = client.noop();
  const begun = client.idle();
  const second = client.noop();
  await server.answer("NOOP");
  const tag = await agreeToIdle(server);
  await endIdle(server, tag);
  await server.answer("NOOP");
  await Promise.all([first, begun, second]);
  client.shutdown();
});

test("M2 once updates are read, the server may continue", async () => {
  const { client, server } = await idling();
  const flood = (async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `* ${i + 1} EXISTS`);
    for (let i = 0; i < 100; i++) await server.send(...lines);
  })();
  let taken = 0;
  while (taken < 100_000) taken += (await client.idleCheck()).length;
  await flood;
  client.shutdown();
});

test("M7 one watch may follow another, and no timer is left", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const timers = new LongTimers();
  try {
    for (let round = 1; round <= 3; round++) {
      const loop = (async () => {
        for await (const _ of client.watch()) break;
      })();
      const tag = await agreeToIdle(server);
      await server.send(`* ${round} EXISTS`);
      await endIdle(server, tag);
      await loop;
    }
    client.shutdown();
    await turns();
    assertEquals(timers.count, 0);
  } finally {
    timers.stop();
  }
});
