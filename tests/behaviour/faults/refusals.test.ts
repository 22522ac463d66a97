import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CapabilityError,
  ConnectionClosedError,
  ImapError,
  PartialMoveError,
  PartialReplaceError,
} from "../../../mod.ts";
import { tryOperation } from "./mail_safety.ts";
import { endingOf, OPERATIONS } from "./operations.ts";

/** Whether a line sends a command. */
const sends = (line: string, command: string) =>
  new RegExp(`^A\\d+ (?:UID )?${command} `).test(line);

describe("no mail is lost if the server refuses", () => {
  for (const operation of OPERATIONS) {
    for (const command of operation.commands) {
      for (const status of ["NO", "BAD"] as const) {
        it(`${operation.name}: ${status} to ${command}`, async () => {
          const refusal = { status, code: "LIMIT", text: "not now" };
          const { harm, error, client } = await tryOperation(operation, {
            prepare: ({ faults }) => faults.refuse(command, refusal),
          });
          assertEquals(harm, [], String(error));
          assertInstanceOf(error, ImapError);
          assertEquals([error.code, error.text], ["LIMIT", "not now"]);
          assert(error.command?.includes(command), `${error.command}`);
          const isLate = command === "STORE" || command === "EXPUNGE";
          const isHalf = isLate && operation.name.includes(" in steps");
          assertEquals(endingOf(error), isHalf ? "half-way" : "refused");
          // The connection is in order, and nothing is left on it.
          await client.noop();
          await client.logout();
        });
      }
    }
  }
});

describe("no mail is lost if the server says BYE", () => {
  for (const operation of OPERATIONS) {
    for (const command of operation.commands) {
      for (const isDone of [true, false]) {
        it(`${operation.name}: BYE to ${command}, which it ${isDone ? "does" : "does not"}`, async () => {
          let isDown = false;
          const { harm, error, client } = await tryOperation(operation, {
            prepare: ({ faults }) => isDone ? undefined : faults.refuse(command),
            onLine: (line, { faults }) => {
              if (isDown || !sends(line, command)) return;
              isDown = true;
              faults.bye("going down");
            },
          });
          assertEquals(harm, [], String(error));
          assertInstanceOf(error, ImapError);
          assertEquals(error.text, "going down");
          assert(error.message.includes("the server closed the connection: going down"));
          const isHalf = error instanceof PartialMoveError || error instanceof PartialReplaceError;
          let cause: unknown = isHalf ? error.cause : error;
          assertInstanceOf(cause, ConnectionClosedError);
          // If there is a partial result, the reason is one level deeper.
          if (cause.partial !== null) cause = cause.cause;
          assert(client.closed);
          assertEquals(await client.noop().catch((reason) => reason), cause);
        });
      }
    }
  }
});

describe("an unknown outcome is not a refusal", () => {
  for (const operation of OPERATIONS) {
    it(`${operation.name}: the last answer is lost`, async () => {
      const { traffic } = await tryOperation(operation);
      // All but the last byte of the answer: the server has done it, but the client can't know.
      const offset = traffic["to the client"].length - 1;
      const fault = { kind: "cut", direction: "to the client", offset } as const;
      const { error, client } = await tryOperation(operation, { fault });
      assert(error instanceof ImapError && endingOf(error) !== "refused", `${error}`);
      assert(client.closed);
    });
  }

  it("a move that is impossible leaves everything as it is", async () => {
    const move = { ...OPERATIONS[0], omit: ["MOVE", "UIDPLUS"] };
    const { error, harm, client, traffic } = await tryOperation(move);
    assertInstanceOf(error, CapabilityError);
    assertEquals([harm, traffic["to the server"].length], [[], 0]);
    await client.logout();
  });

  it("a call after the end sends nothing", async () => {
    const fault = { kind: "cut", direction: "to the client", offset: 0 } as const;
    const { client } = await tryOperation(OPERATIONS[0], { fault });
    await assertRejects(() => client.move(1, "Archive"), ConnectionClosedError);
    client.shutdown();
    await assertRejects(() => client.append("Archive", "x"), ConnectionClosedError);
  });
});
