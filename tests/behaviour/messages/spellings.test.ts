import { assert, assertEquals, assertThrows } from "@std/assert";
import { fetchProblems, ProtocolError } from "../../../mod.ts";
import { bytesOf, selectFake, test } from "../../support/fake_server.ts";

/** Messages as a JavaScript program sees them: no type says what the keys are. */
type Loose = Record<string, unknown>;

/** A message fetched with these items; `says` is what the server answers. */
async function fetched(items: string | readonly string[], sent: string, says: string) {
  const { client, server } = await selectFake({}, "IMAP4rev1 CONDSTORE");
  const fetching = client.fetch(5, items);
  await server.answer(`UID FETCH 5 (${sent})`, `* 1 FETCH (UID 5 ${says})`);
  const message = (await fetching).get(5) as unknown as Loose;
  client.shutdown();
  return message;
}

const X = bytesOf("x");
const ASKED: readonly (readonly [asked: string, sent: string, says: string, ...also: string[]])[] =
  [
    ["BODY.PEEK[]", "BODY.PEEK[]", "BODY[] x"],
    ["body[]", "BODY[]", "BODY[] x"],
    ["Body.Peek[]", "BODY.PEEK[]", "BODY[] x", "Body[]"],
    [
      "BODY[HEADER.FIELDS (Subject)]",
      "BODY[HEADER.FIELDS (SUBJECT)]",
      "BODY[HEADER.FIELDS (SUBJECT)] x",
    ],
    [
      "BODY.PEEK[HEADER.FIELDS (Subject From)]",
      "BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]",
      "BODY[HEADER.FIELDS (Subject From)] x",
      "BODY[HEADER.FIELDS (Subject From)]",
    ],
    ["BODY.PEEK[TEXT]<0.100>", "BODY.PEEK[TEXT]<0.100>", "BODY[TEXT]<0> x", "BODY[TEXT]<0.100>"],
    ["body.peek[text]<0.100>", "BODY.PEEK[TEXT]<0.100>", "BODY[TEXT]<0> x", "body[text]<0>"],
    ["BINARY.PEEK[1.mime]", "BINARY.PEEK[1.MIME]", "BINARY[1.MIME] x", "BINARY[1.mime]"],
    ["rfc822.header", "RFC822.HEADER", "RFC822.HEADER x"],
    [" BODY.PEEK[1] ", "BODY.PEEK[1]", "BODY[1] x", "BODY.PEEK[1]"],
  ];

for (const [asked, sent, says, ...also] of ASKED) {
  test(`FETCH: an item asked as "${asked}" → found as such [fault C24]`, async () => {
    const message = await fetched(["FLAGS", asked], `FLAGS ${sent}`, `FLAGS () ${says}`);
    const key = Object.keys(message).find((name) => /^(?:BODY|BINARY|RFC822)/.test(name))!;
    for (const spelling of [asked.trim(), ...also, key]) {
      assertEquals(message[spelling], X, spelling);
    }
    // No item appears twice.
    assertEquals(Object.keys(message), ["SEQ", "FLAGS", key]);
    assertEquals(structuredClone(message), { SEQ: 1, FLAGS: [], [key]: X });
    assertEquals({ ...message }, { SEQ: 1, FLAGS: [], [key]: X });
  });
}

test("FETCH: other items in other cases → found as asked [fault C24]", async () => {
  const items = ["rfc822.size", "Flags", "internaldate", "Modseq"];
  const sent = "RFC822.SIZE FLAGS INTERNALDATE MODSEQ";
  const message = await fetched(items, sent, "RFC822.SIZE 7 FLAGS (a) MODSEQ (5)");
  assertEquals([message["rfc822.size"], message.Flags, message.Modseq], [7, ["a"], 5n]);
  assertThrows(() => message.internaldate, ProtocolError, "the server sent no INTERNALDATE");
  assertEquals(fetchProblems(message).map(({ name }) => name), ["INTERNALDATE"]);
});

test("FETCH: a garbled item by the spelling asked → the error that names it [fault C24]", async () => {
  const message = await fetched("BODY.PEEK[1]", "BODY.PEEK[1]", 'BODY[1] "a"b"c"');
  assertThrows(() => message["BODY.PEEK[1]"], ProtocolError);
});

test("FETCH: items in a further response → found under the requested key [fault C24]", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(5, ["flags", "BODY.PEEK[1]"]);
  await server.answer(
    "UID FETCH 5 (FLAGS BODY.PEEK[1])",
    "* 1 FETCH (UID 5 FLAGS (a))",
    "* 1 FETCH (UID 5 BODY[1] x)",
    "* 1 FETCH (UID 5 FLAGS (b))",
  );
  const message = (await fetching).get(5) as unknown as Loose;
  assertEquals([message.flags, message["BODY.PEEK[1]"]], [["b"], X]);
  client.shutdown();
});

test("FETCH: names that every object has, and macros → as they were", async () => {
  const message = await fetched(
    ["fast", "constructor"],
    "FLAGS INTERNALDATE RFC822.SIZE CONSTRUCTOR",
    "CONSTRUCTOR x",
  );
  assertEquals([message.constructor, message.CONSTRUCTOR], [Object, "x"] as unknown);
  assert(!("fast" in message));
});

test("fetchEach: as asked, streams too [fault C24]", async () => {
  const { client, server } = await selectFake();
  for (const stream of [false, true]) {
    const each = client.fetchEach(5, ["uid", "Body.Peek[]"], { stream });
    const next = each.next();
    await server.answer("UID FETCH 5 (BODY.PEEK[])", "* 1 FETCH (UID 5 BODY[] x)");
    const message = (await next).value as unknown as Loose;
    assertEquals(message.uid, 5);
    const body = message["Body.Peek[]"];
    assertEquals(
      stream ? await new Response(body as ReadableStream).text() : body,
      stream ? "x" : X,
    );
    await each.return(undefined);
  }
  client.shutdown();
});

test("an answer spelled as it was asked → found there, and under its key [fault C13, C24]", async () => {
  for (
    const [asked, key] of [["BODY.PEEK[TEXT]<0.5>", "BODY[TEXT]<0>"], ["BODY.PEEK[]", "BODY[]"]]
  ) {
    for (const spelling of [asked, asked.replace(".PEEK", "")]) {
      const message = await fetched(asked, asked, `${spelling} x`);
      for (const name of [asked, spelling, key]) assertEquals(message[name], X);
    }
  }
});

test("an answer in two responses, the second spelled as asked → found [fault C13, C24]", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch(5, ["FLAGS", "BODY.PEEK[TEXT]<0.5>"]);
  await server.answer(
    "UID FETCH 5 (FLAGS BODY.PEEK[TEXT]<0.5>)",
    "* 5 FETCH (UID 5 FLAGS (a))",
    "* 5 FETCH (UID 5 BODY[TEXT]<0.5> x)",
  );
  const message = (await fetching).get(5)!;
  assertEquals(message["BODY[TEXT]<0>"], X);
  client.shutdown();
});
