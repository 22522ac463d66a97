import { assert, assertEquals, assertRejects } from "@std/assert";
import { ImapClient, InvalidArgumentError, version } from "@imapclient/imapclient";
import { connectFake, type FakeServer, test } from "../../support/fake_server.ts";

const GREETING = "* OK [CAPABILITY IMAP4rev1 ID] Coremail System IMap Server Ready(163com)";

async function logIn(client: ImapClient, server: FakeServer, more = ""): Promise<void> {
  const login = client.login("ann", "x");
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1 ID${more}] in`);
  await login;
}

test("a login is followed by ID if the server has it, and nothing waits for its answer", async () => {
  const { client, server } = await connectFake({}, GREETING);
  await logIn(client, server);
  const selecting = client.selectFolder("INBOX");
  const tag = await server.expect(`ID ("name" "imapclient" "version" "${version}")`);
  await server.send(`${tag} BAD what?`); // a failure is ignored
  await server.answer('SELECT "INBOX"', "* 1 EXISTS");
  assertEquals((await selecting).EXISTS, 1);
  client.shutdown();
});

test("ID and the next command go out in one chunk, and later ones wait", async () => {
  const { client, server } = await connectFake({}, GREETING);
  await logIn(client, server);
  const selecting = client.selectFolder("INBOX");
  const searching = client.search();
  assertEquals(
    await server.chunk(),
    `A2 ID ("name" "imapclient" "version" "${version}")\r\nA3 SELECT "INBOX"\r\n`,
  );
  assert(await server.isSilent());
  await server.send("* ID NIL", "A2 OK", "* 1 EXISTS");
  assert(await server.isSilent());
  await server.send("A3 OK [READ-WRITE] selected");
  await selecting;
  await server.answer("UID SEARCH ALL", "* SEARCH 7");
  assertEquals([...await searching], [7]);
  client.shutdown();
});

test("commands that change the connection or last wait for the answer to ID", async () => {
  const { client, server } = await connectFake({}, GREETING);
  await logIn(client, server);
  const leaving = client.logout();
  const tag = await server.expect(`ID ("name" "imapclient" "version" "${version}")`);
  assert(await server.isSilent());
  await server.send("* ID NIL", `${tag} OK`);
  await server.answer("LOGOUT", "* BYE so long");
  await leaving;

  const other = await connectFake({}, GREETING);
  await logIn(other.client, other.server, " IDLE");
  const selecting = other.client.selectFolder("INBOX");
  const id = await other.server.expect(`ID ("name" "imapclient" "version" "${version}")`);
  const select = await other.server.expect('SELECT "INBOX"');
  await other.server.send(`${select} OK`);
  await selecting;
  const idling = other.client.idle();
  assert(await other.server.isSilent());
  await other.server.send(`${id} OK`);
  await other.server.expect("IDLE");
  await other.server.send("+ idling");
  await idling;
  other.client.shutdown();
});

test("the fields of ID can be chosen, or no ID be sent", async () => {
  const other = await connectFake({ id: { name: "my program" } }, GREETING);
  await logIn(other.client, other.server);
  await other.server.answer('ID ("name" "my program")', "* ID NIL");
  other.client.shutdown();

  const silent = await connectFake({ id: false }, GREETING);
  await logIn(silent.client, silent.server);
  assert(await silent.server.isSilent());
  silent.client.shutdown();

  const none = await connectFake({}, GREETING.replace(" ID]", "]"));
  const login = none.client.login("ann", "x");
  await none.server.answer('LOGIN "ann" "x"');
  await none.server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1");
  await login;
  assert(await none.server.isSilent());
  none.client.shutdown();
});

test("fields that ID can't send are refused before it connects", async () => {
  let asked = false;
  const transport = () => {
    asked = true;
    return Promise.reject(new Error("no"));
  };
  const id = { name: "x".repeat(2000) };
  await assertRejects(() => ImapClient.connect({ transport, id }), InvalidArgumentError);
  assertEquals(asked, false);
});
