// How far the server is with a command that takes long (INPROGRESS, RFC 9585).
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type CallOptions,
  InvalidArgumentError,
  type Progress,
  TimeoutError,
  type UntaggedResponse,
} from "@imapclient/imapclient";
import { outcome, selectFake, test } from "../../support/fake_server.ts";

/** A callback that keeps what it is told. */
function keeper() {
  const told: Progress[] = [];
  const onProgress = (progress: Progress) => void told.push(progress);
  return { told, onProgress };
}

/** What the server may send while a command with the tag T runs, and what the call is told. */
const NOTICES: readonly (readonly [line: string, told: readonly Progress[]])[] = [
  ['[INPROGRESS ("T" 1200 40000)] 3%', [{ done: 1200, total: 40000 }]],
  ["[INPROGRESS (T 1 2)]", [{ done: 1, total: 2 }]],
  ['[INPROGRESS ("T" 5 NIL)] on', [{ done: 5, total: null }]],
  ['[INPROGRESS ("T" NIL NIL)] on', [{ done: null, total: null }]],
  ["[INPROGRESS (NIL 5 10)] on", [{ done: 5, total: 10 }]],
  ["[INPROGRESS] still here", [{ done: null, total: null }]],
  ['[INPROGRESS ("T" 10 10)] nearly', [{ done: 10, total: 10 }]],
  // These are to be ignored.
  ['[INPROGRESS ("other" 5 10)] on', []],
  ['[INPROGRESS ("T" 0 0)] on', []],
  ['[INPROGRESS ("T" 11 10)] on', []],
  ['[INPROGRESS ("T" -1 10)] on', []],
  ['[INPROGRESS ("T" 1 4294967296)] on', []],
  ['[INPROGRESS ("T" 99999999999999999999 NIL)] on', []],
  ['[INPROGRESS ("T" 1)] on', []],
  ["[INPROGRESS nonsense] on", []],
  ["[INPROGRESS (] on", []],
  ["still here", []],
];
for (const [line, expected] of NOTICES) {
  test(`search: * OK ${line} → ${JSON.stringify(expected)} [ext INPROGRESS]`, async () => {
    const { client, server } = await selectFake();
    const { told, onProgress } = keeper();
    const searching = client.search("ALL", { onProgress });
    const tag = await server.expect("UID SEARCH ALL");
    await server.send(`* OK ${line.replace("T", tag)}`, "* SEARCH 5", `${tag} OK done`);
    assertEquals([...await searching], [5]);
    assertEquals(told, expected);
    client.shutdown();
  });
}

test("two commands in flight → each is told its own, and none what has no tag [ext INPROGRESS]", async () => {
  const { client, server } = await selectFake();
  const [one, other] = [keeper(), keeper()];
  const calls = [
    client.folderStatus("a", ["MESSAGES"], { onProgress: one.onProgress }),
    client.fetch(7, ["FLAGS"], { onProgress: other.onProgress }),
    client.fetch(8, ["FLAGS"]),
  ];
  const first = await server.expect('STATUS "a" (MESSAGES)');
  const second = await server.expect("UID FETCH 7 (FLAGS)");
  const third = await server.expect("UID FETCH 8 (FLAGS)");
  await server.send(
    `* OK [INPROGRESS ("${second}" 1 3)] on`,
    "* OK [INPROGRESS (NIL 2 3)] on",
    "* OK [INPROGRESS] on",
    `* OK [INPROGRESS ("${third}" 1 3)] nobody listens`,
    "* STATUS a (MESSAGES 1)",
    `${first} OK done`,
    `* OK [INPROGRESS ("${first}" 9 10)] it is over`,
    `* OK [INPROGRESS ("${second}" 2 3)] on`,
    `${second} OK done`,
    `${third} OK done`,
  );
  await Promise.all(calls);
  assertEquals(one.told, []);
  assertEquals(other.told, [{ done: 1, total: 3 }, { done: 2, total: 3 }]);
  client.shutdown();
});

test("a call of several commands → told of each [ext INPROGRESS]", async () => {
  const { client, server } = await selectFake({ limits: { ids: 3 } });
  const { told, onProgress } = keeper();
  const fetching = client.getFlags([101, 103], { onProgress });
  for (const id of [101, 103]) {
    const tag = await server.expect(`UID FETCH ${id} (FLAGS)`);
    await server.send(`* OK [INPROGRESS ("${tag}" 0 9)] on`, `${tag} OK done`);
  }
  await fetching;
  assertEquals(told.length, 2);
  client.shutdown();
});

test("SELECT: a notice is no part of its result, and listeners get it [ext INPROGRESS]", async () => {
  const { client, server } = await selectFake();
  const heard: UntaggedResponse[] = [];
  client.listen((response) => heard.push(response));
  const { told, onProgress } = keeper();
  const selecting = client.selectFolder("x", { onProgress });
  await server.answer('SELECT "x"', "* OK [INPROGRESS] opening", "* 4 EXISTS");
  const result = await selecting;
  assertEquals([told.length, heard.length, "INPROGRESS" in result], [1, 1, false]);
  client.shutdown();
});

test("a callback that throws → the call fails with that; the connection goes on [ext INPROGRESS]", async () => {
  const { client, server } = await selectFake();
  const onProgress = () => {
    throw new RangeError("mine");
  };
  const searching = client.search("ALL", { onProgress });
  const tag = await server.expect("UID SEARCH ALL");
  await server.send("* OK [INPROGRESS] on");
  await assertRejects(() => searching, RangeError, "mine");
  await server.send("* OK [INPROGRESS] on", "* SEARCH", `${tag} OK done`);
  const other = client.noop();
  await server.answer("NOOP");
  await other;
  client.shutdown();
});

test("an aborted call → told nothing more [ext INPROGRESS]", async () => {
  const { client, server } = await selectFake();
  const { told, onProgress } = keeper();
  const controller = new AbortController();
  const searching = client.search("ALL", { onProgress, signal: controller.signal });
  const tag = await server.expect("UID SEARCH ALL");
  controller.abort(new Error("enough"));
  await assertRejects(() => searching, Error, "enough");
  await server.send(`* OK [INPROGRESS ("${tag}" 1 2)] on`, `${tag} OK done`);
  const other = client.noop();
  await server.answer("NOOP");
  await other;
  assertEquals(told, []);
  client.shutdown();
});

test("notices keep the connection alive, and silence ends it [ext INPROGRESS]", async () => {
  const { client, server } = await selectFake({ timeout: { connect: 20, read: 0.5 } });
  const { told, onProgress } = keeper();
  const searching = outcome(client.search("ALL", { onProgress }));
  await server.expect("UID SEARCH ALL");
  const begun = performance.now();
  while (performance.now() - begun < 1200) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.send("* OK [INPROGRESS] on");
  }
  assert(!client.closed && told.length > 1);
  assert(await searching instanceof TimeoutError);
});

test("what is no function → InvalidArgumentError, nothing sent", async () => {
  const { client, server } = await selectFake();
  for (const onProgress of [5, "f", null, {}]) {
    const options = { onProgress } as unknown as CallOptions;
    await assertRejects(() => client.search("ALL", options), InvalidArgumentError, "'onProgress'");
  }
  assert(await server.isSilent());
  client.shutdown();
});
