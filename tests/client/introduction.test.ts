import { assert, assertEquals, assertRejects } from "@std/assert";
import { ImapClient, InvalidArgumentError, version } from "@imapclient/imapclient";
import { connectFake, type FakeServer, test } from "../fake_server.ts";

const GREETING = "* OK [CAPABILITY IMAP4rev1 ID] Coremail System IMap Server Ready(163com)";

async function logIn(client: ImapClient, server: FakeServer): Promise<void> {
  const login = client.login("ann", "x");
  const tag = await server.expect('LOGIN "ann" "x"');
  await server.send(`${tag} OK [CAPABILITY IMAP4rev1 ID] in`);
  await login;
}

test("a login is followed by ID, where the server has it, and nobody waits for its answer", async () => {
  const { client, server } = await connectFake({}, GREETING);
  await logIn(client, server);
  const selecting = client.selectFolder("INBOX");
  const tag = await server.expect(`ID ("name" "imapclient" "version" "${version}")`);
  await server.send(`${tag} BAD what?`); // that is no harm
  await server.answer('SELECT "INBOX"', "* 1 EXISTS");
  assertEquals((await selecting).EXISTS, 1);
  client.shutdown();
});

test("what is said by ID can be chosen, or nothing at all", async () => {
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

test("what can't be sent by ID is told before anything is connected to", async () => {
  let asked = false;
  const transport = () => {
    asked = true;
    return Promise.reject(new Error("no"));
  };
  const id = { name: "x".repeat(2000) };
  await assertRejects(() => ImapClient.connect({ transport, id }), InvalidArgumentError);
  assertEquals(asked, false);
});
