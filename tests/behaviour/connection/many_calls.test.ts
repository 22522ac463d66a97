// Very many calls at once: the cost of each does not grow with their number.
import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { type Command, NumberSet } from "../../../mod.ts";
import { Fifo } from "../../../src/connection/fifo.ts";
import { type FakeServer, outcome, selectFake, test } from "../../support/fake_server.ts";

/** Pseudo-random numbers, the same in every run. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state / 2147483648;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const dice = random(7);
  return items.map((item) => [dice.next().value, item] as const)
    .sort(([one], [other]) => one - other).map(([, item]) => item);
}

/** Counts how often a method is called while `run` runs. */
async function counted<T extends object>(
  target: T,
  name: keyof T,
  body: () => Promise<unknown>,
): Promise<number> {
  const method = target[name] as (...args: unknown[]) => unknown;
  let count = 0;
  target[name] = function (this: unknown, ...args: unknown[]) {
    count++;
    return method.apply(this, args);
  } as T[keyof T];
  try {
    await body();
  } finally {
    target[name] = method as T[keyof T];
  }
  return count;
}

/** Reads this many commands, and returns their tags. */
async function tagsOf(server: FakeServer, count: number): Promise<string[]> {
  let heard = "";
  while (heard.split("\r\n").length <= count) heard += await server.chunk();
  return heard.split("\r\n").slice(0, count).map((line) => line.split(" ")[0]);
}

test("20,000 calls with one signal → one listener, and none is left [fault E7]", async () => {
  const { client, server } = await selectFake();
  const { signal } = new AbortController();
  let most = 0;
  let listeners = 0;
  const [add, remove] = [signal.addEventListener, signal.removeEventListener];
  signal.addEventListener = function (...args: Parameters<typeof add>) {
    most = Math.max(most, ++listeners);
    add.apply(signal, args);
  } as typeof add;
  signal.removeEventListener = function (...args: Parameters<typeof remove>) {
    listeners--;
    remove.apply(signal, args);
  } as typeof remove;
  const count = 20_000;
  const calls = Array.from({ length: count }, (_, i) => client.fetch(i + 1, "FLAGS", { signal }));
  const tags = await tagsOf(server, count);
  await server.send(...tags.map((tag) => `${tag} OK`));
  await Promise.all(calls);
  assertEquals([most, listeners], [1, 0]);
  client.shutdown();
});

test("20,000 calls aborted by one signal → all rejected, unsent ones are never sent [fault E7]", async () => {
  const { client, server } = await selectFake();
  const hold = client.noop();
  const tag = await server.expect("NOOP");
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from(
    { length: 20_000 },
    (_, i) => outcome(client.fetch(i + 1, "FLAGS", { signal })),
  );
  const other = client.fetch(7, "FLAGS");
  const reason = new Error("enough");
  controller.abort(reason);
  assert((await Promise.all(calls)).every((it) => it === reason));
  await server.send(`${tag} OK`);
  await hold;
  await server.answer("UID FETCH 7 (FLAGS)");
  assertEquals((await other).size, 0);
  client.shutdown();
});

test("several signals, aborted one after the other → their own calls alone [fault E7]", async () => {
  const { client, server } = await selectFake();
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const calls = Array.from({ length: 50 }, (_, i) => {
    const { signal } = controllers[i % 5];
    return outcome(client.fetch(i + 1, "FLAGS", { signal }));
  });
  const tags = await tagsOf(server, 50);
  controllers[3].abort(new Error("three"));
  controllers[1].abort(new Error("one"));
  await server.send(...tags.map((tag) => `${tag} OK`));
  const ends = (await Promise.all(calls)).map((it) => it instanceof Error ? it.message : it.size);
  assertEquals(ends.slice(0, 5), [0, "one", 0, "three", 0]);
  assertEquals(ends.filter((end) => end === "one").length, 10);
  client.shutdown();
});

for (
  const [order, arrange] of [
    ["reverse", (ids: number[]) => [...ids].reverse()],
    ["no", shuffled],
    ["their", (ids: number[]) => ids],
  ] as const
) {
  test(`4,000 fetches answered in ${order} order → a few looks at each [fault E7]`, async () => {
    const { client, server } = await selectFake();
    const ids = Array.from({ length: 4000 }, (_, i) => i + 1);
    const looks = await counted(NumberSet.prototype, "has", async () => {
      const calls = ids.map((id) => client.fetch(id, "RFC822.SIZE"));
      const tags = await tagsOf(server, ids.length);
      const lines = arrange(ids).map((id) =>
        `* ${id} FETCH (UID ${id} RFC822.SIZE ${id * 3})\r\n${tags[id - 1]} OK`
      );
      for (let at = 0; at < lines.length; at += 500) {
        await server.send(...lines.slice(at, at + 500));
      }
      const found = await Promise.all(calls);
      assert(found.every((it, i) => it.get(i + 1)?.["RFC822.SIZE"] === 3 * (i + 1)));
    });
    assertLess(looks, 20 * ids.length, "looks");
    client.shutdown();
  });
}

test("rows first and the OKs after them, in reverse order → a few looks at each [fault E7]", async () => {
  const { client, server } = await selectFake();
  const ids = Array.from({ length: 4000 }, (_, i) => i + 1);
  const looks = await counted(NumberSet.prototype, "has", async () => {
    const calls = ids.map((id) => client.addFlags(id, "\\Seen"));
    const tags = await tagsOf(server, ids.length);
    await server.send(...[...ids].reverse().map((id) => `* ${id} FETCH (UID ${id} FLAGS (a))`));
    await server.send(...tags.reverse().map((tag) => `${tag} OK`));
    for (const [i, found] of (await Promise.all(calls)).entries()) {
      assertEquals(found.get(i + 1), ["a"]);
    }
  });
  assertLess(looks, 20 * ids.length, "looks");
  client.shutdown();
});

test("4,000 calls that change flags → each compared with a few others [fault E7]", async () => {
  const { client, server } = await selectFake();
  const looks = await counted(NumberSet.prototype, "overlaps", async () => {
    const calls = Array.from({ length: 4000 }, (_, i) => client.addFlags(i + 1, "\\Seen"));
    const same = client.removeFlags(4000, "\\Seen"); // waits for the one before it
    const tags = await tagsOf(server, 4000);
    assert(await server.isSilent());
    await server.send(...tags.map((tag) => `${tag} OK`));
    await server.answer("UID STORE 4000 -FLAGS (\\Seen)");
    await Promise.all([...calls, same]);
  });
  assertLess(looks, 20 * 4000, "looks");
  client.shutdown();
});

test("among very many calls → a response goes to the oldest that may have it, as among few [fault E7]", async () => {
  const { client, server } = await selectFake();
  const sets = [
    ...Array.from({ length: 30 }, (_, i) => `${i + 1}`),
    "40,50",
    "1:*",
    "50",
    "40:45",
    "2",
  ];
  const calls = sets.map((set) => client.fetch(set, "FLAGS"));
  const tags = await tagsOf(server, sets.length);
  const row = (uid: number) => `* ${uid} FETCH (UID ${uid} FLAGS (f${uid}))`;
  // The last of those that are alone makes the rest be found by UID.
  await server.send(row(30), row(29), row(2), row(50), row(40), row(45), row(60));
  await server.send(`${tags[30]} OK`, row(50), row(40)); // now it is for the second such call
  await server.send(`${tags[31]} OK`, row(50), row(40), `${tags[1]} OK`, row(2));
  await server.send(...tags.filter((_, i) => ![1, 30, 31].includes(i)).map((tag) => `${tag} OK`));
  const found = (await Promise.all(calls)).map((it) => [...it.keys()]);
  assertEquals(found[1], [2]);
  assertEquals(found.slice(29), [[30], [50, 40], [45, 60, 50, 40], [50], [40], [2]]);
  client.shutdown();
});

test("updates without UIDs among very many calls → no call misses a response [fault E7]", async () => {
  const { client, server } = await selectFake();
  const calls = Array.from({ length: 40 }, (_, i) => client.fetch(i + 1, "FLAGS"));
  const tags = await tagsOf(server, 40);
  // Message 1 is gone; another message's flags changed.
  await server.send(
    ...tags.slice(1).map((_, i) => `* ${i + 1} FETCH (UID ${i + 2} FLAGS ())`).reverse(),
    "* 900 FETCH (FLAGS (\\Seen))",
    ...tags.map((tag) => `${tag} OK`).reverse(),
  );
  const sizes = (await Promise.all(calls)).map(({ size }) => size);
  assertEquals(sizes, [0, ...Array.from({ length: 39 }, () => 1)]);
  client.shutdown();
});

test("a custom command among very many calls → is offered each response once, in turn [fault E7]", async () => {
  const { client, server } = await selectFake();
  const seen: unknown[] = [];
  const own: Command<string> = {
    name: "UID X-LOOK",
    pipelining: "uids",
    state: "selected",
    accept: (response) => {
      seen.push("uid" in response ? response.uid : response.type);
      return "uid" in response && response.uid === 99;
    },
    result: ({ text }) => text,
  };
  const before = Array.from({ length: 20 }, (_, i) => client.fetch(i + 1, "FLAGS"));
  const looking = client.run(own);
  const after = Array.from({ length: 20 }, (_, i) => client.fetch(i + 21, "FLAGS"));
  const tags = await tagsOf(server, 41);
  const row = (uid: number) => `* ${uid} FETCH (UID ${uid} FLAGS ())`;
  await server.send(row(20), row(40), row(99), row(21), row(1), "* 5 EXISTS");
  await server.send(...tags.map((tag) => `${tag} OK`));
  await Promise.all([...before, looking, ...after]);
  assertEquals(seen, [40, 99, 21, "EXISTS"]);
  client.shutdown();
});

test("the connection ends with very many calls in flight and queued → each is rejected [fault E7]", async () => {
  const { client, server } = await selectFake();
  const calls = Array.from({ length: 500 }, (_, i) => outcome(client.fetch(i + 1, "FLAGS")));
  const search = [outcome(client.search()), outcome(client.noop()), outcome(client.copy([1], "a"))];
  await tagsOf(server, 500);
  server.break();
  for (const end of await Promise.all([...calls, ...search])) assertInstanceOf(end, Error);
});

test("a queue: items removed anywhere, in any order → the same as a list [fault E7]", async () => {
  await Promise.resolve();
  const dice = random(11);
  const queue = new Fifo<{ readonly id: number; isOut: boolean }>();
  let list: { readonly id: number; isOut: boolean }[] = [];
  for (let step = 0; step < 20_000; step++) {
    const toss = dice.next().value;
    if (toss < 0.5 || list.length === 0) {
      const item = { id: step, isOut: true };
      queue.add(item);
      list.push(item);
    } else {
      const at = toss < 0.7 ? 0 : Math.floor(dice.next().value * list.length);
      queue.remove(list[at]);
      assert(list[at].isOut);
      list = list.filter((_, i) => i !== at);
    }
    // The queue is filled and emptied in turn.
    if (step % 4000 === 3999) {
      for (const item of list.splice(0)) queue.remove(item);
    }
    assertEquals([queue.size, queue.first, queue.last], [list.length, list[0], list.at(-1)]);
    if (step % 500 === 0) assertEquals([...queue], list);
  }
});
