// Long answers: other tasks get turns of the event loop while they are read, and nothing else
// changes.
import { describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ConnectionClosedError, ImapClient, NumberSet, ProtocolError } from "../../../mod.ts";
import { piecesOf } from "../../../src/wire/pieces.ts";
import { esearchIds, readResponse } from "../../../src/wire/response.ts";
import {
  bytesOf,
  fakeNetwork,
  outcome,
  selectFake,
  test,
  textOf,
} from "../../support/fake_server.ts";

/** Counts the turns of the event loop that timers get, until the returned function is called. */
function countTurns(): () => number {
  let turns = 0;
  let timer = setTimeout(function next() {
    turns++;
    timer = setTimeout(next, 0);
  }, 0);
  return () => {
    clearTimeout(timer);
    return turns;
  };
}

/** Makes the clock jump between any two readings, so that reading pauses often. */
async function withHastyClock(run: () => Promise<void>): Promise<void> {
  const { now } = performance;
  let time = now.call(performance);
  performance.now = () => time += 30;
  try {
    await run();
  } finally {
    performance.now = now;
  }
}

/** A set with adjoining ranges merged. */
function joined(set: string): string {
  const ranges: [number, number][] = [];
  for (const [first, last] of NumberSet.from(set).ranges()) {
    const before = ranges.at(-1);
    const step = before === undefined
      ? 0
      : Math.sign(before[1] - before[0]) || Math.sign(last - first);
    if (before !== undefined && step !== 0 && before[1] + step === first) before[1] = last;
    else ranges.push([first, last]);
  }
  return ranges.map(String).join(";");
}

/** FETCH responses for these messages, some 100 bytes each. */
function rows(from: number, to: number): string {
  const lines: string[] = [];
  for (let i = from; i <= to; i++) {
    lines.push(`* ${i} FETCH (UID ${i} FLAGS (f${i}) X-PADDING "${"x".repeat(60)}")\r\n`);
  }
  return lines.join("");
}

test("20 MB of FETCH in one chunk → timers have their turns meanwhile [fault E8]", async () => {
  const { client, server } = await selectFake();
  const wire = bytesOf(rows(1, 200_000));
  const fetching = client.fetch("1:*", ["FLAGS"]);
  const tag = await server.expect("UID FETCH 1:* (FLAGS)");
  const turns = countTurns();
  await server.send(wire, `${tag} OK done`);
  assertEquals((await fetching).size, 200_000);
  assert(turns() > 2);
  client.shutdown();
});

test("a SEARCH of 16 MB in one chunk → timers have their turns meanwhile [fault E8]", async () => {
  const { client, server } = await selectFake();
  const ids = Array.from({ length: 2_000_000 }, (_, i) => i + 1);
  const wire = bytesOf(`* SEARCH ${ids.join(" ")} (MODSEQ 917)\r\n`);
  const searching = client.search("ALL");
  const tag = await server.expect("UID SEARCH ALL");
  const turns = countTurns();
  await server.send(wire, `${tag} OK done`);
  const found = await searching;
  assertEquals([found.length, found[0], found.at(-1), found.modseq], [
    2_000_000,
    1,
    2_000_000,
    917n,
  ]);
  assert(found.every((id, i) => id === i + 1));
  assert(turns() > 1);
  client.shutdown();
});

test("an ESEARCH with 5,000,000 ids → all of them, in order [fault E8]", async () => {
  const { client, server } = await selectFake();
  for (const [set, first, last] of [["1:5000000", 1, 5e6], ["5000000:1", 5e6, 1]] as const) {
    const searching = client.search("ALL");
    const tag = await server.expect("UID SEARCH ALL");
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL ${set}`, `${tag} OK done`);
    const found = await searching;
    assertEquals([found.length, found[0], found.at(-1)], [5_000_000, first, last]);
    const step = Math.sign(last - first);
    assert(found.every((id, i) => id === first + i * step));
  }
  client.shutdown();
});

test("reading that pauses → responses in their order, and calls made meanwhile [fault E8]", async () => {
  await withHastyClock(async () => {
    const { client, server } = await selectFake({ timeout: null });
    const heard: number[] = [];
    client.listen((response) => {
      if (response.type === "FETCH") heard.push(response.number);
    });
    const turns = countTurns();
    const noop = client.noop();
    const tag = await server.expect("NOOP");
    const [before, behind] = [rows(1, 15_000), rows(15_001, 30_000)].map(bytesOf);
    await server.send(before, `${tag} OK first`, behind);
    assertEquals((await noop).text, "first");
    const other = client.search("ALL"); // while the rest of the chunk waits
    await server.answer("UID SEARCH ALL", "* SEARCH 1 2");
    assertEquals([...await other], [1, 2]);
    assertEquals(heard.length, 30_000);
    assert(heard.every((number, i) => number === i + 1));
    assert(turns() > 5);
    client.shutdown();
  });
});

test("the client closes while reading pauses → nothing more is heard [fault E8]", async () => {
  await withHastyClock(async () => {
    const { client, server } = await selectFake({ timeout: null });
    let heard = 0;
    client.listen(({ type }) => {
      if (type === "FETCH" && ++heard === 2000) setTimeout(() => client.shutdown(), 0);
    });
    const searching = outcome(client.search("ALL"));
    await server.expect("UID SEARCH ALL");
    await server.send(bytesOf(rows(1, 20_000)), "A2 OK done");
    assertInstanceOf(await searching, ConnectionClosedError);
    const before = heard;
    assert(before >= 2000 && before < 20_000, `${before}`);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(heard, before);
  });
});

test("a call is given up while reading pauses → the rest passes by, and the next works [fault E8]", async () => {
  await withHastyClock(async () => {
    const { client, server } = await selectFake({ timeout: null });
    const controller = new AbortController();
    const fetching = outcome(client.fetch("1:*", ["FLAGS"], { signal: controller.signal }));
    const tag = await server.expect("UID FETCH 1:* (FLAGS)");
    setTimeout(() => controller.abort(new Error("enough")), 0);
    await server.send(bytesOf(rows(1, 20_000)), `${tag} OK done`);
    assertEquals((await fetching as Error).message, "enough");
    const noop = client.noop();
    await server.answer("NOOP");
    assertEquals((await noop).text, "done");
    client.shutdown();
  });
});

test("fetchEach holds reading up that pauses → every message, in its order [fault E8]", async () => {
  await withHastyClock(async () => {
    const { client, server } = await selectFake({ timeout: null });
    const wire = bytesOf(rows(1, 10_000));
    const loop = (async () => {
      let seen = 0;
      for await (const { UID } of client.fetchEach("1:*", ["FLAGS"])) {
        assertEquals(UID, ++seen);
        if (seen % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return seen;
    })();
    const tag = await server.expect("UID FETCH 1:* (FLAGS)");
    await server.send(wire, `${tag} OK done`);
    assertEquals(await loop, 10_000);
    client.shutdown();
  });
});

test("STARTTLS after very many responses → bytes after its OK are still refused [fault E8]", async () => {
  await withHastyClock(async () => {
    for (const injected of ["", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "\r\n"]) {
      const { transport, server, handshake } = fakeNetwork({ plain: true });
      const connecting = ImapClient.connect({ transport, ssl: false, timeout: null });
      await server.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello");
      const client = await connecting;
      const starting = outcome(client.starttls());
      const tag = await server.expect("STARTTLS");
      const noise = '* LIST () "/" "folder"\r\n'.repeat(20_000);
      await server.send(bytesOf(`${noise}${tag} OK begin\r\n${injected}`));
      if (injected !== "") {
        const error = await starting;
        assertInstanceOf(error, ProtocolError);
        assert(error.message.includes("response injection"), error.message);
        assertStrictEquals(handshake.options, null);
      } else {
        await handshake.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
        await starting;
        assert(handshake.options !== null);
        client.shutdown();
      }
    }
  });
});

test("a long SEARCH that is wrong at its end → an error, and the connection lives [fault E8]", async () => {
  const { client, server } = await selectFake();
  const searching = client.search("ALL");
  const tag = await server.expect("UID SEARCH ALL");
  await server.send(`* SEARCH${" 1234567".repeat(200_000)} x`, `${tag} OK done`);
  await assertRejects(() => searching, ProtocolError);
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  assertFalse(client.closed);
  client.shutdown();
});

describe("a long list of ids in pieces", () => {
  const pieces = (wire: string) => {
    const bytes = bytesOf(wire);
    const found = piecesOf({ bytes, start: 0, end: bytes.length, detached: [] }, 5_000_000);
    return found === null ? null : [...found];
  };

  for (const end of ["", " ", " (MODSEQ 917162500)", "(MODSEQ 5)", " NIL", " x y z"]) {
    it(`${JSON.stringify(end)} after it → as it came, cut between ids [fault E8]`, () => {
      for (const name of ["SEARCH", "SORT", "search"]) {
        const head = `* ${name} `;
        const ids = Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 4294967295 + 1);
        const wire = `${head}${ids.join(" ")}${end}`;
        const all = pieces(wire)!;
        const texts = all.map(({ bytes }) => textOf(bytes));
        assert(all.length > 3 && texts.every((text) => text.startsWith(head)));
        assertEquals(head + texts.map((text) => text.slice(head.length)).join(" "), wire);
        const read = all.slice(0, -1).flatMap((frame) => {
          const response = readResponse(frame);
          assert(response?.kind === "untagged" && "ids" in response);
          return response.ids;
        });
        assert(read.every((id, i) => id === ids[i]) && read.length > 50_000);
      }
    });
  }

  const SETS: readonly (readonly [set: string, count: number])[] = [
    ["1:5000000", 5_000_000],
    ["1900000:1", 1_900_000],
    ["1:600000,700000,1800000:800001", 1_600_001],
    ["7,5:3,1000000:2000000", 1_000_005],
    [Array.from({ length: 100_000 }, (_, i) => 1 + 2 * i).join(","), 100_000],
    [Array.from({ length: 60_000 }, (_, i) => `${100 * i + 9}:${100 * i + 5}`).join(","), 300_000],
  ];
  for (const [set, count] of SETS) {
    it(`ESEARCH ${set.slice(0, 40)} → the same ids, in their order [fault E8]`, () => {
      for (const [head, end] of [['(TAG "A1") UID ', " MODSEQ 5 COUNT 7"], ["", ""]]) {
        const all = pieces(`* ESEARCH ${head}ALL ${set}${end}`)!;
        assert(all.length > 1);
        const read = all.map((frame) => {
          const response = readResponse(frame);
          assert(response?.kind === "untagged" && response.type === "ESEARCH");
          return response;
        });
        const got = read.map(({ data }) => String(data.ALL));
        assert(got.every((part) => esearchIds(part, 500_000).length <= 500_000));
        assertEquals(got.reduce((sum, part) => sum + NumberSet.from(part).size, 0), count);
        assertEquals(joined(got.join(",")), joined(set));
        assertEquals(read.map(({ tag }) => tag), all.map(() => head === "" ? null : "A1"));
        assertEquals(read.map(({ data }) => data.COUNT).filter((it) => it !== undefined), [
          ...(end === "" ? [] : ["7"]),
        ]);
      }
    });
  }

  it("an ESEARCH set that is wrong → wrong in a piece of it, too [fault E8]", () => {
    for (
      const wrong of ["1:3000000,", "1:3000000,x", "1:3000000:5", "1:3000000;7", "1:3000000,*"]
    ) {
      const all = pieces(`* ESEARCH ALL ${wrong}`)!;
      const last = readResponse(all.at(-1)!);
      assert(last?.kind === "untagged");
      assert(last.type === "ESEARCH");
      assertThrows(() => esearchIds(last.data.ALL, 5_000_000), ProtocolError);
    }
  });

  it("short ones, other responses, and those with a literal → left whole [fault E8]", () => {
    const ids = " 1234567".repeat(100_000);
    for (
      const wire of [
        `* SEARCH${ids.slice(0, 200_000)}`,
        `* SEARCHES${ids}`,
        `* ESEARCH COUNT${ids}`,
        "* ESEARCH ALL 1:400000",
        "* ESEARCH ALL 1:5000001",
        "* ESEARCH ALL 1:4294967295,1:4294967295",
        "* ESEARCH UID COUNT 5",
        "* ENABLED X",
        "* ESEARCH (TAG {2}\r\nA1) ALL 1:4000000",
        `* 1 FETCH (X "${ids}")`,
        `A1 OK${ids}`,
        `* SEARCH {3}\r\n1 2${ids}`,
      ]
    ) assertStrictEquals(pieces(wire), null);
  });
});
