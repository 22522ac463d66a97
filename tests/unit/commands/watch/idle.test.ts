import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { idle } from "../../../../src/commands/watch/idle.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";
import { isPending, test } from "../../../support/fake_server.ts";
import { text } from "../../../support/wire.ts";
import { answer, claims, sent } from "../../../support/commands.ts";

const PLUS = { kind: "continuation", code: null, text: "idling" } as const;

/** An IDLE, and what its listener was told. */
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

  it("M3 updates are left to others", () => {
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
    assertEquals(command.patience, undefined); // an answer is due now
    assertEquals(answer(command, "a OK [X] Idle done"), "[X] Idle done");
  });

  test("M4 M6 DONE waits for the + if it is interrupted before that", async () => {
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
