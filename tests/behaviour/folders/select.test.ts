// SELECT and EXAMINE, and folders that are read-only.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { type Command, ImapError, ReadOnlyError } from "../../../mod.ts";
import { connectFake, outcome, selectFake, test, turns } from "../../support/fake_server.ts";

test("G3 G4 selectFolder returns what the server says about the folder", async () => {
  const { client, server } = await connectFake({}, "* PREAUTH [CAPABILITY IMAP4rev1] in");
  assertEquals(client.state, "authenticated");
  const select = client.selectFolder("Entwürfe");
  const tag = await server.expect('SELECT "Entw&APw-rfe"');
  await server.send(
    "* 3 exists",
    "* 1 RECENT",
    "* FLAGS (\\Flagged abc [foo]/bar)",
    "* OK [PERMANENTFLAGS (\\Flagged [foo]/bar \\*)] Limited",
    "* OK [UIDVALIDITY 1234567] valid",
    "* OK [uidnext 8] next",
    "* OK [HIGHESTMODSEQ 12345678901234567890] high",
    "* OK [OTHER thing] other",
    `${tag} OK [READ-WRITE] done`,
  );
  assertEquals<unknown>(await select, {
    EXISTS: 3,
    RECENT: 1,
    FLAGS: ["\\Flagged", "abc", "[foo]/bar"],
    PERMANENTFLAGS: ["\\Flagged", "[foo]/bar", "\\*"],
    UIDVALIDITY: 1234567,
    UIDNEXT: 8,
    HIGHESTMODSEQ: 12345678901234567890n,
    OTHER: "thing",
    "READ-WRITE": true,
  });
  assertEquals(client.state, "selected");
  client.shutdown();
});

test("G3 readonly sends EXAMINE, and EXISTS, FLAGS and RECENT are always there", async () => {
  const { client, server } = await selectFake();
  const select = client.selectFolder("a", { readonly: true });
  const tag = await server.expect('EXAMINE "a"');
  await server.send(`${tag} OK [READ-ONLY] done`);
  assertEquals<unknown>(await select, { EXISTS: 0, FLAGS: [], RECENT: 0, "READ-ONLY": true });
  client.shutdown();
});

test("G3 Z7 a refused SELECT throws and leaves the folder before", async () => {
  const { client, server } = await selectFake();
  const select = outcome(client.selectFolder("nope"));
  const tag = await server.expect('SELECT "nope"');
  await server.send(`${tag} NO [NONEXISTENT] no such folder`);
  const error = await select;
  assertInstanceOf(error, ImapError);
  assertEquals([error.message, error.code], ["SELECT failed: no such folder", "NONEXISTENT"]);
  assertEquals(client.state, "authenticated");
  client.shutdown();
});

const change: Command<string> = {
  name: "X-CHANGE",
  state: "selected",
  modifies: true,
  result: ({ text }) => text,
};

test("G6 Q3 a folder that turns out to be read-only throws, but is selected", async () => {
  const { client, server } = await selectFake();
  const select = outcome(client.selectFolder("shared"));
  const tag = await server.expect('SELECT "shared"');
  await server.send(`${tag} OK [READ-ONLY] done`);
  assertInstanceOf(await select, ReadOnlyError);
  assertEquals(client.state, "selected");
  await assertRejects(() => client.run(change), ReadOnlyError);
  assert(await server.isSilent());
  client.shutdown();
});

test("G6 a folder that becomes read-only later refuses to be changed", async () => {
  const { client, server } = await selectFake();
  const changing = client.run(change);
  await server.answer("X-CHANGE");
  await changing;
  await server.send("* OK [READ-ONLY] somebody locked it");
  await turns();
  await assertRejects(() => client.run(change), ReadOnlyError);
  assert(await server.isSilent());
  await server.send("* OK [READ-WRITE] go ahead");
  await turns();
  // It may also turn read-only while the command runs.
  const refused = outcome(client.run(change));
  const tag = await server.expect("X-CHANGE");
  await server.send("* OK [READ-ONLY] again", `${tag} NO can't`);
  const error = await refused;
  assertInstanceOf(error, ReadOnlyError);
  assertEquals(error.message, "X-CHANGE failed: can't");
  client.shutdown();
});
