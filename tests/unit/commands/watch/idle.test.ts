import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { idle } from "../../../../src/commands/watch/idle.ts";
import { ImapError, ProtocolError } from "../../../../src/model/errors.ts";
import { connectFake, isPending, outcome, selectFake, test } from "../../../support/fake_server.ts";
import { text } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const PLUS = { kind: "continuation", code: null, text: "idling" } as const;

/** An IDLE, and what it told its listener. */
function listened() {
  const told: string[] = [];
  const command = idle({ begun: () => told.push("begun"), ending: () => told.push("ending") });
  return { command, told };
}

describe("IDLE by itself", () => {
  it("M1 takes nothing, and needs IDLE and a login", () => {
    const { name, needs, state } = listened().command;
    assertEquals([name, needs, state], ["IDLE", "IDLE", "authenticated"]);
    assertEquals(sent(listened().command), "");
  });

  it("M1 an OK without a + before it is no IDLE", () => {
    const read = () => answer(listened().command, "a OK done");
    assertThrows(read, ProtocolError, "Unexpected IDLE response: OK done");
  });

  it("M3 news are left to others", () => {
    const { command } = listened();
    assertEquals(claims(command, "* 1 EXISTS", "* OK Still here"), [false, false]);
  });

  test("M4 DONE is sent when it is interrupted, once", async () => {
    const { command, told } = listened();
    const line = Promise.resolve(command.respond!(PLUS));
    assertEquals([await isPending(line), told, command.patience], [true, ["begun"], 0]);
    command.interrupt();
    command.interrupt();
    assertEquals([text(await line), told], ["DONE", ["begun", "ending"]]);
    assertEquals(command.patience, undefined); // an answer is owed now
    assertEquals(answer(command, "a OK [X] Idle done"), "[X] Idle done");
  });

  test("M4 M6 DONE waits for the + where it is interrupted before", async () => {
    const { command, told } = listened();
    command.interrupt();
    assertEquals([told, command.patience], [["ending"], undefined]);
    assertEquals(text(await command.respond!(PLUS)), "DONE");
    assertEquals(told, ["ending"]);
  });

  test("M4 a second + gets nothing", async () => {
    const { command, told } = listened();
    const first = Promise.resolve(command.respond!(PLUS));
    const second = Promise.resolve(command.respond!(PLUS));
    command.interrupt();
    assertEquals([text(await first), await isPending(second)], ["DONE", true]);
    assertEquals(told, ["begun", "ending"]);
  });
});

test("M1 E3 only a + begins it; NO and BAD are errors with the server's text", async () => {
  for (const status of ["NO", "BAD"]) {
    const { client, server } = await selectFake({}, "IMAP4rev1 IDLE");
    const idling = outcome(client.idle());
    await server.send(`${await server.expect("IDLE")} ${status} not now`);
    const error = await idling;
    assertEquals([error instanceof ImapError, (error as ImapError).text], [true, "not now"]);
    client.shutdown();
  }
});

test("M3 events come in the shapes that NOOP gives", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 IDLE");
  const idling = client.idle();
  const tag = await server.expect("IDLE");
  await server.send("+ idling");
  await idling;
  await server.send(
    "* OK Still here",
    "* 1 EXISTS",
    "* 1 FETCH (FLAGS (\\NotJunk))",
    "* NO [X] so",
  );
  const [ok, exists, fetch, no] = await client.idleCheck();
  assertEquals(ok, { kind: "untagged", type: "OK", code: null, text: "Still here" });
  assertEquals(exists, { kind: "untagged", type: "EXISTS", number: 1 });
  assertEquals(fetch.type === "FETCH" && fetch.items, { SEQ: 1, FLAGS: ["\\NotJunk"] });
  assertEquals(no.type === "NO" && [no.code?.name, no.text], ["X", "so"]);
  const done = client.idleDone();
  assertEquals(await server.line(), "DONE");
  await server.send("* 1 EXPUNGE", `${tag} OK Idle done`);
  const { text, responses } = await done;
  assertEquals(text, "Idle done");
  assertEquals(responses, [{ kind: "untagged", type: "EXPUNGE", number: 1 }]);
  client.shutdown();
});

test("M3 a line that is no response ends it with a ProtocolError", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 IDLE");
  const idling = client.idle();
  await server.expect("IDLE");
  await server.send("+ idling");
  await idling;
  const check = outcome(client.idleCheck());
  await server.send("hello there");
  assertEquals((await check as Error).name, "ProtocolError");
  assertEquals(client.closed, true);
});

test("E3 M1 without a login or the capability nothing is sent", async () => {
  for (const capabilities of ["IMAP4rev1", "IMAP4rev1 IDLE"]) {
    const { client, server } = await connectFake({}, `* OK [CAPABILITY ${capabilities}] hi`);
    const error = await outcome(client.idle());
    const expected = capabilities.endsWith("IDLE") ? "IllegalStateError" : "CapabilityError";
    assertEquals([(error as Error).name, await server.isSilent()], [expected, true]);
    client.shutdown();
  }
});
