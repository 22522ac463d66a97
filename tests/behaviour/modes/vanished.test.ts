// VANISHED in place of EXPUNGE (RFC 7162): after `enable("QRESYNC")`, or with UIDONLY.
import { describe, it } from "node:test";
import { assert, assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import { ImapError, NumberSet, PartialMoveError, type UntaggedResponse } from "../../../mod.ts";
import { countDistinct, intersection, union } from "../../../src/model/id_ranges.ts";
import { Session } from "../../../src/connection/session.ts";
import { outcome, selectFake, test } from "../../support/fake_server.ts";
import { plain, untagged } from "../../support/wire.ts";

/** A session with a folder of this many messages. */
function sessionWith(exists: number): Session {
  const session = new Session();
  session.authenticated = true;
  session.selections.folder = {
    ...{ name: "INBOX", isExamined: false, readOnly: false },
    ...{
      exists,
      uidValidity: null,
      expunges: 0,
      highestModseq: null,
      noModseq: false,
      permanentFlags: null,
    },
  };
  return session;
}

/** Responses in short form: the type, and the UIDs or the number. */
function short(responses: readonly UntaggedResponse[]): string[] {
  return responses.map((it) => {
    if (it.type === "VANISHED") return `VANISHED${it.earlier ? " EARLIER" : ""} ${it.uids}`;
    return "number" in it ? `${it.number} ${it.type}` : it.type;
  });
}

describe("VANISHED", () => {
  const READ: readonly (readonly [line: string, earlier: boolean, uids: string])[] = [
    ["* VANISHED 42", false, "42"],
    ["* VANISHED 41,43:116,118", false, "41,43:116,118"],
    ["* VANISHED (EARLIER) 41,43:116", true, "41,43:116"],
    ["* vanished (earlier) 7", true, "7"],
    ["* VANISHED ( EARLIER )  7 ", true, "7"],
    ["* VANISHED 1:4294967295", false, "1:4294967295"],
    ["* VANISHED 9:3", false, "9:3"],
  ];
  for (const [line, earlier, uids] of READ) {
    it(`is read: ${line} → ${uids} [fault A6]`, () => {
      const expected = { kind: "untagged", type: "VANISHED", earlier, uids: `set ${uids}` };
      assertEquals(plain(untagged(line)), expected);
    });
  }

  for (
    const rest of ["", "*", "1:*", "0", "x", "4294967296", "(LATER) 5", "(EARLIER)", "5 6", "(5)"]
  ) {
    it(`is kept as it came if it is malformed: ${JSON.stringify(rest)} [fault A6]`, () => {
      const response = untagged(`* VANISHED ${rest}`);
      assert(response.type === "UNKNOWN" && response.error !== null);
      assertEquals([response.name, plain(response.raw)], ["VANISHED", { bytes: rest }]);
    });
  }

  const LEFT: readonly (readonly [exists: number, line: string, left: number])[] = [
    [10, "* VANISHED 42", 9],
    [10, "* VANISHED 505,507,510,625", 6],
    [10, "* VANISHED 1:5", 5],
    [10, "* VANISHED 5:1", 5],
    [10, "* VANISHED 5,5,5", 9],
    [10, "* VANISHED 1:4,3:6", 4],
    [10, "* VANISHED (EARLIER) 1:5", 10],
    [10, "* VANISHED 1:4294967295", 0],
    [0, "* VANISHED 7", 0],
    [10, "* VANISHED 1:*", 10],
  ];
  for (const [exists, line, left] of LEFT) {
    it(`of ${exists} messages: ${line} → ${left} are left [fault A6]`, () => {
      const session = sessionWith(exists);
      session.observe(untagged(line));
      assertEquals(session.folder?.exists, left);
    });
  }

  it("with no folder selected → nothing to count [fault A6]", () => {
    const session = new Session();
    session.observe(untagged("* VANISHED 1:3"));
    assertEquals(session.folder, null);
  });
});

describe("sets of ids as ranges", () => {
  const set = (text: string) => NumberSet.from(text === "" ? [] : text);
  const COMMON: readonly (readonly [string, string, string])[] = [
    ["1:10", "5:15", "5:10"],
    ["1:3,7:9", "3:7", "3,7"],
    ["9:1,4", "2,4,11", "2,4"],
    ["5:*", "1:9", "5:9"],
    ["*", "1:9", ""],
    ["1:*", "3:*", "3:*"],
    ["1:4294967295", "7", "7"],
    ["1:2", "3:4", ""],
    ["", "1", ""],
  ];
  for (const [one, other, both] of COMMON) {
    it(`what ${one || "nothing"} and ${other} have in common → ${both || "nothing"}`, () => {
      assertEquals(String(intersection(set(one), set(other))), both);
      assertEquals(String(intersection(set(other), set(one))), both);
    });
  }

  it("joins sets, and counts each id once", () => {
    assertEquals(String(union(["5:7", "1", "", "6:9,2"].map(set))), "1:2,5:9");
    assertEquals([countDistinct(set("1:5,3:7,1")), countDistinct(set("3:*"))], [7, Infinity]);
  });
});

test("expunge: VANISHED → handed out with UIDs, and counted [fault A6]", async () => {
  const { client, server } = await selectFake({ useUid: false }, "IMAP4rev1 UIDPLUS QRESYNC");
  const heard: UntaggedResponse[] = [];
  client.listen((response) => heard.push(response));
  const expunged = client.expunge();
  await server.answer("EXPUNGE", "* VANISHED 505,507,510:1506");
  assertEquals(short((await expunged).responses), ["VANISHED 505,507,510:1506"]);
  assertEquals(short(heard), ["VANISHED 505,507,510:1506"]);
  // 999 of a thousand messages vanish, and then the last one.
  const noop = client.noop();
  await server.answer("NOOP", "* VANISHED 4", "* VANISHED (EARLIER) 1:3");
  assertEquals(short((await noop).responses), ["VANISHED 4", "VANISHED EARLIER 1:3"]);
  assertEquals((await client.fetch("1:*", "FLAGS")).size, 0);
  assert(await server.isSilent());
  client.useUid = true;
  const some = client.uidExpunge("5:6");
  await server.answer("UID EXPUNGE 5:6", "* 2 EXISTS", "* VANISHED 5");
  assertEquals(short((await some).responses), ["2 EXISTS", "VANISHED 5"]);
  client.shutdown();
});

test("watch and idle: VANISHED → one event for all of them [fault A6]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 IDLE QRESYNC");
  const watching = client.watch();
  const event = watching.next();
  await server.expect("IDLE");
  await server.send("+ idling", "* VANISHED 3:5");
  const { value } = await event;
  assertEquals(short([value!]), ["VANISHED 3:5"]);
  const over = watching.return();
  await server.line();
  await server.send("A2 OK done");
  await over;
  const idling = client.idle();
  await server.expect("IDLE");
  await server.send("+ idling");
  await idling;
  await server.send("* VANISHED 7");
  assertEquals(short(await client.idleCheck()), ["VANISHED 7"]);
  client.shutdown();
});

test("fetch: numbers that VANISHED moved → no longer trusted to tell a message [fault A6]", async () => {
  for (const [gone, flags] of [["", ["\\Seen"]], ["(EARLIER) 9", ["\\Seen"]], ["9", []]] as const) {
    const { client, server } = await selectFake();
    const fetched = client.fetch("5:6", ["FLAGS"]);
    const tag = await server.expect("UID FETCH 5:6 (FLAGS)");
    await server.send("* 2 FETCH (UID 5 FLAGS ())");
    if (gone !== "") await server.send(`* VANISHED ${gone}`);
    await server.send("* 2 FETCH (FLAGS (\\Seen))", `${tag} OK done`);
    assertEquals((await fetched).get(5)?.FLAGS, flags);
    client.shutdown();
  }
});

const MOVE = "IMAP4rev1 MOVE UIDPLUS QRESYNC";

test("move: VANISHED, then NO or BAD → PartialMoveError with the UIDs that are gone [fault A5]", async () => {
  for (const how of ["NO [SERVERBUG] sorry", "BAD sorry"]) {
    const { client, server } = await selectFake({}, MOVE);
    const moved = outcome(client.move("40:45", "x"));
    const tag = await server.expect('UID MOVE 40:45 "x"');
    await server.send("* VANISHED 42", "* VANISHED 7", "* VANISHED 44:45", `${tag} ${how}`);
    const error = await moved;
    assertInstanceOf(error, PartialMoveError);
    assertEquals([String(error.removed), error.uids.size], ["42,44:45", 0]);
    assert(error.message.includes("some messages were moved: 42,44:45"), error.message);
    client.shutdown();
  }
});

test("move: VANISHED of other messages alone, then NO → nothing was moved [fault A5]", async () => {
  for (const news of ["* VANISHED 7", "* VANISHED (EARLIER) 42"]) {
    const { client, server } = await selectFake({}, MOVE);
    const moved = outcome(client.move("40:45", "x"));
    const tag = await server.expect('UID MOVE 40:45 "x"');
    await server.send(news, `${tag} NO sorry`);
    const error = await moved;
    assertInstanceOf(error, ImapError);
    assertFalse(error instanceof PartialMoveError);
    client.shutdown();
  }
});

test("move: VANISHED and COPYUID, then the end → both are in the error, with the cause [fault A5]", async () => {
  for (const how of ["abort", "break", "BYE"]) {
    const { client, server } = await selectFake({}, MOVE);
    const controller = new AbortController();
    const moved = outcome(client.move("42:43", "x", { signal: controller.signal }));
    await server.expect('UID MOVE 42:43 "x"');
    const heard = new Promise<void>((resolve) =>
      client.listen(({ type }) => type === "VANISHED" && resolve())
    );
    await server.send("* OK [COPYUID 1 42:43 8:9] x", "* VANISHED 42");
    await heard;
    if (how === "abort") controller.abort(new Error("never mind"));
    else if (how === "BYE") await server.send("* BYE sorry").then(() => server.close());
    else server.break();
    const error = await moved;
    assertInstanceOf(error, PartialMoveError);
    assertEquals([String(error.removed), [...error.uids]], ["42", [[42, 8], [43, 9]]]);
    assert(error.cause instanceof Error);
    client.shutdown();
  }
});

test("move: several sets, the second refused → the UIDs that are gone of all of them [fault A5]", async () => {
  const { client, server } = await selectFake({ limits: { ids: 5 } }, MOVE);
  const moved = outcome(client.move([1, 3, 5, 7, 9], "x"));
  await server.answer('UID MOVE 7,9 "x"', "* VANISHED 7,9");
  const tag = await server.expect('UID MOVE 1,3,5 "x"');
  await server.send("* VANISHED 3", `${tag} NO [OVERQUOTA] full`);
  const error = await moved;
  assertInstanceOf(error, PartialMoveError);
  assertEquals([String(error.removed), error.code], ["3,7,9", "OVERQUOTA"]);
  client.shutdown();
});

test("move by numbers, and of all: VANISHED → reported as it came [fault A5]", async () => {
  for (const [useUid, ids] of [[false, "2"], [true, "2:*"]] as const) {
    const { client, server } = await selectFake({ useUid }, MOVE);
    const moved = outcome(client.move(ids, "x"));
    const tag = await server.line().then((line) => line.split(" ")[0]);
    await server.send("* VANISHED 42", `${tag} NO sorry`);
    const error = await moved;
    assertInstanceOf(error, PartialMoveError);
    assertEquals(String(error.removed), "42");
    client.shutdown();
  }
});

test("move in steps: VANISHED, then NO to EXPUNGE → the error has the UIDs that are gone [fault A5]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 UIDPLUS QRESYNC");
  const moved = outcome(client.move("5:6", "x"));
  await server.answer("UID SEARCH UID 5:6", "* SEARCH 5 6");
  await server.answer('UID COPY 5:6 "x"', "* VANISHED 99");
  await server.answer("UID STORE 5:6 +FLAGS.SILENT (\\Deleted)");
  const tag = await server.expect("UID EXPUNGE 5:6");
  await server.send("* VANISHED 6", `${tag} NO [SERVERBUG] sorry`);
  const error = await moved;
  assertInstanceOf(error, PartialMoveError);
  assertEquals(String(error.removed), "6");
  client.shutdown();
});
