// The error of a call contains what arrived before it failed.
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import { inspect } from "node:util";
import {
  ConnectionClosedError,
  type ExpungeResult,
  ImapAbortError,
  type ImapClient,
  ImapError,
  InvalidCriteriaError,
  ProtocolError,
} from "../../../mod.ts";
import { type FakeServer, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

type Fake = { client: ImapClient; server: FakeServer };

/** The error that a call ends with; it must be one of the library's own. */
async function failure(call: Promise<unknown>): Promise<ImapError> {
  const error = await outcome(call);
  assertInstanceOf(error, ImapError);
  return error;
}

/** What each call receives before it fails, and what the error has of it. */
const CALLS: readonly (readonly [
  name: string,
  call: (client: ImapClient) => Promise<unknown>,
  rows: readonly string[],
  partial: unknown,
])[] = [
  [
    "fetch",
    (client) => client.fetch("5:7", ["FLAGS"]),
    ["* 1 FETCH (UID 5 FLAGS (x))", "* 2 FETCH (UID 6 FLAGS ())"],
    new Map([[5, { SEQ: 1, FLAGS: ["x"] }], [6, { SEQ: 2, FLAGS: [] }]]),
  ],
  [
    "getFlags",
    (client) => client.getFlags("5:7"),
    ["* 1 FETCH (UID 5 FLAGS (x))"],
    new Map([[5, ["x"]]]),
  ],
  [
    "addFlags",
    (client) => client.addFlags("5:7", "x"),
    ["* 1 FETCH (UID 5 FLAGS (x))"],
    new Map([[5, ["x"]]]),
  ],
  ["search", (client) => client.search(), ["* SEARCH 2 4", "* SEARCH 9"], [2, 4, 9]],
  ["sort", (client) => client.sort("DATE"), ["* SORT 4 2"], [4, 2]],
  ["thread", (client) => client.thread("REFERENCES"), ["* THREAD (1 2)(3)"], [[1, 2], [3]]],
  [
    "listFolders",
    (client) => client.listFolders(),
    ['* LIST () "/" a'],
    [{ flags: [], delimiter: "/", name: "a" }],
  ],
  [
    "expunge",
    (client) => client.expunge(),
    ["* 3 EXPUNGE"],
    { text: "", responses: [{ kind: "untagged", type: "EXPUNGE", number: 3 }] },
  ],
];
const OFFERED = "IMAP4rev1 SORT THREAD=REFERENCES";

for (const [name, call, rows, partial] of CALLS) {
  test(`${name}: rows, then NO [EXPUNGEISSUED] → the error has them [fault A9]`, async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const failing = failure(call(client));
    const [tag] = (await server.line()).split(" ");
    await server.send(...rows, `${tag} NO [EXPUNGEISSUED] Some of them are gone`);
    const error = await failing;
    assertEquals(error.partial, partial);
    assertEquals([error.constructor, error.code], [ImapError, "EXPUNGEISSUED"]);
    client.shutdown();
  });

  test(`${name}: rows, then BAD → the error has them [fault A9]`, async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const failing = failure(call(client));
    const [tag] = (await server.line()).split(" ");
    await server.send(...rows, `${tag} BAD no more`);
    assertEquals((await failing).partial, partial);
    client.shutdown();
  });

  test(`${name}: rows, then the end of the connection → the error has them [fault A9]`, async () => {
    for (const end of ["BYE", "close", "shutdown"]) {
      const { client, server } = await selectFake({}, OFFERED);
      const failing = failure(call(client));
      const others = failure(client.createFolder("x"));
      await server.line();
      await server.send(...rows);
      await turns();
      if (end === "BYE") await server.send("* BYE sorry");
      if (end === "shutdown") client.shutdown();
      else server.close();
      const error = await failing;
      assertInstanceOf(error, ConnectionClosedError);
      const told = name === "expunge"
        ? (error.partial as ExpungeResult).responses[0]
        : error.partial;
      assertEquals(told, name === "expunge" ? (partial as ExpungeResult).responses[0] : partial);
      // The other calls have the reason itself, which is otherwise the same.
      const reason = await client.over;
      assertEquals([await others, error.cause, error.message], [reason, reason, reason.message]);
      assertEquals([reason.partial, error.text], [null, reason.text]);
    }
  });

  test(`${name}: NO before any row → nothing is called a part [fault A9]`, async () => {
    const { client, server } = await selectFake({}, OFFERED);
    const failing = failure(call(client));
    const [tag] = (await server.line()).split(" ");
    await server.send(`${tag} NO [EXPUNGEISSUED] Gone`);
    assertEquals((await failing).partial, null);
    client.shutdown();
  });
}

test("fetch in several commands: one fails → the rows of all are in the error [fault A9]", async () => {
  const { client, server } = await selectFake({ limits: { ids: 3 } });
  const failing = failure(client.fetch([1, 3, 5, 7, 9], ["FLAGS"]));
  const first = await server.expect("UID FETCH 1,3 (FLAGS)");
  const second = await server.expect("UID FETCH 5,7 (FLAGS)");
  const third = await server.expect("UID FETCH 9 (FLAGS)");
  await server.send(
    "* 1 FETCH (UID 1 FLAGS (a))",
    `${first} OK done`,
    "* 3 FETCH (UID 5 FLAGS (b))",
    `${second} NO [EXPUNGEISSUED] gone`,
    "* 5 FETCH (UID 9 FLAGS (c))",
    `${third} OK done`,
  );
  const error = await failing;
  assertEquals([error.code, error.command], ["EXPUNGEISSUED", "UID FETCH 5,7 (FLAGS)"]);
  assertEquals([...error.partial as Map<number, unknown>].map(([id]) => id), [1, 5, 9]);
  client.shutdown();
});

test("fetch: a row that is not whole → its missing items throw, the error has it [fault A9]", async () => {
  const { client, server } = await selectFake();
  const failing = failure(client.fetch(5, ["FLAGS", "RFC822.SIZE"]));
  const [tag] = (await server.line()).split(" ");
  await server.send("* 1 FETCH (UID 5 FLAGS (x))", `${tag} NO sorry`);
  const messages = (await failing).partial as Awaited<ReturnType<typeof client.fetch>>;
  assertEquals(messages.get(5)?.FLAGS, ["x"]);
  await assertRejects(
    () => Promise.resolve().then(() => messages.get(5)?.["RFC822.SIZE"]),
    ProtocolError,
    "RFC822.SIZE",
  );
  client.shutdown();
});

test("fetch in own zones: dates of a part → in the zones they came with [fault A9]", async () => {
  const { client, server } = await selectFake();
  client.normaliseTimes = false;
  const failing = failure(client.fetch(5, ["INTERNALDATE"]));
  const [tag] = (await server.line()).split(" ");
  const date = "02-Jan-2026 03:04:05 +0545";
  await server.send(`* 1 FETCH (UID 5 INTERNALDATE "${date}")`, `${tag} NO sorry`);
  const messages = (await failing).partial as Map<number, { INTERNALDATE: Date }>;
  assert(String(messages.get(5)!.INTERNALDATE).includes("03:04:05"));
  client.shutdown();
});

test("an error with a part → printed without it, as it may be private [fault A9]", async () => {
  const { client, server } = await selectFake();
  const failing = failure(client.fetch(5, ["BODY[]"]));
  const [tag] = (await server.line()).split(" ");
  await server.send('* 1 FETCH (UID 5 BODY[] "private words")', `${tag} NO sorry`);
  const error = await failing;
  assert(error.partial instanceof Map);
  const shown = `${inspect(error, { depth: 9 })}${JSON.stringify(error)}${error}${error.stack}`;
  assertFalse(/private|partial/.test(shown), shown);
  client.shutdown();
});

test("search: refused criteria after a part → still InvalidCriteriaError [fault A9]", async () => {
  const { client, server } = await selectFake();
  const failing = failure(client.search());
  const [tag] = (await server.line()).split(" ");
  await server.send("* SEARCH 1", `${tag} BAD what`);
  assertInstanceOf(await failing, InvalidCriteriaError);
  client.shutdown();
});

test("fetchEach: rows, then NO or the end → handed out before the error [fault A9]", async () => {
  for (const end of ["NO", "close"]) {
    const { client, server } = await selectFake();
    const uids: number[] = [];
    const failing = failure((async () => {
      for await (const { UID } of client.fetchEach("5:6", ["FLAGS"])) uids.push(UID);
    })());
    const [tag] = (await server.line()).split(" ");
    await server.send("* 1 FETCH (UID 5 FLAGS ())", "* 2 FETCH (UID 6 FLAGS ())");
    if (end === "NO") await server.send(`${tag} NO [EXPUNGEISSUED] gone`);
    else server.close();
    assertEquals((await failing) instanceof ImapAbortError, end === "close");
    assertEquals(uids, [5, 6]);
    client.shutdown();
  }
});

/** FETCH responses without UIDs, and what `UID FETCH 5:7` of these items makes of them. */
const UNNAMED: readonly (readonly [
  what: string,
  item: "FLAGS" | "ENVELOPE" | "BODY[TEXT]" | "RFC822.SIZE",
  rows: readonly string[],
  gives: readonly number[] | "an error",
])[] = [
  ["every row lacks it", "RFC822.SIZE", ["* 1 FETCH (RFC822.SIZE 9)"], "an error"],
  ["flags alone, none with a UID", "FLAGS", ["* 1 FETCH (FLAGS ())"], "an error"],
  ["a garbled UID", "RFC822.SIZE", ["* 1 FETCH (UID x RFC822.SIZE 9)"], "an error"],
  ["a body", "BODY[TEXT]", ["* 1 FETCH (BODY[TEXT] {2}\r\nhi)"], "an error"],
  [
    "some rows lack it",
    "RFC822.SIZE",
    ["* 1 FETCH (UID 5 RFC822.SIZE 9)", "* 2 FETCH (RFC822.SIZE 9)"],
    "an error",
  ],
  [
    "news of flags beside the answer",
    "FLAGS",
    ["* 1 FETCH (UID 5 FLAGS ())", "* 9 FETCH (FLAGS (\\Seen))"],
    [5],
  ],
  ["news of flags, other items asked for", "RFC822.SIZE", ["* 9 FETCH (FLAGS ())"], []],
  ["rows of other messages", "RFC822.SIZE", ["* 9 FETCH (UID 9 RFC822.SIZE 1)"], []],
  [
    "the UID comes in a row of its own",
    "RFC822.SIZE",
    ["* 1 FETCH (UID 5)", "* 1 FETCH (RFC822.SIZE 9)"],
    [5],
  ],
  ["no row at all", "RFC822.SIZE", [], []],
];

for (const [what, item, rows, gives] of UNNAMED) {
  const makes = gives === "an error" ? "ProtocolError" : `messages ${gives}`;
  test(`fetch: ${what} → ${makes} [fault A10]`, async () => {
    const { client, server } = await selectFake();
    const fetching = outcome(client.fetch("5:7", [item]));
    const [tag] = (await server.line()).split(" ");
    await server.send(...rows, `${tag} OK done`);
    const found = await fetching;
    if (gives === "an error") {
      assertInstanceOf(found, ProtocolError);
      assert(found.message.includes("without the UID"), found.message);
      const known = rows.some((row) => row.includes("UID 5")) ? [5] : null;
      assertEquals(found.partial instanceof Map ? [...found.partial.keys()] : null, known);
    } else assertEquals([...(found as Map<number, unknown>).keys()], gives);
    assertFalse(client.closed);
    client.shutdown();
  });

  test(`fetchEach: ${what} → ${makes}, after what came [fault A10]`, async () => {
    const { client, server } = await selectFake();
    const uids: number[] = [];
    const looping = outcome((async () => {
      for await (const { UID } of client.fetchEach("5:7", [item])) uids.push(UID);
    })());
    const [tag] = (await server.line()).split(" ");
    await server.send(...rows, `${tag} OK done`);
    const ended = await looping;
    assertEquals(ended instanceof ProtocolError, gives === "an error" || what.includes("its own"));
    client.shutdown();
  });
}

test("getFlags and addFlags: rows without UIDs → ProtocolError [fault A10]", async () => {
  const calls = [
    (client: ImapClient) => client.getFlags("5:7"),
    (client: ImapClient) => client.addFlags("5:7", "x"),
    (client: ImapClient) => client.setGmailLabels("5:7", "x"),
  ];
  for (const call of calls) {
    const { client, server } = await selectFake({}, "IMAP4rev1 X-GM-EXT-1");
    const calling = outcome(call(client));
    const [tag] = (await server.line()).split(" ");
    await server.send("* 1 FETCH (FLAGS (x) X-GM-LABELS (x))", `${tag} OK done`);
    const error = await calling;
    assertInstanceOf(error, ProtocolError);
    assert(error.message.includes("a message without the UID"), error.message);
    client.shutdown();
  }
});

test("addFlags: flag updates without UID besides the answer → ignored [fault A10]", async () => {
  const { client, server }: Fake = await selectFake();
  const adding = client.addFlags(5, "x");
  const [tag] = (await server.line()).split(" ");
  await server.send("* 9 FETCH (FLAGS (y))", "* 1 FETCH (UID 5 FLAGS (x))", `${tag} OK done`);
  assertEquals(await adding, new Map([[5, ["x"]]]));
  const silent = client.addFlags(5, "x", { silent: true });
  const [other] = (await server.line()).split(" ");
  await server.send("* 9 FETCH (FLAGS (y))", `${other} OK done`);
  assertEquals(await silent, null);
  client.shutdown();
});
