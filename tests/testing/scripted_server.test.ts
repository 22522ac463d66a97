import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ImapClient, ImapError, LoginError } from "@imapclient/imapclient";
import { memoryTransport } from "@imapclient/imapclient/memory";
import { ScriptedServer } from "@imapclient/imapclient/testing";
import { test } from "../fake_server.ts";

function connect(server: ScriptedServer): Promise<ImapClient> {
  return ImapClient.connect({ transport: memoryTransport((duplex) => void server.serve(duplex)) });
}

test("R1 R2 a client runs against a script, and what it sent can be read", async () => {
  const server = new ScriptedServer({ capabilities: ["IMAP4rev1", "IDLE"] })
    .expect('LOGIN "ann" "x"', ["* CAPABILITY IMAP4rev1 IDLE"], "OK welcome")
    .expect('SELECT "INBOX"', ["* 3 EXISTS", "* FLAGS (\\Seen)"], "OK [READ-WRITE] selected")
    .expect("UID SEARCH CHARSET UTF-8 SUBJECT {7}\r\nGrüße", ["* SEARCH 2"])
    .expect("UID FETCH 2 (ENVELOPE)", [
      '* 2 FETCH (UID 2 ENVELOPE (NIL "Grüße" NIL NIL NIL NIL NIL NIL NIL NIL))',
    ]);
  await using client = await connect(server);
  assertEquals(await client.login("ann", "x"), "welcome");
  assertEquals((await client.selectFolder("INBOX")).EXISTS, 3);
  assertEquals([...await client.search(["SUBJECT", "Grüße"])], [2]);
  assertEquals((await client.fetch(2, ["ENVELOPE"])).get(2)!.ENVELOPE.subject, "Grüße");
  assertEquals(server.sent[1], 'SELECT "INBOX"');
  assertEquals(server.sent[2], "UID SEARCH CHARSET UTF-8 SUBJECT {7}\r\nGrüße");
  server.finish();
});

test("R2 refusals are the script's, with their codes", async () => {
  const server = new ScriptedServer()
    .expect('LOGIN "ann" "wrong"', [], "NO [AUTHENTICATIONFAILED] no");
  await using client = await connect(server);
  const error = await assertRejects(() => client.login("ann", "wrong"), LoginError);
  assertEquals(error.code, "AUTHENTICATIONFAILED");
  server.finish();
});

test("R2 IDLE and challenges are conversations", async () => {
  const server = new ScriptedServer({ capabilities: ["IMAP4rev1", "IDLE", "AUTH=LOGIN"] })
    .expect("AUTHENTICATE LOGIN", ["+", "+ UGFzc3dvcmQ6", "* CAPABILITY IMAP4rev1 IDLE"])
    .expect("IDLE", ["+ idling", "* 4 EXISTS"]);
  await using client = await connect(server);
  const answers = ["ann", "x"];
  await client.saslLogin("LOGIN", () => answers.shift()!);
  await client.idle();
  assertEquals((await client.idleCheck())[0].type, "EXISTS");
  await client.idleDone();
  assertEquals(server.sent, ["AUTHENTICATE LOGIN", btoa("ann"), btoa("x"), "IDLE", "DONE"]);
  server.finish();
});

test("R2 another command than the one foreseen is shown beside it", async () => {
  const server = new ScriptedServer({ greeting: "PREAUTH" }).expect('CREATE "a"');
  await using client = await connect(server);
  const wanted = 'expected CREATE "a", but got CREATE "b"';
  await assertRejects(() => client.createFolder("b"), ImapError, wanted);
  assertThrows(() => server.finish(), Error, wanted);
});

test("R2 a command that has not come is missed, and one too many noticed", async () => {
  const server = new ScriptedServer({ greeting: "PREAUTH" }).expect('CREATE "a"').expect("NOOP");
  await using client = await connect(server);
  await client.createFolder("a");
  assertThrows(() => server.finish(), Error, "did not come:\n  NOOP");
  await client.noop();
  server.finish();
  await assertRejects(() => client.noop(), ImapError, "expected no more commands, but got NOOP");
});
