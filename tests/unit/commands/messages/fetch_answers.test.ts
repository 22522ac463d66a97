// FETCH responses that spell an item differently from the request.
import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { fetch, fetchRequest } from "../../../../src/commands/messages/fetch.ts";
import { ProtocolError } from "../../../../src/model/errors.ts";
import { fetchKey } from "../../../../src/commands/messages/requested_items.ts";
import { fetchProblems } from "../../../../src/model/problems.ts";
import { NumberSet } from "../../../../src/model/number_set.ts";
import { answer } from "../../../support/commands.ts";
import { text } from "../../../support/wire.ts";

/** What message 1 has under the key of each item. */
function found(items: readonly string[], ...lines: readonly string[]): (string | null)[] {
  const request = fetchRequest(NumberSet.from(1), items, undefined, true);
  const message = answer(fetch(request), ...lines.map((it) => `* 1 FETCH (UID 1 ${it})`), "a OK")
    .get(1)! as unknown as Record<string, unknown>;
  const keys = items.map((item) => fetchKey(item.toUpperCase()));
  return keys.map((key) => {
    try {
      const value = message[key];
      assert(Object.keys(message).every((name) => name === "SEQ" || keys.includes(name)));
      return value instanceof Uint8Array ? text(value) : value as null;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return `! ${error.message.replace(/ for message 1$/, "")}`;
    }
  });
}

const F = "BODY.PEEK[HEADER.FIELDS (DATE FROM)]";

describe("FETCH: an answer under another spelling", () => {
  const TAKEN: readonly (readonly [item: string, line: string, value: string | null])[] = [
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT]<0> "hello"', "hello"],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT]<0.5> "hello"', "hello"],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT]<0.3> "hel"', "hel"],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT] "hello"', "hello"],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT] "hel"', "hel"],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT] "hello, world"', "hello"],
    ["BODY.PEEK[TEXT]<0.5>", "RFC822.TEXT {5}\r\nhello", "hello"],
    ["BODY.PEEK[TEXT]<0.5>", "BODY[TEXT] NIL", null],
    ["BODY.PEEK[TEXT]<2.3>", 'BODY[TEXT]<2.3> "llo"', "llo"],
    ["BODY.PEEK[]<0.5>", 'RFC822 "hello"', "hello"],
    ["BINARY.PEEK[1]<0.5>", 'BINARY[1] "hello"', "hello"],
    ["BODY.PEEK[HEADER]", 'RFC822.HEADER "a: b"', "a: b"],
    ["RFC822.HEADER", 'BODY[HEADER] "a: b"', "a: b"],
    ["RFC822.TEXT", 'BODY[TEXT] "x"', "x"],
    ["BODY[TEXT]", 'RFC822.TEXT "x"', "x"],
    ["RFC822", 'BODY[] "x"', "x"],
    ["BODY[]", 'RFC822 "x"', "x"],
    ["BODY[]", 'RFC822[] "x"', "x"],
    ["RFC822", 'RFC822[] "x"', "x"],
    ["BODY.PEEK[]", 'BODY.PEEK[] "x"', "x"],
    ["BODY.PEEK[HEADER]", 'RFC822.HEADER.PEEK "x"', "x"],
    ["BODY.PEEK[1.2.MIME]", 'body.peek[1.2.mime] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS (FROM DATE)] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS ("From" "Date")] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS (date,from)] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS  ( DATE   FROM )] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS(DATE FROM)] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS DATE FROM] "x"', "x"],
    [F, 'BODY[HEADER.FIELDS (DATE FROM DATE)] "x"', "x"],
    ['BODY[HEADER.FIELDS ("DATE"  "FROM")]', 'BODY[HEADER.FIELDS (DATE FROM)] "x"', "x"],
    ["BODY[1.HEADER.FIELDS.NOT (A B)]", 'BODY[1.HEADER.FIELDS.NOT (B A)] "x"', "x"],
  ];
  for (const [item, line, value] of TAKEN) {
    it(`${item} ← ${JSON.stringify(line)} → taken [fault C13]`, () => {
      assertEquals(found([item], line), [value]);
      const [first] = found([item, "FLAGS"], line);
      assertEquals(first, value);
    });
  }

  const REFUSED: readonly (readonly [item: string, line: string])[] = [
    ["BODY.PEEK[TEXT]", 'BODY[TEXT]<0> "hello"'],
    ["BODY.PEEK[TEXT]", 'BODY[TEXT]<0.5> "hello"'],
    ["BODY[]", 'RFC822<0> "hello"'],
    ["BODY.PEEK[TEXT]<2.3>", 'BODY[TEXT] "llo"'],
    ["BODY.PEEK[TEXT]<2.3>", 'BODY[TEXT] "hello"'],
    ["BODY.PEEK[TEXT]<2.3>", 'BODY[TEXT]<0> "llo"'],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[1] "hello"'],
    ["BODY.PEEK[TEXT]<0.5>", 'BODY[TEXT]<0.3> "a" BODY[TEXT]<0.4> "b"'],
    ["BODY.PEEK[HEADER]", 'RFC822.HEADER "a" BODY.PEEK[HEADER] "b"'],
    ["BODY.PEEK[HEADER]", 'BODY[HEADER.FIELDS (A)] "a: b"'],
    ["BODY.PEEK[1]", 'BINARY[1] "a"'],
    ["BODY.PEEK[1]", 'BODY[1.1] "a"'],
    [F, 'BODY[HEADER.FIELDS (DATE)] "x"'],
    [F, 'BODY[HEADER.FIELDS.NOT (DATE FROM)] "x"'],
    [F, 'BODY[1.HEADER.FIELDS (DATE FROM)] "x"'],
    [F, 'BODY[HEADER] "x"'],
    ["BODYSTRUCTURE", 'BODY ("text" "plain" NIL NIL NIL "7bit" 5 1)'],
  ];
  for (const [item, line] of REFUSED) {
    it(`${item} ← ${JSON.stringify(line)} → no answer [fault C13]`, () => {
      const request = fetchRequest(NumberSet.from(1), item, undefined, true);
      const message = answer(fetch(request), `* 1 FETCH (UID 1 ${line})`, "a OK").get(1)!;
      const key = fetchKey(item);
      assertThrows(() => Reflect.get(message, key), ProtocolError, "the server sent no");
    });
  }

  it("two parts of one section, answered without their origins → neither is taken [fault C13]", () => {
    const items = ["BODY[TEXT]<0.5>", "BODY[TEXT]<5.5>"];
    assertEquals(found(items, 'BODY[TEXT]<5> "world"')[1], "world");
    const [first, second] = ["<0>", "<5>"].map((it) => `! the server sent no BODY[TEXT]${it}`);
    const request = fetchRequest(NumberSet.from(1), items, undefined, true);
    const line = '* 1 FETCH (UID 1 BODY[TEXT] "hello" BODY[TEXT] "world")';
    const message = answer(fetch(request), line, "a OK").get(1)!;
    assertEquals(fetchProblems(message).map(({ error }) => `! ${error.message}`), [
      ...[`${first} for message 1`, `${second} for message 1`],
    ]);
  });

  it("the whole and a part, answered alike → the part is missing [fault C13]", () => {
    const items = ["BODY[TEXT]", "BODY[TEXT]<0.5>"];
    assertEquals(found(items, 'BODY[TEXT] "hello, world"'), [
      "hello, world",
      "! the server sent no BODY[TEXT]<0>",
    ]);
    assertEquals(found(items, 'RFC822.TEXT "hello, world" BODY[TEXT]<0.5> "hello"'), [
      "hello, world",
      "hello",
    ]);
  });

  it("a bad item under another spelling → reported as unreadable [fault C13]", () => {
    const [value] = found(["BODY.PEEK[TEXT]<0.5>", "FLAGS"], "BODY[TEXT]<0.5> (x) FLAGS (a)");
    assert(value!.startsWith("! ") && !value!.includes("sent no"), value!);
  });

  it("several responses → put together first [fault C13]", () => {
    assertEquals(
      found(["RFC822.HEADER", "BODY[TEXT]<0.3>"], 'BODY[HEADER] "a"', 'BODY[TEXT] "abcd"'),
      ["a", "abc"],
    );
  });
});
