// What a server may do to an IDLE and to the loop over `watch`, through no fault of the caller.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type Command,
  ConnectionClosedError,
  IllegalStateError,
  ImapError,
  ProtocolError,
} from "../../../mod.ts";
import { Connection } from "../../../src/connection/connection.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { bounded, isPending, outcome, selectFake, test, turns } from "../../support/fake_server.ts";
import { agreeToIdle, gather, short } from "../../support/watching.ts";

const IDLE = "IMAP4rev1 IDLE";

// A server that ends IDLE by itself, or asks for more in it

test("watch: the server itself ends IDLE thirty times → it continues [fault D1]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const { events, end } = gather(client.watch());
  for (let round = 1; round <= 30; round++) {
    const tag = await agreeToIdle(server);
    await server.send(`* ${round} EXISTS`, `${tag} OK IDLE terminated`);
  }
  await agreeToIdle(server);
  assertEquals(events.length, 30);
  client.shutdown();
  await end;
});

test("watch: several + to each of twenty IDLEs → one DONE to each [fault D1]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const { end } = gather(client.watch({ renewEvery: 0.01 }));
  for (let round = 0; round < 20; round++) {
    const tag = await server.expect("IDLE");
    await server.send("+ idling", "+ and idling");
    assertEquals(await server.line(), "DONE");
    await server.send("+ what else?", `${tag} OK done`);
  }
  assert(await isPending(end));
  client.shutdown();
  await end;
});

test("idle: a hundred + in one IDLE, as signs of life → it continues [fault D1]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const begun = client.idle();
  const tag = await server.expect("IDLE");
  await server.send(...Array.from({ length: 50 }, () => "+ idling"));
  await begun;
  for (let i = 0; i < 50; i++) await server.send("+ still here");
  await server.send("* 5 EXISTS");
  assertEquals(short(await client.idleCheck()), [[5, "EXISTS"]]);
  const done = client.idleDone();
  assertEquals(await server.line(), "DONE");
  await server.send(`${tag} OK done`);
  await done;
  client.shutdown();
});

test("a conversation without end within one call → still a ProtocolError [fault D1]", async () => {
  const { client, server } = await selectFake();
  const command: Command<string> = {
    name: "X-TALK",
    respond: () => new Promise(() => {}),
    result: ({ text }) => text,
  };
  const error = outcome(client.run(command));
  await server.expect("X-TALK");
  await server.send(...Array.from({ length: 11 }, () => "+ more"));
  assertInstanceOf(await error, ProtocolError);
});

test("watch: a server that ended IDLE while reading was paused → other calls run [fault D1]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const loop = client.watch();
  const first = loop.next();
  const tag = await agreeToIdle(server);
  await server.send("* 1 EXISTS");
  await first;
  const lines = Array.from({ length: 2000 }, (_, i) => `* ${i + 1} EXISTS`);
  await server.send(...lines, `${tag} OK I have enough`);
  await server.expect("IDLE");
  const noop = client.noop();
  await server.send("+ idling");
  assertEquals(await server.line(), "DONE");
  await server.send("A3 OK done");
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

// DONE that crosses the server's own OK

for (
  const answer of [
    "DONE BAD Unknown command",
    "DONE NO what?",
    "DONE OK",
    "DONE BAD [CLIENTBUG] Error in IMAP command",
    "* BAD Command unrecognized: DONE",
  ]
) {
  test(`idleDone: DONE crosses the OK, and ${answer} → ignored [fault D2]`, async () => {
    const { client, server } = await selectFake({}, IDLE);
    const begun = client.idle();
    const tag = await agreeToIdle(server);
    await begun;
    const done = client.idleDone();
    assertEquals(await server.line(), "DONE");
    await server.send(`${tag} OK IDLE ended by timeout`);
    const { text } = await done;
    assertEquals(text, "IDLE ended by timeout");
    await server.send(answer);
    const noop = client.noop();
    await server.answer("NOOP");
    await noop;
    assertEquals(client.closed, false);
    client.shutdown();
  });
}

test("DONE BAD without a DONE, or twice for one → ProtocolError [fault D2]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  await server.send("DONE BAD Unknown command");
  assertInstanceOf(await client.over, ProtocolError);

  const again = await selectFake({}, IDLE);
  const begun = again.client.idle();
  const tag = await agreeToIdle(again.server);
  await begun;
  const done = outcome(again.client.idleDone());
  assertEquals(await again.server.line(), "DONE");
  await again.server.send(`${tag} OK`, "DONE BAD what?", "DONE BAD what?");
  await done;
  assertInstanceOf(await again.client.over, ProtocolError);
});

test("a last answer that crosses the end of AUTHENTICATE → ignored, and not shown [fault D2]", async () => {
  const { client, server } = await selectFake();
  const command: Command<string> = {
    name: "X-ASK",
    respond: () => encodeUtf8("c2VjcmV0LXdvcmQ= x"),
    secrets: () => ["c2VjcmV0LXdvcmQ="],
    result: ({ text }) => text,
  };
  const refused = outcome(client.run(command));
  const tag = await server.expect("X-ASK");
  await server.send("+ ");
  assertEquals(await server.line(), "c2VjcmV0LXdvcmQ= x");
  await server.send(`${tag} NO too late`, "c2VjcmV0LXdvcmQ= BAD unknown command");
  assertInstanceOf(await refused, ImapError);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  await server.send("c2VjcmV0LXdvcmQ= BAD unknown command");
  const { message } = await client.over;
  assert(!message.includes("c2VjcmV0"), message);
});

// Aborts while the server is silent

test("watch: aborted while the server is silent → settles at once, and DONE is sent [fault D7]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const controller = new AbortController();
  const { end } = gather(client.watch({ signal: controller.signal }));
  const tag = await agreeToIdle(server);
  await turns();
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await end, reason); // nothing came from the server
  assertEquals(await server.line(), "DONE");
  const noop = client.noop();
  await server.send("* 7 EXISTS", `${tag} OK done`);
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});

test("watch: aborted before the + → settles at once, and the late + gets DONE [fault D7]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const controller = new AbortController();
  const { end } = gather(client.watch({ signal: controller.signal }));
  const tag = await server.expect("IDLE");
  controller.abort(new Error("enough"));
  assertEquals((await end as Error).message, "enough");
  const again = gather(client.watch());
  await server.send("+ idling");
  assertEquals(await server.line(), "DONE");
  await server.send(`${tag} OK done`);
  await agreeToIdle(server);
  client.shutdown();
  await again.end;
});

test("idle: aborted before the + → settles at once, and may be called again [fault D7]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const controller = new AbortController();
  const begun = outcome(client.idle({ signal: controller.signal }));
  const tag = await server.expect("IDLE");
  controller.abort(new Error("enough"));
  assertEquals((await begun as Error).message, "enough");
  const again = client.idle();
  await server.send(`${tag} NO not now`);
  await agreeToIdle(server);
  await again;
  client.shutdown();
});

test("watch: aborted while its IDLE waits for a call → never sent [fault D7]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const noop = client.noop();
  const tag = await server.expect("NOOP");
  const controller = new AbortController();
  const { end } = gather(client.watch({ signal: controller.signal }));
  await turns();
  controller.abort(new Error("enough"));
  assertEquals((await end as Error).message, "enough");
  await server.send(`${tag} OK`);
  await noop;
  assert(await server.isSilent());
  client.shutdown();
});

test("watch: aborted during a NOOP that is not answered → settles at once [fault D7]", async () => {
  const { client, server } = await selectFake();
  const controller = new AbortController();
  const { end } = gather(client.watch({ signal: controller.signal }));
  const tag = await server.expect("NOOP");
  controller.abort(new Error("enough"));
  assertEquals((await end as Error).message, "enough");
  const next = client.noop();
  await server.send(`${tag} OK`);
  await server.answer("NOOP");
  await next;
  client.shutdown();
});

test("an custom IDLE: aborted → it is interrupted [fault D7]", async () => {
  const { client, server } = await selectFake();
  let end = () => {};
  const ended = new Promise<void>((resolve) => end = resolve);
  const command: Command<string> = {
    name: "X-WAIT",
    interrupt: () => end(),
    respond: () => ended.then(() => encodeUtf8("STOP")),
    result: ({ text }) => text,
  };
  const controller = new AbortController();
  const waiting = outcome(client.run(command, { signal: controller.signal }));
  const tag = await server.expect("X-WAIT");
  await server.send("+ go");
  await turns();
  controller.abort(new Error("enough"));
  assertEquals((await waiting as Error).message, "enough");
  assertEquals(await server.line(), "STOP");
  await server.send(`${tag} OK`);
  client.shutdown();
});

// IDLE that is offered and refused

for (const refusal of ["NO", "BAD Unknown command", "NO [LIMIT] not now", "OK but no +"]) {
  test(`watch: IDLE is offered and answered ${refusal} → it polls [fault D8]`, async () => {
    const { client, server } = await selectFake({}, IDLE);
    const { events, end } = gather(client.watch({ pollEvery: 0.01 }));
    await server.send(`${await server.expect("IDLE")} ${refusal}`);
    await server.answer("NOOP");
    await server.answer("NOOP", "* 3 EXISTS");
    await server.answer("NOOP");
    assertEquals(short(events), [[3, "EXISTS"]]);
    client.shutdown();
    assertInstanceOf(await end, ConnectionClosedError);
  });
}

test("watch: the second IDLE, or DONE, is refused → it polls from then on [fault D8]", async () => {
  for (const at of ["IDLE", "DONE"]) {
    const { client, server } = await selectFake({}, IDLE);
    const { end } = gather(client.watch({ pollEvery: 0.01, renewEvery: 0.01 }));
    const tag = await agreeToIdle(server);
    assertEquals(await server.line(), "DONE");
    if (at === "IDLE") {
      await server.send(`${tag} OK`);
      await server.send(`${await server.expect("IDLE")} BAD no more`);
    } else await server.send(`${tag} BAD what?`);
    await server.answer("NOOP");
    await server.answer("NOOP");
    client.shutdown();
    await end;
  }
});

test("watch: NOOP is refused too → it throws [fault D8]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const { end } = gather(client.watch());
  await server.send(`${await server.expect("IDLE")} BAD no`);
  await server.send(`${await server.expect("NOOP")} BAD nor that`);
  assertInstanceOf(await end, ImapError);
  client.shutdown();
});

// From the call on

test("watch: updates in the answer to a call before the loop → in the loop [fault D14]", async () => {
  for (const capabilities of [IDLE, "IMAP4rev1"]) {
    const { client, server } = await selectFake({}, capabilities);
    const loop = client.watch({ pollEvery: 0.01 });
    const there = client.fetch("1:*", ["FLAGS"]);
    await server.answer(
      "UID FETCH 1:* (FLAGS)",
      "* 1 FETCH (UID 1 FLAGS ())",
      "* 1001 EXISTS",
      "* 3 EXPUNGE",
    );
    assertEquals((await there).size, 1);
    await server.send("* 1002 EXISTS"); // while no call is in progress
    await turns();
    const { events, end } = gather(loop);
    if (capabilities === IDLE) await agreeToIdle(server);
    else await server.answer("NOOP");
    await turns();
    assertEquals(short(events), [[1001, "EXISTS"], [3, "EXPUNGE"], [1002, "EXISTS"]]);
    client.shutdown();
    await end;
  }
});

test("watch: left before its first turn → no more is kept, and another may begin [fault D14]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const unused = client.watch();
  await unused.return();
  assertEquals((await unused.next()).done, true);
  const { end } = gather(client.watch());
  await agreeToIdle(server);
  client.shutdown();
  await end;
});

test("watch: called twice, and both are looped over → the second throws [fault D14]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const [one, two] = [client.watch(), client.watch()];
  const { events, end } = gather(one);
  await agreeToIdle(server);
  await assertRejects(() => two.next(), IllegalStateError);
  await server.send("* 5 EXISTS");
  await turns();
  assertEquals(short(events), [[5, "EXISTS"]]);
  client.shutdown();
  await end;
});

test("watch: of a connection that ended before the loop → throws why [fault D14]", async () => {
  const { client } = await selectFake({}, IDLE);
  const before = client.watch();
  client.shutdown();
  await assertRejects(() => before.next(), ConnectionClosedError);
  await assertRejects(() => client.watch().next(), ConnectionClosedError);
});

// Polling is paused, and what is kept is bounded

test("watch: by NOOP, and nobody reads the updates → it stops asking the server [fault E2]", async () => {
  const { client, server } = await selectFake();
  const loop = client.watch({ pollEvery: 0.001 });
  const first = loop.next();
  await server.answer("NOOP", "* 1 EXISTS");
  await first;
  const lines = Array.from({ length: 1500 }, (_, i) => `* ${i + 1} EXISTS`);
  const tag = await server.expect("NOOP");
  await server.send(...lines);
  await turns(20); // reading may be paused now
  const flood = (async () => {
    for (let i = 0; i < 60; i++) await server.send(...lines);
    await server.send(`${tag} OK`);
  })();
  assert(await isPending(flood), "the server has to wait");
  assert(await server.isSilent());
  // Another call is not held up.
  const noop = client.noop();
  await flood;
  await server.answer("NOOP");
  await bounded(noop, "the answer");
  await turns(20);
  assert(await server.isSilent(), "it is not asked while so much waits");
  let taken = 0;
  while (taken < 61 * 1500) taken += Number((await loop.next()).done === false);
  await server.answer("NOOP");
  client.shutdown();
});

test("watch: more updates than memory has room for, while a call runs → it fails [fault E1]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  const loop = client.watch();
  const fetching = client.fetch("1:*", ["RFC822.SIZE"]);
  const tag = await server.expect("UID FETCH 1:* (RFC822.SIZE)");
  const lines = Array.from({ length: 10_000 }, () => "* 5 FETCH (FLAGS (\\Seen))");
  for (let i = 0; i < 10; i++) await server.send(...lines);
  await server.send(`${tag} OK`);
  await fetching;
  const { events, end } = gather(loop);
  const error = await end;
  assertInstanceOf(error, ImapError);
  assert(error.message.includes("too much news"), error.message);
  assert(events.length > 10_000 && events.length < 100_000, `${events.length}`);
  assertEquals(client.closed, false);
  client.shutdown();
});

test("idle and idleDone a hundred times → nothing is left on the connection [fault E3]", async () => {
  const { client, server } = await selectFake({}, IDLE);
  let reactions = 0;
  const { over } = client;
  const then = over.then.bind(over);
  over.then = ((...args: Parameters<typeof then>) => {
    reactions++;
    return then(...args);
  }) as typeof over.then;
  let listeners = 0;
  const { onEnd } = Connection.prototype;
  Connection.prototype.onEnd = function (listener) {
    const stop = onEnd.call(this, listener);
    listeners++;
    return () => {
      listeners--;
      stop();
    };
  };
  for (let i = 0; i < 100; i++) {
    const begun = client.idle();
    const tag = await agreeToIdle(server);
    await begun;
    const done = client.idleDone();
    assertEquals(await server.line(), "DONE");
    await server.send(`${tag} OK`);
    await done;
  }
  Connection.prototype.onEnd = onEnd;
  assertEquals([reactions, listeners], [0, 0]);
  client.shutdown();
});
