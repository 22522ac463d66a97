import { describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { callback } from "../../../src/auth/callback.ts";
import { authenticate } from "../../../src/commands/session/authenticate.ts";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import { bytes } from "../../support/wire.ts";
import { sent } from "../../support/commands.ts";
import { answers, assertRefused, SECRET } from "./support.ts";

describe("A mechanism run by a function", () => {
  it("D8 callback gets each challenge, and its answers are sent", async () => {
    const challenges: Uint8Array[] = [];
    const replies = ["ann", bytes("\xff\0"), Promise.resolve("jürgen"), Promise.resolve(bytes(""))];
    const mechanism = callback("X-TEST_1", (challenge) => {
      challenges.push(challenge);
      return replies[challenges.length - 1];
    });
    assertEquals(mechanism.name, "X-TEST_1");
    assertEquals(await mechanism.respond(bytes("")), bytes("ann"));
    assertEquals(await mechanism.respond(bytes("\x00\x80")), bytes("\xff\0"));
    assertEquals(await mechanism.respond(bytes("a")), bytes("j\xc3\xbcrgen"));
    assertEquals(await mechanism.respond(bytes("b")), bytes(""));
    assertEquals(challenges, [bytes(""), bytes("\x00\x80"), bytes("a"), bytes("b")]);
  });

  it("D8 callback waits for the server, even if the client speaks first", () => {
    const mechanism = callback("PLAIN", () => "\0ann\0secret");
    assertEquals(mechanism.initialResponse, undefined);
    assertEquals(sent(authenticate(mechanism, true)), "PLAIN");
  });

  it("text may hold a NUL", async () => {
    assertEquals(await answers(callback("PLAIN", () => "\0ann\0x"), ""), "\0ann\0x");
  });

  it("D8 callback's own error reaches the caller", async () => {
    const error = new RangeError("no ticket");
    const thrown = callback("GSSAPI", () => {
      throw error;
    });
    const rejected = callback("GSSAPI", () => Promise.reject(error));
    assertEquals(await assertRejects(() => answers(thrown, ""), RangeError), error);
    assertEquals(await assertRejects(() => answers(rejected, ""), RangeError), error);
  });

  for (
    const [what, answer] of [
      ["a lone surrogate", `${SECRET}\udc00`],
      ["nothing", undefined as unknown as string],
      ["a number", 5 as unknown as string],
    ] as const
  ) {
    it(`${what} is no answer`, async () => {
      const mechanism = callback("PLAIN", () => answer);
      const error = await assertRejects(() => answers(mechanism, ""), InvalidArgumentError);
      assertEquals(error.message, "the answer to a challenge must be Unicode text");
    });
  }

  for (
    const name of [
      "",
      "A".repeat(21),
      "plain",
      "A B",
      "A\r\nB",
      "PLAIN*",
      "PLÄIN",
      "PLAIN\n",
      SECRET,
    ]
  ) {
    it(`Z1 ${JSON.stringify(name)} is no name of a mechanism`, () => {
      assertRefused(() => callback(name, () => ""));
    });
  }

  it("a name may be as long as 20 characters", () => {
    assertEquals(callback("SCRAM-SHA-512-PLUS_9", () => "").name, "SCRAM-SHA-512-PLUS_9");
  });

  it("without a function it is refused", () => {
    assertRefused(() => callback("PLAIN", SECRET as never));
  });
});
