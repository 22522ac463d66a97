// What happens to a session whose server sends lines that begin no response.
import { assertEquals, assertFalse } from "@std/assert";
import { fetchProblems } from "../../../mod.ts";
import { connectFake, selectFake, test, turns } from "../../support/fake_server.ts";

const ENVELOPE = (subject: string) => `(NIL "${subject}" NIL NIL NIL NIL NIL NIL NIL NIL)`;

test("FETCH: a line end within a quoted string → that message and its neighbours are read [fault B1]", async () => {
  for (const fold of ["\r\n ", "\n\t", "\r\n", "\r\n\r\n "]) {
    const { client, server } = await selectFake();
    const fetching = client.fetch("1:3", ["ENVELOPE", "FLAGS"]);
    await server.answer(
      "UID FETCH 1:3 (ENVELOPE FLAGS)",
      `* 1 FETCH (UID 1 ENVELOPE ${ENVELOPE("one")} FLAGS (a))`,
      `* 2 FETCH (UID 2 ENVELOPE ${ENVELOPE(`t${fold}wo`)} FLAGS (b))`,
      `* 3 FETCH (UID 3 ENVELOPE ${ENVELOPE("three")} FLAGS (c))`,
    );
    const found = await fetching;
    assertEquals([...found.values()].map(({ FLAGS }) => FLAGS[0]), ["a", "b", "c"]);
    assertEquals([...found.values()].flatMap(fetchProblems), []);
    assertEquals(found.get(2)!.ENVELOPE.subject!.replace(/\s+/, ""), "two");
    client.shutdown();
  }
});

test("FETCH: a quote that never closes → only what follows it is lost [fault B1]", async () => {
  const { client, server } = await selectFake();
  const fetching = client.fetch("1:3", ["FLAGS", "ENVELOPE"]);
  await server.answer(
    "UID FETCH 1:3 (FLAGS ENVELOPE)",
    `* 1 FETCH (UID 1 FLAGS (a) ENVELOPE ${ENVELOPE("one")})`,
    `* 2 FETCH (UID 2 FLAGS (b) ENVELOPE (NIL "two`,
    " more and more",
    "* 3 FETCH (UID 3 FLAGS (c) ENVELOPE (NIL NIL))",
  );
  const found = await fetching;
  assertEquals([...found.values()].map(({ FLAGS }) => FLAGS[0]), ["a", "b", "c"]);
  assertEquals([...found.values()].map((it) => fetchProblems(it).length), [0, 1, 0]);
  client.shutdown();
});

test("SELECT, FETCH, IDLE: empty lines anywhere → ignored [fault B2]", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hello");
  const selecting = client.selectFolder("INBOX");
  const lines = ["", "* 7 EXISTS", "", "* FLAGS (a)", " ", "* OK [UIDVALIDITY 5] fine", "\t"];
  await server.answer('SELECT "INBOX"', ...lines);
  assertEquals((await selecting).EXISTS, 7);
  const fetching = client.fetch("1:2", ["FLAGS", "BODY.PEEK[]"]);
  await server.answer(
    "UID FETCH 1:2 (FLAGS BODY.PEEK[])",
    "",
    "* 1 FETCH (UID 1 BODY[] {5}",
    "hello",
    "",
    " FLAGS (a))",
    "",
    "* 2 FETCH (UID 2 FLAGS (b) BODY[] {5}",
    "hello",
    ")",
    "",
  );
  const found = await fetching;
  assertEquals([...found.values()].map((it) => [it.FLAGS[0], it["BODY[]"]!.length]), [
    ["a", 5],
    ["b", 5],
  ]);
  const begun = client.idle();
  const tag = await server.expect("IDLE");
  await server.send("+ idling", "", "* 8 EXISTS", "", "");
  await begun;
  assertEquals((await client.idleCheck()).map(({ type }) => type), ["EXISTS"]);
  const done = client.idleDone();
  assertEquals(await server.line(), "DONE");
  await server.send("", `${tag} OK done`, "");
  await done;
  assertFalse(client.closed);
  client.shutdown();
});

test("FETCH: items, or a parenthesis, on a line of their own → taken or missed [fault B3]", async () => {
  const LINES = ["FLAGS (\\Seen) RFC822.SIZE 5)", " FLAGS (\\Seen) RFC822.SIZE 5)", ")", "\t)"];
  for (const line of LINES) {
    for (const end of ["", ")"]) {
      const { client, server } = await selectFake();
      const fetching = client.fetch("1:2", ["BODY.PEEK[]", "FLAGS", "RFC822.SIZE"]);
      const stray = line.startsWith("F") ? `\t ${line}` : line;
      await server.answer(
        "UID FETCH 1:2 (BODY.PEEK[] FLAGS RFC822.SIZE)",
        "* 1 FETCH (UID 1 BODY[] {5}",
        `hello${end}`,
        stray,
        "* 2 FETCH (UID 2 BODY[] {2}",
        "ho FLAGS (b) RFC822.SIZE 2)",
      );
      const found = await fetching;
      const isTaken = end === "" && line.includes("FLAGS");
      assertEquals(
        fetchProblems(found.get(1)!).map(({ name }) => name),
        isTaken ? [] : ["FLAGS", "RFC822.SIZE"],
      );
      if (isTaken) {
        assertEquals([found.get(1)!.FLAGS, found.get(1)!["RFC822.SIZE"]], [["\\Seen"], 5]);
      }
      assertEquals([found.get(1)!["BODY[]"]!.length, fetchProblems(found.get(2)!)], [5, []]);
      assertEquals((await Promise.all([client.noop(), server.answer("NOOP")]))[0].text, "done");
      client.shutdown();
    }
  }
});

test("a stray line with a literal → its bytes are no responses [fault B3]", async () => {
  const { client, server } = await selectFake();
  const heard: string[] = [];
  client.listen(({ type }) => heard.push(type));
  await server.send("* 1 FETCH (UID 1)", " BODY[] {14}", "* 99 EXISTS\r\n)", "* 8 EXISTS");
  await turns();
  assertEquals(heard, ["FETCH", "EXISTS"]);
  assertEquals(client.closed, false);
  client.shutdown();
});
