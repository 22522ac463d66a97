import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type {
  BodyStructure,
  Envelope,
  FetchedMessage,
  FetchedValue,
  FetchKey,
  StreamedMessage,
  ZonedDate,
} from "@imapclient/imapclient";
import { InvalidArgumentError } from "../../../../src/model/errors.ts";
import { fetchKey, normaliseItems } from "../../../../src/commands/messages/requested_items.ts";
import { fetchProblems, noteProblems } from "../../../../src/model/problems.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
type ValueAt<Item extends string, Key extends keyof FetchedMessage<Item>> = FetchedMessage<
  Item
>[Key];

describe("the type of a FETCH follows from the requested items", () => {
  it("J4 the type of each value", () => {
    const checks: readonly true[] = [
      true satisfies Same<ValueAt<"ENVELOPE", "ENVELOPE">, Envelope>,
      true satisfies Same<ValueAt<"flags", "FLAGS">, readonly string[]>,
      true satisfies Same<ValueAt<"INTERNALDATE", "INTERNALDATE">, ZonedDate | null>,
      true satisfies Same<ValueAt<"RFC822.SIZE", "RFC822.SIZE">, number>,
      true satisfies Same<ValueAt<"BODY", "BODY">, BodyStructure>,
      true satisfies Same<ValueAt<"BODY.PEEK[TEXT]", "BODY[TEXT]">, Uint8Array | null>,
      true satisfies Same<ValueAt<"body[]<0.20>", "BODY[]<0>">, Uint8Array | null>,
      true satisfies Same<ValueAt<"BINARY.SIZE[1]", "BINARY.SIZE[1]">, number>,
      true satisfies Same<ValueAt<"MODSEQ", "MODSEQ">, bigint | null>,
      true satisfies Same<ValueAt<"X-SOMETHING", "X-SOMETHING">, FetchedValue>,
      true satisfies Same<ValueAt<"FLAGS", "SEQ">, number | undefined>,
      true satisfies Same<StreamedMessage<"BODY[]">["BODY[]"], ReadableStream<Uint8Array>>,
      true satisfies Same<StreamedMessage<"FLAGS" | "BODY[]">["FLAGS"], readonly string[]>,
    ];
    assertEquals(checks.length, 13);
  });

  it("J4 the type of a section that is computed", () => {
    type Part = `BODY.PEEK[${string}]` | `BINARY[${string}.1]` | `body.peek[${string}]<0.9>`;
    type Message = FetchedMessage<Part | `BINARY.SIZE[${string}]` | "FLAGS" | "BODY[HEADER]">;
    const checks: readonly true[] = [
      true satisfies Same<Message[`BODY[${string}]`], Uint8Array | null>,
      true satisfies Same<Message[`BINARY[${string}.1]`], Uint8Array | null>,
      true satisfies Same<Message[`BODY[${string}]<0>`], Uint8Array | null>,
      true satisfies Same<Message[`BINARY.SIZE[${string}]`], number>,
      true satisfies Same<Message["BODY[HEADER]"], Uint8Array | null>,
      true satisfies Same<Message["FLAGS"], readonly string[]>,
      true satisfies Same<StreamedMessage<Part>[`BODY[${string}]`], ReadableStream<Uint8Array>>,
    ];
    assertEquals(checks.length, 7);
  });

  it("J5 the names of the keys, macros written out", () => {
    type Fast = "FLAGS" | "INTERNALDATE" | "RFC822.SIZE";
    const checks: readonly true[] = [
      true satisfies Same<FetchKey<"fast">, Fast>,
      true satisfies Same<FetchKey<"ALL">, Fast | "ENVELOPE">,
      true satisfies Same<FetchKey<"FULL">, Fast | "ENVELOPE" | "BODY">,
      true satisfies Same<FetchKey<"BODY.PEEK[1.2]<5.10>">, "BODY[1.2]<5>">,
      true satisfies Same<FetchKey<"PREVIEW (LAZY)">, "PREVIEW">,
    ];
    assertEquals(checks.length, 5);
  });

  it("an item that was not requested is not a property", () => {
    const message = { SEQ: 1, FLAGS: [] } as FetchedMessage<"FLAGS">;
    // @ts-expect-error: the envelope was not asked for
    assertEquals(message.ENVELOPE, undefined);
  });

  it("items known only at run time → the general type", () => {
    const message: FetchedMessage<string> = { SEQ: 1, FLAGS: ["x"] };
    const value: FetchedValue = message.FLAGS;
    assertEquals(value, ["x"]);
    const streamed: StreamedMessage<string> = { "BODY[]": new ReadableStream<Uint8Array>() };
    assert(streamed["BODY[]"] instanceof ReadableStream);
  });

  for (
    const [item, key] of [
      ["FLAGS", "FLAGS"],
      ["BODY.PEEK[TEXT]", "BODY[TEXT]"],
      ["BODY.PEEK[TEXT]<0.100>", "BODY[TEXT]<0>"],
      ["BODY[HEADER.FIELDS (FROM TO)]", "BODY[HEADER.FIELDS (FROM TO)]"],
      ["BINARY.PEEK[1]<5.10>", "BINARY[1]<5>"],
      ["PREVIEW (LAZY)", "PREVIEW"],
    ]
  ) {
    it(`J5 ${item} is found under ${key}`, () => assertEquals(fetchKey(item), key));
  }
});

describe("items", () => {
  it("J1 B9 in upper case, from one or many, without duplicates", () => {
    assertEquals(normaliseItems("flags"), ["FLAGS"]);
    assertEquals(normaliseItems(new Set(["Flags", "uid", "FLAGS"])), ["FLAGS", "UID"]);
    assertEquals(normaliseItems([new TextEncoder().encode("body[]")]), ["BODY[]"]);
    assertEquals(normaliseItems(["fast", "flags"]), ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]);
    assertThrows(() => normaliseItems([]), InvalidArgumentError);
  });
});

describe("problems", () => {
  it("Z11 an item with a problem throws, hides, and can be put right", () => {
    const message: Record<string, unknown> = { SEQ: 1 };
    const error = new ProtocolError("garbled");
    noteProblems(message, [{ name: "ENVELOPE", raw: new Uint8Array(), error }]);
    assertThrows(() => message.ENVELOPE, ProtocolError, "garbled");
    assertEquals(Object.keys(message), ["SEQ"]);
    assertEquals(fetchProblems(message).map(({ name }) => name), ["ENVELOPE"]);
    message.ENVELOPE = "whole";
    assertEquals([message.ENVELOPE, fetchProblems(message)], ["whole", []]);
  });
});
