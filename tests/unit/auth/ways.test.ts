import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { mayHaveExpired, nextWays, type RefusedWay } from "../../../src/auth/fallback.ts";
import { offeredWays, type ServerSide } from "../../../src/auth/offered.ts";
import { allowedWays, type Way, WAYS } from "../../../src/auth/ways.ts";
import { ImapError, LoginError } from "../../../src/model/errors.ts";

const names = (ways: readonly Way[]) => ways.map(({ name }) => name);
const way = (name: string) => WAYS.find((it) => it.name === name)!;
const PLUS = ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"];
const SCRAM = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"];

function allowed(user = "ann", identity = "") {
  const login = { user, secret: "p", identity };
  return allowedWays({ proof: "password", mechanisms: undefined, login });
}

function server(more: Partial<ServerSide> = {}): ServerSide {
  return {
    has: (name) => name !== "LOGINDISABLED",
    capabilities: [],
    secure: true,
    canBind: true,
    ...more,
  };
}

function refusal(name: string, more: Partial<RefusedWay> = {}): RefusedWay {
  return { way: way(name), status: "NO", code: null, answered: 0, reason: null, ...more };
}

const VERIFIED = { isVerified: true, isNamed: false };

describe("the ways to log in", () => {
  it("with a password → the strongest first, CRAM-MD5 not at all [ext AUTHENTICATE]", () => {
    assertEquals(names(allowed()), [...PLUS, ...SCRAM, "PLAIN", "LOGIN", "AUTH=LOGIN"]);
    assertEquals(names(allowed("änn")), [...PLUS, ...SCRAM, "PLAIN", "AUTH=LOGIN", "LOGIN"]);
    assertEquals(names(allowed("ann", "bob")), [...PLUS, ...SCRAM, "PLAIN"]);
  });

  it("no channel binding → no -PLUS, unless there is nothing else [ext AUTHENTICATE]", () => {
    const all = offeredWays(allowed(), server(), false);
    assertEquals(names(all), [...PLUS, ...SCRAM, "PLAIN", "LOGIN", "AUTH=LOGIN"]);
    const some = offeredWays(allowed(), server({ canBind: false }), false);
    assertEquals(names(some), [...SCRAM, "PLAIN", "LOGIN", "AUTH=LOGIN"]);
    const [plus] = WAYS;
    assertEquals(offeredWays([plus], server({ canBind: false }), false), [plus]);
  });

  it("plain text → only what hides the password [ext AUTHENTICATE]", () => {
    const plain = server({ secure: false, canBind: false });
    assertEquals(names(offeredWays(allowed(), plain, false)), SCRAM);
    assertThrows(() => offeredWays([way("PLAIN")], plain, false), LoginError, "allowPlaintext");
    assertEquals(names(offeredWays([way("PLAIN")], plain, true)), ["PLAIN"]);
  });
});

describe("after a refusal", () => {
  const next = (refused: RefusedWay, trust = VERIFIED) => {
    const ways = allowed();
    return names(nextWays(refused, ways.slice(ways.indexOf(refused.way) + 1), trust).ways);
  };

  it("no secret for this user → the other hashes, and what shows the password [ext AUTHENTICATE]", () => {
    for (const code of [null, "AUTHENTICATIONFAILED"]) {
      assertEquals(next(refusal("SCRAM-SHA-1-PLUS", { code })), [
        ...["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "LOGIN", "AUTH=LOGIN"],
      ]);
      assertEquals(next(refusal("SCRAM-SHA-1", { code })), ["PLAIN", "LOGIN", "AUTH=LOGIN"]);
    }
  });

  it("a binding that the server does not know → none with a binding [ext AUTHENTICATE]", () => {
    for (const reason of ["unsupported-channel-binding-type: x", "channel-binding-not-supported"]) {
      assertEquals(next(refusal("SCRAM-SHA-512-PLUS", { answered: 1, reason })), [
        ...[...SCRAM, "PLAIN", "LOGIN", "AUTH=LOGIN"],
      ]);
    }
  });

  it("bindings that differ, or a wrong proof → nothing [ext AUTHENTICATE]", () => {
    for (const reason of ["channel-bindings-dont-match", "invalid-proof", "other-error", null]) {
      assertEquals(next(refusal("SCRAM-SHA-512-PLUS", { answered: 1, reason })), []);
      assertEquals(next(refusal("SCRAM-SHA-256", { answered: 1, reason })), []);
    }
    const removed = { answered: 1, reason: "server-does-support-channel-binding: ..." };
    assertEquals(next(refusal("SCRAM-SHA-256", removed)), []);
  });

  it("a server that has not proved itself → only what hides the password [ext AUTHENTICATE]", () => {
    const trust = { isVerified: false, isNamed: false };
    const ways = allowed();
    const { withheld } = nextWays(refusal("SCRAM-SHA-1"), ways.slice(6), trust);
    assertEquals(names(withheld), ["PLAIN", "LOGIN", "AUTH=LOGIN"]);
    assertEquals(next(refusal("SCRAM-SHA-256"), trust), ["SCRAM-SHA-1"]);
    assertEquals(next(refusal("SCRAM-SHA-256", { answered: 1, code: "CANNOT" }), trust), [
      "SCRAM-SHA-1",
    ]);
    // It has the password already.
    assertEquals(next(refusal("PLAIN", { status: "BAD" }), trust), ["LOGIN", "AUTH=LOGIN"]);
  });

  it("PLAIN and LOGIN → final, unless they are unknown [ext AUTHENTICATE]", () => {
    for (const code of [null, "AUTHENTICATIONFAILED", "UNAVAILABLE", "EXPIRED"]) {
      assertEquals(next(refusal("PLAIN", { code })), []);
      assertEquals(next(refusal("LOGIN", { code })), []);
    }
    assertEquals(next(refusal("LOGIN", { status: "BAD" })), ["AUTH=LOGIN"]);
  });

  it("what may be an expired token → LoginErrors of the server alone [ext TOKEN-AGAIN]", () => {
    const error = (code: string | null, message = "no", text = "no") => {
      const responseCode = code === null ? null : { name: code, argument: "" };
      return new LoginError(message, { responseCode, text });
    };
    for (const code of [null, "EXPIRED", "AUTHENTICATIONFAILED"]) {
      assertEquals(mayHaveExpired(error(code)), true);
    }
    assertEquals(mayHaveExpired(error("AUTHORIZATIONFAILED")), false);
    assertEquals(mayHaveExpired(error(null, "no (status: insufficient_scope)")), false);
    assertEquals(mayHaveExpired(new LoginError("the server asks again")), false);
    assertEquals(mayHaveExpired(new ImapError("no", { text: "no" })), false);
    assertEquals(mayHaveExpired(undefined), false);
  });
});
