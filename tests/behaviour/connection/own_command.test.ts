// A custom command that throws or returns nonsense: it fails, and nothing else does.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Command, type ImapClient, ImapError, InvalidArgumentError } from "../../../mod.ts";
import {
  bytesOf,
  connectFake,
  type FakeServer,
  outcome,
  selectFake,
  test,
} from "../../support/fake_server.ts";

function boom(): never {
  throw new Error("boom");
}

/** A valid command, except for the given parts. */
function own(parts: Record<string, unknown>): Command<string> {
  const command: Command<string> = { name: "X-OWN", result: ({ text }) => text };
  return Object.defineProperties(command, Object.getOwnPropertyDescriptors(parts));
}

/** Checks that the client can still be used. */
async function isWell(client: ImapClient, server: FakeServer): Promise<void> {
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
}

const UNSENT: Readonly<Record<string, Record<string, unknown>>> = {
  "secrets throws": { secrets: boom },
  "secrets gives a number": { secrets: () => 5 },
  "secrets gives numbers": { secrets: () => [5, 6] },
  "secrets gives nothing": { secrets: () => undefined },
  "secrets is no function": { secrets: ["x"] },
  "write throws half-way": {
    write: (out: { sp(): { atom(text: string): void } }) => {
      out.sp().atom("HALF");
      boom();
    },
  },
  "write gives a promise": { write: () => Promise.resolve() },
  "write gives a promise that rejects": { write: () => Promise.reject(new Error("boom")) },
  "write is no function": { write: "x" },
  "the name has a line end": { name: "X\r\nA1 LOGOUT" },
  "needs is a number": { needs: 5 },
};

for (const [name, parts] of Object.entries(UNSENT)) {
  test(`a custom command: ${name} → rejected, nothing sent [fault D6]`, async () => {
    const { client, server } = await selectFake();
    const before = client.traffic.sent;
    // Commands in the same chunk are not affected.
    const refused = outcome(client.run(own(parts)));
    const beside = client.noop();
    await server.answer("NOOP");
    await beside;
    assertInstanceOf(await refused, Error);
    assertEquals(client.traffic.sent - before, "A3 NOOP\r\n".length);
    await isWell(client, server);
  });
}

for (
  const [name, respond, secrets] of [
    ["gives text", () => "text"],
    ["gives nothing", () => undefined],
    ["gives null", () => null],
    ["gives an array", () => [1, 2]],
    ["gives two lines", () => bytesOf("a\r\nA9 LOGOUT")],
    ["gives a NUL", () => bytesOf("a\0b")],
    ["gives a promise of text", () => Promise.resolve("text")],
    ["rejects", () => Promise.reject(new Error("boom"))],
    ["throws", boom],
    ["is no function", "x"],
    ["is right, but secrets gives numbers then", () => bytesOf("ok"), () => [1]],
  ] as const
) {
  test(`a custom command: respond ${name} → rejected, and cancelled [fault D6]`, async () => {
    const { client, server } = await connectFake();
    let asked = 0;
    const late = () => asked++ === 0 ? [] : secrets?.() ?? [];
    const refused = outcome(client.run(own({ respond, secrets: late })));
    const tag = await server.expect("X-OWN");
    await server.send("+ ");
    assertEquals(await server.line(), "*");
    await server.send(`${tag} BAD cancelled`);
    const error = await refused;
    assertInstanceOf(error, Error);
    assert(!(error instanceof ImapError) || error instanceof InvalidArgumentError, `${error}`);
    await isWell(client, server);
  });
}

test("a custom command: respond never settles, and it is aborted → cancelled [fault D6]", async () => {
  const { client, server } = await connectFake();
  const controller = new AbortController();
  const command = own({ respond: () => new Promise(() => {}) });
  const given = outcome(client.run(command, { signal: controller.signal }));
  const tag = await server.expect("X-OWN");
  await server.send("+ ");
  assert(await server.isSilent());
  controller.abort(new Error("enough"));
  assertEquals((await given as Error).message, "enough");
  assertEquals(await server.line(), "*");
  await server.send(`${tag} BAD`);
  await isWell(client, server);
});

test("a custom command: respond never settles → TimeoutError [fault D6]", async () => {
  const { client, server } = await connectFake({ timeout: 0.05 });
  const given = outcome(client.run(own({ respond: () => new Promise(() => {}) })));
  await server.expect("X-OWN");
  await server.send("+ ");
  assertEquals((await given as Error).name, "TimeoutError");
});

for (
  const [name, parts, status] of [
    ["accept throws", { accept: boom }, "OK"],
    ["partial throws", { partial: boom }, "NO"],
    ["result throws", { result: boom }, "OK"],
    ["result is no function", { result: 5 }, "OK"],
    ["refused throws", { refused: boom }, "NO"],
    ["refused gives text", { refused: () => "no" }, "NO"],
    ["refused gives nothing", { refused: () => undefined }, "BAD"],
    ["interrupt throws", { interrupt: boom }, "NO"],
    ["patience throws", {
      get patience(): number | undefined {
        return boom();
      },
    }, "OK"],
    ["patience is NaN", { patience: NaN }, "NO"],
    ["patience is text", { patience: "long" }, "NO"],
    ["patience is less than 0", { patience: -1 }, "NO"],
  ] as const
) {
  test(`a custom command: ${name} → rejected with an error [fault D6]`, async () => {
    const { client, server } = await selectFake({ timeout: 60 });
    const refused = outcome(client.run(own(parts)));
    const next = outcome(client.search("ALL"));
    const tag = await server.expect("X-OWN");
    await server.send("* 1 EXISTS", `${tag} ${status} done`);
    assertInstanceOf(await refused, Error);
    await server.answer("UID SEARCH ALL", "* SEARCH 1");
    await next;
    await isWell(client, server);
  });
}

test("a custom command: knows throws → rejected, and others get their responses [fault D6]", async () => {
  const { client, server } = await selectFake();
  const parts = { knows: boom, pipelining: "uids", state: "selected", name: "UID X-OWN" };
  const refused = outcome(client.run(own(parts)));
  const beside = client.fetch(1, ["FLAGS"]);
  const tag = await server.expect("UID X-OWN");
  await server.answer("UID FETCH 1 (FLAGS)", "* 1 FETCH (UID 1 FLAGS (a))");
  assertEquals((await beside).get(1)!.FLAGS, ["a"]);
  await server.send(`${tag} OK`);
  assertEquals((await refused as Error).message, "boom");
  await isWell(client, server);
});

test("a custom command: literal throws → rejected, the literal is skipped [fault D6]", async () => {
  const { client, server } = await selectFake();
  const refused = outcome(client.run(own({ literal: boom })));
  const tag = await server.expect("X-OWN");
  await server.send("* 1 FETCH (UID 1 BODY[] {10000}");
  await server.send("x".repeat(9998), ")", `${tag} OK`);
  assertEquals((await refused as Error).message, "boom");
  await isWell(client, server);
});
