import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import {
  BOOLEAN,
  checkOptions,
  exactly,
  FUNCTION,
  type Kind,
  type Kinds,
  nearest,
  NUMBER,
  OBJECT,
  oneOf,
  SIGNAL,
  STRING,
} from "../../../src/model/options.ts";

interface Sample {
  readonly port?: number;
  readonly useUid?: boolean;
  readonly signal?: AbortSignal;
  readonly level?: "low" | "high" | null;
}

const KINDS: Kinds<Sample> = {
  port: NUMBER,
  useUid: BOOLEAN,
  signal: SIGNAL,
  level: exactly("low", "high", null),
};

/** The error for options that the types forbid. */
function refusal(options: unknown, place = "", hints = {}): string {
  const check = () => checkOptions(options as Sample, KINDS, place, hints);
  return assertThrows(check, InvalidArgumentError).message;
}

describe("checkOptions", () => {
  it("options: of the right kinds, or missing → accepted [fault E10]", () => {
    const { signal } = new AbortController();
    checkOptions({}, KINDS);
    checkOptions({ port: 0, useUid: false, signal, level: null }, KINDS);
    checkOptions({ port: undefined, signal: undefined }, KINDS);
    checkOptions(Object.freeze(Object.create(null)), KINDS);
  });

  const WRONG: readonly (readonly [options: unknown, message: string])[] = [
    [{ port: "993" }, "'port' must be a number, not a string"],
    [{ port: NaN }, "'port' must be a number, not NaN"],
    [{ port: null }, "'port' must be a number, not null"],
    [{ port: 993n }, "'port' must be a number, not a bigint"],
    [{ port: [993] }, "'port' must be a number, not a list"],
    [{ useUid: "false" }, "'useUid' must be true or false, not a string"],
    [{ useUid: 0 }, "'useUid' must be true or false, not 0"],
    [{ signal: new AbortController() }, "'signal' must be an AbortSignal, not an object"],
    [{ signal: () => {} }, "'signal' must be an AbortSignal, not a function"],
    [{ level: "LOW" }, `'level' must be "low" or "high" or null, not a string`],
    [null, "the options must be an object, not null"],
    ["port", "the options must be an object, not a string"],
    [["port"], "the options must be an object, not a list"],
    [() => {}, "the options must be an object, not a function"],
  ];
  for (const [options, message] of WRONG) {
    it(`options: ${message} → refused [fault E10]`, () => assertEquals(refusal(options), message));
  }

  const UNKNOWN: readonly (readonly [name: string, hint: string])[] = [
    ["Port", "did you mean 'port'?"],
    ["use_uid", "did you mean 'useUid'?"],
    ["USEUID", "did you mean 'useUid'?"],
    ["signals", "did you mean 'signal'?"],
    ["xyz", "there are port, useUid, signal, level"],
    ["", "there are port, useUid, signal, level"],
    ["constructor", "there are port, useUid, signal, level"],
    ["\r\n", "there are port, useUid, signal, level"],
  ];
  for (const [name, hint] of UNKNOWN) {
    it(`options: the unknown one ${JSON.stringify(name)} → the nearest one [fault E10]`, () => {
      const options = { [name]: "secret" };
      assertEquals(refusal(options), `there is no option ${JSON.stringify(name)}: ${hint}`);
    });
  }

  it("options: a place and a hint → are in the message [fault E10]", () => {
    assertEquals(
      refusal({ prot: 1 }, "tls"),
      `there is no option "tls.prot": did you mean 'tls.port'?`,
    );
    assertEquals(refusal({ port: "" }, "tls"), "'tls.port' must be a number, not a string");
    assertEquals(refusal(1, "tls"), "'tls' must be an object, not 1");
    const hints = { secure: "TLS is 'ssl'", rejectUnauthorized: "see 'tls'" };
    for (const name of ["rejectUnauthorised", "RejectUnauthorized", "reject_unauthorized"]) {
      assertEquals(refusal({ [name]: 1 }, "", hints), `there is no option "${name}": see 'tls'`);
    }
    assertEquals(refusal({ secure: true }, "", hints), `there is no option "secure": TLS is 'ssl'`);
    assertEquals(
      refusal({ toString: true }, "", hints),
      `there is no option "toString": there are port, useUid, signal, level`,
    );
  });

  it("options: a name of a megabyte → a short message [fault E10]", () => {
    assert(refusal({ ["x".repeat(1_000_000)]: 1 }).length < 200);
  });
});

describe("kinds", () => {
  const SAMPLES: readonly (readonly [kind: Kind, right: unknown, wrong: unknown])[] = [
    [STRING, "", new String("")],
    [NUMBER, Infinity, "1"],
    [BOOLEAN, false, "true"],
    [FUNCTION, () => {}, {}],
    [OBJECT, {}, []],
    [SIGNAL, AbortSignal.abort(), { aborted: false }],
    [oneOf(STRING, NUMBER), 1, true],
  ];
  for (const [kind, right, wrong] of SAMPLES) {
    it(`a kind: ${kind.name} → recognises its values [fault E10]`, () => {
      assert(kind.is(right));
      assert(!kind.is(wrong) && !kind.is(null) && !kind.is(undefined));
    });
  }
});

it("nearest: a name in another case or spelling → the right one [fault E10]", () => {
  assertEquals(nearest("USER", ["host", "username"]), "username");
  assertEquals(nearest("rejectUnauthorised", ["ca", "rejectUnauthorized"]), "rejectUnauthorized");
});
