import process from "node:process";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import { netDuplex } from "../../../src/testing/net_duplex.ts";
import { listen } from "../../support/peer.ts";
import { HONEST, honestSession } from "./honest.ts";
import { type Behaviour, type Lair, memoryLair, play, type Played, WITHIN } from "./play.ts";
import { Villain } from "./villain.ts";

/** Tries each of these ways to misbehave, and checks that the next client is not affected. */
export function behaviours(title: string, all: readonly Behaviour[]): void {
  describe(title, () => {
    for (const behaviour of all) {
      const { tcp } = behaviour;
      if (tcp !== "only") it(nameOf(behaviour), () => trial(behaviour, memoryLair));
      if (tcp) it(`${nameOf(behaviour)}; by TCP`, () => trial(behaviour, tcpLair));
    }
  });
}

/** A test name: what happens, and what the result must be. */
export function nameOf({ name, fails, so, within = WITHIN }: Behaviour): string {
  const outcome = so ?? (fails === undefined ? "no harm done" : fails.name);
  return `${name}: ${outcome}, within ${within} s`;
}

async function trial(
  behaviour: Behaviour,
  lairOf: (behaviour: Behaviour) => Lair | Promise<Lair>,
): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const lair = await lairOf(behaviour);
  try {
    judge(behaviour, await play(behaviour, lair));
    assertEquals(await honestSession(), HONEST);
    await sleep(1);
  } finally {
    await lair.close();
    process.off("unhandledRejection", note);
  }
  assertEquals(unhandled, []);
}

/** Throws if the result is not the expected one. */
export function judge(behaviour: Behaviour, { value, error, seconds, leftOver }: Played): void {
  const { fails, says, gives, within = WITHIN } = behaviour;
  if (fails === undefined) {
    if (error !== undefined) throw error;
    assertEquals(value, gives);
  } else {
    assertEquals(value, undefined, "an error was due");
    assertInstanceOf(error, fails, String(error));
    assertStrictEquals(error.constructor, fails);
    if (says !== undefined) assertMatch(error.message, says);
  }
  assertLess(seconds, within);
  assertEquals(leftOver, []);
}

/** A villain at a port of this machine. */
async function tcpLair({ server }: Behaviour): Promise<Lair> {
  const visits: Promise<void>[] = [];
  const peer = await listen((socket) => {
    const villain = new Villain(netDuplex(socket, false, true), () => socket.resetAndDestroy());
    visits.push(villain.play(server));
  });
  return {
    options: { host: "127.0.0.1", port: peer.port, ssl: false },
    over: () => Promise.all(visits),
    close: () => peer.close(),
  };
}
