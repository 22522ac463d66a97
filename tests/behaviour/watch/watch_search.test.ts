// watchSearch: the result of a search, kept up to date (CONTEXT=SEARCH and CONTEXT=SORT, RFC 5267).
import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CapabilityError,
  IllegalStateError,
  ImapClient,
  ImapError,
  InvalidArgumentError,
  ProtocolError,
  type SearchChange,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { type FakeServer, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

const CAPABILITIES = "IMAP4rev1 IDLE ESEARCH SORT ESORT CONTEXT=SEARCH CONTEXT=SORT";
const SENT = "UID SEARCH RETURN (UPDATE ALL COUNT) UNSEEN";

/** A change as text: `+0 3:4`. */
function shown(change: SearchChange | undefined | void): string {
  if (!change) return "over";
  return `${change.type === "added" ? "+" : "-"}${change.position} ${change.ids}`;
}

/** A watch that has begun, with `first` in its result. */
async function begun(first = "ALL 2:3 COUNT 2") {
  const { client, server } = await selectFake({}, CAPABILITIES);
  const watching = client.watchSearch("UNSEEN");
  const next = watching.next();
  const tag = await server.expect(SENT);
  await server.send(`* ESEARCH (TAG "${tag}") UID ${first}`, `${tag} OK done`);
  return { client, server, watching, tag, next };
}

/** Ends IDLE, and takes CANCELUPDATE, as the loop is left. */
async function left(server: FakeServer, idle: string, tag: string) {
  assertEquals(await server.line(), "DONE");
  await server.send(`${idle} OK done`);
  await server.answer(`CANCELUPDATE "${tag}"`);
}

describe("watchSearch", () => {
  test("CONTEXT=SEARCH → what matches, then its changes in order [ext CONTEXT]", async () => {
    const { client, server, watching, tag, next } = await begun();
    assertEquals(shown((await next).value), "+1 2:3");
    const second = watching.next();
    const idle = await server.expect("IDLE");
    await server.send(
      "+ idling",
      "* 7 EXISTS",
      `* ESEARCH (TAG "${tag}") UID ADDTO (0 9 0 7:8) REMOVEFROM (1 2) ADDTO (2 11)`,
      '* ESEARCH (TAG "A99") UID ADDTO (0 99)',
      `* ESEARCH (TAG "${tag}") UID COUNT 5`,
    );
    const changes = [shown((await second).value)];
    for (let i = 0; i < 3; i++) changes.push(shown((await watching.next()).value));
    assertEquals(changes, ["+0 9", "+0 7:8", "-1 2", "+2 11"]);
    const leaving = watching.return();
    await left(server, idle, tag);
    assertEquals((await leaving).done, true);
    client.shutdown();
  });

  test("a change that is taken when another folder is selected → refused there", async () => {
    const { client, server, watching, tag, next } = await begun();
    await next;
    const second = watching.next();
    const idle = await server.expect("IDLE");
    await server.send("+ idling", `* ESEARCH (TAG "${tag}") UID ADDTO (0 9)`);
    await second;
    await server.send(`* ESEARCH (TAG "${tag}") UID ADDTO (0 10)`);
    await turns();
    const selecting = client.selectFolder("Other");
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer('SELECT "Other"', "* 20 EXISTS");
    await selecting;
    const { ids } = (await watching.next()).value!;
    await assertRejects(() => client.deleteMessages(ids), IllegalStateError, "found in");
    assert(await server.isSilent());
    client.shutdown();
    await outcome(watching.return());
  });

  test("numbers that have moved since the change → refused", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    client.useUid = false;
    const watching = client.watchSearch("UNSEEN");
    const next = watching.next();
    const tag = await server.expect(SENT.slice("UID ".length));
    await server.send(`* ESEARCH (TAG "${tag}") ALL 2 COUNT 1`, `${tag} OK done`);
    await next;
    const second = watching.next();
    const idle = await server.expect("IDLE");
    await server.send("+ idling", `* ESEARCH (TAG "${tag}") ADDTO (0 9)`, "* 3 EXPUNGE");
    const { ids } = (await second).value!;
    const storing = outcome(client.deleteMessages(ids));
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    assert(await storing instanceof IllegalStateError);
    client.shutdown();
    await outcome(watching.return());
  });

  test("changes with sequence numbers → ProtocolError", async () => {
    const { client, server, watching, tag, next } = await begun();
    await next;
    const second = outcome(watching.next());
    const idle = await server.expect("IDLE");
    await server.send("+ idling", `* ESEARCH (TAG "${tag}") ADDTO (0 9)`);
    await left(server, idle, tag);
    assert(await second instanceof ProtocolError);
    client.shutdown();
  });

  test("`sort` → CONTEXT=SORT, and positions [ext CONTEXT]", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    const watching = client.watchSearch("ALL", { sort: ["REVERSE DATE"] });
    const first = watching.next();
    const tag = await server.expect("UID SORT RETURN (UPDATE ALL COUNT) (REVERSE DATE) UTF-8 ALL");
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL 9,3 COUNT 2`, `${tag} OK done`);
    const { value } = await first;
    assertEquals([...value!.ids], [9, 3]);
    const second = watching.next();
    await server.expect("IDLE");
    await server.send("+ idling", `* ESEARCH (TAG "${tag}") UID ADDTO (1 12)`);
    assertEquals(shown((await second).value), "+1 12");
    client.shutdown();
    await watching.return();
  });

  test("other calls → interrupt IDLE, run, and resume it", async () => {
    const { client, server, watching, tag, next } = await begun();
    await next;
    const second = watching.next();
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    const noop = client.noop();
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer("NOOP", `* ESEARCH (TAG "${tag}") UID REMOVEFROM (0 2)`);
    await noop;
    assertEquals(shown((await second).value), "-0 2");
    client.shutdown();
    await watching.return();
  });

  test("an update before the search is completed → kept", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    const watching = client.watchSearch("UNSEEN");
    const next = watching.next();
    const tag = await server.expect(SENT);
    await server.send(
      `* ESEARCH (TAG "${tag}") UID COUNT 0`,
      `* ESEARCH (TAG "${tag}") UID ADDTO (0 4)`,
      `${tag} OK done`,
    );
    assertEquals(shown((await next).value), "+0 4");
    client.shutdown();
    await watching.return();
  });

  test("no context → CapabilityError, nothing sent [ext CONTEXT]", async () => {
    const { client, server } = await selectFake({}, "IMAP4rev1 IDLE ESEARCH CONTEXT=SEARCH SORT");
    const sorted = client.watchSearch("ALL", { sort: "DATE" });
    await assertRejects(() => sorted.next(), CapabilityError, "CONTEXT=SORT");
    assert(await server.isSilent());
    const { client: plain, server: other } = await selectFake({}, "IMAP4rev1 IDLE");
    await assertRejects(() => plain.watchSearch().next(), CapabilityError, "CONTEXT=SEARCH");
    assert(await other.isSilent());
    client.shutdown();
    plain.shutdown();
  });

  test("NOUPDATE → ImapError with that code, and no IDLE [ext CONTEXT]", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    const next = outcome(client.watchSearch("UNSEEN").next());
    const tag = await server.expect(SENT);
    await server.send(
      `* ESEARCH (TAG "${tag}") UID COUNT 0`,
      `* NO [NOUPDATE "${tag}"] too many`,
      `${tag} OK done`,
    );
    const error = await next as ImapError;
    assertEquals([error instanceof ImapError, error.code], [true, "NOUPDATE"]);
    assert(await server.isSilent());
    client.shutdown();
  });

  for (const answer of ["NO not now", "BAD what?", "OK done, without ids"]) {
    test(`${answer} → an error`, async () => {
      const { client, server } = await selectFake({}, CAPABILITIES);
      const next = outcome(client.watchSearch("UNSEEN").next());
      const tag = await server.expect(SENT);
      await server.send(`${tag} ${answer}`);
      if (answer.startsWith("OK")) await server.answer(`CANCELUPDATE "${tag}"`);
      assert(await next instanceof ImapError);
      assert(await server.isSilent());
      client.shutdown();
    });
  }

  for (
    const data of ["ADDTO (0)", "ADDTO 5", "ADDTO (x 5)", "REMOVEFROM (0 1:*)", "ADDTO (0 (1))"]
  ) {
    test(`${data} → ProtocolError, and the search is cancelled`, async () => {
      const { client, server, watching, tag, next } = await begun();
      await next;
      const second = outcome(watching.next());
      const idle = await server.expect("IDLE");
      await server.send("+ idling", `* ESEARCH (TAG "${tag}") UID ${data}`);
      await left(server, idle, tag);
      assert(await second instanceof ProtocolError);
      client.shutdown();
    });
  }

  test("a hostile range → kept as a range", async () => {
    const { client, server, watching, tag, next } = await begun();
    await next;
    const second = watching.next();
    await server.expect("IDLE");
    await server.send("+ idling", `* ESEARCH (TAG "${tag}") UID ADDTO (0 1:4294967295)`);
    assertEquals(shown((await second).value), "+0 1:4294967295");
    client.shutdown();
    await watching.return();
  });

  test("an abort → its reason, and CANCELUPDATE", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    const abort = new AbortController();
    const watching = client.watchSearch("UNSEEN", { signal: abort.signal });
    const first = watching.next();
    const tag = await server.expect(SENT);
    await server.send(`* ESEARCH (TAG "${tag}") UID ALL 2 COUNT 1`, `${tag} OK done`);
    await first;
    const second = outcome(watching.next());
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    await turns();
    abort.abort(new Error("enough"));
    await left(server, idle, tag);
    assertEquals((await second as Error).message, "enough");
    client.shutdown();
  });

  test("a cut connection → its error; another folder → IllegalStateError", async () => {
    const cut = await begun();
    await cut.next;
    const second = outcome(cut.watching.next());
    await cut.server.expect("IDLE");
    cut.server.close();
    assert(await second instanceof ImapError);

    const { client, server, watching, next } = await begun();
    await next;
    const third = outcome(watching.next());
    const idle = await server.expect("IDLE");
    await server.send("+ idling");
    const selecting = client.selectFolder("Sent");
    assertEquals(await server.line(), "DONE");
    await server.send(`${idle} OK done`);
    await server.answer('SELECT "Sent"', "* 1 EXISTS");
    await selecting;
    assert(await third instanceof IllegalStateError);
    assert(await server.isSilent());
    client.shutdown();
  });

  test("beside watch → refused; a wrong pace or order → refused, nothing sent", async () => {
    const { client, server } = await selectFake({}, CAPABILITIES);
    await assertRejects(
      () => client.watchSearch("ALL", { renewEvery: 0 }).next(),
      InvalidArgumentError,
    );
    await assertRejects(() => client.watchSearch("ALL", { sort: [] }).next(), InvalidArgumentError);
    const idling = client.idle();
    await server.expect("IDLE");
    await server.send("+ idling");
    await idling;
    await assertRejects(() => client.watchSearch().next(), IllegalStateError, "under way");
    assert(await server.isSilent());
    client.shutdown();
  });
});

for (const sort of [undefined, "SUBJECT"]) {
  test(`watchSearch on the in-memory server, sort ${sort} → the result, at any time [ext CONTEXT]`, async () => {
    const add = ["ESEARCH", "ESORT", "CONTEXT=SEARCH", "CONTEXT=SORT"];
    const memory = new MemoryServer({ capabilities: { add } });
    const ann = memory.addUser("ann", "secret");
    for (const subject of ["d", "b"]) ann.append("INBOX", `Subject: ${subject}\n\n`);
    const open = async () => {
      const client = await ImapClient.connect({ transport: memory.transport });
      await client.login("ann", "secret");
      await client.selectFolder("INBOX");
      return client;
    };
    await using client = await open();
    await using other = await open();
    const query = { deleted: false };
    let result: number[] = [];
    const steps = [
      () => Promise.resolve(ann.append("INBOX", "Subject: c\n\n")),
      () => other.addFlags(1, "\\Deleted"),
      () => other.removeFlags(1, "\\Deleted"),
      () => other.deleteMessages(2),
      () => Promise.resolve(ann.append("INBOX", "Subject: a\n\n")),
    ];
    const results: string[] = [];
    for await (const { type, position, ids } of client.watchSearch(query, { sort })) {
      if (type === "removed") result = result.filter((id) => !ids.has(id));
      else if (position > 0) result.splice(position - 1, 0, ...ids);
      else result = [...result, ...ids].sort((a, b) => a - b);
      results.push(result.join());
      const step = steps.shift();
      if (step === undefined) break;
      await step();
    }
    const expected = sort === undefined
      ? ["1,2", "1,2,3", "2,3", "1,2,3", "1,3", "1,3,4"]
      : ["2,1", "2,3,1", "2,3", "2,3,1", "3,1", "4,3,1"];
    assertEquals(results, expected);
    assertEquals([...await client.search(query)], [1, 3, 4]);
  });
}
